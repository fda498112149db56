use super::*;
use crate::Language;
use std::io::Cursor;

const HEADER: &str =
    "member_number,citizen_number,name,birth_date,sex,unit_code,unit_name,admitted_on,portrait";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.jpg", "b.jpg"] {
        std::fs::write(folder.path().join(name), b"not looked into here").unwrap();
    }
    folder
}

fn good(n: u32) -> String {
    format!("52021000{n:04},05218837{n:04},Nguyễn Thị An,1988-09-29,F,520210,Chi bộ 5,2016-05-19,a.jpg")
}

fn read(text: &str) -> Vec<Row> {
    let folder = folder();
    Intake::read(Cursor::new(text.to_owned()), folder.path()).unwrap().map(Result::unwrap).collect()
}

/// Line, column number and class of every problem.
fn verdicts(text: &str) -> Vec<(u64, usize, &'static str)> {
    let mut found = Vec::new();
    for row in read(text) {
        match row {
            Row::Good(a) => found.push((a.line, 0, "good")),
            Row::Bad(bad) => {
                assert!(!bad.rejections.is_empty());
                found.extend(
                    bad.rejections
                        .iter()
                        .map(|r| (r.line, r.place.as_ref().map_or(0, |p| p.number), r.class())),
                );
            }
        }
    }
    found
}

fn header_error(header: &str) -> IntakeError {
    Intake::read(Cursor::new(header.to_owned()), folder().path()).err().expect("must be refused")
}

#[test]
fn comma_semicolon_tab_bom_and_line_ends() {
    let kinds = [(',', "\n", ""), (';', "\r\n", "\u{FEFF}"), ('\t', "\n", "\u{FEFF}"), (',', "\r", "")];
    for (delimiter, end, bom) in kinds {
        let text = format!("{bom}{HEADER}{end}{}{end}{end}{}", good(1), good(2))
            .replace(',', &delimiter.to_string());
        assert_eq!(verdicts(&text), [(2, 0, "good"), (4, 0, "good")], "{delimiter:?}");
    }
}

#[test]
fn line_ends_of_several_kinds_are_told_across_buffers() {
    let text = format!("{HEADER}\r\n{}\r{}\n\r\n{}\r\n", good(1), good(2), good(3));
    let folder = folder();
    for capacity in [1, 2, 7, 4096] {
        let source = std::io::BufReader::with_capacity(capacity, Cursor::new(text.clone()));
        let rows = Intake::read(source, folder.path()).unwrap().map(Result::unwrap);
        let lines: Vec<u64> = rows.map(|row| if let Row::Good(good) = row { good.line } else { 0 }).collect();
        assert_eq!(lines, [2, 3, 5], "{capacity}");
    }
}

#[test]
fn vietnamese_headers() {
    let header = "STT;Số thẻ đảng;Số CCCD;Họ và tên;Ngày sinh;Giới tính;Mã đơn vị;Chi bộ;Ngày vào Đảng;Ảnh";
    let row = "1;520210000001;052188370001;Y Mơ̆k Byă;29/09/1988;M;520210;Chi bộ 5;19/05/2016;a.jpg";
    let folder = folder();
    let mut intake = Intake::read(Cursor::new(format!("{header}\n{row}\n")), folder.path()).unwrap();
    assert_eq!(intake.notices(), [Notice::UnknownColumn { name: "STT".into(), number: 1, nearest: None }]);
    match intake.next().unwrap().unwrap() {
        Row::Good(a) => assert_eq!(a.member.birth().to_string(), "1988-09-29"),
        Row::Bad(bad) => panic!("{bad:?}"),
    }
}

#[test]
fn the_header_is_judged() {
    match header_error(&HEADER.replace("citizen_number", "citizen_nummer")) {
        IntakeError::MissingColumns { missing } => {
            assert_eq!(missing, [("citizen_number", Some("citizen_nummer".to_owned()))]);
        }
        other => panic!("{other}"),
    }
    match header_error(&format!("{HEADER},Họ tên")) {
        IntakeError::DuplicateColumn { name, first, second } => {
            assert_eq!((name, first, second), ("name", 3, 10))
        }
        other => panic!("{other}"),
    }
    assert!(matches!(header_error(" \n\n"), IntakeError::Empty));
    let utf16 = Intake::read(Cursor::new(b"\xFF\xFEm\0e\0".to_vec()), folder().path()).err().unwrap();
    assert!(matches!(utf16, IntakeError::NotUtf8));
    let folder = folder();
    let intake = Intake::read(Cursor::new(format!("{HEADER},oficial_on\n")), folder.path()).unwrap();
    assert_eq!(
        intake.notices(),
        [Notice::UnknownColumn { name: "oficial_on".into(), number: 10, nearest: Some("official_on") }]
    );
}

#[test]
fn all_problems_of_a_row_and_none_of_its_neighbours() {
    let bad = "52021000000x,05218837,Ng0c,1988-13-01,Nữ,5/2,,2016,../a.jpg";
    let text = format!("{HEADER}\n{}\n{bad}\n{}\n", good(1), good(2));
    assert_eq!(
        verdicts(&text),
        [
            (2, 0, "good"),
            (3, 1, "not-a-digit"),
            (3, 2, "digit-count"),
            (3, 3, "digit-in-name"),
            (3, 4, "no-such-day"),
            (3, 5, "sex-code"),
            (3, 6, "character"),
            (3, 7, "empty"),
            (3, 8, "date-form"),
            (3, 9, "portrait-outside"),
            (4, 0, "good"),
        ]
    );
}

#[test]
fn an_open_quotation_mark_costs_one_row() {
    let open = good(2).replace("Chi bộ 5", "\"Chi bộ 5");
    let mut text = format!("{HEADER}\n{}\n{open}\n", good(1));
    for n in 3..20 {
        text += &good(n).replace("Chi bộ 5", "\"Chi bộ 5, Quy Nhơn\"");
        text.push('\n');
    }
    let found = verdicts(&text);
    assert_eq!(found[1], (3, 0, "unclosed-quote"));
    assert_eq!(found.iter().filter(|f| f.2 == "good").count(), 18);
    assert_eq!(found.last().unwrap().0, 20);
    // A value that does span lines is one row, and the rows after it keep their numbers.
    let spans = good(2).replace("Chi bộ 5", "\"Chi bộ\n5\"");
    let found = verdicts(&format!("{HEADER}\n{spans}\n{}\n", good(3)));
    assert_eq!(found, [(2, 7, "control-character"), (4, 0, "good")]);
}

#[test]
fn bytes_that_are_not_text_cost_one_row() {
    let folder = folder();
    let mut bytes = format!("{HEADER}\n{}\n", good(1)).into_bytes();
    bytes.extend_from_slice(b"520210000001,\xE9\n");
    bytes.extend_from_slice(&vec![b'x'; 200_000]);
    bytes.extend_from_slice(format!("\n{}\n", good(2)).as_bytes());
    let found: Vec<(u64, &str)> = Intake::read(Cursor::new(bytes), folder.path())
        .unwrap()
        .map(|row| match row.unwrap() {
            Row::Good(a) => (a.line, "good"),
            Row::Bad(bad) => (bad.line, bad.rejections[0].class()),
        })
        .collect();
    assert_eq!(found, [(2, "good"), (3, "not-utf8"), (4, "row-too-long"), (5, "good")]);
}

#[test]
fn json_lines_name_what_is_wrong() {
    let row = r#"{"member_number":"520210000001","citizen_number":52188370001,"name":"An","birth_date":"1988","sex":"F","unit_code":"5","unit_name":"Chi bộ","admitted_on":"2016-05-19","official_on":null,"portrait":"a.jpg","class":"x"}"#;
    assert_eq!(verdicts(row), [(1, 2, "wrong-type")]);
    let fixed = row.replace("52188370001", "\"052188370001\"");
    assert_eq!(
        verdicts(&format!("{fixed}\n[1]\n{{\"a\":\n")),
        [(1, 0, "good"), (2, 0, "not-an-object"), (3, 0, "not-json")]
    );
}

#[test]
fn a_row_repeated_is_one_problem_and_names_the_first() {
    let other = good(3).replace("052188370003", "052188370001");
    let text = format!("{HEADER}\n{}\n{}\n{other}\n", good(1), good(1));
    assert_eq!(
        verdicts(&text),
        [(2, 0, "good"), (3, 1, "duplicate-member-number"), (4, 2, "duplicate-citizen-number")]
    );
    match &read(&text)[1] {
        Row::Bad(bad) => {
            assert_eq!(bad.rejections[0].cause(Language::En), "line 2 has the same member number")
        }
        Row::Good(_) => panic!(),
    }
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_refused() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    let folder = folder();
    std::os::unix::fs::symlink(secret.path(), folder.path().join("link.jpg")).unwrap();
    let text = format!("{HEADER}\n{}\n", good(1).replace("a.jpg", "link.jpg"));
    match Intake::read(Cursor::new(text), folder.path()).unwrap().next().unwrap().unwrap() {
        Row::Bad(bad) => assert_eq!(bad.rejections[0].class(), "portrait-outside"),
        Row::Good(_) => panic!("a file outside the folder was taken"),
    }
}

#[test]
fn rejects_can_be_mended_and_fed_back() {
    let bad = good(1).replace("1988-09-29", "1988-02-30").replace("Nguyễn Thị An", "=HYPERLINK(1)");
    let torn = good(2).replace("Chi bộ 5", "Chi bộ 5, Quy Nhơn");
    let text = format!("{HEADER}\n{bad}\n{torn}\n");
    let folder = folder();
    let mut intake = Intake::read(Cursor::new(text), folder.path()).unwrap();
    let columns = intake.columns();
    let mut out = Vec::new();
    let mut rejects = RejectsFile::over(&mut out, &columns, Language::Vi).unwrap();
    for row in intake.by_ref() {
        match row.unwrap() {
            Row::Bad(bad) => rejects.add(&bad).unwrap(),
            Row::Good(a) => panic!("{}", a.line),
        }
    }
    rejects.finish().unwrap();
    let written = String::from_utf8(out).unwrap();
    assert!(
        written.contains("'=HYPERLINK(1)")
            && written.contains("no-such-day")
            && written.contains("lịch không có ngày này")
    );
    assert!(
        written.contains("\"520210000002,052188370002"),
        "a row that cannot be split stands whole in `row`: {written}"
    );

    let mended = written.replace("1988-02-30", "1988-02-28").replace("'=HYPERLINK(1)", "An");
    let again = Intake::read(Cursor::new(mended), folder.path()).unwrap();
    assert!(again.notices().is_empty(), "the added columns pass without a word");
    let rows: Vec<Row> = again.map(Result::unwrap).collect();
    assert!(matches!(&rows[0], Row::Good(a) if a.line == 2));
}

#[test]
fn nothing_of_a_refused_row_is_shown_by_debug() {
    let text = format!("{HEADER}\n{}\n", good(1).replace("2016-05-19", "x"));
    let shown = format!("{:?}", read(&text));
    assert!(
        shown.contains("DateForm") && !shown.contains("052188370001") && !shown.contains("Nguyễn"),
        "{shown}"
    );
}

const OBJECT: &str = r#"{"member_number":"520210000001","citizen_number":"052188370001","name":"An","birth_date":"1988","sex":"F","unit_code":"5","unit_name":"Chi bộ","admitted_on":"2016-05-19","official_on":"2017-05-19","portrait":"a.jpg"}"#;

/// Dropped without a word, a misspelt key would make a card without the date, and of two values one would win.
#[test]
fn a_key_that_is_unknown_or_repeated_refuses_its_row_alone() {
    assert_eq!(verdicts(OBJECT), [(1, 0, "good")]);
    let other = OBJECT.replace("0000001", "0000002").replace("8370001", "8370002");
    for (from, to, expected) in [
        ("\"official_on\"", "\"oficial_on\"", (1, 0, "unknown-key")),
        ("\"official_on\"", "\"admitted_on\"", (1, 9, "repeated-key")),
        ("\"official_on\"", "\"Ngày vào Đảng\"", (1, 9, "repeated-key")),
        ("\"sex\":\"F\"", "\"sex\":\"F\",\"sex\":\"F\"", (1, 5, "repeated-key")),
        ("\"sex\":\"F\"", "\"sex\":null,\"sex\":\"F\"", (1, 5, "repeated-key")),
    ] {
        let text = format!("{}\n{other}\n", OBJECT.replace(from, to));
        assert_eq!(verdicts(&text), [expected, (2, 0, "good")], "{to}");
    }
    let rows = read(&OBJECT.replace("official_on", "oficial_on"));
    let Row::Bad(bad) = &rows[0] else { panic!("a misspelt key passed") };
    assert_eq!(bad.rejections[0].problem, Problem::UnknownKey { number: 9, nearest: Some("official_on") });
    for language in [Language::En, Language::Vi] {
        assert!(bad.rejections[0].cause(language).contains("official_on"));
        assert!(bad.rejections[0].remedy(language).ends_with('.'));
    }
    // Fed back by column it would come without the date: it stands whole.
    assert!(matches!(&bad.original, Original::Text(text) if text.contains("oficial_on")));
}

#[test]
fn a_row_of_several_lines_is_no_longer_than_a_row_of_one() {
    let filler = "x".repeat(40 * 1024);
    let long = good(1).replace("Chi bộ 5", &format!("\"{filler}\n{filler}\""));
    let found = verdicts(&format!("{HEADER}\n{long}\n{}\n", good(2)));
    assert_eq!(found, [(2, 0, "row-too-long"), (4, 0, "good")]);
}

/// Reads what it has, and fails for ever after.
struct Torn(Cursor<Vec<u8>>);

impl std::io::Read for Torn {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        match std::io::Read::read(&mut self.0, out)? {
            0 => Err(std::io::Error::other("torn out")),
            read => Ok(read),
        }
    }
}

#[test]
fn a_source_that_breaks_off_is_told_once() {
    let folder = folder();
    let text = format!("{HEADER}\n{}\n", good(1)).into_bytes();
    let source = std::io::BufReader::new(Torn(Cursor::new(text)));
    let told: Vec<bool> =
        Intake::read(source, folder.path()).unwrap().take(9).map(|row| row.is_ok()).collect();
    assert_eq!(told, [true, false]);
}

#[test]
fn names_of_the_header_steer_no_terminal() {
    let folder = folder();
    let name = format!("\u{1B}]0;owned\u{7}{}", "n".repeat(500));
    let intake = Intake::read(Cursor::new(format!("{HEADER},{name}\n")), folder.path()).unwrap();
    let Notice::UnknownColumn { name, .. } = &intake.notices()[0];
    assert!(name.starts_with("\u{FFFD}]0;owned\u{FFFD}n") && name.chars().count() == 64, "{name}");
    assert!(intake.columns().iter().all(|name| !name.contains(char::is_control)));
}

#[test]
fn every_value_of_the_rejects_file_is_quoted() {
    let folder = folder();
    let bad = good(1).replace("Nguyễn Thị An", "An;=1+1").replace("1988-09-29", "x");
    let mut out = Vec::new();
    let mut intake = Intake::read(Cursor::new(format!("{HEADER}\n{bad}\n")), folder.path()).unwrap();
    let mut rejects = RejectsFile::over(&mut out, &intake.columns(), Language::En).unwrap();
    let Row::Bad(bad) = intake.next().unwrap().unwrap() else { panic!("a bad date passed") };
    rejects.add(&bad).unwrap();
    rejects.finish().unwrap();
    let written = String::from_utf8(out).unwrap();
    assert!(written.contains(",\"An;=1+1\","), "{written}");
    assert!(written.lines().all(|line| line.trim_start_matches('\u{FEFF}').starts_with('"')));
}
