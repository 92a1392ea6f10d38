// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/**
 * A place on the screen, in pixels.
 * @typedef {object} Place
 * @property {number} left
 * @property {number} top
 * @property {number} width
 * @property {number} height
 */

/** Width for a height of 1: no tile is narrower or wider. A picture is cut a little to fill it. */
const NARROWEST = 1.2;
const WIDEST = 1.8;

/** The shape of most screens. */
const SCREEN = 16 / 9;

/** The part of the room that those have who are not shown large. */
const STRIP = { beside: 0.22, below: 0.28 };
const STRIP_WIDEST = 300;
/** In a high room a screen leaves more to the others, but keeps so much of the height. */
const SCREEN_AT_LEAST = 0.4;

/**
 * Tiles of equal size, as large as the room allows; the last row in the middle.
 * @param {number} count of tiles
 * @param {Place} room
 * @param {number} gap
 * @param {boolean} [anyShape] a tile may have any shape
 * @returns {Place[]}
 */
export function equalTiles(count, room, gap, anyShape = false) {
    let best = { columns: 1, width: 0, height: 0 };
    for (let columns = 1; columns <= count; columns += 1) {
        const rows = Math.ceil(count / columns);
        let width = (room.width - gap * (columns - 1)) / columns;
        let height = (room.height - gap * (rows - 1)) / rows;
        if (!anyShape) {
            [width, height] = [Math.min(width, height * WIDEST), Math.min(height, width / NARROWEST)];
        }
        if (width > 0 && height > 0 && width * height > best.width * best.height) {
            best = { columns, width, height };
        }
    }
    const { columns, width, height } = best;
    const rows = Math.ceil(count / columns);
    const top = room.top + (room.height - rows * height - (rows - 1) * gap) / 2;
    return Array.from({ length: count }, (_, index) => {
        const row = Math.floor(index / columns);
        const inRow = Math.min(columns, count - row * columns);
        const left = room.left + (room.width - inRow * width - (inRow - 1) * gap) / 2;
        return {
            left: Math.round(left + (index % columns) * (width + gap)),
            top: Math.round(top + row * (height + gap)),
            width: Math.floor(width),
            height: Math.floor(height),
        };
    });
}

/**
 * Parts the room so that a screen gets the most: the strip beside it or below it.
 * @param {Place} room
 * @param {number} gap
 * @returns {{first: Place, second: Place}}
 */
function split(room, gap) {
    const stripWidth = Math.min(STRIP_WIDEST, Math.round(room.width * STRIP.beside));
    const needed = Math.max(room.width / SCREEN, room.height * SCREEN_AT_LEAST);
    const stripHeight = Math.round(Math.max(room.height * STRIP.below, room.height - needed - gap));
    const beside = { ...room, width: room.width - stripWidth - gap };
    const below = { ...room, height: room.height - stripHeight - gap };
    if (widthOfScreen(beside) >= widthOfScreen(below)) {
        return { first: beside, second: { ...room, left: room.width - stripWidth, width: stripWidth } };
    }
    return { first: below, second: { ...room, top: room.height - stripHeight, height: stripHeight } };
}

/** @param {Place} place */
function widthOfScreen({ width, height }) {
    return Math.min(width, height * SCREEN);
}

/**
 * Places for all tiles: those that are to be read large, the others in a strip beside or below them.
 * @param {boolean[]} large for each tile
 * @param {number} width of the room, in pixels
 * @param {number} height
 * @param {number} gap between tiles
 * @returns {Place[]}
 */
export function places(large, width, height, gap) {
    const room = { left: 0, top: 0, width, height };
    const largeCount = large.filter(Boolean).length;
    const smallCount = large.length - largeCount;
    if (largeCount === 0) {
        return equalTiles(smallCount, room, gap);
    }
    const { first, second } = smallCount > 0 ? split(room, gap) : { first: room, second: room };
    const largePlaces = equalTiles(largeCount, first, gap, true);
    const smallPlaces = equalTiles(smallCount, second, gap);
    return large.map((isLarge) => /** @type {Place} */ ((isLarge ? largePlaces : smallPlaces).shift()));
}
