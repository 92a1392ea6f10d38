# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""What every attack has to leave unharmed: the server, a meeting that was going on meanwhile, and the next one to join.

All attacks meet the same server process, which has one worker, so that the attacked and the bystanders share a thread.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from typing import Any

import pytest

from harness.galene_peer import PeerLoop, meeting_works
from harness.raw_client import RawClient, RawPair
from harness.server import Server
from harness.sources import PatternTrack, ToneTrack
from harness.waiting import until

# The port that the server takes all media at.
MEDIA_PORT = 42000
# Seconds that the picture of the bystanders may stand still. The encoder and the decoder share this process and the
# cores with the attack, so that frames come late; a stream that has stopped stands still for ever.
STANDSTILL = 8


class Bystanders:
    """A publisher and a viewer who do nothing but meet, and a watch on the frames of the viewer."""

    def __init__(self, server: Server, peers: PeerLoop) -> None:
        self.peers = peers
        group = server.new_group()
        self.viewer = peers.joined(server.websocket_url, group, "bystander viewer")
        self.publisher = peers.joined(server.websocket_url, group, "bystander publisher")
        peers.run(self.viewer.request())
        self.up = peers.run(self.publisher.publish(PatternTrack(width=160, height=120, rate=10), ToneTrack()))
        self.down = peers.run(self.viewer.wait_received("bystander publisher", frames=5))
        self.longest_gap = 0.0
        self.last = time.monotonic()
        self.watch = asyncio.run_coroutine_threadsafe(self._watch(), peers.loop)

    async def _watch(self) -> None:
        frames = self.down.frames
        while True:
            await asyncio.sleep(0.05)
            if self.down.frames != frames:
                frames = self.down.frames
                self.last = time.monotonic()
            self.longest_gap = max(self.longest_gap, time.monotonic() - self.last)

    def begin(self) -> None:
        self.longest_gap = 0

    def assert_undisturbed(self) -> None:
        frames = self.down.frames
        until("frames of a stream that was already running", lambda: self.down.frames >= frames + 5)
        assert self.longest_gap < STANDSTILL, f"the running stream stood still for {self.longest_gap:.1f} s"
        assert not self.down.ended and not self.up.ended


class Arena:
    """The server under attack, and those who attack it."""

    def __init__(self, server: Server, stack: contextlib.ExitStack) -> None:
        self.server = server
        self.port = MEDIA_PORT
        self._stack = stack

    def client(self, group: str | None = None, username: str = "attacker") -> RawClient:
        client = RawClient(self.server, group or self.server.new_group(), username, self.port)
        self._stack.callback(client.close)
        return client

    def pair(self, **options: Any) -> RawPair:
        """A publisher and a viewer; the options are those of `RawPair`."""
        pair = RawPair(self.server, self.port, **options)
        self._stack.callback(pair.close)
        return pair

    @property
    def resident_kilobytes(self) -> int:
        """What the server has in memory."""
        with open(f"/proc/{self.server.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


@pytest.fixture(scope="session")
def attacked_server() -> Iterator[Server]:
    server = Server("-udp-range", str(MEDIA_PORT))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def attack_peers() -> Iterator[PeerLoop]:
    loop = PeerLoop()
    yield loop
    loop.stop()


@pytest.fixture(scope="session")
def bystanders(attacked_server: Server, attack_peers: PeerLoop) -> Iterator[Bystanders]:
    pair = Bystanders(attacked_server, attack_peers)
    yield pair
    pair.watch.cancel()


@pytest.fixture
def arena(attacked_server: Server, attack_peers: PeerLoop, bystanders: Bystanders) -> Iterator[Arena]:
    """The place of an attack. After it, the server must be alive and as useful as before."""
    bystanders.begin()
    with contextlib.ExitStack() as stack:
        yield Arena(attacked_server, stack)
        assert attacked_server.is_running, f"The server has ended:\n{attacked_server.read_log()[-4000:]}"
        bystanders.assert_undisturbed()
        attack_peers.run(meeting_works(attacked_server.websocket_url, attacked_server.new_group()))
