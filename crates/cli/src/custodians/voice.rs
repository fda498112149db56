//! A custodian who is present, and what he or she types: at the prompt, or through a file descriptor of his or her own.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::home;
use crate::secret;
use crate::text::{Text, text};
use chipwright_issuance::Language;
use chipwright_keystore::Passphrase;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::str::FromStr;
use zeroize::Zeroizing;

/// The most bytes of a line: longer ones are no passphrase and no line of a form.
const LONGEST: usize = 4096;

/// `NAME`, or `NAME=N` for file descriptor N.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Present {
    pub(crate) name: String,
    pub(crate) descriptor: Option<u32>,
}

/// Text that names no custodian.
#[derive(Debug, thiserror::Error)]
#[error("a custodian's name has 1 to 24 letters a to z, digits or hyphens")]
pub(crate) struct NotAName;

impl FromStr for Present {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let (name, descriptor) = match text.split_once('=') {
            Some((name, descriptor)) => (name, Some(descriptor.parse().map_err(|_| NotAName)?)),
            None => (text, None),
        };
        Ok(Self { name: name_of(name)?, descriptor })
    }
}

/// A name that can be one of a file.
pub(crate) fn name_of(text: &str) -> Result<String, NotAName> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=24).contains(&text.len()) && text.bytes().all(fits) && !text.starts_with('-') {
        Ok(text.to_owned())
    } else {
        Err(NotAName)
    }
}

/// Somebody who is asked one line after the other.
pub(crate) struct Voice {
    pub(crate) name: String,
    from: Option<(PathBuf, File)>,
}

impl Voice {
    /// Of somebody who is present.
    pub(crate) fn of(present: &Present) -> Result<Self, Failure> {
        let from = match present.descriptor {
            Some(descriptor) => {
                let path = PathBuf::from(format!("/dev/fd/{descriptor}"));
                let file = File::open(&path).map_err(|error| home::not_read(&path, &error))?;
                Some((path, file))
            }
            None => None,
        };
        Ok(Self { name: present.name.clone(), from })
    }

    /// Whether a wrong line can be typed again.
    pub(crate) const fn can_repeat(&self) -> bool {
        self.from.is_none()
    }

    /// One line. Nothing is shown while it is typed.
    pub(crate) fn ask(&mut self, what: &Text, language: Language) -> Result<Zeroizing<String>, Failure> {
        match &mut self.from {
            Some((path, file)) => line(file).map_err(|error| home::not_read(path, &error)),
            None => {
                secret::must_be_terminal(&self.told(what), "--custodian NAME=N")?;
                secret::prompt(&format!("{}: ", self.told(what).pick(language)))
            }
        }
    }

    /// His or her passphrase.
    pub(crate) fn passphrase(&mut self, language: Language) -> Result<Passphrase, Failure> {
        self.ask(&Text::from(("passphrase", "mật khẩu")), language).map(|line| Passphrase::new(&line))
    }

    /// A new passphrase, typed twice at the prompt.
    pub(crate) fn new_passphrase(&mut self, language: Language) -> Result<Passphrase, Failure> {
        let what = Text::from(("new passphrase of your own", "mật khẩu mới của riêng đồng chí"));
        if self.from.is_some() {
            return self.passphrase(language);
        }
        loop {
            let first = self.ask(&what, language)?;
            let again = Text::from(("the same again", "nhập lại lần nữa"));
            if !first.is_empty() && *self.ask(&again, language)? == *first {
                return Ok(Passphrase::new(&first));
            }
        }
    }

    fn told(&self, what: &Text) -> Text {
        Text { en: format!("{}: {}", self.name, what.en), vi: format!("{}: {}", self.name, what.vi) }
    }
}

/// One line of the descriptor, byte by byte, so that no buffer keeps what follows.
fn line(file: &mut File) -> std::io::Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut byte = Zeroizing::new([0]);
    while bytes.len() < LONGEST && file.read(&mut *byte)? == 1 {
        match byte[0] {
            b'\n' => break,
            other => bytes.push(other),
        }
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| std::io::ErrorKind::InvalidData)?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Somebody is named twice.
pub(crate) fn twice(name: &str) -> Failure {
    Failure::new(
        Exit::Usage,
        text!(
            "custodian {name} was named twice: every custodian counts once; nothing was changed",
            "người giữ khóa {name} được nêu hai lần: mỗi người chỉ tính một lần; không có gì bị thay đổi"
        ),
        (
            "Name as many different custodians as are needed.",
            "Nêu đủ số người giữ khóa khác nhau theo quy định.",
        ),
    )
}

/// Nobody is named twice.
pub(crate) fn all_different<'a>(names: impl IntoIterator<Item = &'a String>) -> Result<(), Failure> {
    let mut seen: Vec<&String> = Vec::new();
    for name in names {
        if seen.contains(&name) {
            return Err(twice(name));
        }
        seen.push(name);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let present =
            |text: &str| text.parse::<Present>().map(|present| (present.name, present.descriptor)).ok();
        assert_eq!(present("an"), Some(("an".into(), None)));
        assert_eq!(present("minh-2=5"), Some(("minh-2".into(), Some(5))));
        for wrong in ["", "=5", "An", "../an", "an=x", "-an", "an=", "nguyễn"] {
            assert_eq!(present(wrong), None, "{wrong}");
        }
    }
}
