//! `keys`: the private keys of the home, and every use of them.

mod audit;
mod compared;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::keyring::ledger::{self, KeyLedger};
use crate::output::Table;
use crate::text::text;
use chipwright_keystore::uses::{History, KeyCount, State};
use serde::Serialize;

/// The private keys of the home: how often they were used, by whom, and how often they may still be
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Keys {
    /// List the keys, what they may sign and what is left of it
    List {
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Show every use of every key, and check the ledger against the registry, the certificates and the lists
    Audit(audit::Audit),
    /// Lower how often a key may be used; a limit is never raised
    Limit {
        /// The key, as `keys list` names it
        #[arg(value_name = "KEY")]
        key: String,
        /// How often it may be used, counted from its first use
        #[arg(long, value_name = "N")]
        to: u64,
    },
}

/// The uses of one key.
#[derive(Serialize)]
struct ShownKey<'a> {
    key: &'a str,
    spki_sha256: String,
    uses: u64,
    uses_before_the_ledger: u64,
    reserved_and_not_used: u64,
    limit: Option<u64>,
    left: Option<u64>,
}

impl<'a> ShownKey<'a> {
    fn of(name: String, count: &'a KeyCount) -> Self {
        Self {
            key: &count.label,
            spki_sha256: name,
            uses: count.used,
            uses_before_the_ledger: count.before,
            reserved_and_not_used: count.unused(),
            limit: count.limit,
            left: count.left(),
        }
    }
}

#[derive(Serialize)]
struct Listed<'a> {
    schema: &'static str,
    keys: Vec<ShownKey<'a>>,
}

impl Keys {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        match self {
            Self::List { json } => list(context, *json),
            Self::Audit(audit) => audit.run(context),
            Self::Limit { key, to } => lower(context, key, *to),
        }
    }
}

fn list(context: &Context, json: bool) -> Outcome {
    let home = context.home()?;
    let read = History::read(&KeyLedger::file(&home), &mut |_| ());
    let history = read.map_err(|error| ledger::failure(&error))?;
    if json {
        let keys = keys_of(&history.state);
        context.out.json(&Listed { schema: "chipwright-keys/1", keys })?;
    } else {
        table(&history.state, context).iter().try_for_each(|line| context.out.data(line))?;
    }
    Ok(Exit::Success)
}

fn keys_of(state: &State) -> Vec<ShownKey<'_>> {
    let mut keys: Vec<ShownKey<'_>> =
        state.keys().map(|(name, count)| ShownKey::of(name.to_string(), count)).collect();
    keys.sort_by(|one, other| (one.key, &one.spki_sha256).cmp(&(other.key, &other.spki_sha256)));
    keys
}

/// The keys for people.
fn table(state: &State, context: &Context) -> Vec<String> {
    let out = context.out;
    let mut table = Table::new(&[
        out.pick("key", "khóa"),
        out.pick("uses", "số lần dùng"),
        out.pick("before the ledger", "trước khi có sổ"),
        out.pick("reserved, not used", "giữ chỗ, chưa dùng"),
        out.pick("limit", "giới hạn"),
        out.pick("left", "còn lại"),
    ]);
    let or_none = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    for key in keys_of(state) {
        let numbers =
            [key.uses, key.uses_before_the_ledger, key.reserved_and_not_used].map(|n| n.to_string());
        let mut row = vec![key.key.to_owned()];
        row.extend(numbers);
        row.extend([or_none(key.limit), or_none(key.left)]);
        table.row(row);
    }
    table.lines()
}

fn lower(context: &Context, label: &str, to: u64) -> Outcome {
    let home = context.home()?;
    let keys = KeyLedger::of(&home);
    let ledger = keys.get()?;
    let state = ledger.state().map_err(|error| ledger::failure(&error))?;
    let named: Vec<_> =
        state.keys().filter(|(_, count)| count.label == label).map(|(name, _)| *name).collect();
    if named.is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            text!("the ledger knows no key {label}", "sổ ghi không có khóa {label}"),
            ("`chipwright keys list` lists them.", "`chipwright keys list` liệt kê tất cả."),
        ));
    }
    for name in named {
        ledger.lower_limit(name, to).map_err(|error| ledger::failure(&error))?;
    }
    list(context, false)
}
