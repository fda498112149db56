//! Data derivation (Amendment D, 4.1.5): NIST SP 800-108 in counter mode with AES-CMAC.
//!
//! ```text
//! K(i) = CMAC(key, 00 × 11 ‖ constant ‖ 00 ‖ L ‖ i ‖ context),   L: bits wanted, 2 bytes;  i: 1 byte from 01
//! ```

use super::{KeyError, KeyRole, StaticKeys};
use crate::aes_modes::{BLOCK, MacKey};
use zeroize::Zeroizing;

/// Derivation constants (Amendment D, table 4-1).
#[derive(Clone, Copy)]
pub(super) enum Constant {
    CardCryptogram = 0x00,
    HostCryptogram = 0x01,
    CardChallenge = 0x02,
    SEnc = 0x04,
    SMac = 0x06,
    SRmac = 0x07,
}

/// `L` of a derived value, in bits.
fn derivation_data(constant: Constant, bits: u16, counter: u8, context: &[u8]) -> Vec<u8> {
    let mut data = Vec::with_capacity(16 + context.len());
    data.resize(11, 0);
    data.push(constant as u8);
    data.push(0x00);
    data.extend_from_slice(&bits.to_be_bytes());
    data.push(counter);
    data.extend_from_slice(context);
    data
}

/// Derives `bits` (a multiple of 8, at most 256) from a static key.
pub(super) fn from_static(
    keys: &dyn StaticKeys,
    role: KeyRole,
    constant: Constant,
    bits: u16,
    context: &[u8],
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let wanted = usize::from(bits / 8);
    let mut out = Zeroizing::new(Vec::with_capacity(2 * BLOCK));
    for counter in 1..=2 {
        if out.len() < wanted {
            out.extend_from_slice(&*keys.cmac(role, &derivation_data(constant, bits, counter, context))?);
        }
    }
    out.truncate(wanted);
    Ok(out)
}

/// A cryptogram: 8 or 16 bytes derived from S-MAC.
pub(super) fn cryptogram(
    s_mac: &mut MacKey,
    constant: Constant,
    bytes: usize,
    context: &[u8],
) -> [u8; BLOCK] {
    let bits = if bytes == BLOCK { 0x80 } else { 0x40 };
    s_mac.mac(&[&derivation_data(constant, bits, 1, context)])
}
