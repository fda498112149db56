//! Batches: what one registrar prepares and another one approves, before a document signer signs anything.
//!
//! ```text
//! members file + portraits ─list→ Manifest ─registrar A signs→ prepared ─registrar B looks at the same files, signs→ approved
//! approved ─check→ ApprovedBatch ─for each applicant→ Approved ─Signer→ security object
//! ```
//!
//! The manifest holds the digest of every good row: the member's data as they go onto the card, and the photograph's file. What
//! was added or changed after the approval has another digest, and no [`Approved`]; without that nothing is signed. Rows may be
//! left out and may stand in another order. A change of an issued card ([`CardChange`]) is prepared and approved in the same way.
//!
//! Preparation and approval are CMS statements ([`chipwright_pki::statement`]) of two certificates with the registrar's role. They must
//! differ in name, key and certificate; one person who holds two of each is beyond what signatures can tell.

mod approval;
mod checked;
mod error;
mod file;
mod list;
mod manifest;
mod row;

pub use approval::{Approval, Approved, ApprovedRevision, ChangeError};
pub use checked::{ApprovedBatch, ApprovedChange, ApprovedList, PreparedBatch, Registrar, Rules};
pub use error::{BatchError, Same, Which};
pub use file::{BatchFile, MOST_FILE_BYTES};
pub use list::{ListError, Listed, list};
pub use manifest::{BatchId, CardChange, Content, Difference, List, MOST_ROWS, Manifest, ManifestError};
pub use row::RowDigest;
