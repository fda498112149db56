//! The byte array as zlib (TSL, 4.1, step 4; RFC 1950).

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status as Flow};

use super::list::{Bits, StatusList};

/// Bytes that are inflated at a time.
const CHUNK: usize = 32 * 1024;

/// A compressed list: what a token carries.
#[derive(Clone, PartialEq, Eq)]
pub struct CompressedList {
    bits: Bits,
    zlib: Vec<u8>,
}

/// Why a compressed list is not inflated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InflateError {
    /// The list is longer than expected; nothing beyond the bound was kept.
    #[error("the list inflates to more than the {most} entries that are expected at most")]
    TooLong {
        /// The entries expected at most.
        most: u32,
    },
    /// The stream ends before the list does.
    #[error("the compressed list is cut off")]
    Truncated,
    /// Not zlib, or its checksum is wrong.
    #[error("the compressed list is damaged")]
    Damaged,
    /// Something follows the stream.
    #[error("bytes follow the compressed list")]
    Trailing,
}

impl CompressedList {
    /// Compresses a list, as tightly as zlib can (as TSL recommends).
    #[must_use]
    pub fn of(list: &StatusList) -> Self {
        let mut engine = Compress::new(Compression::best(), true);
        let bytes = list.as_bytes();
        let mut zlib = Vec::with_capacity(bytes.len() / 8 + 64);
        loop {
            let taken = usize::try_from(engine.total_in()).unwrap_or(usize::MAX);
            zlib.reserve(CHUNK);
            let rest = bytes.get(taken..).unwrap_or_default();
            match engine.compress_vec(rest, &mut zlib, FlushCompress::Finish) {
                Ok(Flow::Ok | Flow::BufError) => {}
                // a compressor has no other end: its errors are misuse of its interface
                Ok(Flow::StreamEnd) | Err(_) => return Self { bits: list.bits(), zlib },
            }
        }
    }

    /// A list that came in a token.
    #[must_use]
    pub const fn of_zlib(bits: Bits, zlib: Vec<u8>) -> Self {
        Self { bits, zlib }
    }

    /// Bits of one entry.
    #[must_use]
    pub const fn bits(&self) -> Bits {
        self.bits
    }

    /// The zlib stream.
    #[must_use]
    pub fn as_zlib(&self) -> &[u8] {
        &self.zlib
    }

    /// Inflates a list of at most so many entries. Memory is bounded by them, whatever the stream holds.
    ///
    /// # Errors
    /// [`InflateError`]; a longer list is refused as soon as it passes the bound.
    pub fn inflate(&self, most: u32) -> Result<StatusList, InflateError> {
        let bound = self.bits.bytes(most);
        let mut engine = Decompress::new(true);
        let mut chunk = vec![0; CHUNK];
        let mut bytes = Vec::new();
        loop {
            let (taken, made) = (engine.total_in(), engine.total_out());
            let rest =
                usize::try_from(taken).ok().and_then(|taken| self.zlib.get(taken..)).unwrap_or_default();
            let flow = engine.decompress(rest, &mut chunk, FlushDecompress::None);
            let flow = flow.map_err(|_| InflateError::Damaged)?;
            let fresh = usize::try_from(engine.total_out() - made).unwrap_or(usize::MAX);
            let fresh = chunk.get(..fresh).ok_or(InflateError::Damaged)?;
            if bytes.len() + fresh.len() > bound {
                return Err(InflateError::TooLong { most });
            }
            bytes.extend_from_slice(fresh);
            match flow {
                Flow::StreamEnd if engine.total_in() < self.zlib.len() as u64 => {
                    return Err(InflateError::Trailing);
                }
                Flow::StreamEnd => return Ok(StatusList::of_bytes(self.bits, bytes)),
                Flow::Ok | Flow::BufError if fresh.is_empty() && engine.total_in() == taken => {
                    return Err(InflateError::Truncated);
                }
                Flow::Ok | Flow::BufError => {}
            }
        }
    }
}

impl std::fmt::Debug for CompressedList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CompressedList({} bytes, {} bits an entry)", self.zlib.len(), self.bits.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status_list::Status;

    fn list() -> StatusList {
        let mut list = StatusList::new(100_000);
        for index in (0..100_000).step_by(97) {
            list.set(index, if index % 2 == 0 { Status::Invalid } else { Status::Suspended }).unwrap();
        }
        list
    }

    #[test]
    fn a_list_comes_back_and_no_longer_one_does() {
        let compressed = CompressedList::of(&list());
        assert_eq!(compressed.inflate(100_000).unwrap(), list());
        assert!(compressed.as_zlib().len() < list().as_bytes().len() / 4);
        assert_eq!(compressed.inflate(99_996), Err(InflateError::TooLong { most: 99_996 }));
        let empty = CompressedList::of(&StatusList::new(0));
        assert!(empty.inflate(0).unwrap().is_empty());
    }

    #[test]
    fn damage_of_every_kind_is_told() {
        let whole = CompressedList::of(&list()).zlib;
        for length in [0, 1, 2, whole.len() / 2, whole.len() - 4, whole.len() - 1] {
            let cut = CompressedList::of_zlib(Bits::Two, whole[..length].to_vec());
            assert_eq!(cut.inflate(1 << 20), Err(InflateError::Truncated), "{length} bytes");
        }
        let longer = CompressedList::of_zlib(Bits::Two, [&whole[..], &[0]].concat());
        assert_eq!(longer.inflate(1 << 20), Err(InflateError::Trailing));
        let last = whole.len() - 1;
        for at in [0, 1, 40, last] {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x10;
            let damaged = CompressedList::of_zlib(Bits::Two, bytes).inflate(1 << 20);
            assert!(damaged.is_err(), "byte {at}: {damaged:?}");
        }
        let raw = CompressedList::of_zlib(Bits::Two, vec![0x4B, 0x4C, 0x04, 0x00]);
        assert_eq!(raw.inflate(64), Err(InflateError::Damaged), "DEFLATE without zlib");
    }
}
