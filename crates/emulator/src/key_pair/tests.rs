//! Signatures against RFC 6979; the proof of PERSO-19.

use super::*;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};

/// RFC 6979, A.2.5: P-256, SHA-256.
#[test]
fn rfc_6979() {
    let private: [u8; 32] = hex::decode("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721")
        .unwrap()
        .try_into()
        .unwrap();
    let wanted = [
        (
            "sample",
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
             f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
        ),
        (
            "test",
            "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367\
             019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
        ),
    ];
    for (message, signature) in wanted {
        assert_eq!(hex::encode(sign(&private, message.as_bytes()).unwrap()), signature, "{message}");
    }
    assert_eq!(sign(&[0; 32], b""), None);
    assert_eq!(sign(&[0xFF; 32], b""), None);
}

#[test]
fn the_proof_covers_chip_reference_nonce_and_key() {
    let pair = generate(&mut |out| out.fill(0x3C)).unwrap();
    let value = [&[0x02], &[0xA7; 16][..]].concat();
    let request = Request::parse(&value).unwrap();
    let answer = request.answer(&pair, &[0x11; 10]).unwrap();
    assert_eq!(answer.len(), 1 + 65 + 64);
    assert_eq!((answer[0], &answer[1..66]), (0x02, &pair.public[..]));
    let key = VerifyingKey::from_sec1_bytes(&pair.public).unwrap();
    let signature = Signature::from_slice(&answer[66..]).unwrap();
    let covered = [&hex::decode("43574b5001").unwrap(), &[0x11; 10][..], &value, &pair.public].concat();
    assert!(key.verify(&covered, &signature).is_ok());
    for byte in [0, 4, 5, 14, 15, 16, 31, 32, 96] {
        let mut other = covered.clone();
        other[byte] ^= 1;
        assert!(key.verify(&other, &signature).is_err(), "{byte}");
    }
}

#[test]
fn requests_that_are_refused() {
    let status = |value: &[u8]| Request::parse(value).unwrap_err();
    assert_eq!(status(&[]), StatusWord::INCORRECT_DATA);
    assert_eq!(status(&[1; 16]), StatusWord::INCORRECT_DATA);
    assert_eq!(status(&[1; 18]), StatusWord::INCORRECT_DATA);
    for reference in (0..=255).filter(|reference| !(1..=4).contains(reference)) {
        assert_eq!(status(&[reference; 17]), StatusWord::REFERENCED_DATA_NOT_FOUND, "{reference}");
    }
}

#[test]
fn randomness_that_yields_no_key() {
    assert!(generate(&mut |out| out.fill(0)).is_none());
    assert!(generate(&mut |out| out.fill(0xFF)).is_none());
}
