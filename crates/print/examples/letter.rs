//! Writes a sample letter to standard output: `cargo run -p chipwright-print --example letter > letter.pdf`.

use chipwright_print::{PinLetter, Secrets};
use std::io::{self, Write};

fn main() -> io::Result<()> {
    let letter = PinLetter {
        name: "Nguyễn Thị Ánh Tuyết",
        unit: "Đảng bộ xã Bắc Yên",
        card_number: "K7T0RX2M9",
        issued: "22/11/2026 09:30:00",
        issuer: "Tỉnh ủy Sơn La",
        secrets: Secrets { pin: "482901", puk: Some("5500129834") },
    };
    let pdf = letter.to_pdf().map_err(io::Error::other)?;
    io::stdout().write_all(&pdf)
}
