//! Random bytes from the operating system.

use ring::rand::{SecureRandom, SystemRandom};

use crate::KeystoreError;

pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), KeystoreError> {
    SystemRandom::new().fill(bytes).map_err(|_| KeystoreError::Random)
}
