//! The same demands on both stores, encrypted files and a token of SoftHSM2; and what only a token can do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, reason = "tests; a skip says why")]

#[path = "stores/bodies.rs"]
mod bodies;
#[path = "stores/softhsm.rs"]
mod softhsm;
#[path = "stores/token.rs"]
mod token;

/// A test of its own for each store and demand.
macro_rules! on_both_stores {
    ($($body:ident),+ $(,)?) => {
        mod files {
            use chipwright_keystore::store::FileStore;
            use chipwright_keystore::Passphrase;
            $(#[test] fn $body() {
                let folder = tempfile::tempdir().unwrap();
                let passphrase = Passphrase::new("bốn con chim bồ câu");
                super::bodies::$body(&FileStore::new(folder.path(), &passphrase));
            })+
        }
        mod softhsm2 {
            use chipwright_keystore::token::CardKeys;
            $(#[test] fn $body() {
                super::softhsm::inside(concat!("softhsm2::", stringify!($body)), || {
                    super::bodies::$body(&super::softhsm::store().with_card_keys(CardKeys::InHost));
                });
            })+
        }
    };
}

on_both_stores!(
    private_keys_sign_and_are_found_again,
    no_key_is_overwritten_and_none_is_made_up,
    masters_give_the_keys_of_every_chip,
    masters_and_transport_keys_are_told_apart,
    transport_keys_are_the_delivered_ones,
);
