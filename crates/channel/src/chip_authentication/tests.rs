//! Every value of the published and computed runs; proofs replayed and moved; keys as files publish them.

use super::version_1::{self, AwaitSelected};
use super::{ChipAuthenticationError, ChipKey, ChipKeyError, MappingKeys, Version, version_2};
use crate::KeySize;
use crate::active_authentication;
use crate::aes_modes::MacKey;
use crate::card_end::{CardEnd, Keyed};
use crate::ecdh::KeyPair;
use crate::kdf::Derived;
use crate::pace::{CardAccessError, PaceCurve, PaceInfo, token_input};
use crate::proof::{NotGenuine, Proof};
use crate::sm::{Session, SessionKeys, SmError};
use crate::subject_public_key::{PublicKeyError, SubjectPublicKey};
use crate::terminal_authentication::{self, TerminalAuthenticated};
use crate::vectors::{ChipAuthentication, load};
use bp256::BrainpoolP256r1;
use chipwright_iso7816::tlv::encode;
use chipwright_iso7816::{Command, Exchanger, Ins, Le, LengthMode, Response, StatusWord, Tag};
use p256::NistP256;
use proptest::prelude::*;

fn key(vector: &ChipAuthentication) -> ChipKey {
    let key = ChipKey {
        size: KeySize::of(usize::from(vector.key_bits / 8)).unwrap(),
        key_id: Some(vector.key_reference),
        public: SubjectPublicKey::new(vector.parameter_id, &vector.picc_public_key).unwrap(),
    };
    assert_eq!(hex::encode(key.protocol()), hex::encode(&vector.protocol_oid.0));
    key
}

fn ephemeral<C: PaceCurve>(vector: &ChipAuthentication) -> KeyPair<C> {
    KeyPair::generate(&mut fixed(vector)).unwrap()
}

fn fixed(vector: &ChipAuthentication) -> impl FnMut(&mut [u8]) {
    |out: &mut [u8]| out.copy_from_slice(&vector.pcd_private_key)
}

fn same(name: &str, what: &str, made: &[u8], wanted: &[u8]) {
    assert_eq!(hex::encode(made), hex::encode(wanted), "{name}: {what}");
}

fn compare_keys(name: &str, vector: &ChipAuthentication, derived: &Derived) {
    same(name, "KSenc", &derived.enc, &vector.ks_enc);
    same(name, "KSmac", &derived.mac, &vector.ks_mac);
}

fn ok() -> Response {
    Response::status(StatusWord::OK)
}

#[test]
fn every_value_of_version_1() {
    let vectors = load::<ChipAuthentication>("chip-authentication", "chip-authentication-1");
    assert!(vectors.len() >= 3);
    for (name, vector) in vectors {
        match vector.parameter_id {
            12 => compare_1::<NistP256>(&name, &vector),
            _ => compare_1::<BrainpoolP256r1>(&name, &vector),
        }
    }
}

fn compare_1<C: PaceCurve>(name: &str, vector: &ChipAuthentication) {
    let shared =
        ephemeral::<C>(vector).agree(&crate::ecdh::point::<C>(&vector.picc_public_key).unwrap()).unwrap();
    same(name, "K", &crate::ecdh::x_coordinate::<C>(&shared), &vector.shared_secret);
    let (state, command) = version_1::select::<C>(&key(vector)).unwrap();
    same(name, "MSE:Set AT", &command.to_bytes().unwrap(), &vector.exchanges[0].command);
    let (state, command) = state.receive(&ok(), &mut fixed(vector)).unwrap();
    same(name, "GENERAL AUTHENTICATE", &command.to_bytes().unwrap(), &vector.exchanges[1].command);
    same(name, "PK.PCD", &command.data[4..], &vector.pcd_public_key);
    compare_keys(name, vector, &state.derived);
    let unproven = state.receive(&vector.exchanges[1].response.as_ref().unwrap().response()).unwrap();
    let (waiting, wrapped) = unproven.wrap(&first_command()).unwrap();
    let (_, wanted) = card_session(vector).wrap(&first_command()).unwrap();
    assert_eq!(wrapped, wanted, "{name}: first command under the new keys");
    let (session, response, proven) = waiting.unwrap(sealed(&vector.ks_mac, 2)).unwrap();
    assert_eq!((session.send_sequence_counter(), response), (2, ok()), "{name}");
    assert_eq!((proven.by(), proven.public_key()), (Proof::ChipAuthentication1, &vector.picc_public_key[..]));
}

fn first_command() -> Command {
    Command::new(0x00, Ins::READ_BINARY, 0x9D, 0x00).with_le(Le::Max)
}

fn card_session(vector: &ChipAuthentication) -> Session {
    Session::new(SessionKeys::new(&vector.ks_enc, &vector.ks_mac).unwrap())
}

/// `9000` as a card with this key protects it at this counter.
fn sealed(ks_mac: &[u8], counter: u128) -> Response {
    let objects = [0x99, 0x02, 0x90, 0x00];
    let mut padded = objects.to_vec();
    crate::aes_modes::pad(&mut padded);
    let mac = MacKey::new(ks_mac).unwrap().mac(&[&counter.to_be_bytes(), &padded]);
    Response::ok([&objects[..], &encode(Tag(0x8E), &mac[..8])].concat())
}

#[test]
fn every_value_of_version_2() {
    let vectors = load::<ChipAuthentication>("chip-authentication", "chip-authentication-2");
    assert!(!vectors.is_empty());
    for (name, vector) in vectors {
        match vector.parameter_id {
            12 => compare_2::<NistP256>(&name, &vector),
            _ => compare_2::<BrainpoolP256r1>(&name, &vector),
        }
    }
}

fn compare_2<C: PaceCurve>(name: &str, vector: &ChipAuthentication) {
    let terminal = TerminalAuthenticated::with(ephemeral::<C>(vector));
    let (state, command) = version_2::select::<C>(&key(vector), terminal).unwrap();
    same(name, "MSE:Set AT", &command.to_bytes().unwrap(), &vector.exchanges[0].command);
    let (state, command) = state.receive(&ok()).unwrap();
    same(name, "GENERAL AUTHENTICATE", &command.to_bytes().unwrap(), &vector.exchanges[1].command);
    compare_keys(name, vector, &state.derive(vector.picc_nonce.as_ref().unwrap()).unwrap());
    let input = token_input(&key(vector).protocol(), &vector.pcd_public_key);
    same(name, "token input", &input, vector.picc_token_input.as_ref().unwrap());
    let answer = vector.exchanges[1].response.as_ref().unwrap().response();
    let (session, proven) = state.receive(&answer).unwrap();
    assert_eq!(session.send_sequence_counter(), 0);
    assert_eq!((proven.by(), proven.public_key()), (Proof::ChipAuthentication2, &vector.picc_public_key[..]));
}

fn bsi() -> ChipAuthentication {
    load("chip-authentication", "chip-authentication-2").swap_remove(0).1
}

fn awaiting_token(
    vector: &ChipAuthentication,
    pcd: KeyPair<BrainpoolP256r1>,
) -> version_2::AwaitToken<BrainpoolP256r1> {
    let (state, _) = version_2::select(&key(vector), TerminalAuthenticated::with(pcd)).unwrap();
    state.receive(&ok()).unwrap().0
}

fn token_answer(nonce: &[u8], token: &[u8]) -> Response {
    Response::ok(encode(Tag(0x7C), &[encode(Tag(0x81), nonce), encode(Tag(0x82), token)].concat()))
}

/// A recorded answer proves nothing to a terminal with another ephemeral key, nor with another nonce or key.
#[test]
fn a_token_of_another_session_is_refused() {
    let vector = bsi();
    let (nonce, token) = (vector.picc_nonce.as_ref().unwrap(), vector.picc_token.as_ref().unwrap());
    let refused =
        |state: version_2::AwaitToken<_>, answer: &Response| state.receive(answer).map(drop).unwrap_err();
    let recorded = token_answer(nonce, token);
    let again = KeyPair::generate(&mut |out: &mut [u8]| out.fill(0x42)).unwrap();
    let wrong = ChipAuthenticationError::NotGenuine(NotGenuine::Token);
    assert_eq!(refused(awaiting_token(&vector, again), &recorded), wrong);
    assert!(awaiting_token(&vector, ephemeral(&vector)).receive(&recorded).is_ok());
    for index in 0..8 {
        let (mut other_nonce, mut other_token) = (nonce.to_vec(), token.to_vec());
        other_nonce[index] ^= 1;
        other_token[index] ^= 1;
        let state = || awaiting_token(&vector, ephemeral(&vector));
        assert_eq!(refused(state(), &token_answer(&other_nonce, token)), wrong);
        assert_eq!(refused(state(), &token_answer(nonce, &other_token)), wrong);
    }
    let other_chip = ChipAuthentication { picc_public_key: vector.pcd_public_key.clone(), ..bsi() };
    assert_eq!(refused(awaiting_token(&other_chip, ephemeral(&vector)), &recorded), wrong);
}

#[test]
fn answers_of_another_form_are_refused() {
    let vector = bsi();
    let state = || awaiting_token(&vector, ephemeral(&vector));
    let (nonce, token) = (vector.picc_nonce.as_ref().unwrap(), vector.picc_token.as_ref().unwrap());
    for bad in [
        Response::ok(Vec::new()),
        Response::ok(vec![0x7C, 0x00]),
        token_answer(&nonce[..7], token),
        token_answer(nonce, &token[..7]),
        token_answer(nonce, &[]),
        Response::ok(encode(Tag(0x7C), &[encode(Tag(0x82), token), encode(Tag(0x81), nonce)].concat())),
        Response::ok([token_answer(nonce, token).data, vec![0]].concat()),
    ] {
        let error = state().receive(&bad).map(drop).unwrap_err();
        let malformed = matches!(
            error,
            ChipAuthenticationError::NotGenuine(NotGenuine::Malformed {
                proof: Proof::ChipAuthentication2,
                ..
            })
        );
        assert!(malformed, "{error}");
    }
    let status = StatusWord::REFERENCED_DATA_NOT_FOUND;
    let refused = NotGenuine::Refused { proof: Proof::ChipAuthentication2, status };
    assert_eq!(state().receive(&Response::status(status)).map(drop), Err(refused.into()));
}

fn agreed() -> version_1::Unproven {
    let vector = load("chip-authentication", "chip-authentication-1").swap_remove(0).1;
    let (state, _) = version_1::select::<BrainpoolP256r1>(&key(&vector)).unwrap();
    let (state, _) = state.receive(&ok(), &mut fixed(&vector)).unwrap();
    state.receive(&Response::ok(vec![0x7C, 0x00])).unwrap()
}

/// Version 1 is proven by the first response under the new keys and by nothing else.
#[test]
fn a_first_response_under_other_keys_is_refused() {
    let vector = load::<ChipAuthentication>("chip-authentication", "chip-authentication-1").swap_remove(0).1;
    let outcome = |response: Response| agreed().wrap(&first_command()).unwrap().0.unwrap(response).map(drop);
    assert_eq!(outcome(sealed(&vector.ks_mac, 2)), Ok(()));
    let refused = |error| Err(ChipAuthenticationError::NotGenuine(NotGenuine::FirstResponse(error)));
    // of the session before, of another session, of another counter, recorded and replayed
    assert_eq!(outcome(sealed(&[0x5A; 16], 2)), refused(SmError::Mac));
    assert_eq!(outcome(sealed(&vector.ks_enc, 2)), refused(SmError::Mac));
    assert_eq!(outcome(sealed(&vector.ks_mac, 4)), refused(SmError::Mac));
    for status in [StatusWord::OK, StatusWord::SM_OBJECTS_INCORRECT] {
        assert_eq!(outcome(Response::status(status)), refused(SmError::NakedResponse { status }));
    }
    // an error that is protected with the new keys proves the chip too
    let objects = [0x99, 0x02, 0x6A, 0x82];
    let mut padded = objects.to_vec();
    crate::aes_modes::pad(&mut padded);
    let mac = MacKey::new(&vector.ks_mac).unwrap().mac(&[&2u128.to_be_bytes(), &padded]);
    let answer = [&objects[..], &encode(Tag(0x8E), &mac[..8])].concat();
    let not_found = Response { data: answer, status: StatusWord::FILE_NOT_FOUND };
    assert_eq!(outcome(not_found), Ok(()));
}

/// The driver of version 1: two commands under the old keys, the first under the new ones, which proves the chip.
#[test]
fn version_1_driven() {
    for (name, vector) in load::<ChipAuthentication>("chip-authentication", "chip-authentication-1") {
        let run = |mac: &[u8]| {
            let before = vec![(Vec::new(), 0x9000), (vec![0x7C, 0x00], 0x9000)];
            let after = vec![(vec![1, 2, 3], 0x9000)];
            let mut card = Exchanger::new(
                CardEnd::new(vec![
                    Keyed { enc: &[1; 16], mac: &[2; 16], answers: before },
                    Keyed { enc: &vector.ks_enc, mac, answers: after },
                ]),
                LengthMode::Short,
            );
            let session = Session::new(SessionKeys::new(&[1; 16], &[2; 16]).unwrap());
            let unproven =
                version_1::authenticate(&mut card, session, &key(&vector), &mut fixed(&vector)).unwrap();
            let outcome = unproven.transmit(&mut card, &first_command());
            let sent = &card.transport().received;
            let plain = |exchange: usize| vector.exchanges[exchange].command.command().data.clone();
            assert_eq!(sent[0], ([0x0C, 0x22, 0x41, 0xA4], plain(0)), "{name}");
            assert_eq!(sent[1], ([0x0C, 0x86, 0x00, 0x00], plain(1)), "{name}");
            assert_eq!(sent.len(), 3, "{name}");
            outcome
        };
        let (session, response, proven) = run(&vector.ks_mac).unwrap();
        assert_eq!((session.send_sequence_counter(), response.data), (2, vec![1, 2, 3]), "{name}");
        assert_eq!(proven.public_key(), &vector.picc_public_key[..], "{name}");
        let clone = run(&vec![3; vector.ks_mac.len()]).map(drop);
        assert_eq!(clone, Err(NotGenuine::FirstResponse(SmError::Mac).into()), "{name}");
    }
}

/// A card that is taken away is not called a clone.
#[test]
fn a_card_that_leaves_is_no_clone() {
    let mut card = Exchanger::new(CardEnd::new(Vec::new()), LengthMode::Short);
    let error = agreed().transmit(&mut card, &first_command()).map(drop).unwrap_err();
    assert!(matches!(error, ChipAuthenticationError::SecureMessaging(SmError::Exchange(_))), "{error}");
}

#[test]
fn what_a_card_promised_and_refuses_is_not_genuine() {
    let vector = load::<ChipAuthentication>("chip-authentication", "chip-authentication-1").swap_remove(0).1;
    let begun = || version_1::select::<BrainpoolP256r1>(&key(&vector)).unwrap().0;
    let status = StatusWord::INCORRECT_DATA;
    let refused = Err(NotGenuine::Refused { proof: Proof::ChipAuthentication1, status }.into());
    let refusal = Response::status(status);
    assert_eq!(begun().receive(&refusal, &mut fixed(&vector)).map(drop), refused);
    let (state, _) = begun().receive(&ok(), &mut fixed(&vector)).unwrap();
    assert_eq!(state.receive(&refusal).map(drop), refused);
    for bad in [vec![], vec![0x7C], vec![0x7C, 0x02, 0x80, 0x00], vec![0x7D, 0x00], vec![0x7C, 0x00, 0x00]] {
        let (state, _) = begun().receive(&ok(), &mut fixed(&vector)).unwrap();
        let error = state.receive(&Response::ok(bad)).map(drop).unwrap_err();
        assert!(
            matches!(error, ChipAuthenticationError::NotGenuine(NotGenuine::Malformed { .. })),
            "{error}"
        );
    }
    let broken = begun().receive(&ok(), &mut |out: &mut [u8]| out.fill(0)).map(drop);
    assert_eq!(broken, Err(ChipAuthenticationError::RandomSource));
    let other: Result<(AwaitSelected<NistP256>, _), _> = version_1::select(&key(&vector));
    assert_eq!(other.map(drop), Err(ChipAuthenticationError::Parameters { wanted: 12, found: 13 }));
}

// What files publish.

const CA_128: &str = "04007f00070202030202";
const CA_256: &str = "04007f00070202030204";
const CA: &str = "04007f000702020302";
const PK: &str = "04007f000702020102";
const STANDARDISED: &str = "04007f00070102";

fn oid(hexadecimal: &str) -> Vec<u8> {
    encode(Tag(0x06), &hex::decode(hexadecimal).unwrap())
}

fn integer(value: u8) -> Vec<u8> {
    encode(Tag(0x02), &[value])
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    encode(Tag(0x30), &parts.concat())
}

fn file(infos: &[Vec<u8>]) -> Vec<u8> {
    encode(Tag(0x31), &infos.concat())
}

fn point(seed: u8) -> Vec<u8> {
    KeyPair::<NistP256>::generate(&mut |out: &mut [u8]| out.fill(seed)).unwrap().public
}

fn spki(algorithm: &[Vec<u8>], point: &[u8]) -> Vec<u8> {
    sequence(&[sequence(algorithm), encode(Tag(0x03), &[&[0x00], point].concat())])
}

fn standardised(point: &[u8]) -> Vec<u8> {
    spki(&[oid(STANDARDISED), integer(12)], point)
}

fn named(point: &[u8]) -> Vec<u8> {
    spki(&[oid("2a8648ce3d0201"), oid("2a8648ce3d030107")], point)
}

/// EF.CardSecurity's content as a card of ours has it.
fn card_security() -> Vec<u8> {
    file(&[
        sequence(&[oid(CA_128), integer(2), integer(4)]),
        sequence(&[oid(CA), sequence(&[oid(STANDARDISED), integer(12)]), integer(4)]),
        sequence(&[oid(PK), standardised(&point(3)), integer(3)]),
        sequence(&[oid(PK), standardised(&point(4)), integer(4)]),
    ])
}

#[test]
fn keys_are_found_by_version_and_identifier() {
    let ca2 = ChipKey::read(&card_security(), Version::V2).unwrap().unwrap();
    assert_eq!((ca2.size, ca2.key_id, ca2.public.point()[..].to_vec()), (KeySize::Aes128, Some(4), point(4)));
    assert_eq!(ChipKey::read(&card_security(), Version::V1), Ok(None));
    let MappingKeys(cam) = MappingKeys::read(&card_security()).unwrap();
    assert_eq!(cam.iter().map(|key| key.point().to_vec()).collect::<Vec<_>>(), [point(3)]);
    let dg14 = file(&[
        sequence(&[oid(CA_128), integer(1), integer(2)]),
        sequence(&[oid(CA_256), integer(1), integer(2)]),
        sequence(&[oid(CA_128), integer(2), integer(4)]),
        sequence(&[oid(PK), named(&point(2)), integer(2)]),
    ]);
    let ca1 = ChipKey::read(&dg14, Version::V1).unwrap().unwrap();
    assert_eq!((ca1.size, ca1.key_id, ca1.public.parameter_id()), (KeySize::Aes256, Some(2), PaceInfo::P256));
    assert_eq!(ChipKey::read(&dg14, Version::V2), Err(ChipKeyError::KeyMissing));
}

#[test]
fn a_single_key_needs_no_identifier() {
    let one = |keys: u8| {
        let keys = (1..=keys).map(|seed| sequence(&[oid(PK), named(&point(seed))]));
        file(&[vec![sequence(&[oid(CA_128), integer(1)])], keys.collect()].concat())
    };
    assert_eq!(ChipKey::read(&one(1), Version::V1).unwrap().unwrap().key_id, None);
    assert_eq!(MappingKeys::read(&one(1)).unwrap().0.len(), 1);
    assert_eq!(ChipKey::read(&one(0), Version::V1), Err(ChipKeyError::KeyMissing));
    assert_eq!(ChipKey::read(&one(2), Version::V1), Err(ChipKeyError::KeyMissing));
    assert_eq!(MappingKeys::read(&one(0)), Err(ChipKeyError::KeyMissing));
}

#[test]
fn promises_that_cannot_be_kept_are_told() {
    let info = |id: u8| sequence(&[oid(CA_128), integer(1), integer(id)]);
    let key = |spki: Vec<u8>| sequence(&[oid(PK), spki, integer(2)]);
    let read = |infos: &[Vec<u8>]| ChipKey::read(&file(infos), Version::V1);
    let mut off_curve = point(1);
    off_curve[64] ^= 1;
    let error = read(&[info(2), key(named(&off_curve))]);
    assert_eq!(error, Err(ChipKeyError::PublicKey(PublicKeyError::Point)));
    // a curve that nobody here knows is as good as no key
    let unknown = spki(&[oid(STANDARDISED), integer(16)], &point(1));
    assert_eq!(read(&[info(2), key(unknown)]), Err(ChipKeyError::KeyMissing));
    let other_curve = sequence(&[oid(CA), sequence(&[oid(STANDARDISED), integer(13)]), integer(2)]);
    assert_eq!(read(&[info(2), key(named(&point(1))), other_curve]), Err(ChipKeyError::DomainParameters));
    let too_long = sequence(&[oid(CA_128), integer(1), integer(2), integer(3)]);
    assert!(matches!(read(&[too_long]), Err(ChipKeyError::Malformed(_))));
    assert!(matches!(
        read(&[vec![0x04, 0x00]]),
        Err(ChipKeyError::SecurityInfos(CardAccessError::Malformed(_)))
    ));
    assert_eq!(read(&[]), Ok(None));
}

#[test]
fn both_forms_of_a_key_are_read_and_no_other() {
    let wanted = SubjectPublicKey::new(12, &point(5)).unwrap();
    assert_eq!(SubjectPublicKey::parse(&standardised(&point(5))), Ok(wanted));
    assert_eq!(SubjectPublicKey::parse(&named(&point(5))), Ok(wanted));
    for algorithm in [
        vec![oid("2a8648ce3d0201"), oid("2b8104000a")], // another curve
        vec![oid("2a8648ce3d0201"), sequence(&[integer(1)])], // explicit parameters
        vec![oid("2a8648ce3d0201")],
        vec![oid(STANDARDISED), oid("2a8648ce3d030107")],
        vec![oid(STANDARDISED), integer(99)],
        vec![oid("2a864886f70d010101"), encode(Tag(0x05), &[])],
    ] {
        let error = SubjectPublicKey::parse(&spki(&algorithm, &point(5)));
        assert_eq!(error, Err(PublicKeyError::Unsupported));
    }
    let compressed = [&[0x02 | point(5)[64] & 1], &point(5)[1..33]].concat();
    for bad in [&[][..], &[0x00], &compressed, &point(5)[..64]] {
        assert_eq!(SubjectPublicKey::parse(&named(bad)), Err(PublicKeyError::Point), "{bad:02x?}");
    }
    let bits = sequence(&[sequence(&[oid(STANDARDISED), integer(12)]), encode(Tag(0x03), &[0x01, 0x04])]);
    assert!(matches!(SubjectPublicKey::parse(&bits), Err(PublicKeyError::Malformed(_))));
    let good = named(&point(5));
    for length in 0..good.len() {
        assert!(
            matches!(SubjectPublicKey::parse(&good[..length]), Err(PublicKeyError::Malformed(_))),
            "{length}"
        );
    }
}

/// The content of EF.CardSecurity in BSI's worked example: version 2, with a key in standardised form.
#[test]
fn a_published_card_security() {
    let infos = "31820137300d060804007f00070202020201023012060a04007f000702020302020201020201013012060a04007f0007020204020202010202010d301c060904007f000702020302300c060704007f0007010202010d020101302f060804007f0007020206162368747470733a2f2f7777772e686a702d636f6e73756c74696e672e636f6d2f686f6d653017060a04007f0007020205020330090201010201010101003017060a04007f0007020205020330090201010201020101ff3019060904007f000702020502300c060704007f0007010202010d3062060904007f0007020201023052300c060704007f0007010202010d03420004a44ebe5451df7aadb01e459b8c928a87746a57927c8c28a6775c97a7e1fe8d9a46ff4a1cc7e4d1389aea19758e4f75c28c598fd734aebeb135337cf95be12e94020101";
    let infos = hex::decode(infos).unwrap();
    let vector = bsi();
    assert_eq!(ChipKey::read(&infos, Version::V2), Ok(Some(key(&vector))));
    assert_eq!(ChipKey::read(&infos, Version::V1), Ok(None));
    assert_eq!(terminal_authentication::announced(&infos), Ok(true));
    assert_eq!(active_authentication::announced(&infos), Ok(false));
}

proptest! {
    #[test]
    fn any_infos_are_read_without_a_panic(data in prop::collection::vec(any::<u8>(), 0..120)) {
        for file in [&data, &encode(Tag(0x31), &data), &encode(Tag(0x31), &sequence(&[oid(PK), data.clone()]))] {
            let _ = (ChipKey::read(file, Version::V1), ChipKey::read(file, Version::V2), MappingKeys::read(file));
        }
        let _ = SubjectPublicKey::parse(&data);
    }
}
