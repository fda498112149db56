//! One contact with a card: open it, prove the chip, read what is not at hand yet.
//!
//! ```text
//! EF.CardAccess [EF.ATR/INFO] PACE [EF.CardSecurity: Chip Authentication Mapping] SELECT EF.SOD DG14 [DG15]
//!     [Chip Authentication 1] [Active Authentication] text … ─▶ text verdict ─▶ portrait
//! ```

mod opening;
mod proving;

use crate::inspect::Inspection;
use crate::judge::{PORTRAIT, Scope, judge};
use crate::ladder::Rung;
use crate::memory::{Memory, SecurityObjectRead};
use crate::owed::PROMISING;
use crate::proof::{Proof, Proofs};
use crate::read::{Link, ReadError, Reading};
use crate::session::Protected;
use crate::stage::{Stage, TextVerdict};
use crate::unread::Unread;
use crate::verdict::Verdict;
use chipwright_iso7816::{Command, Exchanger, Ins, StatusWord, Transport};
use chipwright_pki::check::{check, check_cached};
use chipwright_profile::FileId;
use chipwright_profile::security_object::{HashAlgorithm, SecurityObject};
use ring::digest;

/// Why a contact ended before everything was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The card was lifted or lost power.
    Lost,
    /// Card or reader refused the length that was asked for; the next visit asks for less.
    TooLong,
    /// Nothing more can be read; what is wrong has been noted.
    Ended,
}

/// One contact.
pub(crate) struct Visit<'v, 'a, T> {
    pub(crate) card: &'v mut Exchanger<T>,
    pub(crate) ask: &'v mut Inspection<'a>,
    pub(crate) random: &'v mut dyn FnMut(&mut [u8]),
    pub(crate) memory: &'v mut Memory,
    /// The round trip after which no more is asked.
    pub(crate) last: u64,
}

impl<T: Transport> Visit<'_, '_, T> {
    pub(crate) fn run(mut self) -> Result<(), Stop> {
        let established = self.open()?;
        let again = self.memory.security_object.is_some();
        self.ask.tell(if again { Stage::Resumed } else { Stage::Opened });
        let Self { card, ask, random, memory, last } = self;
        let rung = memory.rung.unwrap_or(Rung::SHORT);
        let link = Protected::new(card, established.session, rung, last);
        let mut inside = Inside { link, ask, random, memory };
        match established.chip_data {
            Some(data) => inside.mapping(&data)?,
            None if inside.ask.proofs == Proofs::All => inside.card_security()?,
            None => {}
        }
        inside.select()?;
        inside.security_object()?;
        if inside.memory.signed().is_none() {
            return Err(Stop::Ended);
        }
        inside.prove()?;
        inside.texts()?;
        inside.second_signature()?;
        inside.tell();
        inside.data_group(PORTRAIT)
    }
}

/// Behind secure messaging.
pub(super) struct Inside<'v, 'a, T> {
    link: Protected<'v, T>,
    ask: &'v mut Inspection<'a>,
    random: &'v mut dyn FnMut(&mut [u8]),
    memory: &'v mut Memory,
}

impl<T: Transport> Inside<'_, '_, T> {
    fn select(&mut self) -> Result<(), Stop> {
        let application = self.ask.application;
        let command = Command::new(0x00, Ins::SELECT, 0x04, 0x0C).with_data(application.as_bytes());
        self.memory.exchanges += 1;
        let result = match self.link.exchange(&command) {
            Ok(response) if response.status == StatusWord::OK => return Ok(()),
            Ok(response) => ReadError::Refused(response.status),
            Err(error) => error,
        };
        Err(self.security_object_fails(&result))
    }

    /// EF.SOD and its signature; when the card was put back, only whether it is the same.
    fn security_object(&mut self) -> Result<(), Stop> {
        let mut reading = Reading::new(&digest::SHA256);
        if let Err(error) = reading.go_on(&mut self.link, FileId::Sod) {
            return Err(self.security_object_fails(&error));
        }
        let (content, hash) = reading.finish();
        let mut digest = [0; 32];
        digest.copy_from_slice(hash.as_ref());
        if let Some(known) = &self.memory.security_object {
            if known.digest == digest {
                return Ok(());
            }
            self.memory.security_object_fault = Some("another card was put in its place".to_owned());
            self.memory.unread = Some(Unread::Contact);
            return Err(Stop::Ended);
        }
        // whatever is wrong from here on is what the card gave
        self.memory.unread = Some(Unread::Misbehaved);
        self.memory.security_object = Some(self.take_apart(&content, digest));
        self.memory.files.put(FileId::Sod, content, hash);
        Ok(())
    }

    fn take_apart(&mut self, file: &[u8], digest: [u8; 32]) -> SecurityObjectRead {
        let cms = match chipwright_profile::read::sod(file) {
            Ok(cms) => cms,
            Err(error) => {
                return SecurityObjectRead { digest, passive: None, signed: Err(error.to_string()) };
            }
        };
        let ask = &mut *self.ask;
        let passive = match &mut ask.cache {
            Some(cache) => check_cached(cms, ask.trust, ask.policy, ask.at, cache),
            None => check(cms, ask.trust, ask.policy, ask.at),
        };
        let signed = passive.content().map(SecurityObject::from_der).transpose();
        SecurityObjectRead {
            digest,
            passive: Some(passive),
            signed: signed.map_err(|error| error.to_string()),
        }
    }

    fn security_object_fails(&mut self, error: &ReadError) -> Stop {
        let stop = self.stop(error);
        self.memory.security_object_fault = Some(error.to_string());
        self.memory.unread = Some(Unread::from(error));
        stop
    }

    /// Every data group that was signed, but the portrait.
    fn texts(&mut self) -> Result<(), Stop> {
        let mut numbers: Vec<u8> = match self.memory.signed() {
            Some(signed) => signed.hashes().map(|(number, _)| number).collect(),
            None => return Err(Stop::Ended),
        };
        numbers.sort_unstable();
        numbers.retain(|number| *number != PORTRAIT && !PROMISING.contains(number));
        numbers.into_iter().try_for_each(|number| self.data_group(number))
    }

    /// EF.SOD-PQ, where the policy looks at it. A card may not have it.
    fn second_signature(&mut self) -> Result<(), Stop> {
        if self.ask.second_signature.is_none() {
            return Ok(());
        }
        let unread = self.memory.unread;
        let file = FileId::SodPostQuantum;
        self.fetch(file, &digest::SHA256)?;
        if let Some(why) = self.memory.faults.remove(&file) {
            self.memory.no_second_signature = Some(why);
            self.memory.unread = unread;
        }
        Ok(())
    }

    /// One data group, if it was signed and is not at hand. A refusal is noted; only what ends the session stops.
    fn data_group(&mut self, number: u8) -> Result<(), Stop> {
        let file = FileId::Dg(number);
        let algorithm = match self.memory.signed() {
            Some(signed) if signed.hash_of(number).is_some() => ring_algorithm(signed.algorithm()),
            _ => return Ok(()),
        };
        self.fetch(file, algorithm)
    }

    fn fetch(&mut self, file: FileId, algorithm: &'static digest::Algorithm) -> Result<(), Stop> {
        if self.memory.files.has(file) {
            return Ok(());
        }
        let mut reading = self.memory.partial.remove(&file).unwrap_or_else(|| Reading::new(algorithm));
        let result = reading.go_on(&mut self.link, file);
        let proven = self.chip_was_proven();
        match result {
            Ok(()) => {
                let (content, hash) = reading.finish();
                self.memory.files.put(file, content, hash);
                self.learn();
                Ok(())
            }
            Err(error) => {
                if let ReadError::NotGenuine(why) = &error
                    && !proven
                {
                    let failed = (Verdict::ChipNotProven, why.to_string());
                    self.memory.note(Proof::ChipAuthentication, Err(failed));
                }
                self.memory.faults.insert(file, error.to_string());
                self.memory.unread = Some(Unread::from(&error));
                if error.is_lost_contact() {
                    self.memory.partial.insert(file, reading);
                }
                match self.stop(&error) {
                    Stop::Ended if !error.ends_session() => {
                        self.memory.promises_withheld |= file == FileId::Dg(14);
                        Ok(())
                    }
                    stop => Err(stop),
                }
            }
        }
    }

    /// What an error means for this contact. A refused length lowers the rung.
    fn stop(&mut self, error: &ReadError) -> Stop {
        if error.is_lost_contact() {
            return Stop::Lost;
        }
        match self.link.rung().lower().filter(|_| error.refuses_length()) {
            Some(lower) => {
                self.memory.rung = Some(lower);
                self.learn_rung(lower);
                Stop::TooLong
            }
            None => Stop::Ended,
        }
    }

    /// Keeps what the card turned out to give.
    fn learn(&mut self) {
        if self.memory.rung.is_some_and(|rung| rung.extended()) && self.memory.rung != Some(self.link.rung())
        {
            let rung = self.link.rung();
            self.learn_rung(rung);
        }
    }

    fn learn_rung(&mut self, rung: Rung) {
        if let (Some(ladder), Some(atr)) = (&mut self.ask.ladder, &self.memory.atr) {
            ladder.learn(atr, rung);
        }
    }

    /// The text verdict, once.
    fn tell(&mut self) {
        if self.memory.told || self.ask.progress.is_none() {
            return;
        }
        self.memory.told = true;
        let judged = judge(self.memory, self.ask, Scope::Text);
        let (checks, Some(holder)) = (judged.checks, judged.holder) else { return };
        let verdict = Verdict::from_checks(&checks);
        self.ask.tell(Stage::Text(&TextVerdict { verdict, checks: &checks, holder: &holder }));
    }
}

const fn ring_algorithm(algorithm: HashAlgorithm) -> &'static digest::Algorithm {
    match algorithm {
        HashAlgorithm::Sha256 => &digest::SHA256,
        HashAlgorithm::Sha384 => &digest::SHA384,
        HashAlgorithm::Sha512 => &digest::SHA512,
    }
}
