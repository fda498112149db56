//! Carrying out a plan: opening the secure channel without ever costing a chip, storing objects, counting the cost.

use crate::chip::{ChipIdentifier, ChipProfile, Path};
use crate::cost::{CostReport, Progress, StepCost};
use crate::dgi::{Dgi, HoldingsReport, Object, stream};
use crate::error::{PersoError, STORE_DATA};
use crate::globalplatform as gp;
use crate::key_pair::Asked;
use crate::keys::{KeyMark, TryBudget};
use chipwright_channel::scp03::{
    HostChallenge, Initiate, Mode, Parameter, Scp03Error, SecurityLevel, Session, StaticKeys,
};
use chipwright_iso7816::{Aid, Command, Exchanger, LengthMode, Response, StatusWord, Transport};
use chipwright_profile::{KeyReference, PublicPoint};
use std::time::Duration;
use zeroize::Zeroizing;

/// What a pure run needs from the world.
pub struct Surroundings<'a> {
    /// Fills with random bytes.
    pub random: &'a mut dyn FnMut(&mut [u8]),
    /// Monotonic time, for the cost report only.
    pub clock: &'a mut dyn FnMut() -> Duration,
    /// Tries that chips may still cost.
    pub budget: &'a mut dyn TryBudget,
    /// Hears how far the run is.
    pub progress: &'a mut dyn FnMut(Progress),
}

/// A chip being worked on.
pub(crate) struct Run<'a, 'w, T> {
    pub(crate) card: &'a mut Exchanger<T>,
    pub(crate) profile: &'a ChipProfile,
    pub(crate) world: &'a mut Surroundings<'w>,
    pub(crate) cost: CostReport,
    step: &'static str,
    mark: (u64, (u64, u64), Duration),
}

impl<'a, 'w, T: Transport> Run<'a, 'w, T> {
    pub(crate) fn new(
        card: &'a mut Exchanger<T>,
        profile: &'a ChipProfile,
        world: &'a mut Surroundings<'w>,
        step: &'static str,
    ) -> Self {
        let mark = (card.round_trips(), card.bytes(), (world.clock)());
        Self { card, profile, world, cost: CostReport::default(), step, mark }
    }

    /// Ends the step at work, books its cost, and begins another.
    pub(crate) fn begin(&mut self, step: &'static str) {
        let now = (self.card.round_trips(), self.card.bytes(), (self.world.clock)());
        self.cost.steps.push(StepCost {
            step: self.step,
            round_trips: now.0 - self.mark.0,
            bytes_sent: now.1.0 - self.mark.1.0,
            bytes_received: now.1.1 - self.mark.1.1,
            micros: u64::try_from(now.2.saturating_sub(self.mark.2).as_micros()).unwrap_or(u64::MAX),
        });
        self.mark = now;
        self.step = step;
        (self.world.progress)(Progress { step, done: 0, of: 0 });
    }

    pub(crate) fn finish(mut self) -> CostReport {
        self.begin("done");
        self.cost
    }

    fn exchange(&mut self, command: &Command) -> Result<Response, PersoError> {
        let step = self.step;
        self.card.exchange(command).map_err(|source| PersoError::Exchange { step, source })
    }

    /// Selects an application and opens a session in it.
    pub(crate) fn select_and_open(
        &mut self,
        application: &Aid,
        chip: &ChipIdentifier,
        parameter: u8,
        keys: &dyn StaticKeys,
    ) -> Result<Session, PersoError> {
        self.select(application)?;
        self.open(application, chip, parameter, keys)
    }

    fn select(&mut self, aid: &Aid) -> Result<(), PersoError> {
        let response = self.exchange(&gp::select(aid))?;
        // the card manager of a blocked card says that it is one, and is selected (CM-20)
        if response.status == StatusWord::FILE_DEACTIVATED && *aid == self.profile.issuer_domain {
            return Ok(());
        }
        self.expect_ok("SELECT", &response)
    }

    /// Opens a session with `keys` in the selected application: counts the try, checks the chip's identity and its cryptogram,
    /// and only then sends EXTERNAL AUTHENTICATE (CM-06, CM-07).
    fn open(
        &mut self,
        selected: &Aid,
        chip: &ChipIdentifier,
        parameter: u8,
        keys: &dyn StaticKeys,
    ) -> Result<Session, PersoError> {
        let step = self.step;
        let channel = |source| PersoError::Channel { step, source };
        let parameter = Parameter::new(parameter).map_err(|error| channel(error.into()))?;
        let version = keys.version();
        let challenge = self.host_challenge(parameter.mode());
        let (waiting, command) = Initiate::new(keys, challenge);
        let mark = KeyMark::of(keys)?;
        self.world.budget.spend(chip, version, mark)?;
        let response = self.exchange(&command)?;
        // diversified keys do not fit another chip: tell that apart from a wrong key, and charge the chip that counted
        if let Some(found) = response.data.first_chunk().map(|bytes| ChipIdentifier(*bytes))
            && response.status.is_success()
            && found != *chip
        {
            self.world.budget.spend(&found, version, mark)?;
            return Err(PersoError::OtherChip { wanted: *chip, found });
        }
        let verified = match waiting.receive(&response) {
            Ok(verified) => verified,
            Err(Scp03Error::CardCryptogram) => {
                self.world.budget.wrong(chip, version, mark)?;
                return Err(PersoError::WrongKey { chip: *chip, version });
            }
            Err(source) => return Err(channel(source)),
        };
        let verified = verified.check_pseudo_random_challenge(selected).map_err(channel)?;
        let (waiting, command) = verified.authenticate(level(parameter)).map_err(channel)?;
        let response = self.exchange(&command)?;
        let session = waiting.receive(&response).map_err(channel)?;
        self.world.budget.clear(chip, version)?;
        Ok(session)
    }

    fn host_challenge(&mut self, mode: Mode) -> HostChallenge {
        let mut bytes = [0u8; 16];
        (self.world.random)(&mut bytes);
        match mode {
            Mode::S8 => HostChallenge::S8(*bytes.first_chunk().unwrap_or(&[0; 8])),
            Mode::S16 => HostChallenge::S16(bytes),
        }
    }

    /// One command inside the session; the answer whatever its status.
    pub(crate) fn ask(
        &mut self,
        session: Session,
        command: &Command,
    ) -> Result<(Session, Response), PersoError> {
        let step = self.step;
        let (waiting, wrapped) =
            session.wrap(command).map_err(|source| PersoError::Channel { step, source })?;
        let response = self.exchange(&wrapped)?;
        waiting.unwrap(response).map_err(|source| PersoError::Channel { step, source })
    }

    /// One command inside the session that must succeed.
    pub(crate) fn command(
        &mut self,
        session: Session,
        name: &'static str,
        command: &Command,
    ) -> Result<(Session, Vec<u8>), PersoError> {
        let (session, response) = self.ask(session, command)?;
        self.expect_ok(name, &response)?;
        Ok((session, response.data))
    }

    /// Directs STORE DATA to the instance (PERSO-01); nothing to do where the application has the session itself.
    pub(crate) fn begin_storing(&mut self, session: Session) -> Result<Storing, PersoError> {
        let session = match self.profile.path {
            Path::Application => session,
            Path::IssuerDomain => {
                let command = gp::install_for_personalization(&self.profile.instance);
                self.command(session, "INSTALL [for personalization]", &command)?.0
            }
        };
        Ok(Storing { session, block: 0 })
    }

    /// Asks what the application holds (PERSO-08), under a fresh report key.
    pub(crate) fn holdings(&mut self, storing: Storing) -> Result<(Storing, Holdings), PersoError> {
        let mut key = Zeroizing::new([0u8; 16]);
        (self.world.random)(&mut *key);
        let (mut storing, mut report) = self.report(storing, &*key)?;
        // an application holds fewer than 40
        const MOST_ANSWERS: u32 = 8;
        let mut answers = 1;
        while let Some(next) = report.next {
            answers += 1;
            if answers > MOST_ANSWERS {
                return Err(self.not_reported());
            }
            let more;
            (storing, more) = self.report(storing, &[key.as_slice(), &next.0.to_be_bytes()].concat())?;
            report.go_on(more).map_err(|_| self.not_reported())?;
        }
        Ok((storing, Holdings { key, report }))
    }

    fn report(&mut self, storing: Storing, question: &[u8]) -> Result<(Storing, HoldingsReport), PersoError> {
        let question = stream([&Object::confidential(Dgi::REPORT, question)]);
        let (storing, answer) = self.store_block(storing, gp::STORE_DATA_RESPONSE, &question)?;
        let report = HoldingsReport::parse(&answer).map_err(|_| self.not_reported())?;
        Ok((storing, report))
    }

    const fn not_reported(&self) -> PersoError {
        PersoError::NotConfirmed { step: self.step, what: "which data it holds" }
    }

    /// Has the chip make a key pair ([`Dgi::GENERATE_KEY_PAIR`]) or show the one it has ([`Dgi::PUBLIC_KEY`]), and prove it under a fresh nonce.
    pub(crate) fn key_pair(
        &mut self,
        storing: Storing,
        chip: &ChipIdentifier,
        how: Dgi,
        reference: KeyReference,
    ) -> Result<(Storing, PublicPoint), PersoError> {
        let mut nonce = [0u8; 16];
        (self.world.random)(&mut nonce);
        let asked = Asked::new(reference, nonce);
        let question = stream([&asked.question(how)]);
        let (storing, answer) = self.store_block(storing, gp::STORE_DATA_RESPONSE, &question)?;
        let not_proven = PersoError::KeyNotProven { step: self.step, chip: *chip, key: reference };
        let public = asked.receive(chip, &answer).map_err(|_| not_proven)?;
        Ok((storing, public))
    }

    /// Stores objects as one stream cut into blocks; `last` marks the end of personalisation.
    pub(crate) fn store(
        &mut self,
        mut storing: Storing,
        objects: &[&Object],
        last: bool,
    ) -> Result<Storing, PersoError> {
        let bytes = stream(objects.iter().copied());
        let most = largest_block(&storing.session, self.card.mode(), self.profile);
        let (mut done, of) = (0, bytes.len());
        for block in bytes.chunks(most) {
            done += block.len();
            let flags = if last && done == of { gp::STORE_DATA_LAST } else { 0 };
            (storing, _) = self.store_block(storing, flags, block)?;
            (self.world.progress)(Progress { step: self.step, done, of });
        }
        Ok(storing)
    }

    fn store_block(
        &mut self,
        storing: Storing,
        flags: u8,
        data: &[u8],
    ) -> Result<(Storing, Vec<u8>), PersoError> {
        let command = gp::store_data(flags, storing.block, data);
        let (session, answer) = self.command(storing.session, STORE_DATA, &command)?;
        Ok((Storing { session, block: storing.block.wrapping_add(1) }, answer))
    }

    pub(crate) fn expect_ok(&self, command: &'static str, response: &Response) -> Result<(), PersoError> {
        match response.status {
            StatusWord::OK => Ok(()),
            status => Err(PersoError::Refused { step: self.step, command, status }),
        }
    }

    pub(crate) const fn step(&self) -> &'static str {
        self.step
    }
}

/// A session whose STORE DATA go to the identity application, and the number of its next block.
pub(crate) struct Storing {
    pub(crate) session: Session,
    block: u8,
}

/// What the application holds, to be compared with what it should hold.
pub(crate) struct Holdings {
    key: Zeroizing<[u8; 16]>,
    report: HoldingsReport,
}

impl Holdings {
    /// Whether it holds a data grouping that `wanted` does not want.
    pub(crate) fn any_but(&self, wanted: impl Fn(Dgi) -> bool) -> bool {
        self.report.held().any(|dgi| !wanted(dgi))
    }

    pub(crate) fn names(&self, dgi: Dgi) -> bool {
        self.report.held().any(|held| held == dgi)
    }

    pub(crate) fn has(&self, object: &Object) -> bool {
        self.report.holds(&self.key, object)
    }
}

/// The highest level that the chip's parameter allows: nothing of ours travels below C-DECRYPTION (PERSO-02).
const fn level(parameter: Parameter) -> SecurityLevel {
    if parameter.allows(SecurityLevel::C_DECRYPTION_R_ENCRYPTION_C_MAC_R_MAC) {
        SecurityLevel::C_DECRYPTION_R_ENCRYPTION_C_MAC_R_MAC
    } else if parameter.allows(SecurityLevel::C_DECRYPTION_C_MAC_R_MAC) {
        SecurityLevel::C_DECRYPTION_C_MAC_R_MAC
    } else {
        SecurityLevel::C_DECRYPTION_C_MAC
    }
}

/// Plain bytes of the largest STORE DATA: 239 (S16: 223) in short form; in extended form what the chip's command limit leaves.
fn largest_block(session: &Session, mode: LengthMode, profile: &ChipProfile) -> usize {
    match mode {
        LengthMode::Short => session.max_plain_data(LengthMode::Short),
        LengthMode::Extended => extended_block(profile, session.parameter().mode()),
    }
}

/// The data field holds whole cipher blocks with at least one byte of padding, and the MAC.
pub(crate) const fn extended_block(profile: &ChipProfile, mode: Mode) -> usize {
    const HEADER_AND_LENGTHS: usize = 4 + 3 + 2;
    let field = profile.command_limit.saturating_sub(HEADER_AND_LENGTHS);
    let field = if field < 255 { 255 } else { field };
    (field - mode.bytes()) / 16 * 16 - 1
}
