//! Card-verifiable certificates (BSI TR-03110-3, C and D): the hierarchy CVCA → document verifier → terminal that opens
//! the records of a card.
//!
//! ```text
//! 7F21 { 7F4E { 5F29 profile, 42 authority, 7F49 public key, 5F20 holder, 7F4C role and rights,
//!               5F25 effective, 5F24 expires, 65 extensions }, 5F37 signature }
//! ```
//!
//! Every certificate of other people's is read; what is made here, and what a [`Chain`] accepts, is P-256 with SHA-256 and
//! plain signatures `r ‖ s` (TR-03111, 5.2.1).

mod certificate;
mod chain;
mod chat;
mod date;
mod error;
mod issue;
mod public_key;
mod reference;
mod request;
mod rights;
mod signature;

pub use certificate::CvCertificate;
pub use chain::{Chain, CheckedChain};
pub use chat::{Chat, Role};
pub use date::CvPeriod;
pub use error::{ChainError, ChainFault, CvError, IssueError, RequestError};
pub use issue::{AuthorityProfile, HolderProfile, prepare_cvca, prepare_dv, prepare_link, prepare_terminal};
pub use public_key::{CvPublicKey, DomainParameters};
pub use reference::{Reference, ReferenceError};
pub use request::{CountersignedRequest, CvRequest, prepare_countersignature, prepare_request};
pub use rights::{Category, FileRights, Permissions, Right, Rights, UnknownName};
pub use signature::{plain_from_der, plain_signature};

use chipwright_iso7816::Tag;

/// Card-verifiable certificate.
const CERTIFICATE: Tag = Tag(0x7F21);
/// Certificate body.
const BODY: Tag = Tag(0x7F4E);
/// Signature.
const SIGNATURE: Tag = Tag(0x5F37);
/// Certificate profile identifier; 0 is the only one.
const PROFILE: Tag = Tag(0x5F29);
/// Certification authority reference.
const AUTHORITY: Tag = Tag(0x42);
/// Public key.
const PUBLIC_KEY: Tag = Tag(0x7F49);
/// Certificate holder reference.
const HOLDER: Tag = Tag(0x5F20);
/// Certificate holder authorization template.
const CHAT: Tag = Tag(0x7F4C);
/// Certificate effective date.
const EFFECTIVE: Tag = Tag(0x5F25);
/// Certificate expiration date.
const EXPIRATION: Tag = Tag(0x5F24);
/// Certificate extensions.
const EXTENSIONS: Tag = Tag(0x65);
/// Discretionary data template: one extension.
const TEMPLATE: Tag = Tag(0x73);
/// Discretionary data.
const DISCRETIONARY: Tag = Tag(0x53);
/// Authentication: a request with its outer signature.
const AUTHENTICATION: Tag = Tag(0x67);
/// Object identifier.
const OID: Tag = Tag(0x06);
