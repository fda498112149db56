//! What an inspection cost, for people: measured beside modelled.

use crate::output::{Output, pairs};
use chipwright_iso7816::link::{Link, Meter};
use chipwright_verify::ReadCost;
use std::time::Duration;

/// Round trips beside the least there could be, bytes, the time that passed, and modelled times.
pub(crate) fn lines(cost: &ReadCost, out: Output) -> Vec<String> {
    // a card that was not opened was read nothing of
    let trips = match cost.least_round_trips {
        0 => cost.round_trips.to_string(),
        least => {
            format!("{} ({} {least})", cost.round_trips, out.pick("lower bound", "ít nhất phải có"))
        }
    };
    let bytes = format!(
        "{} {}, {} {}",
        cost.bytes_sent,
        out.pick("sent", "gửi"),
        cost.bytes_received,
        out.pick("received", "nhận")
    );
    let mut rows =
        vec![(out.pick("  round trips", "  số lượt lệnh"), trips), (out.pick("  bytes", "  số byte"), bytes)];
    if let Some(time) = cost.measured {
        rows.push((out.pick("  time, measured", "  thời gian đo được"), seconds(time)));
    }
    rows.push((out.pick("  time, modelled", "  thời gian theo mô hình"), modelled(&cost.modelled, out)));
    pairs(&rows)
}

/// Modelled times on the three standard links.
pub(crate) fn modelled(meter: &Meter, out: Output) -> String {
    let one = |(link, time): (Link, Duration)| {
        let (en, vi) = link.texts();
        format!("{} {}", seconds(time), out.pick(en, vi))
    };
    meter.links().map(one).collect::<Vec<_>>().join("; ")
}

/// Seconds with two places.
pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}
