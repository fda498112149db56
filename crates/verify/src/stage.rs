//! How far an inspection is.

use crate::check::Check;
use crate::holder::Holder;
use crate::verdict::Verdict;

/// A point that an inspection has reached.
#[derive(Debug)]
#[non_exhaustive]
pub enum Stage<'a> {
    /// PACE has opened the card.
    Opened,
    /// Everything but the portrait has been read and judged.
    Text(&'a TextVerdict<'a>),
    /// The card was lifted; how many bytes of its files are at hand.
    Lost {
        /// Bytes that need not be read again.
        kept: usize,
    },
    /// The same card is back and open again.
    Resumed,
}

/// What is known before the portrait is read. It is final when it is not *valid*; *valid* still depends on the portrait being the signed one.
#[derive(Debug)]
pub struct TextVerdict<'a> {
    /// The verdict over everything but the portrait.
    pub verdict: Verdict,
    /// The checks so far.
    pub checks: &'a [Check],
    /// What the card says of its holder, without the portrait. Personal data.
    pub holder: &'a Holder,
}
