//! INSTALL [for load] and LOAD (CM-13).

use super::Channel;
use super::command::Block;
use crate::memory::{Area, Changes};
use crate::personalisation::Content;
use crate::processor::{Processor, Stop};
use crate::store::LoadFile;
use chipwright_iso7816::{Aid, Response, StatusWord};

/// A load file on its way.
pub(crate) struct Loading {
    aid: Aid,
    next_block: u8,
    content: Option<Content>,
}

impl Processor {
    pub(super) fn install_for_load(&self, channel: &mut Channel, load_file: Aid) -> Result<Response, Stop> {
        if self.is_registered(&load_file) {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
        }
        self.store.free_load_file_slot().ok_or(StatusWord::NOT_ENOUGH_MEMORY)?;
        channel.loading = Some(Loading { aid: load_file, next_block: 0, content: None });
        Ok(Response::ok(vec![0x00]))
    }

    /// The blocks are one `C4` object. A wrong number changes nothing; any other fault ends the loading.
    pub(super) fn load(&mut self, channel: &mut Channel, block: &Block) -> Result<Response, Stop> {
        let mut loading = channel.loading.take().ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
        if block.number != loading.next_block {
            channel.loading = Some(loading);
            return Err(StatusWord::INCORRECT_P1_P2.into());
        }
        let mut data = block.data.as_slice();
        let mut content = match loading.content.take() {
            Some(content) => content,
            None => {
                let (length, rest) = load_file_data_block(data).ok_or(StatusWord::INCORRECT_DATA)?;
                data = rest;
                let extents = self
                    .store
                    .allocation()
                    .allocate(Area::Code, length)
                    .ok_or(StatusWord::NOT_ENOUGH_MEMORY)?;
                Content::new(extents, length, self.silicon.page_size.bytes())
            }
        };
        if data.len() > content.missing() || (block.last && data.len() < content.missing()) {
            return Err(StatusWord::INCORRECT_DATA.into());
        }
        for (page, bytes) in content.push(data) {
            self.store.memory_mut().write_content(page, &bytes)?;
        }
        if !block.last {
            loading.next_block = loading.next_block.checked_add(1).ok_or(StatusWord::NOT_ENOUGH_MEMORY)?;
            loading.content = Some(content);
            channel.loading = Some(loading);
            return Ok(Response::status(StatusWord::OK));
        }
        let slot = self.store.free_load_file_slot().ok_or(StatusWord::NOT_ENOUGH_MEMORY)?;
        let length = u32::try_from(content.length()).map_err(|_| StatusWord::NOT_ENOUGH_MEMORY)?;
        let file = LoadFile { aid: loading.aid, length, extents: content.extents() };
        self.store.commit(Changes::default().load_file(slot, Some(&file)))?;
        Ok(Response::ok(vec![0x00]))
    }
}

/// Tag C4 and its length; the value may go on in later blocks.
fn load_file_data_block(data: &[u8]) -> Option<(usize, &[u8])> {
    let (length, rest) = match data {
        [0xC4, length @ 0x01..=0x7F, rest @ ..] => (usize::from(*length), rest),
        [0xC4, 0x81, length, rest @ ..] => (usize::from(*length), rest),
        [0xC4, 0x82, hi, lo, rest @ ..] => (usize::from(u16::from_be_bytes([*hi, *lo])), rest),
        [0xC4, 0x83, hi, mid, lo, rest @ ..] => {
            (usize::from(*hi) << 16 | usize::from(*mid) << 8 | usize::from(*lo), rest)
        }
        _ => return None,
    };
    (length > 0).then_some((length, rest))
}
