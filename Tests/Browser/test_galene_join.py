# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""`galene join` in a terminal, in one meeting with a browser."""

import contextlib
import hashlib
import os
import pty
import re
import select
import signal
import subprocess

import pytest

from harness import staging
from harness.browser import WITH_PANEL, Browser
from harness.galene_command import GALENE
from harness.screen import Screen
from harness.sound import loudest
from harness.sound_server import SoundServer
from harness.swift_program import SwiftProgram
from harness.terminal import Terminal
from harness.test_pattern import BARS, TONE
from harness.waiting import until

# Times of day, which are the only thing on these screens that no test knows.
CLOCK = re.compile(r"\b\d\d:\d\d\b")

MONDAY = {
    "displayName": "Monday meeting", "wildcard-user": {"password": {"type": "wildcard"}, "permissions": "present"},
    "users": {"Alice": {"password": "correct horse", "permissions": "op"}},
}


def timeless(text: str) -> str:
    return CLOCK.sub("HH:MM", text.rstrip("\n"))


@pytest.fixture
def group(server) -> str:
    return server.new_group(MONDAY)


@pytest.mark.row("G-01")
def test_people_and_chat_at_80_by_24_and_what_is_left_of_it(server, group, open_browser, tmp_path):
    alice = open_browser("chromium", **WITH_PANEL)
    alice.join(server.page(group), "Alice", "correct horse", devices="Nothing")
    alice.write("before you came")
    with Terminal(80, 24) as terminal:
        terminal.enter("stty -a > before")
        terminal.enter(f"clear; {GALENE} join {server.page(group)} --username bob")
        terminal.wait_for("the meeting", lambda text: "before you came" in text and "Alice" in text)
        assert terminal.is_alternate
        terminal.enter("hello from a terminal")
        alice.wait_for_text("hello from a terminal")
        terminal.enter("/raise")
        terminal.wait_for("the hand", lambda text: "1 hand" in text)
        terminal.type("/msg Al")
        terminal.press("Tab")
        terminal.enter("between us")
        alice.wait_for_text("between us")
        alice.write("/warn bob please be brief")
        terminal.wait_for("the warning", lambda text: "Alice says: please be brief" in text)
        terminal.type("I thi\u0144k \u6f22\u5b57")
        shown = terminal.wait_for("what is typed", lambda text: "\u6f22\u5b57" in text)
        wide = "\u2500"
        chat = [
            " HH:MM Alice: before you came", " HH:MM bob: hello from a terminal",
            " HH:MM You \u2192 Alice, privately: between us", " HH:MM Alice says: please be brief",
        ]
        expected = [
            "\u2500 Monday meeting ".ljust(55, wide) + "\u252c People 2 \u2500 1 hand \u2500\u2500\u2500\u2500\u2500",
            " " * 55 + "\u2502 \u25cf bob (you)       hand", " " * 55 + "\u2502 \u25cf Alice             op",
            *[" " * 55 + "\u2502"] * 15, *[line.ljust(55) + "\u2502" for line in chat],
            "\u2500 bob ".ljust(47, wide) + " /help \u00b7 PageUp \u00b7 Ctrl-C leaves \u2500", "> I thi\u0144k \u6f22\u5b57",
        ]
        assert timeless(shown).splitlines() == expected

        terminal.resize(20, 5)
        small = terminal.wait_for("a small screen", lambda text: len(text.splitlines()) <= 5 and "Monday" in text)
        assert small.splitlines()[0].startswith("Monday meeting")
        terminal.resize(80, 24)
        until("the same again", lambda: timeless(terminal.text).splitlines() == expected)

        terminal.press("C-c")
        terminal.wait_for("the shell", lambda text: "ready$" in text and "Monday" not in text)
        assert not terminal.is_alternate
        terminal.enter("echo status $?; stty -a > after")
        terminal.wait_for("the status", lambda text: "status 0" in text)
        until("the state", (terminal.directory / "after").is_file)
        before = (terminal.directory / "before").read_text()
        until("the same state", lambda: (terminal.directory / "after").read_text() == before)
        alice.click("button", "People")
        until("bob has left", lambda: not alice.is_visible("button", "Actions for bob"))
        left = {path.name for path in terminal.directory.iterdir()} - {"before", "after"}
        assert not left


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.row("G-01")
def test_every_signal_leaves_the_terminal_as_it_was(server, group, end):
    with Terminal(80, 24) as terminal:
        terminal.enter(f"stty -a > before; {GALENE} join {server.page(group)} --username bob &")
        terminal.enter("fg")
        terminal.wait_for("the meeting", lambda text: "bob (you)" in text)
        children = subprocess.run(
            ["pgrep", "-f", f"galene join {server.page(group)}"], check=True, capture_output=True, text=True).stdout.split()
        # Stopped and continued first: the shell has the terminal meanwhile.
        terminal.press("C-z")
        terminal.wait_for("the shell", lambda text: "Stopped" in text)
        terminal.enter("stty -a > stopped; fg")
        terminal.wait_for("the meeting again", lambda text: "bob (you)" in text)
        os.kill(int(children[-1]), end)
        terminal.wait_for("the shell", lambda text: "ready$" in text.rstrip().splitlines()[-1])
        assert not terminal.is_alternate
        terminal.enter("stty -a > after")
        before = (terminal.directory / "before").read_text()
        until("the state", (terminal.directory / "after").is_file)
        until("the same state", lambda: (terminal.directory / "after").read_text() == before)
        assert (terminal.directory / "stopped").read_text() == before


@pytest.mark.row("G-01")
def test_where_nobody_could_continue_it_ctrl_z_does_not_stop_it(server, group):
    # As under `ssh -t HOST galene join`: no shell, the first process of its session.
    person, end = pty.openpty()
    command = [str(GALENE), "join", server.page(group), "--username", "bob"]
    process = subprocess.Popen(
        command, stdin=end, stdout=end, stderr=end, start_new_session=True, env={**os.environ, "TERM": "xterm"})
    os.close(end)
    shown = bytearray()

    def shows(what: bytes) -> bool:
        # Nothing can be read of a terminal that nobody has open.
        with contextlib.suppress(OSError):
            while select.select([person], [], [], 0.1)[0]:
                shown.extend(os.read(person, 65536))
        return what in shown

    try:
        until("the meeting", lambda: shows(b"bob"))
        shown.clear()
        os.write(person, b"\x1a")
        until("another frame", lambda: shows(b"\x1b[?1049h") and shows(b"bob"))
        os.write(person, b"\x03")
        until("the end", lambda: shows(b"\x1b[?1049l") and process.poll() is not None)
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()
        os.close(person)


def pixels_like(terminal: Terminal, is_like) -> int:
    return sum(is_like(*color) for row in terminal.colors() for color in row if color)


@pytest.mark.row("G-02")
def test_the_camera_of_a_browser_is_seen_in_its_colours(server, group, open_browser):
    # Chromium's camera is green, with a running pie and a clock.
    alice = open_browser("chromium", **WITH_PANEL)
    alice.join(server.page(group), "Alice", "correct horse")

    def green(red: int, greenness: int, blue: int) -> bool:
        return greenness > 90 and greenness > red + 50 and greenness > blue + 50

    with Terminal(200, 60) as terminal:
        terminal.enter(f"{GALENE} join {server.page(group)} --username bob")
        terminal.wait_for("the meeting", lambda text: "\u25a3" in text and "bob (you)" in text)
        until("a green picture", lambda: pixels_like(terminal, green) > 2000)
        first = terminal.colors()
        until("it moves", lambda: terminal.colors() != first)
        rows = terminal.text.splitlines()
        assert rows[1].endswith("\u2502 \u25cf bob (you)") and "Alice" in rows[2] and rows[3].split("\u251c")[1].startswith("\u2500 Chat")
        assert any("Alice" in row[:130] for row in rows[40:]), "the name is below the picture"
        wide = pixels_like(terminal, green)
        terminal.resize(80, 24)
        terminal.wait_for("another layout", lambda text: len(text.splitlines()[0]) == 80 and "\u2500 Chat" in text)
        until("a smaller picture", lambda: 200 < pixels_like(terminal, green) < wide / 3)
        # What is typed is not held up by pictures.
        terminal.enter("I see you")
        alice.wait_for_text("I see you")
        terminal.enter("/video off")
        until("no picture", lambda: pixels_like(terminal, green) == 0)
        terminal.press("C-c")
        terminal.wait_for("the shell", lambda text: "ready$" in text and "\u2502" not in text)


@pytest.mark.row("G-01")
def test_a_file_of_a_browser_is_taken_by_a_command(server, group, open_browser):
    alice = open_browser("chromium", **WITH_PANEL)
    alice.join(server.page(group), "Alice", "correct horse", devices="Nothing")
    content = bytes(range(256)) * 4000
    with Terminal(80, 24) as terminal:
        (terminal.directory / "in").mkdir()
        terminal.enter(f"{GALENE} join {server.page(group)} --username bob --directory {terminal.directory}/in")
        terminal.wait_for("the meeting", lambda text: "bob (you)" in text)
        alice.click("button", "People")
        alice.click("button", "Actions for bob")
        alice.choose_file("data.bin", content, "menuitem", "Send a file…")
        terminal.wait_for("the offer", lambda text: "\u2193 1 data.bin" in text and "/accept 1" in text)
        terminal.enter("/accept")
        terminal.wait_for("the file", lambda text: "data.bin (1.0 MB) from Alice is here" in text, timeout=60)
        stored = (terminal.directory / "in" / "data.bin").read_bytes()
        assert hashlib.sha256(stored).digest() == hashlib.sha256(content).digest()
        assert [path.name for path in (terminal.directory / "in").iterdir()] == ["data.bin"]
        terminal.press("C-c")
        terminal.wait_for("the shell", lambda text: "ready$" in text and "Monday" not in text)


@pytest.mark.row("G-03")
def test_plain_says_everything_in_words_and_moves_no_cursor(server, group, open_browser, tmp_path):
    alice = open_browser("chromium", **WITH_PANEL)
    alice.join(server.page(group), "Alice", "correct horse", devices="Nothing")
    alice.write("before you came")
    with SwiftProgram("galene", "join", server.page(group), "--username", "bob", "--plain", log=tmp_path / "log") as bob:
        def hears(text: str) -> None:
            bob.wait_for(text, lambda lines: any(re.fullmatch(text, line) for line in lines))

        hears("You are bob in Monday meeting.")
        hears(r"Earlier, \d\d:\d\d, Alice: before you came")
        hears("Alice is here.")
        bob.type("hello")
        alice.wait_for_text("hello")
        hears("You: hello")
        alice.write("/warn bob be \u001b[2Jbrief")
        hears(r"Warning: Alice says: be .*brief")
        bob.type("/kick Alice")
        hears("You are not allowed to use /kick here.")
        bob.type("/who")
        hears(r"Alice, operator")
        alice.write("/kick bob enough")
        hears("galene: you were removed from the group by Alice: enough")
        assert bob.process.wait(20) == 1
    # Who has said everything and goes is heard all the same.
    piped = subprocess.run(
        [str(GALENE), "join", server.page(group), "--username", "dave"], input=b"last words\n", stdout=subprocess.PIPE,
        check=True, timeout=30)
    assert b"You: last words" in piped.stdout
    alice.wait_for_text("last words")
    said = (tmp_path / "log").read_bytes() + piped.stdout
    assert all(byte >= 0x20 or byte == 0x0A for byte in said)


@pytest.mark.row("G-04")
def test_what_is_said_is_heard_or_it_is_told_why_not(server, group, open_browser, tmp_path):
    # Chromium's microphone beeps.
    alice = open_browser("chromium", **WITH_PANEL)
    alice.join(server.page(group), "Alice", "correct horse")
    options = ("join", server.page(group), "--plain", "--audio", "--username")
    with SwiftProgram("galene", *options, "carol", log=tmp_path / "deaf", under=("env", "PULSE_SERVER=unix:/nowhere")) as carol:
        carol.wait_for("why", lambda lines: any(line.startswith("Warning: No sound: there are no loud") for line in lines))
        carol.type("/unmute")
        carol.wait_for("why not", lambda lines: any(line.startswith("Warning: No microphone: there is no ") for line in lines))
        assert not any("ALSA lib" in line for line in carol.lines), "nothing else is written to the terminal"
        carol.type("still here")
        alice.wait_for_text("still here")
    with SoundServer() as sound:
        # What is played here is what this microphone hears, so that Alice hears herself.
        options = (*options, "bob", "--microphone-source", "microphone:test.monitor")
        with SwiftProgram("galene", *options, log=tmp_path / "log", under=sound.under) as bob:
            bob.wait_for("Alice", lambda lines: "Alice is here." in lines)
            until("beeps", lambda: sound.loud_seconds() > 0.1)
            bobs = until("his microphone", lambda: alice.evaluate(
                "return document.querySelector('figure[data-direction=down]')?.dataset.streamId"))
            until("beeps at Alice's", lambda: loudest(alice, bobs))
            bob.type("/leave")
            assert bob.process.wait(20) == 0


# The colour in the middle of each bar of the test pattern.
COLOURS = """
    const video = document.querySelector(`figure[data-stream-id="${argument}"] video`);
    const { videoWidth: width, videoHeight: height } = video;
    const canvas = new OffscreenCanvas(width, height).getContext('2d');
    canvas.drawImage(video, 0, 0);
    return Array.from({ length: 8 }, (_, bar) =>
        [...canvas.getImageData((bar + 0.5) * width / 8, height / 4, 1, 1).data.slice(0, 3)]);"""


def sees_bars(viewer: Browser, stream: str) -> bool:
    """Whether the stream's picture is the test pattern."""
    seen = viewer.evaluate(COLOURS, stream)
    return all(abs(one - other) < 24 for pair in zip(BARS, seen, strict=True) for one, other in zip(*pair, strict=True))


@pytest.mark.row("G-17")
def test_who_is_in_a_terminal_is_seen_and_heard(server, group, open_browser):
    viewer = open_browser("chromium", **WITH_PANEL)
    staging.view(viewer, server.page(group), "Carol")
    stream = ""

    def hears_tone() -> bool:
        heard = loudest(viewer, stream)
        # Each second a beep of another tone is the loudest for a moment.
        return heard is not None and abs(heard["frequency"] - TONE) <= heard["step"]

    with Terminal(100, 24) as terminal:
        terminal.enter(
            f"clear; {GALENE} join {server.page(group)} --username bob --no-video --camera-source test:320x240"
            " --microphone-source test:")
        terminal.wait_for("one's own state", lambda text: "\u2500 bob \u2500 microphone on \u2500 camera on \u2500" in text)
        stream = staging.wait_for_stream(viewer, "bob")
        staging.wait_for_size(viewer, stream, (320, 240))
        until("the bars", lambda: sees_bars(viewer, stream))
        until("the tone", hears_tone)

        terminal.enter("/mute")
        terminal.wait_for("that it is off", lambda text: "\u2500 microphone off \u2500 camera on" in text and "muted" in text)
        until("silence", lambda: loudest(viewer, stream) is None)
        assert staging.stream_of(viewer, "bob") == stream, "it is the same stream"
        terminal.enter("/unmute")
        until("the tone again", hears_tone)
        terminal.press("F4")
        terminal.wait_for("that it is off again", lambda text: "\u2500 microphone off \u2500" in text)

        # Without the camera the stream is another one in the same place.
        terminal.press("F5")
        terminal.wait_for("no camera", lambda text: "camera" not in text)
        until("a stream of sound alone", lambda: staging.stream_of(viewer, "bob") not in (None, stream))

        terminal.press("C-c")
        terminal.wait_for("the shell", lambda text: "ready$" in text and "bob" not in text)
        assert not terminal.is_alternate
        terminal.enter("echo status $?")
        terminal.wait_for("the status", lambda text: "status 0" in text)
        until("nobody but Carol", lambda: not staging.stream_of(viewer, "bob"))


@pytest.mark.row("G-17")
def test_a_screen_is_shared_from_a_terminal(server, group, open_browser, tmp_path):
    viewer = open_browser("chromium", **WITH_PANEL)
    staging.view(viewer, server.page(group), "Carol")
    elsewhere = server.page(server.new_group())
    with (
        Screen(320, 240) as screen,
        SwiftProgram("galene", "publish", elsewhere, "test:320x240", log=tmp_path / "publish"),
        # What there is to be seen on the screen.
        SwiftProgram(
            "galene", "watch", elsewhere, "--size", "320x240", "--mute", log=tmp_path / "watch",
            under=("env", f"DISPLAY={screen.display}")),
        SwiftProgram("galene", "join", server.page(group), "--username", "bob", "--plain", log=tmp_path / "log") as bob,
    ):
        screen.wait_for({((2 * bar + 1) * 20, 60): colour for bar, colour in enumerate(BARS)})
        bob.type(f"/sharescreen {screen.display}")
        stream = staging.wait_for_stream(viewer, "bob", "screenshare")
        staging.wait_for_size(viewer, stream, (320, 240))
        until("the bars", lambda: sees_bars(viewer, stream))
        bob.type("/unsharescreen")
        until("no screen", lambda: not staging.stream_of(viewer, "bob", "screenshare"))
        bob.type("/sharescreen :4711")
        bob.wait_for("why not", lambda lines: any(line.startswith("Warning:") and ":4711" in line for line in lines))
