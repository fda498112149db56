//! AES-CMAC in two halves (NIST SP 800-38B, 6.2): all blocks but the last, and the last block with its subkey.

use zeroize::Zeroizing;

/// Bytes of a block.
pub(super) const BLOCK: usize = 16;

/// A message whose CMAC is `AES_K(C ⊕ last)`, with C the CBC-MAC (iv 0) of `first`.
pub(super) struct Split {
    /// Whole blocks; none for a message of at most one block.
    pub(super) first: Vec<u8>,
    /// The last block, padded and changed with its subkey.
    pub(super) last: [u8; BLOCK],
}

/// Splits a message; `l` is `AES_K(0)`.
pub(super) fn split(message: &[u8], l: &[u8; BLOCK]) -> Split {
    let whole = !message.is_empty() && message.len().is_multiple_of(BLOCK);
    let cut = if whole { message.len() - BLOCK } else { message.len() - message.len() % BLOCK };
    let (first, rest) = message.split_at(cut);
    let mut last = [0; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    let mut subkey = doubled(l);
    if !whole {
        last[rest.len()] = 0x80;
        subkey = doubled(&subkey);
    }
    last.iter_mut().zip(subkey.iter()).for_each(|(byte, key)| *byte ^= key);
    Split { first: first.to_vec(), last }
}

/// `x · 2` in GF(2^128) with the polynomial 87 (SP 800-38B, 5.3).
fn doubled(block: &[u8; BLOCK]) -> Zeroizing<[u8; BLOCK]> {
    let shifted = u128::from_be_bytes(*block) << 1;
    let reduced = if block[0] & 0x80 == 0 { shifted } else { shifted ^ 0x87 };
    Zeroizing::new(reduced.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(digits: &str) -> [u8; BLOCK] {
        hex::decode(digits).unwrap().try_into().unwrap()
    }

    /// SP 800-38B, D.1: AES-128, K1 and K2 from L; example 2 is one whole block, example 1 the empty message.
    #[test]
    fn subkeys_are_the_published_ones() {
        let l = block("7df76b0c1ab899b33e42f047b91b546f");
        assert_eq!(*doubled(&l), block("fbeed618357133667c85e08f7236a8de"));
        let message = block("6bc1bee22e409f96e93d7e117393172a");
        let whole = split(&message, &l);
        assert!(whole.first.is_empty());
        let unchanged: Vec<u8> =
            whole.last.iter().zip(doubled(&l).iter()).map(|(byte, key)| byte ^ key).collect();
        assert_eq!(unchanged, message);
        let empty = split(&[], &l);
        let k2 = block("f7ddac306ae266ccf90bc11ee46d513b");
        assert_eq!(empty.last[0], 0x80 ^ k2[0]);
        assert_eq!(empty.last[1..], k2[1..]);
        let (long, rest) = (split(&[7; 40], &l), split(&[7; 48], &l));
        assert_eq!((long.first.len(), rest.first.len()), (32, 32));
    }
}
