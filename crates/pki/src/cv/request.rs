//! Certificate requests (TR-03110-3, C.2): signed with the key to be certified, and countersigned by whoever answers for it.

use std::fmt;

use chipwright_iso7816::tlv::{Reader, Tlv, Writer};

use super::certificate::{Extension, read_extensions, reference};
use super::issue::plain;
use super::{
    AUTHENTICATION, AUTHORITY, BODY, CERTIFICATE, CvError, CvPublicKey, DomainParameters, EXTENSIONS, HOLDER,
    IssueError, PROFILE, PUBLIC_KEY, Reference, RequestError, SIGNATURE,
};
use crate::algorithm::PublicKey;
use crate::sign::Prepared;

/// A request `7F21 { 7F4E, 5F37 }`.
#[derive(Clone, PartialEq, Eq)]
pub struct CvRequest {
    body: Box<[u8]>,
    authority: Option<Reference>,
    key: CvPublicKey,
    holder: Reference,
    signature: Box<[u8]>,
}

/// A request with an outer signature: `67 { 7F21, 42, 5F37 }`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CountersignedRequest {
    request: CvRequest,
    authority: Reference,
    signature: Box<[u8]>,
}

impl CvRequest {
    /// Reads a request. Its signature is not checked here.
    ///
    /// # Errors
    /// [`CvError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, CvError> {
        let mut all = Reader::strict(bytes);
        let request = Self::read(&all.expect(CERTIFICATE)?)?;
        all.finish()?;
        Ok(request)
    }

    fn read(object: &Tlv<'_>) -> Result<Self, CvError> {
        let mut parts = object.children()?;
        let body = parts.expect(BODY)?;
        let signature = parts.expect(SIGNATURE)?.value.into();
        parts.finish()?;
        let mut fields = body.children()?;
        if fields.expect(PROFILE)?.value != [0] {
            return Err(CvError::Refused("the certificate profile is 0"));
        }
        let mut next = fields.next_required()?;
        let authority = if next.tag == AUTHORITY {
            let authority = reference(&next)?;
            next = fields.next_required()?;
            Some(authority)
        } else {
            None
        };
        if next.tag != PUBLIC_KEY {
            return Err(CvError::Refused("a request holds a public key after its authority"));
        }
        let key = CvPublicKey::read(&next)?;
        let holder = reference(&fields.expect(HOLDER)?)?;
        if !fields.is_empty() {
            let _: Vec<Extension> = read_extensions(&fields.expect(EXTENSIONS)?)?;
        }
        fields.finish()?;
        Ok(Self { body: body.encoded.into(), authority, key, holder, signature })
    }

    /// The request as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        self.write(&mut out);
        out.into_bytes()
    }

    fn write(&self, out: &mut Writer) {
        out.nest(CERTIFICATE, |request| {
            request.raw(&self.body).put(SIGNATURE, &self.signature);
        });
    }

    /// Whose certificate is asked for.
    #[must_use]
    pub const fn holder(&self) -> &Reference {
        &self.holder
    }

    /// Whom the request is meant for, where it says so.
    #[must_use]
    pub const fn authority(&self) -> Option<&Reference> {
        self.authority.as_ref()
    }

    /// The key, once its holder's signature has verified: whoever asks has the private half.
    ///
    /// # Errors
    /// [`RequestError::Curve`], [`RequestError::SignatureWrong`].
    pub fn verified_key(&self) -> Result<PublicKey, RequestError> {
        let written_out = self.key.domain().is_some_and(|domain| *domain == DomainParameters::p256());
        let key = self.key.as_p256().filter(|_| written_out).ok_or(RequestError::Curve)?;
        key.verify_plain(&self.body, &self.signature).map_err(|_| RequestError::SignatureWrong)?;
        Ok(key)
    }
}

impl CountersignedRequest {
    /// Reads a request with an outer signature. Neither signature is checked here.
    ///
    /// # Errors
    /// [`CvError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, CvError> {
        let mut all = Reader::strict(bytes);
        let mut parts = all.expect(AUTHENTICATION)?.children()?;
        all.finish()?;
        let request = CvRequest::read(&parts.expect(CERTIFICATE)?)?;
        let authority = reference(&parts.expect(AUTHORITY)?)?;
        let signature = parts.expect(SIGNATURE)?.value.into();
        parts.finish()?;
        Ok(Self { request, authority, signature })
    }

    /// The request as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.nest(AUTHENTICATION, |outer| {
            outer.raw(&signed_part(&self.request, &self.authority)).put(SIGNATURE, &self.signature);
        });
        out.into_bytes()
    }

    /// The request inside.
    #[must_use]
    pub const fn request(&self) -> &CvRequest {
        &self.request
    }

    /// Who countersigned.
    #[must_use]
    pub const fn authority(&self) -> &Reference {
        &self.authority
    }

    /// The key, once both signatures have verified: the holder's, and that of the key given.
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn verified_key(&self, countersigner: &PublicKey) -> Result<PublicKey, RequestError> {
        countersigner
            .verify_plain(&signed_part(&self.request, &self.authority), &self.signature)
            .map_err(|_| RequestError::OuterSignatureWrong)?;
        self.request.verified_key()
    }
}

/// A request for a certificate of `key`, to be signed by that key itself.
///
/// # Errors
/// [`IssueError::Curve`].
pub fn prepare_request(
    holder: &Reference,
    authority: Option<&Reference>,
    key: &PublicKey,
) -> Result<Prepared<CvRequest>, IssueError> {
    let cv_key = CvPublicKey::p256(key, true).ok_or(IssueError::Curve)?;
    let mut out = Writer::new();
    out.nest(BODY, |body| {
        body.put(PROFILE, &[0]);
        if let Some(authority) = authority {
            body.put(AUTHORITY, authority.as_bytes());
        }
        cv_key.write(body);
        body.put(HOLDER, holder.as_bytes());
    });
    let body = out.into_bytes();
    Ok(Prepared::new(body.clone(), key.clone(), move |signature| {
        let mut out = Writer::new();
        let signature = plain(signature)?;
        out.nest(CERTIFICATE, |request| {
            request.raw(&body).put(SIGNATURE, &signature);
        });
        Ok(CvRequest::parse(&out.into_bytes())?)
    }))
}

/// The outer signature of a request: by the key that `authority` names, usually the holder's former one.
pub fn prepare_countersignature(
    request: &CvRequest,
    authority: &Reference,
    key: &PublicKey,
) -> Prepared<CountersignedRequest> {
    let (request, authority) = (request.clone(), authority.clone());
    Prepared::new(signed_part(&request, &authority), key.clone(), move |signature| {
        Ok(CountersignedRequest { request, authority, signature: plain(signature)?.into() })
    })
}

/// The request and the authority's name, `7F21 ‖ 42`.
fn signed_part(request: &CvRequest, authority: &Reference) -> Vec<u8> {
    let mut out = Writer::new();
    request.write(&mut out);
    out.put(AUTHORITY, authority.as_bytes());
    out.into_bytes()
}

impl fmt::Debug for CvRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CvRequest({})", self.holder)
    }
}
