//! EF.SOD-PQ: the second, post-quantum signature over the security object (`applet-spec/card.md`, FILE-11).

use crate::authenticity::verdict_of;
use crate::check::{Check, CheckName};
use crate::memory::Memory;
use crate::verdict::Verdict;
use chipwright_pki::policy::Policy;
use chipwright_pki::post_quantum::{PostQuantumError, PostQuantumTrust, check};
use chipwright_profile::FileId;
use jiff::Timestamp;

/// Whether a card must have a second signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondSignatureRule {
    /// A card without one is judged by the first alone; one that is there must hold.
    IfPresent,
    /// Both signatures are demanded.
    Required,
}

/// What second signatures are judged by.
#[derive(Debug, Clone, Copy)]
pub struct SecondSignature<'a> {
    /// The roots and signers known.
    pub trust: &'a PostQuantumTrust,
    /// What is demanded.
    pub rule: SecondSignatureRule,
}

/// Judges the second signature over `content`, the LDSSecurityObject that the first one signs.
pub(crate) fn judge(
    memory: &Memory,
    content: Option<&[u8]>,
    ask: SecondSignature<'_>,
    policy: &Policy,
    at: Timestamp,
) -> Check {
    let name = CheckName::SecondSignature;
    let (Some(content), Some(file)) = (content, memory.files.get(FileId::SodPostQuantum)) else {
        return match (&memory.no_second_signature, ask.rule) {
            (Some(_), SecondSignatureRule::IfPresent) => Check::not_offered(name),
            (Some(why), SecondSignatureRule::Required) => Check::failed(
                name,
                Verdict::SignatureWrong,
                format!("the card has no second signature: {why}"),
            ),
            (None, _) => Check::not_reached(name),
        };
    };
    match check(file, content, ask.trust, policy, at) {
        Ok(_) => Check::passed(name),
        Err(error) => Check::failed(name, verdict(&error), detail(&error)),
    }
}

const fn verdict(error: &PostQuantumError) -> Verdict {
    match error {
        PostQuantumError::Signer(failure) => verdict_of(*failure),
        PostQuantumError::SignerUnknown => Verdict::IssuerUnknown,
        PostQuantumError::Malformed(_)
        | PostQuantumError::OtherSecurityObject
        | PostQuantumError::SignatureWrong
        | PostQuantumError::NotDated => Verdict::SignatureWrong,
    }
}

fn detail(error: &PostQuantumError) -> String {
    match error {
        PostQuantumError::Signer(failure) => format!("the second signature's signer: {failure}"),
        _ => error.to_string(),
    }
}
