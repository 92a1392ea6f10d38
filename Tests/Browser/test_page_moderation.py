# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""What operators do with people and with the group, by menus and dialogs, in either browser."""

import pytest

from harness.acting import act_on, act_on_group
from harness.browser import WITH_PANEL, Browser
from harness.waiting import until


@pytest.fixture(params=["chromium", "firefox"])
def operators_browser(request):
    return request.param


@pytest.fixture
def alice(operators_browser, firefox, open_browser, url):
    """The operator, in one browser."""
    browser = firefox if operators_browser == "firefox" else open_browser("chromium", **WITH_PANEL)
    browser.join(url, "Alice", "correct horse", devices="Nothing")
    return browser


@pytest.fixture
def bob(operators_browser, firefox, open_browser):
    """Has not joined yet, and is in the other browser."""
    return open_browser("chromium", **WITH_PANEL) if operators_browser == "firefox" else firefox


def open_message_menu(browser: Browser, text: str) -> None:
    browser.point_at(text)
    browser.evaluate("""
        const items = [...document.querySelectorAll('[role=log] li')];
        items.find((item) => item.innerText.includes(argument)).querySelector('button').click();""", text)


@pytest.mark.row("U-09", "U-47", "U-55", "U-63", "U-78")
def test_an_operator_removes_somebody_and_locks_the_group(url, alice, bob):
    bob.join(url, "Bob", devices="Nothing")
    act_on_group(alice, "Lock the group…")
    alice.fill("textbox", "Message for those outside (optional)", "We have begun.")
    alice.click("button", "Lock")
    bob.wait_for_text("The group has been locked.")
    act_on(alice, "Bob", "Remove from the group…")
    alice.fill("textbox", "Reason (optional)", "too loud")
    alice.click("button", "Remove")
    bob.wait_for_text("Alice has removed you from the group: too loud")
    alice.wait_gone("button", "Actions for Bob")
    bob.submit_join("Bob", devices="Nothing")
    bob.wait_for_text("This group is locked. Its operators say: We have begun.")
    act_on_group(alice, "Unlock the group")
    until("unlocked", lambda: "Locked" not in alice.text())
    bob.submit_join("Bob", devices="Nothing")
    bob.wait_for("button", "Leave the meeting")
    # Without a reason there is none to be read.
    alice.wait_for("button", "Actions for Bob")
    alice.click("button", "Chat")
    alice.write("/kick Bob")
    bob.wait_for("textbox", "Your name")
    error = "return document.querySelector('[role=alert].form-error').textContent"
    assert bob.evaluate(error) == "Alice has removed you from the group."


@pytest.mark.row("U-20", "U-56", "U-63")
def test_an_operator_gives_and_takes_permissions(url, alice, bob):
    bob.join(url, "Bob")
    alice.wait_for_tile("down", "Bob")
    act_on(alice, "Bob", "Make operator")
    bob.wait_for_text("You are an operator now.")
    assert bob.is_visible("button", "Group actions")
    act_on(alice, "Bob", "No longer operator")
    bob.wait_gone("button", "Group actions")
    act_on(alice, "Bob", "Forbid writing")
    bob.wait_for_text("You may not write in this group.")
    act_on(alice, "Bob", "Allow writing")
    bob.wait_for("textbox", "Message")
    act_on(alice, "Bob", "Forbid camera and microphone")
    bob.wait_for_text("You may no longer use camera and microphone.")
    until("no video", lambda: not alice.tiles("down") and not bob.tiles("up"))
    assert not bob.is_visible("button", "Turn on camera")
    act_on(alice, "Bob", "Allow camera and microphone")
    bob.click("button", "Turn on camera")
    alice.wait_for_tile("down", "Bob")


@pytest.mark.row("U-18", "U-57", "U-58", "U-73")
def test_an_operator_mutes_and_warns(url, alice, bob):
    bob.join(url, "Bob", devices="Microphone only")
    act_on(alice, "Bob", "Mute the microphone")
    bob.wait_for_text("Alice has muted your microphone.")
    bob.wait_for("button", "Unmute microphone")
    alice.wait_for_text("microphone is off")
    bob.click("button", "Unmute microphone")
    until("unmuted at Alice's", lambda: "microphone is off" not in alice.text())
    act_on_group(alice, "Mute everybody else")
    bob.wait_for("button", "Unmute microphone")
    act_on_group(alice, "Send a notice to everybody…")
    alice.fill("textbox", "Text", "Five minutes left.")
    alice.click("button", "Send notice")
    bob.wait_for_text("Alice: Five minutes left.")


@pytest.mark.row("U-41", "U-46")
def test_an_operator_deletes_messages(url, alice, bob):
    bob.join(url, "Bob", devices="Nothing")
    bob.write("a slip")
    alice.wait_for_text("a slip")
    alice.point_at("a slip")
    alice.click("button", "Actions for the message of Bob")
    alice.click("menuitem", "Delete this message")
    until("deleted", lambda: "a slip" not in bob.text())
    bob.write("good morning")
    alice.wait_for_text("good morning")
    act_on_group(alice, "Clear the chat…")
    alice.click("button", "Clear")
    for browser in (alice, bob):
        until("cleared", lambda: "good morning" not in browser.text())


@pytest.mark.row("U-41", "U-46")
def test_a_message_keeps_its_author_when_those_before_it_are_deleted(url, alice, bob):
    bob.join(url, "Bob", devices="Nothing")
    for browser, other, text in ((bob, alice, "from Bob"), (alice, bob, "a slip"), (alice, bob, "the second")):
        browser.write(text)
        other.wait_for_text(text)

    def authors() -> list[str]:
        """Whose words the messages are, as they are seen: those without a heading are the author's above."""
        return bob.evaluate("""
            const seen = [...document.querySelectorAll('[role=log] li')].map((item) => item.innerText);
            return seen.map((text) => ['Alice', 'Bob'].find((name) => text.startsWith(name)) ?? '');""")

    assert authors() == ["Bob", "Alice", ""]
    open_message_menu(alice, "a slip")
    alice.click("menuitem", "Delete this message")
    until("deleted", lambda: "a slip" not in bob.text())
    assert authors() == ["Bob", "Alice"]


@pytest.mark.row("U-41", "U-55")
def test_an_operator_acts_on_who_has_written_a_message(url, alice, bob):
    bob.join(url, "Bob", devices="Nothing")
    bob.write("a nuisance")
    alice.wait_for_text("a nuisance")
    open_message_menu(alice, "a nuisance")
    alice.click("menuitem", "Show the network address")
    alice.wait_for_text("127.0.0.1")
    bob.wait_for_text("Your address was disclosed to Alice.")
    open_message_menu(alice, "a nuisance")
    alice.click("menuitem", "Remove from the group…")
    alice.wait_for("dialog", "Remove Bob?")
    alice.click("button", "Remove")
    bob.wait_for_text("Alice has removed you from the group.")
    alice.write("my own")
    alice.wait_for_text("my own")
    # Of who has left, and of oneself, only the words can go.
    for text in ("a nuisance", "my own"):
        open_message_menu(alice, text)
        assert alice.is_visible("menuitem", "Delete this message")
        assert not alice.is_visible("menuitem", "Remove from the group…")
        alice.press("menuitem", "Delete this message", "Escape")
    open_message_menu(alice, "a nuisance")
    alice.click("menuitem", "Delete all messages of Bob")
    until("deleted", lambda: "a nuisance" not in alice.text() and "my own" in alice.text())
