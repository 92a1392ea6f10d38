# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""STUN messages (RFC 8489) as bytes, right or wrong as a test wants them."""

import binascii
import hmac
import os
import struct

COOKIE = 0x2112A442
HEADER_LENGTH = 20

REQUEST, INDICATION, SUCCESS, FAILURE = 0x0001, 0x0011, 0x0101, 0x0111

USERNAME, INTEGRITY, ERROR_CODE, UNKNOWN_ATTRIBUTES, XOR_MAPPED_ADDRESS = 0x0006, 0x0008, 0x0009, 0x000A, 0x0020
PRIORITY, USE_CANDIDATE, FINGERPRINT, CONTROLLED, CONTROLLING = 0x0024, 0x0025, 0x8028, 0x8029, 0x802A


def attribute(kind: int, value: bytes = b"", length: int | None = None) -> bytes:
    """One attribute with its padding; `length` is what it claims to be long."""
    return struct.pack("!HH", kind, len(value) if length is None else length) + value + bytes(-len(value) % 4)


def message(kind: int, attributes: bytes = b"", transaction: bytes | None = None, length: int | None = None) -> bytes:
    """A message; `length` is what its header claims."""
    claimed = len(attributes) if length is None else length
    return struct.pack("!HHI", kind, claimed, COOKIE) + (transaction or os.urandom(12)) + attributes


def with_length(data: bytes, length: int) -> bytes:
    return data[:2] + struct.pack("!H", length) + data[4:]


def with_integrity(data: bytes, password: str) -> bytes:
    covered = with_length(data, len(data) - HEADER_LENGTH + 24)
    return covered + attribute(INTEGRITY, hmac.digest(password.encode(), covered, "sha1"))


def with_fingerprint(data: bytes) -> bytes:
    covered = with_length(data, len(data) - HEADER_LENGTH + 8)
    return covered + attribute(FINGERPRINT, struct.pack("!I", binascii.crc32(covered) ^ 0x5354554E))


def sealed(data: bytes, password: str) -> bytes:
    return with_fingerprint(with_integrity(data, password))


def check(
    user: str, password: str, role: int | None = CONTROLLING, nominates: bool = True, extra: bytes = b"",
    transaction: bytes | None = None,
) -> bytes:
    """A connectivity check that whoever knows the password believes."""
    attributes = attribute(USERNAME, user.encode()) + attribute(PRIORITY, struct.pack("!I", 0x6EFFFFFF))
    if role is not None:
        attributes += attribute(role, os.urandom(8))
    if nominates:
        attributes += attribute(USE_CANDIDATE)
    return sealed(message(REQUEST, attributes + extra, transaction), password)


def success(request: bytes, source: tuple[str, int], password: str) -> bytes:
    """The answer to a check that came from `source`."""
    address = bytes(int(part) for part in source[0].split("."))
    value = struct.pack("!BBH", 0, 1, source[1] ^ COOKIE >> 16)
    value += bytes(a ^ b for a, b in zip(address, struct.pack("!I", COOKIE), strict=True))
    return sealed(message(SUCCESS, attribute(XOR_MAPPED_ADDRESS, value), transaction_of(request)), password)


def is_stun(data: bytes) -> bool:
    return len(data) >= HEADER_LENGTH and data[0] < 4 and data[4:8] == struct.pack("!I", COOKIE)


def kind_of(data: bytes) -> int:
    return struct.unpack_from("!H", data)[0]


def transaction_of(data: bytes) -> bytes:
    return data[8:20]


def attributes_of(data: bytes) -> dict[int, bytes]:
    found, offset = {}, HEADER_LENGTH
    while offset + 4 <= len(data):
        kind, length = struct.unpack_from("!HH", data, offset)
        found[kind] = data[offset + 4:offset + 4 + length]
        offset += 4 + length + -length % 4
    return found


def error_code(data: bytes) -> int:
    value = attributes_of(data)[ERROR_CODE]
    return value[2] * 100 + value[3]
