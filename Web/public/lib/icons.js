// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

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
    screen: 'M4.5 4h15A1.5 1.5 0 0 1 21 5.5v9a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 14.5v-9A1.5 1.5 0 0 1 4.5 4z M8 20h8 M12 13V7.5 M9.5 9.8L12 7.3l2.5 2.5',
    screenOff: 'M4.5 4h15A1.5 1.5 0 0 1 21 5.5v9a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 14.5v-9A1.5 1.5 0 0 1 4.5 4z M8 20h8 M9.7 7.7l4.6 4.6 M14.3 7.7l-4.6 4.6',
    hand: 'M7 13.5V6.2a1.4 1.4 0 0 1 2.8 0V11 M9.8 11V4.4a1.4 1.4 0 0 1 2.8 0V11 M12.6 11V5.4a1.4 1.4 0 0 1 2.8 0V12 M15.4 12V8.2a1.4 1.4 0 0 1 2.8 0V15a6.5 6.5 0 0 1-6.5 6.5c-2.6 0-4.2-1.1-5.5-3.3l-2.7-4.4a1.4 1.4 0 0 1 2.3-1.6L7 13.5',
    settings: 'M4 7h8 M18 7h2 M4 17h2 M12 17h8 M15 4.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4z M9 14.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4z',
    lock: 'M7 10.5h10A1.5 1.5 0 0 1 18.5 12v7a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 19v-7A1.5 1.5 0 0 1 7 10.5z M8.5 10.5V7a3.5 3.5 0 0 1 7 0v3.5',
    unlock: 'M7 10.5h10A1.5 1.5 0 0 1 18.5 12v7a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 19v-7A1.5 1.5 0 0 1 7 10.5z M8.5 10.5V6a3.5 3.5 0 0 1 6.6-1.6',
    more: 'M12 5.2v.01 M12 12v.01 M12 18.8v.01',
    shield: 'M12 3l7 2.8v5.4c0 4.3-2.8 7.6-7 9.8-4.2-2.2-7-5.5-7-9.8V5.8z',
    file: 'M6.5 3H13l5.5 5.5V19a2 2 0 0 1-2 2h-10a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z M13 3v5.5h5.5',
    download: 'M12 4v11 M7.5 10.8L12 15.3l4.5-4.5 M4.5 19.5h15',
    trash: 'M4.5 6.5h15 M9.5 6.5V4h5v2.5 M6.5 6.5l.8 13h9.4l.8-13 M10.2 10.5v5 M13.8 10.5v5',
    exit: 'M14.5 8V5.5A1.5 1.5 0 0 0 13 4H5.5A1.5 1.5 0 0 0 4 5.5v13A1.5 1.5 0 0 0 5.5 20H13a1.5 1.5 0 0 0 1.5-1.5V16 M17.5 9.5l4 5 M21.5 9.5l-4 5',
    bell: 'M6 10a6 6 0 0 1 12 0c0 5 2 6.5 2 6.5H4S6 15 6 10z M10 20a2.2 2.2 0 0 0 4 0',
    pip: 'M4.5 5h15A1.5 1.5 0 0 1 21 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5v-11A1.5 1.5 0 0 1 4.5 5z M12.5 12.5h5v3.5h-5z',
    restart: 'M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9 M19.5 4v5h-5',
    expand: 'M4 9V4h5 M20 9V4h-5 M4 15v5h5 M20 15v5h-5',
    speaker: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z M15.5 9a4 4 0 0 1 0 6 M18 6.5a8 8 0 0 1 0 11',
    speakerOff: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z M16 9.5l5 5 M21 9.5l-5 5',
    id: 'M4.5 5h15A1.5 1.5 0 0 1 21 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5v-11A1.5 1.5 0 0 1 4.5 5z M8.5 8.5a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z M5.8 16a2.8 2.8 0 0 1 5.4 0 M14 10h4 M14 14h4',
};

/** @typedef {keyof typeof PATHS} IconName */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * A picture that repeats what text beside it says, and so is hidden from screen readers.
 * @param {IconName} name
 * @returns {SVGElement}
 */
export function icon(name) {
    const picture = document.createElementNS(SVG, 'svg');
    const attributes = { class: `icon icon-${name}`, viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' };
    Object.entries(attributes).forEach(([key, value]) => picture.setAttribute(key, value));
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', PATHS[name]);
    picture.append(path);
    return picture;
}
