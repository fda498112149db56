//! Why a card could not be read, by what the person at the kiosk can do about it.

use crate::read::ReadError;
use chipwright_channel::pace::{CardAccessError, PaceError};
use chipwright_channel::sm::SmError;
use chipwright_iso7816::{ExchangeError, TransportError};

/// Why a card could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    /// The access number is not the card's.
    Password,
    /// Another kind of card, or one that was not finished.
    NotOurs,
    /// The card was taken out or does not answer.
    Contact,
    /// The reader or its service is gone.
    Reader,
    /// The card, or somebody between, answers what it should not.
    Misbehaved,
}

impl Unread {
    /// What to do next: English and Vietnamese.
    pub(crate) const fn remedies(self) -> (&'static str, &'static str) {
        match self {
            Self::Password => crate::Verdict::Unreadable.remedies(),
            Self::NotOurs => (
                "Do not accept this card; insert a finished card of this organisation.",
                "Không chấp nhận thẻ này; hãy đưa vào thẻ đã hoàn tất của đơn vị.",
            ),
            Self::Contact => (
                "Insert the card again, leave it still until the answer is there, and repeat.",
                "Đưa thẻ vào lại, giữ yên cho đến khi có kết quả, rồi thử lại.",
            ),
            Self::Reader => (
                "Check the reader and the smart card service, then repeat.",
                "Kiểm tra đầu đọc và dịch vụ thẻ thông minh rồi thử lại.",
            ),
            Self::Misbehaved => (
                "Repeat once, in another reader if there is one; if it fails again, do not accept the card and inform the issuing unit.",
                "Thử lại một lần, nếu có thì dùng đầu đọc khác; nếu vẫn lỗi, không chấp nhận thẻ và báo cho đơn vị cấp thẻ.",
            ),
        }
    }
}

impl From<&TransportError> for Unread {
    fn from(error: &TransportError) -> Self {
        match error {
            TransportError::CardRemoved | TransportError::CardMute | TransportError::CardReset => {
                Self::Contact
            }
            _ => Self::Reader,
        }
    }
}

impl From<&ExchangeError> for Unread {
    fn from(error: &ExchangeError) -> Self {
        match error {
            ExchangeError::Transport(error) => error.into(),
            _ => Self::Misbehaved,
        }
    }
}

impl From<&ReadError> for Unread {
    fn from(error: &ReadError) -> Self {
        match error {
            ReadError::Exchange(error) | ReadError::SecureMessaging(SmError::Exchange(error)) => error.into(),
            _ => Self::Misbehaved,
        }
    }
}

impl From<&CardAccessError> for Unread {
    fn from(error: &CardAccessError) -> Self {
        match error {
            CardAccessError::NothingSupported { .. } => Self::NotOurs,
            _ => Self::Misbehaved,
        }
    }
}

impl From<&PaceError> for Unread {
    fn from(error: &PaceError) -> Self {
        match error {
            PaceError::WrongPassword { .. } | PaceError::TokenMismatch => Self::Password,
            PaceError::Exchange(error) => error.into(),
            _ => Self::Misbehaved,
        }
    }
}
