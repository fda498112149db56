//! scll, which nobody here wrote, manages our card: discovery, SCP03, inventory, PUT KEY, INSTALL, SET STATUS.
//!
//! `chipwright-judge-scll PIPE`, where PIPE is the `pipe` example of `chipwright-emulator`. One line a case, then
//! `N passed, M failed`; exit code 1 if one failed.

mod cases;
mod chip;

use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(program) = std::env::args().nth(1) else {
        eprintln!("which program is the card?");
        return ExitCode::from(2);
    };
    let (mut passed, mut failed) = (0, 0);
    for (name, result) in cases::all(program.as_ref()) {
        match result {
            Ok(note) => {
                passed += 1;
                println!("  ok      {name}{note}");
            }
            Err(fault) => {
                failed += 1;
                println!("  FAILED  {name}: {fault}");
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    ExitCode::from(u8::from(failed > 0))
}
