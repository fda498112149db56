//! Commands of the issuer security domain, decoded as a whole before anything is done.

use crate::tables::CardLifeCycle;
use chipwright_iso7816::tlv::{Reader, Tlv};
use chipwright_iso7816::{Aid, Command, Ins, Le, StatusWord, Tag};
use zeroize::Zeroizing;

/// Everything that needs a secure channel.
pub(super) enum IssuerCommand {
    PutKey(PutKey),
    GetStatus(GetStatus),
    SetStatus(CardLifeCycle),
    SetInstanceStatus { aid: Aid, suspended: bool },
    Delete { aid: Aid, related: bool },
    InstallForLoad { load_file: Aid },
    Install(Install),
    InstallForPersonalization { instance: Aid },
    Load(Block),
    StoreData(Block),
}

/// GP 2.3.1, 11.8; Amendment D, 7.2.
pub(super) struct PutKey {
    /// The version to replace; none to add.
    pub(super) replaces: Option<u8>,
    pub(super) version: u8,
    pub(super) keys: [WrappedKey; 3],
}

/// One key: its clear length, the cryptogram, its check value.
pub(super) struct WrappedKey {
    pub(super) length: usize,
    pub(super) cryptogram: Zeroizing<Vec<u8>>,
    pub(super) check_value: [u8; 3],
}

/// GP 2.3.1, 11.4.
pub(super) struct GetStatus {
    pub(super) subset: Subset,
    pub(super) next: bool,
    /// First bytes that an AID must have.
    pub(super) criterion: Vec<u8>,
    pub(super) le: Option<Le>,
}

/// P1 of GET STATUS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subset {
    IssuerDomain,
    Applications,
    LoadFiles,
    LoadFilesAndModules,
}

/// GP 2.3.1, 11.5.2.3.2.
pub(super) struct Install {
    pub(super) load_file: Aid,
    pub(super) module: Aid,
    pub(super) instance: Aid,
    pub(super) privileges: [u8; 3],
}

/// A block of STORE DATA or LOAD.
pub(crate) struct Block {
    pub(crate) last: bool,
    /// The other bits of P1.
    pub(crate) format: u8,
    pub(crate) number: u8,
    pub(crate) data: Zeroizing<Vec<u8>>,
}

impl Block {
    /// P1 b8 last block, P2 number.
    pub(crate) fn decode(command: &Command) -> Result<Self, StatusWord> {
        if command.data.is_empty() {
            return Err(StatusWord::WRONG_LENGTH);
        }
        Ok(Self {
            last: command.p1 & 0x80 != 0,
            format: command.p1 & 0x7F,
            number: command.p2,
            data: Zeroizing::new(command.data.clone()),
        })
    }
}

/// Instructions of the card manager (`tables/commands.toml`).
pub(super) const fn is_known(ins: Ins) -> bool {
    matches!(
        ins,
        Ins::SELECT
            | Ins::GET_DATA
            | Ins::INITIALIZE_UPDATE
            | Ins::EXTERNAL_AUTHENTICATE
            | Ins::PUT_KEY
            | Ins::GET_STATUS
            | Ins::SET_STATUS
            | Ins::INSTALL
            | Ins::LOAD
            | Ins::DELETE
            | Ins::STORE_DATA
    )
}

impl IssuerCommand {
    pub(super) fn decode(command: &Command) -> Result<Self, StatusWord> {
        match command.ins {
            Ins::PUT_KEY => PutKey::decode(command).map(Self::PutKey),
            Ins::GET_STATUS => GetStatus::decode(command).map(Self::GetStatus),
            Ins::SET_STATUS => decode_set_status(command),
            Ins::DELETE => decode_delete(command),
            Ins::INSTALL => decode_install(command),
            Ins::LOAD => match Block::decode(command)? {
                block if block.format == 0 => Ok(Self::Load(block)),
                _ => Err(StatusWord::INCORRECT_P1_P2),
            },
            Ins::STORE_DATA => Block::decode(command).map(Self::StoreData),
            _ => Err(StatusWord::INS_NOT_SUPPORTED),
        }
    }
}

impl PutKey {
    /// P1 the version to replace or 00, P2 81; data: new version, then three times `88 length, key length, cryptogram,
    /// 03 check value`.
    fn decode(command: &Command) -> Result<Self, StatusWord> {
        if command.p1 & 0x80 != 0 || command.p2 != 0x81 {
            return Err(StatusWord::INCORRECT_P1_P2);
        }
        let mut fields = Fields(&command.data);
        let version = fields.byte()?;
        if !(0x01..=0x7F).contains(&version) {
            return Err(StatusWord::INCORRECT_DATA);
        }
        let keys = [
            WrappedKey::decode(&mut fields)?,
            WrappedKey::decode(&mut fields)?,
            WrappedKey::decode(&mut fields)?,
        ];
        fields.finish()?;
        Ok(Self { replaces: (command.p1 != 0).then_some(command.p1), version, keys })
    }
}

impl WrappedKey {
    /// Amendment D, 7.2: key type AES (88), length of the key component block, clear key length, cryptogram.
    fn decode(fields: &mut Fields<'_>) -> Result<Self, StatusWord> {
        if fields.byte()? != 0x88 {
            return Err(StatusWord::INCORRECT_DATA);
        }
        let (length, cryptogram) = fields.short()?.split_first().ok_or(StatusWord::INCORRECT_DATA)?;
        let length = usize::from(*length);
        let check_value = fields.short()?.try_into().map_err(|_| StatusWord::INCORRECT_DATA)?;
        if !matches!(length, 16 | 24 | 32) || cryptogram.len() != length.next_multiple_of(16) {
            return Err(StatusWord::INCORRECT_DATA);
        }
        Ok(Self { length, cryptogram: Zeroizing::new(cryptogram.to_vec()), check_value })
    }
}

impl GetStatus {
    /// P1 subset, P2 02 or 03 (next); data `4F` search criterion, then any other objects.
    fn decode(command: &Command) -> Result<Self, StatusWord> {
        let subset = match command.p1 {
            0x80 => Subset::IssuerDomain,
            0x40 => Subset::Applications,
            0x20 => Subset::LoadFiles,
            0x10 => Subset::LoadFilesAndModules,
            _ => return Err(StatusWord::INCORRECT_P1_P2),
        };
        let next = match command.p2 {
            0x02 => false,
            0x03 => true,
            _ => return Err(StatusWord::INCORRECT_P1_P2),
        };
        let criterion =
            Reader::new(&command.data).expect(Tag(0x4F)).map_err(|_| StatusWord::INCORRECT_DATA)?;
        Ok(Self { subset, next, criterion: criterion.value.to_vec(), le: command.le })
    }
}

/// P1 80, P2 the state of the card; P1 40, P2 8F or 0F, the AID of an instance (LIFE-01).
fn decode_set_status(command: &Command) -> Result<IssuerCommand, StatusWord> {
    match (command.p1, command.p2) {
        (0x80, state) => {
            CardLifeCycle::from_byte(state).map(IssuerCommand::SetStatus).ok_or(StatusWord::INCORRECT_DATA)
        }
        (0x40, state) => {
            let suspended = match state {
                0x8F => true,
                0x0F => false,
                _ => return Err(StatusWord::INCORRECT_DATA),
            };
            Ok(IssuerCommand::SetInstanceStatus { aid: aid(&command.data)?, suspended })
        }
        _ => Err(StatusWord::INCORRECT_P1_P2),
    }
}

/// P1 00, P2 00 or 80; data `4F` AID.
fn decode_delete(command: &Command) -> Result<IssuerCommand, StatusWord> {
    if command.p1 != 0x00 || command.p2 & 0x7F != 0 {
        return Err(StatusWord::INCORRECT_P1_P2);
    }
    let object = Tlv::parse_expected(&command.data, Tag(0x4F)).map_err(|_| StatusWord::INCORRECT_DATA)?;
    Ok(IssuerCommand::Delete { aid: aid(object.value)?, related: command.p2 == 0x80 })
}

/// P1 02, 0C or 20; P2 00; data of length-value fields.
fn decode_install(command: &Command) -> Result<IssuerCommand, StatusWord> {
    if command.p2 != 0x00 {
        return Err(StatusWord::INCORRECT_P1_P2);
    }
    let mut fields = Fields(&command.data);
    let decoded = match command.p1 {
        0x02 => {
            let load_file = aid(fields.short()?)?;
            let domain = fields.short()?;
            if !domain.is_empty() && domain != super::AID.as_bytes() {
                return Err(StatusWord::REFERENCED_DATA_NOT_FOUND);
            }
            let (_hash, _parameters, _token) = (fields.short()?, fields.short()?, fields.short()?);
            IssuerCommand::InstallForLoad { load_file }
        }
        0x0C => {
            let [load_file, module, instance] =
                [aid(fields.short()?)?, aid(fields.short()?)?, aid(fields.short()?)?];
            let privileges = match *fields.short()? {
                [first] => [first, 0, 0],
                [first, second, third] => [first, second, third],
                _ => return Err(StatusWord::INCORRECT_DATA),
            };
            let (_parameters, _token) = (fields.short()?, fields.short()?);
            IssuerCommand::Install(Install { load_file, module, instance, privileges })
        }
        0x20 => {
            let (_, _) = (fields.short()?, fields.short()?);
            let instance = aid(fields.short()?)?;
            let (_, _, _) = (fields.short()?, fields.short()?, fields.short()?);
            IssuerCommand::InstallForPersonalization { instance }
        }
        _ => return Err(StatusWord::INCORRECT_P1_P2),
    };
    fields.finish()?;
    Ok(decoded)
}

fn aid(bytes: &[u8]) -> Result<Aid, StatusWord> {
    Aid::new(bytes).map_err(|_| StatusWord::INCORRECT_DATA)
}

/// Bytes and length-value fields, front to back.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn byte(&mut self) -> Result<u8, StatusWord> {
        let (first, rest) = self.0.split_first().ok_or(StatusWord::INCORRECT_DATA)?;
        self.0 = rest;
        Ok(*first)
    }

    fn short(&mut self) -> Result<&'a [u8], StatusWord> {
        let length = usize::from(self.byte()?);
        let (value, rest) = self.0.split_at_checked(length).ok_or(StatusWord::INCORRECT_DATA)?;
        self.0 = rest;
        Ok(value)
    }

    const fn finish(&self) -> Result<(), StatusWord> {
        if self.0.is_empty() { Ok(()) } else { Err(StatusWord::INCORRECT_DATA) }
    }
}
