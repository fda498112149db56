"""Command and response APDUs as ISO/IEC 7816-4 section 5.1 writes them, split and joined."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """`le` is the number of bytes expected (1..65536) or None; `extended` fixes the form of the length fields."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None
    extended: bool = False

    @property
    def header(self) -> bytes:
        return bytes([self.cla, self.ins, self.p1, self.p2])

    def length_field(self, length: int) -> bytes:
        return b"\x00" + length.to_bytes(2, "big") if self.extended else bytes([length])

    def le_field(self, after_data: bool) -> bytes:
        if self.le is None:
            return b""
        if not self.extended:
            return bytes([self.le % 256])
        return (b"" if after_data else b"\x00") + (self.le % 65536).to_bytes(2, "big")

    def encode(self) -> bytes:
        body = self.length_field(len(self.data)) + self.data if self.data else b""
        return self.header + body + self.le_field(bool(self.data))


def parse_command(raw: bytes) -> Command:
    """Splits any of the seven forms of a command APDU."""
    cla, ins, p1, p2 = raw[:4]
    body = raw[4:]
    if not body:
        return Command(cla, ins, p1, p2)
    if len(body) == 1:
        return Command(cla, ins, p1, p2, le=body[0] or 256)
    if body[0] != 0:
        data, rest = body[1 : 1 + body[0]], body[1 + body[0] :]
        if len(data) != body[0] or len(rest) > 1:
            raise ValueError("length field and data disagree")
        return Command(cla, ins, p1, p2, data, (rest[0] or 256) if rest else None)
    length = int.from_bytes(body[1:3], "big")
    if len(body) == 3:
        return Command(cla, ins, p1, p2, le=length or 65536, extended=True)
    data, rest = body[3 : 3 + length], body[3 + length :]
    if len(data) != length or len(rest) not in (0, 2):
        raise ValueError("length field and data disagree")
    le = (int.from_bytes(rest, "big") or 65536) if rest else None
    return Command(cla, ins, p1, p2, data, le, extended=True)
