//! The card as a [`Transport`]: power, interfaces, faults, counters.

use crate::chip::{ChipConfig, Interface, Package, Silicon};
use crate::fault::{Fault, FaultPlan, reader_gone};
#[cfg(feature = "flaws")]
use crate::flaw::Active;
use crate::flaw::{Flaw, flawed};
use crate::issuer_domain::LOAD_FILE;
use crate::memory::{Changes, Extents, Memory, PowerLost};
use crate::processor::{Processor, Volatile};
use crate::random::Randomness;
use crate::store::{CardRecord, LoadFile, Store, StoredKeys};
use crate::tables::budget;
use chipwright_iso7816::{Atr, Command, Transport, TransportError};
use std::time::Duration;

/// A software card in a software reader.
///
/// ```
/// use chipwright_emulator::{Card, ChipConfig, seeded_rng};
/// use chipwright_iso7816::Transport;
///
/// let mut card = Card::blank(ChipConfig::default(), seeded_rng(1));
/// let cplc = card.transmit(&[0x80, 0xCA, 0x9F, 0x7F, 0x00]).unwrap();
/// assert_eq!((cplc.len(), &cplc[..3]), (3 + 42 + 2, &[0x9F, 0x7F, 42][..]));
/// ```
pub struct Card {
    processor: Processor,
    power: Power,
    faults: FaultPlan,
    apdus: u64,
    random_uid: [u8; 4],
    #[cfg(feature = "flaws")]
    flaw: Option<Flaw>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Power {
    On,
    Mute,
    Off,
}

impl Card {
    /// A chip as its maker delivers it, powered. `rng` fills its argument with random bytes: challenges, nonces, keys,
    /// identifiers.
    #[must_use]
    pub fn blank(config: ChipConfig, rng: Randomness) -> Self {
        let mut store = Store::new(Memory::erased(config.page_size));
        let mut changes = Changes::default();
        changes.card(&CardRecord::default());
        if let Some(keys) = StoredKeys::new(config.transport_keys.version(), config.transport_keys.bytes()) {
            changes.keys(0, &keys);
        }
        if config.package == Package::Preloaded {
            let in_mask = LoadFile { aid: LOAD_FILE, length: 0, extents: Extents::default() };
            changes.load_file(0, Some(&in_mask));
        }
        // No cut is planned yet, so this write cannot fail; if it did, the chip would have no keys.
        let _written = store.commit(&changes);
        Self::over(Silicon::of(&config), store, rng)
    }

    pub(crate) fn over(silicon: Silicon, store: Store, rng: Randomness) -> Self {
        let processor =
            Processor { silicon, store, volatile: Volatile::default(), rng, delay: Duration::ZERO };
        let mut card = Self {
            processor,
            power: Power::Off,
            faults: FaultPlan::default(),
            apdus: 0,
            random_uid: [0; 4],
            #[cfg(feature = "flaws")]
            flaw: None,
        };
        let _powered = card.power_up();
        card
    }

    /// The same card with this flaw from now on.
    #[cfg(feature = "flaws")]
    #[must_use]
    pub fn with_flaw(mut self, flaw: Flaw) -> Self {
        self.flaw = Some(flaw);
        self
    }

    pub(crate) const fn parts(&self) -> (&Silicon, &Memory) {
        (&self.processor.silicon, self.processor.store.memory())
    }

    /// The answer-to-reset (CHIP-05); on the contactless interface as PC/SC makes it.
    ///
    /// Historical bytes: category 80, card capabilities `73`: selection by full and partial name, file and short
    /// identifier; command chaining, extended length.
    #[must_use]
    pub fn atr(&self) -> Atr {
        let lengths = if self.processor.silicon.extended_length { 0xC0 } else { 0x80 };
        let historical = [0x80, 0x73, 0xD4, 0x01, lengths];
        match self.processor.silicon.interface {
            Interface::Contactless => Atr::contactless(&historical),
            Interface::Contact => {
                // T=1, information field of 254 bytes, BWI 4, CWI 5.
                let mut bytes = vec![0x3B, 0x85, 0x81, 0x31, 0xFE, 0x45];
                bytes.extend_from_slice(&historical);
                bytes.push(bytes[1..].iter().fold(0, |sum, byte| sum ^ byte));
                Atr::parse(&bytes).unwrap_or_else(|_| Atr::contactless(&historical))
            }
        }
    }

    /// The chip identifier (CHIP-06).
    #[must_use]
    pub fn chip_identifier(&self) -> [u8; 10] {
        self.processor.silicon.cplc.chip_identifier()
    }

    /// What anticollision answers (CHIP-07): none on the contact interface; a fixed identifier of 7 bytes until an
    /// application is OPERATIONAL, then a random one of 4 at each power-up.
    #[must_use]
    pub fn uid(&self) -> Option<Vec<u8>> {
        if self.processor.silicon.interface == Interface::Contact || self.power == Power::Off {
            return None;
        }
        if self.processor.has_operational_instance() {
            return Some(self.random_uid.to_vec());
        }
        let mut fixed = vec![0x04];
        fixed.extend_from_slice(&self.chip_identifier()[4..]);
        Some(fixed)
    }

    /// Takes the card to the other interface, which powers it down; [`Transport::reset`] powers it up there.
    pub fn set_interface(&mut self, interface: Interface) {
        self.processor.silicon.interface = interface;
        self.power_down();
    }

    /// Page writes since this value was made.
    #[must_use]
    pub const fn page_writes(&self) -> u64 {
        self.processor.store.memory().writes()
    }

    /// Changes whenever non-volatile memory changes: time to [`save`](Card::save) again.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.page_writes()
    }

    /// Commands received, those that a fault kept from the card included.
    #[must_use]
    pub const fn apdus(&self) -> u64 {
        self.apdus
    }

    /// Time that the chip would have taken beyond its computations, such as the delay after wrong passwords (ACC-04).
    /// Modelled: nothing here sleeps.
    #[must_use]
    pub const fn modelled_delay(&self) -> Duration {
        self.processor.delay
    }

    /// Plans a fault for the `n`-th command from now; 1 is the next.
    pub fn fault_at_apdu(&mut self, n: u64, fault: Fault) {
        self.faults.add(self.apdus + n, fault);
    }

    /// Cuts the power instead of the `n`-th page write from now; 1 is the next. Recovery at power-up counts too.
    pub const fn cut_at_page_write(&mut self, n: u64) {
        self.processor.store.memory_mut().cut_at(n);
    }

    /// No fault is planned any more; a lost reader is back.
    pub fn clear_faults(&mut self) {
        self.faults.clear();
        self.processor.store.memory_mut().cancel_cut();
    }

    /// Whether the card has power.
    #[must_use]
    pub fn is_powered(&self) -> bool {
        self.power != Power::Off
    }

    fn power_up(&mut self) -> Result<(), PowerLost> {
        #[cfg(feature = "flaws")]
        let _active = Active::new(self.flaw);
        self.power_down();
        self.processor.power_up()?;
        if !flawed(Flaw::FixedIdentifier) {
            (self.processor.rng)(&mut self.random_uid);
        }
        self.random_uid[0] = 0x08;
        self.power = Power::On;
        Ok(())
    }

    fn power_down(&mut self) {
        self.power = Power::Off;
        self.processor.volatile = Volatile::default();
    }

    fn cut(&mut self) -> TransportError {
        self.power_down();
        TransportError::CardRemoved
    }

    fn process(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        #[cfg(feature = "flaws")]
        let _active = Active::new(self.flaw);
        let response = match Command::from_bytes(command) {
            Ok(_) if command.len() > budget::COMMAND_APDU => self.processor.wrong_length(),
            Err(_) => self.processor.wrong_length(),
            Ok(command) => match self.processor.execute(&command) {
                Ok(response) => response,
                Err(PowerLost) => return Err(self.cut()),
            },
        };
        Ok(response.to_bytes())
    }
}

impl Transport for Card {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if self.faults.reader_lost {
            return Err(reader_gone());
        }
        match self.power {
            Power::Off => return Err(TransportError::CardRemoved),
            Power::Mute => return Err(TransportError::CardMute),
            Power::On => {}
        }
        self.apdus += 1;
        match self.faults.take(self.apdus) {
            None => self.process(command),
            Some(Fault::CutBefore) => Err(self.cut()),
            Some(Fault::CutAfter) => {
                self.process(command)?;
                Err(self.cut())
            }
            Some(Fault::Answer(status)) => Ok(status.to_bytes().to_vec()),
            Some(Fault::Corrupt { byte, mask }) => {
                let mut response = self.process(command)?;
                let last = response.len() - 1;
                response[byte.min(last)] ^= mask;
                Ok(response)
            }
            Some(Fault::Truncate(length)) => {
                let mut response = self.process(command)?;
                response.truncate(length);
                Ok(response)
            }
            Some(Fault::Mute) => {
                self.process(command)?;
                self.power = Power::Mute;
                Err(TransportError::CardMute)
            }
            Some(Fault::ReaderLost) => {
                self.power_down();
                self.faults.reader_lost = true;
                Err(reader_gone())
            }
            Some(Fault::Latency(time)) => {
                self.processor.delay += time;
                self.process(command)
            }
        }
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        if self.faults.reader_lost {
            return Err(reader_gone());
        }
        match self.power_up() {
            Ok(()) => Ok(self.atr()),
            Err(PowerLost) => Err(self.cut()),
        }
    }
}

impl std::fmt::Debug for Card {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Card")
            .field("chip", &format_args!("{}", hex::encode_upper(self.chip_identifier())))
            .field("interface", &self.processor.silicon.interface)
            .field("apdus", &self.apdus)
            .finish_non_exhaustive()
    }
}
