//! Key ceremonies: a secret in the hands of several custodians, none of whom knows it. Nothing here reads or writes a file.
//!
//! | what | how | any one custodian learns |
//! |---|---|---|
//! | 2 to 5 components, all needed | `secret = component 1 ⊕ … ⊕ component n`, all but the last random | nothing |
//! | M-of-N shares, 2 ≤ M ≤ N ≤ 9 | Shamir over GF(2⁸), byte by byte | nothing |
//!
//! Each component or share is a [`Sheet`], which is written on paper in lines and typed back line by line ([`SheetReader`]). A wrong
//! digit, a line out of place, a sheet of another ceremony, a sheet that was entered already and a sheet that is not the one that was
//! handed out are told apart before anything is combined ([`Assembly`]).
//!
//! Check values ([`CheckValue`]) are those of GlobalPlatform (Card Specification 2.3.1, B.6 for AES): the first three bytes of the
//! encryption of 16 bytes 01 under the key. They stand on every sheet, and are no secrets.
//!
//! ```
//! use chipwright_keystore::ceremony::{Assembly, Scheme, SheetReader, Secret, Step, Subject, split};
//!
//! let master = Secret::generate(16)?;
//! let (ceremony, sheets) = split(&master, Subject::CardMaster, Scheme::shares(2, 3)?)?;
//! let mut assembly = Assembly::of(ceremony);
//! for sheet in &sheets[1..] {
//!     let mut reader = SheetReader::new();
//!     for line in sheet.lines() {
//!         if let Step::Done(typed) = reader.line(&line)? {
//!             assembly.add(typed)?;
//!         }
//!     }
//! }
//! assert!(assembly.combine()?.check_value().is(master.check_value()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod assembly;
mod custody;
mod reading;
mod secret;
mod sheet;

pub use assembly::{Assembly, AssemblyError};
pub use custody::{CustodianKey, CustodianSeal};
pub use reading::{LineError, SheetReader, Step};
pub use secret::{CheckValue, Secret, SecretError};
pub use sheet::{Sheet, SheetError};

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{KeystoreError, random};

/// What tells a ceremony from every other: four random bytes, on every sheet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct CeremonyId([u8; 4]);

impl CeremonyId {
    /// A new one.
    ///
    /// # Errors
    /// [`KeystoreError::Random`].
    pub fn generate() -> Result<Self, KeystoreError> {
        let mut bytes = [0; 4];
        random::fill(&mut bytes)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for CeremonyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d] = self.0;
        write!(f, "{a:02X}{b:02X}-{c:02X}{d:02X}")
    }
}

impl fmt::Debug for CeremonyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CeremonyId({self})")
    }
}

impl From<CeremonyId> for String {
    fn from(id: CeremonyId) -> Self {
        id.to_string()
    }
}

/// Text that names no ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a ceremony is named by eight hexadecimal digits, as its forms show them")]
pub struct NotAnId;

impl FromStr for CeremonyId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let mut bytes = [0; 4];
        let digits: String = text.chars().filter(|c| *c != '-' && *c != ' ').collect();
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| NotAnId)?;
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for CeremonyId {
    type Error = NotAnId;

    fn try_from(text: String) -> Result<Self, NotAnId> {
        text.parse()
    }
}

/// What the secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// An AES key from which card master keys are derived.
    CardMaster,
    /// The passphrase or PIN of the root's key.
    RootAccess,
    /// Something else.
    Other,
}

impl Subject {
    const fn code(self) -> u8 {
        match self {
            Self::CardMaster => 1,
            Self::RootAccess => 2,
            Self::Other => 3,
        }
    }

    const fn of(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::CardMaster),
            2 => Some(Self::RootAccess),
            3 => Some(Self::Other),
            _ => None,
        }
    }
}

/// How the secret is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// All of these components are needed.
    Components(u8),
    /// Any `threshold` of `total` shares are enough.
    Shares {
        /// M.
        threshold: u8,
        /// N.
        total: u8,
    },
}

/// Numbers that no scheme has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SchemeError {
    /// Components.
    #[error("a secret has 2 to 5 components, not {0}")]
    Components(u8),
    /// Shares.
    #[error(
        "a secret has 2 to 9 shares, of which at least 2 and at most all are needed, not {threshold} of {total}"
    )]
    Shares {
        /// M.
        threshold: u8,
        /// N.
        total: u8,
    },
}

impl Scheme {
    /// This many components, all of which are needed.
    ///
    /// # Errors
    /// [`SchemeError`] unless 2 to 5.
    pub const fn components(count: u8) -> Result<Self, SchemeError> {
        match count {
            2..=5 => Ok(Self::Components(count)),
            _ => Err(SchemeError::Components(count)),
        }
    }

    /// Any `threshold` of `total`.
    ///
    /// # Errors
    /// [`SchemeError`] unless 2 ≤ `threshold` ≤ `total` ≤ 9.
    pub const fn shares(threshold: u8, total: u8) -> Result<Self, SchemeError> {
        if threshold >= 2 && threshold <= total && total <= 9 {
            Ok(Self::Shares { threshold, total })
        } else {
            Err(SchemeError::Shares { threshold, total })
        }
    }

    /// How many sheets there are.
    #[must_use]
    pub const fn total(self) -> u8 {
        match self {
            Self::Components(total) | Self::Shares { total, .. } => total,
        }
    }

    /// How many of them are needed.
    #[must_use]
    pub const fn needed(self) -> u8 {
        match self {
            Self::Components(total) => total,
            Self::Shares { threshold, .. } => threshold,
        }
    }
}

/// What is known of a ceremony to everybody: no secret in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ceremony {
    /// Which.
    pub id: CeremonyId,
    /// What the secret is.
    pub subject: Subject,
    /// How it is divided.
    pub scheme: Scheme,
    /// The check value of the secret.
    pub check_value: CheckValue,
    /// The check values of the sheets, in their order.
    pub sheets: Vec<CheckValue>,
}

/// Divides a secret; the sheets are for one custodian each.
///
/// # Errors
/// [`KeystoreError::Random`].
pub fn split(
    secret: &Secret,
    subject: Subject,
    scheme: Scheme,
) -> Result<(Ceremony, Vec<Sheet>), KeystoreError> {
    let values = match scheme {
        Scheme::Components(count) => components(secret, count)?,
        Scheme::Shares { threshold, total } => shares(secret, threshold, total),
    };
    let (id, check_value) = (CeremonyId::generate()?, secret.check_value());
    let sheets: Vec<Sheet> = (1..)
        .zip(values)
        .map(|(number, value)| Sheet::new(id, subject, scheme, number, value, check_value))
        .collect();
    let check_values = sheets.iter().map(Sheet::check_value).collect();
    Ok((Ceremony { id, subject, scheme, check_value, sheets: check_values }, sheets))
}

/// All but the last are random; the last is what is missing.
fn components(secret: &Secret, count: u8) -> Result<Vec<Secret>, KeystoreError> {
    let mut last = Zeroizing::new(secret.expose().to_vec());
    let mut all = Vec::with_capacity(usize::from(count));
    for _ in 1..count {
        let random = Secret::of_length(last.len())?;
        last.iter_mut().zip(random.expose()).for_each(|(byte, other)| *byte ^= other);
        all.push(random);
    }
    all.push(Secret::unchecked(last));
    Ok(all)
}

/// The values of a polynomial of degree `threshold` - 1 at 1, 2, …; the secret is its value at 0.
fn shares(secret: &Secret, threshold: u8, total: u8) -> Vec<Secret> {
    let dealer = blahaj::Sharks(threshold).dealer(secret.expose());
    let values = dealer.take(usize::from(total)).map(|share| {
        let mut value = Zeroizing::new(Vec::with_capacity(share.y.len()));
        value.extend(share.y.iter().map(|byte| byte.0));
        Secret::unchecked(value)
    });
    values.collect()
}
