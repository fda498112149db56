//! The registry: opens, whole, and consistent with itself.

use super::authority::Found;
use super::catalogue::Name;
use super::clock::Past;
use super::finding::{Finding, span, words};
use super::station::{Findings, Station};
use crate::configuration::Configuration;
use crate::emulator_reader::{self, EmulatorReader};
use crate::home::Home;
use crate::text::{Text, text};
use crate::vietnamese;
use chipwright_registry::{
    BlankStage, BlanksByStage, CardStatus, CardsByStatus, ChipId, Error, InFlight, Registry, SCHEMA_VERSION,
    View,
};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Software cards asked for their chip.
const MOST_SOFTWARE_CARDS: usize = 1_000;

/// Everything that needs a registry that opens.
const INSIDE: [Name; 3] = [Name::RegistryCounts, Name::RegistryUnfinished, Name::RegistryTries];

/// All checks of it. The newest moment it holds goes to `past`.
pub(crate) fn examine(
    station: &Station,
    home: &Home,
    configuration: Option<&Configuration>,
    found: &Found,
    past: &mut Vec<Past>,
    findings: &Findings<'_>,
) {
    let view = match View::open(&home.registry()) {
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
    findings.put(Name::RegistryIntegrity, integrity(&home.registry(), station.at, held));
    let inside = cards(&view, past).and_then(|cards| {
        findings.put(Name::RegistryCounts, cards.finding);
        findings.put(Name::RegistryUnfinished, unfinished(&view.open_work()?, station.at, held));
        findings.put(Name::RegistryTries, tries(&view, home, configuration, cards.chips)?);
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
    if found.root.as_ref().is_some_and(|root| root.fingerprint() != issuer.root_digest) {
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
    let (finding, held) = match holder(path) {
        Ok(Holder::Nobody) => (Finding::well(("nobody writes it", "không ai đang ghi")), false),
        Ok(Holder::Alive(id)) => {
            (Finding::well(text!("process {id} is writing it", "tiến trình {id} đang ghi")), true)
        }
        Ok(Holder::Unknown(id)) => {
            let finding = Finding::warning(
                text!(
                    "it is locked, but process {id} is not running: a child process or another machine holds the lock",
                    "đang bị khóa nhưng tiến trình {id} không chạy: tiến trình con hoặc máy khác giữ khóa"
                ),
                (
                    "See who uses the file with `fuser -v registry.sqlite.lock`, and end that process; never share a home between machines.",
                    "Xem ai đang dùng tệp bằng `fuser -v registry.sqlite.lock` và kết thúc tiến trình đó; không dùng chung thư mục giữa nhiều máy.",
                ),
            );
            (finding, true)
        }
        Err(error) => (Finding::not_checked(words(&error)), false),
    };
    findings.put(Name::RegistryLock, finding);
    held
}

enum Holder {
    Nobody,
    Alive(String),
    Unknown(String),
}

fn holder(registry: &Path) -> io::Result<Holder> {
    let mut name = registry.as_os_str().to_owned();
    name.push(".lock");
    let mut file = match File::open(PathBuf::from(name)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Holder::Nobody),
        Err(error) => return Err(error),
    };
    match file.try_lock_shared() {
        Ok(()) => return Ok(Holder::Nobody),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let mut note = String::new();
    file.by_ref().take(256).read_to_string(&mut note)?;
    let process = note.split_whitespace().next().unwrap_or("?").to_owned();
    let alive = process.parse::<u32>().is_ok_and(|id| Path::new("/proc").join(id.to_string()).exists());
    Ok(if alive { Holder::Alive(process) } else { Holder::Unknown(process) })
}

/// Reads the whole file, while nobody writes it and with the writer's lock held.
fn integrity(path: &Path, at: Timestamp, held: bool) -> Finding {
    if held {
        return Finding::not_checked((
            "another process is writing; examine the station again when it is done",
            "tiến trình khác đang ghi; hãy kiểm tra lại khi xong",
        ));
    }
    match schema_version(path) {
        // opening it for writing would carry it forward, which is not for a look
        Ok(version) if version != SCHEMA_VERSION => {
            return Finding::not_checked(text!(
                "it has version {version}; the next `issue` carries it to version {SCHEMA_VERSION}",
                "đang ở phiên bản {version}; lần `issue` tới sẽ nâng lên phiên bản {SCHEMA_VERSION}"
            ));
        }
        Ok(_) => {}
        Err(error) => return Finding::not_checked(words(&error)),
    }
    match Registry::open(path, at) {
        Ok(_) => Finding::well(("its pages and rows are in order", "các trang và dòng đều đúng")),
        Err(error @ (Error::File { .. } | Error::Unusable { .. } | Error::InUse { .. })) => {
            Finding::not_checked(refused(&error).found)
        }
        Err(error) => refused(&error),
    }
}

/// The user version of an SQLite file: four bytes at offset 60 of its header.
fn schema_version(path: &Path) -> io::Result<u32> {
    let mut file = File::open(path)?;
    let mut version = [0; 4];
    file.seek(SeekFrom::Start(60))?;
    file.read_exact(&mut version)?;
    Ok(u32::from_be_bytes(version))
}

struct Cards {
    finding: Finding,
    /// Every chip that a card was ever tried on.
    chips: BTreeSet<[u8; 10]>,
}

/// Every card whose chip says something else than the card.
fn cards(view: &View, past: &mut Vec<Past>) -> Result<Cards, Error> {
    let mut chips = BTreeSet::new();
    let mut newest: Option<Timestamp> = None;
    let mut finished = Vec::new();
    view.for_each_card(&mut |card| {
        newest = newest.max(Some(card.changed_at));
        chips.extend(card.chip.map(|chip| chip.0));
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
    let finding = if contradicting > 0 || used < issued + finalised || used > issued + finalised + revoked {
        Finding::mend(
            text!(
                "cards and chips contradict each other: {issued} issued, {finalised} finalised, {revoked} revoked, on {used} used chips; {contradicting} cards lie on chips that are not used",
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
    };
    Ok(Cards { finding, chips })
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
        (allocated, "have a number", "đã có số"),
        (writing, "being written", "đang ghi"),
        (open, "of them perhaps finalised", "trong đó có thể đã hoàn tất"),
        (finalised, "wait to be verified", "chờ kiểm tra"),
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

/// Tries spent on the chips that are known by a card or lie here as software cards.
fn tries(
    view: &View,
    home: &Home,
    configuration: Option<&Configuration>,
    mut chips: BTreeSet<[u8; 10]>,
) -> Result<Finding, Error> {
    let Some(profile) = configuration.and_then(|configuration| configuration.chip_profile().ok()) else {
        return Ok(Finding::not_checked(("the configuration cannot be used", "không dùng được cấu hình")));
    };
    for name in emulator_reader::names(home).unwrap_or_default().iter().take(MOST_SOFTWARE_CARDS) {
        chips.extend(EmulatorReader::look(home, name).ok().map(|card| card.chip_identifier()));
    }
    let allowed = view.issuer()?.tries_allowed;
    let (mut some, mut none_left) = (0, 0);
    for chip in chips.into_iter().map(ChipId) {
        for version in [profile.transport_version, profile.issuer_version] {
            match view.tries_spent(&chip, version)? {
                0 => {}
                spent if spent >= u32::from(allowed) => none_left += 1,
                _ => some += 1,
            }
        }
    }
    let remedy = (
        "Put these chips aside and have the card keys checked before any other chip is tried.",
        "Để riêng các chip đó và kiểm tra khóa thẻ trước khi thử chip khác.",
    );
    Ok(match (some, none_left) {
        (0, 0) => Finding::well(("no chip of a card has lost any", "chip của các thẻ chưa mất lần nào")),
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
