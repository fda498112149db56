"""PACE with Chip Authentication Mapping, ICAO Doc 9303-11 section 4.4.3.3.3 and 4.4.3.5: Generic Mapping, and proof of a static key."""

import pace
from aes_modes import cbc_encrypt, cmac, ecb_encrypt, pad
from curves import P256, Curve
from deterministic import SOURCE, octets, scalar
from pace import Keys, tlv

ECDH_CAM_AES = {128: "04007f00070202040602", 192: "04007f00070202040603", 256: "04007f00070202040604"}
PARAMETER_ID = 12
CAN = "582216"


def chip_data(curve: Curve, chip: int, mapping: int, ks_enc: bytes) -> dict[str, bytes]:
    """CA.IC = SK.IC^-1 * SK.Map,IC mod n; padded, in CBC mode with KS.Enc and IV = E(KS.Enc, FF..FF)."""
    data = (pow(chip, -1, curve.n) * mapping % curve.n).to_bytes(32, "big")
    iv = ecb_encrypt(ks_enc, b"\xff" * 16)
    return {
        "chip_private_key": chip.to_bytes(32, "big"),
        "chip_public_key": curve.encode(curve.multiply(chip, curve.generator)),
        "chip_authentication_data": data,
        "chip_authentication_iv": iv,
        "encrypted_chip_authentication_data": cbc_encrypt(ks_enc, iv, pad(data)),
    }


def finish(curve: Curve, bits: int, values: dict[str, bytes], chip: int) -> dict[str, bytes]:
    """The values of Generic Mapping with the tokens of this protocol and the chip's proof."""
    oid, mac = bytes.fromhex(ECDH_CAM_AES[bits]), values["ks_mac"]
    pcd_input = pace.token_input(oid, values["picc_ephemeral_public_key"])
    picc_input = pace.token_input(oid, values["pcd_ephemeral_public_key"])
    values |= {
        "pcd_token_input": pcd_input,
        "picc_token_input": picc_input,
        "pcd_token": cmac(mac, pcd_input)[:8],
        "picc_token": cmac(mac, picc_input)[:8],
    }
    return values | chip_data(curve, chip, int.from_bytes(values["picc_mapping_private_key"], "big"), values["ks_enc"])


def exchanges(bits: int, password: str, parameter_id: int | None, values: dict[str, bytes]) -> list[dict[str, str]]:
    at = tlv("80", bytes.fromhex(ECDH_CAM_AES[bits])) + tlv("83", bytes([pace.PASSWORD_REFERENCE[password]]))
    if parameter_id is not None:
        at += tlv("84", bytes([parameter_id]))
    plain = pace.exchanges(bits, password, PARAMETER_ID, values)
    plain[0]["command"] = tlv("0022c1a4", at).hex()
    last = tlv("86", values["picc_token"]) + tlv("8a", values["encrypted_chip_authentication_data"])
    plain[-1]["response"] = tlv("7c", last).hex() + "9000"
    return plain


def vector(bits: int) -> dict:
    label = f"pace-cam p256 aes{bits} can"
    keys = Keys(*(scalar(f"{label} {name}", P256.n) for name in ("map pcd", "map picc", "pcd", "picc")))
    values = pace.run(P256, bits, CAN.encode(), octets(label + " nonce", bits // 8), keys)
    values = finish(P256, bits, values, scalar(label + " chip", P256.n))
    info = tlv("06", bytes.fromhex(ECDH_CAM_AES[bits])) + tlv("02", b"\x02") + tlv("02", bytes([PARAMETER_ID]))
    head = {
        "source": SOURCE + "; ICAO Doc 9303-11, sections 4.4.3.3.3, 4.4.3.5 and 9.7",
        "expect": "pass",
        "comment": f"P-256, AES-{bits}, CAN.",
        "kind": "pace-cam",
        "protocol_oid": ECDH_CAM_AES[bits],
        "parameter_id": PARAMETER_ID,
        "curve": P256.name,
        "key_bits": bits,
        "password_type": "can",
        "can": CAN,
        "card_access": tlv("31", tlv("30", info)).hex(),
        "password_secret": CAN.encode().hex(),
    }
    body = {name: value.hex() for name, value in values.items()}
    return head | body | {"exchanges": exchanges(bits, "can", PARAMETER_ID, values)}


def vectors() -> dict[str, dict]:
    return {f"pace-cam/computed-p256-aes{bits}-can.json": vector(bits) for bits in (128, 256)}


def recompute(curve: Curve, bits: int, secret: bytes, entry: dict) -> tuple[dict[str, bytes], list[dict[str, str]]]:
    """All values of a file; of the chip's ephemeral key only the public half has to be there."""
    number = lambda name: int(entry[name], 16)  # noqa: E731
    known = "picc_ephemeral_private_key" in entry
    ephemeral = number("picc_ephemeral_private_key") if known else 1
    keys = Keys(number("pcd_mapping_private_key"), number("picc_mapping_private_key"), number("pcd_ephemeral_private_key"), ephemeral)
    values = pace.run(curve, bits, secret, bytes.fromhex(entry["nonce"]), keys)
    if not known:
        public = curve.decode(bytes.fromhex(entry["picc_ephemeral_public_key"]))
        shared = curve.multiply(keys.pcd_ephemeral, public)[0].to_bytes(32, "big")
        values |= {"picc_ephemeral_public_key": curve.encode(public), "shared_secret": shared}
        values |= {"ks_enc": pace.kdf(shared, 1, bits), "ks_mac": pace.kdf(shared, 2, bits)}
        del values["picc_ephemeral_private_key"]
    values = finish(curve, bits, values, number("chip_private_key"))
    named = "84" + "01" + f"{entry['parameter_id']:02x}"
    parameter_id = entry["parameter_id"] if entry["exchanges"][0]["command"].endswith(named) else None
    return values, exchanges(bits, entry["password_type"], parameter_id, values)
