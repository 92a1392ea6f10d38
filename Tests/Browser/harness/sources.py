# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Pictures and sound for a peer without camera: a moving pattern and a tone."""

import asyncio
import fractions
import math
import struct
import time

from aiortc import MediaStreamTrack
from av import AudioFrame, VideoFrame

SAMPLE_RATE = 48_000
SAMPLES_PER_FRAME = SAMPLE_RATE // 50
VIDEO_CLOCK = 90_000


class Pacer:
    """Makes a source produce in real time."""

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self.start: float | None = None
        self.count = 0

    async def next(self) -> int:
        now = time.monotonic()
        if self.start is None:
            self.start = now
        due = self.start + self.count * self.interval
        await asyncio.sleep(max(0, due - now))
        self.count += 1
        return self.count - 1


class PatternTrack(MediaStreamTrack):
    """A picture of diagonal bands that move, so that no frame equals the one before it."""

    kind = "video"

    def __init__(self, width: int = 320, height: int = 240, rate: int = 20) -> None:
        super().__init__()
        self.width, self.height, self.rate = width, height, rate
        self.pacer = Pacer(1 / rate)
        self.band = bytes((x * 2) & 0xFF for x in range(width + 256))

    async def recv(self) -> VideoFrame:
        number = await self.pacer.next()
        frame = VideoFrame(self.width, self.height, "yuv420p")
        for plane, value in zip(frame.planes, (None, 90, 160), strict=True):
            if value is None:
                offset = number * 4
                padding = bytes(plane.line_size - self.width)
                rows = [self.band[(offset + y) % 256:][:self.width] + padding for y in range(plane.height)]
                plane.update(b"".join(rows))
            else:
                plane.update(bytes([value]) * plane.buffer_size)
        frame.pts = number * VIDEO_CLOCK // self.rate
        frame.time_base = fractions.Fraction(1, VIDEO_CLOCK)
        return frame


class ToneTrack(MediaStreamTrack):
    """A sine of 440 Hz at a quarter of full scale."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.pacer = Pacer(SAMPLES_PER_FRAME / SAMPLE_RATE)

    async def recv(self) -> AudioFrame:
        number = await self.pacer.next()
        first = number * SAMPLES_PER_FRAME
        samples = [
            int(8192 * math.sin(2 * math.pi * 440 * (first + i) / SAMPLE_RATE)) for i in range(SAMPLES_PER_FRAME)
        ]
        frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES_PER_FRAME)
        frame.planes[0].update(struct.pack(f"<{SAMPLES_PER_FRAME}h", *samples))
        frame.pts = first
        frame.sample_rate = SAMPLE_RATE
        frame.time_base = fractions.Fraction(1, SAMPLE_RATE)
        return frame
