# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""A program of this package that takes part in a meeting, as `swift build --build-tests` has made it."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from .running_program import RunningProgram, binary
from .waiting import until


class SwiftProgram(RunningProgram):
    """A running `example-…` or another of ours; what it prints is read line by line.

    It may be run `under` a command that executes it.
    """

    def __init__(self, name: str, *arguments: str, log: Path, under: tuple[str, ...] = ()) -> None:
        path = binary(name)
        self._log = log
        # Into a pipe or a file the C library would keep lines back.
        with log.open("wb") as output:
            super().__init__(subprocess.Popen(
                [*under, "stdbuf", "-oL", str(path), *arguments], stdin=subprocess.PIPE, stdout=output,
                stderr=subprocess.STDOUT))

    def peak_memory(self) -> int:
        """The most that it has had resident until now, in bytes; 0 once it has ended."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except FileNotFoundError:
            return 0
        peak = next((line for line in status.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0 kB")
        return int(peak.split()[1]) * 1024

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
