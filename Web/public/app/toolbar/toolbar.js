// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { find, html, render } from '../../lib/html.js';
import { icon } from '../../lib/icons.js';
import { texts } from '../texts.js';

/** @typedef {import('../../lib/icons.js').IconName} IconName */

/**
 * @typedef {object} ToolbarState
 * @property {boolean} mayPresent
 * @property {boolean} isOn camera and microphone are being sent
 * @property {boolean} isStarting
 * @property {boolean} isMuted
 * @property {'chat' | 'people' | null} panel
 * @property {boolean} unread messages have come that were not seen
 */

const t = texts.toolbar;

/**
 * @param {string} action
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
            <div class="toolbar" role="toolbar" aria-label="${t.label}">
                ${control('camera', 'camera', t.enable)}
                ${control('mute', 'microphone', t.mute)}
                ${control('chat', 'chat', t.chat)}
                ${control('people', 'people', t.people)}
                ${control('leave', 'leave', t.leave)}
            </div>`);
        /** @type {((action: 'camera' | 'mute' | 'chat' | 'people' | 'leave') => void) | null} */
        this.onaction = null;
        for (const action of /** @type {const} */ (['camera', 'mute', 'chat', 'people', 'leave'])) {
            this.#button(action).addEventListener('click', () => this.onaction?.(action));
        }
        this.#button('leave').setAttribute('aria-label', t.leaveLong);
    }

    /** @param {ToolbarState} state */
    update(state) {
        const camera = this.#button('camera');
        camera.hidden = !state.mayPresent;
        camera.disabled = state.isStarting;
        camera.classList.toggle('on', state.isOn);
        const [short, long] = state.isOn ? [t.disable, t.disableLong] : [t.enable, t.enableLong];
        this.#draw('camera', state.isOn ? 'camera' : 'cameraOff', short, long);

        const mute = this.#button('mute');
        mute.hidden = !state.mayPresent;
        mute.disabled = !state.isOn;
        mute.classList.toggle('alarm', state.isMuted);
        const [name, longName] = state.isMuted ? [t.unmute, t.unmuteLong] : [t.mute, t.muteLong];
        this.#draw('mute', state.isMuted ? 'microphoneOff' : 'microphone', name, longName);

        for (const panel of /** @type {const} */ (['chat', 'people'])) {
            this.#button(panel).setAttribute('aria-expanded', String(state.panel === panel));
        }
        this.#button('chat').classList.toggle('unread', state.unread);
    }

    /** @param {string} action */
    focus(action) {
        this.#button(action).focus();
    }

    /** @param {string} action */
    #button(action) {
        return find(this.element, `[data-action="${action}"]`, HTMLButtonElement);
    }

    /**
     * @param {string} action
     * @param {IconName} name
     * @param {string} label
     * @param {string} long
     */
    #draw(action, name, label, long) {
        const button = this.#button(action);
        // Drawn again only when it differs, so that a pointer resting on it sees no flicker.
        if (button.getAttribute('aria-label') === long) {
            return;
        }
        button.setAttribute('aria-label', long);
        find(button, '.control-icon', HTMLElement).innerHTML = icon(name).text;
        find(button, '.control-label', HTMLElement).textContent = label;
    }
}
