// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { openMenu } from '../../lib/menu.js';
import { Chat } from '../chat/chat.js';
import { CommandError, runCommand } from '../chat/commands.js';
import { texts } from '../texts.js';
import { messageMenu } from '../users/user-menu.js';

/** @typedef {import('../moderation/actions.js').Actions} Actions */
/** @typedef {import('../notices/notices.js').Notices} Notices */
/** @typedef {import('./session.js').Session} Session */

/**
 * What was said, as the connection tells it.
 * @typedef {object} Received
 * @property {string | undefined} id
 * @property {string | undefined} source
 * @property {string | undefined} dest
 * @property {string | undefined} username
 * @property {Date | null} time
 * @property {boolean} history
 * @property {string} kind
 * @property {string} message
 */

/**
 * The meeting around the chat.
 * @typedef {object} Host
 * @property {() => boolean} isShown
 * @property {() => void} show
 */

/** Between the chat on the screen and the connection: what is typed is sent or done, what comes is shown and counted. */
export class Conversation {
    #chat = new Chat();
    #session;
    #actions;
    #notices;
    #host;

    /**
     * @param {Session} session
     * @param {Actions} actions
     * @param {Notices} notices
     * @param {Host} host
     */
    constructor(session, actions, notices, host) {
        this.#session = session;
        this.#actions = actions;
        this.#notices = notices;
        this.#host = host;
        /** Messages of others that have come while the chat was not shown. */
        this.unread = 0;
        /** @type {(() => void) | null} */
        this.onunread = null;
        this.#chat.onsend = (text, to) => this.#send(text, to);
        this.#chat.onmenu = (id, source, author, button) => {
            openMenu(button, texts.chat.menuOf(author), messageMenu(actions, id, source, author, this.#isSomebodyElse(source)));
        };
    }

    get element() {
        return this.#chat.element;
    }

    /**
     * Whether there is a member of this id, and it is not this person.
     * @param {string} id
     */
    #isSomebodyElse(id) {
        return id !== this.#connection.id && Object.hasOwn(this.#connection.users, id);
    }

    get #connection() {
        return this.#session.connection;
    }

    /** @param {string[]} permissions */
    setPermissions(permissions) {
        this.#chat.setAllowed(permissions.includes('message'));
        this.#chat.setModerator(permissions.includes('op'));
    }

    /** The chat is shown now. */
    revealed() {
        this.unread = 0;
        this.#chat.revealed();
    }

    /**
     * @param {string | null} userId
     * @param {string | null} id
     */
    clear(userId, id) {
        this.#chat.clear(userId, id);
    }

    // What the person says

    /**
     * @param {string} text
     * @param {string | null} to
     * @returns {string} what is left in the box
     */
    #send(text, to) {
        if (!this.#session.isOpen) {
            return text;
        }
        if (text.startsWith('/') && !text.startsWith('//')) {
            try {
                runCommand(this.#actions, text);
                return '';
            } catch (error) {
                if (!(error instanceof CommandError)) {
                    throw error;
                }
                this.#notices.show('warning', error.message);
                return text;
            }
        }
        if (to !== null && !Object.hasOwn(this.#connection.users, to)) {
            this.#notices.show('warning', texts.chat.gone);
            this.#chat.setRecipient(null);
            return text;
        }
        this.write('', to ?? '', text.startsWith('//') ? text.slice(1) : text);
        return '';
    }

    /**
     * @param {string} kind
     * @param {string} dest
     * @param {string} text
     */
    write(kind, dest, text) {
        const connection = this.#connection;
        connection.chat(kind, dest, text);
        if (dest) {
            // The server gives private messages to the other only.
            const { id, username } = connection;
            this.got({ id: undefined, source: id, dest, username: username ?? '', time: new Date(), history: false, kind, message: text });
        }
    }

    /** @param {string} id */
    writePrivately(id) {
        this.#chat.setRecipient({ id, name: this.#actions.nameOf(id) });
        this.#host.show();
    }

    // What is shown

    /** @param {string} text that only this person sees */
    say(text) {
        if (!this.#host.isShown()) {
            this.#host.show();
        }
        this.#chat.add({ id: null, source: null, author: '', own: false, to: null, time: null, kind: 'local', text });
    }

    /** @param {Received} received */
    got(received) {
        const own = received.source === this.#connection.id;
        const fresh = this.#chat.add({
            id: received.id ?? null,
            source: received.source ?? null,
            author: received.username || (received.source ? texts.users.anonymous : texts.chat.server),
            own,
            to: received.dest ? this.#actions.nameOf(received.dest) : null,
            time: received.time,
            kind: received.kind === 'local' ? '' : received.kind,
            text: received.message,
        });
        if (fresh && !own && !received.history && !this.#host.isShown()) {
            this.unread += 1;
            this.onunread?.();
        }
    }
}
