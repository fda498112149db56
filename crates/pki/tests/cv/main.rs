//! Card-verifiable certificates: published ones, our own, and what other people's programs say of them.
#![allow(
    missing_docs,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "tests"
)]

#[path = "../fixture/mod.rs"]
mod fixture;
mod house;
mod judges;

use chipwright_pki::cv::{
    AuthorityProfile, Category, Chain, ChainFault, Chat, CountersignedRequest, CvCertificate, CvError,
    CvPeriod, CvRequest, FileRights, HolderProfile, IssueError, Permissions, RequestError, Right, Rights,
    Role, prepare_countersignature, prepare_dv, prepare_link, prepare_request, prepare_terminal,
};
use chipwright_pki::{SignError, SignKey};
use fixture::TestKey;
use house::{House, holder, period, reference};
use jiff::civil::date;
use proptest::prelude::*;
use serde::Deserialize;
use std::fs;
use std::path::PathBuf;

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the file says more than is compared")]
struct Vector {
    source: String,
    expect: String,
    comment: String,
    kind: String,
    certificate: String,
    authority: String,
    holder: String,
    terminal_type: String,
    role: String,
    authorization: String,
    key_algorithm: String,
    domain_parameters: bool,
    effective: String,
    expires: String,
}

#[test]
fn published_certificates_are_read_and_written_to_the_same_bytes() {
    let mut seen = 0;
    for entry in fs::read_dir(repository().join("test-vectors/cv-certificates")).unwrap() {
        let path = entry.unwrap().path();
        let vector: Vector = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        assert_eq!((vector.kind.as_str(), vector.expect.as_str()), ("cv-certificate", "pass"));
        let bytes = hex::decode(&vector.certificate).unwrap();
        let read = CvCertificate::parse(&bytes).unwrap();
        assert_eq!(read.to_bytes(), bytes, "{}", path.display());
        assert_eq!(read.authority().to_string(), vector.authority);
        assert_eq!(read.holder().to_string(), vector.holder);
        assert_eq!(hex::encode(read.chat().terminal_type().as_bytes()), vector.terminal_type);
        assert_eq!(hex::encode(read.chat().bits()), vector.authorization);
        assert_eq!(hex::encode(read.public_key().algorithm().as_bytes()), vector.key_algorithm);
        assert_eq!(read.public_key().domain().is_some(), vector.domain_parameters);
        let role = match read.role() {
            Role::Cvca => "cvca",
            Role::DomesticDv => "dv-domestic",
            Role::ForeignDv => "dv-foreign",
            Role::Terminal => "terminal",
        };
        assert_eq!(role, vector.role);
        assert_eq!(read.period().effective().to_string(), vector.effective);
        assert_eq!(read.period().expires().to_string(), vector.expires);
        assert_eq!(read.is_self_signed(), vector.role == "cvca");
        assert!(read.file_rights().is_none());
        // RSA, brainpool and SHA-1 are read, and open nothing here
        let usable = read.public_key().as_p256().is_some();
        assert!(!usable, "{}", path.display());
        seen += 1;
    }
    assert_eq!(seen, 7);
}

#[derive(Deserialize)]
struct RightsTable {
    right: Vec<Row>,
    role: RoleRow,
}

#[derive(Deserialize)]
struct Row {
    bit: u8,
    name: String,
    file: Option<String>,
}

#[derive(Deserialize)]
struct RoleRow {
    bits: [u8; 2],
    #[serde(rename = "CVCA")]
    cvca: u8,
    #[serde(rename = "DV_domestic")]
    domestic: u8,
    #[serde(rename = "DV_foreign")]
    foreign: u8,
    terminal: u8,
}

#[test]
fn the_rights_are_those_of_the_specification() {
    let text = fs::read_to_string(repository().join("applet-spec/tables/rights.toml")).unwrap();
    let table: RightsTable = toml::from_str(&text).unwrap();
    let named = |row: &Row| {
        let category = || {
            let file = u16::from_str_radix(row.file.as_ref().unwrap(), 16).unwrap();
            Category::of_file(file).unwrap()
        };
        match row.name.as_str() {
            "CAN allowed" => Right::CanAllowed,
            "PIN management" => Right::PinManagement,
            "read" => Right::Read(category()),
            "append" => Right::Append(category()),
            other => panic!("{other}"),
        }
    };
    let specified: Vec<(Right, u8)> = table.right.iter().map(|row| (named(row), row.bit)).collect();
    let ours: Vec<(Right, u8)> = Right::all().map(|right| (right, right.bit().unwrap())).collect();
    assert_eq!(specified, ours);
    assert_eq!(table.role.bits, [38, 39]);
    for (role, value) in [
        (Role::Cvca, table.role.cvca),
        (Role::DomesticDv, table.role.domestic),
        (Role::ForeignDv, table.role.foreign),
        (Role::Terminal, table.role.terminal),
    ] {
        let chat = Chat::authentication(role, Rights::NONE);
        assert_eq!((chat.bits(), chat.role()), (&[value << 6, 0, 0, 0, 0][..], role));
    }
}

#[test]
fn rights_have_names_and_bits() {
    for right in Right::all() {
        assert_eq!(right.to_string().parse::<Right>().unwrap(), right);
        let chat = Chat::authentication(Role::Terminal, Rights::of([right]));
        assert!(chat.rights().unwrap().has(right));
    }
    assert_eq!(Right::Append(Category::CitizenNumber).bit(), None);
    assert!("append:citizen-number".parse::<Right>().is_err() && "read".parse::<Right>().is_err());
    let chat = Chat::authentication(
        Role::DomesticDv,
        Rights::of([Right::Append(Category::PartyLife), Right::CanAllowed]),
    );
    // the bits libeac calls write DG17, CAN allowed, and DV domestic
    assert_eq!(chat.bits(), [0xA0, 0, 0, 0, 0x10]);
    assert_eq!(hex::encode(chat.to_bytes()), "7f4c12060904007f0007030102025305a000000010");
}

#[test]
fn a_chain_of_ours_gives_its_rights() {
    let house = House::new();
    let chain = house.chain();
    let checked = chain.check(date(2026, 6, 1)).unwrap();
    let rights: Vec<String> = checked.permissions().iter().map(|right| right.to_string()).collect();
    assert_eq!(rights, ["can-allowed", "read:party-life", "append:training"]);
    assert!(house.cvca.public_key().domain().is_some());
    assert!(house.dv.public_key().domain().is_none() && house.terminal.public_key().domain().is_none());
    assert_eq!(chain.below(b"VNHOUSECVCA00001").map(<[_]>::len), None);
    assert_eq!(chain.below(house.cvca.holder().as_bytes()).map(<[_]>::len), Some(2));
    assert_eq!(chain.terminal().unwrap(), &house.terminal);
    let all = [house.dv.to_bytes(), house.terminal.to_bytes()].concat();
    assert_eq!(CvCertificate::parse_all(&all).unwrap(), chain.certificates());
    assert!(CvCertificate::parse(&all).is_err(), "one certificate, and nothing after it");
}

#[test]
fn dates_count_by_the_day() {
    let chain = House::new().chain();
    let fault = |at| chain.check(at).unwrap_err();
    let early = fault(date(2025, 12, 31));
    assert_eq!((early.position, early.fault), (1, ChainFault::NotYetValid(date(2026, 1, 1))));
    assert!(chain.check(date(2026, 2, 1)).is_ok() && chain.check(date(2026, 6, 30)).is_ok());
    let terminal = fault(date(2026, 7, 1));
    assert_eq!((terminal.position, terminal.fault), (2, ChainFault::Expired(date(2026, 6, 30))));
    let dv = fault(date(2027, 1, 1));
    assert_eq!((dv.position, dv.fault), (1, ChainFault::Expired(date(2026, 12, 31))));
}

#[test]
fn wrong_chains_are_refused_each_for_its_reason() {
    let (house, other) = (House::new(), House::new());
    let at = date(2026, 6, 1);
    let fault = |point: &CvCertificate, chain: Vec<CvCertificate>| {
        Chain::new(point.clone(), chain).check(at).unwrap_err().fault
    };
    let House { cvca, dv, terminal, .. } = &house;
    assert_eq!(fault(cvca, vec![]), ChainFault::NoTerminal);
    assert_eq!(fault(cvca, vec![dv.clone()]), ChainFault::NoTerminal);
    assert_eq!(fault(cvca, vec![terminal.clone()]), ChainFault::OtherAuthority);
    assert_eq!(fault(dv, vec![terminal.clone()]), ChainFault::Role);
    // the same names, another house's keys
    assert_eq!(fault(cvca, vec![other.dv.clone(), other.terminal.clone()]), ChainFault::SignatureWrong);
    assert_eq!(fault(cvca, vec![dv.clone(), other.terminal.clone()]), ChainFault::SignatureWrong);
    // a terminal signs nothing
    assert_eq!(fault(cvca, vec![dv.clone(), terminal.clone(), terminal.clone()]), ChainFault::OtherAuthority);
    let pilfered = hex::decode(
        serde_json::from_slice::<Vector>(
            &fs::read(repository().join("test-vectors/cv-certificates/openpace-decvcaepass00102.json"))
                .unwrap(),
        )
        .unwrap()
        .certificate,
    )
    .unwrap();
    assert_eq!(fault(&CvCertificate::parse(&pilfered).unwrap(), vec![]), ChainFault::Curve);
}

#[test]
fn no_altered_byte_is_accepted() {
    let house = House::new();
    let at = date(2026, 6, 1);
    for (place, certificate) in [(0, &house.dv), (1, &house.terminal)] {
        let bytes = certificate.to_bytes();
        for position in 0..bytes.len() {
            for mask in [0x01, 0x80, 0xFF] {
                let mut altered = bytes.clone();
                altered[position] ^= mask;
                let Ok(read) = CvCertificate::parse(&altered) else { continue };
                assert_eq!(read.to_bytes(), altered, "what is read is written to the same bytes");
                let mut certificates = vec![house.dv.clone(), house.terminal.clone()];
                certificates[place] = read;
                let chain = Chain::new(house.cvca.clone(), certificates);
                assert!(chain.check(at).is_err(), "byte {position} ^ {mask:02X}");
            }
        }
        for length in 0..bytes.len() {
            assert!(CvCertificate::parse(&bytes[..length]).is_err());
        }
    }
}

#[test]
fn nothing_widens() {
    let house = House::new();
    let wide = |rights, files| HolderProfile {
        rights,
        files,
        ..holder("VNTERM00009", Rights::NONE, None, period(2, 6))
    };
    let key = TestKey::p256();
    let prepare = |profile: &HolderProfile| prepare_terminal(profile, key.public_key(), &house.dv).map(drop);
    let more = Rights::of([Right::Append(Category::PartyLife)]);
    assert_eq!(prepare(&wide(more, None)), Err(IssueError::Wider));
    let files = FileRights::of([Right::Append(Category::Transfer)]);
    assert_eq!(
        prepare(&wide(Rights::NONE, Some(files))),
        Err(IssueError::Wider),
        "the extension of its issuer is narrower"
    );
    // whoever leaves the extension out keeps his issuer's
    let plain = prepare_terminal(&wide(house::RIGHTS(), None), key.public_key(), &house.dv).unwrap();
    let plain = plain.sign_with(&house.dv_key).unwrap();
    let chain = Chain::new(house.cvca.clone(), vec![house.dv.clone(), plain]);
    let permissions = chain.check(date(2026, 6, 1)).unwrap().permissions();
    assert!(
        permissions.has(Right::Append(Category::Training))
            && permissions.has(Right::Read(Category::PartyLife))
    );
    assert!(
        !permissions.has(Right::Append(Category::Rights)),
        "the bit is there, the extension has not the file"
    );
    assert!(permissions.rights().has(Right::Append(Category::Rights)));
}

#[test]
fn what_contradicts_the_issuer_is_not_made() {
    let house = House::new();
    let (p256, p384) = (TestKey::p256(), TestKey::p384());
    let profile = |months| holder("VNX00001", Rights::NONE, None, months);
    let refused =
        |result: Result<chipwright_pki::Prepared<CvCertificate>, IssueError>| result.map(drop).unwrap_err();
    assert_eq!(
        refused(prepare_dv(&profile(period(1, 12)), p384.public_key(), &house.cvca)),
        IssueError::Curve
    );
    assert!(matches!(
        refused(prepare_dv(&profile(period(1, 12)), p256.public_key(), &house.dv)),
        IssueError::Role { role: Role::DomesticDv, .. }
    ));
    assert!(matches!(
        refused(prepare_terminal(&profile(period(1, 12)), p256.public_key(), &house.cvca)),
        IssueError::Role { .. }
    ));
    let late = CvPeriod::new(date(2026, 12, 1), date(2027, 1, 1)).unwrap();
    assert!(matches!(
        refused(prepare_terminal(&profile(late), p256.public_key(), &house.dv)),
        IssueError::Period { .. }
    ));
    let same = house.authority_profile(1, 2027);
    assert!(matches!(
        refused(prepare_link(&same, p256.public_key(), &house.cvca)),
        IssueError::SameReference(_)
    ));
    let other_key = prepare_dv(&profile(period(1, 12)), p256.public_key(), &house.cvca).unwrap();
    assert!(matches!(other_key.sign_with(&p256), Err(SignError::OtherKey)));
}

#[test]
fn a_link_certificate_carries_on() {
    let house = House::new();
    let (link, second) = house.roll();
    assert_eq!((link.authority(), link.holder()), (house.cvca.holder(), second.cvca.holder()));
    assert!(link.public_key().domain().is_some() && !link.is_self_signed());
    let at = date(2026, 6, 1);
    let all = vec![link.clone(), second.dv.clone(), second.terminal.clone()];
    let chain = Chain::new(house.cvca.clone(), all);
    chain.check(at).unwrap();
    // a card that has the new trust point already is shown less
    assert_eq!(chain.below(second.cvca.holder().as_bytes()).unwrap().len(), 2);
    assert_eq!(chain.below(house.cvca.holder().as_bytes()).unwrap().len(), 3);
    // a link that has expired still leads to the new key
    let short = AuthorityProfile {
        period: CvPeriod::new(date(2026, 1, 1), date(2026, 2, 1)).unwrap(),
        ..house.authority_profile(2, 2031)
    };
    let key = second.cvca.public_key().as_p256().unwrap();
    let old = prepare_link(&short, &key, &house.cvca).unwrap().sign_with(&house.cvca_key).unwrap();
    let slept = Chain::new(house.cvca.clone(), vec![old, second.dv.clone(), second.terminal.clone()]);
    slept.check(at).unwrap();
    let roots = Chain::new(second.cvca.clone(), vec![second.dv.clone(), second.terminal.clone()]);
    roots.check(at).unwrap();
}

#[test]
fn requests_show_that_the_key_is_held() {
    let house = House::new();
    let (key, other) = (TestKey::p256(), TestKey::p256());
    let name = reference("VNNEW00001");
    let request =
        prepare_request(&name, Some(house.dv.holder()), key.public_key()).unwrap().sign_with(&key).unwrap();
    assert_eq!(CvRequest::parse(&request.to_bytes()).unwrap(), request);
    assert_eq!((request.holder(), request.authority()), (&name, Some(house.dv.holder())));
    assert_eq!(&request.verified_key().unwrap(), key.public_key());
    let mut altered = request.to_bytes();
    *altered.last_mut().unwrap() ^= 1;
    assert_eq!(CvRequest::parse(&altered).unwrap().verified_key(), Err(RequestError::SignatureWrong));

    let former = house.terminal.holder();
    let signed = prepare_countersignature(&request, former, house.terminal_key.public_key());
    let signed = signed.sign_with(&house.terminal_key).unwrap();
    let read = CountersignedRequest::parse(&signed.to_bytes()).unwrap();
    assert_eq!((read.request(), read.authority()), (&request, former));
    assert_eq!(&read.verified_key(house.terminal_key.public_key()).unwrap(), key.public_key());
    assert_eq!(read.verified_key(other.public_key()), Err(RequestError::OuterSignatureWrong));
    assert!(matches!(CvRequest::parse(&signed.to_bytes()), Err(CvError::Malformed(_))));
}

proptest! {
    #[test]
    fn bytes_that_are_no_certificate_do_no_harm(bytes: Vec<u8>) {
        let _ = CvCertificate::parse(&bytes);
        let _ = CvRequest::parse(&bytes);
        let _ = CountersignedRequest::parse(&bytes);
    }

    #[test]
    fn narrowing_never_widens(a in 0u64..1 << 38, b in 0u64..1 << 38, first: Vec<bool>, second: Vec<bool>) {
        let pick = |mask: &[bool]| {
            let rights = Right::all().zip(mask.iter().chain(std::iter::repeat(&false)));
            FileRights::of(rights.filter(|(_, taken)| **taken).map(|(right, _)| right))
        };
        let rights = |bits: u64| {
            Rights::of(Right::all().filter(|right| bits >> right.bit().unwrap() & 1 == 1))
        };
        let start = Permissions::new(rights(a), Some(pick(&first)));
        let narrowed = start.narrowed(rights(b), Some(pick(&second)));
        for right in Right::all() {
            prop_assert!(!narrowed.has(right) || (start.has(right) && rights(b).has(right) && pick(&second).allows(right)));
        }
    }
}
