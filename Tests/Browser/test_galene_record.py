# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""`galene record`: what browsers send becomes files that play, sound and picture together, whatever becomes of it."""

import json
import re
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import staging
from harness.media_member import decoded_frames
from harness.staging import HEIGHT, WIDTH, Stage
from harness.swift_program import SwiftProgram
from harness.waiting import until

WINDOW = {"width": 640, "height": 480}
BEACON = {"width": WIDTH, "height": HEIGHT, "frameRate": 30}
# As in test_lip_sync.py: Firefox's oscillators want a sound card, and its fake microphone has no beeps.
MILLISECONDS = 80


@pytest.fixture
def record(server, tmp_path) -> Iterator:
    """Starts `galene record` into a directory of the test's own."""
    programs: list[SwiftProgram] = []

    def start(page: str, *options: str, directory: Path = tmp_path / "recordings") -> SwiftProgram:
        programs.append(SwiftProgram(
            "galene", "record", page, "--username", "Recorder", "--directory", str(directory), *options,
            log=tmp_path / f"record{len(programs)}.log"))
        return programs[-1]

    yield start
    for program in programs:
        program.__exit__(None, None, None)


def files(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.webm"))


def probe(path: Path) -> dict:
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-show_packets", "-of", "json", str(path)],
        capture_output=True, text=True, timeout=60, check=True)
    return json.loads(told.stdout)


def seconds_of(path: Path) -> dict[str, float]:
    """Up to which time there is something of each kind."""
    return {packet["codec_type"]: float(packet["pts_time"]) for packet in probe(path)["packets"]}


def wait_for_seconds(directory: Path, count: int, seconds: float) -> list[Path]:
    """Until so many files have so much picture and sound, while they are being written."""

    def long_enough() -> list[Path] | None:
        found = files(directory)
        if len(found) < count:
            return None
        lengths = [seconds_of(path) for path in found if path.stat().st_size > 0]
        enough = [one for one in lengths if len(one) == 2 and min(one.values()) >= seconds]
        return found if len(enough) >= count else None

    return until(f"{count} files of {seconds} s in {directory}", long_enough, 40)


def stop(program: SwiftProgram) -> list[str]:
    assert program.interrupt() == 0, program.lines
    return program.lines


def flashes_and_beeps(path: Path) -> list[float]:
    """By how many milliseconds each flash comes after its beep."""
    bright = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-i", str(path), "-map", "0:v", "-fps_mode", "passthrough", "-vf",
         "signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-", "-f", "null", "-"],
        capture_output=True, text=True, timeout=60, check=True).stdout
    pictures = [(float(time), float(level)) for time, level in re.findall(
        r"pts_time:([\d.]+)\s+lavfi.signalstats.YAVG=([\d.]+)", bright)]
    sound = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-i", str(path), "-map", "0:a", "-af",
         "aresample=async=1:first_pts=0,asetnsamples=480,astats=metadata=1:reset=1,"
         "ametadata=print:key=lavfi.astats.Overall.RMS_level:file=-", "-f", "null", "-"],
        capture_output=True, text=True, timeout=60, check=True).stdout
    levels = [(float(time), -100.0 if level == "-inf" else float(level)) for time, level in re.findall(
        r"pts_time:([\d.]+)\s+lavfi.astats.Overall.RMS_level=(-?[\d.]+|-inf)", sound)]

    def onsets(values: list[tuple[float, float]]) -> list[float]:
        numbers = sorted(value for _, value in values)
        low, high = numbers[len(numbers) // 10], numbers[-max(1, len(numbers) // 50)]
        middle = (low + high) / 2
        found: list[float] = []
        for (_, before), (time, value) in zip(values, values[1:]):
            if before < middle <= value and (not found or time - found[-1] > 0.4):
                found.append(time)
        return found

    beeps = onsets(levels)
    skews = []
    for flash in onsets(pictures):
        nearest = min(beeps, key=lambda beep: abs(beep - flash), default=None)
        if nearest is not None and abs(nearest - flash) < 0.4:
            skews.append(1000 * (flash - nearest))
    return skews


@pytest.mark.row("G-06")
def test_browsers_are_recorded_together_and_in_step(server, open_browser, firefox, record, tmp_path):
    page = server.page(server.new_group())
    alice = open_browser("chromium", **WINDOW)
    program = record(page, "--json")
    program.wait_for("the recording", lambda lines: any("recording into" in line for line in lines))
    staging.join(alice, page, "Alice", Stage(beacon={**BEACON, "tone": "oscillator"}))
    staging.join(firefox, page, "Fiona", Stage(beacon={**BEACON, "tone": "microphone"}))
    found = wait_for_seconds(tmp_path / "recordings", 2, 7)
    told = [json.loads(line) for line in stop(program) if line.startswith("{")]
    assert {(one["event"], one["file"]) for one in told} == {
        (event, str(path)) for path in found for event in ("begin", "end")}
    for path in found:
        streams = probe(path)
        assert {stream["codec_name"] for stream in streams["streams"]} == {"vp8", "opus"}
        # Only a file that was ended has its length.
        assert float(streams["format"]["duration"]) > 5
        assert decoded_frames(path) > 50
    [hers] = [path for path in found if "Alice" in path.name]
    skews = flashes_and_beeps(hers)
    assert len(skews) >= 4 and abs(statistics.median(skews)) <= MILLISECONDS, skews
    [timeline] = (tmp_path / "recordings").glob("*.jsonl")
    lines = [json.loads(line) for line in timeline.read_text().splitlines()]
    assert [line["event"] for line in lines].count("begin") == 2 and lines[-1]["event"] == "stopped"


@pytest.mark.row("G-07")
def test_a_killed_recording_can_be_played(server, open_browser, record, tmp_path):
    page = server.page(server.new_group())
    program = record(page)
    alice = open_browser("chromium", **WINDOW)
    staging.join(alice, page, "Alice", Stage(beacon={**BEACON, "tone": "oscillator"}))
    [path] = wait_for_seconds(tmp_path / "recordings", 1, 3)
    program.process.kill()
    program.process.wait()
    assert min(seconds_of(path).values()) >= 3
    assert decoded_frames(path) > 30
    [timeline] = (tmp_path / "recordings").glob("*.jsonl")
    assert "begin" in {json.loads(line)["event"] for line in timeline.read_text().splitlines()}


@pytest.mark.row("G-07")
def test_a_full_disk_is_said_in_words(server, open_browser, record, tmp_path):
    page = server.page(server.new_group())
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(disk)], check=True)
    try:
        program = record(page, directory=disk)
        alice = open_browser("chromium", **WINDOW)
        staging.join(alice, page, "Alice", Stage(beacon={**BEACON, "tone": "oscillator"}))
        assert program.process.wait(40) == 1
        assert any(
            line.startswith("galene: ") and "the disk is full; what was written before can be played" in line
            for line in program.lines), program.lines
        [path] = files(disk)
        assert decoded_frames(path) > 0
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
