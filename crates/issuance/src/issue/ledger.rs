//! The registry as a run uses it: with the clock at hand, and as the budget and journal that writing a chip asks for.

use super::letter::Envelope;
use super::{Clock, Failure, LetterError};
use chipwright_perso::{
    BudgetError, Change, ChipIdentifier, FinaliseIntent, Journal, JournalError, KeyMark, LifeJournal,
    TryBudget,
};
use chipwright_profile::CardNumber;
use chipwright_registry::{ChipId, Digest, Error, Intent, LifeEvent, LifeIntent, Reason, Registry, Seal};
use jiff::Timestamp;
use std::cell::{RefCell, RefMut};

pub(crate) struct Ledger<'a> {
    registry: RefCell<&'a mut Registry>,
    clock: &'a dyn Clock,
    last_try: Option<ChipId>,
}

impl<'a> Ledger<'a> {
    pub(crate) const fn new(registry: &'a mut Registry, clock: &'a dyn Clock) -> Self {
        Self { registry: RefCell::new(registry), clock, last_try: None }
    }

    /// The last try of this chip may be spent: a person has named it.
    pub(crate) const fn with_last_try(mut self, chip: Option<ChipId>) -> Self {
        self.last_try = chip;
        self
    }

    /// The registry. Never held over a call that could ask for it again.
    pub(crate) fn registry(&self) -> RefMut<'_, &'a mut Registry> {
        self.registry.borrow_mut()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) const fn budget(&self) -> Budget<'_, 'a> {
        Budget { ledger: self, failure: None }
    }
}

/// The tries of the chips, kept in the registry. An error of the registry is kept whole beside the text that passes through.
pub(crate) struct Budget<'l, 'a> {
    ledger: &'l Ledger<'a>,
    failure: Option<Error>,
}

impl Budget<'_, '_> {
    /// The error behind a [`BudgetError`], if the registry made it.
    pub(crate) fn into_failure(self, error: Failure) -> Failure {
        self.failure.map_or(error, Failure::Registry)
    }

    fn storage(&mut self, error: Error) -> BudgetError {
        let told = BudgetError::Storage(error.to_string());
        self.failure = Some(error);
        told
    }
}

impl TryBudget for Budget<'_, '_> {
    fn spend(&mut self, chip: &ChipIdentifier, key_version: u8, mark: KeyMark) -> Result<(), BudgetError> {
        let (id, at) = (ChipId(chip.0), self.ledger.now());
        let known = self.ledger.registry().is_wrong_key(&id, key_version, &mark.0);
        if known.map_err(|error| self.storage(error))? {
            return Err(BudgetError::KnownWrong { version: key_version });
        }
        let counted = match self.ledger.last_try {
            Some(named) if named == id => self.ledger.registry().spend_last_try(&id, key_version, at),
            _ => self.ledger.registry().spend_try(&id, key_version, at),
        };
        match counted {
            Ok(_) => Ok(()),
            Err(Error::LastTry { spent, key_version, .. }) => {
                Err(BudgetError::LastTry { spent, version: key_version })
            }
            Err(Error::TriesSpent { spent, key_version, .. }) => {
                Err(BudgetError::Exhausted { spent, version: key_version })
            }
            Err(error) => Err(self.storage(error)),
        }
    }

    fn wrong(&mut self, chip: &ChipIdentifier, key_version: u8, mark: KeyMark) -> Result<(), BudgetError> {
        let (id, at) = (ChipId(chip.0), self.ledger.now());
        let noted = self.ledger.registry().wrong_key(&id, key_version, &mark.0, at);
        noted.map_err(|error| self.storage(error))
    }

    fn clear(&mut self, chip: &ChipIdentifier, key_version: u8) -> Result<(), BudgetError> {
        let cleared = self.ledger.registry().clear_tries(&ChipId(chip.0), key_version, self.ledger.now());
        cleared.map_err(|error| self.storage(error))
    }
}

/// Prints the letter of one card, then records the intent to finalise it.
pub(crate) struct IntentBook<'l, 'a> {
    ledger: &'l Ledger<'a>,
    card: &'l CardNumber,
    signer: Digest,
    /// The intent on record; only the registry makes one.
    pub(crate) recorded: Option<Intent>,
    pub(crate) letter: Option<Envelope<'l>>,
    failure: Option<Failure>,
}

impl<'l, 'a> IntentBook<'l, 'a> {
    pub(crate) const fn new(
        ledger: &'l Ledger<'a>,
        card: &'l CardNumber,
        signer: Digest,
        letter: Option<Envelope<'l>>,
    ) -> Self {
        Self { ledger, card, signer, recorded: None, letter, failure: None }
    }

    /// The error behind a [`JournalError`].
    pub(crate) fn into_failure(self, error: Failure) -> Failure {
        self.failure.unwrap_or(error)
    }
}

impl Journal for IntentBook<'_, '_> {
    fn intend(&mut self, intent: &FinaliseIntent) -> Result<(), JournalError> {
        let seal = Seal { signer: self.signer, security_object: intent.security_object_digest };
        let printed = self.letter.as_mut().map_or(Ok(()), Envelope::print);
        let at = self.ledger.now();
        let recorded = printed.map_err(|why| unprinted(self.card, why)).and_then(|()| {
            let chip = ChipId(intent.chip.0);
            Ok(self.ledger.registry().intend_finalise(self.card, &chip, &seal, at)?)
        });
        self.recorded = Some(recorded.map_err(|failure| told(&mut self.failure, failure))?);
        Ok(())
    }
}

/// Prints the letter of an issued card, where there is one, and records the intent to change the card.
pub(crate) struct LifeBook<'l, 'a> {
    ledger: &'l Ledger<'a>,
    card: &'l CardNumber,
    signer: Digest,
    /// The intent on record; only the registry makes one.
    pub(crate) recorded: Option<LifeIntent>,
    letter: Option<Envelope<'l>>,
    failure: Option<Failure>,
}

impl<'l, 'a> LifeBook<'l, 'a> {
    pub(crate) const fn new(
        ledger: &'l Ledger<'a>,
        card: &'l CardNumber,
        signer: Digest,
        letter: Option<Envelope<'l>>,
    ) -> Self {
        Self { ledger, card, signer, recorded: None, letter, failure: None }
    }

    /// The error behind a [`JournalError`].
    pub(crate) fn into_failure(self, error: Failure) -> Failure {
        self.failure.unwrap_or(error)
    }

    fn record(
        &mut self,
        chip: &ChipIdentifier,
        event: LifeEvent,
        seal: Option<&Seal>,
    ) -> Result<(), JournalError> {
        let printed = self.letter.as_mut().map_or(Ok(()), Envelope::print);
        let at = self.ledger.now();
        let recorded = printed.map_err(|why| unprinted(self.card, why)).and_then(|()| {
            Ok(self.ledger.registry().intend_life(self.card, &ChipId(chip.0), event, seal, at)?)
        });
        self.recorded = Some(recorded.map_err(|failure| told(&mut self.failure, failure))?);
        Ok(())
    }
}

impl LifeJournal for LifeBook<'_, '_> {
    fn intend(&mut self, chip: &ChipIdentifier, change: Change) -> Result<(), JournalError> {
        let event = match change {
            Change::Suspend => LifeEvent::Suspend,
            Change::Resume => LifeEvent::Resume,
            Change::Block => LifeEvent::Block,
            Change::Unblock => LifeEvent::Unblock,
            Change::Terminate => LifeEvent::Terminate,
        };
        self.record(chip, event, None)
    }
}

impl Journal for LifeBook<'_, '_> {
    fn intend(&mut self, intent: &FinaliseIntent) -> Result<(), JournalError> {
        let seal = Seal { signer: self.signer, security_object: intent.security_object_digest };
        self.record(&intent.chip, LifeEvent::Update, Some(&seal))
    }
}

fn unprinted(card: &CardNumber, why: LetterError) -> Failure {
    Failure::Letter { card: card.clone(), why }
}

/// The text that passes through, beside the failure that is kept whole.
fn told(kept: &mut Option<Failure>, failure: Failure) -> JournalError {
    let told = JournalError(failure.to_string());
    *kept = Some(failure);
    told
}

/// A reason of ours.
pub(crate) fn reason(class: &'static str) -> Reason {
    Reason::new(class).unwrap_or_default()
}
