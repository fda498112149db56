//! The disk under the home: small file systems mounted in namespaces of the test's own.

use crate::station::{Station, copy};
use chipwright_testkit::stand;
use insta::assert_snapshot;
use std::fs;
use std::path::Path;
use std::process::Command;

const MEND: &str = "must_be_mended";

/// Mounts a file system of its own over the home and puts the home into it.
fn on_a_disk_of(station: &Station, size: &str) {
    let aside = station.home().with_file_name("aside");
    fs::rename(station.home(), &aside).unwrap();
    fs::create_dir(station.home()).unwrap();
    let options = format!("mode=700,{size}");
    mount(&["-t", "tmpfs", "-o", &options, "tmpfs"], &station.home());
    copy(&aside.join("."), &station.home());
}

fn mount(options: &[&str], at: &Path) {
    assert!(Command::new("mount").args(options).arg(at).status().unwrap().success());
}

#[test]
fn a_disk_is_small() {
    stand::inside("disk::a_disk_is_small", || {
        let mut said = String::new();
        for (size, state) in [("size=20m", MEND), ("size=300m", "warning")] {
            let station = Station::well();
            on_a_disk_of(&station, size);
            said += &station.faults(&[("disk.space", state)]);
        }
        for (files, state) in [("nr_inodes=60", MEND), ("nr_inodes=2000", "warning")] {
            let station = Station::well();
            on_a_disk_of(&station, files);
            said += &station.faults(&[("disk.inodes", state)]);
        }
        assert_snapshot!(said.lines().map(without_size).collect::<String>());
    });
}

/// What is left differs with the size of a home.
fn without_size(line: &str) -> String {
    let word = |word: &str| if word.parse::<u32>().is_ok() { "[N]".to_owned() } else { word.to_owned() };
    let words: Vec<String> = line.trim_start().split(' ').map(word).collect();
    let indent = line.len() - line.trim_start().len();
    format!("{}{}\n", " ".repeat(indent), words.join(" "))
}

#[test]
fn a_disk_is_full() {
    stand::inside("disk::a_disk_is_full", || {
        let station = Station::well();
        on_a_disk_of(&station, "size=3m");
        let fill = fs::write(station.file("rest"), vec![0; 4 << 20]);
        assert!(fill.is_err(), "the disk is full now");
        let report = station.json();
        let state = |name: &str| {
            let checks = report["checks"].as_array().unwrap();
            checks.iter().find(|check| check["name"] == name).unwrap().clone()
        };
        assert_eq!(state("disk.writing")["state"], MEND);
        assert_eq!(state("disk.space")["state"], MEND);
        let found = &state("disk.writing")["found"];
        assert_snapshot!(format!("{}\n{}", found["en"].as_str().unwrap(), found["vi"].as_str().unwrap()));
        assert_eq!(state("keys.signer")["state"], "well");
        assert!(
            !fs::read_dir(station.home())
                .unwrap()
                .any(|entry| { entry.unwrap().file_name().to_string_lossy().starts_with(".doctor") })
        );
    });
}

#[test]
fn a_disk_is_read_only() {
    stand::inside("disk::a_disk_is_read_only", || {
        let station = Station::well();
        on_a_disk_of(&station, "size=2g");
        mount(&["-o", "remount,ro"], &station.home());
        let report = station.json();
        let not_well: Vec<(&str, &str)> = report["checks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|check| (check["name"].as_str().unwrap(), check["state"].as_str().unwrap()))
            .filter(|(name, state)| *state != "well" && !name.starts_with("pcsc."))
            .collect();
        assert_eq!(not_well.first(), Some(&("disk.writing", MEND)), "{not_well:?}");
        assert!(not_well.contains(&("registry.integrity", "not_checked")), "{not_well:?}");
        let writing = &report["checks"][2];
        assert_snapshot!(format!(
            "{}\n{}",
            writing["found"]["en"].as_str().unwrap(),
            writing["found"]["vi"].as_str().unwrap()
        ));
    });
}

#[test]
fn df_says_nothing() {
    let station = Station::well();
    station.program("df", "exec sleep 600");
    let mut said = station.faults(&[("disk.space", "not_checked"), ("disk.inodes", "not_checked")]);
    station.program("df", "echo 'Filesystem Inodes IUsed IFree IUse% Mounted'; echo 'disk - - - - /'");
    said += &station.faults(&[("disk.space", "not_checked")]);
    assert_snapshot!(said);
}
