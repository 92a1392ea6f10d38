# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Forged and repeated SRTP and SRTCP."""

import os
import struct

import pytest

from harness import rtcp_lies
from harness import srtp_by_hand as srtp
from harness.raw_client import OPUS


@pytest.mark.attack(13)
def test_ten_thousand_packets_with_invalid_tags_from_a_validated_address(arena):
    pair = arena.pair()
    up = pair.up
    good = up.transport.sends.protect(up.audio(b"good"))
    before = len(pair.down.transport.media)
    for number in range(10_000):
        forged = bytearray(good)
        forged[2:4] = struct.pack("!H", (2000 + number) & 0xFFFF)
        forged[-16:] = os.urandom(16)
        if number % 3 == 1:
            forged[1] = 200
        if number % 3 == 2:
            forged = forged[:12 + number % 30]
        up.transport.send(bytes(forged))
        if number % 200 == 199:
            up.transport.barrier()
    pair.down.transport.barrier()
    assert len(pair.down.transport.media) == before, "a forged packet was forwarded"
    up.transport.send(good)
    pair.down.transport.until("the packet that was copied", lambda: b"good" in pair.down.transport.payloads(OPUS))
    pair.assert_carries("after the flood")
    assert not up.transport.is_closed


@pytest.mark.attack(14)
def test_replayed_srtp_packets_are_not_forwarded_twice(arena):
    pair = arena.pair()
    up, down = pair.up, pair.down.transport
    # Past a roll-over: sequence numbers that come again with another roll-over counter are no replays.
    near_the_end = 65_536 - 150
    recorded = []
    for number in range(300):
        sequence = near_the_end + number
        if sequence == 65_536:
            up.transport.sends.rollover[up.ssrcs["audio"]] = 1
        packet = srtp.rtp(OPUS, sequence, number * 960, up.ssrcs["audio"], b"once %d" % number)
        recorded.append(up.transport.send_rtp(packet))
    up.transport.barrier()
    for data in recorded + recorded[::-1] + recorded[-3:] * 50:
        up.transport.send(data)
    up.transport.barrier()
    down.barrier()
    received = [payload for payload in down.payloads(OPUS) if payload.startswith(b"once")]
    assert received == [b"once %d" % number for number in range(300)], "each exactly once, in order"
    # The viewer's end of the numbering has no gap and no repetition either: its own keys are never used twice.
    sequences = [packet.sequence for _, packet in down.media if packet.payload.startswith(b"once")]
    assert sequences == [(sequences[0] + number) & 0xFFFF for number in range(300)]


@pytest.mark.attack(14)
def test_replayed_srtcp_packets_change_nothing(arena):
    pair = arena.pair()
    up, down = pair.up.transport, pair.down.transport

    def estimate(bitrate: int) -> bytes:
        return rtcp_lies.remb(pair.down.ssrcs["video"], bitrate)

    def demanded() -> int | None:
        """What the publisher is asked to send at most, over sound and picture."""
        return rtcp_lies.last_remb(up.reports)

    recorded = down.send_rtcp(estimate(250_000))
    up.until("the low estimate", lambda: near(demanded(), 250_000))
    down.send_rtcp(estimate(400_000))
    up.until("the higher estimate", lambda: near(demanded(), 400_000))
    seen = len(up.reports)
    for _ in range(100):
        down.send(recorded)
    up.until("two reports after the replays", lambda: rtcp_lies.count_remb(up.reports[seen:]) >= 2)
    assert near(demanded(), 400_000), "a replayed estimate was believed"


def near(bitrate: int | None, video: int) -> bool:
    # Sound is added to it, and REMB rounds to 18 bits.
    return bitrate is not None and abs(bitrate - video - 102_400) < 2000
