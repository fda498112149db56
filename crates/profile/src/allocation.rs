//! What the issuer allocates to one card: card number, CAN, place in the status list, and the salt of the commitment.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Why a text is not a card number or a secret of the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AllocationError {
    /// Not nine characters `0`–`9`, `A`–`Z`.
    #[error("a card number has nine characters, digits and capital letters")]
    CardNumber,
    /// Not six digits.
    #[error("a card access number has six digits")]
    Can,
    /// Not six digits.
    #[error("a PIN has six digits")]
    Pin,
    /// Not ten digits.
    #[error("a PUK has ten digits")]
    Puk,
}

/// The number printed on the card and held in the machine readable zone: nine characters `0`–`9`, `A`–`Z`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CardNumber([u8; 9]);

impl CardNumber {
    /// Parses nine characters.
    ///
    /// # Errors
    /// [`AllocationError::CardNumber`].
    pub fn parse(text: &str) -> Result<Self, AllocationError> {
        let bytes: [u8; 9] = text.as_bytes().try_into().map_err(|_| AllocationError::CardNumber)?;
        if bytes.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
            Ok(Self(bytes))
        } else {
            Err(AllocationError::CardNumber)
        }
    }

    /// Draws one: a letter, then eight of 32 characters that people do not confuse (no `I`, `O`, `Q`, `U`). 21 × 32⁸ values, all equally likely.
    pub fn draw(rng: &mut dyn FnMut(&mut [u8])) -> Self {
        const CHARACTERS: &[u8; 32] = b"0123456789ABCDEFGHJKLMNPRSTVWXYZ";
        let mut bytes = [0; 9];
        loop {
            rng(&mut bytes);
            if usize::from(bytes[0] & 31) < 21 {
                break;
            }
        }
        bytes[0] = CHARACTERS[10 + usize::from(bytes[0] & 31)];
        for byte in &mut bytes[1..] {
            *byte = CHARACTERS[usize::from(*byte & 31)];
        }
        Self(bytes)
    }

    /// The nine characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CardNumber({self})")
    }
}

/// Card access number (TR-03110-2, 3.3): six digits, printed on the card, drawn at random. Whoever knows it may read the card; wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Can([u8; 6]);

impl Can {
    /// Parses six digits.
    ///
    /// # Errors
    /// [`AllocationError::Can`].
    pub fn parse(text: &str) -> Result<Self, AllocationError> {
        parse_digits(text).map(Self).ok_or(AllocationError::Can)
    }

    /// Draws one; all 1,000,000 values are equally likely.
    pub fn draw(rng: &mut dyn FnMut(&mut [u8])) -> Self {
        Self(draw_digits(rng))
    }

    /// The six ASCII digits, as DGI 8010 and PACE take them.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 6] {
        &self.0
    }
}

impl fmt::Debug for Can {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Can(..)")
    }
}

/// The member's secret number (DGI 8012, PIN-01): six digits; wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Pin([u8; 6]);

impl Pin {
    /// Parses six digits.
    ///
    /// # Errors
    /// [`AllocationError::Pin`].
    pub fn parse(text: &str) -> Result<Self, AllocationError> {
        parse_digits(text).map(Self).ok_or(AllocationError::Pin)
    }

    /// Draws one that is not [easily guessed](Self::is_guessable); all others are equally likely.
    pub fn draw(rng: &mut dyn FnMut(&mut [u8])) -> Self {
        loop {
            let pin = Self(draw_digits(rng));
            if !pin.is_guessable() {
                return pin;
            }
        }
    }

    /// Whether it is one digit only, counts up or down, or repeats two or three digits.
    #[must_use]
    pub fn is_guessable(&self) -> bool {
        let digits = &self.0;
        let steps = |by: u8| digits.windows(2).all(|pair| (pair[0] - b'0' + by) % 10 == pair[1] - b'0');
        let repeats = |length: usize| digits.chunks(length).all(|part| part == &digits[..length]);
        steps(0) || steps(1) || steps(9) || repeats(2) || repeats(3)
    }

    /// The six ASCII digits, as DGI 8012 and PACE take them.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 6] {
        &self.0
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(..)")
    }
}

/// The number that unblocks the PIN (DGI 8013, PIN-07): ten digits; wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Puk([u8; 10]);

impl Puk {
    /// Parses ten digits.
    ///
    /// # Errors
    /// [`AllocationError::Puk`].
    pub fn parse(text: &str) -> Result<Self, AllocationError> {
        parse_digits(text).map(Self).ok_or(AllocationError::Puk)
    }

    /// Draws one; all 10,000,000,000 values are equally likely.
    pub fn draw(rng: &mut dyn FnMut(&mut [u8])) -> Self {
        Self(draw_digits(rng))
    }

    /// The ten ASCII digits, as DGI 8013 and PACE take them.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 10] {
        &self.0
    }
}

impl fmt::Debug for Puk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Puk(..)")
    }
}

fn parse_digits<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits: [u8; N] = text.as_bytes().try_into().ok()?;
    digits.iter().all(u8::is_ascii_digit).then_some(digits)
}

/// `N` decimal digits, each value equally likely; four random bytes for each six digits or fewer.
fn draw_digits<const N: usize>(rng: &mut dyn FnMut(&mut [u8])) -> [u8; N] {
    let mut digits = [0; N];
    for group in digits.rchunks_mut(6) {
        let modulus = 10_u32.pow(group.len() as u32);
        let limit = u32::MAX / modulus * modulus;
        let mut random = [0; 4];
        let mut value = loop {
            rng(&mut random);
            let value = u32::from_be_bytes(random);
            if value < limit {
                break value % modulus;
            }
        };
        random.zeroize();
        for digit in group.iter_mut().rev() {
            *digit = b'0' + (value % 10) as u8;
            value /= 10;
        }
    }
    digits
}

/// The card's place in the issuer's status lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StatusReference {
    /// Identifier of the list.
    pub list: u32,
    /// Index in the list.
    pub index: u32,
}

/// 256 random bits that hide the citizen number in its commitment; wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Salt([u8; 32]);

impl Salt {
    /// From 32 bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Draws one.
    pub fn draw(rng: &mut dyn FnMut(&mut [u8])) -> Self {
        let mut bytes = [0; 32];
        rng(&mut bytes);
        let salt = Self(bytes);
        bytes.zeroize();
        salt
    }

    /// The 32 bytes: for the registry and the records application only.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(..)")
    }
}

/// Everything that is allocated to one card.
#[derive(Debug)]
pub struct Allocation {
    /// Card number.
    pub card_number: CardNumber,
    /// Card access number.
    pub can: Can,
    /// Place in the status list.
    pub status: StatusReference,
    /// Salt of the commitment to the citizen number.
    pub salt: Salt,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting() -> impl FnMut(&mut [u8]) {
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        move |out: &mut [u8]| {
            for byte in out {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                *byte = state as u8;
            }
        }
    }

    #[test]
    fn drawn_values_have_their_form() {
        let mut rng = counting();
        for _ in 0..2000 {
            let number = CardNumber::draw(&mut rng);
            assert_eq!(CardNumber::parse(number.as_str()), Ok(number.clone()));
            assert!(number.as_str().starts_with(|c: char| c.is_ascii_uppercase()));
            assert!(!number.as_str().contains(['I', 'O', 'Q', 'U']));
            let can = Can::draw(&mut rng);
            assert!(Can::parse(std::str::from_utf8(can.expose()).unwrap()).is_ok());
        }
    }

    #[test]
    fn a_value_beyond_the_last_whole_million_is_drawn_again() {
        let mut values = vec![[0xFF; 4], [0, 0, 0, 7]].into_iter();
        let can = Can::draw(&mut |out| out.copy_from_slice(&values.next().unwrap()));
        assert_eq!(can.expose(), b"000007");
    }

    #[test]
    fn what_is_tried_first_is_no_pin() {
        let guessed = [0, 777_777, 123_456, 654_321, 901_234, 210_987, 121_212, 483_483];
        for wanted in [314_159_u32, 100_000, 112_233] {
            let mut values = guessed.into_iter().chain([wanted]);
            let pin = Pin::draw(&mut |out| out.copy_from_slice(&values.next().unwrap().to_be_bytes()));
            assert_eq!(pin.expose(), wanted.to_string().as_bytes());
        }
    }

    #[test]
    fn forms_and_secrets() {
        assert!(CardNumber::parse("K7T0QX2M").is_err() && CardNumber::parse("k7t0qx2m9").is_err());
        assert!(Can::parse("12345").is_err() && Can::parse("12345a").is_err());
        let shown = format!("{:?} {:?}", Can::parse("918273").unwrap(), Salt::new([7; 32]));
        assert_eq!(shown, "Can(..) Salt(..)");
    }
}
