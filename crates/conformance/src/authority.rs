//! Card-verifiable certificates for the scenarios, those among them that no authority should issue.

use crate::embedded::AUTHORITY;
use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Writer, encode};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Content octets of id-TA-ECDSA-SHA-256.
const ALGORITHM: &str = "04007F00070202020203";
/// Content octets of id-AT.
const AUTHENTICATION_TERMINAL: &str = "04007F000703010202";
/// Content octets of 1.3.6.1.4.1.32473.4348.3.1.
const FILE_RIGHTS: &str = "2B0601040181FD59A17C0301";
/// p, a, b, G, n and the cofactor of P-256, by their tags.
const DOMAIN: [(u32, &str); 5] = [
    (0x81, "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF"),
    (0x82, "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC"),
    (0x83, "5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B"),
    (
        0x84,
        "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C2964FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5",
    ),
    (0x85, "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"),
];

/// What `fixture/authority.toml` describes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Authority {
    certificate: BTreeMap<String, Described>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Described {
    like: Option<String>,
    key: Option<String>,
    by: Option<String>,
    authority: Option<String>,
    holder: Option<String>,
    chat: Option<String>,
    r#type: Option<String>,
    algorithm: Option<String>,
    effective: Option<String>,
    expires: Option<String>,
    domain: Option<bool>,
    extension: Option<String>,
}

/// A certificate, and the key in it.
pub(crate) struct Issued {
    /// `7F21 { 7F4E, 5F37 }`.
    pub(crate) certificate: Vec<u8>,
    /// The certification authority reference.
    pub(crate) authority: Vec<u8>,
    key: String,
}

/// A description that gives no certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AuthorityError {
    #[error("fixture/authority.toml: {0}")]
    Form(String),
    #[error("there is no certificate {0}")]
    Unknown(String),
    #[error("certificate {0} lacks {1}")]
    Lacks(String, &'static str),
}

impl Authority {
    pub(crate) fn embedded() -> Result<Self, AuthorityError> {
        let read: Self =
            toml::from_str(AUTHORITY).map_err(|error| AuthorityError::Form(error.to_string()))?;
        read.certificate.keys().try_for_each(|name| read.issue(name).map(drop))?;
        Ok(read)
    }

    /// The certificate of this name, made now: signatures are deterministic.
    pub(crate) fn issue(&self, name: &str) -> Result<Issued, AuthorityError> {
        let described = self.described(name)?;
        let text = |value: &Option<String>, what| {
            value.clone().ok_or_else(|| AuthorityError::Lacks(name.to_owned(), what))
        };
        let bytes = |value: &Option<String>, otherwise: &str, what| {
            let digits = value.as_deref().unwrap_or(otherwise).replace(' ', "");
            hex::decode(digits).map_err(|_| AuthorityError::Lacks(name.to_owned(), what))
        };
        let key = text(&described.key, "key")?;
        let authority = text(&described.authority, "authority")?.into_bytes();
        let algorithm = bytes(&described.algorithm, ALGORITHM, "algorithm")?;
        let terminal_type = bytes(&described.r#type, AUTHENTICATION_TERMINAL, "type")?;
        let chat = bytes(&described.chat, "", "chat")?;
        let point = signing_key(&key)?.verifying_key().to_sec1_point(false);
        let mut body = Writer::new();
        body.put(Tag(0x5F29), &[0x00]).put(Tag(0x42), &authority);
        body.nest(Tag(0x7F49), |inner| {
            inner.put(Tag(0x06), &algorithm);
            if described.domain == Some(true) {
                for (tag, value) in DOMAIN {
                    inner.put(Tag(tag), &hex::decode(value).unwrap_or_default());
                }
            }
            inner.put(Tag(0x86), point.as_bytes());
            if described.domain == Some(true) {
                inner.put(Tag(0x87), &[0x01]);
            }
        });
        body.put(Tag(0x5F20), text(&described.holder, "holder")?.as_bytes());
        body.nest(Tag(0x7F4C), |inner| {
            inner.put(Tag(0x06), &terminal_type).put(Tag(0x53), &chat);
        });
        body.put(Tag(0x5F25), &day(&text(&described.effective, "effective")?));
        body.put(Tag(0x5F24), &day(&text(&described.expires, "expires")?));
        if described.extension.is_some() {
            let rights = bytes(&described.extension, "", "extension")?;
            let oid = hex::decode(FILE_RIGHTS).unwrap_or_default();
            body.nest(Tag(0x65), |inner| {
                inner.nest(Tag(0x73), |one| {
                    one.put(Tag(0x06), &oid).put(Tag(0x53), &rights);
                });
            });
        }
        let body = encode(Tag(0x7F4E), &body.into_bytes());
        let signature = sign(&text(&described.by, "by")?, &body)?;
        let mut certificate = Writer::new();
        certificate.nest(Tag(0x7F21), |inner| {
            inner.raw(&body).put(Tag(0x5F37), &signature);
        });
        Ok(Issued { certificate: certificate.into_bytes(), authority, key })
    }

    /// The description with what it takes from others.
    fn described(&self, name: &str) -> Result<Described, AuthorityError> {
        let own = self.certificate.get(name).ok_or_else(|| AuthorityError::Unknown(name.to_owned()))?.clone();
        let Some(like) = &own.like else { return Ok(own) };
        if like == name {
            return Err(AuthorityError::Lacks(name.to_owned(), "a certificate to be like"));
        }
        let base = self.described(like)?;
        Ok(Described {
            like: None,
            key: own.key.or(base.key),
            by: own.by.or(base.by),
            authority: own.authority.or(base.authority),
            holder: own.holder.or(base.holder),
            chat: own.chat.or(base.chat),
            r#type: own.r#type.or(base.r#type),
            algorithm: own.algorithm.or(base.algorithm),
            effective: own.effective.or(base.effective),
            expires: own.expires.or(base.expires),
            domain: own.domain.or(base.domain),
            extension: own.extension.or(base.extension),
        })
    }
}

impl Issued {
    /// A signature with the key of the certificate.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<[u8; 64], AuthorityError> {
        sign(&self.key, message)
    }
}

/// A signature with a key by name, plain.
pub(crate) fn sign(key: &str, message: &[u8]) -> Result<[u8; 64], AuthorityError> {
    let signature: Signature = signing_key(key)?.sign(message);
    Ok(signature.to_bytes().into())
}

fn signing_key(name: &str) -> Result<SigningKey, AuthorityError> {
    let scalar: [u8; 32] = Sha256::digest(format!("chipwright conformance key {name}")).into();
    SigningKey::from_slice(&scalar).map_err(|_| AuthorityError::Lacks(name.to_owned(), "a private key"))
}

/// `YYMMDD` as six digits, one a byte.
fn day(text: &str) -> Vec<u8> {
    text.bytes().map(|digit| digit.wrapping_sub(b'0')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_object::at;

    #[test]
    fn every_certificate_is_made() {
        let authority = Authority::embedded().unwrap();
        let cvca = authority.issue("cvca").unwrap().certificate;
        assert_eq!(at(&cvca, "7F21/7F4E/42"), at(&cvca, "7F21/7F4E/5F20"));
        assert!(at(&cvca, "7F21/7F4E/7F49/85").is_some());
        let june = authority.issue("terminal-of-june").unwrap().certificate;
        assert_eq!(at(&june, "7F21/7F4E/5F25"), Some(&[2, 6, 0, 6, 0, 1][..]));
        assert_eq!(at(&june, "7F21/7F4E/42"), Some(&b"VNDV00001"[..]));
        assert!(matches!(authority.issue("nobody"), Err(AuthorityError::Unknown(_))));
    }
}
