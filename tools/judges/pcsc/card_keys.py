"""The keys of a chip, derived by somebody else: from a home's master file, as its documentation describes both.

File: AES-256-GCM under PBKDF2-HMAC-SHA-256 of the passphrase, the header as compact JSON being additional data.
Key: NIST SP 800-108 in counter mode over AES-CMAC, label "CHIPWRIGHT-CARD-KEY" and key identifier, context the chip's identifier.
"""

import hashlib
import json
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.cmac import CMAC

LABEL = b"CHIPWRIGHT-CARD-KEY"


class Masters:
    """Key-ENC, Key-MAC and Key-DEK of the organisation, and the version their children have on cards."""

    def __init__(self, home: Path) -> None:
        stored = json.loads((home / "keys" / "master.json").read_text())
        header = stored["header"]
        passphrase = (home / "keys" / "passphrase").read_text().rstrip("\n").encode()
        salt, nonce = bytes.fromhex(header["salt"]), bytes.fromhex(header["nonce"])
        key = hashlib.pbkdf2_hmac("sha256", passphrase, salt, header["rounds"], 32)
        additional = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
        keys = AESGCM(key).decrypt(nonce, bytes.fromhex(stored["ciphertext"]), additional)
        size = header["key_bytes"]
        self.version = header["key_version"]
        self.masters = [keys[at : at + size] for at in range(0, 3 * size, size)]

    def of(self, chip: str) -> dict[str, str]:
        """The three keys of the chip with this identifier, in hexadecimal."""
        names = zip(("enc", "mac", "dek"), self.masters)
        return {name: derive(master, role, bytes.fromhex(chip)) for role, (name, master) in enumerate(names, 1)}


def derive(master: bytes, role: int, chip: bytes) -> str:
    size = len(master)
    key = b""
    for counter in (1, 2):
        mac = CMAC(algorithms.AES(master))
        mac.update(counter.to_bytes(4, "big") + LABEL + bytes([role, 0]) + chip + (8 * size).to_bytes(4, "big"))
        key += mac.finalize()
    return key[:size].hex()
