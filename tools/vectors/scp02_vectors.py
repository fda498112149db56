"""Computed sessions of SCP02 and computed diversified keys."""

import deterministic
import scp02

SOURCE = "computed by tools/vectors/compute.py (Python, cryptography package), independent of both sides; GlobalPlatform Card Specification 2.3.1, Appendix E"
DIVERSIFIED = "computed by tools/vectors/compute.py (Python, cryptography package); EMV CPS 1.1, 4.1; Visa GlobalPlatform 2"
AID = bytes.fromhex("a000000151000000")

COMMANDS = (
    ("80f28002", "4f00", True),
    ("80ca0066", "", True),
    ("80e60200", "00" * 40, True),
    ("80f24002", "4f08f043484950570100", False),
    ("80ca9f7f", "", False),
    ("80e20001", "ab" * 239, False),
)


def session(parameter: int, level: int, seed: str) -> dict:
    octets = deterministic.stream(f"scp02 {parameter:02x} {level:02x} {seed}")
    enc, mac, dek = octets(16), octets(16), octets(16)
    host, counter = octets(8), octets(2)
    s_enc, s_mac = (scp02.session_key(key, constant, counter) for key, constant in ((enc, 0x0182), (mac, 0x0101)))
    challenge = scp02.retail_mac(s_mac, scp02.ZERO, AID)[:6] if parameter & 0x40 else octets(6)
    card = counter + challenge
    data = octets(10)
    channel = scp02.Host(s_enc, s_mac, parameter)
    host_cryptogram = scp02.full_mac(s_enc, card + host)
    authenticate = channel.external_authenticate(host_cryptogram, level)
    commands = []
    for header, body, le in COMMANDS:
        plain_body = bytes.fromhex(body)
        plain = header + (f"{len(plain_body):02x}" + body if body else "") + ("00" if le else "")
        commands.append({"plain": plain, "wrapped": channel.wrap(bytes.fromhex(header), plain_body, le).hex()})
    vector = {
        "source": SOURCE,
        "expect": "pass",
        "comment": f"Two-key triple DES, i = {parameter:02x}, security level {level:02x}.",
        "kind": "scp02-exchange",
        "parameter_i": f"{parameter:02x}",
        "security_level": f"{level:02x}",
        "key_version": "20",
        "static_enc": enc.hex(),
        "static_mac": mac.hex(),
        "static_dek": dek.hex(),
        "host_challenge": host.hex(),
    }
    if parameter & 0x40:
        vector["invoking_aid"] = AID.hex()
    return vector | {
        "initialize_update_command": f"8050200008{host.hex()}00",
        "initialize_update_response": f"{data.hex()}2002{card.hex()}{scp02.full_mac(s_enc, host + card).hex()}9000",
        "external_authenticate_command": authenticate.hex(),
        "commands": commands,
    }


def diversification(scheme: str, seed: str) -> dict:
    octets = deterministic.stream(f"diversification {scheme} {seed}")
    master, data = octets(16), octets(10)
    keys = {name: scp02.diversified(scheme, master, data, role) for role, name in ((1, "enc"), (2, "mac"), (3, "dek"))}
    return {
        "source": DIVERSIFIED,
        "expect": "pass",
        "comment": "One master for all three keys.",
        "kind": "diversification",
        "scheme": scheme,
        "master": master.hex(),
        "diversification_data": data.hex(),
    } | {f"key_{name}": key.hex() for name, key in keys.items()} | {
        f"check_value_{name}": scp02.ecb(key, scp02.ZERO)[:3].hex() for name, key in keys.items()
    }


def vectors() -> dict[str, dict]:
    found = {}
    for parameter in (0x05, 0x15, 0x45, 0x55):
        for level in (0x00, 0x01, 0x03):
            found[f"scp02/computed-i{parameter:02x}-level{level:02x}.json"] = session(parameter, level, "0")
    for scheme in ("emv", "visa2"):
        for number in range(3):
            found[f"diversification/computed-{scheme}-{number}.json"] = diversification(scheme, str(number))
    return found
