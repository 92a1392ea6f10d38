// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// Put into a page that has loaded /protocol.js: a server that says what the test wants, and a record of what the
// library tells. Runs in the page's own realm, as the page's scripts do.
window.library = (() => {
    const CONNECTION_CALLBACKS = [
        'onconnected', 'onerror', 'onclose', 'onuser', 'onjoined', 'ondownstream', 'onchat', 'onusermessage',
        'onfiletransfer', 'onclearchat',
    ];
    const STREAM_CALLBACKS = [
        'onclose', 'onerror', 'onnegotiationcompleted', 'ondowntrack', 'onstatus', 'onstats', 'onabort',
    ];

    /** A value as the test can compare it. */
    const plain = (value) => {
        if (value === undefined) return '(undefined)';
        if (value instanceof Date) return `Date ${value.toISOString()}`;
        if (value instanceof Error) return `Error ${value.message}`;
        if (value instanceof Stream) return `Stream ${value.id}`;
        if (value instanceof TransferredFile) return `File ${value.id}`;
        if (value instanceof MediaStream) return `MediaStream ${value.getTracks().map((track) => track.kind).sort()}`;
        if (value instanceof MediaStreamTrack) return `Track ${value.kind}`;
        if (value instanceof RTCRtpTransceiver) return `Transceiver ${value.direction}`;
        if (value instanceof Blob) return `Blob ${value.size} ${value.type}`;
        if (Array.isArray(value)) return value.map(plain);
        return value;
    };

    /** The server's end of a connection, played by the test. */
    class ScriptedSocket {
        static CONNECTING = 0;
        static OPEN = 1;
        static CLOSING = 2;
        static CLOSED = 3;
        static last = null;

        constructor(url) {
            this.url = url;
            this.readyState = 0;
            this.sent = [];
            this.closedWith = null;
            ScriptedSocket.last = this;
        }

        send(text) {
            if (this.readyState !== 1) throw new Error('send on a socket that is not open');
            const message = JSON.parse(text);
            this.sent.push(message);
            this.onsent?.(message);
        }

        close(code, reason) {
            if (this.readyState < 2) this.readyState = 2;
            this.closedWith = [code, reason];
        }

        // What follows is the test's.

        open() {
            this.readyState = 1;
            this.onopen?.({});
        }

        say(message) {
            this.onmessage({ data: typeof message === 'string' ? message : JSON.stringify(message) });
        }

        end(code, reason) {
            this.readyState = 3;
            this.onclose({ code, reason });
        }

        /** What was sent since the last call, without the fields that are always the same. */
        take(...types) {
            const taken = this.sent.filter((message) => types.length === 0 || types.includes(message.type));
            this.sent = this.sent.filter((message) => !taken.includes(message));
            return taken;
        }
    }

    const RealWebSocket = window.WebSocket;

    /** What is to be ended with the test. */
    const endings = [];

    const cleanUp = () => {
        window.WebSocket = RealWebSocket;
        for (const end of endings.splice(0)) end();
    };

    /** A connection with every callback recorded into `calls`: [name, is `this` right, ...arguments]. */
    const record = (object, names, calls, prefix = '') => {
        for (const name of names) {
            object[name] = function (...values) {
                calls.push([prefix + name, this === object, ...values.map(plain)]);
            };
        }
    };

    /** A connection to a scripted server, as far as `phase`: `new`, `open`, `connected` or `joined`. */
    const begin = (phase = 'joined', permissions = ['present', 'message']) => {
        window.WebSocket = ScriptedSocket;
        const calls = [];
        const sc = new ServerConnection();
        record(sc, CONNECTION_CALLBACKS, calls);
        const promise = sc.connect('wss://example.org/ws');
        const socket = ScriptedSocket.last;
        endings.push(() => socket.readyState < 3 && socket.end(1000, ''));
        if (phase !== 'new') socket.open();
        if (phase === 'connected' || phase === 'joined') socket.say({ type: 'handshake', version: ['2'] });
        if (phase === 'joined') {
            void sc.join('room', 'alice', '');
            socket.say({
                type: 'joined', kind: 'join', group: 'room', username: 'alice', permissions, status: {}, data: {},
                rtcConfiguration: {},
            });
            socket.say({ type: 'user', kind: 'add', id: sc.id, username: 'alice', permissions });
            socket.say({ type: 'user', kind: 'add', id: 'bob-id', username: 'bob', permissions });
            socket.take();
            calls.length = 0;
        }
        return { sc, socket, calls, promise };
    };

    /** The first true value of `condition`, or of the promise that it gives. */
    const until = async (what, condition, timeout = 20000) => {
        const deadline = Date.now() + timeout;
        for (;;) {
            const value = await condition();
            if (value) return value;
            if (Date.now() > deadline) throw new Error(`${what}: not within ${timeout} ms`);
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
    };

    /** What is thrown, as text. */
    const thrown = async (body) => {
        try {
            await body();
        } catch (error) {
            return String(error.message ?? error);
        }
        return null;
    };

    /** What `body` leaves uncaught, as texts. */
    const uncaught = async (body) => {
        const errors = [];
        const listen = (event) => {
            errors.push(event.message);
            event.preventDefault();
        };
        const listenToPromises = (event) => {
            errors.push(String(event.reason));
            event.preventDefault();
        };
        window.addEventListener('error', listen);
        window.addEventListener('unhandledrejection', listenToPromises);
        try {
            await body();
            await new Promise((resolve) => setTimeout(resolve));
        } finally {
            window.removeEventListener('error', listen);
            window.removeEventListener('unhandledrejection', listenToPromises);
        }
        return errors;
    };

    /** Sound and a moving picture. */
    const media = async (kinds = ['audio', 'video']) => {
        const stream = new MediaStream();
        if (kinds.includes('video')) {
            const canvas = document.createElement('canvas');
            canvas.width = 320;
            canvas.height = 240;
            const context = canvas.getContext('2d');
            const timer = setInterval(() => {
                context.fillStyle = `hsl(${Date.now() % 360} 80% 50%)`;
                context.fillRect(0, 0, 320, 240);
            }, 50);
            const [track] = canvas.captureStream(20).getVideoTracks();
            const stop = track.stop.bind(track);
            track.stop = () => {
                clearInterval(timer);
                stop();
            };
            endings.push(() => track.stop());
            stream.addTrack(track);
        }
        if (kinds.includes('audio')) {
            // The browsers' fake microphone: a tone of the page's own would need a person's click in Firefox.
            const [track] = (await navigator.mediaDevices.getUserMedia({ audio: true })).getAudioTracks();
            endings.push(() => track.stop());
            stream.addTrack(track);
        }
        return stream;
    };

    /**
     * A publisher on the server's side: a peer connection that offers `tracks` to the library by `socket`, and takes
     * its answers and candidates.
     */
    class Publisher {
        constructor(socket, id, tracks, fields = {}) {
            this.socket = socket;
            this.id = id;
            this.fields = { label: 'camera', source: 'bob-id', username: 'bob', ...fields };
            this.pc = new RTCPeerConnection();
            endings.push(() => this.pc.close());
            this.early = [];
            this.pc.onicecandidate = ({ candidate }) => {
                if (candidate?.candidate) this.sendCandidate(candidate.toJSON());
            };
            for (const track of tracks.getTracks()) {
                this.pc.addTransceiver(track, { direction: 'sendonly', streams: [tracks] });
            }
        }

        sendCandidate(candidate) {
            if (this.socket.readyState === 1) this.socket.say({ type: 'ice', id: this.id, candidate });
        }

        async offer(options = {}) {
            await this.pc.setLocalDescription(await this.pc.createOffer(options));
            this.socket.say({ type: 'offer', id: this.id, ...this.fields, sdp: this.pc.localDescription.sdp });
        }

        /** Waits for the answer to the last offer, and takes it and the candidates. */
        async finish() {
            const answer = await until('an answer', () => this.take('answer'));
            await this.pc.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
            return answer;
        }

        take(type) {
            const found = this.socket.sent.find((message) => message.type === type && message.id === this.id);
            this.socket.sent = this.socket.sent.filter((message) => message !== found);
            return found;
        }

        async takeCandidates() {
            for (const message of this.socket.take('ice')) {
                if (message.id === this.id) await this.pc.addIceCandidate(message.candidate);
            }
        }

        async connected() {
            return until('the publisher is connected', async () => {
                await this.takeCandidates();
                return isConnected(this.pc);
            });
        }
    }

    /** The server's end of an up stream. */
    class Subscriber {
        constructor(socket, id) {
            this.socket = socket;
            this.id = id;
            this.pc = new RTCPeerConnection();
            endings.push(() => this.pc.close());
            this.tracks = [];
            this.pc.ontrack = (event) => this.tracks.push(event.track.kind);
            this.pc.onicecandidate = ({ candidate }) => {
                if (candidate?.candidate && socket.readyState === 1) {
                    socket.say({ type: 'ice', id, candidate: candidate.toJSON() });
                }
            };
        }

        async answer(offer) {
            await this.pc.setRemoteDescription({ type: 'offer', sdp: offer.sdp });
            await this.pc.setLocalDescription(await this.pc.createAnswer());
            this.socket.say({ type: 'answer', id: this.id, sdp: this.pc.localDescription.sdp });
        }

        async connected() {
            return until('the subscriber is connected', async () => {
                for (const message of this.socket.take('ice')) {
                    if (message.id === this.id) await this.pc.addIceCandidate(message.candidate);
                }
                return isConnected(this.pc);
            });
        }
    }

    /**
     * Two connections in one group, with a server between them that forwards user messages. `log` has what was
     * forwarded; `hold(name, value)` keeps a message back until `release()`.
     */
    const pair = () => {
        const ends = { alice: begin('joined'), bob: begin('joined') };
        const held = [];
        const forwarding = { ...ends, log: [], hold: () => false };
        forwarding.release = () => held.splice(0).forEach((deliver) => deliver());
        for (const [name, { sc, socket }] of Object.entries(ends)) {
            const [otherName, other] = Object.entries(ends).find(([key]) => key !== name);
            for (const [username, { sc: member }] of Object.entries(ends)) {
                socket.say({ type: 'user', kind: 'add', id: member.id, username });
            }
            socket.onsent = (message) => {
                if (message.type !== 'usermessage') return;
                const target = message.dest === sc.id ? ends[name] : message.dest === other.sc.id ? other : null;
                forwarding.log.push([name, target ? message.value : null]);
                const copy = { ...message, source: sc.id, username: name, time: '2026-11-21T00:14:45Z' };
                const deliver = () => target?.socket.readyState === 1 && target.socket.say(copy);
                if (forwarding.hold(name, message.value)) held.push(deliver);
                else setTimeout(deliver);
            };
            ends[name].files = [];
            sc.onfiletransfer = function (transfer) {
                const file = { transfer, events: [], self: this === sc, state: transfer.state };
                ends[name].files.push(file);
                transfer.onevent = function (state, data) {
                    file.events.push(data === undefined ? [state] : [state, plain(data)]);
                    file.blob ??= data instanceof Blob ? data : undefined;
                    ends[name].onevent?.(this, state, otherName);
                };
                ends[name].ontransfer?.(transfer);
            };
        }
        forwarding.leave = (name) => {
            const { id } = ends[name].sc;
            for (const { sc, socket } of Object.values(ends)) {
                if (sc.id !== id) socket.say({ type: 'user', kind: 'delete', id, username: name });
            }
        };
        forwarding.left = () => Object.values(ends).map(({ sc }) => Object.keys(sc.transferredFiles).length);
        forwarding.cancels = () => forwarding.log.filter(([, value]) => value?.type === 'cancel').map(([name]) => name);
        return forwarding;
    };

    /** Whether all transfers of one end of a pair are over. */
    const isOver = ({ files }) => files.every(({ transfer }) => transfer.state === 'closed');

    /** Whether a transfer that is in state `now` is in the state `wanted`; if that is `connected`, in its middle. */
    const isUnderWay = (transfer, now, wanted) => now === wanted && (now !== 'connected' || transfer.datalen > 0);

    const isConnected = (pc) => ['connected', 'completed'].includes(pc?.iceConnectionState);

    /** Bytes that look random, the same for the same size. */
    const bytes = (size) => {
        const words = new Uint32Array(Math.ceil(size / 4));
        let state = size + 1;
        for (let index = 0; index < words.length; index += 1) {
            // xorshift32
            state ^= state << 13;
            state ^= state >>> 17;
            state ^= state << 5;
            words[index] = state;
        }
        return new Uint8Array(words.buffer, 0, size);
    };

    /** Events with the repetitions of progress taken together. */
    const summary = (events) => events.map(String).filter((event, index, all) => event !== all[index - 1]);

    const sha256 = async (data) => {
        const digest = await crypto.subtle.digest('SHA-256', data instanceof Blob ? await data.arrayBuffer() : data);
        return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
    };

    /** A clock that the test moves: `Date.now` and intervals; `body` gets `advance`. */
    const withClock = (body) => {
        const original = { now: Date.now, set: window.setInterval, clear: window.clearInterval };
        let now = original.now.call(Date);
        let next = 1;
        const timers = new Map();
        Date.now = () => now;
        window.setInterval = (callback, every) => {
            timers.set(next, { callback, every, due: now + every });
            return next++;
        };
        window.clearInterval = (id) => void timers.delete(id);
        const advance = (ms) => {
            const end = now + ms;
            for (;;) {
                const due = [...timers.values()].filter((timer) => timer.due <= end).sort((a, b) => a.due - b.due)[0];
                if (!due) break;
                now = due.due;
                due.due += due.every;
                due.callback();
            }
            now = end;
        };
        try {
            return body(advance, timers);
        } finally {
            Date.now = original.now;
            window.setInterval = original.set;
            window.clearInterval = original.clear;
        }
    };

    return {
        ScriptedSocket, Publisher, Subscriber, STREAM_CALLBACKS, CONNECTION_CALLBACKS,
        plain, record, begin, cleanUp, until, thrown, uncaught, media, pair, isOver, isUnderWay, isConnected,
        bytes, summary, sha256, withClock,
    };
})();
