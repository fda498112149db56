//! A whole card, signed: what personalisation writes.

use std::fmt;

use zeroize::Zeroizing;

use crate::chip::{ChipFeatures, ChipKeys};
use crate::data_groups::{BuildError, check_budgets};
use crate::mrz::MrzInformation;
use crate::{Can, FileId, Pin, Puk};

/// Objects a chip's directory has room for (card contract, CHIP-08).
const MOST_OBJECTS: usize = 20;

/// Every file of a card in writing order, and the secrets that will open it.
pub struct SignedProfile {
    files: Vec<(FileId, Vec<u8>)>,
    secrets: AccessSecrets,
    chip: ChipFeatures,
    keys: ChipKeys,
    records: Option<FirstRecords>,
}

/// What the records application holds from the beginning (REC-06): a signed record each.
#[derive(Clone, PartialEq, Eq)]
pub struct FirstRecords {
    /// The certificate of the record signer (DGI 0200).
    pub certificate: Vec<u8>,
    /// The citizen number in clear and the salt of its commitment (DGI 0201).
    pub citizen_number: Vec<u8>,
}

impl fmt::Debug for FirstRecords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FirstRecords(..)")
    }
}

impl SignedProfile {
    pub(crate) const fn new(
        files: Vec<(FileId, Vec<u8>)>,
        secrets: AccessSecrets,
        chip: ChipFeatures,
        keys: ChipKeys,
    ) -> Self {
        Self { files, secrets, chip, keys, records: None }
    }

    /// With the member's PIN and PUK.
    #[must_use]
    pub fn with_pin(mut self, pin: &Pin, puk: &Puk) -> Self {
        self.secrets.pin = Some(Zeroizing::new(*pin.expose()));
        self.secrets.puk = Some(Zeroizing::new(*puk.expose()));
        self
    }

    /// With the first records.
    #[must_use]
    pub fn with_first_records(self, records: FirstRecords) -> Self {
        Self { records: Some(records), ..self }
    }

    /// With EF.SOD-PQ: a detached SignedData over the LDSSecurityObject that EF.SOD holds, by ML-DSA-65 (FILE-11).
    ///
    /// # Errors
    /// [`BuildError::FileTooLarge`], [`BuildError::FilesTooLarge`], [`BuildError::TooManyObjects`] if PIN and first records were added before.
    pub fn with_post_quantum(mut self, signed: &[u8]) -> Result<Self, BuildError> {
        self.files.push((FileId::SodPostQuantum, signed.to_vec()));
        check_budgets(&self.files, &self.chip)?;
        let held = self.objects();
        if held > MOST_OBJECTS { Err(BuildError::TooManyObjects { held }) } else { Ok(self) }
    }

    /// Objects in the directory of the chip: files, passwords, the trust point, first records.
    fn objects(&self) -> usize {
        let passwords = 2 + usize::from(self.secrets.pin.is_some()) + usize::from(self.secrets.puk.is_some());
        let records = self.records.as_ref().map_or(0, |_| 2);
        self.files.len() + passwords + usize::from(self.chip.records.is_some()) + records
    }

    /// What the chip is to be able to do.
    #[must_use]
    pub const fn chip(&self) -> &ChipFeatures {
        &self.chip
    }

    /// The public keys that the chip made and the files publish.
    #[must_use]
    pub const fn chip_keys(&self) -> &ChipKeys {
        &self.keys
    }

    /// The first records, if the card has any.
    #[must_use]
    pub const fn first_records(&self) -> Option<&FirstRecords> {
        self.records.as_ref()
    }

    /// The files in writing order: EF.DIR, EF.ATR/INFO, EF.CardAccess, EF.COM, data groups in ascending order, EF.SOD, EF.CardSecurity, EF.SOD-PQ.
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

/// The passwords of PACE that are written onto the chip (DGIs 8010 to 8013); wiped on drop.
pub struct AccessSecrets {
    can: Zeroizing<[u8; 6]>,
    mrz_key: Zeroizing<[u8; 20]>,
    pin: Option<Zeroizing<[u8; 6]>>,
    puk: Option<Zeroizing<[u8; 10]>>,
}

impl AccessSecrets {
    pub(crate) fn new(can: &Can, information: &MrzInformation) -> Self {
        Self { can: Zeroizing::new(*can.expose()), mrz_key: information.key(), pin: None, puk: None }
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

    /// The PIN, six ASCII digits, if the card has one.
    #[must_use]
    pub fn pin(&self) -> Option<&[u8; 6]> {
        self.pin.as_deref()
    }

    /// The PUK, ten ASCII digits, if the card has one.
    #[must_use]
    pub fn puk(&self) -> Option<&[u8; 10]> {
        self.puk.as_deref()
    }
}

impl fmt::Debug for AccessSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessSecrets(..)")
    }
}
