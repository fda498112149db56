#!/usr/bin/env python3
"""Issues cards over PC/SC and shows them to every judge. Runs inside tools/lib/pcsc-stand, started by `run`.

    judges.py FOLDER      a folder for homes and files
"""

import shutil
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

from card_keys import Masters
from home import READERS, ROOT, Fault, Home
from libeac_card import LibeacCard
from libeac_terminal import LibeacTerminal
from tally import Tally, same_files

PASSPORT = "A0000002471001"
OURS = "F0434849505701"
JUDGES = ROOT / "tools" / "judges"
BUILT = ROOT / "target" / "judges"
CLIENT, SCLL, DMRTD = BUILT / "libeac" / "client", BUILT / "debug" / "chipwright-judge-scll", BUILT / "debug" / "chipwright-judge-dmrtd"
CARDS, OTHERS = 40, 3
# opensc-tool is started twelve times a card, and changed keys are for ever: a few cards each
OPENSC_EVERY, CHANGE_EVERY = 5, 8


class Bench:
    """The judges' places: two readers, a home, a tally."""

    def __init__(self, home: Home, folder: Path, tally: Tally, tell) -> None:
        self.home, self.folder, self.tally, self.tell, self.masters = home, folder, tally, tell, Masters(home.folder)
        self.lock, self.waiting, self.taken = threading.Lock(), threading.Event(), []
        self.root = home.folder / "ca" / "root.pem"
        self.root_der = folder / f"{home.folder.name}-root.der"
        self.root_der.write_bytes(ssl.PEM_cert_to_DER_cert(self.root.read_text()))

    def all_cards(self, count: int) -> None:
        """Issues so many cards in the first reader. Meanwhile those that are done are judged in the second, then in both."""
        self.home.blanks(count)
        self.home.serve("--magazine", "0=blank-*")
        faults: list[BaseException] = []

        def guarded(work) -> None:
            try:
                work()
            except BaseException as fault:  # told by the main thread
                faults.append(fault)
                self.waiting.clear()

        def first_reader() -> None:
            self.home.issue(count)
            self.tell(f"{count} cards issued over PC/SC, application {self.home.application}")
            self.judge_cards(0, count)

        self.waiting.set()
        workers = [threading.Thread(target=guarded, args=(work,)) for work in (first_reader, lambda: self.judge_cards(1, count))]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        self.home.stop()
        self.tell(f"{len(self.taken)} cards shown to the judges")
        if faults:
            raise faults[0]

    def judge_cards(self, slot: int, count: int) -> None:
        while self.waiting.is_set():
            with self.lock:
                if len(self.taken) == count:
                    return
                card = next((card for card in self.home.chips() if card not in self.taken), None)
                if card is not None:
                    self.taken.append(card)
                    number = len(self.taken) - 1
            if card is None:
                time.sleep(0.2)
            else:
                self.card(slot, number, *card)

    def card(self, slot: int, number: int, name: str, chip: str) -> None:
        reader, label = READERS[slot], f"{self.home.folder.name}/{name}"
        ours, theirs = self.folder / f"{label}-ours", self.folder / f"{label}-libeac"
        theirs.mkdir(parents=True)
        self.home.put_in(name, slot)
        self.verdict(reader, label)
        done = self.home.call("read", "--reader", f"pcsc:{reader}", "--from-registry", "--out", str(ours))
        if done.returncode != 0:
            raise Fault(f"chipwright read: {done.stdout}{done.stderr}")
        known = {"reader": reader, "application": self.home.application, "can": self.home.password(chip),
                 "mrz": (ours / "DG1.bin").read_bytes()[5:].decode("ascii")}
        judge = self.tally.judge
        judge("libeac host", label, [CLIENT], {**known, "root": str(self.root), "folder": str(theirs)})
        differs = same_files(ours, theirs)
        self.tally.note("libeac host", "it read the bytes that chipwright read", not differs, label, differs)
        public = {"reader": reader, "application": self.home.application}
        judge("pyscard", label, [sys.executable, JUDGES / "pyscard" / "judge.py", "issued"], public)
        if number % OPENSC_EVERY == 0:
            judge("opensc-tool", label, [sys.executable, JUDGES / "opensc" / "judge.py", "issued"], public)
        if self.home.application == PASSPORT:
            judge("dmrtd", label, [DMRTD], {**known, "root": str(self.root_der)})
        change = number % CHANGE_EVERY == 0
        judge("scll", label, [SCLL, "--reader"], {
            **public, "version": f"{self.masters.version:02x}", **self.masters.of(chip), "change": "yes" if change else "no"})
        self.verdict(reader, label, ", after all judges")
        self.home.take_out(slot)

    def contactless(self, foreign_root: Path) -> None:
        """One card on its other interface, and a root that is not its issuer's."""
        name, chip = self.home.chips()[0]
        label, reader = f"{self.home.folder.name}/{name}", READERS[0]
        mrz = (self.folder / f"{label}-ours" / "DG1.bin").read_bytes()[5:].decode("ascii")
        known = {"reader": reader, "application": self.home.application, "can": self.home.password(chip), "mrz": mrz}
        self.home.run("emulator", "interface", name, "contactless")
        self.home.serve()
        self.home.put_in(name, 0)
        done = self.home.call("verify", "--reader", f"pcsc:{reader}", "--can-fd", "0", stdin=known["can"])
        self.tally.note("chipwright verify", "genuine and valid, contactless", done.returncode == 0, label, done.stdout + done.stderr)
        self.tally.judge("libeac host, contactless", label, [CLIENT], {**known, "root": str(self.root)})
        self.tally.judge("dmrtd, contactless", label, [DMRTD], {**known, "root": str(self.root_der)})
        self.tally.judge("pyscard, contactless", label, [sys.executable, JUDGES / "pyscard" / "judge.py", "contactless"],
                         {"reader": reader, "application": self.home.application})
        foreign_der = foreign_root.with_suffix(".der")
        foreign_der.write_bytes(ssl.PEM_cert_to_DER_cert(foreign_root.read_text()))
        refuses = self.tally.judge_that_refuses
        refuses("libeac host", "under a foreign root it refuses EF.SOD", label, [CLIENT], {**known, "root": str(foreign_root)},
                ["OpenSSL: EF.SOD is signed under the root", "-1 hashes"])
        refuses("dmrtd", "under a foreign root it refuses the card", label, [DMRTD], {**known, "root": str(foreign_der)},
                ["PACE by CAN", "PACE by MRZ"])
        self.home.stop()

    def verdict(self, reader: str, label: str, when: str = "") -> None:
        done = self.home.call("verify", "--reader", f"pcsc:{reader}", "--from-registry")
        self.tally.note("chipwright verify", f"genuine and valid{when}", done.returncode == 0, label, done.stdout + done.stderr)

    def blank(self, aes: int) -> None:
        """A blank of the home."""
        self.home.run("emulator", "create", "judged")
        self.home.serve()
        self.home.put_in("judged", 0)
        public = {"reader": READERS[0]}
        label = f"{self.home.folder.name}/judged"
        self.tally.judge("pyscard, blank", label, [sys.executable, JUDGES / "pyscard" / "judge.py", "blank"], public)
        self.tally.judge("opensc-tool, blank", label, [sys.executable, JUDGES / "opensc" / "judge.py", "blank"], public)
        self.tally.judge("scll, blank", label, [SCLL, "--reader"], {**public, "bits": str(aes)})
        self.home.stop()


def main() -> int:
    folder = Path(sys.argv[1])
    started = time.monotonic()
    tally = Tally()

    def tell(what: str) -> None:
        print(f"{time.monotonic() - started:5.1f} s  {what}", flush=True)

    try:
        for application, aes, count in ((OURS, 256, OTHERS), (PASSPORT, 128, CARDS)):
            home = Home(folder / f"aes{aes}", application, aes)
            bench = Bench(home, folder, tally, tell)
            bench.all_cards(count)
            bench.blank(aes)
        bench.contactless(folder / "aes256" / "ca" / "root.pem")
        tell("a card without contacts shown to the judges")
        unproven = Home(folder / "unproven", OURS, 128, active_authentication=False, chip_authentication=False, chip_proof="if-promised")
        Bench(unproven, folder, tally, tell).all_cards(1)
        card = LibeacCard(unproven, folder, tally)
        card.all_cases()
        card.copied(home)
        card.own()
        tell("cards made of libeac shown to chipwright")
        records = Home(folder / "records", OURS, 128, "--records", cam=True)
        Bench(records, folder, tally, tell).all_cards(2)
        LibeacTerminal(records, folder, tally).card(*records.chips()[0])
        tell("a card with records shown to a terminal made of libeac")
    except Fault as fault:
        tally.note("the stand", "is as the judges need it", False, "-", str(fault))
    for home in folder.iterdir():
        if home.is_dir():
            shutil.rmtree(home, ignore_errors=True)
    return 0 if tally.print() else 1


sys.exit(main())
