//! As much of a CV certificate as a terminal must know to present it (TR-03110-3, C.1).

use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Tlv, TlvError};

const CERTIFICATE: Tag = Tag(0x7F21);
const BODY: Tag = Tag(0x7F4E);
const PROFILE: Tag = Tag(0x5F29);
const AUTHORITY: Tag = Tag(0x42);
const PUBLIC_KEY: Tag = Tag(0x7F49);
const OBJECT_IDENTIFIER: Tag = Tag(0x06);
const HOLDER: Tag = Tag(0x5F20);
const SIGNATURE: Tag = Tag(0x5F37);

/// A CV certificate as bytes, with the references in it: `7F21 { 7F4E { … }, 5F37 signature }`. Nothing of it is verified here;
/// the card does that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CvBytes<'a> {
    /// Body and signature: what PSO:VERIFY CERTIFICATE carries.
    pub content: &'a [u8],
    /// The certification authority reference.
    pub authority: &'a [u8],
    /// The certificate holder reference.
    pub holder: &'a [u8],
    /// The content octets of the object identifier of the public key.
    pub algorithm: &'a [u8],
}

impl<'a> CvBytes<'a> {
    /// Reads a whole certificate.
    ///
    /// # Errors
    /// [`TlvError`].
    pub fn parse(certificate: &'a [u8]) -> Result<Self, TlvError> {
        let certificate = Tlv::parse_expected(certificate, CERTIFICATE)?;
        let mut content = certificate.children()?;
        let mut body = content.expect(BODY)?.children()?;
        content.expect(SIGNATURE)?;
        content.finish()?;
        body.expect(PROFILE)?;
        let authority = body.expect(AUTHORITY)?.value;
        let algorithm = body.expect(PUBLIC_KEY)?.children()?.expect(OBJECT_IDENTIFIER)?.value;
        let holder = body.expect(HOLDER)?.value;
        Ok(Self { content: certificate.value, authority, holder, algorithm })
    }
}
