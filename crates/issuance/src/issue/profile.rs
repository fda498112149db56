//! From a member to a signed profile to a plan of writing.

use super::chip::Person;
use super::{Desk, Failure, Letter, Signer, Station};
use crate::intake::Applicant;
use chipwright_perso::{ChipProfile, Plan, PreparePlan, WritePlan};
use chipwright_pki::SignedData;
use chipwright_pki::check::check;
use chipwright_records::{self as records, CitizenSecret, Head, MOST_BYTES, Payload};

use chipwright_profile::{
    Allocation, Can, CardNumber, ChipKeys, DataGroups, FirstRecords, FittedPortrait, IssueTerms, IssuerFiles,
    Member, Pin, Puk, Salt, SignedProfile, StatusReference,
};
use jiff::Timestamp;
use zeroize::Zeroizing;

/// What will be done for one member, to be read before anything is touched.
#[derive(Debug)]
pub struct Draft {
    /// What is done to a blank.
    pub prepare: Plan,
    /// What is written for the member. Card number, CAN and signature are drawn for the draft only.
    pub write: Plan,
}

/// Drafts the plans for an applicant: nothing is allocated, recorded or sent.
///
/// # Errors
/// [`Failure::Build`], [`Failure::Sign`], [`Failure::Signer`].
pub fn draft(
    station: &mut Station<'_>,
    applicant: &Applicant,
    portrait: &FittedPortrait,
) -> Result<Draft, Failure> {
    let prepare = prepare_plan(station.profile.clone(), &station.terms);
    let allocation = Allocation {
        card_number: CardNumber::draw(station.random),
        can: Can::draw(station.random),
        status: StatusReference { list: 0, index: 0 },
        salt: Salt::draw(station.random),
    };
    let groups = DataGroups::build(
        &applicant.member,
        portrait,
        &allocation,
        &station.terms,
        &ChipKeys::of_zeros(&station.terms.chip),
    )?;
    let (at, content) = (station.clock.now(), groups.lds_security_object().to_vec());
    let mut signed = seal(groups, station.signer, at)?;
    if let Some(second) = &station.signer.second {
        signed = signed.with_post_quantum(&second.sign(&content, at)?)?;
    }
    let write = WritePlan::new(prepare.profile.clone(), &signed);
    Ok(Draft { prepare: prepare.describe(), write: write.describe(station.options.mode) })
}

/// The plan of *prepare* for these terms.
pub(crate) fn prepare_plan(mut profile: ChipProfile, terms: &IssueTerms) -> PreparePlan {
    profile.instance = terms.application;
    PreparePlan::new(profile, &IssuerFiles::new(terms))
}

fn seal(groups: DataGroups, signer: &Signer<'_>, at: Timestamp) -> Result<SignedProfile, Failure> {
    let prepared = signer.template.prepare(groups.lds_security_object(), at)?;
    let cms = prepared.sign_with(signer.key)?;
    let card_security = match groups.card_security_infos() {
        Some(infos) => Some(signer.card_security.prepare(infos, at)?.sign_with(signer.key)?),
        None => None,
    };
    Ok(groups.sign_with(cms.as_der(), card_security.as_ref().map(SignedData::as_der))?)
}

/// The certificate that the card's first record is signed under, and that record: the citizen number in clear.
fn first_records(
    member: &Member,
    allocation: &Allocation,
    terms: &IssueTerms,
    signer: &Signer<'_>,
) -> Result<FirstRecords, Failure> {
    let certificate = signer.certificate.as_der().to_vec();
    if certificate.len() > MOST_BYTES {
        return Err(Failure::SignerTooLong(certificate.len()));
    }
    let secret =
        CitizenSecret { number: member.citizen_number().clone(), salt: Salt::new(*allocation.salt.expose()) };
    let draft = records::Draft {
        card: allocation.card_number.clone(),
        recorded_on: terms.issued,
        unit: terms.issuing_unit.clone(),
        payload: Payload::CitizenNumber(secret),
    };
    let record = draft.prepare(&Head::EMPTY, &signer.certificate)?.sign_with(signer.key)?;
    Ok(FirstRecords { certificate, citizen_number: record.as_der().to_vec() })
}

/// A PIN letter as the printer takes it.
pub(super) type Sheet = Zeroizing<Vec<u8>>;

impl Desk<'_> {
    /// Builds and signs the files of one card for the chip that made these keys; a PIN is drawn, and its letter composed.
    pub(super) fn plan(
        &mut self,
        person: &Person,
        allocation: &Allocation,
        keys: &ChipKeys,
    ) -> Result<(WritePlan, Option<Sheet>), Failure> {
        let at = self.clock.now();
        let member = &person.member;
        let groups = DataGroups::build(member, &person.portrait, allocation, &self.terms, keys)?;
        let content = groups.lds_security_object().to_vec();
        let mut signed = seal(groups, self.signer, at)?;
        if self.terms.chip.records.is_some() {
            signed = signed.with_first_records(first_records(member, allocation, &self.terms, self.signer)?);
        }
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
        if let Some(second) = &self.signer.second {
            signed = signed.with_post_quantum(&second.sign(&content, at)?)?;
        }
        Ok((WritePlan::new(self.prepare.profile.clone(), &signed), sheet))
    }

    /// Signs something and checks it as a kiosk would, before the first chip is touched: a card that our own trust data refuses is
    /// not written at all.
    pub(super) fn rehearse(&self) -> Result<(), Failure> {
        let at = self.clock.now();
        let cms = self.signer.template.prepare(b"rehearsal", at)?.sign_with(self.signer.key)?;
        let report = check(cms.as_der(), self.trust, self.policy, at);
        if report.is_good() {
            return Ok(());
        }
        let reasons: Vec<String> = report.failures().map(|(_, failure)| failure.to_string()).collect();
        Err(Failure::SignerRefused { reason: reasons.join("; ") })
    }
}
