//! The steps, and the host that takes them.

use super::watched::Watched;
use crate::fixture::fixture;
use crate::input::{Input, put, put_command, put_long};
use crate::mutation::{Mutation, mutated};
use chipwright_channel::pace::{self, PaceInfo, Password};
use chipwright_channel::scp03::{self, KeySet, SecurityLevel, StaticKeys, put_key};
use chipwright_channel::{KeySize, sm};
use chipwright_emulator::{Card, Fault, Interface, seeded_rng};
use chipwright_iso7816::{Command, Exchanger, Ins, Le, Response, StatusWord, Transport};
use chipwright_perso::globalplatform as gp;
use chipwright_perso::{CardKeys, ChipIdentifier, Dgi};
use chipwright_testkit::ChipKeys;

/// One step.
#[derive(Debug, Clone)]
pub enum Step {
    /// Bytes as they are.
    Raw(Vec<u8>),
    /// A plain command, with chaining for long data.
    Plain(Command),
    /// SELECT: 0 issuer security domain, 1 identity application, 2 nothing named.
    Select(u8),
    /// INITIALIZE UPDATE and EXTERNAL AUTHENTICATE: which keys (0 transport, 1 issuer, 2 wrong), level, challenge length.
    OpenScp03(u8, u8, bool),
    /// INITIALIZE UPDATE alone.
    Begin(u8),
    /// PACE with the CAN (0), the MRZ (1) or a wrong CAN (2), AES-128 or AES-256.
    OpenPace(u8, bool),
    /// A command through the open session, changed on its way.
    Wrapped(Command, Vec<Mutation>),
    /// One of the commands of an issuer through the open session.
    Issuer(u8, u8),
    /// STORE DATA of one object of the member, in one or more blocks.
    Store(u8),
    /// READ BINARY by short identifier through the open session.
    Read(u8, u8),
    /// Cold reset.
    Reset,
    /// The other interface, with a reset.
    OtherInterface,
    /// Power is cut at the n-th page write.
    CutAtPageWrite(u8),
    /// A fault at the n-th command.
    FaultAt(u8, u8),
    /// No faults any more, and a reset.
    ClearFaults,
    /// Observes, and goes on with the card as a file brings it back.
    Reload,
}

/// Steps as fuzz input.
pub type Seed = Vec<Step>;

impl Step {
    /// From fuzz bytes.
    pub(super) fn read(input: &mut Input<'_>) -> Self {
        match input.byte() & 0x0F {
            0 => Self::Raw(input.long_bytes().to_vec()),
            1 => Self::Plain(input.command()),
            2 => Self::Select(input.byte()),
            3 => Self::OpenScp03(input.byte(), input.byte(), input.byte() & 1 != 0),
            4 => Self::Begin(input.byte()),
            5 => Self::OpenPace(input.byte(), input.byte() & 1 != 0),
            6 => Self::Wrapped(input.command(), input.mutations()),
            7 => Self::Issuer(input.byte(), input.byte()),
            8 => Self::Store(input.byte()),
            9 => Self::Read(input.byte(), input.byte()),
            10 => Self::Reset,
            11 => Self::OtherInterface,
            12 => Self::CutAtPageWrite(input.byte()),
            13 => Self::FaultAt(input.byte(), input.byte()),
            14 => Self::ClearFaults,
            _ => Self::Reload,
        }
    }

    /// The opposite, for seeds.
    #[must_use]
    pub fn put(&self) -> Vec<u8> {
        let with = |kind: u8, rest: &[u8]| [&[kind], rest].concat();
        match self {
            Self::Raw(bytes) => with(0, &put_long(bytes)),
            Self::Plain(command) => with(1, &put_command(command)),
            Self::Select(which) => vec![2, *which],
            Self::OpenScp03(keys, level, long) => vec![3, *keys, *level, u8::from(*long)],
            Self::Begin(keys) => vec![4, *keys],
            Self::OpenPace(password, long) => vec![5, *password, u8::from(*long)],
            Self::Wrapped(command, mutations) => {
                let changes: Vec<u8> = mutations.iter().flat_map(Mutation::put).collect();
                [&[6], &put_command(command)[..], &[mutations.len() as u8], &changes].concat()
            }
            Self::Issuer(kind, detail) => vec![7, *kind, *detail],
            Self::Store(which) => vec![8, *which],
            Self::Read(file, offset) => vec![9, *file, *offset],
            Self::Reset => vec![10],
            Self::OtherInterface => vec![11],
            Self::CutAtPageWrite(n) => vec![12, *n],
            Self::FaultAt(n, kind) => vec![13, *n, *kind],
            Self::ClearFaults => vec![14],
            Self::Reload => with(15, &put(&[])[..0]),
        }
    }
}

enum Session {
    None,
    Scp03(scp03::Session),
    Sm(sm::Session),
}

/// Who talks to the card.
pub(super) struct Host<'a> {
    card: Exchanger<Watched<'a>>,
    session: Session,
    /// The DGI block that comes next.
    block: u8,
    /// Whether a session under the right keys was opened since it was asked last.
    pub(super) authenticated: bool,
}

impl<'a> Host<'a> {
    pub(super) const fn new(card: Exchanger<Watched<'a>>) -> Self {
        Self { card, session: Session::None, block: 0, authenticated: false }
    }

    pub(super) const fn card(&mut self) -> &mut Card {
        &mut self.card.transport().card
    }

    /// Takes a step; whatever the card answers is fine.
    pub(super) fn take(&mut self, step: Step) {
        match step {
            Step::Raw(bytes) => drop(self.card.transport().transmit(&bytes)),
            Step::Plain(command) => drop(self.card.exchange(&command)),
            Step::Select(which) => self.select(which),
            Step::OpenScp03(keys, level, long) => self.open_scp03(keys, level, long),
            Step::Begin(keys) => {
                let version = if keys & 1 == 0 { 0x01 } else { 0x11 };
                let command = Command::new(0x80, Ins::INITIALIZE_UPDATE, version, 0)
                    .with_data([keys; 8])
                    .with_le(Le::Max);
                drop(self.card.exchange(&command));
            }
            Step::OpenPace(password, long) => self.open_pace(password, long),
            Step::Wrapped(command, mutations) => {
                self.send(&command, &mutations);
            }
            Step::Issuer(kind, detail) => self.issuer(kind, detail),
            Step::Store(which) => self.store(which),
            Step::Read(file, offset) => {
                let command = Command::new(0, Ins::READ_BINARY, 0x80 | file & 0x1F, offset).with_le(Le::Max);
                self.send(&command, &[]);
            }
            Step::Reset => drop(self.card.reset()),
            Step::OtherInterface => {
                let contactless = self.card().uid().is_some();
                let other = if contactless { Interface::Contact } else { Interface::Contactless };
                self.card().set_interface(other);
                drop(self.card.reset());
            }
            Step::CutAtPageWrite(n) => self.card().cut_at_page_write(u64::from(n) + 1),
            Step::FaultAt(n, kind) => self.fault(n, kind),
            Step::ClearFaults => {
                self.card().clear_faults();
                self.card.transport().spoiled = false;
                drop(self.card.reset());
            }
            Step::Reload => {
                let state = self.card().save();
                *self.card() = Card::load(&state, seeded_rng(6)).expect("a saved card loads");
            }
        }
    }

    fn select(&mut self, which: u8) {
        let profile = &fixture().prepare.profile;
        let command = match which % 3 {
            0 => gp::select(&profile.issuer_domain),
            1 => gp::select(&profile.instance),
            _ => Command::new(0, Ins::SELECT, 4, 0),
        };
        drop(self.card.exchange(&command));
        self.session = Session::None;
    }

    fn open_scp03(&mut self, keys: u8, level: u8, long: bool) {
        let level = SecurityLevel::ALL[usize::from(level) % SecurityLevel::ALL.len()];
        let known = ChipKeys::default();
        let chip = ChipIdentifier(self.card().chip_identifier());
        let wrong = ChipKeys::default().with_wrong_transport_key();
        let keys: Box<dyn StaticKeys + '_> = match keys % 3 {
            0 => known.transport(&chip, 0x01).unwrap(),
            1 => known.issuer(&chip).unwrap(),
            _ => wrong.transport(&chip, 0x01).unwrap(),
        };
        let opened = match long {
            true => scp03::open(&mut self.card, &*keys, level, [9; 16], None),
            false => scp03::open(&mut self.card, &*keys, level, [9; 8], None),
        };
        if let Ok(session) = opened {
            self.authenticated = true;
            self.session = Session::Scp03(session);
            self.block = 0;
        }
    }

    fn open_pace(&mut self, password: u8, long: bool) {
        let size = if long { KeySize::Aes256 } else { KeySize::Aes128 };
        let info = PaceInfo::new(size, PaceInfo::P256).unwrap();
        let secrets = fixture().signed.access_secrets();
        let password = match password % 3 {
            0 => fixture().password(),
            1 => Password::Mrz(pace::MrzKey::from_hash(*secrets.mrz_key())),
            _ => Password::can("000000").unwrap(),
        };
        if let Ok(session) = pace::establish(&mut self.card, &info, &password, &mut seeded_rng(3)) {
            self.session = Session::Sm(session);
        }
    }

    /// Through the session, or in plain when there is none.
    fn send(&mut self, command: &Command, mutations: &[Mutation]) -> Option<Response> {
        let session = std::mem::replace(&mut self.session, Session::None);
        match session {
            Session::None => self.transmit(command, mutations),
            Session::Scp03(session) => {
                let (waiting, wrapped) = session.wrap(command).ok()?;
                let response = self.transmit(&wrapped, mutations)?;
                let (session, plain) = waiting.unwrap(response).ok()?;
                self.session = Session::Scp03(session);
                Some(plain)
            }
            Session::Sm(session) => {
                let (waiting, wrapped) = session.wrap(command).ok()?;
                let response = self.transmit(&wrapped, mutations)?;
                let (session, plain) = waiting.unwrap(response).ok()?;
                self.session = Session::Sm(session);
                Some(plain)
            }
        }
    }

    fn transmit(&mut self, command: &Command, mutations: &[Mutation]) -> Option<Response> {
        let bytes = mutated(&command.to_bytes().ok()?, mutations);
        Response::from_bytes(&self.card.transport().transmit(&bytes).ok()?).ok()
    }

    fn issuer(&mut self, kind: u8, detail: u8) {
        let profile = &fixture().prepare.profile;
        let command = match kind % 11 {
            0 => gp::install_for_install(&profile.load_file, &profile.module, &profile.instance),
            1 => {
                self.block = 0;
                gp::install_for_personalization(&profile.instance)
            }
            2 => gp::delete(if detail & 1 == 0 { &profile.instance } else { &profile.load_file }),
            3 => gp::get_status([0x80, 0x40, 0x20, 0x10][usize::from(detail & 3)], detail & 4 != 0),
            4 => {
                let states = [0x01, 0x07, 0x0F, 0x7F, 0xFF, detail];
                Command::new(0x80, Ins::SET_STATUS, 0x80, states[usize::from(detail) % 6])
            }
            5 => return self.store_block(Dgi::REPORT.0, &[detail; 16], true, true),
            6 => {
                let mut manifest = fixture().write.manifest();
                let last = manifest.len() - 1;
                manifest[usize::from(detail).min(last)] ^= detail;
                return self.store_block(Dgi::FINALISE.0, &manifest, true, true);
            }
            7 => match self.put_key(detail) {
                Some(command) => command,
                None => return,
            },
            8 => gp::get_data([0x9F7F, 0x0042, 0x0045, 0x0066, 0x00E0, 0xFF21][usize::from(detail) % 6]),
            9 => Command::new(0x80, Ins::LOAD, detail & 0x80, detail & 0x0F).with_data([0xC4, 2, 1, 2]),
            _ => {
                let all: Vec<u8> = (0..fixture().write.objects.len() as u8).collect();
                (0..fixture().write.shared.len() as u8).for_each(|which| self.store(which | 0x80));
                return all.into_iter().for_each(|which| self.store(which));
            }
        };
        self.send(&command, &[]);
    }

    fn put_key(&mut self, detail: u8) -> Option<Command> {
        let known = ChipKeys::default();
        let chip = ChipIdentifier(self.card().chip_identifier());
        let keys = match detail & 2 {
            0 => known.new_keys(&chip).ok()?,
            _ => KeySet::new(&[detail; 16], &[1; 16], &[2; 16]).ok()?,
        };
        let (replaced, version) = if detail & 1 == 0 { (0x01, 0x11) } else { (0x00, 0x12) };
        let under = known.transport(&chip, 0x01).ok()?;
        put_key::command(replaced, version, &keys, &*under).ok().map(|(_, command)| command)
    }

    /// An object of the member, or with bit 8 one that all cards share.
    fn store(&mut self, which: u8) {
        let plan = &fixture().write;
        let objects = if which & 0x80 == 0 { &plan.objects } else { &plan.shared };
        let object = &objects[usize::from(which & 0x7F) % objects.len()];
        self.store_block(object.dgi.0, object.value(), false, false);
    }

    fn store_block(&mut self, dgi: u16, value: &[u8], last: bool, answered: bool) {
        let mut stream = dgi.to_be_bytes().to_vec();
        match value.len() {
            length @ 0..=0xFE => stream.push(length as u8),
            length => stream.extend([0xFF, (length >> 8) as u8, length as u8]),
        }
        stream.extend_from_slice(value);
        let count = stream.chunks(220).count();
        for (index, part) in stream.chunks(220).enumerate() {
            let end = index + 1 == count;
            let flags = u8::from(end && last) << 7 | u8::from(end && answered);
            let command = gp::store_data(flags, self.block, part);
            self.block = self.block.wrapping_add(1);
            let accepted = self.send(&command, &[]).is_some_and(|response| response.status == StatusWord::OK);
            if !accepted {
                return;
            }
        }
    }

    fn fault(&mut self, n: u8, kind: u8) {
        let fault = match kind % 6 {
            0 => Fault::CutBefore,
            1 => Fault::CutAfter,
            2 => Fault::Answer(StatusWord(0x6F00 | u16::from(kind))),
            3 => Fault::Corrupt { byte: usize::from(kind), mask: kind | 1 },
            4 => Fault::Truncate(usize::from(kind)),
            _ => Fault::Mute,
        };
        self.card.transport().spoiled |= matches!(fault, Fault::Truncate(_));
        self.card().fault_at_apdu(u64::from(n) + 1, fault);
    }
}
