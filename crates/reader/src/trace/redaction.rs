//! What of a message goes into the file. Kept is what is positively known to be public; everything else is replaced.

mod channels;
mod class_byte;
mod classify;
mod data_objects;
mod files;
mod forms;

use super::content::{Content, MOST, Sort};
use channels::Channels;
use chipwright_iso7816::{Command, Response, StatusWord};
use class_byte::{ClassByte, Kind};
use classify::{Class, CommandRule, ResponseRule};
use data_objects::Form;
use files::{Part, Selected};
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
    /// As [`Placeholders`](Redaction::Placeholders), but what identifies the chip is kept, and what its card manager answers in an
    /// SCP03 session: a personalisation can be replayed to its end. Nothing personal and no secret is kept, and nothing that the
    /// host sends under SCP03.
    KeepIdentifiers,
    /// Personal data, identifiers and challenges that the card gives are kept too. Nothing more is kept of what the host sends, and
    /// no answer to a command that sets, proves or uses a secret, or that could not be classified.
    PersonalData,
}

/// Follows a session and decides what of each message may be kept or shown.
pub struct Redactor {
    level: Redaction,
    channels: Channels,
    selected: Selected,
    /// The last command, and how its answer is to be treated.
    asked: Option<Asked>,
    /// What came of an answer, all parts together.
    collected: Zeroizing<Vec<u8>>,
}

struct Asked {
    command: Command,
    rule: ResponseRule,
    /// The card said that there is more.
    more: bool,
}

impl Redactor {
    /// For a session that begins with a reset.
    #[must_use]
    pub fn new(level: Redaction) -> Self {
        Self {
            level,
            channels: Channels::none(),
            selected: Selected::unknown(),
            asked: None,
            collected: Zeroizing::new(Vec::new()),
        }
    }

    /// The card was reset, or is lost: it has forgotten everything.
    pub fn reset(&mut self) {
        *self = Self::new(self.level);
    }

    /// The command was not sent.
    pub(super) fn not_sent(&mut self) {
        self.asked = None;
    }

    /// Whether bytes of this sort that the card answered are kept.
    const fn keeps(&self, sort: Sort) -> bool {
        match (self.level, sort) {
            (_, Sort::Secret) | (Redaction::Placeholders, _) => false,
            (_, Sort::Identifier) => true,
            (level, _) => matches!(level, Redaction::PersonalData),
        }
    }

    fn replace(&self, content: &mut Content, sort: Sort, what: &str, bytes: &[u8]) {
        if self.keeps(sort) {
            content.keep(bytes);
        } else {
            content.replace(sort, what, bytes.len());
        }
    }

    /// Whether GET RESPONSE of this class fetches more of the last answer.
    fn is_waiting(&self, kind: Kind, channel: u8) -> bool {
        self.asked.as_ref().is_some_and(|asked| {
            let class = ClassByte::of(asked.command.cla);
            asked.more && class.channel == channel && kind != Kind::Foreign && kind != Kind::Reader
        })
    }

    /// The command as it may be kept.
    pub fn command(&mut self, raw: &[u8]) -> Content {
        let mut content = Content::default();
        let Ok(command) = Command::from_bytes(raw) else {
            let (header, rest) = raw.split_at(raw.len().min(4));
            content.keep(header);
            content.replace(Sort::Unclassified, "malformed", rest.len());
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
            CommandRule::Replace(sort, what) => content.replace(sort, what, data.len()),
            CommandRule::Protected if data_objects::is_protected_command(data) => content.keep(data),
            CommandRule::Protected => content.replace(Sort::Unclassified, "not_protected", data.len()),
            CommandRule::SecurityEnvironment => {
                let form = forms::security_environment;
                whole(&mut content, data, form, |content, data| {
                    content.replace(Sort::Unclassified, "reference", data.len());
                });
            }
        }
        content.keep(tail);
        if let Some(rule) = response {
            self.collected = Zeroizing::new(Vec::new());
            self.asked = Some(Asked { command, rule, more: false });
        }
        content
    }

    /// The response to the last command, as it may be kept.
    pub fn response(&mut self, raw: &[u8]) -> Content {
        let mut content = Content::default();
        let Ok(response) = Response::from_bytes(raw) else {
            content.replace(Sort::Unclassified, "malformed", raw.len());
            return content;
        };
        let asked = self.asked.take();
        match &asked {
            Some(asked) => self.response_data(&mut content, asked, &response),
            None => content.replace(Sort::Unclassified, "response", response.data.len()),
        }
        content.keep(&response.status.to_bytes());
        let Some(mut asked) = asked else {
            // to something that is not a command: whatever the card made of it
            self.channels = Channels::none();
            self.selected = Selected::unknown();
            return content;
        };
        self.follow(&asked, &response);
        asked.more = response.status.sw1() == 0x61;
        self.asked = Some(asked);
        content
    }

    fn response_data(&mut self, content: &mut Content, asked: &Asked, response: &Response) {
        let data = response.data.as_slice();
        let from = self.collected.len();
        if from + data.len() > MOST {
            return content.replace(Sort::Unclassified, "endless", data.len());
        }
        self.collected.extend_from_slice(data);
        match asked.rule {
            ResponseRule::Never(sort, what) => content.replace(sort, what, data.len()),
            ResponseRule::Replace(sort, what) => self.replace(content, sort, what, data),
            ResponseRule::Protected if data_objects::is_protected_response(&self.collected) => {
                content.keep(data);
            }
            ResponseRule::Protected => self.replace(content, Sort::Unclassified, "not_protected", data),
            ResponseRule::Public(form) => {
                let spans = data_objects::divide(&self.collected, form).spans;
                for (range, public) in spans.into_iter().filter(|(range, _)| range.end > from) {
                    let bytes = &self.collected[range.start.max(from)..range.end];
                    if public {
                        content.keep(bytes);
                    } else {
                        self.replace(content, Sort::Unclassified, "response", bytes);
                    }
                }
            }
            ResponseRule::File { file, offset } => {
                for (range, part) in self.selected.parts(file, offset, &self.collected, from) {
                    match part {
                        Part::Public => content.keep(&self.collected[range]),
                        Part::Of(sort, what) => self.replace(content, sort, what, &self.collected[range]),
                    }
                }
            }
            ResponseRule::Pace if data_objects::is_authentication_data(data) => content.keep(data),
            ResponseRule::Pace => self.replace(content, Sort::Unclassified, "authentication_data", data),
            ResponseRule::FileControl => {
                let instead = |content: &mut Content, data: &[u8]| {
                    self.replace(content, Sort::Unclassified, "file_control", data);
                };
                if from == 0 {
                    whole(content, data, forms::file_control, instead);
                } else {
                    instead(content, data);
                }
            }
            ResponseRule::InitializeUpdate if from == 0 && channels::is_initialize_update(data) => {
                let (identifier, rest) = data.split_at(10);
                self.replace(content, Sort::Identifier, "diversification_data", identifier);
                content.keep(rest);
            }
            ResponseRule::InitializeUpdate => self.replace(content, Sort::Unclassified, "response", data),
            ResponseRule::Identifier { tag, what } => {
                let end = data_objects::end(&self.collected, tag).filter(|end| *end <= MOST_IDENTIFIER);
                let head = data_objects::head(&self.collected, tag);
                let (identifier, rest) = data.split_at(end.unwrap_or(0).saturating_sub(from).min(data.len()));
                let (head, identifier) = identifier.split_at(head.saturating_sub(from).min(identifier.len()));
                content.keep(head);
                self.replace(content, Sort::Identifier, what, identifier);
                self.replace(content, Sort::Unclassified, what, rest);
            }
            ResponseRule::Scp
                if self.level != Redaction::Placeholders && !echoes(&asked.command.data, &self.collected) =>
            {
                content.keep(data);
            }
            ResponseRule::Scp => content.replace(Sort::Sealed, classify::SCP03, data.len()),
        }
    }

    /// What the answer changes for the messages to come.
    fn follow(&mut self, asked: &Asked, response: &Response) {
        let done = matches!(response.status.sw1(), 0x90 | 0x61 | 0x62 | 0x63)
            && response.status != StatusWord::AUTHENTICATION_FAILED;
        self.channels.follow(&asked.command, response, &self.collected, done);
        self.selected.follow(&asked.command, &self.collected, done);
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor").field("level", &self.level).finish_non_exhaustive()
    }
}

/// Objects that tell chips apart are short: production data has 42 bytes.
const MOST_IDENTIFIER: usize = 64;

/// Whether the answer has four bytes in a row of what was sent.
fn echoes(sent: &[u8], answer: &[u8]) -> bool {
    sent.windows(4).any(|part| answer.windows(4).any(|window| window == part))
}

/// Keeps what the form says; `instead` takes the values that are not public, or everything if the data is of another form.
fn whole(content: &mut Content, data: &[u8], form: Form, instead: impl Fn(&mut Content, &[u8])) {
    let division = data_objects::divide(data, form);
    if !division.is_whole {
        return instead(content, data);
    }
    for (range, public) in division.spans {
        if public {
            content.keep(&data[range]);
        } else {
            instead(content, &data[range]);
        }
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
