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
            test.firstPictures = {};
            message.request = stage.request ?? message.request;
            stage.request = null;
        }
        super.send(JSON.stringify(message));
    }
};

if (stage.hold) {
    // Only in Chromium: what Firefox's remote control imports is another instance of the module than the page's.
    const { ServerConnection } = await import('/protocol/connection.js');
    const { connect } = ServerConnection.prototype;
    ServerConnection.prototype.connect = function (url) {
        test.connection = this;
        connect.call(this, url);
    };
}

/** A tone that can be switched on and off. */
async function switchedTone({ tone }) {
    if (tone === 'microphone') {
        const [track] = (await open({ audio: true })).getAudioTracks();
        return { track, sound: (isOn) => { track.enabled = isOn; } };
    }
    const audio = new AudioContext();
    const output = audio.createMediaStreamDestination();
    const gain = new GainNode(audio, { gain: 0 });
    const oscillator = new OscillatorNode(audio, { frequency: 1000 });
    oscillator.connect(gain).connect(output);
    oscillator.start();
    return { track: output.stream.getAudioTracks()[0], sound: (isOn) => { gain.gain.value = isOn ? 0.8 : 0; } };
}

/** A source that is white and sounds in the first tenth of every second, and is black and silent else. */
async function beacon({ width, height, frameRate, tone }) {
    const { track, sound } = await switchedTone({ tone });
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d');
    const media = canvas.captureStream(frameRate);
    media.addTrack(track);
    const draw = () => {
        const isOn = performance.now() % 1000 < 100;
        sound(isOn);
        context.fillStyle = isOn ? 'white' : 'black';
        context.fillRect(0, 0, width, height);
        // A picture that did not change would not be sent.
        context.fillStyle = `rgb(${Math.floor(Math.random() * 256)} 0 0)`;
        context.fillRect(0, 0, 4, 4);
        requestAnimationFrame(draw);
    };
    draw();
    return media;
}

const devices = navigator.mediaDevices;
const open = devices.getUserMedia.bind(devices);
devices.getUserMedia = (constraints) => {
    if (stage.beacon) {
        return beacon(stage.beacon);
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
