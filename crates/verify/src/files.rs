//! The files of a card, as read.

use chipwright_profile::FileId;
use chipwright_profile::security_object::SecurityObject;
use ring::digest;
use std::collections::BTreeMap;
use std::fmt;

/// Files by identifier. Personal data: `Debug` shows names and lengths.
#[derive(Default)]
pub struct Files(BTreeMap<FileId, File>);

/// One file, hashed while it was read.
struct File {
    content: Vec<u8>,
    hash: digest::Digest,
}

impl Files {
    pub(crate) fn put(&mut self, file: FileId, content: Vec<u8>, hash: digest::Digest) {
        self.0.insert(file, File { content, hash });
    }

    pub(crate) fn has(&self, file: FileId) -> bool {
        self.0.contains_key(&file)
    }

    /// Whether the file has been read and is the one that was signed.
    pub(crate) fn is_signed(&self, signed: &SecurityObject, number: u8) -> bool {
        let hash = self.0.get(&FileId::Dg(number)).map(|file| file.hash.as_ref());
        hash.is_some() && hash == signed.hash_of(number)
    }

    /// Bytes of all of them.
    pub(crate) fn bytes(&self) -> usize {
        self.0.values().map(|file| file.content.len()).sum()
    }

    /// One file.
    #[must_use]
    pub fn get(&self, file: FileId) -> Option<&[u8]> {
        self.0.get(&file).map(|file| file.content.as_slice())
    }

    /// A data group by number.
    #[must_use]
    pub fn data_group(&self, number: u8) -> Option<&[u8]> {
        self.get(FileId::Dg(number))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &[u8])> {
        self.0.iter().map(|(name, file)| (*name, file.content.as_slice()))
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(file, content)| (file, content.len()))).finish()
    }
}
