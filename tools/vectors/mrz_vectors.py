"""Vectors of the machine readable zone: check digits, letters, names, truncation, whole lines."""

import unicodedata

import mrz
from deterministic import SOURCE
from pace import check_digit

PART3, PART5 = "ICAO Doc 9303-3 (8th edition)", "ICAO Doc 9303-5 (8th edition)"
# The letters of Vietnamese that are not ASCII, then those of minority languages, by base letter, lower case.
LETTERS = {
    "a": "àáảãạăằắẳẵặâầấẩẫậ",
    "b": "ƀ",
    "c": "č",
    "d": "đ",
    "e": "èéẻẽẹêềếểễệĕ",
    "i": "ìíỉĩịĭ",
    "n": "ñ",
    "o": "òóỏõọôồốổỗộơờớởỡợŏ",
    "u": "ùúủũụưừứửữựŭ",
    "y": "ỳýỷỹỵ",
}
NAMES = {
    "family-name-first": ("Trần Văn Ơn", "Vietnamese order: the first word is the family name, so the primary identifier."),
    "all-tones": ("Đặng Thị Thủy Ngọc", "Marks of quality and tone together."),
    "one-word": ("Siu", "One name only: it is the primary identifier, no secondary one follows (9303-5 4.2.2.3)."),
    "apostrophe": ("H'Hen Niê", "An apostrophe is left out and no filler takes its place (9303-3 4.6)."),
    "apostrophe-typographic": ("H\u2019Hĕn Ayŭn", "The same with U+2019."),
    "minority-breve": ("Y Bhĭt Niê", "The first word is the primary identifier, although it is a title here: a rule of the project."),
    "minority-b-stroke": ("Siu Ƀlŏk", "U+0243 has no row in 9303-3 section 6 A: B is a rule of the project."),
    "minority-two-marks": ("Y Mơ̆ Êban", "A letter with a combining mark that has no precomposed form."),
    "hyphen": ("Đinh Bơ-rông", "A hyphen becomes a filler (9303-3 4.6)."),
}


def entry(kind: str, source: str, comment: str, **values: object) -> dict:
    return {"source": source, "expect": "pass", "comment": comment, "kind": kind} | values


def row(character: str) -> str:
    """Which row of 9303-3 section 6 A a capital letter stands in, or why it stands in none."""
    upper = character.upper()
    code = f"{ord(upper):04X}"
    if "\u00c0" <= upper <= "\u017d":
        return f"row {code}"
    if upper in mrz.STROKES:
        return f"no row for {code}; a rule of the project: the letter without its stroke"
    return f"no row for {code}; base letter of the canonical decomposition, as the rows of all accented letters give"


def letters() -> dict[str, dict]:
    found = {}
    for base, lower in LETTERS.items():
        cases = [
            {"letter": c, "nfd": unicodedata.normalize("NFD", c), "output": mrz.letter(c), "table": row(c)}
            for small in lower
            for c in (small, small.upper())
        ]
        comment = f"Letters that become {base.upper()}. Both forms, letter (NFC) and nfd, give the same output."
        source = f"{PART3} section 6 A, transliteration of multinational Latin-based characters"
        found[f"mrz/letters-{base}.json"] = entry("mrz-letters", source, comment, cases=cases)
    return found


def check_digits() -> dict[str, dict]:
    published = [
        ("date", "520727", "3", "Example 1: 27 July 1952"),
        ("document-number", "AB2134<<<", "5", "Example 2: document number AB2134 in a field of nine"),
        ("td1-composite", "D231458907<<<<<<<<<<<<<<<34071279507122<<<<<<<<<<<", "2", "Example 3: upper and middle line of a TD1"),
        ("td2-composite", "HA672242<658022549601086<<<<<<<", "8", "Example 4: lower line of a TD2"),
    ]  # fmt: skip
    found = {}
    for name, text, digit, comment in published:
        if check_digit(text) != digit:
            raise AssertionError(name)
        source = f"{PART3} section 4.9 and its appendix A, examples of check digit calculation"
        found[f"mrz/check-digit-{name}.json"] = entry(
            "mrz-check-digit", source, comment + ".", input=text, check_digit=digit
        )
    for name, text, comment in [
        ("fillers", "<" * 9, "Fillers count as 0."),
        ("unknown-day", "6103<<", "A date whose day is unknown (9303-3 4.8)."),
        ("letters", "ZYXWVUTSR", "The nine highest letter values."),
    ]:
        found[f"mrz/check-digit-{name}.json"] = entry(
            "mrz-check-digit", f"{SOURCE}; {PART3} section 4.9", comment, input=text, check_digit=check_digit(text)
        )
    return found


def names() -> dict[str, dict]:
    found = {}
    for name, (text, comment) in NAMES.items():
        primary, _, secondary = unicodedata.normalize("NFC", text).partition(" ")
        found[f"mrz/name-{name}.json"] = entry(
            "mrz-name", f"{SOURCE}; {PART3} sections 4.6 and 6 A, {PART5} section 4.2.2.3", comment,
            name=text, primary_identifier=primary, secondary_identifier=secondary,
            name_field=mrz.name_field(primary, secondary),
        )  # fmt: skip
    for name, primary, secondary, field in [
        ("icao-specimen", "Eriksson", "Anna Maria", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"),
        ("icao-exact-fit", "Papandropoulous", "Jonathon Alec", "PAPANDROPOULOUS<<JONATHON<ALEC"),
        ("icao-several-words", "Van Der Muellen", "Martin", "VAN<DER<MUELLEN<<MARTIN<<<<<<<"),
        ("icao-hyphen", "Al-Basri", "Huda Muhammad Jawad", "AL<BASRI<<HUDA<MUHAMMAD<JAWAD<"),
        ("icao-no-secondary", "Arkfreith", "", "ARKFREITH<<<<<<<<<<<<<<<<<<<<<"),
        ("icao-no-secondary-two-words", "Satriya Sudarpa", "", "SATRIYA<SUDARPA<<<<<<<<<<<<<<<"),
    ]:
        if mrz.name_field(primary, secondary) != field:
            raise AssertionError(name)
        comment = "Identifiers are given, not taken from the order of words."
        found[f"mrz/name-{name}.json"] = entry(
            "mrz-name", f"{PART5} sections 4.2.3.3 to 4.2.3.5 and appendix A", comment,
            primary_identifier=primary, secondary_identifier=secondary, name_field=field,
        )  # fmt: skip
    return found


RULES = [
    "name_field has 30 characters and the last one is A to Z",
    "<< stands in it once, followed by a letter, when there is a secondary identifier; never when there is none",
    "each component is the beginning of a component of the name, in the same order",
    "the first component of each identifier is kept, at least by its first letter",
]


def truncations() -> dict[str, dict]:
    words = ("Bennelong Wooloomooloo Warrandyte Warnambool", "Dingo Potoroo")
    published = [
        ("secondary-initials", "Nilavadhanananda", "Chayapa Dejthamrong Krasuang", {"4.2.3.1 a": "NILAVADHANANANDA<<CHAYAPA<DE<K"}),
        ("secondary-cut", "Nilavadhanananda", "Arnpol Petch Charonguang", {"4.2.3.1 b": "NILAVADHANANANDA<<ARNPOL<PE<CH"}),
        ("primary", *words, {
            "4.2.3.2 a": "BENNELONG<WOOLOOMOOLOO<W<W<<DI",
            "4.2.3.2 b": "BENNELONG<WOOLOOM<WA<WARN<<D<P",
            "4.2.3.2 c": "BENNE<WOOLO<WARRA<WARNA<<DIN<P",
        }),
        ("by-one", "Vilarchao Fernandez", "Jose Ramon", {"4.2.3.4": "VILARCHAO<FERNANDEZ<<JOSE<RAMO"}),
    ]  # fmt: skip
    own = [
        ("long-vietnamese", "Nguyễn", "Phước Hoàng Thiên Kim Bảo Ngọc Quỳnh Trâm Anh Thư"),
        ("one-long-word", "Brôômadahtarahnamuunkhaliengđrăng", ""),
        ("filler-at-30", "Trương", "Thị Thanh Nguyễn Hoàng B Anh"),
    ]
    found = {}
    for name, primary, secondary, options in published:
        comment = "The standard leaves the method to the issuer: its own results are listed, any result that keeps the rules passes."
        found[f"mrz/truncation-icao-{name}.json"] = entry(
            "mrz-truncation", f"{PART5} section 4.2.3", comment,
            primary_identifier=primary, secondary_identifier=secondary, published=options, rules=RULES,
        )  # fmt: skip
    for name, primary, secondary in own:
        full = mrz.component(primary) + ("<<" + mrz.component(secondary) if secondary else "")
        if len(full) <= mrz.WIDTH:
            raise AssertionError(name)
        found[f"mrz/truncation-{name}.json"] = entry(
            "mrz-truncation", f"{SOURCE}; {PART5} sections 4.2.2.3 and 4.2.3", "No method is prescribed; the rules are.",
            primary_identifier=primary, secondary_identifier=secondary, untruncated=full, rules=RULES,
        )  # fmt: skip
    return found


def whole_lines() -> dict[str, dict]:
    fields = ("document_code", "issuing_state", "document_number", "date_of_birth", "sex", "date_of_expiry", "nationality")
    specimen = ("I", "UTO", "D23145890", "740812", "F", "120415", "UTO")
    printed = ["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"]
    if mrz.td1(*specimen) + [mrz.name_field("Eriksson", "Anna Maria")] != printed:
        raise AssertionError("specimen")
    found = {
        "mrz/td1-icao-specimen.json": entry(
            "mrz-td1", f"{PART5} appendix A, figure A-2, and appendix B", "The specimen of Utopia.",
            **dict(zip(fields, specimen)), primary_identifier="Eriksson", secondary_identifier="Anna Maria", lines=printed,
        )  # fmt: skip
    }
    for name, values, primary, secondary, comment in [
        ("member", ("CM", "VNM", "C0F2S9K41", "790703", "F", "361124", "VNM"), "Đặng", "Thị Thủy Ngọc", "A card of ours."),
        ("unknown-day", ("CM", "VNM", "0A1B2C3D4", "6103<<", "M", "361124", "VNM"), "Siu", "Ƀlŏk", "Day of birth unknown."),
        ("unknown-month", ("CM", "VNM", "ZZZZZZZZZ", "44<<<<", "F", "310228", "VNM"), "H'Hen", "Niê", "Month and day of birth unknown."),
        ("short-number", ("CM", "VNM", "7K", "000229", "<", "360229", "VNM"), "Siu", "", "Short number, leap days, sex not stated, one name."),
    ]:  # fmt: skip
        lines = mrz.td1(*values) + [mrz.name_field(primary, secondary)]
        found[f"mrz/td1-{name}.json"] = entry(
            "mrz-td1", f"{SOURCE}; {PART5} section 4.2, {PART3} sections 4.8 and 4.9", comment,
            **dict(zip(fields, values)), primary_identifier=primary, secondary_identifier=secondary, lines=lines,
        )  # fmt: skip
    return found


def vectors() -> dict[str, dict]:
    return letters() | check_digits() | names() | truncations() | whole_lines()
