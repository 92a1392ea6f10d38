# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""`galene publish`: what it publishes is seen and heard in browsers."""

import signal

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
        program.process.send_signal(signal.SIGINT)
        assert program.process.wait(10) == 0, program.lines
        until("nobody but Bob", lambda: not staging.stream_of(viewer, "Alice", "video"))
