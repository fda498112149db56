//! PACE driven over the worked examples of 9303-11 and BSI and over computed runs, good and bad.

#![allow(clippy::unwrap_used)]

mod replay;
mod vectors;

use chipwright_channel::pace::{PaceError, PaceInfo, Password, SecurityInfos, Step, choose, establish};
use chipwright_channel::{KeySize, sm};
use chipwright_iso7816::{Exchanger, LengthMode};
use replay::Replay;
use std::collections::BTreeMap;
use vectors::{Pace, load};

#[test]
fn every_recorded_run() {
    let mut classes = BTreeMap::<String, usize>::new();
    for (name, vector) in load::<Pace>("pace", "pace-gm") {
        *classes.entry(vector.expect.clone()).or_default() += 1;
        if vector.expect == "pcd-token-mismatch" {
            continue; // only a card can refuse it; that the host sends another token is seen in src/pace/tests.rs
        }
        let outcome = run(&name, &vector);
        match vector.expect.as_str() {
            "pass" => assert_eq!(outcome.unwrap().send_sequence_counter(), 0, "{name}"),
            "token-mismatch" => assert_eq!(outcome.unwrap_err(), PaceError::TokenMismatch, "{name}"),
            "reflected-public-key" => {
                assert_eq!(outcome.unwrap_err(), PaceError::EqualPublicKeys(Step::Agreement), "{name}");
            }
            "point-not-on-curve" => {
                let step = if name.contains("mapping") { Step::Mapping } else { Step::Agreement };
                assert_eq!(outcome.unwrap_err(), PaceError::InvalidPoint(step), "{name}");
            }
            class => panic!("{name}: unknown class {class}"),
        }
    }
    assert!(classes["pass"] >= 8 && classes.len() >= 5, "{classes:?}");
}

fn run(name: &str, vector: &Pace) -> Result<sm::Session, PaceError> {
    let size = KeySize::of(usize::from(vector.key_bits / 8)).unwrap();
    let info = PaceInfo::new(size, vector.parameter_id).unwrap();
    assert_eq!(hex::encode(info.protocol()), hex::encode(&vector.protocol_oid.0), "{name}");
    let password = match vector.password_type.as_str() {
        "can" => Password::can(vector.can.as_ref().unwrap()).unwrap(),
        _ => Password::mrz(
            vector.document_number.as_ref().unwrap(),
            vector.date_of_birth.as_ref().unwrap(),
            vector.date_of_expiry.as_ref().unwrap(),
        )
        .unwrap(),
    };
    let set_at =
        chipwright_channel::pace::select::<p256::NistP256>(&info, &password).map(|(_, command)| command);
    let set_at = set_at.or_else(|_| {
        chipwright_channel::pace::select::<bp256::BrainpoolP256r1>(&info, &password)
            .map(|(_, command)| command)
    });
    let set_at = set_at.unwrap().to_bytes().unwrap();

    let mut script: Vec<(&[u8], &[u8])> = Vec::new();
    if vector.exchange("set_at").is_none() {
        script.push((&set_at, &[0x90, 0x00]));
    }
    script.extend(
        vector
            .exchanges
            .iter()
            .map(|exchange| (&exchange.command[..], &exchange.response.as_ref().unwrap()[..])),
    );
    let mut secrets = [&vector.pcd_mapping_private_key, &vector.pcd_ephemeral_private_key].into_iter();
    let mut rng = |out: &mut [u8]| out.copy_from_slice(&secrets.next().unwrap().0);
    let mut card = Exchanger::new(Replay::new(name, script), LengthMode::Short);
    let session = establish(&mut card, &info, &password, &mut rng);
    assert!(session.is_err() || card.transport().left() == 0, "{name}");
    session
}

#[test]
fn every_card_access_leads_to_a_choice() {
    for (name, vector) in load::<Pace>("pace", "pace-gm") {
        let infos = SecurityInfos::parse(&vector.card_access).unwrap();
        assert!(infos.pace_offers().count() >= 1, "{name}");
        let chosen = choose(&vector.card_access).unwrap();
        assert!(chosen.key_size().bits() >= vector.key_bits, "{name}: {chosen:?}");
        if let Some(info) = &vector.pace_info {
            assert!(infos.iter().any(|found| found.encoded == info.0), "{name}");
        }
    }
}
