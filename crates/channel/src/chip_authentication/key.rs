//! The keys that EF.DG14 and EF.CardSecurity publish (9303-11, 9.2.5 and 9.2.6; TR-03110-3, A.1.1.2 and A.1.1.3).
//!
//! ```text
//! ChipAuthenticationInfo          ::= SEQUENCE { id-CA-ECDH-AES-CBC-CMAC-…, version INTEGER, keyId INTEGER OPTIONAL }
//! ChipAuthenticationPublicKeyInfo ::= SEQUENCE { id-PK-ECDH, SubjectPublicKeyInfo, keyId INTEGER OPTIONAL }
//! ```

use crate::KeySize;
use crate::pace::{
    CardAccessError, INTEGER, SEQUENCE, SecurityInfo, SecurityInfos, cipher_arc, small_integer,
};
use crate::subject_public_key::{PublicKeyError, SubjectPublicKey, domain_parameters};
use chipwright_iso7816::tlv::{Reader, TlvError};

/// `id-CA-ECDH`: 0.4.0.127.0.7.2.2.3.2, and as domain parameter info the whole of it.
const CA_ECDH: [u8; 9] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03, 0x02];
/// `id-PK-ECDH`: 0.4.0.127.0.7.2.2.1.2.
const PK_ECDH: [u8; 9] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x01, 0x02];

/// The versions of Chip Authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    /// After PACE alone.
    V1,
    /// After Terminal Authentication 2.
    V2,
}

/// Why the keys of SecurityInfos cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChipKeyError {
    /// Not SecurityInfos.
    #[error(transparent)]
    SecurityInfos(#[from] CardAccessError),
    /// An info about Chip Authentication is malformed.
    #[error("an info about Chip Authentication is malformed: {0}")]
    Malformed(#[from] TlvError),
    /// Chip Authentication is promised, and its key is not there.
    #[error("Chip Authentication is promised without its public key")]
    KeyMissing,
    /// The domain parameters announced for the key are not those it has.
    #[error("the domain parameters announced for Chip Authentication are not those of its key")]
    DomainParameters,
    /// The key itself.
    #[error(transparent)]
    PublicKey(#[from] PublicKeyError),
}

/// A static key of the chip, with the protocol it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChipKey {
    /// The size of the session keys that the protocol makes.
    pub size: KeySize,
    /// How the key is named to the card, if it is.
    pub key_id: Option<u8>,
    /// The key.
    pub public: SubjectPublicKey,
}

impl ChipKey {
    /// What SecurityInfos (EF.DG14's value, or the signed content of EF.CardSecurity) promise for this version: the longest AES keys
    /// first. None when nothing is promised that is supported here (ECDH with AES).
    ///
    /// # Errors
    /// [`ChipKeyError`].
    pub fn read(security_infos: &[u8], version: Version) -> Result<Option<Self>, ChipKeyError> {
        let infos = SecurityInfos::parse(security_infos)?;
        let wanted = match version {
            Version::V1 => 1,
            Version::V2 => 2,
        };
        let mut best: Option<(KeySize, Option<u8>)> = None;
        for promise in promises(&infos) {
            let promise = promise?;
            if promise.version == wanted && best.is_none_or(|(size, _)| promise.size.bits() > size.bits()) {
                best = Some((promise.size, promise.key_id));
            }
        }
        let Some((size, key_id)) = best else { return Ok(None) };
        let mut keys = public_keys(&infos)?.into_iter();
        let found = match key_id {
            Some(_) => keys.find(|(id, _)| *id == key_id),
            None => keys.next().filter(|_| keys.next().is_none()),
        };
        let (_, public) = found.ok_or(ChipKeyError::KeyMissing)?;
        announced_parameters(&infos, key_id, public.parameter_id())?;
        Ok(Some(Self { size, key_id, public }))
    }

    /// The content octets of the protocol's object identifier.
    #[must_use]
    pub fn protocol(&self) -> [u8; 10] {
        let mut oid = [0; 10];
        oid[..9].copy_from_slice(&CA_ECDH);
        oid[9] = cipher_arc(self.size);
        oid
    }
}

/// The keys in EF.CardSecurity that PACE with Chip Authentication Mapping may be proven with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingKeys(pub Vec<SubjectPublicKey>);

impl MappingKeys {
    /// The keys that no ChipAuthenticationInfo claims for itself; all of them, where every one is claimed.
    ///
    /// # Errors
    /// [`ChipKeyError`]; [`KeyMissing`](ChipKeyError::KeyMissing) when there is no key at all.
    pub fn read(security_infos: &[u8]) -> Result<Self, ChipKeyError> {
        let infos = SecurityInfos::parse(security_infos)?;
        let claimed = promises(&infos)
            .map(|promise| promise.map(|promise| promise.key_id))
            .collect::<Result<Vec<_>, _>>()?;
        let keys = public_keys(&infos)?;
        let mut free: Vec<_> =
            keys.iter().filter(|(id, _)| !claimed.contains(id)).map(|(_, key)| *key).collect();
        if free.is_empty() {
            free = keys.into_iter().map(|(_, key)| key).collect();
        }
        if free.is_empty() { Err(ChipKeyError::KeyMissing) } else { Ok(Self(free)) }
    }
}

/// A supported ChipAuthenticationInfo.
struct Promise {
    size: KeySize,
    version: u32,
    key_id: Option<u8>,
}

fn promises<'a>(infos: &'a SecurityInfos<'a>) -> impl Iterator<Item = Result<Promise, TlvError>> + 'a {
    infos.iter().filter_map(|info| {
        let size = match info.protocol.strip_prefix(&CA_ECDH)? {
            [2] => KeySize::Aes128,
            [3] => KeySize::Aes192,
            [4] => KeySize::Aes256,
            _ => return None,
        };
        Some(promise(info, size))
    })
}

fn promise(info: &SecurityInfo<'_>, size: KeySize) -> Result<Promise, TlvError> {
    let mut data = Reader::new(info.data);
    let version = data.expect(INTEGER)?;
    let version = small_integer(&version).ok_or_else(|| version.invalid())?;
    Ok(Promise { size, version, key_id: key_id(&mut data)? })
}

/// The keys over curves that are supported, with their identifiers.
fn public_keys(infos: &SecurityInfos<'_>) -> Result<Vec<(Option<u8>, SubjectPublicKey)>, ChipKeyError> {
    let mut keys = Vec::new();
    for info in infos.iter().filter(|info| info.protocol == PK_ECDH) {
        let mut data = Reader::new(info.data);
        let spki = data.expect(SEQUENCE)?;
        let id = key_id(&mut data)?;
        match SubjectPublicKey::read(&spki) {
            Ok(key) => keys.push((id, key)),
            Err(PublicKeyError::Unsupported) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(keys)
}

/// A ChipAuthenticationDomainParameterInfo for this key, where there is one, names the curve the key is on.
fn announced_parameters(
    infos: &SecurityInfos<'_>,
    wanted: Option<u8>,
    parameter_id: u8,
) -> Result<(), ChipKeyError> {
    for info in infos.iter().filter(|info| info.protocol == CA_ECDH) {
        let mut data = Reader::new(info.data);
        let algorithm = data.expect(SEQUENCE)?;
        if key_id(&mut data)? == wanted && domain_parameters(&algorithm) != Ok(parameter_id) {
            return Err(ChipKeyError::DomainParameters);
        }
    }
    Ok(())
}

/// `keyId INTEGER OPTIONAL`, and nothing after it.
fn key_id(data: &mut Reader<'_>) -> Result<Option<u8>, TlvError> {
    let Some(object) = data.next()? else { return Ok(None) };
    data.finish()?;
    let id = small_integer(&object).filter(|_| object.tag == INTEGER).and_then(|id| u8::try_from(id).ok());
    id.map(Some).ok_or_else(|| object.invalid())
}
