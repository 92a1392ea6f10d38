// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// What a page of staging.js receives, stream by stream. Every function takes one argument and returns plain data.
const reception = {
    tiles() {
        return [...document.querySelectorAll('figure.tile[data-direction=down]')];
    },

    /** The id of the down stream of this user with this label, or null. */
    find({ username, label }) {
        const named = (tile) => tile.querySelector('figcaption').textContent === username;
        const tile = reception.tiles().find((tile) => named(tile) && tile.dataset.label === label);
        return tile?.dataset.streamId ?? null;
    },

    video(id) {
        return document.querySelector(`figure[data-stream-id="${id}"] video`);
    },

    /** The peer connection that the tracks of a down stream come from. */
    peer(id) {
        const tracks = reception.video(id)?.srcObject?.getTracks() ?? [];
        return window.galeneTest.peers.find(
            (pc) => pc.getReceivers().some((receiver) => tracks.includes(receiver.track))) ?? null;
    },

    /** What is on the screen. */
    size(id) {
        const video = reception.video(id);
        return video ? [video.videoWidth, video.videoHeight] : [0, 0];
    },

    /** For `audio` and `video` of a down stream: what the browser has decoded, and of which codec. */
    async received(id) {
        const reports = new Map();
        (await reception.peer(id)?.getStats())?.forEach((report) => reports.set(report.id, report));
        const kinds = {};
        for (const report of reports.values()) {
            if (report.type !== 'inbound-rtp') {
                continue;
            }
            const codec = reports.get(report.codecId);
            kinds[report.kind] = {
                codec: codec?.mimeType ?? null,
                payloadType: codec?.payloadType ?? null,
                parameters: codec?.sdpFmtpLine ?? '',
                packets: report.packetsReceived ?? 0,
                frames: report.framesDecoded ?? 0,
                keyFrames: report.keyFramesDecoded ?? 0,
                energy: report.totalAudioEnergy ?? 0,
                playout: report.estimatedPlayoutTimestamp ?? null,
                pauses: report.totalPausesDuration ?? 0,
                freezes: report.totalFreezesDuration ?? 0,
            };
        }
        return kinds;
    },

    /** Whether this browser sends and receives codecs, by their MIME types and parameters. */
    capabilities(kind) {
        const names = (codecs) => codecs.map((codec) => `${codec.mimeType} ${codec.sdpFmtpLine ?? ''}`.trim());
        return {
            send: names(RTCRtpSender.getCapabilities(kind).codecs),
            receive: names(RTCRtpReceiver.getCapabilities(kind).codecs),
        };
    },

    /** Begins to count the pictures of all down streams; `counted` tells the outcome. */
    count({ milliseconds }) {
        const one = async (tile) => {
            const id = tile.dataset.streamId;
            const video = reception.video(id);
            const presented = () => new Promise((resolve) => {
                video.requestVideoFrameCallback((now, data) => resolve({ now, frames: data.presentedFrames }));
            });
            const before = await reception.received(id);
            const first = await presented();
            await new Promise((resolve) => setTimeout(resolve, milliseconds));
            const last = await presented();
            const after = await reception.received(id);
            const seconds = (last.now - first.now) / 1000;
            return {
                username: tile.querySelector('figcaption').textContent,
                label: tile.dataset.label,
                size: reception.size(id),
                seconds,
                presented: (last.frames - first.frames) / seconds,
                decoded: (after.video.frames - before.video.frames) / seconds,
                freezes: after.video.freezes - before.video.freezes,
            };
        };
        window.galeneTest.counting = Promise.all(reception.tiles().map(one));
        window.galeneTest.counting.catch(() => {});
    },

    counted() {
        return window.galeneTest.counting;
    },

    /** Milliseconds from `request` to the first picture of a stream; null before that. */
    delayOfFirstPicture(id) {
        const { firstPictures, requestedAt } = window.galeneTest;
        return id in firstPictures ? firstPictures[id] - requestedAt : null;
    },

    /** Sends a message of the protocol. */
    send(message) {
        window.galeneTest.socket.send(JSON.stringify(message));
    },
};
