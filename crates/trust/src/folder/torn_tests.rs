//! The power fails at every step of an installation: the old bundle or the new one is in force, whole.

use std::fs;
use std::io;
use std::path::Path;

use chipwright_pki::bundle::{Change, Refusal};

use super::{STEPS, TrustFolder};
use crate::centre_tests::{Centre, confirming, terms};
use crate::durable::Step;
use crate::error::FolderError;

/// Installs, and stops at this step of this file.
fn stopped(folder: &mut TrustFolder, signed: &[u8], at: (usize, Step)) -> bool {
    let mut files: Vec<std::path::PathBuf> = Vec::new();
    let mut watch = |path: &Path, step: Step| {
        if step == Step::Created {
            files.push(path.to_owned());
        }
        if (files.len() - 1, step) == at {
            return Err(io::Error::other("the power failed"));
        }
        Ok(())
    };
    let terms = if folder.in_force().is_none() { confirming(5) } else { terms() };
    match folder.install_watched(signed, &terms, &mut watch) {
        Err(FolderError::Io { source, .. }) => {
            assert_eq!(source.to_string(), "the power failed");
            true
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_old_bundle_or_the_new_one_is_in_force_wherever_the_power_fails() {
    let centre = Centre::new();
    let (first, second) = (centre.plain(5), centre.plain(6));
    let (mut old, mut new) = (0, 0);
    for with_first in [false, true] {
        for file in 0..3 {
            for step in STEPS {
                let place = tempfile::tempdir().unwrap();
                let mut folder = TrustFolder::open(place.path()).unwrap();
                let offered = if with_first {
                    folder.install(&first, &confirming(5)).unwrap().unwrap();
                    &second
                } else {
                    &first
                };
                assert!(stopped(&mut folder, offered, (file, step)));
                // the next start of the kiosk
                let mut again = TrustFolder::open(place.path()).unwrap();
                let number = again.in_force().map(|held| held.bundle.header().number);
                let before = with_first.then_some(5);
                let after = Some(if with_first { 6 } else { 5 });
                assert!(number == before || number == after, "{file} {step:?}: {number:?}");
                // the state is the last file, and its name decides
                let decided = file == 2 && matches!(step, Step::Renamed | Step::Kept);
                assert_eq!(number, if decided { after } else { before }, "{file} {step:?}");
                if decided {
                    new += 1
                } else {
                    old += 1
                }
                // what is left is in nobody's way, and is tidied up
                let terms = if with_first { terms() } else { confirming(5) };
                let installed = again.install(offered, &terms).unwrap().unwrap();
                assert_eq!(Some(installed.number), after);
                if installed.change != Change::None {
                    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 4, "state, bundle, signed, lock");
                }
            }
        }
    }
    assert_eq!((old, new), (32, 4));
}

#[test]
fn a_time_that_was_seen_is_kept_whole() {
    let centre = Centre::new();
    for step in STEPS {
        let place = tempfile::tempdir().unwrap();
        let mut folder = TrustFolder::open(place.path()).unwrap();
        folder.install(&centre.plain(5), &confirming(5)).unwrap().unwrap();
        let before = folder.in_force().unwrap().latest;
        let later = before + jiff::SignedDuration::from_hours(1);
        let mut watch = |_: &Path, at: Step| if at == step { Err(io::Error::other("x")) } else { Ok(()) };
        assert!(folder.remember(later, &mut watch).is_err());
        let kept = TrustFolder::open(place.path()).unwrap().in_force().unwrap().latest;
        let decided = matches!(step, Step::Renamed | Step::Kept);
        assert_eq!(kept, if decided { later } else { before }, "{step:?}");
    }
}

#[test]
fn whatever_is_wrong_with_the_folder_it_is_not_taken_for_an_empty_one() {
    let centre = Centre::new();
    let place = tempfile::tempdir().unwrap();
    let mut folder = TrustFolder::open(place.path()).unwrap();
    assert!(folder.in_force().is_none() && !TrustFolder::is_at(place.path()));
    folder.install(&centre.plain(5), &confirming(5)).unwrap().unwrap();
    assert!(TrustFolder::is_at(place.path()));
    let state = place.path().join("state.json");
    let good = fs::read_to_string(&state).unwrap();
    let bundle = fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().path());
    let bundle = bundle.into_iter().find(|path| path.to_string_lossy().contains("bundle-")).unwrap();
    let content = fs::read(&bundle).unwrap();
    let mut refused = 0;
    for text in [
        good.replace("\"number\": 5", "\"number\": 4"),
        good.replace("chipwright-trust-folder/1", "chipwright-trust-folder/2"),
        good.replace("\"bundle\": \"", "\"bundle\": \"../"),
        good.replace("\"latest\"", "\"last\""),
        good[..good.len() / 2].to_owned(),
        String::new(),
    ] {
        fs::write(&state, text).unwrap();
        let error = TrustFolder::open(place.path()).unwrap_err();
        assert!(!error.remedy().is_empty());
        refused += 1;
    }
    fs::write(&state, &good).unwrap();
    for altered in [content[..100].to_vec(), [&content[..], b"x"].concat(), centre.full(6).as_der().to_vec()]
    {
        fs::write(&bundle, altered).unwrap();
        assert!(TrustFolder::open(place.path()).is_err());
        refused += 1;
    }
    fs::remove_file(&bundle).unwrap();
    assert!(TrustFolder::open(place.path()).is_err());
    assert_eq!(refused, 9);
    fs::write(&bundle, content).unwrap();
    // and one program at a time changes it
    let mut folder = TrustFolder::open(place.path()).unwrap();
    let mut other = TrustFolder::open(place.path()).unwrap();
    let lock = other.lock().unwrap();
    assert!(matches!(folder.install(&centre.plain(6), &terms()), Err(FolderError::Busy { .. })));
    drop(lock);
    // what another program installed in the meantime counts
    other.install(&centre.plain(7), &terms()).unwrap().unwrap();
    let late = folder.install(&centre.plain(6), &terms()).unwrap();
    assert_eq!(late, Err(Refusal::Older { offered: 6, held: 7 }));
}
