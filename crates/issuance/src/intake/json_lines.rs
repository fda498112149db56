//! JSON lines: one object a line, every value a string or null.

use super::columns::Header;
use super::row::Fields;
use super::{Column, Problem};
use serde_json::Value;

/// The values of a row, in the order of [`Column::ALL`].
pub(super) fn fields(text: &str, header: &mut Header) -> Result<Fields, Problem> {
    let value: Value =
        serde_json::from_str(text).map_err(|error| Problem::NotJson { position: error.column() })?;
    let Value::Object(object) = value else { return Err(Problem::NotAnObject) };
    let mut fields = Fields::new(vec![String::new(); Column::ALL.len()]);
    for (key, value) in object {
        let Some(column) = header.key(&key) else { continue };
        match value {
            Value::String(text) => fields.set(column as usize, text),
            Value::Null => {}
            other => {
                fields.set(column as usize, other.to_string());
                fields.wrong_type(column, kind(&other));
            }
        }
    }
    Ok(fields)
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
