// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/**
 * @typedef {object} GroupStatus
 * @property {string} name
 * @property {string} [endpoint] where the WebSocket is
 * @property {string} [location]
 * @property {string} [redirect]
 * @property {string} [displayName]
 * @property {string} [description]
 * @property {boolean} [locked]
 * @property {number} [clientCount]
 */

/**
 * @param {string} name of a group
 * @returns {string} the path of its page
 */
export function groupPath(name) {
    return `/group/${name.split('/').map(encodeURIComponent).join('/')}/`;
}

/**
 * @param {string} pathname of a group's page
 * @returns {string} the group's name
 */
export function groupNameFromPath(pathname) {
    return decodeURIComponent(pathname.replace(/^\/group\//, '').replace(/\/$/, ''));
}

/**
 * What the page assumes when the group's status cannot be had.
 * @param {Location} location
 * @returns {GroupStatus}
 */
export function guessStatus(location) {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    return { name: groupNameFromPath(location.pathname), endpoint: `${scheme}://${location.host}/ws` };
}

/**
 * A name for people: the configured one, or the group's own with a capital.
 * @param {GroupStatus} status
 * @returns {string}
 */
export function titleOf(status) {
    return status.displayName || status.name.charAt(0).toUpperCase() + status.name.slice(1);
}
