//! From a file to upright RGB pixels, within limits.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage, Rgba};

use super::{LEAST_SIZE, MOST_BYTES, MOST_PIXELS, PortraitError, jpeg};

pub(super) fn decode(input: &[u8]) -> Result<RgbImage, PortraitError> {
    if input.is_empty() {
        return Err(PortraitError::Empty);
    }
    if input.len() > MOST_BYTES {
        return Err(PortraitError::TooManyBytes(input.len()));
    }
    let format = format(input).ok_or(PortraitError::NotAnImage)?;
    if format == ImageFormat::Jpeg {
        let frame = jpeg::frame(input)?;
        if !matches!(frame.components, 1 | 3) {
            return Err(PortraitError::Components { components: frame.components });
        }
        check_size(u32::from(frame.width), u32::from(frame.height))?;
    }
    let mut reader = ImageReader::with_format(Cursor::new(input), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_PIXELS * 8);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| fault(&error))?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    let orientation = decoder.orientation().map_err(|error| fault(&error))?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| fault(&error))?;
    picture.apply_orientation(orientation);
    let (width, height) = (picture.width(), picture.height());
    if width < LEAST_SIZE.0 || height < LEAST_SIZE.1 {
        return Err(PortraitError::TooSmall { width, height });
    }
    // whole in a 3:4 frame it covers (3:4)/(w:h), or the inverse, of it
    let (across, down) = (u64::from(width) * 4, u64::from(height) * 3);
    if across > 2 * down || down > 2 * across {
        return Err(PortraitError::Shape { width, height });
    }
    Ok(opaque(picture))
}

fn format(input: &[u8]) -> Option<ImageFormat> {
    let format = image::guess_format(input).ok()?;
    matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP).then_some(format)
}

/// Before anything large is allocated; the smaller side decides, since the picture may still be turned.
fn check_size(width: u32, height: u32) -> Result<(), PortraitError> {
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(PortraitError::TooManyPixels { width, height });
    }
    if width.min(height) < LEAST_SIZE.0 {
        return Err(PortraitError::TooSmall { width, height });
    }
    Ok(())
}

fn fault(error: &ImageError) -> PortraitError {
    match error {
        ImageError::Unsupported(_) => PortraitError::Coding,
        ImageError::Limits(_) => PortraitError::TooManyPixels { width: 0, height: 0 },
        _ => PortraitError::Damaged,
    }
}

/// RGB; what is transparent stands before white.
fn opaque(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let Rgba([red, green, blue, alpha]) = *picture.get_pixel(x, y);
        let over_white = |value: u8| {
            let sum = u32::from(value) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
            ((sum + 127) / 255) as u8
        };
        image::Rgb([over_white(red), over_white(green), over_white(blue)])
    })
}
