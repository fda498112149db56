//! Records in words for people.

use crate::commands::terminal::category_name;
use crate::output::Output;
use crate::text::pick;
use crate::vietnamese;
use chipwright_issuance::Language;
use chipwright_pki::cv::Category;
use chipwright_records::{
    FileReport, Grade, Payload, RecordError, RightChange, SignedRecord, Tail, TheoryLevel, TransferKind,
};
use serde_json::{Value, json};

/// A category's name in both languages.
pub(super) const fn name(category: Category) -> (&'static str, &'static str) {
    category_name(category)
}

/// The line above the records of a category.
pub(super) fn heading(category: Category, count: usize, language: Language) -> String {
    let (en, vi) = name(category);
    format!("{} ({count})", pick(language, en, vi))
}

/// One record: when and who, then what.
pub(super) fn lines(
    place: usize,
    record: &Result<SignedRecord, RecordError>,
    language: Language,
) -> Vec<String> {
    let record = match record {
        Ok(record) => record,
        Err(error) => {
            let words = error.to_string();
            let said = match language {
                Language::En => words,
                Language::Vi => vietnamese::said(&words),
            };
            return vec![format!("  {place}  {said}")];
        }
    };
    let head = format!("  {}  {}  {}", record.number(), record.recorded_on(), record.unit().name());
    let fields = fields(record.payload(), language);
    let what: Vec<String> = fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    vec![head, format!("     {}", what.join("; "))]
}

/// The names and values of what a record says.
fn fields(payload: &Payload, language: Language) -> Vec<(&'static str, String)> {
    let p = |en: &'static str, vi: &'static str| pick(language, en, vi);
    let mut fields: Vec<(&'static str, String)> = Vec::new();
    let mut put = |name: &'static str, value: &dyn ToString| fields.push((name, value.to_string()));
    match payload {
        Payload::CitizenNumber(secret) => put(p("number", "số"), &secret.number.expose()),
        Payload::PartyLife(life) => {
            put(p("year", "năm"), &life.year);
            put(p("grade", "xếp loại"), &grade(life.grade, language));
            if let Some(note) = &life.note {
                put(p("note", "ghi chú"), note);
            }
        }
        Payload::Training(training) => {
            put(p("course", "khóa học"), &training.course);
            put(p("provider", "nơi đào tạo"), &training.provider);
            put(p("from", "từ"), &training.from);
            put(p("until", "đến"), &training.until);
            if let Some(certificate) = &training.certificate {
                put(p("certificate", "chứng chỉ"), certificate);
            }
        }
        Payload::PoliticalTheory(theory) => {
            put(p("level", "trình độ"), &level(theory.level, language));
            put(p("provider", "nơi đào tạo"), &theory.provider);
            put(p("completed on", "hoàn thành ngày"), &theory.completed_on);
            if let Some(certificate) = &theory.certificate {
                put(p("certificate", "bằng"), certificate);
            }
        }
        Payload::Commendation(commendation) => {
            put(p("title", "danh hiệu"), &commendation.title);
            put(p("decision", "quyết định"), &commendation.decision);
            put(p("decided on", "ngày quyết định"), &commendation.decided_on);
            put(p("decided by", "cấp quyết định"), &commendation.decided_by);
        }
        Payload::Rights(rights) => {
            put(p("right", "quyền"), &rights.right);
            put(p("change", "thay đổi"), &change(rights.change, language));
            put(p("from", "từ"), &rights.from);
            if let Some(until) = &rights.until {
                put(p("until", "đến"), until);
            }
            put(p("decision", "quyết định"), &rights.decision);
        }
        Payload::Transfer(transfer) => {
            put(p("from", "từ"), &transfer.from);
            put(p("to", "đến"), &transfer.to);
            put(p("on", "ngày"), &transfer.on);
            put(p("kind", "hình thức"), &kind(transfer.kind, language));
            put(p("document", "giấy giới thiệu"), &transfer.document);
        }
    }
    fields
}

const fn grade(grade: Grade, language: Language) -> &'static str {
    match grade {
        Grade::Excellent => pick(language, "tasks fulfilled with excellence", "hoàn thành xuất sắc nhiệm vụ"),
        Grade::Good => pick(language, "tasks fulfilled well", "hoàn thành tốt nhiệm vụ"),
        Grade::Completed => pick(language, "tasks fulfilled", "hoàn thành nhiệm vụ"),
        Grade::NotCompleted => pick(language, "tasks not fulfilled", "không hoàn thành nhiệm vụ"),
    }
}

const fn level(level: TheoryLevel, language: Language) -> &'static str {
    match level {
        TheoryLevel::Elementary => pick(language, "elementary", "sơ cấp"),
        TheoryLevel::Intermediate => pick(language, "intermediate", "trung cấp"),
        TheoryLevel::Advanced => pick(language, "advanced", "cao cấp"),
        TheoryLevel::Degree => pick(language, "degree", "cử nhân"),
    }
}

const fn change(change: RightChange, language: Language) -> &'static str {
    match change {
        RightChange::Granted => pick(language, "granted", "được trao"),
        RightChange::Suspended => pick(language, "suspended", "tạm đình chỉ"),
        RightChange::Restored => pick(language, "restored", "khôi phục"),
        RightChange::Withdrawn => pick(language, "withdrawn", "bị tước"),
    }
}

const fn kind(kind: TransferKind, language: Language) -> &'static str {
    match kind {
        TransferKind::Permanent => pick(language, "permanent", "chính thức"),
        TransferKind::Temporary => pick(language, "temporary", "tạm thời"),
    }
}

/// What a record says as JSON; the salt of a citizen number is nobody's business here.
pub(super) fn value(payload: &Payload) -> Value {
    match payload {
        Payload::CitizenNumber(secret) => json!({ "number": secret.number.expose() }),
        Payload::PartyLife(life) => json!(life),
        Payload::Training(training) => json!(training),
        Payload::PoliticalTheory(theory) => json!(theory),
        Payload::Commendation(commendation) => json!(commendation),
        Payload::Rights(rights) => json!(rights),
        Payload::Transfer(transfer) => json!(transfer),
    }
}

/// What was found in a file.
pub(super) fn judgement(report: &FileReport, out: Output) -> Vec<String> {
    let (en, vi) = name(report.category);
    let count = report.records.len();
    let tail = match report.tail {
        Tail::Anchored { newer: 0 } => {
            out.pick("the end is the one known", "phần cuối đúng như đã biết").to_owned()
        }
        Tail::Anchored { newer } => match out.language {
            Language::En => format!("{newer} after the end that was known"),
            Language::Vi => format!("{newer} bản ghi mới sau phần cuối đã biết"),
        },
        Tail::NotAnchored => out
            .pick(
                "tail not anchored: whether records were taken from the end is not known",
                "chưa có mốc cuối: không biết có bản ghi nào bị cắt ở cuối hay không",
            )
            .to_owned(),
        Tail::Broken => out.pick("the end is not the one known", "phần cuối không như đã biết").to_owned(),
    };
    let verdict = if report.is_good() { out.pick("good", "đúng") } else { out.pick("WRONG", "SAI") };
    let mut lines = vec![match out.language {
        Language::En => {
            format!("{en}: {verdict}, {count} record{}; {tail}", if count == 1 { "" } else { "s" })
        }
        Language::Vi => format!("{vi}: {verdict}, {count} bản ghi; {tail}"),
    }];
    lines.extend(report.findings.iter().map(|finding| format!("  {}", out.words(finding))));
    lines
}
