//! Transliteration of Latin letters (9303-3, section 6, table A).
//!
//! Where the table leaves a choice, its first recommendation is taken: Ä → AE, Å → AA, Ñ → N, Ö → OE, Ü → UE. A letter the table does not list is
//! written as its base letter when Unicode decomposes it canonically into a base letter and marks (all of Vietnamese: Ế → E, Ợ → O); the
//! strokes and hooks that Unicode does not decompose stand in `letter`'s own list (Ƀ → B).

use unicode_normalization::UnicodeNormalization;

/// The characters an apostrophe is written with; omitted (9303-3, 4.6).
pub const APOSTROPHES: [char; 3] = ['\'', '\u{2019}', '\u{2BC}'];
/// The characters a hyphen is written with; a filler (9303-3, 4.6).
pub const HYPHENS: [char; 3] = ['-', '\u{2010}', '\u{2011}'];

/// One letter, either case, as letters A to Z; nothing for what is not a Latin letter.
///
/// ```
/// use chipwright_profile::mrz::transliteration::letter;
/// assert_eq!((letter('ế'), letter('Đ'), letter('ƀ'), letter('ß')), (Some("E"), Some("D"), Some("B"), Some("SS")));
/// assert_eq!((letter('Ж'), letter('7'), letter('-')), (None, None, None));
/// ```
#[must_use]
pub fn letter(character: char) -> Option<&'static str> {
    if character.is_ascii() {
        return base(character);
    }
    Some(match character {
        'Ä' | 'ä' | 'Æ' | 'æ' => "AE",
        'Å' | 'å' => "AA",
        'Ð' | 'ð' | 'Đ' | 'đ' | 'Ɖ' | 'ɖ' | 'Ɗ' | 'ɗ' => "D",
        'Ħ' | 'ħ' => "H",
        'ı' | 'Ɨ' | 'ɨ' => "I",
        'Ĳ' | 'ĳ' => "IJ",
        'Ŀ' | 'ŀ' | 'Ł' | 'ł' => "L",
        'Ŋ' | 'ŋ' => "N",
        'Ö' | 'ö' | 'Ø' | 'ø' | 'Œ' | 'œ' => "OE",
        'ß' | 'ẞ' => "SS",
        'Ŧ' | 'ŧ' => "T",
        'Þ' | 'þ' => "TH",
        'Ü' | 'ü' => "UE",
        'Ƀ' | 'ƀ' | 'Ɓ' | 'ɓ' => "B",
        'Ʉ' | 'ʉ' => "U",
        _ => return std::iter::once(character).nfd().next().and_then(base),
    })
}

/// A text as letters A to Z in components: apostrophes and marks omitted, a component for each word and each part between hyphens.
///
/// # Errors
/// The first character that has no transliteration.
pub fn components(text: &str) -> Result<Vec<String>, char> {
    if unicode_normalization::is_nfc(text) { split(text.chars()) } else { split(text.nfc()) }
}

fn split(text: impl Iterator<Item = char>) -> Result<Vec<String>, char> {
    let mut parts = vec![String::new()];
    for character in text {
        if character.is_whitespace() || HYPHENS.contains(&character) {
            parts.push(String::new());
        } else if let Some(letters) = letter(character) {
            parts.iter_mut().last().into_iter().for_each(|part| part.push_str(letters));
        } else if !APOSTROPHES.contains(&character)
            && !unicode_normalization::char::is_combining_mark(character)
        {
            return Err(character);
        }
    }
    parts.retain(|part| !part.is_empty());
    Ok(parts)
}

fn base(character: char) -> Option<&'static str> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let upper = character.to_ascii_uppercase();
    upper.is_ascii_uppercase().then(|| {
        let index = upper as usize - 'A' as usize;
        &ALPHABET[index..=index]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Table A, rows in its order; the first recommendation of each.
    const TABLE_A: &str = "À A Á A Â A Ã A Ä AE Å AA Æ AE Ç C È E É E Ê E Ë E Ì I Í I Î I Ï I Ð D Ñ N Ò O Ó O Ô O Õ O Ö OE Ø OE \
        Ù U Ú U Û U Ü UE Ý Y Þ TH Ā A Ă A Ą A Ć C Ĉ C Ċ C Č C Ď D Đ D Ē E Ĕ E Ė E Ę E Ě E Ĝ G Ğ G Ġ G Ģ G Ĥ H Ħ H \
        Ĩ I Ī I Ĭ I Į I İ I ı I Ĳ IJ Ĵ J Ķ K Ĺ L Ļ L Ľ L Ŀ L Ł L Ń N Ņ N Ň N Ŋ N Ō O Ŏ O Ő O Œ OE Ŕ R Ŗ R Ř R \
        Ś S Ŝ S Ş S Š S Ţ T Ť T Ŧ T Ũ U Ū U Ŭ U Ů U Ű U Ų U Ŵ W Ŷ Y Ÿ Y Ź Z Ż Z Ž Z ẞ SS";

    #[test]
    fn table_a() {
        let words: Vec<&str> = TABLE_A.split_whitespace().collect();
        assert_eq!(words.len(), 2 * 95);
        for pair in words.chunks(2) {
            let upper = pair[0].chars().next().unwrap();
            assert_eq!(letter(upper), Some(pair[1]), "{upper}");
            for lower in upper.to_lowercase().filter(|c| !unicode_normalization::char::is_combining_mark(*c))
            {
                assert_eq!(letter(lower), Some(pair[1]), "{lower}");
            }
        }
    }

    #[test]
    fn every_vietnamese_letter() {
        let rows = [
            "aàáảãạăằắẳẵặâầấẩẫậ",
            "eèéẻẽẹêềếểễệ",
            "iìíỉĩị",
            "oòóỏõọôồốổỗộơờớởỡợ",
            "uùúủũụưừứửữự",
            "yỳýỷỹỵ",
            "dđ",
        ];
        for row in rows {
            let base = row[..1].to_uppercase();
            for character in row.chars().chain(row.to_uppercase().chars()) {
                assert_eq!(letter(character), Some(base.as_str()), "{character}");
            }
        }
    }

    #[test]
    fn punctuation() {
        assert_eq!(components("D'Artagnan"), Ok(vec!["DARTAGNAN".into()]));
        assert_eq!(components("Marie-Elise"), Ok(vec!["MARIE".into(), "ELISE".into()]));
        assert_eq!(components("H’Hĕn Ê\u{306}ban"), Ok(vec!["HHEN".into(), "EBAN".into()]));
        assert_eq!(components("Anh 7"), Err('7'));
    }
}
