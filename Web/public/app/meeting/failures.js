// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { texts } from '../texts.js';

const t = texts.failure;

/**
 * What servers say, in words that tell what to do.
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
    'the server is shutting down': t.stopping,
    'the server is busy: try again in a moment': t.busy,
    'internal server error': t.internal,
};

/** What else this server says of its own. Any other text is what an operator has locked the group with. */
const SERVER_TEXTS = [
    'username required', 'username is taken', 'a client with this id is in the group already', 'a client needs an id to join',
    'the data is too large',
];

/** What the server says for an operator who has given no reason. */
const KICKED = 'you have been kicked out';

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
    if (SERVER_TEXTS.includes(message)) {
        return t.refused(message);
    }
    return Object.hasOwn(WORDS, message) ? WORDS[message] ?? '' : t.lockedBy(message);
}

/**
 * What /protocol.js says of a connection that has failed.
 * @type {Record<string, string>}
 */
const BROKEN = {
    'Timeout: the server does not answer': t.timeout,
    'The server has sent something that is no message': t.otherProtocol,
    'The server did not begin with a handshake': t.otherProtocol,
};

/**
 * Why a connection has failed, in words.
 * @param {unknown} error
 * @returns {string}
 */
export function brokenText(error) {
    const message = error instanceof Error ? error.message : String(error);
    if (Object.hasOwn(BROKEN, message)) {
        return BROKEN[message] ?? '';
    }
    // What is no JSON is said in the browser's words.
    const isForeign = error instanceof SyntaxError || message.startsWith('The server speaks another version of the protocol: ');
    return isForeign ? t.otherProtocol : t.broken(message);
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
    const reason = typeof message === 'string' && message !== KICKED ? message : '';
    if (!name) {
        return reason ? t.kickedFor(reason) : t.kicked;
    }
    return reason ? t.kickedByFor(name, reason) : t.kickedBy(name);
}
