"""A card made of libeac, with the files of a card of ours, opened by `chipwright`."""

import re
import shutil
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path

from home import READERS, ROOT, Home, in_readers, wait_until
from tally import Tally

CARD = ROOT / "target" / "judges" / "libeac" / "card"
PORT = 35963
# PACEInfo of id-PACE-ECDH-GM-AES-CBC-CMAC-256 with parameter 12
AES_256 = bytes.fromhex("3012060a04007f0007020204020402010202010c")
VALID, ALTERED, NOT_PROVEN, UNREADABLE = 0, 15, 17, 20
FOREIGN = ROOT / "target" / "debug" / "examples" / "foreign_card"
RECORDS = "F0434849505702"


class LibeacCard:
    """With the files of a card of this home, whose chips prove nothing: libeac's card has no keys of theirs."""

    def __init__(self, home: Home, folder: Path, tally: Tally) -> None:
        self.home, self.folder, self.tally = home, folder, tally
        name, chip = home.chips()[0]
        self.files = folder / home.folder.name / f"{name}-libeac"
        self.can = home.password(chip)
        self.mrz = (self.files / "DG1.bin").read_bytes()[5:].decode("ascii")
        self.lines = folder / "mrz"
        self.lines.write_text("\n".join(self.mrz[at : at + 30] for at in (0, 30, 60)) + "\n")

    def all_cases(self) -> None:
        self.case("by CAN, AES-256, genuine and valid", self.files, VALID)
        self.case("by MRZ, AES-256, genuine and valid", self.files, VALID, by_mrz=True)
        self.case("a wrong CAN opens nothing", self.files, UNREADABLE, wrong=True)
        self.case("by CAN, AES-128: an offer of DG14 that EF.CardAccess keeps back is found", self.changed("EF-CardAccess", without_aes_256), ALTERED)
        self.case("an offer in EF.CardAccess that DG14 does not have is found", self.changed("EF-CardAccess", with_aes_192), ALTERED)
        self.case("a changed byte of the portrait is found", self.changed("DG2", last_byte_changed), ALTERED)

    @contextmanager
    def in_the_slot(self, settings: dict):
        card = subprocess.Popen([CARD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        card.stdin.write("".join(f"{name} {value}\n" for name, value in settings.items()))
        card.stdin.close()
        try:
            wait_until(lambda: in_readers()[READERS[0]], "the libeac card is in the reader")
            yield card
        finally:
            card.send_signal(signal.SIGTERM)
            card.said = card.stdout.read()
            card.wait(timeout=10)
        wait_until(lambda: not in_readers()[READERS[0]], "the libeac card is out")

    def changed(self, name: str, change) -> Path:
        copy = self.folder / f"{change.__name__}"
        shutil.copytree(self.files, copy)
        file = copy / f"{name}.bin"
        file.write_bytes(change(file.read_bytes()))
        return copy

    def copied(self, home: Home) -> None:
        """The files of a card whose chip proves itself, on a chip that cannot."""
        copy = LibeacCard(home, self.folder, self.tally)
        copy.case("a copy of a card is found: its chip proves nothing", copy.files, NOT_PROVEN)

    def own(self) -> None:
        """A card of its own, with keys: our host verifies it by Active Authentication and opens its records."""
        files = self.folder / "foreign"
        subprocess.run([FOREIGN, "make", files], check=True)
        settings = {"port": PORT, "application": "F0434849505701", "can": (files / "can").read_text(),
                    "mrz": (files / "mrz").read_text(), "folder": files, "records": RECORDS, "cvca": files / "cvca.cvcert",
                    "key": files / "ca2.der", "aa_key": files / "aa.der"}
        with self.in_the_slot(settings):
            self.tally.judge("our host at the libeac card", "the libeac card", [FOREIGN, "open", READERS[0]], {})

    def case(self, name: str, files: Path, wanted: int, by_mrz: bool = False, wrong: bool = False) -> None:
        settings = {"port": PORT, "application": self.home.application, "can": self.can, "mrz": self.mrz, "folder": files}
        with self.in_the_slot(settings) as card:
            can = f"{(int(self.can) + 1) % 1_000_000:06}" if wrong else self.can
            password = ["--mrz-file", str(self.lines)] if by_mrz else ["--can-fd", "0"]
            done = self.home.call("verify", "--reader", f"pcsc:{READERS[0]}", *password, stdin="" if by_mrz else can)
        said = card.said
        served = re.search(r"served (\d+) sessions, (\d+) protected commands", said)
        sessions, commands = (int(served[1]), int(served[2])) if served else (0, 0)
        opened = (sessions, commands) == (0, 0) if wrong else sessions > 0 and commands > 10
        self.tally.note("libeac card", name, done.returncode == wanted and opened, "the libeac card",
                        f"exit code {done.returncode}, {said}\n{done.stdout}{done.stderr}")


def with_aes_192(card_access: bytes) -> bytes:
    longer = card_access[2:] + AES_256.replace(bytes([2, 4, 2, 4, 2]), bytes([2, 4, 2, 3, 2]))
    return bytes([0x31, len(longer)]) + longer


def without_aes_256(card_access: bytes) -> bytes:
    at = card_access.index(AES_256)
    left = card_access[2:at] + card_access[at + len(AES_256):]
    return bytes([0x31, len(left)]) + left


def last_byte_changed(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])
