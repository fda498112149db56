//! A card with the records application, and a terminal for it: Terminal Authentication 2 and Chip Authentication 2
//! (BSI TR-03110-2, 3.3 and 3.4; TR-03110-3, A.4, A.7 and B).

use super::cv::{self, CVCA, DOMESTIC, Holder, TERMINAL, holder, parts, sign};
use super::pace::{self, Messaging};
use super::*;
use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Reader, Tlv, encode};

pub const RECORDS: &str = "F0434849505702";
pub const EVERYTHING: [u8; 5] = [0xFF; 5];
/// In the place of a status word when the chip's token is wrong.
pub const NOT_PROVEN: u16 = 1;
/// Private key of the terminal's ephemeral pair.
const EPHEMERAL: u8 = 0x65;

pub fn cvca() -> Holder {
    holder("VNCVCA00001", CVCA, 1)
}

pub fn verifier() -> Holder {
    holder("VNDV00001", DOMESTIC, 2)
}

pub fn terminal() -> Holder {
    holder("VNTERM00001", TERMINAL, 3)
}

/// `30 82` and content that tells which record it is.
pub fn record(seed: u8, length: usize) -> Vec<u8> {
    let content: Vec<u8> = (0..length).map(|i| (i as u8).wrapping_mul(31) ^ seed).collect();
    encode(Tag(0x30), &content)
}

pub fn content_with_records() -> Vec<(u16, Vec<u8>)> {
    let mut all = content_with_pin();
    all.push((0x2F1D, (0..900).map(|i| i as u8 ^ 0x1D).collect()));
    all.push((0x8020, cvca().self_signed()));
    all.push((0x0200, record(0x20, 400)));
    all.push((0x0201, record(0x21, 120)));
    all
}

/// A card with records, and the public key of its Chip Authentication 2.
pub struct RecordsCard {
    pub card: Card,
    pub chip_key: Vec<u8>,
}

pub fn issued_with_records() -> RecordsCard {
    issued_with_records_on(|_| {})
}

pub fn issued_with_records_on(change: impl FnOnce(&mut ChipConfig)) -> RecordsCard {
    issued_with_records_and(&[], change)
}

/// With other key pairs too.
pub fn issued_with_records_and(others: &[u8], change: impl FnOnce(&mut ChipConfig)) -> RecordsCard {
    let mut card = blank_with(change);
    assert_eq!(status(&mut card, ISSUER), 0x9000);
    let mut session = scp03::Host::open(&mut card, 0x33);
    assert_eq!(session.send(&mut card, 0xE6, 0x0C, 0, &install_data(INSTANCE, 0x04)), (vec![0], 0x9000));
    let chip_key = chip_keys::generate(&mut card, &mut session, chip_keys::CHIP_AUTHENTICATION_2).to_vec();
    let others: Vec<(u16, Vec<u8>)> = others
        .iter()
        .map(|key| (0x8100 | u16::from(*key), chip_keys::generate(&mut card, &mut session, *key).to_vec()))
        .collect();
    chip_keys::associate(&mut card, &mut session);
    let mut held = content_with_records();
    let mut bytes = stream(&held);
    held.extend(others);
    held.push((0x8104, chip_key.clone()));
    bytes.extend(dgi(0x7F0F, &manifest(&held)));
    assert_eq!(session.store(&mut card, &bytes, 207), (vec![], 0x9000));
    card.reset().unwrap();
    RecordsCard { card, chip_key }
}

/// Free bytes, if they are told, then identifier and count of each file.
pub type Information = (Option<u16>, Vec<(u16, u16)>);

/// A terminal within a session of PACE with a template.
pub struct Inside {
    pub sm: Messaging,
    pub card_key: Vec<u8>,
    /// `87` and `88`.
    pub authorities: [Option<Vec<u8>>; 2],
}

/// The x-coordinate of the terminal's ephemeral key.
pub fn compressed() -> Vec<u8> {
    cv::public_point(EPHEMERAL)[1..33].to_vec()
}

impl Inside {
    pub fn open(card: &mut Card, set_at: &str, secret: &[u8], chat: [u8; 5]) -> Result<Self, u16> {
        let chat = format!("7F4C120609 04007F000703010202 5305{}", hex::encode(chat));
        let data = [&hex(set_at)[5..], &hex(&chat)].concat();
        let set_at = format!("0022C1A4{:02X}{}", data.len(), hex::encode(data));
        let opened = pace::open(card, &set_at, secret)?;
        let object = |tag| opened.objects.iter().find(|(known, _)| *known == Tag(tag)).map(|o| o.1.clone());
        let authorities = [object(0x87), object(0x88)];
        let card_key = opened.chip_ephemeral_key[1..33].to_vec();
        Ok(Self { sm: opened.messaging, card_key, authorities })
    }

    /// By the CAN, asking for everything.
    pub fn by_can(card: &mut Card) -> Self {
        Self::open(card, pace::SET_AT_CAN, CAN, EVERYTHING).unwrap()
    }

    pub fn set_dst(&mut self, card: &mut Card, reference: &[u8]) -> u16 {
        self.sm.send(card, [0, 0x22, 0x81, 0xB6], &encode(Tag(0x83), reference), None).1
    }

    /// PSO: Verify Certificate of a `7F21`, in an extended command where it must be.
    pub fn pso(&mut self, card: &mut Card, certificate: &[u8]) -> u16 {
        self.pso_data(card, &parts(certificate))
    }

    pub fn pso_data(&mut self, card: &mut Card, data: &[u8]) -> u16 {
        self.sm.send_extended(card, [0, 0x2A, 0x00, 0xBE], data, None).1
    }

    /// MSE:Set DST to the authority the certificate names, then PSO: Verify Certificate.
    pub fn present(&mut self, card: &mut Card, certificate: &[u8]) -> u16 {
        let parts = parts(certificate);
        let body = Reader::new(&parts).next_required().unwrap().value;
        let authority = Reader::new(body).find(Tag(0x42)).unwrap().value.to_vec();
        match self.set_dst(card, &authority) {
            0x9000 => self.pso(card, certificate),
            status => status,
        }
    }

    pub fn set_at_data(terminal: &str) -> Vec<u8> {
        [
            encode(Tag(0x80), &cv::ECDSA_SHA_256),
            encode(Tag(0x83), terminal.as_bytes()),
            encode(Tag(0x91), &compressed()),
        ]
        .concat()
    }

    pub fn set_at(&mut self, card: &mut Card, terminal: &str) -> u16 {
        self.sm.send(card, [0, 0x22, 0x81, 0xA4], &Self::set_at_data(terminal), None).1
    }

    pub fn challenge(&mut self, card: &mut Card) -> Result<Vec<u8>, u16> {
        match self.sm.send(card, [0, 0x84, 0, 0], &[], Some(&[8])) {
            (challenge, 0x9000) => Ok(challenge),
            (_, status) => Err(status),
        }
    }

    pub fn external_authenticate(&mut self, card: &mut Card, key: u8, challenge: &[u8]) -> u16 {
        let signature = sign(key, &[&self.card_key[..], challenge, &compressed()].concat());
        self.sm.send(card, [0, 0x82, 0, 0], &signature, None).1
    }

    /// Terminal Authentication with this chain, from the first certificate to the terminal's.
    pub fn authenticate(&mut self, card: &mut Card, chain: &[Vec<u8>], terminal: &Holder) -> Result<(), u16> {
        let ok = |status: u16| if status == 0x9000 { Ok(()) } else { Err(status) };
        for certificate in chain {
            ok(self.present(card, certificate))?;
        }
        ok(self.set_at(card, terminal.reference))?;
        let challenge = self.challenge(card)?;
        ok(self.external_authenticate(card, terminal.key, &challenge))
    }

    /// MSE:Set AT of Chip Authentication with AES-128.
    pub fn set_chip_authentication(&mut self, card: &mut Card, reference: u8) -> u16 {
        let oid = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03, 0x02, 0x02];
        let data = [encode(Tag(0x80), &oid), encode(Tag(0x84), &[reference])].concat();
        self.sm.send(card, [0, 0x22, 0x41, 0xA4], &data, None).1
    }

    /// GENERAL AUTHENTICATE with this point.
    pub fn agree(&mut self, card: &mut Card, point: &[u8]) -> (Vec<u8>, u16) {
        let data = encode(Tag(0x7C), &encode(Tag(0x80), point));
        self.sm.send(card, [0, 0x86, 0, 0], &data, Some(&[0]))
    }

    /// Chip Authentication 2 against this key of the chip: the new keys come from the shared secret and the nonce, and
    /// the token must prove them.
    pub fn authenticate_chip(&mut self, card: &mut Card, chip_key: &[u8]) -> Result<(), u16> {
        let own = cv::public_point(EPHEMERAL);
        match self.set_chip_authentication(card, 0x04) {
            0x9000 => {}
            status => return Err(status),
        }
        let (answer, status) = self.agree(card, &own);
        if status != 0x9000 {
            return Err(status);
        }
        let data = Tlv::parse_expected(&answer, Tag(0x7C)).unwrap();
        let mut objects = data.children().unwrap();
        let nonce = objects.expect(Tag(0x81)).unwrap().value.to_vec();
        let token = objects.expect(Tag(0x82)).unwrap().value.to_vec();
        objects.finish().unwrap();
        assert_eq!((nonce.len(), token.len()), (8, 8));
        let shared = pace::bytes(pace::point(chip_key) * pace::scalar(EPHEMERAL))[1..33].to_vec();
        let secret = [shared, nonce].concat();
        let (enc, mac) = (pace::kdf(&secret, 1), pace::kdf(&secret, 2));
        let oid = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03, 0x02, 0x02];
        let covered = encode(Tag(0x7F49), &[encode(Tag(0x06), &oid), encode(Tag(0x86), &own)].concat());
        if token != cmac(&mac, &covered)[..8] {
            return Err(NOT_PROVEN);
        }
        self.sm = Messaging::with_keys(enc, mac);
        Ok(())
    }

    pub fn select_records(&mut self, card: &mut Card) -> u16 {
        self.sm.send(card, [0, 0xA4, 4, 0x0C], &hex(RECORDS), None).1
    }

    pub fn read_record(&mut self, card: &mut Card, sfi: u8, number: u8) -> (Vec<u8>, u16) {
        self.sm.send_extended(card, [0, 0xB2, number, sfi << 3 | 4], &[], Some(&[0, 0]))
    }

    pub fn append_record(&mut self, card: &mut Card, sfi: u8, record: &[u8]) -> u16 {
        self.sm.send_extended(card, [0, 0xE2, 0, sfi << 3], record, None).1
    }

    pub fn information(&mut self, card: &mut Card) -> Result<Information, u16> {
        let (answer, status) = self.sm.send(card, [0, 0xCA, 0x7F, 0x78], &[], Some(&[0]));
        if status != 0x9000 {
            return Err(status);
        }
        let two = |value: &[u8]| u16::from_be_bytes(value.try_into().unwrap());
        let data = Tlv::parse_expected(&answer, Tag(0x7F78)).unwrap();
        let mut objects = data.children().unwrap();
        let (mut free, mut files) = (None, Vec::new());
        while let Some(file) = objects.next().unwrap() {
            if file.tag == Tag(0x81) {
                assert!(free.is_none() && files.is_empty());
                free = Some(two(file.value));
                continue;
            }
            assert_eq!(file.tag, Tag(0xA1));
            let mut inner = file.children().unwrap();
            let fid = two(inner.expect(Tag(0x83)).unwrap().value);
            files.push((fid, two(inner.expect(Tag(0x82)).unwrap().value)));
            inner.finish().unwrap();
        }
        Ok((free, files))
    }
}

/// The whole procedure of TR-03110-2, 3.4, by the CAN and asking for everything, to the records application.
pub fn whole_procedure(issued: &mut RecordsCard, dv: &Holder, at: &Holder) -> Result<Inside, u16> {
    let mut inside = Inside::open(&mut issued.card, pace::SET_AT_CAN, CAN, EVERYTHING)?;
    inside.authenticate(&mut issued.card, &[dv.issued_by(&cvca()), at.issued_by(dv)], at)?;
    inside.authenticate_chip(&mut issued.card, &issued.chip_key)?;
    match inside.select_records(&mut issued.card) {
        0x9000 => Ok(inside),
        status => Err(status),
    }
}
