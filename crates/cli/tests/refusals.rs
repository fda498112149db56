//! Mistakes of custodians and attempts of attackers, one by one: each is refused by the real program, with its reason.
//!
//! Every refusal is a snapshot `refused__SECTION__SLUG`; `tools/faults write` makes the table REFUSALS.md of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests; what is skipped is said"
)]

#[path = "refusals/card_keys.rs"]
mod card_keys;
#[path = "refusals/custodian.rs"]
mod custodian;
mod house;
#[path = "refusals/kiosk.rs"]
mod kiosk;
#[path = "refusals/limits.rs"]
mod limits;
#[path = "refusals/registrar.rs"]
mod registrar;
#[path = "refusals/signer.rs"]
mod signer;

use std::process::Output;

/// Takes the snapshot of a refusal: what was tried, the exit code, and what the program said. A success is a fault of the test.
#[allow(dead_code, reason = "used by every module as it grows")]
fn refused(section: &str, slug: &str, tried: &str, output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{section}/{slug} was not refused: {said}");
    let code = output.status.code().map_or_else(|| "none".to_owned(), |code| code.to_string());
    let said: Vec<String> =
        said.lines().map(|line| line.split(' ').map(placed).collect::<Vec<_>>().join(" ")).collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path("snapshots");
    settings.bind(|| {
        let text = format!("tried: {tried}\nexit: {code}\n{}", said.join("\n"));
        insta::assert_snapshot!(format!("refused__{section}__{slug}"), text);
    });
}

/// A word, or what stands for it when it differs from run to run: instants and digests.
fn placed(word: &str) -> String {
    let inner = word.trim_start_matches('(');
    let head = &word[..word.len() - inner.len()];
    let core = inner.trim_end_matches([',', ';', ')', '.', ':']);
    let tail = &inner[core.len()..];
    let digits = core.bytes().filter(u8::is_ascii_digit).count();
    let date = core.len() >= 10
        && core.as_bytes().get(4) == Some(&b'-')
        && core.as_bytes().get(7) == Some(&b'-')
        && digits >= 8;
    // lengths of signatures differ
    if core.len() > 2 && digits == core.len() {
        return format!("[NUMBER]{tail}");
    }
    let digest = core.len() >= 32 && core.bytes().all(|byte| byte.is_ascii_hexdigit());
    match (date, digest) {
        (true, _) => format!("{head}[DATE]{tail}"),
        (_, true) => format!("{head}[DIGEST]{tail}"),
        _ => word.to_owned(),
    }
}
