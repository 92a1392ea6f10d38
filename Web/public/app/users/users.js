// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { find, html, render } from '../../lib/html.js';
import { icon } from '../../lib/icons.js';
import { initials } from '../grid/tile.js';
import { texts } from '../texts.js';

const t = texts.users;

/** Accents, and then case, decide only between names that are otherwise the same. */
const { compare } = new Intl.Collator();

/**
 * @param {User} user
 * @param {'audio' | 'video'} kind
 */
function sends(user, kind) {
    return Object.values(user.streams).some((kinds) => kinds[kind]);
}

/**
 * Whether somebody's microphone is off: they say so, or send a picture without sound.
 * @param {User} user
 */
export function isMuted(user) {
    return user.data['muted'] === true;
}

/** @param {User} user */
function roles(user) {
    if (user.permissions.includes('op')) {
        return t.operator;
    }
    return user.permissions.includes('present') ? '' : user.permissions.includes('message') ? t.listener : t.observer;
}

/**
 * What a row shows. One that shows the same stays as it is: the pointer or the focus may rest on it.
 * @param {User} user
 * @param {boolean} self
 */
function facts(user, self) {
    return {
        name: user.username || t.anonymous,
        self,
        role: roles(user),
        hand: Boolean(user.data['raisehand']),
        video: sends(user, 'video'),
        audio: sends(user, 'audio'),
        muted: isMuted(user),
    };
}

/** @param {ReturnType<typeof facts>} user */
function row(user) {
    return html`
        <li class="user">
            <span class="user-initial" aria-hidden="true">${user.hand ? icon('hand') : initials(user.name)}</span>
            <span class="user-text">
                <span class="user-name">${user.self ? t.self(user.name) : user.name}</span>
                ${user.role || user.hand ? html`<span class="user-role">${user.hand ? html`<span class="user-hand">${t.raisedHand}</span>` : ''}${user.hand && user.role ? ' · ' : ''}${user.role}</span>` : ''}
            </span>
            <span class="user-sends">
                ${user.video ? html`${icon('camera')}<span class="visually-hidden">${t.sendsVideo}</span>` : ''}
                ${user.audio && !user.muted ? html`${icon('microphone')}<span class="visually-hidden">${t.sendsAudio}</span>` : ''}
                ${user.audio && user.muted ? html`${icon('microphoneOff')}<span class="visually-hidden">${t.muted}</span>` : ''}
            </span>
            <button class="plain-button" type="button" aria-haspopup="menu" aria-expanded="false"
                aria-label="${t.actions(user.name)}" title="${t.actions(user.name)}">${icon('more')}</button>
        </li>`;
}

/** The members of the group: oneself first, the others by name. */
export class UsersList {
    /** @type {Map<string, {facts: string, element: HTMLElement}>} */
    #rows = new Map();

    constructor() {
        this.element = render(html`<ul class="users" aria-label="${t.list}"></ul>`);
        /**
         * The menu of a person is asked for.
         * @type {((id: string, button: HTMLElement) => void) | null}
         */
        this.onmenu = null;
    }

    /**
     * @param {Record<string, User>} users
     * @param {string} ownId
     */
    update(users, ownId) {
        const others = Object.entries(users)
            // The recorder is no person.
            .filter(([id, user]) => id !== ownId && !user.permissions.includes('system'))
            .sort(([, a], [, b]) => compare(a.username, b.username))
            .map(([id]) => id);
        const ids = users[ownId] ? [ownId, ...others] : others;
        const present = new Set(ids);
        for (const [id, { element }] of this.#rows) {
            if (!present.has(id)) {
                element.remove();
                this.#rows.delete(id);
            }
        }
        ids.forEach((id, index) => {
            const element = this.#rowOf(id, facts(/** @type {User} */ (users[id]), id === ownId));
            const there = this.element.children[index] ?? null;
            if (there !== element) {
                this.element.insertBefore(element, there);
            }
        });
    }

    /**
     * @param {string} id
     * @param {ReturnType<typeof facts>} user
     */
    #rowOf(id, user) {
        const old = this.#rows.get(id);
        const summary = JSON.stringify(user);
        if (old?.facts === summary) {
            return old.element;
        }
        const element = render(row(user));
        const button = find(element, 'button', HTMLButtonElement);
        button.addEventListener('click', () => this.onmenu?.(id, button));
        const hadFocus = old?.element.contains(document.activeElement);
        old?.element.replaceWith(element);
        if (hadFocus) {
            button.focus();
        }
        this.#rows.set(id, { facts: summary, element });
        return element;
    }
}
