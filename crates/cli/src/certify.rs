//! Certificates of the home's own authority: roots, and signers of every role under them.

use crate::authority::Authority;
use crate::configuration::{Configuration, Mode};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::keyring::{Key, KeyName};
use crate::{home, randomness};
use chipwright_keystore::Passphrase;
use chipwright_pki::certificate::{
    AltName, DocumentSignerProfile, RootKind, RootProfile, document_signer, root,
};
use chipwright_pki::link::{LinkProfile, link};
use chipwright_pki::role::{Role, RoleProfile, role_signer};
use chipwright_pki::{Certificate, Name, Period, PublicKey, SerialNumber, SignKey, SignatureAlgorithm};
use jiff::Timestamp;
use std::error::Error;

/// Months for which the root's key may sign: 5 years (9303-12, 7.1.1.4 recommends 3 to 5).
const ROOT_USAGE_MONTHS: u16 = 60;
/// For how many days after its key's last day what a signer of batches, lists and bundles said can be checked.
const ROLE_DAYS: u32 = 400;
/// Roots are on P-384.
pub(crate) const ROOT_CURVE: SignatureAlgorithm = SignatureAlgorithm::EcdsaP384Sha384;

/// Makes the first root's key and its certificate in `ca/`.
pub(crate) fn make_root(
    authority: &Authority,
    configuration: &Configuration,
    passphrase: &Passphrase,
    at: Timestamp,
) -> Result<(Key, Certificate), Failure> {
    let key = authority.keyring().create(&KeyName::Root(1), ROOT_CURVE, passphrase)?;
    let title = match configuration.issuer.mode {
        Mode::Test => "Test root",
        Mode::Real => "Root",
    };
    let certificate = root_certificate(configuration, name(configuration, None, title)?, &key, at)?;
    home::write_file(&authority.root_file(), certificate.to_pem().as_bytes(), 0o644)?;
    Ok((key, certificate))
}

/// The name of the root of second signatures.
pub(crate) fn second_root_name(configuration: &Configuration) -> Result<Name, Failure> {
    name(configuration, Some("Second signature"), "Root")
}

/// A root for this key, signed by it.
pub(crate) fn root_certificate(
    configuration: &Configuration,
    subject: Name,
    key: &Key,
    at: Timestamp,
) -> Result<Certificate, Failure> {
    let kind = match configuration.issuer.mode {
        Mode::Test => RootKind::Test,
        Mode::Real => RootKind::Real,
    };
    // the last signer starts on the root key's last day, and its last card is signed three months later
    let card_months = u16::from(configuration.document.validity_years) * 12;
    let profile = RootProfile {
        subject,
        serial: serial(),
        validity: months(at, ROOT_USAGE_MONTHS + Role::DocumentSigner.most_months() + card_months + 6)?,
        key_usage: months(at, ROOT_USAGE_MONTHS)?,
        alt_name: alt_name(configuration)?,
        crl_addresses: vec![configuration.authority.crl_address.clone()],
        kind,
    };
    let prepared = root(&profile, key.public_key()).map_err(|error| refused(&error))?;
    prepared.sign_with(key).map_err(|error| refused(&error))
}

/// One root's word for another's key.
pub(crate) fn link_certificate(
    configuration: &Configuration,
    subject: &Certificate,
    issuer: (&dyn SignKey, &Certificate),
    at: Timestamp,
) -> Result<Certificate, Failure> {
    let profile = LinkProfile {
        serial: serial(),
        not_before: at,
        alt_name: alt_name(configuration)?,
        crl_addresses: vec![configuration.authority.crl_address.clone()],
    };
    let prepared = link(&profile, subject, issuer.1).map_err(|error| refused(&error))?;
    prepared.sign_with(issuer.0).map_err(|error| refused(&error))
}

/// Makes a document signer's key and its certificate in `ca/`.
pub(crate) fn make_signer(
    authority: &Authority,
    configuration: &Configuration,
    number: u32,
    root: (&dyn SignKey, &Certificate),
    passphrase: &Passphrase,
    at: Timestamp,
) -> Result<Certificate, Failure> {
    let name = KeyName::DocumentSigner(number);
    make_role(authority, configuration, (Role::DocumentSigner, &name, None), root, passphrase, at)
}

/// Makes the key of a signer of any role and its certificate in `ca/`; the name may be a station's or a person's.
pub(crate) fn make_role(
    authority: &Authority,
    configuration: &Configuration,
    (role, name, whose): (Role, &KeyName, Option<&str>),
    root: (&dyn SignKey, &Certificate),
    passphrase: &Passphrase,
    at: Timestamp,
) -> Result<Certificate, Failure> {
    let key = authority.keyring().create(name, SignatureAlgorithm::EcdsaP256Sha256, passphrase)?;
    let code = [configuration.document.document_code.clone()];
    let asked = Asked {
        role,
        subject: subject(configuration, role, name, whose)?,
        key: key.public_key(),
        document_types: if role == Role::DocumentSigner { &code } else { &[] },
    };
    let made = certificate(configuration, &asked, root, at)?;
    home::write_file(&authority.signer_file(&name.label()), made.to_pem().as_bytes(), 0o644)?;
    Ok(made)
}

/// What a signer's certificate is to say.
pub(crate) struct Asked<'a> {
    pub(crate) role: Role,
    pub(crate) subject: Name,
    pub(crate) key: &'a PublicKey,
    pub(crate) document_types: &'a [String],
}

/// A signer's certificate: its key signs from now on as long as its role allows.
pub(crate) fn certificate(
    configuration: &Configuration,
    asked: &Asked<'_>,
    root: (&dyn SignKey, &Certificate),
    at: Timestamp,
) -> Result<Certificate, Failure> {
    let (subject, serial) = (asked.subject.clone(), serial());
    let key_usage = months(at, asked.role.most_months())?;
    let alt_name = alt_name(configuration)?;
    let crl_addresses = vec![configuration.authority.crl_address.clone()];
    let prepared = match asked.role {
        Role::DocumentSigner => {
            let (card_life_days, document_types) =
                (configuration.card_life_days(), asked.document_types.to_vec());
            let profile = DocumentSignerProfile {
                subject,
                serial,
                key_usage,
                card_life_days,
                alt_name,
                crl_addresses,
                document_types,
            };
            document_signer(&profile, asked.key, root.1)
        }
        role => {
            let valid_days =
                if role == Role::RecordSigner { configuration.card_life_days() } else { ROLE_DAYS };
            let profile =
                RoleProfile { role, subject, serial, key_usage, valid_days, alt_name, crl_addresses };
            role_signer(&profile, asked.key, root.1)
        }
    };
    prepared.map_err(|error| refused(&error))?.sign_with(root.0).map_err(|error| refused(&error))
}

/// The name in a signer's certificate: a person's, or the role's with its number and the station's name.
pub(crate) fn subject(
    configuration: &Configuration,
    role: Role,
    key: &KeyName,
    whose: Option<&str>,
) -> Result<Name, Failure> {
    let mut title = role.name().to_owned();
    title[..1].make_ascii_uppercase();
    match key {
        KeyName::Registrar(own) | KeyName::Custodian(own) => {
            name(configuration, Some(&title), whose.unwrap_or(own))
        }
        _ => {
            let label = key.label();
            let number = label.rsplit('-').next().unwrap_or_default();
            name(configuration, whose, &format!("{title} {number}"))
        }
    }
}

fn name(configuration: &Configuration, unit: Option<&str>, title: &str) -> Result<Name, Failure> {
    let issuer = &configuration.issuer;
    Name::new(&issuer.country, &issuer.name, unit, title).map_err(|error| refused(&error))
}

fn alt_name(configuration: &Configuration) -> Result<AltName, Failure> {
    AltName::with_email(&configuration.document.issuing_state, &configuration.authority.contact)
        .map_err(|error| refused(&error))
}

fn months(from: Timestamp, months: u16) -> Result<Period, Failure> {
    Period::months_from(from, months).map_err(|error| refused(&error))
}

fn serial() -> SerialNumber {
    let mut random = [0; 16];
    randomness::fill(&mut random);
    SerialNumber::from_random(random)
}

/// Why there is no certificate.
pub(crate) fn refused(error: &dyn Error) -> Failure {
    Failure::new(
        Exit::Configuration,
        ("the certificate could not be made", "không lập được chứng thư"),
        (
            "Check the issuer's name, country, contact and addresses in the configuration.",
            "Kiểm tra tên, quốc gia, liên hệ và địa chỉ trong cấu hình.",
        ),
    )
    .because(error)
}
