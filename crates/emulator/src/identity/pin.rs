//! PIN and PUK (chapter 7 of the contract).

use super::Protection;
use super::access::Password;
use super::command::ResetRetryCounter;
use crate::cv::Rights;
use crate::flaw::{Flaw, flawed};
use crate::memory::Changes;
use crate::processor::{Processor, Stop};
use crate::store::{Body, Object, Tries};
use crate::tables::PIN;
use chipwright_iso7816::{Response, StatusWord};

/// PIN-02.
const MOST_TRIES: u8 = 3;
/// PIN-07.
const MOST_PUK_USES: u8 = 10;

/// PIN-02: 9000 with three tries left, else 63CX.
pub(super) const fn status_of(tries: Tries) -> StatusWord {
    match MOST_TRIES.saturating_sub(tries.pin) {
        MOST_TRIES => StatusWord::OK,
        left => StatusWord::from_bytes(0x63, 0xC0 | left),
    }
}

/// PIN-03, PIN-04.
pub(super) fn may_be_tried(tries: Tries, protection: Protection) -> Result<(), StatusWord> {
    match MOST_TRIES.saturating_sub(tries.pin) {
        0 if !flawed(Flaw::BlockedPinUsable) => Err(StatusWord::BLOCKED),
        1 if protection.password != Some(Password::Can) && !flawed(Flaw::SuspendedPinUsable) => {
            Err(StatusWord::CONDITIONS_NOT_SATISFIED)
        }
        _ => Ok(()),
    }
}

/// PIN-07.
pub(super) const fn puk_may_be_tried(tries: Tries) -> Result<(), StatusWord> {
    if tries.puk_uses < MOST_PUK_USES { Ok(()) } else { Err(StatusWord::BLOCKED) }
}

impl Processor {
    /// PIN-06.
    pub(super) fn reset_retry_counter(
        &mut self,
        slot: usize,
        reset: &ResetRetryCounter,
        protection: Protection,
    ) -> Result<Response, Stop> {
        let mut tries = self.store.tries(slot);
        let by_terminal = self.volatile.identity.terminal.rights().is_some_and(Rights::pin_management);
        match (protection.password, reset) {
            _ if by_terminal => {}
            (Some(_), ResetRetryCounter::NewPin(_)) if flawed(Flaw::AnyoneSetsThePin) => {}
            (Some(Password::Pin), ResetRetryCounter::NewPin(_)) => {}
            (Some(Password::Puk), ResetRetryCounter::SamePin) => {
                puk_may_be_tried(tries)?;
                if !flawed(Flaw::PukForEver) {
                    tries.puk_uses += 1;
                }
            }
            _ => return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into()),
        }
        let (at, object) = self.store.object(slot, PIN).ok_or(StatusWord::REFERENCED_DATA_NOT_FOUND)?;
        let mut changes = Changes::default();
        if let ResetRetryCounter::NewPin(pin) = reset {
            let six_digits = pin.len() == 6 && pin.iter().all(u8::is_ascii_digit);
            if !six_digits && !flawed(Flaw::PinFormUnchecked) {
                return Err(StatusWord::INCORRECT_DATA.into());
            }
            // The hash stays that of the value the issuer stored: REPORT and manifests do not tell (PIN-06).
            changes.object(at, &Object { body: Body::Inline(pin.clone()), ..object.clone() });
        }
        if !flawed(Flaw::PukRestoresNothing) {
            tries.pin = 0;
        }
        self.store.commit(changes.tries(slot, tries))?;
        Ok(Response::status(StatusWord::OK))
    }
}
