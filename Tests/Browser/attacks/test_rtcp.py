# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""RTCP that is properly encrypted and lies, floods, or speaks for others."""

import struct
import time

import pytest

from harness import rtcp_lies as lies
from harness import srtp_by_hand as srtp
from harness.raw_client import OPUS

# Bounds of what any publisher is told to send at most, whatever its receivers say: a picture of 204,800 bit/s, with or
# without sound, and the largest number that the server writes.
LEAST_DEMANDED, MOST_DEMANDED = 204_800, 1 << 30


@pytest.mark.attack(16)
def test_a_flood_of_key_frame_requests_reaches_the_publisher_as_a_trickle(arena):
    pair = arena.pair()
    up, down = pair.up.transport, pair.down
    media = down.ssrcs["video"]
    up.barrier()
    seen = len(up.reports)
    requests = 0
    started = time.monotonic()
    for _ in range(60):
        for _ in range(20):
            down.transport.send_rtcp(lies.picture_loss(media))
            down.transport.send_rtcp(lies.full_intra(media, requests))
            requests += 2
        up.listen(0.05)
    down.transport.barrier()
    up.barrier()
    seconds = time.monotonic() - started
    asked = lies.count_picture_loss(up.reports[seen:])
    assert requests > 2000
    assert 1 <= asked <= 2 * seconds + 1, f"{asked} requests in {seconds:.1f} s"
    pair.assert_carries("after the flood")


@pytest.mark.attack(16)
def test_a_storm_of_nacks_brings_no_more_back_than_it_sends(arena):
    pair = arena.pair()
    up, down = pair.up, pair.down.transport
    for number in range(40):
        up.transport.send_rtp(up.video(b"%d" % number + bytes(1000)))
    up.transport.barrier()
    down.barrier()
    sequences = [packet.sequence for _, packet in down.media if packet.payload_type != OPUS]
    first = sequences[-40]
    everything = [(first + 17 * step & 0xFFFF, 0xFFFF) for step in range(3)]
    before, asked = len(down.media), 0
    for _ in range(30):
        for _ in range(20):
            for media in (pair.down.ssrcs["video"], pair.down.ssrcs["audio"], up.ssrcs["video"], 0, 0xFFFFFFFF):
                down.send_rtcp(lies.nack(media, everything))
                asked += 1
        down.barrier()
    # Everything that was never sent, and more than fits.
    down.send_rtcp(lies.nack(pair.down.ssrcs["video"], [(number * 17 & 0xFFFF, 0xFFFF) for number in range(340)]))
    down.send_rtcp(lies.nack(pair.down.ssrcs["video"], []))
    down.barrier()
    back = len(down.media) - before
    # Each of the 40 packets may come again, and a few times more; 51 for each of 3000 requests would be a weapon.
    assert back <= 40 * 10, f"{back} packets for {asked} requests"
    pair.assert_carries("after the storm")


@pytest.mark.attack(16)
def test_absurd_estimates_and_loss_reports_leave_demands_sane(arena):
    pair = arena.pair()
    up, down = pair.up.transport, pair.down
    video, audio = down.ssrcs["video"], down.ssrcs["audio"]
    absurd = [
        lies.remb_of(exponent, mantissa, [video])
        for exponent in (0, 1, 17, 31, 45, 46, 47, 62, 63) for mantissa in (0, 1, 0x20000, 0x3FFFF)
    ]
    absurd += [lies.remb_of(0, 1, [video], count=255), lies.remb_of(63, 0x3FFFF, [], count=1), lies.remb_of(0, 0, [])]
    absurd += [lies.remb_of(2, 1000, [video] * 200)]
    for extreme in (0, 1, 255):
        for lost in (0, 1, 0x7FFFFF, 0x800000, 0xFFFFFF):
            block = lies.report_block(video, extreme, lost, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
            other = lies.report_block(audio, extreme, lost)
            absurd.append(srtp.rtcp(lies.RECEIVER_REPORT, 2, struct.pack("!I", lies.REPORTER) + block + other))
    # Counts and lengths that are not true.
    absurd += [srtp.rtcp(kind, count, bytes(words * 4), length) for kind in range(192, 224) for count in (0, 1, 31)
               for words, length in ((1, 0), (1, 2), (1, 0xFFFF), (6, None), (6, 5), (6, 7))]
    absurd += [lies.feedback(lies.FEEDBACK, lies.TRANSPORT_CC, video, control)
               for control in (b"", bytes(8), b"\xff" * 8, b"\xff" * 64)]
    # A thousand messages in one packet.
    absurd += [srtp.rtcp(lies.RECEIVER_REPORT, 0, bytes(4)) * 150, b"\x80\xc9\x00\x00" * 300]
    seen = len(up.reports)
    for number, message in enumerate(absurd):
        down.transport.send_rtcp(message)
        up.send_rtcp(message)
        if number % 50 == 49:
            down.transport.barrier()
            up.barrier()
    up.until("two demands", lambda: lies.count_remb(up.reports[seen:]) >= 2)
    assert all(LEAST_DEMANDED <= demand <= MOST_DEMANDED for demand in lies.rembs(up.reports)), lies.rembs(up.reports)
    pair.assert_carries("after absurd numbers")


@pytest.mark.attack(16)
def test_farewells_and_reports_in_the_name_of_others_are_not_believed(arena):
    group = arena.server.new_group()
    victim, villain = arena.pair(), arena.client(group)
    up, down = victim.up, victim.down
    # Reports are about packets: there are none before the first.
    victim.assert_carries("before")
    attack = villain.publish().transport
    truth = (0xE0000000 << 32, 1_000_000)
    for ssrc in up.ssrcs.values():
        up.transport.send_rtcp(lies.sender_report(ssrc, *truth))
    down.transport.until("a report", lambda: lies.sender_reports(down.transport.reports))
    for ssrc in (*up.ssrcs.values(), *down.ssrcs.values()):
        for _ in range(50):
            for sender in (attack, down.transport):
                sender.send_rtcp(lies.sender_report(ssrc, 1, 0x7FFFFFFF, packets=0xFFFFFFFF))
                sender.send_rtcp(lies.goodbye(ssrc))
                sender.send_rtcp(lies.goodbye(*[ssrc] * 31))
    # Even a farewell of the publisher itself ends nothing: the stream ends when signalling says so.
    up.transport.send_rtcp(lies.goodbye(*up.ssrcs.values()))
    attack.barrier()
    down.transport.barrier()
    up.transport.barrier()
    seen = len(down.transport.reports)
    audio = down.ssrcs["audio"]

    def timestamps() -> list[tuple[float, int]]:
        reports = lies.sender_reports(down.transport.reports[seen:])
        return [(arrival, timestamp) for arrival, ssrc, _, timestamp in reports if ssrc == audio]

    down.transport.until("two reports afterwards", lambda: len(timestamps()) >= 2)
    for _, timestamp in timestamps():
        assert 0 <= timestamp - truth[1] < 48_000 * 60, "the viewer's clock follows the publisher's report alone"
    victim.assert_carries("after the farewells")


@pytest.mark.attack(16)
def test_sender_reports_that_jump_in_time(arena):
    pair = arena.pair()
    up, down = pair.up, pair.down.transport
    pair.assert_carries("before the jumps")
    century = 100 * 365 * 86_400 << 32
    now = 0xE0000000 << 32
    times = [0, 1, now, (now + century) % 2**64, now - century, 2**64 - 1, 2**63, 2**63 - 1, 1, now, 0, 2**64 - 1, now]
    for number, ntp in enumerate(times):
        for timestamp in (0, 0xFFFFFFFF, 0x80000000, number):
            for ssrc in up.ssrcs.values():
                up.transport.send_rtcp(lies.sender_report(ssrc, ntp, timestamp))
        # Each is the last word for once, so that the report that the viewer then gets is computed from it.
        seen = len(lies.sender_reports(down.reports))
        up.transport.barrier()
        down.until(f"a report after NTP time {ntp:#x}", lambda: len(lies.sender_reports(down.reports)) >= seen + 2)
    pair.assert_carries("after the jumps")
