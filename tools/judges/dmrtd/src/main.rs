//! dmrtd, a passport reader that nobody here wrote, reads the card in a PC/SC reader.
//!
//! Stands on stdin, a name and a value a line: `reader`, `can`, `mrz` (90 characters), `root` (a certificate file, DER).
//! dmrtd knows the application A0000002471001 only. One line a case, then `N passed, M failed`; exit code 1 if one failed.

mod reader;

use std::collections::HashMap;
use std::io::Read as _;
use std::process::ExitCode;

use dmrtd::auth::passive::{DataGroup, TrustAnchor, verify};
use dmrtd::lds::ef::ElementaryFile;
use dmrtd::lds::mrz::Mrz;
use dmrtd::passport::Passport;
use dmrtd::proto::access_key::AccessKey;
use dmrtd::proto::can_key::CanKey;
use dmrtd::proto::dba_key::DBAKey;
use dmrtd::proto::iso7816::response_apdu::StatusWord;

use reader::InReader;

type Outcome = Result<String, String>;

fn main() -> ExitCode {
    let lines = std::io::stdin().lines().map_while(Result::ok);
    let settings: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(' ').map(|(name, value)| (name.to_owned(), value.to_owned())))
        .collect();
    let card = match Card::from(&settings) {
        Ok(card) => card,
        Err(fault) => {
            eprintln!("dmrtd: {fault}");
            return ExitCode::from(2);
        }
    };
    let mut cases: Vec<(&str, Outcome)> = vec![
        ("without PACE nothing is read", card.closed()),
        ("a wrong CAN opens nothing", card.wrong_can()),
    ];
    if card.birth_is_complete() {
        cases.push(("PACE by CAN, every data group, Passive and Active Authentication", card.by_can()));
        cases.push(("PACE by MRZ, every data group, Passive and Active Authentication", card.by_mrz()));
    } else {
        let name = "PACE by CAN, every data group unread by its parser (birth date incomplete), Passive and Active Authentication";
        cases.push((name, card.by_can()));
    }
    let failed = cases.iter().filter(|(_, outcome)| outcome.is_err()).count();
    for (name, outcome) in &cases {
        match outcome {
            Ok(note) => println!("  ok      {name}{note}"),
            Err(fault) => println!("  FAILED  {name}: {fault}"),
        }
    }
    println!("{} passed, {failed} failed", cases.len() - failed);
    ExitCode::from(u8::from(failed > 0))
}

struct Card {
    reader: String,
    can: String,
    mrz: String,
    root: Vec<u8>,
}

impl Card {
    fn from(settings: &HashMap<String, String>) -> Result<Self, String> {
        let text = |name: &str| settings.get(name).cloned().ok_or_else(|| format!("no {name} on stdin"));
        let path = text("root")?;
        let root = std::fs::read(&path).map_err(|fault| format!("{path}: {fault}"))?;
        Ok(Self { reader: text("reader")?, can: text("can")?, mrz: text("mrz")?, root })
    }

    /// The card after a cold reset.
    fn passport(&self) -> Result<Passport<InReader>, String> {
        InReader::open(&self.reader).map(Passport::new).map_err(|fault| format!("{}: {fault}", self.reader))
    }

    fn closed(&self) -> Outcome {
        let refused = self.passport()?.read_ef_dg1();
        match refused {
            Err(fault) if fault.code == Some(StatusWord::SECURITY_STATUS_NOT_SATISFIED) => Ok(String::new()),
            Err(fault) => Err(fault.to_string()),
            Ok(_) => Err("DG1 was read".into()),
        }
    }

    fn wrong_can(&self) -> Outcome {
        let wrong: String = self
            .can
            .chars()
            .map(|digit| if digit == '9' { '0' } else { (digit as u8 + 1) as char })
            .collect();
        let mut passport = self.passport()?;
        let access = passport.read_ef_card_access().map_err(|fault| fault.to_string())?;
        let key = CanKey::new(&wrong).map_err(|fault| fault.to_string())?;
        if passport.start_session_pace(key, &access).is_ok() {
            return Err("PACE came about".into());
        }
        match passport.read_ef_dg1() {
            Err(fault) if fault.code == Some(StatusWord::SECURITY_STATUS_NOT_SATISFIED) => Ok(String::new()),
            other => Err(format!("then DG1: {:?}", other.map(|_| "was read"))),
        }
    }

    /// ICAO Doc 9303-3, 4.7: unknown parts of a date of birth are `<`. dmrtd has no such dates.
    fn birth_is_complete(&self) -> bool {
        self.mrz.get(30..36).is_some_and(|date| !date.contains('<'))
    }

    fn by_can(&self) -> Outcome {
        self.read(CanKey::new(&self.can).map_err(|fault| fault.to_string())?)
    }

    fn by_mrz(&self) -> Outcome {
        let mrz = Mrz::from_bytes(self.mrz.clone().into_bytes()).map_err(|fault| fault.to_string())?;
        let key = DBAKey::new(mrz.document_number(), mrz.date_of_birth, mrz.date_of_expiry, true);
        self.read(key.map_err(|fault| fault.to_string())?)
    }

    fn read(&self, key: impl AccessKey) -> Outcome {
        let mut passport = self.passport()?;
        let opened = open(&mut passport, key);
        let read = opened.and_then(|()| {
            if self.birth_is_complete() { parsed(&mut passport) } else { unparsed(&mut passport) }
        });
        let (sod, groups) = read?;
        if !groups[0].1.ends_with(self.mrz.as_bytes()) {
            return Err("DG1 is not what is printed on the card".into());
        }
        let hashed: Vec<DataGroup<'_>> =
            groups.iter().map(|(number, bytes)| DataGroup { number: *number, bytes }).collect();
        let anchor = TrustAnchor::from_certificate(&self.root).map_err(|fault| fault.to_string())?;
        let result = verify(&sod, &hashed, &[anchor]).map_err(|fault| fault.to_string())?;
        if !result.is_authentic() || !result.covers_all_groups() {
            return Err(format!("authentic {}, groups {:?}", result.is_authentic(), result.verified_groups));
        }
        active_authentication(&mut passport)?;
        let bytes: usize = groups.iter().map(|(_, bytes)| bytes.len()).sum();
        Ok(format!(" ({} data groups, {bytes} bytes)", groups.len()))
    }
}

type Files = (Vec<u8>, Vec<(u8, Vec<u8>)>);

/// PACE, and EF.COM in the application.
fn open(passport: &mut Passport<InReader>, key: impl AccessKey) -> Result<(), String> {
    let access = passport.read_ef_card_access().map_err(|fault| fault.to_string())?;
    passport.start_session_pace(key, &access).map_err(|fault| fault.to_string())?;
    passport.read_ef_com().map(drop).map_err(|fault| fault.to_string())
}

/// The chip signs a challenge of dmrtd's with the key of DG15.
fn active_authentication(passport: &mut Passport<InReader>) -> Result<(), String> {
    let mut challenge = [0; 8];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut random| random.read_exact(&mut challenge))
        .map_err(|fault| fault.to_string())?;
    passport
        .verify_active_authentication(&challenge)
        .map_err(|fault| format!("Active Authentication: {fault}"))
}

/// EF.SOD and the data groups, each taken apart by dmrtd.
fn parsed(passport: &mut Passport<InReader>) -> Result<Files, String> {
    let sod = passport.read_ef_sod().map_err(|fault| fault.to_string())?.to_bytes().to_vec();
    let mut groups = Vec::new();
    macro_rules! read {
        ($($number:literal $function:ident),*) => {
            $(groups.push(($number, passport.$function().map_err(|fault| fault.to_string())?.to_bytes().to_vec()));)*
        };
    }
    read!(1 read_ef_dg1, 2 read_ef_dg2, 11 read_ef_dg11, 12 read_ef_dg12, 13 read_ef_dg13, 14 read_ef_dg14, 15 read_ef_dg15);
    Ok((sod, groups))
}

/// The same as bytes.
fn unparsed(passport: &mut Passport<InReader>) -> Result<Files, String> {
    const SOD: u8 = 0x1D;
    let mut file = |short| passport.api_mut().read_file_by_sfi(short).map_err(|fault| fault.to_string());
    let sod = file(SOD)?;
    let groups: Result<_, String> =
        [1, 2, 11, 12, 13, 14, 15].map(|number| Ok((number, file(number)?))).into_iter().collect();
    Ok((sod, groups?))
}
