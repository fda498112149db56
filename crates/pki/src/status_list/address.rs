//! The URI of a list: an address and the number that cards know it by.

/// `ADDRESS/NUMBER`.
///
/// ```
/// use chipwright_pki::status_list::{list_number, list_uri};
/// let uri = list_uri("https://status.example.org/lists/", 17);
/// assert_eq!(uri, "https://status.example.org/lists/17");
/// assert_eq!(list_number(&uri), Some(17));
/// ```
#[must_use]
pub fn list_uri(address: &str, list: u32) -> String {
    format!("{}/{list}", address.trim_end_matches('/'))
}

/// The number at the end of the URI of a list: decimal, without leading zeros.
#[must_use]
pub fn list_number(uri: &str) -> Option<u32> {
    let (address, digits) = uri.rsplit_once('/')?;
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let shortest = digits == "0" || !digits.starts_with('0');
    (plain && shortest && address.contains(':')).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_form() {
        assert_eq!(list_number("https://example.com/statuslists/1"), Some(1));
        assert_eq!(list_number("urn:x/0"), Some(0));
        assert_eq!(list_number("https://example.com/4294967295"), Some(u32::MAX));
        for uri in [
            "https://example.com/01",
            "https://example.com/",
            "https://example.com/+1",
            "https://example.com/1?time=2",
            "https://example.com/4294967296",
            "no-scheme/1",
            "17",
        ] {
            assert_eq!(list_number(uri), None, "{uri}");
        }
    }
}
