# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""A meeting by the page: words, hands and screens, a connection that is lost and comes back, devices that are missing or
start late."""

import pytest

from harness.acting import act_on, act_on_group
from harness.browser import WITH_PANEL
from harness.server import ALICE_MODERATES
from harness.waiting import until


@pytest.fixture(params=["chromium", "firefox"])
def bob(request, open_browser):
    """Has not joined yet."""
    if request.param == "firefox":
        return request.getfixturevalue("firefox")
    return open_browser("chromium", **WITH_PANEL)


@pytest.mark.row("P-22", "U-37", "U-42", "U-43")
def test_a_private_message_is_shown_as_such_to_two_only(url, alice, bob, open_browser):
    bob.join(url, "Bob Smith", devices="Nothing")
    carol = open_browser("chromium", **WITH_PANEL)
    carol.join(url, "Carol", devices="Nothing")
    act_on(alice, "Bob Smith", "Private message")
    alice.wait_for_text("Privately to Bob Smith")
    alice.write("between us")
    for browser, who in ((alice, "You → Bob Smith"), (bob, "Alice → you")):
        browser.wait_for_text("between us")
        assert f"{who} private" in browser.text().replace("\n", " ")
    bob.write('/msg "Alice" and back')
    alice.wait_for_text("and back")
    alice.click("button", "Write to everybody again")
    alice.write("/msg \"Bob Smith\" by its name")
    bob.wait_for_text("by its name")
    alice.write("for all")
    carol.wait_for_text("for all")
    for text in ("between us", "and back", "by its name"):
        assert text not in carol.text()


@pytest.mark.row("U-39", "U-40", "U-42", "U-45", "U-59")
def test_commands_are_explained_and_refused_in_words(url, alice, open_browser):
    bob = open_browser("chromium", **WITH_PANEL)
    bob.join(url, "Bob", devices="Nothing")
    bob.write("/help")
    bob.wait_for_text("/msg USER TEXT – write to one person only")
    assert "/kick" not in bob.text()
    alice.write("/help")
    alice.wait_for_text("/kick USER [REASON]")
    for command, words in {
        "/kick Alice": "You are not allowed to use /kick here.",
        "/dance": "There is no command /dance.",
        "/msg Zoe hello": "There is nobody named “Zoe” here.",
    }.items():
        bob.write(command)
        bob.wait_for_text(words)
    bob.write("//not a command")
    alice.wait_for_text("/not a command")
    # What one writes takes room from the messages, but not from the newest.
    alice.write("the newest")
    alice.wait_for_text("the newest")
    alice.fill("textbox", "Message", "a long message " * 20)
    until("the newest in view", lambda: alice.evaluate("""
        const log = document.querySelector('[role=log]');
        return log.querySelector('li:last-child').getBoundingClientRect().bottom <= log.getBoundingClientRect().bottom;"""))
    bob.write("/raise")
    alice.click("button", "People")
    alice.wait_for_text("hand raised")
    bob.write("/leave")
    bob.wait_for("textbox", "Your name")


@pytest.mark.row("P-12", "U-59", "U-61", "U-62")
def test_a_raised_hand_is_seen(url, alice, bob):
    bob.join(url, "Bob", devices="Nothing")
    alice.click("button", "People")
    bob.click("button", "Raise hand")
    alice.wait_for_text("hand raised")
    bob.click("button", "Lower hand")
    until("no hand", lambda: "hand raised" not in alice.text())


@pytest.mark.row("U-09", "U-47", "U-55", "U-79")
def test_nothing_seems_done_without_a_connection(start_server, open_browser):
    server = start_server()
    url = server.page(server.new_group(ALICE_MODERATES))
    alice = open_browser("chromium", **WITH_PANEL)
    alice.join(url, "Alice", "correct horse", devices="Nothing")
    act_on_group(alice, "Lock the group…")
    alice.wait_for("dialog", "Lock the group?")
    server.stop()
    alice.wait_for_text("Connection lost")
    alice.click("button", "Lock")
    alice.wait_for_text("Not done: there is no connection to the meeting.")
    assert not alice.is_visible("button", "Group actions")
    server.start()
    alice.wait_for_text("Connected again.", timeout=30)
    alice.wait_for("button", "Group actions")
    assert not alice.is_visible("button", "Unlock the group")
    act_on_group(alice, "Lock the group…")
    alice.click("button", "Lock")
    alice.wait_for_text("The group has been locked.")


@pytest.mark.row("U-63", "U-78")
def test_dialogs_end_with_the_meeting(url, alice, bob):
    bob.join(url, "Bob", devices="Nothing")
    # Two quick clicks open one dialog.
    bob.evaluate("""
        const button = document.querySelector('button[aria-label=Settings]');
        button.click();
        button.click();""")
    bob.wait_for("dialog", "Settings")
    assert bob.evaluate("return document.querySelectorAll('dialog').length") == 1
    alice.click("button", "People")
    alice.wait_for("button", "Actions for Bob")
    alice.click("button", "Chat")
    alice.write("/kick Bob")
    bob.wait_for_text("Alice has removed you from the group.")
    assert not bob.is_visible("dialog", "Settings")
    assert bob.is_visible("textbox", "Your name")


@pytest.mark.row("P-22", "U-42")
def test_a_private_action_is_shown_as_such(url, alice, bob):
    # Other pages write such messages.
    bob.join(url, "Bob", devices="Nothing")
    alice.write("hello")
    bob.wait_for_text("hello")
    bob.evaluate("""
        const send = WebSocket.prototype.send;
        WebSocket.prototype.send = function (text) {
            send.call(this, text.replace('"kind":"","value":"waves"', '"kind":"me","value":"waves"'));
        };""")
    bob.write("/msg Alice waves")
    alice.wait_for_text("Bob waves")
    assert "Bob → you private" in alice.text().replace("\n", " ")


@pytest.mark.row("U-13", "U-19", "U-52", "U-66", "U-72")
def test_a_screen_is_shown_large_until_it_is_stopped(url, alice, bob):
    bob.join(url, "Bob", devices="Nothing")
    alice.click("button", "Turn on camera")
    bob.wait_for_tile("down", "Alice")
    alice.click("button", "Share your screen")
    until("the screen", lambda: [t for t in bob.tiles("down") if t["label"] == "screenshare" and t["width"] > 0])

    def area(label: str) -> float:
        return bob.evaluate("""
            const tile = document.querySelector(`figure.tile[data-label=${argument}]`);
            return tile.clientWidth * tile.clientHeight;""", label)

    # The tiles are placed anew once the size of the picture is known.
    until("a screen larger than people", lambda: area("screenshare") > 1.5 * area("camera"))
    # The browser has a button of its own, which ends the track.
    alice.evaluate("""
        const [track] = document.querySelector('.tile[data-label=screenshare] video').srcObject.getVideoTracks();
        track.stop();
        track.dispatchEvent(new Event('ended'));""")
    until("no screen", lambda: [t["label"] for t in bob.tiles("down")] == ["camera"])
    alice.write("/sharescreen")
    until("the screen", lambda: [t for t in bob.tiles("down") if t["label"] == "screenshare" and t["width"] > 0])
    alice.click("button", "Stop sharing this screen")
    until("no screen", lambda: [t["label"] for t in bob.tiles("down")] == ["camera"])
    assert alice.is_visible("button", "Share your screen")


@pytest.mark.row("U-16", "U-79")
@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_the_page_comes_back_after_the_server_has(start_server, open_browser, browser):
    server = start_server()
    url = server.page(server.new_group())
    page = open_browser(browser)
    page.join(url, "Alice")
    page.wait_for_tile("up", "Alice (you)")
    server.stop()
    page.wait_for_text("Connection lost")
    server.start()
    page.wait_for_text("Connected again.", timeout=30)
    page.wait_for_tile("up", "Alice (you)")
    other = open_browser("chromium", **WITH_PANEL)
    other.join(url, "Bob", devices="Nothing")
    other.wait_for_tile("down", "Alice")
    page.write("here again")
    other.wait_for_text("here again")


@pytest.mark.row("U-16", "U-17")
@pytest.mark.parametrize(("missing", "words", "on"), [
    ("video", "Only the microphone is on.", "Mute microphone"), ("audio", "Only the camera is on.", "Turn off camera")])
def test_one_device_is_enough(url, open_browser, missing, words, on):
    bob = open_browser("chromium", **WITH_PANEL)
    bob.open(url)
    bob.wait_for("textbox", "Your name")
    bob.evaluate("""
        const { mediaDevices } = navigator;
        const open = mediaDevices.getUserMedia.bind(mediaDevices);
        mediaDevices.getUserMedia = (constraints) => (
            constraints[argument] ? Promise.reject(new DOMException('none', 'NotFoundError')) : open(constraints));""", missing)
    bob.submit_join("Bob")
    bob.wait_for_text(words)
    bob.wait_for("button", on)
    assert len(bob.tiles("up")) == 1


# Devices that open only when they are released, as when the browser asks the person first.
HOLD_DEVICES = """
    const { mediaDevices } = navigator;
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    const released = new Promise((resolve) => { window.releaseDevices = resolve; });
    mediaDevices.getUserMedia = async (constraints) => {
        await released;
        return open(constraints);
    };"""


@pytest.mark.row("U-17", "U-18")
def test_the_microphone_button_leaves_a_starting_camera_alone(url, alice, open_browser):
    bob = open_browser("chromium", **WITH_PANEL)
    bob.open(url)
    bob.wait_for("textbox", "Your name")
    bob.evaluate(HOLD_DEVICES)
    bob.submit_join("Bob")
    bob.click("button", "Unmute microphone")
    bob.evaluate("window.releaseDevices()")
    bob.wait_for("button", "Mute microphone")
    bob.wait_for("button", "Turn off camera")
    alice.wait_for_tile("down", "Bob")


@pytest.mark.row("U-18", "U-57", "U-73")
def test_a_microphone_that_is_muted_while_it_starts_comes_on_silent(url, alice, open_browser):
    bob = open_browser("chromium", **WITH_PANEL)
    bob.open(url)
    bob.wait_for("textbox", "Your name")
    bob.evaluate(HOLD_DEVICES)
    bob.submit_join("Bob")
    act_on(alice, "Bob", "Mute the microphone")
    bob.wait_for_text("Alice has muted your microphone.")
    bob.evaluate("window.releaseDevices()")
    bob.wait_for("button", "Turn off camera")
    assert bob.is_visible("button", "Unmute microphone")
    alice.wait_for_text("microphone is off")
