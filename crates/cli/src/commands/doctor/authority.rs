//! The certification authority's public side: root, signer, revocation list, and what follows from them.

use super::catalogue::Name;
use super::clock::Past;
use super::finding::{Finding, Findings as Several, because, span};
use super::station::{Findings, Station};
use crate::authority::{self, Authority};
use crate::configuration::{Configuration, Mode};
use crate::home::Home;
use crate::text::{Text, text};
use chipwright_pki::{Certificate, Crl, Period, TrustStore};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

const DAY: i64 = 86_400;
/// A signer's key is replaced before it ends; a root's needs a ceremony.
const SIGNER_NOTICE: i64 = 14 * DAY;
const ROOT_NOTICE: i64 = 90 * DAY;
const LIST_NOTICE: i64 = 7 * DAY;

/// What was found of the authority, for the checks that follow.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) root: Option<Certificate>,
    /// Fingerprints of the earlier generations.
    pub(crate) earlier: Vec<[u8; 32]>,
    pub(crate) signer: Option<(String, Certificate)>,
    pub(crate) past: Vec<Past>,
}

const BACKUP: (&str, &str) = ("Bring the file from its backup.", "Lấy lại tệp từ bản sao lưu.");
const NEW_SIGNER: (&str, &str) =
    ("Make a new one: `chipwright ca new-signer`.", "Tạo người ký mới: `chipwright ca new-signer`.");
const NEW_LIST: (&str, &str) = (
    "Sign a new one, `chipwright ca crl`, and take it to every verifier.",
    "Ký danh sách mới bằng `chipwright ca crl` và chuyển tới mọi máy kiểm tra.",
);
const NEW_ROOT: (&str, &str) = (
    "Call the key custodian: a new root is made in a ceremony, and every verifier must learn it.",
    "Báo người giữ khóa: phải lập gốc mới theo nghi thức và cài cho mọi máy kiểm tra.",
);

/// All checks of it.
pub(crate) fn examine(
    station: &Station,
    home: &Home,
    configuration: Option<&Configuration>,
    findings: &Findings<'_>,
) -> Found {
    let authority = Authority::of(home);
    let mut found = Found::default();
    let (finding, root) = root(&authority, station.at, &mut found.past);
    findings.put(Name::AuthorityRoot, finding);
    let no_root = || Finding::not_checked(("there is no root to check it with", "không có gốc để đối chiếu"));
    let Some(root) = root else {
        findings.put_all(
            &[
                Name::AuthorityKind,
                Name::AuthoritySigner,
                Name::AuthorityRevocationList,
                Name::AuthorityTrust,
            ],
            &no_root(),
        );
        return found;
    };
    findings.put(Name::AuthorityKind, kind(&root, configuration));
    let (list, held) = list(&authority, &root, configuration, station.at, &mut found.past);
    findings.put(Name::AuthorityRevocationList, list);
    let (finding, signer) =
        signer(&authority, &root, held.as_ref(), configuration, station.at, &mut found.past);
    findings.put(Name::AuthoritySigner, finding);
    findings.put(Name::AuthorityTrust, trust(home, &root));
    let generations = authority.generations().unwrap_or_default();
    found.earlier = generations
        .into_iter()
        .filter_map(|generation| authority.root_of(generation).ok().map(|held| held.fingerprint()))
        .collect();
    found.root = Some(root);
    found.signer = signer;
    found
}

fn root(authority: &Authority, at: Timestamp, past: &mut Vec<Past>) -> (Finding, Option<Certificate>) {
    if !authority.root_file().exists() {
        let found = (
            "there is no root certificate: ca/root.pem is missing",
            "không có chứng thư gốc: thiếu ca/root.pem",
        );
        return (Finding::mend(found, BACKUP), None);
    }
    let root = match authority.root() {
        Ok(root) => root,
        Err(failure) => return (Finding::of_failure(&failure).with_remedy(BACKUP), None),
    };
    if let Err(error) = TrustStore::new().add_root(root.clone()) {
        let finding = Finding::mend(
            because(("ca/root.pem is not a root to trust", "ca/root.pem không phải gốc đáng tin"), &error),
            BACKUP,
        );
        return (finding, None);
    }
    past.push(Past::new(root.validity().not_before, "the root was signed", "chứng thư gốc được ký"));
    let mut several = Several::default();
    let named: (&str, &str) = ("validity of the root's certificate", "hiệu lực của chứng thư gốc");
    several.extend(outside(root.validity(), at, named, NEW_ROOT));
    if let Some(usage) = root.private_key_usage() {
        let named = ("signing with the root's key", "thời hạn ký của khóa gốc");
        several.extend(ending(usage, at, ROOT_NOTICE, named, NEW_ROOT));
    }
    let usage = root.private_key_usage().unwrap_or(root.validity());
    let (signs, valid) = (day(usage.not_after), day(root.validity().not_after));
    let finding = several
        .or_well(text!("signs until {signs}, valid until {valid}", "ký đến {signs}, hiệu lực đến {valid}"));
    (finding, Some(root))
}

fn kind(root: &Certificate, configuration: Option<&Configuration>) -> Finding {
    let Some(configuration) = configuration else {
        return Finding::not_checked(("the configuration cannot be read", "không đọc được cấu hình"));
    };
    match (configuration.issuer.mode, root.is_test_root()) {
        (Mode::Test, true) => Finding::well((
            "a test home: every real verifier refuses its cards",
            "thư mục thử nghiệm: máy kiểm tra thật sẽ từ chối các thẻ này",
        )),
        (Mode::Real, false) => Finding::well(("real cards", "thẻ thật")),
        (Mode::Real, true) => Finding::mend(
            (
                "the configuration says real, but the root is marked as a test root: every real verifier refuses its cards",
                "cấu hình ghi thẻ thật nhưng chứng thư gốc có dấu thử nghiệm: máy kiểm tra thật sẽ từ chối thẻ",
            ),
            (
                "Make a home for real cards with `chipwright init --real`; a test root never becomes a real one.",
                "Tạo thư mục cho thẻ thật bằng `chipwright init --real`; gốc thử nghiệm không thể thành gốc thật.",
            ),
        ),
        (Mode::Test, false) => Finding::mend(
            (
                "the configuration says test, but the root has no mark of a test root: its cards would be taken for real ones",
                "cấu hình ghi thử nghiệm nhưng chứng thư gốc không có dấu thử nghiệm: thẻ sẽ bị coi là thẻ thật",
            ),
            (
                "Issue nothing here; find out whose root this is and put issuer.mode right.",
                "Không cấp thẻ ở đây; xác định gốc này của ai và sửa lại issuer.mode.",
            ),
        ),
    }
}

fn signer(
    authority: &Authority,
    root: &Certificate,
    list: Option<&Crl>,
    configuration: Option<&Configuration>,
    at: Timestamp,
    past: &mut Vec<Past>,
) -> (Finding, Option<(String, Certificate)>) {
    let read = authority.current_signer().and_then(|name| Ok((authority.signer(&name)?, name)));
    let (signer, name) = match read {
        Ok(read) => read,
        Err(failure) => return (Finding::of_failure(&failure), None),
    };
    // a signer of an earlier root signs on until its own end
    let earlier = authority.issuer_of(&signer).ok().flatten();
    let (root, list) = match &earlier {
        Some((generation, issuer)) if issuer != root => (issuer, authority.crl_of(*generation).ok()),
        _ => (root, list.cloned()),
    };
    if let Err(error) = signer.verify_issued_by(root) {
        let finding = Finding::mend(
            because(text!("{name} is not the work of this root", "{name} không do gốc này ký"), &error),
            (
                "Bring ca/ from its backup, or make a new signer: `chipwright ca new-signer`.",
                "Lấy lại ca/ từ bản sao lưu, hoặc tạo người ký mới: `chipwright ca new-signer`.",
            ),
        );
        return (finding, None);
    }
    past.push(Past::new(
        signer.validity().not_before,
        "the signer was certified",
        "người ký được chứng thực",
    ));
    let mut several = Several::default();
    if list.as_ref().is_some_and(|list| list.revocation(signer.serial()).is_some()) {
        several.add(Finding::mend(text!("{name} is revoked", "{name} đã bị thu hồi"), NEW_SIGNER));
    }
    let usage = signer.private_key_usage().unwrap_or(signer.validity());
    let named: (String, String) = (format!("signing by {name}"), format!("thời hạn ký của {name}"));
    several.extend(ending(usage, at, SIGNER_NOTICE, (&named.0, &named.1), NEW_SIGNER));
    if let Some(configuration) = configuration {
        covers(configuration, &signer, root, at, &mut several);
    }
    let until = day(usage.not_after);
    let finding = several.or_well(text!("{name} signs until {until}", "{name} ký đến {until}"));
    (finding, Some((name, signer)))
}

/// A card issued today must not outlive the certificates it is checked with, and must be of a kind the signer may sign.
fn covers(
    configuration: &Configuration,
    signer: &Certificate,
    root: &Certificate,
    at: Timestamp,
    several: &mut Several,
) {
    let code = &configuration.document.document_code;
    if signer.document_types().is_some_and(|types| !types.contains(code)) {
        several.add(Finding::mend(
            text!(
                "the signer may not sign documents {code}",
                "người ký không được phép ký loại giấy tờ {code}"
            ),
            NEW_SIGNER,
        ));
    }
    let years = i64::from(configuration.document.validity_years).years();
    let Ok(expiry) = at.to_zoned(TimeZone::UTC).checked_add(years).map(|zoned| zoned.timestamp()) else {
        return;
    };
    let day = day(expiry);
    if signer.validity().not_after < expiry {
        several.add(Finding::mend(
            text!(
                "a card issued today is valid until {day}, longer than the signer's certificate",
                "thẻ cấp hôm nay có hiệu lực đến {day}, lâu hơn chứng thư của người ký"
            ),
            NEW_SIGNER,
        ));
    }
    if root.validity().not_after < expiry {
        several.add(Finding::mend(
            text!(
                "a card issued today is valid until {day}, longer than the root's certificate",
                "thẻ cấp hôm nay có hiệu lực đến {day}, lâu hơn chứng thư gốc"
            ),
            NEW_ROOT,
        ));
    }
}

fn list(
    authority: &Authority,
    root: &Certificate,
    configuration: Option<&Configuration>,
    at: Timestamp,
    past: &mut Vec<Past>,
) -> (Finding, Option<Crl>) {
    if !authority.crl_file().exists() {
        let finding = Finding::mend(
            (
                "there is no revocation list: nothing can be verified",
                "không có danh sách thu hồi: không kiểm tra được thẻ nào",
            ),
            BACKUP,
        );
        return (finding, None);
    }
    let list = match authority.crl() {
        Ok(list) => list,
        Err(failure) => return (Finding::of_failure(&failure).with_remedy(BACKUP), None),
    };
    let mut store = TrustStore::new();
    if let Err(error) = store.add_root(root.clone()).and_then(|()| store.add_crl(list.clone())) {
        let finding = Finding::mend(
            because(
                ("ca/crl.pem is not this root's list", "ca/crl.pem không phải danh sách của gốc này"),
                &error,
            ),
            (
                "Put the last list that this root signed back in its place.",
                "Đặt lại danh sách cuối cùng do gốc này ký.",
            ),
        );
        return (finding, None);
    }
    past.push(Past::new(list.this_update(), "the revocation list was signed", "danh sách thu hồi được ký"));
    let grace = configuration.map_or(0, |configuration| i64::from(configuration.trust.crl_grace_days));
    let until = day(list.next_update());
    let left = list.next_update().duration_since(at);
    let finding = if left < -SignedDuration::from_secs(grace * DAY) {
        Finding::mend(
            text!(
                "the list was to be renewed by {until}: no card can be verified with it",
                "danh sách quá hạn từ {until}: không kiểm tra được thẻ nào"
            ),
            NEW_LIST,
        )
    } else if left.is_negative() {
        Finding::warning(
            text!(
                "the list was to be renewed by {until}; it still counts for the days of grace",
                "danh sách quá hạn từ {until}; còn dùng được trong số ngày gia hạn"
            ),
            NEW_LIST,
        )
    } else if left < SignedDuration::from_secs(LIST_NOTICE) {
        let left = span(left.as_secs());
        let en = format!("the list must be renewed by {until}, in {}", left.en);
        let vi = format!("danh sách phải được ký lại trước {until}, còn {}", left.vi);
        Finding::warning(Text { en, vi }, NEW_LIST)
    } else {
        let (number, revoked) = (list.number(), list.len());
        Finding::well(text!(
            "number {number}, {revoked} revoked, to be renewed by {until}",
            "số {number}, thu hồi {revoked}, hạn ký lại {until}"
        ))
    };
    (finding, Some(list))
}

/// `verify` trusts every root that lies in `ca/`.
fn trust(home: &Home, root: &Certificate) -> Finding {
    let store = match authority::trust(&home.authority()) {
        Ok(store) => store,
        Err(failure) => return Finding::of_failure(&failure),
    };
    let authority = Authority::of(home);
    let ours: Vec<Certificate> = authority
        .generations()
        .unwrap_or_default()
        .into_iter()
        .filter_map(|generation| authority.root_of(generation).ok())
        .collect();
    let own = |held: &Certificate| held == root || (held.subject() == root.subject() && ours.contains(held));
    let others = store.roots().iter().filter(|held| !own(held.certificate())).count();
    if others > 0 {
        return Finding::warning(
            text!(
                "other root certificates in ca/, which `verify` trusts as well: {others}",
                "số chứng thư gốc khác trong ca/ mà `verify` cũng tin: {others}"
            ),
            (
                "Take away the roots that are not this organisation's.",
                "Bỏ đi những gốc không phải của tổ chức.",
            ),
        );
    }
    if ours.len() > 1 {
        return Finding::well(text!(
            "this root and its {} earlier generations",
            "gốc này và {} thế hệ trước của nó",
            ours.len() - 1
        ));
    }
    Finding::well(("this root alone", "chỉ gốc này"))
}

/// Before or after a period: to be mended.
fn outside(period: Period, at: Timestamp, (en, vi): (&str, &str), remedy: (&str, &str)) -> Option<Finding> {
    let (from, until) = (day(period.not_before), day(period.not_after));
    if at < period.not_before {
        return Some(Finding::mend(
            text!("{en}: only from {from} on", "{vi}: chỉ từ {from}"),
            (
                "Check the clock; if it is right, wait until that day.",
                "Kiểm tra đồng hồ; nếu đúng, chờ đến ngày đó.",
            ),
        ));
    }
    (at > period.not_after)
        .then(|| Finding::mend(text!("{en}: over since {until}", "{vi}: đã hết từ {until}"), remedy))
}

/// The same, and a warning when the end is near.
fn ending(
    period: Period,
    at: Timestamp,
    notice: i64,
    (en, vi): (&str, &str),
    remedy: (&str, &str),
) -> Option<Finding> {
    outside(period, at, (en, vi), remedy).or_else(|| {
        let left = period.not_after.as_second() - at.as_second();
        let (until, left) = ((left < notice).then(|| day(period.not_after))?, span(left));
        let words = Text {
            en: format!("{en}: only until {until}, {} more", left.en),
            vi: format!("{vi}: chỉ đến {until}, còn {}", left.vi),
        };
        Some(Finding::warning(words, remedy))
    })
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}
