# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""A publisher sends a large and a small picture; each receiver gets the one that it asks for."""

import pytest

from harness import staging
from harness.server import EVERYBODY_PRESENTS
from harness.staging import Stage
from harness.waiting import until

pytestmark = pytest.mark.alone

LARGE, SMALL = (640, 480), (320, 240)

# Chromium makes two encodings only of a picture of at least 480 × 270.
CAMERA = {"width": LARGE[0], "height": LARGE[1], "frameRate": 15}

# As Galène's page sends them.
SIMULCAST = [
    {"rid": "h", "maxBitrate": 700_000},
    {"rid": "l", "maxBitrate": 100_000, "scaleResolutionDownBy": 2},
]

HIGH, LOW = {"": ["audio", "video"]}, {"": ["audio", "video-low"]}

WINDOW = {"width": 640, "height": 480}

# From the request to the other picture: a round trip, a key frame of the other encoding, and a margin for a machine of
# two cores that encodes and decodes everything.
SWITCHED_WITHIN = 5


@pytest.fixture
def page(server):
    return server.page(server.new_group())


@pytest.fixture
def publisher(open_browser, page):
    """Alice, who sends both encodings."""
    return publish(open_browser("chromium", **WINDOW), page)


def publish(alice, page):
    staging.join(alice, page, "Alice", Stage(camera=CAMERA, encodings=SIMULCAST))
    # A browser that sends nothing is no fault of the path to the others.
    until("what Alice sends", lambda: staging.measure(alice, "sent"))
    return alice


@pytest.mark.row("M-12", "M-13", "M-16")
def test_who_wants_the_large_picture_gets_it_and_who_wants_the_small_one_that(open_browser, page, publisher):
    rich, poor = open_browser("chromium", **WINDOW), open_browser("chromium", **WINDOW)
    staging.view(rich, page, "Rich", HIGH)
    staging.view(poor, page, "Poor", LOW)
    staging.wait_for_size(rich, staging.wait_for_stream(rich, "Alice"), LARGE)
    staging.wait_for_size(poor, staging.wait_for_stream(poor, "Alice"), SMALL)
    assert [tuple(each["size"]) for each in staging.measure(publisher, "sent")] == [LARGE, SMALL]
    # One does not become the other after a while, and both move.
    for viewer in (rich, poor):
        staging.measure(viewer, "count", {"milliseconds": 5000})
    for viewer, size in ((rich, LARGE), (poor, SMALL)):
        [counted] = staging.measure(viewer, "counted")
        assert tuple(counted["size"]) == size, counted
        assert counted["presented"] >= staging.FRAMES_PER_SECOND, counted


@pytest.mark.row("M-13", "M-16", "M-19")
def test_firefox_sees_either_picture_of_chromiums(firefox, page, publisher):
    staging.view(firefox, page, "Viewer", LOW)
    stream = staging.wait_for_stream(firefox, "Alice")
    staging.wait_for_size(firefox, stream, SMALL)
    staging.measure(firefox, "send", {"type": "request", "request": HIGH})
    staging.wait_for_size(firefox, stream, LARGE, SWITCHED_WITHIN)


@pytest.mark.row("M-13", "M-16")
def test_chromium_sees_either_picture_of_firefoxs(open_browser, firefox, page):
    publish(firefox, page)
    viewer = open_browser("chromium", **WINDOW)
    staging.view(viewer, page, "Viewer", LOW)
    stream = staging.wait_for_stream(viewer, "Alice")
    staging.wait_for_size(viewer, stream, SMALL)
    staging.measure(viewer, "send", {"type": "request", "request": HIGH})
    staging.wait_for_size(viewer, stream, LARGE, SWITCHED_WITHIN)


@pytest.mark.row("M-13", "M-16", "M-32")
@pytest.mark.parametrize("message", ["request", "requestStream"])
def test_a_receiver_changes_its_mind_and_back(open_browser, page, publisher, message):
    viewer = open_browser("chromium", **WINDOW)
    staging.view(viewer, page, "Viewer", HIGH)
    stream = staging.wait_for_stream(viewer, "Alice")
    staging.wait_for_size(viewer, stream, LARGE)
    for what, size in ((LOW, SMALL), (HIGH, LARGE), (LOW, SMALL), (HIGH, LARGE)):
        if message == "request":
            staging.measure(viewer, "send", {"type": "request", "request": what})
        else:
            staging.measure(viewer, "send", {"type": "requestStream", "id": stream, "request": what[""]})
        staging.wait_for_size(viewer, stream, size, SWITCHED_WITHIN)
    # The same track all the time, whose numbers went on over all switches: nothing was offered anew, or looked lost.
    assert staging.measure(viewer, "sections", stream) == 2
    video = staging.measure(viewer, "received", stream)["video"]
    assert video["freezes"] < 1, video


@pytest.mark.row("M-16")
def test_the_switch_of_one_receiver_leaves_the_other_alone(open_browser, page, publisher):
    stays, switches = open_browser("chromium", **WINDOW), open_browser("chromium", **WINDOW)
    staging.view(stays, page, "Stays", HIGH)
    staging.view(switches, page, "Switches", HIGH)
    stream = staging.wait_for_stream(stays, "Alice")
    staging.wait_for_size(stays, stream, LARGE)
    staging.wait_for_size(switches, staging.wait_for_stream(switches, "Alice"), LARGE)
    staging.measure(stays, "count", {"milliseconds": 4000})
    for what, size in ((LOW, SMALL), (HIGH, LARGE)):
        staging.measure(switches, "send", {"type": "request", "request": what})
        staging.wait_for_size(switches, stream, size, SWITCHED_WITHIN)
    [counted] = staging.measure(stays, "counted")
    assert tuple(counted["size"]) == LARGE, counted
    assert counted["presented"] >= staging.FRAMES_PER_SECOND and counted["freezes"] < 1, counted


@pytest.mark.row("M-30", "M-31")
def test_spatial_layers_of_one_encoding_serve_both_as_well(server, open_browser):
    page = server.page(server.new_group({**EVERYBODY_PRESENTS, "codecs": ["vp9", "opus"]}))
    alice, rich, poor = (open_browser("chromium", **WINDOW) for _ in range(3))
    layered = [{"scalabilityMode": "L2T1", "maxBitrate": 700_000}]
    staging.join(alice, page, "Alice", Stage(camera=CAMERA, encodings=layered))
    staging.view(rich, page, "Rich", HIGH)
    staging.view(poor, page, "Poor", LOW)
    stream = staging.wait_for_stream(rich, "Alice")
    staging.wait_for_size(rich, stream, LARGE)
    staging.wait_for_size(poor, staging.wait_for_stream(poor, "Alice"), SMALL)
    staging.measure(poor, "send", {"type": "request", "request": HIGH})
    staging.wait_for_size(poor, stream, LARGE, SWITCHED_WITHIN)
    until("the large picture still", lambda: staging.measure(rich, "size", stream) == list(LARGE))
