# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""A screen shared from Firefox, whose headless window has none to capture: a canvas stands for what the person chooses."""

import pytest

from harness.waiting import until

SCREEN = """
const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
const context = canvas.getContext('2d');
const draw = () => {
    // A picture that did not change would not be sent.
    context.fillStyle = `rgb(${Math.floor(Math.random() * 256)} 80 160)`;
    context.fillRect(0, 0, canvas.width, canvas.height);
};
draw();
setInterval(draw, 100);
navigator.mediaDevices.getDisplayMedia = async () => canvas.captureStream(10);
"""


@pytest.mark.row("U-19", "U-52")
def test_firefox_shares_and_stops(server, open_browser):
    url = server.page(server.new_group())
    alice, bob = open_browser("firefox"), open_browser("chromium")
    bob.join(url, "Bob", devices="Nothing")
    alice.join(url, "Alice", devices="Nothing")
    alice.evaluate(SCREEN)
    alice.click("button", "Share your screen")
    until("the screen", lambda: [t for t in bob.tiles("down") if t["label"] == "screenshare" and t["width"] > 0])
    alice.click("button", "Stop sharing this screen")
    until("no screen", lambda: not bob.tiles("down"))
    assert alice.is_visible("button", "Share your screen")
