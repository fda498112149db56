//! The clock: certificates, cards and revocations are judged by it.

use super::catalogue::Name;
use super::finding::{Finding, because, span};
use super::program::output_within;
use super::station::Findings;
use crate::configuration::Configuration;
use crate::text::{Text, text};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How far clocks may be apart (that of `verify`).
const SKEW: SignedDuration = SignedDuration::from_mins(5);
/// Nobody leaves a station alone for that long.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 365 * 2);
const PATIENCE: Duration = Duration::from_secs(2);

/// A moment that has certainly passed, and how we know.
#[derive(Debug, Clone)]
pub(crate) struct Past {
    pub(crate) at: Timestamp,
    pub(crate) what: Text,
}

impl Past {
    pub(crate) fn new(at: Timestamp, en: &str, vi: &str) -> Self {
        Self { at, what: (en, vi).into() }
    }
}

/// When this program was built, as the date of its file says.
pub(crate) fn program() -> Option<Past> {
    let file = std::env::current_exe().ok()?;
    let at = std::fs::metadata(file).ok()?.modified().ok()?;
    Some(Past::new(at.try_into().ok()?, "this program was built", "chương trình này được tạo"))
}

/// Whether the clock can be right, given what has happened already.
pub(crate) fn credible(at: Timestamp, past: &[Past]) -> Finding {
    let shown = |at: Timestamp| format!("{:.0}", at);
    let remedy = (
        "Set the clock, best by a time service; sign no certificate and issue no card before.",
        "Chỉnh lại đồng hồ, tốt nhất bằng dịch vụ giờ; chưa ký chứng thư hay cấp thẻ trước khi chỉnh.",
    );
    let Some(newest) = past.iter().max_by_key(|past| past.at) else {
        return Finding::not_checked((
            "nothing dated is there to compare with",
            "không có mốc thời gian nào để so sánh",
        ));
    };
    let (now, then, what) = (shown(at), shown(newest.at), &newest.what);
    let after = at.duration_since(newest.at);
    let apart = span(after.as_secs());
    match after {
        after if after < -SKEW => Finding::mend(
            Text {
                en: format!("the clock says {now}, yet {} at {then}: it is {} slow", what.en, apart.en),
                vi: format!("đồng hồ chỉ {now}, nhưng {} lúc {then}: chậm {}", what.vi, apart.vi),
            },
            remedy,
        ),
        after if after > AHEAD => Finding::warning(
            Text {
                en: format!(
                    "the clock says {now}; the last that is known is that {} at {then}, {} before",
                    what.en, apart.en
                ),
                vi: format!(
                    "đồng hồ chỉ {now}; việc gần nhất được biết là {} lúc {then}, trước đó {}",
                    what.vi, apart.vi
                ),
            },
            ("If the date is wrong, set the clock.", "Nếu ngày giờ sai, hãy chỉnh lại đồng hồ."),
        ),
        _ => Finding::well(Text::same(now)),
    }
}

/// Time zone and time service, which need no home.
pub(crate) fn examine(configuration: Option<&Configuration>, findings: &Findings<'_>) {
    findings.put(Name::ClockSynchronised, synchronised());
    findings.put(Name::ClockZone, zone(configuration));
}

/// A card's dates are those of this zone.
fn zone(configuration: Option<&Configuration>) -> Finding {
    let remedy = (
        "Set it: `sudo timedatectl set-timezone Asia/Ho_Chi_Minh`.",
        "Đặt lại: `sudo timedatectl set-timezone Asia/Ho_Chi_Minh`.",
    );
    let zone = match TimeZone::try_system() {
        Ok(zone) if !zone.is_unknown() => zone,
        Ok(_) => {
            return Finding::warning(
                (
                    "this machine has no time zone; dates are those of UTC",
                    "máy chưa đặt múi giờ; ngày được tính theo UTC",
                ),
                remedy,
            );
        }
        Err(error) => {
            return Finding::warning(
                because(
                    (
                        "the time zone cannot be read; dates are those of UTC",
                        "không đọc được múi giờ; ngày được tính theo UTC",
                    ),
                    &error,
                ),
                remedy,
            );
        }
    };
    let offset = zone.to_offset(Timestamp::now());
    let name = zone.iana_name().map_or_else(|| offset.to_string(), |name| format!("{name}, UTC{offset}"));
    let vietnamese = configuration.is_some_and(|configuration| configuration.issuer.country == "VN");
    if vietnamese && offset.seconds() != 7 * 3600 {
        return Finding::warning(
            text!(
                "{name}: in the night, cards get the date of the day before or after",
                "{name}: thẻ cấp ban đêm sẽ mang ngày hôm trước hoặc hôm sau"
            ),
            remedy,
        );
    }
    Finding::well(Text::same(name))
}

fn synchronised() -> Finding {
    if Path::new("/run/systemd/timesync/synchronized").exists() {
        return Finding::well(("a time service keeps the clock", "dịch vụ giờ đang giữ đồng hồ đúng"));
    }
    let asked = output_within(
        Command::new("timedatectl").args(["show", "--property=NTPSynchronized", "--value"]),
        PATIENCE,
    );
    match asked.as_deref().map(str::trim) {
        Ok("yes") => Finding::well(("a time service keeps the clock", "dịch vụ giờ đang giữ đồng hồ đúng")),
        Ok("no") => Finding::warning(
            ("no time service keeps the clock", "không có dịch vụ giờ nào giữ đồng hồ"),
            (
                "Connect the machine or start its time service (`sudo timedatectl set-ntp true`); without a network, compare the clock before every shift.",
                "Kết nối mạng hoặc bật dịch vụ giờ (`sudo timedatectl set-ntp true`); nếu không có mạng, đối chiếu đồng hồ trước mỗi ca.",
            ),
        ),
        Ok(_) => Finding::not_checked(("timedatectl says nothing of it", "timedatectl không cho biết")),
        Err(why) => Finding::not_checked(why.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::finding::State;

    #[test]
    fn the_clock_is_held_against_the_newest_that_is_known() {
        let past = |text: &str| Past::new(text.parse().unwrap(), "x was signed", "đã ký x");
        let known = [past("2026-01-01T00:00:00Z"), past("2026-03-01T00:00:00Z")];
        for (now, state) in [
            ("2026-02-01T00:00:00Z", State::MustBeMended),
            ("2026-02-28T23:54:59Z", State::MustBeMended),
            ("2026-02-28T23:55:01Z", State::Well),
            ("2027-03-01T00:00:00Z", State::Well),
            ("2031-03-01T00:00:00Z", State::Warning),
        ] {
            assert_eq!(credible(now.parse().unwrap(), &known).state, state, "{now}");
        }
        assert_eq!(credible(Timestamp::now(), &[]).state, State::NotChecked);
    }
}
