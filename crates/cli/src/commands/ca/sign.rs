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

/// How much of the fingerprint an officer types.
const TYPED: usize = 8;

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
        self.fits(&authority, &home.configuration, &request, &root)?;
        if self.out.exists() {
            return carried::write(&self.out, &[]).map(|()| Exit::Success);
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
        let usage = made.private_key_usage().unwrap_or(made.validity());
        let lines = [
            ("role", request.role().name().to_owned()),
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

    /// The request is to this root, of this organisation, and for a key that has no certificate.
    fn fits(
        &self,
        authority: &Authority,
        configuration: &Configuration,
        request: &Request,
        root: &Certificate,
    ) -> Result<(), Failure> {
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
        Ok(())
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
                    "Type the first 8 characters of the fingerprint as the station told it:",
                    "Nhập 8 ký tự đầu của mã SHA-256 do trạm báo:",
                ));
                let mut line = String::new();
                let _ = io::stdin().lock().read_line(&mut line);
                let typed = line.trim().to_lowercase();
                match typed.len() == TYPED && fingerprint.starts_with(&typed) {
                    true => fingerprint.clone(),
                    false => typed,
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
