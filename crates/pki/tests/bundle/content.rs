//! What bundles hold, and that full(n) and a delta make full(n + k), byte for byte.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chipwright_pki::bundle::{
    Base, Bundle, BundleError, ChipProofRule, DeltaBundle, DeltaError, FullBundle, Header, StatusRule,
    TrustData, read,
};
use chipwright_pki::certificate::RootKind;
use chipwright_pki::cv::{AuthorityProfile, CvCertificate, CvPeriod, Reference, Rights, prepare_cvca};
use chipwright_pki::policy::CrlRule;
use chipwright_pki::{Certificate, Crl, SignKey};
use jiff::civil::date;
use proptest::prelude::*;

use crate::centre::{Centre, header, policy, status_list};
use crate::fixture::{Organisation, TestKey, at, today};

/// Things to choose from, made once.
struct Stock {
    roots: Vec<Certificate>,
    crls: Vec<Vec<Crl>>,
    points: Vec<CvCertificate>,
}

static STOCK: LazyLock<Stock> = LazyLock::new(|| {
    let organisations: Vec<Organisation> = ["Gốc 1", "Gốc 2", "Gốc 3"]
        .map(|name| Organisation::new(name, RootKind::Real, TestKey::p256()))
        .into();
    let point = |sequence| {
        let key = TestKey::p256();
        let profile = AuthorityProfile {
            holder: Reference::new("VN", "HOUSE", sequence).unwrap(),
            rights: Rights::all(),
            period: CvPeriod::new(date(2026, 1, 1), date(2029, 12, 31)).unwrap(),
        };
        prepare_cvca(&profile, key.public_key()).unwrap().sign_with(&key).unwrap()
    };
    Stock {
        roots: organisations.iter().map(|organisation| organisation.root.clone()).collect(),
        crls: organisations.iter().map(|one| vec![one.crl(1, &[]), one.crl(2, &[])]).collect(),
        points: vec![point(1), point(2)],
    }
});

prop_compose! {
    fn data()(
        roots in proptest::sample::subsequence(vec![0_usize, 1, 2], 1..=3),
        newer in any::<[bool; 3]>(),
        lists in proptest::collection::btree_map(0_u8..5, (any::<u8>(), 1_usize..400), 0..4),
        points in proptest::sample::subsequence(vec![0_usize, 1], 0..=2),
        still_good in proptest::collection::btree_map(0_u8..4, proptest::collection::btree_set(any::<u8>(), 1..40), 0..3),
        rules in any::<(bool, bool, bool)>(),
        grace in 0_u16..=3650,
        links in proptest::sample::subsequence(vec![0_usize, 1, 2], 0..=2),
    ) -> TrustData {
        let stock = &*STOCK;
        let mut policy = policy();
        policy.grace_days = grace;
        if rules.0 { policy.chip_proof = ChipProofRule::IfPromised; }
        if rules.1 { policy.crl = CrlRule::IfPresent; }
        if rules.2 { policy.status = StatusRule::Required; }
        let digest = |byte: u8| { let mut digest = [byte; 32]; digest[0] = byte.reverse_bits(); digest };
        TrustData {
            policy,
            crls: roots.iter().map(|index| stock.crls[*index][usize::from(newer[*index])].clone()).collect(),
            // in any order, and twice: the encoding has its own order
            roots: roots.iter().rev().chain(&roots).map(|index| stock.roots[*index].clone()).collect(),
            links: links.iter().map(|index| stock.roots[*index].clone()).collect(),
            status_lists: lists
                .into_iter()
                .map(|(id, (filling, bytes))| status_list(&format!("list {id}"), filling, bytes))
                .collect(),
            cv_points: points.iter().map(|index| stock.points[*index].clone()).collect(),
            still_good: still_good
                .into_iter()
                .map(|(signer, objects)| (digest(signer), objects.into_iter().map(digest).collect()))
                .collect(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_delta_makes_the_later_bundle_byte_for_byte(old in data(), new in data(), number in 1_u64..1 << 40, step in 1_u64..100) {
        let base = FullBundle::new(header(number), &old).unwrap();
        let next = FullBundle::new(header(number + step), &new).unwrap();
        let delta = DeltaBundle::between(&base, &next).unwrap();
        // as it comes over the wire
        let Bundle::Delta(delta) = Bundle::from_der(delta.as_der()).unwrap() else { panic!("a delta") };
        prop_assert_eq!(delta.base(), Base::of(&base));
        prop_assert_eq!(delta.header(), next.header());
        let made = delta.apply(&base).unwrap();
        prop_assert_eq!(made.as_der(), next.as_der());
        prop_assert_eq!(made.digest(), delta.result());
        // on anything else it is refused
        let other = FullBundle::new(header(number + step), &old).unwrap();
        let refused_number = matches!(delta.apply(&other), Err(DeltaError::OtherNumber { .. }));
        prop_assert!(refused_number);
        if base.as_der() != FullBundle::new(header(number), &new).unwrap().as_der() {
            let same_number = FullBundle::new(header(number), &new).unwrap();
            prop_assert_eq!(delta.apply(&same_number), Err(DeltaError::OtherContent { number }));
        }
        prop_assert!(DeltaBundle::between(&next, &base).is_err());
    }

    #[test]
    fn a_full_bundle_says_what_went_in(data in data()) {
        let bundle = FullBundle::new(header(3), &data).unwrap();
        let read = FullBundle::from_der(bundle.as_der()).unwrap();
        prop_assert_eq!(&read, &bundle);
        prop_assert_eq!(&read.data().policy, &data.policy);
        prop_assert_eq!(&read.data().still_good, &data.still_good);
        prop_assert_eq!(read.data().crls.len(), data.crls.len());
        let ids = |data: &TrustData| -> BTreeSet<String> { data.status_lists.iter().map(|list| list.id.clone()).collect() };
        prop_assert_eq!(ids(read.data()), ids(&data));
        for root in &data.roots {
            prop_assert!(read.data().roots.contains(root));
        }
    }
}

#[test]
fn a_delta_holds_only_what_changed() {
    let centre = Centre::new();
    let mut data = centre.data();
    data.status_lists = (0..20).map(|n| status_list(&format!("list {n}"), n, 20_000)).collect();
    let digests = |from: u32, until: u32| -> BTreeSet<[u8; 32]> {
        (from..until)
            .map(|n| {
                let mut digest = [0; 32];
                digest[..4].copy_from_slice(&n.to_be_bytes());
                digest
            })
            .collect()
    };
    data.still_good = BTreeMap::from([([1; 32], digests(0, 10_000))]);
    let base = FullBundle::new(header(1), &data).unwrap();
    data.status_lists[3] = status_list("list 3", 99, 20_000);
    data.still_good = BTreeMap::from([([1; 32], digests(5, 10_003))]);
    let next = FullBundle::new(header(2), &data).unwrap();
    let delta = DeltaBundle::between(&base, &next).unwrap();
    assert_eq!(delta.apply(&base).unwrap(), next);
    println!("full {} bytes, delta {} bytes", next.as_der().len(), delta.as_der().len());
    assert!(next.as_der().len() > 700_000 && delta.as_der().len() < 21_000);
}

#[test]
fn what_no_reader_would_take_is_not_made() {
    let centre = Centre::new();
    let made = |change: &dyn Fn(&mut TrustData)| {
        let mut data = centre.data();
        change(&mut data);
        FullBundle::new(header(1), &data).unwrap_err()
    };
    assert_eq!(made(&|data| data.roots.clear()), BundleError::Field("list of roots"));
    assert_eq!(
        made(&|data| data.policy.document_types.clear()),
        BundleError::Field("list of document types")
    );
    assert_eq!(made(&|data| data.policy.grace_days = 3651), BundleError::Field("grace of lists"));
    assert_eq!(
        made(&|data| data.status_lists.push(status_list("https://status.example.org/1", 1, 5))),
        BundleError::Field("list of status lists")
    );
    assert_eq!(made(&|data| data.status_lists[0].token.clear()), BundleError::Field("status list"));
    assert_eq!(
        made(&|data| data.status_lists = (0..257).map(|n| status_list(&n.to_string(), 0, 1)).collect()),
        BundleError::TooMany { what: "status lists", most: 256 }
    );
    assert!(matches!(
        made(&|data| data.status_lists[0].token = vec![0; 9 << 20]),
        BundleError::TooLarge { what: "status lists", .. }
    ));
    assert_eq!(
        made(&|data| drop(data.still_good.insert([0; 32], BTreeSet::new()))),
        BundleError::Field("list of security objects that are still good")
    );
    let head = |header: Header| FullBundle::new(header, &centre.data()).unwrap_err();
    assert_eq!(head(Header { number: 0, ..header(1) }), BundleError::Field("bundle number"));
    assert_eq!(head(Header { number: 1 << 63, ..header(1) }), BundleError::Field("bundle number"));
    assert_eq!(head(Header { next_update: today(), ..header(1) }), BundleError::Dates);
    assert_eq!(head(Header { end_of_grace: at("2026-11-29T07:59:59Z"), ..header(1) }), BundleError::Dates);
    assert_eq!(read(centre.organisation.security_object().as_der()), Err(BundleError::Field("content type")));
}

/// A delta whose author lies about what it makes.
#[test]
fn a_delta_that_makes_something_else_is_refused() {
    let centre = Centre::new();
    let (base, next) = (centre.full(1), centre.full(2));
    let delta = DeltaBundle::between(&base, &next).unwrap();
    let result = delta.as_der().windows(32).position(|window| window == next.digest()).unwrap();
    let mut altered = delta.as_der().to_vec();
    altered[result] ^= 1;
    let Bundle::Delta(lying) = Bundle::from_der(&altered).unwrap() else { panic!("a delta") };
    assert_eq!(lying.apply(&base), Err(DeltaError::OtherResult));
}
