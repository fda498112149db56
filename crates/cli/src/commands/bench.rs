//! `bench`: whole cards in process, beside the same cryptography in a bare loop.

use crate::bench::{Figures, measure};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Outcome;
use crate::output::pairs;
use chipwright_iso7816::LengthMode;
use std::time::Duration;

/// Personalise and verify emulated cards in memory, and show where the time goes
#[derive(Debug, clap::Args)]
pub(crate) struct Bench {
    /// How many cards for each form of APDU
    #[arg(long, default_value_t = 200, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    cards: u32,
    /// Print JSON lines instead of a table
    #[arg(long)]
    json: bool,
}

impl Bench {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        for mode in [LengthMode::Short, LengthMode::Extended] {
            let figures = measure(self.cards, mode, &mut crate::randomness::fill)?;
            if self.json {
                context.out.json(&figures)?;
            } else {
                for line in lines(&figures) {
                    context.out.data(&line)?;
                }
            }
        }
        Ok(Exit::Success)
    }
}

fn lines(figures: &Figures) -> Vec<String> {
    let micros = |time: f64| format!("{time:9.0} µs");
    let mut lines =
        vec![format!("{} cards of {} bytes, {} APDUs", figures.cards, figures.bytes, figures.lengths)];
    lines.extend(pairs(&[
        ("  whole card, signed, written, verified", micros(figures.whole_card)),
        ("  of which inside the emulated card", micros(figures.of_which_emulated_card)),
        ("  host", micros(figures.host)),
        ("  the same cryptography in a bare loop", micros(figures.bare_cryptography)),
        ("  host ÷ bare loop", format!("{:9.2}", figures.host_over_bare)),
        ("  cards a second on one core", format!("{:9.0}", figures.cards_per_second)),
        (
            "  round trips: prepare, write, verify",
            format!(
                "{:>9}",
                format!(
                    "{}, {}, {} (lower bound {})",
                    figures.round_trips_prepare,
                    figures.round_trips_write,
                    figures.round_trips_verify,
                    figures.least_round_trips_verify
                )
            ),
        ),
    ]));
    lines.extend(figures.modelled.iter().map(|modelled| {
        let seconds = |ms: u64| Duration::from_millis(ms).as_secs_f64();
        let (write, verify) = (seconds(modelled.prepare_and_write), seconds(modelled.verify));
        format!("  modelled, {}: {write:.2} s to prepare and write, {verify:.2} s to verify", modelled.link)
    }));
    lines
}
