//! What a card owes by its signed data, and with which keys it pays.

use crate::authenticity;
use crate::files::Files;
use crate::proof::Proof;
use crate::verdict::Verdict;
use chipwright_channel::SubjectPublicKey;
use chipwright_channel::active_authentication::{self, ActiveAuthenticationKey};
use chipwright_channel::chip_authentication::{ChipKey, MappingKeys, Version};
use chipwright_iso7816::tlv::Tlv;
use chipwright_pki::certificate::Certificate;
use chipwright_pki::policy::Policy;
use chipwright_pki::report::{Failure, SecurityObjectReport};
use chipwright_pki::trust::TrustStore;
use chipwright_profile::security_object::SecurityObject;
use chipwright_profile::{SecurityInfos, read};
use jiff::Timestamp;

/// `id-PACE-ECDH-CAM-AES-CBC-CMAC`: 0.4.0.127.0.7.2.2.4.6.
const ID_PACE_CAM: [u8; 9] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, 0x06];
/// Data groups 14 and 15, which promise.
pub(crate) const PROMISING: [u8; 2] = [14, 15];

/// The proofs that the signed data promise, each with its key, or with why there is none.
pub(crate) struct Owed {
    mapping: bool,
    chip_authentication: Option<Result<ChipKey, String>>,
    active_authentication: Option<Result<ActiveAuthenticationKey, String>>,
    infos: SecurityInfos,
}

impl Owed {
    /// By the hash list, DG14 and DG15. Nothing if DG14, which says what there is, is not at hand as it was signed.
    pub(crate) fn read(signed: &SecurityObject, files: &Files) -> Option<Self> {
        if !files.is_signed(signed, 14) {
            return None;
        }
        let file = files.data_group(14)?;
        let infos = read::dg14(file).ok()?;
        let der = Tlv::parse_one(file).ok()?.value;
        let announced = active_authentication::announced(der).unwrap_or(false);
        let mapping = infos.iter().any(|(protocol, _)| protocol.as_bytes().starts_with(&ID_PACE_CAM));
        Some(Self {
            mapping,
            chip_authentication: ChipKey::read(der, Version::V1)
                .map_err(|error| error.to_string())
                .transpose(),
            active_authentication: (announced || signed.hash_of(15).is_some()).then(|| {
                match files.data_group(15) {
                    None => Err("DG15 is not there".to_owned()),
                    Some(_) if !files.is_signed(signed, 15) => Err("DG15 is not what was signed".to_owned()),
                    Some(file) => ActiveAuthenticationKey::from_dg15(file).map_err(|error| error.to_string()),
                }
            }),
            infos,
        })
    }

    /// What DG14 has against EF.CardSecurity: it is signed too, but by itself it may be another card's (CAM-03).
    pub(crate) fn objection(&self, security: &Security) -> Option<&'static str> {
        match self.infos.vouches_for(security.infos.as_ref()?) {
            Some(true) => None,
            Some(false) => Some("EF.CardSecurity holds other keys than DG14 names"),
            None => Some("DG14 names no keys of EF.CardSecurity"),
        }
    }

    /// Which proofs are promised, the cheapest first.
    pub(crate) fn proofs(&self) -> impl Iterator<Item = Proof> {
        let promised =
            [self.mapping, self.chip_authentication.is_some(), self.active_authentication.is_some()];
        Proof::BY_COST.into_iter().zip(promised).filter_map(|(proof, promised)| promised.then_some(proof))
    }

    /// The key of Chip Authentication 1.
    pub(crate) fn chip_key(&self) -> Option<Result<ChipKey, String>> {
        self.chip_authentication.clone()
    }

    /// The key of Active Authentication.
    pub(crate) fn signing_key(&self) -> Option<Result<ActiveAuthenticationKey, String>> {
        self.active_authentication.clone()
    }
}

/// EF.CardSecurity, judged.
pub(crate) struct Security {
    /// What it says, if its signature is one of ours.
    pub(crate) infos: Option<SecurityInfos>,
    /// The keys PACE with Chip Authentication Mapping may be proven with.
    pub(crate) keys: Vec<SubjectPublicKey>,
    /// What is wrong with it, and the verdict that calls for.
    pub(crate) fault: Option<(Verdict, String)>,
    /// The revoked signer of which some security objects are still good: it counts with one of those alone.
    pub(crate) only_with: Option<([u8; 32], String)>,
}

impl Security {
    /// Why it does not count beside this EF.SOD, of which it is only known afterwards whether it is still good.
    pub(crate) fn refused_beside(&self, security_object: &SecurityObjectReport) -> Option<&str> {
        let (signer, why) = self.only_with.as_ref()?;
        let same = security_object.signer().is_some_and(|other| other.fingerprint() == *signer);
        (!same || security_object.still_good().is_none()).then_some(why)
    }

    /// Checks the signature against the trust store, like that of EF.SOD.
    pub(crate) fn check(file: &[u8], trust: &TrustStore, policy: &Policy, at: Timestamp) -> Self {
        let policy = Policy { content_type: chipwright_pki::oid::SECURITY_OBJECT, ..*policy };
        let report = chipwright_pki::check::check(file, trust, &policy, at);
        let nothing = |verdict, detail: String| Self {
            infos: None,
            keys: Vec::new(),
            fault: Some((verdict, detail)),
            only_with: None,
        };
        let revoked = report.failures().map(|(_, failure)| failure);
        let revoked = revoked.filter(|failure| matches!(failure, Failure::SignerRevoked { .. })).last();
        let signer = report.signer().map(Certificate::fingerprint);
        let only_with = signer.zip(revoked.map(|failure| failure.to_string()));
        let only_with = only_with.filter(|(signer, _)| trust.lists_still_good(signer));
        let fault = match authenticity::worst(&report, only_with.is_some()) {
            // the key may be anybody's
            Some((Verdict::Unreadable | Verdict::SignatureWrong | Verdict::IssuerUnknown, why)) => {
                return nothing(Verdict::ChipNotProven, why);
            }
            fault => fault,
        };
        let Some(content) = report.content() else {
            return nothing(Verdict::ChipNotProven, "nothing was signed".to_owned());
        };
        match (read::card_security_infos(content), MappingKeys::read(content)) {
            (Ok(infos), Ok(MappingKeys(keys))) => Self { infos: Some(infos), keys, fault, only_with },
            (Err(error), _) => nothing(Verdict::ChipNotProven, error.to_string()),
            (_, Err(error)) => nothing(Verdict::ChipNotProven, error.to_string()),
        }
    }
}
