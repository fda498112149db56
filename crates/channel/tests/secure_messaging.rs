//! Secure messaging over recorded sessions, published fragments and computed sessions, good and bad.

#![allow(clippy::unwrap_used)]

mod vectors;

use chipwright_channel::sm::{Session, SessionKeys, SmError};
use std::collections::BTreeMap;
use vectors::{Hex, SmFragment, SmSession, load};

#[test]
fn every_recorded_session() {
    let mut classes = BTreeMap::<String, usize>::new();
    for (name, vector) in load::<SmSession>("secure-messaging", "sm-aes-session") {
        *classes.entry(vector.expect.clone()).or_default() += 1;
        let mut session = at(&vector.ks_enc, &vector.ks_mac, vector.ssc_initial.number());
        let last = vector.exchanges.len() - 1;
        let good = vector.expect == "pass";
        for (index, exchange) in vector.exchanges.iter().enumerate() {
            let (state, wrapped) = session.wrap(&exchange.command_plain.command()).unwrap();
            let wrapped = hex::encode(wrapped.to_bytes().unwrap());
            let wanted = hex::encode(&exchange.command_protected.0);
            if !good && index == last && vector.expect == "command-mac-mismatch" {
                // Only a card can refuse it; the host would never send it.
                assert_ne!(wrapped, wanted, "{name}");
                break;
            }
            assert_eq!(wrapped, wanted, "{name}, command {index}");
            let outcome = state.unwrap(exchange.response_protected.as_ref().unwrap().response());
            if !good && index == last {
                let error = outcome.unwrap_err();
                let right = match vector.expect.as_str() {
                    "response-mac-mismatch" => matches!(error, SmError::Mac),
                    "response-unprotected" => matches!(error, SmError::NakedResponse { .. }),
                    class => panic!("{name}: unknown class {class}"),
                };
                assert!(right, "{name}: {error:?}");
                break;
            }
            let (next, response) =
                outcome.unwrap_or_else(|error| panic!("{name}, response {index}: {error}"));
            let plain = exchange.response_plain.as_ref().unwrap();
            assert_eq!(hex::encode(response.to_bytes()), hex::encode(&plain.0), "{name}, response {index}");
            let counter = exchange.ssc_response.as_ref().unwrap().number();
            assert_eq!(
                (counter, exchange.ssc_command.number()),
                (next.send_sequence_counter(), counter - 1),
                "{name}"
            );
            session = next;
        }
    }
    assert!(classes["pass"] >= 8 && classes.len() >= 3, "{classes:?}");
}

#[test]
fn the_published_command() {
    for (name, vector) in load::<SmFragment>("secure-messaging", "sm-aes-command") {
        let session = at(&vector.ks_enc, &vector.ks_mac, vector.ssc_before.unwrap().number());
        let (_, wrapped) = session.wrap(&vector.command_plain.unwrap().command()).unwrap();
        assert_eq!(
            hex::encode(wrapped.to_bytes().unwrap()),
            hex::encode(vector.command_protected.unwrap().0),
            "{name}"
        );
    }
}

#[test]
fn the_published_responses() {
    let mut tried = 0;
    let fragments =
        ["sm-aes-response", "sm-aes-values"].map(|kind| load::<SmFragment>("secure-messaging", kind));
    for (name, vector) in fragments.into_iter().flatten() {
        let (Some(counter), Some(protected)) = (&vector.ssc_response, &vector.response_protected) else {
            continue;
        };
        // A command before it takes the counter to one below that of the response.
        let session = at(&vector.ks_enc, &vector.ks_mac, counter.number() - 2);
        let read = chipwright_iso7816::Command::new(0, chipwright_iso7816::Ins::READ_BINARY, 0, 0);
        let (state, _) = session.wrap(&read.with_le(chipwright_iso7816::Le::Max)).unwrap();
        let (_, response) = state.unwrap(protected.response()).unwrap();
        assert_eq!(hex::encode(response.to_bytes()), hex::encode(vector.response_plain.unwrap().0), "{name}");
        tried += 1;
    }
    assert!(tried >= 2, "{tried}");
}

fn at(enc: &Hex, mac: &Hex, counter: u128) -> Session {
    Session::at(SessionKeys::new(enc, mac).unwrap(), counter)
}
