# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""One end of file transfers, played by the Swift library in a process of its own: `Tests/FileEnd`."""

import hashlib
import json
import random
import shlex
from pathlib import Path
from typing import Any

from .file_end import End
from .server import Server
from .swift_program import SwiftProgram
from .waiting import until


def content(size: int) -> bytes:
    return random.Random(size).randbytes(size)


class SwiftEnd:
    """Does and tells what `End` does, and keeps what it receives in `inbox`.

    `disk` makes that a file system of its own with so many bytes.
    """

    name = "swift"

    def __init__(self, server: Server, group: str, name: str, directory: Path, disk: int | None = None) -> None:
        self.directory = directory
        self._inbox = directory / "inbox"
        self._inbox.mkdir(parents=True)
        under: tuple[str, ...] = ()
        if disk is not None:
            mount = f"mount -t tmpfs -o size={disk} tmpfs {shlex.quote(str(self._inbox))}"
            under = ("unshare", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh")
        self.program = SwiftProgram("file-end", server.page(group), name, log=directory / "log", under=under)
        self._hashes: dict[str, str] = {}
        self._policies = 0
        self.policy()
        self.program.wait_for("the group", lambda lines: len(lines) > 0)
        self.id: str = self._notes()[0]["id"]

    @property
    def inbox(self) -> Path:
        """As the process sees it, which may be on a disk of its own; without it, as it is."""
        seen = Path(f"/proc/{self.program.process.pid}/root{self._inbox}")
        return seen if self.program.process.poll() is None else self._inbox

    def received(self) -> list[str]:
        """The names in the inbox, hidden ones included."""
        return sorted(path.name for path in self.inbox.iterdir())

    def _tell(self, **command: Any) -> None:
        stdin = self.program.process.stdin
        assert stdin
        stdin.write(json.dumps(command).encode() + b"\n")
        stdin.flush()

    def _notes(self) -> list[dict[str, Any]]:
        text = "\n".join(self.program.lines)
        complete = text if text.endswith("}") else text.rpartition("\n")[0]
        return [json.loads(line) for line in complete.splitlines()]

    def policy(self, **policy: Any) -> None:
        """What the next transfers are to meet with: `at` a state, `act` (`cancel`, `leave`, `close`, `die`); `receive`
        whether to accept, `into` which directory."""
        self._policies += 1
        self._tell(policy={"into": str(self._inbox), **policy})
        self.program.wait_for(
            "the policy", lambda _: sum("policy" in note for note in self._notes()) == self._policies)

    def sees(self, other: "End | SwiftEnd") -> bool:
        notes = self._notes()
        return sum(note.get("added") == other.id for note in notes) > sum(note.get("gone") == other.id for note in notes)

    def send(self, other: "End | SwiftEnd", size: int, name: str | None = None) -> str:
        name = name or f"{size} bytes.bin"
        data = content(size)
        path = self.directory / name
        path.write_bytes(data)
        self._tell(send={"path": str(path), "to": other.id, "name": name})
        return hashlib.sha256(data).hexdigest()

    def last(self, name: str | None = None) -> dict[str, Any] | None:
        """What is known of the last file, or the last of this name."""
        notes = self._notes()
        offers = [note for note in notes if "offer" in note and name in (None, note["offer"]["name"])]
        if not offers:
            return None
        mine = [note for note in notes if note.get("file") == offers[-1]["file"]]
        offer = offers[-1]["offer"]
        events = [[note["state"], note.get("reason")] for note in mine if "state" in note]
        stored = [note["stored"] for note in mine if "stored" in note]
        return {
            "up": offer["up"], "name": offer["name"], "size": offer["size"], "username": offer.get("username"),
            "mimetype": "application/octet-stream", "events": events, "state": events[-1][0] if events else "",
            "datalen": max((note["progress"] for note in mine if "progress" in note), default=0),
            "left": next((note["left"] for note in mine if "left" in note), None),
            "errors": [note["error"] for note in mine if "error" in note],
            "stored": stored[-1] if stored else None,
            "sha256": self._hash(stored[-1]) if stored else None,
        }

    def _hash(self, path: str) -> str:
        if path not in self._hashes:
            root = f"/proc/{self.program.process.pid}/root" if self.program.process.poll() is None else ""
            with Path(root + path).open("rb") as file:
                self._hashes[path] = hashlib.file_digest(file, "sha256").hexdigest()
        return self._hashes[path]

    def states(self) -> list[str]:
        last = self.last()
        return [state for state, _ in last["events"]] if last else []

    def wait_closed(self, timeout: float = 60, name: str | None = None) -> dict[str, Any]:
        try:
            return until(
                "the end of the file in Swift",
                lambda: (last if (last := self.last(name)) and last["state"] == "closed" else None), timeout)
        except AssertionError as error:
            raise AssertionError(f"{error}; {self.program.lines[-10:]}") from None

    def wait_killed(self) -> None:
        until("the end of the process", lambda: self.program.process.poll() is not None)

    def close(self) -> None:
        self.program.__exit__(None, None, None)
