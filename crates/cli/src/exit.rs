//! Exit codes: what a script is told.

use std::process::ExitCode;

/// The exit codes of the program; those of `verify` are [`chipwright_verify::Verdict::exit_code`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done; or the card is genuine and valid.
    Success,
    /// A fault of this program or of the machine it runs on.
    Ours,
    /// The command line is wrong.
    Usage,
    /// Done, but some rows were rejected or some cards failed.
    Partial,
    /// The reader or the card failed.
    Card,
    /// The home, its keys or its configuration.
    Configuration,
    /// The verdict of `verify`: 10 to 20.
    Verdict(u8),
}

impl Exit {
    /// The number.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Ours => 1,
            Self::Usage => 2,
            Self::Partial => 3,
            Self::Card => 4,
            Self::Configuration => 5,
            Self::Verdict(code) => code,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// The table of the help text.
pub(crate) const TABLE: &str = "\
Exit codes:
   0  done; verify: the card is genuine and valid
   1  a fault of this program or of this machine
   2  the command line is wrong
   3  done, but some rows were rejected or some cards failed; issue: stopped by Ctrl-C or SIGTERM
   4  the reader or the card failed
   5  the home, its keys or its configuration
  10  verify: expired                  16  verify: issuer unknown
  11  verify: not yet valid            17  verify: chip not proven genuine
  12  verify: revoked                  18  verify: trust data stale
  13  verify: suspended                19  verify: clock not credible
  14  verify: signature wrong          20  verify: unreadable
  15  verify: data altered
 130  stopped by Ctrl-C (SIGINT)       143  stopped by SIGTERM

Data goes to stdout, everything said to people to stderr. With --json, stdout holds one JSON
object, or one a line for streams, each with a `schema` field.";

#[cfg(test)]
mod tests {
    use super::*;
    use chipwright_verify::Verdict;

    #[test]
    fn no_verdict_shares_a_code_with_a_fault() {
        let faults = [Exit::Ours, Exit::Usage, Exit::Partial, Exit::Card, Exit::Configuration];
        for verdict in Verdict::BY_WEIGHT {
            assert!(faults.iter().all(|fault| fault.code() != verdict.exit_code()));
            assert!(TABLE.contains(&format!("{:>2}  ", verdict.exit_code())));
        }
    }
}
