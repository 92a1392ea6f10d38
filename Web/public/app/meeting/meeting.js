// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { find, html, render } from '../../lib/html.js';
import { Camera } from '../camera/camera.js';
import { Chat } from '../chat/chat.js';
import { VideoGrid } from '../grid/video-grid.js';
import { texts } from '../texts.js';
import { Toolbar } from '../toolbar/toolbar.js';
import { UsersList } from '../users/users.js';
import { SidePanel } from './side-panel.js';
import { failureText } from './failures.js';

/** @typedef {import('../join/join-form.js').JoinRequest} JoinRequest */
/** @typedef {import('../notices/notices.js').Notices} Notices */
/** @typedef {import('./side-panel.js').PanelName} PanelName */

/** Below this width the panel would cover the videos, so it begins closed, in pixels. */
const NARROW = 900;

/** One stay in a group, from the first message to the last, and what it puts on the screen. */
export class Meeting {
    #connection = new ServerConnection();
    #camera = new Camera();
    #grid = new VideoGrid();
    #chat = new Chat();
    #users = new UsersList();
    #toolbar = new Toolbar();
    #panel;
    #unread = false;
    #joined = false;
    /**
     * Why the connection is about to end, once that is known.
     * @type {string | null}
     */
    #reason = null;

    /**
     * @param {string} title
     * @param {string} group
     * @param {JoinRequest} request
     * @param {Notices} notices
     */
    constructor(title, group, request, notices) {
        this.group = group;
        this.request = request;
        this.notices = notices;
        this.#panel = new SidePanel({
            chat: { title: texts.chat.title, element: this.#chat.element },
            people: { title: texts.users.title, element: this.#users.element },
        });
        this.element = render(html`
            <div class="meeting">
                <header class="meeting-header"><h1>${title}</h1></header>
                <main class="meeting-body"></main>
                <footer class="meeting-footer"></footer>
            </div>`);
        find(this.element, 'main', HTMLElement).append(this.#grid.element, this.#panel.element);
        find(this.element, 'footer', HTMLElement).append(this.#toolbar.element);

        /**
         * The server has let us in.
         * @type {(() => void) | null}
         */
        this.onjoined = null;
        /**
         * The meeting is over, or did not begin: why, in words, or null if one has left.
         * @type {((reason: string | null) => void) | null}
         */
        this.onended = null;
        /**
         * The group is elsewhere.
         * @type {((url: string) => void) | null}
         */
        this.onredirect = null;

        this.#connectControls();
        this.#connectProtocol();
    }

    /** @param {string} endpoint the WebSocket's address */
    start(endpoint) {
        this.#connection.connect(endpoint);
    }

    #connectControls() {
        this.#toolbar.onaction = (action) => {
            switch (action) {
                case 'camera':
                    return this.#camera.isOn ? this.#camera.stop() : void this.#camera.start(this.#connection, true);
                case 'mute':
                    return this.#camera.setMuted(!this.#camera.isMuted);
                case 'leave':
                    return this.#connection.close();
                default:
                    return this.#showPanel(this.#panel.open === action ? null : action);
            }
        };
        this.#panel.onclose = () => {
            const panel = this.#panel.open;
            this.#showPanel(null);
            this.#toolbar.focus(panel ?? 'chat');
        };
        this.#chat.onsend = (kind, text) => this.#connection.chat(kind, '', text);
        this.#camera.onchange = () => {
            if (this.#camera.isOn) {
                this.notices.clearHints();
            }
            this.#updateToolbar();
        };
        this.#camera.onwarning = (text) => this.notices.show('warning', text);
        this.#camera.onstream = (stream, media) => this.#showUpStream(stream, media);
        this.#camera.onstopped = (stream) => this.#grid.remove(stream);
    }

    #connectProtocol() {
        const connection = this.#connection;
        connection.onconnected = () => {
            void connection.join(this.group, this.request.username, this.request.password);
        };
        connection.onjoined = (kind, _group, _permissions, status, _data, error, message) => {
            this.#gotJoined(kind, Boolean(status?.['locked']), error, message);
        };
        connection.onuser = () => this.#users.update(connection.users, connection.id);
        connection.ondownstream = (stream) => this.#showDownStream(stream);
        connection.onchat = (id, source, dest, username, time, _privileged, history, kind, message) => {
            // Captions belong over the picture, and are no conversation.
            if (kind !== 'caption') {
                this.#gotChat({ id, source, dest, username, time, history, kind, message });
            }
        };
        connection.onusermessage = (source, _dest, username, _time, privileged, kind, _error, message) => {
            if (privileged) {
                this.#gotPrivilegedMessage(source, username ?? '', kind, message);
            }
        };
        connection.onerror = (error) => {
            this.#reason = texts.failure.broken(error instanceof Error ? error.message : String(error));
            this.#end(this.#reason);
        };
        connection.onclose = (code, reason) => this.#gotClose(code, reason);
    }

    /**
     * @param {string} kind
     * @param {boolean} locked
     * @param {string | null} error
     * @param {string | null} message
     */
    #gotJoined(kind, locked, error, message) {
        switch (kind) {
            case 'join':
                this.#joined = true;
                this.onjoined?.();
                this.#begin(locked);
                break;
            case 'change':
                this.#showPermissions();
                break;
            case 'fail':
                this.#reason = failureText(error, message);
                this.#connection.close();
                break;
            case 'redirect':
                this.#reason = '';
                this.#connection.close();
                this.onredirect?.(message ?? '');
                break;
        }
    }

    /** @param {boolean} locked */
    #begin(locked) {
        this.#connection.request({ '': ['audio', 'video'] });
        this.#showPermissions();
        this.#showPanel(window.innerWidth < NARROW ? null : 'chat');
        if (locked) {
            this.notices.show('warning', texts.notices.locked);
        }
        if (!this.#connection.permissions.includes('present')) {
            return;
        }
        if (this.request.devices === 'nothing') {
            this.notices.show('info', texts.notices.mayPresent);
        } else {
            void this.#camera.start(this.#connection, this.request.devices === 'both');
        }
    }

    #showPermissions() {
        const { permissions } = this.#connection;
        this.#chat.setAllowed(permissions.includes('message'));
        this.#grid.setHint(permissions.includes('present') ? texts.grid.emptyHint : texts.grid.emptyWait);
        this.#updateToolbar();
    }

    #updateToolbar() {
        this.#toolbar.update({
            mayPresent: this.#connection.permissions.includes('present'),
            isOn: this.#camera.isOn,
            isStarting: this.#camera.isStarting,
            isMuted: this.#camera.isMuted,
            panel: this.#panel.open,
            unread: this.#unread,
        });
    }

    /** @param {PanelName | null} name */
    #showPanel(name) {
        const byHand = this.#panel.element.isConnected && this.#panel.element.contains(document.activeElement);
        this.#panel.show(name);
        if (name === 'chat') {
            this.#unread = false;
            if (byHand || this.#joined) {
                this.#chat.revealed();
            }
        }
        this.#updateToolbar();
    }

    /**
     * @param {Stream} stream
     * @param {MediaStream} media
     */
    #showUpStream(stream, media) {
        const tile = this.#grid.add(stream, this.#connection.username ?? '');
        tile.show(media);
        stream.onstatus = (state) => tile.setState(state, true);
    }

    /** @param {Stream} stream */
    #showDownStream(stream) {
        if (stream.onclose) {
            return;
        }
        const tile = this.#grid.add(stream, stream.username || texts.users.anonymous);
        stream.onclose = (replace) => {
            if (!replace) {
                this.#grid.remove(stream);
            }
        };
        stream.onerror = (error) => {
            console.error(error);
            this.notices.show('error', texts.notices.streamFailed);
        };
        stream.onstatus = (state) => tile.setState(state, false);
        stream.ondowntrack = (_track, _transceiver, media) => tile.show(media);
        stream.onnegotiationcompleted = () => {
            if (stream.stream) {
                tile.show(stream.stream);
            }
        };
    }

    /**
     * @param {{id: string | undefined, source: string | undefined, dest: string | undefined,
     *     username: string | undefined, time: Date | null, history: boolean, kind: string, message: string}} received
     */
    #gotChat(received) {
        const fresh = this.#chat.add({
            id: received.id ?? null,
            source: received.source ?? null,
            author: received.username || (received.source ? texts.users.anonymous : texts.chat.server),
            own: received.source === this.#connection.id,
            private: Boolean(received.dest),
            time: received.time,
            kind: received.kind,
            text: received.message,
        });
        if (fresh && !received.history && this.#panel.open !== 'chat') {
            this.#unread = true;
            this.#updateToolbar();
        }
    }

    /**
     * @param {string | undefined} source
     * @param {string} username
     * @param {string} kind
     * @param {any} message
     */
    #gotPrivilegedMessage(source, username, kind, message) {
        const name = username || texts.users.anonymous;
        const text = source ? texts.notices.said(name, String(message)) : texts.notices.server(String(message));
        switch (kind) {
            case 'error':
            case 'warning':
            case 'info':
                this.notices.show(kind, text);
                break;
            case 'kicked':
                this.#reason = username ? texts.notices.said(username, String(message)) : String(message);
                break;
            case 'mute':
                this.#camera.setMuted(true);
                this.notices.show('warning', source ? texts.notices.mutedBy(name) : texts.notices.mutedByServer);
                break;
            case 'clearchat':
                this.#chat.clear(message?.userId ?? null, message?.id ?? null);
                break;
        }
    }

    /**
     * @param {number} code
     * @param {string} reason
     */
    #gotClose(code, reason) {
        if (this.#reason !== null) {
            this.#end(this.#reason);
        } else if (code === 1000 && !reason) {
            this.#end(null);
        } else if (this.#connection.version === null) {
            this.#end(texts.failure.cannotConnect);
        } else if (this.#connection.socket === null) {
            this.#end(null);
        } else {
            this.#end(reason ? texts.failure.closed(reason) : texts.failure.connectionLost);
        }
    }

    /** @param {string | null} reason */
    #end(reason) {
        this.#camera.stop();
        const ended = this.onended;
        this.onended = null;
        ended?.(reason);
    }
}
