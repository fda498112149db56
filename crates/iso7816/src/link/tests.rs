//! Worked examples: every figure can be followed by hand.

use super::*;
use crate::{Command, Ins, Le};

const IDLE: Duration = Duration::ZERO;

fn micros(time: Duration) -> u128 {
    time.as_micros()
}

#[test]
fn a_clock_that_stands_still_takes_long_and_does_not_panic() {
    let [standing, slow] = [0, 1000].map(|clock| Link::ContactT1(Baud { clock, cycles: 372 }));
    assert_eq!(standing.time(5, 2, Duration::ZERO), slow.time(5, 2, Duration::ZERO));
    assert!(!standing.to_string().is_empty());
}

#[test]
fn a_short_exchange_at_106() {
    // 5 bytes and PCB, CRC: 8·9 + 2 = 74 bits; 2 bytes back: 5·9 + 2 = 47 bits; 121·128/fc = 1142 µs; two turns 91 µs each… one here, READER 2 ms
    let link = Link::Contactless(BitRate::Kbit106);
    assert_eq!(micros(link.time(5, 2, IDLE)), 2000 + (74 + 47) * 128 * 100 / 1356 + 91);
}

#[test]
fn a_long_response_is_chained() {
    // 1026 bytes: five blocks, 1026 + 15 bytes, 9379 bits of 16/fc = 11.066 ms; four acknowledgements of 3 bytes: 29 bits = 34 µs, two turns of 91 µs
    let link = Link::Contactless(BitRate::Kbit848);
    let carried = link.carried(1026);
    let by_hand = (1041 * 9 + 10) * 16 * 100 / 1356 + 4 * (29 * 16 * 100 / 1356 + 2 * 91);
    assert!(micros(carried).abs_diff(by_hand) <= 6, "{} {by_hand}", micros(carried));
    // one byte more than fits a block costs a block and its acknowledgement
    let more = link.carried(254) - link.carried(253);
    assert!(more > link.turn() * 2 && more < Duration::from_micros(300), "{more:?}");
}

#[test]
fn faster_links_take_less_and_the_chip_the_same() {
    let rates = [BitRate::Kbit106, BitRate::Kbit212, BitRate::Kbit424, BitRate::Kbit848];
    let times = rates.map(|rate| Link::Contactless(rate).time(20, 256, IDLE));
    assert!(times.windows(2).all(|pair| pair[1] < pair[0]), "{times:?}");
    // 276 bytes and their heads: bits alone scale by eight
    let bits = |rate| Link::Contactless(rate).carried(253);
    assert_eq!(micros(bits(BitRate::Kbit106)) / 8, micros(bits(BitRate::Kbit848)));
    let worked = Duration::from_millis(50);
    let link = Link::Contactless(BitRate::Kbit424);
    assert_eq!(link.time(20, 256, worked) - link.time(20, 256, IDLE), worked);
}

#[test]
fn long_work_asks_for_time() {
    let link = Link::Contactless(BitRate::Kbit106);
    let waiting = cycles(FRAME_WAITING, CARRIER);
    assert_eq!(waiting.as_millis(), 77);
    assert_eq!(link.extensions(waiting), IDLE);
    // 4 bytes are 38 bits, 359 µs; request and response, a turn each
    let one = link.extensions(waiting + Duration::from_nanos(2));
    assert!(micros(one).abs_diff(2 * (38 * 128 * 100 / 1356 + 91)) <= 2, "{one:?}");
    assert_eq!(link.extensions(waiting * 3), one * 2);
}

#[test]
fn contact_characters_have_eleven_units() {
    // 250 kbit/s: 4 µs an etu; 5 + 4 bytes are 99 etu, 396 µs; 2 + 4 are 264 µs; a guard of 22 etu is 88 µs
    let link = Link::ContactT1(Baud::TA1_96);
    assert_eq!(micros(link.time(5, 2, IDLE)), 2000 + 396 + 88 + 264);
    let slow = Link::ContactT1(Baud::TA1_11);
    assert_eq!(micros(slow.carried(1)), 5 * 11 * 372 / 4);
}

#[test]
fn work_follows_the_command() {
    let pace = |tag: u8| Command::new(0x10, Ins::GENERAL_AUTHENTICATE, 0, 0).with_data([0x7C, 67, tag]);
    assert_eq!((Work::of(&pace(0x81), 69).key_pairs, Work::of(&pace(0x81), 69).agreements), (1, 2));
    assert_eq!((Work::of(&pace(0x83), 69).key_pairs, Work::of(&pace(0x83), 69).agreements), (1, 1));
    assert_eq!(Work::of(&pace(0x85), 12).agreements, 0);
    let chip = Command::new(0x0C, Ins::GENERAL_AUTHENTICATE, 0, 0).with_data([0; 90]);
    assert_eq!(Work::of(&chip, 30).agreements, 1);
    let signs = Command::new(0x00, Ins::INTERNAL_AUTHENTICATE, 0, 0).with_data([0; 8]).with_le(Le::Max);
    assert_eq!(Chip::JAVA_CARD.time(&Work::of(&signs, 66)).as_millis(), 56 + 2 + 4);
    // 255 bytes of STORE DATA: four pages and one of the directory; 16 blocks decrypted, as many in the C-MAC
    let stores = Command::new(0x84, Ins::STORE_DATA, 0, 0).with_data([0; 255]);
    let work = Work::of(&stores, 2);
    assert_eq!((work.pages, work.cipher_blocks, work.mac_blocks), (5, 18, 20));
}

#[test]
fn a_protected_read_costs_the_chip_more_than_the_fastest_link() {
    // 223 plain bytes: the reason why a faster link does not help beyond 424 kbit/s
    let read = Command::new(0x0C, Ins::READ_BINARY, 0, 0).with_data([0; 13]).with_le(Le::Max);
    let work = Chip::JAVA_CARD.time(&Work::of(&read, 256));
    let link = Link::Contactless(BitRate::Kbit848);
    assert!(work > link.time(19, 256, IDLE), "{work:?}");
    assert!(work < Link::Contactless(BitRate::Kbit106).time(19, 256, work));
}

#[test]
fn a_meter_adds_up_and_subtracts() {
    let mut meter = Meter::default();
    let command = Command::new(0x00, Ins::READ_BINARY, 0, 0).with_le(Le::Max);
    meter.add(&command, 5, 258);
    let once = meter;
    meter.add(&command, 5, 258);
    assert_eq!(meter.since(&once), once);
    assert_eq!(once.in_chip(), Chip::JAVA_CARD.command);
    for (link, time) in once.links() {
        assert_eq!(time, link.time(5, 258, Chip::JAVA_CARD.command));
    }
    let mut both = once;
    both.add_meter(&once);
    assert_eq!((both, both.mean(2)), (meter, once));
    both.add_work(&Work { key_pairs: 1, signatures: 1, ..Work::default() });
    assert_eq!((both.in_chip() - meter.in_chip()).as_millis(), 156 + 56);
    assert_eq!(Link::STANDARD.map(|link| link.to_string())[2], "contact, T=1, 250 kbit/s");
}
