// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { texts } from '../texts.js';

const t = texts.failure;

/**
 * What servers say, in words that tell what to do. Another text is shown as it is: it may be an operator's own.
 * @type {Record<string, string>}
 */
const WORDS = {
    'not authorised': t.notAuthorised,
    'group does not exist': t.noSuchGroup,
    'illegal group name': t.illegalName,
    'this group is locked': t.locked,
    'this group is not open yet': t.notOpenYet,
    'this group is closed': t.closedGroup,
    'too many users': t.full,
    'no operators': t.noOperators,
    'there are no operators in this group': t.noOperators,
    'internal server error': t.internal,
};

/**
 * Why one may not enter, in words.
 * @param {string | null} error the identifier that programs go by
 * @param {string | null} message the server's words, which are for people only
 * @returns {string}
 */
export function failureText(error, message) {
    switch (error) {
        case 'need-username':
            return t.usernameNeeded;
        case 'duplicate-username':
            return t.usernameTaken;
    }
    if (!message) {
        return t.unexplained;
    }
    return Object.hasOwn(WORDS, message) ? WORDS[message] ?? '' : t.refused(message);
}

/**
 * What the server says of a request that it refuses, in words.
 * @param {string} message
 * @returns {string}
 */
export function refusalText(message) {
    switch (message) {
        case 'not authorised':
            return texts.notices.notAuthorised;
        case 'unknown user':
        case 'no such user':
            return texts.notices.noSuchUser;
        default:
            return texts.notices.server(message);
    }
}

/**
 * Why one has been removed.
 * @param {string} name of the operator; `''`: the server has
 * @param {unknown} message
 * @returns {string}
 */
export function kickedText(name, message) {
    const reason = typeof message === 'string' ? message : '';
    if (!name) {
        return t.kicked(reason);
    }
    return reason ? t.kickedByFor(name, reason) : t.kickedBy(name);
}
