// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/** With so many people one of them may well want a small picture. */
const CROWD = 3;
/** Below, a second size would take too much from the first, in bit/s. */
const LEAST_RATE_FOR_TWO = 200_000;
/** What the small picture takes, in bit/s. */
const SMALL_RATE = 100_000;

/**
 * Whether a video is to be sent in two sizes.
 * @param {'off' | 'auto' | 'on'} setting
 * @param {number} members of the group, oneself included
 * @param {number} rate in bit/s
 */
export function wantsTwoSizes(setting, members, rate) {
    return setting === 'on' || (setting === 'auto' && members >= CROWD && rate >= LEAST_RATE_FOR_TWO);
}

/**
 * @param {boolean} twoSizes
 * @param {number} rate of the large picture at most, in bit/s
 * @returns {RTCRtpEncodingParameters[]}
 */
export function encodings(twoSizes, rate) {
    if (!twoSizes) {
        return [{ maxBitrate: rate }];
    }
    return [
        { rid: 'h', maxBitrate: rate },
        { rid: 'l', maxBitrate: Math.min(SMALL_RATE, rate), scaleResolutionDownBy: 2 },
    ];
}
