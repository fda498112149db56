//! The ledger beside what exists: certificates, revocation lists, cards.

use crate::home::Home;
use crate::keyring::ledger::{certificates, finalised, lists};
use crate::text::{Text, text};
use chipwright_iso7816::tlv::Reader;
use chipwright_keystore::uses::{Digest, Entry, Event, History, Use};
use chipwright_pki::{Certificate, Crl, TrustStore};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

/// The uses that stand in a ledger, and what was found wrong with them.
#[derive(Default)]
pub(super) struct Uses {
    begun: Option<Timestamp>,
    signed: HashSet<(Digest, Digest)>,
    /// What is signed by a key and not in the ledger.
    unknown: BTreeMap<Digest, Vec<PathBuf>>,
    pub(super) purposes: BTreeMap<(Digest, Use), u64>,
    pub(super) counts: Counts,
    pub(super) findings: Vec<Text>,
    pub(super) notes: Vec<Text>,
}

/// What was compared.
#[derive(Default, Serialize)]
pub(super) struct Counts {
    certificates: u64,
    revocation_lists: u64,
    cards: u64,
    older_than_the_ledger: u64,
}

impl Counts {
    pub(super) fn text(&self) -> Text {
        let Self { certificates, revocation_lists, cards, older_than_the_ledger } = self;
        text!(
            "{certificates} certificates, {revocation_lists} revocation lists, {cards} finalised cards; {older_than_the_ledger} things are older than the ledger",
            "{certificates} chứng thư số, {revocation_lists} danh sách thu hồi, {cards} thẻ đã hoàn tất; {older_than_the_ledger} mục có trước khi có sổ"
        )
    }
}

/// Something that was signed by a key of this home.
struct Thing<'a> {
    file: &'a Path,
    bytes: &'a [u8],
    made: Timestamp,
    issuer: &'a Certificate,
}

impl Uses {
    pub(super) fn take(&mut self, entry: &Entry) {
        match &entry.did {
            Event::Begun { .. } => self.begun = Some(entry.at),
            Event::Used { key, of, signed, .. } => {
                self.signed.insert((*key, *signed));
                *self.purposes.entry((*key, *of)).or_default() += 1;
            }
            Event::Mended { bytes } => {
                let (line, at) = (entry.n, entry.at.strftime("%Y-%m-%d %H:%M"));
                self.notes.push(text!(
                    "before line {line} ({at}) a line that was begun and not ended, {bytes} bytes, was cut off: power was lost, or the disk was full",
                    "trước dòng {line} ({at}) có một dòng ghi dở, {bytes} byte, đã được cắt bỏ: do mất điện hoặc đầy đĩa"
                ));
            }
            _ => {}
        }
    }

    /// Everything that exists has its use in the ledger.
    pub(super) fn compare(&mut self, home: &Home, history: &History) {
        let folder = home.authority();
        let mut held = certificates(&folder);
        held.extend(certificates(&folder.join("issued")));
        for (file, certificate) in &held {
            let issuer = held
                .iter()
                .map(|(_, issuer)| issuer)
                .find(|issuer| issuer.is_authority() && certificate.verify_issued_by(issuer).is_ok());
            if let Some(issuer) = issuer {
                let made = certificate.validity().not_before;
                let thing = Thing { file, bytes: certificate.as_der(), made, issuer };
                self.counts.certificates += u64::from(self.must_be_known(&thing, history));
            }
            if !certificate.is_authority() {
                self.cards_of(home, file, certificate, history);
            }
        }
        for (file, list) in lists(&folder) {
            let issuer = held.iter().map(|(_, issuer)| issuer).find(|issuer| signed(&list, issuer));
            let Some(issuer) = issuer else { continue };
            let thing = Thing { file: &file, bytes: list.as_der(), made: list.this_update(), issuer };
            self.counts.revocation_lists += u64::from(self.must_be_known(&thing, history));
            let row = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let (number, last) = (list.number(), history.state.number(&row).unwrap_or(0));
            if number > last && history.state.key(&Digest::of_key(issuer.public_key())).is_some() {
                let file = file.display();
                self.findings.push(text!(
                    "{file} has number {number}, and the ledger gave none after {last}: an older copy of the ledger was put back, or the list was signed elsewhere",
                    "{file} mang số {number}, trong khi sổ chỉ cấp đến {last}: sổ đã bị thay bằng bản cũ, hoặc danh sách được ký ở nơi khác"
                ));
            }
        }
        self.tell_unknown(history);
        for (_, count) in history.state.keys().filter(|(_, count)| count.unused() > 0) {
            let (label, unused) = (&count.label, count.unused());
            self.notes.push(text!(
                "{unused} uses of {label} were reserved and never made: by a program that was stopped, or one that is running now; they count against its limit",
                "{unused} lần dùng của {label} đã giữ chỗ mà không ký: do chương trình bị dừng, hoặc đang chạy; vẫn tính vào giới hạn"
            ));
        }
    }

    /// Whether it could be compared; what is missing is told.
    fn must_be_known(&mut self, thing: &Thing<'_>, history: &History) -> bool {
        let key = Digest::of_key(thing.issuer.public_key());
        // the key of another place counts there
        if history.state.key(&key).is_none() {
            return false;
        }
        // a clock shows whole seconds in certificates
        let begun = self.begun.map_or(0, Timestamp::as_second);
        let known =
            to_be_signed(thing.bytes).is_some_and(|part| self.signed.contains(&(key, Digest::of(part))));
        if known {
            return true;
        }
        if history.state.older_home() && thing.made.as_second() <= begun {
            self.counts.older_than_the_ledger += 1;
            return false;
        }
        self.unknown.entry(key).or_default().push(thing.file.to_owned());
        true
    }

    /// Power may have taken the line of a use that was reserved: of so many things as such uses are left of the key, and of no more.
    fn tell_unknown(&mut self, history: &History) {
        for (key, files) in std::mem::take(&mut self.unknown) {
            let Some(count) = history.state.key(&key) else { continue };
            let explained = u64::try_from(files.len()).is_ok_and(|things| things <= count.unused());
            for file in files {
                let (file, label) = (file.display(), &count.label);
                if explained {
                    self.notes.push(text!(
                        "{file} is signed by {label}, and its use is not in the ledger; a use of {label} was reserved whose line power may have taken",
                        "{file} do {label} ký nhưng sổ không ghi lần dùng đó; có một lần giữ chỗ của {label} mà dòng ghi có thể đã mất do mất điện"
                    ));
                } else {
                    self.findings.push(text!(
                        "{file} is signed by {label}, and its use is not in the ledger: the key was used elsewhere, or an older copy of the ledger was put back",
                        "{file} do {label} ký nhưng sổ không ghi lần dùng đó: khóa đã bị dùng ở nơi khác, hoặc sổ đã bị thay bằng bản cũ"
                    ));
                }
            }
        }
    }

    /// The registry's cards of a signer are no more than its uses.
    fn cards_of(&mut self, home: &Home, file: &Path, signer: &Certificate, history: &History) {
        let cards = finalised(home, signer.fingerprint());
        let Some(count) = history.state.key(&Digest::of_key(signer.public_key())) else {
            if cards > 0 && file.with_extension("key").exists() {
                let file = file.display();
                self.findings.push(text!(
                    "the registry knows {cards} cards of {file}, and the ledger does not know its key",
                    "sổ đăng ký có {cards} thẻ do {file} ký, nhưng sổ dùng khóa không có khóa này"
                ));
            }
            return;
        };
        self.counts.cards += cards;
        let uses = count.before + count.used + count.unused();
        if cards > uses {
            let label = &count.label;
            self.findings.push(text!(
                "the registry knows {cards} cards signed by {label}, and the ledger {uses} uses of it: an older copy of the ledger was put back, or the key was used elsewhere",
                "sổ đăng ký có {cards} thẻ do {label} ký, trong khi sổ dùng khóa chỉ ghi {uses} lần: sổ đã bị thay bằng bản cũ, hoặc khóa đã bị dùng ở nơi khác"
            ));
        }
    }
}

/// Whether the list is this root's.
fn signed(list: &Crl, root: &Certificate) -> bool {
    let mut trust = TrustStore::new();
    root.is_authority() && trust.add_root(root.clone()).and_then(|()| trust.add_crl(list.clone())).is_ok()
}

/// The first part of `SEQUENCE { toBeSigned, algorithm, signature }`.
fn to_be_signed(der: &[u8]) -> Option<&[u8]> {
    let mut all = Reader::strict(der);
    let mut parts = all.next_required().ok()?.children().ok()?;
    parts.next_required().ok().map(|part| part.encoded)
}
