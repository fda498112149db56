//! MRZ information (9303-11, 9.7.3): document number ‖ check digit ‖ date of birth ‖ check digit ‖ date of expiry ‖ check digit.

use std::fmt;

use ring::digest;
use zeroize::Zeroizing;

use super::LENGTH;

/// What an access key is derived from: whoever knows it may open the card. Wiped on drop.
pub struct MrzInformation(Zeroizing<Vec<u8>>);

impl MrzInformation {
    pub(super) fn of(mrz: &[u8; LENGTH]) -> Self {
        let mut bytes = Zeroizing::new(Vec::with_capacity(40));
        if mrz[14] == b'<' {
            // a long number: nine characters, then the rest with its check digit, without the filler between or after
            bytes.extend_from_slice(&mrz[5..14]);
            bytes.extend(mrz[15..30].iter().take_while(|c| **c != b'<'));
        } else {
            bytes.extend_from_slice(&mrz[5..15]);
        }
        bytes.extend_from_slice(&mrz[30..37]);
        bytes.extend_from_slice(&mrz[38..45]);
        Self(bytes)
    }

    /// The characters, 24 for a number of nine.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// K = SHA-1(MRZ information), the shared password of PACE with the MRZ (9303-11, 9.7.3), 20 bytes.
    #[must_use]
    pub fn key(&self) -> Zeroizing<[u8; 20]> {
        let mut key = Zeroizing::new([0; 20]);
        key.copy_from_slice(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &self.0).as_ref());
        key
    }
}

impl fmt::Debug for MrzInformation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MrzInformation(..)")
    }
}

#[cfg(test)]
mod tests {
    use crate::mrz::Td1;

    /// 9303-11, appendix D.2: the seed is the first 16 bytes of SHA-1(MRZ information).
    #[test]
    fn worked_example() {
        let mrz = b"I<UTOL898902C<3<<<<<<<<<<<<<<<\
                    6908061F9406236UTO<<<<<<<<<<<\
                    2ERIKSSON<<ANNA<MARIA<<<<<<<<<<";
        let td1 = Td1::parse(mrz).unwrap();
        assert_eq!(td1.mrz_information().expose(), b"L898902C<369080619406236");
        assert_eq!(hex::encode(&td1.mrz_information().key()[..16]), "239ab9cb282daf66231dc5a4df6bfbae");
    }

    /// 9303-11, appendix D.2: a document number of more than nine characters.
    #[test]
    fn worked_example_of_a_long_number() {
        let mrz = b"I<UTOD23145890<7349<<<<<<<<<<<\
                    3407127M9507122UTO<<<<<<<<<<<2\
                    STEVENSON<<PETER<JOHN<<<<<<<<<";
        let td1 = Td1::parse(mrz).unwrap();
        assert_eq!(td1.document_number(), "D23145890734");
        assert_eq!(td1.mrz_information().expose(), b"D23145890734934071279507122");
        assert_eq!(hex::encode(&td1.mrz_information().key()[..16]), "b366ad857ddca2b08c0e299811714730");
    }
    /// A filler stands for a character that the zone cannot hold, at the ninth place too.
    #[test]
    fn a_long_number_keeps_its_fillers() {
        let mut mrz = *b"I<UTOD2314589<<734<<<<<<<<<<<<\
                         3407127M9507122UTO<<<<<<<<<<<0\
                         STEVENSON<<PETER<JOHN<<<<<<<<<";
        mrz[17] = super::super::check_digit(b"D2314589<73");
        mrz[59] = super::super::check_digit(&super::super::composite(&mrz));
        let td1 = Td1::parse(&mrz).unwrap();
        let (number, information) = (td1.document_number(), td1.mrz_information());
        assert_eq!(number.as_bytes(), &information.expose()[..11]);
        assert_eq!(number, "D2314589<73");
    }
}
