//! `pin`: what a member and a desk do with the card's PIN.
#![allow(clippy::unwrap_used, reason = "tests")]

mod house;

use chipwright_iso7816::LengthMode;
use chipwright_perso::life::change;
use chipwright_perso::{Change, ChipIdentifier, ChipProfile, JournalError, LifeJournal};
use chipwright_profile::{ChipFeatures, Pin, Puk};
use chipwright_testkit::{ChipKeys, Order, World, chip_config, stand};
use house::served::Served;
use house::{GOOD, House, PORTRAITS};
use insta::assert_snapshot;
use std::fs;

const PIN: &str = "314159";
const PUK: &str = "2718281828";
const AT_DESK: [&str; 2] = ["--reader", "emulator:desk"];

/// A home with one card in it, "desk", and the card's access number.
fn with_card(pin: bool) -> (House, String) {
    with_card_after(pin, &[])
}

struct Noted;

impl LifeJournal for Noted {
    fn intend(&mut self, _: &ChipIdentifier, _: Change) -> Result<(), JournalError> {
        Ok(())
    }
}

/// A home with a card to which its issuer has done all this.
fn with_card_after(pin: bool, changes: &[Change]) -> (House, String) {
    let house = House::with_home();
    let order = Order {
        pin: pin.then(|| (Pin::parse(PIN).unwrap(), Puk::parse(PUK).unwrap())),
        ..Order::new(ChipFeatures { pin, ..ChipFeatures::PROVEN })
    };
    let can = order.can_digits().to_owned();
    let mut issued = order.issue_on(chip_config(1), LengthMode::Extended, &mut World::new(4));
    let chip = issued.ready.chip();
    for wanted in changes {
        let (profile, keys, mut world) = (ChipProfile::default(), ChipKeys::default(), World::new(5));
        let surroundings = &mut world.surroundings();
        change(&mut issued.card, &profile, chip, *wanted, &keys, &mut Noted, surroundings).unwrap();
    }
    let folder = house.path().join("home/emulator");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("desk.card"), issued.card.transport().save()).unwrap();
    (house, can)
}

/// A transcript of `chipwright ARGUMENTS N<secret …`; the secrets are written beside it.
fn said(house: &House, arguments: &[&str], secrets: &[(u8, &str)]) -> String {
    let given: String =
        secrets.iter().map(|(descriptor, secret)| format!(" {descriptor}<<<{secret}")).collect();
    let done = house.shell(&format!("exec \"$0\" \"$@\"{given}"), arguments).output().unwrap();
    let mut text =
        format!("$ chipwright {}{given}\nexit {}\n", arguments.join(" "), done.status.code().unwrap_or(-1));
    for (name, bytes) in [("stdout", &done.stdout), ("stderr", &done.stderr)] {
        if !bytes.is_empty() {
            text += &format!("--- {name}\n{}", String::from_utf8_lossy(bytes));
        }
    }
    house::redacted(&text) + "\n"
}

/// One command after the other at the desk.
struct Desk<'a> {
    house: &'a House,
    said: String,
}

impl Desk<'_> {
    fn does(&mut self, arguments: &[&str], secrets: &[(u8, &str)]) -> &mut Self {
        let whole = [&["pin", arguments[0]][..], &AT_DESK, &arguments[1..]].concat();
        self.said += &said(self.house, &whole, secrets);
        self
    }
}

const CHANGE: [&str; 5] = ["change", "--pin-fd", "3", "--new-pin-fd", "4"];

#[test]
fn a_member_changes_the_pin() {
    let (house, _) = with_card(true);
    let mut desk = Desk { house: &house, said: String::new() };
    desk.does(&["status"], &[])
        .does(&["status", "--json"], &[])
        .does(&CHANGE, &[(3, PIN), (4, "482901")])
        .does(&CHANGE, &[(3, PIN), (4, "482902")])
        .does(&["status", "--lang", "vi"], &[])
        .does(&["resume", "--pin-fd", "3", "--json"], &[(3, "482901")])
        .does(&["resume", "--pin-fd", "3"], &[(3, "482901")])
        .does(&["unblock", "--puk-fd", "3"], &[(3, "1111111111")]);
    assert_snapshot!(desk.said);
}

/// Whatever is refused here costs no try.
#[test]
fn pins_that_are_guessed_are_refused() {
    let (house, can) = with_card(true);
    let mut desk = Desk { house: &house, said: String::new() };
    let born = chipwright_testkit::member(3).birth().to_string();
    let born = format!("{}{}{}", &born[8..10], &born[5..7], &born[2..4]);
    for new in ["000000", "123456", "987654", "121212", "12345", "12345x", "", PIN, &born] {
        desk.does(&CHANGE, &[(3, PIN), (4, &format!("'{new}'"))]);
    }
    desk.does(&["change", "--pin-fd", "3", "--new-pin-fd", "4", "--lang", "vi"], &[(3, PIN), (4, &born)])
        .does(&["change", "--lang", "vi", "--new-pin-fd", "4"], &[(4, "777777")])
        .does(&["status", "--json"], &[]);
    assert!(!desk.said.contains(&can));
    assert_snapshot!(desk.said.replace(&born, "[BORN]"));
}

#[test]
fn a_pin_is_suspended_resumed_blocked_and_unblocked() {
    let (house, can) = with_card(true);
    let mut desk = Desk { house: &house, said: String::new() };
    let resume = ["resume", "--pin-fd", "3", "--can-fd", "4"];
    let in_vietnamese = [&resume[..], &["--lang", "vi"]].concat();
    let other = if can == "000001" { "000002" } else { "000001" };
    let wrong = [(3, "271828"), (4, "482901")];
    desk.does(&CHANGE, &wrong)
        .does(&["status"], &[])
        .does(&[&CHANGE[..], &["--lang", "vi"]].concat(), &wrong)
        .does(&["status"], &[])
        .does(&["status", "--lang", "vi"], &[])
        .does(&["resume", "--pin-fd", "3"], &[(3, PIN)])
        .does(&resume, &[(3, PIN), (4, other)])
        .does(&resume, &[(3, PIN), (4, &can)])
        .does(&["status", "--json"], &[]);
    // again, and the last try is spent too
    let change_suspended = [&CHANGE[..], &["--can-fd", "5"]].concat();
    desk.does(&CHANGE, &wrong)
        .does(&[&CHANGE[..], &["--lang", "vi"]].concat(), &[(3, PIN), (4, "654321")])
        .does(&CHANGE, &wrong)
        .does(&change_suspended, &[(3, PIN), (4, &can), (5, &can)])
        .does(&CHANGE, &wrong)
        .does(&CHANGE, &wrong)
        .does(&in_vietnamese, &[(3, "271828"), (4, &can)])
        .does(&["status"], &[])
        .does(&["status", "--json", "--lang", "vi"], &[])
        .does(&resume, &[(3, PIN), (4, &can)])
        .does(&in_vietnamese, &[(3, PIN), (4, &can)])
        .does(&["unblock", "--puk-fd", "3"], &[(3, "123")])
        .does(&["unblock", "--puk-fd", "3"], &[(3, "1111111111")])
        .does(&["unblock", "--puk-fd", "3", "--lang", "vi"], &[(3, "1111111111")])
        .does(&["unblock", "--puk-fd", "3"], &[(3, "'27182 81828'")])
        .does(&CHANGE, &[(3, "'314 159'"), (4, "482901")]);
    assert_snapshot!(desk.said.replace(&can, "[CAN]").replace(other, "[OTHER]"));
}

/// The card says no after ten uses (PIN-07).
#[test]
fn a_puk_is_used_up() {
    let (house, _) = with_card(true);
    let mut desk = Desk { house: &house, said: String::new() };
    let wrong = [(3, "271828"), (4, "482901")];
    for _ in 0..10 {
        desk.does(&CHANGE, &wrong).does(&["unblock", "--puk-fd", "3"], &[(3, PUK)]);
    }
    assert_eq!(desk.said.matches("All three tries are there again").count(), 10, "{}", desk.said);
    desk.said.clear();
    desk.does(&CHANGE, &wrong)
        .does(&["unblock", "--puk-fd", "3"], &[(3, PUK)])
        .does(&["unblock", "--puk-fd", "3", "--lang", "vi"], &[(3, PUK)]);
    assert_snapshot!(desk.said);
}

#[test]
fn cards_without_a_pin_and_no_cards_of_ours() {
    let (house, _) = with_card(false);
    house.output(&["emulator", "create", "blank"]);
    let mut desk = Desk { house: &house, said: String::new() };
    desk.does(&["status"], &[])
        .does(&["status", "--json"], &[])
        .does(&["status", "--lang", "vi"], &[])
        .does(&CHANGE, &[(3, PIN), (4, "482901")])
        .does(&["unblock", "--puk-fd", "3", "--lang", "vi"], &[(3, PUK)])
        .does(&["change"], &[])
        .does(&["change", "--pin", PIN], &[]);
    desk.said += &house.session(&[
        &["pin", "status", "--reader", "emulator:blank"],
        &["pin", "status", "--reader", "emulator:nobody"],
        &["pin", "set", "--reader", "emulator:desk", "--terminal", "nobody", "--can", "000000"],
        &["pin", "--help"],
        &["pin", "change", "--help", "--lang", "vi"],
    ]);
    assert_snapshot!(desk.said);
}

#[test]
fn cards_that_their_issuer_has_closed() {
    let mut text = String::new();
    for changes in
        [&[Change::Suspend][..], &[Change::Block], &[Change::Terminate], &[Change::Suspend, Change::Resume]]
    {
        let (house, _) = with_card_after(true, changes);
        let mut desk = Desk { house: &house, said: format!("## {changes:?}\n") };
        desk.does(&["status"], &[])
            .does(&[&CHANGE[..], &["--lang", "vi"]].concat(), &[(3, PIN), (4, "482901")])
            .does(&["unblock", "--puk-fd", "3"], &[(3, PUK)]);
        text += &desk.said;
    }
    assert_snapshot!(text);
}

/// The PIN of the letter is in the member's hands only: a terminal with the right sets another, one without does not.
#[test]
fn a_terminal_sets_a_pin() {
    let house = House::empty();
    assert!(house.output(&["init", "--records", "home"]).status.success());
    let configuration = house.path().join("home/config.toml");
    let text = fs::read_to_string(&configuration).unwrap().replace("\npin = false", "\npin = true");
    fs::write(&configuration, text).unwrap();
    house.members(&GOOD[..1]);
    assert!(house.output(&["emulator", "create", "desk"]).status.success());
    let issue = ["issue", "--members", "members.csv", "--portraits", PORTRAITS, "--reader", "emulator:desk"];
    let done = house.output(&[&issue[..], &["--letter-printer", "tee letter.pdf"]].concat());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    for (name, right) in [("PINDESK", "pin-management"), ("OTHER", "read:training")] {
        let rights = ["--right", right, "--right", "can-allowed"];
        let done = house.output(&[&["terminal", "issue", name][..], &rights].concat());
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let mut desk = Desk { house: &house, said: String::new() };
    let set = |terminal| ["set", "--from-registry", "--terminal", terminal, "--new-pin-fd", "3"];
    desk.does(&set("OTHER"), &[(3, "482901")])
        .does(&set("PINDESK"), &[(3, "111111")])
        .does(&set("PINDESK"), &[(3, "482901")])
        .does(&CHANGE, &[(3, "482901"), (4, PIN)])
        .does(&[&set("OTHER")[..], &["--lang", "vi"]].concat(), &[(3, "482901")])
        .does(&[&set("PINDESK")[..], &["--lang", "vi"]].concat(), &[(3, "482901")])
        .does(&["resume", "--pin-fd", "3"], &[(3, PIN)])
        .does(&set("PINDESK"), &[(3, PIN)])
        .does(&["status", "--json"], &[]);
    assert_snapshot!(desk.said);
}

#[test]
fn over_a_pcsc_reader() {
    stand::inside("over_a_pcsc_reader", || {
        let _daemon = stand::Daemon::start();
        let (house, can) = with_card(true);
        let served = Served::start(&house, &[]);
        served.show("desk", 0);
        let at = ["--reader", "pcsc:0"];
        let does = |arguments: &[&str], secrets: &[(u8, &str)]| {
            said(&house, &[&["pin", arguments[0]][..], &at, &arguments[1..]].concat(), secrets)
        };
        let resume = ["resume", "--pin-fd", "3", "--can-fd", "4", "--json"];
        let session = [
            does(&CHANGE, &[(3, PIN), (4, "482901")]),
            does(&CHANGE, &[(3, PIN), (4, "482901")]),
            does(&CHANGE, &[(3, PIN), (4, "482901")]),
            does(&["status"], &[]),
            does(&resume, &[(3, "482901"), (4, &can)]),
        ];
        assert_snapshot!(session.concat().replace(&can, "[CAN]"));
    });
}
