"""A terminal made of libeac at a card of ours: PACE with CHAT, Terminal Authentication 2, Chip Authentication 2, the records."""

from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from home import READERS, ROOT, Home
from tally import Tally

TERMINAL = ROOT / "target" / "judges" / "libeac" / "terminal"
RECORDS = "F0434849505702"
RIGHTS = ("can-allowed", "read:party-life", "read:training", "append:party-life")
# EF.Certificates may be read with any right to read
READABLE = "020002020203"


class LibeacTerminal:
    """In a home with records; its key is made by `chipwright terminal issue`."""

    def __init__(self, home: Home, folder: Path, tally: Tally) -> None:
        self.home, self.folder, self.tally = home, folder / "terminal", tally
        self.folder.mkdir()
        rights = [part for right in RIGHTS for part in ("--right", right)]
        home.run("terminal", "issue", "DESK", *rights)
        home.run("record", "new-signer")
        (chain,) = (home.folder / "terminals").glob("*.chain")
        passphrase = (home.folder / "terminals" / "passphrase").read_text().rstrip("\n").encode()
        key = load_pem_private_key(chain.with_suffix(".key").read_bytes(), passphrase)
        (self.folder / "key.der").write_bytes(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
        # the first one is the trust point, which the card has
        self.certificates = certificates(chain.read_bytes())
        for number, certificate in enumerate(self.certificates):
            (self.folder / f"{number}.cvcert").write_bytes(certificate)

    def card(self, name: str, chip: str) -> None:
        self.home.serve()
        self.home.put_in(name, 0)
        reader = f"pcsc:{READERS[0]}"
        ours = ("--reader", reader, "--from-registry", "--terminal", "DESK")
        for year, grade in ((2025, "good"), (2026, "excellent")):
            done = self.home.call("record", "add", "party-life", "--set", f"year={year}", "--set", f"grade={grade}", *ours)
            self.tally.note("chipwright record", "a record is appended", done.returncode == 0, name, done.stdout + done.stderr)
        last = self.certificates[-1]
        at = last.index(b"\x7f\x4c")
        settings = [("reader", READERS[0]), ("can", self.home.password(chip)), ("root", self.home.folder / "ca" / "root.pem"),
                    ("records", RECORDS), ("cvca", self.folder / "0.cvcert"), ("key", self.folder / "key.der"),
                    *(("certificate", self.folder / f"{number}.cvcert") for number in range(1, len(self.certificates))),
                    ("template", last[at : at + 3 + last[at + 2]].hex()), ("readable", READABLE), ("folder", self.folder)]
        self.tally.judge("libeac terminal", name, [TERMINAL], settings)
        read = sorted(path.name for path in self.folder.glob("02*.bin"))
        wanted = {"0202-1.bin", "0202-2.bin"} <= set(read) and not any(one.startswith("0201") for one in read)
        self.tally.note("libeac terminal", "it read both records, and not the citizen number", wanted, name, str(read))
        done = self.home.call("record", "verify", *ours)
        self.tally.note("chipwright record", "the records are good afterwards", done.returncode == 0, name, done.stdout + done.stderr)
        self.home.stop()


def certificates(chain: bytes) -> list[bytes]:
    """The certificates `7F21` of a chain file."""
    found = []
    while chain:
        count = chain[2] & 0x7F if chain[2] & 0x80 else 0
        length = int.from_bytes(chain[3 : 3 + count], "big") if count else chain[2]
        found.append(chain[: 3 + count + length])
        chain = chain[3 + count + length :]
    return found
