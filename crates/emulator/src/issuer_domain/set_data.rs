//! STORE DATA to the issuer security domain itself (CM-18).

use super::command::Block;
use crate::memory::Changes;
use crate::processor::{Processor, Stop};
use crate::store::CardRecord;
use chipwright_iso7816::tlv::Tlv;
use chipwright_iso7816::{Response, StatusWord, Tag};

/// P1 b5–b4 = 10: BER-TLV.
const BER_TLV: u8 = 0x10;
/// P1 b5–b4 = 01: DGI.
const DGI: u8 = 0x08;

impl Processor {
    /// One object, `42` or `45`, in one block.
    pub(super) fn set_data(&mut self, block: &Block) -> Result<Response, Stop> {
        if block.format & 0x18 == DGI {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
        }
        if block.format != BER_TLV || !block.last || block.number != 0 {
            return Err(StatusWord::INCORRECT_P1_P2.into());
        }
        let object = Tlv::parse_one(&block.data).map_err(|_| StatusWord::INCORRECT_DATA)?;
        if object.value.len() > CardRecord::NUMBER {
            return Err(StatusWord::INCORRECT_DATA.into());
        }
        let mut card = self.store.card().clone();
        match object.tag {
            Tag(0x42) => card.iin = object.value.to_vec(),
            Tag(0x45) => card.cin = object.value.to_vec(),
            _ => return Err(StatusWord::REFERENCED_DATA_NOT_FOUND.into()),
        }
        self.store.commit(Changes::default().card(&card))?;
        Ok(Response::status(StatusWord::OK))
    }
}
