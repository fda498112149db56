//! The general authentication procedure from the protocols' own drivers, without what [`RecordsSession`] checks first:
//! so that the card is asked what our own side would not ask.

use chipwright_channel::chip_authentication::{ChipKey, Version, version_2};
use chipwright_channel::pace::{self, Chat, Preference};
use chipwright_channel::sm::Session;
use chipwright_channel::terminal_authentication::{self, CvBytes, KeyError, TerminalKey};
use chipwright_emulator::Card;
use chipwright_iso7816::{Command, Exchanger, Ins, Le};
use chipwright_pki::cv::{CvCertificate, plain_signature};
use chipwright_testkit::{SoftKey, random};

use super::House;

struct Key<'a>(&'a SoftKey);

impl TerminalKey for Key<'_> {
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], KeyError> {
        plain_signature(self.0, message).map_err(|error| KeyError::Store(Box::new(error)))
    }
}

/// The card of one house, opened with the papers of another under the same CVCA; the records application is selected.
pub fn open(card: &mut Exchanger<Card>, house: &House, papers: &House) -> Session {
    let mut draw = random(21);
    let access = Command::new(0x00, Ins::READ_BINARY, 0x9C, 0).with_le(Le::Max);
    let access = card.exchange(&access).unwrap().data;
    let info = pace::choose_with(&access, Preference { cam: false }).unwrap();
    let own = &papers.cv.terminal.certificate;
    let chat = Chat::authentication_terminal(own.chat().authentication_bits().unwrap());
    let pace = pace::establish_with(card, None, &info, &house.order.can(), Some(&chat), &mut draw).unwrap();
    let shown: Vec<Vec<u8>> = papers.cv.chain().iter().map(CvCertificate::to_bytes).collect();
    let shown: Vec<CvBytes<'_>> = shown.iter().map(|bytes| CvBytes::parse(bytes).unwrap()).collect();
    let key = Key(&papers.cv.terminal.key);
    let (mut session, ours) =
        terminal_authentication::authenticate(card, pace.session, &pace.card_key, &shown, &key, &mut draw)
            .unwrap();
    let mut file = Vec::new();
    loop {
        let [p1, p2] = u16::try_from(file.len()).unwrap().to_be_bytes();
        let p1 = if file.is_empty() { 0x9D } else { p1 };
        let read = Command::new(0x00, Ins::READ_BINARY, p1, p2).with_le(Le::Max).in_extended_form();
        let (next, part) = session.transmit(card, &read).unwrap();
        session = next;
        if part.data.is_empty() {
            break;
        }
        file.extend(part.data);
    }
    let report = chipwright_pki::check(
        &file,
        &house.trust,
        &chipwright_pki::Policy::real().for_card_security(),
        super::now(),
    );
    let key = ChipKey::read(report.content().unwrap(), Version::V2).unwrap().unwrap();
    let (session, _) = version_2::authenticate(card, session, ours, &key).unwrap();
    let select =
        Command::new(0x00, Ins::SELECT, 0x04, 0x0C).with_data(chipwright_records::RECORDS.as_bytes());
    let (session, response) = session.transmit(card, &select).unwrap();
    assert!(response.status.is_success());
    session
}
