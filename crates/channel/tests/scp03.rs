//! SCP03 driven over recorded sessions, published and computed, good and bad.

#![allow(clippy::unwrap_used)]

mod replay;
mod vectors;

use chipwright_channel::scp03::{HostChallenge, Scp03Error, SecurityLevel, Session, SoftKeys, open};
use chipwright_iso7816::{Aid, Exchanger, LengthMode, Response};
use replay::Replay;
use std::collections::BTreeMap;
use vectors::{Scp03, load};

#[test]
fn every_recorded_session() {
    let mut classes = BTreeMap::<String, usize>::new();
    let mut exchanges = 0;
    for (name, vector) in load::<Scp03>("scp03", "scp03-") {
        *classes.entry(vector.expect.clone()).or_default() += 1;
        match vector.expect.as_str() {
            "pass" => exchanges += run(&name, &vector, vector.commands.len()).unwrap().1,
            // What only a card can refuse: the host would never send it.
            "host-cryptogram-mismatch" => {
                let sent = vector.external_authenticate_command.as_ref().unwrap();
                assert_ne!(made_external_authenticate(&vector), sent.0, "{name}");
            }
            "command-mac-mismatch" => {
                let (session, _) = run(&name, &vector, vector.commands.len() - 1).unwrap();
                let last = vector.commands.last().unwrap();
                let (_, wrapped) = session.wrap(&last.plain.command()).unwrap();
                assert_ne!(wrapped.to_bytes().unwrap(), last.wrapped.0, "{name}");
            }
            class => {
                let error = run(&name, &vector, vector.commands.len()).unwrap_err();
                let right = match class {
                    "card-cryptogram-mismatch" => matches!(error, Scp03Error::CardCryptogram),
                    "response-mac-mismatch" => matches!(error, Scp03Error::ResponseMac),
                    "response-mac-missing" => matches!(error, Scp03Error::ResponseMacMissing),
                    "response-padding" => matches!(error, Scp03Error::ResponseData),
                    _ => panic!("{name}: unknown class {class}"),
                };
                assert!(right, "{name}: {error:?}");
            }
        }
    }
    assert!(classes["pass"] >= 150 && exchanges >= 900, "{classes:?}, {exchanges} exchanges");
    assert!(classes.len() >= 7, "{classes:?}");
}

/// Opens the session and runs the first commands, comparing every byte on the wire and every plain answer.
fn run(name: &str, vector: &Scp03, commands: usize) -> Result<(Session, usize), Scp03Error> {
    let mut script: Vec<(&[u8], &[u8])> =
        vec![(&vector.initialize_update_command, &vector.initialize_update_response)];
    if let (Some(command), Some(response)) =
        (&vector.external_authenticate_command, &vector.external_authenticate_response)
    {
        script.push((command, response));
    }
    for exchange in vector.commands[..commands].iter() {
        if let Some(response) = &exchange.response {
            script.push((&exchange.wrapped, response));
        }
    }
    let mut card = Exchanger::new(Replay::new(name, script), LengthMode::Extended);
    let aid = vector.invoking_aid.as_ref().map(|aid| Aid::new(aid).unwrap());
    let level = SecurityLevel::try_from(vector.security_level.byte()).unwrap();
    let mut session = open(&mut card, &keys(vector), level, challenge(vector), aid.as_ref())?;
    assert_eq!((session.level(), session.parameter().value()), (level, vector.parameter_i.byte()), "{name}");

    let mut done = 0;
    for exchange in &vector.commands[..commands] {
        let plain = exchange.plain.command();
        let Some(_) = &exchange.response else {
            // The answer was not published: go on as if the card had refused, which no level protects.
            let (state, wrapped) = session.wrap(&plain)?;
            assert_eq!(hex::encode(wrapped.to_bytes().unwrap()), hex::encode(&exchange.wrapped.0), "{name}");
            session =
                state.unwrap(Response::status(chipwright_iso7816::StatusWord::CONDITIONS_NOT_SATISFIED))?.0;
            continue;
        };
        let (next, response) = session.transmit(&mut card, &plain)?;
        if let Some(wanted) = &exchange.response_plain {
            assert_eq!(hex::encode(response.to_bytes()), hex::encode(&wanted.0), "{name}");
        }
        session = next;
        done += 1;
    }
    assert_eq!(card.transport().left(), 0, "{name}");
    Ok((session, done))
}

fn made_external_authenticate(vector: &Scp03) -> Vec<u8> {
    let keys = keys(vector);
    let (state, _) = chipwright_channel::scp03::Initiate::new(&keys, challenge(vector));
    let verified = state.receive(&vector.initialize_update_response.response()).unwrap();
    let level = SecurityLevel::try_from(vector.security_level.byte()).unwrap();
    verified.authenticate(level).unwrap().1.to_bytes().unwrap()
}

fn keys(vector: &Scp03) -> SoftKeys {
    let version = vector.initialize_update_command[2];
    SoftKeys::new(version, &vector.static_enc, &vector.static_mac, &vector.static_dek).unwrap()
}

fn challenge(vector: &Scp03) -> HostChallenge {
    match vector.mode.as_str() {
        "S8" => HostChallenge::S8(vector.host_challenge.0.as_slice().try_into().unwrap()),
        "S16" => HostChallenge::S16(vector.host_challenge.0.as_slice().try_into().unwrap()),
        other => panic!("unknown mode {other}"),
    }
}
