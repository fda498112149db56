//! One module a command.

pub(crate) mod apdu;
pub(crate) mod bench;
pub(crate) mod ca;
pub(crate) mod card;
pub(crate) mod ceremony;
pub(crate) mod completions;
pub(crate) mod conformance;
pub(crate) mod doctor;
pub(crate) mod emulator;
pub(crate) mod init;
pub(crate) mod issue;
pub(crate) mod list;
pub(crate) mod pin;
pub(crate) mod plan;
pub(crate) mod read;
pub(crate) mod readers;
pub(crate) mod record;
pub(crate) mod revoke;
pub(crate) mod schema;
pub(crate) mod status;
pub(crate) mod terminal;
pub(crate) mod trace;
pub(crate) mod verify;
