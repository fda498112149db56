//! Chip Authentication: version 1 (CA-01 to CA-04; ICAO Doc 9303-11, 6.2), and what both versions begin with.

use super::Protection;
use super::access::PaceRun;
use crate::chip_authentication::{ChipAuthenticationFailure, SetAt, agree, terminal_key};
use crate::flaw::{Flaw, flawed};
use crate::processor::{Processor, Stop};
use crate::tables::KeyReference;
use chipwright_iso7816::{Response, StatusWord};

impl Processor {
    /// MSE:Set AT of either version (CA-01, CA-04, TA-08).
    pub(super) fn set_chip_authentication(
        &mut self,
        slot: usize,
        set_at: SetAt,
        protection: Protection,
    ) -> Result<Response, Stop> {
        self.volatile.identity.pace = PaceRun::Idle;
        self.volatile.identity.chip_authentication = None;
        if !protection.granted && !flawed(Flaw::ChipAuthenticationInPlain) {
            return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into());
        }
        let key = KeyReference::from_byte(set_at.key_reference);
        match (self.volatile.identity.terminal.is_announced(), key) {
            // CA-04
            (true, Some(KeyReference::ChipAuthentication1))
                if !flawed(Flaw::ChipAuthentication1WithTemplate) =>
            {
                return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
            }
            (true, Some(KeyReference::ChipAuthentication1)) => {}
            (true, _) => self.may_authenticate_chip_2(slot, set_at.key_reference)?,
            (false, Some(key @ KeyReference::ChipAuthentication1)) if self.store.has_key_pair(slot, key) => {}
            (false, _) => return Err(StatusWord::REFERENCED_DATA_NOT_FOUND.into()),
        }
        self.volatile.identity.chip_authentication = Some(set_at);
        Ok(Response::status(StatusWord::OK))
    }

    /// GENERAL AUTHENTICATE after it (CA-01 to CA-03, TA-08), answered in the old session. Whatever comes of it, the next run begins
    /// with MSE:Set AT.
    pub(super) fn authenticate_chip(
        &mut self,
        slot: usize,
        set_at: SetAt,
        data: &[u8],
        more: bool,
        protection: Protection,
    ) -> Result<Response, Stop> {
        if !protection.granted && !flawed(Flaw::ChipAuthenticationInPlain) {
            return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into());
        }
        if more {
            return Err(StatusWord::LAST_COMMAND_EXPECTED.into());
        }
        let terminal_key = terminal_key(data).map_err(ChipAuthenticationFailure::status)?;
        if self.volatile.identity.terminal.is_announced() {
            return self.authenticate_chip_2(slot, set_at.protocol, &terminal_key);
        }
        let pair = self.store.key_pair(slot, KeyReference::ChipAuthentication1);
        let pair = pair.ok_or(StatusWord::REFERENCED_DATA_NOT_FOUND)?;
        let secret = agree(&pair.private, &terminal_key).map_err(ChipAuthenticationFailure::status)?;
        if !flawed(Flaw::ChipAuthenticationKeepsKeys) {
            self.volatile.identity.messaging = Some(secret.keys(set_at.protocol).into_session());
        }
        Ok(Response::ok(vec![0x7C, 0x00]))
    }
}
