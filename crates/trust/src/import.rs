//! From what a source brought to what is in force.

use std::borrow::Cow;

use chipwright_keystore::{KioskKey, sealed_for};
use chipwright_pki::bundle::{Change, Confirmation, Terms};

use crate::error::{FolderError, OfferError};
use crate::folder::{Installed, TrustFolder};
use crate::source::Offer;

/// What came of everything that was offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// In the order in which they were taken; empty if none was.
    pub taken: Vec<Imported>,
    /// Every other one, and why.
    pub refused: Vec<(String, OfferError)>,
}

/// One bundle that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The file's name, or the address.
    pub name: String,
    /// What came of it.
    pub installed: Installed,
}

/// Takes the newest of the offered bundles that fits, and then what builds on it. What is older than what was taken is among the
/// refused.
///
/// # Errors
/// [`FolderError`] when the folder itself fails; whatever was taken before stays in force.
pub fn import(
    folder: &mut TrustFolder,
    offers: &[Offer],
    key: Option<&KioskKey>,
    terms: &Terms,
) -> Result<Import, FolderError> {
    let mut import = Import { taken: Vec::new(), refused: Vec::new() };
    let mut open: Vec<(&Offer, Cow<'_, [u8]>)> = Vec::new();
    for offer in offers {
        match unsealed(&offer.bytes, key) {
            Ok(signed) => open.push((offer, signed)),
            Err(error) => import.refused.push((offer.name.clone(), error)),
        }
    }
    let mut terms = *terms;
    loop {
        let mut best: Option<(usize, u64)> = None;
        for (index, (_, signed)) in open.iter().enumerate() {
            if let Ok(decision) = folder.consider(signed, &terms) {
                let number = decision.in_force.bundle.header().number;
                let again = decision.change == Change::None && !import.taken.is_empty();
                if !again && best.is_none_or(|(_, highest)| number > highest) {
                    best = Some((index, number));
                }
            }
        }
        let Some((index, _)) = best else { break };
        let (offer, signed) = open.remove(index);
        match folder.install(&signed, &terms)? {
            Ok(installed) => import.taken.push(Imported { name: offer.name.clone(), installed }),
            Err(refusal) => import.refused.push((offer.name.clone(), refusal.into())),
        }
        // an officer's word is for one bundle
        terms.confirmation = Confirmation::default();
    }
    for (offer, signed) in open {
        match folder.consider(&signed, &terms) {
            Err(refusal) => import.refused.push((offer.name.clone(), refusal.into())),
            // the bundle in force a second time
            Ok(decision) => {
                let number = decision.in_force.bundle.header().number;
                let installed = Installed { number, change: Change::None, overdue: decision.overdue };
                import.taken.push(Imported { name: offer.name.clone(), installed });
            }
        }
    }
    Ok(import)
}

fn unsealed<'o>(bytes: &'o [u8], key: Option<&KioskKey>) -> Result<Cow<'o, [u8]>, OfferError> {
    if sealed_for(bytes).is_none() {
        return Ok(Cow::Borrowed(bytes));
    }
    let key = key.ok_or(OfferError::NoKey)?;
    key.open(bytes).map(|signed| Cow::Owned(signed.to_vec())).map_err(OfferError::Sealed)
}
