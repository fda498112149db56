#!/usr/bin/env python3
"""Writes the sample rows: members.csv, members.jsonl, expected.json and the table in README.md.

    members.py write | check

Python 3.11, standard library only. Portraits are drawn by portraits.py, which reads the same roster.
"""

import csv
import hashlib
import io
import json
import sys
import unicodedata
from pathlib import Path

from roster import BLANK_AFTER, HAM_THANH, PROVINCE, Row, bad, good, second_unit

OUT = Path(__file__).resolve().parents[2] / "test-vectors" / "samples"
COLUMNS = (
    "member_number", "citizen_number", "name", "birth_date", "sex", "place_of_birth", "unit_code", "unit_name",
    "admitted_on", "official_on", "portrait",
)  # fmt: skip
VIETNAMESE = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
MINORITY = "ĕŏŭčñƀĭ"
MARKS = ("<!-- rows:begin -->", "<!-- rows:end -->")


def citizen_number(row: Row, member: str) -> str:
    """3 digits of the province of birth registration, 1 of century and sex, 2 of the year, 6 more."""
    century = {("19", "M"): "0", ("19", "F"): "1", ("20", "M"): "2", ("20", "F"): "3"}[row.birth[:2], row.sex]
    rest = int.from_bytes(hashlib.sha256(member.encode()).digest()[:4], "big") % 10**6
    return PROVINCE[row.unit[0]] + century + row.birth[2:4] + f"{rest:06}"


def portrait_name(row: Row, member: str) -> str:
    fixed = {"specimen": "specimen.jpg", "text": "not-a-jpeg.jpg", "missing": f"{member}.jpg"}
    return fixed.get(row.portrait_kind, member + (".png" if row.portrait_kind == "png" else ".jpg"))


def fields(row: Row, sequence: dict[str, int], people: dict[str, dict[str, str]]) -> dict[str, str]:
    code, unit_name = row.unit
    sequence[code] = sequence.get(code, 0) + 1
    member = f"{code}{sequence[code]:06}"
    values = dict(zip(COLUMNS, (
        member, citizen_number(row, member), row.name, row.birth, row.sex, row.place, code, unit_name,
        row.admitted, row.official, portrait_name(row, member),
    )))  # fmt: skip
    for column, value in row.change.items():
        if column == "_copy":
            values = dict(people[value])
        elif column == "_citizen_of":
            values["citizen_number"] = people[value]["citizen_number"]
            values["portrait"] = people[value]["portrait"]
        elif not column.startswith("_"):
            citizen = values["citizen_number"]
            values[column] = value.format(citizen=citizen, citizen_short=citizen.lstrip("0")[:11])
    if row.reason is None:
        people[row.name] = values
    return {column: unicodedata.normalize(row.form, value) for column, value in values.items()}


def ordered() -> list[Row | None]:
    """Good and bad rows in the order of the file; None is the blank line."""
    rows: list[Row | None] = []
    after: dict[int, list[Row]] = {}
    for place, row in bad():
        after.setdefault(place, []).append(row)
    for number, row in enumerate(good(), 1):
        rows.append(row)
        rows += after.get(number, [])
        if number == BLANK_AFTER:
            rows.append(None)
    return rows


def entries() -> list[tuple[Row, dict[str, str]]]:
    """Every row of both files with its values; portraits.py draws from it."""
    sequence, people = {}, {}
    csv_rows = [(row, fields(row, sequence, people)) for row in ordered() if row]
    return csv_rows + [(row, fields(row, sequence, people)) for row in second_unit()]


def members_csv() -> tuple[str, list[tuple[int, Row]]]:
    text, lines = io.StringIO(), []
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    found = iter(entries())
    for line, row in enumerate(ordered(), 2):
        if row is None:
            text.write("\n")
            continue
        _, values = next(found)
        if "_unquoted" in row.change:
            written = io.StringIO()
            csv.DictWriter(written, COLUMNS, lineterminator="\n").writerow(values)
            text.write(written.getvalue().replace(f'"{values["unit_name"]}"', values["unit_name"]))
        else:
            writer.writerow(values)
        lines.append((line, row))
    return text.getvalue(), lines


def members_jsonl() -> tuple[str, list[tuple[int, Row]]]:
    text, lines = "", []
    rows = [(row, values) for row, values in entries() if row.unit == HAM_THANH]
    for line, (row, values) in enumerate(rows, 1):
        record: dict[str, object] = {k: (v or None) for k, v in values.items()}
        if row.reason == ("citizen_number", "wrong-type"):
            record["citizen_number"] = int(values["citizen_number"])
        written = json.dumps(record, ensure_ascii=False)
        text += (written[:120] if row.reason == (None, "not-json") else written) + "\n"
        lines.append((line, row))
    return text, lines


def expected(files: dict[str, list[tuple[int, Row]]]) -> str:
    result = {}
    for name, lines in files.items():
        rejected = [
            {"line": line, "field": row.reason[0], "reason_class": row.reason[1]} for line, row in lines if row.reason
        ]
        result[name] = {"good": sum(row.reason is None for _, row in lines), "rejected": rejected}
    return json.dumps(result, indent=2) + "\n"


def table(files: dict[str, list[tuple[int, Row]]]) -> str:
    text = "\n"
    for name, lines in files.items():
        count = sum(row.reason is None for _, row in lines)
        text += f"### `{name}`: {count} good, {len(lines) - count} to be rejected\n\n"
        text += "| line | name | trouble | rejected for |\n|---|---|---|---|\n"
        for line, row in lines:
            trouble = "; ".join(filter(None, [row.trouble, "NFD" if row.form == "NFD" else ""]))
            verdict = f"`{row.reason[0] or 'the row'}`: {row.reason[1]}" if row.reason else ""
            if trouble or verdict:
                text += f"| {line} | {row.name} | {trouble} | {verdict} |\n"
        text += "\n"
    return text


def covers() -> None:
    """Every letter the samples promise stands in a good row."""
    seen = set("".join(row.name + row.place for row in good() + second_unit() if not row.reason).lower())
    missing = [letter for letter in VIETNAMESE + MINORITY if letter not in seen]
    if missing:
        sys.exit("letters in no good row: " + " ".join(missing))


def outputs() -> dict[Path, str]:
    covers()
    csv_text, csv_lines = members_csv()
    jsonl_text, jsonl_lines = members_jsonl()
    files = {"members.csv": csv_lines, "members.jsonl": jsonl_lines}
    readme = (OUT / "README.md").read_text("utf-8")
    head, tail = readme.split(MARKS[0])[0], readme.split(MARKS[1])[1]
    return {
        OUT / "members.csv": csv_text,
        OUT / "members.jsonl": jsonl_text,
        OUT / "expected.json": expected(files),
        OUT / "README.md": head + MARKS[0] + table(files) + MARKS[1] + tail,
    }


def main(mode: str) -> int:
    differing = [p for p, text in outputs().items() if not p.exists() or p.read_text("utf-8") != text]
    if mode == "write":
        for path in differing:
            path.write_text(outputs()[path], "utf-8")
        print(f"wrote {len(differing)} of 4 files")
        return 0
    for path in differing:
        print(f"{path.name}: differs; run members.py write", file=sys.stderr)
    return 1 if differing else 0


if __name__ == "__main__":
    if sys.argv[1:] not in (["write"], ["check"]):
        sys.exit("usage: members.py write | check")
    sys.exit(main(sys.argv[1]))
