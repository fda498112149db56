//! The tables against the sources, and what people read.

#[path = "../../tests/house/english.rs"]
mod english;
mod sources;
mod spoken;

use super::TABLES;
use english::english_word;
use std::collections::HashSet;

#[test]
fn every_sentence_stands_once_and_has_its_values() {
    let mut seen = HashSet::new();
    for (english, vietnamese) in TABLES.into_iter().flatten() {
        assert!(seen.insert(english), "twice: {english}");
        assert_eq!(holes(english), holes(vietnamese), "{english}");
        assert_eq!(english.ends_with('.'), vietnamese.ends_with('.'), "{english}");
        let words: String =
            vietnamese.split('{').map(|part| part.split_once('}').map_or(part, |(_, after)| after)).collect();
        assert_eq!(english_word(&words), None, "{vietnamese}");
    }
}

/// The names of the holes, sorted.
fn holes(sentence: &str) -> Vec<String> {
    let mut unnamed = 0;
    let mut names: Vec<String> = sentence
        .split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}'))
        .map(|(name, _)| match name.trim_end_matches(['!', '#']) {
            "" => {
                unnamed += 1;
                (unnamed - 1).to_string()
            }
            name => name.to_owned(),
        })
        .collect();
    names.sort();
    names
}

#[test]
fn a_short_sentence_with_a_number_swallows_no_longer_one() {
    let words = "EF.CardAccess: the file does not begin as it should: a length field of 127 bytes at byte 1";
    let said = "EF.CardAccess: phần đầu tệp không đúng: trường độ dài dài 127 byte (tại byte 1)";
    assert_eq!(super::of(words).as_deref(), Some(said));
    assert_eq!(super::of("17 bytes").as_deref(), Some("17 byte"));
}
