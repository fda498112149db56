//! What libraries report, in the two languages of the command line.

pub(crate) mod readers;
