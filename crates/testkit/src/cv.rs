//! An invented hierarchy of card-verifiable certificates: CVCA, document verifier, terminal.

use crate::SoftKey;
use chipwright_pki::SignKey;
use chipwright_pki::cv::{
    self, AuthorityProfile, CvCertificate, CvPeriod, FileRights, HolderProfile, Reference, Rights,
};
use jiff::civil::{Date, date};

/// A certificate and its key.
pub struct CvHolder {
    /// The certificate.
    pub certificate: CvCertificate,
    /// The key.
    pub key: SoftKey,
}

/// A whole hierarchy.
pub struct CvAuthority {
    /// The trust point of cards.
    pub cvca: CvHolder,
    /// The document verifier.
    pub dv: CvHolder,
    /// The terminal.
    pub terminal: CvHolder,
}

impl CvAuthority {
    /// In force on 22 November 2026; the terminal has these rights, narrowed by file if given.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn new(seed: u64, rights: Rights, files: Option<FileRights>) -> Self {
        let mut random = crate::random(seed);
        let mut key = || SoftKey::generate(&mut random);
        let from = date(2026, 11, 1);
        let cvca_key = key();
        let profile = AuthorityProfile {
            holder: Reference::new("VN", "EXAMPLE", 1).unwrap(),
            rights: Rights::all(),
            period: period(from, 1000),
        };
        let certificate =
            cv::prepare_cvca(&profile, cvca_key.public_key()).unwrap().sign_with(&cvca_key).unwrap();
        let cvca = CvHolder { certificate, key: cvca_key };
        let holder = |name: &str, rights, files, days| HolderProfile {
            holder: Reference::new("VN", name, 1).unwrap(),
            rights,
            files,
            period: period(from, days),
        };
        let dv_key = key();
        let certificate =
            cv::prepare_dv(&holder("DV", Rights::all(), None, 180), dv_key.public_key(), &cvca.certificate)
                .unwrap()
                .sign_with(&cvca.key)
                .unwrap();
        let dv = CvHolder { certificate, key: dv_key };
        let terminal_key = key();
        let certificate = cv::prepare_terminal(
            &holder("TERM", rights, files, 60),
            terminal_key.public_key(),
            &dv.certificate,
        )
        .unwrap()
        .sign_with(&dv.key)
        .unwrap();
        Self { cvca, dv, terminal: CvHolder { certificate, key: terminal_key } }
    }

    /// What cards hold as DGI 8020.
    #[must_use]
    pub fn trust_point(&self) -> Vec<u8> {
        self.cvca.certificate.to_bytes()
    }

    /// DV and terminal, in the order a card takes them.
    #[must_use]
    pub fn chain(&self) -> Vec<CvCertificate> {
        vec![self.dv.certificate.clone(), self.terminal.certificate.clone()]
    }
}

fn period(from: Date, days: i64) -> CvPeriod {
    let until = from.checked_add(jiff::Span::new().days(days)).unwrap();
    CvPeriod::new(from, until).unwrap()
}
