// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { texts } from '../texts.js';
import { isMuted } from '../users/users.js';

/** @typedef {import('../grid/video-grid.js').VideoGrid} VideoGrid */
/** @typedef {import('../notices/notices.js').Notices} Notices */

/** Puts streams into the grid, and what there is to say about them. */
export class StreamsInGrid {
    #grid;
    #notices;

    /**
     * @param {VideoGrid} grid
     * @param {Notices} notices
     */
    constructor(grid, notices) {
        this.#grid = grid;
        this.#notices = notices;
    }

    /**
     * @param {Stream} stream
     * @param {MediaStream} media
     */
    showOwn(stream, media) {
        const tile = this.#grid.add(stream, stream.sc?.username ?? '');
        tile.show(media);
        stream.onstatus = (state) => tile.setState(state, true);
    }

    /** @param {Stream} stream */
    show(stream) {
        if (stream.onclose) {
            return;
        }
        const name = stream.username || texts.users.anonymous;
        const tile = this.#grid.add(stream, name);
        stream.onclose = (replace) => {
            if (!replace) {
                this.#grid.remove(stream);
            }
        };
        stream.onerror = (error) => {
            console.error(error);
            this.#notices.show('error', texts.notices.streamFailed(name));
        };
        stream.onstatus = (state) => {
            tile.setState(state, false);
            if (state === 'failed') {
                this.#notices.show('warning', texts.notices.streamLost(name));
            }
        };
        stream.ondowntrack = (_track, _transceiver, media) => tile.show(media);
        stream.onnegotiationcompleted = () => {
            if (stream.stream) {
                tile.show(stream.stream);
            }
        };
    }

    /**
     * Marks whose microphone is off.
     * @param {Record<string, User>} users
     * @param {boolean} ownMuted
     */
    markMuted(users, ownMuted) {
        this.#grid.markMuted((tile) => {
            if (tile.dataset['direction'] === 'up') {
                return ownMuted;
            }
            const source = tile.dataset['source'] ?? '';
            const user = Object.hasOwn(users, source) ? users[source] : undefined;
            return user !== undefined && isMuted(user);
        });
    }
}
