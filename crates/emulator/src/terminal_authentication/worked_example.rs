//! The card's side of BSI's worked example of the general authentication procedure, every command and value of it.
//!
//! Certificates and signature of the example are on brainpoolP512r1, which the card does not have: certificates are read, and
//! the message of the signature is compared. Everything else is on brainpoolP256r1 and is run.

use super::chain::Holder;
use super::*;
use crate::chip_authentication as ca;
use crate::cv::{Template, VerifyingKey};
use crate::pace::group::Group;
use crate::pace::{
    DomainParameters, Mechanism, Parameters, PasswordKey, PasswordReference, Picc, Step, x_coordinate,
};
use crate::scp03::vectors::{GeneralAuthentication, load_one, scripted};
use crate::secure_messaging::Session;
use bp256::BrainpoolP256r1;
use chipwright_iso7816::{Command, Response};
use p256::NistP256;

/// What the card does with each command, in the order of the example.
struct Example {
    vector: GeneralAuthentication,
    next: usize,
}

impl Example {
    /// The next command, which is this step, and what the card answered.
    fn exchange(&mut self, step: &str) -> (Command, Vec<u8>) {
        let exchange = &self.vector.exchanges[self.next];
        assert_eq!(exchange.step, step);
        self.next += 1;
        (Command::from_bytes(&exchange.command).unwrap(), exchange.response.clone().unwrap().0)
    }

    /// Takes the protection off the next command, and puts that of the answer on `answer` makes of it.
    fn protected(
        &mut self,
        session: &mut Session,
        step: &str,
        answer: impl FnOnce(&Command, &GeneralAuthentication) -> Vec<u8>,
    ) {
        let (command, published) = self.exchange(step);
        let plain = session.unwrap(&command).unwrap();
        let response = session.wrap(Response::ok(answer(&plain, &self.vector)), &plain);
        assert_eq!(hex::encode(response.to_bytes()), hex::encode(published), "{step}");
    }
}

#[test]
fn bsi_general_authentication_procedure() {
    let vector: GeneralAuthentication = load_one("general-authentication", "bsi-ecdh-aes128");
    let mut example = Example { vector, next: 0 };

    // PACE with a template.
    let (command, _) = example.exchange("set_at");
    let set_at = crate::pace::SetAt::parse(&command.data).unwrap();
    let vector = &example.vector;
    assert_eq!(set_at.mechanism, Mechanism::from_oid(&vector.protocol_oid).unwrap());
    assert_eq!((set_at.password, set_at.domain), (PasswordReference::Pin, DomainParameters::from_id(13)));
    let chat = Template { terminal_type: vector.chat_oid.0.clone(), bits: vector.chat_bits.0.clone() };
    assert_eq!(set_at.chat.as_ref(), Some(&chat));
    let requested = chat.authentication_terminal().unwrap();
    let parameters = Parameters { mechanism: set_at.mechanism, domain: DomainParameters::BrainpoolP256r1 };
    let mut rng =
        scripted(&[&vector.nonce, &vector.picc_mapping_private_key, &vector.picc_ephemeral_private_key]);
    let password = PasswordKey::from_characters(vector.pin.as_bytes());
    let mut picc =
        Picc::start(parameters, &password, &mut rng).announcing([Some(vector.car.0.clone()), None]);
    for step in ["nonce", "mapping", "agreement"] {
        let (command, published) = example.exchange(step);
        let Ok(Step::Continue { next, response }) = picc.step(&command.data, true, &mut rng) else {
            panic!("{step}")
        };
        assert_eq!(Response::ok(response).to_bytes(), published, "{step}");
        picc = next;
    }
    let (command, published) = example.exchange("tokens");
    let Ok(Step::Done(established)) = picc.step(&command.data, false, &mut rng) else { panic!("tokens") };
    assert_eq!(Response::ok(established.response).to_bytes(), published);
    assert_eq!(established.card_key[..], example.vector.id_picc[..]);
    let mut session = established.session;

    // Certificates: the authority of each, and what it says.
    let chain: Vec<Certificate> =
        example.vector.chain.iter().map(|bytes| Certificate::parse(bytes).unwrap()).collect();
    assert_eq!(chain[0].authority, example.vector.car.0);
    assert_eq!(chain[1].authority, chain[0].holder);
    for certificate in &chain {
        example.protected(&mut session, "set_dst", |command, _| {
            assert_eq!((command.p1, command.p2), (0x81, 0xB6));
            assert_eq!(SetDst::parse(&command.data).unwrap().reference, certificate.authority);
            Vec::new()
        });
        example.protected(&mut session, "verify_certificate", |command, _| {
            assert_eq!((command.p1, command.p2), (0x00, 0xBE));
            assert_eq!(&Certificate::parse_parts(&command.data).unwrap(), certificate);
            Vec::new()
        });
    }

    // The terminal, its ephemeral key, its signature.
    let mut run = TerminalAuthentication::new(requested, false, established.card_key);
    example.protected(&mut session, "terminal_set_at", |command, vector| {
        assert_eq!(SetAt::parse(&command.data), Err(CommandError::UnsupportedProtocol), "SHA-512");
        let mut data = command.data.clone();
        data[11] = 0x03;
        let set_at = SetAt::parse(&data).unwrap();
        assert_eq!(set_at.terminal, chain[1].holder);
        assert_eq!(set_at.ephemeral_key[..], vector.pcd_public_key[1..33]);
        let point = NistP256::encode(&NistP256::generator());
        let key = VerifyingKey::new(DomainParameters::P256, &point).unwrap();
        let holder = Holder {
            reference: set_at.terminal.clone(),
            role: chain[1].template.role(),
            key,
            expiration: chain[1].expiration,
            rights: Rights::requested(requested).narrowed_by(&chain[0]).narrowed_by(&chain[1]),
        };
        assert_eq!(holder.role, Role::Terminal);
        run.stage = Stage::Certificates { verified: vec![holder], authority: None };
        run.set_terminal(&set_at).unwrap();
        Vec::new()
    });
    example.protected(&mut session, "challenge", |_, vector| {
        run.challenge(vector.terminal_challenge[..].try_into().unwrap());
        vector.terminal_challenge.0.clone()
    });
    example.protected(&mut session, "authenticate", |command, vector| {
        assert_eq!(command.data, vector.terminal_signature.0);
        assert_eq!(run.signed_data().unwrap(), vector.terminal_message.0);
        Vec::new()
    });

    // Chip Authentication 2, answered in the old session; the next command comes in the new one.
    example.protected(&mut session, "chip_set_at", |command, vector| {
        let set_at = ca::SetAt::parse(&command.data).unwrap();
        assert_eq!(set_at.protocol.oid()[..], vector.chip_protocol_oid[..]);
        assert_eq!(set_at.key_reference, vector.chip_key_reference);
        Vec::new()
    });
    let mut renewed = None;
    example.protected(&mut session, "chip_agreement", |command, vector| {
        let terminal_key = ca::terminal_key(&command.data).unwrap();
        assert_eq!(terminal_key[..], vector.pcd_public_key[..]);
        let Stage::Named { pcd, .. } = &run.stage else { panic!("no terminal is named") };
        assert_eq!(x_coordinate(&terminal_key), *pcd);
        let private: [u8; 32] = vector.chip_private_key[..].try_into().unwrap();
        let secret = ca::agree_over::<BrainpoolP256r1>(&private, &terminal_key).unwrap();
        let nonce: [u8; 8] = vector.chip_nonce[..].try_into().unwrap();
        let keys = secret.keys_with_nonce(ca::Protocol::from_oid(&vector.chip_protocol_oid).unwrap(), &nonce);
        let answer = keys.answer(&nonce, &terminal_key);
        assert_eq!(answer[answer.len() - 8..], vector.chip_token[..]);
        renewed = Some(keys.into_session());
        answer
    });
    example.protected(&mut renewed.unwrap(), "get_data", |command, vector| {
        assert_eq!((command.p1, command.p2), (0x7F, 0x78));
        vector.get_data_response.0.clone()
    });
    assert_eq!(example.next, example.vector.exchanges.len());
}
