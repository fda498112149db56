//! What an issued card is to say instead: another name, another unit. Everything else on the card stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use crate::dg1;
use crate::member::{PersonName, Unit};
use crate::read::{self, ReadError};
use crate::security_object::lds_security_object;
use crate::{BuildError, FileId};
use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::encode;

/// Why a card's files cannot be revised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevisionError {
    /// A file that has to be revised is not there.
    #[error("{0} of the card is missing")]
    Missing(FileId),
    /// A file of the card cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file is larger than its place on the chip.
    #[error(transparent)]
    Build(#[from] BuildError),
}

/// The data groups of an issued card, and which of them say something else now.
pub struct Revision {
    groups: BTreeMap<u8, Vec<u8>>,
    changed: BTreeSet<u8>,
}

impl Revision {
    /// Of a card that holds these files; what is no data group is passed over.
    #[must_use]
    pub fn of<'a>(files: impl IntoIterator<Item = (FileId, &'a [u8])>) -> Self {
        let groups = files.into_iter().filter_map(|(file, content)| match file {
            FileId::Dg(number) => Some((number, content.to_vec())),
            _ => None,
        });
        Self { groups: groups.collect(), changed: BTreeSet::new() }
    }

    /// With another name (DG1, DG11).
    ///
    /// # Errors
    /// [`RevisionError`].
    pub fn with_name(mut self, name: &PersonName) -> Result<Self, RevisionError> {
        let zone = read::dg1(self.group(1)?)?.with_name(name);
        self.put(1, dg1::encode_file(&zone));
        let mut details = read::dg11(self.group(11)?)?;
        name.primary().clone_into(&mut details.primary);
        name.secondary().clone_into(&mut details.secondary);
        self.put(11, details.to_bytes());
        Ok(self)
    }

    /// With another unit (DG13).
    ///
    /// # Errors
    /// [`RevisionError`].
    pub fn with_unit(mut self, unit: &Unit) -> Result<Self, RevisionError> {
        let mut record = read::dg13(self.group(13)?)?;
        record.unit = unit.clone();
        self.put(13, record.to_bytes());
        Ok(self)
    }

    /// Whether any file says something else.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// DER of the LDSSecurityObject over all data groups: what the document signer signs.
    #[must_use]
    pub fn lds_security_object(&self) -> Vec<u8> {
        let groups: Vec<(u8, &[u8])> =
            self.groups.iter().map(|(number, content)| (*number, content.as_slice())).collect();
        lds_security_object(&groups)
    }

    /// The files that say something else, and EF.SOD = `77 { CMS }`.
    ///
    /// # Errors
    /// [`RevisionError::Build`].
    pub fn sign_with(self, security_object: &[u8]) -> Result<Vec<(FileId, Vec<u8>)>, RevisionError> {
        let Self { groups, changed } = self;
        let groups = groups.into_iter().filter(|(number, _)| changed.contains(number));
        let mut files: Vec<(FileId, Vec<u8>)> =
            groups.map(|(number, content)| (FileId::Dg(number), content)).collect();
        files.push((FileId::Sod, encode(Tag(0x77), security_object)));
        for (file, content) in &files {
            if content.len() > file.most() {
                let (file, size, most) = (*file, content.len(), file.most());
                return Err(BuildError::FileTooLarge { file, size, most }.into());
            }
        }
        Ok(files)
    }

    fn group(&self, number: u8) -> Result<&[u8], RevisionError> {
        self.groups.get(&number).map(Vec::as_slice).ok_or(RevisionError::Missing(FileId::Dg(number)))
    }

    fn put(&mut self, number: u8, content: Vec<u8>) {
        if self.groups.get(&number) != Some(&content) {
            self.groups.insert(number, content);
            self.changed.insert(number);
        }
    }
}

impl std::fmt::Debug for Revision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Revision(of {:?}, changed {:?})", self.groups.keys(), self.changed)
    }
}
