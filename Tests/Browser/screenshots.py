# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT
"""Pictures of every view at two sizes, light and dark, to be looked at. Not collected by default:

    Tests/Browser/run screenshots.py

They go to run/screenshots. What a program can judge is asserted: nothing is wider than the window.
"""

import pytest

from harness.browser import Browser
from harness.chromium import Chromium
from harness.server import EVERYBODY_PRESENTS, ROOT
from harness.sources import PatternTrack, ToneTrack
from harness.waiting import until

DIRECTORY = ROOT / "run" / "screenshots"
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}

VIEWS = pytest.mark.parametrize("scheme", ["light", "dark"])
AT_SIZES = pytest.mark.parametrize("size", SIZES)


@pytest.fixture
def page(chromium_process, scheme, size):
    width, height = SIZES[size]
    browser = Chromium(chromium_process, width, height, scheme)
    yield browser
    browser.close()


def shoot(page: Browser, view: str, size: str, scheme: str) -> None:
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    page.screenshot(DIRECTORY / f"{view}-{size}-{scheme}.png")
    widths = page.evaluate("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1], f"{view} is wider than the window: {widths}"


@VIEWS
@AT_SIZES
def test_landing(server, page, size, scheme):
    server.write_group("lectures", {
        **EVERYBODY_PRESENTS, "public": True, "displayName": "Lectures",
        "description": "Mondays at ten, and whenever somebody has something to tell.",
    })
    server.write_group("a-very-long-group-name-that-does-not-break-anywhere", {**EVERYBODY_PRESENTS, "public": True})
    for group in ("lectures", "a-very-long-group-name-that-does-not-break-anywhere"):
        page.open(server.page(group))
    page.open(server.url + "/")
    page.wait_for_text("Lectures")
    page.fill("textbox", "Group", "nowhere")
    page.click("button", "Join")
    page.wait_for_text("There is no group")
    shoot(page, "landing", size, scheme)


@VIEWS
@AT_SIZES
def test_not_found(server, page, size, scheme):
    page.open(server.page("nowhere"))
    page.wait_for_text("Nothing here")
    shoot(page, "not-found", size, scheme)


@VIEWS
@AT_SIZES
def test_join(server, page, size, scheme):
    group = server.new_group({
        "displayName": "Physics practical", "description": "Bring your lenses.",
        "users": {"Marie": {"password": "x", "permissions": "op"}},
    })
    page.open(server.page(group))
    page.wait_for("textbox", "Your name")
    shoot(page, "join", size, scheme)
    page.submit_join("Marie", "wrong")
    page.wait_for_text("The server says:")
    shoot(page, "join-refused", size, scheme)


@VIEWS
@AT_SIZES
def test_meeting(server, peers, page, size, scheme):
    group = server.new_group({**EVERYBODY_PRESENTS, "displayName": "Physics practical"})
    page.join(server.page(group), "Marie Skłodowska", devices="Nothing")
    shoot(page, "meeting-empty", size, scheme)
    page.click("button", "Enable camera and microphone")
    page.wait_for_tile("up", "Marie Skłodowska (you)")
    shoot(page, "meeting-alone", size, scheme)
    names = ["Pierre", "Lise Meitner", "Someone with a name that is much too long for the place that it gets on the screen"]
    members = [peers.joined(server.websocket_url, group, name) for name in names]
    peers.run(members[0].publish(PatternTrack(), ToneTrack()))
    page.wait_for_tile("down", "Pierre")
    shoot(page, "meeting-two", size, scheme)
    peers.run(members[1].publish(None, ToneTrack()))
    peers.run(members[2].publish(PatternTrack(320, 180), ToneTrack()))
    page.wait_for_tile("down", names[2])
    until("four tiles", lambda: len(page.measure("tiles")) == 4)
    shoot(page, "meeting-four", size, scheme)

    for text in ("Good morning", "Has everybody got the readings?", "They are at https://example.org/" + "long/" * 20):
        peers.run(members[0].send({"type": "chat", "source": members[0].id, "username": "Pierre", "value": text}))
    peers.run(members[1].send({"type": "chat", "kind": "me", "value": "nods", "source": members[1].id, "username": "Lise Meitner"}))
    if size == "phone":
        shoot(page, "meeting-unread", size, scheme)
        page.click("button", "Chat")
    page.wait_for_text("nods")
    page.fill("textbox", "Message", "Yes, thank you.\nWith two lines.")
    page.click("button", "Send")
    page.wait_for_text("With two lines.")
    page.fill("textbox", "Message", "A message that is being written and is so long that it needs more than the one line that it began with")
    page.click("button", "Mute microphone")
    shoot(page, "meeting-chat", size, scheme)
    page.click("button", "People")
    shoot(page, "meeting-people", size, scheme)
    page.click("button", "Close panel")
    shoot(page, "meeting-videos", size, scheme)


@VIEWS
@AT_SIZES
def test_notice(server, page, size, scheme):
    group = server.new_group()
    page.open(server.page(group))
    page.wait_for("textbox", "Your name")
    page.evaluate("navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))")
    page.install_hook()
    page.submit_join("Marie")
    page.wait_for_text("The browser was not allowed to use the camera")
    shoot(page, "notice", size, scheme)
