//! The organisation's certification authority (ICAO Doc 9303-12 and 9303-10, RFC 5280, RFC 5652): certificate profiles,
//! revocation lists, signed security objects, and the check of all of them against a trust store.
//!
//! The crate is pure: bytes in, bytes out. Time and serial numbers are arguments; private keys stay behind [`SignKey`].
//! Everything that is signed goes through [`Prepared`]: it hands out the bytes to be signed, takes the signature from
//! wherever the key lives, and releases the finished object only when the signature verifies.
//!
//! | what | where | standard |
//! |---|---|---|
//! | root and document-signer certificates | [`certificate`] | 9303-12, 7.1; RFC 5280, 4 |
//! | revocation lists | [`crl`] | 9303-12, 7.2; RFC 5280, 5 |
//! | requests for them, links between roots | [`request`], [`link`] | RFC 2986; 9303-12, 7.1.1 |
//! | signers of other things than documents | [`role`] | RFC 5280, 4.2.1.12 |
//! | signed security objects | [`cms`] | 9303-10, 4.6.2; RFC 5652, 5 |
//! | what other signers say | [`statement`] | RFC 5652, 5 |
//! | lists of roots | [`master_list`] | 9303-12, 9 |
//! | card-verifiable certificates of terminals | [`cv`] | TR-03110-3, C and D |
//! | status lists of cards | [`status_list`] | Token Status List |
//! | trust bundles of kiosks | [`bundle`] | `Bundle.asn1` there |
//! | trust store, policy, checks | [`trust`], [`policy`], [`mod@check`], [`report`] | 9303-11, 5.1; RFC 5280, 6 |
//!
//! ASN.1 is read and written with `der`, and with the types of `x509-cert`, `spki` and `cms`; only DER is accepted
//! ([`encoding`]), and signatures are verified over the bytes as they came.
//!
//! One deviation from 9303-12: elliptic curves are named (RFC 5480), never explicit parameters, because OpenSSL and
//! ring refuse the latter. The curves are P-256 with SHA-256 and P-384 with SHA-384.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

pub mod algorithm;
pub mod bundle;
pub mod certificate;
pub mod check;
pub mod cms;
pub mod crl;
pub mod cv;
pub mod encoding;
pub mod link;
pub mod master_list;
pub mod name;
pub mod oid;
pub mod pem;
pub mod period;
pub mod policy;
pub mod post_quantum;
pub mod report;
pub mod request;
pub mod role;
pub mod serial;
pub mod sign;
pub mod statement;
pub mod status_list;
pub mod trust;

pub use algorithm::{PublicKey, SignatureAlgorithm};
pub use certificate::Certificate;
pub use check::{SignerCache, check, check_cached};
pub use cms::{SignedData, SignerTemplate};
pub use crl::Crl;
pub use encoding::DerError;
pub use master_list::MasterList;
pub use name::Name;
pub use period::Period;
pub use policy::Policy;
pub use report::{Check, Conclusion, Failure, NotChecked, Outcome, SecurityObjectReport};
pub use request::Request;
pub use role::Role;
pub use serial::SerialNumber;
pub use sign::{Prepared, SignError, SignKey};
pub use trust::TrustStore;
