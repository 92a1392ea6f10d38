# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Each codec from the Swift library to each browser: its pictures are seen as they were made."""

import pytest
from test_codecs import HAS, VIDEO, wait_until_heard, wait_until_seen

from harness import staging
from harness.media_member import MediaMember, make_clip, make_tone
from harness.server import EVERYBODY_PRESENTS
from harness.staging import HEIGHT, WIDTH
from harness.waiting import until

WINDOW = {"width": 640, "height": 480}
PAYLOAD_TYPES = {"vp8": 96, "vp9": 98, "av1": 35, "h264": 108}
FILES = {"vp8": "ivf", "vp9": "ivf", "av1": "ivf", "h264": "h264"}

# The mean colour of the middle of each half.
COLOURS = """
    const video = document.querySelector(`figure[data-stream-id="${argument}"] video`);
    const { videoWidth: width, videoHeight: height } = video;
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0);
    const side = 40;
    const mean = (x) => {
        const { data } = context.getImageData(x - side / 2, (height - side) / 2, side, side);
        return [0, 1, 2].map((part) => data.reduce((sum, value, at) => (at % 4 === part ? sum + value : sum), 0) / side ** 2);
    };
    return { left: mean(width / 4), right: mean(width * 3 / 4) };"""


@pytest.fixture(scope="module")
def tone(tmp_path_factory):
    return make_tone(tmp_path_factory.mktemp("tone") / "tone.ogg")


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """A clip of a codec. A frame of it takes several packets."""
    folder = tmp_path_factory.mktemp("clips")
    made = {}

    def clip_(codec):
        if codec not in made:
            made[codec] = make_clip(
                folder / f"{codec}.{FILES[codec]}", (WIDTH, HEIGHT), codec=codec, noise=60, bitrate="1200k")
        return made[codec]

    return clip_


@pytest.mark.row("M-04", "M-05", "M-06", "M-07", "C-15")
@pytest.mark.parametrize("browser", ["chromium", "firefox"])
@pytest.mark.parametrize("codec", list(PAYLOAD_TYPES))
def test_browsers_see_what_swift_publishes_in_each_codec_that_they_have(
    server, open_browser, request, tmp_path, clip, tone, browser, codec
):
    page = server.page(server.new_group({**EVERYBODY_PRESENTS, "codecs": [codec, "opus"]}))
    viewer = request.getfixturevalue("firefox") if browser == "firefox" else open_browser("chromium", **WINDOW)
    staging.view(viewer, page, "Bob")
    with MediaMember(page, "Alice", log=tmp_path / "Alice.log") as alice:
        alice.say(f"publish camera {clip(codec)} {tone}")
        stream = staging.wait_for_stream(viewer, "Alice")
        if codec not in HAS[browser]:
            # Nobody transcodes: who lacks the codec hears, and sees nothing.
            wait_until_heard(viewer, stream, "audio/opus", 111)
            assert "video" not in staging.measure(viewer, "received", stream)
            assert staging.measure(viewer, "size", stream) == [0, 0]
            return
        video = wait_until_seen(viewer, stream, VIDEO[codec], PAYLOAD_TYPES[codec])
        assert video["packets"] > 2 * video["frames"], video

        def coloured():
            colours = viewer.evaluate(COLOURS, stream)
            (red, green, low), (other, another, blue) = colours["left"], colours["right"]
            return min(red, blue) > 180 and max(green, low, other, another) < 70 and colours

        until("the colours of the clip", coloured)
