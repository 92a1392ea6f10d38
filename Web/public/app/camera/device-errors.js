// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { texts } from '../texts.js';

const t = texts.camera;

/**
 * @param {unknown} error of `getUserMedia`
 * @returns {string} what it means to a person
 */
export function describeDeviceError(error) {
    const name = error instanceof Error || error instanceof DOMException ? error.name : '';
    switch (name) {
        case 'NotAllowedError':
        case 'SecurityError':
            return t.notAllowed;
        case 'NotFoundError':
        case 'OverconstrainedError':
            return t.notFound;
        case 'NotReadableError':
        case 'AbortError':
            return t.busy;
        default:
            return t.failed(error instanceof Error ? error.message : String(error));
    }
}
