//! `record add`.

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
use chipwright_pki::Certificate;
use chipwright_pki::cv::Category;
use chipwright_profile::Unit;
use chipwright_records::{Draft, Head, Payload, RecordsError};
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
    free_bytes: usize,
}

impl Add {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let payload = payload(self.category, &self.content.read()?)?;
        let home = context.home()?;
        let unit = self.unit(&home)?;
        let (certificate, key) = self.signer(&home, context)?;
        // before anything is written: where the head is to be kept must be there
        let mut registry = if home.registry().is_file() { Some(registry::open(&home)?) } else { None };
        let added = self.way.with(&home, context, |session| {
            let card = session.card_number().clone();
            let known = known_head(&home, &card, self.category)?;
            let head = match session.head(self.category) {
                Err(RecordsError::HeadUnknown(_)) => known.unwrap_or(Head::EMPTY),
                other => other.map_err(|error| refused(&error))?,
            };
            if known.is_some_and(|known| known.number > head.number) {
                return Err(shorter(self.category));
            }
            let draft = Draft { card, recorded_on: Zoned::now().date(), unit, payload };
            let record = draft
                .prepare(&head, &certificate)
                .map_err(|error| not_made(&error))?
                .sign_with(&key)
                .map_err(|error| not_made(&error))?;
            session.append(&record, &certificate).map_err(|error| refused(&error))?;
            if let Some(registry) = &mut registry {
                let digest = record.hash();
                registry
                    .note_record_head(
                        record.card(),
                        self.category.file(),
                        record.number(),
                        &digest,
                        Timestamp::now(),
                    )
                    .map_err(|error| registry::failure(&error))?;
            }
            Ok(Added {
                schema: "chipwright-record-added/1",
                card_number: record.card().to_string(),
                category: self.category.name(),
                number: record.number(),
                sha256: hex::encode(record.hash()),
                free_bytes: session.inventory().map_err(|error| refused(&error))?.free.unwrap_or_default(),
            })
        })?;
        if self.json {
            context.out.json(&added)?;
        } else {
            let (en, vi) = words::name(self.category);
            let said = text!(
                "{en} record {} is on card {}; room for {} bytes is left",
                "đã ghi bản ghi {vi} số {} vào thẻ {}; còn chỗ cho {} byte",
                added.number,
                added.card_number,
                added.free_bytes
            );
            context.out.data(said.pick(context.out.language))?;
        }
        Ok(Exit::Success)
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

    fn signer(
        &self,
        home: &Home,
        context: &Context,
    ) -> Result<(Certificate, chipwright_keystore::FileKey), Failure> {
        let authority = Authority::of(home);
        let name = match &self.signer {
            Some(name) => name.clone(),
            None => match authority.record_signers()?.last() {
                Some(number) => format!("record-{}", signer_name(*number)),
                None => authority.current_signer()?,
            },
        };
        let passphrase = context.station_passphrase(home, self.station.passphrase())?;
        Ok((authority.signer(&name)?, authority.signer_key(&name, &passphrase)?))
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
