//! The certificate itself (TR-03110-3, C.1 and D.2).

use std::fmt;

use chipwright_iso7816::tlv::{Reader, Tlv, TlvError, TlvErrorKind, Writer};

use super::date::{self, CvPeriod};
use super::rights::FileRights;
use super::{
    AUTHORITY, BODY, CERTIFICATE, CHAT, Chat, CvError, CvPublicKey, EFFECTIVE, EXPIRATION, EXTENSIONS,
    HOLDER, PROFILE, PUBLIC_KEY, Reference, Role, SIGNATURE, TEMPLATE,
};
use crate::algorithm::{PublicKey, SignatureWrong};

/// A card-verifiable certificate: its bytes as they came, and what was read from them.
#[derive(Clone, PartialEq, Eq)]
pub struct CvCertificate {
    body: Box<[u8]>,
    fields: Fields,
    signature: Box<[u8]>,
}

/// The fields of a body.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) authority: Reference,
    pub(super) key: CvPublicKey,
    pub(super) holder: Reference,
    pub(super) chat: Chat,
    pub(super) period: CvPeriod,
    pub(super) extensions: Vec<Extension>,
}

/// One extension.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Extension {
    Files(FileRights),
    /// Another's, as it stands: `73 …`.
    Other(Box<[u8]>),
}

impl CvCertificate {
    /// Reads one certificate `7F21`. The signature is not checked here.
    ///
    /// # Errors
    /// [`CvError`], also for bytes that another writer would not write (a length that is not minimal, an order of its own).
    pub fn parse(bytes: &[u8]) -> Result<Self, CvError> {
        let mut all = Reader::strict(bytes);
        let certificate = Self::read(&all.expect(CERTIFICATE)?)?;
        all.finish()?;
        Ok(certificate)
    }

    /// Reads the certificates that stand one after the other in `bytes`.
    ///
    /// # Errors
    /// [`CvError`] of the first that cannot be read.
    pub fn parse_all(bytes: &[u8]) -> Result<Vec<Self>, CvError> {
        let mut all = Reader::strict(bytes);
        let mut found = Vec::new();
        while !all.is_empty() {
            found.push(Self::read(&all.expect(CERTIFICATE)?)?);
        }
        Ok(found)
    }

    fn read(object: &Tlv<'_>) -> Result<Self, CvError> {
        let mut parts = object.children()?;
        let body = parts.expect(BODY)?;
        let signature = parts.expect(SIGNATURE)?;
        parts.finish()?;
        let fields = Fields::read(&body)?;
        if fields.write() != body.encoded {
            return Err(CvError::Malformed(body.invalid()));
        }
        Ok(Self { body: body.encoded.into(), fields, signature: signature.value.into() })
    }

    /// Of a body and the signature over it.
    pub(super) fn assemble(body: &[u8], signature: &[u8]) -> Result<Self, CvError> {
        let mut out = Writer::new();
        out.nest(CERTIFICATE, |certificate| {
            certificate.raw(body).put(SIGNATURE, signature);
        });
        Self::parse(&out.into_bytes())
    }

    /// The certificate as bytes: `7F21 { … }`.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.nest(CERTIFICATE, |certificate| {
            certificate.raw(&self.for_verification());
        });
        out.into_bytes()
    }

    /// Body and signature, `7F4E ‖ 5F37`: the data of PSO:Verify Certificate.
    #[must_use]
    pub fn for_verification(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.raw(&self.body).put(SIGNATURE, &self.signature);
        out.into_bytes()
    }

    /// The body `7F4E { … }`, which is what is signed.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// CAR: who signed it.
    #[must_use]
    pub const fn authority(&self) -> &Reference {
        &self.fields.authority
    }

    /// CHR: whose key it is.
    #[must_use]
    pub const fn holder(&self) -> &Reference {
        &self.fields.holder
    }

    /// The public key.
    #[must_use]
    pub const fn public_key(&self) -> &CvPublicKey {
        &self.fields.key
    }

    /// Role and rights.
    #[must_use]
    pub const fn chat(&self) -> &Chat {
        &self.fields.chat
    }

    /// The role.
    #[must_use]
    pub fn role(&self) -> Role {
        self.fields.chat.role()
    }

    /// Effective date and expiration date.
    #[must_use]
    pub const fn period(&self) -> CvPeriod {
        self.fields.period
    }

    /// Our extension, if the certificate has it.
    #[must_use]
    pub fn file_rights(&self) -> Option<FileRights> {
        self.fields.extensions.iter().find_map(|extension| match extension {
            Extension::Files(files) => Some(*files),
            Extension::Other(_) => None,
        })
    }

    /// Whether the holder signed it himself: a root's own certificate.
    #[must_use]
    pub fn is_self_signed(&self) -> bool {
        self.authority() == self.holder()
    }

    /// Verifies the signature with an authority's key.
    ///
    /// # Errors
    /// [`SignatureWrong`].
    pub fn verify(&self, authority: &PublicKey) -> Result<(), SignatureWrong> {
        authority.verify_plain(&self.body, &self.signature)
    }
}

impl Fields {
    fn read(body: &Tlv<'_>) -> Result<Self, CvError> {
        let mut parts = body.children()?;
        if parts.expect(PROFILE)?.value != [0] {
            return Err(CvError::Refused("the certificate profile is 0"));
        }
        let authority = reference(&parts.expect(AUTHORITY)?)?;
        let key = CvPublicKey::read(&parts.expect(PUBLIC_KEY)?)?;
        let holder = reference(&parts.expect(HOLDER)?)?;
        let chat = Chat::read(&parts.expect(CHAT)?)?;
        let effective = date::decode(parts.expect(EFFECTIVE)?.value)?;
        let expires = date::decode(parts.expect(EXPIRATION)?.value)?;
        let extensions = match parts.next()? {
            None => Vec::new(),
            Some(object) if object.tag == EXTENSIONS => read_extensions(&object)?,
            Some(object) => {
                let kind = TlvErrorKind::UnexpectedTag { wanted: EXTENSIONS, found: object.tag };
                return Err(TlvError { kind, offset: object.value_offset }.into());
            }
        };
        parts.finish()?;
        Ok(Self { authority, key, holder, chat, period: CvPeriod::read(effective, expires), extensions })
    }

    /// The body as bytes.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.nest(BODY, |body| {
            body.put(PROFILE, &[0]).put(AUTHORITY, self.authority.as_bytes());
            self.key.write(body);
            body.put(HOLDER, self.holder.as_bytes());
            self.chat.write(body);
            body.put(EFFECTIVE, &date::encode(self.period.effective()));
            body.put(EXPIRATION, &date::encode(self.period.expires()));
            if !self.extensions.is_empty() {
                body.nest(EXTENSIONS, |list| {
                    for extension in &self.extensions {
                        match extension {
                            Extension::Files(files) => files.write(list),
                            Extension::Other(bytes) => {
                                list.raw(bytes);
                            }
                        }
                    }
                });
            }
        });
        out.into_bytes()
    }
}

/// At least one; ours once.
pub(super) fn read_extensions(object: &Tlv<'_>) -> Result<Vec<Extension>, CvError> {
    let mut parts = object.children()?;
    let mut found = Vec::new();
    while !parts.is_empty() {
        let template = parts.expect(TEMPLATE)?;
        found.push(match FileRights::read_from(&template)? {
            Some(files) => Extension::Files(files),
            None => Extension::Other(template.encoded.into()),
        });
    }
    let ours = found.iter().filter(|extension| matches!(extension, Extension::Files(_))).count();
    if found.is_empty() || ours > 1 {
        return Err(CvError::Refused("the extensions are not empty, and that of record rights stands once"));
    }
    Ok(found)
}

pub(super) fn reference(object: &Tlv<'_>) -> Result<Reference, CvError> {
    Reference::from_bytes(object.value).ok_or(CvError::Refused("a reference is 1 to 16 printable characters"))
}

impl fmt::Debug for CvCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CvCertificate({} for {}, {})", self.authority(), self.holder(), self.role())
    }
}
