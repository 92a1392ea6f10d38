# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""SRTP and SRTCP with AEAD_AES_128_GCM (RFC 3711, 7714), and packets to protect with it.

libsrtp refuses to protect packets whose header lies, and those longer than 1500 bytes: attacks need both.
"""

import struct
from collections import defaultdict
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_LENGTH, SALT_LENGTH, TAG_LENGTH = 16, 12, 16


def xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def header_length(packet: bytes) -> int:
    """What is authenticated but not encrypted, as the packet says; at most all of it."""
    length = 12 + 4 * (packet[0] & 15)
    if packet[0] & 0x10 and length + 4 <= len(packet):
        length += 4 + 4 * struct.unpack_from("!H", packet, length + 2)[0]
    return min(length, len(packet))


@dataclass
class SRTP:
    """One direction. `protect` never looks back: the same packet twice is a retransmission."""

    key: bytes
    salt: bytes
    rollover: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    rtcp_index: int = 0

    def __post_init__(self) -> None:
        self.rtp = AESGCM(self._derived(0, KEY_LENGTH))
        self.rtp_salt = self._derived(2, SALT_LENGTH)
        self.rtcp = AESGCM(self._derived(3, KEY_LENGTH))
        self.rtcp_salt = self._derived(5, SALT_LENGTH)

    def _derived(self, label: int, length: int) -> bytes:
        # RFC 3711 section 4.3.1, with the 96-bit salt of RFC 7714 filled up to 112 bits.
        block = bytearray(self.salt + bytes(4))
        block[7] ^= label
        encryptor = Cipher(algorithms.AES(self.key), modes.CTR(bytes(block))).encryptor()
        return encryptor.update(bytes(length))

    def _rtp_nonce(self, packet: bytes) -> bytes:
        sequence, ssrc = struct.unpack_from("!H", packet, 2)[0], struct.unpack_from("!I", packet, 8)[0]
        return xor(struct.pack("!HIIH", 0, ssrc, self.rollover[ssrc], sequence), self.rtp_salt)

    def protect(self, packet: bytes) -> bytes:
        length = header_length(packet)
        return packet[:length] + self.rtp.encrypt(self._rtp_nonce(packet), packet[length:], packet[:length])

    def unprotect(self, packet: bytes) -> bytes | None:
        length = header_length(packet)
        try:
            return packet[:length] + self.rtp.decrypt(self._rtp_nonce(packet), packet[length:], packet[:length])
        except InvalidTag:
            return None

    def _rtcp_nonce(self, packet: bytes, index: int) -> bytes:
        ssrc = struct.unpack_from("!I", packet, 4)[0]
        return xor(struct.pack("!HIHI", 0, ssrc, 0, index), self.rtcp_salt)

    def protect_rtcp(self, packet: bytes, index: int | None = None) -> bytes:
        if index is None:
            self.rtcp_index += 1
            index = self.rtcp_index
        trailer = struct.pack("!I", 1 << 31 | index)
        sealed = self.rtcp.encrypt(self._rtcp_nonce(packet, index), packet[8:], packet[:8] + trailer)
        return packet[:8] + sealed + trailer

    def unprotect_rtcp(self, packet: bytes) -> bytes | None:
        trailer = packet[-4:]
        index = struct.unpack("!I", trailer)[0] & 0x7FFFFFFF
        try:
            body = self.rtcp.decrypt(self._rtcp_nonce(packet, index), packet[8:-4], packet[:8] + trailer)
        except InvalidTag:
            return None
        return packet[:8] + body


def rtp(
    payload_type: int, sequence: int, timestamp: int, ssrc: int, payload: bytes, marker: bool = False,
    first: int = 0x80, rest: bytes = b"",
) -> bytes:
    """A packet. `first` is the first byte with its claims, `rest` what follows the fixed header before the payload."""
    return struct.pack(
        "!BBHII", first, marker << 7 | payload_type, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc) + rest + payload


def rtcp(kind: int, count: int, body: bytes, length: int | None = None) -> bytes:
    """One RTCP message; `length` is what it claims, in words without the first."""
    words = len(body) // 4 if length is None else length
    return struct.pack("!BBH", 0x80 | count, kind, words) + body


@dataclass(frozen=True)
class RTP:
    """What a test asks of a packet that has arrived."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes

    @classmethod
    def parse(cls, packet: bytes) -> "RTP":
        _, second, sequence, timestamp, ssrc = struct.unpack_from("!BBHII", packet)
        return cls(second & 127, sequence, timestamp, ssrc, packet[header_length(packet):])


def rtcp_messages(compound: bytes) -> list[tuple[int, int, bytes]]:
    """Type, count and body of each message."""
    messages, offset = [], 0
    while offset + 4 <= len(compound):
        first, kind, words = struct.unpack_from("!BBH", compound, offset)
        messages.append((kind, first & 31, compound[offset + 4:offset + 4 + 4 * words]))
        offset += 4 + 4 * words
    return messages
