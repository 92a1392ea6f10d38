# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""The examples of the Swift library in one meeting with browsers."""

import hashlib
import random
import subprocess

import pytest

from harness.file_end import SIZES, End
from harness.swift_program import SwiftProgram
from harness.waiting import until

BROWSERS = pytest.mark.parametrize("browser", ["chromium", "firefox"])
# What a program may have resident, in bytes: of a large file it keeps only what is on its way.
MEMORY = 100 << 20


@pytest.mark.row("F-02", "F-04", "F-05", "F-06", "F-10", "F-11")
@BROWSERS
@pytest.mark.parametrize("size", SIZES)
def test_a_file_arrives_from_swift_as_it_was(server, library_pages, tmp_path, browser, size):
    group = server.new_group()
    content = random.Random(size).randbytes(size)
    path = tmp_path / "readings.bin"
    path.write_bytes(content)
    end = End.join(library_pages[browser], server, group, "browser")
    with SwiftProgram("example-send-file", server.page(group), "browser", str(path), log=tmp_path / "log") as sender:
        peak = 0

        def has_arrived():
            nonlocal peak
            peak = max(peak, sender.peak_memory())
            return (last := end.last()) and last["sha256"]

        until("the SHA-256", has_arrived, 240)
        down = end.wait_closed()
        assert end.last()["sha256"] == hashlib.sha256(content).hexdigest()
        assert (down["name"], down["size"], down["username"]) == ("readings.bin", size, "sender")
        assert [state for state, _ in down["events"]] == ["connecting", "connected", "done", "closed"]
        assert sender.process.wait(30) == 0
        assert sender.lines == ["inviting", "connecting", "connected", "done", "closed"]
        assert peak < MEMORY
    end.close()


@pytest.mark.row("F-02", "F-04", "F-05", "F-06", "F-10", "F-11")
@BROWSERS
def test_files_arrive_in_swift_as_they_were(server, library_pages, tmp_path, browser):
    group = server.new_group()
    directory = tmp_path / "received"
    directory.mkdir()
    with SwiftProgram("example-receive-files", server.page(group), str(directory), log=tmp_path / "log") as receiver:
        end = End.join(library_pages[browser], server, group, "browser")
        members = "return Object.entries(window.sc.users).filter(([, user]) => user.username === 'receiver').map(([id]) => id)"
        until("the receiver", lambda: end.page.run(members))
        other = End(end.page, end.page.run(members)[0])
        for number, size in enumerate(SIZES):
            sha256 = end.send(other, size)
            receiver.wait_for(f"{size} bytes", lambda lines, number=number: len(lines) > number, 240)
            assert hashlib.sha256((directory / f"{size} bytes.bin").read_bytes()).hexdigest() == sha256
            assert end.wait_closed()["events"][-2:] == [["done", None], ["closed", None]]
        assert len(list(directory.iterdir())) == len(SIZES)
        assert 0 < receiver.peak_memory() < MEMORY
        end.close()


@pytest.mark.row("C-06", "C-17", "C-23")
@BROWSERS
def test_swift_receives_what_browsers_publish(server, open_browser, request, tmp_path, browser):
    group = server.new_group()
    page = request.getfixturevalue("firefox") if browser == "firefox" else open_browser("chromium")
    page.join(server.page(group), "Alice")
    with SwiftProgram("example-count-frames", server.page(group), log=tmp_path / "log") as counter:
        def frames(lines):
            counts = [
                [int(part.rsplit(": ", 1)[1]) for part in line.removeprefix("Alice camera ").split(", ")]
                for line in lines if line.startswith("Alice camera ") and ": " in line]
            return max((count for count in counts if len(count) == 2), default=[0, 0])

        # Sound comes in packets of 20 ms, the picture at some 10 to 30 frames a second.
        counter.wait_for("frames of both tracks", lambda lines: min(frames(lines)) > 50)


# The picture that a page shows of somebody: how many frames came, and the colour in the middle of each half.
SHOWN = """
    const shown = [...document.querySelectorAll('video')].findLast((video) => video.videoWidth === 320);
    if (!shown) return null;
    const canvas = document.createElement('canvas');
    canvas.width = 320;
    canvas.height = 240;
    const context = canvas.getContext('2d');
    context.drawImage(shown, 0, 0);
    const colour = (x) => [...context.getImageData(x, 120, 1, 1).data].slice(0, 3);
    return { time: shown.currentTime, left: colour(80), right: colour(240) };"""


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Two seconds of VP8, the left half red and the right half blue, with a key frame every second."""
    path = tmp_path_factory.mktemp("clip") / "clip.ivf"
    subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "color=red:s=160x240:r=25", "-f", "lavfi", "-i",
         "color=blue:s=160x240:r=25", "-filter_complex", "[0][1]hstack", "-t", "2", "-c:v", "libvpx", "-g", "25", "-b:v",
         "300k", str(path)], check=True)
    return path


@pytest.mark.row("C-15", "C-19")
@BROWSERS
def test_browsers_show_what_swift_publishes(server, open_browser, request, tmp_path, clip, browser):
    group = server.new_group()
    page = request.getfixturevalue("firefox") if browser == "firefox" else open_browser("chromium")
    page.join(server.page(group), "Alice", devices="Nothing")
    with SwiftProgram("example-publish-video", server.page(group), str(clip), log=tmp_path / "log"):
        page.wait_for_tile("down", "publisher")

        def coloured():
            shown = page.evaluate(SHOWN)
            if not shown:
                return None
            (red, _, low), (other, _, blue) = shown["left"], shown["right"]
            return shown if red > 200 and low < 60 and blue > 200 and other < 60 else None

        first = until("the colours of the clip", coloured, 30)
        # It runs, and goes on to: more than one turn of the clip.
        until("the picture runs", lambda: (shown := coloured()) and shown["time"] > first["time"] + 3, 30)


@BROWSERS
def test_a_bot_answers_in_the_chat(server, open_browser, request, tmp_path, browser):
    group = server.new_group()
    page = request.getfixturevalue("firefox") if browser == "firefox" else open_browser("chromium")
    with SwiftProgram("example-bot", server.page(group), log=tmp_path / "log"):
        page.join(server.page(group), "Alice", devices="Nothing")
        page.wait_for_text("Good day, Alice.")
        page.write("bot, hello")
        page.wait_for_text("You said “hello”, and we are 2.")
