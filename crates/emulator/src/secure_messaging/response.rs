//! Protecting responses.

use super::{CHECKSUM, CHECKSUM_LENGTH, CRYPTOGRAM_OF_TLV, CRYPTOGRAM_WITH_INDICATOR, Live, STATUS};
use crate::iso9797;
use chipwright_iso7816::Response;
use chipwright_iso7816::tlv::Writer;
use zeroize::Zeroize;

/// 99 and 8E with tag and length.
const STATUS_AND_CHECKSUM: usize = 2 + 2 + 2 + CHECKSUM_LENGTH;

impl Live {
    pub(super) fn wrap(&mut self, plain: Response, odd_ins: bool) -> Response {
        self.count();
        let status = plain.status;
        let mut objects = Writer::new();
        if !plain.data.is_empty() {
            self.encrypt(plain.data, odd_ins, &mut objects);
        }
        objects.put(STATUS, &status.to_bytes());
        let mut data = objects.into_bytes();
        let end = data.len();
        iso9797::pad(&mut data);
        let checksum = self.checksum(&data);
        data.truncate(end);
        let mut trailer = Writer::new();
        trailer.put(CHECKSUM, &checksum);
        data.extend_from_slice(&trailer.into_bytes());
        Response { data, status }
    }

    fn encrypt(&self, mut data: Vec<u8>, odd_ins: bool, objects: &mut Writer) {
        iso9797::pad(&mut data);
        self.enc.cbc_encrypt(&self.iv(), &mut data);
        if odd_ins {
            objects.put(CRYPTOGRAM_OF_TLV, &data);
        } else {
            data.insert(0, 0x01);
            objects.put(CRYPTOGRAM_WITH_INDICATOR, &data);
        }
        data.zeroize();
    }
}

/// How long a protected response data field is for `plain` bytes.
pub(super) const fn protected_length(plain: usize, odd_ins: bool) -> usize {
    if plain == 0 {
        return STATUS_AND_CHECKSUM;
    }
    let value = iso9797::padded_length(plain) + if odd_ins { 0 } else { 1 };
    let length_field = match value {
        0..0x80 => 1,
        0x80..0x100 => 2,
        0x100..0x1_0000 => 3,
        _ => 4,
    };
    1 + length_field + value + STATUS_AND_CHECKSUM
}

/// The most plain bytes whose protected data field has at most `limit` bytes.
pub(super) const fn largest_plain(odd_ins: bool, limit: usize) -> usize {
    // One byte less than whole blocks is the most for that number of blocks; the frame takes at most two blocks.
    let mut blocks = limit / 16;
    while blocks > 0 {
        let plain = blocks * 16 - 1;
        if protected_length(plain, odd_ins) <= limit {
            return plain;
        }
        blocks -= 1;
    }
    0
}
