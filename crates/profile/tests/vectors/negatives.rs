//! Vectors of kind `file` and `lds-security-object`: one change to something good, and where a reader must stop.

use chipwright_profile::read::{self, ReadError};
use serde_json::Value;

use super::{Object, bytes, head, only, text};

/// The class of `expect` for a refusal.
fn class(error: &ReadError) -> &'static str {
    match error {
        ReadError::Tlv { .. } => "malformed-tlv",
        ReadError::Mrz { .. } => "malformed-mrz",
        ReadError::Value { .. } => "wrong-value",
    }
}

fn read_file(name: &str, data: &[u8]) -> Result<(), ReadError> {
    match name {
        "DG1" => read::dg1(data).map(drop),
        "DG2" => read::dg2(data).map(drop),
        "DG11" => read::dg11(data).map(drop),
        "DG12" => read::dg12(data).map(drop),
        "DG13" => read::dg13(data).map(drop),
        "DG14" => read::dg14(data).map(drop),
        "EF.COM" => read::com(data).map(drop),
        "EF.CardAccess" => read::card_access(data).map(drop),
        "EF.ATR/INFO" => read::atr_info(data).map(drop),
        "EF.DIR" => read::dir(data).map(drop),
        other => panic!("{other}"),
    }
}

/// Name, file, comment, class, and the change: at this offset these bytes.
type Change = (&'static str, &'static str, &'static str, &'static str, usize, &'static [u8]);

const CHANGES: &[Change] = &[
    ("dg1-tag", "DG1", "Another template than the data group's.", "malformed-tlv", 0, &[0x62]),
    ("dg1-length", "DG1", "The template announces more than there is.", "malformed-tlv", 1, &[0x5E]),
    ("dg1-check-digit", "DG1", "Check digit of the card number.", "malformed-mrz", 5 + 14, b"<"),
    ("dg1-letter", "DG1", "A lower-case letter in the name.", "malformed-mrz", 5 + 60, b"d"),
    ("dg2-two-faces", "DG2", "Two templates are announced.", "wrong-value", 11, &[2]),
    ("dg2-format", "DG2", "Fingerprint format where the face must be.", "wrong-value", 33, &[7]),
    ("dg11-utf8", "DG11", "A name that is not UTF-8.", "wrong-value", 13, &[0xC4, 0x20]),
    ("dg13-version", "DG13", "A membership record of version 2.", "wrong-value", 8, &[2]),
    ("dg13-type", "DG13", "The member number as another type.", "malformed-tlv", 9, &[0x16]),
    ("dg14-not-a-set", "DG14", "A SEQUENCE where the SET must be.", "malformed-tlv", 2, &[0x30]),
    ("com-unknown-group", "EF.COM", "A tag that belongs to no data group.", "wrong-value", 20, &[0x99]),
    (
        "card-access-element",
        "EF.CardAccess",
        "An element without object identifier.",
        "malformed-tlv",
        4,
        &[0x04],
    ),
];

/// Negative vectors made from the good one.
pub(crate) fn files(good: &Object) -> Vec<(String, Object)> {
    let made = CHANGES.iter().map(|(name, file, comment, expect, at, change)| {
        let mut data = hex::decode(good["files"][*file].as_str().unwrap()).unwrap();
        data[*at..at + change.len()].copy_from_slice(change);
        let mut vector = head("file", expect, comment);
        vector.insert("file".into(), (*file).into());
        vector.insert("bytes".into(), hex::encode(&data).into());
        let error = read_file(file, &data).expect_err(name);
        vector.insert("offset".into(), error.offset().into());
        (format!("data-groups/negative-{name}.json"), vector)
    });
    made.collect()
}

pub(crate) fn check_file(vector: &Object) {
    only(vector, &["file", "bytes", "offset"]);
    let error = read_file(text(vector, "file"), &bytes(vector, "bytes")).unwrap_err();
    assert_eq!(class(&error), text(vector, "expect"), "{error}");
    assert_eq!(Value::from(error.offset()), vector["offset"], "{error}");
}

/// Name, comment, expectation, and the DER as a change of the good one.
pub(crate) fn security_objects(good: &Object) -> Vec<(String, Object)> {
    let der = bytes(good, "lds_security_object");
    // SEQUENCE { INTEGER 0, AlgorithmIdentifier, SEQUENCE OF SEQUENCE { INTEGER, OCTET STRING } }: header 3, version 3, algorithm 13, header 3, 39 each
    let hashes = &der[3 + 3 + 13 + 3..];
    let object = |version: u8, algorithm: &str, hashes: &[u8], rest: &str| {
        let list = tlv(0x30, hashes);
        let (algorithm, rest) = (hex::decode(algorithm).unwrap(), hex::decode(rest).unwrap());
        let body = [&[2, 1, version], algorithm.as_slice(), &list, &rest];
        tlv(0x30, &body.concat())
    };
    const SHA256: &str = "300b0609608648016503040201";
    const SHA1: &str = "300706052b0e03021a";
    const SHA256_NULL: &str = "300d06096086480165030402010500";
    const LDS_1_8: &str = "300e1304303130381306303630303030";
    let twice = [&hashes[..39], &hashes[..39]].concat();
    let mut number_17 = hashes.to_vec();
    number_17[4] = 17;
    let rows: [(&str, &str, &str, Vec<u8>); 9] = [
        ("version-0", "As we write it, over the data groups of member-whole.", "pass", der.clone()),
        ("version-1", "With LDS and Unicode version.", "pass", object(1, SHA256, hashes, LDS_1_8)),
        (
            "null-parameters",
            "The hash algorithm with NULL, as older issuers write it.",
            "pass",
            object(0, SHA256_NULL, hashes, ""),
        ),
        (
            "negative-version-2",
            "A version that does not exist.",
            "wrong-value",
            object(2, SHA256, hashes, LDS_1_8),
        ),
        (
            "negative-version-info",
            "Version 0 has no version information.",
            "malformed-tlv",
            object(0, SHA256, hashes, LDS_1_8),
        ),
        ("negative-sha1", "SHA-1.", "wrong-value", object(0, SHA1, hashes, "")),
        (
            "negative-one-hash",
            "Fewer than two data groups.",
            "wrong-value",
            object(0, SHA256, &hashes[..39], ""),
        ),
        ("negative-twice", "Two hashes for one data group.", "wrong-value", object(0, SHA256, &twice, "")),
        (
            "negative-number-17",
            "A data group that does not exist.",
            "wrong-value",
            object(0, SHA256, &number_17, ""),
        ),
    ];
    let made = rows.into_iter().map(|(name, comment, expect, der)| {
        let mut vector = head("lds-security-object", expect, comment);
        vector.insert("lds_security_object".into(), hex::encode(&der).into());
        if let Ok(object) = read::security_object(&der) {
            let hashes = object
                .hashes()
                .map(|(number, hash)| (number.to_string(), hex::encode(hash).into()))
                .collect();
            vector.insert("hashes".into(), Value::Object(hashes));
        }
        (format!("security-object/{name}.json"), vector)
    });
    made.collect()
}

pub(crate) fn check_security_object(vector: &Object) {
    only(vector, &["lds_security_object", "hashes"]);
    match read::security_object(&bytes(vector, "lds_security_object")) {
        Ok(object) => {
            assert_eq!(text(vector, "expect"), "pass");
            let hashes = vector["hashes"].as_object().unwrap();
            assert_eq!(object.hashes().count(), hashes.len());
            for (number, hash) in object.hashes() {
                assert_eq!(hex::encode(hash), hashes[&number.to_string()].as_str().unwrap());
            }
        }
        Err(error) => assert_eq!(class(&error), text(vector, "expect"), "{error}"),
    }
}

fn tlv(tag: u32, value: &[u8]) -> Vec<u8> {
    chipwright_iso7816::tlv::encode(chipwright_iso7816::Tag(tag), value)
}
