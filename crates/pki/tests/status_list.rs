//! Status list tokens: made, read back, and refused when anything about them is wrong.
#![allow(
    missing_docs,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests"
)]

mod fixture;

use std::process::Command;

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use chipwright_pki::crl::Reason;
use chipwright_pki::role::{Role, RoleProfile, role_signer};
use chipwright_pki::status_list::{
    Bits, Claims, CompressedList, Expectation, Freshness, InflateError, NotTaken, PrepareError, Status,
    StatusList, StatusListToken, StatusLists, TokenError, TokenFormat, list_uri, prepare_cwt, prepare_jwt,
    verify,
};
use chipwright_pki::{Certificate, Failure, Name, Period, Policy, SerialNumber, TrustStore};
use ciborium::Value;
use coset::{CoseSign1, TaggedCborSerializable};
use fixture::{Organisation, TestKey, alt_name, at, crl_addresses, today};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

const ADDRESS: &str = "https://status.example.org/lists";
const SERIAL: u8 = 0x31;

struct Signer {
    organisation: Organisation,
    key: TestKey,
    certificate: Certificate,
}

fn signer_of(organisation: Organisation, role: Role) -> Signer {
    let key = TestKey::p256();
    let profile = RoleProfile {
        role,
        subject: Name::new("VN", "Tổ chức Mẫu", None, "Người ký danh sách 1").unwrap(),
        serial: SerialNumber::new(&[SERIAL]).unwrap(),
        key_usage: Period::months_from(at("2026-11-01T00:00:00Z"), 12).unwrap(),
        valid_days: 30,
        alt_name: alt_name(),
        crl_addresses: crl_addresses(),
    };
    let prepared = role_signer(&profile, fixture_key(&key), &organisation.root).unwrap();
    let certificate = prepared.sign_with(&organisation.root_key).unwrap();
    Signer { organisation, key, certificate }
}

fn fixture_key(key: &TestKey) -> &chipwright_pki::PublicKey {
    chipwright_pki::SignKey::public_key(key)
}

fn signer() -> Signer {
    signer_of(Organisation::real(), Role::StatusListSigner)
}

fn claims(list: u32, issued: Timestamp) -> Claims {
    Claims {
        subject: list_uri(ADDRESS, list),
        issued_at: issued,
        expires: Some(issued + SignedDuration::from_hours(7 * 24)),
        time_to_live: Some(86_400),
        number: Some(5),
    }
}

fn list() -> StatusList {
    let mut list = StatusList::new(1000);
    list.set(7, Status::Invalid).unwrap();
    list.set(8, Status::Suspended).unwrap();
    list
}

impl Signer {
    fn token(&self, format: TokenFormat, list: &CompressedList, claims: &Claims) -> Vec<u8> {
        match format {
            TokenFormat::Jwt => {
                let jwt = prepare_jwt(list, claims, &self.certificate).unwrap().sign_with(&self.key).unwrap();
                jwt.as_str().as_bytes().to_vec()
            }
            TokenFormat::Cwt => {
                let cwt = prepare_cwt(list, claims, &self.certificate).unwrap().sign_with(&self.key).unwrap();
                cwt.as_bytes().to_vec()
            }
        }
    }

    fn plain(&self, format: TokenFormat) -> Vec<u8> {
        self.token(format, &CompressedList::of(&list()), &claims(3, today()))
    }
}

fn checked(token: &[u8], trust: &TrustStore, now: Timestamp) -> Result<StatusListToken, TokenError> {
    let policy = Policy::real();
    verify(token, &Expectation { trust, policy: &policy, at: now, most_entries: 1000, signers: &[] })
}

const FORMATS: [TokenFormat; 2] = [TokenFormat::Jwt, TokenFormat::Cwt];

#[test]
fn a_list_goes_through_either_token() {
    let signer = signer();
    let trust = signer.organisation.trust();
    for format in FORMATS {
        let token = checked(&signer.plain(format), &trust, today()).unwrap();
        assert_eq!(token.format(), format);
        assert_eq!(token.claims(), &claims(3, today()));
        assert_eq!(token.list(), &list());
        assert_eq!(token.signer(), &signer.certificate);
        assert_eq!(token.list().status(7), Some(Status::Invalid));
        assert_eq!(token.list().status(1000), None, "no statement beyond the end");
        assert_eq!(token.claims().next_due(), Some(today() + SignedDuration::from_hours(24)));
    }
}

/// Python's own base64, JSON and zlib, and OpenSSL's ECDSA read what we wrote.
#[test]
fn python_and_openssl_read_the_jwt() {
    let signer = signer();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token.jwt");
    std::fs::write(&path, signer.plain(TokenFormat::Jwt)).unwrap();
    let script = r#"
import base64, json, subprocess, sys, zlib
folder = sys.argv[2]
raw = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
header, payload, signature = open(sys.argv[1]).read().split(".")
head, body = json.loads(raw(header)), json.loads(raw(payload))
der = base64.b64decode(head["x5c"][0])
open(folder + "/signer.der", "wb").write(der)
run = lambda *words: subprocess.run(words, check=True, capture_output=True).stdout
open(folder + "/key.pem", "wb").write(run("openssl", "x509", "-inform", "DER", "-in", folder + "/signer.der", "-noout", "-pubkey"))
def integer(half):
    half = half.lstrip(b"\0")
    half = b"\0" + half if half[0] & 0x80 else half
    return b"\x02" + bytes([len(half)]) + half
plain = raw(signature)
assert len(plain) == 64
body_der = integer(plain[:32]) + integer(plain[32:])
open(folder + "/sig", "wb").write(b"\x30" + bytes([len(body_der)]) + body_der)
open(folder + "/signed", "w").write(header + "." + payload)
run("openssl", "dgst", "-sha256", "-verify", folder + "/key.pem", "-signature", folder + "/sig", folder + "/signed")
array = zlib.decompress(raw(body["status_list"]["lst"]))
statuses = [(byte >> shift) & 3 for byte in array for shift in (0, 2, 4, 6)]
print(head["alg"], head["typ"], body["sub"], body["exp"] - body["iat"], body["ttl"], body["jti"], body["status_list"]["bits"],
      len(statuses), [(index, status) for index, status in enumerate(statuses) if status])
"#;
    let output = Command::new("python3")
        .args(["-c", script])
        .args([path.as_os_str(), folder.path().as_os_str()])
        .output()
        .expect("python3 is installed (tools/setup)");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(
        said.trim(),
        "ES256 statuslist+jwt https://status.example.org/lists/3 604800 86400 5 2 1000 [(7, 1), (8, 2)]"
    );
}

#[test]
fn every_altered_byte_is_noticed() {
    let signer = signer();
    let trust = signer.organisation.trust();
    for format in FORMATS {
        let token = signer.plain(format);
        for position in 0..token.len() {
            let mut altered = token.clone();
            altered[position] ^= 0x01;
            assert!(checked(&altered, &trust, today()).is_err(), "{format:?}: byte {position}");
        }
        for length in [0, 1, token.len() / 2, token.len() - 1] {
            assert!(checked(&token[..length], &trust, today()).is_err(), "{format:?}: {length} bytes");
        }
    }
}

#[test]
fn only_a_status_list_signer_signs_lists() {
    for role in
        Role::ALL.into_iter().filter(|role| ![Role::StatusListSigner, Role::DocumentSigner].contains(role))
    {
        let other = signer_of(Organisation::real(), role);
        let compressed = CompressedList::of(&list());
        let refused =
            prepare_jwt(&compressed, &claims(3, today()), &other.certificate).map(drop).unwrap_err();
        assert_eq!(refused, PrepareError::NotAStatusListSigner);
        // made with the right certificate's form and the wrong signer's key and certificate
        let token = forged(&other);
        let refused = checked(&token, &other.organisation.trust(), today()).unwrap_err();
        assert_eq!(refused, TokenError::OtherRole { found: Some(role) });
    }
    let documents = Organisation::real();
    let refused = prepare_cwt(&CompressedList::of(&list()), &claims(3, today()), &documents.signer).map(drop);
    assert_eq!(refused.unwrap_err(), PrepareError::NotAStatusListSigner);
}

/// The signer's CWT with this payload in place of its own, signed again or not.
fn cwt_over(signer: &Signer, payload: Vec<u8>, signed: bool) -> Vec<u8> {
    let mut token = CoseSign1::from_tagged_slice(&signer.plain(TokenFormat::Cwt)).unwrap();
    token.payload = Some(payload);
    if signed {
        let message = token.tbs_data(&[]);
        token.signature = chipwright_pki::cv::plain_signature(&signer.key, &message).unwrap().to_vec();
    }
    token.to_tagged_vec().unwrap()
}

#[test]
fn claims_are_read_after_the_signature_and_are_few() {
    let signer = signer();
    let trust = signer.organisation.trust();
    let check = |token: Vec<u8>| checked(&token, &trust, today()).unwrap_err();
    let junk = vec![0xFF; 40];
    assert_eq!(check(cwt_over(&signer, junk.clone(), false)), TokenError::SignatureWrong);
    assert_eq!(check(cwt_over(&signer, junk, true)), TokenError::Malformed("its claims are not CBOR"));
    let mut jwt = by_hand(&signer, r#"{"alg":"ES256","typ":"statuslist+jwt","x5c":["CERTIFICATE"]}"#, "junk");
    assert_eq!(check(jwt.clone()), TokenError::Malformed("its claims"));
    let dot = jwt.iter().rposition(|byte| *byte == b'.').unwrap();
    jwt[dot - 1] = b'A';
    assert_eq!(check(jwt), TokenError::SignatureWrong);
    let many = (0..300).map(|claim| (Value::from(70_000 + claim), Value::from(0))).collect();
    let mut payload = Vec::new();
    ciborium::into_writer(&Value::Map(many), &mut payload).unwrap();
    let refused = TokenError::Malformed("it has more claims than any status list");
    assert_eq!(check(cwt_over(&signer, payload, true)), refused);
}

/// A JWT over the same claims by whoever it is.
fn forged(signer: &Signer) -> Vec<u8> {
    by_hand(signer, r#"{"alg":"ES256","typ":"statuslist+jwt","x5c":["CERTIFICATE"]}"#, &payload(2, &zlib()))
}

fn zlib() -> String {
    Base64UrlUnpadded::encode_string(CompressedList::of(&list()).as_zlib())
}

fn payload(bits: u8, lst: &str) -> String {
    let (issued, expires) = (today().as_second(), today().as_second() + 600);
    format!(
        r#"{{"sub":"{ADDRESS}/3","iat":{issued},"exp":{expires},"ttl":300,"status_list":{{"bits":{bits},"lst":"{lst}"}}}}"#
    )
}

fn by_hand(signer: &Signer, header: &str, payload: &str) -> Vec<u8> {
    let header = header.replace("CERTIFICATE", &Base64::encode_string(signer.certificate.as_der()));
    let part = |text: &str| Base64UrlUnpadded::encode_string(text.as_bytes());
    let message = format!("{}.{}", part(&header), part(payload));
    let signature = chipwright_pki::cv::plain_signature(&signer.key, message.as_bytes()).unwrap();
    format!("{message}.{}", Base64UrlUnpadded::encode_string(&signature)).into_bytes()
}

#[test]
fn what_a_right_signature_does_not_excuse() {
    let signer = signer();
    let trust = signer.organisation.trust();
    let header = r#"{"alg":"ES256","typ":"statuslist+jwt","x5c":["CERTIFICATE"]}"#;
    let good = payload(2, &zlib());
    let check = |header: &str, payload: &str| checked(&by_hand(&signer, header, payload), &trust, today());
    assert!(check(header, &good).is_ok());
    let mut unknown = good.replacen('{', r#"{"colour":"red","#, 1);
    assert!(check(header, &unknown).is_ok(), "other claims may stand there");
    unknown = good.replacen('{', r#"{"aud":"somebody","#, 1);
    assert_eq!(check(header, &unknown).unwrap_err(), TokenError::Audience);
    for (change, expected) in
        [(r#""typ":"JWT""#, TokenError::OtherType), (r#""typ":"statuslist+cwt""#, TokenError::OtherType)]
    {
        let header = header.replace(r#""typ":"statuslist+jwt""#, change);
        assert_eq!(check(&header, &good).unwrap_err(), expected);
    }
    for alg in ["none", "HS256", "ES384"] {
        let header = header.replace("ES256", alg);
        assert_eq!(check(&header, &good).unwrap_err(), TokenError::OtherAlgorithm, "{alg}");
    }
    let critical = header.replacen('{', r#"{"crit":["exp"],"#, 1);
    assert_eq!(check(&critical, &good).unwrap_err(), TokenError::UnknownCritical);
    for bits in [0, 3, 5, 16] {
        let refused = check(header, &payload(bits, &zlib())).unwrap_err();
        assert_eq!(refused, TokenError::Malformed("bits is not 1, 2, 4 or 8"), "{bits}");
    }
    for payload in [
        good.replace("\"sub\"", "\"subject\""),
        good.replace("\"iat\"", "\"issued\""),
        good.replace("\"status_list\"", "\"list\""),
        good.replacen("\"ttl\":300", "\"ttl\":-300", 1),
        good.replacen("\"ttl\":300", "\"sub\":\"https://status.example.org/lists/4\"", 1),
        good.replace("\"lst\":\"", "\"lst\":\"="),
    ] {
        assert!(matches!(check(header, &payload), Err(TokenError::Malformed(_))), "{payload}");
    }
    let whole = CompressedList::of(&list());
    let cut = Base64UrlUnpadded::encode_string(&whole.as_zlib()[..whole.as_zlib().len() - 3]);
    let refused = check(header, &payload(2, &cut)).unwrap_err();
    assert_eq!(refused, TokenError::List(InflateError::Truncated));
    // one bit an entry is read as the specification says, with other statuses
    let narrow = check(header, &payload(1, &zlib())).unwrap_err();
    assert_eq!(narrow, TokenError::List(InflateError::TooLong { most: 1000 }));
}

#[test]
fn a_signer_named_by_key_identifier_must_be_known() {
    let signer = signer();
    let (trust, policy) = (signer.organisation.trust(), Policy::real());
    let identifier = hex::encode(signer.certificate.subject_key_identifier().unwrap());
    let header = format!(r#"{{"alg":"ES256","typ":"statuslist+jwt","kid":"{identifier}"}}"#);
    let token = by_hand(&signer, &header, &payload(2, &zlib()));
    let known = [signer.certificate.clone()];
    let mut expected =
        Expectation { trust: &trust, policy: &policy, at: today(), most_entries: 1000, signers: &known };
    assert!(verify(&token, &expected).is_ok());
    expected.signers = &[];
    assert_eq!(verify(&token, &expected).unwrap_err(), TokenError::SignerUnknown);
    let nobody = by_hand(&signer, r#"{"alg":"ES256","typ":"statuslist+jwt"}"#, &payload(2, &zlib()));
    assert_eq!(verify(&nobody, &expected).unwrap_err(), TokenError::SignerUnknown);
}

#[test]
fn the_signer_s_chain_counts() {
    let signer = signer();
    let revoked =
        signer.organisation.trust_with(signer.organisation.crl(2, &[(SERIAL, Reason::KeyCompromise)]));
    let stranger = Organisation::real().trust();
    for format in FORMATS {
        let token = signer.plain(format);
        let refused = checked(&token, &revoked, today()).unwrap_err();
        assert!(matches!(refused, TokenError::Signer(Failure::SignerRevoked { .. })), "{refused:?}");
        let refused = checked(&token, &stranger, today()).unwrap_err();
        let foreign = matches!(
            refused,
            TokenError::Signer(Failure::IssuerUnknown | Failure::CertificateSignatureWrong)
        );
        assert!(foreign, "{refused:?}");
    }
    // a list issued after the key's last day, though the certificate is still valid
    let late = at("2027-11-02T00:00:00Z");
    let refused = prepare_jwt(&CompressedList::of(&list()), &claims(3, late), &signer.certificate).map(drop);
    assert!(matches!(refused, Err(PrepareError::OutsideKeyUsage { .. })));
    let header = r#"{"alg":"ES256","typ":"statuslist+jwt","x5c":["CERTIFICATE"]}"#;
    let dated = payload(2, &zlib()).replace(&today().as_second().to_string(), &late.as_second().to_string());
    let policy = Policy::real().with_crl_grace(SignedDuration::from_hours(24 * 365));
    let (token, trust) = (by_hand(&signer, header, &dated), signer.organisation.trust());
    let expected = Expectation { trust: &trust, policy: &policy, at: late, most_entries: 1000, signers: &[] };
    let refused = verify(&token, &expected).unwrap_err();
    assert!(matches!(refused, TokenError::Signer(Failure::SignedOutsideKeyUsage { .. })), "{refused:?}");
}

#[test]
fn dates_make_a_list_stale_and_not_silent() {
    let signer = signer();
    let trust = signer.organisation.trust();
    let (grace, skew) = (SignedDuration::from_hours(24), SignedDuration::from_secs(300));
    let token = checked(&signer.plain(TokenFormat::Cwt), &trust, today()).unwrap();
    let expires = token.claims().expires.unwrap();
    let freshness = |now: Timestamp| token.freshness(now, grace, skew);
    assert_eq!(freshness(today()), Freshness::Fresh);
    assert_eq!(freshness(expires + grace - SignedDuration::from_secs(1)), Freshness::Fresh);
    assert_eq!(freshness(expires + grace), Freshness::Stale { expired: expires });
    assert_eq!(freshness(today() - SignedDuration::from_secs(301)), Freshness::Ahead { issued: today() });
    // an expired list, and one from the future, are read: what they revoke stays revoked
    let before = at("2026-11-22T07:00:00Z");
    let early = checked(&signer.plain(TokenFormat::Jwt), &trust, before).unwrap();
    assert_eq!(early.freshness(before, grace, skew), Freshness::Ahead { issued: today() });
    let after = at("2026-12-15T00:00:00Z");
    let old = checked(&signer.plain(TokenFormat::Jwt), &trust, after).unwrap();
    assert_eq!(old.freshness(after, grace, skew), Freshness::Stale { expired: expires });
    assert_eq!(old.list().status(7), Some(Status::Invalid));
    // one that never expires is never fresh
    let timeless = payload(2, &zlib()).replace("\"exp\"", "\"expiry\"");
    let header = r#"{"alg":"ES256","typ":"statuslist+jwt","x5c":["CERTIFICATE"]}"#;
    let token = checked(&by_hand(&signer, header, &timeless), &trust, today()).unwrap();
    assert_eq!(token.freshness(today(), SignedDuration::ZERO, skew), Freshness::Stale { expired: today() });
    let claims = Claims { expires: None, ..claims(3, today()) };
    let refused = prepare_cwt(&CompressedList::of(&list()), &claims, &signer.certificate).map(drop);
    assert_eq!(refused.unwrap_err(), PrepareError::NoExpiry);
}

#[test]
fn the_newest_list_stays_and_no_card_comes_back() {
    let signer = signer();
    let trust = signer.organisation.trust();
    let token = |list: &StatusList, number: u32, issued: Timestamp| {
        let bytes = signer.token(TokenFormat::Cwt, &CompressedList::of(list), &claims(number, issued));
        checked(&bytes, &trust, today()).unwrap()
    };
    let (hour, issuer) = (SignedDuration::from_hours(1), signer.certificate.issuer());
    let mut lists = StatusLists::new();
    lists.add(token(&list(), 3, today() - hour)).unwrap();
    lists.add(token(&list(), 4, today())).unwrap();
    let mut newer = list();
    newer.set(8, Status::Valid).unwrap();
    newer.set(9, Status::Invalid).unwrap();
    lists.add(token(&newer, 3, today())).unwrap();
    lists.add(token(&newer, 3, today())).unwrap();
    assert_eq!(lists.len(), 2);
    assert_eq!(lists.find(issuer, 3).unwrap().list(), &newer);
    let refused = lists.add(token(&list(), 3, today() - hour)).unwrap_err();
    assert_eq!(refused, NotTaken::Older { list: 3, offered: today() - hour, held: today() });
    let refused = lists.add(token(&StatusList::new(1000), 3, today())).unwrap_err();
    assert_eq!(refused, NotTaken::Revived { list: 3, index: 7 });
    assert_eq!(lists.find(issuer, 3).unwrap().list(), &newer);
    assert!(lists.find(issuer, 5).is_none());
    let other = Name::new("VN", "Tổ chức khác", None, "Gốc").unwrap();
    assert!(lists.find(&other, 3).is_none(), "another organisation's list says nothing of our cards");
    let nameless = Claims { subject: "https://status.example.org/lists/x".to_owned(), ..claims(3, today()) };
    let bytes = signer.token(TokenFormat::Jwt, &CompressedList::of(&list()), &nameless);
    let refused = lists.add(checked(&bytes, &trust, today()).unwrap()).unwrap_err();
    assert!(matches!(refused, NotTaken::NoNumber { .. }));
}

#[test]
fn a_token_is_not_read_beyond_what_a_list_can_have() {
    let long = vec![b'.'; 20 * 1024];
    let refused = checked(&long, &TrustStore::new(), today()).unwrap_err();
    assert_eq!(refused, TokenError::TooLong { length: long.len(), most: 1000 });
}

proptest! {
    #[test]
    fn nothing_received_panics(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let trust = TrustStore::new();
        prop_assert!(checked(&bytes, &trust, today()).is_err());
        let tagged = [&[0xD2, 0x84][..], &bytes].concat();
        prop_assert!(checked(&tagged, &trust, today()).is_err());
        for bits in [Bits::One, Bits::Two, Bits::Four, Bits::Eight] {
            if let Ok(list) = CompressedList::of_zlib(bits, bytes.clone()).inflate(4096) {
                prop_assert!(list.len() <= 4096);
            }
        }
    }

    #[test]
    fn any_list_comes_back(entries in 0_u32..3000, changes in prop::collection::vec((0_u32..3000, 0_u8..4), 0..60)) {
        let mut list = StatusList::new(entries);
        let mut last = std::collections::HashMap::new();
        for (index, value) in changes {
            if list.set(index, Status::of(value)).is_ok() {
                last.insert(index, value);
            }
        }
        let back = CompressedList::of(&list).inflate(entries).unwrap();
        for (index, value) in last {
            prop_assert_eq!(back.status(index), Some(Status::of(value)));
        }
        prop_assert_eq!(back, list);
    }
}
