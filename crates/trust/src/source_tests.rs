//! Files, sticks and servers, good and bad.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use chipwright_keystore::{KioskKey, Passphrase, SealedError};
use chipwright_pki::bundle::{Change, DeltaError, Refusal, Terms};
use chipwright_pki::policy::Roots;

use crate::centre_tests::{Centre, confirming, terms};
use crate::error::{OfferError, SourceError};
use crate::folder::TrustFolder;
use crate::http::{Limits, get};
use crate::import::{Import, import};
use crate::source::Source;

fn taken(import: &Import) -> Vec<(&str, u64, Change)> {
    import.taken.iter().map(|one| (one.name.as_str(), one.installed.number, one.installed.change)).collect()
}

fn refused<'i>(import: &'i Import, name: &str) -> &'i OfferError {
    &import.refused.iter().find(|(of, _)| of == name).unwrap().1
}

fn stick(files: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
    let stick = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(stick.path().join(name), bytes).unwrap();
    }
    stick
}

fn offered(path: &Path) -> Vec<crate::Offer> {
    Source::parse(path.to_str().unwrap()).unwrap().bring().unwrap()
}

#[test]
fn of_a_stick_the_newest_that_fits_is_taken_and_the_others_are_named_with_their_reason() {
    let (centre, foreign) = (Centre::new(), Centre::of("Other Party", 9));
    let place = tempfile::tempdir().unwrap();
    let mut folder = TrustFolder::open(place.path()).unwrap();
    folder.install(&centre.plain(5), &confirming(5)).unwrap().unwrap();
    let mut altered = centre.plain(9);
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    let stick = stick(&[
        ("a-six.ctb", centre.plain(6)),
        ("b-eight.CTB", centre.plain(8)),
        ("c-foreign.ctb", foreign.plain(99)),
        ("d-altered.ctb", altered),
        ("e-delta.ctb", centre.delta(7, 8)),
        ("f-next.ctb", centre.delta(8, 9)),
        ("g-other.ctb", b"letters and pictures".to_vec()),
        ("notes.txt", centre.plain(20)),
    ]);
    fs::create_dir(stick.path().join("h-folder.ctb")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(stick.path().join("notes.txt"), stick.path().join("i-link.ctb")).unwrap();

    let done = import(&mut folder, &offered(stick.path()), None, &terms()).unwrap();
    // number 8 is the newest that fits, and then the delta on it
    assert_eq!(taken(&done), [("b-eight.CTB", 8, Change::Next), ("f-next.ctb", 9, Change::Next)]);
    assert_eq!(folder.in_force().unwrap().bundle, centre.full(9));
    assert_eq!(done.refused.len(), 5);
    let older = |offered| OfferError::Refused(Refusal::Older { offered, held: 9 });
    assert_eq!(*refused(&done, "a-six.ctb"), older(6));
    assert_eq!(*refused(&done, "e-delta.ctb"), older(8));
    assert_eq!(*refused(&done, "c-foreign.ctb"), OfferError::Refused(Refusal::Foreign { number: 99 }));
    assert!(matches!(
        refused(&done, "d-altered.ctb"),
        OfferError::Refused(Refusal::Tampered | Refusal::NotABundle(_))
    ));
    assert!(matches!(refused(&done, "g-other.ctb"), OfferError::Refused(Refusal::NotABundle(_))));

    // again: the last is in force already
    let again = import(&mut folder, &offered(stick.path()), None, &terms()).unwrap();
    assert_eq!(taken(&again), [("f-next.ctb", 9, Change::None)]);
}

#[test]
fn an_officers_word_is_for_one_bundle() {
    let centre = Centre::new();
    let stick = stick(&[("5.ctb", centre.plain(5)), ("6.ctb", centre.plain(6))]);
    let place = tempfile::tempdir().unwrap();
    let mut folder = TrustFolder::open(place.path()).unwrap();
    let none = import(&mut folder, &offered(stick.path()), None, &terms()).unwrap();
    assert!(none.taken.is_empty() && none.refused.len() == 2);
    let done = import(&mut folder, &offered(stick.path()), None, &confirming(5)).unwrap();
    assert_eq!(taken(&done), [("5.ctb", 5, Change::First), ("6.ctb", 6, Change::Next)]);
    let delta =
        import(&mut folder, &[crate::Offer { name: "d".into(), bytes: centre.delta(5, 7) }], None, &terms());
    assert_eq!(
        *refused(&delta.unwrap(), "d"),
        OfferError::Refused(Refusal::Delta(DeltaError::OtherNumber { wanted: 5, held: 6 }))
    );
}

#[test]
fn two_first_bundles_that_fit_what_was_confirmed_are_both_refused() {
    let (ours, theirs) = (Centre::new(), Centre::of("Other Party", 9));
    let stick = stick(&[("a.ctb", theirs.plain(5)), ("b.ctb", ours.plain(5)), ("c.ctb", ours.plain(5))]);
    let place = tempfile::tempdir().unwrap();
    let mut folder = TrustFolder::open(place.path()).unwrap();
    let both = import(&mut folder, &offered(stick.path()), None, &confirming(5)).unwrap();
    assert!(both.taken.is_empty() && folder.in_force().is_none());
    for name in ["a.ctb", "b.ctb"] {
        assert_eq!(*refused(&both, name), OfferError::Refused(Refusal::Ambiguous { number: 5 }));
    }
    // at a kiosk for real roots the number alone is never enough, and the root's SHA-256 tells them apart
    let real = Terms { roots: Roots::Real, ..confirming(5) };
    let none = import(&mut folder, &offered(stick.path()), None, &real).unwrap();
    assert_eq!(*refused(&none, "b.ctb"), OfferError::Refused(Refusal::RootNotConfirmed { number: 5 }));
    let mut named = real;
    named.confirmation.root = Some(ours.full(5).data().roots[0].fingerprint());
    let done = import(&mut folder, &offered(stick.path()), None, &named).unwrap();
    assert_eq!(taken(&done), [("b.ctb", 5, Change::First), ("c.ctb", 5, Change::None)]);
}

#[test]
fn a_stick_costs_no_more_than_two_bundles() {
    let stick = tempfile::tempdir().unwrap();
    for number in 0..3 {
        let sparse = fs::File::create(stick.path().join(format!("{number}.ctb"))).unwrap();
        sparse.set_len(60 << 20).unwrap();
    }
    let brought = Source::parse(stick.path().to_str().unwrap()).unwrap().bring();
    assert!(matches!(brought, Err(SourceError::TooMuch { .. })), "{:?}", brought.map(|offers| offers.len()));
}

#[test]
fn sealed_bundles_are_for_one_kiosk() {
    let centre = Centre::new();
    let keys = tempfile::tempdir().unwrap();
    let key = |name: &str| {
        let path = keys.path().join(name);
        KioskKey::create(&path, path.with_extension("pub"), &Passphrase::new("một mật khẩu")).unwrap()
    };
    let (ours, theirs) = (key("ours"), key("theirs"));
    let seal = |key: &KioskKey, number| crate::Offer {
        name: "sealed".into(),
        bytes: key.sealer().seal(&centre.plain(number)).unwrap(),
    };
    let place = tempfile::tempdir().unwrap();
    let mut folder = TrustFolder::open(place.path()).unwrap();
    let mut import =
        |offer, key: Option<&KioskKey>| import(&mut folder, &[offer], key, &confirming(1)).unwrap();
    assert_eq!(*refused(&import(seal(&ours, 1), None), "sealed"), OfferError::NoKey);
    let other = import(seal(&theirs, 1), Some(&ours));
    let found = theirs.sealer().id();
    assert_eq!(*refused(&other, "sealed"), OfferError::Sealed(SealedError::OtherKiosk { found }));
    let mut altered = seal(&ours, 1);
    *altered.bytes.last_mut().unwrap() ^= 1;
    assert_eq!(*refused(&import(altered, Some(&ours)), "sealed"), OfferError::Sealed(SealedError::Altered));
    assert_eq!(taken(&import(seal(&ours, 1), Some(&ours))), [("sealed", 1, Change::First)]);
    for error in [OfferError::NoKey, OfferError::Sealed(SealedError::Altered)] {
        assert!(error.remedy().ends_with('.'));
    }
}

#[test]
fn what_is_not_there_and_what_is_too_large() {
    assert!(matches!(Source::parse("https://centre.example/1.ctb"), Err(SourceError::NotHttp)));
    assert!(matches!(Source::parse("HTTP://centre.example/1.ctb"), Ok(Source::Http(_))));
    let empty = tempfile::tempdir().unwrap();
    let bring = |path: &Path| Source::parse(path.to_str().unwrap()).unwrap().bring();
    assert!(matches!(bring(empty.path()), Err(SourceError::Empty { .. })));
    assert!(matches!(bring(&empty.path().join("1.ctb")), Err(SourceError::Io { .. })));
    let large = fs::File::create(empty.path().join("large.ctb")).unwrap();
    large.set_len(100 << 20).unwrap();
    assert!(matches!(bring(empty.path()), Err(SourceError::TooLarge { .. })));
    let many = tempfile::tempdir().unwrap();
    for number in 0..65 {
        fs::write(many.path().join(format!("{number}.ctb")), "x").unwrap();
    }
    assert!(matches!(bring(many.path()), Err(SourceError::TooMany { .. })));
}

/// A server on loopback that answers each connection in turn; it is told of each request's first line.
type Answer = Box<dyn FnOnce(&mut TcpStream) + Send>;

fn serve(answers: Vec<Answer>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/bundle.ctb", listener.local_addr().unwrap());
    let (tell, asked) = channel();
    thread::spawn(move || {
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
                request.push(byte[0]);
            }
            let text = String::from_utf8_lossy(&request).into_owned();
            let _ = tell.send(text.lines().next().unwrap_or_default().to_owned());
            answer(&mut stream);
        }
    });
    (address, asked)
}

fn answer(text: String, body: Vec<u8>) -> Box<dyn FnOnce(&mut TcpStream) + Send> {
    Box::new(move |stream| {
        let _ = stream.write_all(text.as_bytes());
        let _ = stream.write_all(&body);
    })
}

fn ok(body: Vec<u8>) -> Box<dyn FnOnce(&mut TcpStream) + Send> {
    answer(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len()), body)
}

const TIGHT: Limits = Limits {
    time: Duration::from_millis(700),
    connect: Duration::from_millis(700),
    bytes: 10_000,
    redirects: 3,
};

#[test]
fn a_bundle_comes_over_http() {
    let centre = Centre::new();
    let (address, asked) = serve(vec![ok(centre.plain(5))]);
    let offers = Source::parse(&address).unwrap().bring().unwrap();
    assert_eq!(asked.recv().unwrap(), "GET /bundle.ctb HTTP/1.1");
    let place = tempfile::tempdir().unwrap();
    let mut folder = TrustFolder::open(place.path()).unwrap();
    let done = import(&mut folder, &offers, None, &confirming(5)).unwrap();
    assert_eq!(taken(&done), [(address.as_str(), 5, Change::First)]);
    // one redirect is followed
    let (there, _asked) = serve(vec![ok(b"here".to_vec())]);
    let moved =
        format!("HTTP/1.1 302 Found\r\nLocation: {there}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let (address, _asked) = serve(vec![answer(moved, Vec::new())]);
    assert_eq!(get(&address, &TIGHT).unwrap(), b"here");
}

#[test]
fn a_server_costs_no_more_than_it_may() {
    // too large, with and without saying so
    let (address, _asked) = serve(vec![ok(vec![0; 10_001])]);
    assert!(matches!(get(&address, &TIGHT), Err(SourceError::TooLarge { .. })));
    let chunk = [b"2710\r\n".to_vec(), vec![7; 10_000], b"\r\n".to_vec()].concat();
    let endless: Box<dyn FnOnce(&mut TcpStream) + Send> = Box::new(move |stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        while stream.write_all(&chunk).is_ok() {}
    });
    let (address, _asked) = serve(vec![endless]);
    assert!(matches!(get(&address, &TIGHT), Err(SourceError::TooLarge { .. })));
    // too slow: silent, and a byte at a time
    let silent: Box<dyn FnOnce(&mut TcpStream) + Send> = Box::new(|stream| {
        let _ = stream.read(&mut [0]);
    });
    let (address, _asked) = serve(vec![silent]);
    assert!(matches!(get(&address, &TIGHT), Err(SourceError::TimedOut { .. })));
    let dripping: Box<dyn FnOnce(&mut TcpStream) + Send> = Box::new(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n");
        while stream.write_all(b".").is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    });
    let (address, _asked) = serve(vec![dripping]);
    assert!(matches!(get(&address, &TIGHT), Err(SourceError::TimedOut { .. })));
    // not there
    let missing = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned();
    let (address, _asked) = serve(vec![answer(missing, Vec::new())]);
    assert!(matches!(get(&address, &TIGHT), Err(SourceError::Status { status: 404, .. })));
    // round and round: it is asked four times, and no more
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let (to, (tell, asked)) = (address.clone(), channel());
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let _ = stream.read(&mut [0; 2000]);
            let _ = tell.send(());
            let moved = format!(
                "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.write_all(moved.as_bytes());
        }
    });
    assert!(matches!(get(&address, &TIGHT), Err(SourceError::Redirects { .. })));
    assert_eq!(asked.try_iter().count(), 4);
    // cut off in the middle, no answer at all, nobody there
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n".to_owned();
    let (address, _asked) = serve(vec![answer(cut, vec![1; 10])]);
    assert!(matches!(get(&address, &TIGHT), Err(SourceError::Fetch { .. })));
    let (address, _asked) = serve(vec![answer(String::new(), Vec::new())]);
    assert!(matches!(get(&address, &TIGHT), Err(SourceError::Fetch { .. })));
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(matches!(get(&format!("http://{nobody}/"), &TIGHT), Err(SourceError::Fetch { .. })));
    // sent on to where TLS is spoken, which is not spoken here
    let moved = "HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let (address, _asked) = serve(vec![answer(moved.to_owned(), Vec::new())]);
    assert!(matches!(get(&address, &TIGHT), Err(SourceError::NotHttp | SourceError::Fetch { .. })));
}
