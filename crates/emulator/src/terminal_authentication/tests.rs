//! Chains, links, dates, rights and the signature, on P-256.

use super::*;
use crate::pace::DomainParameters::{BrainpoolP256r1, P256};
use crate::scp03::vectors::{CvChain, load};
use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Tlv, encode};
use cv_maker::{CVCA, DOMESTIC, FOREIGN, Holder as Maker, TERMINAL, holder, parts, sign};

#[allow(dead_code, unreachable_pub, reason = "the host of the tests uses more of it")]
#[path = "../../tests/host/cv.rs"]
mod cv_maker;

const ID_PICC: [u8; 32] = [0x1D; 32];
const PCD: [u8; 32] = [0x9C; 32];

fn cvca() -> Maker {
    holder("VNCVCA00001", CVCA, 1)
}

fn verifier() -> Maker {
    holder("VNDV00001", DOMESTIC, 2)
}

fn terminal() -> Maker {
    holder("VNTERM00001", TERMINAL, 3)
}

fn trust() -> TrustPoints {
    TrustPoints::first(P256, &cvca().self_signed()).unwrap()
}

fn session() -> TerminalAuthentication {
    TerminalAuthentication::new([0xFF; 5], true, ID_PICC)
}

/// MSE:Set DST and PSO: Verify Certificate.
fn present(
    session: &mut TerminalAuthentication,
    trust: &mut TrustPoints,
    certificate: &[u8],
) -> Result<(), TerminalFailure> {
    let authority = Certificate::parse(certificate).unwrap().authority;
    session.set_authority(trust, &authority)?;
    if let Some(after) = session.verify_certificate(trust, &parts(certificate))? {
        *trust = after;
    }
    Ok(())
}

fn chain(trust: &mut TrustPoints, dv: &Maker, at: &Maker) -> Result<TerminalAuthentication, TerminalFailure> {
    let mut session = session();
    present(&mut session, trust, &dv.issued_by(&cvca()))?;
    present(&mut session, trust, &at.issued_by(dv))?;
    Ok(session)
}

fn named(session: &mut TerminalAuthentication, terminal: &Maker) -> Result<(), TerminalFailure> {
    let terminal = terminal.reference.as_bytes().to_vec();
    session.set_terminal(&SetAt { terminal, ephemeral_key: PCD })
}

fn authenticated(mut session: TerminalAuthentication, terminal: &Maker) -> Rights {
    named(&mut session, terminal).unwrap();
    session.challenge([7; 8]);
    let signed = session.signed_data().unwrap();
    assert_eq!(signed, [&ID_PICC[..], &[7; 8], &PCD].concat());
    session.authenticate(&sign(terminal.key, &signed)).unwrap();
    let (pcd, rights) = session.authenticated().unwrap();
    assert_eq!(pcd, PCD);
    assert_eq!(session.authenticate(&sign(terminal.key, &signed)), Err(TerminalFailure::OutOfOrder));
    assert_eq!(session.set_authority(&trust(), b"VNCVCA00001"), Err(TerminalFailure::OutOfOrder));
    rights
}

/// `7F21` of this body.
fn signed_by_cvca(body: &[u8]) -> Vec<u8> {
    encode(Tag(0x7F21), &[body, &encode(Tag(0x5F37), &sign(1, body))].concat())
}

fn not(reason: NotVerified) -> Result<(), TerminalFailure> {
    Err(TerminalFailure::Certificate(reason))
}

#[test]
fn ta_02_a_chain_leads_to_the_terminal() {
    let mut trust = trust();
    let session = chain(&mut trust, &verifier(), &terminal()).unwrap();
    let rights = authenticated(session, &terminal());
    assert!(rights.may_read(0x0201) && rights.may_append(0x0207) && rights.pin_management());
}

#[test]
fn ta_02_what_does_not_verify() {
    let refused = |certificate: &[u8], reason| {
        let mut trust = trust();
        let (mut session, before) = (session(), trust.clone());
        assert_eq!(present(&mut session, &mut trust, certificate), not(reason));
        assert!(trust == before);
        // The session goes on.
        assert_eq!(present(&mut session, &mut trust, &verifier().issued_by(&cvca())), Ok(()));
    };
    let mut broken = verifier().issued_by(&cvca());
    let last = broken.len() - 1;
    broken[last] ^= 1;
    refused(&broken, NotVerified::Signature);
    let mut altered = verifier().issued_by(&cvca());
    let at = altered.windows(9).position(|window| window == b"VNDV00001").unwrap();
    altered[at + 8] = b'2';
    refused(&altered, NotVerified::Signature);
    refused(
        &Maker { terminal_type: hex::decode("04007f000703010201").unwrap(), ..verifier() }.issued_by(&cvca()),
        NotVerified::TerminalType,
    );
    refused(&terminal().issued_by(&cvca()), NotVerified::Role);
    let sha_512 = hex::decode("04007f00070202020205").unwrap();
    refused(&Maker { algorithm: sha_512, ..verifier() }.issued_by(&cvca()), NotVerified::Key);
    let next = holder("VNCVCA00002", CVCA, 4);
    refused(
        &Maker { domain_parameters: false, ..next.clone() }.issued_by(&cvca()),
        NotVerified::DomainParameters,
    );
    let old = [2, 5, 1, 2, 3, 1];
    refused(
        &Maker { expiration: old, effective: old, ..verifier() }.issued_by(&cvca()),
        NotVerified::Expired,
    );
    refused(&Maker { expiration: old, ..next.clone() }.issued_by(&cvca()), NotVerified::Expired);
    refused(&Maker { effective: [2, 8, 0, 1, 0, 1], ..verifier() }.issued_by(&cvca()), NotVerified::Expired);
    refused(&holder("VNCVCA00001", DOMESTIC, 5).issued_by(&cvca()), NotVerified::NameTaken);
    let prime = hex::decode("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff").unwrap();
    let mut other_curve = next.body("VNCVCA00001");
    let at = other_curve.windows(32).position(|window| window == prime).unwrap();
    other_curve[at + 31] ^= 2;
    refused(&signed_by_cvca(&other_curve), NotVerified::Key);
    // What a card has no room to keep.
    let body = next.body("VNCVCA00001");
    let content = Tlv::parse_expected(&body, Tag(0x7F4E)).unwrap().value;
    let unknown = [encode(Tag(0x06), &[0x2A, 0x03]), encode(Tag(0x53), &[0; 200])].concat();
    let extension = encode(Tag(0x65), &encode(Tag(0x73), &unknown));
    let long = signed_by_cvca(&encode(Tag(0x7F4E), &[content, &extension].concat()));
    assert!(long.len() > TrustPoints::MOST);
    refused(&long, NotVerified::TooLong);
    // A verifier certifies terminals only, a terminal nobody; none of them under a name that is taken.
    let mut trust = trust();
    let mut session = chain(&mut trust, &verifier(), &terminal()).unwrap();
    for name in ["VNDV00001", "VNCVCA00001"] {
        let taken = holder(name, TERMINAL, 5).issued_by(&verifier());
        assert_eq!(present(&mut session, &mut trust, &taken), not(NotVerified::NameTaken), "{name}");
    }
    let other = holder("VNDV00002", FOREIGN, 5);
    assert_eq!(present(&mut session, &mut trust, &other.issued_by(&verifier())), not(NotVerified::Role));
    assert_eq!(present(&mut session, &mut trust, &cvca().issued_by(&verifier())), not(NotVerified::Role));
    let below = holder("VNTERM00002", TERMINAL, 5);
    assert_eq!(present(&mut session, &mut trust, &below.issued_by(&terminal())), not(NotVerified::Role));
}

#[test]
fn ta_02_names_and_order() {
    let mut trust = trust();
    let mut session = session();
    let dv = parts(&verifier().issued_by(&cvca()));
    assert_eq!(session.verify_certificate(&trust, &dv), Err(TerminalFailure::OutOfOrder));
    assert_eq!(session.set_authority(&trust, b"VNDV00001"), Err(TerminalFailure::UnknownReference));
    assert_eq!(session.verify_certificate(&trust, &dv), Err(TerminalFailure::OutOfOrder));
    session.set_authority(&trust, b"VNCVCA00001").unwrap();
    let foreign = parts(&terminal().issued_by(&verifier()));
    assert_eq!(session.verify_certificate(&trust, &foreign).err(), not(NotVerified::AnotherAuthority).err());
    assert!(matches!(session.verify_certificate(&trust, &dv[1..]), Err(TerminalFailure::Unreadable(_))));
    assert_eq!(session.verify_certificate(&trust, &dv), Ok(None));
    // Terminals are named by their own reference only, after their certificate.
    assert_eq!(named(&mut session, &terminal()), Err(TerminalFailure::UnknownReference));
    assert_eq!(named(&mut session, &verifier()), Err(TerminalFailure::UnknownReference));
    session.begin_anew();
    assert_eq!(session.set_authority(&trust, b"VNDV00001"), Err(TerminalFailure::UnknownReference));
    present(&mut session, &mut trust, &verifier().issued_by(&cvca())).unwrap();
    present(&mut session, &mut trust, &terminal().issued_by(&verifier())).unwrap();
    assert_eq!(session.authenticate(&[0; 64]), Err(TerminalFailure::OutOfOrder));
    named(&mut session, &terminal()).unwrap();
    assert_eq!(session.authenticate(&[0; 64]), Err(TerminalFailure::OutOfOrder), "no challenge");
    named(&mut session, &terminal()).unwrap();
    assert!(session.signed_data().is_none());
}

#[test]
fn ta_05_a_wrong_signature_leads_back() {
    let mut trust = trust();
    for wrong in 0..4 {
        let mut session = chain(&mut trust, &verifier(), &terminal()).unwrap();
        named(&mut session, &terminal()).unwrap();
        session.challenge([7; 8]);
        let signed = session.signed_data().unwrap();
        let signature = match wrong {
            0 => sign(2, &signed),
            1 => sign(3, &[&[0; 32][..], &signed[32..]].concat()),
            2 => sign(3, &signed)[..63].to_vec(),
            _ => vec![0; 64],
        };
        assert_eq!(session.authenticate(&signature), Err(TerminalFailure::WrongSignature));
        assert!(session.authenticated().is_none());
        assert_eq!(named(&mut session, &terminal()), Err(TerminalFailure::UnknownReference));
        assert_eq!(session.set_authority(&trust, b"VNDV00001"), Err(TerminalFailure::UnknownReference));
        present(&mut session, &mut trust, &verifier().issued_by(&cvca())).unwrap();
    }
    // A new challenge replaces the old one; a renewed MSE:Set AT drops it.
    let mut session = chain(&mut trust, &verifier(), &terminal()).unwrap();
    named(&mut session, &terminal()).unwrap();
    session.challenge([7; 8]);
    let old = sign(3, &session.signed_data().unwrap());
    session.challenge([8; 8]);
    assert_eq!(session.authenticate(&old), Err(TerminalFailure::WrongSignature));
    let mut session = chain(&mut trust, &verifier(), &terminal()).unwrap();
    named(&mut session, &terminal()).unwrap();
    session.challenge([7; 8]);
    named(&mut session, &terminal()).unwrap();
    assert!(session.signed_data().is_none());
}

#[test]
fn ta_03_who_raises_the_date() {
    let later = [2, 6, 0, 6, 0, 1];
    let after = |dv: &Maker, at: &Maker| {
        let mut trust = trust();
        chain(&mut trust, dv, at).unwrap();
        trust.date().bytes()
    };
    let (domestic, foreign) = (verifier(), holder("XXDV00001", FOREIGN, 2));
    let at_later = Maker { effective: later, ..terminal() };
    assert_eq!(trust().date().bytes(), [2, 6, 0, 1, 0, 1]);
    assert_eq!(after(&domestic, &at_later), later);
    assert_eq!(after(&foreign, &at_later), [2, 6, 0, 1, 0, 1]);
    assert_eq!(after(&Maker { effective: later, ..foreign }, &terminal()), later);
    assert_eq!(
        after(&Maker { effective: [2, 5, 0, 1, 0, 1], ..domestic }, &terminal()),
        [2, 6, 0, 1, 0, 1],
        "never back"
    );
    // What expired meanwhile is refused: the day itself still counts.
    let mut trust = trust();
    chain(&mut trust, &verifier(), &at_later).unwrap();
    let until = |expiration| Maker { expiration, ..verifier() };
    assert!(chain(&mut trust, &until(later), &terminal()).is_ok());
    assert_eq!(
        chain(&mut trust, &until([2, 6, 0, 5, 3, 1]), &terminal()).err(),
        not(NotVerified::Expired).err()
    );
}

#[test]
fn ta_04_links_roll_the_trust_point() {
    let mut trust = trust();
    let mut session = session();
    let second = Maker {
        effective: [2, 7, 0, 1, 0, 1],
        expiration: [2, 9, 1, 2, 3, 1],
        ..holder("VNCVCA00002", CVCA, 4)
    };
    let link = second.issued_by(&cvca());
    present(&mut session, &mut trust, &link).unwrap();
    assert_eq!(trust.references().map(Option::unwrap), [b"VNCVCA00002".to_vec(), b"VNCVCA00001".to_vec()]);
    assert_eq!(trust.date().bytes(), [2, 7, 0, 1, 0, 1]);
    let stored = TrustPoints::stored(
        P256,
        &trust.current().to_bytes(),
        trust.second().map(Certificate::to_bytes).as_deref(),
        &trust.date().bytes(),
    );
    assert!(stored.unwrap() == trust);
    // Both are good for a chain in the same session; only the new one for links.
    present(&mut session, &mut trust, &verifier().issued_by(&cvca())).unwrap();
    let new_verifier = holder("VNDV00002", DOMESTIC, 5);
    present(&mut session, &mut trust, &new_verifier.issued_by(&second)).unwrap();
    let astray = holder("VNCVCA00009", CVCA, 9);
    assert_eq!(present(&mut session, &mut trust, &astray.issued_by(&cvca())), not(NotVerified::Link));
    let same_name = Maker { key: 9, ..second.clone() };
    assert_eq!(present(&mut session, &mut trust, &same_name.issued_by(&second)), not(NotVerified::Link));
    let before = trust.clone();
    present(&mut session, &mut trust, &link).unwrap();
    assert!(trust == before, "the link that was taken before changes nothing");
    // A third sends the first away; an expired second is trusted no more.
    let third = Maker {
        effective: [2, 8, 0, 6, 0, 1],
        expiration: [3, 3, 0, 1, 0, 1],
        ..holder("VNCVCA00003", CVCA, 6)
    };
    present(&mut session, &mut trust, &third.issued_by(&second)).unwrap();
    assert_eq!(session.set_authority(&trust, b"VNCVCA00001"), Err(TerminalFailure::UnknownReference));
    assert!(trust.second().is_some());
    let late = Maker { effective: [3, 0, 0, 1, 0, 1], expiration: [3, 1, 0, 1, 0, 1], ..verifier() };
    present(&mut session, &mut trust, &late.issued_by(&third)).unwrap();
    assert_eq!(trust.references(), [Some(b"VNCVCA00003".to_vec()), None]);
    assert_eq!(session.set_authority(&trust, b"VNCVCA00002"), Err(TerminalFailure::UnknownReference));
    // A former trust point that has expired by the date of the link itself does not stay.
    let mut trust = self::trust();
    let far = Maker {
        effective: [2, 8, 0, 1, 0, 1],
        expiration: [2, 9, 0, 1, 0, 1],
        ..holder("VNCVCA00002", CVCA, 4)
    };
    present(&mut self::session(), &mut trust, &far.issued_by(&cvca())).unwrap();
    assert!(trust.second().is_none());
}

/// 9303-11, 7.1.4.3.3 and 7.1.4.3.4: an expired trust point issues no verifiers, but leads on to the next ones, however
/// long ago they expired.
#[test]
fn ta_04_expired_trust_points_and_links() {
    let mut trust = trust();
    let mut session = session();
    let late = Maker { effective: [3, 1, 0, 1, 0, 1], expiration: [3, 2, 0, 1, 0, 1], ..verifier() };
    present(&mut session, &mut trust, &late.issued_by(&cvca())).unwrap();
    assert_eq!(trust.date().bytes(), [3, 1, 0, 1, 0, 1]);
    let other = Maker { expiration: [3, 3, 0, 1, 0, 1], ..holder("VNDV00002", DOMESTIC, 5) };
    let before = trust.clone();
    assert_eq!(
        present(&mut session, &mut trust, &other.issued_by(&cvca())),
        not(NotVerified::TrustPointExpired)
    );
    assert!(trust == before);
    assert!(trust.references()[0].is_some(), "it is announced all the same");
    let until = |name, key, expiration| Maker { expiration, ..holder(name, CVCA, key) };
    let second = until("VNCVCA00002", 6, [2, 8, 0, 1, 0, 1]);
    let third = until("VNCVCA00003", 7, [3, 6, 0, 1, 0, 1]);
    present(&mut session, &mut trust, &second.issued_by(&cvca())).unwrap();
    assert_eq!(trust.references(), [Some(b"VNCVCA00002".to_vec()), None]);
    present(&mut session, &mut trust, &third.issued_by(&second)).unwrap();
    assert_eq!(trust.references(), [Some(b"VNCVCA00003".to_vec()), None]);
    present(&mut session, &mut trust, &other.issued_by(&third)).unwrap();
    assert_eq!(trust.date().bytes(), [3, 1, 0, 1, 0, 1], "never back");
}

#[test]
fn ta_06_ta_07_rights_are_what_everybody_leaves() {
    let rights = |requested, by_pin, dv: &Maker, at: &Maker| {
        let mut trust = trust();
        let mut session = TerminalAuthentication::new(requested, by_pin, ID_PICC);
        present(&mut session, &mut trust, &dv.issued_by(&cvca())).unwrap();
        present(&mut session, &mut trust, &at.issued_by(dv)).unwrap();
        authenticated(session, at)
    };
    let files = |rights: Rights| (0x0200..0x0208).filter(|file| rights.may_read(*file)).collect::<Vec<u16>>();
    let (dv, at) = (verifier(), terminal());
    assert_eq!(files(rights([0xFF; 5], false, &dv, &at)).len(), 8);
    assert_eq!(files(rights([0, 0, 0, 0x02, 0x10], false, &dv, &at)), [0x0200, 0x0202]);
    assert_eq!(files(rights([0, 0, 0, 0x02, 0x00], false, &dv, &at)), [0u16; 0], "CAN allowed is not left");
    assert_eq!(files(rights([0, 0, 0, 0x02, 0x00], true, &dv, &at)), [0x0200, 0x0202]);
    let narrow = |maker: Maker, low: u8| Maker { template: [maker.template[0], 0, 0, low, 0x10], ..maker };
    assert_eq!(
        files(rights([0xFF; 5], false, &narrow(verifier(), 0x06), &narrow(terminal(), 0x0C))),
        [0x0200, 0x0203]
    );
    let extended = |maker: Maker, bits| Maker { file_rights: Some(bits), ..maker };
    let dv = extended(verifier(), [0, 0x0F, 0, 0]);
    assert_eq!(files(rights([0xFF; 5], false, &dv, &at)), [0x0200, 0x0201, 0x0202, 0x0203]);
    assert_eq!(
        files(rights([0xFF; 5], false, &dv, &extended(terminal(), [0, 0xFE, 0, 0]))),
        [0x0201, 0x0202, 0x0203]
    );
    assert!(!rights([0xFF; 5], false, &dv, &at).may_append(0x0202));
    let at = extended(terminal(), [0, 0, 0, 0x80]);
    let both = rights([0xFF; 5], false, &verifier(), &at);
    assert!(both.may_append(0x0207) && !both.may_append(0x0206), "one bit, told apart by the extension");
    // The trust point narrows too, by its template and by its extension.
    let below = |cvca: Maker| {
        let mut trust = TrustPoints::first(P256, &cvca.self_signed()).unwrap();
        authenticated(chain(&mut trust, &verifier(), &terminal()).unwrap(), &terminal())
    };
    assert_eq!(files(below(cvca())).len(), 8);
    assert_eq!(files(below(narrow(cvca(), 0x06))), [0x0200, 0x0202, 0x0203]);
    assert_eq!(files(below(extended(cvca(), [0, 0x06, 0, 0]))), [0x0201, 0x0202]);
}

/// Real chains on brainpoolP256r1: every signature, and the rights that are left.
#[test]
fn published_chains() {
    let chains = load::<CvChain>("cv-chains");
    assert!(chains.len() >= 4);
    for (name, vector) in chains {
        assert_eq!((vector.expect.as_str(), vector.curve.as_str()), ("pass", "brainpoolP256r1"), "{name}");
        let mut trust = TrustPoints::first(BrainpoolP256r1, &vector.trust_point).unwrap();
        let mut session = session();
        // The trust point verifies itself, and stays what it is.
        present(&mut session, &mut trust, &vector.trust_point).unwrap();
        assert!(trust == TrustPoints::first(BrainpoolP256r1, &vector.trust_point).unwrap());
        for certificate in &vector.certificates {
            let mut altered = certificate.0.clone();
            altered[80] ^= 1;
            assert!(present(&mut session, &mut trust, &altered).is_err(), "{name}");
            assert_eq!(present(&mut session, &mut trust, certificate), Ok(()), "{name}");
        }
        let terminal = vector.terminal.as_bytes().to_vec();
        session.set_terminal(&SetAt { terminal, ephemeral_key: PCD }).unwrap();
        let Stage::Named { terminal, .. } = &session.stage else { panic!("{name}") };
        assert_eq!(terminal.rights, Rights::requested(vector.rights[..].try_into().unwrap()), "{name}");
        // On the card's own curve nothing of it counts.
        let mut trust = TrustPoints::first(P256, &vector.trust_point).unwrap();
        let refused = present(&mut self::session(), &mut trust, &vector.certificates[0]);
        assert_eq!(refused, Err(TerminalFailure::UnknownReference), "{name}");
    }
}

#[test]
fn many_certificates_of_one_session() {
    let mut trust = trust();
    let mut session = session();
    let names = ["VNDV00001", "VNDV00002", "VNDV00003", "VNDV00004", "VNDV00005"];
    for name in names {
        for _ in 0..3 {
            present(&mut session, &mut trust, &holder(name, FOREIGN, 2).issued_by(&cvca())).unwrap();
        }
    }
    assert_eq!(session.set_authority(&trust, b"VNDV00001"), Err(TerminalFailure::UnknownReference));
    for name in &names[1..] {
        assert_eq!(session.set_authority(&trust, name.as_bytes()), Ok(()));
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_do_not_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300), cut in 0usize..400) {
        let trust = trust();
        let mut session = session();
        session.set_authority(&trust, b"VNCVCA00001").unwrap();
        proptest::prop_assert!(session.verify_certificate(&trust, &bytes).is_err());
        let mut certificate = parts(&cvca().self_signed());
        certificate.truncate(cut);
        certificate.extend_from_slice(&bytes);
        proptest::prop_assert!(session.verify_certificate(&trust, &certificate).is_err());
    }
}
