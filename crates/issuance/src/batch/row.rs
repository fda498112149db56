//! The digest of one row.

use chipwright_profile::Member;
use ring::digest::{Context, SHA256};
use std::fmt;

/// Tells this digest from every other use of SHA-256.
const DOMAIN: &[u8] = b"chipwright batch row 1";

/// SHA-256 over a domain tag, the member's data as they are issued, and the SHA-256 of the photograph's file.
///
/// | part | as |
/// |---|---|
/// | domain | `chipwright batch row 1` |
/// | each field, in the order of [`chipwright_profile::MemberParts`] | `01`, length in four bytes, UTF-8; `00` alone if there is none |
/// | photograph | 32 bytes |
///
/// Dates are written `YYYY-MM-DD`, a date of birth as far as it is known; a unit is two fields. Every field says how long it is, so
/// no two records have the same bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowDigest(pub(super) [u8; 32]);

impl RowDigest {
    /// Of a member and the digest of the photograph's file.
    #[must_use]
    pub fn of(member: &Member, portrait: &[u8; 32]) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(DOMAIN);
        let mut field = |text: Option<&str>| match text {
            Some(text) => {
                context.update(&[1]);
                // no field of a member is longer than a row of the file
                context.update(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
                context.update(text.as_bytes());
            }
            None => context.update(&[0]),
        };
        field(Some(member.number().as_str()));
        field(Some(member.citizen_number().expose()));
        field(Some(member.name().as_str()));
        field(Some(&member.birth().to_string()));
        field(Some(member.sex().letter().encode_utf8(&mut [0; 4])));
        field(Some(member.unit().code()));
        field(Some(member.unit().name()));
        field(Some(&member.admitted().to_string()));
        field(member.official().map(|day| day.to_string()).as_deref());
        field(member.place_of_birth().map(|place| place.as_str()));
        field(Some(member.nationality().as_str()));
        context.update(portrait);
        let mut digest = [0; 32];
        digest.copy_from_slice(context.finish().as_ref());
        Self(digest)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for RowDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0[..4].iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("…")
    }
}
