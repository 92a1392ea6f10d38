# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""The server under test, as a process with its own directories."""

import json
import os
import signal
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from .waiting import until

ROOT = Path(__file__).resolve().parents[3]

EVERYBODY_PRESENTS: dict[str, Any] = {"wildcard-user": {"password": {"type": "wildcard"}, "permissions": "present"}}
ALICE_MODERATES: dict[str, Any] = {
    **EVERYBODY_PRESENTS, "users": {"Alice": {"password": "correct horse", "permissions": "op"}},
}


def binary() -> Path:
    named = os.environ.get("GALENE_SERVER")
    candidates = [Path(named)] if named else [ROOT / ".build" / kind / "galene-server" for kind in ("release", "debug")]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise FileNotFoundError(f"There is no server to test at {' or '.join(map(str, candidates))}: build it, or set GALENE_SERVER.")


def free_port() -> int:
    """A TCP port that nobody listens on: the namespace has no other users."""
    with socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::", 0))
        return probe.getsockname()[1]


class Server:
    """A running `galene-server`. Its pages are at `url`, on loopback, which browsers take for a secure context."""

    def __init__(self, *options: str, host: str = "127.0.0.1") -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="galene-test-"))
        self.groups = self.directory / "groups"
        for name in ("groups", "data", "recordings"):
            (self.directory / name).mkdir()
        self.port = free_port()
        self.url = f"http://{host}:{self.port}"
        self.websocket_url = f"ws://{host}:{self.port}/ws"
        self.log = self.directory / "log"
        self._next_group = 0
        self.write_group("ready")
        self._arguments = [
            str(binary()), "-insecure", "-http", f"{host}:{self.port}", "-static", str(ROOT / "Web" / "public"),
            "-data", str(self.directory / "data"), "-groups", str(self.groups),
            "-recordings", str(self.directory / "recordings"), "-turn", "", "-metrics", "", *options,
        ]
        self.start()

    def start(self) -> None:
        """At the address that it has had before, if it was stopped."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self._arguments, stdout=log, stderr=subprocess.STDOUT, cwd=self.directory)
        until("the server answers", self._answers, timeout=20)

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"The server has ended with status {self.process.returncode}:\n{self.read_log()}")
        try:
            with urllib.request.urlopen(f"{self.url}/group/ready/.status", timeout=2) as response:
                return response.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def read_log(self) -> str:
        return self.log.read_text(errors="replace")

    def write_group(self, name: str, description: dict[str, Any] = EVERYBODY_PRESENTS) -> str:
        path = self.groups / f"{name}.json"
        path.write_text(json.dumps(description))
        return name

    def new_group(self, description: dict[str, Any] = EVERYBODY_PRESENTS) -> str:
        """A group that no other test is in."""
        self._next_group += 1
        return self.write_group(f"room-{self._next_group}", description)

    def page(self, group: str) -> str:
        return f"{self.url}/group/{group}/"

    def stop(self) -> int:
        """Ends the server as an operator does, and returns its exit status."""
        if self.is_running:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode
