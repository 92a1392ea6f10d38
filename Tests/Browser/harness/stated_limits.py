# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""What docs/limits.md says that an attack may cost, and a watch that holds the server to it."""

import re
import statistics
import threading
import time
from pathlib import Path

from .raw_websocket import RawWebSocket
from .server import ROOT, Server

UNITS = {"MiB": 1.0, "ms": 0.001, "s": 1.0}


def stated(attack: str) -> tuple[float, float, float]:
    """MiB of memory, and seconds that others' messages take: the median, and the longest."""
    for line in (ROOT / "docs/limits.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == attack:
            values = [re.fullmatch(r"([\d.]+) (MiB|ms|s)", cell) for cell in cells[1:4]]
            return tuple(float(value[1]) * UNITS[value[2]] for value in values)
    raise AssertionError(f"docs/limits.md does not say what this may cost: {attack}")


def resident_mebibytes(server: Server) -> float:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


class Watch:
    """Two members who talk, and time what they say; beside it, the server's memory. Within `with`, an attack happens."""

    PAUSE = 0.05

    def __init__(self, server: Server, attack: str, group: str | None = None) -> None:
        self.server = server
        self.attack = attack
        self.group = group or server.new_group()
        self.times: list[float] = []
        self.most_memory = 0.0
        self.failure: BaseException | None = None

    def __enter__(self) -> "Watch":
        self.speaker = RawWebSocket(self.server, self.group, "speaker")
        self.listener = RawWebSocket(self.server, self.group, "listener")
        self.memory_before = resident_mebibytes(self.server)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def _run(self) -> None:
        try:
            while not self._end.wait(self.PAUSE):
                word = f"{self.speaker.id} {len(self.times)}"
                begun = time.monotonic()
                self.speaker.send(type="chat", kind="", value=word, source=self.speaker.id, username="speaker")
                self.listener.expect(lambda found: found["type"] == "chat" and found["value"] == word)
                self.times.append(time.monotonic() - begun)
                # The speaker's own copy, and whatever else came: it must not be the one who does not read.
                while self.speaker.receive(timeout=0):
                    pass
                self.most_memory = max(self.most_memory, resident_mebibytes(self.server))
        except BaseException as failure:
            self.failure = failure

    def __exit__(self, kind: object, *_: object) -> None:
        self._end.set()
        self._thread.join(30)
        self.speaker.close()
        self.listener.close()
        if kind is not None:
            return
        if self.failure:
            raise AssertionError(f"{self.attack}: others cannot talk any more: {self.failure!r}") from self.failure
        memory, median, longest = stated(self.attack)
        grown = self.most_memory - self.memory_before
        assert len(self.times) >= 3, f"{self.attack}: only {len(self.times)} messages of others came through"
        found = (f"{self.attack}: {grown:.0f} MiB; {1000 * statistics.median(self.times):.0f} ms, at worst "
                 f"{1000 * max(self.times):.0f} ms, of {len(self.times)} messages")
        print(found)
        assert grown <= memory, f"{found}; {memory} MiB are stated"
        assert statistics.median(self.times) <= median, f"{found}; {median} s are stated"
        assert max(self.times) <= longest, f"{found}; {longest} s are stated"
