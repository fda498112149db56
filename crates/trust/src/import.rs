//! From what a source brought to what is in force.

use std::borrow::Cow;

use chipwright_keystore::{KioskKey, sealed_for};
use chipwright_pki::bundle::{Change, Confirmation, Refusal, Terms};

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
/// refused, and so are first bundles, or resets, of which several different ones fit what an officer confirmed.
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
        let mut anew = Vec::new();
        for (index, (_, signed)) in open.iter().enumerate() {
            if let Ok(decision) = folder.consider(signed, &terms) {
                let number = decision.in_force.bundle.header().number;
                if matches!(decision.change, Change::First | Change::Reset) {
                    anew.push((index, *decision.in_force.bundle.digest()));
                }
                let again = decision.change == Change::None && !import.taken.is_empty();
                if !again && best.is_none_or(|(_, highest)| number > highest) {
                    best = Some((index, number));
                }
            }
        }
        let Some((index, number)) = best else { break };
        // nobody but the officer can tell which one was meant
        if anew.iter().any(|(_, digest)| anew.first().is_some_and(|(_, first)| digest != first)) {
            for (index, _) in anew.into_iter().rev() {
                let (offer, _) = open.remove(index);
                import.refused.push((offer.name.clone(), Refusal::Ambiguous { number }.into()));
            }
            continue;
        }
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
