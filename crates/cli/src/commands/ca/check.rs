//! `ca check`: every chain, revocation list, link and the master list, as a verifier sees them now.

use super::lists::due_from;
use crate::authority::{self, Authority};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::{self, Home};
use crate::keyring::KeyName;
use crate::output::Table;
use crate::second::SecondAuthority;
use crate::text::{Text, text};
use chipwright_pki::check::check_signer;
use chipwright_pki::policy::CrlRule;
use chipwright_pki::{Certificate, Crl, Policy, TrustStore, master_list};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::fs;

/// What is wrong with a list is said of the list, not of everything under it again.
const POLICY: Policy = Policy::test().with_crl(CrlRule::IfPresent);
/// A signer is replaced before its key ends, and a root in good time.
const SIGNER_NOTICE: SignedDuration = SignedDuration::from_hours(24 * 14);
const ROOT_NOTICE: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Options of `ca check`.
#[derive(Debug, clap::Args)]
pub(crate) struct CheckAll {
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    checked_at: Timestamp,
    good: bool,
    results: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    kind: Kind,
    name: String,
    /// `good`, `due` (to be renewed soon), `over` (its time has passed, what it signed may stay good) or `bad`.
    result: State,
    ends: Option<Timestamp>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<String>,
    #[serde(skip)]
    told: Vec<Text>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Root,
    RevocationList,
    Link,
    Signer,
    MasterList,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Good,
    Due,
    Over,
    Bad,
}

impl Line {
    fn new(kind: Kind, name: String, ends: Option<Timestamp>) -> Self {
        Self { kind, name, result: State::Good, ends, problems: Vec::new(), told: Vec::new() }
    }

    fn bad(mut self, told: Text) -> Self {
        self.problems.push(told.en.clone());
        self.told.push(told);
        self.result = State::Bad;
        self
    }

    /// Due when its end is near.
    fn near(mut self, at: Timestamp, notice: SignedDuration) -> Self {
        if self.result == State::Good && self.ends.is_some_and(|ends| ends.duration_since(at) < notice) {
            self.result = State::Due;
        }
        self
    }
}

impl CheckAll {
    pub(super) fn run(&self, home: &Home, context: &Context) -> Outcome {
        let at = Timestamp::now();
        let results = lines(home, at)?;
        let good = results.iter().all(|line| line.result != State::Bad);
        let report = Report { schema: "chipwright-authority-check/1", checked_at: at, good, results };
        match self.json {
            true => context.out.json(&report)?,
            false => table(&report, context).lines().iter().try_for_each(|line| context.out.data(line))?,
        }
        Ok(if good { Exit::Success } else { Exit::Configuration })
    }
}

fn lines(home: &Home, at: Timestamp) -> Result<Vec<Line>, Failure> {
    let authority = Authority::of(home);
    let mut found = Vec::new();
    for generation in authority.generations()? {
        let (name, held) = (KeyName::Root(generation).label(), authority.root_of(generation)?);
        found.push(root(name, &held, generation == authority.generation(), at));
        let file = authority.crl_file_of(generation);
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        found.push(list(name, held, authority.crl_of(generation), at));
    }
    for (file, link) in authority.links()? {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        found.push(linked(&authority, name, &link, at)?);
    }
    let trust = authority::trust(&home.authority())?;
    let issued = authority.issued_elsewhere()?.into_iter().map(|(_, held)| (held.serial().to_string(), held));
    for (name, held) in authority.all_signers()?.into_iter().chain(issued) {
        found.push(signer(name, &held, &trust, at));
    }
    found.extend(of_second(&SecondAuthority::of(home), at)?);
    let file = authority.master_list_file();
    if file.is_file() {
        let der = fs::read(&file).map_err(|error| home::not_read(&file, &error))?;
        let line = Line::new(Kind::MasterList, "master-list".to_owned(), None);
        found.push(match master_list::verify(&der, &trust, &POLICY, at) {
            Ok(_) => line,
            Err(error) => line.bad(because(&error)),
        });
    }
    Ok(found)
}

/// Who signs with ML-DSA-65, under a root and a list of its own.
fn of_second(second: &SecondAuthority, at: Timestamp) -> Result<Vec<Line>, Failure> {
    if !second.exists() {
        return Ok(Vec::new());
    }
    let held = second.root()?;
    let mut trust = TrustStore::new();
    // what is wrong with root or list is said of them
    let taken = trust.add_root(held.clone());
    if let (Ok(()), Ok(crl)) = (taken, second.crl()) {
        let _ = trust.add_crl(crl);
    }
    let mut found = vec![root(KeyName::SecondRoot.label(), &held, true, at)];
    found.push(list("second-crl".to_owned(), held, second.crl(), at));
    found.extend(second.signers()?.into_iter().map(|(name, held)| signer(name, &held, &trust, at)));
    Ok(found)
}

fn root(name: String, held: &Certificate, signs_now: bool, at: Timestamp) -> Line {
    let signs = held.private_key_usage().unwrap_or(held.validity());
    let mut line = Line::new(Kind::Root, name, Some(signs.not_after));
    if let Err(error) = TrustStore::new().add_root(held.clone()) {
        line = line.bad(because(&error));
    }
    if !held.validity().contains(at) {
        line = line.bad(text!("its certificate is not valid now", "chứng thư hiện không có hiệu lực"));
    }
    if !signs_now {
        // it signs revocation lists only
        line.result = if line.result == State::Bad { State::Bad } else { State::Over };
        return line;
    }
    if at > signs.not_after {
        return line.bad(text!("its key may not sign any more", "khóa của nó không còn được ký"));
    }
    line.near(at, ROOT_NOTICE)
}

fn list(name: String, root: Certificate, crl: Result<Crl, Failure>, at: Timestamp) -> Line {
    let crl = match crl {
        Ok(crl) => crl,
        Err(failure) => return Line::new(Kind::RevocationList, name, None).bad(failure.told().0),
    };
    let mut line = Line::new(Kind::RevocationList, name, Some(crl.next_update()));
    let mut trust = TrustStore::new();
    let taken = trust.add_root(root).and_then(|()| trust.add_crl(crl.clone()));
    if let Err(error) = taken {
        line = line.bad(because(&error));
    }
    if crl.this_update() > at {
        line = line
            .bad(text!("it is dated in the future by this clock", "ngày ký ở tương lai so với đồng hồ này"));
    }
    if crl.next_update() < at {
        line = line.bad(text!("the next one was due", "đã quá hạn ký bản tiếp theo"));
    }
    line.near(at, crl.next_update().duration_since(due_from(&crl)))
}

fn linked(authority: &Authority, name: String, link: &Certificate, at: Timestamp) -> Result<Line, Failure> {
    let line = Line::new(Kind::Link, name, Some(link.validity().not_after));
    let Some((generation, issuer)) = authority.issuer_of(link)? else {
        return Ok(line.bad(text!("no root in ca/ signed it", "không do gốc nào trong ca/ ký")));
    };
    let mut trust = TrustStore::new();
    let list = authority.crl_of(generation)?;
    let followed = trust
        .add_root(issuer)
        .and_then(|()| trust.add_crl(list))
        .and_then(|()| trust.add_link(link.clone(), at));
    Ok(match followed {
        Ok(()) => line,
        Err(error) => line.bad(because(&error)),
    })
}

fn signer(name: String, held: &Certificate, trust: &TrustStore, at: Timestamp) -> Line {
    let usage = held.private_key_usage().unwrap_or(held.validity());
    let mut line = Line::new(Kind::Signer, name, Some(usage.not_after));
    // as of its last signature: now, or the key's last day
    for failure in check_signer(held, at.min(usage.not_after), trust, &POLICY, at) {
        line = line.bad(because(&failure));
    }
    if line.result == State::Good && at > usage.not_after {
        line.result = State::Over;
    }
    if line.result == State::Over { line } else { line.near(at, SIGNER_NOTICE) }
}

fn because(error: &dyn std::error::Error) -> Text {
    let mut words = vec![error.to_string()];
    let mut source = error.source();
    while let Some(error) = source {
        words.push(error.to_string());
        source = error.source();
    }
    let told: Vec<Text> = words.iter().map(|words| Text::from(words.as_str())).collect();
    let join = |pick: fn(&Text) -> &str| told.iter().map(pick).collect::<Vec<_>>().join(": ");
    Text { en: join(|text| &text.en), vi: join(|text| &text.vi) }
}

fn table(report: &Report, context: &Context) -> Table {
    let out = context.out;
    let mut table = Table::new(&[
        out.pick("what", "loại"),
        out.pick("name", "tên"),
        out.pick("result", "kết quả"),
        out.pick("ends", "hết hạn"),
        out.pick("problem", "vấn đề"),
    ]);
    for line in &report.results {
        let kind = match line.kind {
            Kind::Root => out.pick("root", "gốc"),
            Kind::RevocationList => out.pick("revocation list", "danh sách thu hồi"),
            Kind::Link => out.pick("link", "chứng thư nối"),
            Kind::Signer => out.pick("signer", "người ký"),
            Kind::MasterList => out.pick("master list", "danh sách gốc"),
        };
        let result = match line.result {
            State::Good => out.pick("good", "tốt"),
            State::Due => out.pick("to be renewed", "cần làm mới"),
            State::Over => out.pick("signs no more", "không còn ký"),
            State::Bad => out.pick("BAD", "HỎNG"),
        };
        let ends = line.ends.map_or_else(String::new, |ends| ends.strftime("%Y-%m-%d").to_string());
        let told: Vec<&str> = line.told.iter().map(|text| text.pick(out.language)).collect();
        table.row(vec![kind.to_owned(), line.name.clone(), result.to_owned(), ends, told.join("; ")]);
    }
    table
}
