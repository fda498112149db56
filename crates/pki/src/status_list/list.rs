//! The byte array (TSL, 4.1): entries of 1, 2, 4 or 8 bits, packed from the least significant bit of each byte.

/// What a list says of a card (TSL, 7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// 0: valid.
    Valid,
    /// 1: revoked, for ever.
    Invalid,
    /// 2: not valid for now.
    Suspended,
    /// Any other value: of an application, or not assigned yet. Never valid.
    Other(u8),
}

impl Status {
    /// The status of a value.
    #[must_use]
    pub const fn of(value: u8) -> Self {
        match value {
            0 => Self::Valid,
            1 => Self::Invalid,
            2 => Self::Suspended,
            other => Self::Other(other),
        }
    }

    /// The value of a status.
    #[must_use]
    pub const fn value(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Invalid => 1,
            Self::Suspended => 2,
            Self::Other(value) => value,
        }
    }
}

/// Bits of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bits {
    /// Valid or invalid.
    One,
    /// What Chipwright writes.
    Two,
    /// Sixteen values.
    Four,
    /// A byte an entry.
    Eight,
}

impl Bits {
    /// 1, 2, 4 or 8.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Four => 4,
            Self::Eight => 8,
        }
    }

    /// From 1, 2, 4 or 8.
    #[must_use]
    pub const fn from_number(number: u64) -> Option<Self> {
        Some(match number {
            1 => Self::One,
            2 => Self::Two,
            4 => Self::Four,
            8 => Self::Eight,
            _ => return None,
        })
    }

    const fn in_a_byte(self) -> usize {
        8 / self.number() as usize
    }

    const fn mask(self) -> u8 {
        u8::MAX >> (8 - self.number())
    }

    /// Bytes of so many entries.
    pub(super) const fn bytes(self, entries: u32) -> usize {
        (entries as usize).div_ceil(self.in_a_byte())
    }
}

/// The statuses of many cards.
#[derive(Clone, PartialEq, Eq)]
pub struct StatusList {
    bits: Bits,
    bytes: Vec<u8>,
}

/// Why an entry is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// The list has no such entry.
    #[error("the list has {entries} entries and no entry {index}")]
    OutOfBounds {
        /// The index asked for.
        index: u32,
        /// How many entries there are.
        entries: usize,
    },
    /// The entry is INVALID.
    #[error("entry {index} is INVALID, which is final")]
    Final {
        /// The index asked for.
        index: u32,
    },
    /// An entry has not enough bits for the value.
    #[error("the value {value} does not fit into {bits} bits")]
    TooLarge {
        /// The value.
        value: u8,
        /// Bits of one entry.
        bits: u8,
    },
}

impl StatusList {
    /// A list of two bits an entry, all of them valid; filled up to whole bytes.
    #[must_use]
    pub fn new(entries: u32) -> Self {
        Self::of_bytes(Bits::Two, vec![0; Bits::Two.bytes(entries)])
    }

    /// Over a byte array as it is.
    #[must_use]
    pub const fn of_bytes(bits: Bits, bytes: Vec<u8>) -> Self {
        Self { bits, bytes }
    }

    /// Bits of one entry.
    #[must_use]
    pub const fn bits(&self) -> Bits {
        self.bits
    }

    /// The byte array.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many entries there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.bytes.len().saturating_mul(self.bits.in_a_byte())
    }

    /// Whether there is no entry.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The status of an entry; none beyond the end, which says nothing of a card.
    #[must_use]
    pub fn status(&self, index: u32) -> Option<Status> {
        let (byte, shift) = self.place(index);
        self.bytes.get(byte).map(|byte| Status::of((byte >> shift) & self.bits.mask()))
    }

    /// Sets an entry. INVALID stays what it is.
    ///
    /// # Errors
    /// [`SetError`]; nothing was changed.
    pub fn set(&mut self, index: u32, status: Status) -> Result<(), SetError> {
        let (mask, entries) = (self.bits.mask(), self.len());
        let ((byte, shift), value) = (self.place(index), status.value());
        let byte = self.bytes.get_mut(byte).ok_or(SetError::OutOfBounds { index, entries })?;
        if value > mask {
            return Err(SetError::TooLarge { value, bits: self.bits.number() });
        }
        if (*byte >> shift) & mask == Status::Invalid.value() && status != Status::Invalid {
            return Err(SetError::Final { index });
        }
        *byte = (*byte & !(mask << shift)) | (value << shift);
        Ok(())
    }

    /// The first entry that is INVALID in an older list and not in this one: it must not exist.
    #[must_use]
    pub fn first_revived(&self, older: &Self) -> Option<u32> {
        let same = |(old, new): &(&u8, &u8)| old == new;
        let alike = match self.bits == older.bits {
            true => older.bytes.iter().zip(&self.bytes).take_while(same).count(),
            false => 0,
        };
        let first = u32::try_from(alike * older.bits.in_a_byte()).unwrap_or(u32::MAX);
        let end = u32::try_from(older.len()).unwrap_or(u32::MAX);
        let invalid = Some(Status::Invalid);
        (first..end).find(|index| older.status(*index) == invalid && self.status(*index) != invalid)
    }

    const fn place(&self, index: u32) -> (usize, u8) {
        let within = self.bits.in_a_byte();
        let shift = (index as usize % within) as u8 * self.bits.number();
        (index as usize / within, shift)
    }
}

impl std::fmt::Debug for StatusList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StatusList({} entries of {} bits)", self.len(), self.bits.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_packed_from_the_least_significant_bit() {
        let mut list = StatusList::new(12);
        for (index, value) in [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3].into_iter().enumerate() {
            list.set(u32::try_from(index).unwrap(), Status::of(value)).unwrap();
        }
        assert_eq!(list.as_bytes(), [0xC9, 0x44, 0xF9], "TSL, 4.1");
        assert_eq!((list.status(9), list.status(12)), (Some(Status::Suspended), None));
    }

    #[test]
    fn invalid_is_final() {
        let mut list = StatusList::new(5);
        list.set(3, Status::Suspended).unwrap();
        list.set(3, Status::Valid).unwrap();
        list.set(3, Status::Invalid).unwrap();
        list.set(3, Status::Invalid).unwrap();
        for status in [Status::Valid, Status::Suspended, Status::Other(3)] {
            assert_eq!(list.set(3, status), Err(SetError::Final { index: 3 }));
        }
        assert_eq!(list.status(3), Some(Status::Invalid));
        assert_eq!(list.set(8, Status::Valid), Err(SetError::OutOfBounds { index: 8, entries: 8 }));
        let mut narrow = StatusList::of_bytes(Bits::One, vec![0]);
        assert_eq!(narrow.set(0, Status::Suspended), Err(SetError::TooLarge { value: 2, bits: 1 }));
    }

    #[test]
    fn a_revived_card_is_found() {
        let mut older = StatusList::new(40);
        older.set(17, Status::Invalid).unwrap();
        older.set(30, Status::Suspended).unwrap();
        let mut newer = older.clone();
        newer.set(30, Status::Valid).unwrap();
        newer.set(2, Status::Invalid).unwrap();
        assert_eq!(newer.first_revived(&older), None);
        assert_eq!(older.first_revived(&newer), Some(2));
        assert_eq!(StatusList::new(40).first_revived(&newer), Some(2));
        assert_eq!(StatusList::new(8).first_revived(&older), Some(17), "a shorter list says nothing of it");
        assert_eq!(older.first_revived(&older), None);
    }
}
