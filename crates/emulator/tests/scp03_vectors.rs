//! The card side of SCP03 against `test-vectors/scp03`.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod vectors;

use chipwright_emulator::scp03::{Channel, Initiation, KeySet, Parameter, Pending, SecurityLevel};
use chipwright_iso7816::{Command, Response, StatusWord};
use proptest::prelude::*;
use vectors::{Scp03, load, load_one, scripted};

fn initiate(vector: &Scp03) -> (Pending, Vec<u8>) {
    let keys = KeySet::new(&vector.static_enc, &vector.static_mac, &vector.static_dek).unwrap();
    let parameter = Parameter::new(vector.parameter_i[0]).unwrap();
    assert_eq!(parameter.is_s16(), vector.mode == "S16");
    let initiation = Initiation {
        keys: &keys,
        parameter,
        key_version: vector.key_version[0],
        diversification_data: vector.initialize_update_response[..10].try_into().unwrap(),
        sequence_counter: vector
            .sequence_counter
            .as_ref()
            .map_or([0; 3], |counter| counter[..].try_into().unwrap()),
        invoking_aid: vector.invoking_aid.as_deref().unwrap_or(&[]),
    };
    let command = Command::from_bytes(&vector.initialize_update_command).unwrap();
    assert_eq!(command.data, vector.host_challenge.0);
    // Asked for randomness only where the challenge is not derived.
    let mut rng =
        if parameter.is_pseudo_random() { scripted(&[]) } else { scripted(&[&vector.card_challenge]) };
    initiation.initialize_update(&command.data, &mut rng).unwrap()
}

fn authenticate(vector: &Scp03) -> Result<Channel, StatusWord> {
    let command = vector.external_authenticate_command.as_ref().unwrap();
    initiate(vector).0.external_authenticate(&Command::from_bytes(command).unwrap())
}

/// Recorded with a card whose AID was not written down, so its challenge cannot be derived; compared beside the code.
fn lacks_the_invoking_aid(vector: &Scp03) -> bool {
    vector.invoking_aid.is_none() && vector.sequence_counter.is_some()
}

fn with_ok(mut data: Vec<u8>) -> Vec<u8> {
    data.extend_from_slice(&[0x90, 0x00]);
    data
}

/// Commands taken off and responses put on, both compared; returns how many of each.
fn run(name: &str, vector: &Scp03) -> (usize, usize) {
    let mut channel = authenticate(vector).unwrap_or_else(|status| panic!("{name}: {status}"));
    assert_eq!(channel.level().value(), vector.security_level[0], "{name}");
    let (mut commands, mut responses) = (0, 0);
    for exchange in &vector.commands {
        let plain = channel.unwrap(&Command::from_bytes(&exchange.wrapped).unwrap());
        let plain = plain.unwrap_or_else(|status| panic!("{name}, command {commands}: {status}"));
        assert_eq!(plain.to_bytes().unwrap(), exchange.plain.0, "{name}, command {commands}");
        commands += 1;
        if let (Some(wrapped), Some(plain)) = (&exchange.response, &exchange.response_plain) {
            let plain = Response::from_bytes(plain).unwrap();
            let overhead = channel.response_overhead(plain.data.len());
            let protected = plain.status.is_success() || plain.status.is_warning();
            let length = plain.data.len() + if protected { overhead } else { 0 } + 2;
            let answer = channel.wrap(plain).to_bytes();
            assert_eq!(hex::encode(&answer), hex::encode(&wrapped.0), "{name}, response {responses}");
            assert_eq!(answer.len(), length, "{name}, response {responses}");
            responses += 1;
        }
    }
    (commands, responses)
}

#[test]
fn published_and_computed_sessions() {
    let (mut sessions, mut commands, mut responses) = (0, 0, 0);
    for (name, vector) in &load::<Scp03>("scp03") {
        if vector.expect != "pass" || lacks_the_invoking_aid(vector) {
            continue;
        }
        assert_eq!(with_ok(initiate(vector).1), vector.initialize_update_response.0, "{name}");
        let (c, r) = run(name, vector);
        sessions += 1;
        commands += c;
        responses += r;
    }
    assert!(sessions >= 150 && commands >= 900 && responses >= 900, "{sessions} {commands} {responses}");
}

#[test]
fn what_a_card_refuses() {
    let mut refused = 0;
    for (name, vector) in load::<Scp03>("scp03") {
        match vector.expect.as_str() {
            "host-cryptogram-mismatch" => {
                assert_eq!(authenticate(&vector).unwrap_err(), StatusWord::AUTHENTICATION_FAILED, "{name}");
                refused += 1;
            }
            "command-mac-mismatch" => {
                let mut channel = authenticate(&vector).unwrap();
                let last = Command::from_bytes(&vector.commands.last().unwrap().wrapped).unwrap();
                assert_eq!(channel.unwrap(&last).unwrap_err(), StatusWord::SECURITY_STATUS_NOT_SATISFIED);
                assert!(!channel.is_open());
                refused += 1;
            }
            _ => {}
        }
    }
    assert!(refused >= 2);
}

/// What a tampered card would send is not what this one sends, and its host's commands are still good ones.
#[test]
fn what_a_host_refuses_this_card_does_not_send() {
    let mut differing = 0;
    for (name, vector) in load::<Scp03>("scp03") {
        if vector.expect == "card-cryptogram-mismatch" {
            assert_ne!(with_ok(initiate(&vector).1), vector.initialize_update_response.0, "{name}");
            differing += 1;
        } else if vector.expect.starts_with("response-") {
            assert!(run(&name, &vector).0 > 0, "{name}");
            differing += 1;
        }
    }
    assert!(differing >= 10);
}

fn vector(name: &str) -> Scp03 {
    load_one("scp03", name)
}

#[test]
fn a_dead_channel_stays_dead() {
    let vector = vector("pysim-aes128-level33");
    let wrapped = Command::from_bytes(&vector.commands[0].wrapped).unwrap();
    let unprotected = Command::from_bytes(&vector.commands[0].plain).unwrap();
    let mut channel = authenticate(&vector).unwrap();
    assert_eq!(channel.unwrap(&unprotected), Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED));
    assert_eq!(channel.unwrap(&wrapped), Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED));
    let refused = Response::status(StatusWord::SECURITY_STATUS_NOT_SATISFIED);
    assert_eq!(channel.wrap(Response::ok(vec![1])), refused);
    assert_eq!(channel.wrap(Response::status(StatusWord::FILE_NOT_FOUND)).status, StatusWord::FILE_NOT_FOUND);
}

#[test]
fn a_replayed_command_is_refused() {
    let vector = vector("pysim-aes128-level03");
    let wrapped = Command::from_bytes(&vector.commands[0].wrapped).unwrap();
    let mut channel = authenticate(&vector).unwrap();
    assert!(channel.unwrap(&wrapped).is_ok());
    assert_eq!(channel.unwrap(&wrapped), Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED));
}

#[test]
fn parameters_of_external_authenticate() {
    let vector = vector("pysim-aes128-level33");
    let good = Command::from_bytes(vector.external_authenticate_command.as_ref().unwrap()).unwrap();
    let status = |change: &dyn Fn(&mut Command)| {
        let mut command = good.clone();
        change(&mut command);
        initiate(&vector).0.external_authenticate(&command).map(|channel| channel.level()).unwrap_err()
    };
    assert_eq!(status(&|command| command.p1 = 0x23), StatusWord::INCORRECT_P1_P2);
    assert_eq!(status(&|command| command.p2 = 0x01), StatusWord::INCORRECT_P1_P2);
    assert_eq!(status(&|command| command.cla = 0x80), StatusWord::CLA_NOT_SUPPORTED);
    assert_eq!(status(&|command| command.ins.0 = 0xA4), StatusWord::INS_NOT_SUPPORTED);
    assert_eq!(status(&|command| command.data.truncate(15)), StatusWord::WRONG_LENGTH);
    assert_eq!(status(&|command| command.data[15] ^= 1), StatusWord::AUTHENTICATION_FAILED);
    // P1 is under the C-MAC: another level than the host asked for does not pass.
    assert_eq!(status(&|command| command.p1 = 0x03), StatusWord::AUTHENTICATION_FAILED);
}

#[test]
fn levels_that_i_does_not_offer_are_refused() {
    let mut refused = 0;
    for (name, vector) in load::<Scp03>("scp03") {
        let Some(command) = vector.external_authenticate_command.as_ref() else { continue };
        let parameter = Parameter::new(vector.parameter_i[0]).unwrap();
        for level in SecurityLevel::ALL.into_iter().filter(|level| !level.is_offered(parameter)) {
            let mut command = Command::from_bytes(command).unwrap();
            command.p1 = level.value();
            let status = initiate(&vector).0.external_authenticate(&command).unwrap_err();
            assert_eq!(status, StatusWord::INCORRECT_P1_P2, "{name}");
            refused += 1;
        }
    }
    assert!(refused > 50);
}

#[test]
fn host_challenges_of_other_lengths_are_refused() {
    let keys = KeySet::new(&[1; 16], &[2; 16], &[3; 16]).unwrap();
    for parameter in Parameter::ALL {
        let initiation = Initiation {
            keys: &keys,
            parameter,
            key_version: 1,
            diversification_data: [0; 10],
            sequence_counter: [0; 3],
            invoking_aid: &[],
        };
        for length in 0..40 {
            let answer = initiation.initialize_update(&vec![7; length], &mut |out| out.fill(9));
            let accepted = length == if parameter.is_s16() { 16 } else { 8 };
            assert_eq!(answer.map_err(|status| status == StatusWord::WRONG_LENGTH).is_ok(), accepted);
        }
    }
}

/// Every bit of every wrapped command. Amendment D leaves out of the C-MAC: the channel number in CLA, and Le.
#[test]
fn no_bit_of_a_wrapped_command_can_change() {
    let mut tried = 0;
    for name in [
        "pysim-aes128-level11",
        "pysim-aes192-level33",
        "pysim-aes256-level03",
        "computed-aes128-i71-level33",
    ] {
        let vector = vector(name);
        let wrapped = &vector.commands[0].wrapped;
        let le = usize::from(Command::from_bytes(wrapped).unwrap().le.is_some());
        for bit in 0..(wrapped.len() - le) * 8 {
            let mut changed = wrapped.to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            if bit < 2 {
                continue;
            }
            if let Ok(command) = Command::from_bytes(&changed) {
                assert!(authenticate(&vector).unwrap().unwrap(&command).is_err(), "{name}, bit {bit}");
                tried += 1;
            }
        }
    }
    assert!(tried > 400, "{tried}");
}

proptest! {
    #[test]
    fn any_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 4..300), extended: bool) {
        let keys = KeySet::new(&[1; 32], &[2; 32], &[3; 32]).unwrap();
        let initiation = Initiation {
            keys: &keys, parameter: Parameter::new(0x71).unwrap(), key_version: 1,
            diversification_data: [0; 10], sequence_counter: [0; 3], invoking_aid: &bytes,
        };
        let (pending, _) = initiation.initialize_update(&[0; 16], &mut |out| out.fill(0)).unwrap();
        let mut command = Command::new(0x84, chipwright_iso7816::Ins(bytes[1]), bytes[2], bytes[3])
            .with_data(&bytes[4..]);
        command.extended = extended;
        prop_assert!(pending.external_authenticate(&command).is_err());
        let mut channel = authenticate(&vector("pysim-aes256-level33")).unwrap();
        prop_assert!(channel.unwrap(&command).is_err());
        prop_assert!(!channel.is_open());
    }
}
