// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// Put into the page after hook.js and before it joins: what it sends and asks for, in place of what a person's devices
// and settings would give. `argument` says what; see staging.py.
const stage = argument;
const test = window.galeneTest;
test.socket = null;
test.requestedAt = null;
test.firstPictures = {};

const WebSocketOfBrowser = window.WebSocket;
window.WebSocket = class extends WebSocketOfBrowser {
    constructor(...values) {
        super(...values);
        test.socket = this;
    }

    send(text) {
        const message = JSON.parse(text);
        if (message.type === 'request') {
            test.requestedAt = performance.now();
            message.request = stage.request ?? message.request;
            stage.request = null;
        }
        super.send(JSON.stringify(message));
    }
};

/** A source whose picture is white and whose sound is a tone in the first tenth of every second, and black and silent else. */
function beacon({ width, height, frameRate }) {
    const audio = new AudioContext();
    const output = audio.createMediaStreamDestination();
    const tone = new OscillatorNode(audio, { frequency: 1000 });
    const gain = new GainNode(audio, { gain: 0 });
    tone.connect(gain).connect(output);
    const begin = Math.ceil(audio.currentTime) + 1;
    for (let second = 0; second < 120; second += 1) {
        gain.gain.setValueAtTime(0.8, begin + second);
        gain.gain.setValueAtTime(0, begin + second + 0.1);
    }
    tone.start();
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d');
    const media = canvas.captureStream(frameRate);
    const draw = () => {
        const shines = audio.currentTime >= begin && audio.currentTime % 1 < 0.1;
        context.fillStyle = shines ? 'white' : 'black';
        context.fillRect(0, 0, width, height);
        // A picture that did not change would not be sent.
        context.fillStyle = `rgb(${Math.floor(Math.random() * 256)} 0 0)`;
        context.fillRect(0, 0, 4, 4);
        requestAnimationFrame(draw);
    };
    draw();
    output.stream.getAudioTracks().forEach((track) => media.addTrack(track));
    return media;
}

const devices = navigator.mediaDevices;
const open = devices.getUserMedia.bind(devices);
devices.getUserMedia = (constraints) => {
    if (stage.beacon) {
        return Promise.resolve(beacon(stage.beacon));
    }
    return open({ ...constraints, video: constraints.video && (stage.camera ?? constraints.video) });
};

const { addTransceiver } = window.RTCPeerConnection.prototype;
window.RTCPeerConnection.prototype.addTransceiver = function (track, init) {
    const isVideo = track.kind === 'video';
    const changed = isVideo && stage.encodings ? { ...init, sendEncodings: stage.encodings } : init;
    const transceiver = addTransceiver.call(this, track, changed);
    if (isVideo && stage.codec) {
        const { mimeType, parameters } = stage.codec;
        transceiver.setCodecPreferences(RTCRtpSender.getCapabilities('video').codecs.filter(
            (codec) => codec.mimeType === mimeType && (codec.sdpFmtpLine ?? '') === parameters));
    }
    return transceiver;
};

new MutationObserver((records) => {
    const added = records.flatMap((record) => [...record.addedNodes]);
    for (const tile of added.filter((node) => node.matches?.('figure.tile[data-direction=down]'))) {
        tile.querySelector('video').requestVideoFrameCallback(() => {
            test.firstPictures[tile.dataset.streamId] ??= performance.now();
        });
    }
}).observe(document.body, { childList: true, subtree: true });
