//! What is the same for every card of a batch.

use chipwright_iso7816::Aid;
use jiff::civil::Date;

use crate::chip::ChipFeatures;
use crate::member::{StateCode, Unit};
use crate::security_infos::PaceParameters;

/// The terms a batch of cards is issued on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueTerms {
    /// Date of issue (DG12).
    pub issued: Date,
    /// Date of expiry (DG1), 2000 to 2099.
    pub expires: Date,
    /// Issuing State or organization (DG1).
    pub issuing_state: StateCode,
    /// Document code (DG1); the document signer's DocumentType extension says the same.
    pub document_code: DocumentCode,
    /// The unit that issues (DG12).
    pub issuing_unit: Unit,
    /// What EF.CardAccess and DG14 offer.
    pub pace: Vec<PaceParameters>,
    /// AID of the identity application (EF.DIR).
    pub application: Aid,
    /// Label of the identity application (EF.DIR), 1 to 64 bytes of UTF-8.
    pub application_label: String,
    /// Buffers of the chip (EF.ATR/INFO).
    pub buffers: BufferSizes,
    /// What the chip can do beside holding files.
    pub chip: ChipFeatures,
}

impl IssueTerms {
    /// Terms with the defaults: `VNM`, `CM`, PACE with AES-128 and AES-256 on P-256, Active and Chip Authentication, AID `F0434849505701`, buffers of the card contract.
    #[must_use]
    pub fn new(issued: Date, expires: Date, issuing_unit: Unit) -> Self {
        Self {
            issued,
            expires,
            issuing_state: StateCode::VNM,
            document_code: DocumentCode::CM,
            issuing_unit,
            pace: PaceParameters::DEFAULT.to_vec(),
            application: Aid::literal(&[0xF0, 0x43, 0x48, 0x49, 0x50, 0x57, 0x01]),
            application_label: "Chipwright".into(),
            buffers: BufferSizes::CONTRACT,
            chip: ChipFeatures::default(),
        }
    }

    /// Checks the terms against each other and against what the files can hold.
    ///
    /// # Errors
    /// [`TermsError`].
    pub fn check(&self) -> Result<(), TermsError> {
        if self.expires <= self.issued {
            return Err(TermsError::ExpiresBeforeIssued);
        }
        if !(2000..=2099).contains(&self.expires.year()) || !(2000..=2099).contains(&self.issued.year()) {
            return Err(TermsError::Year);
        }
        if self.pace.is_empty() {
            return Err(TermsError::NoPace);
        }
        if !(1..=64).contains(&self.application_label.len()) {
            return Err(TermsError::Label);
        }
        // DGI 8020 (`applet-spec/tables/dgi.toml`)
        if let Some(certificate) = &self.chip.records
            && (certificate.len() > 512 || !certificate.starts_with(&[0x7F, 0x21]))
        {
            return Err(TermsError::TrustPoint);
        }
        if self.chip.cam && self.pace.iter().any(|pace| pace.parameter_id != 12) {
            return Err(TermsError::Mapping);
        }
        Ok(())
    }
}

/// Why a batch cannot be issued on these terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TermsError {
    /// The cards would expire before they are issued.
    #[error("the date of expiry is not after the date of issue")]
    ExpiresBeforeIssued,
    /// The machine readable zone has two digits for the year.
    #[error("the dates of issue and expiry must lie in the years 2000 to 2099")]
    Year,
    /// Nothing to open the card with.
    #[error("no PACE parameters are given, so nobody could read the card")]
    NoPace,
    /// The label does not fit.
    #[error("the label of the application must have 1 to 64 bytes")]
    Label,
    /// The records application needs a trust point.
    #[error("the trust point of the records application is not a CV certificate of at most 512 bytes")]
    TrustPoint,
    /// The card contract knows Chip Authentication Mapping on one curve only (CAM-01).
    #[error("PACE-CAM is offered on P-256 only, and other curves are among the PACE parameters")]
    Mapping,
    /// Not a document code.
    #[error("a document code is A, C or I and a letter or filler, but not AI, AC or one that ends in V")]
    DocumentCode,
}

/// Document code of a TD1 card (9303-5, 4.2.2.2, data element 01): `A`, `C` or `I`, then a letter or `<`; not `V` second, not `AI`, not `AC`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DocumentCode([u8; 2]);

impl DocumentCode {
    /// Our default.
    pub const CM: Self = Self(*b"CM");

    /// Parses one or two characters.
    ///
    /// # Errors
    /// [`TermsError::DocumentCode`].
    pub fn parse(text: &str) -> Result<Self, TermsError> {
        match *text.as_bytes() {
            [first @ (b'A' | b'C' | b'I')] => Ok(Self([first, b'<'])),
            [first @ (b'A' | b'C' | b'I'), second @ (b'A'..=b'Z' | b'<')]
                if second != b'V' && !matches!(&[first, second], b"AI" | b"AC") =>
            {
                Ok(Self([first, second]))
            }
            _ => Err(TermsError::DocumentCode),
        }
    }

    /// Two characters.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 2] {
        &self.0
    }

    /// Two characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Extended length information (ISO/IEC 7816-4, 12.7.1): the largest APDUs the chip takes and gives, bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BufferSizes {
    /// Largest command APDU.
    pub command: u16,
    /// Largest response APDU.
    pub response: u16,
}

impl BufferSizes {
    /// Those of the card contract (CHIP-03).
    pub const CONTRACT: Self = Self { command: 1033, response: 1026 };
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn document_codes() {
        assert_eq!(
            (DocumentCode::parse("CM").unwrap(), DocumentCode::parse("I").unwrap().as_str()),
            (DocumentCode::CM, "I<")
        );
        for code in ["AI", "AC", "CV", "P<", "C1", "", "CMM"] {
            assert_eq!(DocumentCode::parse(code), Err(TermsError::DocumentCode), "{code}");
        }
    }

    #[test]
    fn terms_must_make_sense() {
        let unit = Unit::new("79", "Thành ủy").unwrap();
        let good = IssueTerms::new(date(2026, 11, 22), date(2036, 11, 21), unit);
        assert_eq!(good.check(), Ok(()));
        let check = |change: fn(&mut IssueTerms)| {
            let mut terms = good.clone();
            change(&mut terms);
            terms.check().unwrap_err()
        };
        assert_eq!(check(|t| t.expires = t.issued), TermsError::ExpiresBeforeIssued);
        assert_eq!(check(|t| t.expires = date(2100, 1, 1)), TermsError::Year);
        assert_eq!(check(|t| t.pace.clear()), TermsError::NoPace);
        assert_eq!(check(|t| t.chip.records = Some(vec![0x30, 0])), TermsError::TrustPoint);
        assert_eq!(check(|t| (t.chip.cam, t.pace[0].parameter_id) = (true, 13)), TermsError::Mapping);
        assert_eq!(check(|t| t.application_label.clear()), TermsError::Label);
    }
}
