//! What the chip itself can do beside holding files: the proofs and protections an issuer chooses, and the keys it makes for them.

use std::fmt;

use crate::FileId;

/// The on-chip protections that the issuer chooses for a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChipFeatures {
    /// Active Authentication: the chip signs a challenge (DG15).
    pub active_authentication: bool,
    /// Chip Authentication version 1 (DG14).
    pub chip_authentication: bool,
    /// PACE with Chip Authentication Mapping, beside Generic Mapping (EF.CardSecurity).
    pub cam: bool,
    /// The records application: the self-signed CV certificate (`7F21`) of its first trust point (DGI 8020).
    pub records: Option<Vec<u8>>,
    /// PIN and PUK.
    pub pin: bool,
}

impl ChipFeatures {
    /// Nothing: a chip that proves nothing.
    pub const NONE: Self = Self {
        active_authentication: false,
        chip_authentication: false,
        cam: false,
        records: None,
        pin: false,
    };

    /// Active Authentication and Chip Authentication: what a card has unless its issuer chooses otherwise.
    pub const PROVEN: Self = Self { active_authentication: true, chip_authentication: true, ..Self::NONE };

    /// The key pairs the chip makes for them, in ascending order.
    pub fn key_pairs(&self) -> impl Iterator<Item = KeyReference> + '_ {
        KeyReference::ALL.into_iter().filter(|reference| match reference {
            KeyReference::ActiveAuthentication => self.active_authentication,
            KeyReference::ChipAuthentication => self.chip_authentication,
            KeyReference::ChipAuthenticationMapping => self.cam,
            KeyReference::ChipAuthentication2 => self.records.is_some(),
        })
    }

    /// Whether the chip can prove to a reader that it is genuine.
    #[must_use]
    pub const fn proves_itself(&self) -> bool {
        self.active_authentication || self.chip_authentication || self.cam
    }

    /// Whether the card carries EF.CardSecurity.
    #[must_use]
    pub const fn has_card_security(&self) -> bool {
        self.cam || self.records.is_some()
    }
}

impl Default for ChipFeatures {
    fn default() -> Self {
        Self::PROVEN
    }
}

/// A key pair of the chip (`applet-spec/tables/keys.toml`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyReference {
    /// 01: Active Authentication.
    ActiveAuthentication,
    /// 02: Chip Authentication version 1.
    ChipAuthentication,
    /// 03: PACE with Chip Authentication Mapping.
    ChipAuthenticationMapping,
    /// 04: Chip Authentication version 2.
    ChipAuthentication2,
}

impl KeyReference {
    /// All, in ascending order.
    pub const ALL: [Self; 4] = [
        Self::ActiveAuthentication,
        Self::ChipAuthentication,
        Self::ChipAuthenticationMapping,
        Self::ChipAuthentication2,
    ];

    /// The number, which is also the key identifier in SecurityInfos.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::ActiveAuthentication => 1,
            Self::ChipAuthentication => 2,
            Self::ChipAuthenticationMapping => 3,
            Self::ChipAuthentication2 => 4,
        }
    }

    /// The data grouping identifier under which the pair is reported (PERSO-22).
    #[must_use]
    pub const fn dgi(self) -> u16 {
        0x8100 | self.number() as u16
    }

    /// The key pair with this data grouping identifier.
    #[must_use]
    pub fn from_dgi(dgi: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|reference| reference.dgi() == dgi)
    }

    /// The file that publishes the key.
    #[must_use]
    pub const fn published_in(self) -> FileId {
        match self {
            Self::ActiveAuthentication => FileId::Dg(15),
            Self::ChipAuthentication => FileId::Dg(14),
            Self::ChipAuthenticationMapping | Self::ChipAuthentication2 => FileId::CardSecurity,
        }
    }
}

impl fmt::Display for KeyReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ActiveAuthentication => "Active Authentication",
            Self::ChipAuthentication => "Chip Authentication 1",
            Self::ChipAuthenticationMapping => "PACE-CAM",
            Self::ChipAuthentication2 => "Chip Authentication 2",
        })
    }
}

/// A public key on P-256, uncompressed: `04 ‖ x ‖ y`.
pub type PublicPoint = [u8; 65];

/// The public keys that a chip made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChipKeys {
    /// Active Authentication.
    pub aa: Option<PublicPoint>,
    /// Chip Authentication version 1.
    pub ca: Option<PublicPoint>,
    /// PACE-CAM.
    pub cam: Option<PublicPoint>,
    /// Chip Authentication version 2.
    pub ca2: Option<PublicPoint>,
}

impl ChipKeys {
    /// Zeros in the place of every key that chips with these features make: for plans that are only shown.
    #[must_use]
    pub fn of_zeros(features: &ChipFeatures) -> Self {
        let mut keys = Self::default();
        for reference in features.key_pairs() {
            keys.set(reference, [0; 65]);
        }
        keys
    }

    /// One of them.
    #[must_use]
    pub const fn get(&self, reference: KeyReference) -> Option<&PublicPoint> {
        match reference {
            KeyReference::ActiveAuthentication => self.aa.as_ref(),
            KeyReference::ChipAuthentication => self.ca.as_ref(),
            KeyReference::ChipAuthenticationMapping => self.cam.as_ref(),
            KeyReference::ChipAuthentication2 => self.ca2.as_ref(),
        }
    }

    /// Keeps one.
    pub const fn set(&mut self, reference: KeyReference, key: PublicPoint) {
        let place = match reference {
            KeyReference::ActiveAuthentication => &mut self.aa,
            KeyReference::ChipAuthentication => &mut self.ca,
            KeyReference::ChipAuthenticationMapping => &mut self.cam,
            KeyReference::ChipAuthentication2 => &mut self.ca2,
        };
        *place = Some(key);
    }

    /// Those that are there, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = (KeyReference, &PublicPoint)> {
        KeyReference::ALL.into_iter().filter_map(|reference| Some((reference, self.get(reference)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The card contract's table and this one are the same.
    #[test]
    #[allow(clippy::disallowed_methods)] // reads the contract
    fn key_pairs_of_the_card_contract() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../applet-spec/tables/keys.toml");
        let table: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
        let rows = table["key"].as_array().unwrap();
        assert_eq!(rows.len(), KeyReference::ALL.len());
        for (row, reference) in rows.iter().zip(KeyReference::ALL) {
            let number = |key: &str| u16::from_str_radix(row[key].as_str().unwrap(), 16).unwrap();
            assert_eq!(number("reference"), u16::from(reference.number()));
            assert_eq!(KeyReference::from_dgi(number("dgi")), Some(reference));
            assert_eq!(row["name"].as_str(), Some(reference.to_string().as_str()));
            let needs: Vec<&str> =
                row["needs"].as_array().unwrap().iter().filter_map(|v| v.as_str()).collect();
            assert!(needs.contains(&format!("{:04X}", reference.published_in().dgi()).as_str()), "{needs:?}");
        }
    }

    #[test]
    fn features_name_their_keys() {
        let keys =
            |features: &ChipFeatures| features.key_pairs().map(KeyReference::number).collect::<Vec<_>>();
        assert_eq!(keys(&ChipFeatures::default()), [1, 2]);
        assert_eq!(keys(&ChipFeatures::NONE), []);
        let all = ChipFeatures { cam: true, records: Some(vec![0x7F, 0x21, 0]), ..ChipFeatures::PROVEN };
        assert_eq!(keys(&all), [1, 2, 3, 4]);
        assert!(all.has_card_security() && !ChipFeatures::PROVEN.has_card_security());
        let mut made = ChipKeys::default();
        made.set(KeyReference::ChipAuthentication2, [4; 65]);
        made.set(KeyReference::ActiveAuthentication, [1; 65]);
        assert_eq!(
            made.iter().map(|(reference, key)| (reference.number(), key[0])).collect::<Vec<_>>(),
            [(1, 1), (4, 4)]
        );
    }
}
