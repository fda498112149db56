//! The passphrase of files that lie beside a token: `AES-CMAC(key "files", "chipwright files")` in hexadecimal.
//!
//! A PIN has few digits, and a file encrypted with it could be opened by trying them all.

use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, ObjectClass};

use super::TokenError;
use super::card_keys::mac;
use super::object::{find, kept_inside, must_be_free, must_stay};
use super::pool::Pool;
use crate::Passphrase;

const LABEL: &str = "files";
const INPUT: &[u8] = b"chipwright files";

/// Makes the key behind the passphrase.
pub(super) fn create(pool: &Pool) -> Result<(), TokenError> {
    let lent = pool.writing()?;
    must_be_free(&lent, &pool.token(), ObjectClass::SECRET_KEY, LABEL)?;
    let mut template = vec![
        Attribute::Token(true),
        Attribute::Label(LABEL.as_bytes().to_vec()),
        Attribute::ValueLen(32.into()),
        Attribute::Sign(true),
    ];
    template.extend(kept_inside());
    lent.run("make a key", |session| session.generate_key(&Mechanism::AesKeyGen, &template)).map(drop)
}

/// The passphrase.
pub(super) fn passphrase(pool: &Pool) -> Result<Passphrase, TokenError> {
    let lent = pool.lend()?;
    let key = find(&lent, &pool.token(), ObjectClass::SECRET_KEY, LABEL, &[])?;
    must_stay(&lent, &pool.token(), LABEL, key)?;
    let bytes = mac(&lent, pool, key, INPUT)?;
    let words = zeroize::Zeroizing::new(hex::encode(*bytes));
    Ok(Passphrase::new(&words))
}
