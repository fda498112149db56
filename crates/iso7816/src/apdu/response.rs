//! Response APDUs.

use super::ApduError;
use crate::StatusWord;
use std::fmt;

/// Data and status of one response. `Debug` shows the status and the length, never the data.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// Response data field.
    pub data: Vec<u8>,
    /// SW1 and SW2.
    pub status: StatusWord,
}

impl Response {
    /// A response without data.
    #[must_use]
    pub const fn status(status: StatusWord) -> Self {
        Self { data: Vec::new(), status }
    }

    /// A response with data and `9000`.
    #[must_use]
    pub const fn ok(data: Vec<u8>) -> Self {
        Self { data, status: StatusWord::OK }
    }

    /// Reads a response as received.
    ///
    /// # Errors
    /// [`ApduError::Truncated`] under 2 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ApduError> {
        match bytes {
            [data @ .., sw1, sw2] => {
                Ok(Self { data: data.to_vec(), status: StatusWord::from_bytes(*sw1, *sw2) })
            }
            _ => Err(ApduError::Truncated { what: "a response", length: bytes.len() }),
        }
    }

    /// The response as sent.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.data.clone();
        out.extend_from_slice(&self.status.to_bytes());
        out
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} bytes", self.status, self.data.len())
    }
}
