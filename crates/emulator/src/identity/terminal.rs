//! Terminal Authentication and Chip Authentication version 2 at the application (chapter 9 of the contract).

use super::Protection;
use super::access::Password;
use crate::chip_authentication::{self, Protocol};
use crate::cv::{Rights, Template};
use crate::flaw::{Flaw, flawed};
use crate::memory::PowerLost;
use crate::pace::{DomainParameters, x_coordinate};
use crate::processor::{Processor, Stop};
use crate::store::NewTrustPoint;
use crate::tables::KeyReference;
use crate::terminal_authentication::{SetAt, SetDst, TerminalAuthentication, TrustPoints};
use chipwright_iso7816::{Response, StatusWord};

/// How far the terminal of a session has come.
pub(super) enum Terminal {
    /// PACE carried no certificate holder authorization template.
    Absent,
    /// It proves itself, or has: Chip Authentication 2 is still to come.
    Proving(Box<TerminalAuthentication>),
    /// Chip Authentication 2 is complete: these rights apply (TA-08).
    Present(Rights),
}

/// A command of Terminal Authentication.
pub(super) enum TerminalCommand {
    /// MSE:Set DST.
    SetDst(SetDst),
    /// PSO: Verify Certificate, `7F4E ‖ 5F37`.
    VerifyCertificate(Vec<u8>),
    /// MSE:Set AT.
    SetAt(SetAt),
    /// EXTERNAL AUTHENTICATE, the signature.
    Authenticate(Vec<u8>),
}

impl Terminal {
    /// After PACE with the password: in which the terminal asked for these rights, if it did.
    pub(super) fn after_pace(requested: Option<[u8; 5]>, password: Password, card_key: [u8; 32]) -> Self {
        requested.map_or(Self::Absent, |requested| {
            let by_pin = password == Password::Pin;
            Self::Proving(Box::new(TerminalAuthentication::new(requested, by_pin, card_key)))
        })
    }

    /// Whether PACE carried a template (CA-04).
    pub(super) const fn is_announced(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// The rights that apply; none before Chip Authentication 2 is complete.
    pub(super) fn rights(&self) -> Option<Rights> {
        match self {
            Self::Present(rights) => Some(*rights),
            Self::Proving(run) if flawed(Flaw::RightsBeforeChipAuthentication) => {
                run.authenticated().map(|(_, rights)| rights)
            }
            Self::Absent | Self::Proving(_) => None,
        }
    }

    /// What the card could not keep of a certificate does not count in the session either (TA-04).
    fn begin_anew(&mut self) {
        if let Self::Proving(run) = self {
            run.begin_anew();
        }
    }

    /// GET CHALLENGE was answered with it.
    pub(super) fn challenge(&mut self, drawn: [u8; 8]) {
        if let Self::Proving(run) = self {
            run.challenge(drawn);
        }
    }
}

impl Processor {
    /// What a template in MSE:Set AT of PACE asks for (TA-01, ACC-11).
    pub(super) fn requested_rights(
        &self,
        slot: usize,
        chat: Option<&Template>,
    ) -> Result<Option<[u8; 5]>, StatusWord> {
        let Some(chat) = chat else { return Ok(None) };
        if self.trust_points(slot).is_none() && flawed(Flaw::TemplateWithoutTrustPoint) {
            return Ok(None);
        }
        self.trust_points(slot).ok_or(StatusWord::INCORRECT_DATA)?;
        if flawed(Flaw::OtherTerminalTypes) {
            return Ok(Some(chat.authentication_terminal().unwrap_or_default()));
        }
        chat.authentication_terminal().map(Some).ok_or(StatusWord::INCORRECT_DATA)
    }

    /// What the last answer of PACE names (TA-01).
    pub(super) fn announced_authorities(&self, slot: usize) -> [Option<Vec<u8>>; 2] {
        self.trust_points(slot).map(|trust| trust.references()).unwrap_or_default()
    }

    /// TA-02 to TA-05.
    pub(super) fn terminal_command(
        &mut self,
        slot: usize,
        command: TerminalCommand,
        protection: Protection,
    ) -> Result<Response, Stop> {
        let trust = self.trust_points(slot).filter(|_| protection.granted);
        let run = match (&mut self.volatile.identity.terminal, trust) {
            (Terminal::Proving(run), Some(trust)) => Ok((run, trust)),
            (Terminal::Present(_), Some(_)) => Err(StatusWord::CONDITIONS_NOT_SATISFIED),
            (Terminal::Absent, _) | (_, None) => Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED),
        };
        let (run, trust) = run?;
        let outcome = match command {
            TerminalCommand::SetDst(set) => run.set_authority(&trust, &set.reference),
            TerminalCommand::SetAt(set) => run.set_terminal(&set),
            TerminalCommand::Authenticate(signature) => run.authenticate(&signature),
            TerminalCommand::VerifyCertificate(data) => match run.verify_certificate(&trust, &data) {
                Ok(None) => Ok(()),
                Ok(Some(after)) => {
                    if !self.store_trust_points(slot, &trust, &after)? {
                        self.volatile.identity.terminal.begin_anew();
                        return Err(StatusWord::NOT_ENOUGH_MEMORY.into());
                    }
                    Ok(())
                }
                Err(failure) => Err(failure),
            },
        };
        outcome.map_err(crate::terminal_authentication::TerminalFailure::status)?;
        Ok(Response::status(StatusWord::OK))
    }

    /// MSE:Set AT of Chip Authentication in a session with a template: whether version 2 may begin (TA-08, CA-04).
    pub(super) fn may_authenticate_chip_2(&self, slot: usize, key_reference: u8) -> Result<(), StatusWord> {
        let Terminal::Proving(run) = &self.volatile.identity.terminal else {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
        };
        if !flawed(Flaw::ChipAuthentication2Early) {
            run.authenticated().ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
        }
        let key = KeyReference::ChipAuthentication2;
        if key_reference != key as u8 || !self.store.has_key_pair(slot, key) {
            return Err(StatusWord::REFERENCED_DATA_NOT_FOUND);
        }
        Ok(())
    }

    /// GENERAL AUTHENTICATE of Chip Authentication 2 (TA-08).
    pub(super) fn authenticate_chip_2(
        &mut self,
        slot: usize,
        protocol: Protocol,
        terminal_key: &[u8; 65],
    ) -> Result<Response, Stop> {
        let authenticated = match &self.volatile.identity.terminal {
            Terminal::Proving(run) => run.authenticated(),
            Terminal::Absent | Terminal::Present(_) => None,
        };
        let (pcd, rights) = authenticated.ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
        let key = self.store.key_pair(slot, KeyReference::ChipAuthentication2);
        let key = key.ok_or(StatusWord::REFERENCED_DATA_NOT_FOUND)?;
        let secret = chip_authentication::agree(&key.private, terminal_key)
            .map_err(chip_authentication::ChipAuthenticationFailure::status)?;
        if x_coordinate(terminal_key) != pcd && !flawed(Flaw::OtherTerminalKey) {
            return Err(StatusWord::AUTHENTICATION_FAILED.into());
        }
        let mut nonce = [0; 8];
        (self.rng)(&mut nonce);
        let keys = secret.keys_with_nonce(protocol, &nonce);
        let answer = keys.answer(&nonce, terminal_key);
        self.volatile.identity.messaging = Some(keys.into_session());
        self.volatile.identity.terminal = Terminal::Present(rights);
        Ok(Response::ok(answer))
    }

    /// None for a card without a trust point.
    fn trust_points(&self, slot: usize) -> Option<TrustPoints> {
        let stored = self.store.trust_points(slot);
        let current = stored.current?;
        let first = TrustPoints::first(DomainParameters::P256, &current).ok()?;
        if stored.date == [0; 6] {
            return Some(first);
        }
        let second = stored.previous.as_deref();
        TrustPoints::stored(DomainParameters::P256, &current, second, &stored.date).ok()
    }

    /// In one transaction (TA-04); false if there is no room.
    fn store_trust_points(
        &mut self,
        slot: usize,
        before: &TrustPoints,
        after: &TrustPoints,
    ) -> Result<bool, PowerLost> {
        let link = after.current().to_bytes();
        let change = if after.current() != before.current() {
            if flawed(Flaw::LinkForgotten) {
                return Ok(true);
            }
            NewTrustPoint::Link(&link)
        } else if after.second().is_none() {
            NewTrustPoint::ForgetPrevious
        } else {
            NewTrustPoint::None
        };
        self.store.set_trust_points(slot, change, after.date().bytes())
    }
}
