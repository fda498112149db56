//! The document signer. What it signs for a member or a card takes the proof that a second person has approved it; there is no other door to
//! its key.

use super::Failure;
use crate::batch::{Approved, ApprovedRevision};
use chipwright_pki::{Certificate, SignKey, SignedData, SignerTemplate, post_quantum};
use chipwright_profile::{
    Allocation, ChipKeys, DataGroups, FileId, FirstRecords, IssueTerms, Salt, SignedProfile,
};
use chipwright_records::{self as records, CitizenSecret, Head, MOST_BYTES, Payload};
use jiff::Timestamp;

/// A document signer: certificate and private-key operation.
pub struct Signer<'a> {
    certificate: Certificate,
    template: SignerTemplate,
    card_security: SignerTemplate,
    key: &'a dyn SignKey,
    second: Option<SecondSigner<'a>>,
}

/// Who signs a second time, with ML-DSA-65: certificate and private-key operation.
struct SecondSigner<'a> {
    certificate: Certificate,
    key: &'a dyn SignKey,
}

impl SecondSigner<'_> {
    /// The content of EF.SOD-PQ for this LDSSecurityObject.
    fn sign(&self, lds_security_object: &[u8], at: Timestamp) -> Result<Vec<u8>, Failure> {
        let prepared = post_quantum::prepare(lds_security_object, &self.certificate, at)?;
        Ok(prepared.sign_with(self.key)?.into_der())
    }
}

impl<'a> Signer<'a> {
    /// From the certificate and its key, wherever that lives.
    ///
    /// # Errors
    /// [`Failure::Signer`] when the certificate is not a document signer's.
    pub fn new(certificate: Certificate, key: &'a dyn SignKey) -> Result<Self, Failure> {
        let template = SignerTemplate::new(&certificate)?;
        let card_security = SignerTemplate::for_card_security(&certificate)?;
        Ok(Self { certificate, template, card_security, key, second: None })
    }

    /// With a second, post-quantum signature on every card.
    #[must_use]
    pub fn with_second(self, certificate: Certificate, key: &'a dyn SignKey) -> Self {
        Self { second: Some(SecondSigner { certificate, key }), ..self }
    }

    /// The certificate.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The files of one card for the chip that made these keys, under a security object; first records where the terms have them. Beside it the
    /// second signature, where there is a second signer.
    pub(super) fn sign(
        &self,
        approved: &Approved,
        allocation: &Allocation,
        terms: &IssueTerms,
        keys: &ChipKeys,
        at: Timestamp,
    ) -> Result<(SignedProfile, Option<Vec<u8>>), Failure> {
        let groups = DataGroups::build(approved.member(), approved.portrait(), allocation, terms, keys)?;
        let cms = self.template.prepare(groups.lds_security_object(), at)?.sign_with(self.key)?;
        let card_security = match groups.card_security_infos() {
            Some(infos) => Some(self.card_security.prepare(infos, at)?.sign_with(self.key)?),
            None => None,
        };
        let second = self.second.as_ref().map(|second| second.sign(groups.lds_security_object(), at));
        let second = second.transpose()?;
        let signed = groups.sign_with(cms.as_der(), card_security.as_ref().map(SignedData::as_der))?;
        match terms.chip.records {
            Some(_) => {
                Ok((signed.with_first_records(self.first_records(approved, allocation, terms)?), second))
            }
            None => Ok((signed, second)),
        }
    }

    /// The certificate that the card's first record is signed under, and that record: the citizen number in clear.
    fn first_records(
        &self,
        approved: &Approved,
        allocation: &Allocation,
        terms: &IssueTerms,
    ) -> Result<FirstRecords, Failure> {
        let certificate = self.certificate.as_der().to_vec();
        if certificate.len() > MOST_BYTES {
            return Err(Failure::SignerTooLong(certificate.len()));
        }
        let number = approved.member().citizen_number().clone();
        let secret = CitizenSecret { number, salt: Salt::new(*allocation.salt.expose()) };
        let draft = records::Draft {
            card: allocation.card_number.clone(),
            recorded_on: terms.issued,
            unit: terms.issuing_unit.clone(),
            payload: Payload::CitizenNumber(secret),
        };
        let record = draft.prepare(&Head::EMPTY, &self.certificate)?.sign_with(self.key)?;
        Ok(FirstRecords { certificate, citizen_number: record.as_der().to_vec() })
    }

    /// The revised files of an issued card under a new security object, and EF.CardSecurity with this content, where the card has one. The second
    /// signature of a card that has one is made anew too: the old one would be over another security object.
    pub(crate) fn revise(
        &self,
        approved: ApprovedRevision,
        card_security: Option<&[u8]>,
        has_second: bool,
        at: Timestamp,
    ) -> Result<Vec<(FileId, Vec<u8>)>, Failure> {
        let content = approved.revision.lds_security_object();
        let security_object = self.template.prepare(&content, at)?.sign_with(self.key)?;
        let mut files = approved.revision.sign_with(security_object.as_der())?;
        if has_second {
            let second = self.second.as_ref().ok_or(Failure::NoSecondSigner)?;
            files.push((FileId::SodPostQuantum, second.sign(&content, at)?));
        }
        if let Some(infos) = card_security {
            let signed = self.card_security.prepare(infos, at)?.sign_with(self.key)?;
            files.push((FileId::CardSecurity, signed.into_der()));
        }
        Ok(files)
    }

    /// A signature over nobody's data, to be checked as a kiosk would.
    pub(super) fn rehearse(&self, at: Timestamp) -> Result<SignedData, Failure> {
        Ok(self.template.prepare(b"rehearsal", at)?.sign_with(self.key)?)
    }
}
