# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Several participants, and several streams of one participant."""

import pytest

from harness import staging
from harness.browser import Browser
from harness.staging import FRAMES_PER_SECOND, HEIGHT, SMALL, WIDTH, Stage
from harness.waiting import until

pytestmark = pytest.mark.alone

WATCHED_SECONDS = 10

# Large enough for the form, and no larger: every page is drawn by the same two cores.
WINDOW = {"width": 480, "height": 480}

# Of the fake screen, which is larger; what comes out is not exactly this.
SCREEN = {"height": 360, "frameRate": 15}

ENERGY = 1e-4


def start_counting(browser: Browser, names: set[str], seconds: float = WATCHED_SECONDS) -> None:
    """Waits until everybody of `names` is seen at the size that they send, and begins to count."""
    for name in sorted(names):
        staging.wait_for_size(browser, staging.wait_for_stream(browser, name), (WIDTH, HEIGHT), timeout=30)
    staging.measure(browser, "count", {"milliseconds": seconds * 1000})


@pytest.mark.row("M-01", "M-19", "M-35")
@pytest.mark.parametrize("last", ["chromium", "firefox"])
def test_four_see_each_other(server, open_browser, firefox, last):
    page = server.page(server.new_group())
    participants = {f"Person {number}": open_browser("chromium", **WINDOW) for number in (1, 2, 3)}
    participants["Person 4"] = firefox if last == "firefox" else open_browser(last, **WINDOW)
    for name, browser in participants.items():
        staging.join(browser, page, name, Stage(camera=SMALL))
    for name, browser in participants.items():
        start_counting(browser, set(participants) - {name})
    for name, browser in participants.items():
        counted = staging.measure(browser, "counted", timeout=WATCHED_SECONDS + 30)
        assert {each["username"] for each in counted} == set(participants) - {name}
        for each in counted:
            assert each["seconds"] >= 0.9 * WATCHED_SECONDS, (name, each)
            assert each["presented"] >= FRAMES_PER_SECOND and each["decoded"] >= FRAMES_PER_SECOND, (name, each)
            assert each["size"] == [WIDTH, HEIGHT], (name, each)


@pytest.mark.row("P-14", "M-01", "M-16", "U-19")
def test_a_screen_is_shared_beside_the_camera(server, open_browser, firefox):
    page = server.page(server.new_group())
    alice, viewer, chooser = (open_browser("chromium", **WINDOW) for _ in range(3))
    staging.view(viewer, page, "Viewer")
    staging.view(firefox, page, "Viewer")
    staging.view(chooser, page, "Chooser", {"screenshare": ["audio", "video"], "": ["audio"]})
    staging.join(alice, page, "Alice", Stage(camera=SMALL, hold=True))
    for browser in (viewer, firefox):
        staging.wait_for_size(browser, staging.wait_for_stream(browser, "Alice"), (WIDTH, HEIGHT))
    screen = staging.share_screen(alice, SCREEN)
    assert screen != (WIDTH, HEIGHT)

    for browser in (viewer, firefox):
        camera = staging.wait_for_stream(browser, "Alice")
        shared = staging.wait_for_stream(browser, "Alice", "screenshare")
        assert camera != shared
        staging.wait_for_size(browser, shared, screen)
        staging.wait_for_size(browser, camera, (WIDTH, HEIGHT))
        staging.measure(browser, "count", {"milliseconds": 3000})
    for browser in (viewer, firefox):
        counted = {each["label"]: each for each in staging.measure(browser, "counted")}
        assert set(counted) == {"camera", "screenshare"}
        for each in counted.values():
            assert each["presented"] >= FRAMES_PER_SECOND, (browser.name, each)
        for stream in (camera, shared):
            until("sound of both", lambda: staging.measure(browser, "received", stream)["audio"]["energy"] > ENERGY)

    # Who asks by label gets what is asked for each.
    shared = staging.wait_for_stream(chooser, "Alice", "screenshare")
    staging.wait_for_size(chooser, shared, screen)
    received = staging.measure(chooser, "received", staging.wait_for_stream(chooser, "Alice"))
    assert set(received) == {"audio"}, received

    staging.stop_sharing(alice)
    for browser in (viewer, firefox, chooser):
        until("no screen any more", lambda: staging.stream_of(browser, "Alice", "screenshare") is None)
        assert staging.stream_of(browser, "Alice") is not None
    # Over one second a single frame more or less would decide.
    staging.measure(viewer, "count", {"milliseconds": 4000})
    [counted] = staging.measure(viewer, "counted")
    assert counted["label"] == "camera" and counted["presented"] >= FRAMES_PER_SECOND, counted
