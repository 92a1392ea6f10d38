# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Candidates by the thousand, and candidates that lead to others: the server is reached, and reaches nobody."""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import network
from harness.raw_client import OPUS, RawClient
from harness.raw_transport import drained

# Five times what a stream is reckoned at, for a client that has sent a megabyte of candidates.
MEMORY_LIMIT_KILOBYTES = 10 * 1024

MDNS_GROUP, MDNS_PORT, DNS_PORT = "224.0.0.251", 5353, 53


def name_servers() -> list[str]:
    """Whom this machine asks for names."""
    lines = Path("/etc/resolv.conf").read_text().splitlines()
    return [line.split()[1] for line in lines if line.startswith("nameserver ")] or ["127.0.0.1"]


class Traps:
    """Sockets wherever a candidate leads, and wherever a name would be looked up."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self.sockets = []
        self.addresses = []
        for address in ("127.0.0.1", "::1", network.IPV4, network.IPV4_SECOND, network.IPV6):
            trap = self._bind(stack, address, 0)
            self.addresses.append((address, trap.getsockname()[1]))
        group = self._bind(stack, MDNS_GROUP, MDNS_PORT)
        for own in ("127.0.0.1", network.IPV4):
            group.setsockopt(
                socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(MDNS_GROUP) + socket.inet_aton(own))
        for server in name_servers():
            stack.enter_context(network.also_here(server))
            self._bind(stack, server, DNS_PORT)

    def _bind(self, stack: contextlib.ExitStack, address: str, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        trap = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
        trap.bind((address, port))
        self.sockets.append(trap)
        return trap

    def assert_empty(self) -> None:
        caught = [(trap.getsockname(), data) for trap in self.sockets for data in drained(trap)]
        assert caught == [], "the server has sent to a candidate, or asked for a name"


@pytest.fixture
def traps() -> Iterator[Traps]:
    with contextlib.ExitStack() as stack:
        yield Traps(stack)


def hostile_candidates(traps: Traps, own_port: int) -> list[str]:
    reachable = [*traps.addresses, (network.IPV4, own_port), ("127.0.0.1", own_port)]
    nowhere = [
        ("0.0.0.0", 9), ("255.255.255.255", 9), (MDNS_GROUP, MDNS_PORT), ("ff02::fb", MDNS_PORT), ("::", 9),
        (network.IPV4, 0), ("10.0.0.1", 80), ("172.16.0.1", 80), ("192.168.1.1", 80), ("169.254.169.254", 80),
        ("100.64.0.1", 80), ("fe80::1", 9), ("fd00::1", 9), ("::ffff:127.0.0.1", 80), ("64:ff9b::a00:1", 80),
    ]
    names = [
        ("5c741055-8dda-4093-9487-dffccfdb6d56.local", 5000), ("metadata.google.internal", 80), ("localhost", 80),
        ("attacker.example", 80), ("0x7f000001", 80), ("127.1", 80), ("2130706433", 80), ("a" * 300, 80),
    ]
    lines = []
    for number, (address, port) in enumerate(reachable + nowhere + names):
        for kind in ("host", "srflx raddr 10.0.0.1 rport 9", "relay raddr 0.0.0.0 rport 0"):
            for transport in ("udp", "tcp"):
                lines.append(f"candidate:{number} 1 {transport} {2**31 - number} {address} {port} typ {kind}")
    return lines + [
        "", "candidate:", "x", "candidate:1 1 udp 4294967296 192.0.2.2 9 typ host",
        "candidate:1 1 udp 1 192.0.2.2 99999 typ host", "candidate:1 2 udp 1 192.0.2.2 9 typ host",
        "candidate:" + "1 " * 4000, "candidate:1 1 udp 1 192.0.2.2 9 typ host\r\na=fingerprint:sha-256 00",
        "candidate:1 1 udp 1 \u2603 9 typ host", "\x00" * 100,
    ]


def trickle(client: RawClient, id: str, candidate: str) -> None:
    client.send(type="ice", id=id, candidate={"candidate": candidate, "sdpMid": "0", "sdpMLineIndex": 0})


@pytest.mark.attack(4)
def test_candidates_of_a_description_get_nothing(arena, traps):
    pair = arena.pair()
    client = arena.client(pair.group)
    stream = client.new_stream()
    lines = hostile_candidates(traps, arena.port)
    good = [f"a={line}" for line in lines if line and line.isprintable() and len(line) < 1000]
    # Beyond what a section may have is no offer any more.
    stream.more_lines = good * 20
    client.send(type="offer", id=stream.id, label="camera", sdp=stream.offer())
    client.expect("abort", id=stream.id)
    stream.more_lines = [*good, "a=end-of-candidates", "a=remote-candidates:1 127.0.0.1 9"]
    client.connect(stream)
    stream.transport.send_rtp(stream.audio(b"first"))
    stream.transport.send_rtp(stream.video(b"first"))
    # A viewer's answer is as good a place.
    viewer = arena.client(pair.group, "viewer")
    down = viewer.new_stream(id=stream.id)
    down.more_lines = stream.more_lines
    viewer.send(type="request", request={"": ["audio", "video"]})
    viewer.answer_offer(down, 0)
    down.transport.connect_ice()
    down.transport.handshake()
    stream.transport.send_rtp(stream.audio(b"heard all the same"))
    down.transport.until("sound", lambda: b"heard all the same" in down.transport.payloads(OPUS))
    pair.assert_carries("beside candidates")
    traps.assert_empty()


@pytest.mark.attack(4)
def test_thousands_of_trickled_candidates(arena, traps):
    pair = arena.pair()
    client = arena.client(pair.group)
    stream = client.publish()
    waiting = client.new_stream()
    client.offer(waiting)
    lines = hostile_candidates(traps, arena.port)
    before = arena.resident_kilobytes
    count = 0
    while count < 6000:
        for line in lines:
            # Of one's own streams, connected and waiting; of another's; of nobody's.
            for id in (stream.id, waiting.id, pair.up.id, f"nobody {count}"):
                trickle(client, id, line)
                count += 1
    # What the server has done with them it has done before it answers this.
    seen = len(client.messages)
    client.send(type="ping")
    client.expect("pong", since=seen, timeout=60)
    grown = arena.resident_kilobytes - before
    assert grown < MEMORY_LIMIT_KILOBYTES, f"{count} candidates have taken {grown} KiB"
    # The attacker's own streams have not suffered either.
    assert not any(message["type"] in ("abort", "close", "renegotiate") for message in client.messages)
    stream.transport.barrier()
    waiting.transport.connect_ice()
    waiting.transport.handshake()
    pair.assert_carries("after the candidates")
    traps.assert_empty()


@pytest.mark.attack(4)
def test_candidates_of_impossible_shape_end_nobody_elses_connection(arena):
    pair = arena.pair()
    shapes = [
        None, 1, True, "candidate:1 1 udp 1 192.0.2.2 9 typ host", [], {}, {"candidate": None}, {"candidate": 5},
        {"candidate": {"candidate": {}}}, {"candidate": "", "sdpMLineIndex": 2**40}, {"sdpMLineIndex": -1.5},
        {"candidate": "x" * 500_000},
    ]
    for shape in shapes:
        client = arena.client(pair.group)
        stream = client.new_stream()
        client.offer(stream)
        # It may be ignored, or be the end of this one connection.
        with contextlib.suppress(Exception):
            client.send(type="ice", id=stream.id, candidate=shape)
            client.send(type="ping")
            client.expect("pong", timeout=5)
        client.close()
    pair.assert_carries("after the shapes")
