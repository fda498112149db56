//! Searches a recording for what must not be in it, however it is spelt.

use std::collections::HashSet;

/// So many neighbouring bytes of a confidential value are a leak.
const WINDOW: usize = 6;

/// What is searched for.
#[derive(Default)]
pub(crate) struct Wanted {
    values: Vec<(String, Vec<u8>)>,
    public: HashSet<[u8; WINDOW]>,
}

impl Wanted {
    /// A confidential value: none of its parts may be there.
    pub(crate) fn value(&mut self, name: &str, bytes: &[u8]) {
        assert!(bytes.len() >= WINDOW, "{name} is too short to be searched for");
        self.values.push((name.to_owned(), bytes.to_vec()));
    }

    /// What may be there, and occurs in confidential values as well: object identifiers, say.
    pub(crate) fn public(&mut self, bytes: &[u8]) {
        self.public.extend(bytes.windows(WINDOW).map(|window| <[u8; WINDOW]>::try_from(window).unwrap()));
    }

    /// The names of the values of which a part is in the file: raw, in hexadecimal of either case, in Base64.
    pub(crate) fn found_in(&self, file: &[u8]) -> Vec<String> {
        let text = String::from_utf8(file.to_vec()).unwrap();
        let there: HashSet<&[u8]> = file.windows(WINDOW).collect();
        let runs: Vec<Vec<u8>> = text
            .split(|c: char| !c.is_ascii_hexdigit())
            .filter(|run| run.len() >= 2 * WINDOW && run.len() % 2 == 0)
            .filter_map(|run| hex::decode(run).ok())
            .collect();
        let spelt: HashSet<&[u8]> = runs.iter().flat_map(|run| run.windows(WINDOW)).collect();
        let mut found: Vec<String> = Vec::new();
        for (name, value) in &self.values {
            let parts =
                value.windows(WINDOW).filter(|part| !self.public.contains(*part) && !is_filling(part));
            // digits in a row are also what hexadecimal looks like: of a number, the whole of it counts
            let raw = |part: &[u8]| !part.iter().all(u8::is_ascii_hexdigit) && there.contains(part);
            let whole = value.iter().all(u8::is_ascii_hexdigit)
                && file.windows(value.len()).any(|window| window == value.as_slice());
            if whole
                || parts.clone().any(|part| raw(part) || spelt.contains(part))
                || value.chunks(3 * WINDOW).any(|part| text.contains(&base64(part)))
            {
                found.push(name.clone());
            }
        }
        found
    }
}

/// The same byte again and again tells nothing.
fn is_filling(part: &[u8]) -> bool {
    part.iter().all(|byte| *byte == part[0])
}

/// RFC 4648 without padding; whole groups of three bytes only.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks_exact(3) {
        let bits = u32::from(group[0]) << 16 | u32::from(group[1]) << 8 | u32::from(group[2]);
        out.extend([18, 12, 6, 0].map(|shift| char::from(DIGITS[(bits >> shift & 63) as usize])));
    }
    if out.len() < 8 { "\u{0}".to_owned() } else { out }
}

#[test]
fn every_spelling_is_found() {
    let mut wanted = Wanted::default();
    wanted.value("name", "Nguyễn Thị Ánh".as_bytes());
    for spelt in [
        "Nguyễn Thị Ánh".to_owned(),
        format!("{{\"response\":\"0102{}\"}}", hex::encode("uyễn Thị")),
        format!("xx {}", hex::encode_upper("Nguyễn")),
        format!("\"{}\"", base64("Nguyễn Thị Ánh".as_bytes())),
    ] {
        assert_eq!(wanted.found_in(spelt.as_bytes()), ["name"], "{spelt}");
    }
    assert!(wanted.found_in(b"{\"response\":\"9000\"}").is_empty());
}
