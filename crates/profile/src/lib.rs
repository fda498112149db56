//! A member record becomes the files of a card, and the files of a card become values again.
//!
//! | from | through | to |
//! |---|---|---|
//! | [`Member`], [`FittedPortrait`], [`Allocation`], [`IssueTerms`], [`ChipKeys`] | [`DataGroups::build`] | DG1, DG2, DG11 to DG15, EF.COM and the issuer's files |
//! | [`DataGroups`] | [`DataGroups::lds_security_object`], [`DataGroups::card_security_infos`] | the contents a document signer signs |
//! | [`DataGroups`] and the CMS SignedData of each | [`DataGroups::sign_with`] | [`SignedProfile`]: every file in writing order |
//! | the files of an issued card | [`Revision`] | those that say something else, under a new security object |
//! | bytes of a file | [`read`] | typed values, or an error with a byte offset |
//!
//! Encodings are those of ICAO Doc 9303 parts 3, 5, 10 and 11 (LDS 1.7 on an LDS1 application), ISO/IEC 19794-5:2005 and
//! `applet-spec/asn1/ChipwrightMembership.asn1`. This crate is pure: no files, no clock, no randomness of its own.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod allocation;
mod asn1;
pub mod chip;
mod data_groups;
pub mod dg1;
pub mod dg11;
pub mod dg12;
pub mod dg13;
pub mod dg2;
pub mod ef_com;
mod file_id;
pub mod issuer_files;
pub mod member;
pub mod mrz;
pub mod portrait;
pub mod read;
mod revision;
pub mod security_infos;
pub mod security_object;
mod signed_profile;
mod terms;

pub use allocation::{Allocation, Can, CardNumber, Pin, Puk, Salt, StatusReference};
pub use chip::{ChipFeatures, ChipKeys, KeyReference, PublicPoint};
pub use data_groups::{BuildError, DataGroups, FILES_BUDGET};
pub use file_id::{FileId, Pass};
pub use issuer_files::IssuerFiles;
pub use member::{
    CitizenNumber, Field, Member, MemberError, MemberErrorKind, MemberNumber, MemberParts, PartialDate,
    PersonName, PlaceOfBirth, Sex, StateCode, Unit,
};
pub use mrz::Td1;
pub use portrait::{FittedPortrait, Portrait, PortraitError};
pub use revision::{Revision, RevisionError};
pub use security_infos::{PaceParameters, PaceProtocol, SecurityInfos};
pub use signed_profile::{AccessSecrets, FirstRecords, SignedProfile};
pub use terms::{BufferSizes, DocumentCode, IssueTerms, TermsError};
