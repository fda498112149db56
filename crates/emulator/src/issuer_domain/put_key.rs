//! PUT KEY (CM-09).

use super::Channel;
use super::command::{PutKey, WrappedKey};
use crate::flaw::{Flaw, flawed};
use crate::memory::Changes;
use crate::processor::{Processor, Stop};
use crate::scp03::{KeySet, check_value};
use crate::store::StoredKeys;
use chipwright_iso7816::{Response, StatusWord};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

impl Processor {
    pub(super) fn put_key(&mut self, channel: &Channel, put: &PutKey) -> Result<Response, Stop> {
        if !channel.protocol.level().has_c_decryption() && !flawed(Flaw::PutKeyInClear) {
            return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into());
        }
        let slot_of = |version: u8| {
            self.store.key_sets().find(|(_, keys)| keys.version == version).map(|(slot, _)| slot)
        };
        let slot = match put.replaces {
            Some(old) => {
                let slot = slot_of(old).ok_or(StatusWord::REFERENCED_DATA_NOT_FOUND)?;
                if put.version != old && slot_of(put.version).is_some() {
                    return Err(StatusWord::INCORRECT_DATA.into());
                }
                slot
            }
            None if slot_of(put.version).is_some() => return Err(StatusWord::INCORRECT_DATA.into()),
            None => self.store.free_key_slot().ok_or(StatusWord::NOT_ENOUGH_MEMORY)?,
        };
        let wrapping = self.store.key_set(channel.keys).ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
        let [enc, mac, dek] = &put.keys;
        let keys = [unwrap(&wrapping.set, enc)?, unwrap(&wrapping.set, mac)?, unwrap(&wrapping.set, dek)?];
        let stored =
            StoredKeys::new(put.version, [&keys[0], &keys[1], &keys[2]]).ok_or(StatusWord::INCORRECT_DATA)?;
        self.store.commit(Changes::default().keys(slot, &stored))?;
        let mut answer = vec![put.version];
        put.keys.iter().for_each(|key| answer.extend_from_slice(&key.check_value));
        Ok(Response::ok(answer))
    }
}

/// The key under the cryptogram, if its check value is right.
fn unwrap(wrapping: &KeySet, wrapped: &WrappedKey) -> Result<Zeroizing<Vec<u8>>, StatusWord> {
    let mut key = wrapping.decrypt_dek(&wrapped.cryptogram).map_err(|_| StatusWord::INCORRECT_DATA)?;
    key.truncate(wrapped.length);
    let computed = check_value(&key).map_err(|_| StatusWord::INCORRECT_DATA)?;
    let right = bool::from(computed.ct_eq(&wrapped.check_value)) || flawed(Flaw::KeyCheckValueUnchecked);
    if right { Ok(key) } else { Err(StatusWord::INCORRECT_DATA) }
}
