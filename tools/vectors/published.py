"""Recomputes every good vector of the tree, whoever published it, and names the first value that differs."""

import chip_authentication
import general_authentication
import pace
import pace_cam
import scp02
import scp03
import secure_messaging as sm
from aes_modes import cbc_encrypt, cmac, ecb_encrypt, pad
from apdu import parse_command
from curves import BY_PARAMETER_ID


class Difference(Exception):
    """A file holds another value than the formulas give."""


def same(name: str, computed: bytes, vector: dict) -> None:
    if name in vector and vector[name] != computed.hex():
        raise Difference(f"{name}: file has {vector[name]}, computed {computed.hex()}")


def octets(vector: dict, name: str) -> bytes:
    return bytes.fromhex(vector[name])


def check_scp03(vector: dict) -> None:
    roles = (octets(vector, f"static_{role}") for role in ("enc", "mac", "dek"))
    keys = scp03.StaticKeys(int(vector["key_version"], 16), *roles)
    s16 = vector["mode"] == "S16"
    session = scp03.Session(keys, s16, octets(vector, "host_challenge"), octets(vector, "card_challenge"))
    if "invoking_aid" in vector:
        counter, aid = octets(vector, "sequence_counter"), octets(vector, "invoking_aid")
        same("card_challenge", scp03.pseudo_random_challenge(keys, s16, counter, aid), vector)
    same("card_cryptogram", session.cryptogram(scp03.CARD_CRYPTOGRAM), vector)
    same("host_cryptogram", session.cryptogram(scp03.HOST_CRYPTOGRAM), vector)
    for name, constant in (("enc", scp03.S_ENC), ("mac", scp03.S_MAC), ("rmac", scp03.S_RMAC)):
        same(f"session_{name}", session.session_key(constant), vector)
    level = int(vector["security_level"], 16)
    same("external_authenticate_command", session.external_authenticate(level), vector)
    for command in vector.get("commands", []):
        same("wrapped", session.wrap(parse_command(octets(command, "plain"))), command)
        if "response" in command:
            plain = octets(command, "response_plain")
            same("response", session.wrap_response(plain[:-2], plain[-2:]), command)


def check_scp02(vector: dict) -> None:
    answer = octets(vector, "initialize_update_response")
    card, host = answer[12:20], octets(vector, "host_challenge")
    enc = scp02.session_key(octets(vector, "static_enc"), 0x0182, card[:2])
    mac = scp02.session_key(octets(vector, "static_mac"), 0x0101, card[:2])
    same("session_enc", enc, vector)
    same("session_mac", mac, vector)
    if "invoking_aid" in vector and card[2:] != scp02.retail_mac(mac, scp02.ZERO, octets(vector, "invoking_aid"))[:6]:
        raise Difference("card_challenge")
    if answer[20:28] != scp02.full_mac(enc, host + card):
        raise Difference("card_cryptogram")
    channel = scp02.Host(enc, mac, int(vector["parameter_i"], 16))
    cryptogram = scp02.full_mac(enc, card + host)
    same("host_cryptogram", cryptogram, vector)
    level = int(vector["security_level"], 16)
    same("external_authenticate_command", channel.external_authenticate(cryptogram, level), vector)
    for command in vector["commands"]:
        plain = parse_command(octets(command, "plain"))
        same("wrapped", channel.wrap(plain.header, plain.data, plain.le is not None), command)


def check_diversification(vector: dict) -> None:
    for role, name in ((1, "enc"), (2, "mac"), (3, "dek")):
        key = scp02.diversified(vector["scheme"], octets(vector, "master"), octets(vector, "diversification_data"), role)
        same(f"key_{name}", key, vector)
        same(f"check_value_{name}", scp02.ecb(key, scp02.ZERO)[:3], vector)


def password_secret(vector: dict) -> bytes:
    if vector["password_type"] == "mrz":
        fields = [vector[name] for name in ("document_number", "date_of_birth", "date_of_expiry")]
        if vector["mrz_information"] != pace.mrz_information(*fields):
            raise Difference("mrz_information")
        secret = pace.mrz_secret(*fields)
    else:
        secret = vector["can"].encode("ascii")
    same("password_secret", secret, vector)
    return secret


def same_exchanges(computed: list[dict[str, str]], vector: dict) -> None:
    for exchange in vector["exchanges"]:
        if exchange not in computed:
            raise Difference(f"exchange {exchange['step']}")


def check_pace(vector: dict) -> None:
    curve, bits = BY_PARAMETER_ID[vector["parameter_id"]], vector["key_bits"]
    sides = ("pcd_mapping", "picc_mapping", "pcd_ephemeral", "picc_ephemeral")
    keys = pace.Keys(*(int(vector[f"{side}_private_key"], 16) for side in sides))
    values = pace.run(curve, bits, password_secret(vector), octets(vector, "nonce"), keys)
    for name, value in values.items():
        same(name, value, vector)
    same_exchanges(pace.exchanges(bits, vector["password_type"], vector["parameter_id"], values), vector)


def check_pace_cam(vector: dict) -> None:
    curve, secret = BY_PARAMETER_ID[vector["parameter_id"]], password_secret(vector)
    values, exchanges = pace_cam.recompute(curve, vector["key_bits"], secret, vector)
    for name, value in values.items():
        same(name, value, vector)
    same_exchanges(exchanges, vector)


def check_chip_authentication(vector: dict) -> None:
    computed = chip_authentication.recompute(vector)
    same_exchanges(computed.pop("exchanges"), vector)
    for name, value in computed.items():
        same(name, bytes.fromhex(value), vector)


def check_general_authentication(vector: dict) -> None:
    computed = general_authentication.recompute(vector)
    same_exchanges(computed.pop("exchanges"), vector)
    for name, value in computed.items():
        same(name, bytes.fromhex(value), vector)


def check_sm_session(vector: dict) -> None:
    session = sm.Session(octets(vector, "ks_enc"), octets(vector, "ks_mac"), int(vector["ssc_initial"], 16))
    for exchange in vector["exchanges"]:
        command = parse_command(octets(exchange, "command_plain"))
        same("command_protected", session.wrap(command), exchange)
        plain = octets(exchange, "response_plain")
        same("response_protected", session.wrap_response(command.ins, plain[:-2], plain[-2:]), exchange)


def check_sm_single(vector: dict) -> None:
    ks_enc, ks_mac = octets(vector, "ks_enc"), octets(vector, "ks_mac")
    kind = vector["kind"]
    if kind == "sm-aes-command":
        session = sm.Session(ks_enc, ks_mac, int(vector["ssc_before"], 16))
        same("command_protected", session.wrap(parse_command(octets(vector, "command_plain"))), vector)
    elif kind == "sm-aes-response":
        session = sm.Session(ks_enc, ks_mac, int(vector["ssc_before"], 16))
        plain = octets(vector, "response_plain")
        same("response_protected", session.wrap_response(0xB0, plain[:-2], plain[-2:]), vector)
    elif kind == "sm-aes-data-object":
        enciphered = cbc_encrypt(ks_enc, ecb_encrypt(ks_enc, octets(vector, "ssc_response")), pad(octets(vector, "data_plain")))
        same("data_object_value", b"\x01" + enciphered, vector)
    elif kind == "sm-aes-values":
        iv = ecb_encrypt(ks_enc, octets(vector, "ssc_command"))
        same("data_enciphered", cbc_encrypt(ks_enc, iv, pad(octets(vector, "data_plain"))), vector)
        covered = octets(vector, "ssc_response") + pad(octets(vector, "response_objects"))
        same("response_mac", cmac(ks_mac, covered)[:8], vector)
    else:
        raise Difference(f"unknown kind {kind}")


def check(vector: dict) -> None:
    """Raises Difference when a value of a vector with `expect: pass` is not what the formulas give."""
    kind = vector["kind"]
    if kind.startswith("scp03-"):
        check_scp03(vector)
    elif kind == "scp02-exchange":
        check_scp02(vector)
    elif kind == "diversification":
        check_diversification(vector)
    elif kind == "pace-gm":
        check_pace(vector)
    elif kind == "pace-cam":
        check_pace_cam(vector)
    elif kind.startswith("chip-authentication-"):
        check_chip_authentication(vector)
    elif kind == "general-authentication":
        check_general_authentication(vector)
    elif kind == "pace-within":
        pass  # computed here, compared as a whole
    elif kind == "sm-aes-session":
        check_sm_session(vector)
    else:
        check_sm_single(vector)
