// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/**
 * What travels over the WebSocket: one JSON object a message, with the fields of this type.
 * A field that is `null` counts as absent.
 *
 * @typedef {object} Message
 * @property {string} type
 * @property {string[]} [version]
 * @property {string} [kind]
 * @property {string} [error]
 * @property {string} [id] a client's, a stream's or a chat message's
 * @property {string} [replace] the stream that an offered stream takes the place of
 * @property {string} [source] the client that a message comes from
 * @property {string} [dest] the client that it is for; absent: everybody
 * @property {string} [username]
 * @property {string} [password]
 * @property {string} [token]
 * @property {boolean} [privileged] set by the server: from an operator, or from the server itself
 * @property {string[]} [permissions]
 * @property {Record<string, any>} [status]
 * @property {Record<string, any>} [data]
 * @property {string} [group]
 * @property {any} [value]
 * @property {boolean} [noecho]
 * @property {string | number} [time]
 * @property {string} [sdp]
 * @property {RTCIceCandidateInit} [candidate]
 * @property {string} [label]
 * @property {Record<string, string[]> | string[] | null} [request]
 * @property {RTCConfiguration} [rtcConfiguration]
 */

/**
 * A member of the group.
 *
 * @typedef {object} User
 * @property {string} username
 * @property {string[]} permissions
 * @property {Record<string, any>} data
 * @property {Record<string, Record<string, boolean>>} streams what the user sends: label, then `audio` or `video`
 */

/**
 * @typedef {object} PasswordCredentials
 * @property {'password'} type
 * @property {string} password
 */

/**
 * @typedef {object} TokenCredentials
 * @property {'token'} type
 * @property {string} token
 */

/** @typedef {string | PasswordCredentials | TokenCredentials} Credentials a string is a password */

/** The version of the protocol that this library speaks. */
export const PROTOCOL_VERSION = '2';

/**
 * @param {string | number | null | undefined} time RFC 3339, or the milliseconds of version 1
 * @returns {Date | null}
 */
export function parseTime(time) {
    if (time === null || time === undefined || time === '') {
        return null;
    }
    const date = new Date(time);
    return Number.isNaN(date.getTime()) ? null : date;
}
