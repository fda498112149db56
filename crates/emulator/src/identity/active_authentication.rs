//! Active Authentication (AA-01; ICAO Doc 9303-11, 6.1).

use super::Protection;
use crate::flaw::{Flaw, flawed};
use crate::key_pair;
use crate::processor::{Processor, Stop};
use crate::tables::KeyReference;
use chipwright_iso7816::{Response, StatusWord};

/// `r ‖ s`.
const SIGNATURE: usize = 64;

impl Processor {
    /// INTERNAL AUTHENTICATE: `ecdsa-plain-SHA256` over RND.IFD.
    pub(super) fn internal_authenticate(
        &self,
        slot: usize,
        challenge: [u8; 8],
        protection: Protection,
    ) -> Result<Response, Stop> {
        if !protection.granted && !flawed(Flaw::ActiveAuthenticationInPlain) {
            return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into());
        }
        let pair = self.store.key_pair(slot, KeyReference::ActiveAuthentication);
        let pair = pair.ok_or(StatusWord::INS_NOT_SUPPORTED)?;
        if protection.most < SIGNATURE {
            return Err(StatusWord::WRONG_LENGTH.into());
        }
        let challenge = if flawed(Flaw::ActiveAuthenticationWithoutChallenge) { [0; 8] } else { challenge };
        let signature = key_pair::sign(&pair.private, &challenge).ok_or(StatusWord::NO_PRECISE_DIAGNOSIS)?;
        Ok(Response::ok(signature.to_vec()))
    }
}
