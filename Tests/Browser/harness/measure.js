// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// What the tests measure in the page. Every function is called with one argument and returns plain data.
const measure = {
    /** All tiles, as a person sees them. */
    tiles() {
        return [...document.querySelectorAll('figure.tile')].map((tile) => {
            const video = tile.querySelector('video');
            return {
                stream: tile.dataset.streamId,
                direction: tile.dataset.direction,
                label: tile.dataset.label,
                state: tile.dataset.state,
                name: tile.querySelector('figcaption').textContent,
                width: video.videoWidth,
                height: video.videoHeight,
                time: video.currentTime,
                paused: video.paused,
            };
        });
    },

    /** Sums over all incoming streams of what the browser has decoded, and where it came from. */
    async received() {
        const sums = { frames: 0, energy: 0, paths: [], ciphers: [], codecs: [] };
        for (const pc of window.galeneTest.peers) {
            const reports = new Map();
            (await pc.getStats()).forEach((report) => reports.set(report.id, report));
            // By the standard the transport names the pair in use; Firefox marks the pair.
            const inUse = new Set([...reports.values()].map((report) => report.selectedCandidatePairId));
            for (const report of reports.values()) {
                if (report.type === 'inbound-rtp' && report.kind === 'video') {
                    sums.frames += report.framesDecoded ?? 0;
                } else if (report.type === 'inbound-rtp' && report.kind === 'audio') {
                    sums.energy += report.totalAudioEnergy ?? 0;
                } else if (report.type === 'transport' && report.srtpCipher) {
                    sums.ciphers.push(report.srtpCipher);
                } else if (report.type === 'codec') {
                    sums.codecs.push(report.mimeType);
                } else if (report.type === 'candidate-pair' && (report.selected || inUse.has(report.id))) {
                    const local = reports.get(report.localCandidateId);
                    const remote = reports.get(report.remoteCandidateId);
                    sums.paths.push({
                        local: local?.address ?? local?.ip ?? null,
                        remote: remote?.address ?? remote?.ip ?? null,
                        port: remote?.port ?? null,
                    });
                }
            }
        }
        return sums;
    },

    /** Watches one stream for a while: how far it played, how many pictures came to the screen, how much it sounded. */
    async watch({ stream, milliseconds }) {
        const video = document.querySelector(`figure[data-stream-id="${stream}"] video`);
        const presented = () => new Promise((resolve) => {
            video.requestVideoFrameCallback((now, data) => resolve({ now, frames: data.presentedFrames }));
        });
        const sound = await measure.received();
        const time = video.currentTime;
        const first = await presented();
        await new Promise((resolve) => setTimeout(resolve, milliseconds));
        const last = await presented();
        const soundAfter = await measure.received();
        return {
            seconds: (last.now - first.now) / 1000,
            played: video.currentTime - time,
            presented: last.frames - first.frames,
            decoded: soundAfter.frames - sound.frames,
            energy: soundAfter.energy - sound.energy,
            width: video.videoWidth,
            height: video.videoHeight,
        };
    },

    /** The page's clock, in milliseconds. */
    now() {
        return performance.now();
    },

    /** What the browser counts of the one video that a stream receives, as `inbound-rtp` of the standard. */
    async inbound({ stream }) {
        const video = document.querySelector(`figure[data-stream-id="${stream}"] video`);
        const track = video.srcObject.getVideoTracks()[0];
        for (const pc of window.galeneTest.peers) {
            const receiver = pc.getReceivers().find((other) => other.track === track);
            if (!receiver) {
                continue;
            }
            for (const report of (await receiver.getStats()).values()) {
                if (report.type === 'inbound-rtp' && report.kind === 'video') {
                    return { ...report };
                }
            }
        }
        return null;
    },

    /** What the browser counts of each video that it sends, as `outbound-rtp` of the standard, by rid ('' without). */
    async outbound() {
        const sent = {};
        for (const pc of window.galeneTest.peers) {
            for (const report of (await pc.getStats()).values()) {
                if (report.type === 'outbound-rtp' && report.kind === 'video') {
                    sent[report.rid ?? ''] = { ...report };
                }
            }
        }
        return sent;
    },

    /**
     * Begins to note every picture of a stream that comes to the screen, and each freeze that the decoder counts; until the
     * page ends.
     */
    async note({ stream }) {
        const video = document.querySelector(`figure[data-stream-id="${stream}"] video`);
        const notes = { pictures: [], freezes: [] };
        window.galeneTest.notes = notes;
        const picture = (now, data) => {
            notes.pictures.push({ time: data.presentationTime, width: data.width, height: data.height });
            video.requestVideoFrameCallback(picture);
        };
        video.requestVideoFrameCallback(picture);
        let last = await measure.inbound({ stream });
        const sample = async () => {
            const next = await measure.inbound({ stream });
            if (next && next.freezeCount > last.freezeCount) {
                // More than one between two samples are taken for one.
                const seconds = next.totalFreezesDuration - last.totalFreezesDuration;
                notes.freezes.push({ time: performance.now(), seconds });
            }
            last = next ?? last;
            setTimeout(sample, 200);
        };
        setTimeout(sample, 200);
    },

    /** Ends when the page's clock says `time`, or more. */
    async until({ time }) {
        const left = time - performance.now();
        if (left > 0) {
            await new Promise((resolve) => setTimeout(resolve, left));
        }
    },

    /**
     * What was noted between two times: how many pictures, of which sizes, the longest times without one and the longest
     * freeze, in seconds.
     */
    noted({ from, to }) {
        const { pictures, freezes } = window.galeneTest.notes;
        const within = pictures.filter(({ time }) => from <= time && time <= to);
        const times = [from, ...within.map(({ time }) => time), to];
        const gaps = times.slice(1).map((time, index) => (time - times[index]) / 1000);
        const sizes = new Set(within.map(({ width, height }) => JSON.stringify([width, height])));
        const during = freezes.filter(({ time }) => from <= time && time <= to).map(({ seconds }) => seconds);
        return {
            seconds: (to - from) / 1000,
            pictures: within.length,
            longestGap: Math.max(...gaps),
            gaps: gaps.sort((a, b) => b - a).slice(0, 5),
            freezes: during.length,
            longestFreeze: Math.max(0, ...during),
            sizes: [...sizes].map((size) => JSON.parse(size)),
        };
    },
};
