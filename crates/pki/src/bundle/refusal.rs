//! Why a kiosk keeps the bundle it has.

use jiff::Timestamp;

use super::delta::DeltaError;
use super::full::BundleError;
use crate::report::Failure;
use crate::role::Role;
use crate::trust::TrustError;

/// Why an offered bundle is not taken. Whatever it is, the bundle in force stays in force. [`Refusal::remedy`] says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not a trust bundle at all.
    #[error("the file is not a signed trust bundle")]
    NotABundle(#[source] BundleError),
    /// The bytes are not what was signed.
    #[error("the trust bundle was altered: its signature does not fit its content")]
    Tampered,
    /// Another authority's.
    #[error("the trust bundle (number {number}) is signed under a root that this kiosk does not trust")]
    Foreign {
        /// The number it says it has.
        number: u64,
    },
    /// A test authority's, and the kiosk is a real one.
    #[error("the trust bundle is signed under a test root, which this kiosk refuses")]
    TestRoot,
    /// Signed with a key that is for something else.
    #[error("the trust bundle must be signed by a trust-bundle signer, and its signer is {}", found.map_or("of no known role", Role::name))]
    OtherRole {
        /// What the key is for.
        found: Option<Role>,
    },
    /// The signer is revoked, has expired, or may not sign.
    #[error("the signer of the trust bundle is refused")]
    Signer(#[source] Failure),
    /// A bundle with a higher number is in force.
    #[error("the trust bundle is older: it has number {offered}, and number {held} is in force")]
    Older {
        /// Its number.
        offered: u64,
        /// The number in force.
        held: u64,
    },
    /// A number is used once.
    #[error("another trust bundle with number {number} is in force already")]
    SameNumber {
        /// The number.
        number: u64,
    },
    /// Too old.
    #[error("the trust bundle has expired: it counted until {end_of_grace}")]
    Expired {
        /// The end of its grace.
        end_of_grace: Timestamp,
    },
    /// Dated ahead of the clock.
    #[error("the trust bundle is dated {time}, which is still to come by this clock")]
    FromFuture {
        /// The date.
        time: Timestamp,
    },
    /// The clock was set back.
    #[error("the clock is not credible: it says {at}, and {latest} was seen in signed data")]
    ClockNotCredible {
        /// What the clock says.
        at: Timestamp,
        /// The latest signed time.
        latest: Timestamp,
    },
    /// Nobody has said which bundle is to be the first.
    #[error(
        "number {number} would be the first trust bundle of this kiosk, and no officer has confirmed the number"
    )]
    FirstNotConfirmed {
        /// The number offered.
        number: u64,
    },
    /// Nobody has said which bundle the kiosk is to begin anew with.
    #[error("the kiosk would begin anew with trust bundle {number}, and no officer has confirmed the number")]
    ResetNotConfirmed {
        /// The number offered.
        number: u64,
    },
    /// Whose bundle it is was not confirmed: a number alone fits anybody's.
    #[error(
        "trust bundle {number} would be trusted from the beginning, and no officer has confirmed the SHA-256 of its root"
    )]
    RootNotConfirmed {
        /// The number offered.
        number: u64,
    },
    /// Two bundles fit what the officer confirmed.
    #[error(
        "several different trust bundles with number {number} are offered, and each fits what was confirmed"
    )]
    Ambiguous {
        /// Their number.
        number: u64,
    },
    /// The officer confirmed another bundle.
    #[error("number {confirmed} was confirmed, and the trust bundle has number {offered}")]
    OtherNumber {
        /// The number offered.
        offered: u64,
        /// The number confirmed.
        confirmed: u64,
    },
    /// The officer confirmed another root.
    #[error("no root of the trust bundle has the SHA-256 that was confirmed")]
    OtherRoot,
    /// Only a full bundle can be the first.
    #[error("the trust bundle is a delta on number {base}, and a first bundle must be a full one")]
    NoBase {
        /// The number it builds on.
        base: u64,
    },
    /// The delta is on another bundle than the one in force.
    #[error("the delta does not fit the trust bundle in force")]
    Delta(#[source] DeltaError),
    /// A root that came without a link.
    #[error("the trust bundle brings a root that no trusted root vouches for (SHA-256 {fingerprint})")]
    RootNotLinked {
        /// Its fingerprint in hexadecimal.
        fingerprint: String,
    },
    /// What it holds does not fit together.
    #[error("what the trust bundle holds does not fit together")]
    Inconsistent(#[source] TrustError),
    /// It would take back a revocation list.
    #[error("the trust bundle holds an older revocation list than number {held}, which is in force")]
    RevocationListOlder {
        /// The number in force.
        held: u64,
    },
    /// It would take back a status list.
    #[error(
        "the trust bundle holds an older status list {subject} than the one of {held}, which is in force"
    )]
    StatusListOlder {
        /// The list.
        subject: String,
        /// When the one in force was issued.
        held: Timestamp,
    },
    /// A card that was INVALID is INVALID no more.
    #[error(
        "the trust bundle takes back the revocation of entry {index} of status list {subject}, which is final"
    )]
    StatusListRevives {
        /// The list.
        subject: String,
        /// The entry.
        index: u32,
    },
    /// A status list in force is not in it, or not one that counts.
    #[error("the trust bundle lacks status list {subject}, which is in force")]
    StatusListMissing {
        /// The list.
        subject: String,
    },
    /// The signature is of another time than the bundle says it is.
    #[error("the trust bundle was not signed when it says it was issued")]
    Dates,
}

impl Refusal {
    /// What to do next, in one sentence.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::NotABundle(_) => "Check that this is the file the centre sent, and fetch it again.",
            Self::Tampered => {
                "Do not use this copy; fetch the bundle again, and tell the centre if it happens again."
            }
            Self::Foreign { .. } | Self::TestRoot | Self::RootNotLinked { .. } => {
                "Do not use this bundle; ask the centre which one is right, and tell it where this one came from."
            }
            Self::OtherRole { .. } | Self::Signer(_) | Self::Inconsistent(_) | Self::Dates => {
                "Ask the centre for a new bundle by its present trust-bundle signer."
            }
            Self::Older { .. } | Self::RevocationListOlder { .. } | Self::StatusListOlder { .. } => {
                "Nothing to do if it was an old copy; otherwise fetch the newest bundle from the centre."
            }
            Self::SameNumber { .. } => {
                "Tell the centre: one of the two bundles with this number is not its own, or it numbered two alike."
            }
            Self::Expired { .. } => "Fetch the newest bundle from the centre.",
            Self::FromFuture { .. } => "Check the clock of this kiosk; if it is right, tell the centre.",
            Self::ClockNotCredible { .. } => "Set the clock of this kiosk, then repeat.",
            Self::FirstNotConfirmed { .. } | Self::ResetNotConfirmed { .. } => {
                "Compare the number with what the centre told the officer another way, then repeat with --confirm-number."
            }
            Self::RootNotConfirmed { .. } => {
                "Compare the root's SHA-256 with what the centre told the officer another way, then repeat with --confirm-root."
            }
            Self::StatusListRevives { .. } | Self::StatusListMissing { .. } => {
                "Tell the centre: its status lists went back; it publishes them anew and builds another bundle."
            }
            Self::OtherNumber { .. } | Self::OtherRoot | Self::Ambiguous { .. } => {
                "Ask the centre which bundle is meant; do not use this one before that is known."
            }
            Self::NoBase { .. } | Self::Delta(_) => "Fetch the newest full bundle from the centre.",
        }
    }
}
