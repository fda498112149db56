//! `record`: the records that are appended to cards after issuance.

mod add;
mod check;
mod list;
mod signer;
mod unread;
mod words;

use super::terminal::{Own, Root, Station};
use super::verify::Trusted;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::Home;
use crate::one_card::OneCard;
use crate::randomness;
use crate::readers::Inserted;
use crate::registry;
use crate::secret;
use crate::terminals::Terminals;
use crate::text::text;
use crate::unlock::AccessNumber;
use crate::vietnamese;
use chipwright_channel::pace::Password;
use chipwright_iso7816::Transport;
use chipwright_pki::cv::Category;
use chipwright_profile::CardNumber;
use chipwright_records::{Head, OpenError, RecordsError, RecordsSession};
use std::path::PathBuf;

/// Records on cards, appended after issuance: party life, training, political theory, commendation, rights, transfer
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Record {
    /// Append a record to the card
    Add(add::Add),
    /// Show the records that this terminal may read
    List(list::List),
    /// Check the records that this terminal may read: nothing removed, reordered, altered, or of another card
    ///
    /// The exit code: 0 all is well, 15 something is wrong with a record, 16 a signer is unknown or not trusted.
    Verify(check::Check),
    /// Make a record signer under the root: its key signs records for a year
    NewSigner(signer::NewSigner),
}

/// The card, what opens it, and which terminal asks.
#[derive(Debug, clap::Args)]
pub(crate) struct Way {
    #[command(flatten)]
    card: OneCard,
    #[command(flatten)]
    number: AccessNumber,
    /// Refused: the machine readable zone opens no records
    #[arg(long, value_name = "FILE", hide = true)]
    mrz_file: Option<PathBuf>,
    /// Ask for the member's PIN, and open the records with it
    #[arg(long, conflicts_with_all = ["can", "can_fd", "mrz_file", "from_registry", "pin_fd"])]
    pin: bool,
    /// Read the member's PIN from this file descriptor, and open the records with it
    #[arg(long, value_name = "N", conflicts_with_all = ["can", "can_fd", "mrz_file", "from_registry"])]
    pin_fd: Option<u32>,
    /// The terminal: a name in the home, or a chain file with its key beside it
    #[arg(long, value_name = "NAME-OR-FILE")]
    terminal: String,
    #[command(flatten)]
    own: Own,
    #[command(flatten)]
    against: Trusted,
}

impl Record {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        match self {
            Self::Add(add) => add.run(context),
            Self::List(list) => list.run(context),
            Self::Verify(check) => check.run(context),
            Self::NewSigner(signer) => signer.run(context),
        }
    }
}

impl Way {
    /// Opens the records of the card and does something with them.
    pub(crate) fn with<R>(
        &self,
        home: &Home,
        context: &Context,
        act: impl FnOnce(&mut RecordsSession<'_, Box<dyn Transport>>) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        if self.mrz_file.is_some() {
            return Err(not_open(&OpenError::Password));
        }
        let terminals = Terminals::of(home);
        let (chain, file) = terminals.find(&self.terminal)?;
        let key = terminals.key(&file, &self.own.open(&terminals, context)?)?;
        let judge = self.against.judge(home)?;
        let mut card: Inserted = self.card.insert_to_read(home, context)?;
        let password = self.password(&mut card, home, context)?;
        card.reset().map_err(|error| {
            Failure::new(
                Exit::Card,
                text!("the card does not start", "thẻ không khởi động được"),
                ("Insert the card again.", "Đưa thẻ vào lại."),
            )
            .because(&error)
        })?;
        let terminal = judge.terminal(&chain, &key);
        let mut session = RecordsSession::open(&mut card, &password, &terminal, &mut randomness::fill)
            .map_err(|error| not_open(&error))?;
        act(&mut session)
    }
}

impl Way {
    fn password(&self, card: &mut Inserted, home: &Home, context: &Context) -> Result<Password, Failure> {
        let digits = match self.pin_fd {
            Some(descriptor) => secret::line_of_descriptor(descriptor)?,
            None if self.pin => {
                let what = text!("the member's PIN (six digits)", "mã PIN của đảng viên (sáu chữ số)");
                secret::must_be_terminal(&what, "--pin-fd")?;
                secret::prompt(&format!("{}: ", what.pick(context.out.language)))?
            }
            None => return self.number.password(card, home, context),
        };
        Password::pin(digits.trim()).map_err(|error| {
            Failure::of(
                Exit::Usage,
                &error,
                ("Type the six digits of the PIN.", "Nhập sáu chữ số của mã PIN."),
            )
        })
    }
}

/// The categories asked for; all that may be read if none was named.
fn categories<T: Transport>(
    named: &[Category],
    session: &RecordsSession<'_, T>,
) -> Result<Vec<Category>, Failure> {
    let readable =
        |category: &Category| session.permissions().has(chipwright_pki::cv::Right::Read(*category));
    let chosen: Vec<Category> =
        if named.is_empty() { Category::ALL.into_iter().filter(readable).collect() } else { named.to_vec() };
    if chosen.is_empty() {
        return Err(Failure::new(
            Exit::Configuration,
            ("this terminal may read no records", "thiết bị đọc này không được đọc hồ sơ nào"),
            (
                "Issue it a certificate with a right read:CATEGORY.",
                "Cấp cho thiết bị chứng thư có quyền read:NHÓM.",
            ),
        ));
    }
    Ok(chosen)
}

/// The head that the registry of the home knows; none where there is no registry.
fn known_head(home: &Home, card: &CardNumber, category: Category) -> Result<Option<Head>, Failure> {
    if !home.registry().is_file() {
        return Ok(None);
    }
    let found = registry::view(home)?.record_head(card, category.file());
    let found = found.map_err(|error| registry::failure(&error))?;
    Ok(found.map(|head| Head { number: head.number, hash: head.digest }))
}

fn not_open(error: &OpenError) -> Failure {
    let exit = match error {
        OpenError::Chain(_) | OpenError::CanNotAllowed | OpenError::OtherAuthority { .. } => {
            Exit::Configuration
        }
        OpenError::Password => Exit::Usage,
        OpenError::NotAuthentic { .. } => Exit::Verdict(14),
        OpenError::CardAccessAltered | OpenError::Dg1Altered | OpenError::Dg14Altered => Exit::Verdict(15),
        OpenError::ChipKey(_) | OpenError::NotGenuine(_) | OpenError::OtherCardSecurity => Exit::Verdict(17),
        _ => Exit::Card,
    };
    Failure::of(exit, error, vietnamese::text(error.remedy()))
}

pub(crate) fn refused(error: &RecordsError) -> Failure {
    let exit = match error {
        RecordsError::NotPermitted(_)
        | RecordsError::HeadUnknown(_)
        | RecordsError::CertificateTooLong(_) => Exit::Configuration,
        RecordsError::CitizenNumber => Exit::Usage,
        _ => Exit::Card,
    };
    Failure::of(exit, error, vietnamese::text(error.remedy()))
}

/// Where a record comes from: a file, standard input, or single values.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct Content {
    /// What is recorded, as a JSON object in this file; - for standard input
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// One value of it, such as year=2026 or to.code=79.001; again for each
    #[arg(long = "set", value_name = "KEY=VALUE")]
    values: Vec<String>,
}
