//! Passphrases, PINs and access secrets: from a prompt, a file descriptor, a credential of systemd or a file, never from the command line.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::home;
use crate::text::Text;
use chipwright_issuance::Language;
use chipwright_keystore::Passphrase;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Where a passphrase comes from, first that applies: descriptor, credential that systemd hands to the service
/// (`LoadCredential=chipwright.station:…`), file of a test home, prompt.
#[derive(Debug)]
pub(crate) struct Source {
    /// Open file descriptor to read one line from.
    pub(crate) descriptor: Option<u32>,
    /// The generated file of a test home.
    pub(crate) file: Option<PathBuf>,
    /// The option that names the descriptor, for the message.
    pub(crate) option: &'static str,
}

impl Source {
    /// The passphrase that opens existing keys; `what` says which.
    pub(crate) fn open(&self, what: &Text, language: Language) -> Result<Passphrase, Failure> {
        self.open_of(whose(self.option), what, language)
    }

    /// The same of one person: the credential is `chipwright.WHOSE`.
    pub(crate) fn open_of(
        &self,
        whose: &str,
        what: &Text,
        language: Language,
    ) -> Result<Passphrase, Failure> {
        if let Some(given) = self.given(whose)? {
            return Ok(given);
        }
        must_be_terminal(what, self.option)?;
        Ok(Passphrase::new(&prompt(&format!("{}: ", what.pick(language)))?))
    }

    /// A passphrase for keys that are made now: asked for twice at a prompt.
    pub(crate) fn choose(&self, what: &Text, language: Language) -> Result<Passphrase, Failure> {
        self.choose_of(whose(self.option), what, language)
    }

    /// The same of one person: the credential is `chipwright.WHOSE`.
    pub(crate) fn choose_of(
        &self,
        whose: &str,
        what: &Text,
        language: Language,
    ) -> Result<Passphrase, Failure> {
        if let Some(given) = self.given(whose)? {
            return Ok(given);
        }
        must_be_terminal(what, self.option)?;
        let again = crate::text::pick(language, "the same again", "nhập lại lần nữa");
        loop {
            let first = prompt(&format!("{}: ", what.pick(language)))?;
            if !first.is_empty() && *prompt(&format!("{again}: "))? == *first {
                return Ok(Passphrase::new(&first));
            }
        }
    }

    fn given(&self, whose: &str) -> Result<Option<Passphrase>, Failure> {
        if let Some(descriptor) = self.descriptor {
            return line_of_descriptor(descriptor).map(|line| Some(Passphrase::new(&line)));
        }
        for path in [credential(whose), self.file.clone()].into_iter().flatten() {
            match fs::read_to_string(&path).map(Zeroizing::new) {
                Ok(content) => return Ok(Some(Passphrase::new(&content))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(home::not_read(&path, &error)),
            }
        }
        Ok(None)
    }
}

/// The credential of this name: `chipwright.station`, `chipwright.root`, `chipwright.registrar-NAME`, …
fn credential(whose: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("CREDENTIALS_DIRECTORY").filter(|folder| !folder.is_empty())?;
    Some(Path::new(&folder).join(format!("chipwright.{whose}")))
}

/// Whose passphrase an option reads: `--passphrase-fd` the station's, `--root-passphrase-fd` the root's.
fn whose(option: &str) -> &str {
    let name = option.trim_start_matches('-').trim_end_matches("passphrase-fd").trim_end_matches('-');
    if name.is_empty() { "station" } else { name }
}

/// Somebody must be there to be asked; `options` are the other ways.
pub(crate) fn must_be_terminal(what: &Text, options: &str) -> Result<(), Failure> {
    if io::stdin().is_terminal() {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Usage,
        Text {
            en: format!("no way to ask: {}", what.en),
            vi: format!("không có cách nào để hỏi: {}", what.vi),
        },
        Text {
            en: format!("Give it with {options}, or run on a terminal."),
            vi: format!(
                "Cung cấp bằng {}, hoặc chạy trên cửa sổ dòng lệnh.",
                options.replace(" or ", " hoặc ")
            ),
        },
    ))
}

/// Makes a random passphrase and keeps it in a file of its own: for test homes only.
pub(crate) fn generate(path: &Path) -> Result<Passphrase, Failure> {
    let mut random = Zeroizing::new([0; 24]);
    crate::randomness::fill(&mut *random);
    let words = Zeroizing::new(hex::encode(*random));
    home::write_file(path, words.as_bytes(), 0o600)?;
    Ok(Passphrase::new(&words))
}

/// One line typed without echo.
pub(crate) fn prompt(question: &str) -> Result<Zeroizing<String>, Failure> {
    rpassword::prompt_password(question).map(Zeroizing::new).map_err(|error| {
        Failure::new(
            Exit::Usage,
            ("nothing could be asked on this terminal", "không hỏi được trên cửa sổ dòng lệnh này"),
            (
                "Run on a terminal, or use the option for a file descriptor.",
                "Chạy trên cửa sổ dòng lệnh, hoặc dùng tùy chọn có file descriptor.",
            ),
        )
        .because(&error)
    })
}

/// The first line of an open file descriptor.
pub(crate) fn line_of_descriptor(descriptor: u32) -> Result<Zeroizing<String>, Failure> {
    let path = PathBuf::from(format!("/dev/fd/{descriptor}"));
    let mut content = Zeroizing::new(String::new());
    File::open(&path)
        .and_then(|file| file.take(4096).read_to_string(&mut content))
        .map_err(|error| home::not_read(&path, &error))?;
    Ok(Zeroizing::new(content.lines().next().unwrap_or_default().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_have_the_names_of_the_options() {
        for (option, name) in [
            ("--passphrase-fd", "station"),
            ("--root-passphrase-fd", "root"),
            ("--terminal-passphrase-fd", "terminal"),
            ("--evidence-passphrase-fd", "evidence"),
        ] {
            assert_eq!(whose(option), name);
        }
    }
}
