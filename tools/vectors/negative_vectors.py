"""Vectors that must be refused, made from good ones by one stated change. The failure comes at the end of each file."""

import copy
import json
from pathlib import Path

from aes_modes import cbc_encrypt, cmac, ecb_encrypt
from deterministic import SOURCE


def flip(text: str, byte: int, bit: int = 0) -> str:
    """The same octets with one bit changed; `byte` may count from the end."""
    raw = bytearray.fromhex(text)
    raw[byte] ^= 1 << bit
    return raw.hex()


def derived(origin: str, vector: dict, expect: str, change: str) -> dict:
    new = copy.deepcopy(vector)
    new["source"] = f"derived by tools/vectors/compute.py from {origin}; {SOURCE}"
    new["expect"], new["comment"] = expect, change
    new.pop("computed_fields", None)
    return new


def card_cryptogram(vector: dict, byte: int) -> None:
    tail = 2 + len(vector.get("sequence_counter", "")) // 2
    good = vector["card_cryptogram"]
    vector["card_cryptogram"] = flip(good, byte)
    answer = vector["initialize_update_response"]
    start = len(answer) - 2 * tail - len(good)
    vector["initialize_update_response"] = answer[:start] + vector["card_cryptogram"] + answer[start + len(good) :]
    for name in ("host_cryptogram", "external_authenticate_command", "external_authenticate_response", "commands"):
        vector.pop(name, None)
    vector["kind"] = "scp03-session"


def only_first_response(vector: dict, change) -> None:
    """Keeps the first command; its response becomes `change(response)` and has no plain form."""
    command = vector["commands"][0]
    command["response"] = change(command["response"])
    command.pop("response_plain", None)
    vector["commands"] = [command]


def wrong_padding(vector: dict) -> None:
    """A response whose R-MAC is right and whose deciphered data has no padding at all."""
    enc, mac = bytes.fromhex(vector["session_enc"]), bytes.fromhex(vector["session_mac"])
    rmac, size = bytes.fromhex(vector["session_rmac"]), 16 if vector["mode"] == "S16" else 8
    chaining = bytes(16)
    for name in ("external_authenticate_command", "commands"):
        raw = bytes.fromhex(vector[name] if name != "commands" else vector[name][0]["wrapped"])
        covered = raw[: 5 + raw[4] - size]
        chaining = cmac(mac, chaining + covered)
    body = cbc_encrypt(enc, ecb_encrypt(enc, b"\x80" + bytes(14) + b"\x01"), b"\x33" * 32)
    status = b"\x90\x00"
    answer = body + cmac(rmac, chaining + body + status)[:size] + status
    only_first_response(vector, lambda _: answer.hex())


def host_side_scp03(load) -> dict[str, dict]:
    found = {}

    def add(name: str, origin: str, expect: str, change: str, alter) -> None:
        vector = derived(origin, load(origin), expect, change)
        alter(vector)
        found[f"scp03/negative-{name}.json"] = vector

    for name, origin, byte in [
        ("card-cryptogram-first-bit", "scp03/pysim-aes128-level33.json", 0),
        ("card-cryptogram-last-byte", "scp03/pysim-aes256-level11.json", -1),
        ("card-cryptogram-last-byte-s16", "scp03/computed-aes128-i71-level33.json", -1),
        ("card-cryptogram-random-challenge", "scp03/computed-aes192-i00-level03.json", 3),
    ]:
        change = f"One bit of byte {byte % 16 if byte >= 0 else 'the last'} of the card cryptogram is changed."
        change = change.replace("byte the last", "the last byte")
        add(name, origin, "card-cryptogram-mismatch", change, lambda v, b=byte: card_cryptogram(v, b))
    mismatch = "response-mac-mismatch"
    for name, origin, expect, change, alter in [
        ("response-mac", "scp03/pysim-aes128-level11.json", mismatch, "Last bit of the R-MAC changed.", (-3, 0)),
        ("response-mac-s16-last-byte", "scp03/computed-aes256-i71-level11.json", mismatch, "Last bit of a 16-byte R-MAC changed: a comparison of 8 bytes would miss it.", (-3, 0)),
        ("response-data", "scp03/pysim-aes192-level11.json", mismatch, "One bit of the clear response data changed.", (0, 0)),
        ("response-ciphertext", "scp03/pysim-aes128-level33.json", mismatch, "One bit of the enciphered response data changed.", (4, 7)),
    ]:  # fmt: skip
        add(name, origin, expect, change, lambda v, a=alter: only_first_response(v, lambda r: flip(r, *a)))
    origin = "scp03/pysim-aes128-level11.json"
    change = "The status word is changed from 9000 to 6310, which the R-MAC covers."
    add("response-status", origin, mismatch, change, lambda v: only_first_response(v, lambda r: r[:-4] + "6310"))
    change = "The R-MAC is taken away: 9000 alone."
    add("response-mac-absent", origin, "response-mac-missing", change, lambda v: only_first_response(v, lambda r: "9000"))
    change = "The R-MAC is right; the deciphered data does not end in padding method 2."
    add("response-padding", "scp03/computed-aes128-i70-level33.json", "response-padding", change, wrong_padding)
    return found


def card_side_scp03(load) -> dict[str, dict]:
    """Commands a card must refuse."""
    found = {}
    origin = "scp03/computed-aes128-i70-level33.json"

    good = load(origin)
    vector = derived(origin, good, "command-mac-mismatch", "One bit of the C-MAC of the first command is changed.")
    vector["commands"] = vector["commands"][:1]
    first = vector["commands"][0]
    first["wrapped"] = flip(first["wrapped"], -2)
    first.pop("response"), first.pop("response_plain")
    found["scp03/negative-command-mac.json"] = vector

    change = "The host cryptogram has one bit changed; the C-MAC over it is right."
    vector = derived(origin, good, "host-cryptogram-mismatch", change)
    vector["host_cryptogram"] = flip(good["host_cryptogram"], 0)
    raw = bytes.fromhex(good["external_authenticate_command"])[:5] + bytes.fromhex(vector["host_cryptogram"])
    mac = cmac(bytes.fromhex(good["session_mac"]), bytes(16) + raw)[:8]
    vector["external_authenticate_command"] = (raw + mac).hex()
    vector.pop("external_authenticate_response"), vector.pop("commands")
    vector["kind"] = "scp03-session"
    found["scp03/negative-host-cryptogram.json"] = vector
    return found


def pace(load) -> dict[str, dict]:
    found = {}

    def add(name: str, origin: str, expect: str, change: str, step: str, fields: dict[str, str], sent: bool) -> None:
        good = load(origin)
        vector = derived(origin, good, expect, change)
        kept = []
        for exchange in vector["exchanges"]:
            kept.append(exchange)
            if exchange["step"] == step:
                break
        for field, value in fields.items():
            side = "command" if sent else "response"
            kept[-1][side] = kept[-1][side].replace(good[field], value)
            vector[field] = value
        if sent:
            kept[-1].pop("response")
        vector["exchanges"] = kept
        found[f"pace/negative-{name}.json"] = vector

    for name, origin in [("g1", "pace/icao-g1-ecdh-gm-aes128.json"), ("p256-aes256", "pace/computed-p256-aes256-can.json")]:
        good = load(origin)
        change = "One bit of the chip's token is changed."
        fields = {"picc_token": flip(good["picc_token"], -1)}
        add(f"picc-token-{name}", origin, "token-mismatch", change, "tokens", fields, False)
        change = "One bit of the terminal's token is changed; the chip must refuse it."
        fields = {"pcd_token": flip(good["pcd_token"], 0)}
        add(f"pcd-token-{name}", origin, "pcd-token-mismatch", change, "tokens", fields, True)
        change = "The chip sends the terminal's own ephemeral public key back (9303-11 4.4.1 step 3 c)."
        fields = {"picc_ephemeral_public_key": good["pcd_ephemeral_public_key"]}
        add(f"reflected-key-{name}", origin, "reflected-public-key", change, "agreement", fields, False)
        change = "The chip's mapping public key is not a point of the curve."
        fields = {"picc_mapping_public_key": flip(good["picc_mapping_public_key"], -1)}
        add(f"mapping-point-{name}", origin, "point-not-on-curve", change, "mapping", fields, False)
        change = "The chip's ephemeral public key is not a point of the curve."
        fields = {"picc_ephemeral_public_key": flip(good["picc_ephemeral_public_key"], -1)}
        add(f"ephemeral-point-{name}", origin, "point-not-on-curve", change, "agreement", fields, False)
    return found


def secure_messaging(load) -> dict[str, dict]:
    found = {}

    def add(name: str, origin: str, expect: str, change: str, count: int, response=None, command=None) -> None:
        good = load(origin)
        vector = derived(origin, good, expect, change)
        vector["exchanges"] = vector["exchanges"][:count]
        last = vector["exchanges"][-1]
        last.pop("response_plain")
        if response is not None:
            last["response_protected"] = response(good["exchanges"])
        else:
            last["command_protected"] = command(last["command_protected"])
            last.pop("response_protected"), last.pop("ssc_response")
        found[f"secure-messaging/negative-{name}.json"] = vector

    for bits in (128, 256):
        origin = f"secure-messaging/computed-aes{bits}-reading.json"
        mismatch = "response-mac-mismatch"
        answer = lambda at, byte: lambda all_: flip(all_[at]["response_protected"], byte)  # noqa: E731
        add(f"mac-aes{bits}", origin, mismatch, "Last bit of the response's MAC changed.", 3, answer(2, -3))
        add(f"data-aes{bits}", origin, mismatch, "One bit of the enciphered data changed.", 3, answer(2, 40))
        change = "The 6A82 inside DO 99 and outside is changed to 9000."
        add(
            f"status-aes{bits}", origin, mismatch, change, 1,
            lambda all_: all_[0]["response_protected"].replace("6a82", "9000"),
        )  # fmt: skip
        change = "The response of the exchange before is sent again."
        add(f"replay-aes{bits}", origin, mismatch, change, 2, lambda all_: all_[0]["response_protected"])
        change = "A bare status word, as a chip sends it that has dropped the session."
        add(f"bare-status-aes{bits}", origin, "response-unprotected", change, 2, lambda all_: "6988")
        change = "A bare 9000."
        add(f"bare-success-aes{bits}", origin, "response-unprotected", change, 2, lambda all_: "9000")
        change = "One bit of the command's MAC is changed; the chip must refuse it and end the session."
        add(f"command-mac-aes{bits}", origin, "command-mac-mismatch", change, 2, command=lambda raw: flip(raw, -2))
    return found


def vectors(root: Path, computed: dict[str, dict]) -> dict[str, dict]:
    """`computed` are the vectors of this run; published ones are read from `root`."""

    def load(origin: str) -> dict:
        return computed[origin] if origin in computed else json.loads((root / origin).read_text("utf-8"))

    return host_side_scp03(load) | card_side_scp03(load) | pace(load) | secure_messaging(load)
