# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Files between members of which at least one is a Swift program: cancelled, killed, without room on the disk, large."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.file_end import End
from harness.library import LibraryPage
from harness.server import Server
from harness.swift_file_end import SwiftEnd
from harness.waiting import until

AnyEnd = End | SwiftEnd

WITH_BROWSERS = ["swift to chromium", "chromium to swift", "swift to firefox", "firefox to swift"]
ALL = ["swift to swift", *WITH_BROWSERS, "chromium to firefox", "firefox to chromium"]
WHO = pytest.mark.parametrize("who", ["sender", "receiver"])
STATES = pytest.mark.parametrize("state", ["inviting", "connecting", "connected", "done"])

# More than can be on its way before anybody acts.
SIZE = 3_000_000
# How long the whole may take, until a member says that the other one is gone: the server tells it at once.
TOLD_WITHIN = 20


@pytest.fixture
def join(server: Server, library_pages: dict[str, LibraryPage], tmp_path: Path) -> Iterator[Callable[..., AnyEnd]]:
    """Brings a member into the one group of the test: `swift` or a browser. What has been killed is made anew."""
    group = server.new_group()
    ends: list[AnyEnd] = []

    def join_(kind: str, disk: int | None = None) -> AnyEnd:
        name = f"{kind} {len(ends)}"
        if kind == "swift":
            ends.append(SwiftEnd(server, group, name, tmp_path / name, disk))
        else:
            ends.append(End.join(library_pages[kind], server, group, name))
        for end in ends[:-1]:
            until("they see each other", lambda end=end: end.sees(ends[-1]) and ends[-1].sees(end))
        return ends[-1]

    yield join_
    for end in ends:
        if isinstance(end, End) and end.dies:
            end.page.load()
        else:
            end.close()


@pytest.fixture
def ends(join: Callable[..., AnyEnd], pairing: str) -> tuple[AnyEnd, AnyEnd]:
    """Who sends, and who receives."""
    sender, receiver = pairing.split(" to ")
    return join(sender), join(receiver)


def is_emptied(end: AnyEnd) -> bool:
    return not isinstance(end, SwiftEnd) or end.received() == []


@pytest.mark.row("F-03", "F-06", "F-11")
@pytest.mark.parametrize("pairing", WITH_BROWSERS)
@WHO
@STATES
def test_a_file_is_cancelled_in_each_state(ends, pairing, who, state):
    sender, receiver = ends
    own, other = ends if who == "sender" else (receiver, sender)
    if (who, state) == ("sender", "inviting"):
        receiver.policy(receive=False)
    own.policy(at=state, act="cancel")
    sha256 = sender.send(receiver, SIZE)
    mine = own.wait_closed()
    if state == "done":
        # It is too late: the file is there.
        assert [event for event, _ in mine["events"][-2:]] == ["done", "closed"] and mine["left"] == 0
        assert other.wait_closed()["left"] == 0
        until("the SHA-256", lambda: receiver.last()["sha256"] == sha256)
        return
    until("the invitation", lambda: other.last())
    for end in (mine, other.wait_closed()):
        assert end["events"][-2:] == [["cancelled", "enough"], ["closed", None]]
        assert end["left"] == 0 and end["sha256"] is None
    until("nothing is left", lambda: is_emptied(receiver))
    # The next one is not in the way of the last.
    own.policy()
    receiver.policy()
    sha256 = sender.send(receiver, 1)
    until("the SHA-256", lambda: (last := receiver.last()) and last["sha256"] == sha256)


@pytest.mark.row("F-08", "F-11")
@pytest.mark.parametrize("pairing", ALL)
@WHO
@STATES
def test_whoever_survives_the_other_says_so_and_nothing_is_left(ends, pairing, who, state):
    sender, receiver = ends
    victim, survivor = ends if who == "sender" else (receiver, sender)
    if (who, state) == ("sender", "inviting"):
        receiver.policy(receive=False)
    victim.policy(at=state, act="die")
    if isinstance(sender, End) and victim is sender:
        sender.send_unseen(receiver, SIZE)
    else:
        sender.send(receiver, SIZE)
    until("the survivor is told", lambda: not survivor.sees(victim), TOLD_WITHIN)
    # Of what began and ended in one breath nobody is told.
    if survivor.last() or state != "inviting":
        last = survivor.wait_closed(TOLD_WITHIN)
        assert last["left"] == 0
        if state != "done":
            assert last["events"][-2][0] == "cancelled" and last["events"][-2][1], last["events"]
            assert last["sha256"] is None
    if isinstance(victim, SwiftEnd):
        victim.wait_killed()
    if isinstance(receiver, SwiftEnd) and state == "done":
        assert receiver.received() == [f"{SIZE} bytes.bin"]
        assert (receiver.inbox / f"{SIZE} bytes.bin").stat().st_size == SIZE
    else:
        until("nothing is left", lambda: is_emptied(receiver))


@pytest.mark.row("F-03", "F-11")
@pytest.mark.parametrize("kind", ["swift", "chromium", "firefox"])
def test_a_full_disk_is_said_in_words_and_others_go_on(join, tmp_path, kind):
    room = 4 << 20
    receiver = join("swift", disk=room)
    sender, other = join(kind), join("swift")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    receiver.policy(into=str(elsewhere))
    going_on = other.send(receiver, 20_000_000)
    until("the other file", lambda: (last := receiver.last()) and last["datalen"])
    receiver.policy()
    sender.send(receiver, 10_000_000)
    for end in (sender, receiver):
        last = end.wait_closed() if end is sender else end.wait_closed(name="10000000 bytes.bin")
        assert last["events"][-2][0] == "cancelled" and "No space left on device" in last["events"][-2][1]
    assert receiver.received() == []

    def free() -> int:
        disk = os.statvfs(receiver.inbox)
        return disk.f_bavail * disk.f_bsize

    until("the room", lambda: free() == room)
    # There is room for a smaller one, and the other file has not noticed anything.
    sha256 = sender.send(receiver, 1_048_577)
    assert receiver.wait_closed(name="1048577 bytes.bin")["sha256"] == sha256
    assert receiver.wait_closed(name="20000000 bytes.bin")["sha256"] == going_on
    assert receiver.received() == ["1048577 bytes.bin"]


@pytest.mark.row("F-11")
def test_a_file_of_200_mb_goes_from_swift_to_swift_in_little_memory(join):
    size, memory = 200_000_000, 100 << 20
    sender, receiver = join("swift"), join("swift")
    sha256 = sender.send(receiver, size)
    peaks = [0, 0]

    def has_ended() -> bool:
        peaks[:] = map(max, peaks, (sender.program.peak_memory(), receiver.program.peak_memory()))
        return receiver.states()[-1:] == ["closed"]

    until("the file", has_ended, 180)
    assert receiver.last()["sha256"] == sha256
    assert sender.wait_closed()["events"][-2:] == [["done", None], ["closed", None]]
    assert 0 < min(peaks) and max(peaks) < memory, f"sender and receiver have had {peaks} bytes resident"
