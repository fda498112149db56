//! Words of commands that people copy from what is said to them into a shell.

use std::path::{self, Path};

/// A path from the root, as one word of a shell command.
pub(crate) fn path(path: &Path) -> String {
    let whole = path::absolute(path).unwrap_or_else(|_| path.to_owned());
    word(&whole.to_string_lossy())
}

/// As one word: in quotes unless every character means itself.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%,=".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_shell_reads_what_was_meant() {
        for name in [
            "/srv/home",
            "/x/hồ sơ",
            "/it's",
            "/a  b/$HOME",
            "/`id`",
            "/\"q\"\\",
            "/*",
            "/~",
            "/a;b&c|d",
            "/#x",
        ] {
            let script = format!("printf '%s|' {}", path(Path::new(name)));
            let read = Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(read.stdout).unwrap(), format!("{name}|"), "{script}");
        }
        assert_eq!(path(Path::new("/srv/home")), "/srv/home");
        assert!(path(Path::new("home")).ends_with("/home"));
    }
}
