# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""A publisher who numbers its packets to make the server use an SRTP index twice.

With AES-GCM two packets under one key, SSRC and index give the key stream away. What leaves the server is looked at as it
is on the wire: packets of one SSRC and sequence number are the same, byte for byte, or a whole lap apart.
"""

import random
import struct

import pytest

from harness import rtcp_lies as lies
from harness.raw_client import RawStream, named
from harness.raw_transport import RawTransport


class Wire:
    """What a transport receives, before it is decrypted."""

    def __init__(self, transport: RawTransport) -> None:
        self.rtp: list[bytes] = []
        self.rtcp: list[bytes] = []
        receives = transport.receives
        unprotect, unprotect_rtcp = receives.unprotect, receives.unprotect_rtcp

        def seen(data: bytes) -> bytes | None:
            self.rtp.append(data)
            return unprotect(data)

        def seen_rtcp(data: bytes) -> bytes | None:
            self.rtcp.append(data)
            return unprotect_rtcp(data)

        receives.unprotect, receives.unprotect_rtcp = seen, seen_rtcp

    def assert_no_index_twice(self) -> int:
        """How many packets came again."""
        known: dict[bytes, bytes] = {}
        repeated = 0
        for data in self.rtp:
            # SSRC and sequence number: the tests stay within one lap of the server's numbers.
            key = data[8:12] + data[2:4]
            repeated += key in known
            assert known.setdefault(key, data) == data, "two packets under one key, SSRC and index"
        indices = [data[-4:] for data in self.rtcp]
        assert len(set(indices)) == len(indices), "two RTCP packets under one index"
        return repeated


class Numbering:
    """Sends under any sequence number, with the roll-over counter that the server will guess (RFC 3711 section 3.3.1)."""

    def __init__(self, stream: RawStream) -> None:
        self.stream = stream
        self.highest: dict[int, int] = {}

    def send(self, sequence: int, payload: bytes, ssrc: int | None = None, **claims: object) -> None:
        ssrc = self.stream.ssrcs["video"] if ssrc is None else ssrc
        sequence &= 0xFFFF
        highest = self.highest.get(ssrc)
        index = sequence
        if highest is not None:
            distance = (sequence - highest + 0x8000 & 0xFFFF) - 0x8000
            if distance == -0x8000 and highest & 0x8000 == 0:
                distance = 0x8000
            index = highest + distance if highest + distance >= 0 else highest + distance + 0x10000
        self.highest[ssrc] = max(index, highest or 0)
        self.stream.transport.sends.rollover[ssrc] = index >> 16
        self.stream.transport.send_rtp(self.stream.packet(sequence, payload, ssrc, **claims))


def frame(picture: int, is_key: bool, text: bytes) -> bytes:
    """A frame of VP8 with picture id, TL0PICIDX and temporal layer, which the server rewrites for each receiver."""
    descriptor = struct.pack("!BBHBB", 0x90, 0xE0, 0x8000 | picture & 0x7FFF, picture & 0xFF, 0x20)
    return descriptor + (b"\x50\x01\x00\x9d\x01\x2a\xa0\x00\x78\x00" if is_key else b"\x51\x01\x00") + text


@pytest.mark.attack(11)
@pytest.mark.parametrize("seed", range(3))
def test_jumps_restarts_repetitions_and_wraps(arena, seed):
    generator = random.Random(seed)
    pair = arena.pair()
    second = arena.client(pair.group, "late viewer")
    down = second.subscribe(pair.up.id)
    receivers = [pair.down, down]
    wires = [Wire(stream.transport) for stream in receivers]
    numbers = Numbering(pair.up)
    # What `pair` has sent already.
    numbers.highest[pair.up.ssrcs["video"]] = 1000
    position, picture = 1001, 0
    for step in range(600):
        choice = generator.randrange(30)
        picture += generator.randrange(3) if choice else generator.randrange(0x8000)
        payload = frame(picture, generator.randrange(8) == 0, b"%d %d" % (seed, step) * generator.randrange(1, 20))
        sequence = position
        if choice == 0:
            position = generator.randrange(0x10000)
        elif choice == 1:
            position += 3001 + generator.randrange(5)
        elif choice == 2:
            position += 0x7FFF
        elif choice == 3:
            position = 0xFFF8
        elif choice == 4:
            position -= generator.randrange(600)
        elif choice in (5, 6):
            sequence = position - 1
        elif choice in (7, 8, 9):
            sequence = position - generator.randrange(120)
        elif choice == 10:
            position += generator.randrange(30)
        else:
            position += 1
        numbers.send(sequence, payload, marker=bool(generator.randrange(2)))
        if step % 10 == 9:
            pair.up.transport.barrier()
            for stream in receivers:
                stream.transport.barrier()
                received = [packet.sequence for _, packet in stream.transport.media
                            if packet.ssrc == stream.ssrcs["video"]]
                lost = [(number & 0xFFFF, 0xFFFF) for number in (received[-1] - 30, received[-1] - 13)]
                stream.transport.send_rtcp(lies.nack(stream.ssrcs["video"], lost))
                stream.transport.send_rtcp(lies.picture_loss(stream.ssrcs["video"]))
                stream.transport.barrier()
    for stream, wire in zip(receivers, wires, strict=True):
        repeated = wire.assert_no_index_twice()
        forwarded = len(wire.rtp) - repeated
        assert forwarded > 100 and repeated > 20, f"{forwarded} packets, {repeated} of them again"
        assert stream.transport.undecipherable == 0


@pytest.mark.attack(11)
def test_one_number_with_many_contents(arena):
    pair = arena.pair()
    wire = Wire(pair.down.transport)
    numbers = Numbering(pair.up)
    numbers.highest[pair.up.ssrcs["video"]] = 1000
    numbers.send(1001, frame(1, True, b"the first"))
    pair.down.until_picture(b"the first")
    for step in range(200):
        numbers.send(1001, frame(2 + step, True, b"another %d" % step))
    pair.up.transport.barrier()
    pair.down.transport.barrier()
    assert not any(b"another" in payload for payload in pair.down.pictures())
    # Whole laps lead back to the number: it is another index then, and another one of the server's, too.
    for lap in range(3):
        for step in range(1, 5):
            numbers.send(1001 + 0x4000 * step, frame(300 + 4 * lap + step, True, b"lap %d %d" % (lap, step)))
            pair.down.until_picture(b"lap %d %d" % (lap, step))
    wire.assert_no_index_twice()
    assert pair.down.transport.undecipherable == 0


@pytest.mark.attack(11)
def test_another_ssrc_takes_up_the_numbers_of_the_first(arena):
    pair = arena.pair()
    wire = Wire(pair.down.transport)
    numbers = Numbering(pair.up)
    numbers.highest[pair.up.ssrcs["video"]] = 1000
    for step in range(60):
        numbers.send(1001 + step, frame(step, step % 10 == 0, b"first %d" % step))
        for other in range(4):
            # It claims the same section.
            numbers.send(
                1001 + step, frame(500 + step, True, b"other %d" % other), ssrc=0x0E000000 + other, **named(mid="1"))
        if step % 10 == 9:
            pair.up.transport.barrier()
    pair.down.until_picture(b"first 59")
    assert not any(b"other" in payload for payload in pair.down.pictures()), "another source in the first one's place"
    wire.assert_no_index_twice()
    assert pair.down.transport.undecipherable == 0
