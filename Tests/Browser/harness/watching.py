# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""What it means that one participant sees and hears another."""

from typing import Any

from .browser import Browser
from .waiting import until

WATCHED_SECONDS = 10

# Below this a moving picture is felt as a row of stills. Chromium's fake camera gives 20, Firefox's 30.
FRAMES_PER_SECOND = 15

# Both fake microphones sound much louder; a muted one gives exactly none.
ENERGY_PER_SECOND = 1e-5


def own_size(sender: Browser, name: str) -> tuple[int, int]:
    """The size of the sender's own picture of itself."""
    tile = sender.wait_for_tile("up", f"{name} (you)")
    return tile["width"], tile["height"]


def assert_sees_and_hears(viewer: Browser, name: str, size: tuple[int, int]) -> dict[str, Any]:
    """The viewer's picture of `name` comes to the sender's size, moves for ten seconds, and sounds."""
    tile = viewer.wait_for_tile("down", name)

    # A sender begins small while it does not know the path.
    def full_size() -> bool:
        now = viewer.wait_for_tile("down", name)
        return (now["width"], now["height"]) == size

    until(f"{size} in {viewer.name}", full_size, timeout=30)
    watched = viewer.measure(
        "watch", {"stream": tile["stream"], "milliseconds": WATCHED_SECONDS * 1000}, timeout=WATCHED_SECONDS + 30)
    seconds = watched["seconds"]
    assert watched["presented"] / seconds >= FRAMES_PER_SECOND, watched
    assert watched["decoded"] / seconds >= FRAMES_PER_SECOND, watched
    assert watched["played"] >= 0.8 * seconds, watched
    assert watched["energy"] / seconds >= ENERGY_PER_SECOND, watched
    assert (watched["width"], watched["height"]) == size, watched
    return watched


class Watch:
    """Notes every picture of a stream that comes to the viewer's screen, from when it is made."""

    def __init__(self, viewer: Browser, name: str) -> None:
        self.viewer = viewer
        self.stream = viewer.wait_for_tile("down", name)["stream"]
        viewer.measure("note", {"stream": self.stream})

    def now(self) -> float:
        """Seconds, by the viewer's clock."""
        return self.viewer.measure("now") / 1000

    def noted(self, start: float, end: float) -> dict[str, Any]:
        """What was noted between these times; waits for the end if it is still to come."""
        self.viewer.measure("until", {"time": end * 1000}, timeout=end - start + 30)
        return self.viewer.measure("noted", {"from": start * 1000, "to": end * 1000})

    def inbound(self) -> dict[str, Any]:
        return self.viewer.measure("inbound", {"stream": self.stream})

    @property
    def size(self) -> tuple[int, int]:
        """Of the picture on the screen."""
        tile = next(tile for tile in self.viewer.tiles("down") if tile["stream"] == self.stream)
        return tile["width"], tile["height"]
