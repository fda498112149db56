//! What is put on paper, as PDF: PIN letters, forms of key ceremonies.
//!
//! A PDF made here may hold a secret. It is returned in memory that is wiped, and never written to a file by this crate.
//!
//! ```
//! use chipwright_print::{PinLetter, Secrets};
//!
//! let letter = PinLetter {
//!     name: "Nguyễn Thị Ánh Tuyết",
//!     unit: "Đảng bộ xã Bắc Yên",
//!     card_number: "K7T0RX2M9",
//!     issued: "22/11/2026 09:30:00",
//!     issuer: "Tỉnh ủy Sơn La",
//!     secrets: Secrets { pin: "482901", puk: Some("5500129834") },
//! };
//! assert!(letter.to_pdf().unwrap().starts_with(b"%PDF-"));
//! ```

mod ceremony_form;
mod font;
mod page;
mod pin_letter;
mod window;

pub use ceremony_form::{CeremonyForm, FormError, FormLines};
pub use pin_letter::{PinLetter, PrintError, Secrets};
