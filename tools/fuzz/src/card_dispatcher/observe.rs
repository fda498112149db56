//! What a copy of the card tells of the card's state, without keys where none are needed.

use crate::fixture::fixture;
use chipwright_channel::scp03::{self, SecurityLevel, StaticKeys};
use chipwright_emulator::{Card, Interface, seeded_rng};
use chipwright_iso7816::tlv::{Reader, Tag};
use chipwright_iso7816::{Aid, Exchanger, LengthMode, StatusWord, Transport};
use chipwright_perso::globalplatform as gp;
use chipwright_perso::{CardKeys, ChipIdentifier};
use chipwright_testkit::ChipKeys;

const TERMINATED: u8 = 0xFF;

/// Life cycle of the card, if the known keys still open it or it says so itself; applications with theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Observation {
    life_cycle: Option<u8>,
    instances: Option<Vec<(Vec<u8>, u8)>>,
    operational: bool,
}

impl Observation {
    /// Also checks that the card goes through a file unchanged.
    pub(super) fn of(card: &Card) -> Self {
        let state = card.save();
        let mut copy = Card::load(&state, seeded_rng(5)).expect("a saved card loads");
        // What a power cut left half done is repaired at power-up, and only then.
        assert!(copy.save() == state || !card.is_powered(), "what is loaded is what was saved");
        assert!(Card::load(&copy.save(), seeded_rng(5)).is_ok_and(|again| again.save() == copy.save()));
        copy.set_interface(Interface::Contact);
        copy.reset().expect("power comes up");
        let operational = {
            copy.set_interface(Interface::Contactless);
            copy.reset().expect("power comes up");
            copy.uid().is_some_and(|uid| uid.len() == 4)
        };
        copy.set_interface(Interface::Contact);
        copy.reset().expect("power comes up");
        let mut card = Exchanger::new(copy, LengthMode::Short);
        let domain = fixture().prepare.profile.issuer_domain;
        let selected = card.exchange(&gp::select(&domain)).expect("the card answers").status;
        if selected == StatusWord::CONDITIONS_NOT_SATISFIED {
            return Self { life_cycle: Some(TERMINATED), instances: None, operational };
        }
        assert!(matches!(selected.0, 0x9000 | 0x6283), "{selected}");
        let (life_cycle, instances) = registry(&mut card, &domain);
        assert!(life_cycle.is_none_or(|state| (state == 0x7F) == (selected.0 == 0x6283)));
        Self { life_cycle, instances, operational }
    }

    /// Whether the one can have become the other.
    pub(super) fn may_become(&self, after: &Self, authenticated: bool) {
        let rank = |state: u8| [0x01, 0x07, 0x0F, 0x7F, 0xFF].iter().position(|known| *known == state);
        if let (Some(from), Some(to)) = (self.life_cycle, after.life_cycle) {
            let (from, to) = (rank(from).expect("a state"), rank(to).expect("a state"));
            assert!(from <= to || (from, to) == (3, 2), "life cycle {self:?} {after:?}");
        }
        assert!(self.life_cycle != Some(TERMINATED) || after.life_cycle == Some(TERMINATED));
        if let (Some(old), Some(new)) = (&self.instances, &after.instances)
            && !authenticated
        {
            assert_eq!(old, new, "applications change without keys");
        }
        if !authenticated {
            assert_eq!(self.operational, after.operational, "a card becomes valid without keys");
            assert!(
                after.life_cycle.is_none()
                    || self.life_cycle == after.life_cycle
                    || self.life_cycle.is_none()
            );
        }
    }
}

type Instances = Vec<(Vec<u8>, u8)>;

/// GET STATUS under whichever known keys open the card.
fn registry(card: &mut Exchanger<Card>, domain: &Aid) -> (Option<u8>, Option<Instances>) {
    let chip = ChipIdentifier(card.transport().chip_identifier());
    let known = ChipKeys::default();
    let sets: [Box<dyn StaticKeys>; 2] = [known.transport(&chip, 0x01).unwrap(), known.issuer(&chip).unwrap()];
    for keys in sets {
        card.exchange(&gp::select(domain)).expect("the card answers");
        let level = SecurityLevel::C_MAC;
        let opened = match card.transport().is_powered() {
            true => scp03::open(card, &*keys, level, [1; 8], None)
                .or_else(|_| scp03::open(card, &*keys, level, [1; 16], None)),
            false => return (None, None),
        };
        let Ok(session) = opened else { continue };
        let Ok((session, own)) = session.transmit(card, &gp::get_status(0x80, false)) else { continue };
        let life_cycle = entries(&own.data).first().map(|(_, state)| *state);
        let Ok((_, list)) = session.transmit(card, &gp::get_status(0x40, false)) else { continue };
        assert!(matches!(list.status.0, 0x9000 | 0x6A88 | 0x6310), "{}", list.status);
        let instances = entries(&list.data);
        assert!(instances.len() <= 4 && instances.iter().all(|(_, state)| matches!(state, 0x07 | 0x0F)));
        return (life_cycle, Some(instances));
    }
    (None, None)
}

/// AID and life cycle of each `E3`.
fn entries(data: &[u8]) -> Instances {
    let mut found = Vec::new();
    let mut reader = Reader::strict(data);
    while let Some(entry) = reader.next().expect("GET STATUS is TLV") {
        let aid = entry.children().unwrap().find(Tag(0x4F)).expect("an AID").value.to_vec();
        let state = entry.children().unwrap().find(Tag(0x9F70)).expect("a life cycle").value[0];
        found.push((aid, state));
    }
    found
}
