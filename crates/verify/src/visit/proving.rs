//! The chip's proofs: what the signed data promise must convince; there is no other proof in its place.

use super::{Inside, Stop};
use crate::evidence::{self, Nonce, Signed};
use crate::owed::{Owed, PROMISING, Security};
use crate::proof::{Proof, Proofs};
use crate::read::{Link, ReadError};
use crate::unread::Unread;
use crate::verdict::Verdict;
use chipwright_channel::active_authentication::{self, ActiveAuthenticationKey};
use chipwright_channel::chip_authentication::ChipKey;
use chipwright_channel::pace::ChipAuthenticationData;
use chipwright_iso7816::Transport;
use chipwright_profile::{FileId, read};
use ring::digest;

/// `id-TA`: 0.4.0.127.0.7.2.2.2.
fn is_terminal(protocol: &[u8]) -> bool {
    protocol.starts_with(&[0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02])
}

impl<T: Transport> Inside<'_, '_, T> {
    /// PACE ran with Chip Authentication Mapping: EF.CardSecurity says which key it must fit. It lies in the master file, which is current until the
    /// application is selected.
    pub(super) fn mapping(&mut self, data: &ChipAuthenticationData) -> Result<(), Stop> {
        self.read_card_security()?;
        let outcome = match &self.memory.security {
            None => {
                let why = self.memory.faults.remove(&FileId::CardSecurity).unwrap_or_default();
                Err((Verdict::ChipNotProven, format!("EF.CardSecurity: {why}")))
            }
            Some(Security { fault: Some((verdict, why)), .. }) => {
                Err((*verdict, format!("EF.CardSecurity: {why}")))
            }
            Some(security) => {
                let mut failed = None;
                let convinced = security.keys.iter().any(|key| {
                    let result = data.check(key.point());
                    failed = failed.take().or(result.as_ref().err().map(ToString::to_string));
                    result.is_ok()
                });
                let why = failed.unwrap_or_else(|| "EF.CardSecurity holds no key".to_owned());
                if convinced { Ok(()) } else { Err((Verdict::ChipNotProven, why)) }
            }
        };
        self.memory.note(Proof::PaceCam, outcome);
        Ok(())
    }

    /// EF.CardSecurity of a card without the mapping that offers the general authentication procedure.
    pub(super) fn card_security(&mut self) -> Result<(), Stop> {
        let access = self.memory.files.get(FileId::CardAccess).and_then(|file| read::card_access(file).ok());
        let offered =
            access.is_some_and(|infos| infos.iter().any(|(protocol, _)| is_terminal(protocol.as_bytes())));
        if offered { self.read_card_security() } else { Ok(()) }
    }

    fn read_card_security(&mut self) -> Result<(), Stop> {
        self.fetch(FileId::CardSecurity, &digest::SHA256)?;
        let ask = &*self.ask;
        let file = self.memory.files.get(FileId::CardSecurity);
        self.memory.security = file.map(|file| Security::check(file, ask.trust, ask.policy, ask.at));
        Ok(())
    }

    /// DG14 and DG15, and the proofs they promise.
    pub(super) fn prove(&mut self) -> Result<(), Stop> {
        PROMISING.into_iter().try_for_each(|number| self.data_group(number))?;
        let Some(owed) = self.memory.signed().and_then(|signed| Owed::read(signed, &self.memory.files))
        else {
            return Ok(());
        };
        self.of_this_card(&owed);
        let due = self.due(&owed);
        self.memory.due = Some(due.clone());
        let not_proven = |why: String| Err((Verdict::ChipNotProven, why));
        if due.contains(&Proof::PaceCam) && self.memory.outcome_of(Proof::PaceCam).is_none() {
            let why = "DG14 promises it, but EF.CardAccess does not offer it".to_owned();
            self.memory.note(Proof::PaceCam, not_proven(why));
        }
        match owed.chip_key() {
            Some(Err(why)) => self.memory.note(Proof::ChipAuthentication, not_proven(why)),
            Some(Ok(key)) if due.contains(&Proof::ChipAuthentication) => self.chip_authentication(&key)?,
            _ => {}
        }
        match owed.signing_key() {
            Some(Err(why)) => self.memory.note(Proof::ActiveAuthentication, not_proven(why)),
            Some(Ok(key)) if due.contains(&Proof::ActiveAuthentication) => {
                self.active_authentication(&key)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Which of the promised proofs are run.
    fn due(&self, owed: &Owed) -> Vec<Proof> {
        let promised: Vec<Proof> = owed.proofs().collect();
        let wants_signature = self.ask.evidence.is_some();
        let chosen = |index: usize, proof: Proof| {
            index == 0
                || self.ask.proofs == Proofs::All
                || (wants_signature && proof == Proof::ActiveAuthentication)
        };
        let due = promised.into_iter().enumerate().filter(|(index, proof)| chosen(*index, *proof));
        due.map(|(_, proof)| proof).collect()
    }

    /// EF.CardSecurity counts only if the signed DG14 names its keys.
    fn of_this_card(&mut self, owed: &Owed) {
        let objection = self.memory.security.as_ref().and_then(|security| owed.objection(security));
        let Some(why) = objection else { return };
        self.memory.foreign_security = Some(why);
        if self.memory.outcome_of(Proof::PaceCam).is_some() {
            self.memory.note(Proof::PaceCam, Err((Verdict::ChipNotProven, why.to_owned())));
        }
    }

    /// Proven by the next answer.
    fn chip_authentication(&mut self, key: &ChipKey) -> Result<(), Stop> {
        self.memory.exchanges += 2;
        let result = self.link.authenticate_chip(key, &mut *self.random);
        result.map_err(|error| self.proof_fails(Proof::ChipAuthentication, &error))
    }

    fn active_authentication(&mut self, key: &ActiveAuthenticationKey) -> Result<(), Stop> {
        let (challenge, nonce) = match &self.ask.evidence {
            Some(request) => {
                let nonce = Nonce::draw(&mut *self.random);
                (evidence::challenge(self.ask.at, request, nonce), Some(nonce))
            }
            None => {
                let mut challenge = [0; 8];
                (self.random)(&mut challenge);
                (challenge, None)
            }
        };
        let (waiting, command) = active_authentication::challenge(key, challenge);
        self.memory.exchanges += 1;
        let answer = self.link.exchange(&command);
        let proven = self.chip_was_proven();
        let response = match answer {
            Ok(response) => response,
            Err(error) => {
                let by = if matches!(error, ReadError::NotGenuine(_)) && !proven {
                    Proof::ChipAuthentication
                } else {
                    Proof::ActiveAuthentication
                };
                return Err(self.proof_fails(by, &error));
            }
        };
        match waiting.receive(&response) {
            Ok((signature, _)) => {
                self.memory.signed_challenge = nonce.map(|nonce| Signed { nonce, signature });
                self.memory.note(Proof::ActiveAuthentication, Ok(()));
            }
            Err(error) => {
                let failed = (Verdict::ChipNotProven, error.to_string());
                self.memory.note(Proof::ActiveAuthentication, Err(failed));
            }
        }
        Ok(())
    }

    /// Whether Chip Authentication 1 has been proven by an answer under its keys; noted once.
    pub(super) fn chip_was_proven(&mut self) -> bool {
        if self.link.take_proof().is_some() {
            self.memory.note(Proof::ChipAuthentication, Ok(()));
        }
        matches!(self.memory.outcome_of(Proof::ChipAuthentication), Some(Ok(())))
    }

    /// A proof that broke off: the session is gone. A card that was lifted, and a reader that is gone, have not failed.
    fn proof_fails(&mut self, proof: Proof, error: &ReadError) -> Stop {
        self.memory.unread = Some(Unread::from(error));
        if error.is_silence() {
            let key = FileId::Dg(if proof == Proof::ActiveAuthentication { 15 } else { 14 });
            self.memory.faults.insert(key, error.to_string());
            return if error.is_lost_contact() { Stop::Lost } else { Stop::Ended };
        }
        self.memory.note(proof, Err((Verdict::ChipNotProven, error.to_string())));
        Stop::Ended
    }
}
