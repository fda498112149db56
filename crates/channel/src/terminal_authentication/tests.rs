//! Every value of BSI's worked example, step by step; what a card can refuse, and with which error.

use super::*;
use crate::pace::EphemeralKeyOfCard;
use crate::vectors::{GeneralAuthentication, load};
use bp256::BrainpoolP256r1;
use chipwright_iso7816::tlv::encode;
use chipwright_iso7816::{Command, Response, StatusWord, Tag};
use p256::NistP256;
use proptest::prelude::*;

type Curve = BrainpoolP256r1;

fn bsi() -> GeneralAuthentication {
    load("general-authentication", "general-authentication").swap_remove(0).1
}

fn id_picc(vector: &GeneralAuthentication) -> EphemeralKeyOfCard {
    EphemeralKeyOfCard::new(vector.id_picc.0.clone().try_into().unwrap())
}

fn ok() -> Response {
    Response::status(StatusWord::OK)
}

fn chain(vector: &GeneralAuthentication) -> Vec<CvBytes<'_>> {
    vector.chain.iter().map(|certificate| CvBytes::parse(certificate).unwrap()).collect()
}

fn fixed(vector: &GeneralAuthentication) -> impl FnMut(&mut [u8]) {
    |out: &mut [u8]| out.copy_from_slice(&vector.pcd_private_key)
}

#[test]
fn certificates_are_taken_apart() {
    let vector = bsi();
    let chain = chain(&vector);
    let names = chain.iter().map(|link| (link.authority, link.holder)).collect::<Vec<_>>();
    assert_eq!(names, [(&b"DECVCAAT00001"[..], &b"DETESTDVDE019"[..]), (b"DETESTDVDE019", b"DETESTATDE019")]);
    for link in chain {
        assert_eq!(hex::encode(link.algorithm), "04007f00070202020205");
        assert_eq!(link.content[..2], [0x7F, 0x4E]);
    }
    let good = &vector.chain[0];
    for length in 0..good.len() {
        assert!(CvBytes::parse(&good[..length]).is_err(), "{length}");
    }
    assert!(CvBytes::parse(&[&good[..], &[0x00]].concat()).is_err());
}

/// Sends everything up to the challenge, and looks at each command.
fn selected(vector: &GeneralAuthentication, chain: &[CvBytes<'_>]) -> (AwaitSelected<Curve>, Command) {
    let (mut state, mut command) = present(chain, &id_picc(vector)).unwrap();
    for (index, link) in chain.iter().enumerate() {
        assert_eq!(command.header(), [0x00, 0x22, 0x81, 0xB6]);
        assert_eq!(command.data, encode(Tag(0x83), link.authority));
        let (verified, command_of_link) = state.receive(&ok()).unwrap();
        assert_eq!(command_of_link.header(), [0x00, 0x2A, 0x00, 0xBE]);
        assert_eq!(command_of_link.data, link.content);
        match verified.receive::<Curve>(&ok(), &mut fixed(vector)).unwrap() {
            Next::Certificate(next, set_dst) if index + 1 < chain.len() => (state, command) = (next, set_dst),
            Next::Terminal(state, set_at) if index + 1 == chain.len() => return (state, set_at),
            _ => panic!("certificate {index}"),
        }
    }
    panic!("no terminal certificate")
}

#[test]
fn every_value_of_the_bsi_example() {
    let vector = bsi();
    let chain = chain(&vector);
    let (state, command) = selected(&vector, &chain);
    assert_eq!(command.header(), [0x00, 0x22, 0x81, 0xA4]);
    let wanted = [
        encode(Tag(0x80), chain[1].algorithm),
        encode(Tag(0x83), chain[1].holder),
        encode(Tag(0x91), &vector.pcd_public_key[1..33]),
    ];
    assert_eq!(hex::encode(&command.data), hex::encode(wanted.concat()));
    let (state, command) = state.receive(&ok()).unwrap();
    assert_eq!(hex::encode(command.to_bytes().unwrap()), "0084000008");
    let to_sign = state.receive(&Response::ok(vector.terminal_challenge.to_vec())).unwrap();
    assert_eq!(hex::encode(to_sign.message()), hex::encode(&vector.terminal_message.0));
    let (state, command) = to_sign.complete(&vector.terminal_signature);
    assert_eq!(command.header(), [0x00, 0x82, 0x00, 0x00]);
    assert_eq!(command.data, vector.terminal_signature.0);
    let terminal = state.receive(&ok()).unwrap();
    assert_eq!(terminal.into_ephemeral().public, vector.pcd_public_key.0);
}

#[test]
fn refusals_tell_which_certificate_and_which_step() {
    let vector = bsi();
    let chain = chain(&vector);
    let begun = || present(&chain, &id_picc(&vector)).unwrap().0;
    let status = StatusWord::REFERENCED_DATA_NOT_FOUND;
    let text = begun().receive(&Response::status(status)).map(drop).unwrap_err().to_string();
    assert!(text.starts_with("the card does not know the authority of terminal certificate 1"), "{text}");
    let refusal = Response::status(StatusWord::AUTHENTICATION_FAILED);
    let (first, _) = begun().receive(&ok()).unwrap();
    let error = first.receive::<Curve>(&refusal, &mut fixed(&vector)).map(drop).unwrap_err();
    assert!(matches!(error, TerminalAuthenticationError::CertificateRefused { number: 1, .. }), "{error}");
    let (first, _) = begun().receive(&ok()).unwrap();
    let Next::Certificate(second, _) = first.receive::<Curve>(&ok(), &mut fixed(&vector)).unwrap() else {
        panic!("the second certificate is left out")
    };
    let (second, _) = second.receive(&ok()).unwrap();
    let error = second.receive::<Curve>(&refusal, &mut fixed(&vector)).map(drop).unwrap_err();
    assert!(matches!(error, TerminalAuthenticationError::CertificateRefused { number: 2, .. }), "{error}");
    let error = selected(&vector, &chain).0.receive(&refusal).map(drop).unwrap_err();
    assert!(matches!(error, TerminalAuthenticationError::CardRefused { step: Step::SetAt, .. }), "{error}");
    let waiting = || selected(&vector, &chain).0.receive(&ok()).unwrap().0;
    let error = waiting().receive(&refusal).map(drop).unwrap_err();
    assert!(
        matches!(error, TerminalAuthenticationError::CardRefused { step: Step::Challenge, .. }),
        "{error}"
    );
    for length in [0, 7, 9] {
        let error = waiting().receive(&Response::ok(vec![1; length])).map(drop).unwrap_err();
        assert!(matches!(error, TerminalAuthenticationError::ChallengeLength(found) if found == length));
    }
    let (state, _) = waiting().receive(&Response::ok(vec![1; 8])).unwrap().complete(&[1; 64]);
    let error = state.receive(&refusal).map(drop).unwrap_err();
    assert!(matches!(error, TerminalAuthenticationError::SignatureRefused { .. }), "{error}");
    assert!(matches!(present(&[], &id_picc(&vector)), Err(TerminalAuthenticationError::EmptyChain)));
}

/// What is signed belongs to this PACE, this challenge and this ephemeral key.
#[test]
fn the_signed_message_changes_with_each_of_its_parts() {
    let vector = bsi();
    let chain = chain(&vector);
    let message = |id: [u8; 32], challenge: &[u8], secret: u8| {
        let (state, _) = present(&chain[1..], &EphemeralKeyOfCard::new(id)).unwrap();
        let (state, _) = state.receive(&ok()).unwrap();
        let next = state.receive::<NistP256>(&ok(), &mut |out: &mut [u8]| out.fill(secret)).unwrap();
        let Next::Terminal(state, _) = next else { panic!("one certificate") };
        let (state, _) = state.receive(&ok()).unwrap();
        state.receive(&Response::ok(challenge.to_vec())).unwrap().message().to_vec()
    };
    let first = message([1; 32], &[2; 8], 3);
    assert_eq!(first.len(), 32 + 8 + 32);
    for other in [message([9; 32], &[2; 8], 3), message([1; 32], &[9; 8], 3), message([1; 32], &[2; 8], 9)] {
        assert_ne!(first, other);
    }
}

#[test]
fn version_2_is_announced() {
    let info = |version: u8| {
        let oid = encode(Tag(0x06), &[0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02]);
        encode(Tag(0x30), &[oid, encode(Tag(0x02), &[version])].concat())
    };
    let file = |infos: &[Vec<u8>]| encode(Tag(0x31), &infos.concat());
    assert_eq!(announced(&file(&[info(1), info(2)])), Ok(true));
    assert_eq!(announced(&file(&[info(1)])), Ok(false));
    assert_eq!(announced(&file(&[])), Ok(false));
    assert!(announced(&[0x30, 0x00]).is_err());
}

proptest! {
    #[test]
    fn any_certificate_is_read_without_a_panic(data in prop::collection::vec(any::<u8>(), 0..120)) {
        let _ = CvBytes::parse(&data);
        let body = [encode(Tag(0x7F4E), &data), encode(Tag(0x5F37), &[1])].concat();
        let _ = CvBytes::parse(&encode(Tag(0x7F21), &body));
    }
}
