# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""ICE restarts for aiortc, which has none: another aioice connection in place of the one under a peer connection, whose
DTLS and media go on."""

import asyncio
import re

from aioice import Connection
from aiortc import RTCIceCandidate, RTCPeerConnection
from aiortc.rtcicetransport import RTCIceTransport, candidate_to_aioice


def transport_of(pc: RTCPeerConnection) -> RTCIceTransport:
    """The one transport of everything that is bundled."""
    return pc.getTransceivers()[0].sender.transport.transport


def make_replaceable(pc: RTCPeerConnection) -> None:
    """Lets what is above ICE follow to another connection. To be called before anything is connected."""
    ice = transport_of(pc)

    async def receive() -> bytes:
        while True:
            connection = ice._connection
            try:
                return await connection.recv()
            except ConnectionError:
                if ice._connection is connection:
                    raise

    async def send(data: bytes) -> None:
        await ice._connection.send(data)

    ice._recv, ice._send = receive, send


class Restart:
    """A restart under way: the next description has its credentials and candidates, the old path stays until it has one."""

    def __init__(self, pc: RTCPeerConnection) -> None:
        self.ice = transport_of(pc)
        self.connection = Connection(ice_controlling=self.ice._connection.ice_controlling)
        self.task: asyncio.Task[None] | None = None

    async def gather(self) -> None:
        await self.connection.gather_candidates()
        self.ice.iceGatherer._connection = self.connection

    async def add(self, candidate: RTCIceCandidate) -> None:
        await self.connection.add_remote_candidate(candidate_to_aioice(candidate))

    def connect(self, description: str) -> None:
        """With the credentials of the peer's description."""
        self.connection.remote_username, self.connection.remote_password = (
            re.search(rf"^a=ice-{name}:(\S+)", description, re.MULTILINE).group(1) for name in ("ufrag", "pwd"))
        self.task = asyncio.create_task(self._connect())

    async def _connect(self) -> None:
        await self.connection.connect()
        old, self.ice._connection = self.ice._connection, self.connection
        await old.close()

    @property
    def is_done(self) -> bool:
        return self.task is not None and self.task.done() and self.task.exception() is None
