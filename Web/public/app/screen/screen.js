// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { texts } from '../texts.js';

const t = texts.screen;

/** The streams of one's screens and windows. */
export class ScreenSharing {
    /** @type {Set<Stream>} */
    #streams = new Set();

    constructor() {
        /** @type {(() => ServerConnection | null)} where to publish, while one may */
        this.connection = () => null;
        /** @type {(() => void) | null} */
        this.onchange = null;
        /** @type {((stream: Stream, media: MediaStream) => void) | null} */
        this.onstream = null;
        /** @type {((stream: Stream) => void) | null} */
        this.onstopped = null;
        /** @type {((text: string) => void) | null} */
        this.onwarning = null;
    }

    /** Telephones cannot. */
    static get isPossible() {
        return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
    }

    get isOn() {
        return this.#streams.size > 0;
    }

    /** Asks which screen or window, and publishes it. */
    async start() {
        try {
            const media = await navigator.mediaDevices.getDisplayMedia({ video: true, audio: true });
            const connection = this.connection();
            if (connection) {
                this.#publish(connection, media);
            } else {
                media.getTracks().forEach((track) => track.stop());
            }
        } catch (error) {
            // Nothing chosen is no failure.
            if (!(error instanceof DOMException && error.name === 'NotAllowedError')) {
                this.onwarning?.(t.failed(error instanceof Error ? error.message : String(error)));
            }
        }
    }

    stop() {
        [...this.#streams].forEach((stream) => stream.close());
    }

    /**
     * @param {ServerConnection} connection
     * @param {MediaStream} media
     */
    #publish(connection, media) {
        const stream = connection.newUpStream();
        this.#streams.add(stream);
        stream.label = 'screenshare';
        stream.onclose = () => {
            media.getTracks().forEach((track) => track.stop());
            this.#streams.delete(stream);
            this.onstopped?.(stream);
            this.onchange?.();
        };
        stream.onerror = (error) => this.onwarning?.(t.failed(error instanceof Error ? error.message : String(error)));
        this.onstream?.(stream, media);
        stream.setStream(media);
        for (const track of media.getTracks()) {
            if (track.kind === 'video') {
                // What is to be read is not made smaller.
                track.contentHint = 'detail';
            }
            stream.pc.addTransceiver(track, { direction: 'sendonly', streams: [media] });
            // The browser has a button of its own to stop sharing.
            track.addEventListener('ended', () => {
                if (stream.sc && (track.kind === 'video' || media.getTracks().every((other) => other.readyState === 'ended'))) {
                    stream.close();
                }
            });
        }
        this.onchange?.();
    }
}
