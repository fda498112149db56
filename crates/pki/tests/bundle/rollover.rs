//! A new root reaches kiosks by a link certificate, and in no other way.

use chipwright_pki::bundle::{Change, DeltaBundle, FullBundle, Refusal};
use chipwright_pki::certificate::{RootKind, root};
use chipwright_pki::link::{LinkProfile, link};
use chipwright_pki::role::Role;
use chipwright_pki::{Certificate, SerialNumber, SignKey};

use crate::centre::{Centre, header, kiosk, offer, signer_of};
use crate::fixture::{Organisation, TestKey, alt_name, crl_addresses, root_profile, today};

/// A second root of the same name.
fn second() -> Organisation {
    let mut organisation = Organisation::new("Gốc 1", RootKind::Real, TestKey::p256());
    let mut profile = root_profile("Gốc 1", RootKind::Real);
    profile.serial = SerialNumber::new(&[0x02, 0x02]).unwrap();
    let key = TestKey::p256();
    organisation.root = root(&profile, key.public_key()).unwrap().sign_with(&key).unwrap();
    organisation.root_key = key;
    organisation
}

fn vouch(issuer: &Organisation, subject: &Organisation, serial: u8) -> Certificate {
    let profile = LinkProfile {
        serial: SerialNumber::new(&[serial]).unwrap(),
        not_before: today(),
        alt_name: alt_name(),
        crl_addresses: crl_addresses(),
    };
    link(&profile, &subject.root, &issuer.root).unwrap().sign_with(&issuer.root_key).unwrap()
}

#[test]
fn a_new_root_is_taken_only_with_a_link_from_a_trusted_one() {
    let centre = Centre::new();
    let held = kiosk(&centre.plain(5));
    let new = second();
    let both = |links: Vec<Certificate>| {
        centre.signed(header(6), |data| {
            data.roots.push(new.root.clone());
            data.crls.push(new.crl(1, &[]));
            data.links = links;
        })
    };
    // the bundle signer alone cannot bring a root
    let unlinked = offer(&held, &both(vec![])).unwrap_err();
    let fingerprint = hex::encode(new.root.fingerprint());
    assert_eq!(unlinked, Refusal::RootNotLinked { fingerprint: fingerprint.clone() });
    // nor can the new root vouch for itself
    let backwards = both(vec![vouch(&new, &centre.organisation, 0x71)]);
    assert_eq!(offer(&held, &backwards).unwrap_err(), Refusal::RootNotLinked { fingerprint });
    let linked = both(vec![vouch(&centre.organisation, &new, 0x72), vouch(&new, &centre.organisation, 0x71)]);
    let taken = offer(&held, &linked).unwrap();
    assert_eq!(taken.change, Change::Next);
    assert_eq!(taken.in_force.bundle.data().roots.len(), 2);
}

#[test]
fn a_kiosk_that_slept_through_the_rollover_follows_the_link() {
    let centre = Centre::new();
    let held = kiosk(&centre.plain(5));
    let new = second();
    let (key, signer) = signer_of(&new, Role::BundleSigner, 0x21);
    let links = vec![vouch(&centre.organisation, &new, 0x72)];
    let crls = vec![new.crl(1, &[])];
    let after = Centre { organisation: new, key, signer, crls };
    // signed under the new root, which this kiosk has never seen
    let next = after.signed(header(9), |data| data.links = links.clone());
    let taken = offer(&held, &next).unwrap().in_force;
    assert_eq!(taken.bundle.data().roots, std::slice::from_ref(&after.organisation.root));
    // without the link it is foreign
    assert_eq!(offer(&held, &after.plain(9)).unwrap_err(), Refusal::Foreign { number: 9 });
    // a delta can bring root and link too
    let mut data = after.data();
    data.links = links;
    let full = FullBundle::new(header(6), &data).unwrap();
    let delta = after.sign(DeltaBundle::between(&centre.full(5), &full).unwrap());
    assert_eq!(offer(&held, &delta).unwrap().in_force.bundle, full);
}
