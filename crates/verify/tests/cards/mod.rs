//! Cards with proofs, clones of them, and a kiosk that reads them.
#![allow(dead_code, reason = "each test takes what it needs")]

use chipwright_channel::pace::Password;
use chipwright_emulator::{Card, seeded_rng};
use chipwright_iso7816::{Exchanger, LengthMode, Transport};
use chipwright_perso::dgi::Object;
use chipwright_perso::{ChipProfile, ChipReady, Dgi, Freshness, WritePlan, prepare, write};
use chipwright_pki::{Policy, TrustStore};
use chipwright_profile::{ChipFeatures, FileId, SignedProfile};
use chipwright_testkit::{ChipKeys, CvAuthority, MemoryJournal, Order, World, chip_config};
use chipwright_verify::{Files, Inspection, Report, inspect};

/// Active Authentication, Chip Authentication, Chip Authentication Mapping.
pub(crate) fn features(aa: bool, ca: bool, cam: bool) -> ChipFeatures {
    ChipFeatures { active_authentication: aa, chip_authentication: ca, cam, ..ChipFeatures::NONE }
}

/// The same with the records application.
pub(crate) fn with_records(features: ChipFeatures) -> ChipFeatures {
    let authority = CvAuthority::new(3, chipwright_pki::cv::Rights::all(), None);
    ChipFeatures { records: Some(authority.trust_point()), ..features }
}

/// Every choice of proofs that proves something.
pub(crate) fn choices() -> Vec<ChipFeatures> {
    let bits = |n: u8| features(n & 1 != 0, n & 2 != 0, n & 4 != 0);
    (1..8).map(bits).collect()
}

/// Who reads and what they trust.
pub(crate) struct Kiosk {
    pub(crate) order: Order,
    pub(crate) trust: TrustStore,
    pub(crate) policy: Policy,
    pub(crate) password: Password,
    /// The number of the blank that becomes the genuine card.
    pub(crate) serial: u32,
}

impl Kiosk {
    pub(crate) fn new(features: ChipFeatures) -> Self {
        Self::of(Order::new(features))
    }

    pub(crate) fn of(order: Order) -> Self {
        let (trust, password) = (order.authority.trust(order.at), order.can());
        Self { order, trust, policy: Policy::real(), password, serial: 1 }
    }

    /// The card of the order.
    pub(crate) fn issue(&self) -> Made {
        let issued = self.order.issue_on(chip_config(self.serial), LengthMode::Extended, &mut World::new(4));
        let state = issued.card.into_transport().save();
        Made { state, ready: issued.ready, signed: issued.signed }
    }

    pub(crate) fn ask(&self) -> Inspection<'_> {
        let application = self.order.terms.application;
        Inspection::new(application, &self.password, &self.trust, &self.policy, self.order.at)
    }

    pub(crate) fn read<T: Transport>(&self, card: &mut Exchanger<T>) -> (Report, Files) {
        inspect(card, &mut self.ask(), &mut chipwright_testkit::random(77))
    }

    pub(crate) fn judge<T: Transport>(&self, card: &mut Exchanger<T>) -> Report {
        self.read(card).0
    }

    /// A fresh chip with keys of its own and every file of `genuine`, but for what `change` does to them.
    pub(crate) fn clone_of(&self, genuine: &Made, change: impl FnOnce(&mut WritePlan)) -> Exchanger<Card> {
        let mut plan = WritePlan::new(self.profile(), &self.order.sign(genuine.ready.keys()));
        change(&mut plan);
        let (card, ready) = self.write(self.serial + 100, &mut plan);
        assert_ne!(ready.keys(), genuine.ready.keys());
        card
    }

    /// The genuine chip with other contents: somebody who holds the issuer's card keys, but not the signer's.
    pub(crate) fn card_with(&self, change: impl FnOnce(&mut WritePlan)) -> Exchanger<Card> {
        // the same chip and the same host make the same keys twice
        let keys = *self.issue().ready.keys();
        let mut plan = WritePlan::new(self.profile(), &self.order.sign(&keys));
        change(&mut plan);
        let (card, ready) = self.write(self.serial, &mut plan);
        assert_eq!(*ready.keys(), keys);
        card
    }

    pub(crate) fn profile(&self) -> ChipProfile {
        ChipProfile { instance: self.order.terms.application, ..ChipProfile::default() }
    }

    /// Makes blank number `serial` the card of this plan, whatever keys it makes for itself.
    fn write(&self, serial: u32, plan: &mut WritePlan) -> (Exchanger<Card>, ChipReady) {
        let (keys, mut world) = (ChipKeys::default(), World::new(4));
        let blank = Card::blank(chip_config(serial), seeded_rng(u64::from(serial) + 7000));
        let mut card = Exchanger::new(blank, LengthMode::Extended);
        card.reset().unwrap();
        let mut first = self.order.prepare_plan(&plan.profile);
        first.files.clone_from(&plan.shared);
        let ready = prepare(&mut card, &first, &keys, &mut world.surroundings()).unwrap();
        plan.keys = *ready.keys();
        let mut journal = MemoryJournal::default();
        write(&mut card, &ready, plan, Freshness::Fresh, &keys, &mut journal, &mut world.surroundings())
            .unwrap();
        card.reset().unwrap();
        (card, ready)
    }
}

/// A finished card, kept so that it can be read often.
pub(crate) struct Made {
    pub(crate) state: Vec<u8>,
    pub(crate) ready: ChipReady,
    pub(crate) signed: SignedProfile,
}

impl Made {
    pub(crate) fn chip(&self) -> Card {
        Card::load(&self.state, chipwright_testkit::random(3)).unwrap()
    }

    pub(crate) fn card(&self, mode: LengthMode) -> Exchanger<Card> {
        Exchanger::new(self.chip(), mode)
    }
}

/// Another content for a file of the plan.
pub(crate) fn replace(plan: &mut WritePlan, file: FileId, content: impl Into<Vec<u8>>) {
    let (dgi, content) = (Dgi(file.dgi()), content.into());
    let all = plan.objects.iter_mut().chain(plan.shared.iter_mut());
    for object in all.filter(|object| object.dgi == dgi) {
        *object = Object::confidential(dgi, content.clone());
    }
}
