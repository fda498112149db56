//! Keys in a PKCS#11 token (OASIS PKCS #11 2.40): made in it, used in it, never outside it.
//!
//! | what | objects | operation |
//! |---|---|---|
//! | a private key, P-256 or P-384 | CKK_EC pair, `CKA_LABEL` the key's label | CKM_ECDSA over a hash made here |
//! | card masters | three CKK_AES keys of one label, told apart by `CKA_ID` | CKM_AES_CMAC, or CKM_AES_CBC_ENCRYPT_DATA |
//! | the passphrase of files beside it | one CKK_AES key, `files` | CKM_AES_CMAC |
//! | transport keys | the same | CKM_AES_CMAC, CKM_AES_CBC for PUT KEY |
//!
//! Every key is sensitive, not extractable and private; one that is not is refused.
//!
//! **Card keys.** [`CardKeys::Inside`]: a chip's keys are derived by C_DeriveKey, as keys of the session that cannot be read, and used
//! through C_Sign and C_Encrypt. [`CardKeys::InHost`]: the master stays inside, C_Sign with AES-CMAC hands the chip's keys to the
//! memory of this host; PUT KEY needs that, so an issuer that writes keys onto chips has to allow it by name.
//!
//! The derivation is [`chipwright_channel::diversify`]'s for AES-128. CMAC is a CBC-MAC whose last block was changed with a subkey
//! made of `L = AES_K(0)` (SP 800-38B, 6.2), so
//!
//! ```text
//! C    = the CBC-MAC of all blocks but the last                     C_Encrypt, CKM_AES_CBC
//! K(1) = AES_K(C ⊕ last block ⊕ subkey)                             C_DeriveKey, CKM_AES_CBC_ENCRYPT_DATA, iv = C
//! ```
//!
//! A key of 24 or 32 bytes would need two such halves joined inside the token, which CKM_CONCATENATE_BASE_AND_KEY does and SoftHSM
//! 2.6.1 does not offer: there, only AES-128 stays inside. What is kept inside is kept there by this program: the masters may
//! encrypt, and whoever holds the PIN could let them encrypt the last block as well. A token with CKM_SP800_108_COUNTER_KDF would
//! need no such permission; it is not used here, as no token at hand could judge it.
//!
//! **Sessions** are pooled. A token that is lost in the middle of its work is reported once, and opened anew at the next use. A PIN
//! that was refused is not tried again, and the last try before a token locks is not used up here.

mod card_keys;
mod cmac;
mod error;
mod files;
mod module;
mod object;
mod pool;
mod signing;
mod store;

pub use card_keys::CardKeys;
pub use error::TokenError;
pub use pool::TokenName;
pub use store::TokenStore;
