"""Bytes that look random and are the same on every run: SHA-256 of a label and a counter."""

import hashlib

SOURCE = "computed by tools/vectors/compute.py (Python, cryptography package), independent of both sides"


def octets(label: str, length: int) -> bytes:
    blocks = (hashlib.sha256(f"{label}/{i}".encode()).digest() for i in range(length // 32 + 1))
    return b"".join(blocks)[:length]


def scalar(label: str, order: int) -> int:
    """A private key: 1 <= k < order."""
    return int.from_bytes(octets(label, 40), "big") % (order - 1) + 1


def stream(label: str):
    """Calls for so many bytes each, none given twice."""
    rest = iter(octets(label, 512))
    return lambda length: bytes(next(rest) for _ in range(length))
