//! What a full bundle holds.

use std::collections::{BTreeMap, BTreeSet};

use der::asn1::OctetString;
use der::{Decode, Encode};
use jiff::Timestamp;

use super::full::BundleError;
use super::policy::KioskPolicy;
use super::wire::{DataWire, DigestWire, Digests, Elements, StatusListWire, StillGoodWire};
use crate::certificate::Certificate;
use crate::crl::Crl;
use crate::cv::CvCertificate;
use crate::encoding::decode;
use crate::trust::{TrustError, TrustStore};

/// A SHA-256.
pub type Digest = [u8; 32];

const MOST_ROOTS: usize = 32;
const MOST_LINKS: usize = 64;
const MOST_CRLS: usize = 32;
const MOST_STATUS_LISTS: usize = 256;
const MOST_CV_POINTS: usize = 16;
const MOST_STILL_GOOD: usize = 256;
/// A certificate or trust point with more bytes is none of ours.
const MOST_CERTIFICATE_BYTES: usize = 16 * 1024;
const MOST_CV_BYTES: usize = 4096;
const MOST_TOKEN_BYTES: usize = 8 << 20;
const MOST_ID_BYTES: usize = 256;

/// A status list token as it was published; its signature is checked by whoever uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusListToken {
    /// The list's identifier, as cards name it.
    pub id: String,
    /// The token.
    pub token: Vec<u8>,
}

/// `TrustData`. The order of the lists does not matter: the encoding has its own.
#[derive(Debug, Clone)]
pub struct TrustData {
    /// What kiosks demand.
    pub policy: KioskPolicy,
    /// Trusted roots.
    pub roots: Vec<Certificate>,
    /// Link certificates between roots.
    pub links: Vec<Certificate>,
    /// Revocation lists of the roots.
    pub crls: Vec<Crl>,
    /// Status lists of cards.
    pub status_lists: Vec<StatusListToken>,
    /// Trust points of the terminals.
    pub cv_points: Vec<CvCertificate>,
    /// SHA-256 of the certificate of each revoked signer → SHA-256 of its EF.SOD files that are good all the same.
    pub still_good: BTreeMap<Digest, BTreeSet<Digest>>,
}

impl TrustData {
    /// Roots, the links that may be followed at this time, revocation lists, and what is still good, as checks take them.
    ///
    /// # Errors
    /// [`TrustError`] when a root is none, or a list is of no root here.
    pub fn trust_store(&self, at: Timestamp) -> Result<TrustStore, TrustError> {
        let mut store = TrustStore::new();
        for root in &self.roots {
            store.add_root(root.clone())?;
        }
        // the root of a list may be known by a link alone; a list may revoke a link
        let early = self.crls.iter().filter(|crl| store.add_crl((*crl).clone()).is_err());
        let late: Vec<&Crl> = early.collect();
        let _ = store.add_links(self.links.iter().cloned(), at);
        for crl in late {
            store.add_crl(crl.clone())?;
        }
        for (signer, objects) in &self.still_good {
            store.add_still_good(*signer, objects.iter().copied());
        }
        Ok(store)
    }

    pub(super) fn to_wire(&self) -> Result<DataWire, BundleError> {
        let certificates =
            |list: &[Certificate]| Elements::new(list.iter().map(|item| item.as_der().to_vec()).collect());
        let mut status_lists = Vec::with_capacity(self.status_lists.len());
        for list in &self.status_lists {
            let token = OctetString::new(list.token.as_slice()).map_err(BundleError::encoding)?;
            let wire = StatusListWire { id: list.id.clone(), token };
            status_lists.push(wire.to_der().map_err(BundleError::encoding)?);
        }
        let mut cv_points = Vec::with_capacity(self.cv_points.len());
        for point in &self.cv_points {
            let octets = OctetString::new(point.to_bytes()).map_err(BundleError::encoding)?;
            cv_points.push(octets.to_der().map_err(BundleError::encoding)?);
        }
        let still_good = self.still_good.iter().map(|(signer, objects)| StillGoodWire {
            signer: DigestWire(*signer),
            objects: Digests::new(objects.iter().copied().collect()),
        });
        let wire = DataWire {
            policy: self.policy.to_wire()?,
            roots: certificates(&self.roots),
            links: certificates(&self.links),
            crls: Elements::new(self.crls.iter().map(|crl| crl.as_der().to_vec()).collect()),
            status_lists: Elements::new(status_lists),
            cv_points: Elements::new(cv_points),
            still_good: still_good.collect(),
        };
        // what would be refused when read is not written
        Self::from_wire(&wire)?;
        Ok(wire)
    }

    pub(super) fn from_wire(wire: &DataWire) -> Result<Self, BundleError> {
        let malformed = BundleError::Field;
        at_most("root certificates", &wire.roots, MOST_ROOTS, MOST_CERTIFICATE_BYTES)?;
        at_most("link certificates", &wire.links, MOST_LINKS, MOST_CERTIFICATE_BYTES)?;
        at_most("revocation lists", &wire.crls, MOST_CRLS, super::MOST_BYTES)?;
        at_most(
            "status lists",
            &wire.status_lists,
            MOST_STATUS_LISTS,
            MOST_TOKEN_BYTES + MOST_ID_BYTES + 16,
        )?;
        at_most("CV trust points", &wire.cv_points, MOST_CV_POINTS, MOST_CV_BYTES + 4)?;
        if wire.still_good.len() > MOST_STILL_GOOD {
            return Err(BundleError::TooMany { what: "revoked signers", most: MOST_STILL_GOOD });
        }
        if wire.roots.as_slice().is_empty() {
            return Err(malformed("list of roots"));
        }
        let certificates = |list: &Elements, what| {
            let read = |der: &Vec<u8>| Certificate::from_der(der).map_err(|_| malformed(what));
            list.as_slice().iter().map(read).collect::<Result<Vec<_>, _>>()
        };
        let read_crl = |der: &Vec<u8>| Crl::from_der(der).map_err(|_| malformed("revocation list"));
        let data = Self {
            policy: KioskPolicy::from_wire(&wire.policy)?,
            roots: certificates(&wire.roots, "root certificate")?,
            links: certificates(&wire.links, "link certificate")?,
            crls: wire.crls.as_slice().iter().map(read_crl).collect::<Result<_, _>>()?,
            status_lists: wire
                .status_lists
                .as_slice()
                .iter()
                .map(|der| status_list(der))
                .collect::<Result<_, _>>()?,
            cv_points: wire.cv_points.as_slice().iter().map(|der| cv_point(der)).collect::<Result<_, _>>()?,
            still_good: still_good(&wire.still_good)?,
        };
        let mut ids = BTreeSet::new();
        if !data.status_lists.iter().all(|list| ids.insert(&list.id)) {
            return Err(malformed("list of status lists"));
        }
        Ok(data)
    }
}

fn at_most(what: &'static str, list: &Elements, most: usize, bytes: usize) -> Result<(), BundleError> {
    if list.as_slice().len() > most {
        return Err(BundleError::TooMany { what, most });
    }
    match list.as_slice().iter().find(|element| element.len() > bytes) {
        Some(_) => Err(BundleError::TooLarge { what, most: bytes }),
        None => Ok(()),
    }
}

fn status_list(der: &[u8]) -> Result<StatusListToken, BundleError> {
    let wire: StatusListWire = decode(der)?;
    let fits = (1..=MOST_ID_BYTES).contains(&wire.id.len())
        && (1..=MOST_TOKEN_BYTES).contains(&wire.token.as_bytes().len());
    if !fits {
        return Err(BundleError::Field("status list"));
    }
    Ok(StatusListToken { id: wire.id, token: wire.token.into_bytes().into() })
}

fn cv_point(der: &[u8]) -> Result<CvCertificate, BundleError> {
    let octets = OctetString::from_der(der).map_err(BundleError::encoding)?;
    CvCertificate::parse(octets.as_bytes()).map_err(|_| BundleError::Field("CV trust point"))
}

/// Ascending by signer, each once, none empty.
fn still_good(list: &[StillGoodWire]) -> Result<BTreeMap<Digest, BTreeSet<Digest>>, BundleError> {
    let ascending = list.is_sorted_by(|one, next| one.signer < next.signer);
    if !ascending || list.iter().any(|entry| entry.objects.is_empty()) {
        return Err(BundleError::Field("list of security objects that are still good"));
    }
    let entry = |entry: &StillGoodWire| (entry.signer.0, entry.objects.as_slice().iter().copied().collect());
    Ok(list.iter().map(entry).collect())
}
