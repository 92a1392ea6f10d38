# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""What is typed after a slash, by operators in either browser."""

import pytest

from harness.browser import Browser
from harness.waiting import until

MODERATED = {
    "users": {"Alice": {"password": "correct horse", "permissions": "op"}},
    "wildcard-user": {"password": {"type": "wildcard"}, "permissions": "present"},
}
# Wide enough for the panel beside the videos.
WINDOW = {"width": 1000, "height": 600}


def write(browser: Browser, text: str) -> None:
    browser.fill("textbox", "Message", text)
    browser.press("textbox", "Message", "Enter")


@pytest.mark.row(
    "P-34", "P-35", "P-36", "P-37", "P-38", "U-40", "U-46", "U-47", "U-55", "U-56", "U-57", "U-58", "U-59")
@pytest.mark.parametrize(("operator", "member"), [("chromium", "firefox"), ("firefox", "chromium")])
def test_operators_commands_do_what_they_say(server, open_browser, operator, member):
    url = server.page(server.new_group(MODERATED))
    alice, bob = open_browser(operator, **WINDOW), open_browser(member, **WINDOW)
    alice.join(url, "Alice", "correct horse", devices="Nothing")
    bob.join(url, "Bob", devices="Microphone only")
    write(alice, "//no command")
    bob.wait_for_text("/no command")
    write(alice, "/op Bob")
    bob.wait_for_text("You are an operator now.")
    write(alice, "/unop Bob")
    bob.wait_gone("button", "Group actions")
    write(alice, "/shutup Bob")
    bob.wait_for_text("You may not write in this group.")
    write(alice, "/unshutup Bob")
    bob.wait_for("textbox", "Message")
    write(alice, "/mute Bob")
    bob.wait_for_text("Alice has muted your microphone.")
    bob.click("button", "Unmute microphone")
    write(alice, "/muteall")
    bob.wait_for("button", "Unmute microphone")
    write(alice, "/unpresent Bob")
    bob.wait_for_text("You may no longer use camera and microphone.")
    write(alice, "/present Bob")
    bob.wait_for("button", "Turn on camera")
    write(alice, "/warn Bob Mind the step.")
    bob.wait_for_text("Alice: Mind the step.")
    write(alice, "/wall Five minutes left.")
    bob.wait_for_text("Alice: Five minutes left.")
    write(alice, "/identify Bob")
    alice.wait_for_text("127.0.0.1")
    bob.wait_for_text("Your address was disclosed to Alice.")
    write(alice, "/lock Back at ten.")
    bob.wait_for_text("The group has been locked.")
    write(alice, "/unlock")
    until("unlocked", lambda: "Locked" not in alice.text())
    write(bob, "/raise")
    bob.wait_for("button", "Lower hand")
    write(bob, "/unraise")
    bob.wait_for("button", "Raise hand")
    write(alice, "/clear")
    until("cleared", lambda: "/no command" not in bob.text())
    write(alice, "/kick Bob too loud")
    bob.wait_for_text("Alice has removed you from the group: too loud")
