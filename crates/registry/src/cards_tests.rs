use crate::*;
use chipwright_profile::MemberNumber;
use jiff::Timestamp;

fn at() -> Timestamp {
    "2026-11-22T05:00:00Z".parse().unwrap()
}

fn counting() -> impl FnMut(&mut [u8]) {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    move |out: &mut [u8]| {
        for byte in out {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            *byte = (state >> 24) as u8;
        }
    }
}

fn rule(result: Result<impl Sized, Error>) -> Rule {
    match result.err().expect("must be refused") {
        Error::Refused { rule, .. } => rule,
        other => panic!("{other}"),
    }
}

struct Desk {
    registry: Registry,
    _folder: tempfile::TempDir,
}

fn desk() -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let issuer = Issuer::new("Đảng bộ thử nghiệm", [1; 32]);
    let registry = Registry::create(&folder.path().join("registry.db"), &issuer, at()).unwrap();
    Desk { registry, _folder: folder }
}

const SEAL: Seal = Seal { signer: [3; 32], security_object: [4; 32] };
const MEMBER: &str = "079012345678";

fn written(desk: &mut Desk, member: &str, chip: &ChipId) -> chipwright_profile::CardNumber {
    let mut rng = counting();
    let member = MemberNumber::parse(member).unwrap();
    let number = desk.registry.allocate(&member, at(), &mut rng).unwrap().card_number;
    desk.registry.see_chip(chip, at()).unwrap();
    desk.registry.begin_writing(&number, chip, at()).unwrap();
    number
}

#[test]
fn the_whole_way() {
    let mut d = desk();
    let chip = ChipId([1; 10]);
    let card = written(&mut d, MEMBER, &chip);
    let intent = d.registry.intend_finalise(&card, &chip, &SEAL, at()).unwrap();
    assert_eq!(d.registry.open_work().unwrap()[0].open.as_ref().unwrap().intent, intent);
    assert_eq!(d.registry.seal_of(intent).unwrap(), SEAL);
    d.registry.finalised(intent, at()).unwrap();
    assert!(d.registry.open_work().unwrap()[0].open.is_none());
    let known = d.registry.card(&card).unwrap().unwrap();
    assert_eq!((known.status, known.seal, known.chip), (CardStatus::Finalised, Some(SEAL), Some(chip)));
    assert_eq!(d.registry.blank(&chip).unwrap().unwrap().stage, BlankStage::Used);
    d.registry.record_acceptance(&known, &SEAL.security_object, at()).unwrap();
    let issued = d.registry.live_card_of(&MemberNumber::parse(MEMBER).unwrap()).unwrap().unwrap();
    assert_eq!(issued.status, CardStatus::Issued);
    d.registry.record_acceptance(&issued, &SEAL.security_object, at()).unwrap();
    assert_eq!(
        d.registry.cards_by_status().unwrap(),
        CardsByStatus { issued: 1, ..CardsByStatus::default() }
    );
    assert!(d.registry.open_work().unwrap().is_empty());
}

#[test]
fn another_security_object_is_not_the_card() {
    let mut d = desk();
    let chip = ChipId([1; 10]);
    let card = written(&mut d, MEMBER, &chip);
    let intent = d.registry.intend_finalise(&card, &chip, &SEAL, at()).unwrap();
    d.registry.finalised(intent, at()).unwrap();
    let known = d.registry.card(&card).unwrap().unwrap();
    let error = d.registry.record_acceptance(&known, &[9; 32], at()).unwrap_err();
    assert!(matches!(error, Error::NotTheFinalisedCard { what: "security object", .. }), "{error}");
    assert_eq!(d.registry.card(&card).unwrap().unwrap().status, CardStatus::Finalised);
}

#[test]
fn a_member_gets_another_card_only_after_revocation() {
    let mut d = desk();
    let mut rng = counting();
    let chip = ChipId([1; 10]);
    let card = written(&mut d, MEMBER, &chip);
    let member = MemberNumber::parse(MEMBER).unwrap();
    assert_eq!(rule(d.registry.allocate(&member, at(), &mut rng)), Rule::OneLiveCardPerMember);
    let intent = d.registry.intend_finalise(&card, &chip, &SEAL, at()).unwrap();
    let why = Reason::new("not-accepted").unwrap();
    assert_eq!(rule(d.registry.abandon(&card, &why, at())), Rule::MaybeFinalised);
    d.registry.finalised(intent, at()).unwrap();
    assert_eq!(rule(d.registry.allocate(&member, at(), &mut rng)), Rule::OneLiveCardPerMember);
    assert_eq!(rule(d.registry.abandon(&card, &why, at())), Rule::MaybeFinalised);
    d.registry.revoke(&card, &why, at()).unwrap();
    assert_eq!(d.registry.blank(&chip).unwrap().unwrap().spoiled_why, Some(why));
    let mut entries = Vec::new();
    d.registry.for_each_revoked(&mut |entry| entries.push(entry)).unwrap();
    assert_eq!(entries, [d.registry.card(&card).unwrap().unwrap().reference]);
    let mut rng = counting();
    let second = d.registry.allocate(&member, at(), &mut rng).unwrap();
    assert_ne!(second.card_number, card, "the same random bytes must be drawn past what is taken");
    assert_ne!(second.status, entries[0]);
    assert_eq!(d.registry.cards_of(&member).unwrap().len(), 2);
}

#[test]
fn a_card_leaves_a_chip_only_when_it_is_known_not_to_be_finalised() {
    let mut d = desk();
    let (first, second) = (ChipId([1; 10]), ChipId([2; 10]));
    let card = written(&mut d, MEMBER, &first);
    d.registry.see_chip(&second, at()).unwrap();
    let intent = d.registry.intend_finalise(&card, &first, &SEAL, at()).unwrap();
    assert_eq!(rule(d.registry.intend_finalise(&card, &first, &SEAL, at())), Rule::IntentOpen);
    assert_eq!(rule(d.registry.begin_writing(&card, &second, at())), Rule::MaybeFinalised);
    d.registry.not_finalised(intent, &Reason::new("torn").unwrap(), at()).unwrap();
    assert_eq!(rule(d.registry.finalised(intent, at())), Rule::Constraint);
    d.registry.spoil(&first, &Reason::new("torn").unwrap(), at()).unwrap();
    d.registry.begin_writing(&card, &second, at()).unwrap();
    assert_eq!(rule(d.registry.intend_finalise(&card, &first, &SEAL, at())), Rule::IntentWithoutWriting);
    assert_eq!(rule(d.registry.begin_writing(&card, &first, at())), Rule::ChipNotFree);
    d.registry.intend_finalise(&card, &second, &SEAL, at()).unwrap();
}

#[test]
fn two_cards_never_share_a_chip() {
    let mut d = desk();
    let chip = ChipId([1; 10]);
    written(&mut d, MEMBER, &chip);
    let other = MemberNumber::parse("079012345679").unwrap();
    let mut rng = counting();
    for _ in 0..3 {
        rng(&mut [0; 7]);
    }
    let other = d.registry.allocate(&other, at(), &mut rng).unwrap().card_number;
    assert_eq!(rule(d.registry.begin_writing(&other, &chip, at())), Rule::OneLiveCardPerChip);
    d.registry.spoil(&chip, &Reason::new("dead").unwrap(), at()).unwrap();
    assert_eq!(rule(d.registry.begin_writing(&other, &chip, at())), Rule::ChipNotFree);
}

#[test]
fn tries_are_bounded_per_chip_and_key_set() {
    let mut d = desk();
    let chip = ChipId([7; 10]);
    let left: Vec<u32> = (0..4).map(|_| d.registry.spend_try(&chip, 1, at()).unwrap()).collect();
    assert_eq!(left, [4, 3, 2, 1]);
    let error = d.registry.spend_try(&chip, 1, at()).unwrap_err();
    assert!(matches!(error, Error::LastTry { spent: 4, key_version: 1, .. }), "{error}");
    assert_eq!(d.registry.spend_last_try(&chip, 1, at()).unwrap(), 0);
    let error = d.registry.spend_try(&chip, 1, at()).unwrap_err();
    assert!(matches!(error, Error::TriesSpent { spent: 5, key_version: 1, .. }), "{error}");
    assert_eq!(error.fault(), Fault::Card);
    assert_eq!(d.registry.spend_try(&chip, 0x11, at()).unwrap(), 4, "each key set has its own counter");
    d.registry.clear_tries(&chip, 1, at()).unwrap();
    assert_eq!(d.registry.spend_try(&chip, 1, at()).unwrap(), 4);
}

#[test]
fn an_allocation_survives_and_shows_no_secret() {
    let mut d = desk();
    let member = MemberNumber::parse(MEMBER).unwrap();
    let made = d.registry.allocate(&member, at(), &mut counting()).unwrap();
    let kept = d.registry.allocation_of(&made.card_number).unwrap();
    assert_eq!(kept.can.expose(), made.can.expose());
    assert_eq!(kept.salt.expose(), made.salt.expose());
    assert_eq!(kept.status, made.status);
    let can = std::str::from_utf8(made.can.expose()).unwrap();
    let duplicate = d.registry.allocate(&member, at(), &mut counting()).unwrap_err();
    let shown = format!("{made:?} {:?} {duplicate:?} {duplicate}", d.registry.open_work().unwrap());
    assert!(!shown.contains(can), "{shown}");
}

#[test]
fn status_entries_are_unique_until_the_bound_and_then_the_next_list() {
    let folder = tempfile::tempdir().unwrap();
    let issuer = Issuer { status_list_size: 16, status_list_fill: 12, ..Issuer::new("Test", [1; 32]) };
    let mut registry = Registry::create(&folder.path().join("r.db"), &issuer, at()).unwrap();
    let mut rng = counting();
    let mut entries = std::collections::BTreeSet::new();
    let mut in_order = Vec::new();
    for n in 0..30 {
        let member = MemberNumber::parse(&format!("{n:012}")).unwrap();
        let entry = registry.allocate(&member, at(), &mut rng).unwrap().status;
        assert!(entry.index < 16 && entries.insert(entry));
        in_order.push(entry.index);
    }
    let lists: Vec<usize> = (0..3).map(|list| entries.iter().filter(|e| e.list == list).count()).collect();
    assert_eq!(lists, [12, 12, 6]);
    assert!(!in_order[..12].is_sorted());
}

#[test]
fn a_random_source_that_repeats_itself_is_noticed() {
    let mut d = desk();
    let mut fixed = |out: &mut [u8]| out.fill(0);
    d.registry.allocate(&MemberNumber::parse(MEMBER).unwrap(), at(), &mut fixed).unwrap();
    let error =
        d.registry.allocate(&MemberNumber::parse("079012345679").unwrap(), at(), &mut fixed).unwrap_err();
    assert!(matches!(error, Error::NoFreeValue { what: "card number", .. }), "{error}");
}

fn issued(d: &mut Desk, member: &str, chip: &ChipId) -> chipwright_profile::CardNumber {
    let card = written(d, member, chip);
    let intent = d.registry.intend_finalise(&card, chip, &SEAL, at()).unwrap();
    d.registry.finalised(intent, at()).unwrap();
    let known = d.registry.card(&card).unwrap().unwrap();
    d.registry.record_acceptance(&known, &SEAL.security_object, at()).unwrap();
    card
}

#[test]
fn issued_cards_live_on() {
    let mut d = desk();
    let (chip, other) = (ChipId([1; 10]), ChipId([2; 10]));
    let card = issued(&mut d, MEMBER, &chip);
    let new = Seal { security_object: [9; 32], ..SEAL };
    let update = d.registry.intend_life(&card, &chip, LifeEvent::Update, Some(&new), at()).unwrap();
    let lines = d.registry.life_of(&card).unwrap();
    assert_eq!((lines.len(), lines[0].done_at, lines[0].security_object), (1, None, Some([9; 32])));
    d.registry.life_done(update, at()).unwrap();
    assert_eq!(d.registry.life_of(&card).unwrap()[0].done_at, Some(at()));
    assert_eq!(rule(d.registry.life_done(update, at())), Rule::Constraint);
    // only an update has a seal, and it has one
    assert_eq!(rule(d.registry.intend_life(&card, &chip, LifeEvent::Update, None, at())), Rule::Constraint);
    assert_eq!(
        rule(d.registry.intend_life(&card, &chip, LifeEvent::Suspend, Some(&new), at())),
        Rule::Constraint
    );
    assert_eq!(
        rule(d.registry.intend_life(&card, &other, LifeEvent::Suspend, None, at())),
        Rule::LifeOfIssuedCards
    );
    let end = d.registry.intend_life(&card, &chip, LifeEvent::Terminate, None, at()).unwrap();
    // until it is known to be done, it may be tried again
    let end_again = d.registry.intend_life(&card, &chip, LifeEvent::Terminate, None, at()).unwrap();
    assert_ne!(end, end_again);
    d.registry.life_done(end_again, at()).unwrap();
    assert_eq!(rule(d.registry.intend_life(&card, &chip, LifeEvent::Resume, None, at())), Rule::LifeEnded);
    for change in
        ["DELETE FROM life_intents", "UPDATE life_outcomes SET at = ''", "DELETE FROM life_outcomes"]
    {
        assert!(d.registry.transact("test", |t| Ok(t.execute(change, [])?)).is_err(), "{change}");
    }
}

#[test]
fn cards_in_work_have_no_life_yet() {
    let mut d = desk();
    let chip = ChipId([1; 10]);
    let card = written(&mut d, MEMBER, &chip);
    let refused = d.registry.intend_life(&card, &chip, LifeEvent::Suspend, None, at());
    assert_eq!(rule(refused), Rule::LifeOfIssuedCards);
}
