//! `pin`: the member's own number, at a desk.

mod asked;
mod set;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::one_card::OneCard;
use crate::pin_desk::Desk;
use crate::text::{Text, text};
use asked::{Can, Current, New, Puk};
use chipwright_channel::pin::PinState;
use serde::Serialize;

/// All tries of a PIN (`applet-spec`, PIN-02).
const MOST_TRIES: u8 = 3;

/// The member's PIN: how it stands, another one, tries given back
///
/// PIN and PUK are asked for on the terminal or read from file descriptors; they are never on the command line.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Pin {
    /// Say how the PIN stands; needs no secret and costs no try
    Status {
        #[command(flatten)]
        at: Place,
    },
    /// The member sets another PIN, after the one the card has
    Change {
        #[command(flatten)]
        at: Place,
        #[command(flatten)]
        current: Current,
        #[command(flatten)]
        can: Can,
        #[command(flatten)]
        new: New,
    },
    /// Get the tries back with the right PIN; a suspended one is entered after the card access number
    Resume {
        #[command(flatten)]
        at: Place,
        #[command(flatten)]
        current: Current,
        #[command(flatten)]
        can: Can,
    },
    /// Get the tries back with the PUK of the PIN letter; the PIN stays as it was
    Unblock {
        #[command(flatten)]
        at: Place,
        #[command(flatten)]
        puk: Puk,
    },
    /// Set a PIN by a terminal with the right to do so, for a member who has forgotten it
    Set(Box<set::Set>),
}

/// Which card, and how the outcome is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Place {
    #[command(flatten)]
    card: OneCard,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Done {
    /// Nothing.
    Asked,
    /// Another PIN.
    Changed,
    /// All tries again, the same PIN.
    Restored,
}

#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    done: Done,
    state: &'static str,
    tries_left: Option<u8>,
}

impl Pin {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let at = match self {
            Self::Set(set) => return set.run(context),
            Self::Status { at }
            | Self::Change { at, .. }
            | Self::Resume { at, .. }
            | Self::Unblock { at, .. } => at,
        };
        let home = context.home()?;
        // what is given by descriptor is looked at before the card is
        let given = match self {
            Self::Change { new, .. } => new.given()?,
            _ => None,
        };
        let mut card = at.card.insert_to_read(&home, context)?;
        let mut desk = Desk::open(&mut card, home.configuration.chip_profile()?.instance)?;
        let (done, state) = match self {
            Self::Change { current, can, new, .. } => {
                change(&mut desk, (current, can, new), given, context)?;
                (Done::Changed, PinState::Full)
            }
            Self::Resume { current, can, .. } => match desk.state_of_pin()? {
                PinState::Full => (Done::Asked, PinState::Full),
                state => {
                    let (can, pin) = entry(state, current, can, context)?;
                    desk.enter(can.as_ref().map(asked::Entered::password), pin.password())?;
                    (Done::Restored, PinState::Full)
                }
            },
            Self::Unblock { puk, .. } => match desk.state_of_pin()? {
                PinState::Full => (Done::Asked, PinState::Full),
                _ => {
                    desk.unblock(puk.ask(context)?.password())?;
                    (Done::Restored, PinState::Full)
                }
            },
            Self::Status { .. } | Self::Set(_) => (Done::Asked, desk.state()?),
        };
        Place::tell(at.json, done, state, context)
    }
}

/// What must be entered for a PIN in this state.
fn entry(
    state: PinState,
    current: &Current,
    can: &Can,
    context: &Context,
) -> Result<(Option<asked::Entered>, asked::Entered), Failure> {
    let can = match state {
        PinState::Blocked => {
            return Err(Failure::new(
                Exit::Card,
                ("the PIN is blocked: no try is left", "mã PIN đã bị khóa: không còn lần thử nào"),
                (
                    "Unblock it with the PUK of the PIN letter: `chipwright pin unblock`.",
                    "Mở khóa bằng mã PUK trong thư PIN: `chipwright pin unblock`.",
                ),
            ));
        }
        PinState::Suspended => {
            context.out.say(context.out.pick(
                "the PIN is suspended: one try is left, and the card access number comes first",
                "mã PIN đang tạm khóa: còn một lần thử, và phải nhập số CAN trước",
            ));
            Some(can.ask(context)?)
        }
        _ => None,
    };
    Ok((can, current.ask(context)?))
}

fn change(
    desk: &mut Desk<'_>,
    (current, can, new): (&Current, &Can, &New),
    given: Option<asked::Entered>,
    context: &Context,
) -> Result<(), Failure> {
    let state = desk.state_of_pin()?;
    let (can, pin) = entry(state, current, can, context)?;
    let session = desk.enter(can.as_ref().map(asked::Entered::password), pin.password())?;
    let (session, birth) = desk.birth(session)?;
    let known = asked::Known { current: Some(&pin), can: can.as_ref(), birth: birth.as_deref() };
    let new = match given {
        Some(given) => known.accept(given)?,
        None => new.ask(&known, context)?,
    };
    desk.change(session, &new.pin()?)
}

impl Place {
    fn tell(json: bool, done: Done, state: PinState, context: &Context) -> Outcome {
        let (name, tries_left) = match state {
            PinState::Absent => ("absent", None),
            PinState::Full => ("ready", Some(MOST_TRIES)),
            PinState::Left(tries) => ("ready", Some(tries)),
            PinState::Suspended => ("suspended", Some(1)),
            PinState::Blocked => ("blocked", Some(0)),
        };
        if json {
            context.out.json(&Shown { schema: "chipwright-pin/1", done, state: name, tries_left })?;
        } else {
            context.out.data(sentence(done, state).pick(context.out.language))?;
        }
        Ok(Exit::Success)
    }
}

/// How it stands, and what to do.
fn sentence(done: Done, state: PinState) -> Text {
    match (done, state) {
        (Done::Changed, _) => {
            text!("The PIN has been changed; all three tries are there.", "Đã đổi mã PIN; có đủ ba lần thử.")
        }
        (Done::Restored, _) => text!(
            "All three tries are there again; the PIN is the same as before.",
            "Đã có lại đủ ba lần thử; mã PIN vẫn như cũ."
        ),
        (Done::Asked, PinState::Absent) => text!(
            "This card has no PIN; it is opened with the card access number.",
            "Thẻ này không có mã PIN; thẻ được mở bằng số CAN."
        ),
        (Done::Asked, PinState::Full) => text!(
            "The PIN is in order: all three tries are there, nothing has to be done.",
            "Mã PIN bình thường: có đủ ba lần thử, không cần làm gì."
        ),
        (Done::Asked, PinState::Left(tries)) => text!(
            "The PIN can be used: {tries} tries are left; the right PIN gives back all three.",
            "Mã PIN dùng được: còn {tries} lần thử; nhập đúng sẽ có lại đủ ba lần."
        ),
        (Done::Asked, PinState::Suspended) => text!(
            "The PIN is suspended: one try is left; enter the card access number and the PIN with `chipwright pin resume`.",
            "Mã PIN đang tạm khóa: còn một lần thử; nhập số CAN rồi mã PIN bằng `chipwright pin resume`."
        ),
        (Done::Asked, PinState::Blocked) => text!(
            "The PIN is blocked: no try is left; unblock it with the PUK of the PIN letter: `chipwright pin unblock`.",
            "Mã PIN đã bị khóa: không còn lần thử nào; mở khóa bằng mã PUK trong thư PIN: `chipwright pin unblock`."
        ),
    }
}
