//! The invented members, and their portrait.

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use serde_json::{Value, json};

/// A face of ellipses, 120 × 160, as a small baseline JPEG.
pub(crate) fn drawn_portrait() -> Vec<u8> {
    let inside = |x: u32, y: u32, (cx, cy, rx, ry): (i32, i32, i32, i32)| {
        let (dx, dy) = (x as i32 - cx, y as i32 - cy);
        dx * dx * ry * ry + dy * dy * rx * rx <= rx * rx * ry * ry
    };
    let picture = RgbImage::from_fn(120, 160, |x, y| match () {
        () if inside(x, y, (46, 68, 5, 3)) || inside(x, y, (74, 68, 5, 3)) => Rgb([30, 25, 25]),
        () if inside(x, y, (60, 98, 12, 3)) => Rgb([160, 80, 80]),
        () if inside(x, y, (60, 75, 28, 38)) => Rgb([222, 184, 150]),
        () if inside(x, y, (60, 66, 33, 42)) => Rgb([40, 30, 28]),
        () if inside(x, y, (60, 165, 52, 48)) => Rgb([70, 90, 140]),
        () => Rgb([210, 220, 228]),
    });
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 60).encode_image(&picture).unwrap();
    jpeg
}

/// G, 2G, 3G and 4G of P-256, uncompressed.
const MULTIPLES: [&str; 4] = [
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
    "047cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc4766997807775510db8ed040293d9ac69f7430dbba7dade63ce982299e04b79d227873d1",
    "045ecbe4d1a6330a44c8f7ef951d4bf165e6c6b721efada985fb41661bc6e7fd6c8734640c4998ff7e374b06ce1a64a2ecd82ab036384fb83d9a79b127a27d5032",
    "04e2534a3532d08fbba02dde659ee62bd0031fe2db785596ef509302446b030852e0f1575a4c633cc719dfee5fda862d764efc96c3f30ee0055c42c23f184ed8c6",
];

/// Name of the file, comment, and the inputs.
pub(crate) fn cases() -> Vec<(&'static str, &'static str, Value)> {
    let terms = json!({
        "issued": "2026-11-22", "expires": "2036-11-21", "issuing_state": "VNM", "document_code": "CM",
        "issuing_unit_code": "79", "issuing_unit_name": "Thành ủy Thành phố Hồ Chí Minh",
        "pace": [{ "protocol": "AES-128", "parameter_id": 12 }, { "protocol": "AES-256", "parameter_id": 12 }],
        "application": "f0434849505701", "application_label": "Chipwright",
        "largest_command": 1033, "largest_response": 1026,
    });
    let whole = json!({
        "member_number": "079760000123", "citizen_number": "079174012345", "name": "Đặng Thị Mỹ Ương",
        "birth": "1974-08-12", "sex": "F", "unit_code": "79.760",
        "unit_name": "Chi bộ khu phố 3, Đảng bộ phường Bến Nghé", "admitted": "1999-02-03", "official": "2000-02-03",
        "place_of_birth": "Cái Bè, Tiền Giang", "nationality": "VNM",
    });
    let sparse = json!({
        "member_number": "640377000049", "citizen_number": "064051000049", "name": "Puih", "birth": "1951", "sex": "X",
        "unit_code": "640377", "unit_name": "Chi bộ làng Bò", "admitted": "1972-12-22", "nationality": "VNM",
    });
    let long = json!({
        "member_number": "140118000017", "citizen_number": "046183000017",
        "name": "Công Tằng Tôn Nữ Nguyễn Phước H’Hĕn Mơ̆k Ƀlŏk-Ñŭi Čăm", "birth": "1983-02", "sex": "F",
        "unit_code": "14", "unit_name": "Đảng bộ xã Ia Grai", "admitted": "2010-05-19", "official": "2011-05-19",
        "place_of_birth": "xã Ia Grai, tỉnh Gia Lai", "nationality": "VNM",
    });
    let allocation = |number: &str, can: &str, list: u32, index: u32, salt: &str| json!({ "card_number": number, "can": can, "status_list": list, "status_index": index, "salt": salt.repeat(32) });
    let case = |member: &Value, allocation: Value| json!({ "member": member, "allocation": allocation, "terms": terms });
    let proven = |member: &Value, allocation: Value, chip: Value, keys: Value| {
        let mut terms = terms.clone();
        terms["chip"] = chip;
        json!({ "member": member, "allocation": allocation, "terms": terms, "chip_keys": keys })
    };
    vec![
        (
            "member-whole",
            "Every field is there.",
            case(&whole, allocation("K7T0RX2M9", "918273", 7, 70_000, "5a")),
        ),
        (
            "member-sparse",
            "A name of one word, only the year of birth, no official date, no place of birth, sex not specified.",
            case(&sparse, allocation("A00000001", "000007", 0, 0, "00")),
        ),
        (
            "member-long-name",
            "A name that the machine readable zone shortens and DG11 does not; day of birth unknown; the largest status reference.",
            case(&long, allocation("Z9Z9Z9Z9Z", "999999", u32::MAX, u32::MAX, "ff")),
        ),
        (
            "chip-proven",
            "Active Authentication and Chip Authentication 1: DG14 with its key, DG15. The chip's keys are G and 2G.",
            proven(
                &whole,
                allocation("K7T0RX2M9", "918273", 7, 70_000, "5a"),
                json!({ "active_authentication": true, "chip_authentication": true }),
                json!({ "aa": MULTIPLES[0], "ca": MULTIPLES[1] }),
            ),
        ),
        (
            "chip-all",
            "PACE-CAM and the records application too: EF.CardAccess with all protocols, the content of EF.CardSecurity. The chip's keys are G to 4G.",
            proven(
                &sparse,
                allocation("A00000001", "000007", 0, 0, "00"),
                json!({
                    "active_authentication": true, "chip_authentication": true, "cam": true,
                    "records": "7f210c7f4e035f2900 5f3703000000".replace(' ', ""),
                }),
                json!({ "aa": MULTIPLES[0], "ca": MULTIPLES[1], "cam": MULTIPLES[2], "ca2": MULTIPLES[3] }),
            ),
        ),
    ]
}
