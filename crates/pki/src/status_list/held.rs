//! The lists that a verifier holds: of each, the newest that it has seen.

use jiff::Timestamp;

use super::address::list_number;
use super::token::StatusListToken;
use crate::name::Name;

/// Verified lists, at most one of each issuer and number.
#[derive(Debug, Clone, Default)]
pub struct StatusLists {
    held: Vec<(u32, StatusListToken)>,
}

/// Why a verified list is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// Its subject is not ADDRESS/NUMBER: no card can name it.
    #[error("the subject {subject:?} of the status list does not end in the number of a list")]
    NoNumber {
        /// The subject.
        subject: String,
    },
    /// A newer one of the same list is held.
    #[error("status list {list} of {offered} is older than the one of {held}, which is already held")]
    Older {
        /// The list.
        list: u32,
        /// When the one offered was issued.
        offered: Timestamp,
        /// When the one held was issued.
        held: Timestamp,
    },
    /// A card that was INVALID is INVALID no more.
    #[error("status list {list} takes back the revocation of entry {index}, which is final")]
    Revived {
        /// The list.
        list: u32,
        /// The entry.
        index: u32,
    },
}

impl StatusLists {
    /// No lists.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a list. A newer one takes the place of the one held; the same one twice, or the other format of it, is no error.
    ///
    /// # Errors
    /// [`NotTaken`]; what was held stays in force.
    pub fn add(&mut self, token: StatusListToken) -> Result<(), NotTaken> {
        let subject = &token.claims().subject;
        let list = list_number(subject).ok_or_else(|| NotTaken::NoNumber { subject: subject.clone() })?;
        let same = |(number, held): &&mut (u32, StatusListToken)| {
            *number == list && held.signer().issuer() == token.signer().issuer()
        };
        let Some((_, held)) = self.held.iter_mut().find(same) else {
            self.held.push((list, token));
            return Ok(());
        };
        let order = |token: &StatusListToken| (token.claims().issued_at, token.claims().number);
        if order(&token) < order(held) {
            let (offered, held) = (token.claims().issued_at, held.claims().issued_at);
            return Err(NotTaken::Older { list, offered, held });
        }
        if let Some(index) = token.list().first_revived(held.list()) {
            return Err(NotTaken::Revived { list, index });
        }
        *held = token;
        Ok(())
    }

    /// The list of this number by the organisation that issued the card's signer.
    #[must_use]
    pub fn find(&self, issuer: &Name, list: u32) -> Option<&StatusListToken> {
        let mut held = self.held.iter();
        held.find(|(number, token)| *number == list && token.signer().issuer() == issuer)
            .map(|(_, token)| token)
    }

    /// Each list with its number.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &StatusListToken)> {
        self.held.iter().map(|(list, token)| (*list, token))
    }

    /// How many lists are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether none is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }
}
