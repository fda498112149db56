//! ECIES over P-256 with HKDF-SHA-256 and AES-256-GCM. Each message has its own ephemeral key, so the nonce is zero.

use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey, ecdh};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::SystemRandom;
use zeroize::Zeroizing;

use crate::KeystoreError;

/// A sealed message, hexadecimal.
pub(crate) struct Sealed {
    pub(crate) ephemeral: String,
    pub(crate) ciphertext: String,
}

/// Seals for the holder of this key. `info` names what is sealed, `header` is authenticated with it.
pub(crate) fn seal(
    recipient: &PublicKey,
    info: &[u8],
    header: &[u8],
    plain: &[u8],
) -> Result<Sealed, KeystoreError> {
    let random = SystemRandom::new();
    let private = EphemeralPrivateKey::generate(&ECDH_P256, &random).map_err(|_| KeystoreError::Random)?;
    let ephemeral = private.compute_public_key().map_err(|_| KeystoreError::Encryption)?;
    let recipient = recipient.to_sec1_point(false);
    let peer = UnparsedPublicKey::new(&ECDH_P256, recipient.as_bytes());
    let key = agree_ephemeral(private, &peer, |secret| {
        derive(secret, &[info, ephemeral.as_ref(), recipient.as_bytes()])
    })
    .map_err(|_| KeystoreError::Encryption)??;
    // room for the tag, so that no copy in clear is left behind by growing
    let mut sealed = Zeroizing::new(Vec::with_capacity(plain.len() + AES_256_GCM.tag_len()));
    sealed.extend_from_slice(plain);
    key.seal_in_place_append_tag(zero(), Aad::from(header), &mut *sealed)
        .map_err(|_| KeystoreError::Encryption)?;
    Ok(Sealed { ephemeral: hex::encode(ephemeral.as_ref()), ciphertext: hex::encode(&*sealed) })
}

/// Opens what was sealed for this key; none if it was not, or was altered.
pub(crate) fn open(
    secret: &SecretKey,
    info: &[u8],
    header: &[u8],
    sealed: &Sealed,
) -> Option<Zeroizing<Vec<u8>>> {
    let ephemeral = hex::decode(&sealed.ephemeral).ok()?;
    let theirs = PublicKey::from_sec1_bytes(&ephemeral).ok()?;
    let shared = ecdh::diffie_hellman(secret.to_nonzero_scalar(), theirs.as_affine());
    let recipient = secret.public_key().to_sec1_point(false);
    let key = derive(shared.raw_secret_bytes(), &[info, &ephemeral, recipient.as_bytes()]).ok()?;
    let mut plain = Zeroizing::new(hex::decode(&sealed.ciphertext).ok()?);
    let length = key.open_in_place(zero(), Aad::from(header), &mut plain).ok()?.len();
    plain.truncate(length);
    Some(plain)
}

fn zero() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

fn derive(secret: &[u8], info: &[&[u8]]) -> Result<LessSafeKey, KeystoreError> {
    struct Key;
    impl KeyType for Key {
        fn len(&self) -> usize {
            32
        }
    }
    let mut key = Zeroizing::new([0; 32]);
    let extracted = Salt::new(HKDF_SHA256, &[]).extract(secret);
    extracted
        .expand(info, Key)
        .and_then(|expanded| expanded.fill(key.as_mut_slice()))
        .map_err(|_| KeystoreError::Encryption)?;
    let key = UnboundKey::new(&AES_256_GCM, key.as_slice()).map_err(|_| KeystoreError::Encryption)?;
    Ok(LessSafeKey::new(key))
}
