# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Data channels of every kind between the Swift library and other makes: what they say comes back, is lost only where
that is allowed, and both ends see them end."""

import playwright.sync_api
import pytest

from harness.data_peers import AiortcEnd, DataEnd, PageEnd, connect
from harness.waiting import until

OTHERS = pytest.mark.parametrize("name", ["aiortc", "chromium", "firefox"])
OPENERS = pytest.mark.parametrize("opener", ["swift", "other"])

KINDS = {
    "reliable": {"ordered": True},
    "unordered": {"ordered": False},
    "sent once": {"ordered": True, "maxRetransmits": 0},
    "sent once, unordered": {"ordered": False, "maxRetransmits": 0},
    # Longer than any machine is busy.
    "for a while": {"ordered": True, "maxPacketLifeTime": 30_000},
}
RELIABLE = {"reliable", "unordered", "for a while"}
ORDERED = {"reliable", "sent once", "for a while"}
CHANNELS = [{"label": label, **options} for label, options in KINDS.items()]
OPEN = {"readyState": "open"}
# One message has several packets, the others one.
LARGE = 200_000
# Of so many messages of this size each way, one datagram in so many is lost.
COUNT, SIZE, LOST = 30, 700, 5


@pytest.fixture
def swift(tmp_path):
    with DataEnd(tmp_path / "log") as end:
        yield end


# How often a message is sent that may be lost. An end that loses a fifth waits for a minute at times (RFC 9260 section 6.3.1).
SENDS, PATIENCE = 5, 150


@pytest.fixture
def other(request, name):
    """The other end, by its name."""
    if name == "aiortc":
        end = AiortcEnd(request.getfixturevalue("peers"))
    else:
        end = PageEnd(request.getfixturevalue("library_pages")[name])
    yield end
    end.close()


def comes_back(other, message):
    """Whether a message comes back as it was. One that is sent once is lost where an end was kept from reading: then it
    is sent again."""
    for attempt in range(SENDS):
        try:
            return other.call("echoed", message)
        except (AssertionError, playwright.sync_api.Error):
            if not message["label"].startswith("sent once") or attempt == SENDS - 1:
                raise


@pytest.mark.row("F-04")
@OTHERS
@OPENERS
def test_messages_of_every_size_come_back_and_both_ends_see_each_channel_end(swift, other, name, opener):
    channels = [
        {**channel, "label": f"{channel['label']}, closed by {closer}"}
        for channel in CHANNELS for closer in ("swift", "other")]
    connect(swift, other, opener, channels)
    # Who did not open them knows what they are like.
    told = swift.notes("opened") if opener == "other" else other.call("list")
    seen = {each["label"]: {key: each[key] for key in each if each[key] is not None} for each in told}
    assert seen == {channel["label"]: {**channel, **OPEN} if opener == "swift" else channel for channel in channels}
    for channel in channels:
        for size in (0, 1, LARGE):
            for is_text in (True, False):
                message = {"label": channel["label"], "isText": is_text, "size": size}
                assert comes_back(other, message), message
    for channel in channels:
        label = channel["label"]
        if label.endswith("swift"):
            swift.tell(close=label)
        else:
            other.call("close", label)
    until("the other end sees them closed", lambda: {each["readyState"] for each in other.call("list")} == {"closed"})
    assert sorted(swift.wait("closed", len(channels))) == sorted(channel["label"] for channel in channels)


@pytest.mark.row("F-04")
@OTHERS
@OPENERS
def test_only_what_may_be_lost_is_lost_and_channels_go_on(swift, other, name, opener):
    connect(swift, other, opener, CHANNELS)
    swift.tell(lose=LOST)
    other.call("flood", {"first": 0, "count": COUNT, "size": SIZE})
    everything = list(range(COUNT))

    def are_complete():
        numbers = other.call("numbers", {"size": SIZE})
        return all(sorted(numbers[label]) == everything for label in RELIABLE) and numbers

    until("all that is reliable", are_complete, PATIENCE)
    swift.tell(lose=0)
    assert swift.wait("lost")[0] > 0
    # What waited for something lost goes on: a channel that is ordered, too.
    other.call("flood", {"first": COUNT, "count": 1, "size": SIZE})
    until("the last message", lambda: all(COUNT in each for each in other.call("numbers", {"size": SIZE}).values()), PATIENCE)
    numbers = other.call("numbers", {"size": SIZE})
    for label, arrived in numbers.items():
        assert set(arrived) <= {*everything, COUNT} and len(set(arrived)) == len(arrived), (label, arrived)
        assert label not in ORDERED or arrived == sorted(arrived), (label, arrived)
    assert all(len(numbers[label]) <= COUNT for label in KINDS.keys() - RELIABLE), numbers
