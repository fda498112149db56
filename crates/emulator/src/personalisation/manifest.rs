//! REPORT and FINALISE over what an instance holds.

use crate::aes_key::AesKey;
use crate::flaw::{Flaw, flawed};
use crate::tables::{ApplicationState, CVCA, DGIS, Dgi, DgiKind, KEYS, KeyReference, PIN, PUK};
use chipwright_iso7816::StatusWord;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// DGI to length and SHA-256 of its value, in ascending order.
pub(super) type Held = BTreeMap<u16, (u16, [u8; 32])>;

/// Version of the manifest.
const VERSION: u8 = 0x01;

/// Most DGIs in one answer to REPORT.
const MOST_LISTED: usize = 19;
/// b8 of the state byte: more are held than the answer lists.
const MORE: u8 = 0x80;

/// PERSO-08: `state, { DGI (2), length (2), CMAC(K, DGI || SHA-256(value)) first 8 bytes }`; `question` is K, or K and the DGI to begin with.
pub(super) fn report(state: ApplicationState, held: &Held, question: &[u8]) -> Result<Vec<u8>, StatusWord> {
    let (key, first) = match question.split_at_checked(16) {
        Some((key, [])) => (key, 0),
        Some((key, &[high, low])) => (key, u16::from_be_bytes([high, low])),
        _ => return Err(StatusWord::INCORRECT_DATA),
    };
    let key = AesKey::new(key).ok_or(StatusWord::INCORRECT_DATA)?;
    let more = held.range(first..).nth(MOST_LISTED).is_some();
    let mut out = vec![state as u8 | if more { MORE } else { 0 }];
    for (dgi, (length, hash)) in held.range(first..).take(MOST_LISTED) {
        out.extend_from_slice(&dgi.to_be_bytes());
        out.extend_from_slice(&length.to_be_bytes());
        let hash = if flawed(Flaw::ReportIgnoresValues) { &[][..] } else { hash };
        out.extend_from_slice(&key.cmac(&[&dgi.to_be_bytes(), hash])[..8]);
    }
    Ok(out)
}

/// PERSO-09: `01, n, n × { DGI (2), SHA-256 (32) }` says exactly what is held, and everything mandatory is.
pub(super) fn agrees(held: &Held, manifest: &[u8]) -> bool {
    says(held, manifest, |_| false)
        && DGIS
            .iter()
            .filter(|dgi| dgi.mandatory && !flawed(Flaw::MandatoryUnchecked))
            .all(|Dgi { id, .. }| held.contains_key(id))
        && nothing_is_missing(held)
}

/// LIFE-06: the same over what is held after an update; secrets and records that it leaves as they are need not be named.
pub(super) fn agrees_with_update(held: &Held, manifest: &[u8], is_new: impl Fn(u16) -> bool) -> bool {
    says(held, manifest, |dgi| matches!(dgi >> 8, 0x80 | 0x02) && !is_new(dgi)) && nothing_is_missing(held)
}

/// Whether the manifest names what is held, in order; what `may_be_left_out` need not be named.
fn says(held: &Held, manifest: &[u8], may_be_left_out: impl Fn(u16) -> bool) -> bool {
    let Some(([VERSION, count], entries)) = manifest.split_first_chunk::<2>() else { return false };
    let (entries, rest) = entries.as_chunks::<34>();
    if !rest.is_empty() || entries.len() != usize::from(*count) {
        return false;
    }
    let mut entries = entries.iter().peekable();
    for (dgi, (_, hash)) in held {
        match entries.next_if(|entry| entry[..2] == dgi.to_be_bytes()) {
            Some(entry) if entry[2..] == hash[..] || flawed(Flaw::ManifestHashUnchecked) => {}
            None if may_be_left_out(*dgi) => {}
            _ => return false,
        }
    }
    entries.next().is_none()
}

/// PERSO-23.
fn nothing_is_missing(held: &Held) -> bool {
    if flawed(Flaw::PairsUnchecked) {
        return true;
    }
    let holds = |dgi: u16| held.contains_key(&dgi);
    let keys = KEYS.iter().all(|key| {
        let needs = || key.needs.iter().copied();
        (!holds(key.dgi) || needs().all(holds)) && (!key.both || holds(key.dgi) || !needs().any(holds))
    });
    let secrets = !holds(PUK) || holds(PIN);
    let mut records = DGIS.iter().filter(|dgi| dgi.kind == DgiKind::Record && holds(dgi.id));
    keys && secrets && records.all(|_| holds(CVCA) && holds(KeyReference::ChipAuthentication2.dgi()))
}

/// SHA-256 as a value.
pub(super) fn digest(hash: Sha256) -> [u8; 32] {
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn perso_08_nineteen_at_a_time() {
        let held: Held = (1..=45).map(|n| (n * 2, (1, [n as u8; 32]))).collect();
        let ask = |question: &[u8]| report(ApplicationState::Filling, &held, question);
        let listed = |answer: &[u8]| {
            answer[1..].chunks(12).map(|e| u16::from_be_bytes([e[0], e[1]])).collect::<Vec<_>>()
        };
        let (mut all, mut next) = (Vec::new(), 0u16);
        loop {
            let answer = ask(&[&[7; 16], next.to_be_bytes().as_slice()].concat()).unwrap();
            let part = listed(&answer);
            assert!(part.len() <= 19);
            next = part[part.len() - 1] + 1;
            all.extend(part);
            if answer[0] == 0x01 {
                break;
            }
            assert_eq!(answer[0], 0x81);
        }
        assert_eq!(all, held.keys().copied().collect::<Vec<_>>());
        assert_eq!(ask(&[7; 16]), ask(&[[7; 16].as_slice(), &[0, 0]].concat()));
        assert_eq!(ask(&[7; 17]), Err(StatusWord::INCORRECT_DATA));
        assert_eq!(ask(&[[7; 16].as_slice(), &[0xFF, 0xFF]].concat()).unwrap(), [0x01]);
    }

    #[test]
    fn life_06_what_may_be_left_out() {
        let held: Held = [0x0101, 0x8012, 0x0201].map(|dgi| (dgi, (1, [dgi as u8; 32]))).into();
        let names = |dgis: &[u16]| {
            let entries = dgis.iter().flat_map(|dgi| [&dgi.to_be_bytes()[..], &[*dgi as u8; 32]].concat());
            [&[1, dgis.len() as u8][..], &entries.collect::<Vec<u8>>()].concat()
        };
        let says = |dgis: &[u16], new: u16| says(&held, &names(dgis), |dgi| dgi >> 8 != 0x01 && dgi != new);
        assert!(says(&[0x0101, 0x0201, 0x8012], 0) && says(&[0x0101], 0) && says(&[0x0101, 0x8012], 0x8012));
        assert!(!says(&[0x0101], 0x8012) && !says(&[0x0201, 0x8012], 0) && !says(&[0x8012, 0x0101], 0));
        assert!(!says(&[0x0101, 0x0102], 0) && !says(&[], 0));
    }

    /// PERSO-23 as it stands, over every set of the DGIs it names.
    #[test]
    fn perso_23_every_set() {
        let named =
            [0x8101, 0x010F, 0x8102, 0x010E, 0x8103, 0x8104, 0x2F1D, 0x8020, 0x8012, 0x8013, 0x0200, 0x0201];
        let mut accepted = 0;
        for set in 0..1u32 << named.len() {
            let holds =
                |dgi: u16| named.iter().position(|one| *one == dgi).is_some_and(|bit| set & 1 << bit != 0);
            let needs = |dgi, needed: &[u16]| !holds(dgi) || needed.iter().all(|dgi| holds(*dgi));
            let wanted = holds(0x8101) == holds(0x010F)
                && needs(0x8102, &[0x010E])
                && needs(0x8103, &[0x2F1D])
                && needs(0x8104, &[0x2F1D, 0x8020])
                && needs(0x8013, &[0x8012])
                && needs(0x0200, &[0x8020, 0x8104])
                && needs(0x0201, &[0x8020, 0x8104]);
            let held = named.iter().filter(|dgi| holds(**dgi)).map(|dgi| (*dgi, (1, [0; 32]))).collect();
            assert_eq!(nothing_is_missing(&held), wanted, "{set:03X}");
            accepted += u32::from(wanted);
        }
        assert!(accepted > 50, "{accepted}");
    }
}
