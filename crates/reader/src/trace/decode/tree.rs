//! Data fields as trees.

use super::super::content::{Content, Piece};
use super::tags::Dictionary;
use chipwright_iso7816::Atr;
use chipwright_iso7816::tlv::{Reader, Tlv};
use serde::Serialize;

/// A data object, or bytes that are none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Node {
    /// A data object with others inside.
    Constructed {
        /// The tag in hexadecimal.
        tag: String,
        /// What the tag is called here; empty when it has no name.
        name: &'static str,
        /// Bytes of the value.
        length: usize,
        /// What is inside.
        inside: Vec<Self>,
    },
    /// A data object with a value, or a field of a fixed place.
    Primitive {
        /// The tag in hexadecimal; empty for a field.
        tag: String,
        /// What the tag is called here; empty when it has no name.
        name: &'static str,
        /// Bytes of the value.
        length: usize,
        /// The value in hexadecimal, placeholders in words.
        value: String,
        /// What the value means, if that is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        meaning: Option<String>,
    },
    /// Bytes that are not data objects.
    Bytes {
        /// How many.
        length: usize,
        /// In hexadecimal, placeholders in words.
        value: String,
    },
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ")
}

/// The content as one value.
pub(super) fn leaf(content: &Content) -> Node {
    Node::Bytes { length: content.len(), value: value(content) }
}

pub(super) fn answer_to_reset(atr: &Atr) -> Node {
    Node::Bytes { length: atr.as_bytes().len(), value: hexadecimal(atr.as_bytes()) }
}

/// The answer to INITIALIZE UPDATE (Amendment D, table 7-2); one value if its length is another.
pub(super) fn initialize_update(content: &Content) -> Vec<Node> {
    let challenge = match content.len() {
        29 | 32 => 8,
        45 | 48 => 16,
        _ => return nodes(content, Dictionary::Plain),
    };
    let fields = [
        ("key diversification data", 10),
        ("key version, SCP and parameter i", 3),
        ("card challenge", challenge),
        ("card cryptogram", challenge),
        ("sequence counter", 3),
    ];
    let mut at = 0;
    let mut nodes = Vec::new();
    for (name, length) in fields {
        let part = content.part(at..at + length);
        if !part.is_empty() {
            let value = value(&part);
            nodes.push(Node::Primitive { tag: String::new(), name, length, value, meaning: None });
        }
        at += length;
    }
    nodes
}

fn value(content: &Content) -> String {
    let words: Vec<String> = content
        .pieces()
        .iter()
        .map(|piece| match piece {
            Piece::Bytes(bytes) => hexadecimal(bytes),
            Piece::Placeholder(placeholder) => placeholder.to_string(),
        })
        .collect();
    words.join(" ")
}

/// The data objects of a data field; one value if it does not consist of data objects, or is replaced.
pub(super) fn nodes(content: &Content, dictionary: Dictionary) -> Vec<Node> {
    if content.is_empty() {
        return Vec::new();
    }
    if dictionary != Dictionary::Plain && !is_replaced_at(content, 0) {
        let bytes = content.filled();
        if let Some(nodes) = objects(Reader::new(&bytes), content, dictionary, &mut Vec::new()) {
            return nodes;
        }
    }
    vec![leaf(content)]
}

fn objects(
    mut reader: Reader<'_>,
    content: &Content,
    dictionary: Dictionary,
    path: &mut Vec<u32>,
) -> Option<Vec<Node>> {
    let mut nodes = Vec::new();
    while let Some(object) = reader.next().ok()? {
        nodes.push(node(&object, content, dictionary, path));
    }
    Some(nodes)
}

fn node(object: &Tlv<'_>, content: &Content, dictionary: Dictionary, path: &mut Vec<u32>) -> Node {
    let tag = object.tag.to_string();
    let name = dictionary.name(path, object.tag.0);
    let length = object.value.len();
    if object.tag.is_constructed() && length > 0 && !is_replaced_at(content, object.value_offset) {
        path.push(object.tag.0);
        let inside = object.children().ok().and_then(|reader| objects(reader, content, dictionary, path));
        path.pop();
        if let Some(inside) = inside {
            return Node::Constructed { tag, name, length, inside };
        }
    }
    let part = content.part(object.value_offset..object.value_offset + length);
    let meaning =
        if part.is_redacted() { None } else { dictionary.meaning(path, object.tag.0, object.value) };
    Node::Primitive { tag, name, length, value: value(&part), meaning }
}

/// Whether the byte there was replaced.
fn is_replaced_at(content: &Content, offset: usize) -> bool {
    content.part(offset..offset + 1).is_redacted()
}
