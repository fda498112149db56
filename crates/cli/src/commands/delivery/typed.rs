//! Transport keys as their supplier sends them: a file, or components that custodians type.

use crate::authority::keystore;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home;
use crate::secret::{must_be_terminal, prompt};
use crate::text::{Text, text};
use chipwright_keystore::NewCardKeys;
use serde::Deserialize;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use zeroize::{Zeroize, Zeroizing};

/// The keys of a delivery, as its maker announced them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnnouncedKeys {
    enc: String,
    mac: String,
    dek: String,
}

impl Drop for AnnouncedKeys {
    fn drop(&mut self) {
        self.enc.zeroize();
        self.mac.zeroize();
        self.dek.zeroize();
    }
}

/// The keys in a TOML file of three lines.
pub(crate) fn announced(path: &Path) -> Result<NewCardKeys, Failure> {
    let wrong = |error: &dyn std::error::Error| {
        Failure::new(
            Exit::Configuration,
            text!("{} holds no transport keys", "{} không chứa khóa vận chuyển", path.display()),
            (
                "Write three lines: enc = \"…\", mac = \"…\", dek = \"…\", in hexadecimal.",
                "Ghi ba dòng: enc = \"…\", mac = \"…\", dek = \"…\", hệ mười sáu.",
            ),
        )
        .because(error)
    };
    let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| home::not_read(path, &error))?);
    // the parser's message would repeat the line, which is a key
    let keys: AnnouncedKeys =
        toml::from_str(&text).map_err(|error| wrong(&Unreadable(error.message().to_owned())))?;
    let [enc, mac, dek] =
        [&keys.enc, &keys.mac, &keys.dek].map(|digits| hex::decode(digits).map(Zeroizing::new));
    let (enc, mac, dek) =
        (enc.map_err(|e| wrong(&e))?, mac.map_err(|e| wrong(&e))?, dek.map_err(|e| wrong(&e))?);
    NewCardKeys::from_keys(&enc, &mac, &dek).map_err(|error| keystore(&error))
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unreadable(String);

/// The exclusive or of `count` components of each key, typed one a line: all of Key-ENC, then Key-MAC, then Key-DEK.
pub(super) fn components(
    count: u8,
    descriptor: Option<u32>,
    context: &Context,
) -> Result<NewCardKeys, Failure> {
    let mut lines = Lines::open(descriptor, context)?;
    let mut keys = Vec::new();
    for name in ["Key-ENC", "Key-MAC", "Key-DEK"] {
        let mut key: Zeroizing<Vec<u8>> = Zeroizing::new(Vec::new());
        for number in 1..=count {
            let question = text!(
                "Component {number} of {count} of {name}, hexadecimal",
                "Thành phần {number}/{count} của {name}, hệ mười sáu"
            );
            let line = lines.next(&question, context)?;
            let part = hex::decode(line.split_whitespace().collect::<String>())
                .map(Zeroizing::new)
                .ok()
                .filter(|part| key.is_empty() || part.len() == key.len())
                .ok_or_else(|| not_a_component(number, name))?;
            if key.is_empty() {
                key = part;
            } else {
                key.iter_mut().zip(part.iter()).for_each(|(sum, byte)| *sum ^= byte);
            }
        }
        keys.push(key);
    }
    match keys.as_slice() {
        [enc, mac, dek] => NewCardKeys::from_keys(enc, mac, dek).map_err(|error| keystore(&error)),
        _ => Err(not_a_component(1, "Key-ENC")),
    }
}

fn not_a_component(number: u8, name: &str) -> Failure {
    Failure::new(
        Exit::Usage,
        text!(
            "component {number} of {name} is no key component",
            "thành phần {number} của {name} không phải thành phần khóa"
        ),
        (
            "Type the hexadecimal digits of the form; all components of a key are equally long.",
            "Gõ đúng các chữ số hệ mười sáu trên phiếu; các thành phần của một khóa dài bằng nhau.",
        ),
    )
}

/// Where components come from.
enum Lines {
    Terminal,
    Given(std::vec::IntoIter<Zeroizing<String>>),
}

impl Lines {
    fn open(descriptor: Option<u32>, context: &Context) -> Result<Self, Failure> {
        let Some(descriptor) = descriptor else {
            let what =
                Text::from(("the components of the transport keys", "các thành phần của khóa vận chuyển"));
            must_be_terminal(&what, "--components-fd")?;
            context.out.say(context.out.pick(
                "each custodian types their own component; it is not shown",
                "mỗi người giữ khóa tự gõ thành phần của mình; nội dung không hiện ra",
            ));
            return Ok(Self::Terminal);
        };
        let path = std::path::PathBuf::from(format!("/dev/fd/{descriptor}"));
        let mut content = Zeroizing::new(String::new());
        File::open(&path)
            .and_then(|file| file.take(8192).read_to_string(&mut content))
            .map_err(|error| home::not_read(&path, &error))?;
        let lines: Vec<_> = content.lines().map(|line| Zeroizing::new(line.to_owned())).collect();
        Ok(Self::Given(lines.into_iter()))
    }

    fn next(&mut self, question: &Text, context: &Context) -> Result<Zeroizing<String>, Failure> {
        match self {
            Self::Terminal => prompt(&format!("{}: ", question.pick(context.out.language))),
            Self::Given(lines) => Ok(lines.next().unwrap_or_default()),
        }
    }
}
