# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Ends of data channels, without a server: the Swift library in a process of its own (`Tests/DataEnd`), which gives back
what comes, and whoever sends to it: a browser's page or aiortc."""

import json
import re
from pathlib import Path
from typing import Any

from aiortc import RTCDataChannel, RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import candidate_from_sdp

from .galene_peer import PeerLoop, new_peer_connection, poll
from .library import LibraryPage
from .swift_program import SwiftProgram
from .waiting import until

SCRIPT = (Path(__file__).parent / "data_channels.js").read_text()

# What differs from a channel that is reliable and ordered, as `RTCDataChannelInit` names it; with its label.
Channel = dict[str, Any]


class DataEnd(SwiftProgram):
    """The library's end."""

    def __init__(self, log: Path) -> None:
        super().__init__("data-end", log=log)
        self._told = 0

    def tell(self, **command: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        self.process.stdin.flush()

    def notes(self, kind: str) -> list[Any]:
        # The last line may be half written.
        notes = [json.loads(line) for line in self.lines if line.startswith("{") and line.endswith("}")]
        return [note[kind] for note in notes if kind in note]

    def wait(self, kind: str, count: int = 1, timeout: float = 20) -> list[Any]:
        self.wait_for(kind, lambda _: len(self.notes(kind)) >= count or bool(self.notes("failed")), timeout)
        assert not self.notes("failed"), self.lines
        return self.notes(kind)

    def new_candidates(self) -> list[str]:
        candidates = self.notes("candidate")[self._told:]
        self._told += len(candidates)
        return candidates


class PageEnd:
    """A browser's end."""

    def __init__(self, page: LibraryPage) -> None:
        self._page = page
        page.browser.evaluate("window.eval(argument);", SCRIPT)

    def call(self, function: str, argument: Any = None) -> Any:
        return self._page.run(f"return window.dataChannels.{function}(argument);", argument)

    def close(self) -> None:
        self.call("end")


class AiortcEnd:
    """aiortc's end. Its functions are those of `data_channels.js`."""

    def __init__(self, peers: PeerLoop) -> None:
        self._peers = peers
        self._channels: dict[str, RTCDataChannel] = {}
        self._received: dict[str, list[str | bytes]] = {}
        self._pc: RTCPeerConnection = peers.run(self._new())

    def call(self, function: str, argument: Any = None) -> Any:
        return self._peers.run(getattr(self, f"_{function}")(argument))

    def close(self) -> None:
        self._peers.run(self._pc.close())

    async def _new(self) -> RTCPeerConnection:
        pc = new_peer_connection()
        pc.on("datachannel", self._adopt)
        return pc

    def _adopt(self, channel: RTCDataChannel) -> None:
        received = self._received[channel.label] = []
        self._channels[channel.label] = channel
        channel.on("message", received.append)

    async def _offer(self, wanted: list[Channel]) -> str:
        for channel in wanted:
            self._adopt(self._pc.createDataChannel(**channel))
        await self._pc.setLocalDescription(await self._pc.createOffer())
        return self._pc.localDescription.sdp

    async def _answer(self, sdp: str) -> str:
        await self._pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        await self._pc.setLocalDescription(await self._pc.createAnswer())
        return self._pc.localDescription.sdp

    async def _apply(self, sdp: str) -> None:
        await self._pc.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    async def _add(self, text: str) -> None:
        candidate = candidate_from_sdp(text.removeprefix("candidate:"))
        candidate.sdpMid = "0"
        await self._pc.addIceCandidate(candidate)

    async def _list(self, _: None) -> list[Channel]:
        return [
            {name: getattr(channel, name) for name in
             ("label", "ordered", "maxRetransmits", "maxPacketLifeTime", "readyState")}
            for channel in self._channels.values()]

    async def _echoed(self, message: dict[str, Any]) -> bool:
        channel, received = self._channels[message["label"]], self._received[message["label"]]
        size = message["size"]
        text = "é" * (size // 2) + "a" * (size % 2)
        sent = text if message["isText"] else bytes(index % 251 for index in range(size))
        channel.send(sent)
        await poll(f"the echo of {message}", lambda: received, 10)
        return len(received) == 1 and received.pop() == sent

    async def _flood(self, messages: dict[str, int]) -> None:
        for number in range(messages["first"], messages["first"] + messages["count"]):
            for channel in self._channels.values():
                channel.send(str(number).ljust(messages["size"], "."))

    async def _numbers(self, messages: dict[str, int]) -> dict[str, list[int | None]]:
        def number(text: str | bytes) -> int | None:
            match = re.fullmatch(r"(\d+)\.*", text) if isinstance(text, str) else None
            return int(match[1]) if match and len(text) == messages["size"] else None

        return {label: [number(text) for text in received] for label, received in self._received.items()}

    async def _close(self, label: str) -> None:
        self._channels[label].close()


def connect(swift: DataEnd, other: PageEnd | AiortcEnd, opener: str, channels: list[Channel]) -> None:
    """Until both ends have all channels, which the `opener` opens: `swift` or `other`."""
    if opener == "swift":
        swift.tell(offer=channels)
        swift.tell(description=other.call("answer", swift.wait("description")[0]))
    else:
        swift.tell(description=other.call("offer", channels))
        other.call("apply", swift.wait("description")[0])

    def are_open() -> bool:
        for candidate in swift.new_candidates():
            other.call("add", candidate)
        states = [channel["readyState"] for channel in other.call("list")]
        return states == ["open"] * len(channels)

    until("the channels are open", are_open, 20)
    swift.wait("ready" if opener == "swift" else "opened", len(channels))
