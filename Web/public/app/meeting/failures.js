// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { texts } from '../texts.js';

const t = texts.failure;

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
    return message ? t.refused(message) : t.unexplained;
}
