//! Textual encodings (RFC 7468): certificates and revocation lists from PEM or DER, one or many in a file.

use der::pem::{LineEnding, decode_vec, encode_string};

/// The label of a certificate.
pub const CERTIFICATE: &str = "CERTIFICATE";
/// The label of a certification request.
pub const CERTIFICATE_REQUEST: &str = "CERTIFICATE REQUEST";
/// The label of a revocation list.
pub const X509_CRL: &str = "X509 CRL";

/// Why a file is not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PemError {
    /// Neither DER (first byte 30) nor text with a PEM block.
    #[error("the file is neither DER nor PEM")]
    NeitherDerNorPem,
    /// A block carries another label.
    #[error("PEM block {index} is a {found:?}, not a {expected:?}")]
    Label {
        /// Which block, from 1.
        index: usize,
        /// The label asked for.
        expected: &'static str,
        /// The label found.
        found: String,
    },
    /// A block is damaged.
    #[error("PEM block {index} is damaged")]
    Damaged {
        /// Which block, from 1.
        index: usize,
    },
}

/// The DER objects in `bytes`: one if it is DER, all blocks labelled `label` if it is PEM. Text between blocks is ignored.
///
/// # Errors
/// [`PemError`]; a block of another label is an error, so that a private key offered as a certificate is noticed.
pub fn decode(bytes: &[u8], label: &'static str) -> Result<Vec<Vec<u8>>, PemError> {
    if bytes.first() == Some(&0x30) {
        return Ok(vec![bytes.to_vec()]);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| PemError::NeitherDerNorPem)?;
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(begin) = rest.find("-----BEGIN ") {
        let index = found.len() + 1;
        let block = &rest[begin..];
        let end = block.find("-----END ").ok_or(PemError::Damaged { index })?;
        let tail = &block[end + "-----END ".len()..];
        let close = tail.find("-----").ok_or(PemError::Damaged { index })?;
        let length = end + "-----END ".len() + close + "-----".len();
        let (kind, der) = decode_vec(&block.as_bytes()[..length]).map_err(|_| PemError::Damaged { index })?;
        if kind != label {
            return Err(PemError::Label { index, expected: label, found: kind.to_owned() });
        }
        found.push(der);
        rest = &block[length..];
    }
    if found.is_empty() { Err(PemError::NeitherDerNorPem) } else { Ok(found) }
}

/// One PEM block.
pub(crate) fn encode(der: &[u8], label: &'static str) -> String {
    // the label is a constant of this module and the length fits, so that encoding cannot fail
    encode_string(label, LineEnding::LF, der).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_among_text() {
        let one = encode(&[0x30, 0], CERTIFICATE);
        let file = format!("subject=a\n{one}\nsubject=b\n{one}");
        assert_eq!(decode(file.as_bytes(), CERTIFICATE).unwrap(), [vec![0x30, 0], vec![0x30, 0]]);
        assert_eq!(decode(&[0x30, 0], CERTIFICATE).unwrap(), [vec![0x30, 0]]);
    }

    #[test]
    fn other_files_are_refused() {
        assert_eq!(decode(b"hello", CERTIFICATE), Err(PemError::NeitherDerNorPem));
        assert_eq!(decode(b"\xFF\xFE", CERTIFICATE), Err(PemError::NeitherDerNorPem));
        let crl = encode(&[0x30, 0], X509_CRL);
        assert!(matches!(decode(crl.as_bytes(), CERTIFICATE), Err(PemError::Label { index: 1, .. })));
        assert_eq!(decode(&crl.as_bytes()[..40], X509_CRL), Err(PemError::Damaged { index: 1 }));
    }
}
