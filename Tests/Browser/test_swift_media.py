# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""What the Swift library carries is right: what browsers and aiortc publish decodes, what it publishes is seen and heard
as it was made."""

import pytest

from harness import staging
from harness.media_member import FRAME_RATE, TONE, MediaMember, decoded_frames, make_clip, make_tone
from harness.server import EVERYBODY_PRESENTS
from harness.sound import loudest
from harness.sources import PatternTrack, ToneTrack
from harness.staging import FRAMES_PER_SECOND, SMALL, Stage
from harness.waiting import until

WINDOW = {"width": 640, "height": 480}
HIGH_SIZE, LOW_SIZE = (320, 240), (160, 120)

# What browsers can publish; see test_codecs.py.
PUBLISHED = [
    ("chromium", "vp8"), ("chromium", "vp9"), ("chromium", "av1"), ("chromium", "h264"),
    ("firefox", "vp8"), ("firefox", "vp9"), ("firefox", "av1"),
]


@pytest.fixture
def enter(tmp_path):
    """Lets members on the Swift library enter; each leaves with the test."""
    members = []

    def enter_(page, name):
        members.append(MediaMember(page, name, log=tmp_path / f"{name}.log", record=tmp_path))
        return members[-1]

    yield enter_
    for member in members:
        member.__exit__(None, None, None)


@pytest.fixture
def opened(request, open_browser):
    """A browser by name; Firefox is the one that tests share."""
    return lambda name: (
        request.getfixturevalue("firefox") if name == "firefox" else open_browser("chromium", **WINDOW))


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    return {
        "high": make_clip(folder / "high.ivf", HIGH_SIZE), "low": make_clip(folder / "low.ivf", LOW_SIZE),
        "tone": make_tone(folder / "tone.ogg")}


def assert_decodes(member, codecs, least):
    """Everything that has come is decoded, and it is as much as it should be."""
    tracks = member.leave()
    assert set(tracks) == codecs
    for track in tracks.values():
        assert decoded_frames(track["file"]) == track["frames"] >= least, track


@pytest.mark.row("M-04", "M-05", "M-06", "M-07", "M-08", "C-17")
@pytest.mark.parametrize(("browser", "codec"), PUBLISHED)
def test_what_browsers_publish_decodes(server, opened, enter, browser, codec):
    page = server.page(server.new_group({**EVERYBODY_PRESENTS, "codecs": [codec, "opus"]}))
    bob = enter(page, "Bob")
    bob.say("request audio video")
    staging.join(opened(browser), page, "Alice", Stage(camera=SMALL))
    tracks = bob.wait_received(45, codec, "opus")
    # Sound comes 50 times a second, and the camera takes 15 pictures.
    assert tracks["opus"]["frames"] / tracks["opus"]["seconds"] > 30, tracks
    assert tracks[codec]["frames"] / tracks[codec]["seconds"] > 5, tracks
    assert_decodes(bob, {codec, "opus"}, 45)


@pytest.mark.row("M-04", "M-08", "C-17")
def test_what_aiortc_publishes_decodes(server, peers, enter):
    group = server.new_group()
    bob = enter(server.page(group), "Bob")
    bob.say("request audio video")
    alice = peers.joined(server.websocket_url, group, "Alice")
    peers.run(alice.publish(PatternTrack(), ToneTrack()))
    bob.wait_received(45, "vp8", "opus")
    assert_decodes(bob, {"vp8", "opus"}, 45)


@pytest.mark.row("M-04", "M-08", "C-15")
def test_aiortc_decodes_what_swift_publishes(server, peers, enter, clips):
    group = server.new_group()
    alice = enter(server.page(group), "Alice")
    bob = peers.joined(server.websocket_url, group, "Bob")
    peers.run(bob.request())
    alice.say(f"publish camera {clips['high']} {clips['tone']}")
    stream = peers.run(bob.wait_received("Alice", frames=2 * FRAME_RATE, energy=0.01))
    assert stream.size == HIGH_SIZE


@pytest.mark.row("M-08", "C-15")
@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_browsers_hear_the_tone_that_swift_publishes(server, opened, enter, clips, browser):
    group = server.new_group()
    viewer = opened(browser)
    staging.view(viewer, server.page(group), "Bob")
    alice = enter(server.page(group), "Alice")
    alice.say(f"publish camera {clips['high']} {clips['tone']}")
    stream = staging.wait_for_stream(viewer, "Alice")
    staging.wait_for_size(viewer, stream, HIGH_SIZE)

    heard = until("the tone", lambda: loudest(viewer, stream))
    assert abs(heard["frequency"] - TONE) <= heard["step"], heard
    # And the picture goes on beside it.
    staging.measure(viewer, "count", {"milliseconds": 3000})
    [counted] = staging.measure(viewer, "counted")
    assert counted["decoded"] >= FRAMES_PER_SECOND and counted["presented"] >= FRAMES_PER_SECOND, counted


@pytest.mark.row("M-13", "M-16", "C-15")
@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_of_two_encodings_of_swifts_browsers_see_the_one_that_they_ask_for(server, opened, enter, clips, browser):
    group = server.new_group()
    viewer = opened(browser)
    staging.view(viewer, server.page(group), "Bob", {"": ["audio", "video"]})
    alice = enter(server.page(group), "Alice")
    alice.say(f"publish camera {clips['high']} {clips['tone']} {clips['low']}")
    stream = staging.wait_for_stream(viewer, "Alice")
    for wanted, size in (("video", HIGH_SIZE), ("video-low", LOW_SIZE), ("video", HIGH_SIZE)):
        staging.measure(viewer, "send", {"type": "request", "request": {"": ["audio", wanted]}})
        staging.wait_for_size(viewer, stream, size)
