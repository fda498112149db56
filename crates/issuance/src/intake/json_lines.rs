//! JSON lines (RFC 8259): one object a line, every value a string or null, every key once and known.

use super::columns::{Header, Key};
use super::row::Fields;
use super::{Column, Problem};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// Unknown keys of one row that are reported one by one.
const MOST_UNKNOWN: usize = 16;

/// The values of a row, in the order of [`Column::ALL`].
pub(super) fn fields(text: &str) -> Result<Fields, Problem> {
    let Members(members) = serde_json::from_str(text).map_err(|error| not_members(text, &error))?;
    let mut fields = Fields::new(vec![String::new(); Column::ALL.len()]);
    let mut first = [None; Column::ALL.len()];
    let mut unknown = 0;
    for (index, (key, value)) in members.into_iter().enumerate() {
        let number = index + 1;
        let column = match Header::key(&key) {
            Key::Column(column) => column,
            Key::Added => continue,
            Key::Unknown { nearest } => {
                unknown += 1;
                if unknown <= MOST_UNKNOWN {
                    fields.note_key(None, Problem::UnknownKey { number, nearest });
                }
                continue;
            }
        };
        if let Some(first) = first[column as usize] {
            fields.note_key(Some(column), Problem::RepeatedKey { first, second: number });
            continue;
        }
        first[column as usize] = Some(number);
        match value {
            Value::String(text) => fields.set(column as usize, text),
            Value::Null => {}
            other => {
                fields.set(column as usize, other.to_string());
                fields.note(column, Problem::WrongType { found: kind(&other) });
            }
        }
    }
    Ok(fields)
}

/// The members of an object as they stand: a map would keep the last of two equal keys and not tell.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_any(Object)
    }
}

fn not_members(text: &str, error: &serde_json::Error) -> Problem {
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(IgnoredAny) if error.is_data() => Problem::NotAnObject,
        Ok(IgnoredAny) => Problem::NotJson { position: error.column() },
        Err(error) => Problem::NotJson { position: error.column() },
    }
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
