//! The registry: opens, whole, and consistent with itself.

use super::authority::Found;
use super::catalogue::Name;
use super::clock::Past;
use super::finding::{Finding, many, span, words};
use super::station::{Findings, Station};
use crate::configuration::Configuration;
use crate::home::Home;
use crate::shell;
use crate::text::{Text, text};
use crate::vietnamese;
use chipwright_pki::Certificate;
use chipwright_registry::{
    BlankStage, BlanksByStage, CardStatus, CardsByStatus, Error, Holder, InFlight, SCHEMA_VERSION, View,
    Writer,
};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::Path;

/// Everything that needs a registry that opens.
const INSIDE: [Name; 3] = [Name::RegistryCounts, Name::RegistryUnfinished, Name::RegistryTries];

/// All checks of it. The newest moment it holds goes to `past`.
pub(crate) fn examine(
    station: &Station,
    home: &Home,
    configuration: Option<&Configuration>,
    found: &Found,
    quick: bool,
    past: &mut Vec<Past>,
    findings: &Findings<'_>,
) {
    let mut view = match View::open(&home.registry()) {
        Ok(view) => view,
        Err(error) => {
            findings.put(Name::RegistryOpen, refused(&error));
            let why = Finding::not_checked(("the registry does not open", "không mở được sổ đăng ký"));
            findings.put_all(&[Name::RegistryLock, Name::RegistryIntegrity], &why);
            findings.put_all(&INSIDE, &why);
            return;
        }
    };
    findings.put(Name::RegistryOpen, whose(&view, configuration, found));
    let held = lock(&home.registry(), findings);
    let integrity = match quick {
        true => Finding::not_checked(("left out by --quick", "bỏ qua theo --quick")),
        false => integrity(&mut view, findings.working(Name::RegistryIntegrity)),
    };
    findings.put(Name::RegistryIntegrity, integrity);
    let inside = view.at_one_moment(|view| {
        findings.put(Name::RegistryCounts, cards(view, past)?);
        findings.put(Name::RegistryUnfinished, unfinished(&view.open_work()?, station.at, held));
        findings.put(Name::RegistryTries, tries(view)?);
        Ok(())
    });
    if let Err(error) = inside {
        findings.put_all(&INSIDE, &refused(&error));
    }
}

fn refused(error: &Error) -> Finding {
    let remedy = match error {
        Error::NotFound { .. } | Error::NotARegistry { .. } => {
            "Stop issuing, keep the file as it is, and restore the last backup."
        }
        _ => error.remedy(),
    };
    Finding::mend(words(error), vietnamese::text(remedy))
}

/// Is it the registry of this home's root?
fn whose(view: &View, configuration: Option<&Configuration>, found: &Found) -> Finding {
    let issuer = match view.issuer() {
        Ok(issuer) => issuer,
        Err(error) => return refused(&error),
    };
    let remedy = (
        "Stop issuing; bring home and registry from the same backup.",
        "Ngừng cấp thẻ; khôi phục thư mục và sổ đăng ký từ cùng một bản sao lưu.",
    );
    let others = |root: &Certificate| root.fingerprint() != issuer.root_digest;
    if found.root.as_ref().is_some_and(others) && !found.earlier.contains(&issuer.root_digest) {
        return Finding::mend(
            ("this registry belongs to another root", "sổ đăng ký này thuộc về một gốc khác"),
            remedy,
        );
    }
    if configuration.is_some_and(|configuration| configuration.issuer.name != issuer.name) {
        let name = issuer.name;
        return Finding::warning(
            text!(
                "this registry is that of \u{201c}{name}\u{201d}, the configuration names another issuer",
                "sổ đăng ký này của \u{201c}{name}\u{201d}, cấu hình ghi nơi cấp khác"
            ),
            ("Put issuer.name in config.toml right.", "Sửa lại issuer.name trong config.toml."),
        );
    }
    Finding::well(text!("it opens; version {SCHEMA_VERSION}", "mở được; phiên bản {SCHEMA_VERSION}"))
}

/// Who writes it now; the system drops the lock with its process.
fn lock(path: &Path, findings: &Findings<'_>) -> bool {
    let writer = Writer::of(path);
    let held = matches!(writer, Ok(Writer::Somebody(_)));
    findings.put(
        Name::RegistryLock,
        match writer {
            Err(error) => Finding::not_checked(words(&error)),
            Ok(Writer::Nobody) => Finding::well(("nobody writes it", "không ai đang ghi")),
            Ok(Writer::Somebody(Some(Holder { process, .. }))) if is_running(process) => {
                Finding::well(text!("process {process} is writing it", "tiến trình {process} đang ghi"))
            }
            Ok(Writer::Somebody(holder)) => Finding::warning(held_by(holder), who_uses(path)),
        },
    );
    held
}

fn is_running(process: u32) -> bool {
    Path::new("/proc").join(process.to_string()).exists()
}

fn held_by(holder: Option<Holder>) -> Text {
    match holder {
        Some(Holder { process, .. }) => text!(
            "it is locked, but process {process} is not running: a child process or another machine holds the lock",
            "đang bị khóa nhưng tiến trình {process} không chạy: tiến trình con hoặc máy khác giữ khóa"
        ),
        None => (
            "it is locked, and nothing says by whom: a child process or another machine holds the lock",
            "đang bị khóa nhưng không rõ ai giữ: có thể là tiến trình con hoặc máy khác",
        )
            .into(),
    }
}

fn who_uses(registry: &Path) -> Text {
    let mut name = registry.as_os_str().to_owned();
    name.push(".lock");
    let lock = shell::path(Path::new(&name));
    text!(
        "See who uses the file with `fuser -v {lock}`, and end that process; never share a home between machines.",
        "Xem ai đang dùng tệp bằng `fuser -v {lock}` và kết thúc tiến trình đó; không dùng chung thư mục giữa nhiều máy."
    )
}

/// Reads the whole file.
fn integrity(view: &mut View, working: impl FnMut() + Send + 'static) -> Finding {
    match view.integrity(working) {
        Ok(()) => {
            Finding::well(("its pages, rows and indexes are in order", "các trang, dòng và chỉ mục đều đúng"))
        }
        Err(error @ Error::Unusable { .. }) => Finding::not_checked(refused(&error).found),
        Err(error) => refused(&error),
    }
}

/// Every card whose chip says something else than the card.
fn cards(view: &View, past: &mut Vec<Past>) -> Result<Finding, Error> {
    let mut newest: Option<Timestamp> = None;
    let mut finished = Vec::new();
    view.for_each_card(&mut |card| {
        newest = newest.max(Some(card.changed_at));
        if matches!(card.status, CardStatus::Finalised | CardStatus::Issued) {
            finished.extend(card.chip);
        }
    })?;
    past.extend(newest.map(|at| Past::new(at, "a card was recorded", "một thẻ được ghi sổ")));
    let mut contradicting = 0;
    for chip in &finished {
        if view.blank(chip)?.is_none_or(|blank| blank.stage != BlankStage::Used) {
            contradicting += 1;
        }
    }
    let CardsByStatus { issued, finalised, revoked, abandoned, .. } = view.cards_by_status()?;
    let BlanksByStage { used, spoiled, .. } = view.blanks_by_stage()?;
    let lie = many(contradicting, "card lies on a chip that is", "cards lie on chips that are");
    Ok(if contradicting > 0 || used < issued + finalised || used > issued + finalised + revoked {
        Finding::mend(
            text!(
                "cards and chips contradict each other: {issued} issued, {finalised} finalised, {revoked} revoked, on {used} used chips; {contradicting} {lie} not used",
                "thẻ và chip không khớp: {issued} đã cấp, {finalised} đã hoàn tất, {revoked} đã thu hồi, trên {used} chip đã dùng; {contradicting} thẻ nằm trên chip chưa dùng"
            ),
            (
                "Stop issuing, keep the registry as it is, and have it examined: somebody changed it by hand.",
                "Ngừng cấp thẻ, giữ nguyên sổ đăng ký và cho kiểm tra: có người đã sửa sổ bằng tay.",
            ),
        )
    } else {
        Finding::well(text!(
            "{issued} issued, {finalised} finalised, {revoked} revoked, {abandoned} abandoned; {used} chips used, {spoiled} spoiled",
            "{issued} đã cấp, {finalised} đã hoàn tất, {revoked} đã thu hồi, {abandoned} đã bỏ; {used} chip đã dùng, {spoiled} hỏng"
        ))
    })
}

/// Cards that wait for their chip.
fn unfinished(work: &[InFlight], at: Timestamp, running: bool) -> Finding {
    let of = |status| work.iter().filter(|work| work.card.status == status).count();
    let open = work.iter().filter(|work| work.open.is_some()).count();
    let (allocated, writing, finalised) =
        (of(CardStatus::Allocated), of(CardStatus::Writing), of(CardStatus::Finalised));
    if work.is_empty() {
        return Finding::well(("none", "không có"));
    }
    let counts = counted(&[
        (allocated, many(allocated, "has a number", "have a number"), "đã có số"),
        (writing, "being written", "đang ghi"),
        (
            open,
            many(writing, "of which perhaps finalised", "of them perhaps finalised"),
            "trong đó có thể đã hoàn tất",
        ),
        (finalised, many(finalised, "waits to be verified", "wait to be verified"), "chờ kiểm tra"),
    ]);
    if running || writing + finalised == 0 {
        return Finding::well(counts);
    }
    let oldest = work.iter().map(|work| work.card.changed_at).min().unwrap_or(at);
    let age = span(at.duration_since(oldest).as_secs().max(0));
    Finding::warning(
        Text {
            en: format!("{}, for up to {}", counts.en, age.en),
            vi: format!("{}, lâu nhất {}", counts.vi, age.vi),
        },
        (
            "Put these chips into the reader and run `chipwright issue` again; `chipwright status` names them. For a lost one: `chipwright revoke CARD --reason lost`.",
            "Đặt lại các chip đó vào đầu đọc và chạy lại `chipwright issue`; `chipwright status` cho biết chip nào. Nếu mất chip: `chipwright revoke THẺ --reason lost`.",
        ),
    )
}

/// Those that there are.
fn counted(counts: &[(usize, &str, &str)]) -> Text {
    let there = || counts.iter().filter(|(n, ..)| *n > 0);
    Text {
        en: there().map(|(n, en, _)| format!("{n} {en}")).collect::<Vec<_>>().join(", "),
        vi: there().map(|(n, _, vi)| format!("{n} {vi}")).collect::<Vec<_>>().join(", "),
    }
}

/// Tries that chips have lost, with whichever key set it was worst.
fn tries(view: &View) -> Result<Finding, Error> {
    let allowed = u32::from(view.issuer()?.tries_allowed);
    let mut worst: BTreeMap<[u8; 10], u32> = BTreeMap::new();
    view.for_each_spent_try(&mut |chip, _, spent| {
        let lost = worst.entry(chip.0).or_default();
        *lost = spent.max(*lost);
    })?;
    let none_left = worst.values().filter(|spent| **spent >= allowed).count();
    let some = worst.len() - none_left;
    let remedy = (
        "Put these chips aside and have the card keys checked before any other chip is tried.",
        "Để riêng các chip đó và kiểm tra khóa thẻ trước khi thử chip khác.",
    );
    Ok(match (some, none_left) {
        (0, 0) => Finding::well(("no chip has lost any", "chưa chip nào mất lần thử nào")),
        (some, 0) => Finding::warning(
            text!(
                "chips that lost some of their {allowed} tries: {some}",
                "chip đã mất một phần trong {allowed} lần thử: {some}"
            ),
            remedy,
        ),
        (some, none_left) => Finding::mend(
            text!(
                "chips with none of their {allowed} tries left: {none_left}; with some lost: {some}",
                "chip đã hết cả {allowed} lần thử: {none_left}; đã mất một phần: {some}"
            ),
            remedy,
        ),
    })
}
