//! The certificate.

use super::{CvError, Date, FileRights, PublicKey, Template};
use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Reader, Tlv, Writer};

const CERTIFICATE: Tag = Tag(0x7F21);
const BODY: Tag = Tag(0x7F4E);
const SIGNATURE: Tag = Tag(0x5F37);
const PROFILE: Tag = Tag(0x5F29);
const AUTHORITY: Tag = Tag(0x42);
const PUBLIC_KEY: Tag = Tag(0x7F49);
const HOLDER: Tag = Tag(0x5F20);
const TEMPLATE: Tag = Tag(0x7F4C);
const EFFECTIVE: Tag = Tag(0x5F25);
const EXPIRATION: Tag = Tag(0x5F24);
const EXTENSIONS: Tag = Tag(0x65);
/// TR-03110-3, C.1.1: two letters, at most nine characters, five characters.
const LONGEST_REFERENCE: usize = 16;

/// TR-03110-3, C.1. The signature is read, not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Certification authority reference: whose key signed it.
    pub authority: Vec<u8>,
    /// Certificate holder reference.
    pub holder: Vec<u8>,
    /// The holder's key.
    pub public_key: PublicKey,
    /// The holder's role and rights.
    pub template: Template,
    /// From when on.
    pub effective: Date,
    /// The last day.
    pub expiration: Date,
    /// The extension of TA-07.
    pub file_rights: Option<FileRights>,
    /// `7F4E …`, what is signed.
    pub body: Vec<u8>,
    /// `r || s`.
    pub signature: Vec<u8>,
}

impl Certificate {
    /// Reads `7F21 { 7F4E, 5F37 }`.
    ///
    /// # Errors
    /// [`CvError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, CvError> {
        Self::read(Tlv::parse_expected(bytes, CERTIFICATE)?.children()?)
    }

    /// Reads `7F4E ‖ 5F37`, as PSO: Verify Certificate brings them.
    ///
    /// # Errors
    /// [`CvError`].
    pub fn parse_parts(bytes: &[u8]) -> Result<Self, CvError> {
        Self::read(Reader::new(bytes))
    }

    fn read(mut parts: Reader<'_>) -> Result<Self, CvError> {
        let body = parts.expect(BODY)?;
        let signature = parts.expect(SIGNATURE)?.value.to_vec();
        parts.finish()?;
        let mut objects = body.children()?;
        let profile = objects.expect(PROFILE)?;
        match *profile.value {
            [0] => {}
            [other] => return Err(CvError::Profile(other)),
            _ => return Err(profile.invalid().into()),
        }
        let authority = reference(&objects.expect(AUTHORITY)?)?;
        let public_key = PublicKey::read(&objects.expect(PUBLIC_KEY)?)?;
        let holder = reference(&objects.expect(HOLDER)?)?;
        let template = Template::read(&objects.expect(TEMPLATE)?)?;
        let effective = Date::new(objects.expect(EFFECTIVE)?.value)?;
        let expiration = Date::new(objects.expect(EXPIRATION)?.value)?;
        let file_rights =
            if objects.is_empty() { None } else { FileRights::read(&objects.expect(EXTENSIONS)?)? };
        objects.finish()?;
        let body = body.encoded.to_vec();
        Ok(Self {
            authority,
            holder,
            public_key,
            template,
            effective,
            expiration,
            file_rights,
            body,
            signature,
        })
    }

    /// `7F21 { 7F4E, 5F37 }`.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.nest(CERTIFICATE, |certificate| {
            certificate.raw(&self.body).put(SIGNATURE, &self.signature);
        });
        out.into_bytes()
    }
}

fn reference(object: &Tlv<'_>) -> Result<Vec<u8>, CvError> {
    match object.value.len() {
        1..=LONGEST_REFERENCE => Ok(object.value.to_vec()),
        length => Err(CvError::Reference(length)),
    }
}
