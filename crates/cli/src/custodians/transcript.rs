//! What was done at ceremonies: `ca/custody/transcript-N.jsonl`, one JSON object a line and no secret in any.
//!
//! A transcript grows until the first custodian signs it. Then its last line is the SHA-256 of all before it, and the next event begins
//! another.

use super::folder;
use super::opening::Opened;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::{self, Home};
use crate::text::text;
use chipwright_keystore::ceremony::{Ceremony, CeremonyId, CheckValue};
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// One line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Event {
    at: Timestamp,
    /// What was done.
    event: What,
    /// The custodians who did it, and proved who they are.
    who: Vec<String>,
    /// To whom forms were handed out, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    recipients: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ceremony: Option<CeremonyId>,
    /// The check value of the secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    check_value: Option<CheckValue>,
    /// The check values of what was handed out, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parts: Vec<CheckValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<String>,
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum What {
    CustodyBegun,
    CustodianAdded,
    CustodianRemoved,
    RootOpened,
    MasterDivided,
    MasterLoaded,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    closed_at: Timestamp,
    sha256: String,
}

impl Event {
    /// Something done now.
    pub(crate) fn new(event: What, who: Vec<String>) -> Self {
        let at = Timestamp::now();
        let (recipients, parts) = (Vec::new(), Vec::new());
        Self { at, event, who, recipients, ceremony: None, check_value: None, parts, about: None }
    }

    /// With those to whom forms were handed out.
    pub(crate) fn handed_to(mut self, recipients: &[String]) -> Self {
        self.recipients = recipients.to_vec();
        self
    }

    /// With what is known to everybody of the ceremony.
    pub(crate) fn of(mut self, ceremony: &Ceremony) -> Self {
        self.ceremony = Some(ceremony.id);
        self.check_value = Some(ceremony.check_value);
        self.parts.clone_from(&ceremony.sheets);
        self
    }

    /// With the name of what it is about.
    pub(crate) fn about(mut self, what: impl Into<String>) -> Self {
        self.about = Some(what.into());
        self
    }

    /// The root's key was opened.
    pub(crate) fn root_opened(opened: &Opened) -> Self {
        let ceremony = Ceremony { sheets: Vec::new(), ..opened.roster.ceremony.clone() };
        Self::new(What::RootOpened, opened.names()).of(&ceremony)
    }
}

/// Adds a line to the transcript that is open.
pub(crate) fn append(home: &Home, event: &Event) -> Result<(), Failure> {
    let (path, mut text) = open(home)?;
    text.push_str(
        &serde_json::to_string(event).map_err(|error| Failure::of(Exit::Ours, &error, "Report this."))?,
    );
    text.push('\n');
    home::make_folder(&folder(home))?;
    home::write_file(&path, text.as_bytes(), 0o644)
}

/// The newest transcript and what stands in it, or the next one and nothing.
fn open(home: &Home) -> Result<(PathBuf, String), Failure> {
    let mut number = 1;
    while path(home, number + 1).exists() {
        number += 1;
    }
    let newest = path(home, number);
    match fs::read_to_string(&newest) {
        Ok(text) if is_closed(&text) => Ok((path(home, number + 1), String::new())),
        Ok(text) => Ok((newest, text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok((newest, String::new())),
        Err(error) => Err(home::not_read(&newest, &error)),
    }
}

fn path(home: &Home, number: u32) -> PathBuf {
    folder(home).join(format!("transcript-{number}.jsonl"))
}

/// The newest transcript.
pub(crate) fn newest(home: &Home) -> Result<PathBuf, Failure> {
    let mut number = 1;
    while path(home, number + 1).exists() {
        number += 1;
    }
    let newest = path(home, number);
    if newest.exists() {
        return Ok(newest);
    }
    Err(Failure::new(
        Exit::Usage,
        ("there is no transcript in this home", "thư mục này không có biên bản nào"),
        (
            "One begins with the first ceremony; another home's can be named as a file.",
            "Biên bản bắt đầu từ nghi thức đầu tiên; cũng có thể nêu tên tệp biên bản của nơi khác.",
        ),
    ))
}

fn is_closed(text: &str) -> bool {
    text.lines().last().is_some_and(|last| serde_json::from_str::<End>(last).is_ok())
}

/// The transcript, with its digest at the end; written there if it was still open.
pub(crate) fn closed(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut text = fs::read_to_string(path).map_err(|error| home::not_read(path, &error))?;
    if !is_closed(&text) {
        let end = End { closed_at: Timestamp::now(), sha256: sha256(&text) };
        text.push_str(
            &serde_json::to_string(&end).map_err(|error| Failure::of(Exit::Ours, &error, "Report this."))?,
        );
        text.push('\n');
        home::write_file(path, text.as_bytes(), 0o644)?;
    }
    check(path, &text)?;
    Ok(text.into_bytes())
}

/// Whether every line can be read and the digest at the end is that of the lines before it; how many there are.
pub(crate) fn check(path: &Path, text: &str) -> Result<usize, Failure> {
    let altered = |what: crate::text::Text| {
        Failure::new(
            Exit::Configuration,
            what,
            (
                "It proves nothing: bring the transcript from the copy that was signed.",
                "Biên bản này không chứng minh được gì: lấy lại bản đã được ký.",
            ),
        )
    };
    let trimmed = text.strip_suffix('\n').unwrap_or(text);
    let (before, last) = trimmed.rsplit_once('\n').unwrap_or(("", trimmed));
    let Ok(end) = serde_json::from_str::<End>(last) else {
        return Err(altered(text!(
            "{} is not closed with a digest",
            "{} chưa được đóng bằng giá trị băm",
            path.display()
        )));
    };
    let lines = format!("{before}\n");
    if sha256(&lines) != end.sha256 {
        return Err(altered(text!(
            "{} was altered: its digest does not fit",
            "{} đã bị sửa: giá trị băm không khớp",
            path.display()
        )));
    }
    for line in before.lines() {
        serde_json::from_str::<Event>(line).map_err(|error| {
            altered(text!("{} has a line that is no event", "{} có dòng không phải sự kiện", path.display()))
                .because(&error)
        })?;
    }
    Ok(before.lines().count())
}

fn sha256(text: &str) -> String {
    hex::encode(digest(&SHA256, text.as_bytes()))
}
