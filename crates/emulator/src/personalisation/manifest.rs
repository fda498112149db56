//! REPORT and FINALISE over what an instance holds.

use crate::aes_key::AesKey;
use crate::tables::{ApplicationState, CVCA, DGIS, Dgi, DgiKind, KEYS, KeyReference, PIN, PUK};
use chipwright_iso7816::StatusWord;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// DGI to length and SHA-256 of its value, in ascending order.
pub(super) type Held = BTreeMap<u16, (u16, [u8; 32])>;

/// Version of the manifest.
const VERSION: u8 = 0x01;

/// PERSO-08: `state, { DGI (2), length (2), CMAC(K, DGI || SHA-256(value)) first 8 bytes }`.
pub(super) fn report(state: ApplicationState, held: &Held, key: &[u8]) -> Result<Vec<u8>, StatusWord> {
    let key = AesKey::new(key).ok_or(StatusWord::INCORRECT_DATA)?;
    let mut out = vec![state as u8];
    for (dgi, (length, hash)) in held {
        out.extend_from_slice(&dgi.to_be_bytes());
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&key.cmac(&[&dgi.to_be_bytes(), hash])[..8]);
    }
    Ok(out)
}

/// PERSO-09: `01, n, n × { DGI (2), SHA-256 (32) }` says exactly what is held, and everything mandatory is.
pub(super) fn agrees(held: &Held, manifest: &[u8]) -> bool {
    let Some(([VERSION, count], entries)) = manifest.split_first_chunk::<2>() else { return false };
    let (entries, rest) = entries.as_chunks::<34>();
    let same = rest.is_empty()
        && entries.len() == usize::from(*count)
        && entries.len() == held.len()
        && entries
            .iter()
            .zip(held)
            .all(|(entry, (dgi, (_, hash)))| entry[..2] == dgi.to_be_bytes() && entry[2..] == hash[..]);
    same && DGIS.iter().filter(|dgi| dgi.mandatory).all(|Dgi { id, .. }| held.contains_key(id))
        && nothing_is_missing(held)
}

/// PERSO-23.
fn nothing_is_missing(held: &Held) -> bool {
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
