"""The general authentication procedure, BSI TR-03110-2 section 3.4: PACE with CHAT, Terminal Authentication 2, Chip Authentication 2,
every APDU as it goes over the wire; and PACE run a second time within its own secure messaging."""

import chip_authentication
import pace
import secure_messaging as sm
from aes_modes import cmac
from apdu import Command
from curves import BY_PARAMETER_ID, P256
from deterministic import SOURCE, octets, scalar
from pace import Keys, tlv

PASSWORD_REFERENCE = {"mrz": 1, "can": 2, "pin": 3, "puk": 4}
SIDES = ("pcd_mapping", "picc_mapping", "pcd_ephemeral", "picc_ephemeral")
OK = bytes.fromhex("9000")


def children(data: bytes) -> list[tuple[str, bytes]]:
    """The data objects one after the other: tag in hexadecimal, value."""
    found, at = [], 0
    while at < len(data):
        size = 2 if data[at] & 0x1F == 0x1F else 1
        tag, at = data[at : at + size].hex(), at + size
        length, at = data[at], at + 1
        if length & 0x80:
            count = length & 0x7F
            length, at = int.from_bytes(data[at : at + count], "big"), at + count
        found.append((tag, data[at : at + length]))
        at += length
    return found


def certificate(encoded: bytes) -> dict[str, bytes]:
    """What a terminal needs of a CV certificate."""
    content = children(encoded)[0][1]
    body = dict(children(dict(children(content))["7f4e"]))
    oid = dict(children(body["7f49"]))["06"]
    return {"content": content, "authority": body["42"], "holder": body["5f20"], "oid": oid}


def pace_steps(bits: int, password: str, parameter_id: int, values: dict, chat: bytes, cars: list[bytes]) -> list:
    """Plain commands and answers of one PACE."""
    at = tlv("80", bytes.fromhex(pace.ECDH_GM_AES[bits])) + tlv("83", bytes([PASSWORD_REFERENCE[password]]))
    at += chat + tlv("84", bytes([parameter_id]))
    last = tlv("86", values["picc_token"]) + b"".join(tlv(t, car) for t, car in zip(("87", "88"), cars))
    rounds = [
        ("nonce", 0x10, b"", tlv("80", values["encrypted_nonce"])),
        ("mapping", 0x10, tlv("81", values["pcd_mapping_public_key"]), tlv("82", values["picc_mapping_public_key"])),
        ("agreement", 0x10, tlv("83", values["pcd_ephemeral_public_key"]), tlv("84", values["picc_ephemeral_public_key"])),
        ("tokens", 0x00, tlv("85", values["pcd_token"]), last),
    ]
    steps = [("set_at", Command(0x00, 0x22, 0xC1, 0xA4, at), b"")]
    return steps + [(n, Command(cla, 0x86, 0, 0, tlv("7c", c), 256), tlv("7c", r)) for n, cla, c, r in rounds]


def terminal_steps(chain: list[dict], compressed: bytes, challenge: bytes, signature: bytes) -> list:
    steps = []
    for link in chain:
        content = link["content"]
        steps.append(("set_dst", Command(0x00, 0x22, 0x81, 0xB6, tlv("83", link["authority"])), b""))
        # a protected command over 255 bytes is in extended form
        verify = Command(0x00, 0x2A, 0x00, 0xBE, content, None, len(content) > 223)
        steps.append(("verify_certificate", verify, b""))
    at = tlv("80", chain[-1]["oid"]) + tlv("83", chain[-1]["holder"]) + tlv("91", compressed)
    return steps + [
        ("terminal_set_at", Command(0x00, 0x22, 0x81, 0xA4, at), b""),
        ("challenge", Command(0x00, 0x84, 0, 0, b"", 8), challenge),
        ("authenticate", Command(0x00, 0x82, 0, 0, signature), b""),
    ]


def chip_steps(oid: bytes, key_reference: int, public_key: bytes, nonce: bytes, token: bytes) -> list:
    at = tlv("80", oid) + tlv("84", bytes([key_reference]))
    return [
        ("chip_set_at", Command(0x00, 0x22, 0x41, 0xA4, at), b""),
        ("chip_agreement", Command(0x00, 0x86, 0, 0, tlv("7c", tlv("80", public_key)), 256), tlv("7c", tlv("81", nonce) + tlv("82", token))),
    ]


def over_the_wire(steps: list, session: sm.Session | None) -> list[dict[str, str]]:
    wire = []
    for name, command, answer in steps:
        if session is None:
            sent, received = command.encode(), answer + OK
        else:
            sent, received = session.wrap(command), session.wrap_response(command.ins, answer, OK)
        wire.append({"step": name, "command": sent.hex(), "response": received.hex()})
    return wire


def keys_of(vector: dict) -> Keys:
    return Keys(*(int(vector[f"{side}_private_key"], 16) for side in SIDES))


def recompute(vector: dict) -> dict:
    """Values by name in hexadecimal, and every exchange."""
    value = lambda name: bytes.fromhex(vector[name])  # noqa: E731
    curve, bits, parameter_id = BY_PARAMETER_ID[vector["parameter_id"]], vector["key_bits"], vector["parameter_id"]
    paced = pace.run(curve, bits, vector["pin"].encode("ascii"), value("nonce"), keys_of(vector))
    chat = tlv("7f4c", tlv("06", value("chat_oid")) + tlv("53", value("chat_bits")))
    cars = [value(name) for name in ("car", "previous_car") if name in vector]
    chip = chip_authentication.run(
        parameter_id, bits, int(vector["chip_private_key"], 16), int(vector["pcd_private_key"], 16),
        vector["chip_key_reference"], value("chip_nonce"),
    )
    pcd_public = bytes.fromhex(chip["pcd_public_key"])
    id_picc, compressed = paced["picc_ephemeral_public_key"][1:33], pcd_public[1:33]
    message = id_picc + value("terminal_challenge") + compressed
    chain = [certificate(bytes.fromhex(encoded)) for encoded in vector["chain"]]
    session = sm.Session(paced["ks_enc"], paced["ks_mac"])
    proof = chip_steps(bytes.fromhex(chip_authentication.ECDH_AES[bits]), vector["chip_key_reference"], pcd_public,
                       value("chip_nonce"), bytes.fromhex(chip["picc_token"]))
    after = [("get_data", Command(0x00, 0xCA, 0x7F, 0x78, b"", 256), value("get_data_response"))]
    wire = over_the_wire(pace_steps(bits, "pin", parameter_id, paced, chat, cars), None)
    wire += over_the_wire(terminal_steps(chain, compressed, value("terminal_challenge"), value("terminal_signature")) + proof, session)
    wire += over_the_wire(after, sm.Session(bytes.fromhex(chip["ks_enc"]), bytes.fromhex(chip["ks_mac"])))
    return {
        "pace_ks_enc": paced["ks_enc"].hex(), "pace_ks_mac": paced["ks_mac"].hex(), "id_picc": id_picc.hex(),
        "pcd_public_key": pcd_public.hex(), "terminal_message": message.hex(), "chip_public_key": chip["picc_public_key"],
        "chip_token": chip["picc_token"], "ks_enc": chip["ks_enc"], "ks_mac": chip["ks_mac"], "exchanges": wire,
    }


def within() -> dict:
    """A suspended PIN is resumed: PACE with the CAN in plain, PACE with the PIN under its secure messaging."""
    label, bits, parameter_id = "pace within p256 aes128", 128, 12
    runs, sessions = [], [None]
    for name, secret in (("can", "582216"), ("pin", "314159")):
        drawn = [scalar(f"{label} {name} {side}", P256.n) for side in SIDES]
        values = pace.run(P256, bits, secret.encode("ascii"), octets(f"{label} {name} nonce", 16), Keys(*drawn))
        steps = pace_steps(bits, name, parameter_id, values, b"", [])
        wire = over_the_wire(steps, sessions[-1])
        sessions.append(sm.Session(values["ks_enc"], values["ks_mac"]))
        private = {f"{side}_private_key": values[f"{side}_private_key"].hex() for side in SIDES}
        keys = {"ks_enc": values["ks_enc"].hex(), "ks_mac": values["ks_mac"].hex()}
        runs.append({"password_type": name, name: secret, "nonce": values["nonce"].hex()} | private | keys | {"exchanges": wire})
    return {
        "source": SOURCE + "; BSI TR-03110-2, section 3.3 (resuming the PIN); ICAO Doc 9303-11, section 9.8",
        "expect": "pass",
        "comment": "P-256, AES-128. PACE with the CAN in plain, then PACE with the PIN under its secure messaging, GENERAL AUTHENTICATE with class 1C.",
        "kind": "pace-within",
        "parameter_id": parameter_id,
        "key_bits": bits,
        "runs": runs,
    }


def vectors() -> dict[str, dict]:
    return {"general-authentication/computed-pin-after-can-p256-aes128.json": within()}
