# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""A terminal that a test looks at and types into: a tmux of its own."""

import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from .waiting import until

SGR = re.compile(r"\x1b\[([0-9;]*)m|(.)", re.DOTALL)

Color = tuple[int, int, int]


class Terminal:
    """A shell in a window of so many columns and rows, with 24-bit colours, in a directory of its own."""

    def __init__(self, width: int, height: int, **environment: str) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="galene-terminal-"))
        own = Path(tempfile.mkdtemp(prefix="galene-tmux-"))
        self._socket = own / "socket"
        config = own / "tmux.conf"
        config.touch()
        # In the foreground: tmux does not become a daemon where /dev/null is no device, as in some containers.
        self._server = subprocess.Popen(
            self._command("-D", "-f", str(config)), env=self._environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until("tmux", self._socket.exists)
            settings = " ".join(f"{name}={shlex.quote(value)}" for name, value in {
                "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8", "TZ": "UTC", "PS1": "ready$ ", **environment}.items())
            self._tmux(
                "new-session", "-d", "-c", str(self.directory), "-x", str(width), "-y", str(height), "-s", "main",
                f"env {settings} bash --norc --noprofile")
            self.wait_for("the shell", lambda text: "ready$" in text)
        except BaseException:
            self._close()
            raise

    def _command(self, *arguments: str) -> list[str]:
        return ["tmux", "-u", "-S", str(self._socket), *arguments]

    @property
    def _environment(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "HOME": str(self.directory)}

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            self._command(*arguments), check=False, capture_output=True, text=True, env=self._environment)
        assert done.returncode == 0, f"tmux {arguments[0]}: {done.stderr.strip()}"
        return done.stdout

    def _close(self) -> None:
        self._server.terminate()
        self._server.wait()
        for directory in (self.directory, self._socket.parent):
            shutil.rmtree(directory, ignore_errors=True)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> None:
        self._close()

    def type(self, text: str) -> None:
        """Text as it is, without Enter."""
        self._tmux("send-keys", "-t", "main", "-l", text)

    def press(self, *keys: str) -> None:
        """Keys by tmux's names."""
        self._tmux("send-keys", "-t", "main", *keys)

    def enter(self, text: str) -> None:
        self.type(text)
        self.press("Enter")

    def resize(self, width: int, height: int) -> None:
        self._tmux("resize-window", "-t", "main", "-x", str(width), "-y", str(height))

    @property
    def text(self) -> str:
        return self._tmux("capture-pane", "-p", "-t", "main")

    @property
    def is_alternate(self) -> bool:
        """Whether a program fills it."""
        return self._tmux("display-message", "-p", "-t", "main", "#{alternate_on}").strip() == "1"

    def colors(self) -> list[list[Color | None]]:
        """The background of each cell, where it has one of 24 bits."""
        rows = []
        for line in self._tmux("capture-pane", "-e", "-p", "-t", "main").split("\n"):
            row: list[Color | None] = []
            background: Color | None = None
            for codes, character in SGR.findall(line):
                if character:
                    row.append(background)
                else:
                    background = _background(codes, background)
            rows.append(row)
        return rows

    def wait_for(self, what: str, condition: Callable[[str], bool], timeout: float = 20) -> str:
        """The text of the first screen that fulfils the condition."""
        seen = ""

        def holds() -> bool:
            nonlocal seen
            seen = self.text
            return condition(seen)

        try:
            until(what, holds, timeout)
        except AssertionError as error:
            raise AssertionError(f"{error}; the screen:\n{seen}") from None
        return seen


def _background(codes: str, before: Color | None) -> Color | None:
    fields = [int(field or 0) for field in codes.split(";")]
    index = 0
    while index < len(fields):
        code = fields[index]
        if code in (0, 49):
            before = None
        elif code in (38, 48):
            if fields[index + 1] == 2:
                if code == 48:
                    before = (fields[index + 2], fields[index + 3], fields[index + 4])
                index += 4
            else:
                index += 2
        index += 1
    return before
