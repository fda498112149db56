"""PACE-GM runs on P-256, which no standard prints: AES-128 and AES-256, CAN and MRZ."""

import pace
from curves import P256
from deterministic import SOURCE, octets, scalar
from pace import Keys

PARAMETER_ID = 12
SECTION = "; ICAO Doc 9303-11, sections 4.4 and 9.7"
MRZ = ("C0F2S9K41", "790703", "361124")
CAN = "403719"


def card_access(bits: int) -> bytes:
    """SecurityInfos with one PACEInfo: SET { SEQUENCE { protocol, version 2, parameterId } }."""
    oid = bytes.fromhex(pace.ECDH_GM_AES[bits])
    info = pace.tlv("06", oid) + pace.tlv("02", b"\x02") + pace.tlv("02", bytes([PARAMETER_ID]))
    return pace.tlv("31", pace.tlv("30", info))


def vector(bits: int, password: str, nonce_length: int) -> dict:
    label = f"pace p256 aes{bits} {password} nonce{nonce_length}"
    keys = Keys(*(scalar(f"{label} {name}", P256.n) for name in ("map pcd", "map picc", "pcd", "picc")))
    secret = CAN.encode() if password == "can" else pace.mrz_secret(*MRZ)
    values = pace.run(P256, bits, secret, octets(label + " nonce", nonce_length), keys)
    entry = {
        "source": SOURCE + SECTION,
        "expect": "pass",
        "comment": f"P-256, AES-{bits}, {password.upper()}, nonce of {nonce_length} bytes"
        + ("; a chip whose nonce is one block although the key has two." if bits // 8 > nonce_length else "."),
        "kind": "pace-gm",
        "protocol_oid": pace.ECDH_GM_AES[bits],
        "parameter_id": PARAMETER_ID,
        "curve": P256.name,
        "key_bits": bits,
        "password_type": password,
    }
    if password == "can":
        entry["can"] = CAN
    else:
        entry |= dict(zip(("document_number", "date_of_birth", "date_of_expiry"), MRZ))
        entry["mrz_information"] = pace.mrz_information(*MRZ)
    entry |= {"card_access": card_access(bits).hex(), "password_secret": secret.hex()}
    entry |= {name: value.hex() for name, value in values.items()}
    entry["exchanges"] = pace.exchanges(bits, password, PARAMETER_ID, values)
    return entry


def vectors() -> dict[str, dict]:
    cases = [(128, 16, ""), (256, 32, ""), (256, 16, "-nonce16")]
    return {
        f"pace/computed-p256-aes{bits}-{password}{suffix}.json": vector(bits, password, length)
        for bits, length, suffix in cases
        for password in ("can", "mrz")
    }
