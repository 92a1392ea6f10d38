// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { html, render } from '../../lib/html.js';
import { icon } from '../../lib/icons.js';
import { texts } from '../texts.js';

const t = texts.users;

/**
 * @param {User} user
 * @param {'audio' | 'video'} kind
 */
function sends(user, kind) {
    return Object.values(user.streams).some((kinds) => kinds[kind]);
}

/**
 * @param {User} user
 * @param {boolean} self
 */
function row(user, self) {
    const name = user.username || t.anonymous;
    const video = sends(user, 'video');
    const audio = sends(user, 'audio');
    return html`
        <li class="user">
            <span class="user-initial" aria-hidden="true">${Array.from(name)[0]}</span>
            <span class="user-name">${self ? t.self(name) : name}</span>
            ${user.permissions.includes('op') ? html`<span class="badge">${t.operator}</span>` : ''}
            ${user.data['raisehand'] ? html`<span class="badge">${t.raisedHand}</span>` : ''}
            <span class="user-sends">
                ${video ? html`${icon('camera')}<span class="visually-hidden">${t.sendsVideo}</span>` : ''}
                ${audio && !video ? html`${icon('microphone')}<span class="visually-hidden">${t.sendsAudio}</span>` : ''}
            </span>
        </li>`;
}

/** The members of the group: oneself first, the others by name. */
export class UsersList {
    constructor() {
        this.element = render(html`<ul class="users" aria-label="${t.list}"></ul>`);
    }

    /**
     * @param {Record<string, User>} users
     * @param {string} ownId
     */
    update(users, ownId) {
        const others = Object.entries(users)
            // The recorder is no person.
            .filter(([id, user]) => id !== ownId && !user.permissions.includes('system'))
            .map(([, user]) => user)
            .sort((a, b) => a.username.localeCompare(b.username, undefined, { sensitivity: 'base' })
                || a.username.localeCompare(b.username));
        const own = users[ownId];
        const rows = [...(own ? [row(own, true)] : []), ...others.map((user) => row(user, false))];
        this.element.replaceChildren(...rows.map((markup) => render(markup)));
    }
}
