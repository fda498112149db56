//! `status publish`: all status lists, as they are now, signed and released together.

use crate::authority::{self, Authority};
use crate::commands::status::signed::{self, Signed};
use crate::configuration::Mode;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::{self, Home};
use crate::output::pairs;
use crate::registry;
use crate::status_lists;
use crate::status_lists::folder::{Current, StatusFolder};
use crate::text::{Text, text};
use chipwright_keystore::uses::Use;
use chipwright_pki::policy::CrlRule;
use chipwright_pki::{Policy, SignKey};
use chipwright_registry::{CardsByStatus, Registry, StatusSnapshot};
use jiff::Timestamp;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Options of `status publish`.
#[derive(Debug, clap::Args)]
pub(crate) struct Publish {
    /// Put the publication into this folder too, for a web server or a stick
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Read the passphrase of the station's keys from this file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown<'a> {
    schema: &'static str,
    number: u64,
    signer: &'a str,
    issued_at: Timestamp,
    expires_at: Timestamp,
    next_due: Timestamp,
    folder: String,
    lists: Vec<ShownList<'a>>,
}

#[derive(Serialize)]
struct ShownList<'a> {
    list: u32,
    uri: &'a str,
    entries: u32,
    revoked: usize,
    suspended: usize,
    jwt: ShownToken,
    cwt: ShownToken,
}

#[derive(Serialize)]
struct ShownToken {
    bytes: usize,
    sha256: String,
}

impl Publish {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let at = Timestamp::now();
        let authority = Authority::of(&home);
        let (label, signer) = signed::current_signer(&authority, at)?;
        let policy = &home.configuration.status_list;
        if let Some((name, wanted)) = policy.fault() {
            return Err(crate::configuration::wrong(name, wanted));
        }
        let passphrase = context.station_passphrase(&home, self.passphrase_fd)?;
        let key = authority.signer_key(&label, &passphrase, Use::StatusList)?;
        let folder = StatusFolder::of(home.path().join("status"));
        let mut registry = registry::open(&home)?;
        if registry.cards_by_status().map_err(|error| registry::failure(&error))? == CardsByStatus::default()
        {
            return Err(nothing_yet());
        }
        let before = folder.current().map_err(|error| home::not_read(folder.path(), &error))?;
        let snapshot = registry.begin_publication(at).map_err(|error| registry::failure(&error))?;
        let made = signed::sign(&snapshot, policy, &signer, &key as &dyn SignKey)?;
        if let Some(before) = &before {
            follows(before, &snapshot, &made, &home, at, context)?;
        }
        release(&folder, &mut registry, &snapshot, &made)?;
        if let Some(out) = &self.out {
            let copy = StatusFolder::of(out.clone());
            let files = signed::files(&made);
            copy.release(snapshot.number.into(), &files, &mut |_| Ok(()))
                .map_err(|error| not_copied(out, &error))?;
        }
        self.show(&snapshot, &made, (&label, &home, folder.path()), context)
    }

    fn show(
        &self,
        snapshot: &StatusSnapshot,
        made: &[Signed],
        (signer, home, folder): (&str, &Home, &Path),
        context: &Context,
    ) -> Outcome {
        let policy = &home.configuration.status_list;
        let issued_at = signed::issued_at(snapshot);
        let later = |hours: u16| issued_at + jiff::SignedDuration::from_hours(i64::from(hours));
        let shown = Shown {
            schema: "chipwright-status-publication/1",
            number: snapshot.number.into(),
            signer,
            issued_at,
            expires_at: later(policy.valid_hours),
            next_due: later(policy.due_hours),
            folder: folder.join(snapshot.number.to_string()).display().to_string(),
            lists: made.iter().map(shown).collect(),
        };
        let out = context.out;
        if self.json {
            out.json(&shown)?;
            return Ok(Exit::Success);
        }
        let sum =
            |count: fn(&ShownList<'_>) -> usize| shown.lists.iter().map(count).sum::<usize>().to_string();
        pairs(&[
            (out.pick("publication", "lần phát hành"), shown.number.to_string()),
            (out.pick("lists", "danh sách"), shown.lists.len().to_string()),
            (out.pick("revoked", "bị thu hồi"), sum(|list| list.revoked)),
            (out.pick("suspended", "tạm ngừng"), sum(|list| list.suspended)),
            (out.pick("expires", "hết hạn"), shown.expires_at.to_string()),
            (out.pick("next due", "lần tiếp theo"), shown.next_due.to_string()),
            (out.pick("folder", "thư mục"), shown.folder),
        ])
        .iter()
        .try_for_each(|line| out.data(line))?;
        Ok(Exit::Success)
    }
}

fn shown(made: &Signed) -> ShownList<'_> {
    let token = |bytes: &[u8]| ShownToken { bytes: bytes.len(), sha256: hex::encode(signed::digest(bytes)) };
    ShownList {
        list: made.list,
        uri: &made.uri,
        entries: made.entries,
        revoked: made.revoked,
        suspended: made.suspended,
        jwt: token(made.jwt.as_str().as_bytes()),
        cwt: token(made.cwt.as_bytes()),
    }
}

/// What was signed goes on record, then in its place, then readers are led there.
fn release(
    folder: &StatusFolder,
    registry: &mut Registry,
    snapshot: &StatusSnapshot,
    made: &[Signed],
) -> Result<(), Failure> {
    let failed = |error: chipwright_registry::Error| registry::failure(&error);
    let records: Vec<_> = made.iter().map(Signed::record).collect();
    registry.publication_signed(snapshot.number, &records).map_err(failed)?;
    folder
        .release(snapshot.number.into(), &signed::files(made), &mut |_| Ok(()))
        .map_err(|error| home::not_written(folder.path(), &error))?;
    registry.publication_released(snapshot.number, Timestamp::now()).map_err(failed)
}

/// The publication follows the one that counts: a later number, and no card comes back. Otherwise the registry is an older copy.
fn follows(
    before: &Current,
    snapshot: &StatusSnapshot,
    made: &[Signed],
    home: &Home,
    at: Timestamp,
    context: &Context,
) -> Result<(), Failure> {
    if before.number >= u64::from(snapshot.number) {
        return Err(older_registry(text!(
            "publication {} was released already, and this registry would now make number {}",
            "lần phát hành {} đã có, còn sổ đăng ký này chỉ đến số {}",
            before.number,
            snapshot.number
        )));
    }
    let trust = authority::trust(home.path())?;
    let policy = match home.configuration.issuer.mode {
        Mode::Real => Policy::real(),
        Mode::Test => Policy::test(),
    };
    let policy = policy.with_crl(CrlRule::IfPresent);
    for list in made {
        let file = before.path.join(format!("{}.cwt", list.list));
        if !file.exists() {
            continue;
        }
        match status_lists::read(&file, &trust, &policy, at) {
            Ok(token) => {
                if list.content.first_revived(token.list()).is_some() {
                    return Err(older_registry(text!(
                        "a card that publication {} revokes in list {} is not revoked in this registry",
                        "có thẻ bị thu hồi trong danh sách {1} của lần phát hành {0}, nhưng sổ đăng ký này không ghi",
                        before.number,
                        list.list
                    )));
                }
            }
            // its signer may have been revoked since: then it binds nobody
            Err(why) => {
                let why = Text { vi: crate::vietnamese::said(&why), en: why };
                let language = context.out.language;
                let said = text!(
                    "publication {} was not compared: {}",
                    "không đối chiếu được với lần phát hành {}: {}",
                    before.number,
                    why.pick(language)
                );
                context.out.say(said.pick(context.out.language));
            }
        }
    }
    Ok(())
}

fn older_registry(what: Text) -> Failure {
    Failure::new(
        Exit::Configuration,
        what,
        (
            "This registry is older than what it published: restore the newer one; nothing was published.",
            "Sổ đăng ký này cũ hơn bản đã phát hành: hãy phục hồi sổ mới hơn; chưa phát hành gì.",
        ),
    )
}

fn nothing_yet() -> Failure {
    Failure::new(
        Exit::Usage,
        (
            "there is no status list yet: no card has taken a place in one",
            "chưa có danh sách trạng thái: chưa có thẻ nào",
        ),
        ("Issue cards first, then publish.", "Cấp thẻ trước rồi phát hành danh sách."),
    )
}

fn not_copied(out: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Exit::Configuration,
        text!(
            "the publication is released in the home, but could not be put into {}",
            "đã phát hành trong thư mục phát hành, nhưng không đặt được vào {}",
            out.display()
        ),
        ("Mend the folder and publish again.", "Sửa thư mục đó rồi phát hành lại."),
    )
    .because(error)
}
