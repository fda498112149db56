//! Security objects: passive authentication of anything.
//!
//! The input is a security object as it stands, or changes to a genuine one.
//!
//! - Only the genuine object is good. (Of another length one may be, since some of DER has two forms, such as the absent
//!   parameters of a hash algorithm and NULL: then content, signer and signing time are the genuine ones.)
//! - With a cache of known signers the report is the same, whatever was in the cache.

use crate::fixture::fixture;
use crate::input::Input;
use crate::mutation::mutated;
use chipwright_pki::{Conclusion, Policy, SecurityObjectReport, SignerCache, check, check_cached};
use chipwright_profile::{FileId, read};

/// Bytes of the genuine security object.
#[must_use]
pub fn genuine() -> &'static [u8] {
    read::sod(fixture().signed.file(FileId::Sod).unwrap()).unwrap()
}

/// The target.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let genuine = genuine();
    let object = match input.byte() & 1 {
        0 => mutated(genuine, &input.mutations()),
        _ => input.rest().to_vec(),
    };
    let fixture = fixture();
    let policy = Policy::real();
    let report = check(&object, &fixture.trust, &policy, fixture.at);
    let mut cache = SignerCache::new(2);
    for _ in 0..2 {
        same(&report, &check_cached(&object, &fixture.trust, &policy, fixture.at, &mut cache));
    }
    assert!(check_cached(genuine, &fixture.trust, &policy, fixture.at, &mut cache).is_good());
    same(&report, &check_cached(&object, &fixture.trust, &policy, fixture.at, &mut cache));
    assert!(report.checks().all(|(check, _)| !format!("{check:?}").is_empty()));

    assert_eq!(report.is_good(), report.conclusion() == Conclusion::Good);
    if object == genuine {
        assert!(report.is_good(), "the genuine object");
    } else if report.is_good() {
        assert_ne!(object.len(), genuine.len(), "an altered object is good");
        let original = check(genuine, &fixture.trust, &policy, fixture.at);
        assert_eq!(report.content(), original.content());
        assert_eq!(report.signer(), Some(fixture.signer()));
        assert_eq!(report.signed_at(), original.signed_at());
    }
}

fn same(a: &SecurityObjectReport, b: &SecurityObjectReport) {
    assert!(a.checks().eq(b.checks()), "{:?} {:?}", a.conclusion(), b.conclusion());
    assert_eq!((a.content(), a.signer(), a.signed_at()), (b.content(), b.signer(), b.signed_at()));
}
