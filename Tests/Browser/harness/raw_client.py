# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""A client that writes its own session descriptions and owns every byte of its transports."""

import contextlib
import itertools
import json
import re
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from websockets.sync.client import connect

from . import srtp_by_hand as srtp
from .raw_transport import RawTransport, random_text
from .server import EVERYBODY_PRESENTS, Server

OPUS, VP8 = 111, 96

# A payload descriptor without extensions, and the header of a key frame of 160 x 120.
KEY_FRAME = b"\x10" + b"\x50\x01\x00\x9d\x01\x2a\xa0\x00\x78\x00"

Message = dict[str, Any]

# The header extensions by which a packet names its section and its simulcast encoding.
MID, RID = 1, 2


@dataclass(frozen=True)
class VideoCodec:
    """How a codec is offered, and what a payload begins with that says to be a key frame."""

    number: int
    attributes: tuple[str, ...]
    key_frame: bytes


VIDEO = {
    "vp8": VideoCodec(VP8, ("rtpmap:96 VP8/90000",), KEY_FRAME),
    # A picture id, no layers; the frame's header says a key frame of profile 0.
    "vp9": VideoCodec(98, ("rtpmap:98 VP9/90000", "fmtp:98 profile-id=0"), b"\x8c\x80\x02\x82\x49\x83\x42"),
    # A sequence header, and behind it a frame.
    "av1": VideoCodec(35, ("rtpmap:35 AV1/90000",), b"\x28\x02\x08\x00\x30\x10"),
    # Parameter sets in one packet, and behind them a slice, whose length the payload ends.
    "h264": VideoCodec(
        108,
        ("rtpmap:108 H264/90000",
         "fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
        b"\x78\x00\x04\x67\x42\xe0\x1f\x00\x02\x68\xce\x00"),
}

FEEDBACK = ("nack", "nack pli", "ccm fir", "goog-remb")


def audio_section() -> list[str]:
    return ["a=rtpmap:111 opus/48000/2", f"a=extmap:{MID} urn:ietf:params:rtp-hdrext:sdes:mid"]


def video_section(codec: VideoCodec, rids: Sequence[str] = ()) -> list[str]:
    lines = [f"a={attribute}" for attribute in codec.attributes]
    lines += [f"a=rtcp-fb:{codec.number} {feedback}" for feedback in FEEDBACK]
    lines += [f"a=extmap:{MID} urn:ietf:params:rtp-hdrext:sdes:mid"]
    if rids:
        lines += [f"a=extmap:{RID} urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"]
        lines += [*[f"a=rid:{rid} send" for rid in rids], f"a=simulcast:send {';'.join(rids)}"]
    return lines


def named(mid: str | None = None, rid: str | None = None) -> dict[str, Any]:
    """What makes a packet claim a section and an encoding: for `audio` and `video`."""
    elements = b""
    for id, text in ((MID, mid), (RID, rid)):
        if text is not None:
            elements += bytes([id << 4 | len(text) - 1]) + text.encode()
    elements += bytes(-len(elements) % 4)
    return {"first": 0x90, "rest": struct.pack("!HH", 0xBEDE, len(elements) // 4) + elements}


class RawStream:
    """One stream of a raw client, up or down."""

    def __init__(self, id: str, transport: RawTransport, codec: str = "vp8", rids: Sequence[str] = ()) -> None:
        self.id = id
        self.transport = transport
        self.codec = VIDEO[codec]
        # Of a picture in several encodings; their packets name them, and the offer declares no SSRC.
        self.rids = rids
        self.ssrcs = {"audio": 0x0A000000 + id_number(id), "video": 0x0B000000 + id_number(id)}
        # What the last offer of a down stream had.
        self.kinds: set[str] = set()
        self._sequences = {"audio": itertools.count(1000), "video": itertools.count(1000)}
        # Lines of the offer that tests replace: none, one, several.
        self.fingerprint_lines = [f"a=fingerprint:{transport.fingerprint}"]
        # What the description says at the end of its last section.
        self.more_lines: list[str] = []

    def offer(self) -> str:
        lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=group:BUNDLE 0 1"]
        setup = "active" if self.transport.is_dtls_client else "passive"
        lines += self._section("audio", OPUS, "0", "sendonly", setup) + audio_section()
        lines += [f"a=ssrc:{self.ssrcs['audio']} cname:raw"]
        lines += self._section("video", self.codec.number, "1", "sendonly", setup)
        lines += video_section(self.codec, self.rids)
        if not self.rids:
            lines += [f"a=ssrc:{self.ssrcs['video']} cname:raw"]
        return "\r\n".join([*lines, *self.more_lines]) + "\r\n"

    def answer(self, offer: str) -> str:
        """The answer to the server's offer, with what the offer says about it."""
        lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0"]
        lines += [line for line in offer.splitlines() if line.startswith("a=group:")]
        self.kinds = set()
        for section in offer.split("\r\nm=")[1:]:
            kind, _, _, number = section.split()[:4]
            mid = re.search(r"a=mid:(\S+)", section).group(1)
            self.kinds.add(kind)
            lines += self._section(kind, int(number), mid, "recvonly", "active")
            lines += re.findall(r"a=(?:rtpmap|rtcp-fb|fmtp):.*(?=\r)", section)
            if found := re.search(r"a=ssrc:(\d+)", section):
                self.ssrcs[kind] = int(found.group(1))
        return "\r\n".join([*lines, *self.more_lines]) + "\r\n"

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
        number = next(self._sequences["audio"])
        return srtp.rtp(OPUS, number, number * 960, self.ssrcs["audio"], payload, **claims)

    def video(self, payload: bytes, **claims: Any) -> bytes:
        """The next packet of a picture, each of which says to be a key frame of its own."""
        number = next(self._sequences["video"])
        claims.setdefault("marker", True)
        if self.codec is VIDEO["h264"]:
            payload = bytes([len(payload) + 1, 0x65]) + payload
        return self.packet(number, self.codec.key_frame + payload, **claims)

    def next_number(self, number: int) -> None:
        """Goes on with this sequence number of the picture, after packets that a test has numbered by itself."""
        self._sequences["video"] = itertools.count(number)

    def packet(self, number: int, payload: bytes, ssrc: int | None = None, **claims: Any) -> bytes:
        """A packet of the picture with this number and payload, whatever that is."""
        ssrc = self.ssrcs["video"] if ssrc is None else ssrc
        return srtp.rtp(self.codec.number, number, number * 3000, ssrc, payload, **claims)

    def pictures(self) -> list[bytes]:
        """The payloads of the picture that have arrived."""
        return [packet.payload for _, packet in self.transport.media if packet.ssrc == self.ssrcs["video"]]

    def until_picture(self, text: bytes, timeout: float = 10) -> None:
        """Until a packet of the picture has arrived that ends with this text."""
        self.transport.until(
            f"picture {text!r}", lambda: any(payload.endswith(text) for payload in self.pictures()), timeout)


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

    def new_stream(
        self, is_dtls_client: bool = True, id: str | None = None, codec: str = "vp8", rids: Sequence[str] = ()
    ) -> RawStream:
        stream = RawStream(id or random_text(32), RawTransport(is_dtls_client), codec, rids)
        stream.transport.server = (stream.transport.socket.getsockname()[0], self.port)
        self.streams.append(stream)
        return stream

    # Up

    def offer(self, stream: RawStream) -> None:
        """Offers a stream, and takes in the answer."""
        seen = len(self.messages)
        self.send(type="offer", id=stream.id, label="camera", sdp=stream.offer())
        stream.take_remote(self.expect("answer", since=seen, id=stream.id)["sdp"])

    def publish(self, is_dtls_client: bool = True, **options: Any) -> RawStream:
        """A stream that is connected; the options are those of `new_stream`."""
        return self.connect(self.new_stream(is_dtls_client, **options))

    def connect(self, stream: RawStream) -> RawStream:
        """Offers and connects a stream."""
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

    def __init__(self, server: Server, port: int, codec: str = "vp8", group: str | None = None) -> None:
        self.group = group = group or server.new_group({**EVERYBODY_PRESENTS, "codecs": ["opus", codec]})
        self.publisher = RawClient(server, group, "raw publisher", port)
        self.viewer = RawClient(server, group, "raw viewer", port)
        self.up = self.publisher.publish(codec=codec)
        self._begin()
        self.down = self.viewer.subscribe(self.up.id)
        while self.down.kinds != {"audio", "video"}:
            # On a busy machine the two come so far apart that the server has offered the one without the other.
            since = len(self.viewer.messages)
            self._begin()
            self.viewer.answer_offer(self.down, since)
        self.down.transport.barrier()
        # Where later offers to the viewer begin.
        self.offers_seen = len(self.viewer.messages)

    def _begin(self) -> None:
        self.up.transport.send_rtp(self.up.audio(b"first"))
        self.up.transport.send_rtp(self.up.video(b"first"))

    def close(self) -> None:
        self.publisher.close()
        self.viewer.close()

    def assert_carries(self, text: str) -> None:
        """Sound and picture of the publisher reach the viewer. A packet that is lost on a busy machine is none of many."""
        down = self.down.transport
        payload = text.encode()
        for _ in range(10):
            self.up.transport.send_rtp(self.up.audio(payload))
            self.up.transport.send_rtp(self.up.video(payload))
            with contextlib.suppress(AssertionError):
                down.until(f"sound {text!r}", lambda: payload in down.payloads(OPUS), timeout=1)
                return self.down.until_picture(payload, timeout=1)
        raise AssertionError(f"sound and picture {text!r} have not come through")
