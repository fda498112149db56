//! What PACE runs with.

use crate::aes_key::KeySize;

/// How the nonce becomes a generator (9303-11, 4.4.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mapping {
    /// Generic Mapping.
    Generic,
    /// Chip Authentication Mapping: Generic Mapping, and the chip proves that it has its static key.
    ChipAuthentication,
}

/// `id-PACE-ECDH-GM-AES-CBC-CMAC-128`, `-192`, `-256` (TR-03110-3, A.1.1.1) and `id-PACE-ECDH-CAM-AES-CBC-CMAC-128`,
/// `-192`, `-256` (9303-11, 9.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mechanism {
    /// 0.4.0.127.0.7.2.2.4.2.2: KDF with SHA-1, AES-128.
    EcdhGmAes128,
    /// 0.4.0.127.0.7.2.2.4.2.3: KDF with SHA-256, AES-192.
    EcdhGmAes192,
    /// 0.4.0.127.0.7.2.2.4.2.4: KDF with SHA-256, AES-256.
    EcdhGmAes256,
    /// 0.4.0.127.0.7.2.2.4.6.2: as [`Mechanism::EcdhGmAes128`], with Chip Authentication Mapping.
    EcdhCamAes128,
    /// 0.4.0.127.0.7.2.2.4.6.3: as [`Mechanism::EcdhGmAes192`], with Chip Authentication Mapping.
    EcdhCamAes192,
    /// 0.4.0.127.0.7.2.2.4.6.4: as [`Mechanism::EcdhGmAes256`], with Chip Authentication Mapping.
    EcdhCamAes256,
}

impl Mechanism {
    /// Every mechanism the chip has.
    pub const ALL: [Self; 6] = [
        Self::EcdhGmAes128,
        Self::EcdhGmAes192,
        Self::EcdhGmAes256,
        Self::EcdhCamAes128,
        Self::EcdhCamAes192,
        Self::EcdhCamAes256,
    ];

    /// The content of the object identifier, without tag and length.
    #[must_use]
    pub const fn oid(self) -> [u8; 10] {
        let mapping = match self.mapping() {
            Mapping::Generic => 2,
            Mapping::ChipAuthentication => 6,
        };
        let cipher = match self.key_size() {
            KeySize::Aes128 => 2,
            KeySize::Aes192 => 3,
            KeySize::Aes256 => 4,
        };
        [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, mapping, cipher]
    }

    /// The mechanism of an object identifier's content; none if the chip does not have it.
    #[must_use]
    pub fn from_oid(content: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|mechanism| mechanism.oid() == content)
    }

    /// The mapping.
    #[must_use]
    pub const fn mapping(self) -> Mapping {
        match self {
            Self::EcdhGmAes128 | Self::EcdhGmAes192 | Self::EcdhGmAes256 => Mapping::Generic,
            Self::EcdhCamAes128 | Self::EcdhCamAes192 | Self::EcdhCamAes256 => Mapping::ChipAuthentication,
        }
    }

    /// The length of every key.
    #[must_use]
    pub const fn key_size(self) -> KeySize {
        match self {
            Self::EcdhGmAes128 | Self::EcdhCamAes128 => KeySize::Aes128,
            Self::EcdhGmAes192 | Self::EcdhCamAes192 => KeySize::Aes192,
            Self::EcdhGmAes256 | Self::EcdhCamAes256 => KeySize::Aes256,
        }
    }

    /// Length of the nonce in bytes: the smallest whole number of blocks not shorter than a key (TR-03110-3, A.3.3).
    #[must_use]
    pub const fn nonce_length(self) -> usize {
        match self.key_size() {
            KeySize::Aes128 => 16,
            KeySize::Aes192 | KeySize::Aes256 => 32,
        }
    }
}

/// TR-03110-3, A.2.1.1: standardized domain parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DomainParameters {
    /// 12: NIST P-256 (secp256r1).
    P256,
    /// 13: brainpoolP256r1.
    BrainpoolP256r1,
}

impl DomainParameters {
    /// The identifier in PACEInfo and in data object 84.
    #[must_use]
    pub const fn id(self) -> u8 {
        match self {
            Self::P256 => 12,
            Self::BrainpoolP256r1 => 13,
        }
    }

    /// The parameters of an identifier; none if the chip does not have them.
    #[must_use]
    pub const fn from_id(id: u8) -> Option<Self> {
        match id {
            12 => Some(Self::P256),
            13 => Some(Self::BrainpoolP256r1),
            _ => None,
        }
    }
}

/// One pair that a PACEInfo announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Parameters {
    /// The mechanism.
    pub mechanism: Mechanism,
    /// The group.
    pub domain: DomainParameters,
}
