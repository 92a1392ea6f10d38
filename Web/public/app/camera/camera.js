// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { texts } from '../texts.js';
import { describeDeviceError } from './device-errors.js';
import { encodings, wantsTwoSizes } from './encodings.js';

/** @typedef {import('../settings/settings.js').Settings} Settings */

const t = texts.camera;

/** A crowd that has gone may come back: the second size ends after 10 s and up to as much more, in milliseconds. */
const CALM = 10_000;

/** @param {MediaStreamConstraints} constraints */
async function open(constraints) {
    return (await navigator.mediaDevices.getUserMedia(constraints)).getTracks();
}

/** The one stream of camera and microphone: each on or off. Turning the microphone off keeps it open, and silent. */
export class Camera {
    #settings;
    /** @type {Stream | null} */
    #stream = null;
    /** @type {MediaStreamTrack[]} */
    #tracks = [];
    #muted = false;
    #twoSizes = false;
    #members = 1;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #calming;
    /** One change of the devices after the other. */
    #queue = Promise.resolve();
    #waiting = 0;

    /** @param {Settings} settings */
    constructor(settings) {
        this.#settings = settings;
        /** @type {(() => ServerConnection | null)} where to publish, while one may */
        this.connection = () => null;
        /**
         * What is on has changed.
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

    get hasVideo() {
        return this.#has('video');
    }

    /** Whether the others hear. */
    get hasSound() {
        return this.#has('audio') && !this.#muted;
    }

    get isOn() {
        return this.#stream !== null;
    }

    get isStarting() {
        return this.#waiting > 0;
    }

    /** @param {'audio' | 'video'} kind */
    #has(kind) {
        return this.#tracks.some((track) => track.kind === kind && track.readyState === 'live');
    }

    /**
     * @param {boolean} audio
     * @param {boolean} video
     */
    start(audio, video) {
        this.#muted = !audio || this.#settings.get('muted');
        return this.#become(audio, video);
    }

    /** @param {boolean} on */
    setVideo(on) {
        return this.#become(null, on);
    }

    /** @param {boolean} on */
    setSound(on) {
        this.#muted = !on;
        this.#settings.set('muted', !on);
        this.#tracks.forEach((track) => {
            track.enabled = track.kind !== 'audio' || on;
        });
        this.onchange?.();
        return on && !this.#has('audio') ? this.#become(true, null) : Promise.resolve();
    }

    stop() {
        this.#stream?.close();
    }

    /** Sends the same anew, as another stream. */
    replace() {
        if (this.isOn && !this.isStarting) {
            this.#publish(this.#tracks);
        }
    }

    /** Other devices have been chosen. */
    restart() {
        return this.isOn || this.isStarting ? this.#become(null, null, true) : Promise.resolve();
    }

    /** Another rate or number of sizes may be wanted than is sent. */
    adapt() {
        const wanted = this.#wantsTwoSizes();
        const sender = this.#stream?.pc.getSenders().find((sender) => sender.track?.kind === 'video');
        if (!sender) {
            return;
        }
        if (wanted !== this.#twoSizes) {
            this.#publish(this.#tracks);
            return;
        }
        const parameters = sender.getParameters();
        const limits = encodings(wanted, this.#settings.rate);
        parameters.encodings?.forEach((encoding, index) => {
            encoding.maxBitrate = limits[index]?.maxBitrate;
        });
        sender.setParameters(parameters).catch((error) => console.warn('The rate stays as it was:', error));
    }

    /** @param {number} members of the group, oneself included */
    setMembers(members) {
        this.#members = members;
        clearTimeout(this.#calming);
        if (this.#wantsTwoSizes() === this.#twoSizes) {
            return;
        }
        if (this.#twoSizes) {
            this.#calming = setTimeout(() => this.adapt(), CALM * (1 + Math.random()));
        } else {
            this.adapt();
        }
    }

    #wantsTwoSizes() {
        return wantsTwoSizes(this.#settings.get('simulcast'), this.#members, this.#settings.rate);
    }

    /**
     * What stays as it is (null) is seen only when it is this change's turn: devices may be about to open.
     * @param {boolean | null} audio
     * @param {boolean | null} video
     * @param {boolean} [fresh] no device that is open will do
     */
    #become(audio, video, fresh = false) {
        this.#waiting += 1;
        this.onchange?.();
        this.#queue = this.#queue.then(async () => {
            try {
                await this.#change(audio ?? this.#has('audio'), video ?? this.#has('video'), fresh);
            } catch (error) {
                this.onwarning?.(describeDeviceError(error));
            } finally {
                this.#waiting -= 1;
                this.onchange?.();
            }
        });
        return this.#queue;
    }

    /**
     * @param {boolean} audio
     * @param {boolean} video
     * @param {boolean} fresh
     */
    async #change(audio, video, fresh) {
        /** @param {MediaStreamTrack} track */
        const stays = (track) => !fresh && track.readyState === 'live' && (track.kind === 'audio' ? audio : video);
        const kept = this.#tracks.filter(stays);
        // Some devices cannot be opened while they are open.
        this.#tracks.filter((track) => !stays(track)).forEach((track) => track.stop());
        /** @param {string} kind */
        const missing = (kind) => !kept.some((track) => track.kind === kind);
        let added = [];
        try {
            added = await this.#capture(audio && missing('audio'), video && missing('video'));
        } catch (error) {
            if (kept.length < this.#tracks.length) {
                this.#use(kept);
            }
            throw error;
        }
        // What was about to open may be what is wanted.
        if (added.length > 0 || kept.length < this.#tracks.length) {
            this.#use([...kept, ...added]);
        }
    }

    /** @param {MediaStreamTrack[]} tracks */
    #use(tracks) {
        if (tracks.length > 0 && this.connection()) {
            this.#publish(tracks);
            return;
        }
        tracks.forEach((track) => track.stop());
        this.#tracks = [];
        this.#stream?.close();
    }

    /**
     * @param {boolean} audio
     * @param {boolean} video
     * @returns {Promise<MediaStreamTrack[]>}
     */
    async #capture(audio, video) {
        if (!audio && !video) {
            return [];
        }
        if (!navigator.mediaDevices) {
            this.onwarning?.(t.insecure);
            return [];
        }
        /** @param {'camera' | 'microphone'} name */
        const device = (name) => {
            const id = this.#settings.get(name);
            return id ? { deviceId: { exact: id } } : {};
        };
        const constraints = {
            audio: audio && device('microphone'),
            video: video && { ...device('camera'), aspectRatio: { ideal: 4 / 3 } },
        };
        try {
            return await open(constraints);
        } catch (error) {
            const refused = error instanceof DOMException && error.name === 'NotAllowedError';
            if (!audio || !video || refused) {
                throw error;
            }
            return await this.#captureOne(constraints, error);
        }
    }

    /**
     * The one of two devices that can be used, the microphone rather than the camera.
     * @param {MediaStreamConstraints} constraints
     * @param {unknown} error of both together
     */
    async #captureOne(constraints, error) {
        for (const [missing, warning] of /** @type {const} */ ([['video', t.noCamera], ['audio', t.noMicrophone]])) {
            try {
                const tracks = await open({ ...constraints, [missing]: false });
                this.onwarning?.(warning);
                return tracks;
            } catch {
                // The other one, then.
            }
        }
        throw error;
    }

    /** @param {MediaStreamTrack[]} tracks */
    #publish(tracks) {
        const connection = this.connection();
        if (!connection) {
            return;
        }
        // First of all: the end of the old stream is told to the meeting, which asks whether the sizes are right.
        this.#twoSizes = this.#wantsTwoSizes();
        const media = new MediaStream(tracks);
        const stream = connection.newUpStream(this.#stream?.localId);
        this.#stream = stream;
        this.#tracks = tracks;
        clearTimeout(this.#calming);
        stream.label = 'camera';
        stream.onclose = (replace) => {
            if (!replace) {
                tracks.forEach((track) => track.stop());
                this.#tracks = [];
                this.#stream = null;
                this.onstopped?.(stream);
                this.onchange?.();
            }
        };
        stream.onerror = (error) => this.onwarning?.(t.notSent(error instanceof Error ? error.message : String(error)));
        this.onstream?.(stream, media);
        stream.setStream(media);
        // Sound first, so that the order is the same in every offer.
        for (const track of [...media.getAudioTracks(), ...media.getVideoTracks()]) {
            track.enabled = track.kind !== 'audio' || !this.#muted;
            /** @type {RTCRtpTransceiverInit} */
            const init = { direction: 'sendonly', streams: [media] };
            if (track.kind === 'video') {
                init.sendEncodings = encodings(this.#twoSizes, this.#settings.rate);
            }
            stream.pc.addTransceiver(track, init);
            // An unplugged device ends its track; with the last one the stream has nothing to send.
            track.onended = () => {
                if (stream.sc && tracks.every((other) => other.readyState === 'ended')) {
                    stream.close();
                }
                this.onchange?.();
            };
        }
    }
}
