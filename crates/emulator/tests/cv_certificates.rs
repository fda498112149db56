//! The card's reading of `test-vectors/cv-certificates`.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic")]

mod vectors;

use chipwright_emulator::cv::{Certificate, Date, PublicKey, Role};
use chipwright_emulator::pace::DomainParameters;
use proptest::prelude::*;
use vectors::{CvCertificate, load};

/// YYYY-MM-DD.
fn day(text: &str) -> Date {
    let digits: Vec<u8> = text[2..].bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    Date::new(&digits).unwrap()
}

#[test]
fn published_certificates() {
    let (mut usable, mut self_signed) = (0, 0);
    let vectors = load::<CvCertificate>("cv-certificates");
    for (name, vector) in &vectors {
        assert_eq!((vector.kind.as_str(), vector.expect.as_str()), ("cv-certificate", "pass"), "{name}");
        let read = Certificate::parse(&vector.certificate).unwrap();
        assert_eq!(read.to_bytes(), vector.certificate.0, "{name}");
        assert_eq!(read.authority, vector.authority.as_bytes(), "{name}");
        assert_eq!(read.holder, vector.holder.as_bytes(), "{name}");
        assert_eq!(read.template.terminal_type, vector.terminal_type.0, "{name}");
        assert_eq!(read.template.bits, vector.authorization.0, "{name}");
        let role = match read.template.role() {
            Role::Cvca => "cvca",
            Role::DomesticVerifier => "dv-domestic",
            Role::ForeignVerifier => "dv-foreign",
            Role::Terminal => "terminal",
        };
        assert_eq!(role, vector.role, "{name}");
        assert_eq!(read.public_key.algorithm, vector.key_algorithm.0, "{name}");
        assert_eq!(read.public_key.has_domain_parameters(), vector.domain_parameters, "{name}");
        assert_eq!(
            (read.effective, read.expiration),
            (day(&vector.effective), day(&vector.expires)),
            "{name}"
        );
        assert!(read.file_rights.is_none(), "{name}");
        assert!(read.public_key.on(DomainParameters::P256).is_none(), "{name}: none is of the card's kind");
        if let Some(key) = read.public_key.on(DomainParameters::BrainpoolP256r1) {
            assert_eq!(read.public_key.algorithm, PublicKey::ECDSA_SHA_256);
            usable += 1;
            assert_eq!(key.verifies(&read.body, &read.signature), read.authority == read.holder, "{name}");
            self_signed += 1;
        }
    }
    assert!(vectors.len() >= 7 && usable >= 3 && self_signed >= 3, "{usable} {self_signed}");
}

proptest! {
    #[test]
    fn any_change_is_read_or_refused(at in 0usize..700, mask in 1u8.., cut in 0usize..700) {
        for (_, vector) in load::<CvCertificate>("cv-certificates") {
            let mut bytes = vector.certificate.0.clone();
            let length = bytes.len();
            bytes[at % length] ^= mask;
            if let Ok(read) = Certificate::parse(&bytes) {
                prop_assert!(read != Certificate::parse(&vector.certificate).unwrap());
            }
            prop_assert!(Certificate::parse(&vector.certificate[..cut % length]).is_err());
        }
    }
}
