"""Counts what judges say: one line a case, however many cards went through it."""

import re
import subprocess
import threading
from pathlib import Path

CASE = re.compile(r"^  (ok    |FAILED)  (.*)$")
TOTAL = re.compile(r"^(\d+) passed, (\d+) failed$")
# what differs from card to card within a case
OF_ONE_CARD = re.compile(r", \d+ bytes(?= \()|: \d+ bytes at most$| \(\d+ data groups, \d+ bytes\)$|(?<=read), \d+ bytes$")


class Tally:
    def __init__(self) -> None:
        self.cases: dict[tuple[str, str], int] = {}
        self.faults: list[str] = []
        self.lock = threading.Lock()

    def note(self, judge: str, case: str, holds: bool, card: str, seen: str = "") -> None:
        with self.lock:
            if holds:
                name = (judge, OF_ONE_CARD.sub("", case))
                self.cases[name] = self.cases.get(name, 0) + 1
            else:
                self.faults.append(f"{judge}, {card}: {case}{': ' if seen else ''}{seen}")

    def judge(self, judge: str, card: str, command: list, settings: dict[str, str] | list[tuple]) -> None:
        """Runs a judge; its cases are those lines of its output, and they have to be as many as it says."""
        for case, holds in self.cases_of(judge, card, command, settings):
            self.note(judge, case, holds, card)

    def judge_that_refuses(self, judge: str, name: str, card: str, command: list, settings: dict[str, str], wanted: list[str]) -> None:
        """Judges the judge: shown something wrong, it finds these cases wrong and no others."""
        refused = [case for case, holds in self.cases_of(judge, card, command, settings) if not holds]
        right = len(refused) == len(wanted) and all(case.startswith(start) for case, start in zip(refused, wanted))
        self.note(judge, name, right, card, f"it refused {refused}")

    def cases_of(self, judge: str, card: str, command: list, settings: dict[str, str] | list[tuple]) -> list[tuple[str, bool]]:
        pairs = settings.items() if isinstance(settings, dict) else settings
        stdin = "".join(f"{name} {value}\n" for name, value in pairs)
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=60)
        told, cases = None, []
        for line in done.stdout.splitlines():
            if case := CASE.match(line):
                cases.append((case[2], case[1] != "FAILED"))
            elif total := TOTAL.match(line):
                told = int(total[1]), int(total[2])
        if told is None or sum(told) != len(cases) or not cases or done.returncode != int(told[1] > 0):
            self.note(judge, "the judge runs to its end", False, card, f"exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return cases

    def print(self) -> bool:
        """One line a case; True if none failed."""
        for (judge, case), count in sorted(self.cases.items(), key=lambda item: item[0][0]):
            print(f"  ok      {judge}: {case}{f' ({count} times)' if count > 1 else ''}")
        for fault in self.faults:
            print(f"  FAILED  {fault}")
        print(f"{sum(self.cases.values())} passed, {len(self.faults)} failed")
        return not self.faults


def same_files(one: Path, other: Path) -> str:
    """What differs between the files of two readings of a card; empty if nothing does."""
    names = {path.name for path in one.glob("*.bin")} - {"EF-ATR-INFO.bin"}  # the other reader has no use for it
    wrong = [name for name in sorted(names) if (one / name).read_bytes() != (other / name).read_bytes()]
    return f"different: {', '.join(wrong)}" if wrong else "" if len(names) > 6 else f"only {sorted(names)}"
