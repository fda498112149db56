//! Sentences with holes: recognised in one language, said in another.

use super::Row;
use std::collections::HashMap;

/// All sentences.
pub(super) struct Phrases {
    whole: HashMap<&'static str, &'static str>,
    /// The most words first: what says most of a sentence knows it best.
    with_holes: Vec<Phrase>,
}

struct Phrase {
    english: Vec<Part>,
    vietnamese: Vec<Part>,
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Words(&'static str),
    Hole { name: String, takes: Takes },
}

/// What a hole of a Vietnamese sentence takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// Anything; translated if it is a sentence of ours.
    Anything,
    /// `{name!}`: a sentence of ours, or names.
    Sentence,
    /// `{name#}`: digits.
    Number,
}

impl Takes {
    fn refuses(self, value: &str) -> bool {
        match self {
            Self::Anything => false,
            Self::Sentence => !value.split(", ").all(is_name),
            Self::Number => !value.bytes().all(|byte| byte.is_ascii_digit()),
        }
    }
}

/// What stands in the holes of a recognised sentence.
type Values<'p, 'w> = Vec<(&'p str, &'w str)>;

impl Phrases {
    pub(super) fn new<'r>(rows: impl Iterator<Item = &'r Row>) -> Self {
        let mut whole = HashMap::new();
        let mut with_holes = Vec::new();
        for (english, vietnamese) in rows {
            if english.contains('{') {
                with_holes.push(Phrase { english: parts(english), vietnamese: parts(vietnamese) });
            } else {
                whole.insert(*english, *vietnamese);
            }
        }
        with_holes.sort_by_key(|phrase| std::cmp::Reverse(phrase.letters()));
        Self { whole, with_holes }
    }

    /// The translation of a sentence without values in it.
    pub(super) fn whole(&self, words: &str) -> Option<&'static str> {
        self.whole.get(words).copied()
    }

    /// The translation; none if the words are no sentence of ours, or no list of such sentences.
    pub(super) fn translate(&self, words: &str) -> Option<String> {
        Search { phrases: self, seen: HashMap::new() }.translate(words)
    }
}

/// One translation: every part of the words is looked at once.
struct Search<'p, 'w> {
    phrases: &'p Phrases,
    seen: HashMap<&'w str, Option<String>>,
}

impl<'w> Search<'_, 'w> {
    fn translate(&mut self, words: &'w str) -> Option<String> {
        if let Some(found) = self.seen.get(words) {
            return found.clone();
        }
        let found = self
            .whole(words)
            .or_else(|| self.list(words, "; "))
            .or_else(|| self.list(words, ", "))
            .or_else(|| self.with_holes(words));
        self.seen.insert(words, found.clone());
        found
    }

    fn whole(&self, words: &str) -> Option<String> {
        self.phrases.whole(words).map(str::to_owned)
    }

    fn with_holes(&mut self, words: &'w str) -> Option<String> {
        let phrases = self.phrases;
        phrases.with_holes.iter().find_map(|phrase| self.render(phrase, words))
    }

    /// Sentences one after the other, names that are the same in both languages among them. A sentence may itself contain the
    /// separator.
    fn list(&mut self, words: &'w str, separator: &str) -> Option<String> {
        let mut starts = vec![0];
        starts.extend(words.match_indices(separator).map(|(at, _)| at + separator.len()));
        let parts = starts.len();
        if !(2..=MOST_PARTS).contains(&parts) {
            return None;
        }
        let end = |part: usize| starts.get(part).map_or(words.len(), |start| start - separator.len());
        // what stands from this part on, and whether there is a sentence in it; from the last part to the first
        let mut said: Vec<Option<(String, bool)>> = vec![None; parts];
        for first in (0..parts).rev() {
            said[first] = (first + 1..=parts).filter(|next| *next - first < parts).find_map(|next| {
                let here = &words[starts[first]..end(next)];
                let sentence = self.whole(here).or_else(|| self.with_holes(here));
                let is_sentence = sentence.is_some();
                let here = sentence.or_else(|| is_name(here).then(|| here.to_owned()))?;
                if next == parts {
                    return Some((here, is_sentence));
                }
                let (rest, also) = said[next].as_ref()?;
                Some((format!("{here}{separator}{rest}"), is_sentence || *also))
            });
        }
        said.swap_remove(0).and_then(|(words, has_sentence)| has_sentence.then_some(words))
    }

    fn render(&mut self, phrase: &Phrase, words: &'w str) -> Option<String> {
        let values = fit(&phrase.english, words)?;
        let mut said = String::new();
        for part in &phrase.vietnamese {
            match part {
                Part::Words(words) => said.push_str(words),
                Part::Hole { name, takes } => {
                    let (_, value) = values.iter().find(|(hole, _)| hole == name)?;
                    match self.translate(value) {
                        Some(_) if *takes == Takes::Number => return None,
                        Some(words) => said.push_str(&words),
                        None if takes.refuses(value) => return None,
                        None => said.push_str(value),
                    }
                }
            }
        }
        Some(said)
    }
}

/// No library says more sentences at once.
const MOST_PARTS: usize = 40;

/// One word that is no English one: a file's name, a number.
fn is_name(words: &str) -> bool {
    let plain = words.chars().all(|c| c.is_ascii_lowercase());
    !plain && !words.contains(' ')
}

impl Phrase {
    fn letters(&self) -> usize {
        let letters = |part: &Part| match part {
            Part::Words(words) => words.chars().filter(|c| c.is_alphabetic()).count(),
            Part::Hole { .. } => 0,
        };
        self.english.iter().map(letters).sum()
    }
}

/// A sentence taken apart. Holes without a name are numbered.
fn parts(sentence: &'static str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = sentence;
    let mut unnamed = 0;
    while let Some((words, after)) = rest.split_once('{') {
        if !words.is_empty() {
            parts.push(Part::Words(words));
        }
        let (hole, after) = after.split_once('}').unwrap_or((after, ""));
        let takes = match hole.chars().last() {
            Some('!') => Takes::Sentence,
            Some('#') => Takes::Number,
            _ => Takes::Anything,
        };
        let mut name = hole.trim_end_matches(['!', '#']).to_owned();
        if name.is_empty() {
            name = unnamed.to_string();
            unnamed += 1;
        }
        parts.push(Part::Hole { name, takes });
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Words(rest));
    }
    parts
}

/// What the holes hold, if the words are this sentence: each hole as short as it can be, and none empty.
fn fit<'p, 'w>(parts: &'p [Part], words: &'w str) -> Option<Values<'p, 'w>> {
    match parts {
        [] => words.is_empty().then(Vec::new),
        [Part::Words(said), rest @ ..] => fit(rest, words.strip_prefix(said)?),
        [Part::Hole { name, .. }] => (!words.is_empty()).then(|| vec![(name.as_str(), words)]),
        [Part::Hole { name, .. }, rest @ ..] => {
            let ends = words.char_indices().map(|(at, _)| at).skip(1);
            let next = match rest {
                [Part::Words(said), ..] => said,
                _ => "",
            };
            ends.filter(|end| words[*end..].starts_with(next)).find_map(|end| {
                let mut values = fit(rest, &words[end..])?;
                values.push((name, &words[..end]));
                Some(values)
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &[Row] = &[
        ("the card is gone", "mất thẻ"),
        ("{step}: {source}", "{step!}: {source!}"),
        ("write", "ghi"),
        ("{} of {} bytes", "{1} byte thì {0}"),
        ("refused with {status}. {meaning}", "từ chối: {status}. {meaning}"),
        ("Stop; or go.", "Dừng; hoặc đi."),
        ("store {}", "lưu {0!}"),
    ];

    fn translate(words: &str) -> Option<String> {
        Phrases::new(ROWS.iter()).translate(words)
    }

    #[test]
    fn values_are_carried_over_and_sentences_in_holes_are_translated() {
        assert_eq!(translate("3 of 17 bytes").as_deref(), Some("17 byte thì 3"));
        assert_eq!(translate("store EF.DIR, DG1").as_deref(), Some("lưu EF.DIR, DG1"));
        assert_eq!(translate("store files: the card is gone"), None);
        assert_eq!(translate("write: the card is gone").as_deref(), Some("ghi: mất thẻ"));
        assert_eq!(
            translate("refused with 6A80. Stop; or go.").as_deref(),
            Some("từ chối: 6A80. Dừng; hoặc đi.")
        );
    }

    #[test]
    fn lists_are_translated_whole_or_not_at_all() {
        assert_eq!(translate("write; the card is gone").as_deref(), Some("ghi; mất thẻ"));
        assert_eq!(translate("Stop; or go.; write").as_deref(), Some("Dừng; hoặc đi.; ghi"));
        assert_eq!(translate("DG1, write, DG2").as_deref(), Some("DG1, ghi, DG2"));
        assert_eq!(translate("DG1, DG2"), None);
        assert_eq!(translate("write; who knows"), None);
    }

    /// Words that nobody knows cost no more time for being many.
    #[test]
    fn long_words_are_given_up() {
        for words in
            ["who, knows; ".repeat(500), "write: a, b; ".repeat(39), "write; ".repeat(39) + "who knows"]
        {
            assert_eq!(translate(&words), None);
        }
    }

    #[test]
    fn nothing_is_taken_that_is_not_known() {
        for words in ["", "write: who knows", "a: the card is gone", "of 17 bytes", "the card is gone "] {
            assert_eq!(translate(words), None, "{words}");
        }
    }
}
