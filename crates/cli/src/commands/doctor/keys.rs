//! Key files: there, whole, and the private halves of the certificates, as far as that can be told without asking anybody
//! for a passphrase. Where a test home keeps its passphrases in files, they are opened.

mod token;

use super::authority::Found;
use super::catalogue::Name;
use super::finding::{Finding, Findings as Several, words};
use super::station::{Findings, stored_passphrase};
use crate::authority::Authority;
use crate::configuration::{Configuration, Mode};
use crate::home::Home;
use crate::station_keys::{master_file, passphrase_file, transport_file};
use crate::text::text;
use crate::vietnamese;
use chipwright_keystore::{CardKeyFile, CardKeyPurpose, FileKey, KeystoreError, Passphrase};
use chipwright_pki::{Certificate, SignKey};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::thread;

/// The label `init` gives to the keys that software cards are delivered with.
const PUBLISHED: &str = "published development keys";
const BACKUP: (&str, &str) = ("Bring the key file from its backup.", "Lấy lại tệp khóa từ bản sao lưu.");

/// All checks of keys. Deriving from a passphrase is slow on purpose, so the files are opened side by side.
pub(crate) fn examine(
    home: &Home,
    configuration: Option<&Configuration>,
    found: &Found,
    findings: &Findings<'_>,
) {
    let authority = Authority::of(home);
    if configuration.is_some_and(|configuration| configuration.keys.in_token()) {
        return token::examine(home, configuration, found, findings);
    }
    let real = configuration.is_some_and(|configuration| configuration.issuer.mode == Mode::Real);
    thread::scope(|scope| {
        scope.spawn(|| findings.put(Name::KeysRoot, root(&authority, found.root.as_ref(), real)));
        scope.spawn(|| findings.put(Name::KeysSigner, signer(&authority, home, found)));
        scope.spawn(|| findings.put(Name::KeysCards, cards(home, configuration)));
    });
    findings.put(Name::KeysPassphrases, passphrases(&authority, home, configuration));
}

fn root(authority: &Authority, certificate: Option<&Certificate>, real: bool) -> Finding {
    let file = authority.root_key_file();
    if !file.exists() {
        return match real {
            true => Finding::well(("not on this station", "không nằm trên trạm này")),
            false => Finding::warning(
                (
                    "ca/root.key is not there: no revocation list and no signer can be made here",
                    "không có ca/root.key: không lập được danh sách thu hồi hay người ký mới ở đây",
                ),
                BACKUP,
            ),
        };
    }
    let finding = half_of(&file, &authority.root_passphrase_file(), certificate);
    if real && finding.remedy.is_none() {
        return Finding::warning(
            ("the root's private key lies on this station", "khóa bí mật của gốc nằm ngay trên trạm này"),
            (
                "Keep ca/root.key on a medium in a safe, and bring it only for `chipwright ca` commands.",
                "Cất ca/root.key trên thiết bị riêng trong két, chỉ mang ra khi chạy lệnh `chipwright ca`.",
            ),
        );
    }
    finding
}

fn signer(authority: &Authority, home: &Home, found: &Found) -> Finding {
    match &found.signer {
        None => {
            Finding::not_checked(("there is no signer to compare it with", "không có người ký để đối chiếu"))
        }
        Some((name, certificate)) => {
            half_of(&authority.signer_key_file(name), &passphrase_file(home), Some(certificate))
        }
    }
}

/// Is this file the private half of that certificate?
fn half_of(file: &Path, passphrase: &Path, certificate: Option<&Certificate>) -> Finding {
    let Some(passphrase) = stored_passphrase(passphrase) else {
        return closed(FileKey::load(file, &nobodys()).map(drop));
    };
    match (FileKey::load(file, &passphrase), certificate) {
        (Err(error), _) => unusable(&error),
        (Ok(_), None) => Finding::well(("it can be opened", "mở được")),
        (Ok(key), Some(certificate)) if key.public_key() == certificate.public_key() => {
            Finding::well(("it is the private half of the certificate", "đúng là khóa bí mật của chứng thư"))
        }
        (Ok(_), Some(_)) => {
            let name = name(file);
            Finding::mend(
                text!(
                    "{name} is not the private half of its certificate",
                    "{name} không phải khóa bí mật của chứng thư đi kèm"
                ),
                (
                    "Bring certificate and key from the same backup.",
                    "Lấy lại chứng thư và khóa từ cùng một bản sao lưu.",
                ),
            )
        }
    }
}

/// A passphrase that opens nothing: no key file is made with an empty one. What a file is shows before and by its refusal.
fn nobodys() -> Passphrase {
    Passphrase::new("")
}

/// What the refusal of nobody's passphrase says of a file.
fn closed(opened: Result<(), KeystoreError>) -> Finding {
    match opened {
        Err(KeystoreError::WrongPassphrase { .. }) => Finding::well((
            "an encrypted key file; whether it fits shows when its passphrase is given",
            "tệp khóa đã mã hóa; có khớp hay không sẽ rõ khi nhập mật khẩu",
        )),
        Err(error) => unusable(&error),
        Ok(()) => Finding::mend(
            ("a key file opens without a passphrase", "tệp khóa mở được mà không cần mật khẩu"),
            (
                "Encrypt it with a passphrase, and treat its keys as known to others.",
                "Mã hóa lại bằng mật khẩu và coi như khóa đã bị lộ.",
            ),
        ),
    }
}

fn unusable(error: &KeystoreError) -> Finding {
    let finding = Finding::mend(words(error), vietnamese::text(error.remedy()));
    match error {
        KeystoreError::NotFound { .. } | KeystoreError::NotAKey { .. } => finding.with_remedy(BACKUP),
        // nobody typed it
        KeystoreError::WrongPassphrase { .. } => finding.with_remedy((
            "Bring keys and passphrase file from the same backup.",
            "Lấy lại tệp khóa và tệp mật khẩu từ cùng một bản sao lưu.",
        )),
        _ => finding,
    }
}

/// What a card key file says of itself without a passphrase.
#[derive(Deserialize)]
struct Announced {
    header: Header,
}

#[derive(Deserialize)]
struct Header {
    purpose: CardKeyPurpose,
    label: String,
    key_version: u8,
    key_bytes: usize,
}

fn cards(home: &Home, configuration: Option<&Configuration>) -> Finding {
    let passphrase = stored_passphrase(&passphrase_file(home));
    let files =
        [(master_file(home), CardKeyPurpose::Master), (transport_file(home), CardKeyPurpose::Transport)];
    let found = thread::scope(|scope| {
        let looks = files.each_ref().map(|(file, purpose)| {
            let passphrase = passphrase.as_ref();
            scope.spawn(move || card_keys(file, *purpose, passphrase, configuration))
        });
        looks.map(|look| look.join().unwrap_or_default())
    });
    let mut several = Several::default();
    found.into_iter().flatten().for_each(|finding| several.add(finding));
    several.or_well(match passphrase {
        Some(_) => ("master and transport keys can be opened", "mở được khóa chủ và khóa vận chuyển"),
        None => (
            "encrypted files that agree with the configuration; whether they open shows when the passphrase is given",
            "các tệp đã mã hóa và khớp cấu hình; có mở được hay không sẽ rõ khi nhập mật khẩu",
        ),
    })
}

fn card_keys(
    file: &Path,
    purpose: CardKeyPurpose,
    passphrase: Option<&Passphrase>,
    configuration: Option<&Configuration>,
) -> Vec<Finding> {
    let opened = match passphrase {
        Some(passphrase) => CardKeyFile::load(file, passphrase).map(drop).err().map(|error| unusable(&error)),
        None => Some(closed(CardKeyFile::load(file, &nobodys()).map(drop))),
    };
    let mut found: Vec<Finding> = opened.into_iter().filter(|finding| finding.remedy.is_some()).collect();
    let announced =
        std::fs::read(file).ok().and_then(|bytes| serde_json::from_slice::<Announced>(&bytes).ok());
    if let (Some(Announced { header }), Some(configuration)) = (announced, configuration) {
        found.extend(disagreement(&name(file), &header, purpose, configuration));
    }
    found
}

fn disagreement(
    name: &str,
    header: &Header,
    purpose: CardKeyPurpose,
    configuration: &Configuration,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let keys = &configuration.card_keys;
    let mend = (
        "Put the right file in its place, or mend config.toml.",
        "Đặt đúng tệp vào chỗ, hoặc sửa lại config.toml.",
    );
    let wanted = match purpose {
        CardKeyPurpose::Master => keys.former_versions.first().unwrap_or(&keys.issuer_version),
        CardKeyPurpose::Transport => &keys.transport_version,
    };
    if header.purpose != purpose {
        found.push(Finding::mend(
            text!("{name} holds keys for another purpose", "{name} chứa khóa dùng cho việc khác"),
            mend,
        ));
    }
    if u8::from_str_radix(wanted, 16).is_ok_and(|wanted| wanted != header.key_version) {
        let held = header.key_version;
        found.push(Finding::mend(
            text!(
                "{name} holds key version {held:02X}, the configuration says {wanted}",
                "{name} chứa khóa phiên bản {held:02X}, cấu hình ghi {wanted}"
            ),
            mend,
        ));
    }
    if header.key_bytes * 8 != usize::from(keys.size) {
        let bits = header.key_bytes * 8;
        found.push(Finding::mend(
            text!(
                "{name} holds keys of {bits} bits, the configuration says {}",
                "{name} chứa khóa {bits} bit, cấu hình ghi {}",
                keys.size
            ),
            mend,
        ));
    }
    if configuration.issuer.mode == Mode::Real && header.label == PUBLISHED {
        found.push(Finding::mend(
            text!(
                "{name} holds the published keys of development chips",
                "{name} chứa khóa công khai của chip phát triển"
            ),
            (
                "Order chips with transport keys of their own, and make the home anew with --transport-keys.",
                "Đặt chip có khóa vận chuyển riêng và tạo lại thư mục với --transport-keys.",
            ),
        ));
    }
    found
}

fn passphrases(authority: &Authority, home: &Home, configuration: Option<&Configuration>) -> Finding {
    let files = [authority.root_passphrase_file(), passphrase_file(home)];
    let there: Vec<String> = files.iter().filter(|file| file.exists()).map(|file| name(file)).collect();
    let Some(configuration) = configuration else {
        return Finding::not_checked(("the configuration cannot be read", "không đọc được cấu hình"));
    };
    let named = there.join(", ");
    match (configuration.issuer.mode, there.is_empty()) {
        (_, true) => Finding::well(("none lies on this disk", "không có mật khẩu nào nằm trên ổ đĩa")),
        (Mode::Test, false) => Finding::well((
            "they lie beside the keys, as in every test home",
            "nằm cạnh các khóa, như mọi thư mục thử nghiệm",
        )),
        (Mode::Real, false) => Finding::mend(
            text!(
                "{named}: a passphrase lies beside the keys it protects",
                "{named}: mật khẩu nằm cạnh khóa mà nó bảo vệ"
            ),
            (
                "Write the passphrase down for the safe, delete the file, and give it with --passphrase-fd or at the prompt.",
                "Ghi mật khẩu ra giấy cất trong két, xóa tệp, và nhập mật khẩu khi được hỏi hoặc bằng --passphrase-fd.",
            ),
        ),
    }
}

/// `ca/root.key`
fn name(file: &Path) -> String {
    let parts: Vec<_> = file.iter().rev().take(2).collect();
    parts.into_iter().rev().collect::<PathBuf>().display().to_string()
}
