//! `NAME.batch`: preparation and approval in one file, which may cross an air gap.

use super::BatchError;
use chipwright_pki::{SignedData, pem};
use der::pem::{LineEnding, encode_string};

/// Bytes of the longest batch file that is read.
pub const MOST_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// RFC 7468, 9: any CMS.
const LABEL: &str = "CMS";

/// Two PEM blocks labelled `CMS`: the preparation, which holds the manifest, and the approval, if there is one, over the SHA-256 of the
/// preparation's DER. Text around the blocks is ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchFile {
    pub(super) prepared: Vec<u8>,
    pub(super) approved: Option<Vec<u8>>,
}

impl BatchFile {
    /// Not approved yet.
    #[must_use]
    pub fn new(prepared: &SignedData) -> Self {
        Self { prepared: prepared.as_der().to_vec(), approved: None }
    }

    /// With this approval instead of the one it may have.
    #[must_use]
    pub fn approved_by(self, approved: &SignedData) -> Self {
        Self { approved: Some(approved.as_der().to_vec()), ..self }
    }

    /// Whether anybody has signed an approval; it is not looked at.
    #[must_use]
    pub const fn has_approval(&self) -> bool {
        self.approved.is_some()
    }

    /// Takes the file apart; no signature is looked at.
    ///
    /// # Errors
    /// [`BatchError::File`], [`BatchError::Statements`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BatchError> {
        let mut blocks = pem::decode(bytes, LABEL)?;
        let approved = match blocks.len() {
            1 => None,
            2 => blocks.pop(),
            other => return Err(BatchError::Statements(other)),
        };
        blocks.pop().map(|prepared| Self { prepared, approved }).ok_or(BatchError::Statements(0))
    }

    /// As text.
    #[must_use]
    pub fn to_pem(&self) -> String {
        let block = |der: &Vec<u8>| {
            // a label of letters and a length within bounds: encoding cannot fail
            encode_string(LABEL, LineEnding::LF, der).unwrap_or_default()
        };
        let approved = self.approved.as_ref().map(block).unwrap_or_default();
        block(&self.prepared) + &approved
    }
}
