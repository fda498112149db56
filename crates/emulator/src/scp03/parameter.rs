//! The SCP03 parameter "i".

/// Amendment D, 5.1: `b7 b6 b5 b1` of "i".
///
/// | bits | meaning |
/// |---|---|
/// | b5 (10) | card challenge: 0 random, 1 pseudo-random |
/// | b7 b6 (60) | 00 no R-MAC, 01 R-MAC, 11 R-MAC and R-ENCRYPTION; 10 is not defined |
/// | b1 (01) | 0 S8 mode, 1 S16 mode |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Parameter(u8);

/// A value of "i" that Amendment D does not define.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("SCP03 has no option i = {0:02X}")]
pub struct UnsupportedParameter(pub u8);

impl Parameter {
    const S16: u8 = 0x01;
    const PSEUDO_RANDOM: u8 = 0x10;
    const R_MAC: u8 = 0x20;
    const R_ENCRYPTION: u8 = 0x40;

    /// Every value the card can be configured with.
    pub const ALL: [Self; 12] = [
        Self(0x00),
        Self(0x10),
        Self(0x20),
        Self(0x30),
        Self(0x60),
        Self(0x70),
        Self(0x01),
        Self(0x11),
        Self(0x21),
        Self(0x31),
        Self(0x61),
        Self(0x71),
    ];

    /// 00, 10, 20, 30, 60, 70, each also with 01.
    ///
    /// # Errors
    /// [`UnsupportedParameter`] for every other value: 40 would be R-ENCRYPTION without R-MAC.
    pub const fn new(i: u8) -> Result<Self, UnsupportedParameter> {
        match i & !Self::S16 {
            0x00 | 0x10 | 0x20 | 0x30 | 0x60 | 0x70 => Ok(Self(i)),
            _ => Err(UnsupportedParameter(i)),
        }
    }

    /// The byte in the key information.
    #[must_use]
    pub const fn value(self) -> u8 {
        self.0
    }

    /// Whether challenges, cryptograms and MACs have 16 bytes (S16) and not 8 (S8).
    #[must_use]
    pub const fn is_s16(self) -> bool {
        self.0 & Self::S16 != 0
    }

    /// Whether the card challenge is derived from the sequence counter.
    #[must_use]
    pub const fn is_pseudo_random(self) -> bool {
        self.0 & Self::PSEUDO_RANDOM != 0
    }

    /// Whether R-MAC can be asked for.
    #[must_use]
    pub const fn has_r_mac(self) -> bool {
        self.0 & Self::R_MAC != 0
    }

    /// Whether R-ENCRYPTION can be asked for.
    #[must_use]
    pub const fn has_r_encryption(self) -> bool {
        self.0 & Self::R_ENCRYPTION != 0
    }

    /// Length of challenges, cryptograms and MACs on the wire: 8 or 16 bytes.
    #[must_use]
    pub const fn short_length(self) -> usize {
        if self.is_s16() { 16 } else { 8 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_values_of_256() {
        let accepted: Vec<Parameter> = (0..=255).filter_map(|i| Parameter::new(i).ok()).collect();
        let mut all = Parameter::ALL;
        all.sort_by_key(|parameter| parameter.value());
        assert_eq!(accepted, all);
        assert_eq!(Parameter::new(0x40), Err(UnsupportedParameter(0x40)));
    }
}
