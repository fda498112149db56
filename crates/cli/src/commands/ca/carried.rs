//! Files that are carried between a station and the root: what each is, said by itself and found out again.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::home;
use crate::text::{Text, text};
use chipwright_pki::certificate::CertificateError;
use chipwright_pki::pem::PemError;
use chipwright_pki::{Certificate, Crl, Request};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The longest file that is read.
const MOST: u64 = 1 << 20;

/// What a file turned out to be.
pub(super) enum Carried {
    Request(Request),
    Certificate(Box<Certificate>),
    Crl(Crl),
}

impl Carried {
    /// Reads a file, whatever it is.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(MOST).read_to_end(&mut bytes))
            .map_err(|error| home::not_read(path, &error))?;
        if let Ok(request) = Request::from_file_bytes(&bytes) {
            return Ok(Self::Request(request));
        }
        let certificates = match Certificate::from_file_bytes(&bytes) {
            Ok(certificates) => certificates,
            Err(error) => {
                if let Some(crl) = Crl::from_file_bytes(&bytes).unwrap_or_default().into_iter().next() {
                    return Ok(Self::Crl(crl));
                }
                return Err(unknown(path, &bytes, &error));
            }
        };
        match <[Certificate; 1]>::try_from(certificates) {
            Ok([certificate]) => Ok(Self::Certificate(Box::new(certificate))),
            Err(several) => Err(Failure::new(
                Exit::Usage,
                text!(
                    "{} holds {} certificates; one is carried at a time",
                    "{} có {} chứng thư; mỗi lần chỉ chuyển một chứng thư",
                    path.display(),
                    several.len()
                ),
                NOTHING_CHANGED,
            )),
        }
    }

    /// In words, with the name it bears.
    pub(super) fn what(&self) -> Text {
        match self {
            Self::Request(request) => {
                let (role, subject) = (Text::from(request.role().name()), request.subject());
                Text {
                    en: format!("a request for a {}, {subject}", role.en),
                    vi: format!("yêu cầu cấp chứng thư {}, {subject}", role.vi),
                }
            }
            Self::Certificate(held) => certificate(held),
            Self::Crl(crl) => text!(
                "revocation list number {} of {}",
                "danh sách thu hồi số {} của {}",
                crl.number(),
                crl.issuer()
            ),
        }
    }
}

pub(super) const NOTHING_CHANGED: (&str, &str) = (
    "Nothing was changed. Ask for the right file again.",
    "Không có gì bị thay đổi. Hãy yêu cầu gửi lại đúng tệp.",
);

/// A certificate in words.
fn certificate(held: &Certificate) -> Text {
    let subject = held.subject();
    match held.role() {
        Some(role) => {
            let role = Text::from(role.name());
            Text {
                en: format!("the certificate of a {}, {subject}", role.en),
                vi: format!("chứng thư {}, {subject}", role.vi),
            }
        }
        None if held.is_root() => text!("the root certificate {subject}", "chứng thư gốc {subject}"),
        None if held.is_link() => text!("a link to the root {subject}", "chứng thư nối tới gốc {subject}"),
        None => text!("the certificate of {subject}", "chứng thư của {subject}"),
    }
}

fn unknown(path: &Path, bytes: &[u8], error: &CertificateError) -> Failure {
    let label = match error {
        CertificateError::Pem(PemError::Label { found, .. }) => Some(found.as_str()),
        _ => None,
    };
    let failure = |what: Text, next| Failure::new(Exit::Usage, what, next);
    match label {
        Some(label) if label.contains("PRIVATE KEY") => failure(
            text!("{} is a private key", "{} là khóa bí mật", path.display()),
            (
                "A private key never leaves its place: destroy the copy, and carry the request or certificate.",
                "Khóa bí mật không bao giờ rời chỗ của nó: hủy bản sao, và chuyển yêu cầu hoặc chứng thư.",
            ),
        ),
        Some("CERTIFICATE REQUEST") => failure(
            text!(
                "{} is a request that is not made by this program, or was altered on the way",
                "{} là yêu cầu không do chương trình này lập, hoặc đã bị sửa trên đường chuyển",
                path.display()
            ),
            (
                "Make it again at the station with `chipwright ca request`.",
                "Lập lại ở trạm bằng `chipwright ca request`.",
            ),
        )
        .because(
            &Request::from_file_bytes(bytes).err().unwrap_or(chipwright_pki::request::RequestError::NoRole),
        ),
        _ => failure(
            text!(
                "{} is neither a request, a certificate nor a revocation list",
                "{} không phải yêu cầu, chứng thư hay danh sách thu hồi",
                path.display()
            ),
            NOTHING_CHANGED,
        )
        .because(error),
    }
}

/// Another kind of file than the one asked for.
pub(super) fn other_kind(path: &Path, wanted: (&str, &str), found: &Carried) -> Failure {
    let what = found.what();
    Failure::new(
        Exit::Usage,
        Text {
            en: format!("{} is not {}: it is {}", path.display(), wanted.0, what.en),
            vi: format!("{} không phải {}: đó là {}", path.display(), wanted.1, what.vi),
        },
        NOTHING_CHANGED,
    )
}

/// A PEM block under lines that tell a person what it is.
pub(super) fn labelled(title: &str, lines: &[(&str, String)], pem: &str) -> String {
    let mut file = format!("{title}\n");
    for (name, value) in lines {
        file.push_str(&format!("  {name}: {value}\n"));
    }
    file.push('\n');
    file.push_str(pem);
    file
}

/// Writes a file to be carried; one that is there already is not overwritten.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), Failure> {
    may_write(path)?;
    home::write_file(path, content, 0o644)
}

/// Whether [`write()`] will find a place there: asked before anything is made that would have to be handed out.
pub(super) fn may_write(path: &Path) -> Result<(), Failure> {
    if path.exists() {
        return Err(Failure::new(
            Exit::Usage,
            text!("{} exists already", "đã có tệp {}", path.display()),
            (
                "Name another file with --out; nothing is overwritten.",
                "Chọn tên khác bằng --out; không ghi đè tệp nào.",
            ),
        ));
    }
    File::create_new(path)
        .and_then(|_| std::fs::remove_file(path))
        .map_err(|error| home::not_written(path, &error))
}
