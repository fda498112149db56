//! A whole card, signed: what personalisation writes.

use std::fmt;

use zeroize::Zeroizing;

use crate::mrz::MrzInformation;
use crate::{Can, FileId};

/// Every file of a card in writing order, and the secrets that will open it.
pub struct SignedProfile {
    files: Vec<(FileId, Vec<u8>)>,
    secrets: AccessSecrets,
}

impl SignedProfile {
    pub(crate) const fn new(files: Vec<(FileId, Vec<u8>)>, secrets: AccessSecrets) -> Self {
        Self { files, secrets }
    }

    /// The files in writing order: EF.DIR, EF.ATR/INFO, EF.CardAccess, EF.COM, data groups in ascending order, EF.SOD.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &[u8])> {
        self.files.iter().map(|(file, bytes)| (*file, bytes.as_slice()))
    }

    /// One file.
    #[must_use]
    pub fn file(&self, wanted: FileId) -> Option<&[u8]> {
        self.files().find(|(file, _)| *file == wanted).map(|(_, bytes)| bytes)
    }

    /// What opens the card.
    #[must_use]
    pub const fn access_secrets(&self) -> &AccessSecrets {
        &self.secrets
    }
}

impl fmt::Debug for SignedProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignedProfile ")?;
        f.debug_map().entries(self.files.iter().map(|(file, bytes)| (*file, bytes.len()))).finish()
    }
}

/// The two passwords of PACE that are written onto the chip (DGIs 8010 and 8011); wiped on drop.
pub struct AccessSecrets {
    can: Zeroizing<[u8; 6]>,
    mrz_key: Zeroizing<[u8; 20]>,
}

impl AccessSecrets {
    pub(crate) fn new(can: &Can, information: &MrzInformation) -> Self {
        Self { can: Zeroizing::new(*can.expose()), mrz_key: information.key() }
    }

    /// Card access number, six ASCII digits.
    #[must_use]
    pub fn can(&self) -> &[u8; 6] {
        &self.can
    }

    /// K = SHA-1(MRZ information), 20 bytes.
    #[must_use]
    pub fn mrz_key(&self) -> &[u8; 20] {
        &self.mrz_key
    }
}

impl fmt::Debug for AccessSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessSecrets(..)")
    }
}
