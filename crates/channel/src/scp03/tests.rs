//! Intermediate values of the vectors, and everything a card can answer wrongly.

use super::*;
use crate::vectors::{Scp03, load};
use chipwright_iso7816::{Aid, Command, Ins, Le, LengthMode, Response, StatusWord};
use proptest::prelude::*;

fn keys(vector: &Scp03) -> SoftKeys {
    let version = vector.initialize_update_command[2];
    SoftKeys::new(version, &vector.static_enc, &vector.static_mac, &vector.static_dek).unwrap()
}

fn challenge(vector: &Scp03) -> HostChallenge {
    let bytes = &vector.host_challenge.0;
    <[u8; 8]>::try_from(bytes.as_slice())
        .map_or_else(|_| HostChallenge::S16(bytes.as_slice().try_into().unwrap()), HostChallenge::S8)
}

fn vector(name: &str) -> Scp03 {
    load("scp03", "scp03-").into_iter().find(|(found, _)| found == name).unwrap().1
}

/// The answer to INITIALIZE UPDATE of a vector, changed.
fn answered(vector: &Scp03, change: impl FnOnce(&mut Response)) -> Result<Parameter, Scp03Error> {
    let keys = keys(vector);
    let mut response = vector.initialize_update_response.response();
    change(&mut response);
    Initiate::new(&keys, challenge(vector)).0.receive(&response).map(|verified| verified.parameter())
}

fn session(name: &str) -> Session {
    let vector = vector(name);
    let keys = keys(&vector);
    let verified =
        Initiate::new(&keys, challenge(&vector)).0.receive(&vector.initialize_update_response.response());
    let level = vector.security_level.byte().try_into().unwrap();
    verified.unwrap().authenticate(level).unwrap().0.receive(&Response::status(StatusWord::OK)).unwrap()
}

#[test]
fn session_keys_and_cryptograms_of_every_vector() {
    let mut compared = 0;
    for (name, vector) in load::<Scp03>("scp03", "scp03-") {
        if vector.expect == "card-cryptogram-mismatch" {
            continue;
        }
        let keys = keys(&vector);
        let (state, command) = Initiate::new(&keys, challenge(&vector));
        assert_eq!(command.to_bytes().unwrap(), vector.initialize_update_command.0, "{name}");
        let verified = state.receive(&vector.initialize_update_response.response()).unwrap();
        let wanted =
            [&vector.session_enc, &vector.session_mac, &vector.session_rmac].map(|key| hex::encode(&key.0));
        assert_eq!(verified.session_keys.each_ref().map(hex::encode), wanted, "{name}");
        assert_eq!(verified.parameter().value(), vector.parameter_i.byte(), "{name}");
        if let Some(counter) = &vector.sequence_counter
            && verified.parameter().has_pseudo_random_challenge()
        {
            assert_eq!(verified.sequence_counter().unwrap()[..], counter[..], "{name}");
        }
        let (_, command) = verified.authenticate(vector.security_level.byte().try_into().unwrap()).unwrap();
        let cryptogram = vector.host_cryptogram.as_ref().unwrap();
        if vector.expect != "host-cryptogram-mismatch" {
            assert_eq!(command.data[..cryptogram.len()], cryptogram[..], "{name}");
        }
        compared += 1;
    }
    assert!(compared >= 160, "{compared}");
}

#[test]
fn a_pseudo_random_challenge_is_checked_against_the_selected_application() {
    let mut checked = 0;
    for (name, vector) in load::<Scp03>("scp03", "scp03-exchange") {
        let Some(aid) = &vector.invoking_aid else { continue };
        let keys = keys(&vector);
        let verified = || {
            Initiate::new(&keys, challenge(&vector))
                .0
                .receive(&vector.initialize_update_response.response())
                .unwrap()
        };
        if !verified().parameter().has_pseudo_random_challenge() {
            continue;
        }
        verified().check_pseudo_random_challenge(&Aid::new(aid).unwrap()).unwrap();
        let other = Aid::new(&[0xA0, 0, 0, 0, 0x99]).unwrap();
        let error = verified().check_pseudo_random_challenge(&other).unwrap_err();
        assert!(matches!(error, Scp03Error::CardChallenge), "{name}");
        checked += 1;
    }
    assert!(checked >= 40, "{checked}");
}

#[test]
fn answers_that_do_not_fit_are_refused() {
    let vector = vector("computed-aes128-i70-level33");
    assert_eq!(answered(&vector, |_| {}).unwrap().value(), 0x70);
    let error = |change: fn(&mut Response)| answered(&vector, change).unwrap_err();
    assert!(matches!(
        error(|response| response.status = StatusWord::BLOCKED),
        Scp03Error::Refused { step: Step::InitializeUpdate, status: StatusWord::BLOCKED }
    ));
    assert!(matches!(
        error(|response| response.data.truncate(12)),
        Scp03Error::ResponseLength { wanted: 13, found: 12 }
    ));
    assert!(matches!(
        error(|response| response.data.truncate(29)),
        Scp03Error::ResponseLength { wanted: 32, found: 29 }
    ));
    assert!(matches!(
        error(|response| response.data.push(0)),
        Scp03Error::ResponseLength { wanted: 32, found: 33 }
    ));
    assert!(matches!(error(|response| response.data[11] = 0x02), Scp03Error::Protocol(0x02)));
    assert!(matches!(error(|response| response.data[12] = 0x40), Scp03Error::Parameter(_)));
    assert!(matches!(error(|response| response.data[12] = 0x72), Scp03Error::Parameter(_)));
    assert!(matches!(error(|response| response.data[12] = 0x71), Scp03Error::Mode { asked: Mode::S8, .. }));
    assert!(matches!(
        error(|response| response.data[12] = 0x60),
        Scp03Error::ResponseLength { wanted: 29, found: 32 }
    ));
    assert!(matches!(error(|response| response.data[13] ^= 1), Scp03Error::CardCryptogram));
    assert!(matches!(error(|response| response.data[21] ^= 1), Scp03Error::CardCryptogram));
    assert!(matches!(error(|response| response.data[28] ^= 1), Scp03Error::CardCryptogram));
}

#[test]
fn another_key_version_than_asked_for_is_refused() {
    let vector = vector("pysim-aes128-level33");
    let error = answered(&vector, |response| response.data[10] = 0x31).unwrap_err();
    assert!(matches!(error, Scp03Error::KeyVersion { asked: 0x30, answered: 0x31 }));
}

#[test]
fn a_level_beyond_the_parameter_is_refused() {
    let vector = vector("computed-aes128-i20-level13");
    let keys = keys(&vector);
    let verified = Initiate::new(&keys, challenge(&vector))
        .0
        .receive(&vector.initialize_update_response.response())
        .unwrap();
    let error = verified.authenticate(SecurityLevel::C_DECRYPTION_R_ENCRYPTION_C_MAC_R_MAC).unwrap_err();
    assert!(matches!(error, Scp03Error::Level { .. }), "{error}");
    assert_eq!(error.to_string(), "the card (i = 20) does not support security level 33");
}

#[test]
fn a_refused_external_authenticate_opens_nothing() {
    let vector = vector("computed-aes128-i70-level03");
    let keys = keys(&vector);
    let verified = Initiate::new(&keys, challenge(&vector))
        .0
        .receive(&vector.initialize_update_response.response())
        .unwrap();
    let (state, _) = verified.authenticate(SecurityLevel::C_DECRYPTION_C_MAC).unwrap();
    let error = state.receive(&Response::status(StatusWord::AUTHENTICATION_FAILED)).unwrap_err();
    assert!(matches!(error, Scp03Error::Refused { step: Step::ExternalAuthenticate, .. }));
}

#[test]
fn what_cannot_be_protected_is_refused() {
    for cla in [0x04, 0x0C, 0x10, 0x40, 0x84, 0x90, 0xC0] {
        let error = session("computed-aes128-i70-level33")
            .wrap(&Command::new(cla, Ins::GET_STATUS, 0, 0))
            .unwrap_err();
        assert!(matches!(error, Scp03Error::Class(found) if found == cla));
    }
    let long = Command::new(0x80, Ins::STORE_DATA, 0, 0).with_data(vec![0; 65520]);
    let error = session("computed-aes128-i70-level33").wrap(&long).unwrap_err();
    assert!(matches!(error, Scp03Error::TooLong { length: 65520, most: 65519 }));
}

#[test]
fn error_statuses_pass_and_warnings_need_a_mac() {
    let get = Command::new(0x80, Ins::GET_STATUS, 0, 0).with_le(Le::Max);
    for name in ["computed-aes128-i70-level33", "computed-aes256-i71-level11"] {
        let (state, _) = session(name).wrap(&get).unwrap();
        let (session_again, response) =
            state.unwrap(Response::status(StatusWord::REFERENCED_DATA_NOT_FOUND)).unwrap();
        assert_eq!(response.status, StatusWord::REFERENCED_DATA_NOT_FOUND);
        let (state, _) = session_again.wrap(&get).unwrap();
        let error = state.unwrap(Response { data: vec![1], status: StatusWord::INCORRECT_DATA }).unwrap_err();
        assert!(matches!(error, Scp03Error::UnprotectedData(StatusWord::INCORRECT_DATA)));
        for status in [StatusWord::OK, StatusWord(0x6200), StatusWord(0x6310)] {
            let (state, _) = session(name).wrap(&get).unwrap();
            assert!(matches!(
                state.unwrap(Response::status(status)).unwrap_err(),
                Scp03Error::ResponseMacMissing
            ));
            let (state, _) = session(name).wrap(&get).unwrap();
            let error = state.unwrap(Response { data: vec![0; 24], status }).unwrap_err();
            assert!(matches!(error, Scp03Error::ResponseMac));
        }
    }
}

#[test]
fn the_mac_ignores_the_logical_channel() {
    let wrap = |cla| {
        session("computed-aes128-i70-level01").wrap(&Command::new(cla, Ins::GET_DATA, 0, 0x66)).unwrap().1
    };
    let (basic, second) = (wrap(0x80), wrap(0x82));
    assert_eq!((basic.cla, second.cla), (0x84, 0x86));
    assert_eq!(basic.data, second.data);
}

#[test]
fn sensitive_commands_stay_sensitive() {
    let command = Command::new(0x80, Ins::PUT_KEY, 0, 0x81).with_data([1, 2, 3]).sensitive();
    for level in ["00", "01", "03", "11", "13", "33"] {
        let session = session(&format!("computed-aes128-i70-level{level}"));
        assert!(session.wrap(&command).unwrap().1.is_sensitive());
    }
}

#[test]
fn le_stays_as_it_is() {
    for le in [None, Some(Le::Max), Some(Le::Exact(20))] {
        let mut command = Command::new(0x80, Ins::GET_DATA, 0, 0x66);
        command.le = le;
        assert_eq!(session("computed-aes128-i70-level33").wrap(&command).unwrap().1.le, le);
    }
}

#[test]
fn the_stated_maximum_fits_and_one_byte_more_does_not() {
    for mode in [0, 1] {
        for level in [0x00, 0x01, 0x03, 0x11, 0x13, 0x33] {
            let open = || session(&format!("computed-aes128-i7{mode}-level{level:02x}"));
            let most = open().max_plain_data(LengthMode::Short);
            let wrapped = |length| {
                let command = Command::new(0x80, Ins::STORE_DATA, 0, 0).with_data(vec![7; length]);
                open().wrap(&command).unwrap().1.data.len()
            };
            assert!(
                wrapped(most) <= 255 && wrapped(most + 1) > 255,
                "mode {mode}, level {level:02x}: {most}"
            );
        }
    }
    assert_eq!(session("computed-aes128-i70-level33").max_plain_data(LengthMode::Short), 239);
    assert_eq!(session("computed-aes128-i71-level33").max_plain_data(LengthMode::Short), 223);
    assert_eq!(session("computed-aes128-i70-level33").max_plain_data(LengthMode::Extended), 65519);
    assert_eq!(session("computed-aes128-i71-level11").max_plain_response(), 240);
}

#[test]
fn debug_shows_no_key() {
    let vector = vector("computed-aes128-i70-level33");
    let keys = keys(&vector);
    let (state, _) = Initiate::new(&keys, challenge(&vector));
    let mut text = format!("{state:?}");
    let verified = state.receive(&vector.initialize_update_response.response()).unwrap();
    text += &format!("{verified:?} {:?}", session("computed-aes128-i70-level33"));
    let enc = hex::encode(&vector.session_enc.0);
    assert!(!text.contains(&enc[..8]) && !text.contains(", "[..].repeat(3).as_str()), "{text}");
    assert!(text.len() < 200, "{text}");
}

proptest! {
    #[test]
    fn any_answer_is_refused_without_a_panic(data in prop::collection::vec(any::<u8>(), 0..60), status: u16) {
        let keys = SoftKeys::new(0, &[1; 16], &[2; 16], &[3; 16]).unwrap();
        let (state, _) = Initiate::new(&keys, [5; 8]);
        let answer = Response { data, status: StatusWord(status) };
        prop_assert!(state.receive(&answer).is_err());
        let (state, _) = Initiate::new(&keys, [5; 16]);
        let answer = Response::ok(answer.data);
        prop_assert!(state.receive(&answer).is_err());
    }
}
