# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Files between two browsers, by `/protocol.js` and a running server. The data takes no part in the signalling."""

from collections.abc import Iterator

import pytest

from harness.file_end import SIZES, End
from harness.waiting import until

DIRECTIONS = pytest.mark.parametrize("direction", ["chromium to firefox", "firefox to chromium"])


@pytest.fixture
def ends(server, library_pages, direction) -> Iterator[tuple[End, End]]:
    """Two members of a new group: who sends, and who receives."""
    group = server.new_group()
    sender, receiver = (End.join(library_pages[name], server, group, name) for name in direction.split(" to "))
    until("they see each other", lambda: sender.sees(receiver) and receiver.sees(sender))
    yield sender, receiver
    for end in (sender, receiver):
        end.close()


@pytest.mark.row("F-01", "F-02", "F-04", "F-05", "F-06", "F-09", "F-10", "P-27")
@DIRECTIONS
@pytest.mark.parametrize("size", SIZES)
def test_a_file_arrives_as_it_was(ends, direction, size):
    sender, receiver = ends
    sha256 = sender.send(receiver, size)
    down, up = receiver.wait_closed(240), sender.wait_closed()
    until("the SHA-256", lambda: receiver.last()["sha256"])
    assert receiver.last()["sha256"] == sha256
    assert [state for state, _ in up["events"]] == ["inviting", "connecting", "connected", "done", "closed"]
    assert [state for state, _ in down["events"]] == ["connecting", "connected", "done", "closed"]
    names = direction.split(" to ")
    for end, is_up, other in ((up, True, names[1]), (down, False, names[0])):
        assert (end["up"], end["username"], end["left"]) == (is_up, other, 0)
        assert (end["name"], end["mimetype"]) == (f"{size} bytes.bin", "application/octet-stream")
        assert end["size"] == end["datalen"] == size


@pytest.mark.row("F-03", "F-06")
@DIRECTIONS
@pytest.mark.parametrize("who", ["sender", "receiver"])
@pytest.mark.parametrize("state", ["inviting", "connecting", "connected", "done"])
def test_a_file_is_cancelled_in_each_state(ends, direction, who, state):
    sender, receiver = ends
    own, other = (sender, receiver) if who == "sender" else (receiver, sender)
    own.policy(at=state, act="cancel")
    sha256 = sender.send(receiver, 3_000_000)
    mine = own.wait_closed()
    if state == "done":
        # It is too late: the file is there. Who sends has seen it end before, or sees the channel end.
        assert [event for event, _ in mine["events"][-2:]] == ["done", "closed"] and mine["left"] == 0
        until("the SHA-256", lambda: receiver.last()["sha256"] == sha256)
        assert other.wait_closed()["left"] == 0
        assert who == "receiver" or [event for event, _ in other.last()["events"][-2:]] == ["done", "closed"]
        return
    assert mine["events"][-2:] == [["cancelled", "enough"], ["closed", None]]
    # A sender that cancels at once may be faster than its invitation is read.
    until("the invitation", lambda: other.last())
    theirs = other.wait_closed()
    assert theirs["events"][-2:] == [["cancelled", "enough"], ["closed", None]]
    assert mine["left"] == theirs["left"] == 0 and theirs["sha256"] is None
    # The next one is not in the way of the last.
    own.policy()
    sha256 = sender.send(receiver, 1)
    until("the SHA-256", lambda: receiver.last()["sha256"] == sha256)
    assert sender.wait_closed()["events"][-2][0] == "done"


@pytest.mark.row("F-03")
@DIRECTIONS
def test_a_sender_cancels_before_anybody_is_asked_and_a_receiver_never_answers(ends, direction):
    sender, receiver = ends
    receiver.policy(receive=False)
    sender.page.run("""
        const { onfiletransfer } = window.sc;
        window.sc.onfiletransfer = (transfer) => { onfiletransfer(transfer); transfer.cancel('changed my mind'); };
        window.sc.sendFile(argument, new File(['x'], 'never'));
        window.sc.onfiletransfer = onfiletransfer;""", receiver.id)
    assert sender.wait_closed()["events"] == [["cancelled", "changed my mind"], ["closed", None]]
    sender.send(receiver, 1)
    until("the invitation", lambda: receiver.last())
    assert receiver.last()["name"] == "1 bytes.bin"
    assert receiver.states() == [] and sender.states() == ["inviting"]


@pytest.mark.row("F-08")
@DIRECTIONS
@pytest.mark.parametrize("who", ["sender", "receiver"])
@pytest.mark.parametrize(
    "state, act", [("inviting", "leave"), ("connecting", "leave"), ("connected", "leave"), ("connected", "close")],
)
def test_a_file_fails_when_one_of_them_leaves(ends, direction, who, state, act):
    sender, receiver = ends
    leaver, other = (sender, receiver) if who == "sender" else (receiver, sender)
    if who == "sender" and state == "inviting":
        receiver.policy(receive=False)
    leaver.policy(at=state, act=act)
    sender.send(receiver, 3_000_000)
    gone = leaver.wait_closed()
    assert [event[0] for event in gone["events"][-2:]] == ["cancelled", "closed"] and gone["left"] == 0
    until("gone", lambda: not other.sees(leaver))
    if other.last():
        theirs = other.wait_closed()
        assert theirs["events"][-2][0] == "cancelled" and theirs["sha256"] is None
    assert other.page.run("return Object.keys(window.sc.transferredFiles)") == []


@pytest.mark.row("F-06")
def test_several_files_both_ways_at_the_same_time(server, library_pages):
    group = server.new_group()
    ends = [End.join(library_pages[name], server, group, name) for name in ("chromium", "firefox")]
    one, two = ends
    until("they see each other", lambda: one.sees(two) and two.sees(one))
    sizes = [100_000, 200_000, 300_001]
    sent = {end.id: {end.send(other, size) for size in sizes} for end, other in ((one, two), (two, one))}

    def received(end: End) -> set[str]:
        return set(end.page.run("return window.files.filter(({ sha256 }) => sha256).map(({ sha256 }) => sha256)"))

    try:
        until("all files", lambda: received(one) == sent[two.id] and received(two) == sent[one.id], 60)
    except AssertionError as error:
        raise AssertionError(f"{error}; {one.describe()}; {two.describe()}") from None
    for end in ends:
        until("nothing is left", lambda: end.page.run("return Object.keys(window.sc.transferredFiles)") == [])
        end.close()
