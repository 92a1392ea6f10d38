// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/**
 * How many columns make the tiles largest.
 * @param {number} count of tiles, at least 1
 * @param {number} width of the place, in pixels
 * @param {number} height of the place, in pixels
 * @param {number} aspect width of a tile for a height of 1
 * @param {number} gap between tiles, in pixels
 * @returns {{columns: number, tileWidth: number}}
 */
export function bestGrid(count, width, height, aspect, gap) {
    let best = { columns: 1, tileWidth: 0 };
    for (let columns = 1; columns <= count; columns += 1) {
        const rows = Math.ceil(count / columns);
        const byWidth = (width - gap * (columns - 1)) / columns;
        const byHeight = ((height - gap * (rows - 1)) / rows) * aspect;
        const tileWidth = Math.floor(Math.min(byWidth, byHeight));
        if (tileWidth > best.tileWidth) {
            best = { columns, tileWidth };
        }
    }
    return best;
}
