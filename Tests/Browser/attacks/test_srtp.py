# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Forged and repeated SRTP and SRTCP."""

import os
import struct

import pytest

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
