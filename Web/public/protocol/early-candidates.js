// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// The offer that a candidate belongs to follows within milliseconds if it follows at all.
const KEPT_FOR = 5000;
const STREAMS_AT_MOST = 64;
const CANDIDATES_AT_MOST = 64;

/** Candidates of streams that have not been offered yet: a server may send a candidate before its offer. */
export class EarlyCandidates {
    /** @type {Map<string, {since: number, candidates: RTCIceCandidateInit[]}>} */
    #streams = new Map();

    /**
     * @param {string} id
     * @param {RTCIceCandidateInit} candidate
     * @param {number} now in milliseconds
     */
    keep(id, candidate, now) {
        for (const [other, { since }] of this.#streams) {
            if (now - since > KEPT_FOR) {
                this.#streams.delete(other);
            }
        }
        const kept = this.#streams.get(id);
        if (kept) {
            if (kept.candidates.length < CANDIDATES_AT_MOST) {
                kept.candidates.push(candidate);
            }
        } else if (this.#streams.size < STREAMS_AT_MOST) {
            this.#streams.set(id, { since: now, candidates: [candidate] });
        }
    }

    /**
     * @param {string} id
     * @returns {RTCIceCandidateInit[]}
     */
    take(id) {
        const kept = this.#streams.get(id);
        this.#streams.delete(id);
        return kept ? kept.candidates : [];
    }
}
