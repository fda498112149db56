//! Check digits (9303-3, 4.9): weights 7, 3, 1 repeated, sum modulo 10; `0`–`9` count 0–9, `A`–`Z` 10–35, `<` 0.

/// The check digit over `data`, as a character. Anything but `0`–`9` and `A`–`Z` counts as `<`.
#[must_use]
pub fn check_digit(data: &[u8]) -> u8 {
    let sum: u32 = data.iter().zip([7, 3, 1].into_iter().cycle()).map(|(c, weight)| value(*c) * weight).sum();
    b'0' + (sum % 10) as u8
}

const fn value(character: u8) -> u32 {
    match character {
        b'0'..=b'9' => (character - b'0') as u32,
        b'A'..=b'Z' => (character - b'A') as u32 + 10,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 9303-3, appendix A, examples 1 and 2; 9303-5, appendix B.
    #[test]
    fn worked_examples() {
        assert_eq!(check_digit(b"520727"), b'3');
        assert_eq!(check_digit(b"AB2134<<<"), b'5');
        assert_eq!(check_digit(b"D23145890"), b'7');
        assert_eq!(check_digit(b"D231458907<<<<<<<<<<<<<<<34071279507122<<<<<<<<<<"), b'2');
    }
}
