//! The files of a card, as read.

use chipwright_profile::FileId;
use std::collections::BTreeMap;
use std::fmt;

/// Files by identifier. Personal data: `Debug` shows names and lengths.
#[derive(Default)]
pub struct Files(BTreeMap<FileId, Vec<u8>>);

impl Files {
    pub(crate) fn put(&mut self, file: FileId, content: Vec<u8>) {
        self.0.insert(file, content);
    }

    /// One file.
    #[must_use]
    pub fn get(&self, file: FileId) -> Option<&[u8]> {
        self.0.get(&file).map(Vec::as_slice)
    }

    /// A data group by number.
    #[must_use]
    pub fn data_group(&self, number: u8) -> Option<&[u8]> {
        self.get(FileId::Dg(number))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &[u8])> {
        self.0.iter().map(|(file, content)| (*file, content.as_slice()))
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(file, content)| (file, content.len()))).finish()
    }
}
