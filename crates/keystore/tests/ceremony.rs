//! Secrets divided among custodians: every way back, and every mistake on it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use chipwright_keystore::Passphrase;
use chipwright_keystore::ceremony::{
    Assembly, AssemblyError, Ceremony, CheckValue, CustodianKey, LineError, Scheme, Secret, Sheet,
    SheetError, SheetReader, Step, Subject, split,
};
use proptest::prelude::*;

const KEY: [u8; 16] =
    [0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E, 0x4F];

fn typed(sheet: &Sheet) -> Sheet {
    let mut reader = SheetReader::new();
    let mut done = None;
    for line in sheet.lines() {
        assert!(done.is_none(), "a line after the last");
        if let Step::Done(sheet) = reader.line(&line).unwrap() {
            done = Some(sheet);
        }
    }
    done.expect("the last line ends the sheet")
}

fn again(ceremony: &Ceremony, sheets: &[&Sheet]) -> Result<Secret, AssemblyError> {
    let mut assembly = Assembly::of(ceremony.clone());
    for sheet in sheets {
        assembly.add(typed(sheet))?;
    }
    assembly.combine()
}

fn check_value(text: &str) -> CheckValue {
    text.parse().unwrap()
}

/// Check values of keys that others have published: the 40…4F test key (GlobalPlatform tools show 504A77), and AES-ECB of 16 bytes 01
/// under the FIPS 197 example keys, computed by `openssl enc -aes-*-ecb`.
#[test]
fn check_values_are_those_of_others() {
    let of = |bytes: &[u8]| Secret::new(bytes).unwrap().check_value();
    assert_eq!(of(&KEY), check_value("504A77"));
    let bytes: Vec<u8> = (0..32).collect();
    for length in [16, 24, 32] {
        let hex = bytes[..length].iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let script = format!(
            "printf '\\1%.0s' $(seq 16) | openssl enc -aes-{}-ecb -nopad -K {hex} | head -c 3 | od -An -tx1",
            length * 8
        );
        let done = std::process::Command::new("bash").args(["-c", &script]).output().unwrap();
        let judged = String::from_utf8(done.stdout).unwrap();
        assert_eq!(of(&bytes[..length]), check_value(&judged), "AES-{}", length * 8);
    }
    assert!(of(&KEY).is(check_value("50 4a 77")));
}

/// Every subset of every scheme: as many as are needed give the secret, fewer give nothing.
#[test]
fn every_subset() {
    let mut subsets = 0;
    let schemes = (2..=5).map(|n| Scheme::components(n).unwrap());
    let shares = (2..=9).flat_map(|n| (2..=n).map(move |m| Scheme::shares(m, n).unwrap()));
    for scheme in schemes.chain(shares) {
        let secret = Secret::generate(16).unwrap();
        let (ceremony, sheets) = split(&secret, Subject::CardMaster, scheme).unwrap();
        assert_eq!(sheets.len(), usize::from(scheme.total()));
        for subset in 1_u32..1 << sheets.len() {
            let chosen: Vec<&Sheet> = sheets
                .iter()
                .enumerate()
                .filter(|(at, _)| subset >> at & 1 == 1)
                .map(|(_, sheet)| sheet)
                .collect();
            let enough = chosen.len() >= usize::from(scheme.needed());
            match again(&ceremony, &chosen) {
                Ok(found) => assert!(enough && found.check_value().is(secret.check_value())),
                Err(fault) => {
                    assert!(!enough);
                    let entered = u8::try_from(chosen.len()).unwrap();
                    assert_eq!(fault, AssemblyError::TooFew { entered, needed: scheme.needed() });
                }
            }
            subsets += 1;
        }
    }
    assert!(subsets > 4000);
}

#[test]
fn schemes_have_bounds() {
    assert!([0, 1, 6].into_iter().all(|n| Scheme::components(n).is_err()));
    assert!([(1, 3), (4, 3), (2, 10), (0, 0)].into_iter().all(|(m, n)| Scheme::shares(m, n).is_err()));
    assert!(
        [0, 15, 65].into_iter().all(|n| Secret::generate(n).is_err() && Secret::new(&vec![7; n]).is_err())
    );
    for bytes in [16, 17, 24, 32, 33, 63, 64] {
        let secret = Secret::generate(bytes).unwrap();
        let (ceremony, sheets) = split(&secret, Subject::Other, Scheme::shares(2, 3).unwrap()).unwrap();
        let found = again(&ceremony, &[&sheets[2], &sheets[0]]).unwrap();
        assert_eq!((found.bytes(), found.check_value()), (bytes, secret.check_value()));
        let text = b"a roster";
        assert!(found.sealed(text, &secret.seal_text(text)), "the same secret to the last bit");
        assert!(!found.sealed(b"another", &secret.seal_text(text)));
    }
}

/// What custodians do wrong with their sheets, before anything is combined.
#[test]
fn sheets_are_told_apart() {
    let secret = Secret::generate(32).unwrap();
    let scheme = Scheme::shares(2, 3).unwrap();
    let (ceremony, sheets) = split(&secret, Subject::RootAccess, scheme).unwrap();
    let (other, others) = split(&secret, Subject::RootAccess, scheme).unwrap();
    let fault = again(&ceremony, &[&sheets[0], &others[1]]).unwrap_err();
    assert_eq!(fault, AssemblyError::OtherCeremony { expected: ceremony.id, found: other.id });
    let fault = again(&ceremony, &[&sheets[0], &sheets[0]]).unwrap_err();
    assert_eq!(fault, AssemblyError::Repeated { number: 1 });
    let mut first = Assembly::of_first();
    assert_eq!(first.add(typed(&others[2])).unwrap(), 1);
    assert!(matches!(first.add(typed(&sheets[0])), Err(AssemblyError::OtherCeremony { .. })));
    assert_eq!(first.add(typed(&others[0])).unwrap(), 0);
    assert!(first.combine().unwrap().check_value().is(secret.check_value()));

    // the record says that another value was handed out
    let mut altered = ceremony.clone();
    altered.sheets[1] = check_value("000000");
    let fault = again(&altered, &[&sheets[0], &sheets[1]]).unwrap_err();
    assert!(matches!(fault, AssemblyError::NotHandedOut { number: 2, .. }), "{fault}");
    // the record is of another secret
    let mut altered = ceremony.clone();
    altered.check_value = check_value("000000");
    let fault = again(&altered, &[&sheets[0], &sheets[1]]).unwrap_err();
    assert_eq!(fault, AssemblyError::OtherTerms { ceremony: ceremony.id, number: 1 });
}

/// A component that is right in itself and of this ceremony, and yet not the one that was made: the combined check value tells.
#[test]
fn a_forged_component_is_found_when_combined() {
    let secret = Secret::new(&KEY).unwrap();
    let (ceremony, sheets) = split(&secret, Subject::CardMaster, Scheme::components(2).unwrap()).unwrap();
    let value = Secret::generate(16).unwrap();
    let lines = forged(&sheets[1], &value);
    let mut reader = SheetReader::new();
    let mut assembly = Assembly::of_first();
    assembly.add(typed(&sheets[0])).unwrap();
    for line in lines {
        if let Step::Done(sheet) = reader.line(&line).unwrap() {
            let record = Assembly::of(ceremony.clone()).add(typed(&sheet)).unwrap_err();
            assert!(matches!(record, AssemblyError::NotHandedOut { number: 2, .. }));
            assembly.add(sheet).unwrap();
        }
    }
    let fault = assembly.combine().unwrap_err();
    assert!(matches!(fault, AssemblyError::CheckValue { expected, .. } if expected == check_value("504A77")));
}

/// The sheet with another value, every checksum and its own check value made anew.
fn forged(sheet: &Sheet, value: &Secret) -> Vec<String> {
    // a sheet of two components of `value ⊕ 0`: any sheet of 16 bytes has the form, so the lines are written by hand
    let bytes = |line: &str| -> Vec<u8> {
        let digits: String = line.chars().filter(char::is_ascii_hexdigit).take(16).collect();
        (0..8).map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap()).collect()
    };
    let lines = sheet.lines();
    let first = bytes(&lines[0]);
    let mut second = bytes(&lines[1]);
    let check = value.check_value().to_string().replace(' ', "");
    (0..3).for_each(|at| second[at] = u8::from_str_radix(&check[2 * at..2 * at + 2], 16).unwrap());
    let passphrase = {
        // the value is not shown by the library: it is divided, and the divided parts are read from their sheets
        let (_, parts) = split(value, Subject::Other, Scheme::components(2).unwrap()).unwrap();
        let part = |sheet: &Sheet| [bytes(&sheet.lines()[2]), bytes(&sheet.lines()[3])].concat();
        part(&parts[0]).iter().zip(part(&parts[1])).map(|(a, b)| a ^ b).collect::<Vec<u8>>()
    };
    let all = [first.clone(), second, passphrase[..8].to_vec(), passphrase[8..].to_vec()];
    let line = |(number, line): (u8, &Vec<u8>)| {
        let crc = [&first[..], &[number], line].concat().iter().fold(0xFFFF_u16, |crc, byte| {
            (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
                if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
            })
        });
        let digits: String = line.iter().map(|byte| format!("{byte:02X}")).collect();
        format!("{digits}{crc:04X}")
    };
    (1..).zip(&all).map(line).collect()
}

/// Every single wrong digit, every two neighbouring digits exchanged, every line out of place or of another sheet is found in its
/// line, and the line can be typed again.
#[test]
fn wrong_digits_are_found_in_their_line() {
    let scheme = Scheme::shares(2, 3).unwrap();
    let secret = Secret::generate(24).unwrap();
    let (_, sheets) = split(&secret, Subject::CardMaster, scheme).unwrap();
    let (_, others) = split(&secret, Subject::CardMaster, scheme).unwrap();
    let lines = sheets[0].lines();
    assert_eq!(lines.len(), 5);
    let mut reader = SheetReader::new();
    let mut refused = 0;
    for (at, line) in lines.iter().enumerate() {
        let number = at + 1;
        let places: Vec<usize> =
            line.char_indices().filter(|(_, c)| c.is_ascii_hexdigit()).map(|(at, _)| at).collect();
        for place in &places {
            for digit in "0123456789ABCDEF".chars().filter(|digit| !line[*place..].starts_with(*digit)) {
                let mut wrong = line.to_string();
                wrong.replace_range(*place..=*place, &digit.to_string());
                assert_eq!(reader.line(&wrong).unwrap_err(), LineError::Checksum { line: number }, "{wrong}");
                refused += 1;
            }
        }
        for pair in places.windows(2).filter(|pair| line.as_bytes()[pair[0]] != line.as_bytes()[pair[1]]) {
            let mut wrong = line.to_string();
            wrong.replace_range(pair[0]..=pair[0], &line[pair[1]..=pair[1]]);
            wrong.replace_range(pair[1]..=pair[1], &line[pair[0]..=pair[0]]);
            assert_eq!(reader.line(&wrong).unwrap_err(), LineError::Checksum { line: number }, "{wrong}");
            refused += 1;
        }
        if number > 1 {
            for (other, line) in lines.iter().enumerate().filter(|(other, _)| *other != at) {
                let found = LineError::OutOfPlace { line: number, found: other + 1 };
                assert_eq!(reader.line(line).unwrap_err(), found);
            }
            assert_eq!(
                reader.line(&others[0].lines()[at]).unwrap_err(),
                LineError::Checksum { line: number }
            );
            assert_eq!(
                reader.line(&sheets[1].lines()[at]).unwrap_err(),
                LineError::Checksum { line: number }
            );
        }
        assert_eq!(reader.line(&line[1..]).unwrap_err(), LineError::Length { line: number, found: 19 });
        assert_eq!(
            reader.line(&format!("{}G", &**line)).unwrap_err(),
            LineError::Digit { line: number, character: 'G' }
        );
        assert_eq!(reader.next_line(), number);
        let step =
            reader.line(&line.to_lowercase().replace(' ', "").replace('0', "o").replace('1', "l")).unwrap();
        assert_eq!(matches!(step, Step::Done(_)), number == 5);
    }
    assert!(refused > 1500);
}

#[test]
fn a_first_line_of_something_else_is_none() {
    let (_, sheets) =
        split(&Secret::generate(16).unwrap(), Subject::Other, Scheme::components(2).unwrap()).unwrap();
    let value = sheets[0].lines()[2].to_string();
    assert!(matches!(SheetReader::new().line(&value), Err(LineError::Checksum { line: 1 })));
    // eight bytes 00 with their right checksum
    let crc = [0_u8; 17].map(|_| 0_u8);
    let crc = crc.iter().enumerate().fold(0xFFFF_u16, |crc, (at, _)| {
        (0..8).fold(crc ^ if at == 8 { 1 << 8 } else { 0 }, |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    });
    let line = format!("0000 0000 0000 0000 - {crc:04X}");
    assert_eq!(SheetReader::new().line(&line).unwrap_err(), LineError::Sheet(SheetError::Form));
}

#[test]
fn masters_come_from_the_secret_alone() {
    let masters = |bytes: &[u8]| format!("{:?}", Secret::new(bytes).unwrap().to_card_masters());
    assert_eq!(masters(&KEY), "Ok(NewCardKeys(Aes128))");
    assert!(masters(&[7; 20]).starts_with("Err"));
    assert_eq!(masters(&[7; 24]), "Ok(NewCardKeys(Aes192))");
    assert_eq!(masters(&[7; 32]), "Ok(NewCardKeys(Aes256))");
}

/// A share on disk opens with its custodian's passphrase and no other custodian's, and not at all once altered.
#[test]
fn a_sealed_share_is_one_custodians() {
    let folder = tempfile::tempdir().unwrap();
    let key = |name: &str| CustodianKey::create(folder.path().join(name), &Passphrase::new(name)).unwrap();
    let (lan, minh) = (key("lan"), key("minh"));
    let secret = Secret::generate(32).unwrap();
    let (_, sheets) = split(&secret, Subject::RootAccess, Scheme::shares(2, 2).unwrap()).unwrap();
    let sealed = lan.seal().seal(&sheets[0]).unwrap();
    assert_eq!(*lan.open(&sealed, "lan.share").unwrap().lines(), *sheets[0].lines());
    assert!(minh.open(&sealed, "lan.share").is_err());
    assert!(CustodianKey::load(folder.path().join("lan"), &Passphrase::new("minh")).is_err());
    let text = String::from_utf8(sealed).unwrap();
    let last = text.rfind(|c: char| c.is_ascii_hexdigit()).unwrap();
    let mut altered = text.clone();
    altered.replace_range(last..=last, if &text[last..=last] == "0" { "1" } else { "0" });
    assert!(lan.open(altered.as_bytes(), "lan.share").is_err());
    let value = sheets[0].lines()[2].replace([' ', '-'], "");
    assert!(!text.to_uppercase().contains(&value[..16]), "nothing in clear");
}

#[test]
fn nothing_shows_a_secret() {
    let secret = Secret::new(&KEY).unwrap();
    let (_, sheets) = split(&secret, Subject::CardMaster, Scheme::components(2).unwrap()).unwrap();
    let mut assembly = Assembly::of_first();
    let shown = format!("{secret:?} {:?}", sheets[0]);
    let lines = sheets[0].lines();
    assembly.add(typed(&sheets[0])).unwrap();
    let shown = format!("{shown} {assembly:?} {:?}", SheetReader::new());
    for group in lines[2].split(' ').chain(lines[3].split(' ')).filter(|group| group.len() == 4) {
        assert!(!shown.contains(group), "{shown}");
    }
    assert!(shown.starts_with("Secret(16 bytes)"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_secret_comes_back(bytes in proptest::collection::vec(any::<u8>(), 16..=64), m in 2_u8..=9, more in 0_u8..=7) {
        let total = (m + more).min(9);
        let secret = Secret::new(&bytes).unwrap();
        let (ceremony, sheets) = split(&secret, Subject::Other, Scheme::shares(m, total).unwrap()).unwrap();
        let last: Vec<&Sheet> = sheets.iter().rev().take(usize::from(m)).collect();
        let found = again(&ceremony, &last).unwrap();
        prop_assert!(found.sealed(b"x", &secret.seal_text(b"x")));
    }

    #[test]
    fn no_text_panics(lines in proptest::collection::vec("[0-9A-Fa-f -]{0,30}|\\PC{0,30}", 0..6)) {
        let mut reader = SheetReader::new();
        for line in lines {
            let _ = reader.line(&line);
        }
    }
}
