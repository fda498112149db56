//! A whole card in one call: what is ordered of an authority, and what comes of it.

use crate::{Authority, AuthorityOptions, ChipKeys, MemoryJournal, SecondAuthority, World, chip_config};
use chipwright_channel::pace::Password;
use chipwright_emulator::{Card, ChipConfig, PersonalisationPath, seeded_rng};
use chipwright_iso7816::{Exchanger, LengthMode};
use chipwright_perso::dgi::Object;
use chipwright_perso::{
    ChipProfile, ChipReady, Dgi, Freshness, Path, PreparePlan, WritePlan, prepare, write,
};
use chipwright_profile::{
    self as profile, Allocation, ChipFeatures, FileId, FirstRecords, FittedPortrait, IssueTerms, IssuerFiles,
    Member, Pin, Puk, SignedProfile,
};
use jiff::Timestamp;
use jiff::civil::date;

/// One member's card, not yet made.
pub struct Order {
    /// Who signs.
    pub authority: Authority,
    /// Whose card.
    pub member: Member,
    /// The portrait.
    pub portrait: FittedPortrait,
    /// Number and secrets.
    pub allocation: Allocation,
    /// On which terms; among them what the chip offers.
    pub terms: IssueTerms,
    /// When it is signed.
    pub at: Timestamp,
    /// PIN and PUK, where the chip offers them.
    pub pin: Option<(Pin, Puk)>,
    /// The first records.
    pub records: Option<FirstRecords>,
    /// Who signs a second time.
    pub second: Option<SecondAuthority>,
}

/// A card that was made.
pub struct Issued {
    /// The card, finalised.
    pub card: Exchanger<Card>,
    /// The chip before the member's data.
    pub ready: ChipReady,
    /// What was written.
    pub signed: SignedProfile,
}

impl Order {
    /// The third invented member of "Example Party", on 22 November 2026, on a chip with these features.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn new(chip: ChipFeatures) -> Self {
        let from = "2026-11-01T00:00:00Z".parse().unwrap();
        let mut random = crate::random(5);
        let allocation = crate::allocation(&mut random);
        let pin = chip.pin.then(|| (Pin::draw(&mut random), Puk::draw(&mut random)));
        Self {
            authority: Authority::new(&AuthorityOptions::real("Example Party", 1, from)),
            member: crate::member(3),
            portrait: crate::portrait(0),
            allocation,
            terms: IssueTerms { chip, ..crate::terms(date(2026, 11, 22)) },
            at: "2026-11-22T08:00:00Z".parse().unwrap(),
            pin,
            records: None,
            second: None,
        }
    }

    /// The card access number.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn can(&self) -> Password {
        Password::can(self.can_digits()).unwrap()
    }

    /// The card access number, in digits.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn can_digits(&self) -> &str {
        std::str::from_utf8(self.allocation.can.expose()).unwrap()
    }

    /// What is done to a blank.
    #[must_use]
    pub fn prepare_plan(&self, chip: &ChipProfile) -> PreparePlan {
        let chip = ChipProfile { instance: self.terms.application, ..chip.clone() };
        PreparePlan::new(chip, &IssuerFiles::new(&self.terms))
    }

    /// The files, signed for the chip that made these keys.
    ///
    /// # Panics
    /// When the second signature has no room.
    #[must_use]
    pub fn sign(&self, keys: &profile::ChipKeys) -> SignedProfile {
        let Self { member, portrait, allocation, terms, .. } = self;
        let mut signed = self.authority.sign_for(member, portrait, allocation, terms, keys, self.at);
        if let Some((pin, puk)) = &self.pin {
            signed = signed.with_pin(pin, puk);
        }
        if let Some(records) = &self.records {
            signed = signed.with_first_records(records.clone());
        }
        match &self.second {
            Some(second) => {
                let signature = second.sign(&signed, self.at);
                signed.with_post_quantum(&signature).unwrap()
            }
            None => signed,
        }
    }

    /// What is written to the prepared chip.
    #[must_use]
    pub fn write_plan(&self, chip: &ChipProfile, ready: &ChipReady) -> WritePlan {
        let chip = ChipProfile { instance: self.terms.application, ..chip.clone() };
        WritePlan::new(chip, &self.sign(ready.keys()))
    }

    /// From a blank with this configuration to a finished card.
    ///
    /// # Panics
    /// When the chip cannot be written.
    #[must_use]
    pub fn issue_on(&self, config: ChipConfig, mode: LengthMode, world: &mut World) -> Issued {
        self.issue(config, mode, world, |_| {})
    }

    /// The same, but these files are those of another card: somebody who has card keys and the files of that card, but no signer.
    ///
    /// # Panics
    /// When the chip cannot be written.
    #[must_use]
    pub fn issue_with_files_of(
        &self,
        other: &SignedProfile,
        files: &[FileId],
        config: ChipConfig,
        world: &mut World,
    ) -> Issued {
        self.issue(config, LengthMode::Extended, world, |plan| {
            for file in files {
                let (dgi, content) = (Dgi(file.dgi()), other.file(*file).unwrap());
                for object in plan.objects.iter_mut().filter(|object| object.dgi == dgi) {
                    *object = Object::confidential(dgi, content.to_vec());
                }
            }
        })
    }

    fn issue(
        &self,
        config: ChipConfig,
        mode: LengthMode,
        world: &mut World,
        change: impl FnOnce(&mut WritePlan),
    ) -> Issued {
        let path = match config.personalisation {
            PersonalisationPath::ThroughApplication => Path::Application,
            _ => Path::IssuerDomain,
        };
        let chip = ChipProfile { path, instance: self.terms.application, ..ChipProfile::default() };
        let keys = ChipKeys::default();
        let serial = u32::from_be_bytes(config.cplc.chip_identifier()[4..8].try_into().unwrap());
        let mut card = Exchanger::new(Card::blank(config, seeded_rng(u64::from(serial) + 7000)), mode);
        card.reset().unwrap();
        let ready = prepare(&mut card, &self.prepare_plan(&chip), &keys, &mut world.surroundings()).unwrap();
        let signed = self.sign(ready.keys());
        let mut plan = WritePlan::new(chip, &signed);
        change(&mut plan);
        let mut journal = MemoryJournal::default();
        write(&mut card, &ready, &plan, Freshness::Fresh, &keys, &mut journal, &mut world.surroundings())
            .unwrap();
        card.reset().unwrap();
        Issued { card, ready, signed }
    }
}

impl World {
    /// A finished card with these features: blank number 1, written with extended APDUs, for the order of [`Order::new`].
    ///
    /// # Panics
    /// When the chip cannot be written.
    #[must_use]
    pub fn issue_with(&mut self, chip: ChipFeatures) -> Issued {
        Order::new(chip).issue_on(chip_config(1), LengthMode::Extended, self)
    }
}
