//! Portraits: any photograph becomes a 3:4 baseline JPEG within a budget of bytes, whole, upright, without metadata.
//!
//! Nothing is ever cropped, so the face cannot be cut: a picture of another shape is shown whole between bands of its border's average colour. Pictures are never
//! enlarged. All arithmetic after decoding is in integers, so the same picture gives the same bytes on every machine.

mod decode;
mod encode;
mod error;
mod jpeg;
mod scale;

use std::fmt;

pub use error::PortraitError;
pub(crate) use jpeg::largest_frame;

/// Room for the JPEG that keeps DG2 within its 14 kB, bytes.
pub const DEFAULT_BUDGET: usize = 12 * 1024;
/// Largest input file, bytes.
pub const MOST_BYTES: usize = 20 * 1024 * 1024;
/// Largest input picture, pixels.
pub const MOST_PIXELS: u64 = 50_000_000;
/// Smallest input picture: width and height in pixels.
pub const LEAST_SIZE: (u32, u32) = (120, 160);

/// A photograph on its way onto a card.
#[derive(Debug)]
pub struct Portrait(());

impl Portrait {
    /// Reads a JPEG, PNG or WebP file, turns it upright (EXIF orientation), and fits it into `budget_bytes`.
    ///
    /// Sizes are tried from 480×640 down to 240×320 (for a smaller picture its own size first), each with the best quality from 60 to 90 that fits; the largest size that fits wins.
    /// If none does, 240×320 is tried with quality 40 to 59.
    ///
    /// # Errors
    /// [`PortraitError`], with a remedy.
    pub fn fit(input: &[u8], budget_bytes: usize) -> Result<FittedPortrait, PortraitError> {
        encode::fit(decode::decode(input)?, budget_bytes)
    }
}

/// A portrait as it goes into DG2.
#[derive(Clone, PartialEq, Eq)]
pub struct FittedPortrait {
    jpeg: Vec<u8>,
    width: u16,
    height: u16,
}

impl FittedPortrait {
    /// Takes back a JPEG that [`Portrait::fit`] made earlier.
    ///
    /// # Errors
    /// [`PortraitError`] unless it is a complete baseline JPEG of three components in the shape 3:4.
    pub fn from_fitted(jpeg: Vec<u8>) -> Result<Self, PortraitError> {
        let frame = jpeg::frame(&jpeg)?;
        let shape = u32::from(frame.width) * 4 == u32::from(frame.height) * 3;
        if frame.baseline && frame.components == 3 && shape {
            Ok(Self { width: frame.width, height: frame.height, jpeg })
        } else {
            Err(PortraitError::NotFitted)
        }
    }

    /// The JPEG file.
    #[must_use]
    pub fn jpeg(&self) -> &[u8] {
        &self.jpeg
    }

    /// Width in pixels.
    #[must_use]
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// Height in pixels.
    #[must_use]
    pub const fn height(&self) -> u16 {
        self.height
    }

    #[cfg(test)]
    pub(crate) const fn for_test(width: u16, height: u16, jpeg: Vec<u8>) -> Self {
        Self { jpeg, width, height }
    }
}

impl fmt::Debug for FittedPortrait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FittedPortrait({}×{}, {} bytes)", self.width, self.height, self.jpeg.len())
    }
}
