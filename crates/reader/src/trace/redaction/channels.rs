//! Which secure channels stand.

use super::class_byte::{ClassByte, Kind};
use super::data_objects;
use chipwright_iso7816::tlv::{Tag, Tlv};
use chipwright_iso7816::{Command, Ins, Response};

/// Where PACE and SCP03 stand, on the basic channel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Channels {
    pub(super) pace: Pace,
    pub(super) scp: Scp,
}

/// Where PACE stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    None,
    /// MSE:Set AT for PACE was accepted.
    Running,
    /// The tokens were exchanged: secure messaging under keys that nobody can derive again.
    Established,
}

/// Where SCP03 stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scp {
    None,
    /// INITIALIZE UPDATE was answered as SCP03 does.
    Initialized,
    /// EXTERNAL AUTHENTICATE was accepted.
    Open,
}

impl Channels {
    pub(super) const fn none() -> Self {
        Self { pace: Pace::None, scp: Scp::None }
    }

    /// After this command and its answer; `done` when the card accepted it.
    pub(super) fn follow(&mut self, command: &Command, response: &Response, whole: &[u8], done: bool) {
        let class = ClassByte::of(command.cla);
        if class.kind == Kind::Reader {
            return;
        }
        self.pace = self.pace_after(class, command, holds_token(whole, response), done);
        self.scp = match (self.scp, command.ins, class) {
            (_, Ins::INITIALIZE_UPDATE, ClassByte { kind: Kind::Manager, channel: 0 }) => {
                if done && is_initialize_update(whole) { Scp::Initialized } else { Scp::None }
            }
            (Scp::Initialized, Ins::EXTERNAL_AUTHENTICATE, ClassByte { kind: Kind::Scp, channel: 0 }) => {
                if response.status.is_success() {
                    Scp::Open
                } else {
                    Scp::None
                }
            }
            (Scp::Open, _, ClassByte { kind: Kind::Scp, channel: 0 }) => Scp::Open,
            _ => Scp::None,
        };
    }

    /// Whatever is sent in plain ends the session (9303-11, 9.8).
    fn pace_after(self, class: ClassByte, command: &Command, token: bool, done: bool) -> Pace {
        let sets =
            command.ins == Ins::MANAGE_SECURITY_ENVIRONMENT && (command.p1, command.p2) == (0xC1, 0xA4);
        let steps =
            command.ins == Ins::GENERAL_AUTHENTICATE && data_objects::is_authentication_data(&command.data);
        match self.pace {
            Pace::Established if class.kind == Kind::Protected => Pace::Established,
            _ if !class.is_basic() => Pace::None,
            _ if sets && done => Pace::Running,
            Pace::Running if steps => match (command.is_chained(), token) {
                (false, true) => Pace::Established,
                (false, false) if !done => Pace::None,
                _ => Pace::Running,
            },
            _ => Pace::None,
        }
    }
}

/// `7C { … 86 token … }`: the card has the same keys as the host.
fn holds_token(whole: &[u8], response: &Response) -> bool {
    response.status.is_success()
        && Tlv::parse_expected(whole, Tag(0x7C))
            .and_then(|outer| outer.children())
            .and_then(|mut inner| inner.find(Tag(0x86)))
            .is_ok_and(|token| token.value.len() >= 8)
}

/// The answer of SCP03 (Amendment D, table 7-2): ten bytes of diversification data, key version, 03, parameter i, challenge,
/// cryptogram, and perhaps a counter.
pub(super) fn is_initialize_update(answer: &[u8]) -> bool {
    matches!(answer.len(), 29 | 32 | 45 | 48) && answer[11] == 0x03
}
