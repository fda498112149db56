//! A card at the desk, and what is done about its PIN (`applet-spec`, chapter 7).

use crate::exit::Exit;
use crate::failure::Failure;
use crate::randomness;
use crate::readers::Inserted;
use crate::text::{Text, text};
use chipwright_channel::pace::{self, PaceError, PaceInfo, Password};
use chipwright_channel::pin::{self, PinError, PinState};
use chipwright_channel::sm::Session;
use chipwright_iso7816::{Aid, Command, ExchangeError, Ins, Le, Response, StatusWord};
use chipwright_profile::read;
use std::error::Error;

/// Read EF.CardAccess (011C) and EF.DG1 (0101) by their short identifiers.
const CARD_ACCESS: u8 = 0x80 | 0x1C;
const DG1: u8 = 0x80 | 0x01;
/// DG1 of a TD1 card: 61, 5F1F, ninety characters.
const DG1_BYTES: u32 = 95;

/// A card that has answered its reset and offers PACE.
pub(crate) struct Desk<'a> {
    card: &'a mut Inserted,
    application: Aid,
    info: PaceInfo,
}

impl<'a> Desk<'a> {
    /// Resets the card and asks what PACE it offers.
    pub(crate) fn open(card: &'a mut Inserted, application: Aid) -> Result<Self, Failure> {
        card.reset().map_err(|error| unheard(&error))?;
        let read = Command::new(0x00, Ins::READ_BINARY, CARD_ACCESS, 0x00).with_le(Le::Max);
        let answer = card.exchange(&read).map_err(|error| unheard(&error))?;
        if !matches!(answer.status, StatusWord::OK | StatusWord::END_OF_FILE) {
            return Err(unopened(card, &application, answer.status));
        }
        let info = pace::choose(&answer.data).map_err(|error| strange(&error))?;
        Ok(Self { card, application, info })
    }

    /// How the PIN stands; costs no try.
    pub(crate) fn state(&mut self) -> Result<PinState, Failure> {
        pin::state(self.card, &self.info).map_err(|error| strange(&error))
    }

    /// The state of a card that has a PIN.
    pub(crate) fn state_of_pin(&mut self) -> Result<PinState, Failure> {
        match self.state()? {
            PinState::Absent => Err(Failure::new(
                Exit::Card,
                ("this card has no PIN", "thẻ này không có mã PIN"),
                (
                    "It is opened with the card access number; nothing has to be done.",
                    "Thẻ được mở bằng số CAN; không cần làm gì thêm.",
                ),
            )),
            state => Ok(state),
        }
    }

    /// Enters the PIN; after the card access number where the PIN is suspended.
    pub(crate) fn enter(&mut self, can: Option<&Password>, pin: &Password) -> Result<Session, Failure> {
        let within = match can {
            None => None,
            Some(can) => Some(self.establish(None, can).map_err(|error| wrong_can(&error))?),
        };
        self.establish(within, pin).map_err(|error| wrong_pin(&error))
    }

    /// Gives back the tries with the PUK.
    pub(crate) fn unblock(&mut self, puk: &Password) -> Result<(), Failure> {
        let session = self.establish(None, puk).map_err(|error| wrong_puk(&error))?;
        pin::unblock(self.card, session).map(drop).map_err(|error| not_set(&error))
    }

    /// Sets the PIN, in a session of the PIN.
    pub(crate) fn change(&mut self, session: Session, new: &pace::Pin) -> Result<(), Failure> {
        pin::change(self.card, session, new).map(drop).map_err(|error| not_set(&error))
    }

    /// The date of birth on the card, YYMMDD, if the card tells.
    pub(crate) fn birth(&mut self, session: Session) -> Result<(Session, Option<String>), Failure> {
        let select = Command::new(0x00, Ins::SELECT, 0x04, 0x0C).with_data(self.application.as_bytes());
        let (session, answer) = self.within(session, &select)?;
        if answer.status != StatusWord::OK {
            return Ok((session, None));
        }
        let read = Command::new(0x00, Ins::READ_BINARY, DG1, 0x00).with_le(Le::Exact(DG1_BYTES));
        let (session, answer) = self.within(session, &read)?;
        Ok((session, read::dg1(&answer.data).ok().map(|zone| zone.birth().to_owned())))
    }

    fn within(&mut self, session: Session, command: &Command) -> Result<(Session, Response), Failure> {
        session.transmit(self.card, command).map_err(|error| strange(&error))
    }

    fn establish(&mut self, within: Option<Session>, password: &Password) -> Result<Session, PaceError> {
        let random = &mut randomness::fill;
        pace::establish_with(self.card, within, &self.info, password, None, random)
            .map(|established| established.session)
    }
}

/// The card or the reader does not answer.
fn unheard(error: &dyn Error) -> Failure {
    Failure::of(Exit::Card, error, ("Insert the card again and repeat.", "Đưa thẻ vào lại rồi thử lại."))
}

/// The card answers what no card of ours does.
fn strange(error: &dyn Error) -> Failure {
    Failure::of(
        Exit::Card,
        error,
        (
            "Insert the card again and repeat; if it stays so, have the card checked with `chipwright verify`.",
            "Đưa thẻ vào lại rồi thử lại; nếu vẫn vậy, kiểm tra thẻ bằng `chipwright verify`.",
        ),
    )
}

/// Why EF.CardAccess is refused (PERSO-11, LIFE-02, LIFE-03).
fn unopened(card: &mut Inserted, application: &Aid, status: StatusWord) -> Failure {
    let select = Command::new(0x00, Ins::SELECT, 0x04, 0x0C).with_data(application.as_bytes());
    let answer = match card.exchange(&select) {
        Ok(answer) => answer.status,
        Err(ExchangeError::Transport(error)) => return unheard(&error),
        Err(_) => status,
    };
    let issuer = ("Send the holder to the issuing unit.", "Mời người giữ thẻ đến đơn vị cấp thẻ.");
    match answer {
        StatusWord::FILE_DEACTIVATED => Failure::new(
            Exit::Card,
            ("the card has been suspended by its issuer", "thẻ đã bị đơn vị cấp tạm khóa"),
            issuer,
        ),
        StatusWord::FUNCTION_NOT_SUPPORTED | StatusWord::CONDITIONS_NOT_SATISFIED => Failure::new(
            Exit::Card,
            ("the card has been blocked by its issuer", "thẻ đã bị đơn vị cấp khóa"),
            issuer,
        ),
        _ => Failure::new(
            Exit::Card,
            Text {
                en: format!("this is no finished card of ours: EF.CardAccess is not readable ({status})"),
                vi: format!(
                    "đây không phải thẻ đã hoàn tất của đơn vị: không đọc được EF.CardAccess ({status})"
                ),
            },
            ("Insert a finished card.", "Đưa vào thẻ đã hoàn tất."),
        ),
    }
}

fn wrong_can(error: &PaceError) -> Failure {
    match error {
        PaceError::WrongPassword { .. } | PaceError::TokenMismatch => Failure::new(
            Exit::Card,
            ("the card access number is wrong; the PIN was not tried", "số CAN sai; mã PIN chưa bị thử"),
            ("Type the six digits printed on the card.", "Nhập sáu chữ số in trên thẻ."),
        ),
        other => strange(other),
    }
}

fn wrong_pin(error: &PaceError) -> Failure {
    let (what, next) = match error {
        PaceError::WrongPassword { tries_left: Some(0), .. } | PaceError::PinBlocked => (
            text!("the PIN is wrong, and blocked now", "mã PIN sai và nay đã bị khóa"),
            text!(
                "Unblock it with the PUK of the PIN letter: `chipwright pin unblock`.",
                "Mở khóa bằng mã PUK trong thư PIN: `chipwright pin unblock`."
            ),
        ),
        PaceError::WrongPassword { tries_left: Some(1), .. } | PaceError::PinSuspended => (
            text!(
                "the PIN is wrong, and suspended now: one try is left",
                "mã PIN sai và nay bị tạm khóa: còn một lần thử"
            ),
            text!(
                "The last try needs the card access number too: `chipwright pin resume`; a forgotten PIN is set anew by a terminal: `chipwright pin set`.",
                "Lần thử cuối cần thêm số CAN: `chipwright pin resume`; nếu quên mã PIN thì đặt mã mới bằng thiết bị đọc: `chipwright pin set`."
            ),
        ),
        PaceError::WrongPassword { tries_left: Some(tries), .. } => (
            text!("the PIN is wrong; {tries} tries are left", "mã PIN sai; còn {tries} lần thử"),
            text!("Type the member's PIN again, with care.", "Nhập lại mã PIN của đảng viên cho thật đúng."),
        ),
        PaceError::WrongPassword { .. } | PaceError::TokenMismatch => (
            text!("the PIN is wrong", "mã PIN sai"),
            text!("See `chipwright pin status`.", "Xem `chipwright pin status`."),
        ),
        other => return strange(other),
    };
    Failure::new(Exit::Card, what, next)
}

fn wrong_puk(error: &PaceError) -> Failure {
    match error {
        PaceError::WrongPassword { .. } | PaceError::TokenMismatch => Failure::new(
            Exit::Card,
            ("the PUK is wrong", "mã PUK sai"),
            (
                "Type the ten digits of the PIN letter; after each wrong one the card waits longer.",
                "Nhập mười chữ số trong thư PIN; sau mỗi lần sai thẻ chờ lâu hơn.",
            ),
        ),
        PaceError::PukUsedUp => used_up(),
        PaceError::CardRefused { status: StatusWord::REFERENCED_DATA_NOT_FOUND, .. } => {
            Failure::new(Exit::Card, ("this card has no PUK", "thẻ này không có mã PUK"), by_terminal())
        }
        other => strange(other),
    }
}

/// What the card says to a change.
pub(crate) fn not_set(error: &PinError) -> Failure {
    match error {
        PinError::PukUsedUp => used_up(),
        PinError::NotAllowed => Failure::of(Exit::Card, error, by_terminal()),
        other => strange(other),
    }
}

fn used_up() -> Failure {
    Failure::new(
        Exit::Card,
        ("the PUK of this card has been used up", "mã PUK của thẻ này đã dùng hết số lần"),
        by_terminal(),
    )
}

const fn by_terminal() -> (&'static str, &'static str) {
    (
        "A terminal that may manage PINs can set a new one: `chipwright pin set`.",
        "Thiết bị đọc có quyền quản lý mã PIN có thể đặt mã mới: `chipwright pin set`.",
    )
}
