//! Numbers that are asked for: from file descriptors, or from whoever sits at the terminal.

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::secret;
use crate::text::{Text, text};
use crate::vietnamese;
use crate::weak_pin::{self, Weak};
use chipwright_channel::pace::{self, Password, PasswordError};
use zeroize::Zeroizing;

/// A number that has its form.
pub(super) struct Entered {
    digits: Zeroizing<String>,
    password: Password,
}

impl Entered {
    fn new(kind: Kind, typed: &str) -> Result<Self, PasswordError> {
        // letters print them in groups
        let digits: Zeroizing<String> = Zeroizing::new(typed.split_whitespace().collect());
        let password = match kind {
            Kind::Can => Password::can(&digits),
            Kind::Pin => Password::pin(&digits),
            Kind::Puk => Password::puk(&digits),
        }?;
        Ok(Self { digits, password })
    }

    /// As PACE takes it.
    pub(super) const fn password(&self) -> &Password {
        &self.password
    }

    /// As a PIN to set.
    pub(super) fn pin(&self) -> Result<pace::Pin, Failure> {
        pace::Pin::new(&self.digits).map_err(|error| not_a(Kind::Pin, &error))
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Can,
    Pin,
    Puk,
}

/// The PIN the card has.
#[derive(Debug, clap::Args)]
pub(crate) struct Current {
    /// Read the PIN the card has from this file descriptor
    #[arg(long, value_name = "N")]
    pin_fd: Option<u32>,
}

/// The number printed on the card.
#[derive(Debug, clap::Args)]
pub(crate) struct Can {
    /// The card access number, for a suspended PIN
    #[arg(long, value_name = "DIGITS", conflicts_with = "can_fd")]
    can: Option<String>,
    /// Read the card access number from this file descriptor
    #[arg(long, value_name = "N")]
    can_fd: Option<u32>,
}

/// The number of the PIN letter.
#[derive(Debug, clap::Args)]
pub(crate) struct Puk {
    /// Read the PUK from this file descriptor
    #[arg(long, value_name = "N")]
    puk_fd: Option<u32>,
}

/// A PIN for the future.
#[derive(Debug, clap::Args)]
pub(crate) struct New {
    /// Read the new PIN from this file descriptor
    #[arg(long, value_name = "N")]
    new_pin_fd: Option<u32>,
}

impl Current {
    pub(super) fn ask(&self, context: &Context) -> Result<Entered, Failure> {
        let what = text!("PIN of the card (six digits)", "mã PIN của thẻ (sáu chữ số)");
        ask(Kind::Pin, self.pin_fd, &what, "--pin-fd", context)
    }
}

impl Can {
    pub(super) fn ask(&self, context: &Context) -> Result<Entered, Failure> {
        if let Some(digits) = &self.can {
            return Entered::new(Kind::Can, digits).map_err(|error| not_a(Kind::Can, &error));
        }
        let what = text!("card access number (six digits)", "số CAN in trên thẻ (sáu chữ số)");
        ask(Kind::Can, self.can_fd, &what, "--can or --can-fd", context)
    }
}

impl Puk {
    pub(super) fn ask(&self, context: &Context) -> Result<Entered, Failure> {
        let what = text!("PUK of the PIN letter (ten digits)", "mã PUK trong thư PIN (mười chữ số)");
        ask(Kind::Puk, self.puk_fd, &what, "--puk-fd", context)
    }
}

/// What a new PIN must not be.
#[derive(Default)]
pub(super) struct Known<'a> {
    pub(super) current: Option<&'a Entered>,
    pub(super) can: Option<&'a Entered>,
    pub(super) birth: Option<&'a str>,
}

impl Known<'_> {
    fn weakness(&self, pin: &Entered) -> Option<Weak> {
        let is = |other: Option<&Entered>| other.is_some_and(|other| *other.digits == *pin.digits);
        weak_pin::guessable(&pin.digits).or_else(|| match () {
            () if is(self.current) => Some(Weak::Former),
            () if is(self.can) => Some(Weak::AccessNumber),
            () if self.birth.is_some_and(|birth| weak_pin::is_birth_date(&pin.digits, birth)) => {
                Some(Weak::BirthDate)
            }
            () => None,
        })
    }

    /// The PIN, unless somebody would guess it.
    pub(super) fn accept(&self, pin: Entered) -> Result<Entered, Failure> {
        match self.weakness(&pin) {
            None => Ok(pin),
            Some(weak) => Err(Failure::new(
                Exit::Usage,
                refused(weak),
                (
                    "Choose six digits that nobody guesses and that stand on no paper of the member.",
                    "Chọn sáu chữ số khó đoán, không có trên giấy tờ nào của đảng viên.",
                ),
            )),
        }
    }
}

impl New {
    /// What the descriptor holds, refused at once if anybody would guess it.
    pub(super) fn given(&self) -> Result<Option<Entered>, Failure> {
        let Some(descriptor) = self.new_pin_fd else { return Ok(None) };
        let line = secret::line_of_descriptor(descriptor)?;
        let pin = Entered::new(Kind::Pin, &line).map_err(|error| not_a(Kind::Pin, &error))?;
        Known::default().accept(pin).map(Some)
    }

    /// Asked twice on the terminal, until both are the same and nobody would guess it.
    pub(super) fn ask(&self, known: &Known<'_>, context: &Context) -> Result<Entered, Failure> {
        let language = context.out.language;
        let what = text!("new PIN (six digits)", "mã PIN mới (sáu chữ số)");
        let again = text!("the same again", "nhập lại lần nữa");
        loop {
            let first = ask(Kind::Pin, None, &what, "--new-pin-fd", context)?;
            if let Some(weak) = known.weakness(&first) {
                context.out.say(refused(weak).pick(language));
                continue;
            }
            let second = secret::prompt(&format!("{}: ", again.pick(language)))?;
            if Entered::new(Kind::Pin, &second).is_ok_and(|second| second.digits == first.digits) {
                return Ok(first);
            }
            context.out.say(context.out.pick("the two differ", "hai lần nhập khác nhau"));
        }
    }
}

fn refused(weak: Weak) -> Text {
    let Text { en, vi } = weak.text();
    Text {
        en: format!("this PIN is refused: {en}"), vi: format!("mã PIN này không được chấp nhận: {vi}")
    }
}

/// From the descriptor; or typed, again and again until it has its form.
fn ask(
    kind: Kind,
    descriptor: Option<u32>,
    what: &Text,
    options: &str,
    context: &Context,
) -> Result<Entered, Failure> {
    if let Some(descriptor) = descriptor {
        let line = secret::line_of_descriptor(descriptor)?;
        return Entered::new(kind, &line).map_err(|error| not_a(kind, &error));
    }
    secret::must_be_terminal(what, options)?;
    loop {
        let typed = secret::prompt(&format!("{}: ", what.pick(context.out.language)))?;
        match Entered::new(kind, &typed) {
            Ok(entered) => return Ok(entered),
            Err(error) => context.out.say(&context.out.words(error)),
        }
    }
}

fn not_a(kind: Kind, error: &PasswordError) -> Failure {
    let next = match kind {
        Kind::Can => ("Type the six digits printed on the card.", "Nhập sáu chữ số in trên thẻ."),
        Kind::Pin => ("Type six digits.", "Nhập sáu chữ số."),
        Kind::Puk => ("Type the ten digits of the PIN letter.", "Nhập mười chữ số trong thư PIN."),
    };
    Failure::new(Exit::Usage, vietnamese::text(error.to_string()), next)
}
