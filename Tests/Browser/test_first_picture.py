# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""How soon a newcomer sees a stream that has been running."""

import statistics
from collections.abc import Callable

import pytest

from harness import staging
from harness.browser import Browser
from harness.staging import SMALL, Stage
from harness.waiting import until

pytestmark = pytest.mark.alone

NEWCOMERS = 5
MILLISECONDS = 1000

# A key frame at most 40 packets back is sent from the cache.
PACKETS_SINCE_KEY_FRAME = 50

NOTHING, EVERYTHING = {"": []}, {"": ["audio", "video"]}

WINDOW = {"width": 640, "height": 480}


@pytest.fixture
def page(server):
    return server.page(server.new_group())


@pytest.fixture
def alice(open_browser, page) -> Browser:
    publisher = open_browser("chromium", **WINDOW)
    staging.join(publisher, page, "Alice", Stage(camera=SMALL))
    return publisher


@pytest.fixture
def running(open_browser, page, alice) -> tuple[str, Callable[[], None]]:
    """Alice's stream, which has a receiver already; and the wait until it has gone on without a key frame for so long
    that a newcomer needs another one."""
    first = open_browser("chromium", **WINDOW)
    staging.view(first, page, "First")
    stream = staging.wait_for_stream(first, "Alice")

    def packets() -> int:
        return staging.measure(first, "received", stream).get("video", {}).get("packets", 0)

    def go_on() -> None:
        before = packets()
        until("packets without a key frame", lambda: packets() > before + PACKETS_SINCE_KEY_FRAME)

    return stream, go_on


def delay(newcomer: Browser, stream: str) -> float:
    """Milliseconds from the newcomer's request to its first picture."""
    return until("the first picture", lambda: staging.measure(newcomer, "delayOfFirstPicture", stream), timeout=10)


@pytest.mark.row("M-15", "M-18", "M-23")
@pytest.mark.parametrize("viewer", ["chromium", "firefox"])
def test_a_newcomer_sees_the_first_picture_within_a_second_of_its_request(open_browser, firefox, page, running, viewer):
    stream, go_on = running
    newcomer = firefox if viewer == "firefox" else open_browser(viewer, **WINDOW)
    delays = []
    for number in range(NEWCOMERS):
        go_on()
        staging.view(newcomer, page, f"Newcomer {number}")
        delays.append(delay(newcomer, stream))
    assert statistics.median(delays) <= MILLISECONDS, delays


@pytest.mark.row("M-24")
def test_a_newcomer_soon_after_another_begins_with_the_same_key_frame(open_browser, page, alice, running):
    stream, go_on = running
    one, other = open_browser("chromium", **WINDOW), open_browser("chromium", **WINDOW)
    delays, key_frames = [], []

    def ask(newcomer: Browser, what: dict[str, list[str]]) -> None:
        staging.measure(newcomer, "send", {"type": "request", "request": what})

    def made() -> int:
        return sum(encoding["keyFrames"] for encoding in staging.measure(alice, "sent"))

    for newcomer in (one, other):
        staging.view(newcomer, page, "Newcomer", NOTHING)
    for _ in range(NEWCOMERS):
        go_on()
        ask(one, EVERYTHING)
        delay(one, stream)
        before = made()
        ask(other, EVERYTHING)
        delays.append(delay(other, stream))
        key_frames.append(made() - before)
        for newcomer in (one, other):
            ask(newcomer, NOTHING)
            until("no video", lambda: staging.stream_of(newcomer, "Alice") is None)
    assert statistics.median(delays) <= MILLISECONDS, delays
    # The other one may come too late once, when the machine has other things to do.
    assert statistics.median(key_frames) == 0, key_frames
