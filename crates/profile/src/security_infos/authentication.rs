//! SecurityInfos of Active, Chip and Terminal Authentication (ICAO Doc 9303-11, 9.2.4 to 9.2.8; BSI TR-03110-3, A.1.1), and the public keys in them.

use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Reader, Tlv, Writer, encode};
use der::asn1::ObjectIdentifier;

use crate::asn1::{INTEGER, OBJECT_IDENTIFIER, SEQUENCE, put_unsigned};
use crate::chip::{ChipFeatures, ChipKeys, KeyReference, PublicPoint};

/// id-icao-mrtd-security-aaProtocolObject.
pub const ACTIVE_AUTHENTICATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.5");
/// ecdsa-plain-SHA256.
pub const ECDSA_PLAIN_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.1.1.4.1.3");
/// id-CA-ECDH-AES-CBC-CMAC-128.
pub const CHIP_AUTHENTICATION_AES_128: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("0.4.0.127.0.7.2.2.3.2.2");
/// id-CA-ECDH: domain parameters of Chip Authentication.
pub const CHIP_AUTHENTICATION_DOMAIN: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("0.4.0.127.0.7.2.2.3.2");
/// id-PK-ECDH: a public key of Chip Authentication.
pub const CHIP_AUTHENTICATION_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.2.2.1.2");
/// id-TA.
pub const TERMINAL_AUTHENTICATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.2.2.2");
/// standardizedDomainParameters (TR-03110-3, A.2.1.1).
pub const STANDARDIZED_DOMAIN_PARAMETERS: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("0.4.0.127.0.7.1.2");

/// id-chipwright-card-cardSecurityKeys: SHA-256 of the keys in EF.CardSecurity (`applet-spec/asn1/ChipwrightMembership.asn1`).
pub const CARD_SECURITY_KEYS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.4348.3.2");

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const PRIME256V1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
/// Standardized domain parameters 12: P-256 (9303-11, table 8).
const P256: u32 = 12;
const BIT_STRING: Tag = Tag(0x03);
const OCTET_STRING: Tag = Tag(0x04);

/// What EF.CardAccess says beside PACE: nothing, or the general authentication procedure of the records application.
pub(super) fn of_card_access(features: &ChipFeatures) -> Vec<Vec<u8>> {
    if features.records.is_none() {
        return Vec::new();
    }
    let key = KeyReference::ChipAuthentication2;
    vec![terminal_authentication(), chip_authentication(2, key), chip_authentication_domain(key)]
}

/// What DG14 says beside EF.CardAccess.
pub(super) fn of_dg14(features: &ChipFeatures, keys: &ChipKeys) -> Vec<Vec<u8>> {
    let mut infos = Vec::new();
    if let Some(key) = keys.ca.filter(|_| features.chip_authentication) {
        infos.push(chip_authentication(1, KeyReference::ChipAuthentication));
        infos.push(chip_authentication_key(KeyReference::ChipAuthentication, &key));
    }
    if features.active_authentication {
        infos.push(active_authentication());
    }
    if features.has_card_security() {
        let mut keys = of_card_security(keys);
        keys.sort();
        infos.push(card_security_keys(&digest_of_keys(keys.iter().map(Vec::as_slice))));
    }
    infos
}

/// What EF.CardSecurity says beside EF.CardAccess.
pub(super) fn of_card_security(keys: &ChipKeys) -> Vec<Vec<u8>> {
    let published =
        keys.iter().filter(|(reference, _)| reference.published_in() == crate::FileId::CardSecurity);
    published.map(|(reference, key)| chip_authentication_key(reference, key)).collect()
}

/// SHA-256 over the DER of every ChipAuthenticationPublicKeyInfo, in the order of the set; `infos` are those elements alone.
pub(super) fn digest_of_keys<'a>(infos: impl Iterator<Item = &'a [u8]>) -> [u8; 32] {
    crate::security_object::sha256(&infos.collect::<Vec<_>>().concat())
}

/// What a CardSecurityKeysInfo says.
pub(super) fn announced_digest(info: &[u8]) -> Option<&[u8]> {
    let mut fields = Reader::new(Tlv::parse_expected(info, SEQUENCE).ok()?.value);
    fields.expect(OBJECT_IDENTIFIER).ok()?;
    let digest = fields.expect(OCTET_STRING).ok()?.value;
    fields.is_empty().then_some(digest)
}

/// The public keys on P-256 that the elements publish, by their key identifiers.
pub(super) fn published_keys<'a>(infos: impl Iterator<Item = (ObjectIdentifier, &'a [u8])>) -> ChipKeys {
    let mut keys = ChipKeys::default();
    for (protocol, info) in infos {
        if protocol == CHIP_AUTHENTICATION_KEY
            && let Some((reference, key)) = published_key(info)
        {
            keys.set(reference, key);
        }
    }
    keys
}

fn published_key(info: &[u8]) -> Option<(KeyReference, PublicPoint)> {
    let mut fields = Reader::new(Tlv::parse_expected(info, SEQUENCE).ok()?.value);
    fields.expect(OBJECT_IDENTIFIER).ok()?;
    let key = public_point(fields.expect(SEQUENCE).ok()?.encoded)?;
    let [number] = *fields.expect(INTEGER).ok()?.value else { return None };
    let reference = KeyReference::ALL.into_iter().find(|reference| reference.number() == number)?;
    Some((reference, key))
}

/// The point in a SubjectPublicKeyInfo.
pub(crate) fn public_point(public: &[u8]) -> Option<PublicPoint> {
    let mut fields = Reader::new(Tlv::parse_expected(public, SEQUENCE).ok()?.value);
    fields.expect(SEQUENCE).ok()?;
    let [0, point @ ..] = fields.expect(BIT_STRING).ok()?.value else { return None };
    point.try_into().ok()
}

/// DG15's content: `SubjectPublicKeyInfo { { id-ecPublicKey, prime256v1 }, point }` (9303-11, 6.1.3).
pub(crate) fn active_authentication_key(key: &PublicPoint) -> Vec<u8> {
    sequence(|fields| {
        fields.nest(SEQUENCE, |algorithm| {
            algorithm.put(OBJECT_IDENTIFIER, EC_PUBLIC_KEY.as_bytes());
            algorithm.put(OBJECT_IDENTIFIER, PRIME256V1.as_bytes());
        });
        point(fields, key);
    })
}

/// `ActiveAuthenticationInfo { id-icao-mrtd-security-aaProtocolObject, 1, ecdsa-plain-SHA256 }`.
fn active_authentication() -> Vec<u8> {
    info(ACTIVE_AUTHENTICATION, |fields| {
        put_unsigned(fields, 1);
        fields.put(OBJECT_IDENTIFIER, ECDSA_PLAIN_SHA256.as_bytes());
    })
}

/// `ChipAuthenticationInfo { id-CA-ECDH-AES-CBC-CMAC-128, version, keyId }`.
fn chip_authentication(version: u32, key: KeyReference) -> Vec<u8> {
    info(CHIP_AUTHENTICATION_AES_128, |fields| {
        put_unsigned(fields, version);
        key_id(fields, key);
    })
}

/// `ChipAuthenticationDomainParameterInfo { id-CA-ECDH, { standardizedDomainParameters, 12 }, keyId }`.
fn chip_authentication_domain(key: KeyReference) -> Vec<u8> {
    info(CHIP_AUTHENTICATION_DOMAIN, |fields| {
        standardized_p256(fields);
        key_id(fields, key);
    })
}

/// `ChipAuthenticationPublicKeyInfo { id-PK-ECDH, SubjectPublicKeyInfo { { standardizedDomainParameters, 12 }, point }, keyId }`.
fn chip_authentication_key(reference: KeyReference, key: &PublicPoint) -> Vec<u8> {
    info(CHIP_AUTHENTICATION_KEY, |fields| {
        fields.nest(SEQUENCE, |public| {
            standardized_p256(public);
            point(public, key);
        });
        key_id(fields, reference);
    })
}

/// `TerminalAuthenticationInfo { id-TA, 2 }`.
fn terminal_authentication() -> Vec<u8> {
    info(TERMINAL_AUTHENTICATION, |fields| put_unsigned(fields, 2))
}

/// `CardSecurityKeysInfo { id-chipwright-card-cardSecurityKeys, digest }`.
fn card_security_keys(digest: &[u8; 32]) -> Vec<u8> {
    info(CARD_SECURITY_KEYS, |fields| {
        fields.put(OCTET_STRING, digest);
    })
}

fn info(protocol: ObjectIdentifier, data: impl FnOnce(&mut Writer)) -> Vec<u8> {
    sequence(|fields| {
        fields.put(OBJECT_IDENTIFIER, protocol.as_bytes());
        data(fields);
    })
}

fn sequence(content: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut fields = Writer::new();
    content(&mut fields);
    encode(SEQUENCE, &fields.into_bytes())
}

fn standardized_p256(fields: &mut Writer) {
    fields.nest(SEQUENCE, |algorithm| {
        algorithm.put(OBJECT_IDENTIFIER, STANDARDIZED_DOMAIN_PARAMETERS.as_bytes());
        put_unsigned(algorithm, P256);
    });
}

fn key_id(fields: &mut Writer, key: KeyReference) {
    fields.put(INTEGER, &[key.number()]);
}

/// `BIT STRING` without unused bits.
fn point(fields: &mut Writer, key: &PublicPoint) {
    fields.put(BIT_STRING, &[&[0], key.as_slice()].concat());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The AlgorithmIdentifier and the first bytes by hand, from X.690 and the object identifiers' arcs.
    #[test]
    fn encodings() {
        let key = {
            let mut key = [0xAB; 65];
            key[0] = 4;
            key
        };
        let hex = |bytes: Vec<u8>| hex::encode(bytes);
        assert_eq!(hex(terminal_authentication()), "300d06080 4007f0007020202020102".replace(' ', ""));
        assert_eq!(
            hex(chip_authentication(1, KeyReference::ChipAuthentication)),
            "3012060a04007f00070202030202020101020102"
        );
        assert_eq!(
            hex(chip_authentication_domain(KeyReference::ChipAuthentication2)),
            "301c060904007f000702020302300c060704007f0007010202010c020104"
        );
        assert_eq!(
            hex(active_authentication()),
            "30170606678108010105020101060a04007f0007010104010 3".replace(' ', "")
        );
        let public = hex(chip_authentication_key(KeyReference::ChipAuthenticationMapping, &key));
        assert!(public.starts_with("3062060904007f0007020201023052300c060704007f0007010202010c03420004abab"));
        assert!(public.ends_with("ab020103"), "{public}");
        let bound = hex(card_security_keys(&[0xAB; 32]));
        assert!(bound.starts_with("3030060c2b0601040181fd59a17c03020420abab"), "{bound}");
        let spki = hex(active_authentication_key(&key));
        assert!(spki.starts_with("3059301306072a8648ce3d020106082a8648ce3d03010703420004abab"), "{spki}");
    }
}
