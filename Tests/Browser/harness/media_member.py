# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""`media-member`: a member of a meeting on the Swift library, which publishes clips and records what it gets."""

import json
import subprocess
from pathlib import Path
from typing import Any

from .swift_program import SwiftProgram
from .waiting import until

Report = dict[str, Any]

# What a clip shows and sounds like.
COLOURS = {"left": "red", "right": "blue"}
TONE = 1000
FRAME_RATE = 25


class MediaMember(SwiftProgram):
    """A member that listens to what it is told; what it has said are its reports."""

    def __init__(self, page: str, name: str, log: Path, record: Path | None = None, reconnect: bool = False) -> None:
        options = [*(["--record", str(record)] if record else []), *(["--reconnect"] if reconnect else [])]
        super().__init__("media-member", page, name, *options, log=log)
        self.wait("joined")

    def say(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    @property
    def reports(self) -> list[Report]:
        # The last line may be half written.
        return [json.loads(line) for line in self.lines if line.startswith("{") and line.endswith("}")]

    def all(self, event: str, **fields: Any) -> list[Report]:
        wanted = {"event": event, **fields}
        return [report for report in self.reports if wanted.items() <= report.items()]

    def wait(self, event: str, timeout: float = 30, **fields: Any) -> Report:
        """The last report of this kind with these fields."""
        self.wait_for(f"{event} {fields or ''}", lambda _: bool(self.all(event, **fields)), timeout)
        return self.all(event, **fields)[-1]

    def tracks(self, stream: str | None = None) -> dict[str, Report]:
        """What has come until now, by codec; of one stream, or of all if that leads to no two of a codec."""
        told, reports = len(self.all("track")), len(self.all("reported"))
        self.say("report")
        self.wait_for("a report", lambda _: len(self.all("reported")) > reports, 10)
        return {one["codec"]: one for one in self.all("track")[told:] if stream is None or one["stream"] == stream}

    def wait_received(self, frames: int, *codecs: str, stream: str | None = None, timeout: float = 30) -> dict[str, Report]:
        """What has come once there are so many frames of each of these codecs."""
        last: dict[str, Report] = {}

        def enough() -> bool:
            nonlocal last
            last = self.tracks(stream)
            return all(last.get(codec, {}).get("frames", 0) >= frames for codec in codecs)

        until(f"{frames} frames of {codecs}", enough, timeout)
        return last

    def leave(self) -> dict[str, Report]:
        """Ends it; returns what had come of each track by then, with whole files."""
        self.say("quit")
        self.wait("left")
        assert self.process.wait(10) == 0
        told = self.reports[:-2]
        first = max((index for index, report in enumerate(told) if report["event"] != "track"), default=0)
        return {report["codec"]: report for report in told[first + 1:]}


# How a picture is encoded, fast: each frame after another and none for later, as in a call.
ENCODERS = {
    "vp8": ["-c:v", "libvpx"],
    "vp9": ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-lag-in-frames", "0"],
    "av1": ["-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-lag-in-frames", "0"],
    # The delimiters are what `media-member` cuts pictures at.
    "h264": [
        "-c:v", "libx264", "-profile:v", "baseline", "-preset", "veryfast", "-tune", "zerolatency", "-x264-params", "aud=1",
    ],
}


def make_clip(
    path: Path, size: tuple[int, int] = (320, 240), seconds: int = 2, codec: str = "vp8", noise: int = 0,
    bitrate: str = "300k",
) -> Path:
    """The left half red and the right half blue, with a key frame every second.

    `noise`: by how much brightness differs from dot to dot and frame to frame, so that frames are large.
    """
    half = f"s={size[0] // 2}x{size[1]}:r={FRAME_RATE}"
    ffmpeg(
        "-f", "lavfi", "-i", f"color={COLOURS['left']}:{half}", "-f", "lavfi", "-i", f"color={COLOURS['right']}:{half}",
        "-filter_complex", f"[0][1]hstack,format=yuv420p,noise=c0s={noise}:c0f=t", "-t", str(seconds), *ENCODERS[codec],
        "-g", str(FRAME_RATE), "-b:v", bitrate, str(path))
    return path


def make_tone(path: Path, seconds: int = 2) -> Path:
    """Opus in packets of 20 ms: a sine of whole periods, so that it goes on where it begins anew."""
    ffmpeg(
        "-f", "lavfi", "-i", f"sine=frequency={TONE}:sample_rate=48000:duration={seconds}", "-ac", "2", "-c:a", "libopus",
        "-b:a", "64k", "-frame_duration", "20", str(path))
    return path


def ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-loglevel", "error", "-y", *arguments], check=True, timeout=60)


def decoded_frames(path: str | Path) -> int:
    """Frames or packets of a file, all of which `ffmpeg` decodes without a word.

    Raises AssertionError with what it said otherwise.
    """
    decoding = subprocess.run(
        ["ffmpeg", "-nostdin", "-xerror", "-v", "error", "-i", str(path), "-f", "null", "-fps_mode", "passthrough",
         "-enc_time_base", "-1", "-"],
        capture_output=True, text=True, timeout=60, check=False)
    assert decoding.returncode == 0 and not decoding.stderr, f"{path}: {decoding.stderr}"
    counting = subprocess.run(
        ["ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", str(path)],
        capture_output=True, text=True, timeout=60, check=True)
    return int(counting.stdout.split()[0].rstrip(","))
