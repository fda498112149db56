//! The encoding itself: `Bundle.asn1` in the types of `der`.

use der::asn1::{GeneralizedTime, OctetString, PrintableString};
use der::{
    DecodeValue, EncodeValue, ErrorKind, FixedTag, Header as DerHeader, Length, Reader, Sequence, Tag, Writer,
};
use ring::digest::{SHA256, digest};

/// SHA-256.
pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}

/// `TrustBundle`; exactly one of `full` and `delta` is there.
#[derive(Sequence)]
pub(super) struct BundleWire {
    pub(super) version: u8,
    pub(super) number: u64,
    pub(super) issued: GeneralizedTime,
    pub(super) next_update: GeneralizedTime,
    pub(super) end_of_grace: GeneralizedTime,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    pub(super) full: Option<DataWire>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    pub(super) delta: Option<ChangeWire>,
}

/// `TrustData`.
#[derive(Clone, PartialEq, Eq, Sequence)]
pub(super) struct DataWire {
    pub(super) policy: PolicyWire,
    pub(super) roots: Elements,
    pub(super) links: Elements,
    pub(super) crls: Elements,
    pub(super) status_lists: Elements,
    pub(super) cv_points: Elements,
    pub(super) still_good: Vec<StillGoodWire>,
}

/// `KioskPolicy`.
#[derive(Clone, PartialEq, Eq, Sequence)]
pub(super) struct PolicyWire {
    pub(super) application: OctetString,
    pub(super) document_types: Vec<PrintableString>,
    pub(super) chip_proof: u8,
    pub(super) crl: u8,
    pub(super) grace_days: u16,
    pub(super) status: u8,
}

/// `StatusList`.
#[derive(Sequence)]
pub(super) struct StatusListWire {
    pub(super) id: String,
    pub(super) token: OctetString,
}

/// `StillGood`.
#[derive(Clone, PartialEq, Eq, Sequence)]
pub(super) struct StillGoodWire {
    pub(super) signer: DigestWire,
    pub(super) objects: Digests,
}

/// `TrustChange`.
#[derive(Clone, PartialEq, Eq, Sequence)]
pub(super) struct ChangeWire {
    pub(super) base: BaseWire,
    pub(super) result: DigestWire,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    pub(super) policy: Option<PolicyWire>,
    pub(super) roots: ElementsChange,
    pub(super) links: ElementsChange,
    pub(super) crls: ElementsChange,
    pub(super) status_lists: ElementsChange,
    pub(super) cv_points: ElementsChange,
    pub(super) still_good: Vec<StillGoodChange>,
}

/// `TrustChange.base`.
#[derive(Clone, Copy, PartialEq, Eq, Sequence)]
pub(super) struct BaseWire {
    pub(super) number: u64,
    pub(super) digest: DigestWire,
}

/// `Change`.
#[derive(Clone, PartialEq, Eq, Sequence)]
pub(super) struct ElementsChange {
    pub(super) removed: Digests,
    pub(super) added: Elements,
}

/// `StillGoodChange`.
#[derive(Clone, PartialEq, Eq, Sequence)]
pub(super) struct StillGoodChange {
    pub(super) signer: DigestWire,
    pub(super) removed: Digests,
    pub(super) added: Digests,
}

/// `SEQUENCE OF`, as the encodings of its elements, strictly ascending.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Elements(Vec<Vec<u8>>);

impl Elements {
    /// Of encodings in any order; each counts once.
    pub(super) fn new(mut encodings: Vec<Vec<u8>>) -> Self {
        encodings.sort_unstable();
        encodings.dedup();
        Self(encodings)
    }

    pub(super) fn as_slice(&self) -> &[Vec<u8>] {
        &self.0
    }

    pub(super) fn contains(&self, encoding: &Vec<u8>) -> bool {
        self.0.binary_search(encoding).is_ok()
    }
}

impl FixedTag for Elements {
    const TAG: Tag = Tag::Sequence;
}

impl<'a> DecodeValue<'a> for Elements {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, _header: DerHeader) -> der::Result<Self> {
        let mut encodings: Vec<Vec<u8>> = Vec::new();
        while !reader.is_finished() {
            let encoding = reader.tlv_bytes()?.to_vec();
            if encodings.last().is_some_and(|last| *last >= encoding) {
                return Err(reader.error(ErrorKind::SetOrdering));
            }
            encodings.push(encoding);
        }
        Ok(Self(encodings))
    }
}

impl EncodeValue for Elements {
    fn value_len(&self) -> der::Result<Length> {
        self.0.iter().try_fold(Length::ZERO, |sum, encoding| sum + Length::try_from(encoding.len())?)
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        self.0.iter().try_for_each(|encoding| writer.write(encoding))
    }
}

/// `Digest`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DigestWire(pub(super) [u8; 32]);

impl FixedTag for DigestWire {
    const TAG: Tag = Tag::OctetString;
}

impl<'a> DecodeValue<'a> for DigestWire {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: DerHeader) -> der::Result<Self> {
        let octets = OctetString::decode_value(reader, header)?;
        let digest = octets.as_bytes().try_into();
        digest.map(Self).map_err(|_| reader.error(ErrorKind::Length { tag: Self::TAG }))
    }
}

impl EncodeValue for DigestWire {
    fn value_len(&self) -> der::Result<Length> {
        Length::try_from(self.0.len())
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(&self.0)
    }
}

/// `Digests`: one after the other, strictly ascending.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Digests(Vec<[u8; 32]>);

impl Digests {
    /// Of digests in any order; each counts once.
    pub(super) fn new(mut digests: Vec<[u8; 32]>) -> Self {
        digests.sort_unstable();
        digests.dedup();
        Self(digests)
    }

    pub(super) fn as_slice(&self) -> &[[u8; 32]] {
        &self.0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn contains(&self, digest: &[u8; 32]) -> bool {
        self.0.binary_search(digest).is_ok()
    }
}

impl FixedTag for Digests {
    const TAG: Tag = Tag::OctetString;
}

impl<'a> DecodeValue<'a> for Digests {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: DerHeader) -> der::Result<Self> {
        let octets = OctetString::decode_value(reader, header)?;
        let (digests, rest) = octets.as_bytes().as_chunks::<32>();
        if !rest.is_empty() {
            return Err(reader.error(ErrorKind::Length { tag: Self::TAG }));
        }
        if !digests.is_sorted_by(|one, next| one < next) {
            return Err(reader.error(ErrorKind::SetOrdering));
        }
        Ok(Self(digests.to_vec()))
    }
}

impl EncodeValue for Digests {
    fn value_len(&self) -> der::Result<Length> {
        Length::try_from(self.0.as_flattened().len())
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(self.0.as_flattened())
    }
}
