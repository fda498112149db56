//! Whether a text has English words in it.

/// English words that no Vietnamese sentence has.
#[rustfmt::skip]
const ENGLISH: [&str; 46] = [
    "the", "is", "not", "and", "has", "was", "with", "cannot", "could", "card", "chip's", "key",
    "of", "bytes", "file", "must", "be", "by", "from", "than", "this", "that", "it", "its", "are", "where",
    "signer", "reader", "wrong", "no", "error", "next", "because", "found", "missing", "expected", "usage",
    "options", "invalid", "value", "required", "unexpected", "unknown", "unknown/unsupported", "or", "incorrect",
];

/// The first English word of a text; what stands in quotation marks or square brackets, names of files and options, and commands by their standard
/// names are nobody's language.
pub(crate) fn english_word(text: &str) -> Option<String> {
    // what Vietnamese technicians call it, too
    let text = text.replace("file descriptor", "");
    let mut quoted = false;
    let mut from = 0;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if c.is_alphanumeric() || "'-_./*:".contains(c) {
            continue;
        }
        let word = &text[from..at];
        from = at + c.len_utf8();
        let plain = word.trim_matches(['.', ':', '\'']).to_lowercase();
        let command = word.chars().all(|c| !c.is_lowercase());
        if !quoted && !command && ENGLISH.contains(&plain.as_str()) {
            return Some(word.to_owned());
        }
        match c {
            '`' | '"' => quoted = !quoted,
            '“' | '‘' | '[' => quoted = true,
            '”' | '’' | ']' | '\n' => quoted = false,
            _ => {}
        }
    }
    None
}
