//! What changed from one full bundle to a later one.

use std::collections::BTreeMap;

use super::data::Digest;
use super::full::{BundleError, FullBundle, Header};
use super::wire::{
    BaseWire, ChangeWire, DataWire, DigestWire, Digests, Elements, ElementsChange, StillGoodChange,
    StillGoodWire, sha256,
};

/// The full bundle that a delta builds on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base {
    /// Its number.
    pub number: u64,
    /// SHA-256 of its DER.
    pub digest: Digest,
}

impl Base {
    /// This full bundle.
    #[must_use]
    pub const fn of(bundle: &FullBundle) -> Self {
        Self { number: bundle.header().number, digest: *bundle.digest() }
    }
}

/// A delta: its bytes, and what they say.
#[derive(Clone, PartialEq, Eq)]
pub struct DeltaBundle {
    der: Vec<u8>,
    header: Header,
    change: ChangeWire,
}

/// Why a delta does not make a full bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeltaError {
    /// It builds on another bundle.
    #[error("the delta builds on bundle number {wanted}, and number {held} is in force")]
    OtherNumber {
        /// The number it builds on.
        wanted: u64,
        /// The number at hand.
        held: u64,
    },
    /// It builds on a bundle of this number with other content.
    #[error("the delta builds on another bundle of number {number} than the one in force")]
    OtherContent {
        /// The number.
        number: u64,
    },
    /// It removes what is not there, adds what is, or makes something else than it says.
    #[error("the delta does not make the bundle that it says it makes")]
    OtherResult,
    /// It would make no bundle.
    #[error("what the delta makes is no trust bundle")]
    Result(#[source] BundleError),
}

impl DeltaBundle {
    /// What changed from `base` to `next`.
    ///
    /// # Errors
    /// [`BundleError`] when `next` is not later, or the change cannot be written.
    pub fn between(base: &FullBundle, next: &FullBundle) -> Result<Self, BundleError> {
        if next.header().number <= base.header().number {
            return Err(BundleError::Field("bundle number"));
        }
        let (old, new) = (base.data().to_wire()?, next.data().to_wire()?);
        let change = ChangeWire {
            base: BaseWire { number: base.header().number, digest: DigestWire(*base.digest()) },
            result: DigestWire(*next.digest()),
            policy: (old.policy != new.policy).then_some(new.policy),
            roots: ElementsChange::between(&old.roots, &new.roots),
            links: ElementsChange::between(&old.links, &new.links),
            crls: ElementsChange::between(&old.crls, &new.crls),
            status_lists: ElementsChange::between(&old.status_lists, &new.status_lists),
            cv_points: ElementsChange::between(&old.cv_points, &new.cv_points),
            still_good: still_good_between(&old.still_good, &new.still_good),
        };
        let der = next.header().encode(None, Some(change.clone()))?;
        Self::read(&der, *next.header(), change)
    }

    pub(super) fn read(der: &[u8], header: Header, change: ChangeWire) -> Result<Self, BundleError> {
        if change.base.number == 0 || change.base.number >= header.number {
            return Err(BundleError::Field("number of the base"));
        }
        if !change.still_good.is_sorted_by(|one, next| one.signer < next.signer) {
            return Err(BundleError::Field("list of security objects that are still good"));
        }
        Ok(Self { der: der.to_vec(), header, change })
    }

    /// The DER of the `TrustBundle`.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// Number and dates: those of the full bundle it makes.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The bundle it builds on.
    #[must_use]
    pub const fn base(&self) -> Base {
        Base { number: self.change.base.number, digest: self.change.base.digest.0 }
    }

    /// SHA-256 of the full bundle it makes.
    #[must_use]
    pub const fn result(&self) -> &Digest {
        &self.change.result.0
    }

    /// The DER of the revocation lists that it adds.
    pub(super) fn added_crls(&self) -> &[Vec<u8>] {
        self.change.crls.added.as_slice()
    }

    /// The DER of the link certificates that it adds.
    pub(super) fn added_links(&self) -> &[Vec<u8>] {
        self.change.links.added.as_slice()
    }

    /// The full bundle that it makes of `base`.
    ///
    /// # Errors
    /// [`DeltaError`].
    pub fn apply(&self, base: &FullBundle) -> Result<FullBundle, DeltaError> {
        let (wanted, held) = (self.base(), Base::of(base));
        if wanted.number != held.number {
            return Err(DeltaError::OtherNumber { wanted: wanted.number, held: held.number });
        }
        if wanted.digest != held.digest {
            return Err(DeltaError::OtherContent { number: held.number });
        }
        let old = base.data().to_wire().map_err(DeltaError::Result)?;
        let new = self.changed(&old).ok_or(DeltaError::OtherResult)?;
        let next = FullBundle::of_wire(self.header, new).map_err(DeltaError::Result)?;
        if next.digest() == self.result() { Ok(next) } else { Err(DeltaError::OtherResult) }
    }

    fn changed(&self, old: &DataWire) -> Option<DataWire> {
        let change = &self.change;
        Some(DataWire {
            policy: change.policy.clone().unwrap_or_else(|| old.policy.clone()),
            roots: change.roots.apply(&old.roots)?,
            links: change.links.apply(&old.links)?,
            crls: change.crls.apply(&old.crls)?,
            status_lists: change.status_lists.apply(&old.status_lists)?,
            cv_points: change.cv_points.apply(&old.cv_points)?,
            still_good: apply_still_good(&change.still_good, &old.still_good)?,
        })
    }
}

impl std::fmt::Debug for DeltaBundle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeltaBundle").field("header", &self.header).field("base", &self.base()).finish()
    }
}

impl ElementsChange {
    fn between(old: &Elements, new: &Elements) -> Self {
        let gone = old.as_slice().iter().filter(|element| !new.contains(element));
        let come = new.as_slice().iter().filter(|element| !old.contains(element));
        Self {
            removed: Digests::new(gone.map(|element| sha256(element)).collect()),
            added: Elements::new(come.cloned().collect()),
        }
    }

    /// None if something is removed that is not there, or added that is.
    fn apply(&self, old: &Elements) -> Option<Elements> {
        let is_gone = |element: &&Vec<u8>| self.removed.contains(&sha256(element));
        let (gone, mut kept): (Vec<&Vec<u8>>, Vec<&Vec<u8>>) = old.as_slice().iter().partition(is_gone);
        if gone.len() != self.removed.as_slice().len()
            || self.added.as_slice().iter().any(|element| old.contains(element))
        {
            return None;
        }
        kept.extend(self.added.as_slice());
        Some(Elements::new(kept.into_iter().cloned().collect()))
    }
}

impl Digests {
    fn without(&self, other: &Self) -> Self {
        Self::new(self.as_slice().iter().filter(|digest| !other.contains(digest)).copied().collect())
    }
}

fn still_good_between(old: &[StillGoodWire], new: &[StillGoodWire]) -> Vec<StillGoodChange> {
    let mut signers: Vec<DigestWire> = old.iter().chain(new).map(|entry| entry.signer).collect();
    signers.sort_unstable();
    signers.dedup();
    let (old, new) = (by_signer(old), by_signer(new));
    let changes = signers.into_iter().map(|signer| {
        let objects = |list: &BTreeMap<DigestWire, Digests>| list.get(&signer).cloned().unwrap_or_default();
        let (was, is) = (objects(&old), objects(&new));
        StillGoodChange { signer, removed: was.without(&is), added: is.without(&was) }
    });
    changes.filter(|change| !change.removed.is_empty() || !change.added.is_empty()).collect()
}

fn apply_still_good(changes: &[StillGoodChange], old: &[StillGoodWire]) -> Option<Vec<StillGoodWire>> {
    let mut lists = by_signer(old);
    for change in changes {
        let was = lists.remove(&change.signer).unwrap_or_default();
        let kept = was.without(&change.removed);
        let removed_all = was.as_slice().len() - kept.as_slice().len() == change.removed.as_slice().len();
        if !removed_all || change.added.as_slice().iter().any(|digest| was.contains(digest)) {
            return None;
        }
        let objects = Digests::new([kept.as_slice(), change.added.as_slice()].concat());
        if !objects.is_empty() {
            lists.insert(change.signer, objects);
        }
    }
    Some(lists.into_iter().map(|(signer, objects)| StillGoodWire { signer, objects }).collect())
}

fn by_signer(list: &[StillGoodWire]) -> BTreeMap<DigestWire, Digests> {
    list.iter().map(|entry| (entry.signer, entry.objects.clone())).collect()
}
