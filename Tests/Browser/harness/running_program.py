# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""A process of ours that a test has started, and that ends with the test."""

import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from .server import ROOT

BINARIES = ROOT / ".build" / "debug"


def binary(name: str) -> Path:
    """Where `swift build --build-tests` has put it."""
    path = BINARIES / name
    if not path.is_file():
        raise FileNotFoundError(f"There is no {path}: run swift build --build-tests.")
    return path


class RunningProgram:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()

    def interrupt(self, number: int = signal.SIGINT) -> int:
        """Ctrl-C; gives the exit status."""
        self.process.send_signal(number)
        return self.process.wait(timeout=20)
