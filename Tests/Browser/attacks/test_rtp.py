# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""RTP that is properly encrypted and lies inside."""

import struct

import pytest

from harness import srtp_by_hand as srtp
from harness.raw_client import KEY_FRAME

V, PADDING, EXTENSION = 0x80, 0x20, 0x10
ONE_BYTE, TWO_BYTES = 0xBEDE, 0x1000


def extension(profile: int, elements: bytes, words: int | None = None) -> bytes:
    padded = elements + bytes(-len(elements) % 4)
    return struct.pack("!HH", profile, len(padded) // 4 if words is None else words) + padded


def extension_lies() -> list[tuple[str, bytes]]:
    return [
        ("no elements", extension(ONE_BYTE, b"")),
        ("id 0 with a length", extension(ONE_BYTE, b"\x07\x01\x02\x03")),
        ("id 15", extension(ONE_BYTE, b"\xf3\x01\x02\x03\x04")),
        ("id 15 before others", extension(ONE_BYTE, b"\xf0\x00\x10\x30")),
        ("an element longer than all", extension(ONE_BYTE, b"\x1f\x30")),
        ("an element at the very end", extension(ONE_BYTE, b"\x00\x00\x00\x1f")),
        ("a mid of nobody", extension(ONE_BYTE, b"\x12xyz")),
        ("a mid that is no text", extension(ONE_BYTE, b"\x13\xff\xfe\x00\x80")),
        ("thousands of elements", extension(ONE_BYTE, b"\x10\x30" * 600)),
        ("two bytes, id 0", extension(TWO_BYTES, b"\x00\xff\x01")),
        ("two bytes, nothing in it", extension(TWO_BYTES, b"\x01\x00" * 20)),
        ("two bytes, longer than all", extension(TWO_BYTES, b"\x01\xff\x30")),
        ("two bytes, cut", extension(TWO_BYTES, b"\x00\x00\x00\x01")),
        ("a profile of nobody", extension(0x1234, b"\xff" * 8)),
        ("words that are not there", extension(ONE_BYTE, b"\x10\x30", words=0xFFFF)),
        ("words up to the tag", extension(ONE_BYTE, b"\x10\x30", words=4)),
    ]


def lying_headers(payload: bytes) -> list[tuple[str, int, bytes, bytes]]:
    """A name, the first byte, what follows the fixed header, and the payload with its padding."""
    return [
        *[(name, V | EXTENSION, rest, payload) for name, rest in extension_lies()],
        ("an extension without its header", V | EXTENSION, b"", b""),
        ("half of an extension's header", V | EXTENSION, b"\xbe\xde", b""),
        *[(f"{count} contributors that are not there", V | count, b"", b"") for count in range(1, 16)],
        ("15 contributors", V | 15, bytes(60), payload),
        ("contributors and a lying extension", V | EXTENSION | 15, bytes(60) + extension(ONE_BYTE, b"", 0xFFFF), b""),
        ("padding of nothing", V | PADDING, b"", b""),
        ("padding of 0", V | PADDING, b"", payload + b"\x00"),
        ("padding longer than the packet", V | PADDING, b"", payload + b"\xff"),
        ("padding as long as the payload", V | PADDING, b"", b"\x00" * 19 + b"\x14"),
        ("padding of one more than the payload", V | PADDING, b"", b"\x00" * 19 + b"\x15"),
        ("padding over the extension", V | PADDING | EXTENSION, extension(ONE_BYTE, b"\x10\x30"), b"\x0c"),
        ("everything at once", 0xBF, b"\xff" * 4, b"\xff"),
        ("version 3", 0xC0, b"", payload),
        ("version 1", 0x40, b"", payload),
        ("no payload", V, b"", b""),
        ("one byte of payload", V, b"", b"\x00"),
    ]


@pytest.mark.attack(15)
def test_padding_extension_and_contributor_lies_inside_properly_encrypted_packets(arena):
    pair = arena.pair()
    up = pair.up
    for make, payload in ((up.audio, b"lies"), (up.video, KEY_FRAME + b"lies")):
        for name, first, rest, body in lying_headers(payload):
            packet = make(b"", first=first, rest=rest)
            # The generator writes a payload descriptor, which is not wanted here.
            packet = packet[:12 + len(rest)] + body
            up.transport.send_rtp(packet)
            assert arena.server.is_running, name
        up.transport.barrier()
    # SSRCs that nobody has declared, whose section can only be guessed from what they say.
    for number in range(100):
        for payload_type in (0, 63, 96, 111, 127):
            for _, rest in extension_lies():
                ssrc = 0x0D000000 + number * 128 + payload_type
                up.transport.send_rtp(srtp.rtp(payload_type, number, 0, ssrc, b"who", first=0x90, rest=rest))
        up.transport.barrier()
    pair.assert_carries("after the lies")
    forwarded = pair.down.transport.media
    assert all(len(packet.payload) <= 1500 for _, packet in forwarded)
    ssrcs = {packet.ssrc for _, packet in forwarded}
    assert ssrcs == set(pair.down.ssrcs.values()), "nothing goes out under any other name"


@pytest.mark.attack(15)
def test_packets_of_no_length_and_of_far_too_much(arena):
    pair = arena.pair()
    up = pair.up
    log = len(arena.server.read_log())
    for length in (0, 1, 1100, 1180, 1200, 1400, 1441, 1460, 1472, 1480, 1490, 1500, 1501, 1984, 2020, 2048, 4000,
                   9000, 32_000, 65_400):
        for _ in range(20):
            up.transport.send_rtp(up.audio(bytes(length)))
            up.transport.send_rtp(up.video(bytes(max(0, length - len(KEY_FRAME)))))
        up.transport.barrier()
    for length in range(40):
        up.transport.send((b"\x80\x6f" + bytes(64))[:length])
        up.transport.send((b"\x80\xc8" + bytes(64))[:length])
    up.transport.barrier()
    pair.assert_carries("after the giants")
    assert pair.down.transport.undecipherable == 0, "what goes out is never cut"
    # One line at most for what a sender can repeat three hundred times a second.
    assert arena.server.read_log()[log:].count("\n") < 40, "a bad packet must not write a line each"
