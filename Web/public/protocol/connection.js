// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { EarlyCandidates } from './early-candidates.js';
import { newLocalId, newRandomId } from './ids.js';
import { PROTOCOL_VERSION, parseTime } from './messages.js';
import { Stream } from './stream.js';

/** @typedef {import('./messages.js').Message} Message */
/** @typedef {import('./messages.js').User} User */
/** @typedef {import('./messages.js').Credentials} Credentials */

const WATCH_INTERVAL = 10_000;
const PING_AFTER_SILENCE = 15_000;
const DEAD_AFTER_SILENCE = 65_000;

/**
 * A connection to a server, with the streams that travel beside it. It knows nothing of the document that it is used
 * in. An object is used for one connection: `connect`, `join`, and after `onclose` it is finished.
 */
export class ServerConnection {
    constructor() {
        /** @readonly */
        this.id = newRandomId();
        /**
         * The group joined.
         * @type {string | null}
         */
        this.group = null;
        /**
         * The name that the server knows this client by.
         * @type {string | null}
         */
        this.username = null;
        /**
         * The members of the group, oneself included.
         * @type {Record<string, User>}
         */
        this.users = {};
        /** @type {WebSocket | null} */
        this.socket = null;
        /**
         * The version of the protocol agreed on.
         * @type {string | null}
         */
        this.version = null;
        /** @type {Record<string, Stream>} */
        this.up = {};
        /** @type {Record<string, Stream>} */
        this.down = {};
        /** @type {RTCConfiguration | null} */
        this.rtcConfiguration = null;
        /** @type {string[]} */
        this.permissions = [];
        /**
         * Free for the application.
         * @type {Record<string, any>}
         */
        this.userdata = {};
        /**
         * When the server was last heard, in milliseconds.
         * @type {number | null}
         */
        this.lastServerMessage = null;
        /** @type {ReturnType<typeof setInterval> | null} */
        this.pingHandler = null;

        /**
         * The server has accepted the handshake.
         * @type {((this: ServerConnection) => void) | null}
         */
        this.onconnected = null;
        /**
         * A fatal error; the connection closes.
         * @type {((this: ServerConnection, error: unknown) => void) | null}
         */
        this.onerror = null;
        /**
         * The socket is closed and all is cleaned up.
         * @type {((this: ServerConnection, code: number, reason: string) => void) | null}
         */
        this.onclose = null;
        /**
         * Asked before each peer connection; an answer overrides the server's.
         * @type {((this: ServerConnection) => RTCConfiguration | null) | null}
         */
        this.onpeerconnection = null;
        /**
         * A user came (`add`), `change`d or went (`delete`).
         * @type {((this: ServerConnection, id: string, kind: string) => void) | null}
         */
        this.onuser = null;
        /**
         * The answer to `join` and `leave`, and later changes of the group.
         * @type {((this: ServerConnection, kind: string, group: string, permissions: string[], status: Record<string, any> | null, data: Record<string, any> | null, error: string | null, message: string | null) => void) | null}
         */
        this.onjoined = null;
        /**
         * A new stream of another user; also called when a known one is offered again.
         * @type {((this: ServerConnection, stream: Stream) => void) | null}
         */
        this.ondownstream = null;
        /** @type {((this: ServerConnection, id: string | null, source: string | null, dest: string | null, username: string | null, time: Date | null, privileged: boolean, history: boolean, kind: string, message: string) => void) | null} */
        this.onchat = null;
        /** @type {((this: ServerConnection, source: string | null, dest: string | null, username: string | null, time: Date | null, privileged: boolean, kind: string, error: string | null, message: any) => void) | null} */
        this.onusermessage = null;
    }

    #earlyCandidates = new EarlyCandidates();

    /** Whether messages can be sent. */
    get isOpen() {
        return this.socket !== null && this.socket.readyState === WebSocket.OPEN;
    }

    /**
     * Opens the WebSocket and introduces this client. `onconnected` follows when the server has answered.
     * @param {string} url `ws:` or `wss:`
     */
    connect(url) {
        if (this.socket) {
            throw new Error('A connection is used once');
        }
        const socket = new WebSocket(url);
        this.socket = socket;
        socket.onopen = () => this.send({ type: 'handshake', version: [PROTOCOL_VERSION], id: this.id });
        socket.onmessage = (event) => this.#gotText(event.data);
        socket.onclose = (event) => this.#gotClose(event.code, event.reason);
        this.pingHandler = setInterval(() => this.#watch(), WATCH_INTERVAL);
    }

    /** Closes the connection. `onclose` follows. */
    close() {
        const socket = this.socket;
        this.socket = null;
        socket?.close(1000, 'Close requested by client');
    }

    /**
     * Reports a fatal error, and closes.
     * @param {unknown} error
     */
    error(error) {
        this.onerror?.call(this, error);
        this.close();
    }

    /** @param {Message} message */
    send(message) {
        if (!this.socket || this.socket.readyState !== WebSocket.OPEN) {
            throw new Error('The connection is not open');
        }
        this.socket.send(JSON.stringify(message));
    }

    /**
     * Asks to enter a group. `onjoined` tells the outcome.
     * @param {string} group
     * @param {string | null} username null: the token says it
     * @param {Credentials} credentials
     * @param {Record<string, any>} [data] what others may know of this user
     */
    async join(group, username, credentials, data) {
        /** @type {Message} */
        const message = { type: 'join', kind: 'join', group, username: username ?? undefined, data };
        if (typeof credentials === 'string') {
            message.password = credentials;
        } else if (credentials.type === 'password') {
            message.password = credentials.password;
        } else if (credentials.type === 'token') {
            message.token = credentials.token;
        } else {
            throw new Error('Unknown kind of credentials');
        }
        this.send(message);
    }

    /** @param {string} group */
    leave(group) {
        this.send({ type: 'join', kind: 'leave', group });
    }

    /**
     * Says what to receive, by label; the label `''` stands for all that are not named.
     * @param {Record<string, string[]>} what lists of `audio`, `video`, `video-low`
     */
    request(what) {
        this.send({ type: 'request', request: what });
    }

    /**
     * @param {string} localId
     * @returns {Stream | null} the up stream
     */
    findByLocalId(localId) {
        return Object.values(this.up).find((stream) => localId && stream.localId === localId) ?? null;
    }

    /** @returns {RTCConfiguration | null} */
    getRTCConfiguration() {
        return this.onpeerconnection?.call(this) ?? this.rtcConfiguration;
    }

    /**
     * A stream to send. Set its label and callbacks, call `setStream`, then add `sendonly` transceivers to its `pc`:
     * that makes the offer.
     * @param {string} [localId] of an up stream that this one replaces
     * @returns {Stream}
     */
    newUpStream(localId) {
        const pc = this.#newPeerConnection();
        const old = localId ? this.findByLocalId(localId) : null;
        const stream = new Stream(this, newRandomId(), old ? old.localId : newLocalId(), pc, true);
        if (old) {
            old.close(true);
            stream.replace = old.id;
        }
        this.up[stream.id] = stream;
        this.#watchIce(stream);
        pc.onnegotiationneeded = () => {
            stream.negotiate().catch((error) => {
                if (stream.sc) {
                    stream.onerror?.call(stream, error);
                    stream.close();
                }
            });
        };
        return stream;
    }

    /**
     * @param {string} kind `''`, or `me` for an action
     * @param {string} dest `''`: everybody
     * @param {string} value
     */
    chat(kind, dest, value) {
        this.send({ type: 'chat', source: this.id, dest, username: this.username ?? undefined, kind, value });
    }

    /**
     * @param {string} kind
     * @param {string} dest
     * @param {any} [value]
     */
    userAction(kind, dest, value) {
        this.send({ type: 'useraction', source: this.id, dest, username: this.username ?? undefined, kind, value });
    }

    /**
     * @param {string} kind
     * @param {string} dest
     * @param {any} [value]
     * @param {boolean} [noecho]
     */
    userMessage(kind, dest, value, noecho) {
        const username = this.username ?? undefined;
        this.send({ type: 'usermessage', source: this.id, dest, username, kind, value, noecho });
    }

    /**
     * @param {string} kind
     * @param {any} [data]
     */
    groupAction(kind, data) {
        this.send({ type: 'groupaction', source: this.id, username: this.username ?? undefined, kind, value: data });
    }

    /**
     * Computes anew what a user is known to send, and tells if that has changed.
     * @param {string | null} id
     */
    updateUserStreams(id) {
        const user = id === null ? undefined : this.users[id];
        if (!id || !user) {
            return;
        }
        const own = id === this.id;
        /** @type {User['streams']} */
        const streams = {};
        for (const stream of Object.values(own ? this.up : this.down)) {
            if (!stream.label || !stream.stream || (!own && stream.source !== id)) {
                continue;
            }
            const kinds = (streams[stream.label] ??= {});
            stream.stream.getTracks().forEach((track) => {
                kinds[track.kind] = true;
            });
        }
        if (JSON.stringify(streams) !== JSON.stringify(user.streams)) {
            user.streams = streams;
            this.onuser?.call(this, id, 'change');
        }
    }

    #watch() {
        const silence = this.lastServerMessage === null ? Infinity : Date.now() - this.lastServerMessage;
        if (silence > DEAD_AFTER_SILENCE) {
            this.error(new Error('The server does not answer'));
        } else if (silence >= PING_AFTER_SILENCE && this.isOpen) {
            this.send({ type: 'ping' });
        }
    }

    /** @param {string} text */
    #gotText(text) {
        this.lastServerMessage = Date.now();
        /** @type {Message} */
        let message;
        try {
            message = JSON.parse(text);
        } catch (error) {
            this.error(error);
            return;
        }
        if (this.version === null && message.type !== 'handshake') {
            this.error(new Error('The server did not begin with a handshake'));
            return;
        }
        this.#gotMessage(message);
    }

    /** @param {Message} message */
    #gotMessage(message) {
        switch (message.type) {
            case 'handshake':
                return this.#gotHandshake(message);
            case 'ping':
                return this.send({ type: 'pong' });
            case 'pong':
                return;
            case 'joined':
                return this.#gotJoined(message);
            case 'user':
                return this.#gotUser(message);
            case 'offer':
                void this.#gotOffer(message);
                return;
            case 'answer':
                void this.#gotAnswer(message);
                return;
            case 'renegotiate':
                this.up[message.id ?? '']?.restartIce();
                return;
            case 'abort':
                this.up[message.id ?? '']?.close();
                return;
            case 'close':
                this.down[message.id ?? '']?.close();
                return;
            case 'ice':
                return this.#gotRemoteIce(message);
            case 'chat':
            case 'chathistory':
                return this.#gotChat(message);
            case 'usermessage':
                return this.#gotUserMessage(message);
            default:
                console.warn('Message of unknown type:', message.type);
        }
    }

    /** @param {Message} message */
    #gotHandshake(message) {
        if (!message.version?.includes(PROTOCOL_VERSION)) {
            this.error(new Error('The server speaks another version of the protocol'));
            return;
        }
        this.version = PROTOCOL_VERSION;
        this.onconnected?.call(this);
    }

    /** @param {Message} message */
    #gotJoined(message) {
        const group = message.group ?? '';
        switch (message.kind) {
            case 'join':
            case 'change':
                if (message.kind === 'change' && group !== this.group) {
                    console.warn('Change of a group that was not joined');
                    return;
                }
                this.group = group;
                this.username = message.username ?? null;
                this.permissions = message.permissions ?? [];
                this.rtcConfiguration = message.rtcConfiguration ?? null;
                break;
            case 'leave':
            case 'fail':
                this.#forgetGroup();
                break;
        }
        this.onjoined?.call(
            this, message.kind ?? '', group, message.permissions ?? [], message.status ?? null, message.data ?? null,
            message.error ?? null, message.value ?? null,
        );
    }

    /** @param {Message} message */
    #gotUser(message) {
        const id = message.id ?? '';
        if (message.kind === 'delete') {
            delete this.users[id];
        } else {
            this.users[id] = {
                username: message.username ?? '',
                permissions: message.permissions ?? [],
                data: message.data ?? {},
                streams: this.users[id]?.streams ?? {},
            };
        }
        this.onuser?.call(this, id, message.kind ?? 'change');
    }

    /** @param {Message} message */
    async #gotOffer(message) {
        const id = message.id ?? '';
        if (this.up[id]) {
            this.send({ type: 'abort', id });
            return;
        }
        const stream = this.down[id] ?? this.#newDownStream(id, message);
        if (!stream) {
            return;
        }
        stream.source = message.source ?? null;
        stream.username = message.username ?? null;
        try {
            this.ondownstream?.call(this, stream);
            await stream.pc.setRemoteDescription({ type: 'offer', sdp: message.sdp ?? '' });
            await stream.flushRemoteIceCandidates();
            await stream.pc.setLocalDescription(await stream.pc.createAnswer());
            if (!stream.sc) {
                return;
            }
            this.send({ type: 'answer', id, sdp: stream.pc.localDescription?.sdp });
            stream.localDescriptionSent = true;
            stream.flushLocalIceCandidates();
            stream.onnegotiationcompleted?.call(stream);
        } catch (error) {
            // A stream or connection that was closed meanwhile has nobody to report to.
            if (stream.sc && this.isOpen) {
                stream.onerror?.call(stream, error);
                stream.abort();
            }
        }
    }

    /**
     * @param {string} id
     * @param {Message} message
     * @returns {Stream | null}
     */
    #newDownStream(id, message) {
        let localId = newLocalId();
        const old = message.replace ? this.down[message.replace] : undefined;
        if (old) {
            localId = old.localId;
            old.close(true);
        }
        /** @type {RTCPeerConnection} */
        let pc;
        try {
            pc = this.#newPeerConnection();
        } catch (error) {
            console.error(error);
            this.send({ type: 'abort', id });
            return null;
        }
        const stream = new Stream(this, id, localId, pc, false);
        stream.label = message.label ?? null;
        stream.remoteIceCandidates = this.#earlyCandidates.take(id);
        this.down[id] = stream;
        this.#watchIce(stream);
        pc.ontrack = (event) => {
            const [mediaStream] = event.streams;
            if (!mediaStream || !stream.sc) {
                return;
            }
            stream.stream = mediaStream;
            stream.ondowntrack?.call(stream, event.track, event.transceiver, mediaStream);
            this.updateUserStreams(stream.source);
        };
        return stream;
    }

    /** @param {Message} message */
    async #gotAnswer(message) {
        const stream = this.up[message.id ?? ''];
        if (!stream) {
            console.warn('Answer for a stream that is not there');
            return;
        }
        try {
            await stream.pc.setRemoteDescription({ type: 'answer', sdp: message.sdp ?? '' });
            await stream.flushRemoteIceCandidates();
            stream.onnegotiationcompleted?.call(stream);
        } catch (error) {
            if (stream.sc) {
                stream.onerror?.call(stream, error);
                stream.close();
            }
        }
    }

    /** @param {Message} message */
    #gotRemoteIce(message) {
        if (!message.id || !message.candidate) {
            return;
        }
        const stream = this.up[message.id] ?? this.down[message.id];
        if (stream) {
            void stream.gotRemoteIce(message.candidate);
        } else {
            this.#earlyCandidates.keep(message.id, message.candidate, Date.now());
        }
    }

    /** @param {Message} message */
    #gotChat(message) {
        this.onchat?.call(
            this, message.id ?? null, message.source ?? null, message.dest ?? null, message.username ?? null,
            parseTime(message.time), Boolean(message.privileged), message.type === 'chathistory', message.kind ?? '',
            String(message.value ?? ''),
        );
    }

    /** @param {Message} message */
    #gotUserMessage(message) {
        this.onusermessage?.call(
            this, message.source ?? null, message.dest ?? null, message.username ?? null, parseTime(message.time),
            Boolean(message.privileged), message.kind ?? '', message.error ?? null, message.value ?? null,
        );
    }

    /**
     * @param {number} code
     * @param {string} reason
     */
    #gotClose(code, reason) {
        if (this.pingHandler !== null) {
            clearInterval(this.pingHandler);
            this.pingHandler = null;
        }
        const group = this.group;
        this.#forgetGroup();
        if (group !== null) {
            this.onjoined?.call(this, 'leave', group, [], {}, {}, '', '');
        }
        this.onclose?.call(this, code, reason);
    }

    /** Streams and users end with the membership; the socket may stay for another. */
    #forgetGroup() {
        this.permissions = [];
        [...Object.values(this.up), ...Object.values(this.down)].forEach((stream) => stream.close());
        for (const id of Object.keys(this.users)) {
            delete this.users[id];
            this.onuser?.call(this, id, 'delete');
        }
        this.group = null;
        this.username = null;
        this.rtcConfiguration = null;
    }

    #newPeerConnection() {
        return new RTCPeerConnection(this.getRTCConfiguration() ?? {});
    }

    /** @param {Stream} stream */
    #watchIce(stream) {
        const pc = stream.pc;
        pc.onicecandidate = (event) => {
            // The browser's final null candidate is no message: a server takes it for a protocol error.
            if (event.candidate && event.candidate.candidate && stream.sc?.isOpen) {
                stream.gotLocalIce(event.candidate);
            }
        };
        pc.oniceconnectionstatechange = () => {
            if (!stream.sc) {
                return;
            }
            stream.onstatus?.call(stream, pc.iceConnectionState);
            if (pc.iceConnectionState === 'failed') {
                stream.restartIce();
            }
        };
    }
}
