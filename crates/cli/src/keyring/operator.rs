//! Who sits at the machine, as the machine knows it.

use std::fs;
use std::os::unix::fs::MetadataExt;

/// The name of the user this process runs as; the number of the account where the system's list has no name for it. The environment is
/// not asked: anybody may set it.
pub(crate) fn name() -> String {
    let Ok(process) = fs::metadata("/proc/self") else { return "unknown".to_owned() };
    let number = process.uid().to_string();
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    named(&accounts, &number).unwrap_or_else(|| format!("uid {number}"))
}

/// `name:x:number:…` (passwd(5)).
fn named(accounts: &str, number: &str) -> Option<String> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1) == Some(number)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_number() {
        let accounts = "root:x:0:0:root:/root:/bin/bash\n# 7\nlan:x:1007:1007::/home/lan:/bin/sh\n";
        assert_eq!(named(accounts, "1007").as_deref(), Some("lan"));
        assert_eq!(named(accounts, "0").as_deref(), Some("root"));
        assert_eq!(named(accounts, "7"), None);
        assert!(!name().is_empty());
    }
}
