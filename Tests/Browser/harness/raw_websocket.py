# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""A client whose TCP connection the test owns: it may write anything, at any pace, and need not read."""

import base64
import json
import os
import select
import socket
import time
from typing import Any

from .server import Server

Message = dict[str, Any]


def text_frame(payload: bytes) -> bytes:
    """One masked frame. The key is zero, which leaves the payload as it is."""
    length = len(payload)
    if length < 126:
        head = bytes([0x81, 0x80 | length])
    elif length < 65536:
        head = b"\x81\xfe" + length.to_bytes(2, "big")
    else:
        head = b"\x81\xff" + length.to_bytes(8, "big")
    return head + bytes(4) + payload


def message(**fields: Any) -> bytes:
    """The frame of one message of the protocol."""
    return text_frame(json.dumps(fields).encode())


def connected(server: Server, receive_buffer: int | None = None) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if receive_buffer is not None:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    made.settimeout(20)
    made.connect(("127.0.0.1", server.port))
    return made


def opening_handshake(server: Server) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode()


class RawWebSocket:
    """A member of a group."""

    def __init__(self, server: Server, group: str, username: str, receive_buffer: int | None = None) -> None:
        self.id = os.urandom(8).hex()
        self.username = username
        self.socket = connected(server, receive_buffer)
        self._received = bytearray()
        self.socket.sendall(opening_handshake(server))
        while b"\r\n\r\n" not in self._received:
            self._take(20)
        head, _, rest = bytes(self._received).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head
        self._received = bytearray(rest)
        self.send(type="handshake", version=["2"], id=self.id)
        self.send(type="join", kind="join", group=group, username=username, password="")
        joined = self.expect(lambda found: found["type"] == "joined")
        assert joined["kind"] == "join", joined

    def send(self, **fields: Any) -> None:
        self.socket.sendall(message(**fields))

    def send_for(self, data: bytes, seconds: float) -> int:
        """Writes the bytes over and over, as fast as the server takes them. Returns how many it has taken."""
        self.socket.setblocking(False)
        end = time.monotonic() + seconds
        position = taken = 0
        while (left := end - time.monotonic()) > 0:
            if not select.select([], [self.socket], [], left)[1]:
                break
            try:
                count = self.socket.send(data[position:position + 65536])
            except BlockingIOError:
                continue
            taken += count
            position = (position + count) % len(data)
        self.socket.settimeout(20)
        return taken

    def _take(self, timeout: float) -> bool:
        """Reads what there is. Returns whether there was anything."""
        if not select.select([self.socket], [], [], timeout)[0]:
            return False
        data = self.socket.recv(1 << 20)
        if not data:
            raise ConnectionError("the server has closed the connection")
        self._received += data
        return True

    def _next(self) -> Message | None:
        if len(self._received) < 2:
            return None
        length, start = self._received[1] & 0x7F, 2
        if length >= 126:
            start = 4 if length == 126 else 10
            if len(self._received) < start:
                return None
            length = int.from_bytes(self._received[2:start], "big")
        if len(self._received) < start + length:
            return None
        opcode = self._received[0] & 15
        payload = bytes(self._received[start:start + length])
        del self._received[:start + length]
        if opcode == 8:
            raise ConnectionError(f"the server closes with {int.from_bytes(payload[:2], 'big')}")
        return json.loads(payload) if opcode == 1 else {"type": ""}

    def receive(self, timeout: float = 20) -> Message | None:
        """The next message; None when none comes in time. Pings are answered."""
        end = time.monotonic() + timeout
        while True:
            while (found := self._next()) is not None:
                if found["type"] == "ping":
                    self.send(type="pong")
                elif found["type"]:
                    return found
            left = end - time.monotonic()
            if left <= 0 or not self._take(left):
                return None

    def expect(self, wanted: Any, timeout: float = 20) -> Message:
        """The next message that is wanted; those before it are dropped."""
        end = time.monotonic() + timeout
        while (found := self.receive(max(0, end - time.monotonic()))) is not None:
            if wanted(found):
                return found
        raise AssertionError(f"{self.username}: no such message within {timeout} s")

    def close(self) -> None:
        self.socket.close()
