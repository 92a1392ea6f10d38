# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Sound and picture of a stream keep together: the reports of the server tell the receiver how they belong."""

import statistics

import pytest

from harness import staging
from harness.browser import Browser
from harness.staging import HEIGHT, WIDTH, Stage
from harness.waiting import until

pytestmark = pytest.mark.alone

WINDOW = {"width": 640, "height": 480}

BEACON = {"width": WIDTH, "height": HEIGHT, "frameRate": 30}
# Firefox's oscillators want a sound card, Chromium's fake microphone beeps by itself.
TONE = {"chromium": "oscillator", "firefox": "microphone"}

# Where people begin to notice.
MILLISECONDS = 80

# As a bad network does it to one of the two. A receiver that is not told how the two belong together lets them stay
# apart by nearly as much: 258 ms were measured.
HELD_BACK = 300

# A browser moves its buffers by small steps: 10 to 15 s were measured.
TOGETHER_WITHIN = 60
# They are together when the middle one of so many flashes, one each second, is.
FLASHES = 5
# They stay so when the middle one of so many more is, too: a machine under load shows single pictures late.
FLASHES_AFTERWARDS = 12


def wait_until_held_back(viewer: Browser, stream: str) -> None:
    """Until the sound waits as long as it is made to."""
    before = {"waited": 0, "played": 0}

    def waiting() -> float:
        now = staging.measure(viewer, "received", stream)["audio"]
        played = now["played"] - before["played"]
        milliseconds = 1000 * (now["waited"] - before["waited"]) / played if played else 0
        before.update(now)
        return milliseconds if milliseconds >= 0.9 * HELD_BACK else 0

    until("the sound is held back", waiting)


@pytest.mark.row("M-27")
@pytest.mark.parametrize("publisher", ["chromium", "firefox"])
def test_sound_and_picture_stay_together(server, open_browser, firefox, publisher):
    page = server.page(server.new_group())
    viewer = open_browser("chromium", **WINDOW)
    alice = firefox if publisher == "firefox" else open_browser(publisher, **WINDOW)
    staging.view(viewer, page, "Viewer")
    staging.join(alice, page, "Alice", Stage(beacon={**BEACON, "tone": TONE[publisher]}))
    stream = staging.wait_for_stream(viewer, "Alice")
    staging.wait_for_size(viewer, stream, (WIDTH, HEIGHT))
    staging.measure(viewer, "holdBackSound", {"id": stream, "milliseconds": HELD_BACK})
    wait_until_held_back(viewer, stream)
    staging.measure(viewer, "watchBeacon", stream)
    skews: list[float] = []

    def flashes() -> int:
        skews[:] = staging.measure(viewer, "skews")
        return len(skews)

    def are_together() -> bool:
        return flashes() >= FLASHES and abs(statistics.median(skews[-FLASHES:])) <= MILLISECONDS

    try:
        until("sound and picture together", are_together, TOGETHER_WITHIN)
    except AssertionError as error:
        raise AssertionError(f"{error}; milliseconds apart: {[round(skew) for skew in skews]}") from None
    seen = len(skews)
    until("more flashes", lambda: flashes() >= seen + FLASHES_AFTERWARDS)
    afterwards = [round(skew) for skew in skews[seen:]]
    assert abs(statistics.median(afterwards)) <= MILLISECONDS, afterwards
