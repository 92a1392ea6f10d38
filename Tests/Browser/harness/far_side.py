# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""The far side of a bad network: a namespace whose only way to the server is `network-emulator`.

The server, the tests and all other browsers are on the near side. Media of a browser on the far side crosses the emulated
network; its page and its WebSocket do not: they go through a forwarder, so that `http://127.0.0.1:PORT`, which browsers
take for a secure context, is the server on both sides, and what a test measures is media alone.
"""

import asyncio
import contextlib
import os
import socket
import subprocess
from collections.abc import Callable

from emulated_network import ADDRESSES, EmulatedNetwork, entered

from .browser import Browser
from .galene_peer import PeerLoop
from .network import NetworkMissing
from .server import Server

# The server's address on the emulated network.
SERVER = ADDRESSES["a"][0]

TO_SERVER, FROM_SERVER, BOTH = "b->a", "a->b", "both"


def far_namespace() -> str:
    name = os.environ.get("GALENE_TEST_FAR_NAMESPACE")
    if not name:
        raise NetworkMissing("Tests of bad networks need a second network namespace: start them with Tests/Browser/run.")
    return name


class FarSide:
    """The emulated network and the far end of it, perfect until `change` says otherwise."""

    def __init__(self, loop: PeerLoop, seed: int) -> None:
        self.namespace = far_namespace()
        self.network = EmulatedNetwork.between(os.environ["GALENE_TEST_NAMESPACE"], self.namespace, seed=seed)
        self._loop = loop
        self._forwarders: list[asyncio.Server] = []
        self._connections: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self.network.__enter__()
        # A browser without camera takes the address of the default route.
        for family, gateway in zip(("-4", "-6"), ADDRESSES["a"], strict=True):
            subprocess.run(
                ["ip", "-n", self.namespace, family, "route", "replace", "default", "via", gateway],
                check=True, capture_output=True, text=True)

    def stop(self) -> None:
        try:
            self._loop.run(self._stop_forwarders())
        finally:
            self.network.__exit__()

    def change(self, direction: str, **conditions: float) -> None:
        """New conditions (`loss`, `duplication`, `delay`, `jitter`, `rate`, `queue`), in force before this returns."""
        settings = " ".join(f"{name} {value}" for name, value in conditions.items())
        self.network.change(f"{direction} {settings}")

    def open(self, start: Callable[[], Browser]) -> Browser:
        """A browser that `start` starts on the far side."""
        with entered(self.namespace):
            return start()

    # The way round

    def forward(self, server: Server) -> None:
        """Lets the far side reach the server's pages under the address that they have on this side."""
        with entered(self.namespace):
            listener = socket.create_server(("127.0.0.1", server.port))
        self._forwarders.append(self._loop.run(self._start_forwarder(listener, server.port)))

    async def _start_forwarder(self, listener: socket.socket, port: int) -> asyncio.Server:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                near_reader, near_writer = await asyncio.open_connection("127.0.0.1", port)
                await asyncio.gather(carry(reader, near_writer), carry(near_reader, writer))

        return await asyncio.start_server(connected, sock=listener)

    async def _stop_forwarders(self) -> None:
        for forwarder in self._forwarders:
            forwarder.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Everything from one to the other, and the end as well."""
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
