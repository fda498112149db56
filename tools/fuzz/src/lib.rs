//! What the fuzz targets do with their input. Every target is one function `run`: it takes arbitrary bytes, and panics
//! only when a property is broken. See README.md for the list.

#![forbid(unsafe_code)]
#![allow(
    clippy::missing_panics_doc,
    clippy::cast_possible_truncation,
    reason = "a panic is the report of a fault"
)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic is the report of a fault")]

pub mod apdu;
pub mod card_dispatcher;
pub mod card_state;
pub mod carried;
pub mod certificates;
pub mod cms;
pub mod csv_intake;
pub mod data_groups;
pub mod fixture;
pub mod input;
pub mod inspection;
pub mod mutation;
pub mod portrait;
pub mod scp03;
pub mod secure_messaging;
pub mod tlv;
pub mod trace;
