#!/usr/bin/env python3
"""pyscard, which nobody here wrote, at a card in a PC/SC reader: public files, refusals, card manager, status words.

    judge.py blank|issued|contactless < SETTINGS      reader, and but for a blank application (hexadecimal)

A contactless card is an issued one on its other interface, where its card manager does not show.

One line a case, then `N passed, M failed`; exit code 1 if one failed.
"""

import sys

from smartcard.ATR import ATR
from smartcard.CardConnection import CardConnection
from smartcard.scard import SCARD_SHARE_EXCLUSIVE, SCARD_UNPOWER_CARD
from smartcard.System import readers
from smartcard.util import toBytes

ISSUER_DOMAIN = "A000000151000000"
MASTER_FILE = {"EF.CardAccess": ("011C", 0x1C, 0x31), "EF.DIR": ("2F00", 0x1E, 0x61), "EF.ATR/INFO": ("2F01", 0x01, 0x47)}
# DG1 to DG16, EF.COM, EF.SOD: whether they are on the card is nobody's business before PACE
LDS = {f"{0x0100 + number:04X}": number for number in range(1, 17)} | {"011E": 0x1E, "011D": 0x1D}
OBJECTS = {"9F7F": (0x9F, 42), "0066": (0x66, None), "00E0": (0xE0, None), "0042": (0x42, None), "0045": (0x45, None)}
LONGEST = 258  # what a host with a short Le has room for


class Judge:
    def __init__(self, connection) -> None:
        self.connection, self.passed, self.failed, self.longest = connection, 0, 0, 0

    def send(self, command: str) -> tuple[bytes, int]:
        data, high, low = self.connection.transmit(toBytes(command))
        self.longest = max(self.longest, len(data) + 2)
        return bytes(data), high << 8 | low

    def status(self, command: str) -> int:
        return self.send(command)[1]

    def check(self, name: str, holds: bool, seen: object = "") -> None:
        print(f"  ok      {name}" if holds else f"  FAILED  {name}: {seen}")
        self.passed, self.failed = self.passed + bool(holds), self.failed + (not holds)

    def answers(self, name: str, wanted: dict[str, int]) -> None:
        """Each command is answered with its status word and without data."""
        seen = {command: self.send(command) for command in wanted}
        wrong = [f"{command} {data.hex()} {status:04X}" for command, (data, status) in seen.items()
                 if (data, status) != (b"", wanted[command])]
        self.check(name, not wrong, "; ".join(wrong))


def objects(data: bytes) -> list[tuple[int, bytes]]:
    """BER-TLV, tags of one or two bytes."""
    found = []
    while data:
        size = 2 if data[0] & 0x1F == 0x1F else 1
        tag, data = int.from_bytes(data[:size], "big"), data[size:]
        length, data = data[0], data[1:]
        if length > 0x80:
            more = length & 0x7F
            length, data = int.from_bytes(data[:more], "big"), data[more:]
        if len(data) < length:
            raise ValueError(f"{tag:X} is cut")
        found.append((tag, data[:length]))
        data = data[length:]
    return found


def answer_to_reset(judge: Judge) -> None:
    atr = ATR(judge.connection.getATR())
    judge.check("ATR: checksum, T=1, historical bytes", atr.checksumOK and atr.isT1Supported() and atr.getHistoricalBytes(),
                atr)


def card_manager(judge: Judge) -> None:
    by_name, status = judge.send(f"00A4040008{ISSUER_DOMAIN}00")
    template = dict(objects(by_name))
    inner = dict(objects(template.get(0x6F, b"")))
    judge.check("the issuer domain's FCI: 6F with 84 and A5, and 73 in A5",
                status == 0x9000 and inner.get(0x84) == bytes.fromhex(ISSUER_DOMAIN)
                and [tag for tag, _ in objects(inner.get(0xA5, b""))][:1] == [0x73], by_name.hex())
    judge.check("SELECT without a name and without Le gives the same", judge.send("00A40400") == (by_name, status))
    for name, (tag, length) in OBJECTS.items():
        for cla in ("80", "00"):
            data, status = judge.send(f"{cla}CA{name}00")
            found = objects(data)[0][1] if data else b""
            right = status == 0x9000 and int.from_bytes(data[:len(f"{tag:X}") // 2], "big") & 0xFF in (tag, 0x9F)
            judge.check(f"GET DATA {name}, class {cla}", right and (length is None or len(found) == length),
                        f"{data.hex()} {status:04X}")
    exact = len(judge.send("80CA9F7F00")[0])
    judge.check("GET DATA with an exact Le, and 6CXX for one that is too short",
                judge.send(f"80CA9F7F{exact:02X}")[1] == 0x9000 and judge.status("80CA9F7F05") == 0x6C00 | exact)
    # three keys: C0 identifier, version, type 88 (AES), length
    keys = [value for _, value in objects(objects(judge.send("80CA00E000")[0])[0][1])]
    judge.check("key information: three AES keys a version", len(keys) % 3 == 0 and keys
                and all(len(key) == 4 and key[2] == 0x88 for key in keys), keys)
    recognition = objects(objects(objects(judge.send("80CA006600")[0])[0][1])[0][1])
    scp = [value.hex() for tag, value in recognition if tag == 0x64]
    judge.check("card data name SCP03", len(scp) == 1 and scp[0].startswith("06092a864886fc6b0403"), scp)
    judge.answers("an unknown object: 6A88", {"80CA00C100": 0x6A88, "80CA5F5000": 0x6A88})
    judge.answers("without a session: 6982 to GET STATUS of every kind, PUT KEY, STORE DATA, DELETE, INSTALL", {
        **{f"80F2{kind}02024F0000": 0x6982 for kind in ("80", "40", "20", "10")},
        "80D8000101AA": 0x6982, "80E2900002420000": 0x6982, "80E40000024F0000": 0x6982, "80E60C000100": 0x6982})
    challenge, status = judge.send("8050000008000102030405060700")
    judge.check("INITIALIZE UPDATE: the chip's identifier, SCP03", status == 0x9000 and len(challenge) in (29, 32)
                and challenge[11] == 0x03 and challenge[:10] == judge.send("80CA004500")[0][2:12], challenge.hex())


def blank(judge: Judge, _application: str) -> None:
    card_manager(judge)
    judge.answers("no master file, EF.CardAccess, EF.DIR, EF.ATR/INFO: 6A82", {
        "00A4000C023F00": 0x6A82, "00A4000C": 0x6A82, "00A4020C02011C": 0x6A82, "00A4020C022F00": 0x6A82,
        "00A4020C022F01": 0x6A82})
    judge.answers("no passport, no PKCS#15 application: 6A82", {
        "00A4040C07A0000002471001": 0x6A82, "00A4040C0CA000000063504B43532D3135": 0x6A82})
    judge.answers("unknown instruction and class", {"8001000000": 0x6D00, "00B0000000": 0x6D00, "FFCA000000": 0x6E00})


def public_files(judge: Judge, application: str) -> None:
    judge.answers("the master file is selected: 3F00, or no name", {"00A4000C023F00": 0x9000, "00A4000C": 0x9000})
    content = {}
    for name, (identifier, short, tag) in MASTER_FILE.items():
        control, status = judge.send(f"00A4020402{identifier}00")
        told = dict(objects(dict(objects(control)).get(0x62, b"")))
        whole, read = judge.send("00B0000000")
        content[name] = whole
        judge.check(f"{name}: selected and read, {len(whole)} bytes", (status, read) == (0x9000, 0x9000) and whole[:1] == bytes([tag])
                    and objects(whole), f"{status:04X} {read:04X} {whole.hex()}")
        judge.check(f"{name}: size and identifier in its control parameters",
                    told.get(0x80) == len(whole).to_bytes(2, "big") and told.get(0x83) == bytes.fromhex(identifier), control.hex())
        judge.check(f"{name}: the same by short identifier, in extended length and in parts",
                    judge.send(f"00B0{0x80 | short:02X}0000") == (whole, 0x9000)
                    and judge.send("00B00000000000") == (whole, 0x9000)
                    and judge.send("00B0000003")[0] + judge.send("00B0000300")[0] == whole)
        end = len(whole)
        judge.check(f"{name}: beyond the end", judge.send(f"00B000{end - 1:02X}05") == (whole[-1:], 0x6282)
                    and judge.status(f"00B000{end:02X}00") == 0x6B00)
    judge.check("EF.DIR names the application", bytes.fromhex(application) in content["EF.DIR"], content["EF.DIR"].hex())
    judge.answers("a file that is not there: 6A82", {"00A4020C022F03": 0x6A82, "00A4020C02011B": 0x6A82})
    judge.answers("READ BINARY without Le: 6700", {"00B00000": 0x6700})


def closed_files(judge: Judge, application: str) -> None:
    length = f"{len(application) // 2:02X}"
    fci, status = judge.send(f"00A40400{length}{application}00")
    inner = dict(objects(dict(objects(fci)).get(0x6F, b"")))
    judge.check("the application's FCI: 6F with 84", (status, inner.get(0x84)) == (0x9000, bytes.fromhex(application)), fci.hex())
    judge.answers("and by the first five bytes of its name", {f"00A4040C05{application[:10]}": 0x9000})
    judge.answers("an application that is not there: 6A82", {"00A4040C0CA000000063504B43532D3135": 0x6A82})
    for p2 in ("0C", "04"):
        judge.answers(f"DG1 to DG16, EF.COM, EF.SOD cannot be selected, P2 {p2}: 6982", {
            f"00A402{p2}02{identifier}" + ("00" if p2 == "04" else ""): 0x6982 for identifier in LDS})
    judge.answers("nor read by short identifier: 6982", {
        f"00B0{0x80 | short:02X}0000": 0x6982 for short in LDS.values()})
    judge.answers("nor by READ BINARY B1: 6982", {
        f"00B1{identifier}0354010000": 0x6982 for identifier in LDS})
    challenges = {judge.send("0084000008")[0] for _ in range(8)}
    judge.check("GET CHALLENGE: 8 bytes, never the same", len(challenges) == 8 and all(len(one) == 8 for one in challenges))
    judge.answers("PACE with an unknown protocol 6A80, with a PIN that is not there 6A88", {
        "002241E40F800A04007F00070202040201830102": 0x6A86,
        "0022C1A40F800A04007F00070202040909830102": 0x6A80,
        "0022C1A40F800A04007F00070202040202830103": 0x6A88})
    judge.answers("Chip, Terminal and Active Authentication, records, a new PIN: nothing without a session, 6982", {
        "002241A40F800A04007F00070202030202840102": 0x6982,
        "002281B603830141": 0x6982, "0088000008010203040506070800": 0x6982,
        "00B2010C00": 0x6982, "00CA7F7800": 0x6982, "002C020306313233343536": 0x6982})
    judge.answers("GENERAL AUTHENTICATE out of order is refused", {"10860000027C0000": 0x6985})
    judge.answers("protected commands without a session: 6988", {"0CB08100058E0300000000": 0x6988})
    judge.answers("unknown instruction and class, another channel, a wrong length", {
        "0020000000": 0x6D00, "FFCA000000": 0x6E00, "01B0000000": 0x6881, "00B08100050000": 0x6700})


def issued(judge: Judge, application: str) -> None:
    public_files(judge, application)
    closed_files(judge, application)
    card_manager(judge)
    judge.answers("the application is reachable again", {f"00A4040C{len(application) // 2:02X}{application}": 0x9000})


def contactless(judge: Judge, application: str) -> None:
    public_files(judge, application)
    closed_files(judge, application)
    judge.answers("the card manager does not show: 6A82 as any unknown name", {
        "00A4040000": 0x6A82, f"00A4040008{ISSUER_DOMAIN}": 0x6A82, "00A4040005A000000003": 0x6A82})
    judge.check("nor what tells the chip from others", all(
        judge.send(f"{cla}CA{name}00")[0] == b"" for name in OBJECTS for cla in ("80", "00")))


KINDS = {"blank": blank, "issued": issued, "contactless": contactless}


def main() -> int:
    kind = KINDS.get(sys.argv[1] if len(sys.argv) == 2 else "")
    settings = dict(line.rstrip("\n").split(" ", 1) for line in sys.stdin)
    found = [reader for reader in readers() if str(reader) == settings.get("reader")]
    if kind is None or not found:
        print(f"pyscard: one of {', '.join(KINDS)}, and the name of a reader on stdin", file=sys.stderr)
        return 2
    connection = found[0].createConnection()
    connection.connect(CardConnection.T1_protocol, mode=SCARD_SHARE_EXCLUSIVE, disposition=SCARD_UNPOWER_CARD)
    judge = Judge(connection)
    answer_to_reset(judge)
    kind(judge, settings.get("application", ""))
    judge.check(f"no answer is longer than {LONGEST} bytes", judge.longest <= LONGEST, judge.longest)
    connection.disconnect()
    print(f"{judge.passed} passed, {judge.failed} failed")
    return int(judge.failed > 0)


sys.exit(main())
