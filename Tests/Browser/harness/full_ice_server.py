# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""A server that behaves on the wire as a Galène server does, played by aiortc: full ICE, in which it controls the down
streams that it offers with `actpass`; it forwards nothing, and offers what a test has given it."""

import asyncio
import http
import json
import secrets
from collections.abc import Callable
from typing import Any

import websockets
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import candidate_from_sdp
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from .galene_peer import Message, StreamOfPeer, new_peer_connection, poll

GROUP = "played"
# The codecs of its offers: one a section, as a Galène server writes them.
OFFERED = {"audio": "audio/opus", "video": "video/VP8"}

# When the candidates of an offer come: after it one by one as with most servers, before it because the gathering was faster
# than the socket, or all of them in it with the word that there are no more.
AFTER, BEFORE, WITHIN = "after", "before", "within"


class FullICEServer:
    """One group with one client. Its coroutines belong on its event loop; see `PeerLoop`."""

    def __init__(self, candidates: str = AFTER) -> None:
        self.candidates = candidates
        # What the client has said.
        self.messages: list[Message] = []
        self.up: dict[str, StreamOfPeer] = {}
        self.down: dict[str, StreamOfPeer] = {}
        self.client: ServerConnection | None = None
        # Called with each decoded picture or piece of sound of an up stream.
        self.on_frame: Callable[[str, Any], None] = lambda kind, frame: None
        self._early: dict[str, list[Message]] = {}
        self._server: Server | None = None
        self.port = 0

    @classmethod
    async def started(cls, **settings: Any) -> "FullICEServer":
        server = cls(**settings)
        server._server = await serve(server._serve, "127.0.0.1", 0, process_request=server._answer, ping_interval=None)
        server.port = next(iter(server._server.sockets)).getsockname()[1]
        return server

    @property
    def page(self) -> str:
        return f"http://127.0.0.1:{self.port}/group/{GROUP}/"

    async def stop(self) -> None:
        for stream in [*self.up.values(), *self.down.values()]:
            await self._drop(stream)
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    def said(self, type: str, **fields: Any) -> list[Message]:
        wanted = {"type": type, **fields}
        return [message for message in self.messages if wanted.items() <= message.items()]

    async def wait_said(self, type: str, **fields: Any) -> Message:
        return (await poll(f"{type} {fields}", lambda: self.said(type, **fields), 20))[0]

    # HTTP and the socket

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        if request.path == "/ws":
            return None
        if request.path != f"/group/{GROUP}/.status":
            return connection.respond(http.HTTPStatus.NOT_FOUND, "")
        status = {"name": GROUP, "location": self.page, "endpoint": f"ws://127.0.0.1:{self.port}/ws"}
        body = json.dumps(status).encode()
        headers = Headers({"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"})
        return Response(200, "OK", headers, body)

    async def _serve(self, client: ServerConnection) -> None:
        self.client = client
        try:
            async for text in client:
                message = json.loads(text)
                self.messages.append(message)
                await self._handle(message)
        except websockets.ConnectionClosed:
            pass

    async def send(self, message: Message) -> None:
        assert self.client
        await self.client.send(json.dumps(message))

    async def _handle(self, message: Message) -> None:
        identifier = message.get("id", "")
        match message["type"]:
            case "handshake":
                await self.send({"type": "handshake", "version": ["2"]})
            case "ping":
                await self.send({"type": "pong"})
            case "join":
                member = {"username": message["username"], "permissions": ["present", "message"]}
                await self.send({"type": "joined", "kind": "join", "group": GROUP, "rtcConfiguration": {}, **member})
                await self.send({"type": "user", "kind": "add", "id": self.messages[0]["id"], **member})
            case "offer":
                await self._take_offer(message)
            case "answer" if stream := self.down.get(identifier):
                await stream.pc.setRemoteDescription(RTCSessionDescription(message["sdp"], "answer"))
                await self._take_early(stream)
            case "ice":
                stream = self.up.get(identifier) or self.down.get(identifier)
                if stream and stream.pc.remoteDescription:
                    await self._add(stream, message)
                else:
                    self._early.setdefault(identifier, []).append(message)
            case "abort":
                await self.close(identifier)
            case "close" if stream := self.up.pop(identifier, None):
                await self._drop(stream)

    # Down streams

    async def offer(self, *tracks: MediaStreamTrack, replace: str | None = None) -> StreamOfPeer:
        """Offers a stream of these tracks to the client."""
        stream = StreamOfPeer(secrets.token_hex(16), "camera", new_peer_connection())
        self.down[stream.id] = stream
        for track in tracks:
            add(stream.pc, track)
        if replace and (old := self.down.pop(replace, None)):
            await self._drop(old)
        await self.negotiate(stream, replace)
        return stream

    async def add(self, stream: StreamOfPeer, track: MediaStreamTrack) -> None:
        """Offers a stream anew, with one more track."""
        add(stream.pc, track)
        await self.negotiate(stream)

    async def negotiate(self, stream: StreamOfPeer, replace: str | None = None) -> None:
        """Makes an offer, the first of the stream or one more, which has no word of its own for that."""
        await stream.pc.setLocalDescription(await stream.pc.createOffer())
        sdp, candidates = as_galene_writes(stream.pc.localDescription.sdp, keeps_candidates=self.candidates == WITHIN)
        trickled = [
            {"type": "ice", "id": stream.id, "candidate": {
                "candidate": text, "sdpMid": "0", "sdpMLineIndex": 0, "usernameFragment": None}}
            for text in candidates if self.candidates != WITHIN]
        offer = {
            "type": "offer", "id": stream.id, "label": stream.label, "source": "f" * 32, "username": "Alice", "sdp": sdp}
        if replace:
            offer["replace"] = replace
        for message in [*trickled, offer] if self.candidates == BEFORE else [offer, *trickled]:
            await self.send(message)

    async def close(self, identifier: str) -> None:
        """Says that a down stream is over, whether there was one or not."""
        if stream := self.down.pop(identifier, None):
            await self._drop(stream)
        await self.send({"type": "close", "id": identifier})

    # Up streams

    async def _take_offer(self, message: Message) -> None:
        stream = self.up.get(message["id"])
        if stream is None:
            stream = StreamOfPeer(message["id"], message.get("label", ""), new_peer_connection())
            self.up[stream.id] = stream
            received = stream

            @stream.pc.on("track")
            def consume(track: MediaStreamTrack) -> None:
                received.tasks.append(asyncio.create_task(self._consume(received, track)))

        if old := self.up.pop(message.get("replace") or "", None):
            await self._drop(old)
        await stream.pc.setRemoteDescription(RTCSessionDescription(message["sdp"], "offer"))
        await self._take_early(stream)
        await stream.pc.setLocalDescription(await stream.pc.createAnswer())
        sdp, candidates = as_galene_writes(stream.pc.localDescription.sdp, keeps_candidates=self.candidates == WITHIN)
        await self.send({"type": "answer", "id": stream.id, "sdp": sdp})
        if self.candidates != WITHIN:
            for text in candidates:
                candidate = {"candidate": text, "sdpMid": "0", "sdpMLineIndex": 0, "usernameFragment": None}
                await self.send({"type": "ice", "id": stream.id, "candidate": candidate})

    async def _consume(self, stream: StreamOfPeer, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if track.kind == "video":
                stream.frames += 1
            else:
                stream.audio_frames += 1
            self.on_frame(track.kind, frame)

    # Candidates

    async def _take_early(self, stream: StreamOfPeer) -> None:
        for message in self._early.pop(stream.id, []):
            await self._add(stream, message)

    async def _add(self, stream: StreamOfPeer, message: Message) -> None:
        candidate = candidate_from_sdp(message["candidate"]["candidate"].removeprefix("candidate:"))
        candidate.sdpMid = stream.pc.getTransceivers()[0].mid
        await stream.pc.addIceCandidate(candidate)

    async def _drop(self, stream: StreamOfPeer) -> None:
        stream.ended = True
        await stream.pc.close()
        for task in stream.tasks:
            task.cancel()


def add(pc: RTCPeerConnection, track: MediaStreamTrack) -> None:
    """A section of its own for the track, with one codec."""
    transceiver = pc.addTransceiver(track, direction="sendonly")
    wanted = OFFERED[track.kind].lower()
    transceiver.setCodecPreferences(
        [codec for codec in RTCRtpSender.getCapabilities(track.kind).codecs if codec.mimeType.lower() == wanted])


def is_controlling(stream: StreamOfPeer) -> bool:
    """Whether the server controls the ICE of this stream."""
    return bool(stream.pc.getTransceivers()[0].sender.transport.transport._connection.ice_controlling)


def as_galene_writes(sdp: str, keeps_candidates: bool) -> tuple[str, list[str]]:
    """The description, and the candidates that were in it.

    aiortc gives each section a transport of its own until everything is bundled, and names its role once it has one: here
    all sections have the transport of the first, and offers leave the role open.
    """
    isOffer = "a=setup:actpass" in sdp or "a=sendonly" in sdp
    lines: list[str] = []
    transport: dict[str, str] = {}
    candidates: list[str] = []
    sections = 0
    for line in sdp.splitlines():
        name = line.partition(":")[0]
        if line.startswith("m="):
            sections += 1
        if name in ("a=ice-ufrag", "a=ice-pwd"):
            line = transport.setdefault(name, line)
        elif name == "a=setup" and isOffer:
            line = "a=setup:actpass"
        elif name in ("a=candidate", "a=end-of-candidates"):
            if name == "a=candidate" and sections == 1:
                candidates.append(line.removeprefix("a="))
            if not keeps_candidates or sections > 1:
                continue
        lines.append(line)
    return "\r\n".join(lines) + "\r\n", candidates
