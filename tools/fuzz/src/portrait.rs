//! Photographs from anywhere.
//!
//! - A photograph is refused with a reason, or becomes a portrait within the budget, in the shape of a portrait, that the
//!   reader of portraits accepts as fitted.

use chipwright_profile::portrait::DEFAULT_BUDGET;
use chipwright_profile::{FittedPortrait, Portrait, dg2, read};

/// The target.
pub fn run(data: &[u8]) {
    match Portrait::fit(data, DEFAULT_BUDGET) {
        Ok(portrait) => {
            assert!(portrait.jpeg().len() <= DEFAULT_BUDGET);
            assert_eq!(u32::from(portrait.width()) * 4, u32::from(portrait.height()) * 3);
            let again = FittedPortrait::from_fitted(portrait.jpeg().to_vec()).expect("fitted is fitted");
            assert_eq!((again.width(), again.height()), (portrait.width(), portrait.height()));
            let file = dg2::encode_file(&portrait);
            let face = read::dg2(&file).expect("DG2 is readable");
            assert_eq!((face.image, face.width), (portrait.jpeg(), portrait.width()));
        }
        Err(error) => assert!(!error.to_string().is_empty() && !error.code().is_empty()),
    }
    if let Ok(portrait) = FittedPortrait::from_fitted(data.to_vec()) {
        assert_eq!(portrait.jpeg(), data);
    }
}
