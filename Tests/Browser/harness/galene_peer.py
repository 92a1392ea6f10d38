# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""A participant that is no browser: Galène's protocol over `websockets`, media by aiortc.

It shares no code with a browser and none with the server. Tests of attacks use it as well: `send` and `send_raw` put
anything on the wire, and `meeting_works` proves that a normal meeting is still possible afterwards.
"""

import asyncio
import json
import secrets
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

import websockets
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription, rtcdtlstransport
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import candidate_from_sdp
from websockets.asyncio.client import ClientConnection

from .sources import PatternTrack, ToneTrack

T = TypeVar("T")
Message = dict[str, Any]

GCM = rtcdtlstransport.SRTP_AEAD_AES_128_GCM
CM = rtcdtlstransport.SRTP_AES128_CM_SHA1_80

EVERYTHING = {"": ["audio", "video"]}


@dataclass(eq=False)
class StreamOfPeer:
    """One peer connection, up or down, and what has come over it."""

    id: str
    label: str
    pc: RTCPeerConnection
    source: str | None = None
    username: str | None = None
    frames: int = 0
    size: tuple[int, int] | None = None
    audio_frames: int = 0
    energy: float = 0
    ended: bool = False
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def is_connected(self) -> bool:
        return self.pc.connectionState == "connected"

    @property
    def srtp_profile(self) -> str | None:
        """The SRTP protection profile that DTLS has agreed on, by OpenSSL's name."""
        for transceiver in self.pc.getTransceivers():
            name = transceiver.sender.transport._ssl.get_selected_srtp_profile()
            if name:
                return name.decode()
        return None


class GalenePeer:
    """One connection of one client to a server. Its methods belong on its event loop; see `PeerLoop`."""

    def __init__(self, websocket: ClientConnection, profiles: list[Any] | None) -> None:
        self.id = secrets.token_hex(16)
        self.websocket = websocket
        self.profiles = profiles
        self.messages: list[Message] = []
        self.users: dict[str, Message] = {}
        self.permissions: list[str] = []
        self.up: dict[str, StreamOfPeer] = {}
        self.down: dict[str, StreamOfPeer] = {}
        # Candidates of the server, as they came.
        self.candidates: list[str] = []
        self.close_code: int | None = None
        self.close_reason: str | None = None
        self._early: dict[str, list[str]] = {}
        self._arrived = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())

    # Connecting

    @classmethod
    async def connect(cls, url: str, profiles: list[Any] | None = None) -> "GalenePeer":
        """A peer whose handshake the server has answered. `profiles`: the only SRTP profiles to offer."""
        websocket = await websockets.connect(url, max_size=2**22, ping_interval=None)
        peer = cls(websocket, profiles)
        await peer.send({"type": "handshake", "version": ["2"], "id": peer.id})
        await peer.expect("handshake")
        return peer

    @classmethod
    async def joined(
        cls, url: str, group: str, username: str, password: str = "", profiles: list[Any] | None = None
    ) -> "GalenePeer":
        """A peer that is a member of the group."""
        peer = await cls.connect(url, profiles)
        answer = await peer.join(group, username, password)
        if answer["kind"] != "join":
            raise AssertionError(f"{username} was not let into {group}: {answer}")
        return peer

    async def join(self, group: str, username: str, password: str = "") -> Message:
        """Asks to join, and returns the server's answer, whichever it is."""
        seen = len(self.messages)
        await self.send({"type": "join", "kind": "join", "group": group, "username": username, "password": password})
        return await self.expect("joined", since=seen)

    async def close(self) -> None:
        for stream in [*self.up.values(), *self.down.values()]:
            await self.drop(stream)
        await self.websocket.close()
        await self._reader

    # Messages

    async def send(self, message: Message) -> None:
        await self.websocket.send(json.dumps(message))

    async def send_raw(self, data: str | bytes) -> None:
        await self.websocket.send(data)

    async def expect(self, type: str, since: int = 0, timeout: float = 10, **fields: Any) -> Message:
        """The first message of this type and with these fields, among those after the first `since`."""

        def found() -> Message | None:
            for message in self.messages[since:]:
                if message["type"] == type and all(message.get(key) == value for key, value in fields.items()):
                    return message
            return None

        message = await self._until(f"message {type} {fields or ''}", found, timeout)
        return message

    async def expect_close(self, timeout: float = 10) -> tuple[int | None, str | None]:
        """Code and reason of the closing of the WebSocket."""
        await asyncio.wait_for(asyncio.shield(self._reader), timeout)
        return self.close_code, self.close_reason

    async def _until(self, what: str, condition: Callable[[], T | None], timeout: float) -> T:
        async with self._arrived:
            try:
                await asyncio.wait_for(self._arrived.wait_for(lambda: condition() or self.close_code is not None), timeout)
            except TimeoutError:
                raise AssertionError(f"{what}: not within {timeout} s; messages: {self.messages[-10:]}") from None
        value = condition()
        if not value:
            raise AssertionError(f"{what}: the server has closed ({self.close_code} {self.close_reason!r})")
        return value

    async def _read(self) -> None:
        try:
            async for text in self.websocket:
                message = json.loads(text)
                await self._handle(message)
                async with self._arrived:
                    self.messages.append(message)
                    self._arrived.notify_all()
        except websockets.ConnectionClosed:
            pass
        self.close_code = self.websocket.close_code
        self.close_reason = self.websocket.close_reason
        async with self._arrived:
            self._arrived.notify_all()

    async def _handle(self, message: Message) -> None:
        identifier = message.get("id", "")
        match message["type"]:
            case "ping":
                await self.send({"type": "pong"})
            case "joined":
                self.permissions = message.get("permissions", [])
            case "user" if message["kind"] == "delete":
                self.users.pop(identifier, None)
            case "user":
                self.users[identifier] = message
            case "offer":
                await self._handle_offer(message)
            case "answer" if stream := self.up.get(identifier):
                await stream.pc.setRemoteDescription(RTCSessionDescription(message["sdp"], "answer"))
                await self._flush_candidates(stream)
            case "ice":
                await self._handle_candidate(identifier, message["candidate"])
            case "abort" if stream := self.up.get(identifier):
                await self.unpublish(stream)
            case "close" if stream := self.down.get(identifier):
                await self.drop(stream)

    # Media

    async def publish(
        self, video: MediaStreamTrack | None, audio: MediaStreamTrack | None, label: str = "camera",
        replace: str | None = None,
    ) -> StreamOfPeer:
        """Offers a stream, and returns it when the offer is sent."""
        stream = StreamOfPeer(secrets.token_hex(16), label, new_peer_connection())
        self.up[stream.id] = stream
        for track in (audio, video):
            if track:
                stream.pc.addTransceiver(track, direction="sendonly")
        self._narrow_profiles(stream.pc)
        await stream.pc.setLocalDescription(await stream.pc.createOffer())
        offer: Message = {"type": "offer", "id": stream.id, "label": label, "sdp": stream.pc.localDescription.sdp}
        if replace:
            offer["replace"] = replace
        await self.send(offer)
        await self._trickle(stream)
        return stream

    async def unpublish(self, stream: StreamOfPeer) -> None:
        await self.drop(stream)
        await self.send({"type": "close", "id": stream.id})

    async def request(self, what: dict[str, list[str]] = EVERYTHING) -> None:
        await self.send({"type": "request", "request": what})

    async def wait_connected(self, stream: StreamOfPeer, timeout: float = 20) -> None:
        await poll(f"connection of stream {stream.label}", lambda: stream.is_connected, timeout)

    async def wait_received(
        self, username: str, frames: int, energy: float = 0, timeout: float = 30
    ) -> StreamOfPeer:
        """The stream of this user, once so many pictures and so much sound have been decoded."""

        def state() -> list[StreamOfPeer]:
            return [
                stream for stream in self.down.values()
                if stream.username == username and stream.frames >= frames and stream.energy >= energy
            ]

        try:
            return (await poll(f"{frames} frames of {username}", state, timeout))[0]
        except AssertionError as error:
            counts = [(stream.username, stream.frames, stream.energy) for stream in self.down.values()]
            raise AssertionError(f"{error}; received: {counts}") from None

    async def _handle_offer(self, message: Message) -> None:
        if replaced := self.down.get(message.get("replace", "")):
            await self.drop(replaced)
        stream = self.down.get(message["id"])
        if stream is None:
            stream = StreamOfPeer(message["id"], message.get("label", ""), new_peer_connection())
            self.down[stream.id] = stream
            pc, received = stream.pc, stream

            @pc.on("track")
            def consume(track: MediaStreamTrack) -> None:
                received.tasks.append(asyncio.create_task(self._consume(received, track)))

        stream.source = message.get("source")
        stream.username = message.get("username")
        await stream.pc.setRemoteDescription(RTCSessionDescription(message["sdp"], "offer"))
        self._narrow_profiles(stream.pc)
        await self._flush_candidates(stream)
        await stream.pc.setLocalDescription(await stream.pc.createAnswer())
        await self.send({"type": "answer", "id": stream.id, "sdp": stream.pc.localDescription.sdp})
        await self._trickle(stream)

    async def _consume(self, stream: StreamOfPeer, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if track.kind == "video":
                stream.frames += 1
                stream.size = (frame.width, frame.height)
            else:
                stream.audio_frames += 1
                samples = memoryview(bytes(frame.planes[0])).cast("h")[::16]
                stream.energy += sum(value * value for value in samples) / (32768.0 ** 2 * max(1, len(samples)))

    def _narrow_profiles(self, pc: RTCPeerConnection) -> None:
        if self.profiles is not None:
            for transceiver in pc.getTransceivers():
                transceiver.sender.transport._srtp_profiles = self.profiles

    async def _trickle(self, stream: StreamOfPeer) -> None:
        """Sends the candidates once more one by one, as a browser does; aiortc puts them into the description."""
        for line in stream.pc.localDescription.sdp.splitlines():
            if line.startswith("a=candidate:"):
                candidate = {"candidate": line[2:], "sdpMid": "0", "sdpMLineIndex": 0}
                await self.send({"type": "ice", "id": stream.id, "candidate": candidate})

    async def _handle_candidate(self, identifier: str, candidate: Message) -> None:
        self.candidates.append(candidate["candidate"])
        stream = self.up.get(identifier) or self.down.get(identifier)
        if stream and stream.pc.remoteDescription:
            await self._add_candidate(stream, candidate["candidate"])
        else:
            self._early.setdefault(identifier, []).append(candidate["candidate"])

    async def _flush_candidates(self, stream: StreamOfPeer) -> None:
        for text in self._early.pop(stream.id, []):
            await self._add_candidate(stream, text)

    async def _add_candidate(self, stream: StreamOfPeer, text: str) -> None:
        candidate = candidate_from_sdp(text.removeprefix("candidate:"))
        # Everything is bundled: the first section stands for all.
        mids = [transceiver.mid for transceiver in stream.pc.getTransceivers() if transceiver.mid is not None]
        candidate.sdpMid = mids[0] if mids else "0"
        await stream.pc.addIceCandidate(candidate)

    async def drop(self, stream: StreamOfPeer) -> None:
        """Ends a stream without a word to the server."""
        stream.ended = True
        self.up.pop(stream.id, None)
        self.down.pop(stream.id, None)
        await stream.pc.close()
        for task in stream.tasks:
            task.cancel()


def new_peer_connection() -> RTCPeerConnection:
    # Without this aiortc asks a STUN server on the Internet.
    return RTCPeerConnection(RTCConfiguration(iceServers=[]))


async def poll(what: str, condition: Callable[[], T], timeout: float) -> T:
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {timeout} s")
        await asyncio.sleep(0.02)
    return value


async def meeting_works(url: str, group: str, frames: int = 10) -> None:
    """A normal meeting of two: one publishes picture and sound, the other gets both. Raises if it does not work."""
    publisher = await GalenePeer.joined(url, group, "publisher")
    viewer = await GalenePeer.joined(url, group, "viewer")
    try:
        await viewer.request()
        await publisher.publish(PatternTrack(), ToneTrack())
        stream = await viewer.wait_received("publisher", frames=frames, energy=0.01)
        if stream.size != (320, 240):
            raise AssertionError(f"The picture has {stream.size}, not what was sent")
    finally:
        await viewer.close()
        await publisher.close()


class PeerLoop:
    """An event loop on a thread of its own, so that peers keep going while a test drives a browser."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="peers", daemon=True)
        self.thread.start()
        self.peers: list[GalenePeer] = []

    def run(self, coroutine: Coroutine[Any, Any, T], timeout: float = 60) -> T:
        future: Future[T] = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        return future.result(timeout)

    def joined(self, url: str, group: str, username: str, **options: Any) -> GalenePeer:
        peer = self.run(GalenePeer.joined(url, group, username, **options))
        self.peers.append(peer)
        return peer

    def close_peers(self) -> None:
        for peer in self.peers:
            self.run(peer.close())
        self.peers.clear()

    def stop(self) -> None:
        self.close_peers()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(timeout=5)
