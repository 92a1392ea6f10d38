// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { find, html, render } from '../../lib/html.js';
import { icon } from '../../lib/icons.js';
import { texts } from '../texts.js';

const SHOWN_FOR = 6000;
const NOTICES_AT_MOST = 4;

/** Short messages that come up over the page and go by themselves. */
export class Notices {
    constructor() {
        this.element = render(html`<div class="notices" role="region" aria-label="${texts.notices.label}"></div>`);
    }

    /**
     * @param {'error' | 'warning' | 'info'} kind
     * @param {string} text
     */
    show(kind, text) {
        const role = kind === 'info' ? 'status' : 'alert';
        const notice = render(html`
            <div class="notice ${kind}" role="${role}">
                <p>${text}</p>
                <button class="notice-close" type="button" aria-label="${texts.notices.dismiss}">${icon('close')}</button>
            </div>`);
        const timer = setTimeout(() => notice.remove(), SHOWN_FOR);
        find(notice, 'button', HTMLButtonElement).addEventListener('click', () => {
            clearTimeout(timer);
            notice.remove();
        });
        this.element.append(notice);
        while (this.element.childElementCount > NOTICES_AT_MOST) {
            this.element.firstElementChild?.remove();
        }
    }
}
