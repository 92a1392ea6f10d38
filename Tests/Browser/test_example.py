# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""The example client, which is an acceptance test of `/protocol.js` as well."""

import pytest

from harness.waiting import until


@pytest.mark.row("E-01")
@pytest.mark.parametrize("one, two", [("chromium", "firefox"), ("firefox", "chromium")])
def test_the_example_shows_and_is_shown(server, open_browser, one, two):
    group = server.write_group("public")
    example, other = open_browser(one), open_browser(two)
    example.open(f"{server.url}/example")
    assert not example.is_visible("button", "Hide my camera")
    example.click("button", "Start")
    example.wait_for_text("Connected as example-user")
    other.join(server.page(group), "Alice")
    other.write("Hello <i>there</i>")
    example.wait_for_text("Alice: Hello <i>there</i>")

    def plays(label: str) -> bool:
        return example.evaluate("""
            const video = document.querySelector(`video[aria-label="${argument}"]`);
            return Boolean(video && video.videoWidth > 0 && video.currentTime > 0);""", label)

    until("Alice's video in the example", lambda: plays("Video of Alice"), 30)
    example.write("Good day")
    other.wait_for_text("Good day")
    example.click("button", "Show my camera")
    other.wait_for_tile("down", "example-user")
    until("the own video", lambda: plays("My camera"))
    example.click("button", "Hide my camera")
    until("no video of the example", lambda: "example-user" not in {tile["name"] for tile in other.tiles("down")})
    other.click("button", "Leave the meeting")
    until("no video of Alice", lambda: example.evaluate("return document.querySelectorAll('video').length") == 0)


@pytest.mark.row("E-01")
def test_the_example_says_what_is_wrong(start_server, open_browser):
    server = start_server()
    example = open_browser("chromium")
    example.open(f"{server.url}/example/")
    example.click("button", "Start")
    example.wait_for_text("404")
    server.write_group("public", {"users": {"example-user": {"password": "secret", "permissions": "present"}}})
    example.click("button", "Start")
    example.wait_for_text("The server refuses:")
    server.write_group("public")
    example.open(f"{server.url}/example/")
    example.click("button", "Start")
    example.wait_for_text("Connected as example-user")
    server.stop()
    example.wait_for_text("the server is shutting down")
    assert example.is_visible("button", "Start")
