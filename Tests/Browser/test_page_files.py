# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""A file from one person to another by the page."""

import hashlib
import random

import pytest

from harness.browser import WITH_PANEL, Browser
from harness.file_end import SIZES
from harness.waiting import until

# The page's policy lets no script read what a link saves: it is taken where the link is made.
KEEP_SAVED = """
    const { createObjectURL } = URL;
    URL.createObjectURL = (file) => {
        window.saved = file;
        return createObjectURL.call(URL, file);
    };"""
SHA_256 = """
    const digest = await crypto.subtle.digest('SHA-256', await window.saved.arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');"""

# A network that takes no more of a file after some pieces.
STALL = """
    const { send } = RTCDataChannel.prototype;
    RTCDataChannel.prototype.send = function (data) {
        this.sent = (this.sent ?? 0) + 1;
        send.call(this, data);
    };
    Object.defineProperty(RTCDataChannel.prototype, 'bufferedAmount', {
        get() {
            return this.sent < 40 || !this.sent ? 0 : 1_000_000;
        },
    });"""


# The other's description is never applied: both wait for each other.
HOLD = """
    window.setRemoteDescription = RTCPeerConnection.prototype.setRemoteDescription;
    RTCPeerConnection.prototype.setRemoteDescription = () => new Promise(() => {});"""
RELEASE = "RTCPeerConnection.prototype.setRemoteDescription = window.setRemoteDescription;"


# What drives the browsers puts no more than 50 MB into a page's chooser; the largest goes by /protocol.js, in test_files.py.
PAGE_SIZES = (*SIZES[:-1], 20_000_000)


@pytest.fixture(params=["chromium to firefox", "firefox to chromium"])
def pair(request, server, open_browser, firefox) -> tuple[Browser, Browser]:
    """Alice, who offers, and Bob. Both are in the meeting."""
    alice, bob = (
        firefox if name == "firefox" else open_browser("chromium", **WITH_PANEL) for name in request.param.split(" to "))
    url = server.page(server.new_group())
    bob.join(url, "Bob", devices="Nothing")
    alice.join(url, "Alice", devices="Nothing")
    alice.click("button", "People")
    alice.wait_for("button", "Actions for Bob")
    return alice, bob


def offer(alice: Browser, name: str, content: bytes) -> None:
    alice.click("button", "Actions for Bob")
    alice.choose_file(name, content, "menuitem", "Send a file…")


@pytest.mark.row("F-10", "U-63", "U-74")
def test_files_of_all_sizes_arrive_as_they_were(pair):
    alice, bob = pair
    bob.evaluate(KEEP_SAVED)
    for size in PAGE_SIZES:
        content = random.Random(size).randbytes(size)
        name = f"readings-{size}.csv"
        offer(alice, name, content)
        bob.wait_for_text("the sender learns your network address")
        bob.click("button", f"Accept {name}")
        bob.wait_for("link", f"Save {name}", timeout=90)
        alice.wait_for_text("Sent, ")
        assert bob.evaluate(SHA_256) == hashlib.sha256(content).hexdigest()
        for browser in pair:
            browser.click("button", f"Dismiss {name}")
            browser.wait_gone("button", f"Dismiss {name}")


@pytest.mark.row("U-74")
def test_offers_leave_the_chat_usable_on_a_telephone(url, alice, open_browser):
    bob = open_browser("chromium", width=390, height=844)
    bob.join(url, "Bob", devices="Nothing")
    alice.click("button", "People")
    for number in range(4):
        offer(alice, f"{number}.txt", b"?")
        bob.wait_for("button", f"Accept {number}.txt")
    bob.click("button", "Chat")
    # A click is refused where something else is above.
    bob.click("textbox", "Message")
    bob.write("wait a moment")
    alice.click("button", "Chat")
    alice.wait_for_text("wait a moment")
    bob.click("button", "Decline 3.txt")
    bob.click("button", "Close panel")
    bob.click("button", "Decline 2.txt")


@pytest.mark.row("U-54")
def test_a_file_is_sent_by_command(pair):
    alice, bob = pair
    alice.click("button", "Chat")
    alice.fill("textbox", "Message", "/sendfile Bob")
    alice.choose_file("notes.txt", b"by command", "button", "Send")
    bob.click("button", "Accept notes.txt")
    bob.wait_for("link", "Save notes.txt")


@pytest.mark.row("U-74")
def test_the_end_of_a_long_name_is_seen(pair):
    alice, bob = pair
    name = "holidays.jpg-" + "a" * 150 + ".exe"
    offer(alice, name, b"not a picture")
    bob.wait_for("button", f"Accept {name}")
    shown = "return document.querySelector('.transfer-name').innerText"
    for browser in pair:
        text = browser.evaluate(shown)
        assert text.startswith("holidays.jpg-aaa") and text.endswith("aaa.exe") and "…" in text and len(text) < 70
    bob.click("button", f"Decline {name}")


@pytest.mark.row("U-74")
def test_a_file_that_was_not_saved_outlasts_the_meeting(pair):
    alice, bob = pair
    bob.evaluate("""
        const { revokeObjectURL } = URL;
        window.revoked = 0;
        URL.revokeObjectURL = (address) => {
            window.revoked += 1;
            revokeObjectURL.call(URL, address);
        };""")
    offer(alice, "notes.txt", b"to be kept")
    bob.click("button", "Accept notes.txt")
    bob.wait_for("link", "Save notes.txt")
    offer(alice, "late.txt", b"not yet accepted")
    bob.wait_for("button", "Accept late.txt")
    bob.click("button", "Leave the meeting")
    bob.wait_for("textbox", "Your name")
    assert bob.is_visible("link", "Save notes.txt")
    assert not bob.is_visible("button", "Accept late.txt")
    # In the next meeting as well, and no more once it is dismissed.
    bob.submit_join("Bob", devices="Nothing")
    bob.wait_for("button", "Leave the meeting")
    bob.wait_for("link", "Save notes.txt")
    bob.click("button", "Dismiss notes.txt")
    bob.wait_gone("link", "Save notes.txt")
    assert bob.evaluate("return window.revoked") == 1


@pytest.mark.row("U-74")
def test_a_file_is_declined_and_cancelled_from_both_sides(pair):
    alice, bob = pair
    offer(alice, "unwanted.txt", b"?")
    bob.click("button", "Decline unwanted.txt")
    alice.wait_for_text("Not transferred: declined")
    offer(alice, "withdrawn.txt", b"!")
    bob.wait_for("button", "Accept withdrawn.txt")
    alice.click("button", "Cancel withdrawn.txt")
    bob.wait_gone("button", "Accept withdrawn.txt")
    # What is said of a file is said of this one: the others are no more on the screen.
    for browser in pair:
        for name in ("unwanted.txt", "withdrawn.txt"):
            browser.click("button", f"Dismiss {name}")

    alice.evaluate(HOLD)
    for name, canceller, other in (("early.txt", alice, bob), ("too-early.txt", bob, alice)):
        offer(alice, name, b"?!")
        bob.click("button", f"Accept {name}")
        for browser in pair:
            browser.wait_for_text("Connecting…")
        canceller.click("button", f"Cancel {name}")
        other.wait_for_text("Not transferred: cancelled")
        for browser in pair:
            browser.click("button", f"Dismiss {name}")
    alice.evaluate(RELEASE)

    alice.evaluate(STALL)
    for name, canceller, other in (("one.bin", alice, bob), ("two.bin", bob, alice)):
        offer(alice, name, b"0" * 1_000_000)
        bob.click("button", f"Accept {name}")
        until(f"progress of {name}", lambda: bob.evaluate("""
            const bar = [...document.querySelectorAll('progress')].find((each) => each.ariaLabel === argument);
            return !bar.hidden && bar.value > 0 && bar.value < 1;""", f"Progress of {name}"))
        bob.wait_for_text("% of 1 MB received")
        canceller.click("button", f"Cancel {name}")
        other.wait_for_text("Not transferred: cancelled")
        for browser in pair:
            browser.click("button", f"Dismiss {name}")


@pytest.mark.row("U-63", "U-74")
def test_the_focus_stays_near_what_is_dismissed(pair):
    alice, bob = pair
    for name in ("first.txt", "second.txt", "third.txt"):
        offer(alice, name, b"?")
        bob.click("button", f"Decline {name}")
        bob.wait_for("button", f"Dismiss {name}")
    # The newest is at the top. To the next one down, then up, and from the last to where files come from.
    bob.press("button", "Dismiss second.txt", "Enter")
    assert bob.focused() == "Dismiss first.txt"
    bob.press_key("Enter")
    assert bob.focused() == "Dismiss third.txt"
    bob.press_key("Enter")
    assert bob.focused() == "People"
    # After the meeting there is the form.
    offer(alice, "notes.txt", b"to be kept")
    bob.click("button", "Accept notes.txt")
    bob.wait_for("link", "Save notes.txt")
    bob.click("button", "Leave the meeting")
    bob.wait_for("textbox", "Your name")
    bob.press("button", "Dismiss notes.txt", "Enter")
    assert bob.focused() == "Your name"
