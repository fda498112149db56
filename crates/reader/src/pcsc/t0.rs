//! Commands as T=0 carries them (ISO/IEC 7816-3, 12.2).

use chipwright_iso7816::{Command, Le};
use zeroize::Zeroizing;

/// The command TPDU of `command`: header, P3, data. None when T=0 cannot carry it in one piece.
///
/// Case 1 gets P3 = 00; case 2 has P3 = Le; case 4 loses its Le, because the card answers it with `61XX` and the response is
/// fetched with GET RESPONSE. Extended forms are shortened where their lengths allow. What is no APDU goes as it is.
pub(super) fn command_tpdu(command: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let Ok(apdu) = Command::from_bytes(command) else {
        return Some(Zeroizing::new(command.to_vec()));
    };
    let mut tpdu = Zeroizing::new(Vec::with_capacity(5 + apdu.data.len()));
    tpdu.extend_from_slice(&apdu.header());
    let p3 = match (apdu.data.len(), &apdu.le) {
        (0, None | Some(Le::Max)) => 0,
        // more than 256 are asked for with 00, the rest is waiting with 61XX
        (0, Some(Le::Exact(le))) => u8::try_from(*le).unwrap_or(0),
        (length, _) => u8::try_from(length).ok()?,
    };
    tpdu.push(p3);
    tpdu.extend_from_slice(&apdu.data);
    Some(tpdu)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carried(apdu: &str) -> Option<String> {
        command_tpdu(&hex::decode(apdu).unwrap()).map(|tpdu| hex::encode(&*tpdu))
    }

    #[test]
    fn the_four_cases() {
        assert_eq!(carried("00200001").unwrap(), "0020000100");
        assert_eq!(carried("00b0000010").unwrap(), "00b0000010");
        assert_eq!(carried("00b0000000").unwrap(), "00b0000000");
        assert_eq!(carried("00d6000002aabb").unwrap(), "00d6000002aabb");
        assert_eq!(carried("00a4040c02aabb00").unwrap(), "00a4040c02aabb");
    }

    #[test]
    fn extended_forms_are_shortened_or_refused() {
        assert_eq!(carried("00b00000000010").unwrap(), "00b0000010");
        assert_eq!(carried("00b00000000400").unwrap(), "00b0000000");
        assert_eq!(carried("00b00000000000").unwrap(), "00b0000000");
        assert_eq!(carried("00d60000000002aabb").unwrap(), "00d6000002aabb");
        assert_eq!(carried("00a4040c000002aabb0000").unwrap(), "00a4040c02aabb");
        assert_eq!(carried(&format!("00d60000000100{}", "00".repeat(256))), None);
    }
}
