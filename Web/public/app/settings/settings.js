// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

const KEY = 'galene.settings';

/**
 * @typedef {object} Values
 * @property {string} camera the device; `''`: the browser's choice
 * @property {string} microphone
 * @property {'lowest' | 'low' | 'normal' | 'unlimited'} send how much a video may take of the network
 * @property {'off' | 'auto' | 'on'} simulcast whether a video is sent in two sizes
 * @property {'nothing' | 'audio' | 'screenshare' | 'low' | 'everything'} request what to receive
 * @property {boolean} muted whether the microphone was muted: it comes on silent the next time
 * @property {boolean} mirror one's own picture, as in a mirror
 * @property {'auto' | 'light' | 'dark'} theme
 */

/** @type {Readonly<Values>} */
const DEFAULTS = {
    camera: '',
    microphone: '',
    send: 'normal',
    // Firefox takes much of the processor to send two sizes.
    simulcast: navigator.userAgent.includes('Firefox') ? 'off' : 'auto',
    request: 'everything',
    muted: false,
    mirror: true,
    theme: 'auto',
};

/** What `request` means to the server. */
export const REQUESTS = {
    nothing: { '': [] },
    audio: { '': ['audio'] },
    screenshare: { screenshare: ['audio', 'video'], '': ['audio'] },
    low: { '': ['audio', 'video-low'] },
    everything: { '': ['audio', 'video'] },
};

/** How much a video may take of the network, in bit/s. */
export const RATES = { lowest: 150_000, low: 300_000, normal: 700_000, unlimited: 1_000_000_000 };

/** What a person has chosen, kept as long as the tab. */
export class Settings {
    /** @type {Values} */
    #values;
    /** Where the browser keeps nothing, the page does. */
    #isKept = true;

    constructor() {
        this.#values = { ...DEFAULTS };
        this.load();
        /** @type {((name: keyof Values) => void) | null} */
        this.onchange = null;
    }

    /** Reads what is kept. What it cannot understand is as if it were not there. */
    load() {
        try {
            const kept = JSON.parse(sessionStorage.getItem(KEY) ?? '{}');
            for (const [name, value] of Object.entries(DEFAULTS)) {
                if (typeof kept[name] === typeof value) {
                    Object.assign(this.#values, { [name]: kept[name] });
                }
            }
        } catch {
            this.#isKept = false;
        }
    }

    /**
     * @template {keyof Values} Name
     * @param {Name} name
     * @returns {Values[Name]}
     */
    get(name) {
        return this.#values[name];
    }

    /**
     * @template {keyof Values} Name
     * @param {Name} name
     * @param {Values[Name]} value
     */
    set(name, value) {
        if (this.#values[name] === value) {
            return;
        }
        this.#values[name] = value;
        if (this.#isKept) {
            sessionStorage.setItem(KEY, JSON.stringify(this.#values));
        }
        this.onchange?.(name);
    }

    /** In bit/s. */
    get rate() {
        return RATES[this.#values.send] ?? RATES.normal;
    }

    /** @returns {Record<string, string[]>} */
    get wanted() {
        return REQUESTS[this.#values.request] ?? REQUESTS.everything;
    }

    /** Light or dark, or as the system is. */
    applyTheme() {
        document.documentElement.dataset['theme'] = this.#values.theme;
    }
}
