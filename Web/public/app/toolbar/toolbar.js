// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { find, html, render } from '../../lib/html.js';
import { icon } from '../../lib/icons.js';
import { texts } from '../texts.js';

/** @typedef {import('../../lib/icons.js').IconName} IconName */
/** @typedef {'mute' | 'camera' | 'screen' | 'hand' | 'chat' | 'people' | 'leave'} Action */

/**
 * @typedef {object} ToolbarState
 * @property {boolean} isConnected else one can only look and leave
 * @property {boolean} mayPresent
 * @property {boolean} hasSound
 * @property {boolean} hasVideo
 * @property {boolean} isStarting
 * @property {boolean} canShare
 * @property {boolean} isSharing
 * @property {boolean} handRaised
 * @property {'chat' | 'people' | null} panel
 * @property {number} unread messages that have come and were not seen
 * @property {number} hands that others have raised
 */

const t = texts.toolbar;

/**
 * @param {Action} action
 * @param {IconName} name
 * @param {string} label
 */
function control(action, name, label) {
    return html`
        <button class="control" type="button" data-action="${action}">
            <span class="control-icon">${icon(name)}</span><span class="control-label">${label}</span>
        </button>`;
}

/** The buttons at the foot of the meeting. */
export class Toolbar {
    constructor() {
        this.element = render(html`
            <div class="toolbar" role="group" aria-label="${t.label}">
                ${control('mute', 'microphoneOff', t.sound)}
                ${control('camera', 'cameraOff', t.camera)}
                ${control('screen', 'screen', t.screen)}
                ${control('hand', 'hand', t.hand)}
                ${control('chat', 'chat', t.chat)}
                ${control('people', 'people', t.people)}
                ${control('leave', 'leave', t.leave)}
            </div>`);
        /** @type {((action: Action) => void) | null} */
        this.onaction = null;
        for (const button of this.element.querySelectorAll('button')) {
            const action = /** @type {Action} */ (button.dataset['action']);
            button.addEventListener('click', () => this.onaction?.(action));
        }
        for (const action of /** @type {const} */ (['chat', 'people'])) {
            this.#button(action).append(render(html`<span class="control-count" aria-hidden="true" hidden></span>`));
        }
        this.#name('leave', t.leaveLong);
        this.#name('chat', t.chat);
        this.#name('people', t.people);
    }

    /** @param {ToolbarState} state */
    update(state) {
        const sound = state.hasSound;
        this.#switch('mute', sound, sound ? 'microphone' : 'microphoneOff', sound ? t.mute : t.unmute);
        const video = state.hasVideo;
        this.#switch('camera', video, video ? 'camera' : 'cameraOff', video ? t.cameraOff : t.cameraOn);
        const sharing = state.isSharing;
        this.#switch('screen', sharing, sharing ? 'screenOff' : 'screen', sharing ? t.screenStop : t.screenStart);
        this.#switch('hand', state.handRaised, 'hand', state.handRaised ? t.handDown : t.handUp);
        for (const action of /** @type {const} */ (['mute', 'camera', 'screen'])) {
            this.#button(action).hidden = !state.mayPresent || (action === 'screen' && !state.canShare);
            this.#button(action).disabled = !state.isConnected;
        }
        this.#button('camera').disabled ||= state.isStarting;
        this.#button('hand').disabled = !state.isConnected;

        for (const panel of /** @type {const} */ (['chat', 'people'])) {
            this.#button(panel).setAttribute('aria-expanded', String(state.panel === panel));
        }
        this.#count('chat', state.unread, t.unread);
        this.#count('people', state.hands, t.hands);
    }

    /** @param {Action} action */
    focus(action) {
        this.#button(action).focus();
    }

    /**
     * @param {Action} action
     * @param {number} number
     * @param {(number: number) => string} describe
     */
    #count(action, number, describe) {
        const button = this.#button(action);
        const count = find(button, '.control-count', HTMLElement);
        count.hidden = number === 0;
        count.textContent = number > 99 ? '99+' : String(number);
        button.setAttribute('aria-description', number ? describe(number) : '');
    }

    /** @param {Action} action */
    #button(action) {
        return find(this.element, `[data-action="${action}"]`, HTMLButtonElement);
    }

    /**
     * @param {Action} action
     * @param {string} long what pressing does
     */
    #name(action, long) {
        const button = this.#button(action);
        button.setAttribute('aria-label', long);
        button.title = long;
    }

    /**
     * @param {Action} action
     * @param {boolean} on
     * @param {IconName} picture
     * @param {string} long
     */
    #switch(action, on, picture, long) {
        const button = this.#button(action);
        button.classList.toggle('on', on);
        // Drawn again only when it differs, so that a pointer resting on it sees no flicker.
        if (button.getAttribute('aria-label') !== long) {
            this.#name(action, long);
            find(button, '.control-icon', HTMLElement).replaceChildren(icon(picture));
        }
    }
}
