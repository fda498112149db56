//! Passive authentication: the checks of `pki`, folded into ours.

use crate::check::{Check, CheckName};
use crate::verdict::Verdict;
use chipwright_pki::report::{
    Check as PkiCheck, Failure, NotChecked, Outcome as PkiOutcome, SecurityObjectReport,
};

/// Which of our checks each check of `pki` belongs to.
const fn belongs_to(check: PkiCheck) -> CheckName {
    match check {
        PkiCheck::Structure
        | PkiCheck::ContentType
        | PkiCheck::ContentDigest
        | PkiCheck::SignerCertificate => CheckName::SecurityObject,
        PkiCheck::Signature => CheckName::Signature,
        PkiCheck::Issuer | PkiCheck::CertificateSignature | PkiCheck::RootKind => CheckName::Issuer,
        PkiCheck::KeyUsage | PkiCheck::Extensions | PkiCheck::DocumentType => CheckName::SignerProfile,
        PkiCheck::SigningTime
        | PkiCheck::PrivateKeyUsage
        | PkiCheck::SignerValidity
        | PkiCheck::IssuerValidity => CheckName::SignerValidity,
        PkiCheck::Crl => CheckName::TrustData,
        PkiCheck::Revocation => CheckName::SignerRevocation,
    }
}

/// The verdict a failure calls for. A signer who may not sign is no issuer of ours.
pub(crate) const fn verdict_of(failure: Failure) -> Verdict {
    match failure {
        Failure::Malformed { .. } | Failure::OtherContentType | Failure::SignerCertificateMissing => {
            Verdict::Unreadable
        }
        Failure::DigestMismatch | Failure::SignatureWrong | Failure::CertificateSignatureWrong => {
            Verdict::SignatureWrong
        }
        Failure::SignerRevoked { .. } | Failure::IssuerRevoked { .. } => Verdict::Revoked,
        Failure::SignedInFuture { .. } | Failure::CrlInFuture { .. } => Verdict::ClockNotCredible,
        Failure::CrlMissing | Failure::CrlStale { .. } => Verdict::TrustDataStale,
        Failure::SignerNotYetValid { .. } | Failure::IssuerNotYetValid { .. } => Verdict::NotYetValid,
        Failure::SignerExpired { .. } | Failure::IssuerExpired { .. } => Verdict::Expired,
        _ => Verdict::IssuerUnknown,
    }
}

const NAMES: [CheckName; 7] = [
    CheckName::SecurityObject,
    CheckName::Signature,
    CheckName::Issuer,
    CheckName::SignerProfile,
    CheckName::SignerValidity,
    CheckName::SignerRevocation,
    CheckName::TrustData,
];

/// One check of ours for every group of checks of `pki`. A failure that speaks of the clock is booked as *clock* as well.
///
/// What a signer says of time is no evidence against our clock while that signer is not valid yet.
pub(crate) fn checks(report: &SecurityObjectReport) -> Vec<Check> {
    let mut checks: Vec<Check> = NAMES.into_iter().map(|name| fold(report, name)).collect();
    let premature = report.failures().any(|(_, failure)| verdict_of(failure) == Verdict::NotYetValid);
    if premature {
        checks.push(Check::not_reached(CheckName::Clock));
        return checks;
    }
    let clock = report.failures().find(|(_, failure)| verdict_of(*failure) == Verdict::ClockNotCredible);
    checks.push(match clock {
        Some((_, failure)) => Check::failed(CheckName::Clock, Verdict::ClockNotCredible, failure.to_string()),
        None if report.signed_at().is_none() => Check::not_reached(CheckName::Clock),
        None => Check::passed(CheckName::Clock),
    });
    checks
}

/// The worst that the checks of a signed object say, in one verdict; nothing if all of them passed. `but_revoked` leaves out that the
/// signer is revoked.
pub(crate) fn worst(report: &SecurityObjectReport, but_revoked: bool) -> Option<(Verdict, String)> {
    let left_out = |failure: &Failure| but_revoked && matches!(failure, Failure::SignerRevoked { .. });
    let counted = report.failures().map(|(_, failure)| failure).filter(|failure| !left_out(failure));
    let failed = counted.map(|failure| (verdict_of(failure), failure.to_string()));
    let worst = failed.min_by_key(|(verdict, _)| verdict.weight());
    let unseen = report.checks().any(|(_, outcome)| matches!(outcome, PkiOutcome::NotChecked(_)));
    match worst {
        Some(worst) => Some(worst),
        None if (report.is_good() || but_revoked) && !unseen => None,
        None => Some((Verdict::TrustDataStale, "not checked: no revocation list is at hand".to_owned())),
    }
}

fn fold(report: &SecurityObjectReport, name: CheckName) -> Check {
    let premature = report.failures().any(|(_, failure)| verdict_of(failure) == Verdict::NotYetValid);
    let mut reached = true;
    for (_, outcome) in report.checks().filter(|(check, _)| belongs_to(*check) == name) {
        match outcome {
            PkiOutcome::Failed(Failure::SignedInFuture { .. }) if premature => {}
            PkiOutcome::Failed(failure) => {
                return Check::failed(name, verdict_of(failure), failure.to_string());
            }
            // what was not demanded was not looked at: unknown is never valid
            PkiOutcome::NotChecked(NotChecked::NotDemanded) => {
                return Check::failed(
                    name,
                    Verdict::TrustDataStale,
                    "not checked: no revocation list is at hand",
                );
            }
            PkiOutcome::NotChecked(NotChecked::NotReached) => reached = false,
            PkiOutcome::Passed => {}
        }
    }
    match report.still_good().filter(|_| name == CheckName::SignerRevocation) {
        Some(revoked) if reached => Check {
            detail: Some(format!(
                "the signer was revoked on {}, and this security object is listed as still good",
                revoked.date
            )),
            ..Check::passed(name)
        },
        _ if reached => Check::passed(name),
        _ => Check::not_reached(name),
    }
}
