"""Legacy: SCP02 (GlobalPlatform Card Specification 2.3.1, Appendix E) and the key diversification of its time, from the formulas."""

from dataclasses import dataclass, field

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

ZERO = bytes(8)


def three(key: bytes) -> bytes:
    """A two-key triple DES key as three keys."""
    return key + key[:8]


def ecb(key: bytes, data: bytes) -> bytes:
    run = Cipher(TripleDES(three(key)), modes.ECB()).encryptor()
    return run.update(data) + run.finalize()


def cbc(key: bytes, icv: bytes, data: bytes) -> bytes:
    run = Cipher(TripleDES(three(key)), modes.CBC(icv)).encryptor()
    return run.update(data) + run.finalize()


def single(key: bytes) -> bytes:
    """A two-key triple DES key that is single DES under the first half."""
    return key[:8] + key[:8]


def pad(data: bytes) -> bytes:
    """B.2.2.2: 80, then 00 to a multiple of 8."""
    return data + b"\x80" + bytes(-(len(data) + 1) % 8)


def full_mac(key: bytes, data: bytes) -> bytes:
    """B.1.2.1."""
    return cbc(key, ZERO, pad(data))[-8:]


def retail_mac(key: bytes, icv: bytes, data: bytes) -> bytes:
    """B.1.2.2: single DES, the last block triple DES."""
    padded = pad(data)
    head, last = padded[:-8], padded[-8:]
    chain = cbc(single(key), icv, head)[-8:] if head else icv
    return cbc(key, chain, last)


def session_key(key: bytes, constant: int, counter: bytes) -> bytes:
    """E.4.1."""
    return cbc(key, ZERO, constant.to_bytes(2, "big") + counter + bytes(12))


def diversified(scheme: str, master: bytes, data: bytes, role: int) -> bytes:
    """EMV CPS 1.1, 4.1; VISA2: bytes 1, 2 and 5 to 8."""
    name = data[4:10] if scheme == "emv" else data[0:2] + data[4:8]
    return ecb(master, name + bytes([0xF0, role]) + name + bytes([0x0F, role]))


@dataclass
class Host:
    """The host side of a session."""

    enc: bytes
    mac: bytes
    parameter: int
    level: int = 0
    last: bytes | None = field(default=None)

    def command_mac(self, data: bytes) -> bytes:
        icv = ZERO
        if self.last is not None:
            icv = ecb(single(self.mac), self.last) if self.parameter & 0x10 else self.last
        self.last = retail_mac(self.mac, icv, data)
        return self.last

    def external_authenticate(self, host_cryptogram: bytes, level: int) -> bytes:
        header = bytes([0x84, 0x82, level, 0x00, 0x10])
        mac = self.command_mac(header + host_cryptogram)
        self.level = level
        return header + host_cryptogram + mac

    def wrap(self, header: bytes, data: bytes, le: bool) -> bytes:
        tail = b"\x00" if le else b""
        if self.level == 0:
            return header + (bytes([len(data)]) + data if data else b"") + tail
        secure = bytes([header[0] | 0x04]) + header[1:]
        mac = self.command_mac(secure + bytes([len(data) + 8]) + data)
        if self.level & 0x02 and data:
            data = cbc(self.enc, ZERO, pad(data))
        return secure + bytes([len(data) + 8]) + data + mac + tail
