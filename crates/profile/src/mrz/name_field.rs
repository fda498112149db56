//! The name line: primary identifier, `<<`, secondary identifier, fillers (9303-3, 4.6), shortened as 9303-5, 4.2.3 allows.
//!
//! The standard leaves the method to the issuer. Ours, for names longer than the line:
//!
//! 1. The primary identifier stays whole if it leaves room for `<<` and one letter; otherwise its last components become initials, one after the
//!    other from the end, and if that is not enough the line is cut (4.2.3.2 a).
//! 2. In the secondary identifier every component keeps its initial, and what room is left goes to the components from the left
//!    (4.2.3.1 a); if not even the initials fit, it is cut.

use super::LINE;
use super::transliteration::components;
use crate::member::PersonName;

/// The third line for a name.
#[must_use]
pub fn name_field(name: &PersonName) -> [u8; LINE] {
    // a name holds only characters that have a transliteration
    let primary = components(name.primary()).unwrap_or_default();
    let secondary = components(name.secondary()).unwrap_or_default();
    line(&primary, &secondary)
}

/// The third line for identifiers that are divided already.
///
/// # Errors
/// The first character that has no transliteration.
pub fn name_field_of(primary: &str, secondary: &str) -> Result<[u8; LINE], char> {
    Ok(line(&components(primary)?, &components(secondary)?))
}

fn line(primary: &[String], secondary: &[String]) -> [u8; LINE] {
    let mut text = if secondary.is_empty() {
        shorten_primary(primary, LINE)
    } else {
        let primary = if joined(primary) + 2 + joined(secondary) <= LINE {
            primary.join("<")
        } else {
            shorten_primary(primary, LINE - 3)
        };
        let room = LINE - primary.len() - 2;
        format!("{primary}<<{}", shorten_secondary(secondary, room))
    };
    text.truncate(LINE);
    let mut field = [b'<'; LINE];
    field[..text.len()].copy_from_slice(text.as_bytes());
    field
}

fn shorten_primary(parts: &[String], room: usize) -> String {
    for initials in 0..=parts.len() {
        let whole = parts.len() - initials;
        let text =
            parts[..whole].iter().map(String::as_str).chain(parts[whole..].iter().map(|part| &part[..1]));
        let text = text.collect::<Vec<_>>().join("<");
        if text.len() <= room && (initials < parts.len() || parts.len() > 1) {
            return text;
        }
    }
    cut(parts.join("<"), room)
}

fn shorten_secondary(parts: &[String], room: usize) -> String {
    if 2 * parts.len() - 1 > room {
        return cut(parts.join("<"), room);
    }
    let mut spare = room - (2 * parts.len() - 1);
    let shortened: Vec<&str> = parts
        .iter()
        .map(|part| {
            let more = spare.min(part.len() - 1);
            spare -= more;
            &part[..=more]
        })
        .collect();
    shortened.join("<")
}

fn joined(parts: &[String]) -> usize {
    parts.iter().map(String::len).sum::<usize>() + parts.len().saturating_sub(1)
}

/// Cut to the room, ending in a letter.
fn cut(mut text: String, room: usize) -> String {
    text.truncate(room);
    text.truncate(text.trim_end_matches('<').len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn field(primary: &str, secondary: &str) -> String {
        String::from_utf8(name_field_of(primary, secondary).unwrap().to_vec()).unwrap()
    }

    /// 9303-5, 4.2.2.2 and 4.2.3.
    #[test]
    fn worked_examples() {
        for (primary, secondary, expected) in [
            ("Eriksson", "Anna Maria", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"),
            ("Arkfreith", "", "ARKFREITH<<<<<<<<<<<<<<<<<<<<<"),
            ("Nilavadhanananda", "Chayapa Dejthamrong Krasuang", "NILAVADHANANANDA<<CHAYAPA<DE<K"),
            (
                "Bennelong Wooloomooloo Warrandyte Warnambool",
                "Dingo Potoroo",
                "BENNELONG<WOOLOOMOOLOO<W<W<<DI",
            ),
            ("Papandropoulous", "Jonathon Alec", "PAPANDROPOULOUS<<JONATHON<ALEC"),
        ] {
            assert_eq!(field(primary, secondary), expected);
        }
    }

    #[test]
    fn names_of_here() {
        let of =
            |text: &str| String::from_utf8(name_field(&PersonName::new(text).unwrap()).to_vec()).unwrap();
        assert_eq!(of("Siu"), "SIU<<<<<<<<<<<<<<<<<<<<<<<<<<<");
        assert_eq!(of("H’Hen Niê"), "HHEN<<NIE<<<<<<<<<<<<<<<<<<<<<");
        assert_eq!(of("Công Tằng Tôn Nữ Phương Thảo Nguyên Hạnh"), "CONG<<TANG<TON<NU<PHUONG<T<N<H");
    }

    proptest! {
        #[test]
        fn every_name_gives_a_line(name in "[A-Za-zĐăêôơư'’-]{1,30}( [A-Za-zĐăêôơư'’-]{1,30}){0,9}") {
            if let Ok(name) = PersonName::new(&name) {
                let line = name_field(&name);
                prop_assert!(line.iter().all(|c| c.is_ascii_uppercase() || *c == b'<'));
                prop_assert!(line[0].is_ascii_uppercase());
                let text = std::str::from_utf8(&line).unwrap().trim_end_matches('<');
                prop_assert_eq!(text.matches("<<").count(), usize::from(!name.secondary().is_empty()));
            }
        }
    }
}
