# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""A client that writes its own session descriptions and owns every byte of its transports."""

import contextlib
import itertools
import json
import re
import struct
import time
from typing import Any

from websockets.sync.client import connect

from . import srtp_by_hand as srtp
from .raw_transport import RawTransport, random_text
from .server import Server

OPUS, VP8 = 111, 96

# A payload descriptor without extensions, and the header of a key frame of 160 x 120.
KEY_FRAME = b"\x10" + b"\x50\x01\x00\x9d\x01\x2a\xa0\x00\x78\x00"

Message = dict[str, Any]

SECTIONS = {
    "audio": ["a=rtpmap:111 opus/48000/2", "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid"],
    "video": [
        "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli", "a=rtcp-fb:96 ccm fir",
        "a=rtcp-fb:96 goog-remb", "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid",
    ],
}
TYPES = {"audio": OPUS, "video": VP8}


class RawStream:
    """One stream of a raw client, up or down."""

    def __init__(self, id: str, transport: RawTransport) -> None:
        self.id = id
        self.transport = transport
        self.ssrcs = {"audio": 0x0A000000 + id_number(id), "video": 0x0B000000 + id_number(id)}
        self._sequence = itertools.count(1000)
        # Lines of the offer that tests replace: none, one, several.
        self.fingerprint_lines = [f"a=fingerprint:{transport.fingerprint}"]

    def offer(self) -> str:
        lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=group:BUNDLE 0 1"]
        for mid, (kind, attributes) in enumerate(SECTIONS.items()):
            setup = "active" if self.transport.is_dtls_client else "passive"
            lines += self._section(kind, TYPES[kind], str(mid), "sendonly", setup)
            lines += [*attributes, f"a=ssrc:{self.ssrcs[kind]} cname:raw"]
        return "\r\n".join(lines) + "\r\n"

    def answer(self, offer: str) -> str:
        """The answer to the server's offer, with what the offer says about it."""
        lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0"]
        lines += [line for line in offer.splitlines() if line.startswith("a=group:")]
        for section in offer.split("\r\nm=")[1:]:
            kind, _, _, number = section.split()[:4]
            mid = re.search(r"a=mid:(\S+)", section).group(1)
            lines += self._section(kind, int(number), mid, "recvonly", "active")
            lines += re.findall(r"a=(?:rtpmap|rtcp-fb):.*(?=\r)", section)
            if found := re.search(r"a=ssrc:(\d+)", section):
                self.ssrcs[kind] = int(found.group(1))
        return "\r\n".join(lines) + "\r\n"

    def _section(self, kind: str, number: int, mid: str, direction: str, setup: str) -> list[str]:
        return [
            f"m={kind} 9 UDP/TLS/RTP/SAVPF {number}", "c=IN IP4 0.0.0.0", "a=rtcp-mux", f"a=mid:{mid}",
            f"a={direction}",
            f"a=ice-ufrag:{self.transport.ufrag}", f"a=ice-pwd:{self.transport.password}", *self.fingerprint_lines,
            f"a=setup:{setup}",
        ]

    def take_remote(self, sdp: str) -> None:
        self.transport.remote_ufrag = re.search(r"a=ice-ufrag:(\S+)", sdp).group(1)
        self.transport.remote_password = re.search(r"a=ice-pwd:(\S+)", sdp).group(1)

    def audio(self, payload: bytes, **claims: Any) -> bytes:
        """The next packet of sound, not sent yet."""
        number = next(self._sequence)
        return srtp.rtp(OPUS, number, number * 960, self.ssrcs["audio"], payload, **claims)

    def video(self, payload: bytes, **claims: Any) -> bytes:
        """The next packet of a picture, each of which says to be a key frame of its own."""
        number = next(self._sequence)
        claims.setdefault("marker", True)
        return srtp.rtp(VP8, number, number * 3000, self.ssrcs["video"], KEY_FRAME + payload, **claims)


def id_number(id: str) -> int:
    return struct.unpack("!I", id.encode()[:4])[0] & 0xFFFFFF


class RawClient:
    def __init__(self, server: Server, group: str, username: str, port: int) -> None:
        self.port = port
        self.messages: list[Message] = []
        self.streams: list[RawStream] = []
        self._stack = contextlib.ExitStack()
        self.websocket = self._stack.enter_context(
            connect(server.websocket_url, max_size=2**22, ping_interval=None))
        self.send(type="handshake", version=["2"], id=random_text(32))
        self.expect("handshake")
        self.send(type="join", kind="join", group=group, username=username, password="")
        answer = self.expect("joined")
        assert answer["kind"] == "join", answer

    def close(self) -> None:
        self._stack.close()
        for stream in self.streams:
            stream.transport.close()

    def send(self, **message: Any) -> None:
        self.websocket.send(json.dumps(message))

    def take_in(self, timeout: float = 0) -> bool:
        """Reads one message if there is one; answers pings."""
        try:
            message = json.loads(self.websocket.recv(timeout=timeout))
        except TimeoutError:
            return False
        if message["type"] == "ping":
            self.send(type="pong")
        self.messages.append(message)
        return True

    def settle(self, quiet: float = 0.5) -> None:
        """Reads messages until none has come for a while: longer than the server waits before it tells of a stream."""
        while self.take_in(quiet):
            pass

    def expect(self, *types: str, since: int = 0, timeout: float = 10, **fields: Any) -> Message:
        """The first message of one of these types and with these fields, among those after the first `since`."""
        deadline = time.monotonic() + timeout
        position = since
        while True:
            for message in self.messages[position:]:
                if message["type"] in types and all(message.get(key) == value for key, value in fields.items()):
                    return message
            position = len(self.messages)
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"{types} {fields}: not within {timeout} s; messages: {self.messages[-5:]}")
            self.take_in(left)

    def new_stream(self, is_dtls_client: bool = True, id: str | None = None) -> RawStream:
        stream = RawStream(id or random_text(32), RawTransport(is_dtls_client))
        stream.transport.server = (stream.transport.socket.getsockname()[0], self.port)
        self.streams.append(stream)
        return stream

    # Up

    def offer(self, stream: RawStream) -> None:
        """Offers a stream, and takes in the answer."""
        seen = len(self.messages)
        self.send(type="offer", id=stream.id, label="camera", sdp=stream.offer())
        stream.take_remote(self.expect("answer", since=seen, id=stream.id)["sdp"])

    def publish(self, is_dtls_client: bool = True) -> RawStream:
        """A stream that is connected."""
        stream = self.new_stream(is_dtls_client)
        self.offer(stream)
        stream.transport.connect_ice()
        stream.transport.handshake()
        return stream

    # Down

    def subscribe(self, id: str) -> RawStream:
        """Receives the stream of that id, once its publisher sends."""
        stream = self.new_stream(id=id)
        self.send(type="request", request={"": ["audio", "video"]})
        self.answer_offer(stream, 0)
        stream.transport.connect_ice()
        stream.transport.handshake()
        return stream

    def answer_offer(self, stream: RawStream, since: int, timeout: float = 10) -> None:
        offer = self.expect("offer", since=since, id=stream.id, timeout=timeout)["sdp"]
        stream.take_remote(offer)
        self.send(type="answer", id=stream.id, sdp=stream.answer(offer))


class RawPair:
    """A publisher and a viewer of its stream, both by hand, in a group of their own."""

    def __init__(self, server: Server, port: int) -> None:
        group = server.new_group()
        self.publisher = RawClient(server, group, "raw publisher", port)
        self.viewer = RawClient(server, group, "raw viewer", port)
        self.up = self.publisher.publish()
        self.up.transport.send_rtp(self.up.audio(b"first"))
        self.up.transport.send_rtp(self.up.video(b"first"))
        self.down = self.viewer.subscribe(self.up.id)
        self.down.transport.barrier()
        # Where later offers to the viewer begin.
        self.offers_seen = len(self.viewer.messages)

    def close(self) -> None:
        self.publisher.close()
        self.viewer.close()

    def assert_carries(self, text: str) -> None:
        """Sound and picture of the publisher reach the viewer."""
        up, down = self.up, self.down.transport
        payload = text.encode()
        up.transport.send_rtp(up.audio(payload))
        up.transport.send_rtp(up.video(payload))
        down.until(f"sound {text!r}", lambda: payload in down.payloads(OPUS))
        down.until(f"picture {text!r}", lambda: KEY_FRAME + payload in down.payloads(VP8))
