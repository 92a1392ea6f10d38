# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""A wire between programs and a server, which a test can cut: what goes over TCP breaks off, and can be made anew."""

import contextlib
import socket
import threading
import urllib.parse
from types import TracebackType


class Wire:
    """Forwards connections to the server of a page until they are cut."""

    def __init__(self, page: str) -> None:
        self._page = urllib.parse.urlsplit(page)
        self._target = (self._page.hostname, self._page.port)
        self._listener = socket.create_server((self._page.hostname, 0))
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def page(self) -> str:
        """The page's address over the wire."""
        return self._page._replace(netloc=f"{self._page.hostname}:{self._listener.getsockname()[1]}").geturl()

    def cut(self) -> int:
        """Breaks off what goes over it now; how many connections that were."""
        with self._lock:
            ends, self._open = self._open, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        return len(ends) // 2

    def __enter__(self) -> "Wire":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._target)
                with self._lock:
                    self._open += [near, far]
                threading.Thread(target=self._pump, args=(near, far), daemon=True).start()
                threading.Thread(target=self._pump, args=(far, near), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._open = [end for end in self._open if end not in (source, sink)]
