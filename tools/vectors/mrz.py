"""The machine readable zone of a TD1 card, ICAO Doc 9303-3 sections 4 and 6 and 9303-5 section 4.2."""

import unicodedata

from pace import check_digit

WIDTH = 30
APOSTROPHES = "'\u2019\u02bc"
HYPHENS = "-\u2010\u2011"
STROKES = {"\u0110": "D", "\u0243": "B"}  # no canonical decomposition


def letter(character: str) -> str:
    """Upper case, then the base letter of the canonical decomposition; a letter with a stroke by its own row."""
    upper = character.upper()
    base = STROKES.get(upper) or unicodedata.normalize("NFD", upper)[0]
    if not ("A" <= base <= "Z" and len(base) == 1):
        raise ValueError(f"no transliteration for U+{ord(character):04X}")
    return base


def component(text: str) -> str:
    """9303-3 section 4.6: apostrophes go, hyphens and spaces become fillers, letters are transliterated."""
    result = ""
    for character in unicodedata.normalize("NFC", text):
        if character in APOSTROPHES or unicodedata.combining(character):
            continue
        result += "<" if character in HYPHENS + " " else letter(character)
    return result


def name_field(primary: str, secondary: str) -> str:
    """Line 3; only for names that fit."""
    field = component(primary) + ("<<" + component(secondary) if secondary else "")
    if len(field) > WIDTH:
        raise ValueError("needs truncation")
    return field.ljust(WIDTH, "<")


def td1(document_code: str, state: str, number: str, birth: str, sex: str, expiry: str, nationality: str) -> list[str]:
    """Lines 1 and 2 without optional data; 9303-5 section 4.2.2 and, for the check digits, 4.2.4."""
    number = number.ljust(9, "<")
    upper = (document_code.ljust(2, "<") + state.ljust(3, "<") + number + check_digit(number)).ljust(WIDTH, "<")
    dates = birth + check_digit(birth), expiry + check_digit(expiry)
    middle = (dates[0] + sex + dates[1] + nationality.ljust(3, "<")).ljust(WIDTH - 1, "<")
    composite = check_digit(upper[5:30] + middle[0:7] + middle[8:15] + middle[18:29])
    return [upper, middle + composite]
