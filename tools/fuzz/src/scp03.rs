//! SCP03: our host against our card, written apart from each other, over a way that changes messages.
//!
//! - An answer to INITIALIZE UPDATE is accepted only with the challenge and the cryptogram of the card.
//! - What the host wraps, the card unwraps to the same command; what the card wraps, the host unwraps to the same response.
//! - With C-MAC a changed command is refused or says the same (Le is not authenticated); with R-MAC a changed response is
//!   refused, says the same, or is an error status without data, which SCP03 does not protect.

use crate::input::Input;
use crate::mutation::mutated;
use chipwright_channel::scp03::{HostChallenge, Initiate, SecurityLevel, Session, SoftKeys};
use chipwright_emulator::scp03::{Channel, Initiation, KeySet, Parameter};
use chipwright_iso7816::{Aid, Command, Response, StatusWord};

const DOMAIN: [u8; 8] = [0xA0, 0, 0, 1, 0x51, 0, 0, 0];

/// The target.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let Some((mut host, mut card)) = open(&mut input) else { return };
    for _ in 0..16 {
        if input.is_empty() {
            return;
        }
        let Some(next) = exchange(host, &mut card, &mut input) else { return };
        host = next;
    }
}

fn open(input: &mut Input<'_>) -> Option<(Session, Channel)> {
    let size = input.choose(&[16, 24, 32]);
    let parameter = input.choose(&Parameter::ALL);
    let level = input.choose(&SecurityLevel::ALL);
    let version = input.choose(&[0, 1, 0x30]);
    let keys: [Vec<u8>; 3] = [0x40, 0x50, 0x60].map(|first: u8| (first..).take(size).collect());
    let host_keys = SoftKeys::new(version, &keys[0], &keys[1], &keys[2]).unwrap();
    let card_keys = KeySet::new(&keys[0], &keys[1], &keys[2]).unwrap();
    let challenge: HostChallenge =
        if parameter.is_s16() { input.array::<16>().into() } else { input.array::<8>().into() };

    let (state, command) = Initiate::new(&host_keys, challenge);
    let initiation = Initiation {
        keys: &card_keys,
        parameter,
        key_version: version.max(1),
        diversification_data: [7; 10],
        sequence_counter: [0, 0, input.byte()],
        invoking_aid: &DOMAIN,
    };
    let fill = input.byte();
    let (pending, answer) = initiation.initialize_update(&command.data, &mut |out| out.fill(fill)).unwrap();
    let mutations = input.mutations();
    let received = mutated(&answer, &mutations);
    let verified = match state.receive(&Response::ok(received.clone())) {
        Ok(verified) => verified,
        Err(error) => {
            assert!(received != answer, "the host refuses the card's answer: {error}");
            return None;
        }
    };
    let proof = 13..13 + 2 * parameter.short_length();
    assert_eq!(received[proof.clone()], answer[proof], "challenge and cryptogram");
    let aid = Aid::new(&DOMAIN).unwrap();
    let counter_kept = received.get(12..) == answer.get(12..);
    let verified = match verified.check_pseudo_random_challenge(&aid) {
        Ok(verified) => verified,
        Err(_) => {
            assert!(!counter_kept, "a genuine pseudo-random challenge");
            return None;
        }
    };
    let (state, command) = verified.authenticate(level).ok()?;
    let genuine = command.to_bytes().unwrap();
    let sent = Command::from_bytes(&mutated(&genuine, &input.mutations())).ok()?;
    match pending.external_authenticate(&sent) {
        Ok(channel) => {
            // The channel number is not authenticated (Amendment D, 6.2.4).
            assert_eq!((sent.cla | 3, &sent.header()[1..]), (command.cla | 3, &command.header()[1..]));
            assert_eq!(sent.data, command.data);
            assert_eq!(channel.level().value(), level.value());
            Some((state.receive(&Response::ok(Vec::new())).unwrap(), channel))
        }
        Err(_) => {
            let offered = parameter.value() == received[12];
            assert!(!offered || sent != command, "the card refuses the host");
            None
        }
    }
}

fn exchange(host: Session, card: &mut Channel, input: &mut Input<'_>) -> Option<Session> {
    let level = host.level();
    let command = input.command();
    let Ok((waiting, wrapped)) = host.wrap(&command) else {
        assert!(command.cla & 0x5C != 0 || command.data.len() > 65_000, "an ordinary command is wrapped");
        return None;
    };
    let genuine = wrapped.to_bytes().ok()?;
    let changed = mutated(&genuine, &input.mutations());
    let received = Command::from_bytes(&changed).ok()?;
    let plain = match card.unwrap(&received) {
        Ok(plain) => plain,
        Err(_) => {
            let clear = !level.has_c_mac();
            assert!(changed != genuine || clear, "the card refuses what the host wrapped: {command:?}");
            assert!(!card.is_open() && card.unwrap(&wrapped).is_err());
            return None;
        }
    };
    if level.has_c_mac() {
        assert_eq!((plain.cla | 3, &plain.header()[1..]), (command.cla | 3, &command.header()[1..]));
        assert_eq!(plain.data, command.data);
    }

    let status = StatusWord(input.choose(&[0x9000, 0x6310, 0x6283, 0x6A80, 0x6982]));
    let length = usize::from(input.word()) % 1100;
    let fill = input.byte();
    let error = !status.is_success() && !status.is_warning();
    let data = if error { Vec::new() } else { (0..length).map(|index| fill ^ index as u8).collect() };
    let answer = Response { data, status };
    let protected = card.wrap(answer.clone()).to_bytes();
    assert_eq!(protected.len(), answer.data.len() + 2 + overhead(card, &answer));
    let changed = mutated(&protected, &input.mutations());
    let received = Response::from_bytes(&changed).ok()?;
    match waiting.unwrap(received) {
        Ok((session, found)) => {
            let refusal = !found.status.is_success() && !found.status.is_warning();
            if !level.has_r_mac() {
                assert_eq!(found.to_bytes(), changed);
            } else if refusal {
                assert!(found.data.is_empty());
            } else {
                assert_eq!((found.status, &found.data), (answer.status, &answer.data));
            }
            Some(session)
        }
        Err(fault) => {
            assert!(changed != protected, "the host refuses what the card wrapped: {fault}");
            None
        }
    }
}

fn overhead(card: &Channel, answer: &Response) -> usize {
    let is_error = !answer.status.is_success() && !answer.status.is_warning();
    if is_error { 0 } else { card.response_overhead(answer.data.len()) }
}
