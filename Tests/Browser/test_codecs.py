# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Each codec from each browser that has it, to each that has it."""

import pytest

from harness import staging
from harness.browser import Browser
from harness.server import EVERYBODY_PRESENTS
from harness.staging import FRAMES_PER_SECOND, HEIGHT, SMALL, WIDTH, Stage
from harness.waiting import until

# What the browsers of these tests have. Firefox takes H.264 from a plug-in that it downloads, which is not here, and
# has no VP9 of 10 bits. A browser that gains a codec makes the first test below fail: then it belongs into this table.
VIDEO = {
    "vp8": "video/VP8", "vp9": "video/VP9", "vp9-10-bits": "video/VP9 profile-id=2", "av1": "video/AV1",
    "h264": "video/H264",
}
AUDIO = {"opus": "audio/opus", "g722": "audio/G722", "pcmu": "audio/PCMU", "pcma": "audio/PCMA"}
HAS = {
    "chromium": {*AUDIO, *VIDEO},
    "firefox": {*AUDIO, *VIDEO} - {"h264", "vp9-10-bits"},
}

# Both fake microphones give more in a second; a muted one gives exactly none.
ENERGY = 1e-4

WINDOW = {"width": 640, "height": 480}


def page_of(server, *codecs: str) -> str:
    return server.page(server.new_group({**EVERYBODY_PRESENTS, "codecs": list(codecs)}))


def wait_until_heard(viewer: Browser, stream: str, codec: str, payload_type: int) -> None:
    """Sound comes to the viewer, and as this codec under the server's number for it."""

    def heard() -> dict:
        audio = staging.measure(viewer, "received", stream).get("audio", {})
        return audio if audio.get("energy", 0) > ENERGY else {}

    audio = until(f"sound of {codec} in {viewer.name}", heard)
    assert (audio["codec"], audio["payloadType"]) == (codec, payload_type), audio


def wait_until_seen(viewer: Browser, stream: str, codec: str, payload_type: int) -> dict:
    """The picture comes to the sender's size, moves, and comes as this codec under the server's number for it."""
    staging.wait_for_size(viewer, stream, (WIDTH, HEIGHT))
    staging.measure(viewer, "count", {"milliseconds": 3000})
    [counted] = staging.measure(viewer, "counted")
    assert counted["presented"] >= FRAMES_PER_SECOND and counted["decoded"] >= FRAMES_PER_SECOND, counted
    video = staging.measure(viewer, "received", stream)["video"]
    assert (video["codec"], video["payloadType"]) == (codec, payload_type), video
    return video


def publisher_and_viewers(publisher: str, open_browser, firefox) -> tuple[Browser, list[Browser]]:
    """A browser of this name, and one of each that receives from it."""
    chromium = open_browser("chromium", **WINDOW)
    if publisher == "firefox":
        return firefox, [chromium]
    return chromium, [open_browser("chromium", **WINDOW), firefox]


@pytest.mark.parametrize("name", ["chromium", "firefox"])
def test_the_browsers_have_the_codecs_that_the_other_tests_expect(server, open_browser, firefox, name):
    browser = firefox if name == "firefox" else open_browser(name)
    browser.open(server.url + "/")
    for kind, codecs in (("video", VIDEO), ("audio", AUDIO)):
        capabilities = staging.measure(browser, "capabilities", kind)
        for codec, description in codecs.items():
            for direction in ("send", "receive"):
                words = set(description.split())
                found = any(words <= set(offered.replace(";", " ").split()) for offered in capabilities[direction])
                assert found == (codec in HAS[name]), (codec, direction, capabilities)


@pytest.mark.row("M-04", "M-05", "M-06", "M-07", "M-10", "M-19", "M-36")
@pytest.mark.parametrize(
    ("publisher", "codec", "payload_type"),
    [
        ("chromium", "vp8", 96), ("chromium", "vp9", 98), ("chromium", "av1", 35), ("chromium", "h264", 108),
        ("firefox", "vp8", 96), ("firefox", "vp9", 98), ("firefox", "av1", 35),
    ])
def test_video_of_each_codec_plays_in_every_browser_that_has_it(
    server, open_browser, firefox, publisher, codec, payload_type
):
    page = page_of(server, codec, "opus")
    alice, viewers = publisher_and_viewers(publisher, open_browser, firefox)
    for viewer in viewers:
        staging.view(viewer, page, "Viewer")
    staging.join(alice, page, "Alice", Stage(camera=SMALL))
    for viewer in viewers:
        stream = staging.wait_for_stream(viewer, "Alice")
        if codec in HAS[viewer.name.lower()]:
            wait_until_seen(viewer, stream, VIDEO[codec], payload_type)
        else:
            # Nobody transcodes: who lacks the codec hears, and sees nothing.
            wait_until_heard(viewer, stream, "audio/opus", 111)
            assert "video" not in staging.measure(viewer, "received", stream)
            assert staging.measure(viewer, "size", stream) == [0, 0]


@pytest.mark.row("M-05", "M-10")
def test_vp9_of_ten_bits_is_another_codec(server, open_browser):
    page = page_of(server, "vp9", "opus")
    alice, viewer = open_browser("chromium", **WINDOW), open_browser("chromium", **WINDOW)
    staging.view(viewer, page, "Viewer")
    only = {"mimeType": "video/VP9", "parameters": "profile-id=2"}
    staging.join(alice, page, "Alice", Stage(camera=SMALL, codec=only))
    video = wait_until_seen(viewer, staging.wait_for_stream(viewer, "Alice"), "video/VP9", 100)
    assert "profile-id=2" in video["parameters"], video


@pytest.mark.row("M-07", "M-10")
def test_a_publisher_without_the_groups_codec_is_heard_and_not_seen(server, open_browser, firefox):
    page = page_of(server, "h264", "opus")
    viewer = open_browser("chromium", **WINDOW)
    staging.view(viewer, page, "Viewer")
    staging.join(firefox, page, "Alice", Stage(camera=SMALL))
    stream = staging.wait_for_stream(viewer, "Alice")
    wait_until_heard(viewer, stream, "audio/opus", 111)
    assert "video" not in staging.measure(viewer, "received", stream)


@pytest.mark.row("M-08", "M-09", "M-10", "M-19")
@pytest.mark.parametrize("publisher", ["chromium", "firefox"])
@pytest.mark.parametrize(("codec", "payload_type"), [("opus", 111), ("g722", 9), ("pcmu", 0), ("pcma", 8)])
def test_audio_of_each_codec_sounds_in_every_browser(server, open_browser, firefox, publisher, codec, payload_type):
    page = page_of(server, "vp8", codec)
    alice, viewers = publisher_and_viewers(publisher, open_browser, firefox)
    for viewer in viewers:
        staging.view(viewer, page, "Viewer")
    staging.join(alice, page, "Alice", Stage(), devices="Microphone only")
    for viewer in viewers:
        wait_until_heard(viewer, staging.wait_for_stream(viewer, "Alice"), AUDIO[codec], payload_type)
