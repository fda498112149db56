//! Members files of invented people.

use super::Seeds;

const HEADER: &str = "member_number,citizen_number,name,birth_date,sex,place_of_birth,unit_code,unit_name,admitted_on,official_on,portrait";
const ALIASES: &str = "Số thẻ đảng,Số định danh,Họ và tên,Ngày sinh,Giới tính,Nơi sinh,Mã đơn vị,Tên đơn vị,Ngày vào đảng,Ngày chính thức,Ảnh,Ghi chú";
const GOOD: &str = "990000000001,014179933324,Đinh Thị Xuân Hằng,1979-07-03,F,Sơn La,140118,Chi bộ bản Phiêng Ban,2004-05-19,2005-05-19,140118000001.jpg";
const GOOD_TOO: &str =
    "990000000002,014061600711,Mùa A Chống,1961,M,,140118,Chi bộ bản Phiêng Ban,03/02/1988,,140118000002.jpg";

pub(super) fn add(seeds: &mut Seeds) {
    let mut add = |name: &str, text: String| seeds.push(("csv_intake", name.to_owned(), text.into_bytes()));
    add("two", format!("{HEADER}\n{GOOD}\n{GOOD_TOO}\n"));
    add("windows", format!("\u{FEFF}{HEADER}\r\n{GOOD}\r\n\r\n{GOOD_TOO}"));
    add("mac", format!("{HEADER}\r{GOOD}\r{GOOD_TOO}\r"));
    add("mixed-line-ends", format!("{HEADER}\n{GOOD}\r{GOOD_TOO}\n"));
    add("semicolons", format!("{HEADER}\n{GOOD}\n").replace(',', ";"));
    add("tabs", format!("{ALIASES}\n{GOOD},x\n").replace(',', "\t"));
    add("quoted", format!("{HEADER}\n{}\n", GOOD.replace("Sơn La", "\"Bắc Yên, \"\"Sơn\"\"\nLa\"")));
    add("unclosed", format!("{HEADER}\n{}\n{GOOD_TOO}\n", GOOD.replace("Sơn La", "\"Sơn La")));
    add("twice", format!("{HEADER}\n{GOOD}\n{GOOD}\n"));
    add("few-values", format!("{HEADER}\n{GOOD},,,\n990000000003,x\n,,,,,,,,,,\n"));
    add("formula", format!("{HEADER}\n{}\n", GOOD.replace("Sơn La", "=1+1")));
    add("guarded", format!("{HEADER}\n{}\n", GOOD.replace("Sơn La", "'=1+1")));
    add("outside", format!("{HEADER}\n{}\n", GOOD.replace("140118000001.jpg", "../members.csv")));
    add("dates", format!("{HEADER}\n{}\n", GOOD.replace("1979-07-03", "30/02/1979").replace("2004", "1900")));
    add("missing-column", HEADER.replace(",name", "") + "\n");
    add("column-twice", format!("{HEADER},NAME\n"));
    add(
        "rejects",
        format!("{HEADER},line,column,class,cause,remedy,row\n{GOOD},7,name,empty,no name,Write it.,\n"),
    );
    let object = |values: &str| {
        let pairs =
            HEADER.split(',').zip(values.split(',')).map(|(key, value)| format!("\"{key}\": \"{value}\""));
        format!("{{{}}}\n", pairs.collect::<Vec<_>>().join(", "))
    };
    add("json", object(GOOD) + &object(GOOD_TOO));
    add("json-null", object(GOOD_TOO).replace("\"\"", "null"));
    add(
        "json-wrong",
        object(GOOD).replace("\"1979-07-03\"", "[19, {}]") + "{}\n[]\n{\"name\": 1, \"x\": \"\"}\n{\n",
    );
    add("json-twice", object(GOOD).replace("\"sex\"", "\"Giới tính\": \"F\", \"sex\""));
    seeds.push((
        "csv_intake",
        "not-utf8".to_owned(),
        [HEADER.as_bytes(), b"\n", &[0xC3, 0x28], b",\xFF\n"].concat(),
    ));
    seeds.push(("csv_intake", "utf16".to_owned(), vec![0xFF, 0xFE, b'a', 0, b',', 0]));
}
