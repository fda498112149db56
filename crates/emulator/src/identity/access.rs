//! PACE at the application (ACC-01 to ACC-08).

use super::terminal::Terminal;
use super::{Protection, pin};
use crate::flaw::{Flaw, flawed};
use crate::memory::Changes;
use crate::pace::{
    DomainParameters, Mapping, Mechanism, Parameters, PasswordKey, PasswordReference, Picc, SetAt, Step,
};
use crate::processor::{Processor, Stop};
use crate::store::Tries;
use crate::tables::{CAN, KeyReference, MRZ_KEY, PIN, PUK};
use chipwright_iso7816::{Response, StatusWord};
use std::time::Duration;
use zeroize::Zeroizing;

/// ACC-04.
const FIRST_DELAY: Duration = Duration::from_millis(100);
const LONGEST_DELAY: Duration = Duration::from_secs(10);

/// A password of the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Password {
    Mrz,
    Can,
    Pin,
    Puk,
}

/// Where PACE stands.
pub(super) enum PaceRun {
    Idle,
    /// After MSE:Set AT.
    Set {
        parameters: Parameters,
        password: Password,
        /// What the terminal asks for (TA-01).
        requested: Option<[u8; 5]>,
    },
    /// Between two GENERAL AUTHENTICATE commands.
    Running {
        picc: Box<Picc>,
        password: Password,
        requested: Option<[u8; 5]>,
    },
}

impl PaceRun {
    /// Another command between two GENERAL AUTHENTICATE commands ends the run (ACC-02).
    pub(super) fn interrupt(&mut self) {
        if matches!(self, Self::Running { .. }) {
            *self = Self::Idle;
        }
    }
}

impl Password {
    /// Wrong tries in a row.
    const fn of(self, tries: Tries) -> u32 {
        match self {
            Self::Mrz => tries.mrz,
            Self::Can => tries.can,
            Self::Pin => tries.pin as u32,
            Self::Puk => tries.puk,
        }
    }

    fn set(self, mut tries: Tries, count: u32) -> Tries {
        match self {
            Self::Mrz => tries.mrz = count,
            Self::Can => tries.can = count,
            Self::Pin => tries.pin = u8::try_from(count).unwrap_or(u8::MAX),
            Self::Puk => tries.puk = count,
        }
        tries
    }

    const fn dgi(self) -> u16 {
        match self {
            Self::Mrz => MRZ_KEY,
            Self::Can => CAN,
            Self::Pin => PIN,
            Self::Puk => PUK,
        }
    }
}

impl Processor {
    /// MSE:Set AT (ACC-01).
    pub(super) fn set_at(&mut self, slot: usize, set_at: &SetAt) -> Result<Response, Stop> {
        self.volatile.identity.pace = PaceRun::Idle;
        let offered = self.offers(slot, set_at.mechanism);
        let domain = set_at.domain.unwrap_or(DomainParameters::P256);
        if !offered || domain != DomainParameters::P256 {
            return Err(StatusWord::INCORRECT_DATA.into());
        }
        let requested = self.requested_rights(slot, set_at.chat.as_ref())?;
        let password = match set_at.password {
            PasswordReference::Mrz => Password::Mrz,
            PasswordReference::Can => Password::Can,
            PasswordReference::Pin => Password::Pin,
            PasswordReference::Puk => Password::Puk,
        };
        if requested.is_some() && password == Password::Mrz && !flawed(Flaw::MrzAsksForRights) {
            return Err(StatusWord::INCORRECT_DATA.into());
        }
        self.password_key(slot, password)?;
        let parameters = Parameters { mechanism: set_at.mechanism, domain };
        self.volatile.identity.pace = PaceRun::Set { parameters, password, requested };
        Ok(Response::status(match password {
            Password::Pin if !flawed(Flaw::PinTriesUntold) => pin::status_of(self.store.tries(slot)),
            Password::Mrz | Password::Can | Password::Pin | Password::Puk => StatusWord::OK,
        }))
    }

    /// The next step (ACC-01 to ACC-05). Any failure ends PACE.
    pub(super) fn general_authenticate(
        &mut self,
        slot: usize,
        data: &[u8],
        more: bool,
        protection: Protection,
    ) -> Result<Response, Stop> {
        let run = std::mem::replace(&mut self.volatile.identity.pace, PaceRun::Idle);
        let (picc, password, requested) = match run {
            PaceRun::Idle => return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into()),
            PaceRun::Running { picc, password, requested } => (*picc, password, requested),
            PaceRun::Set { parameters, password, requested } => {
                let tries = self.store.tries(slot);
                match password {
                    Password::Mrz | Password::Can => self.delay += delay_after(password.of(tries)),
                    Password::Pin => pin::may_be_tried(tries, protection)?,
                    Password::Puk => {
                        pin::puk_may_be_tried(tries)?;
                        self.delay += delay_after(tries.puk);
                    }
                }
                let key = self.password_key(slot, password)?;
                let mut picc = Picc::start(parameters, &key, &mut *self.rng);
                if requested.is_some() {
                    picc = picc.announcing(self.announced_authorities(slot));
                }
                if parameters.mechanism.mapping() == Mapping::ChipAuthentication {
                    let pair = self.store.key_pair(slot, KeyReference::ChipAuthenticationMapping);
                    picc = picc.proving(&pair.ok_or(StatusWord::INCORRECT_DATA)?.private);
                }
                (picc, password, requested)
            }
        };
        let before = password.of(self.store.tries(slot));
        let counts = match password {
            Password::Pin => !flawed(Flaw::PinTriesNotCounted),
            Password::Mrz | Password::Can | Password::Puk => !flawed(Flaw::WrongPasswordsNotCounted),
        };
        if picc.awaits_token() && !more && counts && !flawed(Flaw::CountedAfterComparison) {
            // ACC-03: whoever cuts the power here learns nothing of the password.
            self.count_tries(slot, password, before.saturating_add(1))?;
        }
        match picc.step(data, more, &mut *self.rng) {
            Ok(Step::Continue { next, response }) => {
                self.volatile.identity.pace = PaceRun::Running { picc: Box::new(next), password, requested };
                Ok(Response::ok(response))
            }
            Ok(Step::Done(established)) => {
                let kept = match password {
                    Password::Pin => flawed(Flaw::PinTriesNotRestored),
                    Password::Mrz | Password::Can | Password::Puk => flawed(Flaw::PasswordCountNotCleared),
                };
                self.count_tries(slot, password, if kept { before } else { 0 })?;
                self.volatile.identity.messaging = Some(established.session);
                self.volatile.identity.opened_with = Some(password);
                if self.volatile.identity.terminal.rights().is_none() || !flawed(Flaw::RightsOutliveSession) {
                    self.volatile.identity.terminal =
                        Terminal::after_pace(requested, password, established.card_key);
                }
                Ok(Response::ok(established.response))
            }
            Err(failure) if failure.is_wrong_password() => {
                if counts {
                    self.count_tries(slot, password, before.saturating_add(1))?;
                }
                Err(Stop::Refused(match password {
                    Password::Pin => pin::status_of(self.store.tries(slot)),
                    Password::Mrz | Password::Can | Password::Puk => failure.status(),
                }))
            }
            Err(failure) => {
                self.count_tries(slot, password, before)?;
                Err(failure.status().into())
            }
        }
    }

    /// ACC-01, CAM-01.
    fn offers(&self, slot: usize, mechanism: Mechanism) -> bool {
        match mechanism {
            Mechanism::EcdhGmAes128 | Mechanism::EcdhGmAes256 => true,
            Mechanism::EcdhCamAes128 | Mechanism::EcdhCamAes256 => {
                self.store.has_key_pair(slot, KeyReference::ChipAuthenticationMapping)
                    || flawed(Flaw::MappingWithoutKey)
            }
            Mechanism::EcdhGmAes192 | Mechanism::EcdhCamAes192 => false,
        }
    }

    fn count_tries(&mut self, slot: usize, password: Password, count: u32) -> Result<(), Stop> {
        let tries = password.set(self.store.tries(slot), count);
        self.store.commit(Changes::default().tries(slot, tries))?;
        Ok(())
    }

    fn password_key(&self, slot: usize, password: Password) -> Result<PasswordKey, StatusWord> {
        let secret = self.store.object_value(slot, password.dgi()).map(Zeroizing::new);
        let secret = secret.ok_or(StatusWord::REFERENCED_DATA_NOT_FOUND)?;
        match password {
            Password::Can | Password::Pin | Password::Puk => Ok(PasswordKey::from_characters(&secret)),
            Password::Mrz => {
                let hash = secret.as_slice().try_into().map_err(|_| StatusWord::REFERENCED_DATA_NOT_FOUND)?;
                Ok(PasswordKey::from_mrz_hash(hash))
            }
        }
    }
}

/// ACC-04: `min(2^(n−1) × 0.1 s, 10 s)` after n > 0 wrong tries.
fn delay_after(wrong: u32) -> Duration {
    match wrong.checked_sub(1) {
        None => Duration::ZERO,
        Some(_) if flawed(Flaw::DelayMissing) => Duration::ZERO,
        Some(doublings) => FIRST_DELAY.saturating_mul(1 << doublings.min(16)).min(LONGEST_DELAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acc_04_the_delay_doubles_up_to_ten_seconds() {
        let delays: Vec<u128> = (0..9).map(|n| delay_after(n).as_millis()).collect();
        assert_eq!(delays, [0, 100, 200, 400, 800, 1600, 3200, 6400, 10_000]);
        assert_eq!(delay_after(u32::MAX), LONGEST_DELAY);
    }
}
