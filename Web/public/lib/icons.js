// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { Markup } from './html.js';

/** Drawn on a grid of 24 × 24, in strokes. */
const PATHS = {
    microphone:
        'M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3z M5 11v1a7 7 0 0 0 14 0v-1 M12 19v3',
    microphoneOff:
        'M4 3l16 18 M9 9v3a3 3 0 0 0 4.6 2.5 M15 11V6a3 3 0 0 0-5.7-1.3 M5 11v1a7 7 0 0 0 10.5 6 M19 11v1a7 7 0 0 1-.6 2.8 M12 19v3',
    camera: 'M3 7.5A1.5 1.5 0 0 1 4.5 6h9A1.5 1.5 0 0 1 15 7.5v9A1.5 1.5 0 0 1 13.5 18h-9A1.5 1.5 0 0 1 3 16.5z M15 10.5l6-3.5v10l-6-3.5',
    cameraOff:
        'M4 3l16 18 M9 6h4.5A1.5 1.5 0 0 1 15 7.5v5 M15 15.5v1A1.5 1.5 0 0 1 13.5 18h-9A1.5 1.5 0 0 1 3 16.5v-9A1.5 1.5 0 0 1 4.5 6 M15 10.5l6-3.5v10l-4-2.3',
    chat: 'M4 5.5A1.5 1.5 0 0 1 5.5 4h13A1.5 1.5 0 0 1 20 5.5v9a1.5 1.5 0 0 1-1.5 1.5H10l-5 4v-4.1a1.5 1.5 0 0 1-1-1.4z',
    people: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z M2.5 20a6.5 6.5 0 0 1 13 0 M16 4.3a3.5 3.5 0 0 1 0 6.4 M18 14.2a6.5 6.5 0 0 1 3.5 5.8',
    leave: 'M10 4H5.5A1.5 1.5 0 0 0 4 5.5v13A1.5 1.5 0 0 0 5.5 20H10 M15 8l4 4-4 4 M19 12H9',
    send: 'M4 12l16-8-6 16-3-6.5z M11 13.5L20 4',
    close: 'M6 6l12 12 M18 6L6 18',
    play: 'M8 5l11 7-11 7z',
};

/** @typedef {keyof typeof PATHS} IconName */

/**
 * A picture that repeats what text beside it says, and so is hidden from screen readers.
 * @param {IconName} name
 * @returns {Markup}
 */
export function icon(name) {
    const paths = PATHS[name].split(/ (?=M)/).map((path) => `<path d="${path}"/>`);
    return new Markup(`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${paths.join('')}</svg>`);
}
