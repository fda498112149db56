//! Taking the protection off commands.

use super::{CHECKSUM, CHECKSUM_LENGTH, CRYPTOGRAM_OF_TLV, CRYPTOGRAM_WITH_INDICATOR, LE, Live, SmFailure};
use crate::flaw::{Flaw, flawed};
use crate::iso9797;
use chipwright_iso7816::tlv::{Reader, Tlv};
use chipwright_iso7816::{Command, Le, Tag};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Bits 4 and 3 of a first interindustry class: secure messaging with the header authenticated (7816-4, 5.4.1).
const HEADER_AUTHENTICATED: u8 = 0x0C;

/// The data objects of a protected command.
#[derive(Default)]
struct Objects<'a> {
    cryptogram: Option<Tlv<'a>>,
    le: Option<Tlv<'a>>,
    checksum: Option<Tlv<'a>>,
}

impl Live {
    pub(super) fn unwrap(&mut self, command: &Command) -> Result<Command, SmFailure> {
        check_class(command.cla)?;
        self.count();
        let objects = Objects::read(&command.data)?;
        let checksum = objects.checksum.ok_or(SmFailure::Missing(CHECKSUM))?;
        self.verify(command, checksum.value)?;

        let mut plain =
            Command::new(command.cla & !HEADER_AUTHENTICATED, command.ins, command.p1, command.p2)
                .sensitive();
        if let Some(cryptogram) = objects.cryptogram {
            plain.data = self.decrypt(cryptogram, command.ins.0 & 1 == 1)?;
        }
        if let Some(le) = objects.le {
            (plain.le, plain.extended) = plain_le(le.value, command.extended)?;
        }
        plain.extended |= plain.data.len() > 255;
        Ok(plain)
    }

    /// `CMAC(KSmac, SSC || header padded || objects padded)`, first 8 bytes.
    ///
    /// Where there is no object but 8E, 7816-4, 10.2.3.1 pads the header alone and 9303-11, 9.8.7.2 can be read as
    /// padding the whole again; senders of both kinds exist, and both forms say the same command.
    fn verify(&self, command: &Command, received: &[u8]) -> Result<(), SmFailure> {
        let mut message = command.header().to_vec();
        iso9797::pad(&mut message);
        let objects = &command.data[..command.data.len() - (2 + CHECKSUM_LENGTH)];
        message.extend_from_slice(objects);
        if objects.is_empty() && bool::from(self.checksum(&message).ct_eq(received)) {
            return Ok(());
        }
        iso9797::pad(&mut message);
        let right =
            bool::from(self.checksum(&message).ct_eq(received)) || flawed(Flaw::MessagingMacUnchecked);
        if right { Ok(()) } else { Err(SmFailure::Incorrect) }
    }

    /// `AES-CBC⁻¹(KSenc, E(KSenc, SSC), cryptogram)` without its padding.
    fn decrypt(&self, cryptogram: Tlv<'_>, odd_ins: bool) -> Result<Vec<u8>, SmFailure> {
        let blocks = match (cryptogram.tag, odd_ins, cryptogram.value) {
            (CRYPTOGRAM_OF_TLV, true, blocks) | (CRYPTOGRAM_WITH_INDICATOR, false, [0x01, blocks @ ..]) => {
                blocks
            }
            _ => return Err(SmFailure::Incorrect),
        };
        if !blocks.len().is_multiple_of(16) {
            return Err(SmFailure::Incorrect);
        }
        let mut padded = Zeroizing::new(blocks.to_vec());
        self.enc.cbc_decrypt(&self.iv(), &mut padded);
        iso9797::unpad(&padded)
            .filter(|plain| !plain.is_empty())
            .map(<[u8]>::to_vec)
            .ok_or(SmFailure::Incorrect)
    }
}

impl<'a> Objects<'a> {
    /// `[87 or 85] [97] [8E]`, in this order, nothing else, minimal lengths.
    fn read(data: &'a [u8]) -> Result<Self, SmFailure> {
        let mut reader = Reader::strict(data);
        let mut objects = Self::default();
        while let Some(object) = reader.next().map_err(|_| SmFailure::Incorrect)? {
            let (slot, nothing_later) = match object.tag {
                CRYPTOGRAM_WITH_INDICATOR | CRYPTOGRAM_OF_TLV => {
                    let first = objects.le.is_none() && objects.checksum.is_none();
                    (&mut objects.cryptogram, first)
                }
                LE => (&mut objects.le, objects.checksum.is_none()),
                CHECKSUM if object.value.len() == CHECKSUM_LENGTH => (&mut objects.checksum, true),
                Tag(_) => return Err(SmFailure::Incorrect),
            };
            if !nothing_later || slot.replace(object).is_some() {
                return Err(SmFailure::Incorrect);
            }
        }
        Ok(objects)
    }
}

/// A first interindustry class on the basic or another channel, with an authenticated header.
const fn check_class(cla: u8) -> Result<(), SmFailure> {
    if cla & 0xC0 != 0 {
        return Err(SmFailure::UnsupportedForm);
    }
    match cla & HEADER_AUTHENTICATED {
        HEADER_AUTHENTICATED => Ok(()),
        0 => Err(SmFailure::NotProtected),
        _ => Err(SmFailure::UnsupportedForm),
    }
}

/// The value of 97, and whether it is an extended one. One byte `00` in an extended command says exactly 256.
fn plain_le(value: &[u8], outer_extended: bool) -> Result<(Option<Le>, bool), SmFailure> {
    match *value {
        [0] if outer_extended => Ok((Some(Le::Exact(256)), false)),
        [0] => Ok((Some(Le::Max), false)),
        [ne] => Ok((Some(Le::Exact(u32::from(ne))), false)),
        [0, 0] => Ok((Some(Le::Max), true)),
        [hi, lo] => Ok((Some(Le::Exact(u32::from(u16::from_be_bytes([hi, lo])))), true)),
        _ => Err(SmFailure::Incorrect),
    }
}
