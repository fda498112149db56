//! Mistakes of custodians at ceremonies and with keys.

#[path = "../ceremony/hands.rs"]
mod hands;

use super::house::House;
use super::refused;
use hands::{AN, BINH, CHI, contents, done, forms, in_custody, run, with_form};
use std::process::Output;

const LOAD: [&str; 3] = ["ceremony", "master", "load"];
const CRL: [&str; 2] = ["ca", "crl"];

/// It is refused, and every file of the home is as it was.
fn nothing_done(house: &House, slug: &str, tried: &str, run: impl FnOnce() -> Output) {
    let before = contents(house);
    let output = run();
    assert_eq!(contents(house), before, "{slug}");
    refused("custodian", slug, tried, &named(&output));
}

/// Ceremonies and check values are random.
fn named(output: &Output) -> Output {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let hex = |word: &str, length: usize| {
        word.len() == length
            && word.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte))
    };
    let mut words: Vec<String> = Vec::new();
    for line in text.lines() {
        for word in line.split(' ') {
            let core = word.trim_end_matches([',', ';', ':', '.']);
            let is_id = core.split_once('-').is_some_and(|(one, two)| hex(one, 4) && hex(two, 4));
            let named = match is_id {
                true => word.replace(core, "[CEREMONY]"),
                false if hex(core, 2) && core.parse::<u8>().map_or(true, |_| core.len() == 2) => {
                    word.replace(core, "[..]")
                }
                false => word.to_owned(),
            };
            words.push(named);
        }
        words.push("\n".to_owned());
    }
    let text = words.join(" ").replace(" \n ", "\n").replace(" \n", "\n");
    let text = text.replace("[..] [..] [..]", "[CHECK VALUE]");
    Output { stderr: text.into_bytes(), ..output.clone() }
}

fn load(house: &House, voices: &[(&str, String)]) -> Output {
    let voices: Vec<(&str, &str)> = voices.iter().map(|(name, text)| (*name, text.as_str())).collect();
    run(house, &LOAD, &voices)
}

/// One custodian, or one twice, or one who has the wrong passphrase opens nothing.
#[test]
fn one_alone_opens_nothing() {
    let house = in_custody();
    nothing_done(&house, "alone", "one custodian alone signs a revocation list", || run(&house, &CRL, &[AN]));
    nothing_done(&house, "same_custodian_twice", "one custodian named twice", || {
        run(&house, &CRL, &[AN, AN])
    });
    nothing_done(&house, "wrong_passphrase", "a wrong passphrase of the second custodian", || {
        run(&house, &CRL, &[AN, (BINH.0, CHI.1)])
    });
    nothing_done(&house, "unknown_custodian", "somebody who is no custodian", || {
        run(&house, &CRL, &[AN, ("dung", "x")])
    });
    nothing_done(&house, "alone_removes", "one custodian removes another", || {
        run(&house, &["ceremony", "custodian", "remove", "chi"], &[AN])
    });
}

/// What goes wrong with forms.
#[test]
fn forms_that_do_not_fit() {
    let house = in_custody();
    let names = ["an", "binh", "chi"];
    let division = ["--shares", "2/3"];
    let Some(others) = forms(&house, &division, &names) else { return };
    let Some(forms) = forms(&house, &division, &names) else { return };
    let voice = |who: (&'static str, &str), form: &str| (who.0, with_form(who.1, form));
    nothing_done(&house, "other_ceremony", "a share of another ceremony", || {
        load(&house, &[voice(AN, &forms[0]), voice(BINH, &others[1])])
    });
    nothing_done(&house, "too_few_shares", "the rotation of the masters by one custodian", || {
        load(&house, &[voice(AN, &forms[0])])
    });
    nothing_done(&house, "share_twice", "one share entered by two custodians", || {
        load(&house, &[voice(AN, &forms[0]), voice(BINH, &forms[0])])
    });
    let mut wrong = forms[1].clone();
    let at = wrong.lines().take(2).map(|line| line.len() + 1).sum::<usize>() + 5;
    let digit = if &wrong[at..=at] == "7" { "8" } else { "7" };
    wrong.replace_range(at..=at, digit);
    nothing_done(&house, "wrong_digit", "a wrong digit in the third line of a form", || {
        load(&house, &[voice(AN, &forms[0]), voice(BINH, &wrong)])
    });
    let (lines, _) = forms[1].rsplit_once('\n').unwrap();
    let other = if lines.ends_with("000000") { "000001" } else { "000000" };
    nothing_done(&house, "wrong_check_value", "a custodian reads another check value from the form", || {
        load(&house, &[voice(AN, &forms[0]), voice(BINH, &format!("{lines}\n{other}"))])
    });
}

/// All three shares are needed, and the two custodians who open the root have two of them.
#[test]
fn a_share_is_missing() {
    let house = in_custody();
    let Some(forms) = forms(&house, &["--shares", "3/3"], &["an", "binh", "chi"]) else { return };
    let voice = |who: (&'static str, &str), form: &str| (who.0, with_form(who.1, form));
    nothing_done(&house, "share_missing", "two of three shares, where all three are needed", || {
        load(&house, &[voice(AN, &forms[0]), voice(CHI, &forms[2])])
    });
}

/// Components, in a home where each custodian has entered them before.
#[test]
fn components_that_do_not_fit() {
    let house = House::with_home();
    let names = ["an", "binh"];
    let division = ["--components", "2"];
    let Some(forms) = forms(&house, &division, &names) else { return };
    let voice = |name: &'static str, form: &String| (name, form.clone());
    nothing_done(&house, "component_twice", "a custodian enters one component twice", || {
        load(&house, &[voice("an", &forms[0]), voice("an", &forms[0])])
    });
    nothing_done(&house, "component_of_another", "a custodian enters the component of another", || {
        load(&house, &[voice("an", &forms[1]), voice("binh", &forms[0])])
    });
    nothing_done(&house, "component_missing", "one of two components", || {
        load(&house, &[voice("an", &forms[0])])
    });
    // a component that is right in itself and was handed out under another record
    let folder = house.path().join("home/ca/custody");
    let record = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let record = record.into_iter().find(|path| path.extension().is_some_and(|end| end == "json")).unwrap();
    let text = std::fs::read_to_string(&record).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    value["ceremony"]["sheets"][1] = "00 00 00".into();
    std::fs::write(&record, serde_json::to_string_pretty(&value).unwrap()).unwrap();
    nothing_done(&house, "wrong_component", "a component that is not the one handed out", || {
        load(&house, &[voice("an", &forms[0]), voice("binh", &forms[1])])
    });
}

/// Two signatures are two people.
#[test]
fn a_transcript_signed_by_one_person() {
    let house = in_custody();
    let sign = ["ceremony", "sign-transcript"];
    done(&run(&house, &sign, &[AN]));
    nothing_done(&house, "transcript_signed_twice", "one custodian signs a transcript twice", || {
        run(&house, &sign, &[AN])
    });
    let folder = house.path().join("home/ca/custody");
    std::fs::copy(folder.join("transcript-1.an.p7s"), folder.join("transcript-1.chi.p7s")).unwrap();
    nothing_done(
        &house,
        "transcript_of_one",
        "a transcript with the signature of one custodian under two names",
        || house.output(&["ceremony", "check-transcript"]),
    );
}
