//! Reducing by area averaging, in integers: every pixel of the result is the mean of the pixels it covers, with fractions at the edges.

use image::{Rgb, RgbImage};

/// Weights of a source row or column sum up to this.
const ONE: u64 = 1 << 16;

/// One pixel of the result along one axis: the first source index, and the weights from there on.
struct Span {
    first: usize,
    weights: Vec<u64>,
}

/// The whole picture in `width` × `height`, neither larger than the picture.
pub(super) fn reduce(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    if picture.dimensions() == (width, height) {
        return picture.clone();
    }
    let (columns, rows) = (spans(picture.width(), width), spans(picture.height(), height));
    let stride = picture.width() as usize * 3;
    let source = picture.as_raw();
    let mut result = Vec::with_capacity(width as usize * height as usize * 3);
    let mut sums = vec![0u64; stride];
    for row in &rows {
        sums.fill(0);
        for (line, weight) in source.chunks_exact(stride).skip(row.first).zip(&row.weights) {
            for (sum, value) in sums.iter_mut().zip(line) {
                *sum += u64::from(*value) * weight;
            }
        }
        for column in &columns {
            let mut pixel = [0u64; 3];
            for (sum, weight) in sums.chunks_exact(3).skip(column.first).zip(&column.weights) {
                for channel in 0..3 {
                    pixel[channel] += sum[channel] * weight;
                }
            }
            result.extend(pixel.map(|sum| ((sum + ONE * ONE / 2) / (ONE * ONE)).min(255) as u8));
        }
    }
    RgbImage::from_raw(width, height, result).unwrap_or_else(|| RgbImage::new(width, height))
}

/// The picture whole in a canvas of another shape, the rest in the average colour of its border.
pub(super) fn fit(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    let (from_width, from_height) = (u64::from(picture.width()), u64::from(picture.height()));
    let scaled = |side: u64, other: u64, other_now: u32, most: u32| {
        let exact = (side * u64::from(other_now) * 2 + other) / (other * 2);
        let exact = u32::try_from(exact).unwrap_or(most).clamp(1, most);
        // a band of one pixel is rounding, not shape
        if most - exact <= 1 { most } else { exact }
    };
    let (inner_width, inner_height) = if from_width * u64::from(height) > from_height * u64::from(width) {
        (width, scaled(from_height, from_width, width, height))
    } else {
        (scaled(from_width, from_height, height, width), height)
    };
    let inner = reduce(picture, inner_width, inner_height);
    if (inner_width, inner_height) == (width, height) {
        return inner;
    }
    let mut canvas = RgbImage::from_pixel(width, height, border_colour(&inner));
    let (left, top) = ((width - inner_width) / 2, (height - inner_height) / 2);
    image::imageops::replace(&mut canvas, &inner, i64::from(left), i64::from(top));
    canvas
}

/// The mean of the top row and of the side columns; the bottom row is clothes.
fn border_colour(picture: &RgbImage) -> Rgb<u8> {
    let (width, height) = picture.dimensions();
    let top = (0..width).map(|x| (x, 0));
    let sides = (1..height).flat_map(|y| [(0, y), (width - 1, y)]);
    let (mut sum, mut count) = ([0u64; 3], 0u64);
    for (x, y) in top.chain(sides) {
        for (sum, value) in sum.iter_mut().zip(picture.get_pixel(x, y).0) {
            *sum += u64::from(value);
        }
        count += 1;
    }
    Rgb(sum.map(|sum| ((sum + count / 2) / count) as u8))
}

/// Source pixel `i` covers [i·to, (i+1)·to), result pixel `j` [j·from, (j+1)·from), on a common scale of `from`·`to` parts.
fn spans(from: u32, to: u32) -> Vec<Span> {
    let (from, to) = (u64::from(from), u64::from(to));
    let span = |index: u64| {
        let (start, end) = (index * from, (index + 1) * from);
        let (first, last) = (start / to, (end - 1) / to);
        let overlap = |pixel: u64| ((pixel + 1) * to).min(end) - (pixel * to).max(start);
        let mut weights: Vec<u64> = (first..=last).map(|pixel| overlap(pixel) * ONE / from).collect();
        // what rounding down lost goes to the middle, so that the weights sum up to ONE
        let lost = ONE - weights.iter().sum::<u64>();
        let middle = weights.len() / 2;
        weights[middle] += lost;
        Span { first: first as usize, weights }
    };
    (0..to).map(span).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn whole_factors_are_means() {
        let picture = RgbImage::from_fn(4, 2, |x, y| Rgb([(x * 10 + y) as u8, 0, 255]));
        let reduced = reduce(&picture, 2, 1);
        assert_eq!((reduced.get_pixel(0, 0).0, reduced.get_pixel(1, 0).0), ([6, 0, 255], [26, 0, 255]));
    }

    #[test]
    fn another_shape_stays_whole_between_bands() {
        // a green square with a red top-left pixel block
        let mut picture = RgbImage::from_pixel(300, 300, Rgb([0, 200, 0]));
        for (x, y) in (0..30).flat_map(|x| (0..30).map(move |y| (x, y))) {
            picture.put_pixel(x, y, Rgb([200, 0, 0]));
        }
        let fitted = fit(&picture, 240, 320);
        assert_eq!(fitted.get_pixel(5, 45).0, [200, 0, 0]);
        assert_eq!(fitted.get_pixel(235, 275).0, [0, 200, 0]);
        let band = fitted.get_pixel(120, 10).0;
        assert!(band[1] > 150 && band[0] > 0, "{band:?}");
        assert_eq!(fitted.get_pixel(120, 310).0, band);
    }

    proptest! {
        #[test]
        fn one_colour_stays(from in (1u32..80, 1u32..80), to in (1u32..80, 1u32..80), colour: [u8; 3]) {
            let to = (to.0.min(from.0), to.1.min(from.1));
            let reduced = reduce(&RgbImage::from_pixel(from.0, from.1, Rgb(colour)), to.0, to.1);
            prop_assert!(reduced.pixels().all(|pixel| pixel.0 == colour));
        }
    }
}
