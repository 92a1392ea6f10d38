# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Files between the galene command and browsers, both ways."""

import hashlib
import random
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.file_end import End
from harness.galene_command import GaleneCommand
from harness.waiting import until

# Nothing, as little as there is, one byte more than a megabyte, and what takes a while.
SIZES = (0, 1, 1_048_577, 20_000_000)


@pytest.fixture(params=["chromium", "firefox"])
def meeting(request, server, library_pages):
    """A browser in a group of its own, and the group's page."""
    group = server.new_group()
    end = End.join(library_pages[request.param], server, group, "alice")
    yield end, server.page(group)
    end.close()


def seen(end: End, name: str) -> SimpleNamespace:
    """The member of this name, as the browser knows it."""
    find = "return Object.entries(window.sc.users).find(([, user]) => user.username === argument)?.[0] ?? null"
    return SimpleNamespace(id=until(f"{name} in the meeting", lambda: end.page.run(find, name)))


def is_alone(end: End) -> bool:
    return end.page.run("return Object.keys(window.sc.users).length") == 1


@pytest.mark.row("F-01", "F-02", "F-04", "F-05", "F-10", "G-09")
def test_files_of_a_terminal_reach_a_browser_all_at_once(meeting, tmp_path):
    end, page = meeting
    hashes: dict[str, str] = {}
    paths: list[str] = []
    for size in SIZES:
        data = random.Random(size).randbytes(size)
        path = tmp_path / f"{size} bytes.bin"
        path.write_bytes(data)
        paths.append(str(path))
        hashes[path.name] = hashlib.sha256(data).hexdigest()
    end.policy()
    with GaleneCommand("send-file", page, "-u", "bob", "alice", *paths, directory=tmp_path / "log") as command:
        assert command.wait() == 0, command.errors
        assert command.lines == []
        assert f"{len(SIZES)} files sent" in command.errors

    def received() -> dict[str, str]:
        return end.page.run("return Object.fromEntries(window.files.map((f) => [f.transfer.name, f.sha256]))")

    until("the files", lambda: received() == hashes)
    until("the end of the other", lambda: is_alone(end))


@pytest.mark.row("F-01", "F-02", "F-04", "F-05", "F-10", "F-11", "G-09")
def test_files_of_a_browser_reach_a_terminal_all_at_once(meeting, tmp_path):
    end, page = meeting
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with GaleneCommand(
        "receive-files", page, "-u", "bob", "-d", str(inbox), "--from", "alice", "--count", str(len(SIZES)),
        directory=tmp_path / "log",
    ) as command:
        bob = seen(end, "bob")
        hashes = {f"{size} bytes.bin": end.send(bob, size) for size in SIZES}
        assert command.wait() == 0, command.errors
        assert sorted(command.lines) == sorted(f"{inbox}/{name}" for name in hashes)
        assert f"{len(SIZES)} files stored" in command.errors
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in inbox.iterdir()} == hashes
    until("the end of the other", lambda: is_alone(end))


@pytest.mark.row("F-03", "F-08", "G-09")
def test_ctrl_c_in_the_middle_leaves_neither_a_file_nor_a_member(meeting, tmp_path):
    end, page = meeting
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with GaleneCommand(
        "receive-files", page, "-u", "bob", "-d", str(inbox), "--json", directory=tmp_path / "log",
    ) as command:
        end.send(seen(end, "bob"), 60_000_000)
        command.wait_for_event("moving")
        assert command.interrupt() == 130
        assert command.objects[-2]["event"] == "interrupted" and command.objects[-1]["failed"] == 1
    assert list(Path(inbox).iterdir()) == []
    assert end.wait_closed()["events"][-2] == ["cancelled", "interrupted"]
    until("the end of the other", lambda: is_alone(end))


@pytest.mark.row("F-03")
def test_a_browser_that_refuses_is_said_in_words(meeting, tmp_path):
    end, page = meeting
    path = tmp_path / "a.bin"
    path.write_bytes(b"a")
    end.policy(at="inviting", act="cancel")
    with GaleneCommand("send-file", page, "-u", "bob", "alice", str(path), directory=tmp_path / "log") as command:
        assert command.wait() == 1
        assert "a.bin: refused by alice: enough" in command.errors
        assert "galene: one file was not sent" in command.errors
    end.policy()
