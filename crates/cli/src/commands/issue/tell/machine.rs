//! JSON lines for scripts (`schema/issue.schema.json`).

use crate::pcsc_feeder::Call;
use chipwright_issuance::Language;
use chipwright_issuance::issue::{Event, Summary};
use serde_json::{Value, json};

/// The form of the lines.
const SCHEMA: &str = "chipwright-issue/1";

/// The event as JSON, one object for each problem of a refused row; nothing for steps on the way.
pub(super) fn machine(event: &Event<'_>, language: Language) -> Vec<Value> {
    let one = |value: Value| vec![value];
    match event {
        Event::Rejected(row) => row
            .rejections
            .iter()
            .map(|rejection| {
                let place = rejection.place.as_ref();
                json!({
                    "schema": SCHEMA, "event": "rejected", "line": rejection.line,
                    "column": place.map(|place| &place.name), "column_number": place.map(|place| place.number),
                    "class": rejection.class(), "cause": rejection.cause(language),
                    "remedy": rejection.remedy(language),
                })
            })
            .collect(),
        Event::AlreadyIssued { line, member, card } => one(json!({
            "schema": SCHEMA, "event": "already_issued", "line": line, "member": member.as_str(), "card": card.as_str(),
        })),
        Event::Issued { member, card, chip, accepted } => one(json!({
            "schema": SCHEMA, "event": "issued", "member": member.as_str(), "card": card.as_str(),
            "chip": chip.to_string(), "security_object_sha256": hex::encode(accepted.security_object_digest()),
            "status_list": accepted.status().list, "status_index": accepted.status().index,
            "accepted_at": accepted.at(),
        })),
        Event::Finalised { card, chip, cost } => one(json!({
            "schema": SCHEMA, "event": "finalised", "card": card.as_str(), "chip": chip.to_string(), "cost": cost,
        })),
        Event::Prepared { chip, cost } => one(json!({
            "schema": SCHEMA, "event": "prepared", "chip": chip.to_string(), "cost": cost,
        })),
        Event::Resumed { chip, card, member } => one(json!({
            "schema": SCHEMA, "event": "resumed", "member": member.as_str(), "card": card.as_str(), "chip": chip.to_string(),
        })),
        Event::Retry { failure } => {
            one(json!({ "schema": SCHEMA, "event": "retry", "cause": failure.to_string() }))
        }
        Event::Spoiled { chip, why, failure } => one(json!({
            "schema": SCHEMA, "event": "spoiled", "chip": chip.map(ToString::to_string), "reason": why.as_str(),
            "cause": failure.map(ToString::to_string),
        })),
        Event::SetAside { chip, why, failure } => one(json!({
            "schema": SCHEMA, "event": "set_aside", "chip": chip.map(ToString::to_string), "reason": why.as_str(),
            "cause": failure.map(ToString::to_string),
        })),
        Event::Revoked { card, why } => {
            one(json!({ "schema": SCHEMA, "event": "revoked", "card": card.as_str(), "reason": why.as_str() }))
        }
        Event::Abandoned { card, why } => {
            one(json!({ "schema": SCHEMA, "event": "abandoned", "card": card.as_str(), "reason": why.as_str() }))
        }
        Event::LetterVoid { card, replaced } => one(json!({
            "schema": SCHEMA, "event": "letter_void", "card": card.as_str(), "replaced": replaced,
        })),
        Event::Waiting { member, chip } => one(json!({
            "schema": SCHEMA, "event": "waiting", "member": member.as_str(), "chip": chip.to_string(),
        })),
        Event::Failed { line, member, failure } => one(json!({
            "schema": SCHEMA, "event": "failed", "line": line, "member": member.as_str(),
            "cause": failure.to_string(), "remedy": failure.remedy(),
        })),
        _ => Vec::new(),
    }
}

/// What the person at the reader is asked to do.
pub(super) fn call_json(call: &Call, language: Language) -> Value {
    json!({
        "schema": SCHEMA, "event": "reader", "call": call.name(), "pile": call.pile(),
        "text": call.words().pick(language),
    })
}

/// The last line.
pub(super) fn summary_json(summary: &Summary) -> Value {
    let blanks = &summary.blanks;
    json!({
        "schema": SCHEMA, "event": "summary", "rows": summary.rows, "issued": summary.issued,
        "resumed": summary.resumed, "already_issued": summary.already_issued, "rejected": summary.rejected,
        "failed": summary.failed, "waiting": summary.waiting, "interrupted": summary.interrupted,
        "revoked": summary.revoked,
        "blanks": { "taken": blanks.taken, "good": blanks.good, "spoiled": blanks.spoiled, "left": blanks.left,
            "balanced": blanks.balanced() },
        "stopped": summary.stopped.as_ref().map(ToString::to_string),
    })
}
