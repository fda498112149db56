"""SCP03, GlobalPlatform Card Specification 2.3 Amendment D v1.2: both ends of a session, from the formulas."""

from dataclasses import dataclass, replace

from aes_modes import cbc_encrypt, cmac, ecb_encrypt, pad
from apdu import Command

# Table 4-1, data derivation constants.
CARD_CRYPTOGRAM, HOST_CRYPTOGRAM, CARD_CHALLENGE = 0x00, 0x01, 0x02
S_ENC, S_MAC, S_RMAC = 0x04, 0x06, 0x07

# Security level bits of EXTERNAL AUTHENTICATE P1.
C_MAC, C_DECRYPTION, R_MAC, R_ENCRYPTION = 0x01, 0x02, 0x10, 0x20

# Bits of the parameter "i", table 5-1.
I_S16, I_PSEUDO_RANDOM, I_R_MAC, I_R_ENCRYPTION = 0x01, 0x10, 0x20, 0x40


def derive(key: bytes, constant: int, bits: int, context: bytes) -> bytes:
    """Section 4.1.5: CMAC(key, 11*00 || constant || 00 || L(2) || i(1) || context), i = 1, 2, ..., cut to L bits."""
    blocks = b"".join(
        cmac(key, bytes(11) + bytes([constant, 0]) + bits.to_bytes(2, "big") + bytes([i]) + context)
        for i in range(1, (bits + 127) // 128 + 1)
    )
    return blocks[: bits // 8]


def levels(parameter: int) -> list[int]:
    """The secured levels that a card with this "i" can open."""
    allowed = [0x01, 0x03]
    if parameter & I_R_MAC:
        allowed += [0x11, 0x13]
    if parameter & I_R_ENCRYPTION:
        allowed += [0x33]
    return allowed


@dataclass(frozen=True)
class StaticKeys:
    version: int
    enc: bytes
    mac: bytes
    dek: bytes


@dataclass
class Session:
    """One session after INITIALIZE UPDATE, seen from both ends; `chaining` and `counter` move with every command."""

    keys: StaticKeys
    s16: bool
    host_challenge: bytes
    card_challenge: bytes
    level: int = 0
    chaining: bytes = bytes(16)
    counter: int = 0

    @property
    def size(self) -> int:
        """Bytes of a challenge, a cryptogram and a MAC as sent."""
        return 16 if self.s16 else 8

    def session_key(self, constant: int) -> bytes:
        static = self.keys.enc if constant == S_ENC else self.keys.mac
        return derive(static, constant, 8 * len(static), self.host_challenge + self.card_challenge)

    def cryptogram(self, constant: int) -> bytes:
        context = self.host_challenge + self.card_challenge
        return derive(self.session_key(S_MAC), constant, 8 * self.size, context)

    def external_authenticate(self, level: int) -> bytes:
        """Section 7.1.2: the host cryptogram under a C-MAC whose chaining value is zero."""
        command = self._mac(Command(0x80, 0x82, level, 0x00, self.cryptogram(HOST_CRYPTOGRAM)))
        self.level, self.counter = level, 0
        return command.encode()

    def wrap(self, command: Command) -> bytes:
        """Sections 6.2.4 and 6.2.6: C-DECRYPTION, then C-MAC."""
        self.counter += 1
        if self.level & C_DECRYPTION and command.data:
            icv = ecb_encrypt(self.session_key(S_ENC), self.counter.to_bytes(16, "big"))
            command = replace(command, data=cbc_encrypt(self.session_key(S_ENC), icv, pad(command.data)))
        return (self._mac(command) if self.level & C_MAC else command).encode()

    def wrap_response(self, data: bytes, status: bytes) -> bytes:
        """Sections 6.2.5 and 6.2.7: R-ENCRYPTION, then R-MAC; an error status goes bare."""
        if status[0] not in (0x90, 0x62, 0x63):
            return status
        if self.level & R_ENCRYPTION and data:
            icv = ecb_encrypt(self.session_key(S_ENC), b"\x80" + self.counter.to_bytes(15, "big"))
            data = cbc_encrypt(self.session_key(S_ENC), icv, pad(data))
        mac = cmac(self.session_key(S_RMAC), self.chaining + data + status) if self.level & R_MAC else b""
        return data + mac[: self.size] + status

    def _mac(self, command: Command) -> Command:
        """C-MAC = CMAC(S-MAC, chaining || CLA|04 INS P1 P2 Lc' || data), Lc' counting the MAC; 8 or 16 bytes are sent."""
        secured = replace(command, cla=command.cla | 0x04)
        length = command.length_field(len(command.data) + self.size)
        self.chaining = cmac(self.session_key(S_MAC), self.chaining + secured.header + length + command.data)
        return replace(secured, data=command.data + self.chaining[: self.size])


def pseudo_random_challenge(keys: StaticKeys, s16: bool, sequence_counter: bytes, invoking_aid: bytes) -> bytes:
    """Section 6.2.2.1: derived under the static Key-ENC from the sequence counter and the AID of the invoker."""
    return derive(keys.enc, CARD_CHALLENGE, 128 if s16 else 64, sequence_counter + invoking_aid)
