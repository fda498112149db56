"""Secure-messaging sessions with AES: the four cases, READ BINARY with its length, a protected error, odd INS."""

from apdu import Command
from deterministic import SOURCE, octets
from secure_messaging import Session

SECTION = "; ICAO Doc 9303-11, section 9.8"
OK, END_OF_FILE, NOT_FOUND = b"\x90\x00", b"\x62\x82", b"\x6a\x82"
Step = tuple[Command, bytes, bytes]


def four_cases(label: str) -> list[Step]:
    return [
        (Command(0x00, 0x44, 0x00, 0x00), b"", OK),
        (Command(0x00, 0xB0, 0x81, 0x00, le=4), octets(label + " start", 4), OK),
        (Command(0x00, 0xA4, 0x02, 0x0C, bytes.fromhex("0101")), b"", OK),
        (Command(0x00, 0x84, 0x00, 0x00, octets(label + " sent", 16), 8), octets(label + " got", 8), OK),
    ]


def reading(label: str) -> list[Step]:
    return [
        (Command(0x00, 0xA4, 0x02, 0x0C, bytes.fromhex("011d")), b"", NOT_FOUND),
        (Command(0x00, 0xA4, 0x02, 0x0C, bytes.fromhex("0102")), b"", OK),
        (Command(0x00, 0xB0, 0x00, 0x00, le=256), octets(label + " page", 223), OK),
        (Command(0x00, 0xB0, 0x7F, 0xF0, le=32), octets(label + " tail", 11), END_OF_FILE),
    ]


def odd_instruction(label: str) -> list[Step]:
    """READ BINARY B1: offset in DO 54, answer in DO 53; both travel in DO 85 when protected."""
    chunk = octets(label + " chunk", 100)
    return [
        (Command(0x00, 0xB1, 0x00, 0x00, bytes.fromhex("54028000"), 102), b"\x53\x64" + chunk, OK),
        (Command(0x00, 0xB1, 0x00, 0x02, bytes.fromhex("540100"), 14), b"\x53\x0c" + chunk[:12], OK),
        (Command(0x00, 0xB1, 0x00, 0x00, bytes.fromhex("5402ffff"), 8), b"", b"\x6b\x00"),
        (Command(0x00, 0xB0, 0x82, 0x10, le=16), octets(label + " even", 16), OK),
    ]


def extended(label: str) -> list[Step]:
    return [
        (Command(0x00, 0xB0, 0x82, 0x00, b"", 1000, True), octets(label + " long", 1000), OK),
        (Command(0x00, 0xB0, 0x82, 0x00, b"", 65536, True), octets(label + " most", 1007), OK),
        (Command(0x00, 0xDB, 0x3F, 0xFF, octets(label + " sent", 600), None, True), b"", OK),
        (Command(0x00, 0xB0, 0x82, 0x00, b"", 300, True), octets(label + " short", 200), OK),
    ]


SCRIPTS = {
    "four-cases": (four_cases, "Cases 1 to 4 of ISO/IEC 7816-4."),
    "reading": (reading, "SELECT that fails with a protected 6A82, SELECT, READ BINARY with Le 256, a warning with data."),
    "odd-ins": (odd_instruction, "READ BINARY with the odd instruction byte: DO 85 both ways; then an even one."),
    "extended": (extended, "Extended length fields outside; Le in DO 97 takes two bytes when it is above 256."),
}


def vector(bits: int, name: str) -> dict:
    script, comment = SCRIPTS[name]
    label = f"secure messaging aes{bits} {name}"
    session = Session(octets(label + " enc", bits // 8), octets(label + " mac", bits // 8))
    exchanges = []
    for command, data, status in script(label):
        exchange = {"command_plain": command.encode().hex(), "command_protected": session.wrap(command).hex()}
        exchange["ssc_command"] = f"{session.ssc:032x}"
        exchange["response_protected"] = session.wrap_response(command.ins, data, status).hex()
        exchange["ssc_response"] = f"{session.ssc:032x}"
        exchange["response_plain"] = (data + status).hex()
        exchanges.append(exchange)
    return {
        "source": SOURCE + SECTION,
        "expect": "pass",
        "comment": f"AES-{bits}. {comment}",
        "kind": "sm-aes-session",
        "ks_enc": session.ks_enc.hex(),
        "ks_mac": session.ks_mac.hex(),
        "ssc_initial": "00" * 16,
        "exchanges": exchanges,
    }


def vectors() -> dict[str, dict]:
    return {
        f"secure-messaging/computed-aes{bits}-{name}.json": vector(bits, name) for bits in (128, 256) for name in SCRIPTS
    }
