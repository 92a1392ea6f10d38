// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { texts } from '../texts.js';

const t = texts.camera;

/** What a video stream may take of the network, in bit/s: enough for 640 × 480 at 30 pictures a second. */
const MAX_VIDEO_BITRATE = 700_000;

/**
 * @param {unknown} error of `getUserMedia`
 * @returns {string} what it means to a person
 */
function describe(error) {
    const name = error instanceof Error || error instanceof DOMException ? error.name : '';
    switch (name) {
        case 'NotAllowedError':
        case 'SecurityError':
            return t.notAllowed;
        case 'NotFoundError':
        case 'OverconstrainedError':
            return t.notFound;
        case 'NotReadableError':
        case 'AbortError':
            return t.busy;
        default:
            return t.failed(error instanceof Error ? error.message : String(error));
    }
}

/**
 * @param {boolean} video
 * @returns {Promise<MediaStream>}
 */
function capture(video) {
    const shape = { aspectRatio: { ideal: 4 / 3 } };
    return navigator.mediaDevices.getUserMedia({ audio: true, video: video ? shape : false });
}

/** The one stream of camera and microphone: on or off, and muted or not. */
export class Camera {
    /** @type {Stream | null} */
    #stream = null;
    #starting = false;
    #muted = false;

    constructor() {
        /**
         * On, off or muted has changed.
         * @type {(() => void) | null}
         */
        this.onchange = null;
        /**
         * A stream begins; it is not yet offered.
         * @type {((stream: Stream, media: MediaStream) => void) | null}
         */
        this.onstream = null;
        /** @type {((stream: Stream) => void) | null} */
        this.onstopped = null;
        /** @type {((text: string) => void) | null} */
        this.onwarning = null;
    }

    get isOn() {
        return this.#stream !== null;
    }

    get isStarting() {
        return this.#starting;
    }

    get isMuted() {
        return this.#muted;
    }

    /**
     * Opens the devices and publishes what they give. Says in words what goes wrong.
     * @param {ServerConnection} connection
     * @param {boolean} video false: the microphone only
     */
    async start(connection, video) {
        if (this.#stream || this.#starting) {
            return;
        }
        if (!navigator.mediaDevices) {
            this.onwarning?.(t.insecure);
            return;
        }
        this.#starting = true;
        this.onchange?.();
        try {
            const media = await this.#captureWhatThereIs(video);
            if (connection.permissions.includes('present') && connection.isOpen) {
                this.#publish(connection, media);
            } else {
                media.getTracks().forEach((track) => track.stop());
            }
        } catch (error) {
            this.onwarning?.(describe(error));
        } finally {
            this.#starting = false;
            this.onchange?.();
        }
    }

    stop() {
        this.#stream?.close();
    }

    /** @param {boolean} muted */
    setMuted(muted) {
        this.#muted = muted;
        this.#applyMuted();
        this.onchange?.();
    }

    #applyMuted() {
        this.#stream?.stream?.getAudioTracks().forEach((track) => {
            track.enabled = !this.#muted;
        });
    }

    /** @param {boolean} video */
    async #captureWhatThereIs(video) {
        try {
            return await capture(video);
        } catch (error) {
            const refused = error instanceof DOMException && error.name === 'NotAllowedError';
            if (!video || refused) {
                throw error;
            }
            const media = await capture(false);
            this.onwarning?.(t.noCamera);
            return media;
        }
    }

    /**
     * @param {ServerConnection} connection
     * @param {MediaStream} media
     */
    #publish(connection, media) {
        const stream = connection.newUpStream();
        this.#stream = stream;
        stream.label = 'camera';
        stream.onclose = () => {
            media.getTracks().forEach((track) => track.stop());
            this.#stream = null;
            this.onstopped?.(stream);
            this.onchange?.();
        };
        stream.onerror = (error) => this.onwarning?.(describe(error));
        this.onstream?.(stream, media);
        stream.setStream(media);
        this.#applyMuted();
        for (const track of [...media.getAudioTracks(), ...media.getVideoTracks()]) {
            /** @type {RTCRtpTransceiverInit} */
            const init = { direction: 'sendonly', streams: [media] };
            if (track.kind === 'video') {
                init.sendEncodings = [{ maxBitrate: MAX_VIDEO_BITRATE }];
            }
            stream.pc.addTransceiver(track, init);
            // An unplugged device ends its track; with the last one the stream has nothing to send.
            track.addEventListener('ended', () => {
                if (stream.sc && media.getTracks().every((other) => other.readyState === 'ended')) {
                    stream.close();
                }
            });
        }
    }
}
