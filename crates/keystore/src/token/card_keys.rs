//! Card masters, the keys of chips derived from them, and transport keys, in a token.

use std::cell::RefCell;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chipwright_channel::KeySize;
use chipwright_channel::diversify::{ChipIdentifier, MasterKeys, diversify};
use chipwright_channel::scp03::{KeyError, KeyRole, KeySet, StaticKeys};
use cryptoki::error::Error;
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::ekdf::AesCbcDeriveParams;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::TokenError;
use super::cmac::{BLOCK, split};
use super::object::{find, kept_inside, must_be_free, must_stay};
use super::pool::{Lent, Pool};
use crate::NewCardKeys;
use crate::store::CardMasters;

/// Where the keys of chips may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum CardKeys {
    /// In the token alone: no key can be written onto a chip.
    #[default]
    #[serde(rename = "inside")]
    Inside,
    /// The master in the token, the keys of the chip at work in the memory of this host.
    #[serde(rename = "master-inside-card-key-in-host")]
    InHost,
}

/// What three AES keys are for; with key version and role it stands in `CKA_ID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Master,
    Transport,
}

impl Purpose {
    const fn byte(self) -> u8 {
        match self {
            Self::Master => b'M',
            Self::Transport => b'T',
        }
    }

    /// What keys of this purpose may do. A master encrypts so that C_DeriveKey can be given what comes before the last block.
    fn permissions(self, role: KeyRole) -> Vec<Attribute> {
        match (self, role) {
            (Self::Master, _) => {
                vec![Attribute::Sign(true), Attribute::Derive(true), Attribute::Encrypt(true)]
            }
            (Self::Transport, KeyRole::Dek) => vec![Attribute::Sign(true), Attribute::Encrypt(true)],
            (Self::Transport, _) => vec![Attribute::Sign(true)],
        }
    }
}

/// Three AES keys of a token.
pub(super) struct TokenKeySet {
    pool: Arc<Pool>,
    label: String,
    purpose: Purpose,
    version: u8,
    size: KeySize,
    handles: Mutex<Option<(u64, [ObjectHandle; 3])>>,
}

/// Makes three keys in the token.
pub(super) fn generate(
    pool: &Arc<Pool>,
    purpose: Purpose,
    label: &str,
    version: u8,
    size: KeySize,
) -> Result<TokenKeySet, TokenError> {
    store(pool, label, |session, role| {
        let mut template = template(purpose, label, version, role);
        template.push(Attribute::ValueLen((size.bytes() as u64).into()));
        session.generate_key(&Mechanism::AesKeyGen, &template)
    })?;
    open(pool, purpose, label)
}

/// Brings three keys in.
pub(super) fn import(
    pool: &Arc<Pool>,
    purpose: Purpose,
    label: &str,
    version: u8,
    keys: &NewCardKeys,
) -> Result<TokenKeySet, TokenError> {
    store(pool, label, |session, role| {
        let mut template = template(purpose, label, version, role);
        template.push(Attribute::Class(ObjectClass::SECRET_KEY));
        template.push(Attribute::KeyType(KeyType::AES));
        template.push(Attribute::Value(keys.key(role).to_vec()));
        session.create_object(&template)
    })?;
    open(pool, purpose, label)
}

/// All three, or none.
fn store(
    pool: &Arc<Pool>,
    label: &str,
    make: impl Fn(&Session, KeyRole) -> Result<ObjectHandle, Error>,
) -> Result<(), TokenError> {
    let lent = pool.writing()?;
    must_be_free(&lent, &pool.token(), ObjectClass::SECRET_KEY, label)?;
    lent.run("make a key", |session| {
        let mut made = Vec::new();
        for role in KeyRole::ALL {
            match make(session, role) {
                Ok(key) => made.push(key),
                Err(fault) => {
                    for key in made {
                        session.destroy_object(key)?;
                    }
                    return Err(fault);
                }
            }
        }
        Ok(())
    })
}

fn template(purpose: Purpose, label: &str, version: u8, role: KeyRole) -> Vec<Attribute> {
    let mut template = vec![
        Attribute::Token(true),
        Attribute::Label(label.as_bytes().to_vec()),
        Attribute::Id(vec![purpose.byte(), version, role.identifier()]),
    ];
    template.extend(kept_inside());
    template.extend(purpose.permissions(role));
    template
}

/// Opens three keys of the token.
pub(super) fn open(pool: &Arc<Pool>, purpose: Purpose, label: &str) -> Result<TokenKeySet, TokenError> {
    let token = pool.token();
    let lent = pool.lend()?;
    let wanted = [
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::AES),
        Attribute::Label(label.as_bytes().to_vec()),
    ];
    let found = lent.run("look for a key", |session| session.find_objects(&wanted))?;
    let asked = [AttributeType::Id, AttributeType::ValueLen];
    let mut told = Vec::new();
    for key in &found {
        told.extend(lent.run("say what a key is", |session| session.get_attributes(*key, &asked))?);
    }
    let ids: Vec<&Vec<u8>> = told
        .iter()
        .filter_map(|attribute| if let Attribute::Id(id) = attribute { Some(id) } else { None })
        .collect();
    let not_a_set = || TokenError::NotAKey {
        token: token.clone(),
        label: label.to_owned(),
        expected: match purpose {
            Purpose::Master => "a set of card masters",
            Purpose::Transport => "a set of transport keys",
        },
    };
    let version = match ids.first().map(|id| id.as_slice()) {
        None => return Err(TokenError::NoKey { token, label: label.to_owned() }),
        Some([kind, version, _]) if *kind == purpose.byte() => *version,
        Some(_) => return Err(not_a_set()),
    };
    let lengths: Vec<u64> =
        told.iter()
            .filter_map(|attribute| {
                if let Attribute::ValueLen(length) = attribute { Some((*length).into()) } else { None }
            })
            .collect();
    let length = lengths.first().copied().filter(|first| lengths.iter().all(|other| other == first));
    let size = length.and_then(|length| KeySize::of(usize::try_from(length).ok()?)).ok_or_else(not_a_set)?;
    let handles = handles(&lent, &token, label, purpose, version)?;
    for key in handles {
        must_stay(&lent, &token, label, key)?;
    }
    let handles = Mutex::new(Some((lent.opening(), handles)));
    drop(lent);
    Ok(TokenKeySet { pool: Arc::clone(pool), label: label.to_owned(), purpose, version, size, handles })
}

fn handles(
    lent: &Lent<'_>,
    token: &str,
    label: &str,
    purpose: Purpose,
    version: u8,
) -> Result<[ObjectHandle; 3], TokenError> {
    let of = |role: KeyRole| {
        let id = Attribute::Id(vec![purpose.byte(), version, role.identifier()]);
        find(lent, token, ObjectClass::SECRET_KEY, label, &[id])
    };
    let [enc, mac, dek] = KeyRole::ALL.map(of);
    Ok([enc?, mac?, dek?])
}

const fn place(role: KeyRole) -> usize {
    role.identifier() as usize - 1
}

impl TokenKeySet {
    fn key(&self, lent: &Lent<'_>, role: KeyRole) -> Result<ObjectHandle, TokenError> {
        let known = *self.handles.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = match known {
            Some((opening, keys)) if opening == lent.opening() => keys,
            _ => {
                let keys = handles(lent, &self.pool.token(), &self.label, self.purpose, self.version)?;
                *self.handles.lock().unwrap_or_else(PoisonError::into_inner) = Some((lent.opening(), keys));
                keys
            }
        };
        Ok(keys[place(role)])
    }

    fn mac(&self, role: KeyRole, input: &[u8]) -> Result<Zeroizing<[u8; 16]>, TokenError> {
        let lent = self.pool.lend()?;
        mac(&lent, &self.pool, self.key(&lent, role)?, input)
    }
}

/// `AES-CMAC(key, input)` by C_Sign.
pub(super) fn mac(
    lent: &Lent<'_>,
    pool: &Pool,
    key: ObjectHandle,
    input: &[u8],
) -> Result<Zeroizing<[u8; 16]>, TokenError> {
    let mac = lent.run("compute an AES-CMAC", |session| session.sign(&Mechanism::AesCMac, key, input));
    let mac = Zeroizing::new(mac.map_err(|fault| missing(fault, "AES-CMAC (CKM_AES_CMAC)"))?);
    let whole = <[u8; 16]>::try_from(mac.as_slice());
    whole.map(Zeroizing::new).map_err(|_| odd_answer(pool, "AES-CMAC (CKM_AES_CMAC)"))
}

/// A mechanism that the token says it does not know.
fn missing(fault: TokenError, mechanism: &'static str) -> TokenError {
    use cryptoki::error::RvError::MechanismInvalid;
    match fault {
        TokenError::Refused { token, source, .. } if super::error::is(&source, MechanismInvalid) => {
            TokenError::CannotDo { token, mechanism }
        }
        other => other,
    }
}

fn odd_answer(pool: &Pool, mechanism: &'static str) -> TokenError {
    TokenError::CannotDo { token: pool.token(), mechanism }
}

impl StaticKeys for TokenKeySet {
    fn size(&self) -> KeySize {
        self.size
    }

    fn version(&self) -> u8 {
        self.version
    }

    fn cmac(&self, role: KeyRole, input: &[u8]) -> Result<Zeroizing<[u8; 16]>, KeyError> {
        self.mac(role, input).map_err(in_store)
    }

    fn wrap_key(&self, new_key: &[u8]) -> Result<Vec<u8>, KeyError> {
        let lent = self.pool.lend().map_err(in_store)?;
        let dek = self.key(&lent, KeyRole::Dek).map_err(in_store)?;
        wrap(&lent, dek, new_key)
    }
}

/// `AES-CBC(Key-DEK, ICV = 0, new_key)`; 24 bytes are padded with `80 00 …` to 32 (Amendment D, 6.2.8).
fn wrap(lent: &Lent<'_>, dek: ObjectHandle, new_key: &[u8]) -> Result<Vec<u8>, KeyError> {
    if KeySize::of(new_key.len()).is_none() {
        return Err(KeyError::Length(new_key.len()));
    }
    let mut padded = Zeroizing::new(new_key.to_vec());
    if new_key.len() == 24 {
        padded.extend_from_slice(&[0x80, 0, 0, 0, 0, 0, 0, 0]);
    }
    let wrapped =
        lent.run("encrypt a key", |session| session.encrypt(&Mechanism::AesCbc([0; BLOCK]), dek, &padded));
    wrapped.map_err(|fault| in_store(missing(fault, "AES-CBC (CKM_AES_CBC)")))
}

fn in_store(fault: TokenError) -> KeyError {
    KeyError::Store(Box::new(fault))
}

/// Card masters of a token, with the issuer's policy.
pub(super) struct TokenMasters {
    pub(super) keys: TokenKeySet,
    pub(super) policy: CardKeys,
}

impl CardMasters for TokenMasters {
    fn key_version(&self) -> u8 {
        self.keys.version
    }

    fn size(&self) -> KeySize {
        self.keys.size
    }

    fn card_keys(&self, chip: &ChipIdentifier) -> Result<Box<dyn StaticKeys + '_>, KeyError> {
        match self.policy {
            CardKeys::Inside => Ok(Box::new(self.derived(chip).map_err(in_store)?)),
            CardKeys::InHost => Ok(Box::new(self.new_keys(chip)?.to_static_keys(self.keys.version)?)),
        }
    }

    fn new_keys(&self, chip: &ChipIdentifier) -> Result<KeySet, KeyError> {
        match self.policy {
            CardKeys::Inside => {
                Err(in_store(TokenError::CardKeysStayInside { token: self.keys.pool.token() }))
            }
            CardKeys::InHost => diversify(self, chip),
        }
    }

    fn stay_inside(&self) -> bool {
        self.policy == CardKeys::Inside
    }
}

impl MasterKeys for TokenMasters {
    fn size(&self) -> KeySize {
        self.keys.size
    }

    fn cmac(&self, role: KeyRole, input: &[u8]) -> Result<Zeroizing<[u8; 16]>, KeyError> {
        self.keys.mac(role, input).map_err(in_store)
    }
}

impl TokenMasters {
    fn derived(&self, chip: &ChipIdentifier) -> Result<DerivedKeys<'_>, TokenError> {
        let set = &self.keys;
        if set.size != KeySize::Aes128 {
            let mechanism = "a derivation of AES-192 or AES-256 card keys that stay inside";
            return Err(TokenError::CannotDo { token: set.pool.token(), mechanism });
        }
        let lent = set.pool.lend()?;
        let mut derived = DerivedKeys { pool: &set.pool, lent, version: set.version, keys: Vec::new() };
        for role in KeyRole::ALL {
            let master = set.key(&derived.lent, role)?;
            let key = derive(&derived.lent, &set.pool, master, role, chip)?;
            derived.keys.push(key);
        }
        Ok(derived)
    }
}

/// K(1) of [`chipwright_channel::diversify`] for AES-128, as a key of the session.
fn derive(
    lent: &Lent<'_>,
    pool: &Pool,
    master: ObjectHandle,
    role: KeyRole,
    chip: &ChipIdentifier,
) -> Result<ObjectHandle, TokenError> {
    const MECHANISM: &str = "a derivation of card keys that stay inside (CKM_AES_CBC_ENCRYPT_DATA)";
    let encrypt = |data: &[u8]| {
        let made = lent.run("derive a card key", |session| {
            session.encrypt(&Mechanism::AesCbc([0; BLOCK]), master, data).map(Zeroizing::new)
        })?;
        let last = made.last_chunk::<BLOCK>().copied();
        last.map(Zeroizing::new).ok_or_else(|| odd_answer(pool, MECHANISM))
    };
    let l = encrypt(&[0; BLOCK])?;
    let message = split(&input(role, chip), &l);
    let iv = if message.first.is_empty() { Zeroizing::new([0; BLOCK]) } else { encrypt(&message.first)? };
    let mut template = vec![
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::AES),
        Attribute::ValueLen((BLOCK as u64).into()),
        Attribute::Token(false),
        Attribute::Sign(true),
        Attribute::Encrypt(role == KeyRole::Dek),
    ];
    template.extend(kept_inside());
    let mechanism = Mechanism::AesCbcEncryptData(AesCbcDeriveParams::new(*iv, &message.last));
    lent.run("derive a card key", |session| session.derive_key(&mechanism, master, &template))
        .map_err(|fault| missing(fault, MECHANISM))
}

/// What K(1) is the CMAC of.
fn input(role: KeyRole, chip: &ChipIdentifier) -> Vec<u8> {
    let asked = Asked::default();
    // no key comes of it: the layout is the channel's, and stands there alone
    let _ = diversify(&asked, chip);
    let mut inputs = asked.0.into_inner().into_iter();
    inputs.find(|(of, _)| *of == role).map(|(_, input)| input).unwrap_or_default()
}

/// Masters of AES-128 that have no keys and write down what is asked of them.
#[derive(Default)]
struct Asked(RefCell<Vec<(KeyRole, Vec<u8>)>>);

impl MasterKeys for Asked {
    fn size(&self) -> KeySize {
        KeySize::Aes128
    }

    fn cmac(&self, role: KeyRole, input: &[u8]) -> Result<Zeroizing<[u8; 16]>, KeyError> {
        self.0.borrow_mut().push((role, input.to_vec()));
        Ok(Zeroizing::new([0; BLOCK]))
    }
}

/// The keys of a chip as objects of a session, which is held until they are destroyed.
struct DerivedKeys<'a> {
    pool: &'a Pool,
    lent: Lent<'a>,
    version: u8,
    keys: Vec<ObjectHandle>,
}

impl StaticKeys for DerivedKeys<'_> {
    fn size(&self) -> KeySize {
        KeySize::Aes128
    }

    fn version(&self) -> u8 {
        self.version
    }

    fn cmac(&self, role: KeyRole, input: &[u8]) -> Result<Zeroizing<[u8; 16]>, KeyError> {
        mac(&self.lent, self.pool, self.keys[place(role)], input).map_err(in_store)
    }

    fn wrap_key(&self, new_key: &[u8]) -> Result<Vec<u8>, KeyError> {
        wrap(&self.lent, self.keys[place(KeyRole::Dek)], new_key)
    }
}

impl Drop for DerivedKeys<'_> {
    fn drop(&mut self) {
        for key in &self.keys {
            // a lost session has lost them too
            let _ = self.lent.run("forget a card key", |session| session.destroy_object(*key));
        }
    }
}

impl fmt::Debug for TokenKeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKeySet({:?}, {:?}, {:?})", self.purpose, self.label, self.size)
    }
}
