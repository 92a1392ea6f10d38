# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""A program of this package that takes part in a meeting, as `swift build --build-tests` has made it."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from .server import ROOT
from .waiting import until


class SwiftProgram:
    """A running `example-…`; what it prints is read line by line."""

    def __init__(self, name: str, *arguments: str, log: Path) -> None:
        binary = ROOT / ".build" / "debug" / name
        if not binary.is_file():
            raise FileNotFoundError(f"There is no {binary}: run swift build --build-tests.")
        self._log = log
        # Into a pipe or a file the C library would keep lines back.
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                ["stdbuf", "-oL", str(binary), *arguments], stdin=subprocess.PIPE, stdout=output,
                stderr=subprocess.STDOUT)

    def __enter__(self) -> "SwiftProgram":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()

    def type(self, line: str) -> None:
        """Types a line for the program to read."""
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    @property
    def lines(self) -> list[str]:
        return self._log.read_text(errors="replace").splitlines()

    def wait_for(self, what: str, condition: Callable[[list[str]], bool], timeout: float = 60) -> None:
        def holds() -> bool:
            if condition(self.lines):
                return True
            assert self.process.poll() is None, f"The program has ended with {self.process.returncode}: {self.lines}"
            return False

        until(f"{what} (of {self.lines[-5:]})", holds, timeout)
