// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { html } from '../../lib/html.js';

const ADDRESS = /https?:\/\/[^\s<>"]+/gi;
/** What ends a sentence rather than an address. */
const TAIL = /[.,;:!?'»”’]+$/;

/**
 * @param {string} text
 * @returns {string} without what belongs to the sentence around it
 */
function withoutTail(text) {
    let address = text.replace(TAIL, '');
    // A bracket that was opened before the address closes after it.
    while (address.endsWith(')') && address.split('(').length < address.split(')').length) {
        address = address.slice(0, -1).replace(TAIL, '');
    }
    return address;
}

/** @param {string} text */
function isAddress(text) {
    try {
        return new URL(text).hostname !== '';
    } catch {
        return false;
    }
}

/**
 * Text with its web addresses as links. They tell the other site nothing, and get no hold of this page.
 * @param {string} text
 * @returns {unknown[]} for `html`
 */
export function withLinks(text) {
    const parts = [];
    let end = 0;
    for (const { 0: found = '', index = 0 } of text.matchAll(ADDRESS)) {
        const address = withoutTail(found);
        if (!isAddress(address)) {
            continue;
        }
        parts.push(text.slice(end, index));
        parts.push(html`<a href="${address}" target="_blank" rel="noopener noreferrer">${address}</a>`);
        end = index + address.length;
    }
    parts.push(text.slice(end));
    return parts;
}
