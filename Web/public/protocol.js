// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// The client's side of Galène's protocol, for web pages of any make:
//
//     <script src="/protocol.js"></script>
//
// defines three classes and nothing else: ServerConnection, a connection to a server; Stream, tracks that travel
// together; TransferredFile, a file on its way from one browser to another. /example/ is a page that uses them. No
// document is needed, and none is touched.
//
// Pages written for older versions find what they knew: see «Older pages» in each class. What is marked @internal is
// for the other classes in this file.

'use strict';

/**
 * What travels over the WebSocket: one JSON object a message. A field that is `null` or of another type counts as
 * absent.
 *
 * @typedef {object} Message
 * @property {string} type
 * @property {string[]} [version]
 * @property {string} [kind]
 * @property {string} [error] for programs, where `value` is for people
 * @property {string} [id] a client's, a stream's or a chat message's
 * @property {string} [replace] the stream that an offered stream takes the place of
 * @property {string} [source] the client that a message comes from; absent: the server
 * @property {string | null} [dest] the client that it is for; absent: everybody
 * @property {string} [username]
 * @property {string} [password]
 * @property {string} [token]
 * @property {boolean} [privileged] set by the server: from an operator, or from the server itself
 * @property {string[]} [permissions]
 * @property {Record<string, any>} [status]
 * @property {Record<string, any>} [data]
 * @property {string} [group]
 * @property {any} [value]
 * @property {boolean} [noecho]
 * @property {string | number} [time]
 * @property {string} [sdp]
 * @property {RTCIceCandidateInit} [candidate]
 * @property {string} [label]
 * @property {Record<string, string[]> | string[] | null} [request]
 * @property {RTCConfiguration} [rtcConfiguration]
 */

/**
 * A member of the group.
 *
 * @typedef {object} User
 * @property {string} username
 * @property {string[]} permissions
 * @property {Record<string, any>} data what the user wants to be known, such as `raisehand`
 * @property {Record<string, Record<string, boolean>>} streams what the user sends: label, then `audio` or `video`
 */

/**
 * @typedef {object} PasswordCredentials
 * @property {'password'} type
 * @property {string} password
 */

/**
 * @typedef {object} TokenCredentials
 * @property {'token'} type
 * @property {string} token
 */

/**
 * For a group whose status has `authServer`.
 *
 * @typedef {object} AuthServerCredentials
 * @property {'authServer'} type
 * @property {string} authServer its URL
 * @property {string} location the URL of the group's page
 * @property {string} password
 */

/**
 * A string is a password.
 *
 * @typedef {string | PasswordCredentials | TokenCredentials | AuthServerCredentials} Credentials
 */

/**
 * What statistics tell of a track: `outbound-rtp` of what is sent, `inbound-rtp` of sound that is received.
 *
 * @typedef {object} TrackStats
 * @property {{timestamp: number, bytesSent: number, rate?: number}} [outbound-rtp] rate in bit/s
 * @property {{timestamp: number, totalAudioEnergy: number, audioEnergy?: number}} [inbound-rtp] the square of the
 *     volume, 0 to 1, on average since the sample before
 */

/**
 * @callback OnJoined
 * @param {string} kind `join`, `fail`, `redirect`, `change`, `leave`
 * @param {string} group
 * @param {string[]} permissions
 * @param {Record<string, any> | undefined} status as of the group's `.status`, without addresses
 * @param {Record<string, any> | undefined} data the group's; undefined: as before
 * @param {string | null} error for programs: `need-username`, `duplicate-username`
 * @param {string | null} message for people; with `redirect` a URL
 * @returns {void}
 */

/**
 * @callback OnChat
 * @param {string | undefined} id of the message; private ones have none
 * @param {string | undefined} source the client that wrote it; undefined: the server
 * @param {string | undefined} dest the client that it is for; undefined or empty: everybody
 * @param {string | undefined} username of who wrote it
 * @param {Date | null} time
 * @param {boolean} privileged by an operator, or by the server
 * @param {boolean} history older than one's joining
 * @param {string} kind `''`; `me`: an action; `caption`: what is being said
 * @param {string} message
 * @returns {void}
 */

/**
 * @callback OnUserMessage
 * @param {string | undefined} source the client that has sent it; undefined: the server
 * @param {string | undefined} dest the client that it is for; undefined or empty: everybody
 * @param {string | undefined} username of who has sent it
 * @param {Date | null} time
 * @param {boolean} privileged by an operator, or by the server
 * @param {string} kind
 * @param {string | undefined} error for programs
 * @param {any} message
 * @returns {void}
 */

/** @typedef {'' | 'inviting' | 'connecting' | 'connected' | 'done' | 'cancelled' | 'closed'} TransferState */

/**
 * A connection to a server, with the streams and files that belong to it.
 *
 * Set the callbacks, `connect`, in `onconnected` call `join`, and in `onjoined` ask for media with `request`. What a
 * callback throws is reported like any uncaught exception, and the connection goes on. When it has ended, `onclose`
 * says so; to connect again is up to the page.
 */
class ServerConnection {
    constructor() {
        /** What the server and the other clients know this client by: 32 random hexadecimal digits. */
        this.id = ServerConnection.#randomId();
        /**
         * The group joined.
         * @type {string | null}
         */
        this.group = null;
        /**
         * The name under which one has joined, which may be another than was asked for.
         * @type {string | null}
         */
        this.username = null;
        /**
         * The members of the group by client id, oneself included.
         * @type {Record<string, User>}
         */
        this.users = ServerConnection.#dictionary();
        /**
         * Null before `connect` and after `close`.
         * @type {WebSocket | null}
         */
        this.socket = null;
        /**
         * The version of the protocol that is spoken.
         * @type {string | null}
         */
        this.version = null;
        /**
         * The streams that are sent, by id.
         * @type {Record<string, Stream>}
         */
        this.up = ServerConnection.#dictionary();
        /**
         * The streams that are received, by id.
         * @type {Record<string, Stream>}
         */
        this.down = ServerConnection.#dictionary();
        /**
         * What the server recommends for peer connections.
         * @type {RTCConfiguration | null}
         */
        this.rtcConfiguration = null;
        /**
         * What one may do: `present`, `message`, `op`…
         * @type {string[]}
         */
        this.permissions = [];
        /**
         * The page's own.
         * @type {Record<string, any>}
         */
        this.userdata = {};
        /**
         * Files on their way, by `TransferredFile.fullid()`.
         * @type {Record<string, TransferredFile>}
         */
        this.transferredFiles = ServerConnection.#dictionary();
        /**
         * When the server was last heard, in milliseconds.
         * @type {number | null}
         */
        this.lastServerMessage = null;
        /** @type {ReturnType<typeof setInterval> | null} */
        this.pingHandler = null;

        /**
         * The server has accepted the handshake: one may join.
         * @type {((this: ServerConnection) => void) | null}
         */
        this.onconnected = null;
        /**
         * A fatal error. The connection closes, and `onclose` follows.
         * @type {((this: ServerConnection, error: unknown) => void) | null}
         */
        this.onerror = null;
        /**
         * The connection has ended, and all that belonged to it.
         * @type {((this: ServerConnection, code: number, reason: string) => void) | null}
         */
        this.onclose = null;
        /**
         * Asked before each peer connection. An answer other than null is used instead of `rtcConfiguration`.
         * @type {((this: ServerConnection) => RTCConfiguration | null) | null}
         */
        this.onpeerconnection = null;
        /**
         * A user has come (`add`), gone (`delete`), or is otherwise than before (`change`): see `users`.
         * @type {((this: ServerConnection, id: string, kind: string) => void) | null}
         */
        this.onuser = null;
        /**
         * One has joined (`join`), may not (`fail`), should try elsewhere (`redirect`, to the URL in `message`), has
         * left (`leave`), or something about the group has changed (`change`).
         * @type {OnJoined | null}
         */
        this.onjoined = null;
        /**
         * A stream is offered, for the first time or anew. Its tracks follow, by `ondowntrack`.
         * @type {((this: ServerConnection, stream: Stream) => void) | null}
         */
        this.ondownstream = null;
        /**
         * A chat message, `history` if it is older than one's joining. One that is written in that moment may come
         * both ways, with the same `id`.
         * @type {OnChat | null}
         */
        this.onchat = null;
        /**
         * A message for the page, from the server if it has no `source`. Kinds that command (`mute`, `clearchat`,
         * `kicked`, `warning`…) are to be obeyed only if `privileged`.
         * @type {OnUserMessage | null}
         */
        this.onusermessage = null;
        /**
         * A file is offered by another user, or is about to be by this one: see `TransferredFile`. What is thrown
         * here refuses it.
         * @type {((this: ServerConnection, transfer: TransferredFile) => void) | null}
         */
        this.onfiletransfer = null;

        // Older pages:

        /**
         * The whole chat is to be cleared. `onusermessage` says it too, and also if only some messages are to go.
         * @type {((this: ServerConnection) => void) | null}
         */
        this.onclearchat = null;
        /**
         * `ondownstream`, in some old documents.
         * @type {((this: ServerConnection, stream: Stream) => void) | null}
         */
        this.onstream = null;
    }

    /** The version of the protocol that this file speaks. */
    static #version = '2';
    static #watchInterval = 10_000;
    static #pingAfterSilence = 15_000;
    static #deadAfterSilence = 65_000;
    /** An offer follows its candidates within milliseconds, if it follows at all. */
    static #candidatesKeptFor = 5000;
    static #streamsWithEarlyCandidates = 64;
    static #earlyCandidatesOfAStream = 64;
    /** Nobody has to answer more invitations of one other user at a time. */
    static #transfersOfAUser = 64;
    /** A field of an invitation, in UTF-16 code units: file systems stop at 255 bytes. */
    static #invitationText = 4096;

    static #lastLocalId = -1;

    /**
     * The socket whose end has not been told yet: that of `close` comes later.
     * @type {WebSocket | null}
     */
    #unended = null;
    /** @type {{resolve: () => void, reject: (error: Error) => void} | null} */
    #connecting = null;
    /** A join has been asked for and not been answered. */
    #joining = false;
    /**
     * What was asked for before the answer to `join`.
     * @type {Record<string, string[]> | null}
     */
    #requestToSend = null;
    /**
     * Candidates of streams that have not been offered yet.
     * @type {Map<string, {since: number, candidates: RTCIceCandidateInit[]}>}
     */
    #earlyCandidates = new Map();

    // Beginning and ending

    /** Whether messages can be sent. */
    get isOpen() {
        return this.socket !== null && this.socket.readyState === WebSocket.OPEN;
    }

    /**
     * Opens the WebSocket and introduces this client. `onconnected` follows when the server has answered.
     *
     * @param {string} url `ws:` or `wss:`; a group's status has it as `endpoint`
     * @returns {Promise<void>} for older pages: fulfilled after `onconnected`
     */
    connect(url) {
        if (this.socket) {
            throw new Error('This connection is in use: make another one');
        }
        const socket = new WebSocket(url);
        this.socket = socket;
        if (this.#unended) {
            this.#gotClose(1000, '');
        }
        this.#unended = socket;
        this.version = null;
        this.lastServerMessage = null;
        this.pingHandler = setInterval(() => this.#watch(), ServerConnection.#watchInterval);
        socket.onopen = () => this.send({ type: 'handshake', version: [ServerConnection.#version], id: this.id });
        socket.onmessage = (event) => this.#gotText(event.data);
        socket.onclose = (event) => {
            if (this.#unended === socket) {
                this.#gotClose(event.code, event.reason);
            }
        };
        /** @type {Promise<void>} */
        const connected = new Promise((resolve, reject) => {
            this.#connecting = { resolve, reject };
        });
        // Who does not look at the promise is told by onclose.
        connected.catch(() => {});
        return connected;
    }

    /** Closes the connection. `onclose` follows. */
    close() {
        const socket = this.socket;
        this.socket = null;
        socket?.close(1000, 'Close requested by client');
    }

    /**
     * Reports a fatal error, and closes.
     *
     * @param {unknown} error
     */
    error(error) {
        this.notify(this, this.onerror, error);
        this.close();
    }

    /** @param {Message} message */
    send(message) {
        if (!this.socket || this.socket.readyState !== WebSocket.OPEN) {
            throw new Error('The connection is not open');
        }
        this.socket.send(JSON.stringify(message));
    }

    #watch() {
        if (this.socket === null) {
            return;
        }
        const silence = this.lastServerMessage === null ? Infinity : Date.now() - this.lastServerMessage;
        if (silence > ServerConnection.#deadAfterSilence) {
            this.error(new Error('Timeout: the server does not answer'));
        } else if (silence >= ServerConnection.#pingAfterSilence && this.isOpen) {
            this.send({ type: 'ping' });
        }
    }

    /**
     * @param {number} code
     * @param {string} reason
     */
    #gotClose(code, reason) {
        this.#unended = null;
        this.#joining = false;
        this.#requestToSend = null;
        this.permissions = [];
        this.#forgetMembers();
        if (this.group !== null) {
            this.notify(this, this.onjoined, 'leave', this.group, [], {}, {}, '', '');
        }
        this.group = null;
        this.username = null;
        this.rtcConfiguration = null;
        if (this.pingHandler !== null) {
            clearInterval(this.pingHandler);
            this.pingHandler = null;
        }
        this.#connecting?.reject(new Error(`The connection has ended (${code} ${reason})`));
        this.#connecting = null;
        this.notify(this, this.onclose, code, reason);
    }

    /** Streams, files and users go with the membership. */
    #forgetMembers() {
        this.#earlyCandidates.clear();
        for (const stream of [...Object.values(this.up), ...Object.values(this.down)]) {
            stream.close();
        }
        for (const transfer of Object.values(this.transferredFiles)) {
            transfer.fail('The connection to the group has ended');
        }
        for (const id of Object.keys(this.users)) {
            delete this.users[id];
            this.notify(this, this.onuser, id, 'delete');
        }
    }

    // Groups

    /**
     * Asks to enter a group. `onjoined` tells the outcome. Rejected only if the asking fails: with an authorisation
     * server that refuses, for instance.
     *
     * Older pages: `join(group, 'join', username, password)`.
     *
     * @param {string} group
     * @param {string | null} username null: the token says it
     * @param {Credentials} credentials
     * @param {Record<string, any>} [data] what others may know of this user
     * @returns {Promise<void>}
     */
    async join(group, username, credentials, data) {
        if (username === 'join' && typeof data === 'string') {
            return this.join(group, String(credentials), data);
        }
        /** @type {Message} */
        const message = { type: 'join', kind: 'join', group };
        if (username !== null && username !== undefined) {
            message.username = username;
        }
        if (data) {
            message.data = data;
        }
        this.#joining = true;
        this.#requestToSend = null;
        try {
            if (typeof credentials === 'string') {
                message.password = credentials;
            } else if (credentials?.type === 'password') {
                message.password = credentials.password;
            } else if (credentials?.type === 'token') {
                message.token = credentials.token;
            } else if (credentials?.type === 'authServer') {
                const token = await ServerConnection.#askAuthServer(credentials, username);
                if (token === null) {
                    message.password = credentials.password;
                } else {
                    message.token = token;
                }
            } else {
                throw new Error('These credentials are of no known type');
            }
            this.send(message);
        } catch (error) {
            this.#joining = false;
            throw error;
        }
    }

    /**
     * @param {AuthServerCredentials} credentials
     * @param {string | null} username
     * @returns {Promise<string | null>} the token, or null: the group is to be asked with the password
     */
    static async #askAuthServer(credentials, username) {
        const { authServer, location, password } = credentials;
        const response = await fetch(authServer, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ location, username, password }),
        });
        if (response.status === 204) {
            return null;
        }
        if (response.status === 403) {
            throw new Error('The authorisation server says: not authorised');
        }
        if (!response.ok) {
            throw new Error(`The authorisation server says: ${response.status} ${response.statusText}`);
        }
        const type = (response.headers.get('Content-Type') ?? '').replace(/;[^]*/, '').trim().toLowerCase();
        const token = type === 'application/jwt' ? (await response.text()).trim() : '';
        if (!token) {
            throw new Error('The authorisation server has sent no token');
        }
        return token;
    }

    /** @param {string} group */
    leave(group) {
        this.send({ type: 'join', kind: 'leave', group });
    }

    /**
     * Says what to receive, by label; the label `''` stands for all that are not named. Asked for before `join` is
     * answered, it is sent with the answer.
     *
     * Older pages: one of `''`, `'audio'`, `'screenshare'`, `'everything'`.
     *
     * @param {Record<string, string[]> | string} what lists of `audio`, `video`, `video-low`
     */
    request(what) {
        const wanted = typeof what === 'string' ? ServerConnection.#olderRequest(what) : what;
        if (this.#joining) {
            this.#requestToSend = wanted;
        } else {
            this.send({ type: 'request', request: wanted });
        }
    }

    /**
     * @param {string} what
     * @returns {Record<string, string[]>}
     */
    static #olderRequest(what) {
        switch (what) {
            case '':
                return {};
            case 'audio':
                return { '': ['audio'] };
            case 'screenshare':
                return { '': ['audio'], screenshare: ['audio', 'video'] };
            case 'everything':
                return { '': ['audio', 'video'] };
            default:
                throw new Error(`Nothing is known by the name ${what}`);
        }
    }

    // Streams to send

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
     * A new stream to send. Set its label and callbacks, call `setStream`, and add `sendonly` transceivers to its
     * `pc`: that makes the offer.
     *
     * @param {string} [localId] of an up stream that this one replaces
     * @returns {Stream}
     */
    newUpStream(localId) {
        const pc = this.newPeerConnection();
        const old = localId ? this.findByLocalId(localId) : null;
        const stream = new Stream(
            this, ServerConnection.#randomId(), old ? old.localId : ServerConnection.#newLocalId(), pc, true,
        );
        if (old) {
            // One that was never offered may itself have been about to replace another.
            stream.replace = old.localDescriptionSent ? old.id : old.replace ?? old.id;
            old.close(true);
        }
        this.up[stream.id] = stream;
        return stream;
    }

    /** @internal */
    newPeerConnection() {
        if (typeof RTCPeerConnection === 'undefined') {
            throw new Error('This browser has no WebRTC');
        }
        return new RTCPeerConnection(this.getRTCConfiguration() ?? {});
    }

    // Messages to others
    //
    // Older pages name the methods `usermessage`, `useraction` and `groupaction`, and give all of them and `chat`
    // one's own username as a further first argument.

    /**
     * @param {string} kind `''`, or `me` for an action
     * @param {string | null} dest the client that it is for; `''`: everybody
     * @param {any} value the text
     * @param {any} [older]
     */
    chat(kind, dest, value, older) {
        if (older !== undefined) {
            [kind, dest, value] = [dest ?? '', value, older];
        }
        this.send({ type: 'chat', source: this.id, dest, username: this.#ownName, kind, value });
    }

    /**
     * Sends a message that the server does not interpret and does not keep.
     *
     * @param {string} kind
     * @param {string | null} dest the client that it is for; `''`: everybody
     * @param {any} [value]
     * @param {boolean} [noecho] if it is for everybody: not for oneself
     */
    userMessage(kind, dest, value, noecho) {
        /** @type {Message} */
        const message = { type: 'usermessage', source: this.id, username: this.#ownName };
        const older = noecho !== undefined && typeof noecho !== 'boolean';
        const isDest = typeof value === 'string' && (value === '' || Object.hasOwn(this.users, value));
        const named = this.#isOwnName(kind) && isDest;
        if (older || named) {
            this.send({ ...message, kind: dest ?? '', dest: value, value: noecho });
        } else {
            this.send({ ...message, kind, dest, value, noecho });
        }
    }

    static #userActions = new Set([
        'op', 'unop', 'present', 'unpresent', 'shutup', 'unshutup', 'kick', 'identify', 'setdata',
    ]);

    /**
     * Asks the server to act on a user: `op`, `kick`, `setdata`…
     *
     * @param {string} kind
     * @param {string} dest the client
     * @param {any} [value]
     * @param {any} [older]
     */
    userAction(kind, dest, value, older) {
        if (older !== undefined || (this.#isOwnName(kind) && ServerConnection.#userActions.has(dest))) {
            [kind, dest, value] = [dest, value, older];
        }
        this.send({ type: 'useraction', source: this.id, dest, username: this.#ownName, kind, value });
    }

    static #groupActions = new Set([
        'clearchat', 'lock', 'unlock', 'record', 'unrecord', 'subgroups', 'setdata', 'maketoken', 'edittoken',
        'listtokens',
    ]);

    /**
     * Asks the server to act on the group: `lock`, `clearchat`…
     *
     * @param {string} kind
     * @param {any} [data]
     * @param {any} [older]
     */
    groupAction(kind, data, older) {
        if (older !== undefined || (this.#isOwnName(kind) && ServerConnection.#groupActions.has(data))) {
            [kind, data] = [data, older];
        }
        this.send({ type: 'groupaction', source: this.id, username: this.#ownName, kind, value: data });
    }

    /** @param {Parameters<ServerConnection['userMessage']>} values */
    usermessage(...values) {
        this.userMessage(...values);
    }

    /** @param {Parameters<ServerConnection['userAction']>} values */
    useraction(...values) {
        this.userAction(...values);
    }

    /** @param {Parameters<ServerConnection['groupAction']>} values */
    groupaction(...values) {
        this.groupAction(...values);
    }

    get #ownName() {
        return this.username ?? undefined;
    }

    /** @param {string} text */
    #isOwnName(text) {
        return this.username !== null && text === this.username;
    }

    // Messages of the server

    /** What a field of a message must be to count. */
    static #shapes = Object.entries({
        kind: 'string', error: 'string', id: 'string', replace: 'string', source: 'string', dest: 'string',
        username: 'string', group: 'string', sdp: 'string', label: 'string',
        version: 'strings', permissions: 'strings',
        status: 'object', data: 'object', rtcConfiguration: 'object', candidate: 'object',
        privileged: 'boolean', noecho: 'boolean', time: 'time', value: 'anything',
    });

    /**
     * @param {any} value
     * @param {string} shape
     * @returns {boolean}
     */
    static #has(value, shape) {
        switch (shape) {
            case 'anything':
                return value !== null && value !== undefined;
            case 'strings':
                return Array.isArray(value) && value.every((element) => typeof element === 'string');
            case 'object':
                return typeof value === 'object' && value !== null && !Array.isArray(value);
            case 'time':
                return typeof value === 'string' || typeof value === 'number';
            default:
                return typeof value === shape;
        }
    }

    /**
     * @param {string} text
     * @returns {Message}
     */
    static #parse(text) {
        const value = JSON.parse(text);
        if (!ServerConnection.#has(value, 'object') || typeof value.type !== 'string') {
            throw new Error('The server has sent something that is no message');
        }
        /** @type {Record<string, any> & {type: string}} */
        const message = { type: value.type };
        for (const [field, shape] of ServerConnection.#shapes) {
            if (Object.hasOwn(value, field) && ServerConnection.#has(value[field], shape)) {
                message[field] = value[field];
            }
        }
        return message;
    }

    /** @param {string} text */
    #gotText(text) {
        this.lastServerMessage = Date.now();
        /** @type {Message} */
        let message;
        try {
            message = ServerConnection.#parse(text);
            if (this.version === null && message.type !== 'handshake') {
                throw new Error('The server did not begin with a handshake');
            }
        } catch (error) {
            this.error(error);
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
            case 'chat':
            case 'chathistory':
                return this.#gotChat(message);
            case 'usermessage':
                return this.#gotUserMessage(message);
            case 'offer':
            case 'answer':
            case 'renegotiate':
            case 'abort':
            case 'close':
            case 'ice':
                return this.#gotStreamMessage(message);
            default:
                console.warn('Message of unknown type:', message.type);
        }
    }

    /** @param {Message} message */
    #gotHandshake(message) {
        if (this.version !== null) {
            console.warn('Another handshake');
            return;
        }
        if (!message.version?.includes(ServerConnection.#version)) {
            this.error(new Error(`The server speaks another version of the protocol: ${message.version ?? 'none'}`));
            return;
        }
        this.version = ServerConnection.#version;
        this.notify(this, this.onconnected);
        this.#connecting?.resolve();
        this.#connecting = null;
    }

    /** @param {Message} message */
    #gotJoined(message) {
        const { kind = '', group = '' } = message;
        if (kind === 'change' && group !== this.group) {
            console.warn('Change of a group that was not joined:', group);
            return;
        }
        if (kind === 'join' && this.group !== null) {
            throw new Error('The server says that we have joined a second group');
        }
        const permissions = ServerConnection.#withNames(message.permissions ?? []);
        const request = this.#requestToSend;
        if (kind !== 'change') {
            this.#joining = false;
            this.#requestToSend = null;
        }
        switch (kind) {
            case 'join':
            case 'change':
                this.group = group;
                this.username = message.username ?? null;
                this.permissions = permissions;
                this.rtcConfiguration = message.rtcConfiguration ?? null;
                break;
            case 'leave':
            case 'fail':
                this.username = null;
                this.permissions = [];
                this.rtcConfiguration = null;
                this.#forgetMembers();
                break;
        }
        if (kind === 'join' && request) {
            this.request(request);
        }
        this.notify(
            this, this.onjoined, kind, group, permissions, message.status, message.data,
            message.error ?? null, message.value ?? null,
        );
        if (kind === 'leave' || kind === 'fail') {
            this.group = null;
        }
    }

    /**
     * Older pages look at `permissions.present` where now one asks `permissions.includes('present')`.
     *
     * @param {string[]} permissions
     */
    static #withNames(permissions) {
        for (const name of ['op', 'present', 'record']) {
            Object.defineProperty(permissions, name, { value: permissions.includes(name) });
        }
        return permissions;
    }

    /** @param {Message} message */
    #gotUser(message) {
        const { id, kind } = message;
        if (!id) {
            console.warn('Message about a user without id');
            return;
        }
        switch (kind) {
            case 'add':
            case 'change': {
                const user = this.#find(this.users, id) ?? {
                    username: '', permissions: [], data: {}, streams: ServerConnection.#dictionary(),
                };
                this.users[id] = user;
                user.username = message.username ?? '';
                user.permissions = message.permissions ?? [];
                user.data = message.data ?? {};
                this.recomputeUserStreams(id);
                break;
            }
            case 'delete':
                delete this.users[id];
                for (const transfer of Object.values(this.transferredFiles)) {
                    if (transfer.userid === id) {
                        transfer.fail('The other user has gone away');
                    }
                }
                break;
            default:
                console.warn('Message of unknown kind about a user:', kind);
                return;
        }
        this.notify(this, this.onuser, id, kind);
    }

    /** @param {Message} message */
    #gotChat(message) {
        const { id, source, dest, username, kind = '', privileged = false } = message;
        const time = ServerConnection.#date(message.time);
        const history = message.type === 'chathistory';
        const text = ServerConnection.#text(message.value);
        this.notify(
            this, this.onchat, id, source, dest ?? undefined, username, time, privileged, history, kind, text,
        );
    }

    /** @param {Message} message */
    #gotUserMessage(message) {
        const { source, dest, username, kind = '', privileged = false, error, value } = message;
        if (kind === 'filetransfer') {
            this.#gotFileMessage(source, username, value);
            return;
        }
        const time = ServerConnection.#date(message.time);
        this.notify(
            this, this.onusermessage, source, dest ?? undefined, username, time, privileged, kind, error, value,
        );
        const isWhole = !ServerConnection.#has(value, 'object') || Object.keys(value).length === 0;
        if (kind === 'clearchat' && privileged && isWhole) {
            this.notify(this, this.onclearchat);
        }
    }

    /**
     * @param {string | number | undefined} time RFC 3339, or the milliseconds of version 1
     * @returns {Date | null}
     */
    static #date(time) {
        const date = new Date(time ?? NaN);
        return Number.isNaN(date.getTime()) ? null : date;
    }

    /**
     * @param {any} value of a chat message, which ought to be text
     * @returns {string}
     */
    static #text(value) {
        if (typeof value === 'object') {
            return JSON.stringify(value);
        }
        return String(value ?? '');
    }

    // Messages about streams

    /** @param {Message} message */
    #gotStreamMessage(message) {
        const { type, id } = message;
        if (!id) {
            console.warn('Message without a stream:', type);
            return;
        }
        const up = this.#find(this.up, id);
        const down = this.#find(this.down, id);
        if (type === 'offer') {
            this.#gotOffer(id, up, down, message);
        } else if (type === 'ice') {
            this.#gotCandidate(id, up ?? down, message.candidate);
        } else if (type === 'close' && down) {
            down.close();
        } else if (type === 'answer' && up) {
            void up.gotAnswer(message.sdp ?? '');
        } else if (type === 'renegotiate' && up) {
            up.restartIce();
        } else if (type === 'abort' && up) {
            up.gotAbort();
        } else {
            // The stream has been closed meanwhile, or never was.
            console.warn(`Message «${type}» for an unknown stream`);
        }
    }

    /**
     * @param {string} id
     * @param {Stream | undefined} up
     * @param {Stream | undefined} down
     * @param {Message} message
     */
    #gotOffer(id, up, down, message) {
        if (up) {
            this.send({ type: 'abort', id });
            return;
        }
        let localId = null;
        if (message.replace) {
            const old = this.#find(this.down, message.replace);
            if (old) {
                localId = old.localId;
                old.close(true);
            } else {
                console.warn('An unknown stream is to be replaced');
            }
        }
        let stream = down?.sc ? down : null;
        if (!stream) {
            try {
                stream = new Stream(
                    this, id, localId ?? ServerConnection.#newLocalId(), this.newPeerConnection(), false,
                );
            } catch (error) {
                console.error(error);
                this.send({ type: 'abort', id });
                return;
            }
            stream.label = message.label ?? null;
            stream.remoteIceCandidates = this.#earlyCandidates.get(id)?.candidates ?? [];
            this.#earlyCandidates.delete(id);
            this.down[id] = stream;
        }
        stream.source = message.source ?? null;
        stream.username = message.username ?? null;
        void stream.gotOffer(message.sdp ?? '');
    }

    /**
     * @param {string} id
     * @param {Stream | undefined} stream
     * @param {RTCIceCandidateInit | undefined} candidate
     */
    #gotCandidate(id, stream, candidate) {
        if (!candidate) {
            console.warn('Message «ice» without a candidate');
            return;
        }
        if (stream) {
            void stream.gotRemoteIce(candidate);
            return;
        }
        const now = Date.now();
        for (const [other, { since }] of this.#earlyCandidates) {
            if (now - since > ServerConnection.#candidatesKeptFor) {
                this.#earlyCandidates.delete(other);
            }
        }
        const kept = this.#earlyCandidates.get(id);
        if (kept && kept.candidates.length < ServerConnection.#earlyCandidatesOfAStream) {
            kept.candidates.push(candidate);
        } else if (!kept && this.#earlyCandidates.size < ServerConnection.#streamsWithEarlyCandidates) {
            this.#earlyCandidates.set(id, { since: now, candidates: [candidate] });
        }
    }

    /**
     * Finds out anew what a user sends.
     *
     * @internal
     * @param {string | null} id
     * @returns {boolean} whether it is otherwise than before
     */
    recomputeUserStreams(id) {
        const user = id === null ? undefined : this.#find(this.users, id);
        if (!user) {
            return false;
        }
        const own = id === this.id;
        /** @type {User['streams']} */
        const streams = ServerConnection.#dictionary();
        for (const { label, stream, source } of Object.values(own ? this.up : this.down)) {
            if (label && stream && (own || source === id)) {
                const kinds = (Object.hasOwn(streams, label) && streams[label]) || (streams[label] = {});
                for (const track of stream.getTracks()) {
                    kinds[track.kind] = true;
                }
            }
        }
        if (JSON.stringify(streams) === JSON.stringify(user.streams)) {
            return false;
        }
        user.streams = streams;
        return true;
    }

    // Files

    /**
     * Offers a file to another user. `onfiletransfer` is called before the other is asked.
     *
     * @param {string} userid
     * @param {File} file
     */
    sendFile(userid, file) {
        const user = this.#find(this.users, userid);
        if (!user) {
            throw new Error('There is no such user');
        }
        const transfer = new TransferredFile(
            this, userid, ServerConnection.#randomId(), true, user.username, file.name ?? '', file.type, file.size,
        );
        transfer.file = file;
        if (!this.#announce(transfer) || transfer.state !== '') {
            return;
        }
        transfer.invite();
    }

    /**
     * @param {string} userid
     * @param {string} fileid
     * @returns {TransferredFile | undefined}
     */
    getTransferredFile(userid, fileid) {
        const transfer = this.#find(this.transferredFiles, `${userid}-${fileid}`);
        // Ids are others' to choose: another pair of them may read the same when put together.
        return transfer?.userid === userid && transfer.id === fileid ? transfer : undefined;
    }

    /**
     * @internal
     * @param {string} userid
     * @param {Record<string, any>} value
     */
    sendFileMessage(userid, value) {
        this.send({
            type: 'usermessage', kind: 'filetransfer', source: this.id, dest: userid, username: this.#ownName, value,
        });
    }

    /**
     * @param {TransferredFile} transfer
     * @returns {boolean} whether the page takes care of it
     */
    #announce(transfer) {
        this.transferredFiles[transfer.fullid()] = transfer;
        try {
            if (!this.onfiletransfer) {
                throw new Error('This page does not transfer files');
            }
            this.onfiletransfer(transfer);
            return true;
        } catch (error) {
            transfer.cancel(/** @type {any} */ (error));
            return false;
        }
    }

    /**
     * @param {string | undefined} userid
     * @param {string | undefined} username
     * @param {any} value
     */
    #gotFileMessage(userid, username, value) {
        if (!userid || !ServerConnection.#has(value, 'object') || typeof value.id !== 'string' || !value.id) {
            console.warn('Message about a file that names no file');
            return;
        }
        if (value.type === 'invite') {
            this.#gotInvitation(userid, username ?? '', value);
            return;
        }
        const transfer = this.getTransferredFile(userid, value.id);
        if (transfer) {
            transfer.gotMessage(value);
        } else {
            console.warn('Message about a file that is not being transferred:', value.type);
        }
    }

    /**
     * @param {string} userid
     * @param {string} username
     * @param {any} value
     */
    #gotInvitation(userid, username, value) {
        const { id, name, size, mimetype = '' } = value;
        const reason = this.#whyRefused(userid, value);
        if (reason) {
            console.warn('File refused:', reason);
            if (this.isOpen) {
                this.sendFileMessage(userid, { type: 'cancel', id, message: reason });
            }
            return;
        }
        const transfer = new TransferredFile(this, userid, id, false, username, name, mimetype ?? '', size);
        transfer.version = '1';
        transfer.state = 'inviting';
        this.#announce(transfer);
    }

    /**
     * @param {string} userid
     * @param {any} invitation
     * @returns {string | null}
     */
    #whyRefused(userid, { id, version, name, size, mimetype }) {
        for (const text of [id, name, mimetype ?? '']) {
            if (typeof text !== 'string' || text.length > ServerConnection.#invitationText) {
                return 'The invitation cannot be understood';
            }
        }
        if (!Number.isSafeInteger(size) || size < 0) {
            return 'The invitation names no size';
        }
        if (!TransferredFile.speaks(version)) {
            return 'No version of the protocol for files is common to both';
        }
        if (Object.hasOwn(this.transferredFiles, `${userid}-${id}`)) {
            return 'This file is being transferred already';
        }
        const others = Object.values(this.transferredFiles).filter((transfer) => transfer.userid === userid);
        if (others.length >= ServerConnection.#transfersOfAUser) {
            return 'Too many files at a time';
        }
        return null;
    }

    // Helpers

    /**
     * Calls a callback of the page. What it throws is the page's to find, and keeps nothing here from going on.
     *
     * @internal
     * @template {unknown[]} Values
     * @param {object} self
     * @param {((this: any, ...values: Values) => unknown) | null} callback
     * @param {Values} values
     */
    notify(self, callback, ...values) {
        try {
            callback?.apply(self, values);
        } catch (error) {
            if (typeof reportError === 'function') {
                reportError(error);
            } else {
                console.error(error);
            }
        }
    }

    /**
     * @template Value
     * @param {Record<string, Value>} dictionary
     * @param {string} id
     * @returns {Value | undefined}
     */
    #find(dictionary, id) {
        return Object.hasOwn(dictionary, id) ? dictionary[id] : undefined;
    }

    /** What pages may call on a dictionary; without `__proto__` and `constructor`, which are ids like any other. */
    static #dictionaryMethods = Object.create(null, {
        hasOwnProperty: { value: Object.prototype.hasOwnProperty, writable: true },
        propertyIsEnumerable: { value: Object.prototype.propertyIsEnumerable, writable: true },
        toString: { value: Object.prototype.toString, writable: true },
    });

    /**
     * An object by ids that others have chosen.
     *
     * @returns {Record<string, any>}
     */
    static #dictionary() {
        return Object.create(ServerConnection.#dictionaryMethods);
    }

    /** @returns {string} unique by chance: 16 random bytes in lower-case hexadecimal */
    static #randomId() {
        const bytes = crypto.getRandomValues(new Uint8Array(16));
        return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    }

    /** @returns {string} unique in this page */
    static #newLocalId() {
        ServerConnection.#lastLocalId += 1;
        return String(ServerConnection.#lastLocalId);
    }
}

/**
 * A set of related tracks that travels in one direction over a peer connection of its own.
 *
 * The sender of media is always the one that offers, so offers never cross. A stream goes *up* when this page sends
 * it, *down* when the server does. Streams are made by `ServerConnection`, never directly.
 */
class Stream {
    /**
     * @param {ServerConnection} sc
     * @param {string} id
     * @param {string} localId
     * @param {RTCPeerConnection} pc
     * @param {boolean} up
     */
    constructor(sc, id, localId, pc, up) {
        /**
         * The connection that the stream belongs to; null when the stream is closed.
         * @type {ServerConnection | null}
         */
        this.sc = sc;
        /** The sender's choice, the same for all who receive the stream. */
        this.id = id;
        /** Unique in this page. A stream that replaces another has it from that one, to keep its place. */
        this.localId = localId;
        /** Whether this page sends the stream. */
        this.up = up;
        /**
         * Of a down stream: the client that sends it.
         * @type {string | null}
         */
        this.source = null;
        /**
         * Of a down stream: the name of the user who sends it.
         * @type {string | null}
         */
        this.username = null;
        this.pc = pc;
        /** @type {MediaStream | null} */
        this.stream = null;
        /**
         * What it shows: `camera`, `screenshare`, `video`, or a word of the page's own.
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
         * By track; of a track that is sent also by SSRC, since it may be sent in several sizes.
         * @type {Record<string, TrackStats>}
         */
        this.stats = Object.create(null);
        /** @type {ReturnType<typeof setInterval> | null} */
        this.statsHandler = null;
        /**
         * The page's own.
         * @type {Record<string, any>}
         */
        this.userdata = {};

        /**
         * The stream has ended. `replace`: another one with the same `localId` follows.
         * @type {((this: Stream, replace: boolean | undefined) => void) | null}
         */
        this.onclose = null;
        /**
         * A fatal error; the stream is closed.
         * @type {((this: Stream, error: unknown) => void) | null}
         */
        this.onerror = null;
        /**
         * An offer has been answered: the first, or a later one.
         * @type {((this: Stream) => void) | null}
         */
        this.onnegotiationcompleted = null;
        /**
         * A track of a down stream. Another media stream than before means that the one before is dead.
         * @type {((this: Stream, track: MediaStreamTrack, transceiver: RTCRtpTransceiver, stream: MediaStream) => void)
         *     | null}
         */
        this.ondowntrack = null;
        /**
         * `connected` and `completed` are good; from other states the stream may recover.
         * @type {((this: Stream, status: RTCIceConnectionState) => void) | null}
         */
        this.onstatus = null;
        /** @type {((this: Stream, stats: Record<string, TrackStats>) => void) | null} */
        this.onstats = null;

        // Older pages:

        /**
         * What each track is: `audio`, `video` or `screenshare`, by the track's id. Filled in by who sends; from it
         * comes the label of a stream that has none.
         * @type {Record<string, string>}
         */
        this.labels = Object.create(null);
        /**
         * The server does not take an up stream. It is closed after this call.
         * @type {((this: Stream) => void) | null}
         */
        this.onabort = null;

        this.#listen();
    }

    static #remoteCandidatesAtMost = 256;

    #closed = false;
    /** @type {{what: string[] | null} | null} */
    #requestToSend = null;
    /**
     * The ids under which `labels` has the tracks of a down stream, by mid.
     * @type {Map<string, string>}
     */
    #labelled = new Map();
    #samplingStats = false;

    #listen() {
        const pc = this.pc;
        pc.onicecandidate = (event) => {
            // The last one is null, or empty. Servers take it for a mistake.
            if (event.candidate?.candidate) {
                this.gotLocalIce(event.candidate);
            }
        };
        pc.oniceconnectionstatechange = () => this.#gotStatus(pc.iceConnectionState);
        if (this.up) {
            pc.onnegotiationneeded = () => {
                this.negotiate().catch((error) => this.#giveUp(error));
            };
        } else {
            pc.ontrack = (event) => this.#gotTrack(event);
        }
    }

    /** @param {RTCIceConnectionState} status */
    #gotStatus(status) {
        if (!this.sc || this.#closed) {
            return;
        }
        this.sc.notify(this, this.onstatus, status);
        if (status === 'failed') {
            this.restartIce();
        } else {
            this.#sendRequest();
        }
    }

    /**
     * Records what an up stream sends. To add the tracks to `pc` is the caller's.
     *
     * @param {MediaStream} stream
     */
    setStream(stream) {
        this.stream = stream;
        this.#updateUser();
    }

    /** Tells if what the stream's user sends has changed. */
    #updateUser() {
        const id = this.up ? this.sc?.id : this.source;
        if (id && this.sc?.recomputeUserStreams(id)) {
            this.sc.notify(this.sc, this.sc.onuser, id, 'change');
        }
    }

    /**
     * Ends the stream. A second call has no effect.
     *
     * @param {boolean} [replace] another stream with the same local id follows
     */
    close(replace) {
        const sc = this.sc;
        if (!sc || this.#closed) {
            console.warn('Closing a stream that is closed already');
            return;
        }
        this.#closed = true;
        this.setStatsInterval(0);
        this.pc.close();
        if (this.up && !replace && this.localDescriptionSent && sc.isOpen) {
            sc.send({ type: 'close', id: this.id });
        }
        const streams = this.up ? sc.up : sc.down;
        if (streams[this.id] === this) {
            delete streams[this.id];
        }
        this.#updateUser();
        sc.notify(this, this.onclose, replace);
        this.sc = null;
    }

    /** Asks the sender of a down stream to end it. The stream is closed when that has happened. */
    abort() {
        if (this.up) {
            throw new Error('An up stream is closed, not aborted');
        }
        this.#send({ type: 'abort', id: this.id });
    }

    /**
     * Offers an up stream, for the first time or anew.
     *
     * @param {boolean} [restartIce]
     */
    async negotiate(restartIce = false) {
        if (!this.up) {
            throw new Error('A down stream is offered by the server');
        }
        for (const transceiver of this.pc.getTransceivers()) {
            // That is what addTrack makes; but nothing ever comes back.
            if (transceiver.direction === 'sendrecv') {
                transceiver.direction = 'sendonly';
            }
        }
        const offer = await this.pc.createOffer({ iceRestart: restartIce });
        if (this.#closed) {
            return;
        }
        await this.pc.setLocalDescription(offer);
        if (this.#closed || !this.sc) {
            return;
        }
        this.label ??= this.#labelOfTracks();
        this.sc.send({
            type: 'offer',
            source: this.sc.id,
            username: this.sc.username ?? undefined,
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

    /** @returns {string | null} the label that `labels` amounts to */
    #labelOfTracks() {
        const labels = Object.values(this.labels);
        if (labels.includes('screenshare')) {
            return 'screenshare';
        }
        return labels.length > 0 ? 'camera' : null;
    }

    /** Finds a new path for the media. Returns at once. */
    restartIce() {
        if (!this.up) {
            this.#send({ type: 'renegotiate', id: this.id });
        } else if (typeof this.pc.restartIce === 'function') {
            this.pc.restartIce();
        } else {
            this.negotiate(true).catch((error) => this.#giveUp(error));
        }
    }

    /**
     * Asks for other tracks of this down stream than `ServerConnection.request` did.
     *
     * It is sent once the stream is connected: a server may be about to replace one that begins, and some servers end
     * the connection of who asks about a stream that is no more.
     *
     * @param {string[] | null} what null: as `ServerConnection.request` said
     */
    request(what) {
        if (this.up) {
            throw new Error('An up stream has nothing to ask for');
        }
        if (this.#closed) {
            console.warn('Asking for tracks of a stream that is closed');
            return;
        }
        this.#requestToSend = { what };
        this.#sendRequest();
    }

    #sendRequest() {
        const request = this.#requestToSend;
        if (request && ['connected', 'completed'].includes(this.pc.iceConnectionState)) {
            this.#requestToSend = null;
            this.#send({ type: 'requestStream', id: this.id, request: request.what });
        }
    }

    /** @param {Message} message */
    #send(message) {
        if (this.sc && !this.#closed) {
            this.sc.send(message);
        }
    }

    /**
     * Ends an up stream that cannot go on.
     *
     * @param {unknown} error
     */
    #giveUp(error) {
        if (this.sc && !this.#closed) {
            this.sc.notify(this, this.onerror, error);
        }
        if (!this.#closed) {
            this.close();
        }
    }

    // Messages

    /**
     * @internal
     * @param {string} sdp
     */
    async gotOffer(sdp) {
        const sc = this.sc;
        if (!sc) {
            return;
        }
        try {
            this.#announceLabels(sdp);
            sc.notify(sc, sc.ondownstream ?? sc.onstream, this);
            await this.pc.setRemoteDescription({ type: 'offer', sdp });
            await this.flushRemoteIceCandidates();
            await this.pc.setLocalDescription(await this.pc.createAnswer());
            if (this.#closed) {
                return;
            }
            sc.send({ type: 'answer', id: this.id, sdp: this.pc.localDescription?.sdp });
            this.localDescriptionSent = true;
            this.flushLocalIceCandidates();
            sc.notify(this, this.onnegotiationcompleted);
        } catch (error) {
            // A stream that was closed meanwhile has nothing more to report.
            if (!this.#closed) {
                sc.notify(this, this.onerror, error);
                if (sc.isOpen) {
                    this.abort();
                }
            }
        }
    }

    /**
     * @internal
     * @param {string} sdp
     */
    async gotAnswer(sdp) {
        try {
            await this.pc.setRemoteDescription({ type: 'answer', sdp });
            await this.flushRemoteIceCandidates();
        } catch (error) {
            this.#giveUp(error);
            return;
        }
        if (this.sc && !this.#closed) {
            this.sc.notify(this, this.onnegotiationcompleted);
        }
    }

    /** @internal */
    gotAbort() {
        this.sc?.notify(this, this.onabort);
        // Older pages close it themselves.
        if (!this.#closed) {
            this.close();
        }
    }

    /** @param {RTCTrackEvent} event */
    #gotTrack(event) {
        const [stream] = event.streams;
        if (!stream || !this.sc || this.#closed) {
            return;
        }
        this.stream = stream;
        this.#labelTrack(event.transceiver.mid ?? '', event.track.id, event.track.kind);
        const changed = this.sc.recomputeUserStreams(this.source);
        this.sc.notify(this, this.ondowntrack, event.track, event.transceiver, stream);
        if (changed && this.sc && this.source) {
            this.sc.notify(this.sc, this.sc.onuser, this.source, 'change');
        }
    }

    // Labels of tracks, for older pages

    /**
     * Fills in `labels` from an offer. The tracks themselves come later, in some browsers with other ids.
     *
     * @param {string} sdp
     */
    #announceLabels(sdp) {
        for (const section of sdp.split(/^m=/m).slice(1)) {
            const mid = /^a=mid:(\S+)/m.exec(section)?.[1];
            const kind = /^(audio|video) (?!0 )/.exec(section)?.[1];
            const track = /^a=msid:\S+ (\S+)/m.exec(section)?.[1];
            const isUnused = /^a=(recvonly|inactive)/m.test(section);
            if (mid && kind && track && !isUnused && !this.#labelled.has(mid)) {
                this.#labelTrack(mid, track, kind);
            }
        }
    }

    /**
     * @param {string} mid
     * @param {string} track
     * @param {string} kind
     */
    #labelTrack(mid, track, kind) {
        const before = this.#labelled.get(mid);
        if (before !== undefined) {
            delete this.labels[before];
        }
        this.#labelled.set(mid, track);
        this.labels[track] = kind === 'video' && this.label === 'screenshare' ? 'screenshare' : kind;
    }

    // Candidates: local ones wait for the description that they belong to to be sent, remote ones for it to arrive.

    /**
     * @internal
     * @param {RTCIceCandidate} candidate
     */
    gotLocalIce(candidate) {
        if (!this.localDescriptionSent) {
            this.localIceCandidates.push(candidate);
        } else if (this.sc?.isOpen) {
            this.#send({ type: 'ice', id: this.id, candidate: candidate.toJSON() });
        }
    }

    /**
     * @internal
     * @param {RTCIceCandidateInit} candidate
     */
    async gotRemoteIce(candidate) {
        if (this.pc.remoteDescription) {
            await this.#addRemoteCandidate(candidate);
        } else if (this.remoteIceCandidates.length < Stream.#remoteCandidatesAtMost) {
            this.remoteIceCandidates.push(candidate);
        }
    }

    /** @internal */
    flushLocalIceCandidates() {
        const candidates = this.localIceCandidates;
        this.localIceCandidates = [];
        candidates.forEach((candidate) => this.gotLocalIce(candidate));
    }

    /** @internal */
    async flushRemoteIceCandidates() {
        const candidates = this.remoteIceCandidates;
        this.remoteIceCandidates = [];
        await Promise.all(candidates.map((candidate) => this.#addRemoteCandidate(candidate)));
    }

    /** @param {RTCIceCandidateInit} candidate */
    async #addRemoteCandidate(candidate) {
        try {
            await this.pc.addIceCandidate(candidate);
        } catch (error) {
            // The others may do.
            console.warn('Candidate not used:', error);
        }
    }

    // Statistics

    /**
     * Has `updateStats` called again and again.
     *
     * @param {number} ms 0: no more
     */
    setStatsInterval(ms) {
        if (this.statsHandler !== null) {
            clearInterval(this.statsHandler);
            this.statsHandler = null;
        }
        if (ms > 0 && !this.#closed) {
            this.statsHandler = setInterval(() => void this.updateStats(), ms);
        }
    }

    /** Takes a sample of the statistics, and calls `onstats`. */
    async updateStats() {
        if (this.#samplingStats || this.#closed) {
            return;
        }
        this.#samplingStats = true;
        /** @type {Record<string, TrackStats>} */
        const stats = Object.create(null);
        try {
            for (const { sender, receiver } of this.pc.getTransceivers()) {
                if (sender.track) {
                    this.#addSent(stats, sender.track.id, await sender.getStats());
                }
                if (!this.up) {
                    this.#addReceived(stats, receiver.track.id, await receiver.getStats());
                }
            }
        } catch (error) {
            console.warn('No statistics:', error);
            return;
        } finally {
            this.#samplingStats = false;
        }
        if (this.sc && !this.#closed) {
            this.stats = stats;
            this.sc.notify(this, this.onstats, stats);
        }
    }

    /**
     * @param {Record<string, TrackStats>} stats
     * @param {string} track
     * @param {RTCStatsReport} reports
     */
    #addSent(stats, track, reports) {
        reports.forEach((report) => {
            if (report.type !== 'outbound-rtp' || typeof report.bytesSent !== 'number') {
                return;
            }
            const key = `${track}-${report.ssrc}`;
            const { timestamp, bytesSent } = report;
            const before = this.stats[key]?.['outbound-rtp'];
            /** @type {NonNullable<TrackStats['outbound-rtp']>} */
            const sample = { timestamp, bytesSent };
            if (before && timestamp > before.timestamp) {
                sample.rate = ((bytesSent - before.bytesSent) * 1000 * 8) / (timestamp - before.timestamp);
            } else if (before?.rate !== undefined) {
                sample.rate = before.rate;
            }
            stats[key] = { ...stats[key], 'outbound-rtp': sample };
        });
    }

    /**
     * @param {Record<string, TrackStats>} stats
     * @param {string} track
     * @param {RTCStatsReport} reports
     */
    #addReceived(stats, track, reports) {
        reports.forEach((report) => {
            if (report.type !== 'inbound-rtp' || typeof report.totalAudioEnergy !== 'number') {
                return;
            }
            const { timestamp, totalAudioEnergy } = report;
            const before = this.stats[track]?.['inbound-rtp'];
            /** @type {NonNullable<TrackStats['inbound-rtp']>} */
            const sample = { timestamp, totalAudioEnergy };
            if (before && timestamp > before.timestamp) {
                const energy = totalAudioEnergy - before.totalAudioEnergy;
                sample.audioEnergy = (energy * 1000) / (timestamp - before.timestamp);
            } else if (before?.audioEnergy !== undefined) {
                sample.audioEnergy = before.audioEnergy;
            }
            stats[track] = { ...stats[track], 'inbound-rtp': sample };
        });
    }
}

/**
 * A file on its way from one browser to another. The server carries the invitation and the answer; the data travels
 * between the browsers, which thereby learn each other's addresses.
 *
 *     ''  →  inviting  →  connecting  →  connected  →  done  →  closed
 *     any of these but the last two   →   cancelled   →   closed
 *
 * `ServerConnection.onfiletransfer` gets each transfer, `up` or not. It sets `onevent`, and for one that is not `up`
 * it sees to it that `receive` or `cancel` is called, when the user has decided.
 */
class TransferredFile {
    /**
     * @param {ServerConnection} sc
     * @param {string} userid
     * @param {string} id
     * @param {boolean} up
     * @param {string} username
     * @param {string} name
     * @param {string} mimetype
     * @param {number} size
     */
    constructor(sc, userid, id, up, username, name, mimetype, size) {
        this.sc = sc;
        /** The client at the other end. */
        this.userid = userid;
        /** The sender's choice. */
        this.id = id;
        /**
         * The version of the protocol for files that is spoken.
         * @type {string | null}
         */
        this.version = null;
        /** Whether this page sends the file. */
        this.up = up;
        /** @type {TransferState} */
        this.state = '';
        /** The name of the user at the other end. */
        this.username = username;
        this.name = name;
        /** As the sender says; may be empty. */
        this.mimetype = mimetype;
        /** In bytes, as the sender says. */
        this.size = size;
        /**
         * What is sent.
         * @type {File | null}
         */
        this.file = null;
        /** @type {RTCPeerConnection | null} */
        this.pc = null;
        /** @type {RTCDataChannel | null} */
        this.dc = null;
        /**
         * Candidates of the other end that cannot be used yet.
         * @type {(RTCIceCandidateInit | null)[]}
         */
        this.candidates = [];
        /**
         * What has been received.
         * @type {BlobPart[]}
         */
        this.data = [];
        /** How much has been sent or received, in bytes. */
        this.datalen = 0;

        /**
         * The state has changed or, while it is `connected`, data has been sent or received. `data` is the file when
         * a download is `done`, the reason (text, an error or null) when a transfer is `cancelled`.
         * @type {((this: TransferredFile, state: TransferState, data?: any) => void) | null}
         */
        this.onevent = null;
    }

    /** What one message over the data channel carries at most, in bytes. */
    static #messageSize = 16_384;
    /** How much may wait for the network, in bytes. */
    static #bufferedAtMost = 65_536;
    /** A browser may forget to say that the buffer has drained, in milliseconds. */
    static #bufferCheckInterval = 100;
    /** How much is read from a file, or kept apart of what has come, at a time, in bytes. */
    static #blockSize = 1_048_576;
    /** How many pieces are kept apart: a sender may send them as small as it likes. */
    static #piecesAtMost = 1024;
    /** How long the sender may take to close the channel, in milliseconds. */
    static #closingTime = 2000;
    /** How long the reason of a broken channel is waited for, in milliseconds. */
    static #reasonTime = 1000;
    static #candidatesAtMost = 256;

    /** Local candidates wait for our description: without it the other end has no use for them. */
    #described = false;
    /** @type {(RTCIceCandidate | null)[]} */
    #localCandidates = [];
    /** The bytes of the pieces in `data` that have not been made a blob yet. */
    #loose = 0;
    #firstLoose = 0;
    #sending = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #closingTimer;

    /**
     * @internal
     * @param {any} versions as an invitation or an offer has them
     */
    static speaks(versions) {
        // A list of text, by Galène's library; a number, by its documents.
        return [versions].flat().some((version) => version === '1' || version === 1);
    }

    /** @returns {string} what `ServerConnection.transferredFiles` has it by */
    fullid() {
        return `${this.userid}-${this.id}`;
    }

    get #isRunning() {
        return this.state === 'inviting' || this.state === 'connecting' || this.state === 'connected';
    }

    /**
     * @internal
     * @param {TransferState} state
     * @param {any} [data]
     */
    event(state, data) {
        this.state = state;
        this.sc.notify(this, this.onevent, state, data);
    }

    // Ending

    /**
     * Ends the transfer and tells the other end.
     *
     * @param {string | Error | null} [message] why
     */
    cancel(message) {
        if (this.#isRunning && this.sc.isOpen) {
            const reason = message instanceof Error ? message.message : message;
            this.#send({ type: 'cancel', id: this.id, message: reason ? String(reason) : undefined });
        }
        this.fail(message);
    }

    /**
     * Ends the transfer without a word to the other end.
     *
     * @param {string | Error | null} [reason]
     */
    fail(reason) {
        if (this.state === 'closed') {
            return;
        }
        if (this.state !== 'done' && this.state !== 'cancelled') {
            this.event('cancelled', reason ?? null);
        }
        this.close();
    }

    /** @internal */
    close() {
        if (this.state === 'closed') {
            return;
        }
        clearTimeout(this.#closingTimer);
        if (this.dc) {
            this.dc.onopen = this.dc.onmessage = this.dc.onclose = this.dc.onerror = this.dc.onbufferedamountlow = null;
            this.dc = null;
        }
        if (this.pc) {
            this.pc.onicecandidate = this.pc.ondatachannel = this.pc.onconnectionstatechange = null;
            this.pc.close();
            this.pc = null;
        }
        this.data = [];
        this.candidates = [];
        this.#localCandidates = [];
        if (this.sc.transferredFiles[this.fullid()] === this) {
            delete this.sc.transferredFiles[this.fullid()];
        }
        this.event('closed');
    }

    // Getting in touch

    /** @internal */
    invite() {
        try {
            const { id, name, size, mimetype } = this;
            this.#send({ type: 'invite', version: ['1'], id, name, size, mimetype });
        } catch (error) {
            this.fail(/** @type {any} */ (error));
            return;
        }
        this.event('inviting');
    }

    /**
     * Accepts a file that is offered.
     *
     * @returns {Promise<void>} fulfilled when the sender has been told
     */
    receive() {
        if (this.up) {
            throw new Error('This file is sent, not received');
        }
        if (this.state !== 'inviting' || this.pc) {
            throw new Error('This file has been accepted or refused already');
        }
        return this.#orCancel(async () => {
            const pc = this.#newPeerConnection();
            this.event('connecting');
            if (this.pc !== pc) {
                return;
            }
            this.#useChannel(pc.createDataChannel('file'));
            await pc.setLocalDescription(await pc.createOffer());
            this.#describe(pc, 'offer');
        });
    }

    /**
     * @internal
     * @param {string} sdp of the receiver's offer
     */
    answer(sdp) {
        return this.#orCancel(async () => {
            const pc = this.#newPeerConnection();
            this.event('connecting');
            if (this.pc !== pc) {
                return;
            }
            pc.ondatachannel = (event) => {
                if (this.dc) {
                    event.channel.close();
                } else {
                    this.#useChannel(event.channel);
                }
            };
            await pc.setRemoteDescription({ type: 'offer', sdp });
            await pc.setLocalDescription(await pc.createAnswer());
            if (this.#describe(pc, 'answer')) {
                this.event('connected');
                await this.#flushCandidates();
            }
        });
    }

    /**
     * @internal
     * @param {string} sdp of the sender's answer
     */
    receiveFile(sdp) {
        return this.#orCancel(async () => {
            const pc = this.pc;
            await pc?.setRemoteDescription({ type: 'answer', sdp });
            if (this.pc === pc && this.state === 'connecting') {
                this.event('connected');
                await this.#flushCandidates();
            }
        });
    }

    /**
     * @param {() => Promise<void>} work
     * @returns {Promise<void>}
     */
    async #orCancel(work) {
        try {
            await work();
        } catch (error) {
            // What fails because the transfer has ended meanwhile is no news.
            if (this.#isRunning) {
                this.cancel(/** @type {any} */ (error));
            }
        }
    }

    #newPeerConnection() {
        const pc = this.sc.newPeerConnection();
        this.pc = pc;
        pc.onicecandidate = (event) => this.#gotLocalCandidate(event.candidate);
        pc.onconnectionstatechange = () => {
            if (pc.connectionState === 'failed' && this.#isRunning) {
                this.cancel(new Error('The other browser cannot be reached'));
            }
        };
        return pc;
    }

    /**
     * Sends our description, and the candidates that have waited for it.
     *
     * @param {RTCPeerConnection} pc
     * @param {'offer' | 'answer'} type
     * @returns {boolean} whether the transfer is still wanted
     */
    #describe(pc, type) {
        if (this.pc !== pc || this.state !== 'connecting') {
            return false;
        }
        const version = type === 'offer' ? ['1'] : undefined;
        this.#send({ type, version, id: this.id, sdp: pc.localDescription?.sdp });
        this.#described = true;
        this.#localCandidates.splice(0).forEach((candidate) => this.#gotLocalCandidate(candidate));
        return true;
    }

    /** @param {RTCIceCandidate | null} candidate */
    #gotLocalCandidate(candidate) {
        if (!this.#described) {
            this.#localCandidates.push(candidate);
        } else if (this.sc.isOpen) {
            this.#send({ type: 'ice', id: this.id, candidate });
        }
    }

    /** @param {Record<string, any>} value */
    #send(value) {
        this.sc.sendFileMessage(this.userid, value);
    }

    /**
     * @internal
     * @param {any} value from the other end
     */
    gotMessage(value) {
        switch (value.type) {
            case 'offer':
                return this.#gotOffer(value);
            case 'answer':
                if (this.up || this.state !== 'connecting' || !TransferredFile.#isDataOnly(value.sdp)) {
                    return this.cancel(new Error('The other end has sent an unexpected answer'));
                }
                void this.receiveFile(value.sdp);
                return;
            case 'ice':
                void this.#gotCandidate(value.candidate);
                return;
            case 'cancel':
                return this.fail(typeof value.message === 'string' ? value.message : null);
            case 'upice':
            case 'downice':
            case 'reject':
            case 'abort':
                return this.cancel(new Error('The other end transfers files in an older way: it should be upgraded'));
            default:
                console.warn('Message of unknown type about a file:', value.type);
        }
    }

    /** @param {any} value */
    #gotOffer({ version, sdp }) {
        if (!this.up || this.state !== 'inviting' || !TransferredFile.#isDataOnly(sdp)) {
            return this.cancel(new Error('The other end has sent an unexpected offer'));
        }
        if (!TransferredFile.speaks(version)) {
            return this.cancel(new Error('No version of the protocol for files is common to both'));
        }
        this.version = '1';
        void this.answer(sdp);
    }

    /**
     * A file needs no microphone and no video: whoever offers them wants something else.
     *
     * @param {any} sdp
     * @returns {boolean}
     */
    static #isDataOnly(sdp) {
        return typeof sdp === 'string' && !/^m=(?!application )/m.test(sdp);
    }

    /** @param {any} candidate null: there are no more */
    async #gotCandidate(candidate) {
        if (!this.pc) {
            return;
        }
        if (candidate !== null && typeof candidate !== 'object') {
            return;
        }
        if (this.pc.signalingState !== 'stable' || !this.pc.remoteDescription) {
            if (this.candidates.length < TransferredFile.#candidatesAtMost) {
                this.candidates.push(candidate);
            }
            return;
        }
        await this.#addCandidate(candidate);
    }

    async #flushCandidates() {
        await Promise.all(this.candidates.splice(0).map((candidate) => this.#addCandidate(candidate)));
    }

    /** @param {RTCIceCandidateInit | null} candidate */
    async #addCandidate(candidate) {
        try {
            await this.pc?.addIceCandidate(candidate ?? undefined);
        } catch (error) {
            console.warn('Candidate not used:', error);
        }
    }

    // The data

    /** @param {RTCDataChannel} dc */
    #useChannel(dc) {
        this.dc = dc;
        dc.binaryType = 'arraybuffer';
        dc.onopen = () => this.#gotOpen();
        dc.onmessage = (event) => (this.up ? this.#gotWord(event.data) : this.receiveData(event.data));
        dc.onclose = () => {
            if (this.state === 'done') {
                this.close();
            } else {
                this.#gotEnd();
            }
        };
        // Some browsers report the other end's closing as an error first.
        dc.onerror = () => {
            if (this.state !== 'done') {
                this.#gotEnd();
            }
        };
        if (dc.readyState === 'open') {
            this.#gotOpen();
        }
    }

    /** The channel has ended before its time. Why, the other end may be saying: the way by the server is longer. */
    #gotEnd() {
        const error = new Error('The connection to the other end has ended');
        this.#closingTimer ??= setTimeout(() => this.cancel(error), TransferredFile.#reasonTime);
    }

    #gotOpen() {
        if (this.state === 'connecting') {
            // What opens a channel is an answer that has been applied, whoever is told first.
            this.event('connected');
        }
        if (this.up) {
            void this.#orCancel(() => this.send());
        } else if (this.state === 'connected' && this.size === 0) {
            // Nothing will come that could complete it.
            this.#complete();
        }
    }

    /** @internal */
    async send() {
        const { file, dc } = this;
        if (!file || !dc || this.#sending) {
            return;
        }
        this.#sending = true;
        dc.bufferedAmountLowThreshold = TransferredFile.#bufferedAtMost;
        while (this.datalen < this.size) {
            const block = await file.slice(this.datalen, this.datalen + TransferredFile.#blockSize).arrayBuffer();
            if (block.byteLength === 0) {
                throw new Error('The file has become shorter');
            }
            for (let start = 0; start < block.byteLength; start += TransferredFile.#messageSize) {
                await this.#drained(dc);
                if (this.dc !== dc || dc.readyState !== 'open' || this.state !== 'connected') {
                    return;
                }
                const message = block.slice(start, start + TransferredFile.#messageSize);
                dc.send(message);
                this.datalen += message.byteLength;
                this.event('connected');
            }
        }
    }

    /**
     * @param {RTCDataChannel} dc
     * @returns {Promise<void>} fulfilled when there is room, or no channel any more
     */
    #drained(dc) {
        const isDrained = () => dc.readyState !== 'open' || dc.bufferedAmount <= TransferredFile.#bufferedAtMost;
        if (isDrained()) {
            return Promise.resolve();
        }
        return new Promise((resolve) => {
            const check = () => {
                if (isDrained()) {
                    clearInterval(timer);
                    dc.onbufferedamountlow = null;
                    resolve();
                }
            };
            const timer = setInterval(check, TransferredFile.#bufferCheckInterval);
            dc.onbufferedamountlow = check;
        });
    }

    /**
     * What the receiver says, which is one word when it has everything.
     *
     * @param {any} word
     */
    #gotWord(word) {
        if (word === 'done' && this.state === 'connected' && this.datalen === this.size) {
            this.event('done');
            this.close();
        } else {
            this.cancel(new Error('The other end has sent something unexpected'));
        }
    }

    /**
     * @internal
     * @param {any} data
     */
    receiveData(data) {
        if (this.state !== 'connected') {
            return;
        }
        if (!(data instanceof ArrayBuffer)) {
            this.cancel(new Error('The other end has sent something unexpected'));
            return;
        }
        if (data.byteLength > this.size - this.datalen) {
            this.cancel(new Error('The other end has sent more than it said'));
            return;
        }
        if (data.byteLength === 0) {
            return;
        }
        this.bufferData(data);
        this.event('connected');
        if (this.state === 'connected' && this.datalen === this.size) {
            this.#complete();
        }
    }

    /**
     * @internal
     * @param {ArrayBuffer} data
     */
    bufferData(data) {
        this.data.push(data);
        this.datalen += data.byteLength;
        this.#loose += data.byteLength;
        const pieces = this.data.length - this.#firstLoose;
        if (this.#loose >= TransferredFile.#blockSize || pieces >= TransferredFile.#piecesAtMost) {
            // A browser can put a blob on its disk.
            this.data.push(new Blob(this.data.splice(this.#firstLoose)));
            this.#firstLoose = this.data.length;
            this.#loose = 0;
        }
    }

    /**
     * @internal
     * @returns {Blob}
     */
    getBufferedData() {
        return new Blob(this.data, { type: this.mimetype });
    }

    #complete() {
        const dc = this.dc;
        this.event('done', this.getBufferedData());
        if (!dc || this.dc !== dc) {
            return;
        }
        try {
            dc.send('done');
        } catch {
            this.close();
            return;
        }
        // The sender closes the channel. To close it here could overtake the word.
        this.#closingTimer = setTimeout(() => this.close(), TransferredFile.#closingTime);
    }
}

// Declarations of classes are no properties of the window; pages may look there.
Object.assign(globalThis, { ServerConnection, Stream, TransferredFile });
