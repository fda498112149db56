"""The invented members. Names and data are made up; units are real places with an invented branch."""

from dataclasses import dataclass, field

PHIENG_BAN = ("140118", "Chi bộ bản Phiêng Ban, Đảng bộ xã Bắc Yên")
QUY_NHON = ("520210", "Chi bộ khu phố 5, Đảng bộ phường Quy Nhơn")
LO_PANG = ("640377", "Chi bộ làng Đê Kjiêng, Đảng bộ xã Lơ Pang")
HAM_TAN = ("600455", "Chi bộ thôn 2, Đảng bộ xã Hàm Tân")
HAM_THANH = ("600461", "Chi bộ Trạm Y tế, Đảng bộ xã Hàm Thạnh")
PROVINCE = {"140118": "014", "520210": "052", "640377": "064", "600455": "060", "600461": "060"}


@dataclass
class Row:
    """One row as it will stand in the file; `reason` is (field, class) when it must be refused."""

    unit: tuple[str, str]
    name: str
    birth: str
    sex: str
    place: str
    admitted: str
    official: str = ""
    trouble: str = ""
    form: str = "NFC"
    reason: tuple[str | None, str] | None = None
    change: dict[str, str] = field(default_factory=dict)
    portrait_kind: str = "plain"


def good() -> list[Row]:
    r = Row
    return [
        r(PHIENG_BAN, "Đinh Thị Xuân Hằng", "1979-07-03", "F", "Bắc Yên, Sơn La", "2004-05-19", "2005-05-19"),
        r(PHIENG_BAN, "Mùa A Chống", "1961", "M", "Xím Vàng, Sơn La", "1988-02-03", "1989-02-03", "month and day of birth unknown"),
        r(PHIENG_BAN, "Giàng Thị Dở", "1954-11", "F", "Hang Chú, Sơn La", "1985-09-02", "1986-09-02", "day of birth unknown", "NFD"),
        r(PHIENG_BAN, "Lường Văn Thẳng", "1990-01-28", "M", "Phiêng Ban, Sơn La", "2019-12-25", "2020-12-25", "portrait stored rotated, EXIF orientation 6", portrait_kind="exif6"),
        r(PHIENG_BAN, "Cầm Thị Nhẫn", "1986-06-15", "F", "Tạ Khoa, Sơn La", "2013-03-26", "2014-03-26", "", "NFD"),
        r(PHIENG_BAN, "Hà Văn Ưởng", "1972-10-10", "M", "Mường Khoa, Sơn La", "1999-01-06", "2000-01-06"),
        r(PHIENG_BAN, "Phàng Thị Sếnh", "1999-04-30", "F", "Háng Đồng, Sơn La", "2024-05-19", "2025-05-19"),
        r(PHIENG_BAN, "Sồng A Nủ", "2001-08-19", "M", "Làng Chếu, Sơn La", "2025-09-02", "", "candidate member, no official date yet", "NFD"),
        r(PHIENG_BAN, "Lò Thị Ỏm", "1948-02", "F", "Chim Vàn, Sơn La", "1971-11-07", "1972-11-07", "day of birth unknown"),
        r(PHIENG_BAN, "Quàng Văn Bẵng", "1983-12-22", "M", "Song Pe, Sơn La", "2010-02-03", "2011-02-03"),
        r(PHIENG_BAN, "Vì Thị Mẽ", "1995-03-08", "F", "Pắc Ngà, Sơn La", "2021-06-01", "2022-06-01"),
        r(PHIENG_BAN, "Hoàng Kim Chỉnh", "1968-05-05", "M", "Mỹ Lộc, Nam Định", "1994-12-22", "1995-12-22"),
        r(QUY_NHON, "Công Tằng Tôn Nữ Nguyễn Phước Hoàng Thiên Kim Bảo Ngọc Quỳnh Trâm", "1988-09-29", "F", "Phú Vang, Thừa Thiên Huế", "2016-05-19", "2017-05-19", "a name of 66 characters"),
        r(QUY_NHON, "Trần Văn Đượm", "1975-03-31", "M", "Tuy Phước, Bình Định", "2001-02-03", "2002-02-03", "", "NFD"),
        r(QUY_NHON, "Lê Thị Mỹ Lệ", "1992-02-29", "F", "Quy Nhơn, Bình Định", "2018-07-27", "2019-07-27", "born on a leap day"),
        r(QUY_NHON, "Phạm Quỳnh Như", "2000-10-20", "F", "An Nhơn, Bình Định", "2023-03-26", "2024-03-26"),
        r(QUY_NHON, "Võ Tuấn Khải", "1981-11-11", "M", "Hoài Nhơn, Bình Định", "2008-09-02", "2009-09-02", "a photograph of 4 MB", portrait_kind="huge"),
        r(QUY_NHON, "Đặng Thị Thủy Tiên", "1997-07-07", "F", "Phù Cát, Bình Định", "2022-01-06", "2023-01-06", "", "NFD"),
        r(QUY_NHON, "Bùi Hữu Nghị", "1959-01", "M", "Tây Sơn, Bình Định", "1984-12-22", "1985-12-22", "day of birth unknown"),
        r(QUY_NHON, "Huỳnh Thị Kỵ", "1966-08-24", "F", "Vân Canh, Bình Định", "1996-03-08", "1997-03-08"),
        r(QUY_NHON, "Đỗ Đức Ẩn", "1970-04-17", "M", "Đức Phổ, Quảng Ngãi", "1998-11-20", "1999-11-20", "", "NFD"),
        r(QUY_NHON, "Ngô Thị Thùy Dương", "1994-06-28", "F", "Quy Nhơn, Bình Định", "2020-10-15", "2021-10-15", "a PNG portrait", portrait_kind="png"),
        r(QUY_NHON, "Dương Hoàng Vỹ", "1985-05-25", "M", "Vĩnh Thạnh, Bình Định", "2012-02-03", "2013-02-03"),
        r(QUY_NHON, "Hồ Thị Bé Út", "1963", "F", "Phù Mỹ, Bình Định", "1990-05-19", "1991-05-19", "month and day of birth unknown"),
        r(QUY_NHON, "Tạ Quang Hưởng", "1978-12-12", "M", "Nho Quan, Ninh Bình", "2003-08-19", "2004-08-19", "a landscape photograph (4:3)", portrait_kind="landscape"),
        r(QUY_NHON, "Mai Thị Hồng Gấm", "1991-01-14", "F", "Nông Cống, Thanh Hóa", "2017-09-02", "2018-09-02", "", "NFD"),
        r(QUY_NHON, "SPECIMEN", "1980-01-01", "F", "Quy Nhơn, Bình Định", "2010-01-01", "2011-01-01", "a real photograph, a name of one word", portrait_kind="specimen"),
        r(LO_PANG, "Y Bhĭt Niê", "1976-09-09", "M", "Mang Yang, Gia Lai", "2006-12-22", "2007-12-22", "ĭ"),
        r(LO_PANG, "H'Hĕn Mlô", "1993-05-13", "F", "Cư M'gar, Đắk Lắk", "2019-03-08", "2020-03-08", "ĕ, an apostrophe"),
        r(LO_PANG, "H\u2019Loan Êban", "1989-02-18", "F", "Buôn Đôn, Đắk Lắk", "2015-05-19", "2016-05-19", "a typographic apostrophe"),
        r(LO_PANG, "Siu Ƀlŏk", "1967-07-17", "M", "Chư Prông, Gia Lai", "1995-09-02", "1996-09-02", "Ƀ and ŏ", "NFD"),
        r(LO_PANG, "Đinh Hmok", "1982-04", "M", "Lơ Pang, Gia Lai", "2009-02-03", "2010-02-03", "day of birth unknown"),
        r(LO_PANG, "Rơ Čăm Hngŭm", "1987-10-01", "F", "Ia Grai, Gia Lai", "2014-07-27", "2015-07-27", "Č and ŭ"),
        r(LO_PANG, "Kpă Ñŏl", "1971-06-06", "M", "Krông Pa, Gia Lai", "2000-05-19", "2001-05-19", "Ñ and ŏ", "NFD"),
        r(LO_PANG, "Ksor Yŭt", "1998-08-08", "M", "Ayun Pa, Gia Lai", "2023-12-22", "2024-12-22", "ŭ; a progressive JPEG", portrait_kind="progressive"),
        r(LO_PANG, "Y Mơ̆k Byă", "1984-03-23", "M", "Krông Năng, Đắk Lắk", "2011-11-20", "2012-11-20", "a letter with two marks that has no precomposed form"),
        r(LO_PANG, "Puih", "1956", "M", "Chư Păh, Gia Lai", "1979-02-17", "1980-02-17", "a name of one word, month and day of birth unknown"),
        r(LO_PANG, "Rmah Sĕñ aƀê", "1996-11-30", "F", "Phú Thiện, Gia Lai", "2022-05-19", "2023-05-19", "ĕ, ñ, ƀ", "NFD"),
        r(HAM_TAN, "Nguyễn Thị Bẽn", "1969-09-19", "F", "Hàm Tân, Bình Thuận", "1997-05-19", "1998-05-19"),
        r(HAM_TAN, "Trương Vĩnh Lễ", "1973-01-25", "M", "La Gi, Bình Thuận", "2002-03-26", "2003-03-26"),
        r(HAM_TAN, "Phan Văn Tẻo", "1958-12", "M", "Hàm Thuận Nam, Bình Thuận", "1983-08-19", "1984-08-19", "day of birth unknown", "NFD"),
        r(HAM_TAN, "Lý Thị Kiều Kiểm", "1990-07-20", "F", "Phan Thiết, Bình Thuận", "2016-10-20", "2017-10-20"),
        r(HAM_TAN, "Trịnh Đình Cường", "1977-05-01", "M", "Yên Định, Thanh Hóa", "2005-02-03", "2006-02-03"),
        r(HAM_TAN, "Đoàn Thị Ngỡi", "1965-03-03", "F", "Đức Linh, Bình Thuận", "1993-09-02", "1994-09-02", "", "NFD"),
        r(HAM_TAN, "Thông Thị Lũy", "2002-02-14", "F", "Bắc Bình, Bình Thuận", "2025-03-26", "", "candidate member, no official date yet"),
        r(HAM_TAN, "Nguyễn Văn Bảy", "1960-10-26", "M", "Hàm Tân, Bình Thuận", "1987-12-22", "1988-12-22", "spaces before and after values", change={"name": "  Nguyễn Văn Bảy ", "birth_date": "1960-10-26  ", "citizen_number": " {citizen} "}),
        r(HAM_TAN, "Lâm Thị Ngỗng", "1974-08-02", "F", "Tánh Linh, Bình Thuận", "2003-03-08", "2004-03-08"),
        r(HAM_TAN, "Cao Xuân Ngoãn", "1980-06-11", "M", "Thọ Xuân, Thanh Hóa", "2007-05-19", "2008-05-19"),
        r(HAM_TAN, "Huỳnh Ngọc Kỷ Lỵ Kỳ", "1988-04-04", "F", "Quế Sơn, Quảng Nam", "2015-02-03", "2016-02-03", "", "NFD"),
    ]  # fmt: skip


def bad() -> list[tuple[int, Row]]:
    """(after which good row it stands, row)."""
    r = Row
    return [
        (4, r(PHIENG_BAN, "", "1984-02-11", "M", "Bắc Yên, Sơn La", "2012-02-03", "2013-02-03", "name missing", reason=("name", "empty"))),
        (7, r(PHIENG_BAN, "Đèo Văn Ón", "1987-03-19", "M", "Phù Yên, Sơn La", "2022-02-28", "", "a day the calendar does not have", reason=("official_on", "no-such-day"), change={"official_on": "2023-02-30"})),
        (11, r(PHIENG_BAN, "Bạc Thị Mời", "1991-06-17", "F", "Bắc Yên, Sơn La", "2018-03-26", "2019-03-26", "citizen number of 11 digits: the leading zero is lost", reason=("citizen_number", "digit-count"), change={"citizen_number": "{citizen_short}"})),
        (15, r(QUY_NHON, "Nguy3n Văn Tám", "1979-08-08", "M", "Tuy Phước, Bình Định", "2006-02-03", "2007-02-03", "a digit in the name", reason=("name", "digit-in-name"))),
        (18, r(QUY_NHON, "Phùng Khắc Minh", "1972-02-22", "M", "Quy Nhơn, Bình Định", "2001-05-19", "2002-05-19", "portrait file missing", reason=("portrait", "portrait-missing"), portrait_kind="missing")),
        (20, r(QUY_NHON, "Triệu Thị Mừng", "1986-12-03", "F", "An Lão, Bình Định", "2014-05-19", "2015-05-19", "portrait is a text file renamed", reason=("portrait", "portrait-not-an-image"), portrait_kind="text")),
        (24, r(QUY_NHON, "Văn Thị Hòa", "1993-09-16", "F", "Quy Nhơn, Bình Định", "2021-02-03", "2020-02-03", "official before admission", reason=("official_on", "official-before-admitted"))),
        (29, r(LO_PANG, "Nay Hdŏ", "2010-01-15", "M", "Mang Yang, Gia Lai", "2025-05-19", "", "under 18 on the day of admission", reason=("birth_date", "under-age"))),
        (32, r(LO_PANG, "Rơ Châm Thắm", "1995-05-27", "F", "Chư Sê, Gia Lai", "2020-05-19", "2021-05-19", "one column too many: an unquoted comma in the unit's name", reason=(None, "column-count"), change={"_unquoted": "unit_name"})),
        (36, r(LO_PANG, "Y Thuyên Kbuôr", "1985-07-01", "M", "Cư Kuin, Đắk Lắk", "2013-09-02", "2014-09-02", "portrait of 60 by 80 pixels", reason=("portrait", "portrait-too-small"), portrait_kind="tiny")),
        (40, r(HAM_TAN, "Nguyễn Văn \u0410n", "1981-01-19", "M", "Hàm Tân, Bình Thuận", "2010-09-02", "2011-09-02", "a Cyrillic А (U+0410) in the name", reason=("name", "character"))),
        (43, r(HAM_TAN, "Lưu Thị Bớt", "1976-10-13", "F", "Hàm Tân, Bình Thuận", "2004-03-08", "2005-03-08", "sex written as a word", reason=("sex", "sex-code"), change={"sex": "Nữ"})),
        (45, r(HAM_TAN, "Nguyễn Thị Bẽn", "1969-09-19", "F", "Hàm Tân, Bình Thuận", "1997-05-19", "1998-05-19", "the row of Nguyễn Thị Bẽn once more", reason=("member_number", "duplicate-member-number"), change={"_copy": "Nguyễn Thị Bẽn"})),
        (49, r(HAM_TAN, "Trương Vĩnh Lễ", "1973-01-25", "M", "La Gi, Bình Thuận", "2002-03-26", "2003-03-26", "the citizen number of Trương Vĩnh Lễ under another member number", reason=("citizen_number", "duplicate-citizen-number"), change={"_citizen_of": "Trương Vĩnh Lễ"}, portrait_kind="shared")),
    ]  # fmt: skip


BLANK_AFTER = 27  # a blank line stands after this good row


def second_unit() -> list[Row]:
    r = Row
    return [
        r(HAM_THANH, "Nguyễn Thụy Nhật Trực", "1983-09-21", "M", "Hàm Thạnh, Bình Thuận", "2011-02-27", "2012-02-27"),
        r(HAM_THANH, "Trần Thị Cẩm Tử", "1994-12-09", "F", "Hàm Thạnh, Bình Thuận", "2021-02-27", "2022-02-27", "", "NFD"),
        r(HAM_THANH, "Lê Hữu Phúc Lợi", "1967", "M", "Phan Rí, Bình Thuận", "1994-02-27", "1995-02-27", "month and day of birth unknown"),
        r(HAM_THANH, "Đàng Thị Mỹ Kẹo", "1999-01-31", "F", "Tuy Phong, Bình Thuận", "2025-02-27", "", "candidate member: official_on is null"),
        r(HAM_THANH, "Phạm Thị Mè Nở Đỏ", "1977-04-16", "F", "Hàm Thạnh, Bình Thuận", "2005-02-27", "2006-02-27"),
        r(HAM_THANH, "Huỳnh Cử", "1971-11-05", "M", "Hàm Kiệm, Bình Thuận", "2000-02-27", "2001-02-27", "citizen number written as a JSON number: the leading zero is lost", reason=("citizen_number", "wrong-type")),
        r(HAM_THANH, "Võ Thị Chín", "1964-06-30", "F", "Hàm Thạnh, Bình Thuận", "1992-02-27", "1993-02-27", "the line breaks off: not JSON", reason=(None, "not-json")),
    ]  # fmt: skip
