//! The invented organisation's second, post-quantum signer.

use chipwright_pki::algorithm::PublicKey;
use chipwright_pki::certificate::{self, AltName, Certificate, DocumentSignerProfile, RootKind, RootProfile};
use chipwright_pki::check::check;
use chipwright_pki::crl::{self, CrlProfile};
use chipwright_pki::name::Name;
use chipwright_pki::period::Period;
use chipwright_pki::policy::Policy;
use chipwright_pki::post_quantum::{self, PostQuantumTrust};
use chipwright_pki::serial::SerialNumber;
use chipwright_pki::sign::{SignError, SignKey};
use chipwright_pki::trust::TrustStore;
use chipwright_profile::{FileId, SignedProfile, read};
use jiff::Timestamp;
use ml_dsa::{Keypair, MlDsa65, SignatureEncoding, Signer, SigningKey};

struct Key(SigningKey<MlDsa65>, PublicKey);

impl SignKey for Key {
    fn public_key(&self) -> &PublicKey {
        &self.1
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        Ok(self.0.sign(message).to_vec())
    }
}

/// A root and a document signer with keys of ML-DSA-65.
pub struct SecondAuthority {
    root_key: Key,
    root: Certificate,
    key: Key,
    signer: Certificate,
}

impl SecondAuthority {
    /// Whose signer may sign for three months from a time on.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn new(seed: u64, from: Timestamp) -> Self {
        let mut random = crate::random(seed);
        let mut key = || {
            let mut seed = [0; 32];
            random(&mut seed);
            let key = SigningKey::from_seed(&seed.into());
            let public = PublicKey::from_point(&key.verifying_key().encode()).unwrap();
            Key(key, public)
        };
        let (root_key, key) = (key(), key());
        let alt_name = AltName::with_uri("VNM", "https://pki.example.invalid/").unwrap();
        let crl_addresses = vec!["https://pki.example.invalid/second.crl".to_owned()];
        let profile = RootProfile {
            subject: Name::new("VN", "Example Party", Some("PKI"), "Second Root").unwrap(),
            serial: SerialNumber::from_random([3; 16]),
            validity: Period::months_from(from, 12 * 20).unwrap(),
            key_usage: Period::months_from(from, 12 * 5).unwrap(),
            alt_name: alt_name.clone(),
            crl_addresses: crl_addresses.clone(),
            kind: RootKind::Real,
        };
        let root = certificate::root(&profile, root_key.public_key()).unwrap().sign_with(&root_key).unwrap();
        let profile = DocumentSignerProfile {
            subject: Name::new("VN", "Example Party", Some("PKI"), "Second Signer").unwrap(),
            serial: SerialNumber::from_random([4; 16]),
            key_usage: Period::months_from(from, 3).unwrap(),
            card_life_days: 3653,
            alt_name,
            crl_addresses,
            document_types: vec!["CM".to_owned()],
        };
        let signer = certificate::document_signer(&profile, key.public_key(), &root).unwrap();
        let signer = signer.sign_with(&root_key).unwrap();
        Self { root_key, root, key, signer }
    }

    /// What a kiosk knows of it.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn trust(&self, at: Timestamp) -> PostQuantumTrust {
        let profile = CrlProfile {
            number: 1,
            this_update: at,
            next_update: Timestamp::from_second(at.as_second() + 30 * 86_400).unwrap(),
            revoked: Vec::new(),
        };
        let mut store = TrustStore::new();
        store.add_root(self.root.clone()).unwrap();
        store.add_crl(crl::issue(&profile, &self.root).unwrap().sign_with(&self.root_key).unwrap()).unwrap();
        let mut trust = PostQuantumTrust::new(store);
        trust.add_signer(self.signer.clone()).unwrap();
        trust
    }

    /// The second signature over the security object of this profile: the content of EF.SOD-PQ.
    ///
    /// # Panics
    /// When the time lies outside the signer's key usage.
    #[must_use]
    pub fn sign(&self, profile: &SignedProfile, at: Timestamp) -> Vec<u8> {
        let cms = read::sod(profile.file(FileId::Sod).unwrap()).unwrap();
        let report = check(cms, &TrustStore::new(), &Policy::real(), at);
        let content = report.content().unwrap();
        post_quantum::prepare(content, &self.signer, at).unwrap().sign_with(&self.key).unwrap().into_der()
    }
}
