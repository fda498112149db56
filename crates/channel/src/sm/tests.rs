//! Published fragments, and everything a card can answer wrongly.

use super::*;
use crate::aes_modes::{BlockKey, MacKey, pad};
use crate::vectors::{SmFragment, load};
use chipwright_iso7816::tlv::encode;
use chipwright_iso7816::{Command, Ins, Le, Response, StatusWord, Tag};
use proptest::prelude::*;

const ENC: [u8; 16] = [0x11; 16];
const MAC: [u8; 16] = [0x22; 16];

fn session() -> Session {
    Session::new(SessionKeys::new(&ENC, &MAC).unwrap())
}

fn read(ins: Ins, le: Option<Le>) -> AwaitResponse {
    let mut command = Command::new(0x00, ins, 0, 0);
    command.le = le;
    session().wrap(&command).unwrap().0
}

/// The second message of a session, as a card makes it: objects, their MAC and an outer status.
fn protected(objects: &[u8], outer: u16) -> Response {
    let mut padded = objects.to_vec();
    pad(&mut padded);
    let mac = MacKey::new(&MAC).unwrap().mac(&[&2u128.to_be_bytes(), &padded]);
    let data = [objects, &encode(Tag(0x8E), &mac[..8])].concat();
    Response { data, status: StatusWord(outer) }
}

fn enciphered(plain: &[u8]) -> Vec<u8> {
    let mut data = plain.to_vec();
    pad(&mut data);
    enciphered_blocks(data)
}

fn enciphered_blocks(mut data: Vec<u8>) -> Vec<u8> {
    let key = BlockKey::new(&ENC).unwrap();
    key.cbc_encrypt(&key.encrypt_block(2u128.to_be_bytes()), &mut data);
    data
}

fn do87(plain: &[u8]) -> Vec<u8> {
    encode(Tag(0x87), &[&[0x01], &enciphered(plain)[..]].concat())
}

const DO99: [u8; 4] = [0x99, 0x02, 0x90, 0x00];

#[test]
fn a_good_response_opens() {
    for plain in [&[][..], &[1, 2, 3], &[0x80; 16], &[0; 200]] {
        let objects = if plain.is_empty() { DO99.to_vec() } else { [&do87(plain)[..], &DO99].concat() };
        let (next, response) =
            read(Ins::READ_BINARY, Some(Le::Max)).unwrap(protected(&objects, 0x9000)).unwrap();
        assert_eq!((response.data.as_slice(), response.status), (plain, StatusWord::OK));
        assert_eq!(next.send_sequence_counter(), 2);
    }
    let odd = [&encode(Tag(0x85), &enciphered(&[5; 20]))[..], &DO99].concat();
    let (_, response) = read(Ins::READ_BINARY_ODD, Some(Le::Max)).unwrap(protected(&odd, 0x9000)).unwrap();
    assert_eq!(response.data, [5; 20]);
}

#[test]
fn a_protected_error_keeps_the_session() {
    let objects = [0x99, 0x02, 0x6A, 0x82];
    for outer in [0x6A82, 0x9000] {
        let (_, response) = read(Ins::SELECT, None).unwrap(protected(&objects, outer)).unwrap();
        assert_eq!(response.status, StatusWord::FILE_NOT_FOUND);
    }
    let error = read(Ins::SELECT, None).unwrap(protected(&objects, 0x6982)).unwrap_err();
    let (protected, outer) = (StatusWord::FILE_NOT_FOUND, StatusWord::SECURITY_STATUS_NOT_SATISFIED);
    assert_eq!(error, SmError::StatusMismatch { protected, outer });
}

#[test]
fn every_other_form_is_refused() {
    let error = |objects: &[u8]| {
        read(Ins::READ_BINARY, Some(Le::Max)).unwrap(protected(objects, 0x9000)).unwrap_err()
    };
    let (cryptogram, odd) = (do87(&[1, 2, 3]), encode(Tag(0x85), &enciphered(&[1, 2, 3])));
    assert_eq!(error(&cryptogram), SmError::StatusMissing);
    assert_eq!(error(&[]), SmError::StatusMissing);
    assert_eq!(error(&[&DO99[..], &cryptogram].concat()), SmError::UnexpectedObject(Tag(0x87)));
    assert_eq!(error(&[&DO99[..], &DO99].concat()), SmError::UnexpectedObject(Tag(0x99)));
    assert_eq!(error(&[&cryptogram[..], &cryptogram, &DO99].concat()), SmError::UnexpectedObject(Tag(0x87)));
    assert_eq!(error(&[&odd[..], &DO99].concat()), SmError::UnexpectedObject(Tag(0x85)));
    assert_eq!(error(&[&[0x81, 0x01, 0x07][..], &DO99].concat()), SmError::UnexpectedObject(Tag(0x81)));
    assert_eq!(error(&[0x99, 0x01, 0x90]), SmError::ObjectValue(Tag(0x99)));
    for value in [&[][..], &[0x01], &[0x02; 17], &[0x01; 16], &[0x01; 18]] {
        assert_eq!(
            error(&[&encode(Tag(0x87), value)[..], &DO99].concat()),
            SmError::ObjectValue(Tag(0x87)),
            "{value:?}"
        );
    }
    let unpadded = encode(Tag(0x87), &[&[0x01], &enciphered_blocks(vec![7; 16])[..]].concat());
    assert_eq!(error(&[&unpadded[..], &DO99].concat()), SmError::ObjectValue(Tag(0x87)));
}

#[test]
fn the_mac_is_the_last_object_and_right() {
    let good = protected(&[&do87(&[1, 2, 3])[..], &DO99].concat(), 0x9000);
    let error = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut response = good.clone();
        change(&mut response.data);
        read(Ins::READ_BINARY, Some(Le::Max)).unwrap(response).unwrap_err()
    };
    let length = good.data.len();
    assert_eq!(error(&|data| data.truncate(length - 10)), SmError::MacMissing);
    assert!(matches!(error(&|data| data.extend([0x53, 0x00])), SmError::Malformed(_)));
    assert!(matches!(error(&|data| data.truncate(length - 1)), SmError::Malformed(_)));
    assert_eq!(
        error(&|data| drop(data.splice(length - 9.., [0x04, 1, 2, 3, 4]))),
        SmError::ObjectValue(Tag(0x8E))
    );
    for index in [3, 18, length - 12, length - 11, length - 8, length - 1] {
        assert_eq!(error(&|data| data[index] ^= 1), SmError::Mac, "byte {index}");
    }
}

#[test]
fn a_naked_response_ends_the_session() {
    for status in [0x9000, 0x6988, 0x6987, 0x6982] {
        let error =
            read(Ins::READ_BINARY, Some(Le::Max)).unwrap(Response::status(StatusWord(status))).unwrap_err();
        assert_eq!(error, SmError::NakedResponse { status: StatusWord(status) });
    }
}

#[test]
fn more_data_than_asked_for_is_refused() {
    let response = protected(&[&do87(&[1; 5])[..], &DO99].concat(), 0x9000);
    let outcome = |le| read(Ins::READ_BINARY, le).unwrap(response.clone());
    assert!(outcome(Some(Le::Exact(5))).is_ok());
    assert_eq!(outcome(Some(Le::Exact(4))).unwrap_err(), SmError::TooMuchData { most: 4, found: 5 });
    assert_eq!(outcome(None).unwrap_err(), SmError::TooMuchData { most: 0, found: 5 });
}

#[test]
fn what_cannot_be_protected_is_refused() {
    for cla in [0x04, 0x0C, 0x10, 0x40, 0x8C] {
        assert_eq!(session().wrap(&Command::new(cla, Ins::SELECT, 0, 0)).unwrap_err(), SmError::Class(cla));
    }
    let most = max_plain_command(0xFFFF);
    let long = Command::new(0, Ins::SELECT, 0, 0).with_data(vec![0; most + 1]);
    assert_eq!(session().wrap(&long).unwrap_err(), SmError::TooLong { length: most + 1, most });
    assert!(SessionKeys::new(&[0; 16], &[0; 32]).is_err() && SessionKeys::new(&[0; 15], &[0; 15]).is_err());
}

#[test]
fn sizes_are_exact() {
    assert_eq!((MAX_SHORT_RESPONSE, MAX_SHORT_COMMAND), (223, 223));
    let command = |length: usize| {
        let plain = Command::new(0x0, Ins(0xD6), 0, 0).with_data(vec![7; length]).with_le(Le::Max);
        session().wrap(&plain).unwrap().1
    };
    assert!(!command(MAX_SHORT_COMMAND).extended && command(MAX_SHORT_COMMAND + 1).extended);
    assert!(command(MAX_SHORT_COMMAND + 1).to_bytes().unwrap().len() > 261);
    for field in 0..2000 {
        let most = max_plain_response(field);
        let size = |plain: usize| do87(&vec![0; plain]).len() + 14;
        assert!(most == 0 || size(most) <= field, "{field}");
        assert!(size(most + 1) > field, "{field}");
    }
}

#[test]
fn the_published_fragments() {
    for (name, vector) in load::<SmFragment>("secure-messaging", "sm-aes-data-object") {
        let key = BlockKey::new(&vector.ks_enc).unwrap();
        let mut data = vector.data_object_value.unwrap().0.split_off(1);
        key.cbc_decrypt(&key.encrypt_block(vector.ssc_response.unwrap().number().to_be_bytes()), &mut data);
        let plain = crate::aes_modes::unpadded_length(&data).unwrap();
        assert_eq!(hex::encode(&data[..plain]), hex::encode(vector.data_plain.unwrap().0), "{name}");
    }
    for (name, vector) in load::<SmFragment>("secure-messaging", "sm-aes-values") {
        let counter = vector.ssc_command.unwrap().number();
        let keys = SessionKeys::new(&vector.ks_enc, &vector.ks_mac).unwrap();
        let command = Command::new(0, Ins::MANAGE_SECURITY_ENVIRONMENT, 0x81, 0xB6)
            .with_data(vector.data_plain.unwrap().0);
        let (_, wrapped) = Session::at(keys, counter - 1).wrap(&command).unwrap();
        assert_eq!(
            hex::encode(&wrapped.data[3..19]),
            hex::encode(vector.data_enciphered.unwrap().0),
            "{name}"
        );
        let mut objects = vector.response_objects.unwrap().0;
        pad(&mut objects);
        let mac = MacKey::new(&vector.ks_mac).unwrap().mac(&[&vector.ssc_response.unwrap(), &objects]);
        assert_eq!(hex::encode(&mac[..8]), hex::encode(vector.response_mac.unwrap().0), "{name}");
    }
}

proptest! {
    #[test]
    fn any_response_is_refused_without_a_panic(data in prop::collection::vec(any::<u8>(), 0..80), odd: bool) {
        let ins = if odd { Ins::READ_BINARY_ODD } else { Ins::READ_BINARY };
        prop_assert!(read(ins, Some(Le::Max)).unwrap(Response::ok(data)).is_err());
    }

    #[test]
    fn any_changed_bit_is_refused(index in 0usize..56, bit in 0u32..8) {
        let mut response = protected(&[&do87(&[9; 20])[..], &DO99].concat(), 0x9000);
        let index = index % response.data.len();
        response.data[index] ^= 1 << bit;
        prop_assert!(read(Ins::READ_BINARY, Some(Le::Max)).unwrap(response).is_err());
    }
}
