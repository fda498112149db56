//! The command line in Vietnamese: help, and what is said of a wrong one.

use super::{said, whole};
use crate::arguments::{Arguments, Lang};
use crate::exit::Exit;
use crate::text;
use chipwright_issuance::Language;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, CommandFactory, Error, FromArgMatches, Parser, ValueEnum};
use std::env;
use std::error::Error as _;
use std::ffi::OsString;
use std::io::{self, Write};

/// The arguments of this process, in the language that they or the environment ask for; the exit code for whoever asked for help or
/// made a mistake, and has been told.
pub(crate) fn of_process() -> Result<Arguments, Exit> {
    let arguments: Vec<OsString> = env::args_os().collect();
    if language(&arguments) == Language::En {
        // clap tells it and ends the process
        return Ok(Arguments::parse_from(arguments));
    }
    read(arguments).map_err(|(words, exit)| {
        // if nobody listens any more, that changes nothing
        let _ = match exit {
            Exit::Success => write!(io::stdout().lock(), "{words}"),
            _ => write!(io::stderr().lock(), "{words}"),
        };
        exit
    })
}

/// The language, before the line is known to be right.
fn language(arguments: &[OsString]) -> Language {
    let named = arguments.iter().zip(arguments.iter().skip(1)).find_map(|(option, value)| {
        let value = match option.to_str()? {
            "--lang" => value.to_str()?,
            option => option.strip_prefix("--lang=")?,
        };
        Lang::from_str(value, false).ok()
    });
    let last = arguments.last().and_then(|option| option.to_str()?.strip_prefix("--lang="));
    let last = last.and_then(|value| Lang::from_str(value, false).ok());
    named.or(last).map_or_else(text::of_environment, Into::into)
}

/// The arguments; or, for whoever asked for help or made a mistake, the words and the exit code.
fn read(arguments: Vec<OsString>) -> Result<Arguments, (String, Exit)> {
    let mut command = Arguments::command();
    // --help and `help` are there once it is built
    command.build();
    let answer = |error: Error| match error.kind() {
        ErrorKind::DisplayHelp => (help(&error), Exit::Success),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => (help(&error), Exit::Usage),
        ErrorKind::DisplayVersion => (error.render().to_string(), Exit::Success),
        _ => (mistake(&error), Exit::Usage),
    };
    in_vietnamese(command)
        .try_get_matches_from(arguments)
        .and_then(|matches| Arguments::from_arg_matches(&matches))
        .map_err(answer)
}

/// The command and all under it with their texts in Vietnamese.
fn in_vietnamese(mut command: Command) -> Command {
    if let Some(about) = command.get_about().map(ToString::to_string) {
        command = command.about(said(&about));
    }
    if let Some(about) = command.get_long_about().map(ToString::to_string) {
        command = command.long_about(paragraphs(&about));
    }
    if let Some(after) = command.get_after_help().map(ToString::to_string) {
        command = command.after_help(said(&after));
    }
    command
        .subcommand_help_heading("Các lệnh")
        .subcommand_value_name("LỆNH")
        .mut_args(argument)
        .mut_subcommands(in_vietnamese)
}

fn argument(mut argument: Arg) -> Arg {
    if let Some(help) = argument.get_help().map(ToString::to_string) {
        argument = argument.help(said(&help));
    }
    if let Some(help) = argument.get_long_help().map(ToString::to_string) {
        argument = argument.long_help(paragraphs(&help));
    }
    match argument.get_help_heading().and_then(whole) {
        Some(heading) => argument.help_heading(heading),
        None => argument,
    }
}

/// A long text: paragraphs with an empty line between them.
fn paragraphs(text: &str) -> String {
    text.split("\n\n").map(said).collect::<Vec<_>>().join("\n\n")
}

/// The help, with what clap itself adds to the texts.
fn help(error: &Error) -> String {
    let rendered = error.render().to_string();
    let lines = rendered.lines().map(|line| format!("{}\n", explained_value(line)));
    [
        ("Usage:", "Cách dùng:"),
        ("Arguments:", "Tham số:"),
        ("Options:", "Tùy chọn:"),
        ("[OPTIONS]", "[TÙY CHỌN]"),
        ("[possible values:", "[giá trị:"),
        ("Possible values:", "Các giá trị:"),
        ("[default:", "[mặc định:"),
    ]
    .into_iter()
    .fold(lines.collect(), |text: String, (english, vietnamese)| wherever_broken(&text, english, vietnamese))
}

/// The text with other words in it, also where a line ends between two of them.
fn wherever_broken(text: &str, english: &str, vietnamese: &str) -> String {
    let (first, second) = english.split_once(' ').unwrap_or((english, ""));
    let mut parts = text.split(first);
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.trim_start().strip_prefix(second) {
            _ if second.is_empty() => replaced.extend([vietnamese, part]),
            Some(rest) => replaced.extend([vietnamese, rest]),
            None => replaced.extend([first, part]),
        }
    }
    replaced
}

/// `- value: what it means`, as clap lists values that are explained.
fn explained_value(line: &str) -> String {
    match line.split_once(": ") {
        Some((value, meaning)) if value.trim_start().starts_with("- ") => {
            let padding = meaning.len() - meaning.trim_start().len();
            format!("{value}: {}{}", &meaning[..padding], said(meaning.trim_start()))
        }
        _ => line.to_owned(),
    }
}

/// What is wrong with the command line, how the command is used, and where there is more.
fn mistake(error: &Error) -> String {
    let mut words = format!("lỗi: {}\n", what(error));
    let usage = named(error, ContextKind::Usage);
    if !usage.is_empty() {
        let usage = usage.replace("Usage:", "Cách dùng:").replace("[OPTIONS]", "[TÙY CHỌN]");
        words.push_str(&format!("\n{}\n", usage.trim_end()));
    }
    words.push_str("\nlàm tiếp: Sửa lại dòng lệnh; xem cách dùng bằng '--help'.\n");
    words
}

fn what(error: &Error) -> String {
    let named = |kind| named(error, kind);
    let (argument, value) = (named(ContextKind::InvalidArg), named(ContextKind::InvalidValue));
    let mut what = match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => format!("thiếu giá trị cho '{argument}'"),
        ErrorKind::InvalidValue => format!("giá trị '{value}' của '{argument}' không dùng được"),
        ErrorKind::ValueValidation => {
            let why = error.source().map(|why| format!(": {}", said(&why.to_string()))).unwrap_or_default();
            format!("giá trị '{value}' của '{argument}' không dùng được{why}")
        }
        ErrorKind::UnknownArgument => format!("không có tham số '{argument}'"),
        ErrorKind::InvalidSubcommand => format!("không có lệnh '{}'", named(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand => {
            format!("thiếu lệnh con sau '{}'", named(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingRequiredArgument => format!("thiếu {argument}"),
        ErrorKind::ArgumentConflict => match named(ContextKind::PriorArg).as_str() {
            "" => format!("'{argument}' không dùng cùng với tham số khác ở đây"),
            prior if prior == argument => format!("'{argument}' chỉ được dùng một lần"),
            prior => format!("'{argument}' không dùng cùng với '{prior}'"),
        },
        ErrorKind::NoEquals => format!("giá trị của '{argument}' phải viết sau dấu ="),
        ErrorKind::TooManyValues => format!("thừa giá trị '{value}' cho '{argument}'"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("số giá trị của '{argument}' không đúng")
        }
        ErrorKind::InvalidUtf8 => "dòng lệnh có chữ không phải UTF-8".to_owned(),
        _ => said(error.to_string().lines().next().unwrap_or_default().trim_start_matches("error: ")),
    };
    let valid = named(ContextKind::ValidValue);
    if !valid.is_empty() {
        what.push_str(&format!(" (các giá trị: {valid})"));
    }
    let nearest = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    for nearest in nearest.map(named).iter().filter(|nearest| !nearest.is_empty()) {
        what.push_str(&format!("; có phải '{nearest}' không?"));
    }
    what
}

/// What the error names: an argument, a value, the usage.
fn named(error: &Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(words)) => words.clone(),
        Some(ContextValue::Strings(list)) => list.join(", "),
        Some(ContextValue::StyledStr(words)) => words.to_string(),
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vietnamese::of;

    fn read(line: &str) -> Result<Arguments, (String, Exit)> {
        super::read(line.split(' ').map(OsString::from).collect())
    }

    /// Every text of every command, in English.
    fn texts(command: &Command, found: &mut Vec<String>) {
        found.extend(command.get_about().map(ToString::to_string));
        found.extend(command.get_after_help().map(ToString::to_string));
        let mut long: Vec<String> = command.get_long_about().map(ToString::to_string).into_iter().collect();
        for argument in command.get_arguments() {
            found.extend(argument.get_help().map(ToString::to_string));
            long.extend(argument.get_long_help().map(ToString::to_string));
            found.extend(
                argument.get_possible_values().iter().filter_map(|v| v.get_help().map(ToString::to_string)),
            );
            found.extend(argument.get_help_heading().map(str::to_owned));
        }
        found.extend(long.iter().flat_map(|text| text.split("\n\n")).map(str::to_owned));
        command.get_subcommands().for_each(|command| texts(command, found));
    }

    #[test]
    fn every_text_of_the_help_has_its_vietnamese() {
        let mut command = Arguments::command();
        command.build();
        let mut found = Vec::new();
        texts(&command, &mut found);
        assert!(found.len() > 100);
        found.retain(|text| !text.is_empty() && of(text).is_none());
        found.sort();
        found.dedup();
        assert!(found.is_empty(), "no Vietnamese for\n{}", found.join("\n"));
    }

    #[test]
    fn exit_codes_are_the_same_in_both_languages() {
        let codes = |text: &str| -> Vec<u8> {
            text.split_whitespace().filter_map(|word| word.parse().ok()).collect()
        };
        let vietnamese = of(crate::exit::TABLE).unwrap();
        assert_eq!(codes(crate::exit::TABLE), codes(&vietnamese));
    }

    #[test]
    fn a_right_line_is_read_as_ever() {
        assert!(read("chipwright --lang vi list --json").is_ok());
    }

    #[test]
    fn the_language_is_known_before_the_line_is_right() {
        for (line, wanted) in [
            ("chipwright --lang vi isue", Language::Vi),
            ("chipwright isue --lang=vi", Language::Vi),
            ("chipwright --lang=en --isue", Language::En),
        ] {
            let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(language(&arguments), wanted, "{line}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (line, words) in [
            ("chipwright isue", "không có lệnh 'isue'; có phải 'issue' không?"),
            ("chipwright list --jsno", "không có tham số '--jsno'; có phải '--json' không?"),
            ("chipwright list extra", "không có tham số 'extra'"),
            (
                "chipwright --lang fr list",
                "giá trị 'fr' của '--lang <LANGUAGE>' không dùng được (các giá trị: en, vi)",
            ),
            ("chipwright --lang", "thiếu giá trị cho '--lang <LANGUAGE>' (các giá trị: en, vi)"),
            ("chipwright plan --members m.csv", "thiếu --portraits <DIR>"),
            ("chipwright init --test --real home", "'--test' không dùng cùng với '--real'"),
            ("chipwright list --json --json", "'--json' chỉ được dùng một lần"),
        ] {
            let (said, exit) = read(line).unwrap_err();
            assert!(said.starts_with(&format!("lỗi: {words}\n")), "{said}");
            assert_eq!(exit, Exit::Usage);
        }
    }

    #[test]
    fn what_clap_adds_is_found_where_a_line_ends() {
        let broken = "which [possible\n    values: a, b]; [possible values: c]";
        assert_eq!(
            wherever_broken(broken, "[possible values:", "[giá trị:"),
            "which [giá trị: a, b]; [giá trị: c]"
        );
        assert_eq!(wherever_broken("Usage: x", "Usage:", "Cách dùng:"), "Cách dùng: x");
    }

    #[test]
    fn help_is_no_mistake() {
        let (said, exit) = read("chipwright verify --help").unwrap_err();
        assert_eq!(exit, Exit::Success);
        for words in ["Cách dùng: chipwright verify [TÙY CHỌN]", "Dùng với mọi lệnh:", "- real: Chỉ gốc thật"]
        {
            assert!(said.contains(words), "{words}\n{said}");
        }
    }
}
