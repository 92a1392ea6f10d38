// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { find, html, render } from '../../lib/html.js';
import { texts } from '../texts.js';
import { bestGrid } from './layout.js';
import { Tile } from './tile.js';

const t = texts.grid;

const ASPECT = 4 / 3;
const GAP = 12;

/** All streams, own and others', as tiles of equal size, as large as the place allows. */
export class VideoGrid {
    /**
     * By local id, so that a replacement takes the place of what it replaces.
     * @type {Map<string, Tile>}
     */
    #tiles = new Map();
    #list;
    #empty;

    constructor() {
        this.element = render(html`
            <section class="stage" aria-label="${t.label}">
                <div class="grid"></div>
                <div class="stage-empty">
                    <p class="stage-empty-title">${t.empty}</p>
                    <p class="stage-empty-hint quiet"></p>
                </div>
            </section>`);
        this.#list = find(this.element, '.grid', HTMLElement);
        this.#empty = find(this.element, '.stage-empty', HTMLElement);
        new ResizeObserver(() => this.#layOut()).observe(this.element);
    }

    /**
     * @param {Stream} stream
     * @param {string} name
     */
    add(stream, name) {
        const old = this.#tiles.get(stream.localId);
        const tile = new Tile(stream, name);
        if (old) {
            old.element.replaceWith(tile.element);
            old.remove();
        } else {
            this.#list.append(tile.element);
        }
        this.#tiles.set(stream.localId, tile);
        this.#layOut();
        return tile;
    }

    /** @param {Stream} stream */
    remove(stream) {
        this.#tiles.get(stream.localId)?.remove();
        this.#tiles.delete(stream.localId);
        this.#layOut();
    }

    /** @param {string} text what to do while there is no video */
    setHint(text) {
        find(this.#empty, '.stage-empty-hint', HTMLElement).textContent = text;
    }

    #layOut() {
        const count = this.#tiles.size;
        this.#empty.hidden = count > 0;
        if (!count) {
            return;
        }
        const style = getComputedStyle(this.element);
        const width = this.element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
        const height = this.element.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
        const { columns, tileWidth } = bestGrid(count, width, height, ASPECT, GAP);
        this.#list.style.setProperty('--columns', String(columns));
        this.#list.style.setProperty('--tile-width', `${tileWidth}px`);
    }
}
