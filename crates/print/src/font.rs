//! What the font of `fonts/` can print, and how wide that is.

use unicode_normalization::char::is_combining_mark;

/// The text as the font can print it: a mark that it does not have is left off, its letter stays.
///
/// # Errors
/// The first other character that it does not have.
pub(crate) fn printable(text: &str) -> Result<String, char> {
    let kept = |c: &char| has(*c) || !is_combining_mark(*c);
    text.chars().filter(kept).map(|c| if has(c) { Ok(c) } else { Err(c) }).collect()
}

/// Width in tenths of the size of the type, rounded up for the class of the character.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

/// Width of one character in tenths of the size of the type.
pub(crate) fn width_of(c: char) -> usize {
    match c {
        _ if is_combining_mark(c) => 0,
        ' ' | '\'' | '’' | ',' | '.' | 'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | '-' | '(' | ')' => 4,
        '0'..='9' | 'a'..='h' | 'k' | 'n'..='q' | 's' | 'u' | 'v' | 'x'..='z' => 6,
        'W' | 'M' | 'm' | 'w' => 10,
        'A'..='Z' => 8,
        _ if c.is_lowercase() => 7,
        _ if c.is_uppercase() => 9,
        _ => 11,
    }
}

/// Whether the font has it (`fonts/README.md`).
const fn has(c: char) -> bool {
    matches!(c,
        '\u{20}'..='\u{7E}' | '\u{A0}'..='\u{AC}' | '\u{AE}'..='\u{2E9}' | '\u{2EC}'..='\u{2EE}' | '\u{2F3}'
        | '\u{2F7}' | '\u{300}'..='\u{34F}' | '\u{351}'..='\u{353}' | '\u{357}'..='\u{358}' | '\u{35A}'
        | '\u{35C}'..='\u{362}' | '\u{370}'..='\u{377}' | '\u{37A}'..='\u{37F}' | '\u{384}'..='\u{38A}'
        | '\u{38C}' | '\u{38E}'..='\u{3A1}' | '\u{3A3}'..='\u{525}' | '\u{1D00}'..='\u{1D14}'
        | '\u{1D16}'..='\u{1D23}' | '\u{1D26}'..='\u{1D2E}' | '\u{1D30}'..='\u{1D5B}'
        | '\u{1D5D}'..='\u{1D6A}' | '\u{1D77}'..='\u{1D78}' | '\u{1D7B}' | '\u{1D7D}' | '\u{1D85}'
        | '\u{1D9B}'..='\u{1DBF}' | '\u{1E00}'..='\u{1EFB}' | '\u{1F00}'..='\u{1F15}'
        | '\u{1F18}'..='\u{1F1D}' | '\u{1F20}'..='\u{1F45}' | '\u{1F48}'..='\u{1F4D}'
        | '\u{1F50}'..='\u{1F57}' | '\u{1F59}' | '\u{1F5B}' | '\u{1F5D}' | '\u{1F5F}'..='\u{1F7D}'
        | '\u{1F80}'..='\u{1FB4}' | '\u{1FB6}'..='\u{1FC4}' | '\u{1FC6}'..='\u{1FD3}'
        | '\u{1FD6}'..='\u{1FDB}' | '\u{1FDD}'..='\u{1FEF}' | '\u{1FF2}'..='\u{1FF4}'
        | '\u{1FF6}'..='\u{1FFE}' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205E}'
        | '\u{2070}'..='\u{2071}' | '\u{2074}'..='\u{208E}' | '\u{2090}'..='\u{209C}'
        | '\u{20A0}'..='\u{20B5}' | '\u{20B8}'..='\u{20BA}' | '\u{20BD}' | '\u{2100}'..='\u{2109}'
        | '\u{210B}'..='\u{2149}' | '\u{214B}' | '\u{214E}' | '\u{2150}'..='\u{2185}' | '\u{2189}'
        | '\u{2C60}'..='\u{2C77}' | '\u{2C79}'..='\u{2C7F}' | '\u{A722}'..='\u{A72B}'
        | '\u{A730}'..='\u{A741}' | '\u{A746}'..='\u{A74B}' | '\u{A74E}'..='\u{A753}'
        | '\u{A756}'..='\u{A757}' | '\u{A764}'..='\u{A767}' | '\u{A780}'..='\u{A783}'
        | '\u{A789}'..='\u{A78E}' | '\u{A790}'..='\u{A791}' | '\u{A7A0}'..='\u{A7AA}'
        | '\u{A7F8}'..='\u{A7FF}' | '\u{FB00}'..='\u{FB06}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_other_scripts_are_left_off() {
        assert_eq!(printable("Y Mơ̆ Ƀlŏ").as_deref(), Ok("Y Mơ̆ Ƀlŏ"));
        assert_eq!(printable("e\u{1AB0}a").as_deref(), Ok("ea"));
        assert_eq!(printable("Chi bộ 李"), Err('李'));
    }
}
