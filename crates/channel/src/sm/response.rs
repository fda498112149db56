//! Opening responses.

use super::{AwaitResponse, Session, SmError};
use crate::aes_modes::{BLOCK, mac_matches, padding, unpadded_length};
use chipwright_iso7816::tlv::{Reader, Tlv};
use chipwright_iso7816::{Response, StatusWord, Tag};
use std::ops::Range;

const PADDED_CRYPTOGRAM: Tag = Tag(0x87);
const CRYPTOGRAM: Tag = Tag(0x85);
const STATUS: Tag = Tag(0x99);
const MAC: Tag = Tag(0x8E);

impl AwaitResponse {
    /// Checks and opens a response. The status is that of DO'99'; the one outside must be the same, or `9000`.
    ///
    /// # Errors
    /// [`SmError`] for everything that is not exactly the protected form, for a wrong MAC, and for more data than the command
    /// asked for. The session is gone then.
    pub fn unwrap(mut self, response: Response) -> Result<(Session, Response), SmError> {
        let outer = response.status;
        if response.data.is_empty() {
            return Err(SmError::NakedResponse { status: outer });
        }
        let (ssc, iv) = self.channel.step();
        let objects = Objects::read(&response.data, self.odd)?;

        let parts = [&ssc, objects.authenticated, padding(objects.authenticated.len())];
        if !mac_matches(&self.channel.keys.mac.mac(&parts), objects.mac) {
            return Err(SmError::Mac);
        }
        let status = objects.status;
        if outer != status && !outer.is_success() {
            return Err(SmError::StatusMismatch { protected: status, outer });
        }
        let cryptogram = objects.cryptogram;
        let mut data = response.data;
        if let Some((tag, blocks)) = cryptogram {
            data.truncate(blocks.end);
            data.drain(..blocks.start);
            self.channel.keys.enc.cbc_decrypt(&iv, &mut data);
            let plain = unpadded_length(&data).ok_or(SmError::ObjectValue(tag))?;
            data.truncate(plain);
        } else {
            data.clear();
        }
        if data.len() > self.most {
            return Err(SmError::TooMuchData { most: self.most, found: data.len() });
        }
        Ok((Session::from_channel(self.channel), Response { data, status }))
    }
}

/// A protected response, taken apart.
struct Objects<'a> {
    /// Everything before DO'8E'.
    authenticated: &'a [u8],
    /// Where the whole blocks stand, and under which tag.
    cryptogram: Option<(Tag, Range<usize>)>,
    status: StatusWord,
    mac: &'a [u8],
}

impl<'a> Objects<'a> {
    /// `[85 or 87] 99 8E`, in this order and nothing else.
    fn read(data: &'a [u8], odd: bool) -> Result<Self, SmError> {
        let mut reader = Reader::new(data);
        let mut object = reader.next()?;
        let mut cryptogram = None;
        if let Some(found) = object
            && matches!(found.tag, PADDED_CRYPTOGRAM | CRYPTOGRAM)
        {
            cryptogram = Some((found.tag, blocks(&found, odd)?));
            object = reader.next()?;
        }
        let status = match object {
            Some(Tlv { tag: STATUS, value, .. }) => match value {
                [sw1, sw2] => StatusWord::from_bytes(*sw1, *sw2),
                _ => return Err(SmError::ObjectValue(STATUS)),
            },
            Some(Tlv { tag: MAC, .. }) => return Err(SmError::StatusMissing),
            Some(other) => return Err(SmError::UnexpectedObject(other.tag)),
            None => return Err(SmError::MacMissing),
        };
        let authenticated = &data[..data.len() - reader.remaining().len()];
        let mac = match reader.next()? {
            Some(Tlv { tag: MAC, value, .. }) if value.len() == 8 => value,
            Some(Tlv { tag: MAC, .. }) => return Err(SmError::ObjectValue(MAC)),
            Some(other) => return Err(SmError::UnexpectedObject(other.tag)),
            None => return Err(SmError::MacMissing),
        };
        reader.finish()?;
        Ok(Self { authenticated, cryptogram, status, mac })
    }
}

/// Where the whole blocks stand in DO'87' (after the padding indicator `01`) or, for an odd instruction, in DO'85'.
fn blocks(object: &Tlv<'_>, odd: bool) -> Result<Range<usize>, SmError> {
    let value = match (object.tag, odd, object.value) {
        (PADDED_CRYPTOGRAM, false, [0x01, value @ ..]) | (CRYPTOGRAM, true, value) => value,
        (PADDED_CRYPTOGRAM, false, _) => return Err(SmError::ObjectValue(object.tag)),
        _ => return Err(SmError::UnexpectedObject(object.tag)),
    };
    if value.is_empty() || !value.len().is_multiple_of(BLOCK) {
        return Err(SmError::ObjectValue(object.tag));
    }
    let end = object.value_offset + object.value.len();
    Ok(end - value.len()..end)
}
