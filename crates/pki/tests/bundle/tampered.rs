//! No altered bundle is taken, whatever byte it is, and nothing that is no bundle ends the program.

use chipwright_pki::bundle::{Bundle, DeltaBundle, Refusal, judge, read};
use proptest::prelude::*;

use crate::centre::{Centre, confirming, kiosk, offer, terms};

#[test]
fn no_altered_byte_is_taken() {
    let centre = Centre::new();
    let held = kiosk(&centre.plain(5));
    let full = centre.plain(6);
    let delta = centre.sign(DeltaBundle::between(&centre.full(5), &centre.full(6)).unwrap());
    let mut named = [0_u32; 3];
    for (what, signed) in [("full", full), ("delta", delta)] {
        assert!(offer(&held, &signed).is_ok());
        for position in 0..signed.len() {
            for mask in [0x01, 0x80] {
                let mut altered = signed.clone();
                altered[position] ^= mask;
                match offer(&held, &altered) {
                    Ok(_) => panic!("{what}: byte {position} ^ {mask:02X} was taken"),
                    Err(Refusal::NotABundle(_)) => named[0] += 1,
                    Err(Refusal::Tampered) => named[1] += 1,
                    Err(_) => named[2] += 1,
                }
            }
        }
        for length in 0..signed.len() {
            assert!(matches!(offer(&held, &signed[..length]), Err(Refusal::NotABundle(_))));
        }
        let longer = [&signed[..], &[0]].concat();
        assert!(matches!(offer(&held, &longer), Err(Refusal::NotABundle(_))));
    }
    assert!(named[1] > 1000, "most of the bytes are signed: {named:?}");
}

#[test]
fn a_first_bundle_that_was_altered_is_not_taken_either() {
    let centre = Centre::new();
    let signed = centre.plain(1);
    for position in 0..signed.len() {
        let mut altered = signed.clone();
        altered[position] ^= 0x04;
        assert!(judge(None, &altered, &confirming(1)).is_err(), "byte {position}");
    }
}

proptest! {
    #[test]
    fn anything_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(Bundle::from_der(&bytes).is_err());
        prop_assert!(read(&bytes).is_err());
        prop_assert!(judge(None, &bytes, &terms()).is_err());
    }

    /// What is read of altered content is written as the same bytes again.
    #[test]
    fn reading_and_writing_are_one(changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..4)) {
        let centre = Centre::new();
        for bundle in [
            Bundle::from(centre.full(6)),
            DeltaBundle::between(&centre.full(5), &centre.full(6)).unwrap().into(),
        ] {
            let mut der = bundle.as_der().to_vec();
            for (position, value) in &changes {
                let position = position % der.len();
                der[position] = *value;
            }
            if let Ok(read) = Bundle::from_der(&der) {
                prop_assert_eq!(read.as_der(), &der[..]);
                if let Bundle::Full(full) = read {
                    let again = chipwright_pki::bundle::FullBundle::new(*full.header(), full.data()).unwrap();
                    prop_assert_eq!(again.as_der(), &der[..]);
                }
            }
        }
    }
}
