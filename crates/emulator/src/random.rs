//! Random bytes: the argument that brings them, and a source for tests.

use sha2::{Digest, Sha256};

/// Fills its argument with random bytes.
pub type Randomness = Box<dyn FnMut(&mut [u8]) + Send>;

/// The same bytes for the same seed: `SHA-256("chipwright emulator" || seed || counter)`, one digest after the other.
///
/// For tests only: whoever knows the seed knows every nonce and key of the card.
#[must_use]
pub fn seeded_rng(seed: u64) -> Randomness {
    let mut counter = 0u64;
    let mut pool: Vec<u8> = Vec::new();
    Box::new(move |out: &mut [u8]| {
        for byte in out {
            if pool.is_empty() {
                let digest = Sha256::new()
                    .chain_update(b"chipwright emulator")
                    .chain_update(seed.to_be_bytes())
                    .chain_update(counter.to_be_bytes())
                    .finalize();
                counter += 1;
                pool.extend(digest.iter().rev());
            }
            *byte = pool.pop().unwrap_or_default();
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_differ_and_repeat() {
        let draw = |seed| {
            let mut bytes = [0; 100];
            seeded_rng(seed)(&mut bytes);
            bytes
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_ne!(draw(1)[..32], draw(1)[32..64]);
    }
}
