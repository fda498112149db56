//! Answers that no honest card gives: every phase refuses them, and none panics.
#![allow(clippy::unwrap_used, reason = "a fault here is a fault of the test")]

use chipwright_channel::active_authentication::{ActiveAuthenticationKey, challenge};
use chipwright_channel::chip_authentication::{ChipKey, version_1};
use chipwright_channel::pace::{self, CardAccessError, Mapping, PaceError, PaceInfo, Password};
use chipwright_channel::scp03::{Initiate, Scp03Error, SoftKeys};
use chipwright_channel::sm::{Session, SessionKeys, SmError};
use chipwright_channel::{KeySize, SubjectPublicKey};
use chipwright_iso7816::tlv::encode;
use chipwright_iso7816::{Command, Ins, Le, Response, StatusWord, Tag};
use p256::NistP256;
use proptest::prelude::*;

fn response() -> impl Strategy<Value = Response> {
    let status = prop_oneof![3 => Just(0x9000u16), 1 => any::<u16>()];
    let object = (any::<u8>(), prop::collection::vec(any::<u8>(), 0..70));
    let objects = prop::collection::vec(object, 0..4);
    let structured = objects.prop_map(|objects| {
        objects.iter().flat_map(|(tag, value)| encode(Tag(u32::from(*tag & !0x1F)), value)).collect()
    });
    let data = prop_oneof![
        structured,
        prop::collection::vec(any::<u8>(), 0..300),
        // what PACE and secure messaging look for, with anything inside
        (prop::sample::select(vec![0x80u32, 0x82, 0x84, 0x86]), prop::collection::vec(any::<u8>(), 0..80))
            .prop_map(|(tag, value)| encode(Tag(0x7C), &encode(Tag(tag), &value))),
        (prop::collection::vec(any::<u8>(), 0..64), any::<[u8; 8]>()).prop_map(|(value, mac)| {
            [encode(Tag(0x87), &value), vec![0x99, 2, 0x90, 0], encode(Tag(0x8E), &mac)].concat()
        }),
    ];
    (data, status).prop_map(|(data, status)| Response { data, status: StatusWord(status) })
}

/// A point of P-256 that is nobody's key here.
fn point() -> Vec<u8> {
    hex::decode("046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5").unwrap()
}

fn chip_key() -> ChipKey {
    ChipKey { size: KeySize::Aes128, key_id: Some(2), public: SubjectPublicKey::new(12, &point()).unwrap() }
}

fn random() -> impl FnMut(&mut [u8]) {
    |bytes: &mut [u8]| bytes.fill(0x5A)
}

proptest! {
    #[test]
    fn secure_messaging_takes_nothing_unsealed(response in response(), extended: bool) {
        let session = Session::new(SessionKeys::new(&[1; 16], &[2; 16]).unwrap());
        let mut command = Command::new(0, Ins::READ_BINARY, 0x9D, 0).with_le(Le::Max);
        command.extended = extended;
        let (waiting, _) = session.wrap(&command).unwrap();
        prop_assert!(waiting.unwrap(response).is_err());
    }

    #[test]
    fn scp03_opens_for_nobody_without_the_keys(response in response(), head in any::<[u8; 10]>(), rest in any::<[u8; 19]>()) {
        let keys = SoftKeys::new(0x01, &[1; 16], &[2; 16], &[3; 16]).unwrap();
        let (waiting, _) = Initiate::new(&keys, [7; 8]);
        prop_assert!(waiting.receive(&response).is_err());
        // the right form and a cryptogram out of the air
        let answer = Response::ok([&head[..], &[0x01, 0x03, 0x70], &rest].concat());
        let (waiting, _) = Initiate::new(&keys, [7; 8]);
        prop_assert!(matches!(waiting.receive(&answer), Err(Scp03Error::CardCryptogram)));
    }

    #[test]
    fn pace_ends_at_the_first_wrong_answer(nonce in any::<[u8; 16]>(), wrong in response()) {
        let info = PaceInfo::new(KeySize::Aes256, PaceInfo::P256).unwrap();
        let password = Password::can("314159").unwrap();
        let begun = || pace::select::<NistP256>(&info, &password).unwrap().0;
        let (waiting, _) = match begun().receive(&wrong) {
            Ok(next) => next,
            Err(_) => begun().receive(&Response::status(StatusWord::OK)).unwrap(),
        };
        let honest = Response::ok(encode(Tag(0x7C), &encode(Tag(0x80), &nonce)));
        let (waiting, _) = waiting.receive(&honest, &mut random()).unwrap();
        // a point of the curve does not come out of the air
        prop_assert!(waiting.receive(&wrong, &mut random()).is_err());
    }

    #[test]
    fn no_chip_is_proven_by_chance(response in response(), data in prop::collection::vec(any::<u8>(), 0..80)) {
        let key = chip_key();
        let begun = || version_1::select::<NistP256>(&key).unwrap().0;
        let agreed = || begun().receive(&Response::status(StatusWord::OK), &mut random()).unwrap().0;
        let _ = begun().receive(&response, &mut random());
        if let Ok(unproven) = agreed().receive(&response) {
            let (waiting, _) = unproven.wrap(&Command::new(0, Ins::READ_BINARY, 0x9D, 0).with_le(Le::Max)).unwrap();
            prop_assert!(waiting.unwrap(response.clone()).is_err());
        }
        let unproven = agreed().receive(&Response::ok(vec![0x7C, 0x00])).unwrap();
        let (waiting, _) = unproven.wrap(&Command::new(0, Ins::READ_BINARY, 0x9D, 0).with_le(Le::Max)).unwrap();
        prop_assert!(waiting.unwrap(response.clone()).is_err());
        let spki = [hex::decode("3059301306072a8648ce3d020106082a8648ce3d030107034200").unwrap(), point()].concat();
        let active = ActiveAuthenticationKey::from_spki(&spki).unwrap();
        prop_assert!(challenge(&active, [7; 8]).0.receive(&response).is_err());
        prop_assert!(active.verify([7; 8], &data).is_err());
    }

    #[test]
    fn any_bytes_for_chip_authentication_data(data in prop::collection::vec(any::<u8>(), 0..64), blocks in 0usize..5) {
        let data = [data, vec![0x33; blocks * 16]].concat();
        let objects = [encode(Tag(0x86), &[0; 8]), encode(Tag(0x8A), &data)].concat();
        let info = PaceInfo::new(KeySize::Aes128, PaceInfo::P256).unwrap().with_mapping(Mapping::ChipAuthentication);
        let (state, _) = pace::select::<NistP256>(&info, &Password::can("314159").unwrap()).unwrap();
        let (state, _) = state.receive(&Response::status(StatusWord::OK)).unwrap();
        let nonce = Response::ok(encode(Tag(0x7C), &encode(Tag(0x80), &[9; 16])));
        let (state, _) = state.receive(&nonce, &mut random()).unwrap();
        let key = |tag| Response::ok(encode(Tag(0x7C), &encode(Tag(tag), &point())));
        let (state, _) = state.receive(&key(0x82), &mut random()).unwrap();
        let (state, _) = state.receive(&key(0x84)).unwrap();
        prop_assert!(state.receive(&Response::ok(encode(Tag(0x7C), &objects))).is_err());
    }

    #[test]
    fn any_bytes_for_an_offer(data in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = pace::choose(&data);
        let _ = pace::choose(&encode(Tag(0x31), &data));
    }
}

/// Offers without end are counted, not listed.
#[test]
fn offers_without_end() {
    let offer = |n: u8| {
        let oid = [4, 0, 0x7F, 0, 7, 2, 2, 4, 1, 1];
        encode(Tag(0x30), &[encode(Tag(6), &oid), vec![2, 1, 2, 2, 1, n]].concat())
    };
    let file = |count: u8| encode(Tag(0x31), &(0..count).flat_map(offer).collect::<Vec<_>>());
    let error = pace::choose(&file(60)).unwrap_err();
    assert!(matches!(error, CardAccessError::NothingSupported { .. }));
    assert!(error.to_string().ends_with("and 56 more") && error.to_string().len() < 400, "{error}");
    assert_eq!(pace::choose(&file(65)), Err(CardAccessError::TooMany));
}

/// A naked answer is told from a forged one, a wrong token from a wrong password.
#[test]
fn the_cause_is_named() {
    let session = Session::new(SessionKeys::new(&[1; 16], &[2; 16]).unwrap());
    let (waiting, _) = session.wrap(&Command::new(0, Ins::READ_BINARY, 0x9D, 0).with_le(Le::Max)).unwrap();
    let naked = waiting.unwrap(Response::status(StatusWord::OK)).unwrap_err();
    assert_eq!(naked, SmError::NakedResponse { status: StatusWord::OK });
    let info = PaceInfo::new(KeySize::Aes128, PaceInfo::P256).unwrap();
    let (waiting, _) = pace::select::<NistP256>(&info, &Password::can("314159").unwrap()).unwrap();
    let refused = waiting.receive(&Response::status(StatusWord(0x0000))).unwrap_err();
    assert_eq!(refused, PaceError::CardRefused { step: pace::Step::SetAt, status: StatusWord(0) });
}
