//! Legacy: SCP02 over recorded and computed sessions, and against a card side of its own; diversified keys.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "legacy/card.rs"]
mod card;
mod replay;
mod vectors;

use card::Card;
use chipwright_channel::legacy::diversification::{Scheme, SoftMasterKeys, diversify};
use chipwright_channel::legacy::scp02::{Parameter, Scp02Error, SecurityLevel, open};
use chipwright_channel::legacy::{KeyError, KeyRole, SoftKeys};
use chipwright_iso7816::{Aid, Command, Exchanger, Ins, Le, LengthMode, StatusWord};
use proptest::prelude::*;
use replay::Replay;
use serde::Deserialize;
use std::collections::BTreeSet;
use vectors::{Hex, load};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Session {
    #[serde(rename = "source")]
    _source: String,
    expect: String,
    #[serde(rename = "comment")]
    _comment: String,
    #[serde(rename = "kind")]
    _kind: String,
    #[serde(default, rename = "computed_fields")]
    _computed_fields: Vec<String>,
    parameter_i: Hex,
    security_level: Hex,
    key_version: Hex,
    asked_key_version: Option<Hex>,
    static_enc: Hex,
    static_mac: Hex,
    static_dek: Hex,
    host_challenge: Hex,
    #[serde(rename = "host_cryptogram")]
    _host_cryptogram: Option<Hex>,
    #[serde(rename = "session_enc")]
    _session_enc: Option<Hex>,
    #[serde(rename = "session_mac")]
    _session_mac: Option<Hex>,
    invoking_aid: Option<Hex>,
    initialize_update_command: Hex,
    initialize_update_response: Hex,
    external_authenticate_command: Hex,
    commands: Vec<Exchange>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    plain: Hex,
    wrapped: Hex,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Diversified {
    #[serde(rename = "source")]
    _source: String,
    expect: String,
    #[serde(rename = "comment")]
    _comment: String,
    #[serde(rename = "kind")]
    _kind: String,
    scheme: String,
    master: Hex,
    diversification_data: Hex,
    key_enc: Option<Hex>,
    key_mac: Option<Hex>,
    key_dek: Option<Hex>,
    check_value_enc: Option<Hex>,
    check_value_mac: Option<Hex>,
    check_value_dek: Option<Hex>,
}

fn level(byte: u8) -> SecurityLevel {
    SecurityLevel::ALL.into_iter().find(|level| level.value() == byte).unwrap()
}

#[test]
fn every_recorded_session() {
    let (mut sessions, mut wrapped) = (0, 0);
    for (name, vector) in load::<Session>("scp02", "scp02-") {
        assert_eq!(vector.expect, "pass", "{name}");
        let mut initialize_update = vector.initialize_update_command.0.clone();
        if let Some(asked) = &vector.asked_key_version {
            assert_eq!(initialize_update[2], asked[0], "{name}");
            initialize_update[2] = vector.key_version[0];
        }
        let mut script: Vec<(&[u8], &[u8])> = vec![
            (&initialize_update, &vector.initialize_update_response),
            (&vector.external_authenticate_command, &[0x90, 0x00]),
        ];
        script.extend(vector.commands.iter().map(|exchange| (&*exchange.wrapped, &[0x90, 0x00][..])));
        let mut card = Exchanger::new(Replay::new(&name, script), LengthMode::Short);
        let keys =
            SoftKeys::new(vector.key_version[0], &vector.static_enc, &vector.static_mac, &vector.static_dek)
                .unwrap();
        let parameter = Parameter::new(vector.parameter_i[0]).unwrap();
        let challenge = vector.host_challenge.0.as_slice().try_into().unwrap();
        let aid = vector.invoking_aid.as_ref().map(|aid| Aid::new(aid).unwrap());
        let wanted = level(vector.security_level[0]);
        let mut session = open(&mut card, &keys, parameter, wanted, challenge, aid.as_ref())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(session.level(), wanted);
        for exchange in &vector.commands {
            let response;
            (session, response) = session.transmit(&mut card, &exchange.plain.command()).unwrap();
            assert!(response.status.is_success(), "{name}");
            wrapped += 1;
        }
        sessions += 1;
    }
    assert!(sessions >= 14 && wrapped >= 76, "{sessions} sessions, {wrapped} commands");
}

#[test]
fn every_diversified_key() {
    let mut schemes = BTreeSet::new();
    let mut compared = 0;
    for (name, vector) in load::<Diversified>("diversification", "diversification") {
        assert_eq!(vector.expect, "pass", "{name}");
        let scheme = match vector.scheme.as_str() {
            "emv" => Scheme::Emv,
            "visa2" => Scheme::Visa2,
            other => panic!("{name}: {other}"),
        };
        let masters = SoftMasterKeys::new(&vector.master, &vector.master, &vector.master).unwrap();
        let data: [u8; 10] = vector.diversification_data.0.as_slice().try_into().unwrap();
        let keys = diversify(&masters, scheme, &data).unwrap();
        let values = [&vector.check_value_enc, &vector.check_value_mac, &vector.check_value_dek];
        for (role, value) in KeyRole::ALL.into_iter().zip(values) {
            if let Some(value) = value {
                assert_eq!(hex::encode(keys.check_value(role)), hex::encode(&value.0), "{name} {role:?}");
                compared += 1;
            }
        }
        // keys are not shown, so the wanted ones are compared by their check values
        if let (Some(enc), Some(mac), Some(dek)) = (&vector.key_enc, &vector.key_mac, &vector.key_dek) {
            let wanted = chipwright_channel::legacy::KeySet::new(enc, mac, dek).unwrap();
            for role in KeyRole::ALL {
                assert_eq!(keys.check_value(role), wanted.check_value(role), "{name} {role:?}");
                compared += 1;
            }
        }
        schemes.insert(vector.scheme);
    }
    assert!(schemes.len() == 2 && compared >= 42, "{schemes:?}, {compared} values");
}

const KEYS: [[u8; 16]; 3] = [[0x41; 16], *b"0123456789abcdef", [0x43; 16]];

fn keys() -> SoftKeys {
    SoftKeys::new(0x20, &KEYS[0], &KEYS[1], &KEYS[2]).unwrap()
}

fn commands() -> Vec<Command> {
    let get_status = Command::new(0x80, Ins(0xF2), 0x40, 0x02).with_data([0x4F, 0x00]).with_le(Le::Max);
    let most = Command::new(0x80, Ins(0xE2), 0x00, 0x01).with_data(vec![0x5A; 239]);
    vec![get_status, Command::new(0x80, Ins(0xCA), 0x00, 0x66).with_le(Le::Max), most]
}

#[test]
fn a_card_written_from_the_standard_understands_every_level() {
    for parameter in [0x05, 0x15, 0x25, 0x35, 0x45, 0x55, 0x65, 0x75] {
        for level in SecurityLevel::ALL {
            let mut card = Exchanger::new(Card::new(KEYS, parameter), LengthMode::Short);
            let aid = Aid::new(&card.transport().aid.clone()).unwrap();
            let i = Parameter::new(parameter).unwrap();
            let mut session = open(&mut card, &keys(), i, level, [9; 8], Some(&aid)).unwrap();
            for round in 0..3 {
                for command in commands() {
                    let response;
                    (session, response) = session.transmit(&mut card, &command).unwrap();
                    assert_eq!(response.status, StatusWord::OK, "{parameter:02X} {level:?} {round}");
                    assert_eq!(response.data, command.data);
                }
            }
            assert_eq!(card.transport().counter, 8);
        }
    }
}

#[test]
fn a_wrong_key_is_noticed_before_external_authenticate() {
    for wrong in 0..2 {
        let mut other = KEYS;
        other[wrong][3] ^= 0x10;
        let mut card = Exchanger::new(Card::new(other, 0x15), LengthMode::Short);
        let i = Parameter::new(0x15).unwrap();
        let error = open(&mut card, &keys(), i, SecurityLevel::CMac, [9; 8], None);
        match (wrong, error) {
            // the card cryptogram is made with S-ENC alone
            (0, Err(Scp02Error::CardCryptogram)) => assert_eq!(card.transport().failures, 0),
            (1, Err(Scp02Error::Refused { .. })) => assert_eq!(card.transport().failures, 1),
            (_, other) => panic!("{wrong}: {other:?}"),
        }
    }
}

#[test]
fn a_wrong_mac_key_is_noticed_where_the_challenge_follows_from_the_aid() {
    let mut other = KEYS;
    other[1][3] ^= 0x10;
    let mut card = Exchanger::new(Card::new(other, 0x55), LengthMode::Short);
    let aid = Aid::new(&card.transport().aid.clone()).unwrap();
    let i = Parameter::new(0x55).unwrap();
    let error = open(&mut card, &keys(), i, SecurityLevel::CMac, [9; 8], Some(&aid)).unwrap_err();
    assert!(matches!(error, Scp02Error::CardChallenge), "{error}");
    assert_eq!(card.transport().failures, 0);
}

#[test]
fn what_cannot_be_protected_is_refused() {
    let open = || {
        let mut card = Exchanger::new(Card::new(KEYS, 0x15), LengthMode::Short);
        let i = Parameter::new(0x15).unwrap();
        open(&mut card, &keys(), i, SecurityLevel::CDecryptionCMac, [9; 8], None).unwrap()
    };
    let long = Command::new(0x80, Ins(0xE2), 0, 0).with_data(vec![0; 240]);
    assert!(matches!(open().wrap(&long), Err(Scp02Error::TooLong { length: 240, most: 239 })));
    for cla in [0x84, 0x81, 0x90, 0x0C] {
        assert!(matches!(open().wrap(&Command::new(cla, Ins(0xCA), 0, 0)), Err(Scp02Error::Class(_))));
    }
    assert!(matches!(SoftKeys::new(1, &[0; 24], &[0; 16], &[0; 16]), Err(KeyError::Length(24))));
    assert!(Parameter::new(0x1A).is_err());
    let shown = format!("{:?} {:?}", keys(), open());
    assert!(!shown.contains("41, 41") && !shown.contains("0123"), "{shown}");
}

/// The card's answer as a stranger would make it.
struct Answering(Vec<u8>);

impl chipwright_iso7816::Transport for Answering {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, chipwright_iso7816::TransportError> {
        Ok(self.0.clone())
    }

    fn reset(&mut self) -> Result<chipwright_iso7816::Atr, chipwright_iso7816::TransportError> {
        Err(chipwright_iso7816::TransportError::CardRemoved)
    }
}

proptest! {
    #[test]
    fn no_answer_opens_a_session_without_the_keys(answer in proptest::collection::vec(any::<u8>(), 0..64)) {
        let status = [&answer[..], &[0x90, 0x00]].concat();
        let mut card = Exchanger::new(Answering(status), LengthMode::Short);
        let i = Parameter::new(0x55).unwrap();
        prop_assert!(open(&mut card, &keys(), i, SecurityLevel::CMac, [9; 8], None).is_err());
    }
}
