//! What of a message goes into the file. Kept is what is positively known to be public; everything else is replaced.

mod classify;
mod data_objects;
mod files;

use super::content::{Content, MOST, Sort};
use chipwright_iso7816::{Command, Response, StatusWord};
use classify::{Class, CommandRule, ResponseRule};
use files::{PublicFile, Selected};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// What is replaced by placeholders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Redaction {
    /// Everything that tells about a person, a chip or a secret, or might.
    #[default]
    Placeholders,
    /// As [`Placeholders`](Redaction::Placeholders), but what identifies the chip is kept, and what the chip answers under
    /// SCP03: a personalisation can be replayed to its end. Nothing personal and no secret is kept, and nothing that the host
    /// sends under SCP03.
    KeepIdentifiers,
    /// Personal data, identifiers and answers that could not be classified are kept too. Passwords, keys, and what the host
    /// sends under SCP03 or in commands that could not be classified are not kept at any setting.
    PersonalData,
}

/// Where PACE stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    None,
    /// MSE:Set AT for PACE was accepted.
    Running,
    /// The tokens were exchanged: secure messaging under keys that nobody can derive again.
    Established,
}

/// Follows a session and decides about each message.
pub(super) struct Redactor {
    level: Redaction,
    pace: Pace,
    selected: Selected,
    /// The last command, and how its answer is to be treated.
    asked: Option<Asked>,
    /// What came of a protected answer that is fetched in parts.
    collected: Zeroizing<Vec<u8>>,
}

struct Asked {
    command: Command,
    rule: ResponseRule,
    /// A part of the answer was given already.
    continued: bool,
}

impl Redactor {
    pub(super) fn new(level: Redaction) -> Self {
        Self {
            level,
            pace: Pace::None,
            selected: Selected::unknown(),
            asked: None,
            collected: Zeroizing::new(Vec::new()),
        }
    }

    /// The card was reset: it has forgotten everything.
    pub(super) fn reset(&mut self) {
        *self = Self::new(self.level);
    }

    /// Whether bytes of this sort are kept. `sent` by the host, or answered by the card.
    fn keeps(&self, sort: Sort, what: &str, sent: bool) -> bool {
        match (self.level, sort) {
            (_, Sort::Secret) | (Redaction::Placeholders, _) => false,
            (_, Sort::Sealed) if what == classify::SCP03 => !sent,
            (_, Sort::Identifier) => true,
            (Redaction::KeepIdentifiers, _) => false,
            (Redaction::PersonalData, Sort::Unclassified) => !sent,
            (Redaction::PersonalData, _) => true,
        }
    }

    fn replace(&self, content: &mut Content, sort: Sort, what: &str, bytes: &[u8], sent: bool) {
        if self.keeps(sort, what, sent) {
            content.keep(bytes);
        } else {
            content.replace(sort, what, bytes.len());
        }
    }

    /// The command as it is written.
    pub(super) fn command(&mut self, raw: &[u8]) -> Content {
        let mut content = Content::default();
        let Ok(command) = Command::from_bytes(raw) else {
            let (header, rest) = raw.split_at(raw.len().min(4));
            content.keep(header);
            self.replace(&mut content, Sort::Unclassified, "malformed", rest, true);
            self.asked = None;
            return content;
        };
        let Class { command: rule, response } = self.classify(&command);
        let data_at = raw.len() - trailer(&command) - command.data.len();
        let (head, rest) = raw.split_at(data_at);
        let (data, tail) = rest.split_at(command.data.len());
        content.keep(head);
        match rule {
            CommandRule::Keep => content.keep(data),
            CommandRule::Replace(sort, what) => self.replace(&mut content, sort, what, data, true),
            CommandRule::Protected if data_objects::is_protected_command(data) => content.keep(data),
            CommandRule::Protected => {
                self.replace(&mut content, Sort::Unclassified, "not_protected", data, true);
            }
            CommandRule::SecurityEnvironment => {
                self.filter(&mut content, data, data_objects::is_public_in_mse, "reference", true);
            }
        }
        content.keep(tail);
        if let Some(rule) = response {
            self.collected = Zeroizing::new(Vec::new());
            self.asked = Some(Asked { command, rule, continued: false });
        }
        content
    }

    /// The response to the last command, as it is written.
    pub(super) fn response(&mut self, raw: &[u8]) -> Content {
        let mut content = Content::default();
        let Ok(response) = Response::from_bytes(raw) else {
            self.replace(&mut content, Sort::Unclassified, "malformed", raw, false);
            return content;
        };
        let asked = self.asked.take();
        match &asked {
            Some(asked) => self.response_data(&mut content, asked, &response),
            None => self.replace(&mut content, Sort::Unclassified, "response", &response.data, false),
        }
        content.keep(&response.status.to_bytes());
        if let Some(mut asked) = asked {
            self.follow(&asked, &response);
            asked.continued = true;
            self.asked = Some(asked);
        }
        content
    }

    fn response_data(&mut self, content: &mut Content, asked: &Asked, response: &Response) {
        let data = response.data.as_slice();
        if self.collected.len() + data.len() > MOST {
            return self.replace(content, Sort::Unclassified, "endless", data, false);
        }
        self.collected.extend_from_slice(data);
        match asked.rule {
            ResponseRule::Keep => content.keep(data),
            ResponseRule::Replace(sort, what) => self.replace(content, sort, what, data, false),
            ResponseRule::Protected if data_objects::is_protected_response(&self.collected) => {
                content.keep(data);
            }
            ResponseRule::Protected => {
                self.replace(content, Sort::Unclassified, "not_protected", data, false);
            }
            ResponseRule::Challenge if self.collected.len() <= 32 => content.keep(data),
            ResponseRule::PublicObject(tag) if data_objects::begins_with(&self.collected, tag) => {
                content.keep(data);
            }
            ResponseRule::PublicFile(PublicFile::AtrInfo) if !asked.continued => {
                self.filter(content, data, data_objects::is_public_in_atr_info, "file", false);
            }
            ResponseRule::PublicFile(file) if file.begins(&self.collected) => content.keep(data),
            ResponseRule::Challenge | ResponseRule::PublicObject(_) | ResponseRule::PublicFile(_) => {
                self.replace(content, Sort::Unclassified, "response", data, false);
            }
            ResponseRule::Pace if data_objects::is_authentication_data(data) => content.keep(data),
            ResponseRule::Pace => {
                self.replace(content, Sort::Unclassified, "authentication_data", data, false);
            }
            ResponseRule::FileControl if !asked.continued => {
                self.filter(content, data, data_objects::is_public_in_fci, "file_control", false);
            }
            ResponseRule::FileControl => {
                self.replace(content, Sort::Unclassified, "file_control", data, false);
            }
            ResponseRule::InitializeUpdate => {
                let (identifier, rest) = data.split_at(data.len().min(10));
                self.replace(content, Sort::Identifier, "diversification_data", identifier, false);
                match rest.len() {
                    19 | 22 | 35 | 38 => content.keep(rest),
                    _ => self.replace(content, Sort::Unclassified, "response", rest, false),
                }
            }
            ResponseRule::Object { tag, sort, what } | ResponseRule::File { tag, sort, what } => {
                let head = if asked.continued { 0 } else { data_objects::head(data, tag) };
                let (head, value) = data.split_at(head);
                content.keep(head);
                self.replace(content, sort, what, value, false);
            }
        }
    }

    /// Keeps the data objects that `is_public` knows and replaces the values of the others.
    fn filter(
        &self,
        content: &mut Content,
        data: &[u8],
        is_public: data_objects::Known,
        what: &str,
        sent: bool,
    ) {
        match data_objects::spans(data, is_public) {
            Some(spans) => spans.into_iter().for_each(|(range, public)| {
                if public {
                    content.keep(&data[range]);
                } else {
                    self.replace(content, Sort::Unclassified, what, &data[range], sent);
                }
            }),
            None => self.replace(content, Sort::Unclassified, what, data, sent),
        }
    }

    /// What the answer changes for the messages to come.
    fn follow(&mut self, asked: &Asked, response: &Response) {
        let done = matches!(response.status.sw1(), 0x90 | 0x61 | 0x62 | 0x63)
            && response.status != StatusWord::AUTHENTICATION_FAILED;
        self.pace = classify::pace_after(self.pace, &asked.command, response, done);
        self.selected.follow(&asked.command, &self.collected, done);
    }
}

/// Bytes of Le at the end of the encoded command.
const fn trailer(command: &Command) -> usize {
    match (command.le.is_some(), command.extended, command.data.is_empty()) {
        (false, ..) => 0,
        (true, false, _) => 1,
        (true, true, true) => 3,
        (true, true, false) => 2,
    }
}
