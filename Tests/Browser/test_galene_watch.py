# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""`galene watch`: its window on a screen without glass."""

import json

import pytest

from harness import staging
from harness.screen import Screen
from harness.sound_server import SoundServer
from harness.staging import SMALL, Stage
from harness.swift_program import SwiftProgram
from harness.test_pattern import BARS
from harness.waiting import until
from harness.wire import Wire

WIDTH, HEIGHT = 640, 480


@pytest.fixture
def screen():
    with Screen(WIDTH, HEIGHT) as screen:
        yield screen


def watch(screen, page, log, *options):
    return SwiftProgram(
        "galene", "watch", page, "--size", f"{WIDTH}x{HEIGHT}", "--mute", *options, log=log,
        under=("env", f"DISPLAY={screen.display}"))


@pytest.mark.row("G-08")
def test_all_who_publish_are_seen_side_by_side(server, screen, tmp_path):
    page = server.page(server.new_group())
    with watch(screen, page, tmp_path / "watch.log", "--json") as window:
        window.wait_for("that it waits", lambda lines: any("waiting for somebody" in line for line in lines))
        with SwiftProgram("galene", "publish", page, "test:320x240", "-u", "Alice", log=tmp_path / "alice.log") as alice:
            middles = [((2 * bar + 1) * WIDTH // 16, HEIGHT // 4) for bar in range(8)]
            screen.wait_for(dict(zip(middles, BARS, strict=True)))
            with SwiftProgram("galene", "publish", page, "test:320x240", "-u", "Bob", log=tmp_path / "bob.log"):
                # Each has half of the width, and the middle of the height.
                halves = [(half + (2 * bar + 1) * WIDTH // 32, 180) for half in (0, WIDTH // 2) for bar in range(8)]
                screen.wait_for(dict(zip(halves, BARS + BARS, strict=True)))
                window.wait_for("Bob's report", lambda lines: any('"username":"Bob"' in line for line in lines))
            # Bob was killed, and is gone when the server says so.
            screen.wait_for(dict(zip(middles, BARS, strict=True)))
            assert alice.interrupt() == 0
            screen.wait_for(dict.fromkeys(middles, (0, 0, 0)))
        assert window.interrupt() == 0, window.lines
        reports = [json.loads(line) for line in window.lines if line.startswith("{")]
        last = [report for report in reports if report["username"] == "Alice"][-1]
        assert (last["width"], last["height"], last["broken"]) == (320, 240, 0), last
        assert last["event"] == "watched" and last["pictures"] > 30, last


@pytest.mark.row("G-08")
def test_the_sound_is_heard(server, screen, tmp_path):
    page = server.page(server.new_group())
    with (SoundServer() as sound,
          SwiftProgram("galene", "watch", page, log=tmp_path / "watch.log",
                       under=(*sound.under, f"DISPLAY={screen.display}")) as window,
          SwiftProgram("galene", "publish", page, "test:320x240", "-u", "Alice", log=tmp_path / "alice.log")):
        until("the tone", lambda: sound.loud_seconds() > 0.5)
        assert window.interrupt() == 0, window.lines


@pytest.mark.row("G-08")
def test_a_browsers_camera_is_seen(server, screen, open_browser, tmp_path):
    page = server.page(server.new_group())
    staging.join(open_browser("chromium", width=640, height=480), page, "Alice", Stage(camera=SMALL))
    with watch(screen, page, tmp_path / "watch.log", "--from", "Alice") as window:
        # The fake camera of Chromium is green, with a clock at the top and something that moves in the middle.
        screen.wait_for({(20, 460): (0, 135, 0)}, tolerance=60)
        assert window.interrupt() == 0, window.lines


@pytest.mark.row("G-08", "G-05")
def test_both_come_back_when_the_connection_was_lost(server, screen, tmp_path):
    with (Wire(server.page(server.new_group())) as wire, watch(screen, wire.page, tmp_path / "watch.log", "--json") as window,
          SwiftProgram("galene", "publish", wire.page, "test:320x240", "--json", "-u", "Alice",
                       log=tmp_path / "alice.log") as alice):
        programs = {"watched": window, "published": alice}
        for event, program in programs.items():
            program.wait_for("a report", lambda lines, event=event: events(lines).count(event) > 1)
        assert wire.cut() >= 2
        for event, program in programs.items():
            program.wait_for("a report after it", lambda lines, event=event: event in after(lines, "reconnected"))
            seen = events(program.lines)
            assert event not in seen[seen.index("reconnecting"):seen.index("reconnected")], seen
        screen.wait_for({((2 * bar + 1) * WIDTH // 16, HEIGHT // 4): color for bar, color in enumerate(BARS)})


def events(lines):
    return [json.loads(line)["event"] for line in lines if line.startswith("{")]


def after(lines, event):
    seen = events(lines)
    return seen[seen.index(event):] if event in seen else []


def test_without_a_screen_it_says_so(server, tmp_path):
    page = server.page(server.new_group())
    with SwiftProgram("galene", "watch", page, "--mute", log=tmp_path / "watch.log",
                      under=("env", "-u", "DISPLAY", "-u", "WAYLAND_DISPLAY")) as window:
        assert window.process.wait(30) == 1, window.lines
        assert "window" in window.lines[-1] and "DISPLAY" in window.lines[-1], window.lines
