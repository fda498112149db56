"""SCP03 sessions that nobody published: every allowed level of every "i" of the design, in S8 and S16, three key sizes."""

from apdu import Command
from deterministic import SOURCE, octets
from scp03 import CARD_CRYPTOGRAM, HOST_CRYPTOGRAM, I_PSEUDO_RANDOM, I_S16, S_ENC, S_MAC, S_RMAC
from scp03 import Session, StaticKeys, levels, pseudo_random_challenge

INVOKING_AID = bytes.fromhex("a000000151000000")
SECTION = "; GlobalPlatform Card Specification 2.3 Amendment D v1.2, sections 4.1.5, 6.2 and 7.1"
PARAMETERS = (0x00, 0x10, 0x20, 0x30, 0x60, 0x70, 0x01, 0x11, 0x21, 0x31, 0x61, 0x71)

OK, MORE_DATA, NOT_FOUND = b"\x90\x00", b"\x63\x10", b"\x6a\x88"
Step = tuple[Command, bytes, bytes]


def static_keys(label: str, bits: int, parameter: int) -> StaticKeys:
    enc, mac, dek = (octets(f"{label} {role}", bits // 8) for role in ("enc", "mac", "dek"))
    return StaticKeys(0x30 + (parameter & 1), enc, mac, dek)


def script(label: str, largest: int) -> list[Step]:
    """Command, response data and status: the four cases, a warning with data, an error, then the longest data field."""
    body = lambda name, length: octets(f"{label} {name}", length)  # noqa: E731
    return [
        (Command(0x80, 0xF2, 0x40, 0x02, bytes.fromhex("4f00"), 256), body("status", 37), OK),
        (Command(0x80, 0xE2, 0x90, 0x00, body("stored", 32)), b"", OK),
        (Command(0x80, 0xCA, 0x00, 0x66, le=256), body("card data", 48), OK),
        (Command(0x80, 0xF2, 0x20, 0x02), b"", OK),
        (Command(0x80, 0xF2, 0x40, 0x02, bytes.fromhex("4f00"), 256), body("first part", 15), MORE_DATA),
        (Command(0x80, 0xF2, 0x40, 0x02, bytes.fromhex("4f05a000000003"), 256), b"", NOT_FOUND),
        (Command(0x80, 0xE2, 0x10, 0x01, body("largest", largest)), b"", OK),
    ]


def extended_script(label: str) -> list[Step]:
    body = lambda name, length: octets(f"{label} {name}", length)  # noqa: E731
    return [
        (Command(0x80, 0xE2, 0x10, 0x00, body("long", 1000), None, True), b"", OK),
        (Command(0x80, 0xCA, 0x00, 0x66, b"", 1024, True), body("card data", 600), OK),
        (Command(0x80, 0xF2, 0x40, 0x02, bytes.fromhex("4f00"), 65536, True), body("status", 300), OK),
    ]


def largest_data(s16: bool, level: int) -> int:
    """Most plain bytes a short command can carry: 255 less the MAC, then less the padding."""
    room = 255 - ((16 if s16 else 8) if level & 1 else 0)
    return room - room % 16 - 1 if level & 2 else room


def vector(bits: int, parameter: int, level: int, extended: bool = False) -> dict:
    s16 = bool(parameter & I_S16)
    label = f"scp03 aes{bits} i{parameter:02x} level{level:02x}" + (" extended" if extended else "")
    keys = static_keys(label, bits, parameter)
    counter = octets(label + " sequence counter", 3)
    pseudo_random = bool(parameter & I_PSEUDO_RANDOM)
    card_challenge = octets(label + " card challenge", 16 if s16 else 8)
    if pseudo_random:
        card_challenge = pseudo_random_challenge(keys, s16, counter, INVOKING_AID)
    session = Session(keys, s16, octets(label + " host challenge", 16 if s16 else 8), card_challenge)
    initialize = Command(0x80, 0x50, keys.version, 0x00, session.host_challenge, 256)
    answer = octets(label + " diversification data", 10) + bytes([keys.version, 0x03, parameter]) + card_challenge
    answer += session.cryptogram(CARD_CRYPTOGRAM) + (counter if pseudo_random else b"")
    values = {
        "source": SOURCE + SECTION,
        "expect": "pass",
        "comment": f"AES-{bits}, i = {parameter:02x}, {'S16' if s16 else 'S8'}, security level {level:02x}"
        + (", extended length fields: Lc in the C-MAC input is the three bytes as sent." if extended else "."),
        "kind": "scp03-exchange",
        "mode": "S16" if s16 else "S8",
        "parameter_i": f"{parameter:02x}",
        "security_level": f"{level:02x}",
        "key_version": f"{keys.version:02x}",
        "static_enc": keys.enc.hex(),
        "static_mac": keys.mac.hex(),
        "static_dek": keys.dek.hex(),
        "host_challenge": session.host_challenge.hex(),
        "card_challenge": card_challenge.hex(),
    }
    if pseudo_random:
        values |= {"invoking_aid": INVOKING_AID.hex(), "sequence_counter": counter.hex()}
    values |= {
        "card_cryptogram": session.cryptogram(CARD_CRYPTOGRAM).hex(),
        "host_cryptogram": session.cryptogram(HOST_CRYPTOGRAM).hex(),
        "session_enc": session.session_key(S_ENC).hex(),
        "session_mac": session.session_key(S_MAC).hex(),
        "session_rmac": session.session_key(S_RMAC).hex(),
        "initialize_update_command": initialize.encode().hex(),
        "initialize_update_response": (answer + OK).hex(),
        "external_authenticate_command": session.external_authenticate(level).hex(),
        "external_authenticate_response": OK.hex(),
    }
    steps = extended_script(label) if extended else script(label, largest_data(s16, level))
    values["commands"] = [
        {
            "plain": command.encode().hex(),
            "wrapped": session.wrap(command).hex(),
            "response": session.wrap_response(data, status).hex(),
            "response_plain": (data + status).hex(),
        }
        for command, data, status in steps
    ]
    return values


def vectors() -> dict[str, dict]:
    """Path below test-vectors to content."""
    found = {}
    for parameter in PARAMETERS:
        opened = levels(parameter) + ([0x00] if parameter & 0x70 == 0x70 else [])
        for bits in (128, 192, 256):
            for level in opened:
                name = f"scp03/computed-aes{bits}-i{parameter:02x}-level{level:02x}.json"
                found[name] = vector(bits, parameter, level)
    for level in (0x03, 0x33):
        for parameter in (0x70, 0x71):
            name = f"scp03/computed-aes128-i{parameter:02x}-level{level:02x}-extended.json"
            found[name] = vector(128, parameter, level, extended=True)
    return found
