//! GENERATE KEY PAIR and PUBLIC KEY in the stream (PERSO-19 to PERSO-21).

use super::manifest::Held;
use crate::flaw::{Flaw, flawed};
use crate::key_pair::{Request, generate};
use crate::store::{KeyPairRecord, Store};
use crate::tables::KeyReference;
use chipwright_iso7816::StatusWord;
use sha2::{Digest, Sha256};

/// The key pairs of the instance that is personalised, with those that the block makes.
pub(super) struct KeyPairs<'a> {
    store: &'a Store,
    owner: usize,
    chip: Chip<'a>,
    made: Vec<MadePair>,
}

/// What of chip and session the answers depend on.
pub(super) struct Chip<'a> {
    /// CHIP-06.
    pub(super) identifier: [u8; 10],
    /// Whether answers of the session are protected by an R-MAC.
    pub(super) r_mac: bool,
    pub(super) rng: &'a mut dyn FnMut(&mut [u8]),
}

/// A new pair on its way into the directory.
pub(super) struct MadePair {
    pub(super) slot: usize,
    pub(super) reference: KeyReference,
    pub(super) pair: KeyPairRecord,
}

impl<'a> KeyPairs<'a> {
    pub(super) const fn new(store: &'a Store, owner: usize, chip: Chip<'a>) -> Self {
        Self { store, owner, chip, made: Vec::new() }
    }

    /// PERSO-21: a public key goes out under an R-MAC only.
    pub(super) fn may_be_told(&self) -> Result<(), StatusWord> {
        if self.chip.r_mac || flawed(Flaw::PublicKeyWithoutResponseMac) {
            Ok(())
        } else {
            Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED)
        }
    }

    /// PERSO-19: makes a pair, which replaces a former one, and answers with its proof; the public key counts as held.
    pub(super) fn generate(&mut self, value: &[u8], held: &mut Held) -> Result<Vec<u8>, StatusWord> {
        let request = Request::parse(value)?;
        let pair = generate(self.chip.rng).ok_or(StatusWord::NO_PRECISE_DIAGNOSIS)?;
        let answer = self.proof(&request, &pair)?;
        self.made.retain(|made| made.reference != request.reference);
        let taken: Vec<usize> = self.made.iter().map(|made| made.slot).collect();
        let slot = self.store.key_pair_slot(self.owner, request.reference, &taken);
        let slot = slot.ok_or(StatusWord::NOT_ENOUGH_MEMORY)?;
        held.insert(request.reference.dgi(), (65, Sha256::digest(pair.public).into()));
        self.made.push(MadePair { slot, reference: request.reference, pair });
        Ok(answer)
    }

    /// PERSO-20: the same answer for the pair that exists.
    pub(super) fn tell(&self, value: &[u8]) -> Result<Vec<u8>, StatusWord> {
        let request = Request::parse(value)?;
        if let Some(made) = self.made.iter().find(|made| made.reference == request.reference) {
            return self.proof(&request, &made.pair);
        }
        let pair = self.store.key_pair(self.owner, request.reference);
        self.proof(&request, &pair.ok_or(StatusWord::REFERENCED_DATA_NOT_FOUND)?)
    }

    fn proof(&self, request: &Request, pair: &KeyPairRecord) -> Result<Vec<u8>, StatusWord> {
        request.answer(pair, &self.chip.identifier).ok_or(StatusWord::NO_PRECISE_DIAGNOSIS)
    }

    /// What the block has made.
    pub(super) fn into_made(self) -> Vec<MadePair> {
        self.made
    }
}
