//! Scenarios: what they are about, which card they need, what they do.

use crate::device::{Blank, Cut, Interface};
use crate::step::{Profile, Step};
use serde::Deserialize;
use std::collections::BTreeSet;
use toml::{Table, Value};

/// One scenario: one or more runs, each on a card of its own.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its name, unique in the suite.
    pub name: String,
    /// The file it stands in.
    pub file: String,
    /// The requirements it shows.
    pub requirements: Vec<String>,
    /// What it shows, in English.
    pub what: String,
    /// What it shows, in Vietnamese.
    pub what_vi: String,
    /// Whether the card is another afterwards.
    pub destructive: bool,
    /// The runs: one, or one a case.
    pub runs: Vec<Run>,
}

/// One run of a scenario.
#[derive(Debug, Clone)]
pub struct Run {
    /// The case, where there are several.
    pub case: Option<String>,
    /// The card it begins with.
    pub card: CardWanted,
    /// The interface it begins on.
    pub interface: Interface,
    /// What is done.
    pub steps: Vec<Step>,
    /// What is torn.
    pub torn: Option<Torn>,
}

/// The card that a run begins with.
#[derive(Debug, Clone)]
pub enum CardWanted {
    /// As delivered.
    Blank(Blank),
    /// A blank on which this was done first.
    Made(Blank, Profile),
    /// Issued, by whomever.
    Issued(Profile),
}

/// Steps during which power is lost at every moment there is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Torn {
    /// At which kind of moment.
    pub at: Cut,
    /// What is interrupted.
    pub steps: Vec<Step>,
    /// What holds if nothing has happened. Begins after a reset.
    pub old: Vec<Step>,
    /// What holds if all has happened. Begins after a reset.
    pub new: Vec<Step>,
}

/// Why a suite cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SuiteError {
    /// A file is not of the form of scenarios.
    #[error("{file}: {message}")]
    Form {
        /// The file.
        file: String,
        /// What is wrong, and where.
        message: String,
    },
    /// A scenario of a file is not of the form.
    #[error("{file}, scenario {name}: {message}")]
    Scenario {
        /// The file.
        file: String,
        /// The scenario.
        name: String,
        /// What is wrong.
        message: String,
    },
    /// Two scenarios of one name.
    #[error("{file}: the scenario {name} is there already")]
    Twice {
        /// The file of the second.
        file: String,
        /// The name.
        name: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    scenario: Vec<Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    name: String,
    requirements: Vec<String>,
    what: String,
    what_vi: String,
    #[serde(default)]
    keeps: bool,
    card: Kind,
    #[serde(default)]
    chip: Blank,
    #[serde(default)]
    profile: Profile,
    #[serde(default = "contact")]
    interface: Interface,
    #[serde(default)]
    steps: Vec<Step>,
    torn: Option<Torn>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Blank,
    Made,
    Issued,
}

const fn contact() -> Interface {
    Interface::Contact
}

/// The scenarios of these files (name, content), in the order of the files.
///
/// # Errors
/// [`SuiteError`] for a field that is not known, a name that is there twice, a case that fills nothing.
pub(crate) fn read<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Vec<Scenario>, SuiteError> {
    let mut found = Vec::new();
    let mut names = BTreeSet::new();
    for (file, content) in files {
        let form = |message: &toml::de::Error| SuiteError::Form {
            file: file.to_owned(),
            message: message.to_string(),
        };
        let written: File = toml::from_str(content).map_err(|error| form(&error))?;
        for table in written.scenario {
            let scenario = read_one(file, table)?;
            if !names.insert(scenario.name.clone()) {
                return Err(SuiteError::Twice { file: file.to_owned(), name: scenario.name });
            }
            found.push(scenario);
        }
    }
    Ok(found)
}

fn read_one(file: &str, mut table: Table) -> Result<Scenario, SuiteError> {
    let name = table.get("name").and_then(Value::as_str).unwrap_or("without a name").to_owned();
    let fault = |message: String| SuiteError::Scenario { file: file.to_owned(), name: name.clone(), message };
    let cases = match table.remove("cases") {
        None => vec![None],
        Some(Value::Array(cases)) if !cases.is_empty() => cases.into_iter().map(Some).collect(),
        Some(_) => return Err(fault("cases is a list of tables".to_owned())),
    };
    let mut scenario: Option<Scenario> = None;
    for case in cases {
        let mut filled = Value::Table(table.clone());
        let label = match &case {
            None => None,
            Some(Value::Table(values)) => {
                values.iter().for_each(|(key, value)| fill(&mut filled, key, value));
                Some(label(values))
            }
            Some(_) => return Err(fault("a case is a table".to_owned())),
        };
        let written: Written =
            filled.try_into().map_err(|error: toml::de::Error| fault(error.message().to_owned()))?;
        let run = Run {
            case: label,
            card: match written.card {
                Kind::Blank => CardWanted::Blank(written.chip),
                Kind::Made => CardWanted::Made(written.chip, written.profile),
                Kind::Issued => CardWanted::Issued(written.profile),
            },
            interface: written.interface,
            steps: written.steps,
            torn: written.torn,
        };
        if run.steps.is_empty() && run.torn.is_none() || written.requirements.is_empty() {
            return Err(fault("a scenario has steps, and requirements that they show".to_owned()));
        }
        match &mut scenario {
            Some(scenario) => scenario.runs.push(run),
            None => {
                scenario = Some(Scenario {
                    name: written.name,
                    file: file.to_owned(),
                    requirements: written.requirements,
                    what: written.what,
                    what_vi: written.what_vi,
                    destructive: !written.keeps,
                    runs: vec![run],
                });
            }
        }
    }
    scenario.ok_or_else(|| fault("there are no cases".to_owned()))
}

/// Replaces `$key` in every text; a text that is nothing else becomes the value itself.
fn fill(place: &mut Value, key: &str, value: &Value) {
    let name = format!("${key}");
    match place {
        Value::String(text) if *text == name => *place = value.clone(),
        Value::String(text) => {
            let with = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            *text = text.replace(&name, &with);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, key, value)),
        Value::Table(items) => items.iter_mut().for_each(|(_, item)| fill(item, key, value)),
        _ => {}
    }
}

fn label(values: &Table) -> String {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    values.iter().map(|(key, value)| format!("{key} {}", plain(value))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(rest: &str) -> Result<Vec<Scenario>, SuiteError> {
        let text = format!(
            "[[scenario]]\nname = \"a\"\nrequirements = [\"CM-01\"]\nwhat = \"\"\nwhat-vi = \"\"\ncard = \"blank\"\n{rest}"
        );
        read([("f.toml", text.as_str())])
    }

    #[test]
    fn fields_that_nobody_knows_are_errors() {
        assert!(one("steps = [{ send = \"00A4040C\", sw = \"9000\" }]").is_ok());
        for bad in [
            "colour = 1\nsteps = [{ send = \"00\" }]",
            "steps = [{ send = \"00\", colour = 1 }]",
            "steps = [{ colour = 1 }]",
            "steps = [{ send = \"00\", raw = \"00\" }]",
            "steps = [{ send = \"00\", tlv = 3 }]",
            "steps = [{ repeat = 2, steps = [{ send = \"00\", colour = 1 }] }]",
            "chip = { colour = 1 }\nsteps = [{ send = \"00\" }]",
            "steps = []",
        ] {
            assert!(one(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn cases_fill_texts() {
        let found =
            one("cases = [{ i = \"00\", n = 3 }, { i = \"10\", n = 4 }]\nchip = { parameter = \"$i\", key-bytes = \"$n\" }\nsteps = [{ send = \"00$i\" }]")
                .unwrap();
        let run = &found[0].runs[1];
        assert_eq!(run.case.as_deref(), Some("i 10, n 4"));
        assert!(
            matches!(&run.card, CardWanted::Blank(blank) if blank.parameter == "10" && blank.key_bytes == 4)
        );
    }

    #[test]
    fn names_are_unique() {
        let text = "[[scenario]]\nname = \"a\"\nrequirements = [\"X\"]\nwhat = \"\"\nwhat-vi = \"\"\ncard = \"blank\"\nsteps = [{ send = \"00\" }]\n";
        assert!(
            matches!(read([("f", text), ("g", text)]), Err(SuiteError::Twice { file, .. }) if file == "g")
        );
    }
}
