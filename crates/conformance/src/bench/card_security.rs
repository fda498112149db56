//! EF.CardSecurity and DG14: the one must name the keys of the other (CAM-03).

use super::{Answer, Bench, Trouble, failed, wrong};
use crate::data_object::at;
use crate::step::CardSecurity;
use chipwright_iso7816::tlv::{Reader, Tlv};
use chipwright_iso7816::{Command, Ins, Le, Tag};
use sha2::{Digest, Sha256};

/// SignedData down to the signed content: ContentInfo, encapContentInfo, eContent.
const SIGNED: &str = "30/A0/30/30/A0/04";
/// id-PK-ECDH.
const PUBLIC_KEY: &[u8] = &[0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x01, 0x02];
/// id-chipwright-card-cardSecurityKeys.
const CARD_SECURITY_KEYS: &[u8] = &[0x2B, 0x06, 0x01, 0x04, 0x01, 0x81, 0xFD, 0x59, 0xA1, 0x7C, 0x03, 0x02];
/// Bytes asked for at once: a protected answer to a short command has room for them.
const PORTION: usize = 200;

impl Bench<'_> {
    /// Under PACE, with the master file current.
    pub(super) fn card_security(&mut self, step: &CardSecurity) -> Result<Answer, Trouble> {
        let security = match self.whole_file(0x1D)? {
            Ok(content) => content,
            Err(refused) => return Ok(refused),
        };
        let application = Command::new(0x00, Ins::SELECT, 0x04, 0x0C).with_data(self.bytes("{app}")?);
        let selected = self.exchange(&application, None)?;
        if !selected.goes_on() {
            return Ok(selected);
        }
        let dg14 = match self.whole_file(0x0E)? {
            Ok(content) => content,
            Err(refused) => return Ok(refused),
        };
        match (names_keys(&dg14, &security), step.must_fail) {
            (Ok(()), true) => failed("DG14 names the keys of a foreign EF.CardSecurity"),
            (Err(why), false) => failed(why),
            _ => Ok(selected),
        }
    }

    /// A file by its short identifier, or the answer that refuses it.
    fn whole_file(&mut self, short: u8) -> Result<Result<Vec<u8>, Answer>, Trouble> {
        let mut content = Vec::new();
        let mut length = PORTION;
        while content.len() < length {
            let (p1, p2) = match u16::try_from(content.len()).map_err(wrong)?.to_be_bytes() {
                [0, 0] => (0x80 | short, 0),
                [high, low] => (high, low),
            };
            let portion = u32::try_from((length - content.len()).min(PORTION)).map_err(wrong)?;
            let read = Command::new(0x00, Ins::READ_BINARY, p1, p2).with_le(Le::Exact(portion));
            let answer = self.exchange(&read, None)?;
            if !answer.goes_on() || answer.data.is_empty() {
                return Ok(Err(answer));
            }
            content.extend(&answer.data);
            length = whole(&content).unwrap_or(content.len());
        }
        content.truncate(length);
        Ok(Ok(content))
    }
}

/// Bytes of the data object that begins here.
fn whole(content: &[u8]) -> Option<usize> {
    let tag = usize::from(content.first()? & 0x1F == 0x1F) + 1;
    let first = usize::from(*content.get(tag)?);
    let more = first.saturating_sub(0x80);
    let long = content.get(tag + 1..tag + 1 + more)?;
    let value = long.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    Some(tag + 1 + more + if first < 0x80 { first } else { value })
}

/// DG14 carries one SecurityInfo of ours, and in it the hash of the keys.
fn names_keys(dg14: &[u8], security: &[u8]) -> Result<(), String> {
    let infos = at(security, SIGNED).and_then(|content| at(content, "31"));
    let infos = infos.ok_or("EF.CardSecurity signs no set of SecurityInfos")?;
    let keys: Vec<&[u8]> = of_protocol(infos, PUBLIC_KEY).map(|info| info.encoded).collect();
    if !keys.is_sorted() {
        return Err("the SecurityInfos of EF.CardSecurity are not in their order".to_owned());
    }
    let digest = Sha256::digest(keys.concat());
    let infos = at(dg14, "6E/31").ok_or("DG14 holds no set of SecurityInfos")?;
    let mut named = of_protocol(infos, CARD_SECURITY_KEYS);
    match (named.next().and_then(|info| at(info.value, "04")), named.next()) {
        (None, _) => Err("DG14 names no keys of EF.CardSecurity".to_owned()),
        (Some(_), Some(_)) => Err("DG14 names the keys of EF.CardSecurity twice".to_owned()),
        (Some(named), None) if named == digest.as_slice() => Ok(()),
        _ => Err("DG14 names other keys than EF.CardSecurity holds".to_owned()),
    }
}

fn of_protocol<'a>(infos: &'a [u8], protocol: &'static [u8]) -> impl Iterator<Item = Tlv<'a>> {
    let mut reader = Reader::new(infos);
    std::iter::from_fn(move || reader.next().ok().flatten())
        .filter(move |info| info.tag == Tag(0x30) && at(info.value, "06") == Some(protocol))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chipwright_iso7816::tlv::encode;

    /// Files of `test-vectors/data-groups/chip-all.json`, the second under what a SignedData puts around it.
    fn files() -> (Vec<u8>, Vec<u8>) {
        let vector = include_str!("../../../../test-vectors/data-groups/chip-all.json");
        let vector: serde_json::Value = serde_json::from_str(vector).unwrap();
        let bytes = |value: &serde_json::Value| hex::decode(value.as_str().unwrap()).unwrap();
        let infos = bytes(&vector["card_security_infos"]);
        let signed = [0x04, 0xA0, 0x30, 0x30, 0xA0, 0x30]
            .into_iter()
            .fold(infos, |inner, tag| encode(Tag(tag), &inner));
        (bytes(&vector["files"]["DG14"]), signed)
    }

    #[test]
    fn named_and_not_named() {
        let (dg14, security) = files();
        assert_eq!(names_keys(&dg14, &security), Ok(()));
        assert_eq!(whole(&security), Some(security.len()));
        let mut other = security.clone();
        let key = security.windows(9).rposition(|part| part == PUBLIC_KEY).unwrap();
        other[key + 60] ^= 1;
        assert!(names_keys(&dg14, &other).unwrap_err().contains("other keys"));
        let mut silent = dg14.clone();
        let place = dg14.windows(12).position(|part| part == CARD_SECURITY_KEYS).unwrap();
        silent[place + 11] ^= 1;
        assert!(names_keys(&silent, &security).unwrap_err().contains("names no keys"));
        assert!(names_keys(&dg14, &dg14).is_err());
    }
}
