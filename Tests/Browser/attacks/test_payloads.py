# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Payloads that are cut or lie about themselves, properly encrypted by somebody who may publish."""

import random
import struct
from pathlib import Path

import pytest

from harness import rtcp_lies as lies
from harness.raw_client import VIDEO
from harness.srtp_by_hand import header_length

FIXTURES = Path(__file__).resolve().parents[2] / "Fixtures"
RECORDED = {
    "vp9": ["rtp-vp9-chromium.bin", "rtp-vp9-svc-chromium.bin"], "av1": ["rtp-av1-chromium.bin"],
    "h264": ["rtp-h264-chromium.bin"],
}
# Descriptors with all their fields, beside what a browser happened to send.
WRITTEN = {
    "vp8": ["90f0800103e0 500100 9d012aa0007800", "90807f 510100", "80f0ffff0720 aa", "ff ff ffff ff ff ffffff"],
    "vp9": ["dc800150030506 86004092", "8a800158014000f0028001e0050003c0011401824983", "ffffffffffffffffffffff"],
    "av1": ["2802080030 10", "180800", "30 01 10 8001 30 3010", "d0ffffffffff1f aa", "3880808080808080808000"],
    "h264": ["7800046742e01f000268ce", "7c85b800", "7900010002 6500", "780000", "7800ffff67", "7a000100000102 03"],
}


def recorded(codec: str) -> list[bytes]:
    """The first bytes of what a browser sent: those that anybody who forwards looks at."""
    payloads = []
    for name in RECORDED.get(codec, []):
        data, offset = (FIXTURES / name).read_bytes(), 0
        while offset < len(data):
            length = struct.unpack_from("<H", data, offset)[0]
            packet = data[offset + 2:offset + 2 + length]
            payloads.append(packet[header_length(packet):][:24])
            offset += 2 + length
    return payloads[:6] + payloads[-3:]


def lying_payloads(codec: str) -> list[bytes]:
    samples = [bytes.fromhex(text) for text in WRITTEN[codec]] + [VIDEO[codec].key_frame] + recorded(codec)
    result = []
    for sample in samples:
        result += [sample[:length] for length in range(len(sample) + 1)]
        for byte in range(min(len(sample), 10)):
            for bit in range(8):
                flipped = sample[:byte] + bytes([sample[byte] ^ 1 << bit]) + sample[byte + 1:]
                result += [flipped, flipped[:byte + 1]]
    result += [bytes([first]) for first in range(256)]
    result += [bytes([first]) + b"\xff" * 60 for first in range(256)]
    generator = random.Random(17)
    return result + [generator.randbytes(generator.randrange(40)) for _ in range(500)]


@pytest.mark.attack(17)
@pytest.mark.parametrize("codec", sorted(VIDEO))
def test_truncated_and_lying_descriptors(arena, codec):
    pair = arena.pair(codec=codec)
    up, down = pair.up, pair.down
    payloads = lying_payloads(codec)
    # Sound of the same stream goes on meanwhile.
    sounds = 0
    for number, payload in enumerate(payloads):
        up.transport.send_rtp(up.packet(2000 + number, payload, marker=number % 2 == 0))
        if number % 50 == 49:
            up.transport.send_rtp(up.audio(b"sound %d" % sounds))
            sounds += 1
            up.transport.barrier()
            # Whatever of it was forwarded is asked for again.
            down.transport.barrier()
            last = down.transport.media[-1][1]
            down.transport.send_rtcp(lies.nack(down.ssrcs["video"], [(last.sequence - 16 & 0xFFFF, 0xFFFF)]))
            assert arena.server.is_running, f"{payload.hex()} or one of the 49 before it"
    down.transport.until("the sound", lambda: b"sound %d" % (sounds - 1) in heard(down))
    assert [text for text in heard(down) if text.startswith(b"sound")] == [b"sound %d" % n for n in range(sounds)]
    assert down.transport.undecipherable == 0
    up.transport.send_rtp(up.packet(2000 + len(payloads), up.codec.key_frame))
    # Numbers go on from there.
    up.next_number(2001 + len(payloads))
    pair.assert_carries("after all that")


def heard(down) -> list[bytes]:
    return [packet.payload for _, packet in down.transport.media if packet.ssrc == down.ssrcs["audio"]]


@pytest.mark.attack(17)
def test_payloads_of_another_codec(arena):
    """What is called VP8 and is not, in a group that has all codecs."""
    group = arena.server.new_group(
        {"wildcard-user": {"password": {"type": "wildcard"}, "permissions": "present"},
         "codecs": ["opus", *sorted(VIDEO)]})
    pairs = [arena.pair(codec=codec, group=group) for codec in sorted(VIDEO)]
    for pair in pairs:
        up = pair.up
        for number, payload in enumerate(
            payload for codec in sorted(VIDEO) for payload in [VIDEO[codec].key_frame + b"x" * 20, *recorded(codec)]
        ):
            up.transport.send_rtp(up.packet(2000 + number, payload))
            # Under the other codecs' numbers, too.
            for codec in VIDEO.values():
                packet = bytearray(up.packet(5000 + number, payload))
                packet[1] = packet[1] & 0x80 | codec.number
                up.transport.send_rtp(bytes(packet))
        up.transport.barrier()
        up.next_number(6000)
    for pair in pairs:
        pair.assert_carries("after the mixture")
