// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/**
 * An identifier for a client or a stream: 16 random bytes in lower-case hexadecimal.
 * Unique by chance, so that no two browsers have to agree.
 * @returns {string}
 */
export function newRandomId() {
    const bytes = new Uint8Array(16);
    crypto.getRandomValues(bytes);
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

let lastLocalId = -1;

/**
 * An identifier that is unique in this page. It outlives the replacement of a stream by another,
 * so that a user interface can keep the place of the picture.
 * @returns {string}
 */
export function newLocalId() {
    lastLocalId += 1;
    return String(lastLocalId);
}
