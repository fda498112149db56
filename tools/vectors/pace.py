"""PACE with Generic Mapping over elliptic curves, ICAO Doc 9303-11 section 4.4, and its key derivation, 9.7."""

import hashlib
from dataclasses import dataclass

from aes_modes import cbc_encrypt, cmac
from curves import Curve

ECDH_GM_AES = {128: "04007f00070202040202", 192: "04007f00070202040203", 256: "04007f00070202040204"}
PASSWORD_REFERENCE = {"mrz": 1, "can": 2}


def kdf(secret: bytes, counter: int, bits: int) -> bytes:
    """9.7.1: the hash of secret || counter(4); SHA-1 for 128-bit keys, SHA-256 for longer ones, cut to size."""
    algorithm = hashlib.sha1 if bits == 128 else hashlib.sha256
    return algorithm(secret + counter.to_bytes(4, "big")).digest()[: bits // 8]


def check_digit(text: str) -> str:
    """9303-3 section 4.9: weights 7, 3, 1; digits as they are, A..Z are 10..35, < is 0; the sum modulo 10."""
    values = [0 if c == "<" else int(c, 36) for c in text]
    return str(sum(v * (7, 3, 1)[i % 3] for i, v in enumerate(values)) % 10)


def mrz_information(number: str, birth: str, expiry: str) -> str:
    return "".join(field + check_digit(field) for field in (number.ljust(9, "<"), birth, expiry))


def mrz_secret(number: str, birth: str, expiry: str) -> bytes:
    """9.7.3: K = SHA-1(MRZ information)."""
    return hashlib.sha1(mrz_information(number, birth, expiry).encode("ascii")).digest()


def tlv(tag: str, value: bytes) -> bytes:
    size = len(value)
    length = bytes([size]) if size < 128 else bytes([0x81, size]) if size < 256 else b"\x82" + size.to_bytes(2, "big")
    return bytes.fromhex(tag) + length + value


@dataclass(frozen=True)
class Keys:
    """Private keys of one run: one pair for the mapping, one pair for the agreement."""

    pcd_mapping: int
    picc_mapping: int
    pcd_ephemeral: int
    picc_ephemeral: int


def token_input(oid: bytes, public_key: bytes) -> bytes:
    """9.2: 7F49 { 06 oid, 86 public point of the other side }."""
    return tlv("7f49", tlv("06", oid) + tlv("86", public_key))


def run(curve: Curve, bits: int, secret: bytes, nonce: bytes, keys: Keys) -> dict[str, bytes]:
    """Every value of one run, by name."""
    oid = bytes.fromhex(ECDH_GM_AES[bits])
    point = lambda scalar, base: curve.multiply(scalar, base)  # noqa: E731
    shared_h = point(keys.pcd_mapping, point(keys.picc_mapping, curve.generator))
    mapped = curve.add(point(int.from_bytes(nonce, "big"), curve.generator), shared_h)
    pcd_public = curve.encode(point(keys.pcd_ephemeral, mapped))
    picc_public = curve.encode(point(keys.picc_ephemeral, mapped))
    agreed = point(keys.pcd_ephemeral, point(keys.picc_ephemeral, mapped))
    shared = agreed[0].to_bytes(32, "big")
    k_pi, ks_enc, ks_mac = kdf(secret, 3, bits), kdf(shared, 1, bits), kdf(shared, 2, bits)
    pcd_input, picc_input = token_input(oid, picc_public), token_input(oid, pcd_public)
    scalar = lambda value: value.to_bytes(32, "big")  # noqa: E731
    return {
        "k_pi": k_pi,
        "nonce": nonce,
        "encrypted_nonce": cbc_encrypt(k_pi, bytes(16), nonce),
        "pcd_mapping_private_key": scalar(keys.pcd_mapping),
        "pcd_mapping_public_key": curve.encode(point(keys.pcd_mapping, curve.generator)),
        "picc_mapping_private_key": scalar(keys.picc_mapping),
        "picc_mapping_public_key": curve.encode(point(keys.picc_mapping, curve.generator)),
        "mapping_shared_secret": curve.encode(shared_h),
        "mapped_generator": curve.encode(mapped),
        "pcd_ephemeral_private_key": scalar(keys.pcd_ephemeral),
        "pcd_ephemeral_public_key": pcd_public,
        "picc_ephemeral_private_key": scalar(keys.picc_ephemeral),
        "picc_ephemeral_public_key": picc_public,
        "shared_secret": shared,
        "ks_enc": ks_enc,
        "ks_mac": ks_mac,
        "pcd_token_input": pcd_input,
        "picc_token_input": picc_input,
        "pcd_token": cmac(ks_mac, pcd_input)[:8],
        "picc_token": cmac(ks_mac, picc_input)[:8],
    }


def exchanges(bits: int, password: str, parameter_id: int, values: dict[str, bytes]) -> list[dict[str, str]]:
    """The five APDU pairs: MSE:Set AT and four GENERAL AUTHENTICATE."""
    at = tlv("80", bytes.fromhex(ECDH_GM_AES[bits])) + tlv("83", bytes([PASSWORD_REFERENCE[password]]))
    at += tlv("84", bytes([parameter_id]))
    steps = [("set_at", tlv("0022c1a4", at), b"")]

    def general_authenticate(step: str, cla: str, sent: bytes, received: bytes) -> None:
        steps.append((step, tlv(cla + "860000", tlv("7c", sent)) + b"\x00", tlv("7c", received)))

    general_authenticate("nonce", "10", b"", tlv("80", values["encrypted_nonce"]))
    general_authenticate(
        "mapping", "10", tlv("81", values["pcd_mapping_public_key"]), tlv("82", values["picc_mapping_public_key"])
    )
    general_authenticate(
        "agreement", "10", tlv("83", values["pcd_ephemeral_public_key"]), tlv("84", values["picc_ephemeral_public_key"])
    )
    general_authenticate("tokens", "00", tlv("85", values["pcd_token"]), tlv("86", values["picc_token"]))
    return [{"step": s, "command": c.hex(), "response": r.hex() + "9000"} for s, c, r in steps]
