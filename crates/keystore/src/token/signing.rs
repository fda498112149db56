//! Private keys of a token: ECDSA over a hash that is made here.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chipwright_pki::{PublicKey, SignError, SignKey, SignatureAlgorithm};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use der::asn1::{AnyRef, OctetStringRef, UintRef};
use der::{Decode, Encode, Tag};
use ring::digest::{SHA256, SHA384, digest};

use super::TokenError;
use super::object::{find, kept_inside, must_be_free, must_stay};
use super::pool::{Lent, Pool};

/// OBJECT IDENTIFIER secp256r1, secp384r1, in DER.
const P256: &[u8] = &[0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22];

/// A private key in a token.
pub(super) struct TokenKey {
    pool: Arc<Pool>,
    label: String,
    public: PublicKey,
    /// The private object in an opening of the token.
    handle: Mutex<Option<(u64, ObjectHandle)>>,
}

/// Makes a pair in the token.
pub(super) fn create(
    pool: &Arc<Pool>,
    label: &str,
    algorithm: SignatureAlgorithm,
) -> Result<TokenKey, TokenError> {
    let token = pool.token();
    let curve = match algorithm {
        SignatureAlgorithm::EcdsaP256Sha256 => P256,
        SignatureAlgorithm::EcdsaP384Sha384 => P384,
        SignatureAlgorithm::MlDsa65 => {
            return Err(TokenError::CannotDo { token, mechanism: "ML-DSA-65" });
        }
    };
    {
        let lent = pool.writing()?;
        must_be_free(&lent, &token, ObjectClass::PRIVATE_KEY, label)?;
        must_be_free(&lent, &token, ObjectClass::PUBLIC_KEY, label)?;
        let named = || {
            vec![
                Attribute::Token(true),
                Attribute::Label(label.as_bytes().to_vec()),
                Attribute::Id(label.as_bytes().to_vec()),
            ]
        };
        let mut public = named();
        public.extend([
            Attribute::Private(false),
            Attribute::Verify(true),
            Attribute::EcParams(curve.to_vec()),
        ]);
        let mut private = named();
        private.extend(kept_inside());
        private.push(Attribute::Sign(true));
        lent.run("make a key", |session| {
            session.generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private)
        })?;
    }
    open(pool, label)
}

/// Opens a pair of the token.
pub(super) fn open(pool: &Arc<Pool>, label: &str) -> Result<TokenKey, TokenError> {
    let token = pool.token();
    let lent = pool.lend()?;
    let private = private_of(&lent, &token, label)?;
    must_stay(&lent, &token, label, private)?;
    let public = find(&lent, &token, ObjectClass::PUBLIC_KEY, label, &[])?;
    let told =
        lent.run("say a public key", |session| session.get_attributes(public, &[AttributeType::EcPoint]))?;
    let point = told.into_iter().find_map(|attribute| match attribute {
        Attribute::EcPoint(point) => Some(point),
        _ => None,
    });
    let public = point.as_deref().and_then(public_key).ok_or_else(|| TokenError::NotAKey {
        token,
        label: label.to_owned(),
        expected: "a key on P-256 or P-384",
    })?;
    let handle = Mutex::new(Some((lent.opening(), private)));
    drop(lent);
    Ok(TokenKey { pool: Arc::clone(pool), label: label.to_owned(), public, handle })
}

fn private_of(lent: &Lent<'_>, token: &str, label: &str) -> Result<ObjectHandle, TokenError> {
    find(lent, token, ObjectClass::PRIVATE_KEY, label, &[Attribute::KeyType(KeyType::EC)])
}

/// CKA_EC_POINT: the point in an OCTET STRING (PKCS #11 2.40, 2.3.3); some tokens give the bare point.
fn public_key(ec_point: &[u8]) -> Option<PublicKey> {
    let wrapped = <&OctetStringRef>::from_der(ec_point).ok().map(|octets| octets.as_bytes());
    wrapped
        .and_then(|point| PublicKey::from_point(point).ok())
        .or_else(|| PublicKey::from_point(ec_point).ok())
}

impl TokenKey {
    fn raw(&self, hash: &[u8]) -> Result<Vec<u8>, TokenError> {
        let lent = self.pool.lend()?;
        let known = *self.handle.lock().unwrap_or_else(PoisonError::into_inner);
        let key = match known {
            Some((opening, key)) if opening == lent.opening() => key,
            _ => {
                let key = private_of(&lent, &self.pool.token(), &self.label)?;
                *self.handle.lock().unwrap_or_else(PoisonError::into_inner) = Some((lent.opening(), key));
                key
            }
        };
        lent.run("sign", |session| session.sign(&Mechanism::Ecdsa, key, hash))
    }
}

impl SignKey for TokenKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let hash = match self.public.algorithm() {
            SignatureAlgorithm::EcdsaP384Sha384 => digest(&SHA384, message),
            _ => digest(&SHA256, message),
        };
        let raw = self.raw(hash.as_ref()).map_err(|fault| SignError::Key(Box::new(fault)))?;
        in_der(&raw).map_err(|fault| SignError::Key(Box::new(fault)))
    }
}

/// `r ‖ s`, as CKM_ECDSA gives it, as `SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279, 2.2.3).
fn in_der(raw: &[u8]) -> Result<Vec<u8>, der::Error> {
    let (r, s) = raw.split_at(raw.len() / 2);
    let mut both = UintRef::new(r)?.to_der()?;
    both.extend(UintRef::new(s)?.to_der()?);
    AnyRef::new(Tag::Sequence, &both)?.to_der()
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKey({:?}, {:?})", self.label, self.public)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_signatures_become_der() {
        let mut raw = [0; 64];
        raw[31] = 1;
        raw[32] = 0x80;
        let der = in_der(&raw).unwrap();
        assert_eq!(der[..7], [0x30, 0x26, 0x02, 0x01, 0x01, 0x02, 0x21]);
        assert_eq!(der[7..9], [0x00, 0x80]);
    }

    #[test]
    fn points_are_read_wrapped_and_bare() {
        let key = crate::SoftKey::generate(SignatureAlgorithm::EcdsaP384Sha384).unwrap();
        let point = key.public_key().point();
        let wrapped = OctetStringRef::new(point).unwrap().to_der().unwrap();
        assert_eq!(public_key(&wrapped).as_ref(), Some(key.public_key()));
        assert_eq!(public_key(point).as_ref(), Some(key.public_key()));
        assert_eq!(public_key(&point[..40]), None);
    }
}
