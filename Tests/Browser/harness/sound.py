# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""What a stream sounds like in a browser."""

from typing import Any

from .browser import Browser

# The frequency of the loudest part of what a stream sounds like, in Hz, and what one step of it is. By way of a recording,
# because Firefox has no running AudioContext on a machine without loudspeakers.
_LOUDEST = """
    const video = document.querySelector(`figure[data-stream-id="${argument}"] video`);
    const recorder = new MediaRecorder(new MediaStream(video.srcObject.getAudioTracks()));
    const recorded = new Promise((resolve) => { recorder.ondataavailable = ({ data }) => resolve(data); });
    recorder.start();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    recorder.stop();
    const bytes = await (await recorded).arrayBuffer();
    const rate = 48000;
    const sound = await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes);
    const audio = new OfflineAudioContext(1, sound.length, rate);
    const analyser = new AnalyserNode(audio, { fftSize: 4096 });
    const source = new AudioBufferSourceNode(audio, { buffer: sound });
    source.connect(analyser).connect(audio.destination);
    source.start();
    await audio.startRendering();
    const levels = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(levels);
    const loudest = levels.indexOf(Math.max(...levels));
    const step = rate / analyser.fftSize;
    return { frequency: loudest * step, step, level: levels[loudest], length: sound.length };"""


def loudest(browser: Browser, stream: str) -> dict[str, Any] | None:
    """The loudest frequency of the last second of a stream that the page shows; nothing while it is silent."""
    heard = browser.evaluate(_LOUDEST, stream)
    # Silence has -100 dB and less, or no level at all.
    return heard if (heard["level"] or -200) > -60 else None
