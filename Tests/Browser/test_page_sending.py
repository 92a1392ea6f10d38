# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""What is sent and received, and how it is shown: settings, streams that are replaced or fail, the controls of a tile."""

import pytest

from harness.acting import act_on
from harness.browser import WITH_PANEL, Browser
from harness.waiting import until


RATES = {
    "Lowest (150 kbit/s)": 150_000, "Low (300 kbit/s)": 300_000, "Normal (700 kbit/s)": 700_000, "Unlimited": 1_000_000_000,
}


def limits(browser: Browser) -> dict[str, int]:
    """How much each encoding of the camera's picture may take in bit/s, by rid, as the browser holds itself to it."""
    return browser.evaluate("""
        const alive = window.galeneTest.peers.filter((pc) => pc.signalingState !== 'closed');
        const senders = alive.flatMap((pc) => pc.getSenders()).filter(({ track }) => track?.kind === 'video');
        const encodings = senders.flatMap((sender) => sender.getParameters().encodings);
        return Object.fromEntries(encodings.map(({ rid = '', maxBitrate }) => [rid, maxBitrate]));""")


def wait_for_another_stream(browser: Browser, first: str, has_picture: bool = True) -> None:
    """Until the only video of others is another stream than this, in its place."""

    def found() -> list[bool]:
        return [tile["stream"] != first and (tile["width"] > 0 or not has_picture) for tile in browser.tiles("down")]

    until("the other stream", lambda: found() == [True])


def fragments(browser: Browser) -> list[str]:
    """What a browser calls its end of each path: another name begins with another search for a path."""
    return browser.evaluate("""
        const alive = window.galeneTest.peers.filter((pc) => pc.signalingState !== 'closed');
        return alive.map((pc) => /a=ice-ufrag:(.*)/.exec(pc.currentLocalDescription?.sdp ?? '')?.[1]);""")


@pytest.mark.row("U-28", "U-29", "U-70", "U-71")
@pytest.mark.parametrize("sender", ["chromium", "firefox"])
def test_the_quality_that_is_chosen_is_the_limit_of_what_is_sent(url, alice, open_browser, sender):
    bob = open_browser(sender, **WITH_PANEL)
    bob.join(url, "Bob")
    first = alice.wait_for_tile("down", "Bob")["stream"]
    bob.click("button", "Settings")
    assert limits(bob) == {"": 700_000}
    for option, rate in RATES.items():
        bob.choose("Video quality", option)
        until(f"{rate} bit/s at most", lambda: limits(bob) == {"": rate})
    # All that in place: nothing was negotiated anew.
    assert [tile["stream"] for tile in alice.tiles("down")] == [first]
    bob.choose("Second, small video", "Always")
    until("two sizes", lambda: limits(bob) == {"h": 1_000_000_000, "l": 100_000})
    bob.choose("Video quality", "Low (300 kbit/s)")
    until("two sizes, and less", lambda: limits(bob) == {"h": 300_000, "l": 100_000})
    # Another number of sizes is another stream, in the place of the first.
    wait_for_another_stream(alice, first)


@pytest.mark.row("U-33")
@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_settings_outlast_the_page(url, open_browser, browser):
    page = open_browser(browser, **WITH_PANEL)
    page.join(url, "Alice", "correct horse", devices="Nothing")
    chosen = {
        "Video quality": "Lowest (150 kbit/s)", "Second, small video": "Always", "Videos of others": "Sound only",
        "Colours": "Dark",
    }
    page.click("button", "Settings")
    for name, option in chosen.items():
        page.choose(name, option)
    page.click("checkbox", "Show me my own picture as in a mirror")
    page.open(url)
    page.wait_for("textbox", "Your name")
    assert page.evaluate("return document.documentElement.dataset.theme") == "dark"
    page.submit_join("Alice", "correct horse", devices="Nothing")
    page.wait_for("button", "Leave the meeting")
    page.click("button", "Settings")
    page.wait_for("dialog", "Settings")
    shown = page.evaluate("""
        return Object.fromEntries([...document.querySelectorAll('.settings select')]
            .map((select) => [select.labels[0].textContent, select.selectedOptions[0].text]));""")
    assert {name: shown[name] for name in chosen} == chosen
    assert not page.evaluate("return document.querySelector('[name=mirror]').checked")


@pytest.mark.row("U-18")
@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_who_has_muted_the_microphone_comes_back_silent(url, alice, open_browser, browser):
    bob = open_browser(browser, **WITH_PANEL)
    bob.join(url, "Bob")
    bob.click("button", "Mute microphone")
    alice.click("button", "People")
    alice.wait_for_text("microphone is off")
    bob.open(url)
    until("Bob has left", lambda: not alice.tiles("down"))
    bob.join(url, "Bob")
    bob.wait_for_text("Your microphone is muted, as you left it.")
    bob.wait_for("button", "Turn off camera")
    alice.wait_for_tile("down", "Bob")
    alice.wait_for_text("microphone is off")
    assert bob.is_visible("button", "Unmute microphone")
    bob.click("button", "Unmute microphone")
    until("heard", lambda: "microphone is off" not in alice.text())
    bob.open(url)
    bob.join(url, "Bob")
    bob.wait_for("button", "Mute microphone")
    assert "as you left it" not in bob.text()


@pytest.mark.row("U-51", "U-62")
def test_media_is_restarted_by_menu_and_command(url, alice, open_browser):
    bob = open_browser("chromium", **WITH_PANEL)
    bob.join(url, "Bob")
    first = alice.wait_for_tile("down", "Bob")["stream"]
    before = {browser: fragments(browser) for browser in (alice, bob)}
    act_on(bob, "Bob", "Restart all videos")
    until("another path up", lambda: fragments(bob) != before[bob] and all(fragments(bob)))
    act_on(alice, "Alice", "Restart all videos")
    until("another path down", lambda: fragments(alice) != before[alice] and all(fragments(alice)))
    before = fragments(bob)
    bob.click("button", "Chat")
    bob.write("/renegotiate")
    until("another path up", lambda: fragments(bob) != before and all(fragments(bob)))
    assert alice.wait_for_tile("down", "Bob")["stream"] == first
    bob.write("/replace")
    wait_for_another_stream(alice, first)


@pytest.mark.row("U-67")
def test_a_stream_that_has_lost_its_path_is_greyed_and_told(url, alice, open_browser):
    bob = open_browser("chromium", **WITH_PANEL)
    bob.join(url, "Bob")
    alice.wait_for_tile("down", "Bob")

    def is_grey() -> bool:
        return alice.evaluate("""
            const video = document.querySelector('.tile[data-direction=down] video');
            return Number(getComputedStyle(video).opacity) < 0.5;""")

    assert not is_grey()
    before = fragments(alice)
    # What a browser says half a minute after the path has gone, and when there is another.
    say = """
        const pc = window.galeneTest.peers.find((each) => each.signalingState !== 'closed');
        Object.defineProperty(pc, 'iceConnectionState', { configurable: true, value: argument });
        pc.dispatchEvent(new Event('iceconnectionstatechange'));"""
    alice.evaluate(say, "failed")
    alice.wait_for_text("The connection for the video of Bob is lost. It is being tried again.")
    assert is_grey()
    # Another path is asked for, and found.
    until("another path", lambda: fragments(alice) != before and all(fragments(alice)))
    alice.evaluate(say, "connected")
    until("in colour", lambda: not is_grey())


@pytest.mark.row("U-30", "U-33")
def test_settings_say_what_is_received(url, alice, open_browser):
    bob = open_browser("chromium", **WITH_PANEL)
    bob.join(url, "Bob")
    alice.wait_for_tile("down", "Bob")
    alice.click("button", "Settings")
    alice.choose("Videos of others", "Sound only")
    until("no picture", lambda: [tile["width"] for tile in alice.tiles("down")] == [0])
    alice.choose("Videos of others", "Everything")
    alice.wait_for_tile("down", "Bob")
    assert alice.evaluate("return JSON.parse(sessionStorage.getItem('galene.settings')).request") == "everything"


@pytest.mark.row("P-19", "U-29")
def test_the_third_person_makes_it_two_sizes(url, alice, open_browser):
    bob = open_browser("chromium", **WITH_PANEL)
    bob.open(url)
    bob.evaluate("sessionStorage.setItem('galene.settings', JSON.stringify({ simulcast: 'auto' }))")
    bob.join(url, "Bob")
    first = alice.wait_for_tile("down", "Bob")["stream"]
    assert set(bob.measure("outbound")) == {""}
    carol = open_browser("chromium", **WITH_PANEL)
    carol.join(url, "Carol", devices="Nothing")
    until("two sizes", lambda: {"h", "l"} <= set(bob.measure("outbound")))
    wait_for_another_stream(alice, first)


@pytest.mark.row("U-23", "U-24")
def test_another_microphone_takes_the_place_of_the_first(url, alice, open_browser):
    bob = open_browser("chromium", **WITH_PANEL)
    bob.join(url, "Bob")
    first = alice.wait_for_tile("down", "Bob")["stream"]
    bob.click("button", "Settings")
    bob.wait_for("dialog", "Settings")
    options = bob.evaluate("return [...document.querySelectorAll('select[name=microphone] option')].map((each) => each.text)")
    assert options[0] == "Chosen by the browser" and len(options) > 1
    bob.choose("Microphone", options[-1])
    wait_for_another_stream(alice, first)
    mirrored = "return getComputedStyle(document.querySelector('.tile[data-direction=up] video')).transform"
    assert bob.evaluate(mirrored) == "matrix(-1, 0, 0, 1, 0, 0)"
    bob.click("checkbox", "Show me my own picture as in a mirror")
    assert bob.evaluate(mirrored) == "none"


@pytest.mark.row("U-66")
def test_whom_one_has_silenced_stays_silent_when_the_stream_is_replaced(url, alice, open_browser):
    bob = open_browser("chromium", **WITH_PANEL)
    bob.join(url, "Bob")
    first = alice.wait_for_tile("down", "Bob")["stream"]
    alice.click("button", "Silence Bob for me")
    bob.click("button", "Turn off camera")
    wait_for_another_stream(alice, first, has_picture=False)

    def silence() -> list:
        return alice.evaluate("""
            const tile = document.querySelector('.tile[data-direction=down]');
            return [tile.querySelector('video').muted, tile.querySelector('[aria-label^=Silence]').ariaPressed];""")

    assert silence() == [True, "true"]
    alice.click("button", "Silence Bob for me")
    assert silence() == [False, "false"]


@pytest.mark.row("U-66")
@pytest.mark.parametrize("viewer", ["chromium", "firefox"])
def test_a_tile_has_a_volume_and_ones_own_may_be_closed(url, open_browser, viewer):
    alice, bob = open_browser(viewer, **WITH_PANEL), open_browser("chromium", **WITH_PANEL)
    alice.join(url, "Alice", "correct horse", devices="Nothing")
    bob.join(url, "Bob")
    alice.wait_for_tile("down", "Bob")

    def heard() -> list:
        return alice.evaluate("""
            const video = document.querySelector('.tile[data-direction=down] video');
            return [video.muted, video.volume];""")

    alice.evaluate("document.querySelector('[aria-label=\"Silence Bob for me\"]').focus()")
    alice.press("slider", "Volume of Bob", "Home")
    assert heard() == [True, 0]
    # Silent by the slider, and heard again by the button: as loud as can be, and the slider says so.
    alice.click("button", "Silence Bob for me")
    assert heard() == [False, 1]
    assert alice.evaluate("return document.querySelector('.tile-volume').value") == "1"
    alice.press("slider", "Volume of Bob", "Home")
    for _ in range(3):
        alice.press("slider", "Volume of Bob", "ArrowRight")
    assert heard() == [False, pytest.approx(0.15)]
    # The button alone changes nothing of it.
    alice.click("button", "Silence Bob for me")
    alice.click("button", "Silence Bob for me")
    assert heard() == [False, pytest.approx(0.15)]
    # What replaces the stream is as loud.
    first = alice.wait_for_tile("down", "Bob")["stream"]
    bob.click("button", "Turn off camera")
    wait_for_another_stream(alice, first, has_picture=False)
    assert heard() == [False, pytest.approx(0.15)]
    if viewer == "chromium":
        bob.click("button", "Turn on camera")
        alice.wait_for_tile("down", "Bob")
        alice.click("button", "Small window: Bob")
        until("the small window", lambda: alice.evaluate("return document.pictureInPictureElement !== null"))
        alice.click("button", "Small window: Bob")
        until("no small window", lambda: alice.evaluate("return document.pictureInPictureElement === null"))
    bob.click("button", "Stop sending camera and microphone")
    until("nothing is sent", lambda: not alice.tiles("down") and not bob.tiles("up"))
    assert bob.is_visible("button", "Turn on camera") and bob.is_visible("button", "Unmute microphone")
