//! The general authentication procedure over BSI's worked example, every command compared with what goes over the wire.

#![allow(clippy::unwrap_used, reason = "a fault here is a fault of the test")]

mod replay;
mod vectors;

use bp256::BrainpoolP256r1;
use chipwright_channel::chip_authentication::{ChipAuthenticationError, ChipKey, version_2};
use chipwright_channel::pace::{self, Chat, Established, PaceInfo, Password};
use chipwright_channel::sm::Session;
use chipwright_channel::terminal_authentication::{self, CvBytes, TerminalAuthenticated};
use chipwright_channel::{ChipProven, KeySize, NotGenuine, Proof, SubjectPublicKey};
use chipwright_iso7816::{Command, Exchanger, Ins, Le, LengthMode};
use replay::Replay;
use vectors::{GeneralAuthentication, load, script};

type Card<'a> = Exchanger<Replay<'a>>;

fn bsi() -> GeneralAuthentication {
    let vectors = load::<GeneralAuthentication>("general-authentication", "general-authentication");
    vectors.into_iter().find(|(name, _)| name == "bsi-ecdh-aes128").unwrap().1
}

fn card<'a>(script: Vec<(&'a [u8], &'a [u8])>) -> Card<'a> {
    Exchanger::new(Replay::new("bsi-ecdh-aes128", script), LengthMode::Extended)
}

fn establish(card: &mut Card<'_>, vector: &GeneralAuthentication) -> Established {
    let size = KeySize::of(usize::from(vector.key_bits / 8)).unwrap();
    let info = PaceInfo::new(size, vector.parameter_id).unwrap();
    let chat = Chat {
        oid: vector.chat_oid.0.clone().try_into().unwrap(),
        bits: vector.chat_bits.0.clone().try_into().unwrap(),
    };
    assert_eq!(chat, Chat::authentication_terminal(chat.bits));
    let password = Password::pin(&vector.pin).unwrap();
    let mut secrets = [&vector.pcd_mapping_private_key, &vector.pcd_ephemeral_private_key].into_iter();
    let mut rng = |out: &mut [u8]| out.copy_from_slice(&secrets.next().unwrap().0);
    pace::establish_with(card, None, &info, &password, Some(&chat), &mut rng).unwrap()
}

fn authenticate_terminal(
    card: &mut Card<'_>,
    established: Established,
    vector: &GeneralAuthentication,
    secret: &[u8],
) -> (Session, TerminalAuthenticated<BrainpoolP256r1>) {
    let chain: Vec<_> = vector.chain.iter().map(|bytes| CvBytes::parse(bytes).unwrap()).collect();
    let sign = |message: &[u8]| {
        assert_eq!(hex::encode(message), hex::encode(&vector.terminal_message.0));
        Ok(vector.terminal_signature.0.clone())
    };
    let mut rng = |out: &mut [u8]| out.copy_from_slice(secret);
    let Established { session, card_key, .. } = established;
    terminal_authentication::authenticate_over(card, session, &card_key, &chain, &sign, &mut rng).unwrap()
}

fn chip_key(vector: &GeneralAuthentication) -> ChipKey {
    let key = ChipKey {
        size: KeySize::Aes128,
        key_id: Some(vector.chip_key_reference),
        public: SubjectPublicKey::new(vector.parameter_id, &vector.chip_public_key).unwrap(),
    };
    assert_eq!(key.protocol()[..], vector.chip_protocol_oid[..]);
    key
}

fn authenticate_chip(
    card: &mut Card<'_>,
    vector: &GeneralAuthentication,
) -> Result<(Session, ChipProven), ChipAuthenticationError> {
    let established = establish(card, vector);
    let (session, terminal) = authenticate_terminal(card, established, vector, &vector.pcd_private_key);
    version_2::authenticate(card, session, terminal, &chip_key(vector))
}

#[test]
fn the_whole_procedure() {
    let vector = bsi();
    let mut card = card(script(&vector.exchanges).collect());
    let established = establish(&mut card, &vector);
    assert_eq!(established.card_key.as_bytes()[..], vector.id_picc[..]);
    assert_eq!(
        (established.car.as_deref(), established.previous_car.as_deref()),
        (Some(&vector.car[..]), None)
    );
    assert!(established.chip_data.is_none());
    let (session, terminal) = authenticate_terminal(&mut card, established, &vector, &vector.pcd_private_key);
    let (session, proven) =
        version_2::authenticate(&mut card, session, terminal, &chip_key(&vector)).unwrap();
    assert_eq!((proven.by(), proven.public_key()), (Proof::ChipAuthentication2, &vector.chip_public_key[..]));
    assert_eq!(session.send_sequence_counter(), 0);
    let get_data = Command::new(0x00, Ins::GET_DATA, 0x7F, 0x78).with_le(Le::Max);
    let (_, response) = session.transmit(&mut card, &get_data).unwrap();
    assert_eq!(response.data, vector.get_data_response.0);
    assert_eq!(card.transport().left(), 0);
}

/// The chip's recorded answer, under secure messaging of a session that has not had it: the session ends before it is looked at.
#[test]
fn a_proof_moved_into_another_place_of_the_session_is_refused() {
    let vector = bsi();
    let mut moved: Vec<_> = script(&vector.exchanges).collect();
    let at = moved.len() - 2;
    moved[at].1 = moved[at - 1].1;
    let error = authenticate_chip(&mut card(moved), &vector).map(drop).unwrap_err();
    assert!(matches!(error, ChipAuthenticationError::SecureMessaging(_)), "{error}");
}

/// A key from another card's EF.CardSecurity does not fit the chip's token.
#[test]
fn another_key_is_not_proven() {
    let mut vector = bsi();
    vector.chip_public_key = vector.pcd_public_key.clone();
    let exchanges = bsi().exchanges;
    let mut card = card(script(&exchanges).collect());
    let error = authenticate_chip(&mut card, &vector).map(drop).unwrap_err();
    assert_eq!(error, ChipAuthenticationError::NotGenuine(NotGenuine::Token));
}
