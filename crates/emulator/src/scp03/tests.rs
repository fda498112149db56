//! Session keys and cryptograms of `test-vectors/scp03`, and the key operations of PUT KEY.

use super::derivation::{Constant, SessionKeys, card_challenge};
use super::vectors::{Scp03, load};
use super::{Initiation, KeySet, KeySetError, Parameter, SecurityLevel, check_value};
use chipwright_iso7816::{Command, Ins, Response, StatusWord};

#[test]
fn every_derived_value() {
    let (mut compared, mut challenges) = (0, 0);
    for (name, vector) in load::<Scp03>("scp03") {
        if vector.expect == "card-cryptogram-mismatch" || vector.expect == "host-cryptogram-mismatch" {
            continue;
        }
        let keys = KeySet::new(&vector.static_enc, &vector.static_mac, &vector.static_dek).unwrap();
        let length = Parameter::new(vector.parameter_i[0]).unwrap().short_length();
        if let (Some(counter), Some(aid)) = (&vector.sequence_counter, &vector.invoking_aid) {
            let challenge = card_challenge(&keys, length, counter[..].try_into().unwrap(), aid);
            assert_eq!(challenge, vector.card_challenge.0, "{name}");
            challenges += 1;
        }
        let session = SessionKeys::derive(&keys, &vector.host_challenge, &vector.card_challenge);
        assert_eq!(session.enc.reveal(), &vector.session_enc[..], "{name}");
        assert_eq!(session.mac.reveal(), &vector.session_mac[..], "{name}");
        assert_eq!(session.r_mac.reveal(), &vector.session_rmac[..], "{name}");
        let cryptogram = |of| session.cryptogram(of, length, &vector.host_challenge, &vector.card_challenge);
        assert_eq!(cryptogram(Constant::CardCryptogram), vector.card_cryptogram.0, "{name}");
        assert_eq!(Some(cryptogram(Constant::HostCryptogram)), vector.host_cryptogram.map(|hex| hex.0));
        compared += 1;
    }
    assert!(compared >= 150 && challenges >= 80, "{compared} {challenges}");
}

/// Sessions recorded with a card whose AID was not written down: the challenge is taken as it came.
#[test]
fn sessions_with_a_recorded_challenge() {
    let mut exchanges = 0;
    for (name, vector) in load::<Scp03>("scp03") {
        if vector.expect != "pass" || vector.invoking_aid.is_some() || vector.sequence_counter.is_none() {
            continue;
        }
        let keys = KeySet::new(&vector.static_enc, &vector.static_mac, &vector.static_dek).unwrap();
        let initiation = Initiation {
            keys: &keys,
            parameter: Parameter::new(vector.parameter_i[0]).unwrap(),
            key_version: vector.initialize_update_response[10],
            diversification_data: vector.initialize_update_response[..10].try_into().unwrap(),
            sequence_counter: vector.sequence_counter.as_ref().unwrap()[..].try_into().unwrap(),
            invoking_aid: &[],
        };
        let (pending, response) = initiation.answer(&vector.host_challenge, &vector.card_challenge);
        assert_eq!(Response::ok(response).to_bytes(), vector.initialize_update_response.0, "{name}");
        let command = Command::from_bytes(vector.external_authenticate_command.as_ref().unwrap()).unwrap();
        let mut channel = pending.external_authenticate(&command).unwrap();
        for exchange in &vector.commands {
            let plain = channel.unwrap(&Command::from_bytes(&exchange.wrapped).unwrap()).unwrap();
            assert_eq!(plain.to_bytes().unwrap(), exchange.plain.0, "{name}");
            let plain = Response::from_bytes(exchange.response_plain.as_ref().unwrap()).unwrap();
            assert_eq!(channel.wrap(plain).to_bytes(), exchange.response.as_ref().unwrap().0, "{name}");
            exchanges += 1;
        }
    }
    assert!(exchanges > 0);
}

/// `AES-CBC(KEK, ICV 0)` of the NIST SP 800-38A, F.2.1 plaintext with a zero vector is checked by its inverse and by its
/// first block, which is ECB (F.1.1).
#[test]
fn wrapped_keys_come_back() {
    let dek = hex::decode("2b7e151628aed2a6abf7158809cf4f3c").unwrap();
    let keys = KeySet::new(&[1; 16], &[2; 16], &dek).unwrap();
    let wrapped = hex::decode("3ad77bb40d7a3660a89ecaf32466ef97").unwrap();
    let key = keys.decrypt_dek(&wrapped).unwrap();
    assert_eq!(hex::encode(key.as_slice()), "6bc1bee22e409f96e93d7e117393172a");
    assert_eq!(keys.decrypt_dek(&wrapped[..15]).unwrap_err(), KeySetError::NotWholeBlocks(15));
    assert_eq!(keys.decrypt_dek(&[]).unwrap_err(), KeySetError::NotWholeBlocks(0));
}

#[test]
fn key_sets_and_check_values() {
    assert_eq!(KeySet::new(&[1; 16], &[2; 24], &[3; 16]).unwrap_err(), KeySetError::MixedLengths);
    assert_eq!(KeySet::new(&[1; 16], &[2; 16], &[3; 8]).unwrap_err(), KeySetError::KeyLength(8));
    let keys = KeySet::new(&[0xA1; 32], &[0xA2; 32], &[0xA3; 32]).unwrap();
    assert_eq!(format!("{keys:?}"), "KeySet(Aes256, redacted)");
    // The default keys 40..4F of GlobalPlatform test cards.
    let default: Vec<u8> = (0x40..0x50).collect();
    assert_eq!(hex::encode(check_value(&default).unwrap()), "504a77");
}

/// EXTERNAL AUTHENTICATE of a host that knows these keys.
fn external_authenticate(
    session: &SessionKeys,
    cryptogram: &[u8],
    level: SecurityLevel,
) -> (Command, [u8; 16]) {
    let header = [0x84, 0x82, level.value(), 0x00, 2 * cryptogram.len() as u8];
    let mac = session.mac.cmac(&[&[0; 16], &header, cryptogram]);
    let data = [cryptogram, &mac[..cryptogram.len()]].concat();
    (Command::new(header[0], Ins(header[1]), header[2], header[3]).with_data(data), mac)
}

#[test]
fn every_level_of_every_parameter() {
    let keys = KeySet::new(&[1; 24], &[2; 24], &[3; 24]).unwrap();
    for parameter in Parameter::ALL {
        let initiation = Initiation {
            keys: &keys,
            parameter,
            key_version: 0x30,
            diversification_data: [0; 10],
            sequence_counter: [0, 0, 1],
            invoking_aid: &[0xA0; 8],
        };
        let length = parameter.short_length();
        let (host, card) = (vec![5; length], vec![6; length]);
        let session = SessionKeys::derive(&keys, &host, &card);
        let cryptogram = session.cryptogram(Constant::HostCryptogram, length, &host, &card);
        for level in SecurityLevel::ALL {
            let (command, _) = external_authenticate(&session, &cryptogram, level);
            let opened = initiation.answer(&host, &card).0.external_authenticate(&command);
            let wanted =
                if level.is_offered(parameter) { Ok(level) } else { Err(StatusWord::INCORRECT_P1_P2) };
            assert_eq!(opened.map(|channel| channel.level()), wanted);
        }
    }
}

/// GP 2.3.1, 10.6: a command whose protection exceeds the session's level is checked all the same.
#[test]
fn level_00_checks_what_claims_to_be_protected() {
    let keys = KeySet::new(&[1; 16], &[2; 16], &[3; 16]).unwrap();
    let initiation = Initiation {
        keys: &keys,
        parameter: Parameter::new(0x70).unwrap(),
        key_version: 0x30,
        diversification_data: [0; 10],
        sequence_counter: [0, 0, 1],
        invoking_aid: &[0xA0; 8],
    };
    let session = SessionKeys::derive(&keys, &[5; 8], &[6; 8]);
    let cryptogram = session.cryptogram(Constant::HostCryptogram, 8, &[5; 8], &[6; 8]);
    let (command, chain) = external_authenticate(&session, &cryptogram, SecurityLevel::Authenticated);
    let mut channel = initiation.answer(&[5; 8], &[6; 8]).0.external_authenticate(&command).unwrap();

    let plain = Command::new(0x80, Ins::GET_DATA, 0x00, 0x66).with_data([7, 7]);
    assert_eq!(channel.unwrap(&plain), Ok(plain.clone()));
    assert_eq!(channel.wrap(Response::ok(vec![1, 2])), Response::ok(vec![1, 2]));
    let mac = session.mac.cmac(&[&chain, &[0x84, 0xCA, 0x00, 0x66, 10], &[7, 7]]);
    let mut protected = plain.clone().with_data([&[7, 7], &mac[..8]].concat());
    protected.cla = 0x84;
    assert_eq!(channel.unwrap(&protected), Ok(plain.clone()));
    assert_eq!(channel.unwrap(&protected), Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED));
    assert_eq!(channel.unwrap(&plain), Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED));
}
