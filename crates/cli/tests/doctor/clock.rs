//! The clock, its zone and who keeps it.

use crate::authority::{another, list, root_key, signer};
use crate::station::{Station, copy};
use chipwright_pki::Period;
use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};
use std::fs;
use std::process::Command;

#[test]
fn something_was_signed_after_now() {
    let station = Station::well();
    let tomorrow = Timestamp::now() + SignedDuration::from_hours(25);
    let text =
        list(&station, &root_key(&station), 2, tomorrow, tomorrow + SignedDuration::from_hours(24 * 90));
    fs::write(station.file("ca/crl.pem"), text).unwrap();
    assert_snapshot!(station.faults(&[("clock.credible", "must_be_mended")]));
}

#[test]
fn a_signer_begins_tomorrow() {
    let station = Station::well();
    let tomorrow = Timestamp::now() + SignedDuration::from_hours(25);
    signer(&station, Period::months_from(tomorrow, 3).unwrap(), 3_660);
    assert_snapshot!(
        station.faults(&[("clock.credible", "must_be_mended"), ("authority.signer", "must_be_mended")])
    );
}

#[test]
fn everything_is_years_old() {
    let station = Station::well();
    let then = "2019-01-01T00:00:00Z".parse().unwrap();
    another(&station, then);
    // the date of the program's file counts as well
    let binary = station.home().with_file_name("chipwright");
    copy(station.command(&[]).get_program().as_ref(), &binary);
    assert!(Command::new("touch").args(["-d", "2019-01-01"]).arg(&binary).status().unwrap().success());
    let done = Command::new(&binary)
        .args(["doctor", "--json", "--home"])
        .arg(station.home())
        .args(["--reader", "emulator:*"])
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let clock =
        &report["checks"].as_array().unwrap().iter().find(|check| check["name"] == "clock.credible").unwrap();
    assert_eq!(clock["state"], "warning", "{clock}");
    assert!(clock["found"]["en"].as_str().unwrap().contains("2019-01-0"), "{clock}");
}

#[test]
fn nobody_keeps_the_clock() {
    let mut said = String::new();
    for (script, state) in [
        ("echo no", "warning"),
        ("echo", "not_checked"),
        ("exit 1", "not_checked"),
        ("exec sleep 600", "not_checked"),
    ] {
        let station = Station::well();
        station.program("timedatectl", script);
        said += &format!("--- {script}\n{}", station.faults(&[("clock.synchronised", state)]));
    }
    assert_snapshot!(said);
}

#[test]
fn the_clock_shows_the_time_of_another_zone() {
    let mut said = String::new();
    for zone in ["UTC", "America/New_York"] {
        said += &Station::well().with("TZ", zone).faults(&[("clock.zone", "warning")]);
    }
    assert_snapshot!(said.replace("UTC-05", "UTC[OFFSET]").replace("UTC-04", "UTC[OFFSET]"));
}
