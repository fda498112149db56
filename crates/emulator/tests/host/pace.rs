//! PACE terminal (Generic and Chip Authentication Mapping) on P-256 with AES-128, and secure messaging (ICAO Doc 9303-11,
//! 4.4 and 9.8).

use super::{cbc_decrypt, cbc_encrypt, cmac, encrypt_block, pad, raw, unpad};
use chipwright_emulator::Card;
use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Reader, Tlv, encode};
use elliptic_curve::ops::Reduce;
use elliptic_curve::sec1::{FromSec1Point, ToSec1Point};
use p256::{AffinePoint, FieldBytes, ProjectivePoint, Scalar};
use sha1::{Digest, Sha1};

pub const SET_AT_CAN: &str = "0022C1A40F 800A04007F00070202040202 830102";
pub const SET_AT_MRZ: &str = "0022C1A40F 800A04007F00070202040202 830101";

pub const SET_AT_PIN: &str = "0022C1A40F 800A04007F00070202040202 830103";
pub const SET_AT_PUK: &str = "0022C1A40F 800A04007F00070202040202 830104";

pub const SET_AT_CAM: &str = "0022C1A40F 800A04007F00070202040602 830102";

/// A run of PACE that has succeeded.
pub struct Opened {
    pub messaging: Messaging,
    /// The data objects of the last answer after the chip's token.
    pub objects: Vec<(Tag, Vec<u8>)>,
    pub chip_mapping_key: Vec<u8>,
    pub chip_ephemeral_key: Vec<u8>,
}

pub struct Messaging {
    enc: [u8; 16],
    mac: [u8; 16],
    ssc: u128,
}

pub fn kdf(secret: &[u8], counter: u8) -> [u8; 16] {
    Sha1::digest([secret, &[0, 0, 0, counter]].concat())[..16].try_into().unwrap()
}

pub fn scalar(byte: u8) -> Scalar {
    <Scalar as Reduce<FieldBytes>>::reduce(&FieldBytes::from([byte; 32]))
}

pub fn point(bytes: &[u8]) -> ProjectivePoint {
    AffinePoint::from_sec1_bytes(bytes).unwrap().into()
}

pub fn bytes(point: ProjectivePoint) -> Vec<u8> {
    point.to_affine().to_sec1_point(false).as_bytes().to_vec()
}

/// GENERAL AUTHENTICATE, in plain or under `outer`: the objects inside 7C.
fn step(
    card: &mut Card,
    outer: &mut Option<&mut Messaging>,
    data: &[u8],
    last: bool,
) -> Result<Vec<(Tag, Vec<u8>)>, u16> {
    let object = encode(Tag(0x7C), data);
    let cla = if last { 0x00 } else { 0x10 };
    let (answer, status) = match outer {
        Some(outer) => outer.send(card, [cla, 0x86, 0, 0], &object, Some(&[0])),
        None => {
            let mut command = vec![cla, 0x86, 0, 0, object.len() as u8];
            command.extend_from_slice(&object);
            command.push(0);
            raw(card, &command)
        }
    };
    if status != 0x9000 {
        return Err(status);
    }
    let outer = Tlv::parse_expected(&answer, Tag(0x7C)).unwrap();
    let mut reader = Reader::new(outer.value);
    let mut objects = Vec::new();
    while let Some(object) = reader.next().unwrap() {
        objects.push((object.tag, object.value.to_vec()));
    }
    Ok(objects)
}

/// The whole protocol with this password, `secret` being the CAN's digits or the MRZ's SHA-1.
pub fn establish(card: &mut Card, set_at: &str, secret: &[u8]) -> Result<Messaging, u16> {
    open(card, set_at, secret).map(|opened| opened.messaging)
}

/// [`establish`] with everything the chip told.
pub fn open(card: &mut Card, set_at: &str, secret: &[u8]) -> Result<Opened, u16> {
    match super::status(card, set_at) {
        0x9000 | 0x63C0..=0x63C2 => run(card, &mut None, set_at, secret),
        status => Err(status),
    }
}

/// The same under an open session.
pub fn establish_within(
    card: &mut Card,
    outer: &mut Messaging,
    set_at: &str,
    secret: &[u8],
) -> Result<Messaging, u16> {
    match outer.send(card, [0, 0x22, 0xC1, 0xA4], &super::hex(set_at)[5..], None).1 {
        0x9000 | 0x63C0..=0x63C2 => run(card, &mut Some(outer), set_at, secret).map(|run| run.messaging),
        status => Err(status),
    }
}

fn run(
    card: &mut Card,
    outer: &mut Option<&mut Messaging>,
    set_at: &str,
    secret: &[u8],
) -> Result<Opened, u16> {
    let protocol = &super::hex(set_at)[7..17];
    let password = kdf(secret, 3);
    let nonce = cbc_decrypt(&password, [0; 16], &step(card, outer, &[], false)?[0].1);
    let mut number = FieldBytes::default();
    number[16..].copy_from_slice(&nonce);
    let s = <Scalar as Reduce<FieldBytes>>::reduce(&number);
    let mapping = scalar(0x21);
    let own = encode(Tag(0x81), &bytes(ProjectivePoint::GENERATOR * mapping));
    let chip_mapping_key = step(card, outer, &own, false)?.remove(0).1;
    let generator = ProjectivePoint::GENERATOR * s + point(&chip_mapping_key) * mapping;
    let ephemeral = scalar(0x43);
    let public = bytes(generator * ephemeral);
    let chip_ephemeral_key = step(card, outer, &encode(Tag(0x83), &public), false)?.remove(0).1;
    let shared = bytes(point(&chip_ephemeral_key) * ephemeral)[1..33].to_vec();
    let (enc, mac) = (kdf(&shared, 1), kdf(&shared, 2));
    let token = |key: &[u8]| {
        let inner = [encode(Tag(0x06), protocol), encode(Tag(0x86), key)].concat();
        cmac(&mac, &encode(Tag(0x7F49), &inner))[..8].to_vec()
    };
    let mut objects = step(card, outer, &encode(Tag(0x85), &token(&chip_ephemeral_key)), true)?;
    assert_eq!(objects.remove(0), (Tag(0x86), token(&public)));
    let messaging = Messaging { enc, mac, ssc: 0 };
    Ok(Opened { messaging, objects, chip_mapping_key, chip_ephemeral_key })
}

impl Messaging {
    /// With the keys of Chip Authentication.
    pub fn with_keys(enc: [u8; 16], mac: [u8; 16]) -> Self {
        Self { enc, mac, ssc: 0 }
    }

    pub const fn enc(&self) -> [u8; 16] {
        self.enc
    }

    /// Protects a plain command: header, data, the value of 97 if any, whether the outer form is extended.
    pub fn wrap(&mut self, header: [u8; 4], data: &[u8], le: Option<&[u8]>, extended: bool) -> Vec<u8> {
        self.ssc += 1;
        let header = [header[0] | 0x0C, header[1], header[2], header[3]];
        let mut objects = Vec::new();
        if !data.is_empty() {
            let iv = encrypt_block(&self.enc, self.ssc.to_be_bytes());
            let cipher = cbc_encrypt(&self.enc, iv, &pad(data));
            objects.extend(match header[1] & 1 {
                1 => encode(Tag(0x85), &cipher),
                _ => encode(Tag(0x87), &[vec![1], cipher].concat()),
            });
        }
        if let Some(le) = le {
            objects.extend(encode(Tag(0x97), le));
        }
        let mut message = [&self.ssc.to_be_bytes()[..], &pad(&header)].concat();
        if !objects.is_empty() {
            message.extend(pad(&objects));
        }
        objects.extend(encode(Tag(0x8E), &cmac(&self.mac, &message)[..8]));
        let mut command = header.to_vec();
        if extended {
            command.extend([0, (objects.len() >> 8) as u8, objects.len() as u8]);
        } else {
            command.push(objects.len() as u8);
        }
        command.extend(objects);
        command.extend(if extended { vec![0, 0] } else { vec![0] });
        command
    }

    /// Counts an answer that is not opened.
    pub const fn skip(&mut self) {
        self.ssc += 1;
    }

    /// Checks and opens a protected answer.
    pub fn unwrap(&mut self, answer: &[u8], status: u16) -> (Vec<u8>, u16) {
        self.ssc += 1;
        if status == super::NO_ANSWER {
            return (Vec::new(), status);
        }
        let at = answer.len().checked_sub(10).unwrap_or_else(|| panic!("plain answer {status:04X}"));
        let (objects, mac) = answer.split_at(at);
        let message = [&self.ssc.to_be_bytes()[..], &pad(objects)].concat();
        assert_eq!(mac, encode(Tag(0x8E), &cmac(&self.mac, &message)[..8]));
        let mut reader = Reader::new(objects);
        let mut plain = Vec::new();
        while let Some(object) = reader.next().unwrap() {
            let cipher = match object.tag {
                Tag(0x87) => &object.value[1..],
                Tag(0x85) => object.value,
                Tag(0x99) => {
                    assert_eq!(object.value, status.to_be_bytes());
                    continue;
                }
                other => panic!("object {other}"),
            };
            let iv = encrypt_block(&self.enc, self.ssc.to_be_bytes());
            plain = unpad(&cbc_decrypt(&self.enc, iv, cipher));
        }
        (plain, status)
    }

    pub fn send(
        &mut self,
        card: &mut Card,
        header: [u8; 4],
        data: &[u8],
        le: Option<&[u8]>,
    ) -> (Vec<u8>, u16) {
        let command = self.wrap(header, data, le, false);
        let (answer, status) = raw(card, &command);
        self.unwrap(&answer, status)
    }

    pub fn send_extended(
        &mut self,
        card: &mut Card,
        header: [u8; 4],
        data: &[u8],
        le: Option<&[u8]>,
    ) -> (Vec<u8>, u16) {
        let command = self.wrap(header, data, le, true);
        let (answer, status) = raw(card, &command);
        self.unwrap(&answer, status)
    }

    /// READ BINARY by short identifier, then on with the current file to the end.
    pub fn read(&mut self, card: &mut Card, sfi: u8) -> Result<Vec<u8>, u16> {
        let (mut file, status) = self.send(card, [0, 0xB0, 0x80 | sfi, 0], &[], Some(&[0]));
        if status != 0x9000 {
            return Err(status);
        }
        loop {
            let offset = (file.len() as u16).to_be_bytes();
            match self.send(card, [0, 0xB0, offset[0], offset[1]], &[], Some(&[0])) {
                (more, 0x9000) => file.extend(more),
                (_, 0x6B00) => return Ok(file),
                (_, status) => return Err(status),
            }
        }
    }
}
