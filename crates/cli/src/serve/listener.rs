//! Whether pcscd's vpcd driver listens, asked of the system: a knock on the port would be a card for the driver.

use std::fs;
use std::net::SocketAddr;

/// Whether a program of this machine listens on this port; none where the system does not say.
pub(super) fn is_there(address: SocketAddr) -> Option<bool> {
    let tables: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .collect();
    let listens = |table: &String| table.lines().skip(1).any(|line| is_listening(line, address.port()));
    (!tables.is_empty()).then(|| tables.iter().any(listens))
}

/// A line is `number: ADDRESS:PORT ADDRESS:PORT STATE …`, in hexadecimal; `0A` listens.
fn is_listening(line: &str, port: u16) -> bool {
    let mut words = line.split_whitespace().skip(1);
    let local = words.next().and_then(|local| local.rsplit_once(':'));
    let listens = words.nth(1) == Some("0A");
    listens && local.is_some_and(|(_, found)| u16::from_str_radix(found, 16) == Ok(port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn a_listener_is_seen_and_is_not_disturbed() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        assert_eq!(is_there(address), Some(true));
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "nobody has knocked");
        drop(listener);
        assert_eq!(is_there(address), Some(false));
    }
}
