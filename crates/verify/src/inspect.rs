//! The procedure itself.

use crate::card_status::StatusInput;
use crate::evidence::Request;
use crate::files::Files;
use crate::judge::{Scope, judge};
use crate::ladder::Ladder;
use crate::memory::Memory;
use crate::proof::{ChipProofPolicy, Proofs};
use crate::report::{ReadCost, Report};
use crate::second_signature::SecondSignature;
use crate::stage::Stage;
use crate::visit::{Stop, Visit};
use chipwright_channel::pace::Password;
use chipwright_iso7816::link::Meter;
use chipwright_iso7816::{Aid, Exchanger, Transport};
use chipwright_pki::check::SignerCache;
use chipwright_pki::policy::Policy;
use chipwright_pki::trust::TrustStore;
use jiff::Timestamp;
use std::time::Duration;

/// How often a card may be lifted and put back.
const MOST_RECONTACTS: u32 = 8;
/// How often a card may refuse a length before short APDUs are reached.
const MOST_DESCENTS: u32 = 3;

/// What to inspect, against what, as of when.
pub struct Inspection<'a> {
    /// AID of the identity application.
    pub application: Aid,
    /// What opens the card.
    pub password: &'a Password,
    /// Roots and revocation lists.
    pub trust: &'a TrustStore,
    /// What is demanded of them.
    pub policy: &'a Policy,
    /// The time to judge for.
    pub at: Timestamp,
    /// The latest time known from signed data; a clock before it is not credible.
    pub not_before: Option<Timestamp>,
    /// Until when what is trusted counts.
    pub trust_until: Option<Timestamp>,
    /// The document codes that count here; any that the signer may sign if none are given.
    pub document_types: Option<&'a [String]>,
    /// Signers whose certificates were verified before.
    pub cache: Option<&'a mut SignerCache>,
    /// What is demanded of the chip.
    pub chip_proof: ChipProofPolicy,
    /// How many of the promised proofs are run.
    pub proofs: Proofs,
    /// The status lists of cards: [`Inspection::with_status`].
    pub status: Option<StatusInput<'a>>,
    /// What second, post-quantum signatures are judged by; they are not looked at without.
    pub second_signature: Option<SecondSignature<'a>>,
    /// Told how far the inspection is: the text verdict comes before the portrait.
    pub progress: Option<&'a mut dyn FnMut(Stage<'_>)>,
    /// What is known of types of cards; kept by the caller from card to card.
    pub ladder: Option<&'a mut Ladder>,
    /// Evidence that others can check later; the chip then signs a challenge, where it can.
    pub evidence: Option<Request>,
    /// Monotonic time, for the report only.
    pub clock: Option<&'a mut dyn FnMut() -> Duration>,
}

impl<'a> Inspection<'a> {
    /// With nothing known from before, and a proof of the chip required.
    #[must_use]
    pub fn new(
        application: Aid,
        password: &'a Password,
        trust: &'a TrustStore,
        policy: &'a Policy,
        at: Timestamp,
    ) -> Self {
        Self {
            application,
            password,
            trust,
            policy,
            at,
            not_before: None,
            trust_until: None,
            document_types: None,
            cache: None,
            chip_proof: ChipProofPolicy::Required,
            proofs: Proofs::Fastest,
            status: None,
            second_signature: None,
            progress: None,
            ladder: None,
            evidence: None,
            clock: None,
        }
    }

    pub(crate) fn tell(&mut self, stage: Stage<'_>) {
        if let Some(progress) = &mut self.progress {
            progress(stage);
        }
    }
}

/// Resets the card that answers on `card` and inspects it over this fresh connection. Always returns a report; whatever went wrong is in it.
pub fn inspect<T: Transport>(
    card: &mut Exchanger<T>,
    ask: &mut Inspection<'_>,
    random: &mut dyn FnMut(&mut [u8]),
) -> (Report, Files) {
    inspect_resumable(card, ask, random, &mut |_, _| false)
}

/// As [`inspect`], but a card that was lifted is read on where it was interrupted. `back` waits for the card, and says whether there is one again; its second
/// argument counts the interruptions from 1. The card must open with the same password and have the same EF.SOD; its chip proves itself again.
pub fn inspect_resumable<T: Transport>(
    card: &mut Exchanger<T>,
    ask: &mut Inspection<'_>,
    random: &mut dyn FnMut(&mut [u8]),
    back: &mut dyn FnMut(&mut Exchanger<T>, u32) -> bool,
) -> (Report, Files) {
    let before = Spent::of(card);
    let began = ask.clock.as_mut().map(|clock| clock());
    let mut memory = Memory::default();
    let (mut interruptions, mut descents) = (0, 0);
    let last = card.round_trips() + crate::read::MOST_ROUND_TRIPS;
    loop {
        match (Visit { card: &mut *card, ask, random, memory: &mut memory, last }).run() {
            Ok(()) | Err(Stop::Ended) => break,
            Err(Stop::Lost) => {
                interruptions += 1;
                let kept = memory.kept();
                ask.tell(Stage::Lost { kept });
                if interruptions > MOST_RECONTACTS || !back(card, interruptions) {
                    break;
                }
            }
            Err(Stop::TooLong) => {
                descents += 1;
                if descents > MOST_DESCENTS {
                    break;
                }
            }
        }
        memory.begin_again();
    }
    let judged = judge(&memory, ask, Scope::Whole);
    let spent = Spent::of(card);
    let cost = ReadCost {
        round_trips: spent.round_trips - before.round_trips,
        bytes_sent: spent.bytes.0 - before.bytes.0,
        bytes_received: spent.bytes.1 - before.bytes.1,
        least_round_trips: memory.least_round_trips(),
        interruptions,
        measured: ask.clock.as_mut().zip(began).map(|(clock, began)| clock().saturating_sub(began)),
        modelled: spent.meter.since(&before.meter),
    };
    let evidence = memory.evidence(ask);
    let convinced = memory.convinced().collect();
    let report = Report::new(ask.at, judged, cost, convinced, memory.unread, evidence);
    (report, memory.files)
}

/// What the card has cost so far.
struct Spent {
    round_trips: u64,
    bytes: (u64, u64),
    meter: Meter,
}

impl Spent {
    fn of<T: Transport>(card: &Exchanger<T>) -> Self {
        Self { round_trips: card.round_trips(), bytes: card.bytes(), meter: *card.meter() }
    }
}
