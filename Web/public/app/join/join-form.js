// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { find, html, render } from '../../lib/html.js';
import { texts } from '../texts.js';

/**
 * @typedef {object} JoinRequest
 * @property {string} username
 * @property {string} password
 * @property {'both' | 'microphone' | 'nothing'} devices what to turn on once in the group
 */

const t = texts.join;

/** The form that asks who joins. It calls `onjoin`, and stays until the page hides it. */
export class JoinForm {
    #form;
    #username;
    #password;
    #devices;
    #button;
    #error;

    /** @param {string} title of the group */
    constructor(title) {
        this.element = render(html`
            <section class="join card" aria-labelledby="join-title">
                <h1 id="join-title">${title}</h1>
                <p class="join-description quiet" hidden></p>
                <p class="join-people quiet" hidden></p>
                <form novalidate>
                    <div class="field">
                        <label for="join-username">${t.username}</label>
                        <input id="join-username" name="username" autocomplete="username" maxlength="200">
                    </div>
                    <div class="field">
                        <label for="join-password">${t.password}</label>
                        <input id="join-password" name="password" type="password" autocomplete="current-password"
                            aria-describedby="join-password-hint">
                        <p id="join-password-hint" class="hint">${t.passwordHint}</p>
                    </div>
                    <div class="field">
                        <label for="join-devices">${t.devices}</label>
                        <select id="join-devices" name="devices">
                            <option value="both" selected>${t.devicesBoth}</option>
                            <option value="microphone">${t.devicesMicrophone}</option>
                            <option value="nothing">${t.devicesNothing}</option>
                        </select>
                    </div>
                    <p class="form-error" role="alert"></p>
                    <button class="button primary wide" type="submit">${t.join}</button>
                </form>
                <p class="join-elsewhere"><a href="/">${t.otherGroups}</a></p>
            </section>`);
        this.#form = find(this.element, 'form', HTMLFormElement);
        this.#username = find(this.element, '#join-username', HTMLInputElement);
        this.#password = find(this.element, '#join-password', HTMLInputElement);
        this.#devices = find(this.element, '#join-devices', HTMLSelectElement);
        this.#button = find(this.element, 'button', HTMLButtonElement);
        this.#error = find(this.element, '.form-error', HTMLElement);

        /** @type {((request: JoinRequest) => void) | null} */
        this.onjoin = null;
        this.#form.addEventListener('submit', (event) => {
            event.preventDefault();
            if (!this.#button.disabled) {
                this.onjoin?.(this.#request());
            }
        });
    }

    #request() {
        const devices = this.#devices.value;
        const request = {
            username: this.#username.value.trim(),
            password: this.#password.value,
            devices: /** @type {JoinRequest['devices']} */ (devices),
        };
        return request;
    }

    /** @param {string} text about the group */
    describe(text) {
        const description = find(this.element, '.join-description', HTMLElement);
        description.textContent = text;
        description.hidden = !text;
    }

    /**
     * @param {number | null} count of people in the group; null: the server does not tell
     * @param {boolean} isLocked
     */
    tellPeople(count, isLocked) {
        const people = find(this.element, '.join-people', HTMLElement);
        people.textContent = isLocked ? t.locked : count === null ? '' : t.people(count);
        people.hidden = !people.textContent;
    }

    /** @param {boolean} busy while the server has not answered */
    setBusy(busy) {
        this.#button.disabled = busy;
        this.#button.textContent = busy ? t.joining : t.join;
        if (busy) {
            this.#error.textContent = '';
        }
    }

    /** @param {string} text why one is not, or no longer, in the group */
    showError(text) {
        this.#error.textContent = text;
    }

    /** The password is not kept once it has served. */
    forgetPassword() {
        this.#password.value = '';
    }

    focus() {
        this.#username.focus();
    }
}
