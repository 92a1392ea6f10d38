// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { ask } from '../../lib/dialog.js';
import { texts } from '../texts.js';

/** @typedef {import('../screen/screen.js').ScreenSharing} ScreenSharing */

/**
 * What the meeting does for these actions.
 * @typedef {object} Host
 * @property {() => ServerConnection} connection
 * @property {() => boolean} isOpen whether one is in the group and can be heard there
 * @property {(text: string) => void} warn
 * @property {ScreenSharing} screens
 * @property {(id: string) => void} writePrivately
 * @property {() => void} openSettings
 * @property {() => void} leave
 * @property {() => void} replaceCamera
 * @property {(text: string) => void} say something that only this person sees, in the chat
 * @property {(kind: string, dest: string, text: string) => void} write in the chat
 */

const t = texts.actions;

/** What menus and commands do. The server has the last word on each. */
export class Actions {
    #host;

    /** @param {Host} host */
    constructor(host) {
        this.#host = host;
    }

    get #connection() {
        return this.#host.connection();
    }

    /**
     * Dialogs outlast the connection, and menus may as well.
     * @param {(connection: ServerConnection) => void} act
     */
    #tell(act) {
        if (this.#host.isOpen()) {
            act(this.#connection);
        } else {
            this.#host.warn(t.notConnected);
        }
    }

    get permissions() {
        return this.#connection.permissions;
    }

    /** @param {string} id */
    nameOf(id) {
        return this.#connection.users[id]?.username || texts.users.anonymous;
    }

    /**
     * The client of this name or id.
     * @param {string} user
     * @returns {string | null}
     */
    findUser(user) {
        const { users } = this.#connection;
        if (Object.hasOwn(users, user)) {
            return user;
        }
        return Object.keys(users).find((id) => users[id]?.username === user) ?? null;
    }

    leave() {
        this.#host.leave();
    }

    openSettings() {
        this.#host.openSettings();
    }

    /** @param {string} text */
    say(text) {
        this.#host.say(text);
    }

    /**
     * @param {string} kind
     * @param {string} dest
     * @param {string} text
     */
    write(kind, dest, text) {
        this.#host.write(kind, dest, text);
    }

    /** @param {string} id */
    writePrivately(id) {
        this.#host.writePrivately(id);
    }

    /** @param {boolean} raised */
    raiseHand(raised) {
        this.#tell((connection) => connection.userAction('setdata', connection.id, { raisehand: raised ? true : null }));
    }

    /**
     * Asks which file, and offers it.
     * @param {string} id
     */
    sendFile(id) {
        const input = document.createElement('input');
        input.type = 'file';
        input.multiple = true;
        input.addEventListener('change', () => {
            this.#tell((connection) => {
                if (Object.hasOwn(connection.users, id)) {
                    [...(input.files ?? [])].forEach((file) => connection.sendFile(id, file));
                } else {
                    this.#host.warn(texts.notices.noSuchUser);
                }
            });
        });
        input.click();
    }

    startSharing() {
        void this.#host.screens.start();
    }

    stopSharing() {
        this.#host.screens.stop();
    }

    /** Finds new paths for all media. */
    renegotiate() {
        this.#tell(({ up, down }) => [...Object.values(up), ...Object.values(down)].forEach((stream) => stream.restartIce()));
    }

    /** Sends camera and microphone as another stream. A screen would have to be chosen anew. */
    replace() {
        this.#tell(() => this.#host.replaceCamera());
    }

    // An operator's

    /**
     * @param {string} kind `op`, `present`, `shutup`, their opposites, or `identify`
     * @param {string} id
     */
    change(kind, id) {
        this.#tell((connection) => connection.userAction(kind, id));
    }

    /**
     * @param {string} id
     * @param {string} reason
     */
    kick(id, reason) {
        this.#tell((connection) => connection.userAction('kick', id, reason || undefined));
    }

    /** @param {string} id */
    async askKick(id) {
        const reason = await ask({ ...t.kick(this.nameOf(id)), ...t.both, danger: true });
        if (reason !== null) {
            this.kick(id, reason);
        }
    }

    /** @param {string} id */
    mute(id) {
        this.#tell((connection) => connection.userMessage('mute', id));
    }

    muteAll() {
        this.#tell((connection) => connection.userMessage('mute', '', undefined, true));
    }

    /**
     * @param {string} id `''`: everybody
     * @param {string} text
     */
    warn(id, text) {
        this.#tell((connection) => connection.userMessage('warning', id, text));
    }

    /** @param {string} id `''`: everybody */
    async askWarning(id) {
        const text = await ask({ ...(id ? t.warn(this.nameOf(id)) : t.warnAll), ...t.both });
        if (text) {
            this.warn(id, text);
        }
    }

    /** @param {string} message */
    lock(message) {
        this.#tell((connection) => connection.groupAction('lock', message || undefined));
    }

    unlock() {
        this.#tell((connection) => connection.groupAction('unlock'));
    }

    async askLock() {
        const message = await ask({ ...t.lock, ...t.both });
        if (message !== null) {
            this.lock(message);
        }
    }

    subgroups() {
        this.#tell((connection) => connection.groupAction('subgroups'));
    }

    /** @param {{id?: string, userId?: string}} [which] */
    clearChat(which) {
        this.#tell((connection) => connection.groupAction('clearchat', which));
    }

    async askClearChat() {
        if ((await ask({ ...t.clearChat, ...t.both, danger: true })) !== null) {
            this.clearChat();
        }
    }
}
