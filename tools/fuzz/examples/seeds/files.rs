//! Files of a card, security objects, certificates, photographs.

use super::Seeds;
use chipwright_fuzz::cms::genuine;
use chipwright_fuzz::fixture::fixture;
use chipwright_fuzz::mutation::Mutation;
use chipwright_iso7816::tlv::{Tag, encode};
use chipwright_profile::{FileId, Portrait, SecurityInfos, dg2, read, security_object};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use std::io::Cursor;

pub(super) fn add(seeds: &mut Seeds) {
    data_groups(seeds);
    signed(seeds);
    pictures(seeds);
}

/// One change, as an input that begins with its kind.
fn changed(kind: u8, change: &Mutation) -> Vec<u8> {
    [&[kind, 1], &change.put()[..]].concat()
}

fn data_groups(seeds: &mut Seeds) {
    let mut add = |name: &str, input: &[u8]| seeds.push(("data_groups", name.to_owned(), input.to_vec()));
    for (file, content) in fixture().signed.files() {
        if file != FileId::Dg(2) {
            add(&format!("{file:?}").replace(|c: char| !c.is_alphanumeric(), "").to_lowercase(), content);
        }
    }
    let small = Portrait::fit(&jpeg(180, 240), 4000).unwrap();
    add("dg2", &dg2::encode_file(&small));
    let signed = &fixture().signed;
    let object = genuine();
    let content =
        object.windows(2).position(|w| w == [0x04, 0x82]).map_or(&object[..0], |at| &object[at + 4..]);
    add("security-object-inside", content);
    add("security-object", &security_object::lds_security_object(&[(1, b"a"), (2, b"b"), (13, b"c")]));
    let zone = read::dg1(signed.file(FileId::Dg(1)).unwrap()).unwrap();
    add("zone", zone.as_bytes());
    add(
        "specimen",
        b"I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    );
    add(
        "long-number",
        b"I<UTOD23145890<7349<<<<<<<<<<<3407127M9507122UTO<<<<<<<<<<<2STEVENSON<<PETER<JOHN<<<<<<<<<",
    );
    // 0x7C version 1 of the LDSSecurityObject, with parameters NULL
    let hashes: Vec<u8> = (1..=2u8)
        .flat_map(|number| {
            let entry = [encode(Tag(0x02), &[number]), encode(Tag(0x04), &[0xAB; 32])].concat();
            encode(Tag(0x30), &entry)
        })
        .collect();
    let algorithm = hex::decode("300d06096086480165030402010500").unwrap();
    let versions = encode(Tag(0x30), &[encode(Tag(0x13), b"0108"), encode(Tag(0x13), b"060000")].concat());
    let body = [vec![2, 1, 1], algorithm, encode(Tag(0x30), &hashes), versions].concat();
    add("security-object-1", &encode(Tag(0x30), &body));
    let infos = SecurityInfos::of_pace(&chipwright_profile::PaceParameters::DEFAULT);
    add("card-access-twice", &[infos.to_der(), infos.to_der()].concat());
    add(
        "offers",
        &hex::decode("31283012060a04007f0007020204020202010202010d3012060a04007f0007020204060402010202010c")
            .unwrap(),
    );
    add("padded", &hex::decode("608200165f0104303130375f36063034303030305c046175766c").unwrap());
}

fn signed(seeds: &mut Seeds) {
    let object = genuine();
    let mut add =
        |target: &'static str, name: &str, input: Vec<u8>| seeds.push((target, name.to_owned(), input));
    add("cms", "genuine", vec![0, 0]);
    add("cms", "whole", [&[1], object].concat());
    let tail = object.len() as u16 - 1;
    for (name, change) in [
        ("signature", Mutation::Flip(tail, 1)),
        ("content", Mutation::Flip(120, 0x80)),
        ("cut", Mutation::Truncate(tail)),
        ("longer", Mutation::Append(vec![0])),
        ("length", Mutation::Add(3, 1)),
        ("repeated", Mutation::Repeat(20, 60)),
    ] {
        add("cms", name, changed(0, &change));
    }
    let fixture = fixture();
    let root = &fixture.authority.root;
    for kind in 0..3 {
        add("certificates", &format!("genuine-{kind}"), vec![kind, 0]);
        add("certificates", &format!("altered-{kind}"), changed(kind, &Mutation::Flip(90, 1)));
        add("certificates", &format!("cut-{kind}"), changed(kind, &Mutation::Truncate(200)));
        add("certificates", &format!("longer-{kind}"), changed(kind, &Mutation::Insert(40, vec![0x31, 0])));
    }
    let pem = root.to_pem() + &fixture.signer().to_pem();
    for (name, file) in [
        ("root", root.as_der()),
        ("signer", fixture.signer().as_der()),
        ("list", fixture.crl.as_der()),
        ("list-revoked", fixture.revoking.as_der()),
        ("pem", pem.as_bytes()),
        ("pem-list", fixture.revoking.to_pem().as_bytes()),
    ] {
        add("certificates", name, [&[3], file].concat());
    }
}

/// A drawn face of this size: a ground, an oval.
fn drawn(width: u32, height: u32) -> DynamicImage {
    let inside = |x: u32, y: u32| {
        let (dx, dy) = (x.abs_diff(width / 2) * 3, y.abs_diff(height / 2) * 2);
        dx * dx + dy * dy < width * width / 2
    };
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
        if inside(x, y) { Rgb([230, 190, 160]) } else { Rgb([90, 120, 160]) }
    }))
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    encoded(&drawn(width, height), ImageFormat::Jpeg)
}

fn pictures(seeds: &mut Seeds) {
    let mut add = |name: &str, input: Vec<u8>| seeds.push(("portrait", name.to_owned(), input));
    add("jpeg", jpeg(120, 160));
    add("jpeg-wide", jpeg(260, 165));
    add("jpeg-small", jpeg(90, 120));
    add("png", encoded(&drawn(120, 160), ImageFormat::Png));
    add("png-grey", encoded(&DynamicImage::ImageLuma8(drawn(120, 160).to_luma8()), ImageFormat::Png));
    add("png-alpha", encoded(&DynamicImage::ImageRgba8(drawn(120, 160).to_rgba8()), ImageFormat::Png));
    add("webp", encoded(&drawn(120, 160), ImageFormat::WebP));
    add("fitted", Portrait::fit(&jpeg(180, 240), 4000).unwrap().jpeg().to_vec());
    // Huge sizes in a small file: the header says 30,000 × 30,000.
    let mut bomb = encoded(&drawn(120, 160), ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    add("png-bomb", bomb);
    let mut cut = jpeg(120, 160);
    cut.truncate(400);
    add("jpeg-cut", cut);
}
