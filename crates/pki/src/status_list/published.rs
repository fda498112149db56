//! The specification's own vectors: `test-vectors/status-list`.
#![allow(clippy::disallowed_methods, reason = "vectors")]

use serde::Deserialize;

use super::token::{SignerNamed, TokenFormat};
use super::{Bits, CompressedList, Status, StatusList, cwt, jwt};
use crate::algorithm::PublicKey;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, tag = "kind")]
enum Vector {
    #[serde(rename = "status-list")]
    List {
        source: String,
        expect: String,
        comment: String,
        bits: u64,
        entries: u32,
        statuses: Vec<(u32, u8)>,
        lst: String,
    },
    #[serde(rename = "status-list-token")]
    Token {
        source: String,
        expect: String,
        comment: String,
        format: String,
        token: String,
        public_key: String,
        subject: String,
        issued_at: i64,
        expires: i64,
        time_to_live: u64,
        bits: u64,
        array: String,
    },
}

fn vectors() -> Vec<(String, Vector)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test-vectors/status-list");
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(".json"))
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let text = std::fs::read(entry.path()).unwrap();
            let vector = serde_json::from_slice(&text).unwrap_or_else(|fault| panic!("{name}: {fault}"));
            (name, vector)
        })
        .collect();
    found.sort_by(|left, right| left.0.cmp(&right.0));
    found
}

#[test]
fn the_published_vectors_are_read_as_published() {
    let (mut lists, mut tokens) = (0, 0);
    for (name, vector) in vectors() {
        match vector {
            Vector::List { source, expect, comment, bits, entries, statuses, lst } => {
                lists += 1;
                assert!(expect == "pass" && !source.is_empty() && !comment.is_empty(), "{name}");
                let bits = Bits::from_number(bits).unwrap();
                let compressed = CompressedList::of_zlib(bits, hex::decode(lst).unwrap());
                let list = compressed.inflate(entries).unwrap();
                assert_eq!(list.len(), entries as usize, "{name}");
                for (index, value) in &statuses {
                    assert_eq!(list.status(*index), Some(Status::of(*value)), "{name}: {index}");
                }
                // and nothing else is set: the same entries make the same bytes
                let mut made = StatusList::of_bytes(bits, vec![0; bits.bytes(entries)]);
                statuses.iter().for_each(|(index, value)| made.set(*index, Status::of(*value)).unwrap());
                assert_eq!(made, list, "{name}");
                assert_eq!(CompressedList::of(&made).inflate(entries).unwrap(), list, "{name}");
                assert!(compressed.inflate(entries - 8).is_err(), "{name}");
            }
            Vector::Token {
                source,
                expect,
                comment,
                format,
                token,
                public_key,
                subject,
                issued_at,
                expires,
                time_to_live,
                bits,
                array,
            } => {
                tokens += 1;
                assert!(expect == "pass" && !source.is_empty() && !comment.is_empty(), "{name}");
                let token = hex::decode(token).unwrap();
                let read = match format.as_str() {
                    "jwt" => jwt::read(&token).unwrap(),
                    "cwt" => cwt::read(&token).unwrap(),
                    other => panic!("{name}: {other}"),
                };
                let expected = if format == "jwt" { TokenFormat::Jwt } else { TokenFormat::Cwt };
                assert_eq!(read.format, expected);
                let key = PublicKey::from_point(&hex::decode(public_key).unwrap()).unwrap();
                key.verify_plain(&read.message, &read.signature).expect(&name);
                assert!(matches!(read.signer, SignerNamed::KeyIdentifier(_)), "{name}");
                let content = match read.format {
                    TokenFormat::Jwt => jwt::content(&read.payload).unwrap(),
                    TokenFormat::Cwt => cwt::content(&read.payload).unwrap(),
                };
                assert_eq!(content.claims.subject, subject);
                assert_eq!(content.claims.issued_at.as_second(), issued_at);
                assert_eq!(content.claims.expires.map(jiff::Timestamp::as_second), Some(expires));
                assert_eq!(content.claims.time_to_live, Some(time_to_live));
                assert_eq!(u64::from(content.list.bits().number()), bits);
                let list = content.list.inflate(16).unwrap();
                assert_eq!(list.as_bytes(), hex::decode(array).unwrap(), "{name}");
            }
        }
    }
    assert_eq!((lists, tokens), (6, 2));
}
