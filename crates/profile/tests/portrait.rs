//! Portraits: the samples, and pictures made here for what the samples do not have.

#![allow(missing_docs, clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout)]

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chipwright_profile::portrait::DEFAULT_BUDGET;
use chipwright_profile::{FittedPortrait, Portrait, PortraitError};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(samples().join(name)).unwrap()
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors/samples/portraits")
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Shades with a texture that JPEG finds hard, and a red square in the top left corner.
fn scene(width: u32, height: u32) -> RgbImage {
    let mut state = 0x9E37_79B9u32;
    RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (state >> 27) as u8;
        if x < width / 8 && y < height / 8 {
            return Rgb([220, 10, 10]);
        }
        let shade = ((x * 140 / width) + (y * 80 / height)) as u8;
        Rgb([shade + noise, 40 + shade / 2 + noise, 90 + noise])
    })
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 92).encode_image(picture).unwrap();
    bytes
}

/// The same file with an EXIF segment that says how the camera was held.
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0]);
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &exif, &jpeg[2..]].concat()
}

fn is_red(fitted: &FittedPortrait, x: u32, y: u32) -> bool {
    let picture = image::load_from_memory(fitted.jpeg()).unwrap().into_rgb8();
    let [red, green, _] = picture.get_pixel(x, y).0;
    red > 150 && green < 80
}

#[test]
fn every_sample_but_the_bad_ones_fits() {
    let (mut good, mut bad, mut longest) = (0, Vec::new(), Duration::ZERO);
    for entry in std::fs::read_dir(samples()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let (input, start) = (std::fs::read(&path).unwrap(), Instant::now());
        match Portrait::fit(&input, DEFAULT_BUDGET) {
            Ok(fitted) => {
                longest = longest.max(start.elapsed());
                good += 1;
                assert!(fitted.jpeg().len() <= DEFAULT_BUDGET && fitted.width() >= 240, "{name} {fitted:?}");
                assert_eq!(u32::from(fitted.width()) * 4, u32::from(fitted.height()) * 3);
                assert_eq!(FittedPortrait::from_fitted(fitted.jpeg().to_vec()), Ok(fitted.clone()));
                // SOI, APP0, then tables: no EXIF, no colour profile, no comment
                let metadata =
                    fitted.jpeg().windows(2).any(|pair| matches!(pair, [0xFF, 0xE1..=0xEF | 0xFE]));
                assert!(!metadata, "{name}");
                println!("{name} {fitted:?} {:?}", start.elapsed());
            }
            Err(error) => bad.push((name, error.code())),
        }
    }
    bad.sort();
    println!("{good} fitted, {} refused, longest {longest:?}", bad.len());
    let wanted = [("640377000012.jpg", "portrait-too-small"), ("not-a-jpeg.jpg", "portrait-not-an-image")];
    assert_eq!(bad.iter().map(|(name, code)| (name.as_str(), *code)).collect::<Vec<_>>(), wanted);
    assert!(good > 50);
}

#[test]
fn every_orientation_becomes_upright() {
    let upright = scene(600, 800);
    let turned: [(u8, RgbImage); 8] = [
        (1, upright.clone()),
        (2, image::imageops::flip_horizontal(&upright)),
        (3, image::imageops::rotate180(&upright)),
        (4, image::imageops::flip_vertical(&upright)),
        (5, image::imageops::flip_horizontal(&image::imageops::rotate90(&upright))),
        (6, image::imageops::rotate270(&upright)),
        (7, image::imageops::flip_horizontal(&image::imageops::rotate270(&upright))),
        (8, image::imageops::rotate90(&upright)),
    ];
    for (orientation, stored) in turned {
        let fitted = Portrait::fit(&with_orientation(&jpeg(&stored), orientation), 60_000).unwrap();
        assert_eq!((fitted.width(), fitted.height()), (480, 640), "{orientation}");
        let corners = [(30, 30), (450, 30), (30, 610), (450, 610)].map(|(x, y)| is_red(&fitted, x, y));
        assert_eq!(corners, [true, false, false, false], "{orientation}");
    }
}

#[test]
fn the_same_picture_gives_the_same_bytes() {
    let input = sample("specimen.jpg");
    let first = Portrait::fit(&input, DEFAULT_BUDGET).unwrap();
    assert_eq!(Portrait::fit(&input, DEFAULT_BUDGET).unwrap(), first);
    assert!(first.jpeg().len() > DEFAULT_BUDGET / 2, "{first:?} leaves half of the budget unused");
}

#[test]
fn other_formats_and_colours() {
    let picture = DynamicImage::ImageRgb8(scene(480, 640));
    for (name, input) in [
        ("png", encoded(&picture, ImageFormat::Png)),
        ("webp", encoded(&picture, ImageFormat::WebP)),
        ("16-bit png", encoded(&DynamicImage::ImageRgb16(picture.to_rgb16()), ImageFormat::Png)),
        ("grey jpeg", encoded(&DynamicImage::ImageLuma8(picture.to_luma8()), ImageFormat::Jpeg)),
    ] {
        let fitted = Portrait::fit(&input, DEFAULT_BUDGET).unwrap();
        assert!(fitted.width() >= 240, "{name}");
    }
    // what is transparent is white, whatever colour is hidden under it
    let mut clear = picture.to_rgba8();
    clear.pixels_mut().for_each(|pixel| pixel.0 = [255, 0, 0, 0]);
    let fitted =
        Portrait::fit(&encoded(&DynamicImage::ImageRgba8(clear), ImageFormat::Png), DEFAULT_BUDGET).unwrap();
    assert!(!is_red(&fitted, 100, 100));
}

#[test]
fn a_wide_picture_stays_whole() {
    // red square in the top left of a 4:3 landscape: it must be seen below the upper band
    let fitted = Portrait::fit(&jpeg(&scene(800, 600)), 60_000).unwrap();
    assert_eq!((fitted.width(), fitted.height()), (450, 600));
    assert!(!is_red(&fitted, 20, 100) && is_red(&fitted, 20, 140));
}

#[test]
fn small_pictures_are_not_enlarged() {
    let fitted = Portrait::fit(&jpeg(&scene(150, 200)), DEFAULT_BUDGET).unwrap();
    assert_eq!((fitted.width(), fitted.height()), (150, 200));
}

#[test]
fn what_is_refused() {
    let whole = jpeg(&scene(480, 640));
    let code = |input: &[u8]| Portrait::fit(input, DEFAULT_BUDGET).unwrap_err().code();
    assert_eq!(code(b""), "portrait-empty");
    assert_eq!(code(b"GIF89a\x01\0\x01\0"), "portrait-not-an-image");
    assert_eq!(code(&whole[..whole.len() * 2 / 3]), "portrait-damaged");
    assert_eq!(
        code(&encoded(&DynamicImage::ImageRgb8(scene(480, 640)), ImageFormat::Png)[..20_000]),
        "portrait-damaged"
    );
    assert_eq!(code(&jpeg(&scene(119, 160))), "portrait-too-small");
    assert_eq!(code(&jpeg(&scene(900, 300))), "portrait-shape");
    assert_eq!(code(&vec![0xFF; 20 * 1024 * 1024 + 1]), "portrait-too-many-bytes");
    // a frame header that promises 65,000 × 65,000, and one with four components
    let frame = whole.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    let mut huge = whole.clone();
    huge[frame + 5..frame + 9].copy_from_slice(&[0xFD, 0xE8, 0xFD, 0xE8]);
    assert_eq!(code(&huge), "portrait-too-many-pixels");
    let mut printing = whole.clone();
    printing[frame + 9] = 4;
    assert_eq!(code(&printing), "portrait-components");

    let error = Portrait::fit(&whole, 3000).unwrap_err();
    assert!(
        matches!(error, PortraitError::DoesNotFit { smallest, budget: 3000 } if smallest > 3000),
        "{error}"
    );
    assert_eq!(FittedPortrait::from_fitted(jpeg(&scene(320, 320))), Err(PortraitError::NotFitted));
}
