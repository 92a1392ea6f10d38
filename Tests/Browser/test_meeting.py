# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Real browsers see and hear each other through the server."""

import pytest

from harness.waiting import until
from harness.watching import assert_sees_and_hears, own_size

pytestmark = pytest.mark.alone


@pytest.mark.row("P-15", "P-16", "M-01", "M-02", "M-03", "M-04", "M-08", "M-19", "U-05", "U-13")
@pytest.mark.parametrize(
    ("publisher", "viewer"), [("chromium", "chromium"), ("chromium", "firefox"), ("firefox", "chromium")])
def test_one_sees_and_hears_the_other(server, open_browser, publisher, viewer):
    page = server.page(server.new_group())
    alice, bob = open_browser(publisher), open_browser(viewer)
    bob.join(page, "Bob", devices="Nothing")
    alice.join(page, "Alice")
    assert_sees_and_hears(bob, "Alice", own_size(alice, "Alice"))


@pytest.mark.row("P-15", "M-01", "M-19")
def test_both_send_and_both_receive(server, open_browser):
    page = server.page(server.new_group())
    alice, bob = open_browser("chromium"), open_browser("firefox")
    alice.join(page, "Alice")
    bob.join(page, "Bob")
    assert_sees_and_hears(bob, "Alice", own_size(alice, "Alice"))
    assert_sees_and_hears(alice, "Bob", own_size(bob, "Bob"))


@pytest.mark.row("M-15", "M-23")
@pytest.mark.parametrize("viewer", ["chromium", "firefox"])
def test_a_newcomer_sees_a_stream_that_runs_already(server, open_browser, viewer):
    page = server.page(server.new_group())
    alice = open_browser("chromium")
    alice.join(page, "Alice")
    own_size(alice, "Alice")
    late = open_browser(viewer)
    late.join(page, "Late", devices="Nothing")
    late.wait_for_tile("down", "Alice", timeout=10)


@pytest.mark.row("P-18", "U-17")
def test_turning_the_camera_off_takes_the_picture_away_and_on_brings_it_back(server, open_browser):
    page = server.page(server.new_group())
    alice, bob = open_browser("chromium"), open_browser("chromium")
    bob.join(page, "Bob", devices="Nothing")
    alice.join(page, "Alice")
    first = bob.wait_for_tile("down", "Alice")["stream"]
    alice.click("button", "Turn off camera")
    # The sound goes on, in a stream that replaces the one with the picture.
    until("no picture at Bob's", lambda: [tile["width"] for tile in bob.tiles("down") if tile["stream"] != first] == [0])
    assert alice.is_visible("button", "Mute microphone")
    alice.click("button", "Turn on camera")
    assert bob.wait_for_tile("down", "Alice")["stream"] != first


@pytest.mark.row("U-18")
def test_muting_silences_and_unmuting_sounds_again(server, open_browser):
    page = server.page(server.new_group())
    alice, bob = open_browser("chromium"), open_browser("chromium")
    bob.join(page, "Bob", devices="Nothing")
    alice.join(page, "Alice")
    stream = bob.wait_for_tile("down", "Alice")["stream"]

    def energy_of_a_second() -> float:
        return bob.measure("watch", {"stream": stream, "milliseconds": 1000})["energy"]

    until("sound", lambda: energy_of_a_second() > 1e-5)
    alice.click("button", "Mute microphone")
    until("silence", lambda: energy_of_a_second() < 1e-9)
    alice.click("button", "Unmute microphone")
    until("sound again", lambda: energy_of_a_second() > 1e-5)


@pytest.mark.row("P-12", "P-18", "P-49", "U-79")
@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_leaving_removes_the_picture_and_the_name(server, open_browser, browser):
    page = server.page(server.new_group())
    alice, bob = open_browser(browser), open_browser("chromium")
    bob.join(page, "Bob", devices="Nothing")
    alice.join(page, "Alice")
    bob.wait_for_tile("down", "Alice")
    bob.click("button", "People")
    bob.wait_for_text("Alice")
    alice.click("button", "Leave the meeting")
    alice.wait_for("textbox", "Your name")
    until("no video at Bob's", lambda: not bob.tiles("down"))
    until("no Alice at Bob's", lambda: "Alice" not in bob.text())
