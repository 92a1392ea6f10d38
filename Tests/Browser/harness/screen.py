# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""An X11 screen for programs with a window, and a look at it."""

import os
import random
import subprocess

from .waiting import until

Colour = tuple[int, int, int]

ATTEMPTS = 5


class Screen:
    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        # Not the first that is free: Xvfb sees that of the others in this network namespace only.
        for number in random.sample(range(100, 1000), ATTEMPTS):
            if self._starts(number):
                break
        else:
            raise AssertionError("Xvfb (Debian package xvfb) did not start.")
        self.display = f":{number}"

    def _starts(self, number: int) -> bool:
        """Whether there is a screen with this number now, which another one may have."""
        read, write = os.pipe()
        width, height = self.size
        self._process = subprocess.Popen(
            ["Xvfb", f":{number}", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"],
            pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as told:
            if told.readline().strip() == str(number):
                return True
        self._process.wait()
        return False

    def __enter__(self) -> "Screen":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def colours(self, *points: tuple[int, int]) -> list[Colour]:
        """What is seen at these points, from the left and from the top."""
        width, height = self.size
        taken = subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "x11grab", "-video_size", f"{width}x{height}", "-i", self.display,
             "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
            check=True, capture_output=True, timeout=30)
        return [tuple(taken.stdout[3 * (y * width + x):][:3]) for x, y in points]

    def wait_for(self, wanted: dict[tuple[int, int], Colour], tolerance: int = 24, timeout: float = 30) -> None:
        def seen() -> bool:
            return all(
                abs(one - other) <= tolerance
                for got, colour in zip(self.colours(*wanted), wanted.values(), strict=True)
                for one, other in zip(got, colour, strict=True))

        until(f"the colours {wanted}", seen, timeout)
