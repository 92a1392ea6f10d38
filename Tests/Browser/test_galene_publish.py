# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""`galene publish`: what it publishes is seen and heard in browsers."""

import subprocess

import pytest

from harness import staging
from harness.sound import loudest
from harness.swift_program import SwiftProgram
from harness.test_pattern import BARS, TONE
from harness.waiting import until

WINDOW = {"width": 640, "height": 480}
SIZE = (320, 240)
# Of the test pattern: the colour in the middle of each bar, the pixels of the rows of the clock, and how bright the flash is.
PICTURE = """
    const video = document.querySelector(`figure[data-stream-id="${argument}"] video`);
    const { videoWidth: width, videoHeight: height } = video;
    const canvas = new OffscreenCanvas(width, height).getContext('2d');
    canvas.drawImage(video, 0, 0);
    const at = (x, y) => [...canvas.getImageData(x, y, 1, 1).data.slice(0, 3)];
    const bars = Array.from({ length: 8 }, (_, bar) => at((bar + 0.5) * width / 8, height / 4));
    const clock = canvas.getImageData(0, height / 2, width, height / 4).data.map((byte) => byte > 127).join('');
    return { bars, clock, flash: at(width - height / 16, height - height / 16)[0] };"""


@pytest.fixture
def opened(request, open_browser):
    """A browser by name; Firefox is the one that tests share."""
    return lambda name: (
        request.getfixturevalue("firefox") if name == "firefox" else open_browser("chromium", **WINDOW))


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
@pytest.mark.row("G-05")
def test_the_test_pattern_is_seen_and_heard(server, opened, tmp_path, browser):
    group = server.new_group()
    page = server.page(group)
    viewer = opened(browser)
    staging.view(viewer, page, "Bob")
    with SwiftProgram("galene", "publish", page, f"test:{SIZE[0]}x{SIZE[1]}", "--username", "Alice",
                      log=tmp_path / "publish.log") as program:
        stream = staging.wait_for_stream(viewer, "Alice", "video")
        staging.wait_for_size(viewer, stream, SIZE)
        pictures = []

        def seen() -> bool:
            pictures.append(viewer.evaluate(PICTURE, stream))
            return (len({picture["clock"] for picture in pictures}) > 3
                    and {picture["flash"] > 127 for picture in pictures} == {True, False})

        until("a clock that runs and a flash", seen)
        for wanted, got in zip(BARS, pictures[-1]["bars"], strict=True):
            assert all(abs(one - other) < 24 for one, other in zip(wanted, got, strict=True)), pictures[-1]["bars"]

        def tone():
            heard = loudest(viewer, stream)
            # Each second a beep of another tone is the loudest for a moment.
            return heard and abs(heard["frequency"] - TONE) <= heard["step"]

        until("the tone", tone)
        # Ctrl-C is how it ends, and nothing of it stays in the group.
        assert program.interrupt() == 0, program.lines
        until("nobody but Bob", lambda: not staging.stream_of(viewer, "Alice", "video"))


@pytest.mark.row("G-05", "G-06")
def test_of_a_film_that_is_published_every_frame_is_recorded_in_order(server, tmp_path):
    film, folder, pictures = tmp_path / "film.webm", tmp_path / "recorded", 100
    folder.mkdir()
    # Each picture is a little brighter than the one before it.
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i",
         f"nullsrc=size=160x120:rate=25:duration={pictures // 25},geq=lum='20+2*N':cb=128:cr=128",
         "-f", "lavfi", "-i", f"sine=frequency=600:duration={pictures // 25}", "-c:v", "libvpx", "-b:v", "1M",
         "-c:a", "libopus", str(film)], check=True)
    page = server.page(server.new_group())
    with SwiftProgram("galene", "record", page, "--directory", str(folder), log=tmp_path / "record.log") as recorder:
        recorder.wait_for("that it records", lambda lines: any("recording into" in line for line in lines))
        with SwiftProgram("galene", "publish", page, str(film), "-u", "Alice", log=tmp_path / "publish.log") as publisher:
            # It ends with the film.
            assert publisher.process.wait(30) == 0, publisher.lines
        assert recorder.interrupt() == 0, recorder.lines
    [recorded] = folder.glob("*-Alice-video.webm")
    decoded = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(recorded), "-map", "0:v", "-fps_mode", "passthrough", "-vf", "scale=1:1",
         "-f", "rawvideo", "-pix_fmt", "gray", "-"], check=True, capture_output=True)
    assert not decoded.stderr and len(decoded.stdout) == pictures
    assert list(decoded.stdout) == sorted(set(decoded.stdout))
