//! What a kiosk's folder of trust data says of judging a card.

use super::import::failed;
use crate::failure::Failure;
use crate::status_lists::MOST_ENTRIES;
use crate::text::{Text, text};
use crate::vietnamese;
use chipwright_iso7816::Aid;
use chipwright_pki::bundle::{self, InForce};
use chipwright_pki::status_list::{Expectation, StatusLists, verify};
use chipwright_pki::{Policy, TrustStore};
use chipwright_trust::{FolderError, TrustFolder};
use chipwright_verify::{ChipProofPolicy, Inspection, Report, StatusRule};
use jiff::Timestamp;
use std::path::Path;

/// What a kiosk knows beside roots and lists.
pub(crate) struct KioskTrust {
    folder: TrustFolder,
    document_types: Vec<String>,
    until: Timestamp,
    overdue: Option<Timestamp>,
}

/// The trust data of a kiosk, ready to judge by.
pub(crate) struct Loaded {
    pub(crate) kiosk: KioskTrust,
    pub(crate) trust: TrustStore,
    pub(crate) policy: Policy,
    pub(crate) application: Aid,
    pub(crate) chip_proof: ChipProofPolicy,
    pub(crate) statuses: StatusLists,
    pub(crate) status_rule: StatusRule,
    /// Status lists that were not taken, and why.
    pub(crate) refused: Vec<Text>,
}

impl KioskTrust {
    /// What is in force in this folder; none if it is not a folder of trust bundles. `policy` says which roots count.
    pub(crate) fn load(path: &Path, policy: Policy, at: Timestamp) -> Result<Option<Loaded>, Failure> {
        if !TrustFolder::is_at(path) {
            return Ok(None);
        }
        let folder = TrustFolder::open(path).map_err(|error| failed(&error))?;
        let Some(InForce { bundle, .. }) = folder.in_force() else { return Ok(None) };
        let (data, header) = (bundle.data(), bundle.header());
        let trust = data.trust_store(at).map_err(|error| failed(&FolderError::Inconsistent(error)))?;
        let policy = data.policy.demands(policy);
        let (mut statuses, mut refused) = (StatusLists::new(), Vec::new());
        for list in &data.status_lists {
            let expected =
                Expectation { trust: &trust, policy: &policy, at, most_entries: MOST_ENTRIES, signers: &[] };
            let taken = verify(&list.token, &expected).map_err(|error| error.to_string());
            if let Err(why) = taken.and_then(|token| statuses.add(token).map_err(|error| error.to_string())) {
                refused.push(Text {
                    en: format!("status list {} was not taken: {why}", list.id),
                    vi: format!("không dùng danh sách trạng thái {}: {}", list.id, vietnamese::said(&why)),
                });
            }
        }
        Ok(Some(Loaded {
            application: data.policy.application,
            chip_proof: match data.policy.chip_proof {
                bundle::ChipProofRule::Required => ChipProofPolicy::Required,
                bundle::ChipProofRule::IfPromised => ChipProofPolicy::IfPromised,
            },
            status_rule: match data.policy.status {
                bundle::StatusRule::Required => StatusRule::Required,
                bundle::StatusRule::IfPresent => StatusRule::IfPresent,
            },
            trust,
            policy,
            statuses,
            refused,
            kiosk: Self {
                document_types: data.policy.document_types.clone(),
                until: header.end_of_grace,
                overdue: Some(header.next_update).filter(|due| at > *due),
                folder,
            },
        }))
    }

    /// The same inspection, by what this kiosk knows.
    pub(crate) fn instruct<'a>(&'a self, ask: Inspection<'a>) -> Inspection<'a> {
        Inspection {
            not_before: self.folder.not_before(),
            trust_until: Some(self.until),
            document_types: Some(&self.document_types),
            ..ask
        }
    }

    /// What whoever keeps the kiosk should hear beside the verdict.
    pub(crate) fn warning(&self) -> Option<Text> {
        self.overdue.map(|due| {
            text!(
                "the next trust bundle was due on {due}; this one counts until {}",
                "lẽ ra phải có gói tin cậy mới từ {due}; gói này có giá trị đến {}",
                self.until
            )
        })
    }

    /// Keeps the time that a good card was signed at; a folder that cannot be written is told of.
    pub(crate) fn learn(&mut self, report: &Report) -> Option<Text> {
        let signed_at = report.signed_at()?;
        let error = self.folder.saw(signed_at).err()?;
        Some(Text {
            en: format!("the time {signed_at} was not kept: {error}"),
            vi: format!("không ghi nhớ được thời điểm {signed_at}: {}", vietnamese::said(&error.to_string())),
        })
    }
}
