//! The general authentication procedure (TR-03110-2, 3.4), ending in an open records application.
//!
//! ```text
//! SELECT records        is there such an application?
//! EF.CardAccess, PACE with CHAT ──▶ CAR
//! Terminal Authentication 2: the certificates below that CAR, the terminal's signature
//! EF.CardSecurity, checked against the trust store and EF.CardAccess
//! Chip Authentication 2 with the key in it ──▶ the rights apply
//! EF.SOD, EF.DG14 and EF.DG1, checked: is EF.CardSecurity this card's, and whose card is it?
//! SELECT records
//! ```

use chipwright_channel::chip_authentication::{ChipAuthenticationError, ChipKey, Version, version_2};
use chipwright_channel::pace::{self, Chat, Password, Preference, SecurityInfos};
use chipwright_channel::terminal_authentication::{self, CvBytes, KeyError, TerminalKey};
use chipwright_iso7816::{Aid, Exchanger, LengthMode, StatusWord, Transport};
use chipwright_pki::cv::{Chain, CheckedChain, CvCertificate, Right, plain_signature};
use chipwright_pki::{Policy, SignKey, TrustStore, check};
use chipwright_profile::{CardNumber, read};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::error::{CardFile, LinkError, OpenError};
use crate::link::Link;
use crate::session::RecordsSession;

/// The records application (REC-01).
pub const RECORDS: Aid = Aid::literal(&[0xF0, 0x43, 0x48, 0x49, 0x50, 0x57, 0x02]);

/// id-PK, 0.4.0.127.0.7.2.2.1: infos that carry a public key (TR-03110-3, A.1.1.2).
const PUBLIC_KEY_INFO: &[u8] = &[0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x01];

/// Who asks, and what is held against the card.
pub struct Terminal<'a> {
    /// From a trust point of the cards to the terminal's certificate; links included, so that cards of a former trust point open too.
    pub chain: &'a Chain,
    /// The terminal's key.
    pub key: &'a dyn SignKey,
    /// Who may have signed the card.
    pub trust: &'a TrustStore,
    /// What is demanded of them.
    pub policy: &'a Policy,
    /// The AID of the identity application.
    pub application: &'a Aid,
    /// Now.
    pub at: Timestamp,
}

/// The key as Terminal Authentication asks for it.
struct Signing<'a>(&'a dyn SignKey);

impl TerminalKey for Signing<'_> {
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], KeyError> {
        plain_signature(self.0, message).map_err(|error| KeyError::Store(Box::new(error)))
    }
}

impl<'a, T: Transport> RecordsSession<'a, T> {
    /// Opens the records of the card. Records need extended length: the exchanger is set to it.
    ///
    /// # Errors
    /// [`OpenError`]. The terminal's own certificates are checked first: a card is not bothered with a chain that cannot open it.
    pub fn open(
        card: &'a mut Exchanger<T>,
        password: &Password,
        terminal: &Terminal<'_>,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Result<Self, OpenError> {
        let checked = papers(terminal, password)?;
        card.set_mode(LengthMode::Extended);
        let mut link = Link::plain(card);
        match link.select(0x04, RECORDS.as_bytes())? {
            StatusWord::OK => {}
            StatusWord::FILE_NOT_FOUND => return Err(OpenError::NoRecords),
            status => return Err(OpenError::Refused { what: "the records application", status }),
        }
        master_file(&mut link)?;
        let access =
            link.file(0x1C).map_err(|error| OpenError::File { file: CardFile::CardAccess, error })?;
        let security = authenticate(&mut link, password, terminal, &access, random)?;
        let number = whose(&mut link, terminal, &security)?;
        select(&mut link, RECORDS.as_bytes(), "the records application")?;
        Ok(Self::new(link, number, checked.permissions()))
    }
}

/// The terminal's certificates, and whether they go with the password.
fn papers(terminal: &Terminal<'_>, password: &Password) -> Result<CheckedChain, OpenError> {
    let today = terminal.at.to_zoned(TimeZone::UTC).date();
    let checked = terminal.chain.check(today)?;
    match password {
        Password::Can(_) if !checked.permissions().has(Right::CanAllowed) => Err(OpenError::CanNotAllowed),
        // the card takes a certificate holder authorization template with neither (TA-01, TA-05)
        Password::Mrz(_) | Password::Puk(_) => Err(OpenError::Password),
        _ => Ok(checked),
    }
}

/// PACE, Terminal Authentication, EF.CardSecurity, Chip Authentication: what EF.CardSecurity says.
fn authenticate<T: Transport>(
    link: &mut Link<'_, T>,
    password: &Password,
    terminal: &Terminal<'_>,
    access: &[u8],
    random: &mut dyn FnMut(&mut [u8]),
) -> Result<Vec<u8>, OpenError> {
    let info = pace::choose_with(access, Preference { cam: false })?;
    let bits = terminal.chain.terminal().and_then(|own| own.chat().authentication_bits());
    let chat = Chat::authentication_terminal(bits.unwrap_or_default());
    let established = pace::establish_with(link.card, None, &info, password, Some(&chat), random)?;
    let certificates = below(terminal.chain, &established)?;
    let shown: Vec<Vec<u8>> = certificates.iter().map(CvCertificate::to_bytes).collect();
    let shown: Result<Vec<CvBytes<'_>>, _> = shown.iter().map(|bytes| CvBytes::parse(bytes)).collect();
    let shown = shown.map_err(LinkError::from)?;
    let (session, ours) = terminal_authentication::authenticate(
        link.card,
        established.session,
        &established.card_key,
        &shown,
        &Signing(terminal.key),
        random,
    )
    .map_err(OpenError::Terminal)?;
    link.protect(session);
    let infos = card_security(link, terminal, access)?;
    let key = ChipKey::read(&infos, Version::V2).map_err(|error| OpenError::ChipKey(Some(error)))?;
    let key = key.ok_or(OpenError::ChipKey(None))?;
    let (card, session) = link.lend()?;
    let (session, _proven) =
        version_2::authenticate(card, session, ours, &key).map_err(|error| match error {
            ChipAuthenticationError::NotGenuine(error) => OpenError::NotGenuine(error),
            ChipAuthenticationError::SecureMessaging(error) => LinkError::from(error).into(),
            _ => OpenError::ChipKey(None),
        })?;
    link.protect(session);
    Ok(infos)
}

/// The certificates below the trust point the card named, or the one before it.
fn below<'c>(chain: &'c Chain, pace: &pace::Established) -> Result<&'c [CvCertificate], OpenError> {
    let named = pace.car.as_deref().ok_or(OpenError::NoTrustPoint)?;
    chain.below(named).or_else(|| chain.below(pace.previous_car.as_deref()?)).ok_or_else(|| {
        OpenError::OtherAuthority { card: named.iter().map(|byte| char::from(*byte)).collect() }
    })
}

/// The SecurityInfos of EF.CardSecurity: authentic, and neither more nor less than EF.CardAccess offered.
fn card_security<T: Transport>(
    link: &mut Link<'_, T>,
    terminal: &Terminal<'_>,
    access: &[u8],
) -> Result<Vec<u8>, OpenError> {
    let file = CardFile::CardSecurity;
    let bytes = link.file(0x1D).map_err(|error| OpenError::File { file, error })?;
    let policy = terminal.policy.for_card_security();
    let content = authentic(&bytes, file, terminal, &policy)?;
    let signed = SecurityInfos::parse(&content)?;
    let offered = SecurityInfos::parse(access)?;
    // the keys stand in the signed file alone; all else stands in both, or somebody offered us less or more than the card does
    let agree = offered.iter().all(|info| signed.iter().any(|other| other == info))
        && signed
            .iter()
            .filter(|info| !info.protocol.starts_with(PUBLIC_KEY_INFO))
            .all(|info| offered.iter().any(|other| other == info));
    if agree { Ok(content) } else { Err(OpenError::CardAccessAltered) }
}

/// The card's number, from DG1 as the security object vouches for it; DG14 vouches for EF.CardSecurity.
fn whose<T: Transport>(
    link: &mut Link<'_, T>,
    terminal: &Terminal<'_>,
    security: &[u8],
) -> Result<CardNumber, OpenError> {
    select(link, terminal.application.as_bytes(), "the identity application")?;
    let file = CardFile::SecurityObject;
    let sod = link.file(0x1D).map_err(|error| OpenError::File { file, error })?;
    let cms = read::sod(&sod).map_err(|error| OpenError::Content { file, error })?;
    let content = authentic(cms, file, terminal, terminal.policy)?;
    let hashes = read::security_object(&content).map_err(|error| OpenError::Content { file, error })?;
    let file = CardFile::Dg14;
    let dg14 = link.file(0x0E).map_err(|error| OpenError::File { file, error })?;
    if hashes.matches(14, &dg14) != Some(true) {
        return Err(OpenError::Dg14Altered);
    }
    let named = read::dg14(&dg14).map_err(|error| OpenError::Content { file, error })?;
    let file = CardFile::CardSecurity;
    let security = read::card_security_infos(security).map_err(|error| OpenError::Content { file, error })?;
    if named.vouches_for(&security) != Some(true) {
        return Err(OpenError::OtherCardSecurity);
    }
    let file = CardFile::Dg1;
    let dg1 = link.file(0x01).map_err(|error| OpenError::File { file, error })?;
    if hashes.matches(1, &dg1) != Some(true) {
        return Err(OpenError::Dg1Altered);
    }
    let mrz = read::dg1(&dg1).map_err(|error| OpenError::Content { file, error })?;
    CardNumber::parse(&mrz.document_number()).map_err(|_| OpenError::CardNumber)
}

/// The content of a signed file that stands every check.
fn authentic(
    cms: &[u8],
    file: CardFile,
    terminal: &Terminal<'_>,
    policy: &Policy,
) -> Result<Vec<u8>, OpenError> {
    let report = check(cms, terminal.trust, policy, terminal.at);
    match (report.failures().next(), report.content()) {
        (None, Some(content)) => Ok(content.to_vec()),
        (Some((_, failure)), _) => Err(OpenError::NotAuthentic { file, failure }),
        (None, None) => {
            Err(OpenError::NotAuthentic { file, failure: chipwright_pki::Failure::Malformed { offset: 0 } })
        }
    }
}

fn master_file<T: Transport>(link: &mut Link<'_, T>) -> Result<(), OpenError> {
    match link.select(0x00, &[0x3F, 0x00])? {
        StatusWord::OK => Ok(()),
        status => Err(OpenError::Refused { what: "the master file", status }),
    }
}

fn select<T: Transport>(link: &mut Link<'_, T>, aid: &[u8], what: &'static str) -> Result<(), OpenError> {
    match link.select(0x04, aid)? {
        StatusWord::OK => Ok(()),
        status => Err(OpenError::Refused { what, status }),
    }
}
