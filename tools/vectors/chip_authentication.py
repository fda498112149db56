"""Chip Authentication over elliptic curves, versions 1 and 2: ICAO Doc 9303-11 section 6.2, BSI TR-03110-2 section 3.4."""

import hashlib

from aes_modes import cmac
from curves import BY_PARAMETER_ID, P256
from deterministic import SOURCE, scalar
from pace import tlv, token_input

ECDH_AES = {128: "04007f00070202030202", 192: "04007f00070202030203", 256: "04007f00070202030204"}
PARAMETER_ID = 12


def kdf(secret: bytes, nonce: bytes, counter: int, bits: int) -> bytes:
    """TR-03110-3 A.2.3: the hash of secret || nonce || counter(4)."""
    algorithm = hashlib.sha1 if bits == 128 else hashlib.sha256
    return algorithm(secret + nonce + counter.to_bytes(4, "big")).digest()[: bits // 8]


def run(parameter_id: int, bits: int, picc: int, pcd: int, key_reference: int, nonce: bytes) -> dict:
    """Every value by name, and the two exchanges without secure messaging; version 2 has a nonce."""
    curve, oid = BY_PARAMETER_ID[parameter_id], bytes.fromhex(ECDH_AES[bits])
    picc_public = curve.multiply(picc, curve.generator)
    pcd_public = curve.encode(curve.multiply(pcd, curve.generator))
    shared = curve.multiply(pcd, picc_public)[0].to_bytes(32, "big")
    ks_enc, ks_mac = kdf(shared, nonce, 1, bits), kdf(shared, nonce, 2, bits)
    values = {
        "picc_private_key": picc.to_bytes(32, "big"),
        "picc_public_key": curve.encode(picc_public),
        "pcd_private_key": pcd.to_bytes(32, "big"),
        "pcd_public_key": pcd_public,
        "shared_secret": shared,
    }
    answer = b""
    if nonce:
        covered = token_input(oid, pcd_public)
        token = cmac(ks_mac, covered)[:8]
        values |= {"picc_nonce": nonce, "picc_token_input": covered, "picc_token": token}
        answer = tlv("81", nonce) + tlv("82", token)
    values |= {"ks_enc": ks_enc, "ks_mac": ks_mac}
    set_at = tlv("002241a4", tlv("80", oid) + tlv("84", bytes([key_reference])))
    agreement = tlv("00860000", tlv("7c", tlv("80", pcd_public))) + b"\x00"
    steps = [("set_at", set_at, b""), ("agreement", agreement, tlv("7c", answer))]
    return {name: value.hex() for name, value in values.items()} | {
        "exchanges": [{"step": s, "command": c.hex(), "response": r.hex() + "9000"} for s, c, r in steps]
    }


def vector(bits: int) -> dict:
    label = f"chip-authentication 1 p256 aes{bits}"
    keys = (scalar(f"{label} {side}", P256.n) for side in ("picc", "pcd"))
    return {
        "source": SOURCE + "; ICAO Doc 9303-11, sections 6.2 and 9.7",
        "expect": "pass",
        "comment": f"P-256, AES-{bits}, key reference 02.",
        "kind": "chip-authentication-1",
        "protocol_oid": ECDH_AES[bits],
        "parameter_id": PARAMETER_ID,
        "curve": P256.name,
        "key_bits": bits,
        "key_reference": 2,
    } | run(PARAMETER_ID, bits, *keys, 2, b"")


def vectors() -> dict[str, dict]:
    return {f"chip-authentication/computed-v1-p256-aes{bits}.json": vector(bits) for bits in (128, 256)}


def recompute(entry: dict) -> dict:
    keys = (int(entry[f"{side}_private_key"], 16) for side in ("picc", "pcd"))
    nonce = bytes.fromhex(entry.get("picc_nonce", ""))
    return run(entry["parameter_id"], entry["key_bits"], *keys, entry["key_reference"], nonce)
