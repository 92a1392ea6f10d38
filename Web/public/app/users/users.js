// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { keepFocus } from '../../lib/focus.js';
import { find, html, render } from '../../lib/html.js';
import { icon } from '../../lib/icons.js';
import { closeMenu } from '../../lib/menu.js';
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
                this.#remove(element);
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

    /** @param {HTMLElement} row of somebody who has left */
    #remove(row) {
        const button = find(row, 'button', HTMLButtonElement);
        if (button.getAttribute('aria-expanded') === 'true') {
            closeMenu();
        }
        const near = row.nextElementSibling ?? row.previousElementSibling;
        keepFocus(() => row.remove(), () => near?.querySelector('button'));
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
        if (old) {
            // Its button stays: its menu may be open, and wants to give the focus back.
            const button = find(old.element, 'button', HTMLButtonElement);
            const hadFocus = button === document.activeElement;
            find(element, 'button', HTMLButtonElement).replaceWith(button);
            button.setAttribute('aria-label', t.actions(user.name));
            button.title = t.actions(user.name);
            old.element.replaceWith(element);
            if (hadFocus) {
                button.focus();
            }
        } else {
            const button = find(element, 'button', HTMLButtonElement);
            button.addEventListener('click', () => this.onmenu?.(id, button));
        }
        this.#rows.set(id, { facts: summary, element });
        return element;
    }
}
