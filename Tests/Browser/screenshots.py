# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT
"""Pictures of every view at two sizes, light and dark, to be looked at. Not collected by default:

    make screenshots

They go to .build/screenshots. What a program can judge is asserted: nothing is wider than the window, no text is cut off
that is not meant to be, no button lies outside of the window, and text stands out from what is behind it.
"""

from collections.abc import Callable, Iterator

import pytest

from harness.chromium import Chromium
from harness.server import EVERYBODY_PRESENTS, ROOT
from harness.sources import PatternTrack, ToneTrack
from harness.waiting import until
from test_page_files import STALL
from test_page_hostile import invitation

DIRECTORY = ROOT / ".build" / "screenshots"
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
SCHEMES = ["light", "dark"]

NAMES = [
    "Pierre", "Lise Meitner", "Someone with a name that is much too long for the place that it gets on the screen",
    "Emmy Noether", "Chien-Shiung Wu", "Ada", "Rosalind Franklin", "Maria Goeppert-Mayer", "Hedy", "Jocelyn", "Vera Rubin",
    "Katherine Johnson", "Grace Hopper", "Mary Somerville", "Sofja Kowalewskaja", "Émilie du Châtelet", "Hypatia", "Irène",
    "Barbara McClintock", "Caroline Herschel",
]

# Everybody may do all: so every menu is complete.
OPERATORS = {"displayName": "Physics practical", "wildcard-user": {"password": {"type": "wildcard"}, "permissions": "op"}}

JUDGE = """
    const problems = [];
    if (document.documentElement.scrollWidth > window.innerWidth) {
        problems.push(`the page is ${document.documentElement.scrollWidth} wide`);
    }
    const luminance = (rgb) => {
        const [r, g, b] = rgb.map((value) => {
            const part = value / 255;
            return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
    const backdrop = (element) => {
        for (let node = element; node; node = node.parentElement) {
            const style = getComputedStyle(node);
            const [r, g, b, alpha = 1] = parse(style.backgroundColor);
            if (alpha === 1) {
                return [r, g, b];
            }
            // What is behind is a picture.
            if (alpha > 0) {
                return null;
            }
        }
        return [255, 255, 255];
    };
    const dialog = document.querySelector('dialog[open]');
    for (const element of (dialog ?? document.body).querySelectorAll('*')) {
        const box = element.getBoundingClientRect();
        const style = getComputedStyle(element);
        if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || box.width < 2) {
            continue;
        }
        const what = `${element.tagName} ${element.className} “${(element.ariaLabel ?? element.textContent).trim().slice(0, 40)}”`;
        const scrolled = element.closest('.chat-messages, .users, .transfers, .dialog, .landing');
        if (element.matches('button, input, select, textarea, a') && !scrolled
            && (box.left < -1 || box.right > innerWidth + 1 || box.top < -1 || box.bottom > innerHeight + 1)) {
            problems.push(`${what} lies outside`);
        }
        const text = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
        if (!text || element.closest('.visually-hidden')) {
            continue;
        }
        if (element.scrollWidth > element.clientWidth + 1 && style.overflowX === 'visible' && style.display !== 'inline') {
            problems.push(`${what} is cut off`);
        }
        const behind = backdrop(element);
        if (behind && !element.closest(':disabled')) {
            const [light, dark] = [luminance(parse(style.color)), luminance(behind)].sort((a, b) => b - a);
            const contrast = (light + 0.05) / (dark + 0.05);
            if (contrast < 4.5) {
                problems.push(`${what} has a contrast of ${contrast.toFixed(2)}`);
            }
        }
    }
    return [...new Set(problems)];
"""

Shoot = Callable[[str], None]


@pytest.fixture
def page(chromium_process) -> Iterator[Chromium]:
    browser = Chromium(chromium_process)
    yield browser
    browser.close()


@pytest.fixture
def shoot(page) -> Iterator[Shoot]:
    """Takes the four pictures of what the page shows now. What a program finds fault with comes at the end."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    problems: list[str] = []

    def shoot_(view: str, sizes: tuple[str, ...] = tuple(SIZES)) -> None:
        for size in sizes:
            for scheme in SCHEMES:
                page.show_as(*SIZES[size], scheme)
                # Until it has been drawn, movements included.
                page.evaluate("""
                    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
                    await Promise.allSettled(document.getAnimations().map((each) => each.finished));""")
                page.screenshot(DIRECTORY / f"{view}-{size}-{scheme}.png")
                problems.extend(f"{view}, {size}, {scheme}: {each}" for each in page.evaluate(JUDGE))
        page.show_as(*SIZES["desktop"])

    yield shoot_
    assert not problems, "\n".join(problems)


def say(peers, member, username: str, text: str, **fields: str) -> None:
    peers.run(member.send({"type": "chat", "source": member.id, "username": username, "value": text, **fields}))


def test_landing(server, page, shoot):
    page.open(server.url + "/")
    page.wait_for("heading", "Public groups")
    server.write_group("lectures", {
        **EVERYBODY_PRESENTS, "public": True, "displayName": "Lectures",
        "description": "Mondays at ten, and whenever somebody has something to tell.",
    })
    server.write_group("a-very-long-group-name-that-does-not-break-anywhere", {**EVERYBODY_PRESENTS, "public": True})
    for group in ("lectures", "a-very-long-group-name-that-does-not-break-anywhere"):
        page.open(server.page(group))
    page.open(server.url + "/")
    page.wait_for_text("Lectures")
    shoot("landing")
    page.fill("textbox", "Group", "nowhere")
    page.click("button", "Join")
    page.wait_for_text("There is no group")
    shoot("landing-error")


def test_not_found(server, page, shoot):
    page.open(server.page("nowhere"))
    page.wait_for_text("Nothing here")
    shoot("not-found")


def test_join(server, page, shoot):
    group = server.new_group({
        "displayName": "Physics practical", "description": "Bring your lenses.", "public": True,
        "users": {"Marie": {"password": "x", "permissions": "op"}},
    })
    page.open(server.page(group))
    page.wait_for("textbox", "Your name")
    shoot("join")
    page.submit_join("Marie", "wrong")
    page.wait_for_text("The name or the password is wrong.")
    shoot("join-refused")


def test_meeting(server, peers, page, shoot):
    group = server.new_group(OPERATORS)
    page.join(server.page(group), "Marie Skłodowska", devices="Nothing")
    shoot("meeting-empty")
    page.click("button", "Close panel")
    shoot("meeting-empty-without-panel")
    page.click("button", "Turn on camera")
    page.wait_for_tile("up", "Marie Skłodowska (you)")
    shoot("meeting-1")
    members = []
    for count in (2, 3, 4, 6, 9, 16, 20):
        while len(members) < count - 1:
            name = NAMES[len(members)]
            member = peers.joined(server.websocket_url, group, name)
            picture = None if name == "Lise Meitner" else PatternTrack(160, 120, rate=3)
            peers.run(member.publish(picture, ToneTrack() if name == "Lise Meitner" else None))
            members.append(member)
        def shown() -> bool:
            """All of them, and of all but Lise Meitner, who sends sound only, a picture."""
            tiles = page.measure("tiles")
            return len(tiles) == count and all(tile["width"] > 0 or tile["name"] == "Lise Meitner" for tile in tiles)

        until(f"{count} tiles", shown, 60)
        shoot(f"meeting-{count}")
    peers.close_peers()


def test_chat_and_people(server, peers, page, shoot):
    group = server.new_group(OPERATORS)
    page.join(server.page(group), "Marie Skłodowska")
    members = [peers.joined(server.websocket_url, group, name) for name in NAMES[:5]]
    peers.run(members[0].publish(PatternTrack(rate=3), None))
    page.wait_for_tile("down", "Pierre")
    page.click("button", "Close panel")
    for text in ("Good morning", "Has everybody got the readings?", "They are at https://example.org/" + "long/" * 20):
        say(peers, members[0], "Pierre", text)
    say(peers, members[1], "Lise Meitner", "nods", kind="me")
    say(peers, members[2], NAMES[2], "I have no readings.")
    until("unread", lambda: "5" in page.text().split())
    shoot("meeting-unread")
    page.click("button", "Chat")
    page.wait_for_text("nods")
    page.fill("textbox", "Message", "Yes, thank you.\nWith two lines.")
    page.click("button", "Send")
    page.wait_for_text("With two lines.")
    page.click("button", "Mute microphone")
    shoot("chat")
    page.fill("textbox", "Message", "/help")
    page.click("button", "Send")
    page.wait_for_text("show these commands")
    shoot("chat-help")

    setdata = {"type": "useraction", "kind": "setdata", "source": members[1].id, "username": "Lise Meitner", "dest": members[1].id}
    peers.run(members[1].send({**setdata, "value": {"raisehand": True}}))
    page.click("button", "Raise hand")
    page.click("button", "People")
    page.wait_for_text("hand raised")
    shoot("people")
    page.click("button", "Actions for Pierre")
    shoot_menu(page, shoot, "people-menu", "Actions for Pierre")
    page.click("menuitem", "Private message")
    page.write("Only for you.")
    page.fill("textbox", "Message", "A message that is being written and is so long that it needs more than the one line that it began with")
    shoot("chat-private")
    page.click("button", "Group actions")
    shoot_menu(page, shoot, "group-menu", "Group actions")
    page.click("menuitem", "Lock the group…")
    page.wait_for("dialog", "Lock the group?")
    shoot("dialog-lock")
    page.fill("textbox", "Message for those outside (optional)", "We have begun.")
    page.click("button", "Lock")
    page.wait_for_text("The group has been locked.")
    shoot("meeting-locked")
    page.click("button", "People")
    page.click("button", "Actions for Lise Meitner")
    page.click("menuitem", "Remove from the group…")
    shoot("dialog-kick")
    page.click("button", "Cancel")
    page.click("button", "Settings")
    page.wait_for("dialog", "Settings")
    shoot("settings")
    page.click("button", "Close")
    warning = {"type": "usermessage", "kind": "warning", "source": members[1].id, "username": "Lise Meitner", "value": "Five minutes left."}
    peers.run(members[1].send(warning))
    page.wait_for_text("Five minutes left.")
    shoot("notice")
    kick = {"type": "useraction", "kind": "kick", "source": members[1].id, "username": "Lise Meitner", "value": "That will do."}
    me = peers.run(members[1].expect("user", username="Marie Skłodowska"))["id"]
    peers.run(members[1].send({**kick, "dest": me}))
    page.wait_for_text("Lise Meitner has removed you")
    shoot("removed")


def test_menus_and_dialogs(server, peers, page, shoot):
    """Of what test_chat_and_people does not open."""
    group = server.new_group(OPERATORS)
    page.join(server.page(group), "Marie Skłodowska")
    page.wait_for_tile("up", "Marie Skłodowska (you)")
    member = peers.joined(server.websocket_url, group, "Pierre")
    for text in ("Good morning", "Shall we begin?", "I have the readings."):
        say(peers, member, "Pierre", text)
    page.wait_for_text("I have the readings.")
    opener = "Actions for the message of Pierre"
    # The last of them.
    page.evaluate("document.querySelectorAll('[role=log] li:not(:last-child) button').forEach((each) => each.remove())")
    page.click("button", opener)
    shoot_menu(page, shoot, "chat-message-menu", opener)
    page.press("menuitem", "Delete this message", "Escape")
    page.click("button", "People")
    page.click("button", "Actions for Marie Skłodowska")
    shoot_menu(page, shoot, "people-own-menu", "Actions for Marie Skłodowska")
    page.press("menuitem", "Settings", "Escape")
    page.click("button", "Group actions")
    page.click("menuitem", "Send a notice to everybody…")
    page.wait_for("dialog", "Notice to everybody")
    shoot("dialog-notice")
    page.click("button", "Cancel")
    page.click("button", "Group actions")
    page.click("menuitem", "Clear the chat…")
    page.wait_for("dialog", "Clear the chat?")
    shoot("dialog-clear")
    page.click("button", "Cancel")
    page.click("button", "Chat")
    page.write("/lock We have begun.")
    page.wait_for_text("The group has been locked.")
    page.click("button", "Group actions")
    shoot_menu(page, shoot, "group-menu-locked", "Group actions")


def test_member_without_rights(server, peers, page, shoot):
    group = server.new_group({
        "displayName": "Physics practical", "users": {"Marie": {"password": {"type": "wildcard"}, "permissions": "observe"}},
        "wildcard-user": {"password": {"type": "wildcard"}, "permissions": "present"},
    })
    page.join(server.page(group), "Marie")
    member = peers.joined(server.websocket_url, group, "Pierre")
    peers.run(member.publish(PatternTrack(rate=3), None))
    say(peers, member, "Pierre", "Good morning")
    page.wait_for_tile("down", "Pierre")
    page.wait_for_text("Good morning")
    shoot("observer")
    page.click("button", "People")
    shoot("observer-people")


def test_join_of_a_locked_group(server, peers, page, open_browser, shoot):
    url = server.page(server.new_group({**OPERATORS, "public": True, "description": "Bring your lenses."}))
    other = open_browser("chromium")
    other.join(url, "Pierre", devices="Nothing")
    other.write("/lock We have begun.")
    other.wait_for_text("The group has been locked.")
    page.open(url)
    page.wait_for_text("only operators can enter now")
    shoot("join-locked")


def test_join_without_webrtc(server, page, shoot):
    page.page.add_init_script("delete window.RTCPeerConnection;")
    page.open(server.page(server.new_group({**EVERYBODY_PRESENTS, "displayName": "Physics practical"})))
    page.wait_for_text("it has no WebRTC")
    shoot("join-without-webrtc")


def shoot_menu(page: Chromium, shoot: Shoot, view: str, opener: str) -> None:
    """Of a menu that is open now, and shall be afterwards. It closes when the window changes: it is opened at each size."""
    for size, (width, height) in SIZES.items():
        close_menu(page, width, height)
        page.click("button", opener)
        shoot(view, (size,))
    close_menu(page, *SIZES["desktop"])
    page.click("button", opener)


def close_menu(page: Chromium, width: int, height: int) -> None:
    page.show_as(width, height - 1)
    page.show_as(width, height)
    until("no menu", lambda: page.evaluate("return document.querySelector('.menu') === null"))


def test_screen(server, peers, page, open_browser, shoot):
    group = server.new_group()
    url = server.page(group)
    page.join(url, "Marie")
    other = open_browser("chromium")
    other.join(url, "Pierre", devices="Nothing")
    other.click("button", "Share your screen")
    until("the screen", lambda: any(tile["label"] == "screenshare" and tile["width"] > 0 for tile in page.tiles("down")))
    for name in NAMES[3:6]:
        peers.run(peers.joined(server.websocket_url, group, name).publish(PatternTrack(160, 120, rate=3), None))
    until("five tiles", lambda: len([tile for tile in page.measure("tiles") if tile["width"] > 0]) == 5)
    shoot("screen-of-another")
    page.click("button", "Close panel")
    shoot("screen-of-another-without-panel")
    other.click("button", "Stop sharing your screen")
    until("no screen", lambda: len(page.tiles("down")) == 3)
    page.click("button", "Share your screen")
    until("own screen", lambda: len(page.tiles("up")) == 2)
    shoot("screen-own")


def test_files(server, page, open_browser, shoot):
    url = server.page(server.new_group())
    page.join(url, "Marie")
    other = open_browser("chromium")
    other.join(url, "Pierre", devices="Nothing")
    page.click("button", "People")
    other.click("button", "People")
    other.wait_for("button", "Actions for Marie")

    def offer(browser: Chromium, whom: str, name: str, content: bytes) -> None:
        browser.click("button", f"Actions for {whom}")
        browser.choose_file(name, content, "menuitem", "Send a file…")

    offer(other, "Marie", "readings.csv", b"1" * 1000)
    page.wait_for("button", "Accept readings.csv")
    shoot("file-offered")
    page.click("button", "Accept readings.csv")
    page.wait_for("link", "Save readings.csv")
    offer(page, "Pierre", "a-very-long-file-name-" * 6 + ".tar.gz", b"2" * 2_000_000)
    page.wait_for_text("waiting for an answer")
    offer(page, "Pierre", "refused.txt", b"3")
    other.wait_for("button", "Decline refused.txt")
    other.click("button", "Decline refused.txt")
    page.wait_for_text("Not transferred")
    shoot("files")
    for name in ("refused.txt", "readings.csv"):
        page.click("button", f"Dismiss {name}")
    page.evaluate(STALL)
    offer(page, "Pierre", "film.webm", b"4" * 1_500_000)
    other.click("button", "Accept film.webm")
    page.wait_for_text("% of 1.5 MB sent")
    shoot("file-progress")


def test_more_files_than_can_be_shown(server, peers, page, shoot):
    group = server.new_group()
    page.join(server.page(group), "Marie")
    member = peers.joined(server.websocket_url, group, "Pierre")
    marie = peers.run(member.expect("user", username="Marie"))["id"]
    for number in range(10):
        peers.run(member.send(invitation(member, "Pierre", marie, number)))
    page.wait_for_text("2 more files were offered and refused")
    shoot("files-refused")


def test_disconnected(start_server, page, shoot):
    server = start_server()
    page.join(server.page(server.new_group()), "Marie")
    page.wait_for_tile("up", "Marie (you)")
    page.click("button", "Close panel")
    server.stop()
    page.wait_for_text("Connection lost")
    shoot("disconnected")
    server.start()
    page.wait_for_text("Connected again.", timeout=60)
    page.wait_for_tile("up", "Marie (you)")
    shoot("connected-again")


def test_device_refused(server, page, shoot):
    page.open(server.page(server.new_group()))
    page.wait_for("textbox", "Your name")
    page.evaluate("navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))")
    page.install_hook()
    page.submit_join("Marie")
    page.wait_for_text("The browser was not allowed to use the camera")
    shoot("device-refused")


def test_device_missing(server, page, shoot):
    page.open(server.page(server.new_group()))
    page.wait_for("textbox", "Your name")
    page.evaluate("""
        const { mediaDevices } = navigator;
        const open = mediaDevices.getUserMedia.bind(mediaDevices);
        mediaDevices.getUserMedia = (constraints) => (
            constraints.video ? Promise.reject(new DOMException('none', 'NotFoundError')) : open(constraints));""")
    page.install_hook()
    page.submit_join("Marie")
    page.wait_for_text("The camera cannot be used. Only the microphone is on.")
    page.click("button", "Close panel")
    shoot("device-missing")


def test_tile_controls(server, peers, page, shoot):
    group = server.new_group()
    page.join(server.page(group), "Marie")
    peers.run(peers.joined(server.websocket_url, group, "Pierre").publish(PatternTrack(rate=3), ToneTrack()))
    page.wait_for_tile("up", "Marie (you)")
    page.wait_for_tile("down", "Pierre")
    page.click("button", "Close panel")
    page.press("slider", "Volume of Pierre", "Home")
    shoot("tile-controls")


def test_example(server, peers, page, shoot):
    group = server.write_group("public")
    page.open(f"{server.url}/example/")
    shoot("example")
    page.click("button", "Start")
    page.wait_for_text("Connected as example-user")
    member = peers.joined(server.websocket_url, group, "Pierre")
    peers.run(member.publish(PatternTrack(rate=3), None))
    say(peers, member, "Pierre", "Good morning")
    page.wait_for_text("Pierre: Good morning")
    page.click("button", "Show my camera")
    until("two videos", lambda: page.evaluate(
        "return [...document.querySelectorAll('video')].filter((video) => video.videoWidth > 0).length") == 2)
    shoot("example-started")
