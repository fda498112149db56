//! `record list`.

use super::{Way, categories, refused, words};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Outcome;
use chipwright_pki::cv::Category;
use chipwright_records::SignedRecord;
use serde::Serialize;
use serde_json::Value;

/// Options of `record list`.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// Which categories; all that the terminal may read if none is named
    #[arg(value_name = "CATEGORY")]
    categories: Vec<Category>,
    #[command(flatten)]
    way: Way,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    card_number: String,
    /// Told to a terminal that may append.
    #[serde(skip_serializing_if = "Option::is_none")]
    free_bytes: Option<usize>,
    categories: Vec<ShownCategory>,
}

#[derive(Serialize)]
struct ShownCategory {
    category: &'static str,
    records: Vec<ShownRecord>,
}

/// A record as it lies on the card: nothing of it is checked here.
#[derive(Serialize)]
struct ShownRecord {
    place: usize,
    number: Option<u16>,
    recorded_on: Option<String>,
    unit_code: Option<String>,
    unit: Option<String>,
    content: Value,
}

impl List {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let language = context.out.language;
        let (shown, lines) = self.way.with(&home, context, |session| {
            let free = session.inventory().map_err(|error| refused(&error))?.free;
            let (mut shown, mut lines) = (Vec::new(), Vec::new());
            for category in categories(&self.categories, session)? {
                let records = session.list(category).map_err(|error| refused(&error))?;
                lines.push(words::heading(category, records.len(), language));
                let mut of_category = Vec::new();
                for (index, bytes) in records.iter().enumerate() {
                    let read = SignedRecord::parse(bytes);
                    lines.extend(words::lines(index + 1, &read, language));
                    of_category.push(ShownRecord::of(index + 1, read.as_ref().ok()));
                }
                shown.push(ShownCategory { category: category.name(), records: of_category });
            }
            let card_number = session.card_number().to_string();
            let shown =
                Shown { schema: "chipwright-records/1", card_number, free_bytes: free, categories: shown };
            Ok((shown, lines))
        })?;
        if self.json {
            context.out.json(&shown)?;
        } else {
            lines.iter().try_for_each(|line| context.out.data(line))?;
        }
        Ok(Exit::Success)
    }
}

impl ShownRecord {
    fn of(place: usize, record: Option<&SignedRecord>) -> Self {
        Self {
            place,
            number: record.map(SignedRecord::number),
            recorded_on: record.map(|record| record.recorded_on().to_string()),
            unit_code: record.map(|record| record.unit().code().to_owned()),
            unit: record.map(|record| record.unit().name().to_owned()),
            content: record.map_or(Value::Null, |record| words::value(record.payload())),
        }
    }
}
