# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Participants who take the names of others: SSRCs, sections, simulcast encodings."""

import time

import pytest

from harness import rtcp_lies as lies
from harness.raw_client import OPUS, RawStream, named

# What ten thousand sources may hold: a tenth of what as many streams are reckoned at would be a hundred times that.
MEMORY_LIMIT_KILOBYTES = 10 * 1024


def texts(stream: RawStream) -> list[bytes]:
    """What has arrived of sound, and of the picture behind what makes it a key frame."""
    begin = len(stream.codec.key_frame)
    return [payload[begin:] for payload in stream.pictures()] + stream.transport.payloads(OPUS)


@pytest.mark.attack(18)
def test_two_publishers_with_the_same_ssrcs(arena):
    pair = arena.pair()
    twin = arena.client(pair.group, "twin")
    stream = twin.new_stream()
    stream.ssrcs = dict(pair.up.ssrcs)
    twin.connect(stream)
    stream.transport.send_rtp(stream.audio(b"twin first"))
    stream.transport.send_rtp(stream.video(b"twin first"))
    # One viewer of both, over a transport each, and the viewer of the first.
    viewer = arena.client(pair.group, "viewer of both")
    first, second = viewer.subscribe(pair.up.id), viewer.subscribe(stream.id)
    for number in range(30):
        for source, name in ((pair.up, b"first"), (stream, b"twin")):
            source.transport.send_rtp(source.audio(b"%s sound %d" % (name, number)))
            source.transport.send_rtp(source.video(b"%s picture %d" % (name, number)))
    pair.down.until_picture(b"first picture 29")
    first.until_picture(b"first picture 29")
    second.until_picture(b"twin picture 29")
    assert not any(text.startswith(b"twin") for text in texts(first) + texts(pair.down))
    assert not any(text.startswith(b"first") for text in texts(second))
    # Receivers' SSRCs are the server's, drawn for each.
    assert len({*first.ssrcs.values(), *second.ssrcs.values(), *pair.up.ssrcs.values()}) == 6
    # The twin's farewell and end are its own.
    stream.transport.send_rtcp(lies.goodbye(*stream.ssrcs.values()))
    twin.close()
    pair.assert_carries("after the twin")


@pytest.mark.attack(18)
def test_a_publisher_that_sends_under_the_ssrcs_of_others(arena):
    pair = arena.pair()
    villain = arena.pair(group=pair.group)
    claimed = [*pair.up.ssrcs.values(), *pair.down.ssrcs.values(), *villain.down.ssrcs.values(), 0, 0xFFFFFFFF]
    for number in range(60):
        for ssrc in claimed:
            for mid in (None, "0", "1"):
                more = named(mid=mid) if mid else {}
                packet = villain.up.packet(1002 + number, villain.up.codec.key_frame + b"villain", ssrc, **more)
                villain.up.transport.send_rtp(packet)
        pair.up.transport.send_rtp(pair.up.video(b"honest %d" % number))
    villain.up.transport.barrier()
    pair.down.until_picture(b"honest 59")
    assert [text for text in texts(pair.down) if b"honest" in text] == [b"honest %d" % n for n in range(60)]
    assert not any(b"villain" in text for text in texts(pair.down))
    villain.up.next_number(2000)
    villain.assert_carries("its own stream")


@pytest.mark.attack(18)
def test_a_receiver_that_sends(arena):
    pair = arena.pair()
    other = arena.client(pair.group, "other viewer").subscribe(pair.up.id)
    other.transport.barrier()
    down = pair.down
    for number in range(200):
        for ssrc in (*down.ssrcs.values(), *pair.up.ssrcs.values(), *other.ssrcs.values(), number):
            down.transport.send_rtp(down.packet(number, down.codec.key_frame + b"villain", ssrc))
            down.transport.send_rtp(down.packet(number, b"villain", ssrc, **named(mid="0")))
    # The way in is where things come out, for publishers.
    pair.up.transport.send_rtcp(lies.nack(pair.up.ssrcs["video"], [(1000, 0xFFFF)]))
    down.transport.barrier()
    pair.assert_carries("after what the receiver sent")
    other.until_picture(b"after what the receiver sent")
    for stream in (pair.up, down, other):
        assert not any(b"villain" in packet.payload for _, packet in stream.transport.media)
    assert pair.up.transport.media == [], "a publisher is sent media on its way in"


@pytest.mark.attack(18)
@pytest.mark.attack(16)
def test_feedback_about_what_others_send_and_receive(arena):
    pair = arena.pair()
    villain = arena.pair(group=pair.group)
    liars = (villain.down.transport, villain.up.transport)
    pair.assert_carries("before")
    pair.down.transport.barrier()
    pair.up.transport.until("a first demand", lambda: lies.last_remb(pair.up.transport.reports))
    demanded = lies.last_remb(pair.up.transport.reports)
    for transport in (pair.up.transport, pair.down.transport, villain.down.transport):
        transport.barrier()
    seen = len(pair.up.transport.reports)
    counts = len(pair.down.transport.media), len(villain.down.transport.media)
    for number in range(100):
        for ssrc in (*pair.up.ssrcs.values(), *pair.down.ssrcs.values()):
            for liar in liars:
                liar.send_rtcp(lies.nack(ssrc, [(step * 17 & 0xFFFF, 0xFFFF) for step in range(number * 30, number * 30 + 30)]))
                liar.send_rtcp(lies.picture_loss(ssrc))
                liar.send_rtcp(lies.full_intra(ssrc, number))
                liar.send_rtcp(lies.remb(ssrc, 1000))
                liar.send_rtcp(lies.goodbye(ssrc))
                liar.send_rtcp(lies.sender_report(ssrc, number << 32, number))
        for liar in liars:
            liar.barrier()
    pair.up.transport.until(
        "two demands afterwards", lambda: lies.count_remb(pair.up.transport.reports[seen:]) >= 2)
    pair.down.transport.barrier()
    reports = pair.up.transport.reports[seen:]
    assert lies.count_picture_loss(reports) == 0, "another's request for a key frame reached the publisher"
    # It may have risen by itself meanwhile.
    assert lies.last_remb(reports) >= demanded, "another's estimate lowered what the publisher may send"
    assert counts == (len(pair.down.transport.media), len(villain.down.transport.media)), "something was sent again"
    pair.assert_carries("after the lies")


class Encodings:
    """A publisher of a picture in two encodings, with the viewer of the stream."""

    SSRCS = {"h": 0x0D000001, "l": 0x0D000002}

    def __init__(self, arena, group: str | None = None) -> None:
        self.group = group or arena.server.new_group()
        self.publisher = arena.client(self.group, "publisher of encodings")
        self.up = self.publisher.publish(rids=["h", "l"])
        self.number = 1000
        self.send(h=b"first", l=b"first")
        self.viewer = arena.client(self.group, "viewer of encodings")
        self.down = self.viewer.subscribe(self.up.id)
        self.down.transport.barrier()

    def send(self, is_key: bool = True, names: bool = True, **payloads: bytes) -> None:
        """The next frame of each encoding that has a payload."""
        self.number += 1
        begin = self.up.codec.key_frame if is_key else b"\x10\x51\x01\x00"
        for rid, payload in payloads.items():
            claims = named("1", rid) if names else {}
            self.up.transport.send_rtp(
                self.up.packet(self.number, begin + payload, self.SSRCS[rid], marker=True, **claims))


@pytest.mark.attack(18)
def test_ssrcs_that_claim_an_encoding_that_is_taken(arena):
    pair = arena.pair()
    encodings = Encodings(arena, pair.group)
    up = encodings.up
    seen = len(encodings.viewer.messages)
    for number in range(40):
        encodings.send(h=b"honest %d" % number, l=b"small %d" % number)
        # Another SSRC under a name that is taken, under none that was offered, in another section, in nobody's.
        for ssrc, mid, rid in (
            (1, "1", "h"), (2, "1", "l"), (3, "1", "x"), (4, "0", "h"), (5, "9", "h"), (6, None, "h"), (7, "1", None),
            (8, "1", "h" * 16), (pair.up.ssrcs["video"], "1", "h"),
        ):
            packet = up.packet(2000 + number, up.codec.key_frame + b"spoof %d" % ssrc, ssrc, **named(mid, rid))
            up.transport.send_rtp(packet)
        # An encoding's own SSRC under the other one's name.
        up.transport.send_rtp(
            up.packet(9000 + number, up.codec.key_frame + b"small too", encodings.SSRCS["l"], **named("1", "h")))
        if number % 10 == 9:
            up.transport.barrier()
    encodings.down.until_picture(b"honest 39")
    arrived = texts(encodings.down)
    assert not any(b"spoof" in text for text in arrived), "another source in the place of the first"
    assert [text for text in arrived if b"honest" in text] == [b"honest %d" % number for number in range(40)]
    encodings.viewer.settle()
    offers = [message for message in encodings.viewer.messages[seen:] if message["type"] == "offer"]
    assert [offer for offer in offers if offer["id"] == up.id] == [], "viewers negotiate because a source has said so"
    pair.assert_carries("beside spoofed encodings")


@pytest.mark.attack(18)
def test_ten_thousand_ssrcs(arena):
    pair = arena.pair()
    encodings = Encodings(arena, pair.group)
    up = encodings.up
    before = arena.resident_kilobytes
    for number in range(10_000):
        rid = ("h", "l", "x", None)[number % 4]
        up.transport.send_rtp(
            up.packet(5000 + number, up.codec.key_frame + b"spoof" * 20, 0x0F000000 + number, **named("1", rid)))
        if number % 500 == 499:
            up.transport.barrier()
            encodings.send(h=b"honest %d" % number, l=b"small")
            encodings.down.until_picture(b"honest %d" % number)
    grown = arena.resident_kilobytes - before
    assert grown < MEMORY_LIMIT_KILOBYTES, f"ten thousand SSRCs have taken {grown} KiB"
    assert not any(b"spoof" in text for text in texts(encodings.down))
    pair.assert_carries("after ten thousand SSRCs")


@pytest.mark.attack(18)
def test_an_encoding_that_stops_and_one_that_brings_no_key_frame(arena):
    """Holds for a server that changes encodings, and for one that does not: what arrives can be decoded."""
    pair = arena.pair()
    encodings = Encodings(arena, pair.group)
    up = encodings.up.transport
    encodings.send(h=b"the last of h", l=b"small")
    encodings.down.until_picture(b"the last of h")
    up.barrier()
    seen = len(up.reports)
    started = time.monotonic()
    # The best encoding stops; the other one never begins a picture anew, however often it is asked to.
    while time.monotonic() - started < 5:
        encodings.send(is_key=False, names=False, l=b"delta")
        encodings.down.transport.send_rtcp(lies.picture_loss(encodings.down.ssrcs["video"]))
        up.listen(0.05)
    encodings.down.transport.barrier()
    up.barrier()
    elapsed = time.monotonic() - started
    assert not any(b"delta" in text for text in texts(encodings.down)), "a picture that begins in its middle"
    asked = lies.count_picture_loss(up.reports[seen:])
    assert 1 <= asked <= 2 * (2 * elapsed + 1), f"{asked} requests to two encodings in {elapsed:.1f} s"
    pair.assert_carries("beside the starved")
    # It comes back, and so does the picture.
    for _ in range(3):
        encodings.send(h=b"h is back", l=b"l is back")
    encodings.down.transport.until(
        "a picture", lambda: any(text.endswith(b"is back") for text in texts(encodings.down)), timeout=20)
