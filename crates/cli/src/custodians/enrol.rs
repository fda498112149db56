//! A custodian's keys and certificate, and the custodians that a new home begins with.

use super::folder;
use super::roster::{self, Member, key_file};
use super::transcript::{Event, What, append};
use super::voice::{Present, Voice, all_different};
use crate::authority::{Authority, keystore};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::{self, Home};
use crate::keyring::KeyName;
use crate::randomness;
use chipwright_keystore::Passphrase;
use chipwright_keystore::ceremony::{CustodianKey, Secret};
use chipwright_pki::certificate::AltName;
use chipwright_pki::role::{Role, RoleProfile, role_signer};
use chipwright_pki::{Certificate, Name, Period, SerialNumber, SignKey, SignatureAlgorithm};
use jiff::{SignedDuration, Timestamp};
use std::error::Error;

/// Months for which a custodian's key may sign transcripts.
const USAGE_MONTHS: u16 = 24;

/// The custodians of a home that is being made, and the secret they will share.
pub(crate) struct Founders {
    secret: Secret,
    members: Vec<(String, Passphrase)>,
    threshold: u8,
}

impl Founders {
    /// Asks each of them for a passphrase. Nobody learns the root's own.
    pub(crate) fn ask(context: &Context, present: &[Present], threshold: u8) -> Result<Self, Failure> {
        all_different(present.iter().map(|present| &present.name))?;
        let total = u8::try_from(present.len()).unwrap_or(u8::MAX);
        roster::scheme(threshold, total)?;
        let mut members = Vec::new();
        for present in present {
            let passphrase = Voice::of(present)?.new_passphrase(context.out.language)?;
            members.push((present.name.clone(), passphrase));
        }
        let secret = Secret::generate(32).map_err(|error| keystore(&error))?;
        Ok(Self { secret, members, threshold })
    }

    /// The passphrase of the root's key.
    pub(crate) fn root_passphrase(&self) -> Passphrase {
        self.secret.to_passphrase()
    }

    /// Gives each of them keys, a certificate of the root, and a share.
    pub(crate) fn establish(
        &self,
        home: &Home,
        root: (&dyn SignKey, &Certificate),
        at: Timestamp,
    ) -> Result<(), Failure> {
        let members: Result<Vec<Member>, Failure> = self
            .members
            .iter()
            .map(|(name, passphrase)| enrol(home, (name, name), passphrase, root, at))
            .collect();
        let ceremony = roster::deal(home, &self.secret, members?, self.threshold)?;
        let names = self.members.iter().map(|(name, _)| name.clone()).collect();
        append(home, &Event::new(What::CustodyBegun, names).of(&ceremony))
    }
}

/// Makes the keys of a custodian under a passphrase, and the certificate. `names` are the name of the files and that on forms.
pub(crate) fn enrol(
    home: &Home,
    names: (&str, &str),
    passphrase: &Passphrase,
    root: (&dyn SignKey, &Certificate),
    at: Timestamp,
) -> Result<Member, Failure> {
    home::make_folder(&folder(home))?;
    let (name, full_name) = names;
    let own = CustodianKey::create(key_file(home, name), passphrase).map_err(|error| keystore(&error))?;
    let authority = Authority::of(home);
    let label = KeyName::Custodian(name.to_owned());
    let key = authority.keyring().create(&label, SignatureAlgorithm::EcdsaP256Sha256, passphrase)?;
    let profile = profile(home, full_name, root.1, at)?;
    let prepared = role_signer(&profile, key.public_key(), root.1).map_err(|error| refused(&error))?;
    let certificate = prepared.sign_with(root.0).map_err(|error| refused(&error))?;
    home::write_file(&authority.signer_file(&label.label()), certificate.to_pem().as_bytes(), 0o644)?;
    let key = own.seal().to_pem().map_err(|error| keystore(&error))?;
    Ok(Member { name: name.to_owned(), full_name: full_name.to_owned(), since: at, key })
}

fn profile(home: &Home, name: &str, root: &Certificate, at: Timestamp) -> Result<RoleProfile, Failure> {
    let configuration = &home.configuration;
    let issuer = &configuration.issuer;
    let valid_days = configuration.card_life_days();
    let usage = Period::months_from(at, USAGE_MONTHS).map_err(|error| refused(&error))?;
    // what it signs is checked for as long as cards live, and never longer than the root
    let last = root.validity().not_after.checked_sub(SignedDuration::from_hours(24 * i64::from(valid_days)));
    let last = last.map_err(|error| refused(&error))?.min(usage.not_after);
    let mut random = [0; 16];
    randomness::fill(&mut random);
    Ok(RoleProfile {
        role: Role::Custodian,
        subject: Name::new(&issuer.country, &issuer.name, None, &format!("Custodian {name}"))
            .map_err(|error| refused(&error))?,
        serial: SerialNumber::from_random(random),
        key_usage: Period::new(usage.not_before, last).map_err(|error| refused(&error))?,
        valid_days,
        alt_name: AltName::with_email(
            &configuration.document.issuing_state,
            &configuration.authority.contact,
        )
        .map_err(|error| refused(&error))?,
        crl_addresses: vec![configuration.authority.crl_address.clone()],
    })
}

fn refused(error: &dyn Error) -> Failure {
    Failure::new(
        Exit::Configuration,
        ("the custodian's certificate could not be made", "không lập được chứng thư của người giữ khóa"),
        (
            "Check the custodian's name, and the issuer's name and addresses in config.toml.",
            "Kiểm tra tên người giữ khóa, tên và địa chỉ nơi cấp trong config.toml.",
        ),
    )
    .because(error)
}
