//! A scripted card that knows its passwords and keys and lies all the same.

use super::agreement::{Agreement, PaceLie};
use super::sealing::{SealLie, Sealing};
use chipwright_emulator::{Randomness, seeded_rng};
use chipwright_iso7816::{Atr, Command, Ins, Le, Response, StatusWord, Transport, TransportError};
use chipwright_profile::{FileId, SignedProfile};
use std::collections::BTreeMap;

/// Plain bytes one protected short response carries.
const SHORT: usize = 223;
/// Plain bytes one protected extended response carries.
const EXTENDED: usize = 1000;

/// What an honest card holds, and what opens it.
#[derive(Clone)]
pub struct Model {
    /// Its files.
    pub files: BTreeMap<FileId, Vec<u8>>,
    /// Its card access number.
    pub can: String,
}

impl Model {
    /// The card that this profile would become.
    #[must_use]
    pub fn of(signed: &SignedProfile) -> Self {
        let can = String::from_utf8_lossy(signed.access_secrets().can()).into_owned();
        Self { files: signed.files().map(|(file, content)| (file, content.to_vec())).collect(), can }
    }

    /// The same card with another file.
    #[must_use]
    pub fn with(mut self, file: FileId, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(file, content.into());
        self
    }

    /// The same card without a file.
    #[must_use]
    pub fn without(mut self, file: FileId) -> Self {
        self.files.remove(&file);
        self
    }
}

/// A finished card in a script: PACE with the access number (AES-256), secure messaging, READ BINARY. Without a lie it is honest.
pub struct Liar {
    model: Model,
    pace: Option<PaceLie>,
    seal: Option<(usize, SealLie)>,
    trickle: usize,
    second: BTreeMap<FileId, Vec<u8>>,
    agreement: Agreement,
    session: Option<Sealing>,
    sealed: usize,
    in_application: bool,
    current: Option<FileId>,
    begun: BTreeMap<FileId, u32>,
    random: Randomness,
}

impl Liar {
    /// An honest one.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        Self {
            agreement: Agreement::new(&model.can),
            model: model.clone(),
            pace: None,
            seal: None,
            trickle: usize::MAX,
            second: BTreeMap::new(),
            session: None,
            sealed: 0,
            in_application: false,
            current: None,
            begun: BTreeMap::new(),
            random: seeded_rng(0x11A2),
        }
    }

    /// Lies in PACE.
    #[must_use]
    pub const fn lying_in_pace(mut self, lie: PaceLie) -> Self {
        self.pace = Some(lie);
        self
    }

    /// Lies in protected response number `at` of a session: 0 answers SELECT, 1 the first READ BINARY.
    #[must_use]
    pub const fn lying_at(mut self, at: usize, lie: SealLie) -> Self {
        self.seal = Some((at, lie));
        self
    }

    /// Gives this many bytes at a time.
    #[must_use]
    pub const fn trickling(mut self, bytes: usize) -> Self {
        self.trickle = bytes;
        self
    }

    /// From the second time it is read from its beginning, the file is another.
    #[must_use]
    pub fn then(mut self, file: FileId, content: impl Into<Vec<u8>>) -> Self {
        self.second.insert(file, content.into());
        self
    }

    fn process(&mut self, command: &Command, most: usize) -> Response {
        match command.ins {
            Ins::SELECT => {
                self.in_application = command.p1 == 0x04;
                self.current = None;
                Response::status(StatusWord::OK)
            }
            Ins::READ_BINARY => self.read(command, most),
            _ => Response::status(StatusWord::INS_NOT_SUPPORTED),
        }
    }

    fn read(&mut self, command: &Command, most: usize) -> Response {
        let mut offset = usize::from(command.p1) << 8 | usize::from(command.p2);
        if command.p1 & 0x80 != 0 {
            offset = usize::from(command.p2);
            self.current = self.file(command.p1 & 0x1F);
            if let Some(file) = self.current {
                *self.begun.entry(file).or_default() += 1;
            }
        }
        let Some(file) = self.current else { return Response::status(StatusWord::FILE_NOT_FOUND) };
        if self.session.is_none() && self.in_application {
            return Response::status(StatusWord::SECURITY_STATUS_NOT_SATISFIED);
        }
        let again = self.begun.get(&file).is_some_and(|times| *times > 1);
        let content = match self.second.get(&file) {
            Some(other) if again => other,
            _ => &self.model.files[&file],
        };
        let asked = match command.le {
            Some(Le::Exact(ne)) => ne as usize,
            _ => usize::MAX,
        };
        let from = &content[offset.min(content.len())..];
        Response::ok(from[..from.len().min(asked).min(most).min(self.trickle)].to_vec())
    }

    fn file(&self, short: u8) -> Option<FileId> {
        let here = |file: FileId| {
            let master =
                matches!(file, FileId::CardAccess | FileId::AtrInfo | FileId::Dir | FileId::CardSecurity);
            master != self.in_application
        };
        self.model.files.keys().copied().find(|file| file.sfi() == short && here(*file))
    }

    fn plain(&mut self, command: &Command) -> Response {
        match command.ins {
            Ins::MANAGE_SECURITY_ENVIRONMENT => self.agreement.set_at(&command.data),
            Ins::GENERAL_AUTHENTICATE => {
                let (response, session) = self.agreement.step(&command.data, self.pace, &mut self.random);
                if session.is_some() {
                    self.session = session;
                    self.sealed = 0;
                }
                response
            }
            _ => {
                self.session = None;
                self.process(command, 256)
            }
        }
    }

    fn protected(&mut self, command: &Command) -> Vec<u8> {
        let refused = StatusWord::SM_OBJECTS_INCORRECT.to_bytes().to_vec();
        let Some(mut session) = self.session.take() else { return refused };
        let Some(plain) = session.open(command) else { return refused };
        self.session = Some(session);
        let response = self.process(&plain, if command.extended { EXTENDED } else { SHORT });
        let lie = self.seal.filter(|(at, _)| *at == self.sealed).map(|(_, lie)| lie);
        self.sealed += 1;
        self.session.as_mut().map(|session| session.seal(response, lie)).unwrap_or(refused)
    }
}

impl Transport for Liar {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let Ok(command) = Command::from_bytes(command) else {
            return Ok(StatusWord::WRONG_LENGTH.to_bytes().to_vec());
        };
        if command.cla & 0x0C == 0x0C {
            return Ok(self.protected(&command));
        }
        Ok(self.plain(&command).to_bytes())
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.session = None;
        self.current = None;
        self.in_application = false;
        self.agreement = Agreement::new(&self.model.can);
        Ok(Atr::contactless(&[0x80, 0x73, 0xD4, 0x01, 0xC0]))
    }
}
