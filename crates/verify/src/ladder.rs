//! How much a card of each type is asked for at a time.

use chipwright_channel::sm::{MAX_SHORT_RESPONSE, max_plain_response};
use chipwright_iso7816::Atr;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Types remembered at the most; the issuers of one kiosk's cards buy few.
const MOST_TYPES: usize = 64;
/// Plain bytes in a protected response whose data field has 512 bytes: what is tried between a card's own figure and short APDUs.
const MIDDLE: usize = max_plain_response(512);
/// Offsets of READ BINARY have 15 bits: more cannot be asked for.
const MOST: usize = 0x7FFF;

/// One size of READ BINARY under secure messaging.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    extended: bool,
    portion: u16,
}

impl Rung {
    /// Short APDUs.
    pub const SHORT: Self = Self { extended: false, portion: MAX_SHORT_RESPONSE as u16 };

    /// The largest protected answer of a card whose response APDU has at most `response` bytes, as EF.ATR/INFO says; none if short APDUs bring as much.
    pub(crate) fn announced(response: u16) -> Option<Self> {
        let portion = max_plain_response(usize::from(response).saturating_sub(2)).min(MOST);
        Self::of(portion)
    }

    fn of(portion: usize) -> Option<Self> {
        let portion = u16::try_from(portion).ok().filter(|portion| *portion > Self::SHORT.portion)?;
        Some(Self { extended: true, portion })
    }

    /// The next one down, for a card that does not keep what it announced.
    pub(crate) fn lower(self) -> Option<Self> {
        match self.extended {
            true if self.portion() > MIDDLE => Self::of(MIDDLE),
            true => Some(Self::SHORT),
            false => None,
        }
    }

    /// As the card turned out to answer, where that is another size than announced.
    pub(crate) fn giving(self, bytes: usize) -> Self {
        match Self::of(bytes) {
            Some(learnt) if self.extended => learnt,
            _ => self,
        }
    }

    /// Whether commands travel with extended length fields.
    #[must_use]
    pub const fn extended(self) -> bool {
        self.extended
    }

    /// Plain bytes of one answer.
    #[must_use]
    pub const fn portion(self) -> usize {
        self.portion as usize
    }
}

/// What was learnt of each type of card, by its answer-to-reset: it spares the next card of the type the reading of EF.ATR/INFO and what the type refuses.
/// The caller keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ladder(BTreeMap<String, Rung>);

impl Ladder {
    /// What is known of this type.
    #[must_use]
    pub fn rung(&self, atr: &Atr) -> Option<Rung> {
        self.0.get(&atr.to_string()).copied()
    }

    pub(crate) fn learn(&mut self, atr: &Atr, rung: Rung) {
        if self.0.len() >= MOST_TYPES && self.rung(atr).is_none() {
            self.0.clear();
        }
        self.0.insert(atr.to_string(), rung);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_at_short() {
        // CHIP-03: response APDU of 1,026 bytes
        let top = Rung::announced(1026).unwrap();
        let sizes: Vec<usize> =
            std::iter::successors(Some(top), |rung| rung.lower()).map(Rung::portion).collect();
        assert_eq!(sizes, [991, 479, 223]);
        assert_eq!((Rung::announced(258), Rung::announced(0), Rung::SHORT.lower()), (None, None, None));
        assert_eq!(Rung::announced(u16::MAX).unwrap().portion(), MOST);
    }

    #[test]
    fn it_is_kept_by_type_and_does_not_grow_for_ever() {
        let mut ladder = Ladder::default();
        let atr = |n: u8| Atr::contactless(&[0x80, n]);
        for n in 0..200 {
            ladder.learn(&atr(n), Rung::SHORT);
            assert!(ladder.0.len() <= MOST_TYPES);
        }
        assert_eq!(ladder.rung(&atr(199)), Some(Rung::SHORT));
        let kept = serde_json::to_string(&ladder).unwrap();
        assert_eq!(serde_json::from_str::<Ladder>(&kept).unwrap(), ladder);
    }
}
