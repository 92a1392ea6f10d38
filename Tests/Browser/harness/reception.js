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
                waited: report.jitterBufferDelay ?? 0,
                played: report.jitterBufferEmittedCount ?? 0,
                freezes: report.totalFreezesDuration ?? 0,
            };
        }
        return kinds;
    },

    /** The video that this page sends: its encodings, the largest first. */
    async sent() {
        const reports = await Promise.all(window.galeneTest.peers.map((pc) => pc.getStats()));
        return reports.flatMap((report) => [...report.values()])
            .filter((report) => report.type === 'outbound-rtp' && report.kind === 'video' && report.framesSent > 0)
            .map((report) => ({ size: [report.frameWidth, report.frameHeight], keyFrames: report.keyFramesEncoded }))
            .sort((one, other) => other.size[0] - one.size[0]);
    },

    /** How many sections the description of a down stream has. */
    sections(id) {
        return reception.peer(id).getTransceivers().length;
    },

    /** The codecs that this browser sends and receives, by their MIME types and parameters. */
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

    /** Lets the sound of a down stream wait this long, as a bad network would; the picture has to wait for it then. */
    holdBackSound({ id, milliseconds }) {
        const receiver = reception.peer(id).getReceivers().find((each) => each.track.kind === 'audio');
        receiver.jitterBufferTarget = milliseconds;
    },

    /** Begins to watch a beacon of staging.js for its flashes and beeps; `skews` tells how they lie to each other. */
    watchBeacon(id) {
        const video = reception.video(id);
        const seen = { flashes: [], beeps: [] };
        window.galeneTest.seen = seen;

        /** Notes when a value rises after it has been low for a while. */
        const edges = (times) => {
            let last = performance.now();
            return (isHigh, time) => {
                if (isHigh && time - last > 300) {
                    times.push(time);
                }
                if (isHigh) {
                    last = time;
                }
            };
        };

        const see = edges(seen.flashes);
        const picture = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
        const look = (now, { expectedDisplayTime }) => {
            picture.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 1, 1, 0, 0, 1, 1);
            see(picture.getImageData(0, 0, 1, 1).data[0] > 128, expectedDisplayTime);
            video.requestVideoFrameCallback(look);
        };
        video.requestVideoFrameCallback(look);

        // The sound as it leaves the jitter buffer; an AudioContext would put a buffer of its own behind that.
        const hear = edges(seen.beeps);
        const [track] = video.srcObject.getAudioTracks();
        const sounds = new MediaStreamTrackProcessor({ track: track.clone() }).readable.getReader();
        const listen = async () => {
            const samples = new Float32Array(4800);
            for (;;) {
                const { value, done } = await sounds.read();
                if (done) {
                    return;
                }
                const part = samples.subarray(0, value.numberOfFrames);
                value.copyTo(part, { planeIndex: 0, format: 'f32-planar' });
                hear(part.some((sample) => Math.abs(sample) > 0.1), performance.now());
                value.close();
            }
        };
        void listen();
    },

    /** How many milliseconds later than each flash its beep came. A flash whose beep may yet come is left out. */
    skews() {
        const { flashes, beeps } = window.galeneTest.seen;
        const old = flashes.filter((flash) => performance.now() - flash > 500 && beeps.length > 0);
        return old.map((flash) => {
            const distances = beeps.map((beep) => beep - flash);
            return distances.reduce((best, other) => (Math.abs(other) < Math.abs(best) ? other : best));
        });
    },

    /** Sends a message of the protocol. */
    send(message) {
        window.galeneTest.socket.send(JSON.stringify(message));
    },
};
