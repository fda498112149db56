//! GET DATA and the FCI (CM-01, CM-03, CM-04).

use super::AID;
use crate::processor::{Processor, Stop, cut_to_le, fci};
use crate::tables::budget;
use chipwright_iso7816::tlv::{Writer, encode};
use chipwright_iso7816::{Command, Response, StatusWord, Tag};

const CPLC: Tag = Tag(0x9F7F);
const IIN: Tag = Tag(0x42);
const CIN: Tag = Tag(0x45);
const KEY_INFORMATION: Tag = Tag(0xE0);
const CARD_DATA: Tag = Tag(0x66);
const RESOURCES: Tag = Tag(0xFF21);
const MOST_COMMAND_DATA: Tag = Tag(0x9F65);

/// 1.2.840.114283, GlobalPlatform.
const GLOBALPLATFORM: [u8; 6] = [0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B];
/// What an open secure channel takes of the volatile memory.
const CHANNEL_BYTES: usize = 128;

impl Processor {
    pub(super) fn get_data(&self, command: &Command) -> Result<Response, Stop> {
        if !command.data.is_empty() {
            return Err(StatusWord::WRONG_LENGTH.into());
        }
        let tag = Tag(u32::from(u16::from_be_bytes([command.p1, command.p2])));
        let object = match tag {
            CPLC => encode(CPLC, self.silicon.cplc.as_bytes()),
            IIN => encode(IIN, &self.store.card().iin),
            CIN => encode(CIN, &self.card_image_number()),
            KEY_INFORMATION => self.key_information(),
            CARD_DATA => encode(CARD_DATA, &self.card_recognition_data()),
            RESOURCES => self.resources(),
            _ => return Err(StatusWord::REFERENCED_DATA_NOT_FOUND.into()),
        };
        Ok(Response::ok(cut_to_le(object, command)?))
    }

    /// `6F { 84 AID, A5 { 73 …, 9F65 FF } }` (GP 2.3.1, 11.9.3.1).
    pub(crate) fn issuer_domain_fci(&self) -> Vec<u8> {
        let mut proprietary = self.card_recognition_data();
        proprietary.extend(encode(MOST_COMMAND_DATA, &[0xFF]));
        fci(&AID, &proprietary)
    }

    fn card_image_number(&self) -> Vec<u8> {
        let set = &self.store.card().cin;
        if set.is_empty() { self.silicon.cplc.chip_identifier().to_vec() } else { set.clone() }
    }

    /// `E0 { C0 identifier, version, 88 length }` for every key (GP 2.3.1, 11.3.3.1).
    fn key_information(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.nest(KEY_INFORMATION, |template| {
            for (_, keys) in self.store.key_sets() {
                #[allow(clippy::cast_possible_truncation)] // 16, 24 or 32
                let length = keys.set.size().bytes() as u8;
                for identifier in 1..=3 {
                    template.put(Tag(0xC0), &[identifier, keys.version, 0x88, length]);
                }
            }
        });
        out.into_bytes()
    }

    /// `73 { 06 GP card, 60 { 06 GP 2.3.1 }, 63 { 06 card identification }, 64 { 06 SCP03, i } }` (GP 2.3.1, H.2).
    fn card_recognition_data(&self) -> Vec<u8> {
        let oid = |arcs: &[u8]| encode(Tag(0x06), &[&GLOBALPLATFORM, arcs].concat());
        let mut out = Writer::new();
        out.nest(Tag(0x73), |data| {
            data.raw(&oid(&[1]))
                .put(Tag(0x60), &oid(&[2, 2, 3, 1]))
                .put(Tag(0x63), &oid(&[3]))
                .put(Tag(0x64), &oid(&[4, 3, self.silicon.parameter.value()]));
        });
        out.into_bytes()
    }

    /// `FF21 { 81 applications, 82 free non-volatile bytes (4), 83 free volatile bytes (2) }`.
    #[allow(clippy::cast_possible_truncation)] // 4 instances, 80 kB, 2.5 kB
    fn resources(&self) -> Vec<u8> {
        let free = self.store.free_bytes() as u32;
        let volatile = (budget::VOLATILE - budget::COMMAND_APDU - CHANNEL_BYTES) as u16;
        let mut out = Writer::new();
        out.nest(RESOURCES, |resources| {
            resources
                .put(Tag(0x81), &[self.store.instances().count() as u8])
                .put(Tag(0x82), &free.to_be_bytes())
                .put(Tag(0x83), &volatile.to_be_bytes());
        });
        out.into_bytes()
    }
}
