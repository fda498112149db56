//! Why a photograph cannot become a portrait, and what to do about it.

use super::{LEAST_SIZE, MOST_BYTES, MOST_PIXELS};

/// A refused photograph: its text says why, [`PortraitError::remedy`] what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PortraitError {
    /// Nothing in the file.
    #[error("the file is empty")]
    Empty,
    /// More bytes than are read.
    #[error("the file has {0} bytes, and at most {MOST_BYTES} are read")]
    TooManyBytes(usize),
    /// Not one of the formats that are read.
    #[error("the file is not a JPEG, PNG or WebP picture")]
    NotAnImage,
    /// The file breaks off or is broken.
    #[error("the picture file is damaged or incomplete")]
    Damaged,
    /// A JPEG in printing colours, or in another coding that is not read.
    #[error(
        "the picture is a JPEG with {components} colour components, and 1 (grey) or 3 (colour) can be read"
    )]
    Components {
        /// How many it has.
        components: u8,
    },
    /// A coding of JPEG that is not read (lossless, arithmetic, 12 bits).
    #[error("the picture is a JPEG of a kind that cannot be read")]
    Coding,
    /// More pixels than are read.
    #[error("the picture has {width}×{height} pixels, and at most {} million are read", MOST_PIXELS / 1_000_000)]
    TooManyPixels {
        /// Width.
        width: u32,
        /// Height.
        height: u32,
    },
    /// Too small to know a face.
    #[error("the picture has {width}×{height} pixels, and at least {}×{} are needed", LEAST_SIZE.0, LEAST_SIZE.1)]
    TooSmall {
        /// Width.
        width: u32,
        /// Height.
        height: u32,
    },
    /// So wide or so high that the face would be too small.
    #[error("the picture of {width}×{height} pixels would fill less than half of a 3:4 portrait")]
    Shape {
        /// Width.
        width: u32,
        /// Height.
        height: u32,
    },
    /// Not even the smallest size and lowest quality fit.
    #[error("the picture takes {smallest} bytes at the least, and {budget} are allowed")]
    DoesNotFit {
        /// Its size at the smallest size and lowest quality.
        smallest: usize,
        /// The budget.
        budget: usize,
    },
    /// Handed in as fitted, and is not.
    #[error("the picture is not a baseline colour JPEG in the shape 3:4")]
    NotFitted,
}

impl PortraitError {
    /// A short code for files and scripts; never changes its meaning.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "portrait-empty",
            Self::TooManyBytes(_) => "portrait-too-many-bytes",
            Self::NotAnImage => "portrait-not-an-image",
            Self::Damaged => "portrait-damaged",
            Self::Components { .. } => "portrait-components",
            Self::Coding => "portrait-coding",
            Self::TooManyPixels { .. } => "portrait-too-many-pixels",
            Self::TooSmall { .. } => "portrait-too-small",
            Self::Shape { .. } => "portrait-shape",
            Self::DoesNotFit { .. } => "portrait-does-not-fit",
            Self::NotFitted => "portrait-not-fitted",
        }
    }

    /// What to do about it, in one sentence.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Empty | Self::Damaged => {
                "Copy the file again from where it came, or take the photograph again."
            }
            Self::TooManyBytes(_) | Self::TooManyPixels { .. } => {
                "Save the photograph smaller, for example 1200×1600 pixels as JPEG."
            }
            Self::NotAnImage => {
                "Save the photograph as JPEG or PNG; renaming the file does not change what is in it."
            }
            Self::Components { .. } | Self::Coding => {
                "Open the photograph in any picture program and save it as an ordinary (sRGB) JPEG."
            }
            Self::TooSmall { .. } => {
                "Take or scan the photograph again with more pixels, best 480×640 or more."
            }
            Self::Shape { .. } => {
                "Cut the photograph to head and shoulders in the shape 3:4, with the whole head in it."
            }
            Self::DoesNotFit { .. } => {
                "Take the photograph before a plain background, or raise the portrait budget."
            }
            Self::NotFitted => "Fit the original photograph again.",
        }
    }
}
