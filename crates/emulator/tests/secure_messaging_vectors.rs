//! The card side of secure messaging against `test-vectors/secure-messaging`.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod vectors;

use chipwright_emulator::secure_messaging::{Session, SmFailure};
use chipwright_iso7816::{Command, Ins, Le, Response, StatusWord, Tag};
use proptest::prelude::*;
use vectors::{Hex, SecureMessaging, load, load_one};

fn counter(bytes: &Hex) -> u128 {
    u128::from_be_bytes(bytes[..].try_into().unwrap())
}

fn session(vector: &SecureMessaging, ssc: u128) -> Session {
    Session::from_keys(&vector.ks_enc, &vector.ks_mac, ssc).unwrap()
}

fn command(bytes: &Hex) -> Command {
    Command::from_bytes(bytes).unwrap()
}

/// Runs the exchanges that have a plain response; then feeds the command of the first that has none.
fn run(name: &str, vector: &SecureMessaging) -> (Session, usize, Option<Result<Command, SmFailure>>) {
    let mut session = session(vector, counter(vector.ssc_initial.as_ref().unwrap()));
    let mut answered = 0;
    for exchange in &vector.exchanges {
        let protected = command(&exchange.command_protected);
        let unwrapped = session.unwrap(&protected);
        let (Some(plain), Some(wanted)) = (&exchange.response_plain, &exchange.response_protected) else {
            return (session, answered, Some(unwrapped));
        };
        let original = unwrapped.unwrap_or_else(|failure| panic!("{name}, {answered}: {failure}"));
        assert_eq!(original.to_bytes().unwrap(), exchange.command_plain.0, "{name}, {answered}");
        assert!(original.is_sensitive());
        let plain = Response::from_bytes(plain).unwrap();
        let limit = Session::response_limit(&protected);
        assert!(plain.data.len() <= session.largest_plain(original.le, original.ins.0 & 1 == 1, limit));
        let answer = session.wrap(plain, &original).to_bytes();
        assert_eq!(hex::encode(&answer), hex::encode(&wanted.0), "{name}, {answered}");
        assert!(answer.len() - 2 <= limit);
        answered += 1;
    }
    (session, answered, None)
}

#[test]
fn sessions() {
    let (mut sessions, mut exchanges) = (0, 0);
    for (name, vector) in load::<SecureMessaging>("secure-messaging") {
        if (vector.kind.as_str(), vector.expect.as_str()) == ("sm-aes-session", "pass") {
            let (session, answered, rest) = run(&name, &vector);
            assert!(session.is_open() && rest.is_none());
            sessions += 1;
            exchanges += answered;
        }
    }
    assert!(sessions >= 8 && exchanges >= 30, "{sessions} {exchanges}");
}

#[test]
fn single_published_values() {
    let mut compared = 0;
    for (name, vector) in load::<SecureMessaging>("secure-messaging") {
        match vector.kind.as_str() {
            "sm-aes-command" => {
                let mut session = session(&vector, counter(vector.ssc_before.as_ref().unwrap()));
                let plain = session.unwrap(&command(vector.command_protected.as_ref().unwrap())).unwrap();
                assert_eq!(plain.to_bytes().unwrap(), vector.command_plain.unwrap().0, "{name}");
            }
            "sm-aes-response" => {
                let mut session = session(&vector, counter(vector.ssc_before.as_ref().unwrap()));
                let plain = Response::from_bytes(vector.response_plain.as_ref().unwrap()).unwrap();
                let answer = session.wrap(plain, &Command::new(0, Ins::READ_BINARY, 0, 0)).to_bytes();
                assert_eq!(answer, vector.response_protected.unwrap().0, "{name}");
            }
            "sm-aes-data-object" => {
                let mut session = session(&vector, counter(vector.ssc_response.as_ref().unwrap()) - 1);
                let plain = Response::ok(vector.data_plain.unwrap().0);
                let answer = session.wrap(plain, &Command::new(0, Ins::READ_BINARY, 0, 0)).data;
                let value = vector.data_object_value.unwrap();
                assert_eq!(answer[..2], [0x87, value.len() as u8]);
                assert_eq!(answer[2..2 + value.len()], value[..], "{name}");
            }
            "sm-aes-values" => {
                let mut at_command = session(&vector, counter(vector.ssc_command.as_ref().unwrap()) - 1);
                let plain = Response::ok(vector.data_plain.clone().unwrap().0);
                let answer = at_command.wrap(plain, &Command::new(0, Ins(0x22), 0, 0)).data;
                assert_eq!(answer[3..19], vector.data_enciphered.as_ref().unwrap()[..], "{name}");
                let mut at_response = session(&vector, counter(vector.ssc_response.as_ref().unwrap()) - 1);
                let plain = Response::from_bytes(vector.response_plain.as_ref().unwrap()).unwrap();
                let answer = at_response.wrap(plain, &Command::new(0, Ins(0x22), 0, 0)).to_bytes();
                assert_eq!(answer, vector.response_protected.unwrap().0, "{name}");
            }
            "sm-aes-session" => continue,
            other => panic!("{name}: {other}"),
        }
        compared += 1;
    }
    assert!(compared >= 4, "{compared}");
}

#[test]
fn tampered_sessions() {
    let (mut refused, mut accepted) = (0, 0);
    for (name, vector) in load::<SecureMessaging>("secure-messaging") {
        match vector.expect.as_str() {
            "pass" => {}
            "command-mac-mismatch" => {
                let (session, _, last) = run(&name, &vector);
                assert_eq!(last.unwrap().unwrap_err(), SmFailure::Incorrect, "{name}");
                assert!(!session.is_open());
                refused += 1;
            }
            // The response was changed on its way; the command before it is a good one.
            "response-mac-mismatch" | "response-unprotected" => {
                assert!(run(&name, &vector).2.unwrap().is_ok(), "{name}");
                accepted += 1;
            }
            other => panic!("{name}: {other}"),
        }
    }
    assert!(refused >= 2 && accepted >= 10);
}

fn example(name: &str) -> SecureMessaging {
    load_one("secure-messaging", name)
}

#[test]
fn no_bit_of_a_protected_command_can_change() {
    let mut tried = 0;
    for name in ["computed-aes128-four-cases", "computed-aes256-odd-ins", "computed-aes256-extended"] {
        let vector = example(name);
        let protected = &vector.exchanges[0].command_protected;
        let le = if command(protected).extended { 2 } else { 1 };
        for bit in 0..(protected.len() - le) * 8 {
            let mut changed = protected.to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            if let Ok(changed) = Command::from_bytes(&changed) {
                let mut session = session(&vector, 0);
                assert!(session.unwrap(&changed).is_err(), "{name}, bit {bit}");
                assert_eq!(session.unwrap(&command(protected)), Err(SmFailure::Closed));
                tried += 1;
            }
        }
    }
    assert!(tried > 300, "{tried}");
}

#[test]
fn data_objects_missing_foreign_or_out_of_order() {
    let vector = example("computed-aes128-four-cases");
    let protected = command(&vector.exchanges[3].command_protected);
    let objects: Vec<&[u8]> = {
        let mut reader = chipwright_iso7816::tlv::Reader::new(&protected.data);
        std::iter::from_fn(move || reader.next().unwrap().map(|object| object.encoded)).collect()
    };
    let [cryptogram, le, checksum] = objects[..] else { panic!() };
    let failure = |data: Vec<u8>| {
        let mut changed = protected.clone();
        changed.data = data;
        let mut session = session(&vector, 6);
        let failure = session.unwrap(&changed).unwrap_err();
        assert!(!session.is_open());
        failure
    };
    assert_eq!(failure([cryptogram, le].concat()), SmFailure::Missing(Tag(0x8E)));
    assert_eq!(failure(Vec::new()), SmFailure::Missing(Tag(0x8E)));
    assert_eq!(SmFailure::Missing(Tag(0x8E)).status(), StatusWord::SM_OBJECTS_MISSING);
    for data in [
        [le, cryptogram, checksum].concat(),
        [cryptogram, checksum, le].concat(),
        [checksum, cryptogram, le].concat(),
        [cryptogram, cryptogram, le, checksum].concat(),
        [cryptogram, le, checksum, checksum].concat(),
        [cryptogram, le, &[0x99, 0x02, 0x90, 0x00], checksum].concat(),
        [cryptogram, le, &[0x8E, 0x04, 1, 2, 3, 4]].concat(),
        [cryptogram, checksum].concat(),
        [le, checksum].concat(),
        checksum.to_vec(),
        [cryptogram, &[0x97, 0x81, 0x01, 0x08], checksum].concat(),
    ] {
        assert_eq!(failure(data), SmFailure::Incorrect);
    }
    assert_eq!(SmFailure::Incorrect.status(), StatusWord::SM_OBJECTS_INCORRECT);
}

#[test]
fn classes() {
    let vector = example("computed-aes128-four-cases");
    let protected = command(&vector.exchanges[0].command_protected);
    for (cla, wanted) in [
        (0x00, SmFailure::NotProtected),
        (0x10, SmFailure::NotProtected),
        (0x04, SmFailure::UnsupportedForm),
        (0x08, SmFailure::UnsupportedForm),
        (0x84, SmFailure::UnsupportedForm),
        (0x60, SmFailure::UnsupportedForm),
        (0x1C, SmFailure::Incorrect),
    ] {
        let mut changed = protected.clone();
        changed.cla = cla;
        assert_eq!(session(&vector, 0).unwrap(&changed), Err(wanted), "{cla:02X}");
    }
    assert!(Session::is_announced_by(&protected));
    assert!(!Session::is_announced_by(&Command::new(0x84, Ins::STORE_DATA, 0, 0)));
    assert!(!Session::is_announced_by(&Command::new(0x00, Ins::SELECT, 0, 0)));
}

#[test]
fn a_closed_session_says_nothing() {
    let vector = example("computed-aes128-four-cases");
    let mut session = session(&vector, 0);
    let plain = Command::new(0, Ins::READ_BINARY, 0, 0);
    assert_eq!(session.unwrap(&plain), Err(SmFailure::NotProtected));
    assert_eq!(
        session.wrap(Response::ok(vec![1]), &plain),
        Response::status(StatusWord::SM_OBJECTS_INCORRECT)
    );
    let missing = Response::status(StatusWord::SM_OBJECTS_MISSING);
    assert_eq!(session.wrap(missing.clone(), &plain), missing);
}

/// 9303-11 readers ask for at most 223 bytes with short lengths and AES.
#[test]
fn what_fits_a_short_le() {
    let session = session(&example("computed-aes128-four-cases"), 0);
    assert_eq!(session.largest_plain(Some(Le::Max), false, 256), 223);
    assert_eq!(session.largest_plain(Some(Le::Max), true, 256), 239 - 16);
    assert_eq!(session.largest_plain(Some(Le::Exact(10)), false, 256), 10);
    assert_eq!(session.largest_plain(None, false, 256), 0);
    assert_eq!(session.largest_plain(Some(Le::Max), false, 10), 0);
}

proptest! {
    #[test]
    fn largest_plain_is_the_largest(limit in 0usize..1500, odd: bool) {
        let vector = example("computed-aes256-odd-ins");
        let ins = if odd { Ins::READ_BINARY_ODD } else { Ins::READ_BINARY };
        let original = Command::new(0, ins, 0, 0);
        let length = |plain| session(&vector, 0).wrap(Response::ok(vec![0; plain]), &original).data.len();
        let largest = session(&vector, 0).largest_plain(Some(Le::Max), odd, limit);
        prop_assert!(largest == 0 || length(largest) <= limit);
        prop_assert!(length(largest + 1) > limit);
    }

    #[test]
    fn any_bytes_do_not_panic(data in prop::collection::vec(any::<u8>(), 0..300), ins: u8, extended: bool) {
        let vector = example("computed-aes256-odd-ins");
        let mut command = Command::new(0x0C, Ins(ins), 0, 0).with_data(data).with_le(Le::Max);
        command.extended = extended;
        prop_assert!(session(&vector, 0).unwrap(&command).is_err());
    }
}
