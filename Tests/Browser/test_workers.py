# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Groups are spread over workers, each with a port of its own, and media flows on both."""

import pytest

from harness.sources import PatternTrack, ToneTrack
from harness.watching import assert_sees_and_hears, own_size

PORTS = {41000, 41001}

# By chance alone, groups that are spread evenly over two workers share one with a probability below 1 in 100.
GROUPS_AT_MOST = 8


def port_of(peers, peer, stream) -> int:
    """The port that the server takes the media of this stream at."""
    peers.run(peer.wait_connected(stream))
    ports = {int(candidate.split()[5]) for candidate in peer.candidates}
    assert len(ports) == 1, f"one group, one port: {peer.candidates}"
    return ports.pop()


@pytest.mark.row("N-07")
def test_two_groups_on_two_workers(start_server, open_browser, peers):
    server = start_server("-udp-range", "41000-41001")
    group_by_port: dict[int, str] = {}
    for _ in range(GROUPS_AT_MOST):
        group = server.new_group()
        member = peers.joined(server.websocket_url, group, "member")
        stream = peers.run(member.publish(PatternTrack(), ToneTrack()))
        group_by_port.setdefault(port_of(peers, member, stream), group)
        if set(group_by_port) == PORTS:
            break
    assert set(group_by_port) == PORTS, "both workers have groups"

    viewers = {}
    for group in group_by_port.values():
        viewer = peers.joined(server.websocket_url, group, "viewer")
        peers.run(viewer.request())
        viewers[group] = viewer
    for group, viewer in viewers.items():
        received = peers.run(viewer.wait_received("member", frames=30, energy=0.1))
        assert received.size == (320, 240), group


@pytest.mark.row("N-07")
def test_browsers_meet_on_the_port_of_their_worker(start_server, open_browser):
    server = start_server("-udp-range", "41000-41001")
    page = server.page(server.new_group())
    alice, bob = open_browser("chromium"), open_browser("chromium")
    bob.join(page, "Bob", devices="Nothing")
    alice.join(page, "Alice")
    assert_sees_and_hears(bob, "Alice", own_size(alice, "Alice"))
    used = {path["port"] for browser in (alice, bob) for path in browser.measure("received")["paths"]}
    assert len(used) == 1 and used <= PORTS, used
