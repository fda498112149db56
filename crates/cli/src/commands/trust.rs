//! `trust`: bundles of everything kiosks trust, made at the centre and taken in at a kiosk.

mod archive;
mod build;
mod import;
mod in_force;
mod key;
mod show;
mod still_good;

use crate::context::Context;
use crate::failure::Outcome;
pub(crate) use in_force::KioskTrust;

/// What kiosks trust: bundles made at the centre, taken in at a kiosk
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Trust {
    /// At the centre: sign a bundle of roots, links, revocation lists, status lists, trust points and policy
    Build(build::Build),
    /// At a kiosk: take in the newest bundle of a file, a folder such as a USB stick, or an http address
    Import(import::TakeIn),
    /// Show what a kiosk trusts
    Show(show::Show),
    /// At a kiosk: make the key that bundles are sealed for: kiosk.key opens, kiosk.pub goes to the centre
    KioskKey(key::MakeKey),
    /// At the centre: list the issued cards of a signer as still good, for when it is revoked
    StillGood(still_good::StillGood),
}

impl Trust {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        match self {
            Self::Build(build) => build.run(context),
            Self::Import(import) => import.run(context),
            Self::Show(show) => show.run(context),
            Self::KioskKey(key) => key.run(context),
            Self::StillGood(list) => list.run(context),
        }
    }
}
