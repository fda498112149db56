//! Keys in a token: whether it is there and may be asked for its keys, as far as that can be told without its PIN.

use super::super::authority::Found;
use super::super::catalogue::Name;
use super::super::finding::{Finding, State};
use super::super::station::Findings;
use super::{name, passphrases, unusable};
use crate::authority::Authority;
use crate::configuration::Configuration;
use crate::custodians::roster::Roster;
use crate::home::Home;
use crate::keyring::places::public_half;
use crate::text::{Text, text};
use chipwright_keystore::token::{TokenName, TokenStore};
use chipwright_pki::Certificate;
use std::path::Path;

pub(super) fn examine(
    home: &Home,
    configuration: Option<&Configuration>,
    found: &Found,
    findings: &Findings<'_>,
) {
    let authority = Authority::of(home);
    let tokens = configuration.map(|configuration| configuration.keys.tokens());
    let (root, station) = match &tokens {
        Some(Ok(Some(tokens))) => {
            let look = |name: &TokenName| match TokenStore::look(&tokens.module, name) {
                Ok(()) => Ok(name.label.clone()),
                Err(error) => Err(unusable(&error)),
            };
            (look(&tokens.root), look(&tokens.station))
        }
        _ => {
            let nowhere = || {
                Err(Finding::mend(
                    (
                        "the configuration does not say which token holds the keys",
                        "cấu hình không cho biết token nào chứa khóa",
                    ),
                    (
                        "Write keys.module and keys.token_label into config.toml.",
                        "Ghi keys.module và keys.token_label vào config.toml.",
                    ),
                ))
            };
            (nowhere(), nowhere())
        }
    };
    let half = |token: &Result<String, Finding>, file: &Path, certificate: Option<&Certificate>| match token {
        Err(finding) => finding.clone(),
        Ok(label) => half_of(label, &public_half(file), certificate),
    };
    let finding = half(&root, &authority.root_key_file(), found.root.as_ref());
    let shared = matches!(Roster::of(home), Ok(Some(_)));
    findings.put(Name::KeysRoot, if shared { opened_by_its_officer_too(finding) } else { finding });
    let signer = match &found.signer {
        None => {
            Finding::not_checked(("there is no signer to compare it with", "không có người ký để đối chiếu"))
        }
        Some((name, certificate)) => half(&station, &authority.signer_key_file(name), Some(certificate)),
    };
    findings.put(Name::KeysSigner, signer);
    findings.put(
        Name::KeysCards,
        match &station {
            Err(finding) => finding.clone(),
            Ok(label) => Finding::well(text!(
                "in the token {label}; whether they are there shows when its PIN is given",
                "trong token {label}; có đủ hay không sẽ rõ khi nhập mã PIN"
            )),
        },
    );
    findings.put(Name::KeysPassphrases, passphrases(&authority, home, configuration));
}

/// Custodians share the PIN, and the token's security officer can set another: what is well is told with that.
fn opened_by_its_officer_too(finding: Finding) -> Finding {
    if finding.state != State::Well {
        return finding;
    }
    let Text { en, vi } = finding.found;
    Finding::well(Text {
        en: format!(
            "{en}; whoever has the token's SO PIN can set another PIN and sign without the custodians"
        ),
        vi: format!(
            "{vi}; người có mã SO PIN của token có thể đặt mã PIN khác và ký mà không cần người giữ khóa"
        ),
    })
}

/// Is this public half, of a key in the token, that of the certificate?
fn half_of(token: &str, public: &Path, certificate: Option<&Certificate>) -> Finding {
    let held = std::fs::read(public).ok();
    match (held, certificate) {
        (Some(held), Some(certificate)) if held == certificate.public_key().spki_der() => {
            Finding::well(text!(
                "in the token {token}, as the public half of the certificate",
                "trong token {token}, khớp phần công khai của chứng thư"
            ))
        }
        (None, _) => Finding::mend(
            text!("{} is not there", "không có {}", name(public)),
            ("Bring it from its backup.", "Lấy lại từ bản sao lưu."),
        ),
        _ => Finding::mend(
            text!(
                "{} does not belong to the certificate beside it",
                "{} không khớp chứng thư đi kèm",
                name(public)
            ),
            (
                "Bring certificate and public half from the same backup.",
                "Lấy lại chứng thư và phần công khai từ cùng một bản sao lưu.",
            ),
        ),
    }
}
