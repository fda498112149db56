//! CV certificates, made from the standard's formulas (BSI TR-03110-3, C).

use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Tlv, encode};
use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::ecdsa::{Signature, SigningKey};
use sha2::{Digest, Sha256};

pub const ECDSA_SHA_256: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02, 0x02, 0x03];
pub const ID_AT: [u8; 9] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x01, 0x02, 0x02];
pub const FILE_RIGHTS: [u8; 12] = [0x2B, 0x06, 0x01, 0x04, 0x01, 0x81, 0xFD, 0x59, 0xA1, 0x7C, 0x03, 0x01];
pub const CVCA: u8 = 0xC0;
pub const DOMESTIC: u8 = 0x80;
pub const FOREIGN: u8 = 0x40;
pub const TERMINAL: u8 = 0x00;
/// Every right of `rights.toml`.
pub const ALL_RIGHTS: [u8; 5] = [0x3E, 0x00, 0x00, 0x7F, 0x30];

const DOMAIN: [(u32, &str); 6] = [
    (0x81, "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"),
    (0x82, "ffffffff00000001000000000000000000000000fffffffffffffffffffffffc"),
    (0x83, "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"),
    (
        0x84,
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
         4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
    ),
    (0x85, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
    (0x87, "01"),
];

/// Who gets a certificate, and what stands in it.
#[derive(Clone)]
pub struct Holder {
    pub reference: &'static str,
    pub key: u8,
    /// Role in the two most significant bits.
    pub template: [u8; 5],
    pub terminal_type: Vec<u8>,
    pub algorithm: Vec<u8>,
    pub effective: [u8; 6],
    pub expiration: [u8; 6],
    pub file_rights: Option<[u8; 4]>,
    pub domain_parameters: bool,
}

/// With every right, from 2026-01-01 to 2027-12-31; a CVCA has domain parameters.
pub fn holder(reference: &'static str, role: u8, key: u8) -> Holder {
    let mut template = ALL_RIGHTS;
    template[0] |= role;
    Holder {
        reference,
        key,
        template,
        terminal_type: ID_AT.to_vec(),
        algorithm: ECDSA_SHA_256.to_vec(),
        effective: [2, 6, 0, 1, 0, 1],
        expiration: [2, 7, 1, 2, 3, 1],
        file_rights: None,
        domain_parameters: role == CVCA,
    }
}

pub fn signing_key(byte: u8) -> SigningKey {
    SigningKey::from_slice(&[byte; 32]).unwrap()
}

pub fn public_point(byte: u8) -> Vec<u8> {
    signing_key(byte).verifying_key().to_sec1_point(false).as_bytes().to_vec()
}

/// `r || s` over SHA-256.
pub fn sign(key: u8, message: &[u8]) -> Vec<u8> {
    let signature: Signature = signing_key(key).sign_prehash(&Sha256::digest(message)).unwrap();
    signature.to_bytes().to_vec()
}

impl Holder {
    /// `7F4E`, naming this authority.
    pub fn body(&self, authority: &str) -> Vec<u8> {
        let mut key = encode(Tag(0x06), &self.algorithm);
        for (tag, value) in DOMAIN {
            if tag == 0x87 {
                key.extend(encode(Tag(0x86), &public_point(self.key)));
            }
            if self.domain_parameters {
                key.extend(encode(Tag(tag), &hex::decode(value).unwrap()));
            }
        }
        let template = [encode(Tag(0x06), &self.terminal_type), encode(Tag(0x53), &self.template)].concat();
        let mut body = [
            encode(Tag(0x5F29), &[0]),
            encode(Tag(0x42), authority.as_bytes()),
            encode(Tag(0x7F49), &key),
            encode(Tag(0x5F20), self.reference.as_bytes()),
            encode(Tag(0x7F4C), &template),
            encode(Tag(0x5F25), &self.effective),
            encode(Tag(0x5F24), &self.expiration),
        ]
        .concat();
        if let Some(rights) = self.file_rights {
            let inner = [encode(Tag(0x06), &FILE_RIGHTS), encode(Tag(0x53), &rights)].concat();
            body.extend(encode(Tag(0x65), &encode(Tag(0x73), &inner)));
        }
        encode(Tag(0x7F4E), &body)
    }

    /// `7F21`, signed by this issuer.
    pub fn issued_by(&self, issuer: &Holder) -> Vec<u8> {
        let body = self.body(issuer.reference);
        let signature = encode(Tag(0x5F37), &sign(issuer.key, &body));
        encode(Tag(0x7F21), &[body, signature].concat())
    }

    pub fn self_signed(&self) -> Vec<u8> {
        self.issued_by(self)
    }
}

/// What PSO: Verify Certificate carries of a `7F21`.
pub fn parts(certificate: &[u8]) -> Vec<u8> {
    Tlv::parse_expected(certificate, Tag(0x7F21)).unwrap().value.to_vec()
}
