//! INITIALIZE UPDATE and EXTERNAL AUTHENTICATE (CM-05 to CM-07, CM-19).

use super::load::Loading;
use super::status::Shown;
use crate::chip::CountAt;
use crate::flaw::{Flaw, flawed};
use crate::memory::Changes;
use crate::personalisation::{Stream, Update};
use crate::processor::{Processor, Stop};
use crate::scp03::{self, Initiation, Pending};
use crate::store::StoredKeys;
use chipwright_iso7816::{Aid, Command, Response, StatusWord};

/// The last value of a sequence counter.
const LAST_SEQUENCE: u32 = 0xFF_FFFF;

/// Where the secure channel stands.
#[derive(Default)]
pub(crate) enum SecureChannel {
    #[default]
    None,
    /// After INITIALIZE UPDATE with the key set in `keys`.
    Pending {
        protocol: Box<Pending>,
        keys: usize,
    },
    Open(Box<Channel>),
}

impl SecureChannel {
    /// Whether a session is open in which every command comes under secure messaging: level 01 or more.
    pub(crate) fn demands_c_mac(&self) -> bool {
        matches!(self, Self::Open(channel) if channel.protocol.level().has_c_mac())
    }
}

/// An open session and what is bound to it.
pub(crate) struct Channel {
    pub(crate) protocol: scp03::Channel,
    /// Slot of its key set.
    pub(crate) keys: usize,
    /// The association of PERSO-01.
    pub(crate) stream: Option<Stream>,
    /// What the session has stored for an OPERATIONAL instance (LIFE-05).
    pub(crate) update: Option<Update>,
    pub(crate) loading: Option<Loading>,
    /// Where GET STATUS [next] goes on, when more follows.
    pub(crate) shown: Option<Shown>,
}

impl Processor {
    /// `80 50 version 00, host challenge`. Ends the session before, whatever the answer (PERSO-12).
    pub(crate) fn initialize_update(&mut self, command: &Command, invoker: &Aid) -> Result<Response, Stop> {
        self.volatile.channel = SecureChannel::None;
        if command.p2 != 0x00 {
            return Err(StatusWord::INCORRECT_P1_P2.into());
        }
        let parameter = self.silicon.parameter;
        if command.data.len() != parameter.short_length() {
            return Err(StatusWord::WRONG_LENGTH.into());
        }
        let (slot, keys) = self
            .store
            .key_sets()
            .find(|(_, keys)| command.p1 == 0x00 || keys.version == command.p1)
            .ok_or(StatusWord::REFERENCED_DATA_NOT_FOUND)?;
        if keys.failures >= self.silicon.failure_limit && !flawed(Flaw::BlockedKeySetAnswers) {
            return Err(StatusWord::BLOCKED.into());
        }
        if parameter.is_pseudo_random() && keys.sequence == LAST_SEQUENCE {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
        }
        let initiation = Initiation {
            keys: &keys.set,
            parameter,
            key_version: keys.version,
            diversification_data: self.silicon.cplc.chip_identifier(),
            sequence_counter: keys.sequence_bytes(),
            invoking_aid: invoker.as_bytes(),
        };
        let (protocol, data) = initiation.initialize_update(&command.data, &mut *self.rng)?;
        if self.silicon.count_at == CountAt::InitializeUpdate {
            let counted = keys.with_counters(keys.failures.saturating_add(1), keys.sequence);
            self.count(slot, counted)?;
        }
        self.volatile.channel = SecureChannel::Pending { protocol: Box::new(protocol), keys: slot };
        Ok(Response::ok(data))
    }

    /// `84 82 level 00, host cryptogram, C-MAC`. `personalises` is the instance that a session opened through the
    /// application is bound to.
    pub(crate) fn external_authenticate(
        &mut self,
        command: &Command,
        personalises: Option<usize>,
    ) -> Result<Response, Stop> {
        let SecureChannel::Pending { protocol, keys: slot } = std::mem::take(&mut self.volatile.channel)
        else {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
        };
        let keys = self.store.key_set(slot).ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
        match protocol.external_authenticate(command) {
            Ok(protocol) => {
                let counts =
                    self.silicon.parameter.is_pseudo_random() && !flawed(Flaw::SequenceCounterStands);
                let pseudo_random = u32::from(counts);
                let left = if flawed(Flaw::FailuresNotCleared) { keys.failures } else { 0 };
                let cleared = keys.with_counters(left, (keys.sequence + pseudo_random).min(LAST_SEQUENCE));
                self.count(slot, cleared)?;
                let stream = personalises.map(Stream::new);
                let channel =
                    Channel { protocol, keys: slot, stream, update: None, loading: None, shown: None };
                self.volatile.channel = SecureChannel::Open(Box::new(channel));
                Ok(Response::status(StatusWord::OK))
            }
            Err(status) => {
                let failed = status == StatusWord::AUTHENTICATION_FAILED && !flawed(Flaw::FailuresNotCounted);
                if failed && self.silicon.count_at == CountAt::ExternalAuthenticate {
                    let counted = keys.with_counters(keys.failures.saturating_add(1), keys.sequence);
                    self.count(slot, counted)?;
                }
                Err(status.into())
            }
        }
    }

    fn count(&mut self, slot: usize, counted: Option<StoredKeys>) -> Result<(), Stop> {
        let counted = counted.ok_or(StatusWord::NO_PRECISE_DIAGNOSIS)?;
        self.store.commit(Changes::default().key_counters(slot, &counted))?;
        Ok(())
    }
}
