//! `ca sign`: at the root, the certificate that a request asks for, once an officer has confirmed it.

use super::RootKey;
use super::carried::{self, Carried, NOTHING_CHANGED};
use super::lists::clock_is_credible;
use crate::authority::Authority;
use crate::certify;
use crate::configuration::Configuration;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::{self, Home};
use crate::output::pairs;
use crate::secret;
use crate::text::{Text, text};
use chipwright_keystore::uses::Use;
use chipwright_pki::{Certificate, Name, Request};
use jiff::Timestamp;
use std::io::{self, BufRead};
use std::path::PathBuf;

/// How many digits of the fingerprint an officer types at least: 80 bits, which nobody meets with a key of his own.
const TYPED: usize = 20;

/// Options of `ca sign`.
#[derive(Debug, clap::Args)]
pub(crate) struct Sign {
    /// The request
    #[arg(value_name = "FILE")]
    request: PathBuf,
    /// Where to write the certificate
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The request's SHA-256 as the station told it by another way; asked for if not given
    #[arg(long, value_name = "HEX")]
    fingerprint: Option<String>,
    #[command(flatten)]
    root: RootKey,
}

impl Sign {
    pub(super) fn run(&self, home: &Home, context: &Context) -> Outcome {
        let authority = Authority::of(home);
        let request = match Carried::read(&self.request)? {
            Carried::Request(request) => request,
            other => {
                return Err(carried::other_kind(
                    &self.request,
                    ("a request", "yêu cầu cấp chứng thư"),
                    &other,
                ));
            }
        };
        let at = Timestamp::now();
        clock_is_credible(&authority, at)?;
        let root = authority.root()?;
        carried::may_write(&self.out)?;
        if let Some(kept) = self.fits(&authority, &home.configuration, &request, &root)? {
            return self.hand_out(&kept, context);
        }
        self.confirm(&request, context)?;
        let key = self.root.open(home, context, Use::Certificate)?;
        let asked = certify::Asked {
            role: request.role(),
            subject: request.subject().clone(),
            key: request.public_key(),
            document_types: request.document_types(),
        };
        let made = certify::certificate(&home.configuration, &asked, (&key, &root), at)?;
        let kept = authority.issued_file(made.serial());
        home::make_folder(kept.parent().unwrap_or(home.path()))?;
        home::write_file(&kept, made.to_pem().as_bytes(), 0o644)?;
        self.hand_out(&made, context)
    }

    /// Writes the certificate to be carried.
    fn hand_out(&self, made: &Certificate, context: &Context) -> Outcome {
        let usage = made.private_key_usage().unwrap_or(made.validity());
        let lines = [
            ("role", made.role().map_or("", |role| role.name()).to_owned()),
            ("subject", made.subject().to_string()),
            ("serial", made.serial().to_string()),
            ("signs until", usage.not_after.to_string()),
            ("certificate SHA-256", hex::encode(made.fingerprint())),
        ];
        let title = "Chipwright: certificate, for `chipwright ca accept` at the station that asked for it";
        carried::write(&self.out, carried::labelled(title, &lines, &made.to_pem()).as_bytes())?;
        context.out.data(&made.serial().to_string())?;
        let file = self.out.display();
        let said = text!(
            "Signed. Carry {file} back to the station: `chipwright ca accept` installs it there.",
            "Đã ký. Chuyển {file} về trạm: `chipwright ca accept` cài đặt tại đó."
        );
        context.out.say(said.pick(context.out.language));
        Ok(Exit::Success)
    }

    /// The request is to this root, of this organisation, and for a key that has no certificate; or it was signed already, and this
    /// is the certificate that was kept.
    fn fits(
        &self,
        authority: &Authority,
        configuration: &Configuration,
        request: &Request,
        root: &Certificate,
    ) -> Result<Option<Certificate>, Failure> {
        let what = Carried::Request(request.clone()).what();
        let refuse = |en: String, vi: String, next: (&str, &str)| {
            let en = format!("{} is {}, {en}", self.request.display(), what.en);
            let vi = format!("{} là {}, {vi}", self.request.display(), what.vi);
            Err(Failure::new(Exit::Usage, Text { en, vi }, next))
        };
        if !request.is_to(root) {
            let earlier = authority
                .generations()?
                .into_iter()
                .any(|generation| authority.root_of(generation).is_ok_and(|earlier| request.is_to(&earlier)));
            return match earlier {
                true => refuse(
                    "and it was made for an earlier root of this home".to_owned(),
                    "được lập cho gốc cũ của nơi này".to_owned(),
                    (
                        "Take the new root to the station with `chipwright ca accept`, and make the request again there.",
                        "Cài gốc mới ở trạm bằng `chipwright ca accept`, rồi lập lại yêu cầu tại đó.",
                    ),
                ),
                false => refuse(
                    "and it was made for the root of another home".to_owned(),
                    "được lập cho gốc của nơi khác".to_owned(),
                    NOTHING_CHANGED,
                ),
            };
        }
        let issuer = &configuration.issuer;
        let ours = format!("C={}, O={}", issuer.country, issuer.name);
        if !belongs(request.subject(), &ours) {
            return refuse(
                format!("and its name is not under {ours}"),
                format!("có tên không thuộc {ours}"),
                NOTHING_CHANGED,
            );
        }
        let code = &configuration.document.document_code;
        if request.document_types().iter().any(|asked| asked != code) {
            let types = request.document_types().join(", ");
            return refuse(
                format!("and it asks for documents {types}, where this home issues {code}"),
                format!("xin ký loại giấy tờ {types}, trong khi nơi này cấp {code}"),
                NOTHING_CHANGED,
            );
        }
        for (_, kept) in authority.issued_elsewhere()? {
            let same = kept.public_key() == request.public_key()
                && kept.subject() == request.subject()
                && kept.role() == Some(request.role());
            if same
                && kept.verify_issued_by(root).is_ok()
                && authority.crl()?.revocation(kept.serial()).is_none()
            {
                return Ok(Some(kept));
            }
        }
        let held = authority.issued_elsewhere()?.into_iter().map(|(_, held)| held);
        let held = held.chain(authority.all_signers()?.into_iter().map(|(_, held)| held));
        for held in held {
            if held.public_key() == request.public_key() {
                let serial = held.serial();
                return refuse(
                    format!("and its key has a certificate already, serial number {serial}"),
                    format!("và khóa này đã có chứng thư, số sê-ri {serial}"),
                    (
                        "A key is certified once: make a new one at the station with `chipwright ca request`.",
                        "Mỗi khóa chỉ được cấp chứng thư một lần: tạo khóa mới ở trạm bằng `chipwright ca request`.",
                    ),
                );
            }
        }
        Ok(None)
    }

    /// The officer has the fingerprint from the station by another way.
    fn confirm(&self, request: &Request, context: &Context) -> Result<(), Failure> {
        let fingerprint = hex::encode(request.fingerprint());
        let (out, role) = (context.out, Text::from(request.role().name()));
        let rows = [
            (out.pick("role", "vai trò"), role.pick(out.language).to_owned()),
            (out.pick("name", "tên"), request.subject().to_string()),
            ("SHA-256", fingerprint.clone()),
        ];
        pairs(&rows).iter().for_each(|line| out.say(line));
        let told = match &self.fingerprint {
            Some(told) => told.clone(),
            None => {
                let asked = Text {
                    en: "the request's fingerprint".to_owned(),
                    vi: "mã SHA-256 của yêu cầu".to_owned(),
                };
                secret::must_be_terminal(&asked, "--fingerprint")?;
                out.say(out.pick(
                    "Type the first five groups of the fingerprint, 20 characters, as the station told it:",
                    "Nhập năm nhóm đầu (20 ký tự) của mã SHA-256 do trạm báo:",
                ));
                let mut line = String::new();
                let _ = io::stdin().lock().read_line(&mut line);
                match is_told(&line, &fingerprint) {
                    true => fingerprint.clone(),
                    false => line,
                }
            }
        };
        if told.to_lowercase() == fingerprint {
            return Ok(());
        }
        Err(Failure::new(
            Exit::Usage,
            (
                "the fingerprint told is not the request's: nothing was signed",
                "mã SHA-256 được báo không phải của yêu cầu này: không ký gì",
            ),
            (
                "Compare it with the station again; if it still differs, the request was exchanged on the way.",
                "Đối chiếu lại với trạm; nếu vẫn khác thì yêu cầu đã bị đánh tráo trên đường chuyển.",
            ),
        ))
    }
}

/// Whether a name begins with these parts.
fn belongs(name: &Name, parts: &str) -> bool {
    name.to_string().strip_prefix(parts).is_some_and(|rest| rest.starts_with(", "))
}

/// Whether this line tells enough of the fingerprint, in groups or not.
fn is_told(line: &str, fingerprint: &str) -> bool {
    let typed: String = line.split_whitespace().collect::<String>().to_lowercase();
    typed.len() >= TYPED && fingerprint.starts_with(&typed)
}

/// A fingerprint as it is read to somebody: groups of four digits.
pub(super) fn in_groups(fingerprint: &str) -> String {
    let mut groups = String::new();
    for (at, digit) in fingerprint.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            groups.push(' ');
        }
        groups.push(digit);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_digits_of_the_fingerprint_are_typed() {
        let fingerprint = "0123456789abcdef".repeat(4);
        assert!(in_groups(&fingerprint).starts_with("0123 4567 89ab cdef 0123 "));
        for told in ["0123 4567 89ab cdef 0123\n", "0123456789ABCDEF0123", &in_groups(&fingerprint)] {
            assert!(is_told(told, &fingerprint), "{told}");
        }
        for few in ["", "01234567", "0123 4567 89ab cdef 012", "0123 4567 89ab cdef 0124"] {
            assert!(!is_told(few, &fingerprint), "{few}");
        }
    }
}
