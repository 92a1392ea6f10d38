# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""A page that sends and asks for what the test says, and what it then receives, stream by stream."""

from dataclasses import asdict, dataclass
from typing import Any

from .browser import HERE, Browser
from .waiting import until

STAGING = (HERE / "staging.js").read_text()
RECEPTION = (HERE / "reception.js").read_text()

Size = tuple[int, int]

# Small pictures, and few: all browsers of a test share the machine.
WIDTH, HEIGHT, FRAME_RATE = 320, 240, 15
SMALL: dict[str, Any] = {"width": WIDTH, "height": HEIGHT, "frameRate": FRAME_RATE}

# Two thirds of what the source gives.
FRAMES_PER_SECOND = 10


@dataclass(kw_only=True)
class Stage:
    """What differs from what the page does by itself; `None`: nothing."""

    # Constraints of the camera.
    camera: dict[str, Any] | None = None
    # In place of camera and microphone a source that flashes and beeps together: `width`, `height`, `frameRate` and the
    # `tone`, `oscillator` or (where the fake microphone gives one that lasts, as in Firefox) `microphone`.
    beacon: dict[str, Any] | None = None
    # `sendEncodings` of the video.
    encodings: list[dict[str, Any]] | None = None
    # The only codec that is offered for video: its MIME type and its parameters, as the browser names them.
    codec: dict[str, str] | None = None
    # The first message `request`.
    request: dict[str, list[str]] | None = None
    # Keeps hold of the page's connection, which `share_screen` needs; for Chromium.
    hold: bool = False


def join(browser: Browser, url: str, username: str, stage: Stage, devices: str = "Camera and microphone") -> None:
    """Opens a group's page and joins, as far as seeing the meeting."""
    browser.open(url)
    browser.wait_for("textbox", "Your name")
    browser.install_hook()
    browser.evaluate(STAGING, asdict(stage))
    browser.submit_join(username, devices=devices)
    browser.wait_for("button", "Leave the meeting")


def view(browser: Browser, url: str, username: str, request: dict[str, list[str]] | None = None) -> None:
    """Joins without sending anything."""
    join(browser, url, username, Stage(request=request), devices="Nothing")


def measure(browser: Browser, function: str, argument: Any = None, timeout: float = 30) -> Any:
    return browser.evaluate(f"{RECEPTION}\nreturn await reception.{function}(argument);", argument, timeout)


def stream_of(browser: Browser, username: str, label: str = "camera") -> str | None:
    """The down stream of this user with this label."""
    return measure(browser, "find", {"username": username, "label": label})


def wait_for_stream(browser: Browser, username: str, label: str = "camera", timeout: float = 20) -> str:
    return until(
        f"stream {label} of {username} in {browser.name}", lambda: stream_of(browser, username, label), timeout)


def wait_for_size(browser: Browser, stream: str, size: Size, timeout: float = 20) -> None:
    """Until the picture on the screen has this size."""
    seen: list[Any] = []

    def has_size() -> bool:
        seen[:] = measure(browser, "size", stream)
        return tuple(seen) == size

    try:
        until(f"{size} in {browser.name}", has_size, timeout)
    except AssertionError as error:
        raise AssertionError(f"{error}; it has {seen}; {measure(browser, 'received', stream)}") from None


def share_screen(browser: Browser, constraints: dict[str, Any]) -> Size:
    """Sends picture and sound of a screen as a second stream, and returns the picture's size."""
    return tuple(browser.evaluate("""
        const { connection } = window.galeneTest;
        const media = await navigator.mediaDevices.getDisplayMedia({ video: argument, audio: true });
        const [picture] = media.getVideoTracks();
        // The size before the first picture is a guess; and what is to be read is not made smaller.
        const video = Object.assign(document.createElement('video'), { srcObject: media, muted: true });
        await video.play();
        picture.contentHint = 'detail';
        const stream = connection.newUpStream();
        stream.label = 'screenshare';
        stream.setStream(media);
        media.getTracks().forEach((track) => {
            stream.pc.addTransceiver(track, { direction: 'sendonly', streams: [media] });
        });
        window.galeneTest.screen = stream;
        return [video.videoWidth, video.videoHeight];""", constraints))


def stop_sharing(browser: Browser) -> None:
    browser.evaluate("window.galeneTest.screen.close()")
