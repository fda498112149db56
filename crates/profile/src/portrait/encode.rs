//! The ladder of sizes and the search for a quality.

use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;

use super::scale::{fit as fit_into, reduce};
use super::{FittedPortrait, PortraitError};

/// Widths of the ladder; heights are 4/3 of them.
const WIDTHS: [u32; 7] = [480, 420, 360, 330, 300, 270, 240];
const BEST: u8 = 90;
const GOOD: u8 = 60;
const LEAST: u8 = 40;

pub(super) fn fit(picture: RgbImage, budget: usize) -> Result<FittedPortrait, PortraitError> {
    let widest = own_width(&picture).min(WIDTHS[0]);
    let mut widths: Vec<u32> = WIDTHS.into_iter().filter(|width| *width < widest).collect();
    widths.insert(0, widest);
    let largest = fit_into(&picture, widest, widest / 3 * 4);
    drop(picture);
    let sized = |width: u32| match width == widest {
        true => smooth_colour(&largest),
        false => smooth_colour(&reduce(&largest, width, width / 3 * 4)),
    };

    // bytes shrink with the width, so the largest width that fits is found by halving
    let (mut low, mut high, mut fits) = (0, widths.len(), None);
    while low < high {
        let middle = low + (high - low) / 2;
        let picture = sized(widths[middle]);
        let jpeg = encoded(&picture, GOOD);
        if jpeg.len() <= budget {
            (high, fits) = (middle, Some((picture, jpeg)));
        } else {
            low = middle + 1;
        }
    }
    if let Some((picture, jpeg)) = fits {
        return Ok(fitted(&picture, best_quality(&picture, jpeg, GOOD, BEST, budget)));
    }
    let smallest = sized(widths[widths.len() - 1]);
    let jpeg = encoded(&smallest, LEAST);
    if jpeg.len() > budget {
        return Err(PortraitError::DoesNotFit { smallest: jpeg.len(), budget });
    }
    Ok(fitted(&smallest, best_quality(&smallest, jpeg, LEAST, GOOD - 1, budget)))
}

/// The width of the 3:4 frame around the picture that needs no enlargement, a multiple of 3 so that the height is whole.
fn own_width(picture: &RgbImage) -> u32 {
    let frame = picture.width().min(picture.height() * 3 / 4);
    frame / 3 * 3
}

fn fitted(picture: &RgbImage, jpeg: Vec<u8>) -> FittedPortrait {
    // the ladder ends at 480×640
    FittedPortrait { jpeg, width: picture.width() as u16, height: picture.height() as u16 }
}

/// The best quality in `least..=best` that fits, found by halving from `jpeg`, which has the least and fits.
fn best_quality(picture: &RgbImage, jpeg: Vec<u8>, least: u8, best: u8, budget: usize) -> Vec<u8> {
    let (mut fits, mut low, mut high) = (jpeg, least + 1, best);
    while low <= high {
        let quality = low + (high - low) / 2;
        let jpeg = encoded(picture, quality);
        if jpeg.len() <= budget {
            fits = jpeg;
            low = quality + 1;
        } else {
            high = quality - 1;
        }
    }
    fits
}

fn encoded(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut jpeg = Vec::with_capacity(32 * 1024);
    // writing into memory a picture of the ladder's size cannot fail; an empty file would fit no card
    if JpegEncoder::new_with_quality(&mut jpeg, quality).encode_image(picture).is_err() {
        jpeg = vec![0; usize::from(u16::MAX) * 64];
    }
    jpeg
}

/// Averages the colour difference over 2×2 pixels, as a 4:2:0 encoder would before it drops three of four: the encoder at hand keeps all of them, and equal ones
/// cost it next to nothing.
fn smooth_colour(picture: &RgbImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let mut smooth = picture.clone();
    for top in (0..height).step_by(2) {
        for left in (0..width).step_by(2) {
            let block = [(left, top), (left + 1, top), (left, top + 1), (left + 1, top + 1)];
            let inside = || block.into_iter().filter(|(x, y)| *x < width && *y < height);
            let (mut blue, mut red, mut count) = (0i32, 0i32, 0i32);
            for (x, y) in inside() {
                let [r, g, b] = picture.get_pixel(x, y).0.map(i32::from);
                let luma = luma(r, g, b);
                (blue, red, count) = (blue + (b << 8) - luma, red + (r << 8) - luma, count + 1);
            }
            let (blue, red) = (blue / count, red / count);
            for (x, y) in inside() {
                let [r, g, b] = picture.get_pixel(x, y).0.map(i32::from);
                let luma = luma(r, g, b);
                // Y = 77 R + 150 G + 29 B (of 256), solved for G
                let (r, b) = (luma + red, luma + blue);
                let g = luma - (77 * red + 29 * blue) / 150;
                let value = |v: i32| ((v + 128) >> 8).clamp(0, 255) as u8;
                smooth.put_pixel(x, y, image::Rgb([value(r), value(g), value(b)]));
            }
        }
    }
    smooth
}

/// Luma in 1/256.
const fn luma(r: i32, g: i32, b: i32) -> i32 {
    77 * r + 150 * g + 29 * b
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Brightness is what the eye sees detail in: it stays, within rounding, wherever no channel was clipped.
    #[test]
    fn smoothing_keeps_brightness() {
        let picture = RgbImage::from_fn(64, 64, |x, y| {
            image::Rgb([(80 + x) as u8, (160 - y) as u8, (90 + (x ^ y)) as u8])
        });
        for (before, after) in picture.pixels().zip(smooth_colour(&picture).pixels()) {
            let [before, after] =
                [before, after].map(|pixel| pixel.0.map(i32::from)).map(|[r, g, b]| luma(r, g, b));
            assert!((before - after).abs() <= 2 * 256, "{before} {after}");
        }
    }

    proptest! {
        #[test]
        fn one_colour_stays(colour: [u8; 3]) {
            let picture = RgbImage::from_pixel(3, 3, image::Rgb(colour));
            for pixel in smooth_colour(&picture).pixels() {
                prop_assert!(pixel.0.iter().zip(colour).all(|(a, b)| a.abs_diff(b) <= 1), "{:?} {:?}", pixel, colour);
            }
        }
    }
}
