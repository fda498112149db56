//! From a member to a signed profile to a plan of writing.

use super::{Desk, Failure, Letter};
use crate::batch::Approved;
use chipwright_perso::{ChipProfile, PreparePlan, WritePlan};
use chipwright_pki::SecurityObjectReport;
use chipwright_pki::check::check;
use chipwright_profile::{Allocation, ChipKeys, IssueTerms, IssuerFiles, Pin, Puk};
use zeroize::Zeroizing;

/// The plan of *prepare* for these terms.
pub(crate) fn prepare_plan(mut profile: ChipProfile, terms: &IssueTerms) -> PreparePlan {
    profile.instance = terms.application;
    PreparePlan::new(profile, &IssuerFiles::new(terms))
}

/// A PIN letter as the printer takes it.
pub(super) type Sheet = Zeroizing<Vec<u8>>;

impl Desk<'_> {
    /// Builds and signs the files of one card for the chip that made these keys; a PIN is drawn, and its letter composed.
    pub(super) fn plan(
        &mut self,
        person: &Approved,
        allocation: &Allocation,
        keys: &ChipKeys,
    ) -> Result<(WritePlan, Option<Sheet>), Failure> {
        let at = self.clock.now();
        let member = person.member();
        // a run may wait for chips longer than an approval is good
        self.approval.check(self.signer.certificate(), self.trust, at)?;
        let (mut signed, second) = self.signer.sign(person, allocation, &self.terms, keys, at)?;
        let mut sheet = None;
        if self.terms.chip.pin {
            let letters = self.letters.as_deref_mut().ok_or(Failure::NoLetters)?;
            let (pin, puk) = (Pin::draw(&mut *self.random), Puk::draw(&mut *self.random));
            let composed = letters.compose(&Letter {
                name: member.name().as_str(),
                unit: member.unit().name(),
                card: &allocation.card_number,
                pin: &pin,
                puk: &puk,
                at,
            });
            let card = &allocation.card_number;
            sheet = Some(composed.map_err(|why| Failure::Letter { card: card.clone(), why })?);
            signed = signed.with_pin(&pin, &puk);
        }
        // last, so that what the chip's directory has no room for is seen here
        if let Some(second) = second {
            signed = signed.with_post_quantum(&second)?;
        }
        Ok((WritePlan::new(self.prepare.profile.clone(), &signed), sheet))
    }

    /// Signs something and checks it as a kiosk would, before the first chip is touched: a card that our own trust data refuses is
    /// not written at all.
    pub(super) fn rehearse(&self) -> Result<(), Failure> {
        let at = self.clock.now();
        let cms = self.signer.rehearse(at)?;
        signed_well(&check(cms.as_der(), self.trust, self.policy, at))
    }
}

/// What was just signed is accepted, or not written at all.
pub(crate) fn signed_well(report: &SecurityObjectReport) -> Result<(), Failure> {
    if report.is_good() {
        return Ok(());
    }
    let reasons: Vec<String> = report.failures().map(|(_, failure)| failure.to_string()).collect();
    Err(Failure::SignerRefused { reason: reasons.join("; ") })
}
