//! Certificates of the home's own authority: the root, and document signers under it.

use crate::authority::{Authority, signer_name};
use crate::configuration::{Configuration, Mode};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::keyring::{Key, KeyName};
use crate::{home, randomness};
use chipwright_keystore::Passphrase;
use chipwright_pki::certificate::{
    AltName, DocumentSignerProfile, RootKind, RootProfile, document_signer, root,
};
use chipwright_pki::role::{Role, RoleProfile, role_signer};
use chipwright_pki::{Certificate, Name, Period, SerialNumber, SignKey, SignatureAlgorithm};
use jiff::Timestamp;
use std::error::Error;

/// Months for which the root's key may sign: 5 years (9303-12, 7.1.1.4 recommends 3 to 5).
const ROOT_USAGE_MONTHS: u16 = 60;
/// Months for which a document signer's key may sign.
const SIGNER_USAGE_MONTHS: u16 = 3;

/// Makes the root's key and its certificate in `ca/`.
pub(crate) fn make_root(
    authority: &Authority,
    configuration: &Configuration,
    passphrase: &Passphrase,
    at: Timestamp,
) -> Result<(Key, Certificate), Failure> {
    let curve = SignatureAlgorithm::EcdsaP384Sha384;
    let key = authority.keyring().create(&KeyName::Root(1), curve, passphrase)?;
    let issuer = &configuration.issuer;
    let (kind, title) = match issuer.mode {
        Mode::Test => (RootKind::Test, "Test root"),
        Mode::Real => (RootKind::Real, "Root"),
    };
    // the last signer starts on the root key's last day, and its last card is signed three months later
    let card_months = u16::from(configuration.document.validity_years) * 12;
    let profile = RootProfile {
        subject: name(configuration, title)?,
        serial: serial(),
        validity: months(at, ROOT_USAGE_MONTHS + SIGNER_USAGE_MONTHS + card_months + 6)?,
        key_usage: months(at, ROOT_USAGE_MONTHS)?,
        alt_name: alt_name(configuration)?,
        crl_addresses: vec![configuration.authority.crl_address.clone()],
        kind,
    };
    let prepared = root(&profile, key.public_key()).map_err(|error| refused(&error))?;
    let certificate = prepared.sign_with(&key).map_err(|error| refused(&error))?;
    home::write_file(&authority.root_file(), certificate.to_pem().as_bytes(), 0o644)?;
    Ok((key, certificate))
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
    let file = signer_name(number);
    let curve = SignatureAlgorithm::EcdsaP256Sha256;
    let key = authority.keyring().create(&KeyName::DocumentSigner(number), curve, passphrase)?;
    let profile = DocumentSignerProfile {
        subject: name(configuration, &format!("Document signer {number}"))?,
        serial: serial(),
        key_usage: months(at, SIGNER_USAGE_MONTHS)?,
        card_life_days: configuration.card_life_days(),
        alt_name: alt_name(configuration)?,
        crl_addresses: vec![configuration.authority.crl_address.clone()],
        document_types: vec![configuration.document.document_code.clone()],
    };
    let prepared = document_signer(&profile, key.public_key(), root.1).map_err(|error| refused(&error))?;
    let certificate = prepared.sign_with(root.0).map_err(|error| refused(&error))?;
    home::write_file(&authority.signer_file(&file), certificate.to_pem().as_bytes(), 0o644)?;
    Ok(certificate)
}

/// Makes a record signer's key and its certificate in `ca/`.
pub(crate) fn make_record_signer(
    authority: &Authority,
    configuration: &Configuration,
    number: u32,
    root: (&dyn SignKey, &Certificate),
    passphrase: &Passphrase,
    at: Timestamp,
) -> Result<Certificate, Failure> {
    let file = format!("record-{}", signer_name(number));
    let curve = SignatureAlgorithm::EcdsaP256Sha256;
    let key = authority.keyring().create(&KeyName::RecordSigner(number), curve, passphrase)?;
    let profile = RoleProfile {
        role: Role::RecordSigner,
        subject: name(configuration, &format!("Record signer {number}"))?,
        serial: serial(),
        key_usage: months(at, Role::RecordSigner.most_months())?,
        valid_days: configuration.card_life_days(),
        alt_name: alt_name(configuration)?,
        crl_addresses: vec![configuration.authority.crl_address.clone()],
    };
    let prepared = role_signer(&profile, key.public_key(), root.1).map_err(|error| refused(&error))?;
    let certificate = prepared.sign_with(root.0).map_err(|error| refused(&error))?;
    home::write_file(&authority.signer_file(&file), certificate.to_pem().as_bytes(), 0o644)?;
    Ok(certificate)
}

fn name(configuration: &Configuration, title: &str) -> Result<Name, Failure> {
    let issuer = &configuration.issuer;
    Name::new(&issuer.country, &issuer.name, None, title).map_err(|error| refused(&error))
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

fn refused(error: &dyn Error) -> Failure {
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
