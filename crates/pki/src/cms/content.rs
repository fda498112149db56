//! SignedData in its ContentInfo (RFC 5652, 3 and 5.1), with the certificates as they came.
//!
//! `cms::SignedData` reads every certificate at once and does not keep its bytes, which a cache of known signers is
//! searched by; reading one costs more than all the rest (7 µs of 12 where a P-256 verification takes 65). So these two
//! SEQUENCEs are declared here; everything inside them is of `cms` and `x509-cert`.

use cms::content_info::CmsVersion;
use cms::signed_data::{DigestAlgorithmIdentifiers, EncapsulatedContentInfo, SignerInfos};
use const_oid::db::rfc5912::ID_SHA_256;
use der::asn1::Null;
use der::{Any, DecodeValue, EncodeValue, FixedTag, Header, Length, Reader, Sequence, Tag, Writer};
use spki::AlgorithmIdentifierOwned;

use crate::oid::Oid;

/// `ContentInfo ::= SEQUENCE { contentType, content [0] EXPLICIT ANY DEFINED BY contentType }`.
#[derive(Sequence)]
pub(crate) struct SignedDataInfo<'a> {
    pub(crate) content_type: Oid,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(crate) content: SignedDataContent<'a>,
}

/// `SignedData ::= SEQUENCE { version, digestAlgorithms, encapContentInfo, certificates [0] IMPLICIT, signerInfos }`;
/// the profile has certificates, and no crls.
#[derive(Sequence)]
pub(crate) struct SignedDataContent<'a> {
    pub(crate) version: CmsVersion,
    pub(crate) digest_algorithms: DigestAlgorithmIdentifiers,
    pub(crate) encap_content_info: EncapsulatedContentInfo,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", constructed = "true")]
    pub(crate) certificates: CertificateSet<'a>,
    pub(crate) signer_infos: SignerInfos,
}

/// `CertificateSet ::= SET OF CertificateChoices`: the encodings of its elements.
pub(crate) struct CertificateSet<'a>(pub(crate) Vec<&'a [u8]>);

impl FixedTag for CertificateSet<'_> {
    const TAG: Tag = Tag::Set;
}

impl<'a> DecodeValue<'a> for CertificateSet<'a> {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, _header: Header) -> der::Result<Self> {
        let mut encodings = Vec::with_capacity(1);
        while !reader.is_finished() {
            encodings.push(reader.tlv_bytes()?);
        }
        Ok(Self(encodings))
    }
}

impl EncodeValue for CertificateSet<'_> {
    fn value_len(&self) -> der::Result<Length> {
        self.0.iter().try_fold(Length::ZERO, |sum, encoding| sum + Length::try_from(encoding.len())?)
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        self.0.iter().try_for_each(|encoding| writer.write(encoding))
    }
}

/// `AlgorithmIdentifier { id-sha256 }`, written without parameters (RFC 5754, 2).
pub(super) const SHA256: AlgorithmIdentifierOwned =
    AlgorithmIdentifierOwned { oid: ID_SHA_256, parameters: None };

/// SHA-256 with parameters absent or NULL (RFC 5754, 2).
pub(super) fn is_sha256(algorithm: &AlgorithmIdentifierOwned) -> bool {
    let parameters = algorithm.parameters.as_ref();
    algorithm.oid == ID_SHA_256 && parameters.is_none_or(|any: &Any| any.decode_as::<Null>().is_ok())
}
