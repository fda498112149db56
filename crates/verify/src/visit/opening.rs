//! Opening a card (9303-11, 4.2, steps 1 to 3): EF.CardAccess, where needed EF.ATR/INFO, PACE.

use super::{Stop, Visit};
use crate::check::{Check, CheckName};
use crate::ladder::Rung;
use crate::read::{self, ReadError, Reading, lost_contact};
use crate::unread::Unread;
use crate::verdict::Verdict;
use chipwright_channel::pace::{self, Established, PaceError, Preference};
use chipwright_channel::sm::SmError;
use chipwright_iso7816::{Command, Ins, LengthMode, StatusWord, Transport, TransportError};
use chipwright_profile::FileId;
use ring::digest;

impl<T: Transport> Visit<'_, '_, T> {
    /// Resets the card and runs PACE with it.
    pub(super) fn open(&mut self) -> Result<Established, Stop> {
        match self.card.reset() {
            Ok(atr) => self.memory.atr = Some(atr),
            Err(error) => {
                let lost = matches!(error, TransportError::CardRemoved | TransportError::CardReset);
                let stop = self.refuse(Verdict::Unreadable, Unread::from(&error), error.to_string());
                return Err(if lost { Stop::Lost } else { stop });
            }
        }
        if !self.memory.files.has(FileId::CardAccess) {
            self.card_access()?;
        }
        if self.memory.rung.is_none() {
            self.memory.rung = Some(self.rung()?);
        }
        let access = self.memory.files.get(FileId::CardAccess).unwrap_or_default();
        let info = match pace::choose_with(access, Preference { cam: true }) {
            Ok(info) => info,
            Err(error) => {
                let (why, detail) = (Unread::from(&error), error.to_string());
                return Err(self.refuse(Verdict::Unreadable, why, detail));
            }
        };
        self.memory.exchanges += 5;
        let opened = pace::establish_with(self.card, None, &info, self.ask.password, None, &mut *self.random);
        match opened {
            Ok(established) => {
                self.memory.access = Some(Ok(()));
                Ok(established)
            }
            Err(error) => Err(self.refuse_pace(&error)),
        }
    }

    fn card_access(&mut self) -> Result<(), Stop> {
        let mut reading = Reading::new(&digest::SHA256);
        match reading.go_on(self.card, FileId::CardAccess) {
            Ok(()) => {
                let (content, hash) = reading.finish();
                self.memory.files.put(FileId::CardAccess, content, hash);
                Ok(())
            }
            Err(ReadError::Refused(status)) => Err(self.unopened(status)),
            Err(error) => {
                let detail = format!("EF.CardAccess: {error}");
                let stop = self.refuse(Verdict::Unreadable, Unread::from(&error), detail);
                Err(if error.is_lost_contact() { Stop::Lost } else { stop })
            }
        }
    }

    /// Why EF.CardAccess is refused: what the application answers when it is selected (PERSO-11, LIFE-02, CM-20, CM-11).
    fn unopened(&mut self, status: StatusWord) -> Stop {
        let select = Command::new(0x00, Ins::SELECT, 0x04, 0x0C).with_data(self.ask.application.as_bytes());
        let answer = match self.card.exchange(&select) {
            Ok(answer) => answer.status,
            Err(error) if lost_contact(&error) => {
                let why = ReadError::from(error);
                self.refuse(Verdict::Unreadable, Unread::from(&why), format!("EF.CardAccess: {why}"));
                return Stop::Lost;
            }
            Err(_) => status,
        };
        let not_ours = Unread::NotOurs;
        match answer {
            StatusWord::FILE_DEACTIVATED => self.refuse(
                Verdict::Suspended,
                not_ours,
                "the card has been suspended by its issuer".to_owned(),
            ),
            StatusWord::FUNCTION_NOT_SUPPORTED | StatusWord::CONDITIONS_NOT_SATISFIED => {
                self.refuse(Verdict::Revoked, not_ours, "the card has been blocked by its issuer".to_owned())
            }
            _ if status == StatusWord::CONDITIONS_NOT_SATISFIED => {
                self.refuse(Verdict::Unreadable, not_ours, "the card has not been finalised".to_owned())
            }
            _ => self.refuse(
                Verdict::Unreadable,
                not_ours,
                format!("EF.CardAccess is not readable ({status}): this is no finished card of ours"),
            ),
        }
    }

    /// How files are read: as was learnt of this type, or as EF.ATR/INFO permits.
    fn rung(&mut self) -> Result<Rung, Stop> {
        let known = self.ask.ladder.as_ref().zip(self.memory.atr.as_ref());
        let known = known.and_then(|(ladder, atr)| ladder.rung(atr));
        if self.card.mode() == LengthMode::Short {
            return Ok(Rung::SHORT);
        }
        if let Some(known) = known {
            return Ok(known);
        }
        let rung = match read::beginning(self.card, FileId::AtrInfo) {
            Ok(content) => {
                let hash = digest::digest(&digest::SHA256, &content);
                let sizes = chipwright_profile::read::atr_info(&content).ok().flatten();
                self.memory.files.put(FileId::AtrInfo, content, hash);
                sizes.and_then(|sizes| Rung::announced(sizes.response)).unwrap_or(Rung::SHORT)
            }
            Err(error) if error.is_lost_contact() => {
                self.refuse(Verdict::Unreadable, Unread::from(&error), format!("EF.ATR/INFO: {error}"));
                return Err(Stop::Lost);
            }
            // what a card does not tell is not asked of it
            Err(_) => Rung::SHORT,
        };
        if let (Some(ladder), Some(atr)) = (&mut self.ask.ladder, &self.memory.atr) {
            ladder.learn(atr, rung);
        }
        Ok(rung)
    }

    fn refuse_pace(&mut self, error: &PaceError) -> Stop {
        let verdict = match error {
            PaceError::NotGenuine(_) => Verdict::ChipNotProven,
            _ => Verdict::Unreadable,
        };
        let detail = match error {
            PaceError::WrongPassword { .. } => "the card access number or MRZ is wrong".to_owned(),
            other => other.to_string(),
        };
        let lost = match error {
            PaceError::Exchange(error) | PaceError::SecureMessaging(SmError::Exchange(error)) => {
                lost_contact(error)
            }
            _ => false,
        };
        let stop = self.refuse(verdict, Unread::from(error), detail);
        if lost { Stop::Lost } else { stop }
    }

    fn refuse(&mut self, verdict: Verdict, why: Unread, detail: String) -> Stop {
        self.memory.access = Some(Err(Check::failed(CheckName::Access, verdict, detail)));
        self.memory.unread = Some(why);
        Stop::Ended
    }
}
