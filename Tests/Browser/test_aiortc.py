# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""The same meetings with aiortc, which shares no code with a browser."""

import pytest

from harness.galene_peer import meeting_works
from harness.sources import PatternTrack, ToneTrack
from harness.waiting import until
from harness.watching import assert_sees_and_hears, own_size


@pytest.mark.row("M-04", "M-08", "P-15", "P-16")
def test_aiortc_to_aiortc(server, peers):
    peers.run(meeting_works(server.websocket_url, server.new_group(), frames=60))


@pytest.mark.row("M-02", "M-10")
@pytest.mark.parametrize("viewer", ["chromium", "firefox"])
def test_aiortc_to_browser(server, peers, open_browser, viewer):
    group = server.new_group()
    bob = open_browser(viewer)
    bob.join(server.page(group), "Bob", devices="Nothing")
    publisher = peers.joined(server.websocket_url, group, "aiortc")
    peers.run(publisher.publish(PatternTrack(width=480, height=360), ToneTrack()))
    assert_sees_and_hears(bob, "aiortc", (480, 360))


@pytest.mark.row("M-03", "M-19")
@pytest.mark.parametrize("publisher", ["chromium", "firefox"])
def test_browser_to_aiortc(server, peers, open_browser, publisher):
    group = server.new_group()
    alice = open_browser(publisher)
    alice.join(server.page(group), "Alice")
    viewer = peers.joined(server.websocket_url, group, "aiortc")
    peers.run(viewer.request())
    size = own_size(alice, "Alice")
    stream = peers.run(viewer.wait_received("Alice", frames=60, energy=1e-4))
    assert stream.label == "camera"
    assert stream.size is not None and stream.size[0] * size[1] == stream.size[1] * size[0], (stream.size, size)


@pytest.mark.row("P-19")
def test_a_replaced_stream_gives_way_to_the_new_one(server, peers, open_browser):
    group = server.new_group()
    bob = open_browser("chromium")
    bob.join(server.page(group), "Bob", devices="Nothing")
    publisher = peers.joined(server.websocket_url, group, "aiortc")
    first = peers.run(publisher.publish(PatternTrack(), ToneTrack()))
    bob.wait_for_tile("down", "aiortc")
    second = peers.run(publisher.publish(PatternTrack(width=480, height=360), ToneTrack(), replace=first.id))
    peers.run(publisher.drop(first))

    def only_the_second() -> bool:
        return [(tile["stream"], tile["width"]) for tile in bob.tiles("down")] == [(second.id, 480)]

    until("the new stream in place of the old", only_the_second)
