//! `record add`.

use super::check::of_home;
use super::unread::Unread;
use super::{Content, Way, known_head, refused};
use crate::authority::{Authority, signer_name};
use crate::commands::record::words;
use crate::commands::terminal::Station;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::{self, Home};
use crate::registry;
use crate::text::text;
use chipwright_iso7816::Transport;
use chipwright_keystore::uses::Use;
use chipwright_pki::Certificate;
use chipwright_pki::cv::{Category, Right};
use chipwright_profile::Unit;
use chipwright_records::{Draft, End, Head, Last, Payload, RecordsError, RecordsSession, SignedRecord};
use jiff::{Timestamp, Zoned};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::fs;
use std::io::Read;

/// Options of `record add`.
#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// What kind of record: party-life, training, political-theory, commendation, rights, transfer
    #[arg(value_name = "CATEGORY")]
    category: Category,
    #[command(flatten)]
    content: Content,
    #[command(flatten)]
    way: Way,
    /// Who signs: record-signer-N or signer-N; the newest record signer, else the newest document signer, if not given
    #[arg(long, value_name = "SIGNER")]
    signer: Option<String>,
    /// The unit that records, code and name; the issuing unit if not given
    #[arg(long, num_args = 2, value_names = ["CODE", "NAME"])]
    unit: Option<Vec<String>>,
    #[command(flatten)]
    station: Station,
    /// Write the record even if the last one on the card says the same
    #[arg(long)]
    again: bool,
    /// The category's file is certainly empty: for a terminal that may not read it, where the registry knows of no record
    #[arg(long)]
    first: bool,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Added {
    schema: &'static str,
    card_number: String,
    category: &'static str,
    number: u16,
    sha256: String,
    already: bool,
    place_checked: bool,
    free_bytes: Option<usize>,
}

impl Add {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let payload = payload(self.category, &self.content.read()?)?;
        let home = context.home()?;
        let unit = self.unit(&home)?;
        let (certificate, key) = self.signer(&home, context)?;
        let ours = of_home(&home)?;
        // before anything is written: where the head is to be kept must be there
        let mut registry = if home.registry().is_file() { Some(registry::open(&home)?) } else { None };
        let added = self.way.with(&home, context, |session| {
            let right = Right::Append(self.category);
            if !session.permissions().has(right) {
                return Err(refused(&RecordsError::NotPermitted(right)));
            }
            let card = session.card_number().clone();
            let known = known_head(&home, &card, self.category)?;
            let unread = Unread::of(&home, &card);
            let draft = Draft { card, recorded_on: Zoned::now().date(), unit, payload };
            let may_read = session.permissions().has(Right::Read(self.category));
            let (head, held) = if may_read {
                let end = self.end(session, known, context)?;
                (end.head, if self.again { None } else { said_by(&draft, end.last, &ours)? })
            } else {
                (self.end_unread(known, &unread)?, None)
            };
            let already = held.is_some();
            let record = match held {
                Some(held) => *held,
                None => draft
                    .prepare(&head, &certificate)
                    .map_err(|error| not_made(&error))?
                    .sign_with(&key)
                    .map_err(|error| not_made(&error))?,
            };
            match (already, may_read) {
                (true, _) => {}
                (false, true) => session.append(&record, &certificate).map_err(|error| refused(&error))?,
                (false, false) => append_unread(session, &record, &certificate, &unread)?,
            }
            if let Some(registry) = &mut registry {
                let (number, digest) = (record.number(), record.hash());
                registry
                    .note_record_head(record.card(), self.category.file(), number, &digest, Timestamp::now())
                    .map_err(|error| registry::failure(&error))?;
            }
            unread.end(self.category)?;
            Ok(Added {
                schema: "chipwright-record-added/1",
                card_number: record.card().to_string(),
                category: self.category.name(),
                number: record.number(),
                sha256: hex::encode(record.hash()),
                already,
                place_checked: may_read,
                // the record is on the card, whether or not that can still be asked
                free_bytes: session.inventory().ok().and_then(|inventory| inventory.free),
            })
        })?;
        if self.json {
            context.out.json(&added)?;
        } else {
            added.tell(self.category, context)?;
        }
        Ok(Exit::Success)
    }

    /// The end of a file that may be read: it must hold what the registry has seen.
    fn end<T: Transport>(
        &self,
        session: &mut RecordsSession<'_, T>,
        known: Option<Head>,
        context: &Context,
    ) -> Result<End, Failure> {
        let end = session.end(self.category).map_err(|error| refused(&error))?;
        if let Some(known) = known {
            if known.number > end.head.number {
                return Err(shorter(self.category));
            }
            if !session.has(self.category, &known).map_err(|error| refused(&error))? {
                return Err(replaced(self.category, known.number));
            }
        }
        if matches!(end.last, Last::Unreadable(_) | Last::Misplaced) {
            let place = end.head.number;
            let said = text!(
                "what lies at place {place} is not a good record; the new one is written behind it, and `chipwright record verify` tells of it",
                "nội dung ở vị trí {place} không phải bản ghi đúng; bản ghi mới được ghi tiếp sau nó, xem bằng `chipwright record verify`"
            );
            context.out.say(said.pick(context.out.language));
        }
        Ok(end)
    }

    /// The end of a file that may not be read, as far as the registry knows.
    fn end_unread(&self, known: Option<Head>, unread: &Unread) -> Result<Head, Failure> {
        if unread.is_unanswered(self.category) {
            return Err(unanswered(self.category));
        }
        match known {
            Some(known) => Ok(known),
            None if self.first => Ok(Head::EMPTY),
            None => Err(refused(&RecordsError::HeadUnknown(self.category))),
        }
    }

    fn unit(&self, home: &Home) -> Result<Unit, Failure> {
        let document = &home.configuration.document;
        let (code, name) = match self.unit.as_deref() {
            Some([code, name]) => (code.as_str(), name.as_str()),
            _ => (document.issuing_unit_code.as_str(), document.issuing_unit_name.as_str()),
        };
        Unit::new(code, name).map_err(|error| {
            let remedy = crate::vietnamese::text(error.remedy());
            Failure::of(Exit::Usage, &error, remedy)
        })
    }

    fn signer(&self, home: &Home, context: &Context) -> Result<(Certificate, crate::keyring::Key), Failure> {
        let authority = Authority::of(home);
        let name = match &self.signer {
            Some(name) => name.clone(),
            None => match authority.record_signers()?.last() {
                Some(number) => format!("record-{}", signer_name(*number)),
                None => authority.current_signer()?,
            },
        };
        let passphrase = context.station_passphrase(home, self.station.passphrase())?;
        Ok((authority.signer(&name)?, authority.signer_key(&name, &passphrase, Use::Record)?))
    }
}

impl Content {
    /// The JSON object of the file, with the single values put in.
    fn read(&self) -> Result<Map<String, Value>, Failure> {
        let mut object = match &self.from {
            None => Map::new(),
            Some(path) => {
                let mut bytes = Vec::new();
                if path.as_os_str() == "-" {
                    std::io::stdin().lock().take(0x1_0000).read_to_end(&mut bytes)
                } else {
                    fs::File::open(path).and_then(|file| file.take(0x1_0000).read_to_end(&mut bytes))
                }
                .map_err(|error| home::not_read(path, &error))?;
                serde_json::from_slice(&bytes).map_err(|error| unreadable(&error))?
            }
        };
        for value in &self.values {
            let Some((key, value)) = value.split_once('=') else {
                return Err(Failure::new(
                    Exit::Usage,
                    text!("{value} is not KEY=VALUE", "{value} không có dạng KHÓA=GIÁ-TRỊ"),
                    ("Write for example year=2026.", "Viết chẳng hạn year=2026."),
                ));
            };
            put(&mut object, key, value);
        }
        Ok(object)
    }
}

/// The last record, if it says the same and one of this home's signers signed it: the answer to it was lost, or the command was given twice.
fn said_by(draft: &Draft, last: Last, ours: &[Certificate]) -> Result<Option<Box<SignedRecord>>, Failure> {
    let Last::Record(last) = last else { return Ok(None) };
    let same = draft.is_said_by(&last).map_err(|error| not_made(&error))?;
    let same = same && ours.iter().any(|signer| last.is_signed_by(signer));
    Ok(same.then_some(last))
}

/// Appends where nothing can be read back, and remembers what the card will not tell.
fn append_unread<T: Transport>(
    session: &mut RecordsSession<'_, T>,
    record: &SignedRecord,
    signer: &Certificate,
    unread: &Unread,
) -> Result<(), Failure> {
    let category = record.category();
    unread.begin(category)?;
    let done = if unread.has(signer) { session.append_alone(record) } else { session.append(record, signer) };
    match done {
        Ok(()) if unread.has(signer) => Ok(()),
        Ok(()) => unread.note(signer),
        Err(RecordsError::Unanswered(error)) => Err(unanswered(category).because(&error)),
        Err(error) => {
            unread.end(category)?;
            Err(refused(&error))
        }
    }
}

impl Added {
    fn tell(&self, category: Category, context: &Context) -> Result<(), Failure> {
        let (en, vi) = words::name(category);
        let (number, card) = (self.number, &self.card_number);
        let said = match (self.already, self.free_bytes) {
            (true, _) => text!(
                "{en} record {number} on card {card} says this already; nothing was written",
                "bản ghi {vi} số {number} trên thẻ {card} đã có nội dung này; không có gì được ghi"
            ),
            (false, Some(free)) => text!(
                "{en} record {number} is on card {card}; room for {free} bytes is left",
                "đã ghi bản ghi {vi} số {number} vào thẻ {card}; còn chỗ cho {free} byte"
            ),
            (false, None) => text!(
                "{en} record {number} is on card {card}",
                "đã ghi bản ghi {vi} số {number} vào thẻ {card}"
            ),
        };
        if self.already {
            context.out.say(
                context.out.pick(
                    "give --again if it is to stand there twice",
                    "dùng --again nếu cần ghi lần thứ hai",
                ),
            );
        }
        if !self.place_checked {
            context.out.say(context.out.pick(
                "this terminal may not read the file: that the record stands in its place was not checked on the card",
                "thiết bị này không được đọc tệp: chưa kiểm tra được trên thẻ rằng bản ghi nằm đúng chỗ",
            ));
        }
        context.out.data(said.pick(context.out.language))
    }
}

/// Puts a value under a name with dots.
fn put(object: &mut Map<String, Value>, key: &str, value: &str) {
    match key.split_once('.') {
        None => {
            object.insert(key.to_owned(), Value::String(value.to_owned()));
        }
        Some((outer, inner)) => {
            let within = object.entry(outer).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(within) = within {
                put(within, inner, value);
            }
        }
    }
}

fn payload(category: Category, object: &Map<String, Value>) -> Result<Payload, Failure> {
    Ok(match category {
        Category::CitizenNumber => return Err(refused(&RecordsError::CitizenNumber)),
        Category::PartyLife => Payload::PartyLife(read(object)?),
        Category::Training => Payload::Training(read(object)?),
        Category::PoliticalTheory => Payload::PoliticalTheory(read(object)?),
        Category::Commendation => Payload::Commendation(read(object)?),
        Category::Rights => Payload::Rights(read(object)?),
        Category::Transfer => Payload::Transfer(read(object)?),
    })
}

fn read<T: DeserializeOwned>(object: &Map<String, Value>) -> Result<T, Failure> {
    serde_json::from_value(Value::Object(object.clone())).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> Failure {
    Failure::new(
        Exit::Usage,
        ("what is to be recorded is not as it must be", "nội dung cần ghi không đúng dạng"),
        (
            "See `chipwright schema record` for the values of each category.",
            "Xem `chipwright schema record` để biết các giá trị của từng nhóm.",
        ),
    )
    .because(error)
}

fn shorter(category: Category) -> Failure {
    let (en, vi) = words::name(category);
    Failure::new(
        Exit::Verdict(15),
        text!(
            "the card has fewer {en} records than the registry has seen; nothing was written",
            "thẻ có ít bản ghi {vi} hơn sổ đăng ký đã thấy; không có gì được ghi"
        ),
        (
            "Keep the card and check it with `chipwright record verify`.",
            "Giữ thẻ lại và kiểm tra bằng `chipwright record verify`.",
        ),
    )
}

fn replaced(category: Category, number: u16) -> Failure {
    let (en, vi) = words::name(category);
    Failure::new(
        Exit::Verdict(15),
        text!(
            "{en} record {number} on the card is not the one that the registry has seen; nothing was written",
            "bản ghi {vi} số {number} trên thẻ không phải bản ghi mà sổ đăng ký đã thấy; không có gì được ghi"
        ),
        (
            "Keep the card and check it with `chipwright record verify`.",
            "Giữ thẻ lại và kiểm tra bằng `chipwright record verify`.",
        ),
    )
}

/// An append by a terminal that cannot look whether it succeeded.
fn unanswered(category: Category) -> Failure {
    let (en, vi) = words::name(category);
    Failure::new(
        Exit::Card,
        text!(
            "the answer to a {en} record was lost: it may be on the card, and this terminal may not look",
            "mất câu trả lời khi ghi bản ghi {vi}: bản ghi có thể đã vào thẻ, mà thiết bị này không được đọc"
        ),
        (
            "Run `chipwright record verify --anchor` with a terminal that may read the file, and repeat only if the record is missing.",
            "Chạy `chipwright record verify --anchor` bằng thiết bị được quyền đọc tệp, và chỉ ghi lại nếu thiếu bản ghi.",
        ),
    )
}

fn not_made(error: &dyn std::error::Error) -> Failure {
    Failure::new(
        Exit::Configuration,
        ("the record could not be made; nothing was written", "không lập được bản ghi; không có gì được ghi"),
        (
            "Shorten the texts, or use another signer (`chipwright record new-signer` makes one).",
            "Rút ngắn nội dung, hoặc dùng người ký khác (tạo bằng `chipwright record new-signer`).",
        ),
    )
    .because(error)
}
