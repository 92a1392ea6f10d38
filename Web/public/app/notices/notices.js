// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { find, html, render } from '../../lib/html.js';
import { icon } from '../../lib/icons.js';
import { texts } from '../texts.js';

/** Long enough to be read; one that is pointed at or has the focus stays, in milliseconds. */
const SHOWN_FOR = { info: 6000, warning: 10_000, error: 10_000 };
const NOTICES_AT_MOST = 4;

/** Short messages that come up over the page and go by themselves: trouble at the top, hints at the foot. */
export class Notices {
    #trouble;
    #hints;

    constructor() {
        this.element = render(html`
            <div class="all-notices" role="region" aria-label="${texts.notices.label}">
                <div class="notices trouble"></div>
                <div class="notices hints"></div>
            </div>`);
        this.#trouble = find(this.element, '.trouble', HTMLElement);
        this.#hints = find(this.element, '.hints', HTMLElement);
    }

    /**
     * @param {'error' | 'warning' | 'info'} kind
     * @param {string} text
     * @returns {() => void} takes it away: what it says does not hold any more
     */
    show(kind, text) {
        const place = kind === 'info' ? this.#hints : this.#trouble;
        const role = kind === 'info' ? 'status' : 'alert';
        const notice = render(html`
            <div class="notice ${kind}" role="${role}">
                <p>${text}</p>
                <button class="plain-button" type="button" aria-label="${texts.notices.dismiss}">${icon('close')}</button>
            </div>`);
        const go = () => {
            if (notice.matches(':hover, :focus-within')) {
                setTimeout(go, SHOWN_FOR[kind]);
            } else {
                notice.remove();
            }
        };
        setTimeout(go, SHOWN_FOR[kind]);
        find(notice, 'button', HTMLButtonElement).addEventListener('click', () => notice.remove());
        place.append(notice);
        while (place.childElementCount > NOTICES_AT_MOST) {
            place.firstElementChild?.remove();
        }
        return () => notice.remove();
    }

    /** What was said in a meeting does not matter outside of it. */
    clear() {
        this.#trouble.replaceChildren();
        this.#hints.replaceChildren();
    }
}
