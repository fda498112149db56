//! An invented issuer and its cards, made once per process. Everything follows from seeds.

use chipwright_channel::pace::Password;
use chipwright_emulator::{Card, seeded_rng};
use chipwright_iso7816::{Exchanger, LengthMode};
use chipwright_perso::{ChipProfile, ChipReady, Freshness, PreparePlan, WritePlan, prepare, write};
use chipwright_pki::{Certificate, Crl, TrustStore};
use chipwright_profile::{FileId, IssuerFiles, SignedProfile};
use chipwright_testkit::{Authority, AuthorityOptions, ChipKeys, MemoryJournal, World, chip_config};
use jiff::Timestamp;
use std::collections::HashSet;
use std::sync::OnceLock;

/// The moment of every check.
pub const AT: &str = "2026-11-22T08:00:00Z";
/// How long a run of plain bytes must be to count as shown.
pub const WINDOW: usize = 12;

/// Issuer, member and card, and what is known of them.
pub struct Fixture {
    /// The issuer.
    pub authority: Authority,
    /// What the card holds.
    pub signed: SignedProfile,
    /// The card access number.
    pub can: String,
    /// The roots and lists of a kiosk.
    pub trust: TrustStore,
    /// The issuer's revocation list.
    pub crl: Crl,
    /// A list that revokes the signer.
    pub revoking: Crl,
    /// The moment of every check.
    pub at: Timestamp,
    /// The plan of the first pass.
    pub prepare: PreparePlan,
    /// The plan of the second pass.
    pub write: WritePlan,
    /// A card after the first pass, as saved.
    pub installed: Vec<u8>,
    /// A finished card, as saved.
    pub issued: Vec<u8>,
    protected: HashSet<[u8; WINDOW]>,
}

/// The only one.
pub fn fixture() -> &'static Fixture {
    static ONLY: OnceLock<Fixture> = OnceLock::new();
    ONLY.get_or_init(Fixture::make)
}

impl Fixture {
    fn make() -> Self {
        let at: Timestamp = AT.parse().unwrap();
        let from = "2026-11-01T00:00:00Z".parse().unwrap();
        let authority = Authority::new(&AuthorityOptions::real("Example Party", 1, from));
        let terms = chipwright_testkit::terms(jiff::civil::date(2026, 11, 22));
        let allocation = chipwright_testkit::allocation(&mut seeded_rng(5));
        let can = String::from_utf8(allocation.can.expose().to_vec()).unwrap();
        let (member, portrait) = (chipwright_testkit::member(3), chipwright_testkit::portrait(0));
        let signed = authority.sign(&member, &portrait, &allocation, &terms, at);
        let profile = ChipProfile::default();
        let prepare = PreparePlan::new(profile.clone(), &IssuerFiles::new(&terms));
        let plan = WritePlan::new(profile, &signed);
        let protected = windows_of(&signed);
        let mut fixture = Self {
            crl: authority.crl(at, false),
            revoking: authority.crl(at, true),
            trust: authority.trust(at),
            authority,
            signed,
            can,
            at,
            prepare,
            write: plan,
            installed: Vec::new(),
            issued: Vec::new(),
            protected,
        };
        let (mut card, ready) = fixture.prepared();
        fixture.installed = card.transport().save();
        fixture.finish(&mut card, &ready);
        fixture.issued = card.transport().save();
        fixture
    }

    fn prepared(&self) -> (Exchanger<Card>, ChipReady) {
        let card = Card::blank(chip_config(1), seeded_rng(9));
        let mut card = Exchanger::new(card, LengthMode::Extended);
        let mut world = World::new(4);
        let ready =
            prepare(&mut card, &self.prepare, &ChipKeys::default(), &mut world.surroundings()).unwrap();
        (card, ready)
    }

    fn finish(&self, card: &mut Exchanger<Card>, ready: &ChipReady) {
        let (mut world, mut journal) = (World::new(5), MemoryJournal::default());
        let keys = ChipKeys::default();
        let mut surroundings = world.surroundings();
        write(card, ready, &self.write, Freshness::Fresh, &keys, &mut journal, &mut surroundings).unwrap();
    }

    /// What opens the card.
    #[must_use]
    pub fn password(&self) -> Password {
        Password::can(&self.can).unwrap()
    }

    /// The signer's certificate.
    #[must_use]
    pub const fn signer(&self) -> &Certificate {
        &self.authority.signer
    }

    /// Every list that the root signed.
    #[must_use]
    pub fn lists(&self) -> [&[u8]; 2] {
        [self.crl.as_der(), self.revoking.as_der()]
    }

    /// Whether a response shows a run of bytes that only a protected file has.
    #[must_use]
    pub fn shows(&self, response: &[u8]) -> bool {
        response.windows(WINDOW).any(|window| {
            <&[u8; WINDOW]>::try_from(window).is_ok_and(|window| self.protected.contains(window))
        })
    }
}

/// The runs of bytes of the protected files that no public file has, and that are not the same all over.
fn windows_of(signed: &SignedProfile) -> HashSet<[u8; WINDOW]> {
    let public = |file: FileId| matches!(file, FileId::CardAccess | FileId::AtrInfo | FileId::Dir);
    let runs = |wanted: bool| {
        signed
            .files()
            .filter(move |(file, _)| public(*file) == wanted)
            .flat_map(|(_, content)| content.windows(WINDOW))
            .filter(|run| run.iter().any(|byte| *byte != run[0]))
            .filter_map(|run| run.try_into().ok())
            .collect::<HashSet<[u8; WINDOW]>>()
    };
    let known = runs(true);
    runs(false).into_iter().filter(|run| !known.contains(run)).collect()
}
