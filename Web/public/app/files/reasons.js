// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { texts } from '../texts.js';

const t = texts.files.reasons;

/** Why a file is not transferred, as one page tells another: the same in all languages. */
export const REASONS = /** @type {const} */ ({
    declined: 'declined', cancelled: 'cancelled', tooMany: 'too many files at a time',
});

/**
 * In words of this page: what our pages say, and what /protocol.js says, here or at the other end.
 * @type {Record<string, string>}
 */
const WORDS = {
    [REASONS.declined]: t.declined,
    [REASONS.cancelled]: t.cancelled,
    [REASONS.tooMany]: t.tooMany,
    'Too many files at a time': t.tooMany,
    'The other browser cannot be reached': t.unreachable,
    'The connection to the other end has ended': t.ended,
    'The connection to the group has ended': t.groupEnded,
    'The other user has gone away': t.gone,
    'There is no such user': t.gone,
    'This page does not transfer files': t.unable,
    'The file has become shorter': t.shorter,
    'This file is being transferred already': t.twice,
    'This file has been accepted or refused already': t.twice,
    'This file is sent, not received': t.misunderstood,
    'The invitation cannot be understood': t.misunderstood,
    'The invitation names no size': t.misunderstood,
    'No version of the protocol for files is common to both': t.otherVersion,
    'The other end transfers files in an older way: it should be upgraded': t.otherVersion,
    'The other end has sent an unexpected answer': t.misunderstood,
    'The other end has sent an unexpected offer': t.misunderstood,
    'The other end has sent something unexpected': t.misunderstood,
    'The other end has sent more than it said': t.more,
};

/**
 * @param {unknown} reason an error, or what the other end says
 * @returns {string} in words of this page, if they are known; else somebody else's
 */
export function reasonText(reason) {
    const message = reason instanceof Error ? reason.message : String(reason);
    return Object.hasOwn(WORDS, message) ? WORDS[message] ?? '' : message;
}
