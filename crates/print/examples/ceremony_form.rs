//! A form of a key ceremony on standard output, to look at.

use chipwright_print::{CeremonyForm, FormLines};
use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let form = CeremonyForm {
        issuer: "Tỉnh ủy Sơn La",
        ceremony: "7F3A-09C2",
        date: "22/11/2026 15:00",
        purpose: ["khóa chủ của thẻ, thế hệ 2, AES-128", "card master key, generation 2, AES-128"],
        part: [2, 3, 2],
        custodian: "Nguyễn Thị Ánh Tuyết",
        check_value: "50 4A 77",
        whole: "8B AF 47",
        lines: FormLines(&[
            "127F 3A09 C223 2110 - 6BAC",
            "504A 778B AF47 0000 - 01F2",
            "4041 4243 4445 4647 - 9E38",
            "4849 4A4B 4C4D 4E4F - D10B",
        ]),
    };
    std::io::stdout().write_all(&form.to_pdf()?)?;
    Ok(())
}
