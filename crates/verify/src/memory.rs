//! What an inspection has learnt so far; it outlasts a lost contact.

use crate::check::Check;
use crate::evidence::Signed;
use crate::files::Files;
use crate::ladder::Rung;
use crate::owed::Security;
use crate::proof::Proof;
use crate::read::Reading;
use crate::unread::Unread;
use crate::verdict::Verdict;
use chipwright_channel::sm::MAX_SHORT_RESPONSE;
use chipwright_iso7816::Atr;
use chipwright_pki::report::SecurityObjectReport;
use chipwright_profile::FileId;
use chipwright_profile::security_object::SecurityObject;
use std::collections::BTreeMap;

/// Plain bytes of the largest unprotected short answer.
const PLAIN_ANSWER: usize = 256;

/// What was read, what went wrong, and what the chip has proven.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) files: Files,
    pub(crate) partial: BTreeMap<FileId, Reading>,
    /// What the card answered to reset.
    pub(crate) atr: Option<Atr>,
    /// Whether PACE opened the card.
    pub(crate) access: Option<Result<(), Check>>,
    pub(crate) security_object: Option<SecurityObjectRead>,
    pub(crate) security_object_fault: Option<String>,
    pub(crate) faults: BTreeMap<FileId, String>,
    /// Whether the card refuses DG14, or gives something else in its place.
    pub(crate) promises_withheld: bool,
    pub(crate) unread: Option<Unread>,
    /// Why there is no second signature.
    pub(crate) no_second_signature: Option<String>,
    pub(crate) security: Option<Security>,
    /// Why EF.CardSecurity is not this card's.
    pub(crate) foreign_security: Option<&'static str>,
    /// The proofs that must convince, once what is owed is known.
    pub(crate) due: Option<Vec<Proof>>,
    /// What came of each in this session.
    outcomes: BTreeMap<Proof, Result<(), (Verdict, String)>>,
    /// The chip's signature for evidence.
    pub(crate) signed_challenge: Option<Signed>,
    /// Whether the text verdict was told.
    pub(crate) told: bool,
    /// How the files are read.
    pub(crate) rung: Option<Rung>,
    /// Commands of the protocols in this contact, files apart.
    pub(crate) exchanges: u64,
}

/// EF.SOD, taken apart.
pub(crate) struct SecurityObjectRead {
    /// SHA-256 of the file.
    pub(crate) digest: [u8; 32],
    /// The checks of its signature; none if it is no SignedData.
    pub(crate) passive: Option<SecurityObjectReport>,
    /// The signed hashes; none if the signed content could not be found, or why they cannot be read.
    pub(crate) signed: Result<Option<SecurityObject>, String>,
}

impl Memory {
    /// The card is put back: what was read stays, what was proven must be proven again in the new session.
    pub(crate) fn begin_again(&mut self) {
        self.access = None;
        self.security_object_fault = None;
        self.faults.clear();
        self.promises_withheld = false;
        self.unread = None;
        self.outcomes.clear();
        self.foreign_security = None;
        self.signed_challenge = None;
        self.exchanges = 0;
        // the security object is read anew and compared
        self.partial.remove(&FileId::Sod);
        self.partial.values_mut().for_each(Reading::interrupted);
    }

    /// The hashes that were signed.
    pub(crate) fn signed(&self) -> Option<&SecurityObject> {
        self.security_object.as_ref()?.signed.as_ref().ok()?.as_ref()
    }

    /// Bytes that need not be read again.
    pub(crate) fn kept(&self) -> usize {
        self.files.bytes() + self.partial.values().map(Reading::len).sum::<usize>()
    }

    /// Notes what came of a proof. A failure is never overwritten by success.
    pub(crate) fn note(&mut self, proof: Proof, outcome: Result<(), (Verdict, String)>) {
        self.outcomes
            .entry(proof)
            .and_modify(|known| {
                if known.is_ok() {
                    *known = outcome.clone()
                }
            })
            .or_insert(outcome);
    }

    pub(crate) fn outcome_of(&self, proof: Proof) -> Option<&Result<(), (Verdict, String)>> {
        self.outcomes.get(&proof)
    }

    pub(crate) fn failed_proofs(&self) -> impl Iterator<Item = (Proof, (Verdict, String))> {
        self.outcomes.iter().filter_map(|(proof, outcome)| Some((*proof, outcome.clone().err()?)))
    }

    /// The proofs that convinced.
    pub(crate) fn convinced(&self) -> impl Iterator<Item = Proof> {
        self.outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).map(|(proof, _)| *proof)
    }

    /// The fewest commands that could have brought this: those of the protocols, and for each file its size over the largest answer.
    pub(crate) fn least_round_trips(&self) -> u64 {
        let portion = self.rung.map_or(MAX_SHORT_RESPONSE, Rung::portion);
        let reads = self.files.iter().map(|(file, content)| {
            let plain = matches!(file, FileId::CardAccess | FileId::AtrInfo);
            content.len().div_ceil(if plain { PLAIN_ANSWER } else { portion }) as u64
        });
        self.exchanges + reads.sum::<u64>()
    }
}
