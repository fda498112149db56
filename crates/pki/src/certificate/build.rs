//! `TBSCertificate` (RFC 5280, 4.1.2), written by the builder of `x509-cert`, to be signed wherever the key lives.

use der::asn1::BitString;
use der::{Decode, Encode, ErrorKind};
use p256::ecdsa::signature::Keypair;
use spki::{
    AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, SubjectPublicKeyInfoOwned,
    SubjectPublicKeyInfoRef,
};
use x509_cert::TbsCertificate;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{self, Builder, CertificateBuilder};
use x509_cert::ext::Extension;
use x509_cert::name::Name as DistinguishedName;
use x509_cert::time::Validity;

use super::{Certificate, CertificateError};
use crate::algorithm::PublicKey;
use crate::encoding::DerError;
use crate::name::Name;
use crate::period::{Period, time};
use crate::serial::SerialNumber;
use crate::sign::Prepared;

/// The fields of a certificate besides its extensions.
pub(crate) struct Fields<'a> {
    pub(crate) serial: &'a SerialNumber,
    pub(crate) issuer: &'a Name,
    pub(crate) validity: Period,
    pub(crate) subject: &'a Name,
    pub(crate) key: &'a PublicKey,
}

/// A certificate to be signed by `signer`.
pub(crate) fn prepare(
    fields: &Fields<'_>,
    extensions: Vec<Extension>,
    signer: &PublicKey,
) -> Result<Prepared<Certificate>, DerError> {
    let outline =
        Outline { issuer: fields.issuer.to_x509()?, subject: fields.subject.to_x509()?, extensions };
    let mut builder = CertificateBuilder::new(
        outline,
        fields.serial.to_x509()?,
        Validity::new(time(fields.validity.not_before)?, time(fields.validity.not_after)?),
        SubjectPublicKeyInfoOwned::from_der(fields.key.spki_der())?,
    )
    .map_err(asn1)?;
    let issuer = Issuer(signer.clone());
    let tbs = builder.finalize(&issuer).map_err(asn1)?;
    Ok(Prepared::new(tbs, signer.clone(), move |signature| {
        let certificate = builder.assemble(BitString::from_bytes(signature)?, &issuer).map_err(asn1)?;
        Certificate::from_der(&certificate.to_der()?).map_err(|fault| match fault {
            CertificateError::Malformed(fault) => fault,
            CertificateError::UnsupportedKey | CertificateError::Pem(_) => {
                DerError::refuse("the certificate just written cannot be read")
            }
        })
    }))
}

fn asn1(fault: builder::Error) -> der::Error {
    match fault {
        builder::Error::Asn1(fault) => fault,
        _ => ErrorKind::Failed.into(),
    }
}

/// What the builder asks of a profile.
struct Outline {
    issuer: DistinguishedName,
    subject: DistinguishedName,
    extensions: Vec<Extension>,
}

impl BuilderProfile for Outline {
    fn get_issuer(&self, _subject: &DistinguishedName) -> DistinguishedName {
        self.issuer.clone()
    }

    fn get_subject(&self) -> DistinguishedName {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        _key: SubjectPublicKeyInfoRef<'_>,
        _issuer_key: SubjectPublicKeyInfoRef<'_>,
        _tbs: &TbsCertificate,
    ) -> builder::Result<Vec<Extension>> {
        Ok(self.extensions.clone())
    }
}

/// What the builder asks of a signer: its public key and algorithm. The signature is made elsewhere.
struct Issuer(PublicKey);

impl Keypair for Issuer {
    type VerifyingKey = PublicKey;

    fn verifying_key(&self) -> PublicKey {
        self.0.clone()
    }
}

impl DynSignatureAlgorithmIdentifier for Issuer {
    fn signature_algorithm_identifier(&self) -> spki::Result<AlgorithmIdentifierOwned> {
        Ok(self.0.algorithm().identifier())
    }
}
