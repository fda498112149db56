#!/usr/bin/env python3
"""opensc-tool, which nobody here wrote, at a card in a PC/SC reader: the reader, the ATR, selecting, challenges, public files.

    judge.py blank|issued < SETTINGS      reader, and for an issued card application (hexadecimal)

One line a case, then `N passed, M failed`; exit code 1 if one failed, 77 where opensc-tool is not installed.
"""

import re
import shutil
import subprocess
import sys

STATUS = re.compile(r"Received \(SW1=0x(..), SW2=0x(..)\)")
DUMP = re.compile(r"((?:[0-9A-F]{2} )+)")
MASTER_FILE = {"EF.CardAccess": ("02 01 1C", 0x31), "EF.DIR": ("02 2F 00", 0x61), "EF.ATR/INFO": ("02 2F 01", 0x47)}


def tool(*arguments: str) -> str:
    done = subprocess.run(["opensc-tool", *arguments], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def send(reader: str, *commands: str) -> list[tuple[bytes, str]]:
    """The answers to commands in one connection: data and status word."""
    said = tool("-r", reader, *(part for command in commands for part in ("-s", command)))
    answers: list[tuple[bytes, str]] = []
    for line in said.splitlines():
        if status := STATUS.match(line):
            answers.append((b"", (status[1] + status[2]).upper()))
        elif answers and (dump := DUMP.match(line)):
            # sixteen bytes a line, then the same as text
            answers[-1] = (answers[-1][0] + bytes.fromhex(dump[1][:48]), answers[-1][1])
    if len(answers) != len(commands):
        raise ValueError(f"{len(answers)} answers to {len(commands)} commands:\n{said}")
    return answers


def spaced(digits: str) -> str:
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def cases(kind: str, reader: str, application: str):
    listed = tool("-l")
    yield "the reader is listed, with a card", re.search(rf"Yes +{re.escape(reader)}", listed), listed
    atr = tool("-r", reader, "-a").strip()
    yield "the answer-to-reset", re.fullmatch(r"3b(:[0-9a-f]{2})+", atr), atr
    fci, domain = send(reader, "00:A4:04:00:08:A0:00:00:01:51:00:00:00:00", "80:CA:9F:7F:00")
    yield "the card manager is selected and shows its production data", (
        fci[1] == domain[1] == "9000" and fci[0][:1] == b"\x6f" and len(domain[0]) == 45), (fci, domain)
    if kind == "blank":
        answers = send(reader, "00:A4:00:0C:02:3F:00", "00:A4:02:0C:02:01:1C", "00:A4:02:0C:02:2F:00")
        yield "no master file, no EF.CardAccess, no EF.DIR: 6A82", {answer for answer in answers} == {(b"", "6A82")}, answers
        return
    select = f"00:A4:04:0C:{len(application) // 2:02X}:{spaced(application)}"
    selected, challenge = send(reader, select, "00:84:00:00:08")
    yield "the application is selected and gives a challenge", (
        selected == (b"", "9000") and challenge[1] == "9000" and len(challenge[0]) == 8), (selected, challenge)
    for name, (identifier, tag) in MASTER_FILE.items():
        root, file, content = send(reader, "00:A4:00:0C:02:3F:00", f"00:A4:02:0C:{identifier.replace(' ', ':')}", "00:B0:00:00:00")
        yield f"{name} is read", root[1] == file[1] == content[1] == "9000" and content[0][0] == tag, (root, file, content)
    refused = send(reader, select, *(f"00:B0:{0x80 | short:02X}:00:00" for short in (1, 2, 11, 12, 13, 14, 15, 0x1D, 0x1E)))
    yield "data groups, EF.SOD and EF.COM are refused", {answer for answer in refused[1:]} == {(b"", "6982")}, refused
    # the card drivers of OpenSC look at the card, find nothing of theirs, and leave it as it was
    name = tool("-r", reader, "-n")
    after = send(reader, select)
    yield "OpenSC's drivers look at it and do it no harm", name.strip() != "" and after == [(b"", "9000")], (name, after)


def main() -> int:
    if shutil.which("opensc-tool") is None:
        print("skipped: opensc-tool is not installed")
        return 77
    kind = sys.argv[1] if sys.argv[1:] in (["blank"], ["issued"]) else sys.exit("blank or issued?")
    settings = dict(line.rstrip("\n").split(" ", 1) for line in sys.stdin)
    passed = failed = 0
    for name, holds, seen in cases(kind, settings["reader"], settings.get("application", "")):
        print(f"  ok      {name}" if holds else f"  FAILED  {name}: {seen}")
        passed, failed = passed + bool(holds), failed + (not holds)
    print(f"{passed} passed, {failed} failed")
    return int(failed > 0)


sys.exit(main())
