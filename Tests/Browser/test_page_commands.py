# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""What is typed after a slash, by operators in either browser."""

import pytest

from harness.browser import WITH_PANEL
from harness.server import ALICE_MODERATES
from harness.waiting import until


@pytest.mark.row(
    "P-34", "P-35", "P-36", "P-37", "P-38", "U-40", "U-46", "U-47", "U-55", "U-56", "U-57", "U-58", "U-59")
@pytest.mark.parametrize(("operator", "member"), [("chromium", "firefox"), ("firefox", "chromium")])
def test_operators_commands_do_what_they_say(server, open_browser, operator, member):
    url = server.page(server.new_group(ALICE_MODERATES))
    alice, bob = open_browser(operator, **WITH_PANEL), open_browser(member, **WITH_PANEL)
    alice.join(url, "Alice", "correct horse", devices="Nothing")
    bob.join(url, "Bob", devices="Microphone only")
    alice.write("//no command")
    bob.wait_for_text("/no command")
    alice.write("/op Bob")
    bob.wait_for_text("You are an operator now.")
    alice.write("/unop Bob")
    bob.wait_gone("button", "Group actions")
    alice.write("/shutup Bob")
    bob.wait_for_text("You may not write in this group.")
    alice.write("/unshutup Bob")
    bob.wait_for("textbox", "Message")
    alice.write("/mute Bob")
    bob.wait_for_text("Alice has muted your microphone.")
    bob.click("button", "Unmute microphone")
    alice.write("/muteall")
    bob.wait_for("button", "Unmute microphone")
    alice.write("/unpresent Bob")
    bob.wait_for_text("You may no longer use camera and microphone.")
    alice.write("/present Bob")
    bob.wait_for("button", "Turn on camera")
    alice.write("/warn Bob Mind the step.")
    bob.wait_for_text("Alice: Mind the step.")
    alice.write("/wall Five minutes left.")
    bob.wait_for_text("Alice: Five minutes left.")
    alice.write("/identify Bob")
    alice.wait_for_text("127.0.0.1")
    bob.wait_for_text("Your address was disclosed to Alice.")
    alice.write("/lock Back at ten.")
    bob.wait_for_text("The group has been locked.")
    alice.write("/unlock")
    until("unlocked", lambda: "Locked" not in alice.text())
    bob.write("/raise")
    bob.wait_for("button", "Lower hand")
    bob.write("/unraise")
    bob.wait_for("button", "Raise hand")
    alice.write("/clear")
    until("cleared", lambda: "/no command" not in bob.text())
    alice.write("/kick Bob too loud")
    bob.wait_for_text("Alice has removed you from the group: too loud")


@pytest.mark.row("U-49")
@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_an_operator_lists_the_subgroups_that_are_in_use(server, open_browser, peers, browser):
    group = server.new_group({**ALICE_MODERATES, "allow-subgroups": True})
    alice = open_browser(browser, **WITH_PANEL)
    alice.join(server.page(group), "Alice", "correct horse", devices="Nothing")
    for subgroup, names in (("lab", ["Bob"]), ("library", ["Carol", "Dora"])):
        for name in names:
            peers.joined(server.websocket_url, f"{group}/{subgroup}", name)
    alice.write("/subgroups")
    alice.wait_for_text(f"{group}/lab")
    assert f"{group}/library" in alice.text()
