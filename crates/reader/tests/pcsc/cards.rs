//! Opening, talking, resetting, removing.

use crate::{Echo, Waiting, atr, never, opened, seen, slot};
use chipwright_iso7816::{LengthMode, Transport as _, TransportError};
use chipwright_reader::pcsc::{Notice, Protocol, ReaderError, ReaderStatus, Release, Service, Slot};
use chipwright_testkit::{blank, stand};
use std::sync::Arc;
use std::time::Duration;

#[test]
fn readers_are_listed_and_found() {
    stand::inside("cards::readers_are_listed_and_found", || {
        let daemon = stand::Daemon::with_readers(4);
        let service = Service::connect().unwrap();
        let listed = service.readers().unwrap();
        let names: Vec<String> = listed.iter().map(|reader| reader.name.clone()).collect();
        assert_eq!(names, daemon.reader_names());
        assert!(listed.iter().all(|reader| reader.slot == Slot::Empty));
        assert_eq!(service.find("1").unwrap(), names[1]);
        assert_eq!(service.find("pcd 1 00 01").unwrap(), names[3]);
        assert!(
            matches!(service.find(""), Err(ReaderError::AmbiguousReader { fitting, .. }) if fitting == names)
        );
        assert!(
            matches!(service.find("omnikey"), Err(ReaderError::NoSuchReader { there, .. }) if there == names)
        );
        assert!(matches!(service.open(&names[0]), Err(ReaderError::NoCard { reader }) if reader == names[0]));
        assert!(matches!(service.open("omnikey"), Err(ReaderError::ReaderGone { .. })));
    });
}

#[test]
fn no_reader_is_no_error_of_the_list() {
    stand::inside("cards::no_reader_is_no_error_of_the_list", || {
        let _daemon = stand::Daemon::with_readers(0);
        let service = Service::connect().unwrap();
        assert_eq!(service.readers().unwrap(), []);
        assert!(matches!(service.find(""), Err(ReaderError::NoReaders)));
    });
}

#[test]
fn a_software_card_is_opened_read_and_reset() {
    stand::inside("cards::a_software_card_is_opened_read_and_reset", || {
        let daemon = stand::Daemon::start();
        let (service, reader) = (Arc::new(Service::connect().unwrap()), &daemon.reader_names()[1]);
        let slot = slot(&daemon, 1);
        let waiting = Waiting::start(&service, reader);
        assert_eq!(waiting.told(), Notice::NoCard { reader: reader.clone() });
        let emulated = blank(1);
        let expected = emulated.atr();
        slot.insert(Box::new(emulated), None);
        assert_eq!(waiting.told(), Notice::CardPresent { reader: reader.clone() });
        let mut card = waiting.card();
        assert_eq!((card.atr(), card.reader(), card.protocol()), (&expected, reader.as_str(), Protocol::T1));
        let in_use = ReaderStatus { name: reader.clone(), slot: Slot::InUse };
        assert_eq!(service.readers().unwrap()[1], in_use);

        let select = hex::decode("00a4040008a00000015100000000").unwrap();
        let answer = card.transmit(&select).unwrap();
        assert!(answer.starts_with(&[0x6F]) && answer.ends_with(&[0x90, 0x00]), "{}", hex::encode(&answer));
        assert_eq!(card.reset().unwrap(), expected);
        assert_eq!(card.transmit(&select).unwrap(), answer);
        drop(card);
        assert_eq!(service.readers().unwrap()[1].slot, Slot::Card(expected));
        assert!(service.open(reader).unwrap().transmit(&select).unwrap().ends_with(&[0x90, 0x00]));
    });
}

#[test]
fn extended_apdus_of_64_kilobytes_pass() {
    stand::inside("cards::extended_apdus_of_64_kilobytes_pass", || {
        let daemon = stand::Daemon::start();
        let (service, reader) = (Arc::new(Service::connect().unwrap()), &daemon.reader_names()[0]);
        let slot = slot(&daemon, 0);
        slot.insert(Box::new(Echo), Some(atr()));
        let mut card = opened(&service, reader);
        assert_eq!(card.length_mode(), LengthMode::Extended);
        for data in [1, 255, 256, 4000, 65_526] {
            let mut command = vec![0x80, 0xE2, 0x00, 0x00, 0x00];
            command.extend(u16::try_from(data).unwrap().to_be_bytes());
            command.extend((0..data).map(|at| (at % 251) as u8));
            command.extend([0x00, 0x00]);
            let answer = card.transmit(&command).unwrap();
            let echoed = command.len().min(0xFFFF - 2);
            assert_eq!((&answer[..echoed], &answer[echoed..]), (&command[..echoed], &[0x90, 0x00][..]));
        }
        let endless = vec![0; 70_000];
        assert_eq!(card.transmit(&endless), Err(TransportError::TooLong(70_000)));
        assert_eq!(card.transmit(&[0, 0x84, 0, 0, 8]).unwrap(), [0, 0x84, 0, 0, 8, 0x90, 0x00]);
    });
}

#[test]
fn a_card_is_held_by_one_at_a_time() {
    stand::inside("cards::a_card_is_held_by_one_at_a_time", || {
        let daemon = stand::Daemon::start();
        let (service, reader) = (Arc::new(Service::connect().unwrap()), &daemon.reader_names()[0]);
        let slot = slot(&daemon, 0);
        slot.insert(Box::new(Echo), Some(atr()));
        drop(opened(&service, reader));

        // a program that only shares the card keeps us out as well
        let context = ::pcsc::Context::establish(::pcsc::Scope::User).unwrap();
        let name = std::ffi::CString::new(reader.as_str()).unwrap();
        let shared = context.connect(&name, ::pcsc::ShareMode::Shared, ::pcsc::Protocols::ANY).unwrap();
        assert_eq!(service.readers().unwrap()[0].slot, Slot::InUse);
        assert!(matches!(service.open(reader), Err(ReaderError::InUse { reader: held }) if held == *reader));
        let waiting = Waiting::start(&service, reader);
        assert_eq!(waiting.told(), Notice::InUse { reader: reader.clone() });
        shared.disconnect(::pcsc::Disposition::LeaveCard).map_err(|(_, error)| error).unwrap();
        let ours = waiting.card();

        let refused = context.connect(&name, ::pcsc::ShareMode::Shared, ::pcsc::Protocols::ANY);
        assert_eq!(refused.err(), Some(::pcsc::Error::SharingViolation));
        // within the patience for sharing the card becomes free
        let late = std::thread::scope(|scope| {
            let opening = scope.spawn(|| service.open(reader));
            std::thread::sleep(Duration::from_millis(100));
            ours.release(Release::Leave);
            opening.join().unwrap()
        });
        assert!(late.is_ok(), "{late:?}");
    });
}

#[test]
fn a_removed_card_stays_removed() {
    stand::inside("cards::a_removed_card_stays_removed", || {
        let daemon = stand::Daemon::start();
        let (service, reader) = (Arc::new(Service::connect().unwrap()), &daemon.reader_names()[0]);
        let slot = slot(&daemon, 0);
        slot.insert(Box::new(Echo), Some(atr()));
        let mut card = opened(&service, reader);
        let pulled = slot.pull().unwrap();
        assert_eq!(card.transmit(&[0, 0x84, 0, 0, 8]), Err(TransportError::CardRemoved));
        slot.insert(pulled, Some(atr()));
        // what is in the reader now may be another card
        assert!(opened(&service, reader).transmit(&[0, 0x84, 0, 0, 8]).is_ok());
        assert_eq!(card.transmit(&[0, 0x84, 0, 0, 8]), Err(TransportError::CardRemoved));
        assert_eq!(card.reset(), Err(TransportError::CardRemoved));
    });
}

#[test]
fn a_reset_does_not_take_the_next_card_for_this_one() {
    stand::inside("cards::a_reset_does_not_take_the_next_card_for_this_one", || {
        let daemon = stand::Daemon::start();
        let (service, reader) = (Arc::new(Service::connect().unwrap()), &daemon.reader_names()[0]);
        let slot = slot(&daemon, 0);
        slot.insert(Box::new(Echo), Some(atr()));
        let mut card = opened(&service, reader);
        slot.pull().unwrap();
        assert!(service.wait_for_removal(reader, &never(), &mut |_| {}).unwrap());
        slot.insert(Box::new(Echo), Some(atr()));
        seen(&service, 0, true);
        assert_eq!(card.reset(), Err(TransportError::CardRemoved));
        assert!(opened(&service, reader).reset().is_ok());
    });
}
