//! Card data `66`, key information template `E0` and extended card resources `FF21`.

use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Reader, Tlv, TlvError};

/// 1.2.840.114283.4, the arc of secure channel protocols (GP 2.3.1, H.3), content octets.
const SECURE_CHANNEL_ARC: [u8; 7] = [0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B, 0x04];

/// What card recognition data says of the secure channel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CardData {
    /// (protocol, i) of each secure channel protocol offered.
    pub secure_channels: Vec<(u8, u8)>,
}

impl CardData {
    /// From the answer to GET DATA 66: `66` { `73` { … `64` { `06` OID } … } }.
    ///
    /// # Errors
    /// [`TlvError`] when the structure is broken.
    pub fn parse(answer: &[u8]) -> Result<Self, TlvError> {
        let outer = Tlv::parse_expected(answer, Tag(0x66))?;
        let mut inner = outer.children()?.find(Tag(0x73))?.children()?;
        let mut secure_channels = Vec::new();
        while let Some(tlv) = inner.next()? {
            // 64 in the specification; some chips use 65 and up for further protocols
            if !(0x64..=0x6F).contains(&tlv.tag.0) {
                continue;
            }
            let mut oids = tlv.children()?;
            while let Some(oid) = oids.next()? {
                if let Some([protocol, parameter]) = oid.value.strip_prefix(&SECURE_CHANNEL_ARC) {
                    secure_channels.push((*protocol, *parameter));
                } else if let Some([protocol, high @ 0x81, low]) = oid.value.strip_prefix(&SECURE_CHANNEL_ARC)
                {
                    secure_channels.push((*protocol, (high & 1) << 7 | low));
                }
            }
        }
        Ok(Self { secure_channels })
    }

    /// The parameter *i* of SCP03, if the chip offers it.
    #[must_use]
    pub fn scp03(&self) -> Option<u8> {
        self.secure_channels.iter().find(|(protocol, _)| *protocol == 3).map(|(_, parameter)| *parameter)
    }
}

/// The key versions a security domain holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyInformation {
    /// (identifier, version, type, length in bytes) of each key.
    pub keys: Vec<(u8, u8, u8, u8)>,
}

impl KeyInformation {
    /// From the answer to GET DATA E0: `E0` { `C0` identifier version (type length)+ … } (11.3.3.1).
    ///
    /// # Errors
    /// [`TlvError`] when the structure is broken.
    pub fn parse(answer: &[u8]) -> Result<Self, TlvError> {
        let outer = Tlv::parse_expected(answer, Tag(0xE0))?;
        let mut inner = outer.children()?;
        let mut keys = Vec::new();
        while let Some(tlv) = inner.next()? {
            let [identifier, version, key_type, length, ..] = *tlv.value else { return Err(tlv.invalid()) };
            keys.push((identifier, version, key_type, length));
        }
        Ok(Self { keys })
    }

    /// Whether a set of three keys of this version is there.
    #[must_use]
    pub fn has_set(&self, version: u8) -> bool {
        (1..=3).all(|id| self.keys.iter().any(|key| key.0 == id && key.1 == version))
    }
}

/// Free memory (ETSI TS 102 226, 8.2.1.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resources {
    /// Number of installed applications.
    pub applications: u32,
    /// Free non-volatile bytes.
    pub free: u32,
}

impl Resources {
    /// From the answer to GET DATA FF21: `FF21` { `81` `82` `83` }.
    ///
    /// # Errors
    /// [`TlvError`] when the structure is broken.
    pub fn parse(answer: &[u8]) -> Result<Self, TlvError> {
        let outer = Tlv::parse_expected(answer, Tag(0xFF21))?;
        let number = |tag| -> Result<u32, TlvError> {
            let tlv = Reader::new(outer.value).find(Tag(tag))?;
            if tlv.value.len() > 4 {
                return Err(tlv.invalid());
            }
            Ok(tlv.value.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
        };
        Ok(Self { applications: number(0x81)?, free: number(0x82)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_data_of_a_published_chip() {
        // structure of GP 2.3.1, H.2: 66 { 73 { 06, 60 { 06 }, 63 { 06 }, 64 { 06 } } }
        let answer = "6631732f06072a864886fc6b01600c060a2a864886fc6b0202030163\
                      0906072a864886fc6b03640b06092a864886fc6b040370";
        assert_eq!(CardData::parse(&hex::decode(answer).unwrap()).unwrap().scp03(), Some(0x70));
    }

    #[test]
    fn key_information_and_resources() {
        let keys =
            KeyInformation::parse(&hex::decode("e012c00401118810c00402118810c00403118810").unwrap()).unwrap();
        assert!(keys.has_set(0x11) && !keys.has_set(0x01));
        assert!(KeyInformation::parse(&hex::decode("e004c0020111").unwrap()).is_err());
        let free =
            Resources::parse(&hex::decode("ff210d8101018204000140008302 0900".replace(' ', "")).unwrap())
                .unwrap();
        assert_eq!((free.applications, free.free), (1, 0x14000));
    }
}
