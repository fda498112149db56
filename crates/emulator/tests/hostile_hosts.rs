//! Hosts that lie, in every state of the card: it answers, shows nothing without access, and its life cycle moves as the standard allows.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod host;

use chipwright_emulator::tables::budget;
use chipwright_emulator::{Card, Randomness, seeded_rng};
use chipwright_iso7816::Transport;
use host::*;

/// Draws that are the same for the same seed.
struct Dice(Randomness);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seeded_rng(seed))
    }

    fn below(&mut self, below: usize) -> usize {
        let mut bytes = [0; 4];
        (self.0)(&mut bytes);
        u32::from_be_bytes(bytes) as usize % below
    }

    fn byte(&mut self) -> u8 {
        self.below(256) as u8
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let mut bytes = vec![0; self.below(most + 1)];
        (self.0)(&mut bytes);
        bytes
    }
}

const fn cases(short: usize, long: usize) -> usize {
    if option_env!("CHIPWRIGHT_LONG").is_some() { long } else { short }
}

/// A session that was open when the hostile commands began.
enum Open {
    Nothing,
    Scp03(scp03::Host),
    Pace(pace::Messaging),
}

/// Every state a card can be met in.
const STATES: [&str; 11] = [
    "OP_READY",
    "INITIALIZED",
    "SECURED",
    "OP_READY, SCP03 session",
    "EMPTY instance",
    "FILLING",
    "FILLING, SCP03 session",
    "OPERATIONAL",
    "OPERATIONAL, PACE session",
    "CARD_LOCKED",
    "TERMINATED",
];

fn moved(card: &mut Card, states: &[u8]) {
    for state in states {
        assert_eq!(status(card, ISSUER) & 0xFF00, 0x9000);
        let mut session = scp03::Host::open(card, 0x01);
        assert_eq!(session.send(card, 0xF0, 0x80, *state, &[]).1, 0x9000);
    }
}

fn filling(card: &mut Card) -> scp03::Host {
    let mut session = installed(card);
    assert_eq!(session.send(card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)).1, 0x9000);
    assert_eq!(session.store(card, &stream(&content()), 900).1, 0x9000);
    session
}

fn in_state(state: usize) -> (Card, Open) {
    let mut card = match state {
        7 | 8 => chip_keys::issued_with_keys(&[1, 2, 3]).0,
        9 | 10 => issued(),
        _ => blank(),
    };
    let open = match state {
        1 => {
            moved(&mut card, &[0x07]);
            Open::Nothing
        }
        2 => {
            moved(&mut card, &[0x07, 0x0F]);
            Open::Nothing
        }
        3 => {
            send(&mut card, ISSUER);
            Open::Scp03(scp03::Host::open(&mut card, 0x33))
        }
        4 => {
            installed(&mut card);
            card.reset().unwrap();
            Open::Nothing
        }
        5 => {
            filling(&mut card);
            card.reset().unwrap();
            Open::Nothing
        }
        6 => Open::Scp03(filling(&mut card)),
        8 => Open::Pace(pace::establish(&mut card, pace::SET_AT_CAN, CAN).unwrap()),
        9 => {
            moved(&mut card, &[0x07, 0x0F, 0x7F]);
            Open::Nothing
        }
        10 => {
            moved(&mut card, &[0x07, 0x0F, 0xFF]);
            Open::Nothing
        }
        _ => Open::Nothing,
    };
    (card, open)
}

/// The card's life cycle, asked of a copy; none when its keys are blocked.
fn life_cycle(card: &Card) -> Option<u8> {
    let mut copy = Card::load(&card.save(), seeded_rng(5)).unwrap();
    copy.reset().unwrap();
    send(&mut copy, ISSUER);
    match scp03::Host::open_with(&mut copy, 0, &DEVELOPMENT_KEY, 0x01) {
        Ok(mut session) => {
            let (entry, status) = session.send(&mut copy, 0xF2, 0x80, 0x02, &[0x4F, 0]);
            assert_eq!(status, 0x9000);
            let at = entry.windows(3).position(|window| window == [0x9F, 0x70, 0x01]).unwrap();
            Some(entry[at + 3])
        }
        Err(0x6985) => Some(0xFF),
        Err(0x6983) => None,
        Err(other) => panic!("{other:04X}"),
    }
}

/// OP_READY → INITIALIZED → SECURED ⇄ CARD_LOCKED, everything → TERMINATED (table 11-6 of GlobalPlatform).
fn may_become(before: u8, after: u8) -> bool {
    after >= before || (before == 0x7F && after == 0x0F)
}

/// Twelve bytes of a file that is not public, which stand in no public file.
fn shows(response: &[u8]) -> bool {
    let (public, personal): (Vec<_>, Vec<_>) = content().into_iter().partition(|(id, _)| id >> 8 == 0x2F);
    let within = |files: &[(u16, Vec<u8>)], wanted: &[u8]| {
        files.iter().any(|(_, value)| value.windows(12).any(|window| window == wanted))
    };
    response.len() >= 14 && response.windows(12).any(|seen| within(&personal, seen) && !within(&public, seen))
}

fn answered(card: &mut Card, command: &[u8], what: &dyn std::fmt::Debug) -> u16 {
    let response = card.transmit(command).unwrap();
    assert!((2..=budget::RESPONSE_APDU).contains(&response.len()), "{what:?}: {} bytes", response.len());
    assert!(!shows(&response), "{what:?}: {}", hex::encode(command));
    split(&response).1
}

/// A command that exists, mutated or not, or bytes that are none.
fn command(dice: &mut Dice) -> Vec<u8> {
    const KNOWN: [&str; 32] = [
        ISSUER,
        "00A4040C07F0434849505701",
        "00A4000C023F00",
        "00A4020C02011C",
        "00A4020C020101",
        "80CA9F7F00",
        "80CA006600",
        "80CA00E000",
        "80CAFF2100",
        "80CA004500",
        "8050000008112233445566778800",
        "8482330010000102030405060708090A0B0C0D0E0F",
        "80F28002024F0000",
        "80E60C001B07F043484950570008F04348495057000107F0434849505701010402C90000",
        "80E620000D000007F0434849505701000000",
        "80E28800080101057F1F024142",
        "80E400800A4F08F04348495057 0000",
        "80D8000103010203",
        "80F0800F00",
        "80F080FF00",
        "00B09C0000",
        "00B0810000",
        "00B1000003540100 00",
        "0022C1A40F800A04007F00070202040202830102",
        "10860000027C0000",
        "0022C1A40F800A04007F00070202040602830102",
        "002241A40F800A04007F00070202030202840102",
        "00860000457C438041046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C2964FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F500",
        "0088000008112233445566778800",
        "80E28900147F021102000102030405060708090A0B0C0D0E0F",
        "80E28900147F031102000102030405060708090A0B0C0D0E0F",
        "0084000008",
    ];
    let mut bytes = hex(KNOWN[dice.below(KNOWN.len())]);
    for _ in 0..dice.below(4) {
        match dice.below(8) {
            0 => {
                bytes[0] = [0x00, 0x01, 0x0C, 0x10, 0x1C, 0x40, 0x80, 0x84, 0x90, 0x94, 0xFF][dice.below(11)]
            }
            1 | 2 => {
                let at = dice.below(bytes.len().max(1));
                let with = dice.byte();
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= with;
                }
            }
            3 => bytes.truncate(dice.below(bytes.len() + 1)),
            4 => bytes.extend(dice.bytes(300)),
            5 => {
                let data = dice.bytes(1100);
                bytes.truncate(4);
                bytes.extend([0, (data.len() >> 8) as u8, data.len() as u8]);
                bytes.extend(data);
            }
            6 => bytes = dice.bytes(40),
            _ => {}
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
    bytes
}

#[test]
fn any_command_in_any_state() {
    let mut total = 0;
    for (state, name) in STATES.iter().enumerate() {
        let mut dice = Dice::new(state as u64);
        for round in 0..cases(12, 400) {
            let (mut card, mut open) = in_state(state);
            let before = life_cycle(&card).unwrap();
            for _ in 0..30 {
                let plain = command(&mut dice);
                let bytes = match &mut open {
                    _ if dice.below(3) == 0 => plain,
                    // what is written stays harmless to the keys, so that the life cycle can be asked for
                    Open::Scp03(session) if plain.len() > 4 && plain[1] != 0xD8 => {
                        let data = &plain[4..plain.len().min(200)];
                        let mut bytes = session.wrap(plain[1], plain[2], plain[3], data);
                        if dice.below(6) == 0 {
                            let at = dice.below(bytes.len());
                            bytes[at] ^= 1 << dice.below(8);
                        }
                        bytes
                    }
                    Open::Pace(session) if plain.len() > 4 => {
                        let header = [plain[0] & 0x10, plain[1], plain[2], plain[3]];
                        let mut bytes =
                            session.wrap(header, &plain[4..plain.len().min(150)], Some(&[0]), false);
                        if dice.below(6) == 0 {
                            let at = dice.below(bytes.len());
                            bytes[at] ^= 1 << dice.below(8);
                        }
                        session.skip();
                        bytes
                    }
                    _ => plain,
                };
                answered(&mut card, &bytes, &(name, round));
                total += 1;
            }
            card.reset().unwrap();
            if let Some(after) = life_cycle(&card) {
                assert!(may_become(before, after), "{name}, {round}: {before:02X} → {after:02X}");
            }
        }
    }
    println!("{total} hostile commands in {} states", STATES.len());
}

#[test]
fn without_keys_nothing_moves() {
    for (state, name) in STATES.iter().enumerate() {
        let mut dice = Dice::new(100 + state as u64);
        let (mut card, _) = in_state(state);
        card.reset().unwrap();
        let before = life_cycle(&card).unwrap();
        for _ in 0..cases(400, 20_000) {
            answered(&mut card, &command(&mut dice), name);
        }
        card.reset().unwrap();
        assert!(life_cycle(&card).is_none_or(|after| after == before), "{name}");
    }
}

#[test]
fn no_file_is_shown_in_plain() {
    for state in [5, 6, 7, 9, 10] {
        let (mut card, _) = in_state(state);
        for select in ["", "00A4040C07F0434849505701", "00A4000C023F00"] {
            if !select.is_empty() {
                send(&mut card, select);
            }
            for file in 0..=31u8 {
                for p1 in [0x80 | file, file] {
                    answered(&mut card, &[0, 0xB0, p1, 0, 0], &(STATES[state], select, file));
                    answered(&mut card, &[0, 0xB0, p1, 0, 0, 0, 0], &(STATES[state], select, file));
                    answered(
                        &mut card,
                        &[0, 0xB1, 0, file, 3, 0x54, 1, 0, 0],
                        &(STATES[state], select, file),
                    );
                }
                answered(&mut card, &[0, 0xA4, 2, 0x0C, 2, 1, file], &(STATES[state], select, file));
                answered(&mut card, &[0, 0xB0, 0, 0, 0], &(STATES[state], select, file));
            }
        }
    }
}

#[test]
fn a_chain_that_never_ends_is_ended() {
    for header in [
        [0x10, 0xB0, 0x81, 0x00],
        [0x10, 0xA4, 0x04, 0x0C],
        [0x10, 0xE2, 0x00, 0x00],
        [0x90, 0xE2, 0x08, 0x00],
    ] {
        let (mut card, _) = in_state(7);
        let part = [&header[..], &[255], &[0x55; 255]].concat();
        let (mut accepted, mut sent) = (0, 0);
        // ten megabytes, of the other headers one
        while sent < if header[1] == 0xB0 { 10 << 20 } else { 1 << 20 } {
            sent += part.len();
            match answered(&mut card, &part, &header) {
                0x9000 => accepted += 1,
                _ => accepted = 0,
            }
            assert!(accepted <= budget::DATA_FIELD / 255, "{accepted} parts are held");
        }
        // a part that waits is dropped by another command
        send(&mut card, "0084000008");
        assert_eq!(status(&mut card, &format!("00A4040C07{INSTANCE}")), 0x9000, "the card is as it was");
        let mut session = pace::establish(&mut card, pace::SET_AT_CAN, CAN).unwrap();
        assert!(session.read(&mut card, 1).is_ok());
    }
}

#[test]
fn a_chain_with_something_between_is_dropped() {
    let (mut card, _) = in_state(7);
    let half = "10A4040C03F04348";
    for (between, answer) in [("00B09C0000", 0x6883), ("00A4000C023F00", 0x6883), ("0084000008", 0x6883)] {
        assert_eq!(status(&mut card, half), 0x9000);
        assert_eq!(status(&mut card, between), answer, "{between}");
        // what was held is gone: the rest alone names no application
        assert_eq!(status(&mut card, "00A4040C0449505701"), 0x6A82);
    }
    assert_eq!(status(&mut card, half), 0x9000);
    assert_eq!(status(&mut card, "00A4040C0449505701"), 0x9000, "and nothing between is right");
}

#[test]
fn a_chip_without_extended_length_refuses_it() {
    let mut card = issued_with(|config| config.extended_length = false);
    let mut session = pace::establish(&mut card, pace::SET_AT_CAN, CAN).unwrap();
    assert!(session.read(&mut card, 1).is_ok());
    let extended = session.wrap([0, 0xB0, 0x81, 0], &[], Some(&[0, 0]), true);
    assert_eq!(split(&card.transmit(&extended).unwrap()).1, 0x6700);
    let next = session.wrap([0, 0xB0, 0x81, 0], &[], Some(&[0]), false);
    assert_ne!(split(&card.transmit(&next).unwrap()).1, 0x9000, "the session is over");
    for length in [0usize, 256, 1000, 0xFFFF] {
        let mut bytes = hex("00B08100");
        bytes.extend([0, (length >> 8) as u8, length as u8]);
        bytes.extend(vec![0; length]);
        assert_eq!(raw(&mut card, &bytes).1, 0x6700, "{length}");
    }
}

#[test]
fn logical_channels_are_refused_everywhere() {
    for (state, name) in STATES.iter().enumerate() {
        let (mut card, _) = in_state(state);
        for cla in [0x01, 0x02, 0x03, 0x40, 0x4F, 0x81, 0x83, 0xC0, 0xC5] {
            for rest in ["A40400", "B09C0000", "CA9F7F00", "700000"] {
                let bytes = [vec![cla], hex(rest), if rest.len() == 6 { vec![0] } else { vec![] }].concat();
                let answer = answered(&mut card, &bytes, name);
                assert!(matches!(answer, 0x6881 | 0x6982 | 0x6700), "{name}, {cla:02X}{rest}: {answer:04X}");
            }
        }
        // MANAGE CHANNEL on the basic channel
        assert_ne!(answered(&mut card, &hex("0070000001"), name), 0x9000);
    }
}

#[test]
fn protected_commands_out_of_turn_end_the_session() {
    type Trick = fn(&mut pace::Messaging, &mut Card) -> Vec<u8>;
    let read = |session: &mut pace::Messaging| session.wrap([0, 0xB0, 0x81, 0], &[], Some(&[0]), false);
    let tricks: [(&str, Trick); 5] = [
        ("a counter that is ahead", |session, _| {
            session.skip();
            session.wrap([0, 0xB0, 0x81, 0], &[], Some(&[0]), false)
        }),
        ("a command replayed", |session, card| {
            let bytes = session.wrap([0, 0xB0, 0x81, 0], &[], Some(&[0]), false);
            assert_eq!(split(&card.transmit(&bytes).unwrap()).1, 0x9000);
            session.skip();
            bytes
        }),
        ("two commands in the other order", |session, _| {
            let _first = session.wrap([0, 0xB0, 0x81, 0], &[], Some(&[0]), false);
            session.skip();
            session.wrap([0, 0xB0, 0x82, 0], &[], Some(&[0]), false)
        }),
        ("a command of another session", |session, card| {
            let old = session.wrap([0, 0xB0, 0x81, 0], &[], Some(&[0]), false);
            send(card, &format!("00A4040C07{INSTANCE}"));
            *session = pace::establish(card, pace::SET_AT_CAN, CAN).unwrap();
            old
        }),
        ("a MAC cut off", |session, _| {
            let bytes = session.wrap([0, 0xB0, 0x81, 0], &[], Some(&[0]), false);
            [&bytes[..4], &[3], &bytes[5..8], &[0]].concat()
        }),
    ];
    for (name, trick) in tricks {
        let (mut card, open) = in_state(8);
        let Open::Pace(mut session) = open else { panic!("no session") };
        let bytes = trick(&mut session, &mut card);
        let (data, refused) = split(&card.transmit(&bytes).unwrap());
        assert!(data.is_empty() && matches!(refused, 0x6987 | 0x6988), "{name}: {refused:04X}");
        session.skip();
        let next = read(&mut session);
        assert_ne!(split(&card.transmit(&next).unwrap()).1, 0x9000, "{name}: the session is over");
        assert_eq!(status(&mut card, &format!("00A4040C07{INSTANCE}")), 0x9000);
        assert_eq!(status(&mut card, "00B0810000"), 0x6982, "{name}: nothing in plain");
    }
}

#[test]
fn personalisation_commands_out_of_turn_store_nothing() {
    let store =
        |session: &mut scp03::Host, number: u8| session.wrap(0xE2, 0x08, number, &dgi(0x0101, &[7; 95]));
    for trick in 0..4 {
        let mut card = blank();
        let mut session = installed(&mut card);
        assert_eq!(session.send(&mut card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)).1, 0x9000);
        let writes = card.page_writes();
        let bytes = match trick {
            0 => {
                let _lost = store(&mut session, 0);
                store(&mut session, 1)
            }
            1 => session.wrap(0xE6, 0x20, 0, &personalize_data(INSTANCE)).into_iter().rev().collect(),
            2 => {
                let mut bytes = store(&mut session, 0);
                let last = bytes.len() - 2;
                bytes[last] ^= 1;
                bytes
            }
            _ => hex("80E2080003010100"),
        };
        let answer = split(&card.transmit(&bytes).unwrap()).1;
        assert_ne!(answer, 0x9000, "trick {trick}");
        let next = store(&mut session, 0);
        assert_eq!(split(&card.transmit(&next).unwrap()).1, 0x6982, "trick {trick}: the session is over");
        assert_eq!(card.page_writes(), writes, "trick {trick}: nothing was written");
    }
}
