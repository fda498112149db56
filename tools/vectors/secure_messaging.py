"""ISO secure messaging with AES, ICAO Doc 9303-11 section 9.8: both ends of a session."""

from dataclasses import dataclass

from aes_modes import cbc_encrypt, cmac, ecb_encrypt, pad
from apdu import Command
from pace import tlv


@dataclass
class Session:
    ks_enc: bytes
    ks_mac: bytes
    ssc: int = 0

    def wrap(self, command: Command) -> bytes:
        """Header || Lc' || [87|85 cryptogram] || [97 Le] || 8E MAC || 00. The counter moves first."""
        self.ssc += 1
        header = bytes([command.cla | 0x0C, command.ins, command.p1, command.p2])
        body = self._cryptogram(command.ins, command.data) if command.data else b""
        if command.le is not None:
            wide = command.extended and command.le > 256
            le = (command.le % 65536).to_bytes(2, "big") if wide else bytes([command.le % 256])
            body += tlv("97", le)
        mac = self._mac(pad(header) + (pad(body) if body else b""))
        body += tlv("8e", mac)
        protected = Command(*header, body, 65536 if command.extended else 256, command.extended)
        return protected.encode()

    def wrap_response(self, ins: int, data: bytes, status: bytes) -> bytes:
        """[87|85 cryptogram] || 99 status || 8E MAC, then the status again outside."""
        self.ssc += 1
        body = (self._cryptogram(ins, data) if data else b"") + tlv("99", status)
        return body + tlv("8e", self._mac(pad(body))) + status

    def _cryptogram(self, ins: int, data: bytes) -> bytes:
        """DO 87 with padding indicator 01; DO 85, without it, when the instruction byte is odd."""
        encrypted = cbc_encrypt(self.ks_enc, ecb_encrypt(self.ks_enc, self._counter()), pad(data))
        return tlv("85", encrypted) if ins & 1 else tlv("87", b"\x01" + encrypted)

    def _mac(self, padded: bytes) -> bytes:
        return cmac(self.ks_mac, self._counter() + padded)[:8]

    def _counter(self) -> bytes:
        return (self.ssc % 2**128).to_bytes(16, "big")
