# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""The Swift library over a network that loses a tenth of everything.

Whoever publishes and whoever receives are on the far side of the emulated network, so that each packet crosses it twice: to
the server and from it.
"""

import pytest
from emulated_network import entered

from harness import staging
from harness.far_side import BOTH
from harness.media_member import FRAME_RATE, MediaMember, make_clip, make_tone
from harness.watching import Watch

pytestmark = pytest.mark.alone

# Seconds without a frame that a person takes for a broken connection.
FREEZE = 1.0
WATCHED_SECONDS = 15


@pytest.fixture
def enter(far_side, tmp_path):
    """Lets members on the Swift library enter from the far side; each leaves with the test."""
    members = []

    def enter_(page, name):
        with entered(far_side.namespace):
            members.append(MediaMember(page, name, log=tmp_path / f"{name}.log"))
        return members[-1]

    yield enter_
    for member in members:
        member.__exit__(None, None, None)


@pytest.mark.row("M-20", "M-21", "M-22", "C-15", "C-17")
def test_a_tenth_lost_each_way_stops_neither_sound_nor_picture(
    far_server, far_side, enter, open_far_browser, tmp_path, record_property
):
    far_side.change(BOTH, loss=0.1, delay=50)
    page = far_server.page(far_server.new_group())
    alice, bob = enter(page, "Alice"), enter(page, "Bob")
    viewer = open_far_browser("chromium")
    staging.view(viewer, page, "Viewer")
    bob.say("request audio video")
    alice.say(f"publish camera {make_clip(tmp_path / 'clip.ivf')} {make_tone(tmp_path / 'tone.ogg')}")
    watch = Watch(viewer, "Alice")
    start = watch.now()
    noted = watch.noted(start, start + WATCHED_SECONDS)
    tracks = bob.tracks()
    record_property("Swift", tracks)
    record_property("Chromium", noted)
    # What is lost of the picture is asked for again, and a picture that comes too late is left out. Of sound nobody sends
    # anything twice (no browser does), and of a tenth lost and a tenth of the rest four fifths are left.
    for codec, rate in (("vp8", 0.75 * FRAME_RATE), ("opus", 0.75 * 50)):
        track = tracks[codec]
        assert track["longestGap"] < FREEZE, track
        assert track["seconds"] > WATCHED_SECONDS and track["frames"] / track["seconds"] > rate, track
    assert noted["longestGap"] < FREEZE and noted["longestFreeze"] < FREEZE, noted
    for sent, dropped in (far_side.network.statistics()[way] for way in ("a->b", "b->a")):
        assert dropped > 100, f"of {sent} packets {dropped} were lost: nothing was proven"
    assert far_server.is_running, f"The server has ended:\n{far_server.read_log()}"
