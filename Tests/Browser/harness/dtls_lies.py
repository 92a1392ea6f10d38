# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""DTLS records and handshake messages as bytes, right or wrong."""

import struct
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[2] / "Fixtures"

ALERT, HANDSHAKE, APPLICATION = 21, 22, 23
CLIENT_HELLO, SERVER_HELLO = 1, 2
FATAL, WARNING = 2, 1

DTLS_1_0, DTLS_1_2 = 0xFEFF, 0xFEFD

NULL_CIPHERS = [
    0x0000,  # TLS_NULL_WITH_NULL_NULL
    0x0001,  # TLS_RSA_WITH_NULL_MD5
    0x0002,  # TLS_RSA_WITH_NULL_SHA
    0x003B,  # TLS_RSA_WITH_NULL_SHA256
    0xC006,  # TLS_ECDHE_ECDSA_WITH_NULL_SHA
    0xC010,  # TLS_ECDHE_RSA_WITH_NULL_SHA
]


def chromium_datagrams() -> list[bytes]:
    """What Chromium sent in one handshake. The first two datagrams are its ClientHello."""
    data = (FIXTURES / "dtls-clienthandshake-chromium.bin").read_bytes()
    datagrams, offset = [], 0
    while offset < len(data):
        length = struct.unpack_from("<H", data, offset)[0]
        datagrams.append(data[offset + 2:offset + 2 + length])
        offset += 2 + length
    return datagrams


def record(kind: int, body: bytes, number: int = 0, epoch: int = 0, version: int = DTLS_1_2) -> bytes:
    return struct.pack("!BHHHIH", kind, version, epoch, 0, number, len(body)) + body


def fragment(
    message: bytes, offset: int = 0, length: int | None = None, kind: int = CLIENT_HELLO, total: int | None = None,
    number: int = 0, claimed_offset: int | None = None, claimed_length: int | None = None,
) -> bytes:
    """A part of a handshake message, with what its header claims."""
    part = message[offset:] if length is None else message[offset:offset + length]
    header = bytes([kind]) + u24(len(message) if total is None else total) + struct.pack("!H", number)
    header += u24(offset if claimed_offset is None else claimed_offset)
    return header + u24(len(part) if claimed_length is None else claimed_length) + part


def u24(value: int) -> bytes:
    return struct.pack("!I", value)[1:]


def alert(level: int, description: int, number: int = 0, epoch: int = 0) -> bytes:
    return record(ALERT, bytes([level, description]), number, epoch)


def message_in(records: list[bytes]) -> bytes:
    """The body of the one handshake message whose fragments these records hold."""
    parts = [(int.from_bytes(data[19:22], "big"), data[25:]) for data in records]
    return b"".join(body for _, body in sorted(parts))


def client_hello() -> bytes:
    """The body of Chromium's ClientHello."""
    return message_in(chromium_datagrams()[:2])


def with_ciphers(hello: bytes, ciphers: list[int]) -> bytes:
    """The same ClientHello with another list of cipher suites."""
    offset = 34
    offset += 1 + hello[offset]  # session id
    offset += 1 + hello[offset]  # cookie
    length = struct.unpack_from("!H", hello, offset)[0]
    suites = struct.pack(f"!{len(ciphers)}H", *ciphers)
    return hello[:offset] + struct.pack("!H", len(suites)) + suites + hello[offset + 2 + length:]


def in_one_record(hello: bytes, number: int = 0) -> bytes:
    return record(HANDSHAKE, fragment(hello), number, version=DTLS_1_0)


def hostile_hellos() -> list[bytes]:
    """Datagrams that open a handshake: as Chromium does, and with ciphers that encrypt nothing."""
    hello = client_hello()
    nulls = [with_ciphers(hello, [cipher]) for cipher in NULL_CIPHERS]
    nulls += [with_ciphers(hello, NULL_CIPHERS), with_ciphers(hello, [])]
    return [*chromium_datagrams(), in_one_record(hello), *[in_one_record(null, 1) for null in nulls]]


def absurd_fragments() -> list[bytes]:
    """Records whose handshake messages cannot be what they say."""
    hello = client_hello()
    big = 0xFFFFFF
    fragments = [
        fragment(hello, length=100, total=big), fragment(hello, length=100, claimed_length=big),
        fragment(hello, length=100, claimed_offset=big),
        fragment(hello, length=100, claimed_offset=big - 10, total=big),
        fragment(hello, length=100, total=0), fragment(hello, length=100, total=50),
        fragment(hello, length=0), fragment(b"", total=0), fragment(hello, length=100, claimed_length=0),
        fragment(hello, length=100, claimed_length=99), fragment(hello, length=100, claimed_length=101),
        fragment(hello, length=100, total=8193), fragment(hello, length=100, total=16_000),
        fragment(bytes(8192), length=1000, number=9), fragment(hello, number=0xFFFF),
        *[fragment(hello, length=50, kind=kind) for kind in (0, 2, 3, 4, 11, 14, 15, 16, 20, 24, 254, 255)],
        *[fragment(hello, length=1, number=number, total=8192) for number in range(64)],
        fragment(hello)[:5], fragment(hello)[:12], b"", b"\x01",
    ]
    records = [record(HANDSHAKE, body, number, version=DTLS_1_0) for number, body in enumerate(fragments)]
    records += [record(kind, bytes(20)) for kind in range(20, 64)]
    records += [record(HANDSHAKE, fragment(hello), epoch=epoch) for epoch in (1, 2, 0xFFFF)]
    records += [record(HANDSHAKE, fragment(hello), version=version) for version in (0, 0x0303, 0xFEFC, 0xFFFF)]
    whole = record(HANDSHAKE, fragment(hello))
    records += [whole[:length] for length in range(1, 60)]
    records += [whole[:11] + struct.pack("!H", length) + whole[13:] for length in (0, 1, 12, 0x4001, 0xFFFF)]
    records += [record(APPLICATION, b"secret" * 10), record(HANDSHAKE, fragment(hello) + fragment(hello, 0, 100))]
    return records
