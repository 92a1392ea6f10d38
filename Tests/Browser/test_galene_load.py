# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""`galene load` with a server that speaks full ICE and offers the down streams itself, as a Galène server does."""

import json
import subprocess
from typing import Any

import pytest
from aiortc import RTCRtpSender
from aiortc.rtp import RtpPacket
from websockets.asyncio.server import ServerConnection

from harness.full_ice_server import FullICEServer, is_controlling
from harness.galene_command import GALENE
from harness.galene_peer import Message, StreamOfPeer, new_peer_connection


class Room(FullICEServer):
    """A server for several clients, with one end of its own for each."""

    def __init__(self) -> None:
        super().__init__()
        self.members: list[Member] = []

    async def _serve(self, client: ServerConnection) -> None:
        member = Member(self)
        self.members.append(member)
        await member._serve(client)

    async def stop(self) -> None:
        for member in self.members:
            await member.stop()
        await super().stop()


class Member(FullICEServer):
    """Forwards the packets of a client's up streams as they are to whoever asks."""

    def __init__(self, room: Room) -> None:
        super().__init__()
        self.room = room
        self.port = room.port
        # The senders of other members' down streams.
        self.receivers: list[tuple[Any, int]] = []

    async def _handle(self, message: Message) -> None:
        await super()._handle(message)
        if message["type"] == "request":
            for other in self.room.members:
                for _ in other.up if other is not self else ():
                    await self._forward(other)

    async def _take_offer(self, message: Message) -> None:
        await super()._take_offer(message)
        receiver = self.up[message["id"]].pc.getTransceivers()[0].receiver

        async def take(packet: RtpPacket, arrival_time_ms: int) -> None:
            for sender, payload_type in self.receivers:
                packet.ssrc, packet.payload_type = sender._ssrc, payload_type
                if sender.transport.state == "connected":
                    await sender.transport._send_rtp(packet.serialize())

        receiver._handle_rtp_packet = take

    async def _forward(self, publisher: "Member") -> None:
        stream = StreamOfPeer(f"{len(self.down):032x}", "camera", new_peer_connection())
        self.down[stream.id] = stream
        transceiver = stream.pc.addTransceiver("video", direction="sendonly")
        transceiver.setCodecPreferences(
            [codec for codec in RTCRtpSender.getCapabilities("video").codecs if codec.mimeType == "video/VP8"])
        await self.negotiate(stream)
        publisher.receivers.append((transceiver.sender, transceiver._codecs[0].payloadType))


@pytest.mark.row("C-17", "C-18", "G-12")
def test_a_server_with_full_ice_is_loaded(peers):
    room = peers.run(Room.started())
    try:
        result = subprocess.run(
            [GALENE, "load", room.page, "--publishers", "1", "--subscribers", "2", "--rate", "100", "--seconds", "3",
             "--warmup", "0.5", "--json"], capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, result.stderr
        report = json.loads(result.stdout)
        assert report["upStreams"] == 1 and report["downStreams"] == 2, report
        assert report["sent"] > 200 and report["received"] == report["expected"] == 2 * report["sent"], report
        assert report["verified"] > 0 and report["forged"] == 0, report
        assert report["join"]["median"] > 0 and report["firstMedia"]["median"] > report["join"]["median"], report
        publisher, *receivers = sorted(room.members, key=lambda member: not member.up)
        # Who makes the offer controls: we of the up stream, the server of the down streams.
        assert [is_controlling(stream) for stream in publisher.up.values()] == [False]
        assert [is_controlling(stream) for member in receivers for stream in member.down.values()] == [True, True]
    finally:
        peers.run(room.stop())
