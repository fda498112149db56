//! What public data looks like.

use super::data_objects::Kept;

const fn kept(condition: bool, then: Kept) -> Kept {
    if condition { then } else { Kept::Nothing }
}

/// Whether the value begins so, as far as it is there. None stands for any byte.
fn begins(value: &[u8], pattern: &[Option<u8>]) -> bool {
    value.iter().zip(pattern).all(|(byte, wanted)| wanted.is_none_or(|wanted| wanted == *byte))
}

/// Object identifiers of the BSI's protocols and of the ICAO's.
fn is_protocol(value: &[u8]) -> bool {
    const BSI: [u8; 5] = [0x04, 0x00, 0x7F, 0x00, 0x07];
    const ICAO: [u8; 3] = [0x67, 0x81, 0x08];
    let begins = |with: &[u8]| value.iter().zip(with).all(|(byte, wanted)| byte == wanted);
    begins(&BSI) || begins(&ICAO)
}

/// Application identifiers are registered under A, D or E8 (7816-4, 12.2.3.4; 7816-5).
fn is_application(value: &[u8]) -> bool {
    matches!(value.first(), None | Some(0xA0..=0xAF | 0xD0..=0xDF | 0xE8))
}

/// EF.CardAccess: SET OF SEQUENCE { protocol, INTEGER, INTEGER or parameters } (9303-11, 9.2).
pub(super) fn card_access(path: &[u32], tag: u32, said: usize, value: &[u8]) -> Kept {
    match (path, tag) {
        ([], 0x31) => kept(begins(value, &[Some(0x30), None, Some(0x06)]), Kept::Inside),
        ([0x31], 0x30) => {
            let protocol = value.get(2..).is_none_or(is_protocol);
            kept(begins(value, &[Some(0x06)]) && protocol, Kept::Inside)
        }
        ([0x31, 0x30], 0x06) => kept(said <= 16 && is_protocol(value), Kept::All),
        ([0x31, 0x30], 0x02) => kept(said <= 2, Kept::All),
        // parameters of one's own
        ([0x31, 0x30], 0x30) => Kept::Head,
        _ => Kept::Nothing,
    }
}

/// EF.COM (9303-10, 4.6.1): versions and a list of data groups. EF.DIR (7816-4, 12.2.1): applications.
pub(super) fn index(path: &[u32], tag: u32, said: usize, value: &[u8]) -> Kept {
    let are_digits = || value.iter().all(u8::is_ascii_digit);
    match (path, tag) {
        ([], 0x60) => kept(begins(value, &[Some(0x5F), Some(0x01), Some(0x04)]), Kept::Inside),
        ([0x60], 0x5F01) => kept(said <= 4 && are_digits(), Kept::All),
        ([0x60], 0x5F36) => kept(said <= 6 && are_digits(), Kept::All),
        ([0x60], 0x5C) => kept(said <= 20 && value.iter().all(|tag| is_data_group(*tag)), Kept::All),
        ([], 0x61) => {
            let named = value.get(2..).is_none_or(is_application);
            kept(begins(value, &[Some(0x4F)]) && named, Kept::Inside)
        }
        ([0x61], 0x4F) => kept(said <= 16 && is_application(value), Kept::All),
        ([0x61], 0x50..=0x53 | 0x73 | 0x5F50) => Kept::Head,
        _ => Kept::Nothing,
    }
}

/// Tags of data groups and of EF.SOD as EF.COM lists them.
const fn is_data_group(tag: u8) -> bool {
    matches!(tag, 0x61 | 0x63 | 0x65..=0x70 | 0x75..=0x77)
}

/// EF.ATR/INFO (7816-4, 12.2.2): services, capabilities, buffer sizes. Issuer's and pre-issuing data may name the chip.
pub(super) fn atr_info(path: &[u32], tag: u32, said: usize, value: &[u8]) -> Kept {
    match (path, tag) {
        ([], 0x43 | 0x47) => kept(said <= 4, Kept::All),
        ([], 0x7F66) => kept(begins(value, &[Some(0x02)]), Kept::Inside),
        ([0x7F66], 0x02) => kept(said <= 4, Kept::All),
        ([], 0x41 | 0x42 | 0x44..=0x46 | 0x48 | 0x4F | 0x50 | 0x5F52 | 0xE0) => Kept::Head,
        _ => Kept::Nothing,
    }
}

/// File control information (7816-4, table 10; GP 2.3.1, table 11-82) that is the same on all cards of a kind.
pub(super) fn file_control(path: &[u32], tag: u32, said: usize, _: &[u8]) -> Kept {
    let short = |most| if said <= most { Kept::All } else { Kept::Head };
    match (path, tag) {
        ([], 0x6F | 0x62 | 0x64) | ([0x6F], 0xA5) | ([0x6F, 0xA5], 0x73) => Kept::Inside,
        ([0x6F, 0xA5, 0x73, ..], 0x60..=0x67) => Kept::Inside,
        ([], _) => Kept::Nothing,
        ([_], 0x80 | 0x81) => short(4),
        ([_], 0x82) => short(6),
        ([_], 0x83) | ([0x6F, 0xA5], 0x9F65) => short(2),
        ([_], 0x84 | 0x50) | ([0x6F, 0xA5], 0x50) => short(16),
        ([_], 0x88 | 0x8A) => short(1),
        ([0x6F, 0xA5, 0x73, ..], 0x06) => short(32),
        _ => Kept::Head,
    }
}

/// Card data (GP 2.3.1, H): object identifiers. Key information (GP 2.3.1, 11.3.3.1): identifiers, versions, types, lengths.
/// Extended resources (TS 102 226, 8.2.1.7.2): applications, free memory.
pub(super) fn card_manager_object(path: &[u32], tag: u32, said: usize, value: &[u8]) -> Kept {
    match (path, tag) {
        ([], 0x66) => kept(begins(value, &[Some(0x73)]), Kept::Inside),
        ([0x66], 0x73) => {
            kept(value.first().is_none_or(|tag| matches!(tag, 0x06 | 0x60..=0x67)), Kept::Inside)
        }
        ([0x66, 0x73], 0x60 | 0x63..=0x66) => kept(begins(value, &[Some(0x06)]), Kept::Inside),
        ([0x66, 0x73, ..], 0x06) => kept(said <= 32, Kept::All),
        ([0x66, 0x73, ..], _) => Kept::Head,
        ([], 0xE0) => kept(begins(value, &[Some(0xC0)]), Kept::Inside),
        ([0xE0], 0xC0) => kept(said <= 8, Kept::All),
        ([], 0xFF21) => kept(value.first().is_none_or(|tag| (0x81..=0x83).contains(tag)), Kept::Inside),
        ([0xFF21], 0x81..=0x83) => kept(said <= 4, Kept::All),
        _ => Kept::Nothing,
    }
}

/// The answer to GET STATUS (GP 2.3.1, table 11-36): identifiers of applications and load files, states, privileges, versions.
pub(super) fn status(path: &[u32], tag: u32, said: usize, value: &[u8]) -> Kept {
    match (path, tag) {
        ([], 0xE3) => {
            let named = value.get(2..).is_none_or(is_application);
            kept(begins(value, &[Some(0x4F)]) && named, Kept::Inside)
        }
        ([0xE3], 0x4F | 0x84 | 0xC4 | 0xCC) => kept(said <= 16 && is_application(value), Kept::All),
        ([0xE3], 0x9F70 | 0xCE) => kept(said <= 2, Kept::All),
        ([0xE3], 0xC5) => kept(said <= 3, Kept::All),
        ([0xE3], 0xCF) => Kept::Head,
        _ => Kept::Nothing,
    }
}

/// What GET STATUS asks for: an identifier or its beginning, tags.
pub(super) fn search(path: &[u32], tag: u32, said: usize, value: &[u8]) -> Kept {
    match (path, tag) {
        ([], 0x4F) => kept(said <= 16 && is_application(value), Kept::All),
        ([], 0x5C) => kept(said <= 16, Kept::All),
        _ => Kept::Nothing,
    }
}

/// What GET DATA of an odd instruction asks for: a tag or two. What READ BINARY does: an offset.
pub(super) fn request(path: &[u32], tag: u32, said: usize, _: &[u8]) -> Kept {
    kept(path.is_empty() && matches!(tag, 0x5C | 0x54) && said <= 4, Kept::All)
}

/// MSE:Set AT: mechanism, password or key reference, domain parameters, CHAT; auxiliary data stays out.
pub(super) fn security_environment(path: &[u32], tag: u32, said: usize, value: &[u8]) -> Kept {
    let public = |condition| if condition { Kept::All } else { Kept::Head };
    match (path, tag) {
        ([], 0x80) => public(said <= 1 || said <= 16 && is_protocol(value)),
        ([], 0x83 | 0x84) => public(said <= 2),
        ([], 0x7F4C) => Kept::Inside,
        ([0x7F4C], 0x06) => public(said <= 16 && is_protocol(value)),
        ([0x7F4C], 0x53) => public(said <= 5),
        ([] | [0x7F4C], _) => Kept::Head,
        _ => Kept::Nothing,
    }
}
