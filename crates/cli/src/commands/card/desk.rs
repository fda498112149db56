//! What commands that change an issued card have in common: the card by its number, the station's keys, the record.

use crate::authority::{self, Authority};
use crate::commands::batch::Granted;
use crate::commands::issue::{SystemClock, failed, policy};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::Home;
use crate::letters::LetterPrinter;
use crate::one_card::OneCard;
use crate::readers::Inserted;
use crate::second;
use crate::station_keys::StationKeys;
use crate::text::text;
use crate::{randomness, registry};
use chipwright_issuance::issue::{self, Letters, Signer};
use chipwright_issuance::life::Office;
use chipwright_keystore::uses::Use;
use chipwright_profile::CardNumber;
use std::time::Instant;

/// Which issued card, in which reader, with whose keys.
#[derive(Debug, clap::Args)]
pub(crate) struct Desk {
    /// The card's number, as printed on it
    #[arg(value_name = "CARD")]
    number: String,
    #[command(flatten)]
    card: OneCard,
    /// Read the passphrase of the station's keys from this file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
}

impl Desk {
    /// The card's number.
    pub(crate) fn number(&self) -> Result<CardNumber, Failure> {
        number(&self.number)
    }

    /// Works on the card with everything an office has.
    pub(crate) fn work<R>(
        &self,
        letter_printer: Option<&str>,
        granted: &Granted,
        context: &Context,
        work: impl FnOnce(&mut Inserted, &CardNumber, Office<'_>) -> Result<R, issue::Failure>,
    ) -> Result<R, Failure> {
        let home = context.home()?;
        let number = self.number()?;
        let passphrase = context.station_passphrase(&home, self.passphrase_fd)?;
        let keys = StationKeys::open(&home, &passphrase)?;
        let authority = Authority::of(&home);
        let name = authority.current_signer()?;
        let key = authority.signer_key(&name, &passphrase, Use::SecurityObjects)?;
        let signer = Signer::new(authority.signer(&name)?, &key).map_err(|failure| failed(&failure))?;
        let second = second::signer(&home, &passphrase)?;
        let signer = match &second {
            Some((certificate, key)) => signer.with_second(certificate.clone(), key),
            None => signer,
        };
        let mut registry = registry::open(&home)?;
        let issuer = &home.configuration.issuer.name;
        let mut printer = letter_printer.and_then(|command| LetterPrinter::new(command, issuer));
        let mut card = self.insert(&home, context)?;
        let office = Office {
            registry: &mut registry,
            profile: home.chip_profile()?,
            signer: &signer,
            approval: granted.approval(),
            keys: &keys,
            trust: &authority::trust(home.path())?,
            policy: &policy(&home),
            clock: &SystemClock(Instant::now()),
            random: &mut randomness::fill,
            letters: printer.as_mut().map(|printer| printer as &mut dyn Letters),
        };
        let worked = work(&mut card, &number, office);
        if printer.is_some_and(|printer| printer.given > 0) {
            let words = match &worked {
                Ok(_) => text!(
                    "a new PIN letter of card {number} was printed; earlier letters of it no longer hold: destroy them",
                    "đã in thư PIN mới của thẻ {number}; các thư trước của thẻ này không còn giá trị: hãy hủy đi"
                ),
                Err(_) => text!(
                    "the PIN letter of card {number} that was given to the printer does not hold yet: destroy it; repeating the command prints another",
                    "thư PIN của thẻ {number} vừa gửi đến máy in chưa có giá trị: hãy hủy đi; làm lại lệnh sẽ in thư khác"
                ),
            };
            context.out.say(words.pick(context.out.language));
        }
        worked.map_err(|failure| failed(&failure))
    }

    fn insert(&self, home: &Home, context: &Context) -> Result<Inserted, Failure> {
        self.card.insert_to_read(home, context)
    }
}

/// A card number as it was typed.
pub(crate) fn number(typed: &str) -> Result<CardNumber, Failure> {
    CardNumber::parse(typed).map_err(|error| {
        Failure::new(
            Exit::Usage,
            text!("{typed:?} is no card number", "{typed:?} không phải số thẻ"),
            ("`chipwright list` shows the numbers.", "`chipwright list` cho biết các số."),
        )
        .because(&error)
    })
}
