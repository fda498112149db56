//! Life after issuance: what is done to one issued card, with its record.
//!
//! ```text
//! change:  record → chip → intent (committed) → SET STATUS → looked at → done (committed)
//! update:  record → card read and accepted → revised, signed, checked → stored beside → intent (committed) → COMMIT UPDATE → read and accepted → done (committed)
//! ```
//!
//! A call that was interrupted is repeated: it finds what is done.

mod files;

pub use files::FileFault;

use crate::batch::{Approval, ApprovedRevision, ChangeError};
use crate::issue::chip::not_accepted;
use crate::issue::ledger::{Ledger, LifeBook, reason};
use crate::issue::letter::Envelope;
use crate::issue::{Clock, Failure, Letter, Letters, Signer, signed_well};
use chipwright_channel::pace::Password;
use chipwright_iso7816::{Exchanger, Transport};
use chipwright_perso::{
    CardKeys, Change, Changed, ChipIdentifier, ChipProfile, PersoError, Stage, Surroundings, UpdatePlan,
    Updated, life, survey, update,
};
use chipwright_pki::{Policy, TrustStore, check};
use chipwright_profile::{CardNumber, ChipKeys, FileId, PersonName, Pin, Puk, Revision, Unit, read};
use chipwright_registry::{Card, CardStatus, LifeEvent, LifeIntent, Registry, View};
use chipwright_verify::{Accepted, ChipProofPolicy, Files, Inspection, Proofs, inspect};
use files::rest;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Everything it takes; all of it handed in.
pub struct Office<'a> {
    /// The record.
    pub registry: &'a mut Registry,
    /// The kind of chip.
    pub profile: ChipProfile,
    /// Who signs.
    pub signer: &'a Signer<'a>,
    /// What a second person has approved: another name or unit is signed for nobody else.
    pub approval: Approval<'a>,
    /// Keys of the chips.
    pub keys: &'a dyn CardKeys,
    /// What a kiosk trusts.
    pub trust: &'a TrustStore,
    /// What a kiosk demands.
    pub policy: &'a Policy,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// Fills with random bytes.
    pub random: &'a mut dyn FnMut(&mut [u8]),
    /// Composes and prints the letters, where a new PIN is set.
    pub letters: Option<&'a mut dyn Letters>,
}

/// What a card is to say or to be opened with from now on.
#[derive(Debug, Default)]
pub struct NewData {
    /// Another name.
    pub name: Option<PersonName>,
    /// Another unit.
    pub unit: Option<Unit>,
    /// A new PIN and PUK, on a letter.
    pub pin: bool,
}

/// Suspends, resumes, blocks, unblocks or ends the card of this number, which lies in a contact reader. A card that is ended is revoked as well.
///
/// # Errors
/// [`Failure::NotIssued`]; [`Failure::Perso`] when it is another card, or its state does not allow it; the errors of the record.
pub fn change<T: Transport>(
    card: &mut Exchanger<T>,
    number: &CardNumber,
    wanted: Change,
    office: Office<'_>,
) -> Result<Changed, Failure> {
    let known = known(office.registry, number, wanted == Change::Terminate || wanted == Change::Block)?;
    let chip = chip_of(&known)?;
    let ledger = Ledger::new(office.registry, office.clock);
    let mut budget = ledger.budget();
    let mut book = LifeBook::new(&ledger, number, office.signer.certificate().fingerprint(), None);
    let clock = office.clock;
    let mut world = Surroundings {
        random: &mut *office.random,
        clock: &mut || clock.elapsed(),
        budget: &mut budget,
        progress: &mut |_| {},
    };
    card.reset().map_err(Failure::Reset)?;
    let changed = life::change(card, &office.profile, chip, wanted, office.keys, &mut book, &mut world);
    let recorded = book.recorded;
    let changed = changed.map_err(|error| book.into_failure(budget.into_failure(error.into())))?;
    let at = ledger.now();
    let done = match recorded {
        Some(intent) => Some(intent),
        None => open_intent(&ledger, number, event_of(wanted))?,
    };
    if let Some(intent) = done {
        ledger.registry().life_done(intent, at)?;
    }
    if wanted == Change::Terminate {
        ledger.registry().revoke(number, &reason("terminated"), at)?;
    }
    Ok(changed)
}

/// Gives the card of this number another name, another unit or another PIN, and reads it back. The old data stay readable until the new are current.
///
/// # Errors
/// [`Failure::NotIssued`], [`Failure::NothingToChange`], [`Failure::ChangeNotApproved`], [`Failure::SignerRefused`], [`Failure::NotAccepted`] when the card is not a good one before or after.
pub fn update_card<T: Transport>(
    card: &mut Exchanger<T>,
    number: &CardNumber,
    data: &NewData,
    office: Office<'_>,
) -> Result<Updated, Failure> {
    let known = known(office.registry, number, false)?;
    let chip = chip_of(&known)?;
    let mut desk = Desk { number, chip, office };
    desk.look(card)?;
    let (accepted, files) = desk.read(card)?;
    let settled = desk.settle(&accepted)?;
    let held = desk.everything(card, &files)?;
    let keys = keys_of(&held)?;
    let revised = desk.revise(&accepted, &held, data)?;
    if revised.is_none() && !data.pin {
        return desk.already(&accepted, settled);
    }
    let mut plan = UpdatePlan::new(
        desk.office.profile.clone(),
        held.iter().map(|(file, content)| (*file, content.as_slice())),
        &keys,
    );
    if let Some(revised) = revised {
        for (file, content) in desk.sign(revised, &held)? {
            plan = plan.with_file(file, content);
        }
    }
    let mut sheet = None;
    if data.pin {
        let (pin, puk, letter) = desk.new_pin(&held)?;
        plan = plan.with_pin(&pin, &puk);
        sheet = Some(letter);
    }
    desk.write(card, &plan, sheet)
}

/// SHA-256 of EF.SOD of this card as the record has it: what a change of the card is approved for.
///
/// # Errors
/// [`Failure::NotIssued`]; the errors of the record.
pub fn security_object_of(view: &View, number: &CardNumber) -> Result<[u8; 32], Failure> {
    let unknown = || Failure::Registry(chipwright_registry::Error::UnknownCard(number.clone()));
    let known = view.card(number)?.ok_or_else(unknown)?;
    let not_issued = Failure::NotIssued { card: number.clone(), status: known.status };
    let updates = view.life_of(number)?.into_iter().filter(|line| line.done_at.is_some());
    let latest = updates.filter_map(|line| line.security_object).next_back();
    match (known.status, latest.or(known.seal.map(|seal| seal.security_object))) {
        (CardStatus::Issued, Some(digest)) => Ok(digest),
        _ => Err(not_issued),
    }
}

/// One card at work.
struct Desk<'d, 'a> {
    number: &'d CardNumber,
    chip: ChipIdentifier,
    office: Office<'a>,
}

impl Desk<'_, '_> {
    /// It is that card, and one that can be read.
    fn look<T: Transport>(&self, card: &mut Exchanger<T>) -> Result<(), Failure> {
        card.reset().map_err(Failure::Reset)?;
        let found = survey(card, &self.office.profile)?;
        let (wanted, stage) = (self.chip, found.stage);
        match stage {
            _ if found.chip != wanted => Err(PersoError::OtherChip { wanted, found: found.chip }.into()),
            Stage::Finished => Ok(()),
            _ => Err(PersoError::NotFinished { chip: wanted, stage }.into()),
        }
    }

    /// What a stranger says of the card, with every proof, and the files.
    fn read<T: Transport>(&mut self, card: &mut Exchanger<T>) -> Result<(Accepted, Files), Failure> {
        card.reset().map_err(Failure::Reset)?;
        let password = self.password()?;
        let office = &mut self.office;
        let mut ask = Inspection {
            chip_proof: ChipProofPolicy::IfPromised,
            proofs: Proofs::All,
            ..Inspection::new(
                office.profile.instance,
                &password,
                office.trust,
                office.policy,
                office.clock.now(),
            )
        };
        let (report, files) = inspect(card, &mut ask, &mut *office.random);
        match report.into_accepted() {
            Ok(accepted) if accepted.card_number() == self.number => Ok((accepted, files)),
            Ok(other) => {
                Err(Failure::OtherCard { expected: self.number.clone(), found: other.card_number().clone() })
            }
            Err(report) => Err(not_accepted(self.number, &report)),
        }
    }

    fn password(&self) -> Result<Password, Failure> {
        let allocation = self.office.registry.allocation_of(self.number)?;
        let digits = std::str::from_utf8(allocation.can.expose()).map_err(|_| Failure::AccessNumber)?;
        Password::can(digits).map_err(|_| Failure::AccessNumber)
    }

    /// Every file the card holds: the inspection's, and those that it does not need.
    fn everything<T: Transport>(
        &mut self,
        card: &mut Exchanger<T>,
        files: &Files,
    ) -> Result<BTreeMap<FileId, Vec<u8>>, Failure> {
        card.reset().map_err(Failure::Reset)?;
        let mut held: BTreeMap<FileId, Vec<u8>> =
            files.iter().map(|(file, content)| (file, content.to_vec())).collect();
        let password = self.password()?;
        rest(card, &self.office.profile, &password, &mut held, &mut *self.office.random)?;
        Ok(held)
    }

    /// The files as they are to be, if that was approved; `None` if the card says so already.
    fn revise(
        &self,
        accepted: &Accepted,
        held: &BTreeMap<FileId, Vec<u8>>,
        data: &NewData,
    ) -> Result<Option<ApprovedRevision>, Failure> {
        let office = &self.office;
        let files = Revision::of(held.iter().map(|(file, content)| (*file, content.as_slice())));
        let wanted = (data.name.as_ref(), data.unit.as_ref());
        let digest = accepted.security_object_digest();
        let revised = match office.approval.revise(self.number, &digest, files, wanted) {
            Ok(revised) => revised,
            Err(ChangeError::Revision(error)) => return Err(error.into()),
            Err(ChangeError::NotApproved) => return Err(Failure::ChangeNotApproved(self.number.clone())),
        };
        if revised.is_some() {
            office.approval.check(office.signer.certificate(), office.trust, office.clock.now())?;
        }
        Ok(revised)
    }

    /// The revised files under a new security object. EF.CardSecurity is signed anew too: nothing of the card shall hang on a former signer. So is the
    /// second signature of a card that has one: the old one would be over another security object.
    fn sign(
        &self,
        revised: ApprovedRevision,
        held: &BTreeMap<FileId, Vec<u8>>,
    ) -> Result<Vec<(FileId, Vec<u8>)>, Failure> {
        let file_of = |why| Failure::File { file: FileId::CardSecurity, why };
        let infos = held.get(&FileId::CardSecurity).map(|file| {
            card_security_content(file, &self.office).ok_or_else(|| file_of(FileFault::NotAccepted))
        });
        let (infos, has_second) = (infos.transpose()?, held.contains_key(&FileId::SodPostQuantum));
        let at = self.office.clock.now();
        let signed = self.office.signer.revise(revised, infos.as_deref(), has_second, at)?;
        for (file, content) in &signed {
            self.must_be_accepted(*file, content)?;
        }
        Ok(signed)
    }

    /// A kiosk would accept what was signed: otherwise the card stays as it is.
    fn must_be_accepted(&self, file: FileId, content: &[u8]) -> Result<(), Failure> {
        let Office { trust, policy, clock, .. } = &self.office;
        match file {
            FileId::Sod => {
                let cms = read::sod(content).map_err(chipwright_profile::RevisionError::from)?;
                signed_well(&check::check(cms, trust, policy, clock.now()))
            }
            FileId::CardSecurity => {
                signed_well(&check::check(content, trust, &policy.for_card_security(), clock.now()))
            }
            _ => Ok(()),
        }
    }

    fn new_pin(
        &mut self,
        held: &BTreeMap<FileId, Vec<u8>>,
    ) -> Result<(Pin, Puk, Zeroizing<Vec<u8>>), Failure> {
        let file = |number| held.get(&FileId::Dg(number)).map(Vec::as_slice).unwrap_or_default();
        let name = read::dg11(file(11)).map_err(chipwright_profile::RevisionError::from)?.name();
        let unit = read::dg13(file(13)).map_err(chipwright_profile::RevisionError::from)?.unit;
        let at = self.office.clock.now();
        let random = &mut *self.office.random;
        let (pin, puk) = (Pin::draw(&mut *random), Puk::draw(&mut *random));
        let letters = self.office.letters.as_deref_mut().ok_or(Failure::NoLetters)?;
        let composed = letters.compose(&Letter {
            name: &name,
            unit: unit.name(),
            card: self.number,
            pin: &pin,
            puk: &puk,
            at,
        });
        let sheet = composed.map_err(|why| Failure::Letter { card: self.number.clone(), why })?;
        Ok((pin, puk, sheet))
    }

    /// Stores, prints the letter, commits, reads back, records.
    fn write<T: Transport>(
        &mut self,
        card: &mut Exchanger<T>,
        plan: &UpdatePlan,
        sheet: Option<Zeroizing<Vec<u8>>>,
    ) -> Result<Updated, Failure> {
        card.reset().map_err(Failure::Reset)?;
        let office = &mut self.office;
        let clock = office.clock;
        let signer = office.signer.certificate().fingerprint();
        let ledger = Ledger::new(office.registry, clock);
        let mut budget = ledger.budget();
        let letter = sheet.zip(office.letters.as_deref_mut());
        let letter = letter.map(|(sheet, printer)| Envelope::new(sheet, printer));
        let mut book = LifeBook::new(&ledger, self.number, signer, letter);
        let mut world = Surroundings {
            random: &mut *office.random,
            clock: &mut || clock.elapsed(),
            budget: &mut budget,
            progress: &mut |_| {},
        };
        let updated = update::update(card, plan, self.chip, office.keys, &mut book, &mut world);
        let recorded = book.recorded;
        let updated = updated.map_err(|error| book.into_failure(budget.into_failure(error.into())))?;
        let (accepted, _) = self.read(card)?;
        if accepted.security_object_digest() != updated.intent.security_object_digest {
            return Err(Failure::OtherCard { expected: self.number.clone(), found: self.number.clone() });
        }
        let at = clock.now();
        if let Some(intent) = recorded {
            self.office.registry.life_done(intent, at)?;
        }
        Ok(updated)
    }

    /// An earlier call that did not live to record what the card shows is recorded, whatever is asked for now: a change is approved for the card
    /// as the record has it. Whether it was.
    fn settle(&mut self, accepted: &Accepted) -> Result<bool, Failure> {
        let digest = accepted.security_object_digest();
        // a new PIN leaves the security object as it is, so that it says nothing of such a call
        if security_object_of(self.office.registry, self.number)? == digest {
            return Ok(false);
        }
        self.close(digest)
    }

    /// The open update to this security object is done.
    fn close(&mut self, digest: [u8; 32]) -> Result<bool, Failure> {
        let lines = self.office.registry.life_of(self.number)?;
        let open = lines.iter().rfind(|line| line.done_at.is_none() && line.security_object == Some(digest));
        let Some(open) = open else { return Ok(false) };
        self.office.registry.life_done(open.intent, self.office.clock.now())?;
        Ok(true)
    }

    /// Nothing is to be changed: an earlier call may have done it and not lived to record it.
    fn already(&mut self, accepted: &Accepted, settled: bool) -> Result<Updated, Failure> {
        let digest = accepted.security_object_digest();
        if !settled && !self.close(digest)? {
            return Err(Failure::NothingToChange(self.number.clone()));
        }
        let intent = chipwright_perso::FinaliseIntent {
            chip: self.chip,
            manifest_digest: [0; 32],
            security_object_digest: digest,
        };
        Ok(Updated {
            chip: self.chip,
            intent,
            was_current: true,
            cost: chipwright_perso::CostReport::default(),
        })
    }
}

/// The record of an issued card; one that was revoked can still be taken out of use.
fn known(registry: &Registry, number: &CardNumber, revoked_too: bool) -> Result<Card, Failure> {
    let unknown = || Failure::Registry(chipwright_registry::Error::UnknownCard(number.clone()));
    let known = registry.card(number)?.ok_or_else(unknown)?;
    match known.status {
        CardStatus::Issued => Ok(known),
        CardStatus::Revoked if revoked_too => Ok(known),
        status => Err(Failure::NotIssued { card: number.clone(), status }),
    }
}

fn chip_of(known: &Card) -> Result<ChipIdentifier, Failure> {
    let not_issued = Failure::NotIssued { card: known.number.clone(), status: known.status };
    known.chip.map(|chip| ChipIdentifier(chip.0)).ok_or(not_issued)
}

const fn event_of(change: Change) -> LifeEvent {
    match change {
        Change::Suspend => LifeEvent::Suspend,
        Change::Resume => LifeEvent::Resume,
        Change::Block => LifeEvent::Block,
        Change::Unblock => LifeEvent::Unblock,
        Change::Terminate => LifeEvent::Terminate,
    }
}

/// The intent of an earlier call that was interrupted: the card has been seen in that state now.
fn open_intent(
    ledger: &Ledger<'_>,
    number: &CardNumber,
    event: LifeEvent,
) -> Result<Option<LifeIntent>, Failure> {
    let lines = ledger.registry().life_of(number)?;
    let last = lines.last().filter(|line| line.event == event && line.done_at.is_none());
    Ok(last.map(|line| line.intent))
}

/// The public keys that the chip made, as its signed files publish them.
fn keys_of(held: &BTreeMap<FileId, Vec<u8>>) -> Result<ChipKeys, Failure> {
    let revision = |error| Failure::Revision(chipwright_profile::RevisionError::Read(error));
    let mut keys = ChipKeys::default();
    if let Some(dg14) = held.get(&FileId::Dg(14)) {
        keys = read::dg14(dg14).map_err(revision)?.chip_keys();
    }
    if let Some(dg15) = held.get(&FileId::Dg(15)) {
        keys.aa = read::active_authentication_key(dg15).map_err(revision)?;
    }
    if let Some(infos) = held.get(&FileId::CardSecurity).and_then(|file| signed_content(file)) {
        let published = read::card_security_infos(&infos).map_err(revision)?.chip_keys();
        (keys.cam, keys.ca2) = (published.cam, published.ca2);
    }
    Ok(keys)
}

/// What EF.CardSecurity says, whoever signed it: it is only counted, and compared by the card.
fn signed_content(file: &[u8]) -> Option<Vec<u8>> {
    let policy = Policy::test().for_card_security();
    check::check(file, &TrustStore::new(), &policy, jiff::Timestamp::UNIX_EPOCH).content().map(<[u8]>::to_vec)
}

/// What EF.CardSecurity says, if the trust data of this station accept it: only that is signed anew.
fn card_security_content(file: &[u8], office: &Office<'_>) -> Option<Vec<u8>> {
    let policy = office.policy.for_card_security();
    let report = check::check(file, office.trust, &policy, office.clock.now());
    report.content().filter(|_| report.is_good()).map(<[u8]>::to_vec)
}
