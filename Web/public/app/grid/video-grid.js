// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { find, html, render } from '../../lib/html.js';
import { texts } from '../texts.js';
import { places } from './layout.js';
import { Tile } from './tile.js';

const t = texts.grid;

const GAP = 10;

/** All streams, own and others', as tiles: screens large, the rest of equal size, as large as the room allows. */
export class VideoGrid {
    /**
     * By local id, so that a replacement takes the place of what it replaces.
     * @type {Map<string, Tile>}
     */
    #tiles = new Map();
    #list;
    #empty;
    #mirrored = true;
    #pending = false;

    constructor() {
        this.element = render(html`
            <section class="stage" aria-label="${t.label}">
                <div class="grid"></div>
                <div class="stage-empty">
                    <p class="stage-empty-title">${t.empty}</p>
                    <p class="quiet">${t.emptyHint}</p>
                </div>
            </section>`);
        this.#list = find(this.element, '.grid', HTMLElement);
        this.#empty = find(this.element, '.stage-empty', HTMLElement);
        new ResizeObserver(() => this.#layOut()).observe(this.#list);
    }

    /**
     * @param {Stream} stream
     * @param {string} name
     */
    add(stream, name) {
        const old = this.#tiles.get(stream.localId);
        if (old?.canFollow(stream, name)) {
            old.follow(stream);
            return old;
        }
        const tile = new Tile(stream, name);
        tile.setMirrored(this.#mirrored);
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

    /**
     * Marks whose microphone is off.
     * @param {(stream: HTMLElement) => boolean} isMuted by the tile's element
     */
    markMuted(isMuted) {
        this.#tiles.forEach((tile) => tile.setMuted(isMuted(tile.element)));
    }

    /** @param {boolean} mirrored one's own picture as in a mirror */
    setMirrored(mirrored) {
        this.#mirrored = mirrored;
        this.#tiles.forEach((tile) => tile.setMirrored(mirrored));
    }

    #layOut() {
        this.#empty.hidden = this.#tiles.size > 0;
        if (this.#pending) {
            return;
        }
        this.#pending = true;
        // Once for all that changes in one turn. By itself, the observer would complain of a loop.
        queueMicrotask(() => {
            this.#pending = false;
            const tiles = [...this.#tiles.values()];
            const { clientWidth, clientHeight } = this.#list;
            const found = places(tiles.map((tile) => tile.isLarge), clientWidth, clientHeight, GAP);
            tiles.forEach((tile, index) => {
                const place = found[index];
                if (place) {
                    tile.setPlace(place);
                }
            });
        });
    }
}
