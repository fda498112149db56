//! PUT KEY for a set of three AES keys (GP 2.3.1, 11.8; Amendment D, 7.2).
//!
//! ```text
//! 80 D8  version to replace (00: new)  81  Lc
//!   new version ‖ 3 × ( 88 ‖ length ‖ key length ‖ AES-CBC(Key-DEK, 0, key) ‖ 03 ‖ key check value )   00
//! answer: new version ‖ 3 × key check value
//! ```

use super::{KeyError, KeyRole, KeySet, StaticKeys};
use chipwright_iso7816::{Command, Ins, Le, Response, StatusWord};

/// Key type of AES keys (GP 2.3.1, table 11-16).
const AES: u8 = 0x88;

/// Why PUT KEY could not be made, or did not do what it should.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PutKeyError {
    /// A new version outside 01 to 7F, or a replaced one outside 00 to 7F.
    #[error("{0:02X} is not a key version number")]
    Version(u8),
    /// The card refused.
    #[error("the card refused PUT KEY with {0}")]
    Refused(StatusWord),
    /// The answer is not a version and three check values.
    #[error("the answer to PUT KEY has {0} bytes instead of 10")]
    ResponseLength(usize),
    /// The card stored another version.
    #[error("the card answers PUT KEY for version {wanted:02X} with version {found:02X}")]
    AnsweredVersion {
        /// The version sent.
        wanted: u8,
        /// The version in the answer.
        found: u8,
    },
    /// The card computed another check value: it holds another key than the one meant.
    #[error("the card's check value of key {0:?} is not that of the key sent")]
    CheckValue(KeyRole),
    /// A key operation failed.
    #[error(transparent)]
    Keys(#[from] KeyError),
}

/// What the card must answer.
#[derive(Debug)]
#[must_use = "the answer of the card must be checked"]
pub struct Expected([u8; 10]);

/// PUT KEY that stores `keys` as `version`, replacing the set `replaced` (00: as a new set), wrapped under the DEK of the
/// session's static keys. Plain: to be sent through the session.
///
/// # Errors
/// [`PutKeyError::Version`]; [`PutKeyError::Keys`].
pub fn command(
    replaced: u8,
    version: u8,
    keys: &KeySet,
    under: &dyn StaticKeys,
) -> Result<(Expected, Command), PutKeyError> {
    if version == 0 || version > 0x7F {
        return Err(PutKeyError::Version(version));
    }
    if replaced > 0x7F {
        return Err(PutKeyError::Version(replaced));
    }
    let mut expected = [version; 10];
    let mut data = Vec::with_capacity(1 + 3 * 39);
    data.push(version);
    for (role, place) in KeyRole::ALL.into_iter().zip(expected[1..].chunks_exact_mut(3)) {
        let wrapped = under.wrap_key(keys.key(role))?;
        let check_value = keys.check_value(role);
        place.copy_from_slice(&check_value);
        #[allow(clippy::cast_possible_truncation)] // 17 or 33; 16 to 32
        data.extend_from_slice(&[AES, wrapped.len() as u8 + 1, keys.size().bytes() as u8]);
        data.extend_from_slice(&wrapped);
        data.push(3);
        data.extend_from_slice(&check_value);
    }
    let command =
        Command::new(0x80, Ins::PUT_KEY, replaced, 0x81).with_data(data).with_le(Le::Max).sensitive();
    Ok((Expected(expected), command))
}

impl Expected {
    /// Compares the answer, already unwrapped.
    ///
    /// # Errors
    /// [`PutKeyError::Refused`], [`ResponseLength`](PutKeyError::ResponseLength),
    /// [`AnsweredVersion`](PutKeyError::AnsweredVersion) or [`CheckValue`](PutKeyError::CheckValue).
    pub fn check(self, response: &Response) -> Result<(), PutKeyError> {
        if !response.status.is_success() {
            return Err(PutKeyError::Refused(response.status));
        }
        if response.data.len() != self.0.len() {
            return Err(PutKeyError::ResponseLength(response.data.len()));
        }
        if response.data[0] != self.0[0] {
            return Err(PutKeyError::AnsweredVersion { wanted: self.0[0], found: response.data[0] });
        }
        let pairs = self.0[1..].chunks_exact(3).zip(response.data[1..].chunks_exact(3));
        for (role, (wanted, found)) in KeyRole::ALL.into_iter().zip(pairs) {
            if wanted != found {
                return Err(PutKeyError::CheckValue(role));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aes_modes::BlockKey;
    use crate::scp03::SoftKeys;

    #[test]
    fn the_data_field_holds_three_keys() {
        for size in [16, 24, 32] {
            let keys = KeySet::new(&vec![1; size], &vec![2; size], &vec![3; size]).unwrap();
            let under = SoftKeys::new(0x30, &[7; 16], &[8; 16], &[9; 16]).unwrap();
            let (_, command) = super::command(0x30, 0x01, &keys, &under).unwrap();
            assert_eq!((command.header(), command.le), ([0x80, 0xD8, 0x30, 0x81], Some(Le::Max)));
            assert!(command.is_sensitive());
            assert_eq!(command.data[0], 0x01);
            let field = 1 + size.next_multiple_of(16);
            for (index, part) in command.data[1..].chunks(field + 6).enumerate() {
                assert_eq!(part[..3], [0x88, field as u8, size as u8]);
                let mut plain = part[3..2 + field].to_vec();
                BlockKey::new(&[9; 16]).unwrap().cbc_decrypt(&[0; 16], &mut plain);
                assert_eq!(plain[..size], vec![index as u8 + 1; size]);
                assert_eq!(part[2 + field], 3);
                assert_eq!(part[3 + field..], keys.check_value(KeyRole::ALL[index]));
            }
        }
    }

    #[test]
    fn the_answer_is_compared() {
        let keys = KeySet::new(&[1; 16], &[2; 16], &[3; 16]).unwrap();
        let under = SoftKeys::new(0x30, &[7; 16], &[8; 16], &[9; 16]).unwrap();
        let make = || super::command(0, 0x20, &keys, &under).unwrap().0;
        let mut good = vec![0x20];
        KeyRole::ALL.iter().for_each(|role| good.extend(keys.check_value(*role)));
        make().check(&Response::ok(good.clone())).unwrap();
        let answer = |index: usize| {
            let mut bad = good.clone();
            bad[index] ^= 1;
            make().check(&Response::ok(bad)).unwrap_err()
        };
        assert!(matches!(answer(0), PutKeyError::AnsweredVersion { wanted: 0x20, found: 0x21 }));
        assert!(matches!(answer(2), PutKeyError::CheckValue(KeyRole::Enc)));
        assert!(matches!(answer(6), PutKeyError::CheckValue(KeyRole::Mac)));
        assert!(matches!(answer(9), PutKeyError::CheckValue(KeyRole::Dek)));
        let short = make().check(&Response::ok(good[..7].to_vec())).unwrap_err();
        assert!(matches!(short, PutKeyError::ResponseLength(7)));
        let refused = make().check(&Response::status(StatusWord::INCORRECT_DATA)).unwrap_err();
        assert!(matches!(refused, PutKeyError::Refused(StatusWord::INCORRECT_DATA)));
        assert!(matches!(super::command(0, 0, &keys, &under), Err(PutKeyError::Version(0))));
        assert!(matches!(super::command(0x80, 1, &keys, &under), Err(PutKeyError::Version(0x80))));
    }
}
