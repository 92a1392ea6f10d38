// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { texts } from '../texts.js';

const t = texts.notices;

/** @type {[permission: string, gained: string, lost: string][]} */
const CHANGES = [
    ['op', t.opGained, t.opLost],
    ['present', t.presentGained, t.presentLost],
    ['message', t.messageGained, t.messageLost],
];

/**
 * What to tell somebody who may do other things than before.
 * @param {string[]} before
 * @param {string[]} after
 * @returns {string[]}
 */
export function permissionNotices(before, after) {
    return CHANGES.flatMap(([permission, gained, lost]) => {
        if (before.includes(permission) === after.includes(permission)) {
            return [];
        }
        return [after.includes(permission) ? gained : lost];
    });
}
