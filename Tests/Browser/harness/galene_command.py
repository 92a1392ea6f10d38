# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""The `galene` command as a process, as a shell would run it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from .running_program import BINARIES, RunningProgram, binary
from .waiting import until

# For who starts it by a shell.
GALENE = BINARIES / "galene"


class GaleneCommand(RunningProgram):
    """A running command; what it prints goes to files, results and the rest apart."""

    def __init__(self, *arguments: str, directory: Path, **environment: str) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._output, self._errors = directory / "output", directory / "errors"
        with self._output.open("wb") as output, self._errors.open("wb") as errors:
            super().__init__(subprocess.Popen(
                [str(binary("galene")), *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                env={**os.environ, **environment}))

    @property
    def lines(self) -> list[str]:
        return self._output.read_text().splitlines()

    @property
    def errors(self) -> str:
        return self._errors.read_text()

    @property
    def objects(self) -> list[dict[str, Any]]:
        """What `--json` has printed; the last line may still be on its way."""
        text = self._output.read_text()
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def wait_for_error(self, text: str) -> None:
        until(f"{text!r} in {self.errors!r}", lambda: text in self.errors)

    def wait_for_line(self, text: str) -> None:
        until(f"{text!r} in {self.lines[-5:]} {self.errors!r}", lambda: any(text in line for line in self.lines))

    def wait_for_event(self, event: str, **members: Any) -> dict[str, Any]:
        def found() -> dict[str, Any] | None:
            wanted = {"event": event, **members}.items()
            return next((each for each in self.objects if wanted <= {
                name: value for name, value in each.items() if not isinstance(value, (dict, list))}.items()), None)

        return until(f"{event} {members} in {self.objects[-5:]} {self.errors!r}", found)

    def wait(self, timeout: float = 60) -> int:
        try:
            return self.process.wait(timeout=timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"The command does not end: {self.lines[-5:]} {self.errors[-500:]}") from None
