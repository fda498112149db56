//! An invented organisation: root, document signer, revocation list.

use chipwright_pki::algorithm::PublicKey;
use chipwright_pki::certificate::Certificate;
use chipwright_pki::certificate::{self, AltName, DocumentSignerProfile, RootKind, RootProfile};
use chipwright_pki::cms::SignerTemplate;
use chipwright_pki::crl::{self, Crl, CrlProfile, Reason, RevokedCertificate};
use chipwright_pki::name::Name;
use chipwright_pki::period::Period;
use chipwright_pki::role::{self, Role, RoleProfile};
use chipwright_pki::serial::SerialNumber;
use chipwright_pki::sign::{SignError, SignKey};
use chipwright_pki::trust::TrustStore;
use chipwright_profile::{
    Allocation, ChipFeatures, ChipKeys, DataGroups, FittedPortrait, IssueTerms, Member, SignedProfile,
};
use jiff::Timestamp;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{DerSignature, SigningKey};

/// A P-256 key in memory, made from a seed. Deterministic signatures (RFC 6979).
pub struct SoftKey {
    key: SigningKey,
    public: PublicKey,
}

impl SoftKey {
    /// From a source of randomness.
    ///
    /// # Panics
    /// If the source never gives a scalar.
    pub fn generate(random: &mut dyn FnMut(&mut [u8])) -> Self {
        let key = loop {
            let mut scalar = [0; 32];
            random(&mut scalar);
            if let Ok(key) = SigningKey::from_slice(&scalar) {
                break key;
            }
        };
        let point = key.verifying_key().to_sec1_point(false);
        Self { public: PublicKey::from_point(point.as_bytes()).unwrap(), key }
    }
}

impl SignKey for SoftKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let signature: DerSignature = self.key.sign(message);
        Ok(signature.as_bytes().to_vec())
    }
}

/// When the signer's key may sign.
#[derive(Debug, Clone, Copy)]
pub struct Validity {
    /// Beginning of the signer's private key usage.
    pub signer_from: Timestamp,
    /// How many days cards live.
    pub card_life_days: u32,
}

/// What kind of organisation.
#[derive(Debug, Clone)]
pub struct AuthorityOptions {
    /// Its name.
    pub name: String,
    /// Seed of its keys.
    pub seed: u64,
    /// Real or test.
    pub kind: RootKind,
    /// Dates.
    pub validity: Validity,
    /// Document codes of the signer.
    pub document_types: Vec<String>,
}

impl AuthorityOptions {
    /// A real organisation whose signer may sign from `signer_from` for three months.
    #[must_use]
    pub fn real(name: &str, seed: u64, signer_from: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            seed,
            kind: RootKind::Real,
            validity: Validity { signer_from, card_life_days: 3660 },
            document_types: vec!["CM".to_owned()],
        }
    }
}

/// Root, signer and their keys.
pub struct Authority {
    /// The root's key.
    pub root_key: SoftKey,
    /// The root's certificate.
    pub root: Certificate,
    /// The signer's key.
    pub signer_key: SoftKey,
    /// The signer's certificate.
    pub signer: Certificate,
    template: SignerTemplate,
    card_security: SignerTemplate,
}

impl Authority {
    /// Makes keys and certificates.
    ///
    /// # Panics
    /// When the options contradict each other.
    #[must_use]
    pub fn new(options: &AuthorityOptions) -> Self {
        let mut random = crate::random(options.seed);
        let root_key = SoftKey::generate(&mut random);
        let signer_key = SoftKey::generate(&mut random);
        let mut serial = || {
            let mut bytes = [0; 16];
            random(&mut bytes);
            SerialNumber::from_random(bytes)
        };
        let alt_name = AltName::with_uri("VNM", "https://pki.example.invalid/").unwrap();
        let crl_addresses = vec!["https://pki.example.invalid/root.crl".to_owned()];
        let from = options.validity.signer_from;
        let begin = Timestamp::from_second(from.as_second() - 86_400).unwrap();
        let root = certificate::root(
            &RootProfile {
                subject: Name::new("VN", &options.name, Some("PKI"), "Root").unwrap(),
                serial: serial(),
                validity: Period::months_from(begin, 12 * 20).unwrap(),
                key_usage: Period::months_from(begin, 12 * 5).unwrap(),
                alt_name: alt_name.clone(),
                crl_addresses: crl_addresses.clone(),
                kind: options.kind,
            },
            root_key.public_key(),
        )
        .unwrap()
        .sign_with(&root_key)
        .unwrap();
        let signer = certificate::document_signer(
            &DocumentSignerProfile {
                subject: Name::new("VN", &options.name, Some("PKI"), "Document Signer 1").unwrap(),
                serial: serial(),
                key_usage: Period::months_from(from, 3).unwrap(),
                card_life_days: options.validity.card_life_days,
                alt_name,
                crl_addresses,
                document_types: options.document_types.clone(),
            },
            signer_key.public_key(),
            &root,
        )
        .unwrap()
        .sign_with(&root_key)
        .unwrap();
        let template = SignerTemplate::new(&signer).unwrap();
        let card_security = SignerTemplate::for_card_security(&signer).unwrap();
        Self { root_key, root, signer_key, signer, template, card_security }
    }

    /// Somebody of this role under this root, with a key of their own, from the day the signer begins.
    ///
    /// # Panics
    /// For a document signer, which the authority has.
    #[must_use]
    pub fn holder(&self, role: Role, name: &str) -> (SoftKey, Certificate) {
        let seed = name.bytes().fold(role as u64 + 77, |seed, byte| seed * 131 + u64::from(byte));
        let key = SoftKey::generate(&mut crate::random(seed));
        let certificate = self.certify(role, name, &key);
        (key, certificate)
    }

    /// A certificate of this role for a key that is there.
    ///
    /// # Panics
    /// For a document signer, which the authority has.
    #[must_use]
    pub fn certify(&self, role: Role, name: &str, key: &SoftKey) -> Certificate {
        let from = self.signer.private_key_usage().unwrap().not_before;
        let mut serial = [0; 16];
        let seed = name.bytes().fold(role as u64 + 78, |seed, byte| seed * 137 + u64::from(byte));
        crate::random(seed)(&mut serial);
        let profile = RoleProfile {
            role,
            subject: Name::new("VN", "Example Party", Some("PKI"), name).unwrap(),
            serial: SerialNumber::from_random(serial),
            key_usage: Period::months_from(from, role.most_months()).unwrap(),
            valid_days: 3660,
            alt_name: AltName::with_email("VNM", "pki@example.invalid").unwrap(),
            crl_addresses: vec!["https://pki.example.invalid/root.crl".to_owned()],
        };
        let prepared = role::role_signer(&profile, key.public_key(), &self.root).unwrap();
        prepared.sign_with(&self.root_key).unwrap()
    }

    /// A revocation list valid for thirty days with these certificates on it.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn crl_of(&self, at: Timestamp, revoked: &[&Certificate]) -> Crl {
        let entry = |held: &&Certificate| RevokedCertificate {
            serial: held.serial().clone(),
            date: at,
            reason: Reason::KeyCompromise,
        };
        let profile = CrlProfile {
            number: 2,
            this_update: at,
            next_update: Timestamp::from_second(at.as_second() + 30 * 86_400).unwrap(),
            revoked: revoked.iter().map(entry).collect(),
        };
        crl::issue(&profile, &self.root).unwrap().sign_with(&self.root_key).unwrap()
    }

    /// A revocation list valid for thirty days; the signer is on it if `revoked`.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn crl(&self, at: Timestamp, revoked: bool) -> Crl {
        let entry = RevokedCertificate {
            serial: self.signer.serial().clone(),
            date: at,
            reason: Reason::KeyCompromise,
        };
        let profile = CrlProfile {
            number: 1,
            this_update: at,
            next_update: Timestamp::from_second(at.as_second() + 30 * 86_400).unwrap(),
            revoked: if revoked { vec![entry] } else { Vec::new() },
        };
        crl::issue(&profile, &self.root).unwrap().sign_with(&self.root_key).unwrap()
    }

    /// A trust store with this root and an empty revocation list of this time.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn trust(&self, at: Timestamp) -> TrustStore {
        self.trust_with(self.crl(at, false))
    }

    /// A trust store with this root and this revocation list.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn trust_with(&self, crl: Crl) -> TrustStore {
        let mut trust = TrustStore::new();
        trust.add_root(self.root.clone()).unwrap();
        trust.add_crl(crl).unwrap();
        trust
    }

    /// A signed profile for a chip that proves nothing, whatever the terms say.
    ///
    /// # Panics
    /// When the member, the terms and the time do not fit.
    #[must_use]
    pub fn sign(
        &self,
        member: &Member,
        portrait: &FittedPortrait,
        allocation: &Allocation,
        terms: &IssueTerms,
        at: Timestamp,
    ) -> SignedProfile {
        let terms = IssueTerms { chip: ChipFeatures::NONE, ..terms.clone() };
        self.sign_for(member, portrait, allocation, &terms, &ChipKeys::default(), at)
    }

    /// A signed profile for the chip that made these keys.
    ///
    /// # Panics
    /// When the member, the terms, the keys and the time do not fit.
    #[must_use]
    pub fn sign_for(
        &self,
        member: &Member,
        portrait: &FittedPortrait,
        allocation: &Allocation,
        terms: &IssueTerms,
        keys: &ChipKeys,
        at: Timestamp,
    ) -> SignedProfile {
        let groups = DataGroups::build(member, portrait, allocation, terms, keys).unwrap();
        let sign = |template: &SignerTemplate, content: &[u8]| {
            template.prepare(content, at).unwrap().sign_with(&self.signer_key).unwrap().into_der()
        };
        let security_object = sign(&self.template, groups.lds_security_object());
        let card_security = groups.card_security_infos().map(|infos| sign(&self.card_security, infos));
        groups.sign_with(&security_object, card_security.as_deref()).unwrap()
    }

    /// A SignedData by this signer over any content.
    ///
    /// # Panics
    /// When the time lies outside the signer's key usage.
    #[must_use]
    pub fn sign_content(&self, content: &[u8], at: Timestamp) -> Vec<u8> {
        self.template.prepare(content, at).unwrap().sign_with(&self.signer_key).unwrap().into_der()
    }
}
