// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// The smallest client that is of use: it joins the group «public», shows everybody's video and the chat, and sends
// one's camera. /protocol.js has done its part when this script runs. Copy it and change it.

'use strict';

const GROUP_URL = '/group/public/';

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
function element(id, type) {
    const found = document.getElementById(id);
    if (!(found instanceof type)) {
        throw new Error(`There is no ${id} in the page`);
    }
    return found;
}

/** @param {string} text */
function showStatus(text) {
    element('status', HTMLElement).textContent = text;
}

/** Joins the group. Everything else happens in callbacks. */
async function start() {
    // 1. Ask the server where the group's WebSocket is.
    const response = await fetch(`${GROUP_URL}.status`);
    if (!response.ok) {
        throw new Error(`The server says: ${response.status} ${response.statusText}`);
    }
    const group = await response.json();

    // 2. Make a connection, say what is to happen, and connect.
    const sc = new ServerConnection();
    /** Why the connection is about to end, if that is known. */
    let reason = '';

    sc.onconnected = () => {
        // 3. The server listens: join, with a token if the page's address has one.
        const token = new URLSearchParams(window.location.search).get('token');
        void sc.join(group.name, 'example-user', token ? { type: 'token', token } : '');
    };

    sc.onjoined = (kind, _group, permissions, _status, _data, _error, message) => {
        switch (kind) {
            case 'join':
            case 'change':
                showStatus(`Connected as ${sc.username}`);
                element('camera', HTMLButtonElement).disabled = !permissions.includes('present');
                element('input', HTMLInputElement).disabled = !permissions.includes('message');
                if (kind === 'join') {
                    // 4. We are in: ask for everybody's sound and video.
                    sc.request({ '': ['audio', 'video'] });
                }
                break;
            case 'fail':
                reason = `The server refuses: ${message}`;
                sc.close();
                break;
            case 'redirect':
                reason = `The group has moved to ${message}`;
                sc.close();
                break;
        }
    };

    sc.onclose = (code, text) => {
        showStatus(reason || `Connection closed: ${text || code}`);
        element('start', HTMLButtonElement).disabled = false;
        element('camera', HTMLButtonElement).disabled = true;
        element('input', HTMLInputElement).disabled = true;
    };

    // 5. Somebody's stream begins. This is called again when the server offers it anew.
    sc.ondownstream = (stream) => {
        stream.ondowntrack = (_track, _transceiver, media) => showVideo(stream, media);
        stream.onclose = () => removeVideo(stream);
        stream.onerror = (error) => console.error(error);
    };

    sc.onchat = (_id, _source, _dest, username, _time, _privileged, _history, kind, message) => {
        showMessage(username || 'Somebody', kind, message);
    };

    // The server's errors and warnings come this way. Anybody may send such a message: obey only privileged ones.
    sc.onusermessage = (_source, _dest, _username, _time, privileged, kind, _error, message) => {
        if (privileged && kind === 'kicked') {
            reason = `You have been put out: ${message}`;
        } else if (privileged && ['error', 'warning', 'info'].includes(kind)) {
            showStatus(String(message));
        }
    };

    element('camera', HTMLButtonElement).onclick = () => {
        toggleCamera(sc).catch((error) => showStatus(`No camera: ${error}`));
    };
    element('form', HTMLFormElement).onsubmit = (event) => {
        event.preventDefault();
        const input = element('input', HTMLInputElement);
        if (input.value && sc.permissions.includes('message')) {
            // To everybody; one's own message comes back by onchat.
            sc.chat('', '', input.value);
            input.value = '';
        }
    };

    element('start', HTMLButtonElement).disabled = true;
    showStatus('Connecting…');
    sc.connect(group.endpoint);
}

/** @param {ServerConnection} sc */
async function toggleCamera(sc) {
    const sent = Object.values(sc.up).find((stream) => stream.label === 'camera');
    if (sent) {
        sent.close();
        return;
    }
    const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    const stream = sc.newUpStream();
    stream.label = 'camera';
    stream.onerror = (error) => showStatus(`The camera cannot be sent: ${error}`);
    stream.onclose = () => {
        media.getTracks().forEach((track) => track.stop());
        removeVideo(stream);
        element('camera', HTMLButtonElement).textContent = 'Show my camera';
    };
    stream.setStream(media);
    // The tracks make the offer: each in one direction, from us to the server.
    media.getTracks().forEach((track) => stream.pc.addTransceiver(track, { direction: 'sendonly', streams: [media] }));
    showVideo(stream, media);
    element('camera', HTMLButtonElement).textContent = 'Hide my camera';
}

/**
 * @param {Stream} stream
 * @param {MediaStream} media
 */
function showVideo(stream, media) {
    const id = `video-${stream.localId}`;
    let video = document.getElementById(id);
    if (!(video instanceof HTMLVideoElement)) {
        video = document.createElement('video');
        video.id = id;
        element('videos', HTMLElement).append(video);
    }
    const player = /** @type {HTMLVideoElement} */ (video);
    player.autoplay = true;
    player.playsInline = true;
    // One's own sound would come back as an echo.
    player.muted = stream.up;
    player.setAttribute('aria-label', stream.up ? 'My camera' : `Video of ${stream.username || 'somebody'}`);
    if (player.srcObject !== media) {
        player.srcObject = media;
    }
}

/** @param {Stream} stream */
function removeVideo(stream) {
    document.getElementById(`video-${stream.localId}`)?.remove();
}

/**
 * @param {string} author
 * @param {string} kind
 * @param {string} text
 */
function showMessage(author, kind, text) {
    const item = document.createElement('li');
    // Never innerHTML: the text is somebody else's.
    item.textContent = kind === 'me' ? `${author} ${text}` : `${author}: ${text}`;
    element('messages', HTMLElement).append(item);
}

element('start', HTMLButtonElement).onclick = () => {
    start().catch((error) => showStatus(String(error)));
};
