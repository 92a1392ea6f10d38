// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/** @typedef {import('./connection.js').ServerConnection} ServerConnection */

/**
 * A set of related tracks that travels in one direction over a peer connection of its own.
 *
 * The sender of media is always the one that offers, so offers never cross. A stream goes *up* when this page sends
 * it, *down* when the server does. Streams are made by `ServerConnection`, never directly.
 */
export class Stream {
    /**
     * @param {ServerConnection} sc
     * @param {string} id
     * @param {string} localId
     * @param {RTCPeerConnection} pc
     * @param {boolean} up
     */
    constructor(sc, id, localId, pc, up) {
        /**
         * The connection that the stream belongs to; null once the stream is closed.
         * @type {ServerConnection | null}
         */
        this.sc = sc;
        /** @readonly */
        this.id = id;
        this.localId = localId;
        /** @readonly */
        this.up = up;
        /**
         * Down streams only: the client that publishes.
         * @type {string | null}
         */
        this.source = null;
        /**
         * Down streams only: the name of the user that publishes.
         * @type {string | null}
         */
        this.username = null;
        this.pc = pc;
        /** @type {MediaStream | null} */
        this.stream = null;
        /**
         * What it shows: `camera`, `screenshare`, `video`, or a word of the application's own.
         * @type {string | null}
         */
        this.label = null;
        /**
         * The stream that the next offer replaces.
         * @type {string | null}
         */
        this.replace = null;
        this.localDescriptionSent = false;
        /** @type {RTCIceCandidate[]} */
        this.localIceCandidates = [];
        /** @type {RTCIceCandidateInit[]} */
        this.remoteIceCandidates = [];
        /**
         * Free for the application.
         * @type {Record<string, any>}
         */
        this.userdata = {};

        /** @type {((this: Stream, replace?: boolean) => void) | null} */
        this.onclose = null;
        /** @type {((this: Stream, error: unknown) => void) | null} */
        this.onerror = null;
        /** @type {((this: Stream) => void) | null} */
        this.onnegotiationcompleted = null;
        /** @type {((this: Stream, track: MediaStreamTrack, transceiver: RTCRtpTransceiver, stream: MediaStream) => void) | null} */
        this.ondowntrack = null;
        /** @type {((this: Stream, status: RTCIceConnectionState) => void) | null} */
        this.onstatus = null;
    }

    /**
     * Records what an up stream sends; adding the tracks to `pc` is the caller's.
     * @param {MediaStream} stream
     */
    setStream(stream) {
        this.stream = stream;
        this.sc?.updateUserStreams(this.sc.id);
    }

    /**
     * Ends the stream. A second call has no effect.
     * @param {boolean} [replace] another stream with the same local id follows
     */
    close(replace) {
        const sc = this.sc;
        if (!sc) {
            console.warn('Closing a stream that is closed already');
            return;
        }
        this.pc.close();
        if (this.up && !replace && this.localDescriptionSent && sc.isOpen) {
            sc.send({ type: 'close', id: this.id });
        }
        const streams = this.up ? sc.up : sc.down;
        if (streams[this.id] === this) {
            delete streams[this.id];
        }
        sc.updateUserStreams(this.up ? sc.id : this.source);
        this.sc = null;
        this.onclose?.call(this, replace);
    }

    /** Asks the sender of a down stream to end it. The stream is closed when the sender says so. */
    abort() {
        if (this.up) {
            throw new Error('Aborting an up stream');
        }
        this.sc?.send({ type: 'abort', id: this.id });
    }

    /**
     * Offers an up stream, for the first time or again.
     * @param {boolean} [restartIce]
     */
    async negotiate(restartIce = false) {
        if (!this.up) {
            throw new Error('Offering a down stream');
        }
        const offer = await this.pc.createOffer({ iceRestart: restartIce });
        if (!this.sc) {
            return;
        }
        await this.pc.setLocalDescription(offer);
        const sc = this.sc;
        if (!sc) {
            return;
        }
        sc.send({
            type: 'offer',
            source: sc.id,
            username: sc.username ?? undefined,
            kind: this.localDescriptionSent ? 'renegotiate' : '',
            id: this.id,
            replace: this.replace ?? undefined,
            label: this.label ?? undefined,
            sdp: this.pc.localDescription?.sdp,
        });
        this.localDescriptionSent = true;
        this.replace = null;
        this.flushLocalIceCandidates();
    }

    /** Finds a new path for the media. Returns at once. */
    restartIce() {
        if (this.up) {
            this.pc.restartIce();
        } else {
            this.sc?.send({ type: 'renegotiate', id: this.id });
        }
    }

    /**
     * Asks for other tracks of this down stream than the default.
     * @param {string[] | null} what null returns to the default
     */
    request(what) {
        if (this.up) {
            throw new Error('Requesting tracks of an up stream');
        }
        this.sc?.send({ type: 'requestStream', id: this.id, request: what });
    }

    /** @param {RTCIceCandidate} candidate */
    gotLocalIce(candidate) {
        if (this.localDescriptionSent) {
            this.sc?.send({ type: 'ice', id: this.id, candidate: candidate.toJSON() });
        } else {
            this.localIceCandidates.push(candidate);
        }
    }

    /** @param {RTCIceCandidateInit} candidate */
    async gotRemoteIce(candidate) {
        if (this.pc.remoteDescription) {
            await this.#addRemoteCandidate(candidate);
        } else {
            this.remoteIceCandidates.push(candidate);
        }
    }

    flushLocalIceCandidates() {
        const candidates = this.localIceCandidates;
        this.localIceCandidates = [];
        candidates.forEach((candidate) => this.gotLocalIce(candidate));
    }

    async flushRemoteIceCandidates() {
        const candidates = this.remoteIceCandidates;
        this.remoteIceCandidates = [];
        await Promise.all(candidates.map((candidate) => this.#addRemoteCandidate(candidate)));
    }

    /**
     * One candidate that cannot be used leaves the others.
     * @param {RTCIceCandidateInit} candidate
     */
    async #addRemoteCandidate(candidate) {
        try {
            await this.pc.addIceCandidate(candidate);
        } catch (error) {
            console.warn('Candidate not used:', error);
        }
    }
}
