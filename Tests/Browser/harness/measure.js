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
};
