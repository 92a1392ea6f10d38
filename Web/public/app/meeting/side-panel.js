// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { find, html, render } from '../../lib/html.js';
import { icon } from '../../lib/icons.js';
import { texts } from '../texts.js';

/** @typedef {'chat' | 'people'} PanelName */

/** The pane beside the videos, or over them where the screen is narrow: chat or people, or closed. */
export class SidePanel {
    /** @type {PanelName | null} */
    #open = null;
    #title;

    /** @param {Record<PanelName, {title: string, element: HTMLElement}>} panes */
    constructor(panes) {
        this.panes = panes;
        this.element = render(html`
            <aside class="panel" aria-labelledby="panel-title" hidden>
                <header class="panel-header">
                    <h2 id="panel-title"></h2>
                    <button class="plain-button" type="button" aria-label="${texts.panel.close}" title="${texts.panel.close}">${icon('close')}</button>
                </header>
                <div class="panel-body"></div>
            </aside>`);
        this.#title = find(this.element, 'h2', HTMLElement);
        find(this.element, '.panel-body', HTMLElement).append(...Object.values(panes).map((pane) => pane.element));
        /**
         * Asked to close, by button or key.
         * @type {(() => void) | null}
         */
        this.onclose = null;
        find(this.element, '.plain-button', HTMLButtonElement).addEventListener('click', () => this.onclose?.());
        this.element.addEventListener('keydown', (event) => {
            if (event.key === 'Escape') {
                this.onclose?.();
            }
        });
    }

    get open() {
        return this.#open;
    }

    /** @param {PanelName | null} name */
    show(name) {
        this.#open = name;
        this.element.hidden = name === null;
        for (const [key, pane] of Object.entries(this.panes)) {
            pane.element.hidden = key !== name;
        }
        this.#title.textContent = name === null ? '' : this.panes[name].title;
    }

    /**
     * @param {PanelName} name
     * @param {string} title
     */
    setTitle(name, title) {
        this.panes[name].title = title;
        if (this.#open === name && this.#title.textContent !== title) {
            this.#title.textContent = title;
        }
    }
}
