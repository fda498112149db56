//! `terminal`: who may open the records of cards.

use crate::authority::Authority;
use crate::configuration::Mode;
use crate::context::Context;
use crate::custodians::{self, RootAccess};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::{self, Home};
use crate::output::pairs;
use crate::secret::{self, Source};
use crate::terminals::{Terminals, chain, refused};
use crate::text::{Text, text};
use chipwright_keystore::Passphrase;
use chipwright_pki::SignKey;
use chipwright_pki::cv::{
    Category, CvCertificate, CvPeriod, CvRequest, FileRights, HolderProfile, Right, Rights, prepare_request,
};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde::Serialize;
use std::fs;
use std::path::PathBuf;

/// Who may open the records of cards: CVCA, document verifiers, terminals
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Terminal {
    /// Make the CVCA whose terminals new cards trust, and a document verifier under it
    InitCvca {
        /// Its name in certificates: one to nine capital letters or digits
        #[arg(long, value_name = "NAME", default_value = "CVCA")]
        name: String,
        #[command(flatten)]
        root: Root,
        #[command(flatten)]
        station: Station,
        /// Print the hierarchy afterwards as JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a new document verifier under the newest CVCA; it counts for a year
    Dv {
        #[command(flatten)]
        root: Root,
        #[command(flatten)]
        station: Station,
        /// Print the hierarchy afterwards as JSON
        #[arg(long)]
        json: bool,
    },
    /// Give a terminal its certificate: rights and days
    Issue(Issue),
    /// Make a terminal's key and a request for its certificate, to be signed elsewhere
    Request {
        /// The terminal's name: one to nine letters or digits
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        own: Own,
    },
    /// Renew the CVCA's key; the link certificate rolls cards when a terminal under it is used
    Roll {
        #[command(flatten)]
        root: Root,
        #[command(flatten)]
        station: Station,
        /// Print the hierarchy afterwards as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show the hierarchy, and what every terminal may do
    Show {
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
}

/// The passphrase of the root's and the CVCA's keys.
#[derive(Debug, clap::Args)]
pub(crate) struct Root {
    #[command(flatten)]
    access: RootAccess,
}

/// The passphrase of the station's and the document verifiers' keys.
#[derive(Debug, clap::Args)]
pub(crate) struct Station {
    /// Read the passphrase of the station's keys from this file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
}

/// The passphrase of a terminal's own key.
#[derive(Debug, clap::Args)]
pub(crate) struct Own {
    /// Read the passphrase of the terminal's key from this file descriptor
    #[arg(long, value_name = "N")]
    terminal_passphrase_fd: Option<u32>,
}

/// Options of `terminal issue`.
#[derive(Debug, clap::Args)]
pub(crate) struct Issue {
    /// The terminal's name: one to nine letters or digits
    #[arg(value_name = "NAME", required_unless_present = "request")]
    name: Option<String>,
    /// A right: read:CATEGORY, append:CATEGORY, can-allowed (the card access number opens records), pin-management; again for each
    #[arg(long = "right", value_name = "RIGHT", required = true)]
    rights: Vec<Right>,
    /// For how many days
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=366))]
    days: u16,
    /// Sign this request instead of making a key here
    #[arg(long, value_name = "FILE", conflicts_with = "name")]
    request: Option<PathBuf>,
    #[command(flatten)]
    station: Station,
    #[command(flatten)]
    own: Own,
    /// Print the hierarchy afterwards as JSON
    #[arg(long)]
    json: bool,
}

impl Station {
    /// The file descriptor, if one was named.
    pub(crate) const fn passphrase(&self) -> Option<u32> {
        self.passphrase_fd
    }
}

impl Root {
    pub(crate) fn passphrase(&self, home: &Home, context: &Context) -> Result<Passphrase, Failure> {
        custodians::root_passphrase(home, context, &self.access)
    }
}

impl Own {
    fn source(&self, terminals: &Terminals<'_>) -> Source {
        let file = Some(terminals.passphrase_file());
        Source { descriptor: self.terminal_passphrase_fd, file, option: "--terminal-passphrase-fd" }
    }

    /// Of a key that is there.
    pub(crate) fn open(&self, terminals: &Terminals<'_>, context: &Context) -> Result<Passphrase, Failure> {
        self.source(terminals).open(&asked(), context.out.language)
    }

    /// Of a key that is made now; a test home keeps a generated one in a file.
    fn choose(&self, home: &Home, context: &Context) -> Result<Passphrase, Failure> {
        let terminals = Terminals::of(home);
        let file = terminals.passphrase_file();
        // in a token there is a PIN already
        if home.configuration.keys.in_token() {
            return self.open(&terminals, context);
        }
        let test = home.configuration.issuer.mode == Mode::Test;
        if test && self.terminal_passphrase_fd.is_none() && !file.exists() {
            home::make_folder(&terminals.folder())?;
            return secret::generate(&file);
        }
        self.source(&terminals).choose(&asked(), context.out.language)
    }
}

fn asked() -> Text {
    Text::from(("Passphrase of the terminal's key", "Mật khẩu khóa của thiết bị đọc"))
}

/// The day by which certificates count: cards know no time zones.
pub(crate) fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

impl Terminal {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let terminals = Terminals::of(&home);
        let _lock = match self {
            Self::Show { .. } => None,
            _ => Some(Authority::of(&home).lock()?),
        };
        let json = match self {
            Self::InitCvca { name, root, station, json } => {
                let (root, station) = (
                    root.passphrase(&home, context)?,
                    context.station_passphrase(&home, station.passphrase_fd)?,
                );
                terminals.make_cvca(name, today(), &root)?;
                terminals.make_dv(today(), &root, &station)?;
                say_records_are_off(&home, context);
                *json
            }
            Self::Dv { root, station, json } => {
                let (root, station) = (
                    root.passphrase(&home, context)?,
                    context.station_passphrase(&home, station.passphrase_fd)?,
                );
                terminals.make_dv(today(), &root, &station)?;
                *json
            }
            Self::Roll { root, station, json } => {
                let (root, station) = (
                    root.passphrase(&home, context)?,
                    context.station_passphrase(&home, station.passphrase_fd)?,
                );
                if terminals.unfinished()? {
                    context.out.say(context.out.pick(
                        "a command was stopped while it renewed the CVCA: that is finished now, and the key is not renewed once more",
                        "lần đổi khóa CVCA trước bị dừng giữa chừng: nay làm nốt lần đó, không đổi khóa thêm lần nữa",
                    ));
                }
                terminals.roll(today(), &root)?;
                terminals.make_dv(today(), &root, &station)?;
                context.out.say(context.out.pick(
                    "give the terminals new certificates with `chipwright terminal issue`: they bring the link certificate to the cards",
                    "cấp chứng thư mới cho thiết bị đọc bằng `chipwright terminal issue`: thiết bị sẽ mang chứng thư nối đến thẻ",
                ));
                *json
            }
            Self::Issue(issue) => {
                issue.issue(&home, context)?;
                issue.json
            }
            Self::Request { name, own } => return request(name, own, &home, context),
            Self::Show { json } => *json,
        };
        show(&home, context, json)?;
        Ok(Exit::Success)
    }
}

/// A CVCA alone gives no card a records application.
fn say_records_are_off(home: &Home, context: &Context) {
    if !home.configuration.chip.records {
        context.out.say(context.out.pick(
            "new cards get the records application once chip.records = true stands in config.toml",
            "thẻ mới sẽ có ứng dụng hồ sơ khi config.toml ghi chip.records = true",
        ));
    }
}

/// Makes a CVCA and a document verifier for a home that `init` is making.
pub(crate) fn make_first(home: &Home, root: &Passphrase, station: &Passphrase) -> Result<(), Failure> {
    let terminals = Terminals::of(home);
    terminals.make_cvca("CVCA", today(), root)?;
    terminals.make_dv(today(), root, station)
}

impl Issue {
    fn issue(&self, home: &Home, context: &Context) -> Result<(), Failure> {
        let terminals = Terminals::of(home);
        let verifier = terminals.verifier()?;
        let station = context.station_passphrase(home, self.station.passphrase_fd)?;
        // what cannot be certified gets no key either
        let ends = today().checked_add(i64::from(self.days).days()).map_err(|error| refused(&error))?;
        let period = CvPeriod::new(today(), ends.min(verifier.certificate.period().expires()));
        let period = period.map_err(|error| refused(&error))?;
        let (holder, key) = match (&self.request, &self.name) {
            (Some(path), _) => {
                let bytes = fs::read(path).map_err(|error| home::not_read(path, &error))?;
                let request = CvRequest::parse(&bytes).map_err(|error| bad_request(path, &error))?;
                let key = request.verified_key().map_err(|error| bad_request(path, &error))?;
                (terminals.asked_for(request.holder(), &bytes)?, key)
            }
            (None, name) => {
                let holder = terminals.next_terminal(name.as_deref().unwrap_or_default())?;
                let passphrase = self.own.choose(home, context)?;
                let key = terminals.make_key(&holder, &passphrase)?;
                (holder, key.public_key().clone())
            }
        };
        let rights = Rights::of(self.rights.iter().copied());
        let profile = HolderProfile {
            holder,
            rights,
            files: needs_files(&self.rights, rights).then(|| FileRights::of(self.rights.iter().copied())),
            period,
        };
        let path = terminals.issue(&profile, &key, &station)?;
        let said = text!("certificates written: {}", "đã ghi chứng thư: {}", path.display());
        context.out.say(said.pick(context.out.language));
        Ok(())
    }
}

/// Whether the bits alone would give more than was asked for: two rights share one.
fn needs_files(wanted: &[Right], bits: Rights) -> bool {
    bits.iter().any(|right| !wanted.contains(&right))
}

fn bad_request(path: &std::path::Path, error: &dyn std::error::Error) -> Failure {
    Failure::new(
        Exit::Usage,
        text!("{} is not a good request", "{} không phải yêu cầu hợp lệ", path.display()),
        ("Make it anew with `chipwright terminal request`.", "Tạo lại bằng `chipwright terminal request`."),
    )
    .because(error)
}

fn request(name: &str, own: &Own, home: &Home, context: &Context) -> Outcome {
    let terminals = Terminals::of(home);
    let holder = terminals.next_terminal(name)?;
    let passphrase = own.choose(home, context)?;
    let key = terminals.make_key(&holder, &passphrase)?;
    let verifier = terminals.verifiers()?.pop().map(|held| held.certificate.holder().clone());
    let request =
        prepare_request(&holder, verifier.as_ref(), key.public_key()).map_err(|error| refused(&error))?;
    let request = request.sign_with(&key).map_err(|error| refused(&error))?;
    let path = terminals.request_file(&holder);
    home::write_file(&path, &request.to_bytes(), 0o644)?;
    context.out.data(&path.display().to_string())?;
    Ok(Exit::Success)
}

#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    trust_point: Option<String>,
    authorities: Vec<ShownCertificate>,
    verifiers: Vec<ShownCertificate>,
    terminals: Vec<ShownTerminal>,
}

#[derive(Serialize)]
struct ShownCertificate {
    reference: String,
    authority: String,
    effective: Date,
    expires: Date,
}

#[derive(Serialize)]
struct ShownTerminal {
    name: String,
    #[serde(flatten)]
    certificate: ShownCertificate,
    usable: bool,
    rights: Vec<String>,
}

impl From<&CvCertificate> for ShownCertificate {
    fn from(certificate: &CvCertificate) -> Self {
        Self {
            reference: certificate.holder().to_string(),
            authority: certificate.authority().to_string(),
            effective: certificate.period().effective(),
            expires: certificate.period().expires(),
        }
    }
}

fn show(home: &Home, context: &Context, json: bool) -> Result<(), Failure> {
    let terminals = Terminals::of(home);
    let mut listed = Vec::new();
    for path in terminals.chains() {
        let chain = chain(&path)?;
        let checked = chain.check(today());
        let Some(own) = chain.terminal() else { continue };
        listed.push(ShownTerminal {
            name: path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            certificate: own.into(),
            usable: checked.is_ok(),
            rights: checked
                .map(|checked| checked.permissions().iter().map(|right| right.to_string()).collect())
                .unwrap_or_default(),
        });
    }
    let of = |held: Vec<crate::terminals::Held>| held.iter().map(|held| (&held.certificate).into()).collect();
    terminals.authority()?;
    let shown = Shown {
        schema: "chipwright-terminals/1",
        trust_point: terminals.trust_point()?.map(|held| held.holder().to_string()),
        authorities: of(terminals.authorities()?),
        verifiers: of(terminals.verifiers()?),
        terminals: listed,
    };
    if terminals.unfinished()? {
        context.out.say(context.out.pick(
            "a command was stopped while it made the newest CVCA; finish it with `chipwright terminal roll`",
            "lệnh tạo CVCA mới nhất bị dừng giữa chừng; làm nốt bằng `chipwright terminal roll`",
        ));
    }
    if json {
        return context.out.json(&shown);
    }
    lines(&shown, context).iter().try_for_each(|line| context.out.data(line))
}

fn lines(shown: &Shown, context: &Context) -> Vec<String> {
    let out = context.out;
    let until = out.pick("until", "đến");
    let mut rows: Vec<(&str, String)> = Vec::new();
    for held in &shown.authorities {
        let trusted = shown.trust_point.as_ref() == Some(&held.reference);
        let note = if trusted { out.pick(", new cards trust it", ", thẻ mới tin cậy") } else { "" };
        rows.push(("CVCA", format!("{} {until} {}{note}", held.reference, held.expires)));
    }
    for held in &shown.verifiers {
        rows.push(("DV", format!("{} {until} {}", held.reference, held.expires)));
    }
    for terminal in &shown.terminals {
        let state = if terminal.usable { "" } else { out.pick("NOT USABLE, ", "KHÔNG DÙNG ĐƯỢC, ") };
        let rights = terminal.rights.join(", ");
        rows.push((&terminal.name, format!("{state}{until} {}: {rights}", terminal.certificate.expires)));
    }
    pairs(&rows)
}

/// The name of a category for people.
pub(crate) const fn category_name(category: Category) -> (&'static str, &'static str) {
    match category {
        Category::CitizenNumber => ("citizen number", "số căn cước"),
        Category::PartyLife => ("party life", "sinh hoạt đảng"),
        Category::Training => ("training", "đào tạo, bồi dưỡng"),
        Category::PoliticalTheory => ("political theory", "lý luận chính trị"),
        Category::Commendation => ("commendation", "khen thưởng"),
        Category::Rights => ("rights", "quyền của đảng viên"),
        Category::Transfer => ("transfer", "chuyển sinh hoạt"),
    }
}
