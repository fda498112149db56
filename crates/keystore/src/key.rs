//! Signing keys: in memory, and in an encrypted PKCS#8 file (RFC 5958, 3; PBES2 of RFC 8018, 6.2).

use std::fmt;
use std::path::{Path, PathBuf};

use chipwright_pki::{PublicKey, SignError, SignKey, SignatureAlgorithm};
use der::asn1::OctetStringRef;
use der::{Decode, SecretDocument};
use ml_dsa::{Keypair, MlDsa65, SignatureEncoding, Signer, SigningKey};
use p256::elliptic_curve::sec1::ToSec1Point;
use pkcs5::EncryptionScheme;
use pkcs5::pbes2::{Kdf, Parameters, ScryptParams};
use pkcs8::{DecodePrivateKey, EncodePrivateKey, EncryptedPrivateKeyInfo, PrivateKeyInfoRef};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair};
use zeroize::{Zeroize, Zeroizing};

use crate::{KeystoreError, MOST_ROUNDS, PBKDF2_ROUNDS, Passphrase, durable, random};

const PEM_ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";
const EXPECTED: &str = "an encrypted private key (PKCS#8)";

/// A private key in memory.
pub struct SoftKey {
    private: Private,
    public: PublicKey,
}

enum Private {
    Ecdsa(Box<(EcdsaKeyPair, SystemRandom)>),
    /// The deterministic variant (FIPS 204, 5.2).
    MlDsa(Box<SigningKey<MlDsa65>>),
}

impl SoftKey {
    /// A new key that is stored nowhere: for tests, and for keys that live as long as the process.
    ///
    /// # Errors
    /// [`KeystoreError::Random`].
    pub fn generate(algorithm: SignatureAlgorithm) -> Result<Self, KeystoreError> {
        Secret::generate(algorithm)?.soft_key().ok_or(KeystoreError::Random)
    }
}

impl SignKey for SoftKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let failed = || SignError::Key(Box::new(KeystoreError::Random));
        match &self.private {
            Private::Ecdsa(ecdsa) => {
                let (pair, random) = &**ecdsa;
                Ok(pair.sign(random, message).map_err(|_| failed())?.as_ref().to_vec())
            }
            Private::MlDsa(key) => Ok(key.try_sign(message).map_err(|_| failed())?.to_vec()),
        }
    }
}

impl fmt::Debug for SoftKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SoftKey({:?})", self.public)
    }
}

/// A private key from an encrypted PKCS#8 file.
#[derive(Debug)]
pub struct FileKey {
    path: PathBuf,
    key: SoftKey,
}

impl FileKey {
    /// Makes a new key, writes it encrypted to `path`, and reads it back.
    ///
    /// # Errors
    /// [`KeystoreError::AlreadyExists`] if the name is taken: no key is overwritten; [`KeystoreError::EmptyPassphrase`];
    /// otherwise as the operating system refuses.
    pub fn create(
        path: impl AsRef<Path>,
        algorithm: SignatureAlgorithm,
        passphrase: &Passphrase,
    ) -> Result<Self, KeystoreError> {
        let path = path.as_ref();
        create(path, algorithm, passphrase)?;
        Self::load(path, passphrase)
    }

    /// Opens a key file: PEM or DER, PBES2 with PBKDF2 or scrypt. Files of `openssl pkcs8 -topk8` can be read.
    ///
    /// # Errors
    /// [`KeystoreError`]; each says what happened and, by [`KeystoreError::remedy`], what to do.
    pub fn load(path: impl AsRef<Path>, passphrase: &Passphrase) -> Result<Self, KeystoreError> {
        let path = path.as_ref();
        let unsupported = || KeystoreError::UnsupportedKey { path: path.to_owned() };
        let key = load(path, passphrase)?.soft_key().ok_or_else(unsupported)?;
        Ok(Self { path: path.to_owned(), key })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl SignKey for FileKey {
    fn public_key(&self) -> &PublicKey {
        self.key.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.key.sign(message)
    }
}

/// Makes a key and writes it encrypted; no key is overwritten.
fn create(path: &Path, algorithm: SignatureAlgorithm, passphrase: &Passphrase) -> Result<(), KeystoreError> {
    if passphrase.is_empty() {
        return Err(KeystoreError::EmptyPassphrase);
    }
    let plain = Secret::generate(algorithm)?.to_pkcs8()?;
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    random::fill(&mut salt)?;
    random::fill(&mut iv)?;
    let parameters = Parameters::generate_pbkdf2_sha256_aes256cbc(PBKDF2_ROUNDS, &salt, iv)
        .map_err(|_| KeystoreError::Encryption)?;
    let pem = PrivateKeyInfoRef::from_der(plain.as_bytes())
        .map_err(|_| KeystoreError::Encryption)?
        .encrypt_with_params(parameters, passphrase.as_bytes())
        .map_err(|_| KeystoreError::Encryption)?
        .to_pem(PEM_ENCRYPTED, der::pem::LineEnding::LF)
        .map_err(|_| KeystoreError::Encryption)?;
    durable::write_new(path, pem.as_bytes())
}

/// Opens an encrypted key file.
fn load(path: &Path, passphrase: &Passphrase) -> Result<Secret, KeystoreError> {
    let bytes = durable::read(path)?;
    let document = encrypted_document(path, &bytes)?;
    let info = EncryptedPrivateKeyInfo::<&OctetStringRef>::from_der(document.as_bytes())
        .map_err(|_| KeystoreError::NotAKey { path: path.to_owned(), expected: EXPECTED })?;
    reasonable(path, &info.encryption_algorithm)?;
    let plain = info.decrypt(passphrase.as_bytes()).map_err(|fault| decryption(path, fault))?;
    Secret::from_pkcs8(plain.as_bytes())
        .ok_or_else(|| KeystoreError::UnsupportedKey { path: path.to_owned() })
}

/// A new key on P-256 that agrees instead of signing.
pub(crate) fn create_p256(path: &Path, passphrase: &Passphrase) -> Result<(), KeystoreError> {
    create(path, SignatureAlgorithm::EcdsaP256Sha256, passphrase)
}

/// The scalar of such a key.
pub(crate) fn load_p256(path: &Path, passphrase: &Passphrase) -> Result<p256::SecretKey, KeystoreError> {
    match load(path, passphrase)? {
        Secret::P256(key) => Ok(key),
        Secret::P384(_) | Secret::MlDsa65(_) => Err(KeystoreError::NotAKey {
            path: path.to_owned(),
            expected: "an evidence key, which is on P-256",
        }),
    }
}

/// The DER of an EncryptedPrivateKeyInfo, out of PEM or as it is; a key in clear is told apart.
fn encrypted_document(path: &Path, bytes: &[u8]) -> Result<SecretDocument, KeystoreError> {
    let not_a_key = || KeystoreError::NotAKey { path: path.to_owned(), expected: EXPECTED };
    let in_clear = || KeystoreError::NotEncrypted { path: path.to_owned() };
    if bytes.first() == Some(&0x30) {
        let document = SecretDocument::try_from(bytes).map_err(|_| not_a_key())?;
        let clear = PrivateKeyInfoRef::from_der(bytes).is_ok();
        return if clear { Err(in_clear()) } else { Ok(document) };
    }
    let text = std::str::from_utf8(bytes).map_err(|_| not_a_key())?;
    match SecretDocument::from_pem(text.trim()) {
        Ok((PEM_ENCRYPTED, document)) => Ok(document),
        Ok(("PRIVATE KEY" | "EC PRIVATE KEY", _)) => Err(in_clear()),
        Ok(_) | Err(_) => Err(not_a_key()),
    }
}

/// Bytes a derivation by scrypt may take.
const MOST_SCRYPT_MEMORY: u64 = 256 << 20;
/// The parameter *p* of scrypt, at most.
const MOST_SCRYPT_LANES: u16 = 16;

/// Refuses a derivation that would take all memory or keep the machine busy for minutes.
fn reasonable(path: &Path, scheme: &EncryptionScheme) -> Result<(), KeystoreError> {
    let refuse = |what| Err(KeystoreError::UnsupportedProtection { path: path.to_owned(), what });
    let EncryptionScheme::Pbes2(parameters) = scheme else {
        return refuse("PBES1 is broken");
    };
    match &parameters.kdf {
        Kdf::Pbkdf2(pbkdf2) if pbkdf2.iteration_count > MOST_ROUNDS => refuse("too many rounds of PBKDF2"),
        Kdf::Scrypt(scrypt) if !affordable(scrypt) => refuse("the scrypt parameters are too large"),
        _ => Ok(()),
    }
}

/// scrypt (RFC 7914, 2) takes 128·N·r bytes of memory, p times over.
fn affordable(scrypt: &ScryptParams) -> bool {
    let memory =
        128_u64.checked_mul(scrypt.cost_parameter).and_then(|m| m.checked_mul(scrypt.block_size.into()));
    memory.is_some_and(|memory| memory <= MOST_SCRYPT_MEMORY) && scrypt.parallelization <= MOST_SCRYPT_LANES
}

fn decryption(path: &Path, fault: pkcs8::Error) -> KeystoreError {
    let path = path.to_owned();
    match fault {
        pkcs8::Error::EncryptedPrivateKey(
            pkcs5::Error::UnsupportedAlgorithm { .. } | pkcs5::Error::AlgorithmParametersInvalid { .. },
        ) => KeystoreError::UnsupportedProtection { path, what: "an unknown derivation or cipher" },
        // wrong padding, or bytes that are no key: with CBC the two cannot be told apart
        _ => KeystoreError::WrongPassphrase { path },
    }
}

/// A private scalar, wiped when dropped.
enum Secret {
    P256(p256::SecretKey),
    P384(p384::SecretKey),
    MlDsa65(Box<SigningKey<MlDsa65>>),
}

impl Secret {
    /// Random scalars until one lies in 1..n (FIPS 186-5, A.2.2).
    fn generate(algorithm: SignatureAlgorithm) -> Result<Self, KeystoreError> {
        let mut bytes = Zeroizing::new([0; 48]);
        loop {
            random::fill(bytes.as_mut_slice())?;
            let found = match algorithm {
                SignatureAlgorithm::EcdsaP256Sha256 => {
                    p256::SecretKey::from_slice(&bytes[..32]).map(Self::P256)
                }
                SignatureAlgorithm::EcdsaP384Sha384 => {
                    p384::SecretKey::from_slice(&bytes[..]).map(Self::P384)
                }
                SignatureAlgorithm::MlDsa65 => {
                    let mut seed = ml_dsa::Seed::default();
                    seed.copy_from_slice(&bytes[..32]);
                    let key = SigningKey::from_seed(&seed);
                    seed.zeroize();
                    return Ok(Self::MlDsa65(Box::new(key)));
                }
            };
            if let Ok(secret) = found {
                return Ok(secret);
            }
        }
    }

    fn from_pkcs8(plain: &[u8]) -> Option<Self> {
        let p256 = p256::SecretKey::from_pkcs8_der(plain).map(Self::P256);
        p256.or_else(|_| p384::SecretKey::from_pkcs8_der(plain).map(Self::P384))
            .or_else(|_| SigningKey::from_pkcs8_der(plain).map(|key| Self::MlDsa65(Box::new(key))))
            .ok()
    }

    fn to_pkcs8(&self) -> Result<SecretDocument, KeystoreError> {
        match self {
            Self::P256(key) => key.to_pkcs8_der(),
            Self::P384(key) => key.to_pkcs8_der(),
            // the seed alone (RFC 9881, 6)
            Self::MlDsa65(key) => key.to_pkcs8_der(),
        }
        .map_err(|_| KeystoreError::Encryption)
    }

    /// The same key for ring, which wants the public half beside the private.
    fn soft_key(&self) -> Option<SoftKey> {
        let random = SystemRandom::new();
        let (algorithm, scalar, point) = match self {
            Self::P256(key) => (
                &ECDSA_P256_SHA256_ASN1_SIGNING,
                Zeroizing::new(key.to_bytes().to_vec()),
                key.public_key().to_sec1_point(false).as_bytes().to_vec(),
            ),
            Self::P384(key) => (
                &ECDSA_P384_SHA384_ASN1_SIGNING,
                Zeroizing::new(key.to_bytes().to_vec()),
                key.public_key().to_sec1_point(false).as_bytes().to_vec(),
            ),
            Self::MlDsa65(key) => {
                let public = PublicKey::from_point(&key.verifying_key().encode()).ok()?;
                return Some(SoftKey { private: Private::MlDsa(key.clone()), public });
            }
        };
        let pair = EcdsaKeyPair::from_private_key_and_public_key(algorithm, &scalar, &point, &random).ok()?;
        Some(SoftKey {
            private: Private::Ecdsa(Box::new((pair, random))),
            public: PublicKey::from_point(&point).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scrypt_is_bounded_in_memory_and_time() {
        for (cost, block, lanes, fine) in [
            (1 << 14, 8, 1, true), // what OpenSSL writes
            (1 << 18, 8, 16, true),
            (1 << 19, 8, 1, false),
            (1 << 18, 9, 1, false),
            (1 << 14, 8, 17, false),
            (u64::MAX, 8, 1, false),
        ] {
            let parameters = ScryptParams {
                salt: pkcs5::pbes2::Salt::new([0; 16]).unwrap(),
                cost_parameter: cost,
                block_size: block,
                parallelization: lanes,
                key_length: None,
            };
            assert_eq!(affordable(&parameters), fine, "N {cost}, r {block}, p {lanes}");
        }
    }
}
