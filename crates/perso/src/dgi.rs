//! Data groupings: the objects of STORE DATA (GP 2.3.1, 11.11; `applet-spec/tables/dgi.toml`).

use aes::Aes128;
use cmac::{Cmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::Zeroizing;

/// A data grouping identifier; unknown values survive.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Dgi(pub u16);

impl Dgi {
    /// The card access number, six digits.
    pub const CAN: Self = Self(0x8010);
    /// SHA-1 of the MRZ information (9303-11, 9.7.3).
    pub const MRZ_KEY: Self = Self(0x8011);
    /// The member's PIN, six digits.
    pub const PIN: Self = Self(0x8012);
    /// The PUK, ten digits.
    pub const PUK: Self = Self(0x8013);
    /// The first trust point of the records application (TA-03).
    pub const TRUST_POINT: Self = Self(0x8020);
    /// The certificate of the first record signer (REC-06).
    pub const RECORD_SIGNER: Self = Self(0x0200);
    /// The citizen number, as a record (REC-06).
    pub const CITIZEN_NUMBER: Self = Self(0x0201);
    /// Make a key pair on the chip (PERSO-19).
    pub const GENERATE_KEY_PAIR: Self = Self(0x7F02);
    /// The public key of a pair that exists (PERSO-20).
    pub const PUBLIC_KEY: Self = Self(0x7F03);
    /// The manifest that makes an update current (LIFE-06).
    pub const COMMIT_UPDATE: Self = Self(0x7F0E);
    /// Which data groupings the application holds (PERSO-08).
    pub const REPORT: Self = Self(0x7F01);
    /// The manifest that makes the card valid (PERSO-09).
    pub const FINALISE: Self = Self(0x7F0F);

    /// The name in the tables.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0x2F00 => "EF.DIR",
            0x2F01 => "EF.ATR/INFO",
            0x2F1C => "EF.CardAccess",
            0x2F1D => "EF.CardSecurity",
            0x011E => "EF.COM",
            0x011D => "EF.SOD",
            0x0119 => "EF.SOD-PQ",
            0x0101 => "DG1",
            0x0102 => "DG2",
            0x010B => "DG11",
            0x010C => "DG12",
            0x010D => "DG13",
            0x010E => "DG14",
            0x010F => "DG15",
            0x8010 => "CAN",
            0x8011 => "MRZ key",
            0x8012 => "PIN",
            0x8013 => "PUK",
            0x8020 => "CVCA",
            0x0200 => "first record signer certificate",
            0x0201 => "citizen number record",
            0x8101 => "Active Authentication key",
            0x8102 => "Chip Authentication 1 key",
            0x8103 => "PACE-CAM key",
            0x8104 => "Chip Authentication 2 key",
            0x7F01 => "REPORT",
            0x7F02 => "GENERATE KEY PAIR",
            0x7F03 => "PUBLIC KEY",
            0x7F0E => "COMMIT UPDATE",
            0x7F0F => "FINALISE",
            _ => return None,
        })
    }
}

impl fmt::Display for Dgi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "DGI {:04X}", self.0),
        }
    }
}

impl fmt::Debug for Dgi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dgi({:04X})", self.0)
    }
}

/// Bytes of the longest header: DGI, FF, two bytes of length.
const HEADER: usize = 5;

/// One data grouping to be stored. Its value is wiped on drop and never shown by `Debug`.
#[derive(Clone)]
pub struct Object {
    /// Which.
    pub dgi: Dgi,
    /// Whether the value names a person or is a secret.
    pub confidential: bool,
    value: Zeroizing<Vec<u8>>,
}

impl Object {
    /// A value that all cards of an issuer share.
    #[must_use]
    pub fn public(dgi: Dgi, value: impl Into<Vec<u8>>) -> Self {
        Self { dgi, confidential: false, value: Zeroizing::new(value.into()) }
    }

    /// A value that names a person or is a secret.
    #[must_use]
    pub fn confidential(dgi: Dgi, value: impl Into<Vec<u8>>) -> Self {
        Self { dgi, confidential: true, value: Zeroizing::new(value.into()) }
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// SHA-256 of the value.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.value()).into()
    }

    /// DGI ‖ length.
    #[must_use]
    #[allow(clippy::cast_possible_truncation)] // values are bounded by the card's budget, far below 65,536
    pub fn header(&self) -> Vec<u8> {
        let [high, low] = self.dgi.0.to_be_bytes();
        match self.value.len() {
            length @ 0..=0xFE => vec![high, low, length as u8],
            length => [[high, low, 0xFF].as_slice(), &(length as u16).to_be_bytes()].concat(),
        }
    }

    /// DGI ‖ length ‖ value: length in 1 byte up to FE, else FF and 2 bytes (PERSO-04).
    fn encode_into(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.header());
        out.extend_from_slice(&self.value);
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.dgi, self.value.len())
    }
}

/// The objects as one stream of bytes (PERSO-04).
#[must_use]
pub fn stream<'a>(objects: impl IntoIterator<Item = &'a Object, IntoIter: Clone>) -> Zeroizing<Vec<u8>> {
    let objects = objects.into_iter();
    // reserved whole: growing would leave copies behind that nobody wipes
    let length = objects.clone().map(|object| HEADER + object.value.len()).sum();
    let mut out = Zeroizing::new(Vec::with_capacity(length));
    for object in objects {
        object.encode_into(&mut out);
    }
    out
}

/// The manifest of FINALISE: 01 ‖ *n* ‖ *n* × (DGI ‖ SHA-256(value)), ascending (PERSO-09).
#[must_use]
#[allow(clippy::cast_possible_truncation)] // a card holds fewer than 30 data groupings
pub fn manifest(entries: &std::collections::BTreeMap<Dgi, [u8; 32]>) -> Vec<u8> {
    let mut out = vec![0x01, entries.len() as u8];
    for (dgi, digest) in entries {
        out.extend_from_slice(&dgi.0.to_be_bytes());
        out.extend_from_slice(digest);
    }
    out
}

/// b8 of the state byte: more are held than the answer lists.
const MORE: u8 = 0x80;

/// What the application says it holds (PERSO-08).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldingsReport {
    /// State byte: 00 empty, 01 filling, 0F operational.
    pub state: u8,
    /// The data grouping to ask for next, if the answer did not list all.
    pub next: Option<Dgi>,
    entries: Vec<(Dgi, u16, [u8; 8])>,
}

/// The report is not of the form of PERSO-08.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the card's report of {0} bytes has not the form of requirement PERSO-08")]
pub struct ReportError(pub usize);

impl HoldingsReport {
    /// Takes the answer to REPORT apart: state ‖ *n* × (DGI ‖ length ‖ MAC).
    ///
    /// # Errors
    /// [`ReportError`] when the length does not fit or the order is not ascending.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReportError> {
        let (state, rest) = bytes.split_first().ok_or(ReportError(0))?;
        let (chunks, tail) = rest.as_chunks::<12>();
        if !tail.is_empty() {
            return Err(ReportError(bytes.len()));
        }
        let entries: Vec<_> = chunks
            .iter()
            .map(|[d0, d1, l0, l1, mac @ ..]| {
                (Dgi(u16::from_be_bytes([*d0, *d1])), u16::from_be_bytes([*l0, *l1]), *mac)
            })
            .collect();
        if !entries.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(ReportError(bytes.len()));
        }
        let next = match (state & MORE, entries.last()) {
            (0, _) => None,
            (_, None) => return Err(ReportError(bytes.len())),
            (_, Some((last, ..))) => Some(Dgi(last.0.checked_add(1).ok_or(ReportError(bytes.len()))?)),
        };
        Ok(Self { state: state & !MORE, next, entries })
    }

    /// Goes on with the answer to the question for [`next`](Self::next).
    ///
    /// # Errors
    /// [`ReportError`] when it repeats something.
    pub fn go_on(&mut self, more: Self) -> Result<(), ReportError> {
        let goes_on = more.entries.first().is_none_or(|(dgi, ..)| self.next.is_some_and(|next| *dgi >= next));
        if !goes_on {
            return Err(ReportError(more.entries.len()));
        }
        self.next = more.next;
        self.entries.extend(more.entries);
        Ok(())
    }

    /// The data groupings held.
    pub fn held(&self) -> impl Iterator<Item = Dgi> + '_ {
        self.entries.iter().map(|(dgi, _, _)| *dgi)
    }

    /// Whether the card holds exactly this object: CMAC(K, DGI ‖ SHA-256(value)), first 8 bytes.
    #[must_use]
    pub fn holds(&self, key: &[u8; 16], object: &Object) -> bool {
        let Some((_, length, mac)) = self.entries.iter().find(|(dgi, _, _)| *dgi == object.dgi) else {
            return false;
        };
        let mut cmac = Cmac::<Aes128>::new(key.into());
        cmac.update(&object.dgi.0.to_be_bytes());
        cmac.update(&object.digest());
        usize::from(*length) == object.value.len() && cmac.verify_truncated_left(mac).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_one_or_three_bytes() {
        let short = Object::public(Dgi(0x0101), vec![7; 0xFE]);
        let long = Object::public(Dgi(0x0102), vec![7; 0xFF]);
        let bytes = stream([&short, &long]);
        assert_eq!(bytes[..3], [0x01, 0x01, 0xFE]);
        assert_eq!(bytes[3 + 0xFE..3 + 0xFE + 5], [0x01, 0x02, 0xFF, 0x00, 0xFF]);
    }

    #[test]
    fn a_report_is_believed_only_with_the_right_mac() {
        let key = [9; 16];
        let object = Object::confidential(Dgi::CAN, *b"123456");
        let mut cmac = Cmac::<Aes128>::new(&key.into());
        cmac.update(&[0x80, 0x10]);
        cmac.update(&object.digest());
        let mac = cmac.finalize().into_bytes();
        let mut bytes = vec![0x01, 0x80, 0x10, 0x00, 0x06];
        bytes.extend_from_slice(&mac[..8]);
        let report = HoldingsReport::parse(&bytes).unwrap();
        assert!(report.holds(&key, &object));
        assert!(!report.holds(&key, &Object::confidential(Dgi::CAN, *b"123457")));
        assert!(!report.holds(&[8; 16], &object));
        assert!(!report.holds(&key, &Object::confidential(Dgi::MRZ_KEY, *b"123456")));
        bytes[0] = 0x81;
        let mut report = HoldingsReport::parse(&bytes).unwrap();
        assert_eq!((report.state, report.next), (0x01, Some(Dgi(0x8011))));
        let next =
            |dgi: u8| HoldingsReport::parse(&[&[0x01, 0x80, dgi], [0; 10].as_slice()].concat()).unwrap();
        assert!(report.clone().go_on(next(0x10)).is_err(), "no end");
        report.go_on(next(0x12)).unwrap();
        assert_eq!(report.held().collect::<Vec<_>>(), [Dgi::CAN, Dgi::PIN]);
        assert_eq!(report.next, None);
        assert!(report.go_on(next(0x13)).is_err(), "it was complete");
        assert_eq!(HoldingsReport::parse(&[0x81]), Err(ReportError(1)));
        assert_eq!(HoldingsReport::parse(&bytes[..9]), Err(ReportError(9)));
        assert_eq!(HoldingsReport::parse(&[]), Err(ReportError(0)));
    }

    #[test]
    fn debug_shows_no_value() {
        assert_eq!(format!("{:?}", Object::confidential(Dgi::CAN, *b"123456")), "CAN (6 bytes)");
    }

    #[test]
    #[allow(clippy::disallowed_methods)] // tests read the tables
    fn identifiers_are_those_of_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../applet-spec/tables/dgi.toml");
        let table: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
        let rows = table["dgi"].as_array().unwrap();
        assert!(rows.len() >= 28);
        for row in rows {
            let id = u16::from_str_radix(row["id"].as_str().unwrap(), 16).unwrap();
            assert_eq!(Dgi(id).name(), row["name"].as_str());
        }
    }
}
