// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { find, html, render } from '../../lib/html.js';
import { icon } from '../../lib/icons.js';
import { texts } from '../texts.js';

const t = texts.grid;

/**
 * @param {string} name
 * @returns {string} up to two letters that stand for a person without a picture
 */
function initials(name) {
    const words = name.split(/\s+/).filter(Boolean);
    const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
    return letters.map((word) => Array.from(word ?? '')[0] ?? '').join('').toUpperCase() || '?';
}

/** One stream on the screen: picture, name, and what there is to say about its connection. */
export class Tile {
    #video;
    #playButton;
    #notice;

    /**
     * @param {Stream} stream
     * @param {string} name
     */
    constructor(stream, name) {
        this.element = render(html`
            <figure class="tile" data-stream-id="${stream.id}" data-direction="${stream.up ? 'up' : 'down'}"
                data-label="${stream.label ?? ''}" data-source="${stream.source ?? ''}" data-state="new">
                <video playsinline autoplay></video>
                <span class="tile-initials" aria-hidden="true">${initials(name)}</span>
                <p class="tile-notice" role="status"></p>
                <button class="button tile-play" type="button" hidden>${icon('play')} ${t.play}</button>
                <figcaption>${stream.up ? t.own(name) : name}</figcaption>
            </figure>`);
        this.#video = find(this.element, 'video', HTMLVideoElement);
        this.#video.setAttribute('aria-label', t.tile(stream.up ? t.own(name) : name));
        this.#playButton = find(this.element, '.tile-play', HTMLButtonElement);
        this.#notice = find(this.element, '.tile-notice', HTMLElement);
        if (stream.up) {
            // One's own voice would come back as an echo.
            this.#video.muted = true;
            this.element.classList.toggle('mirrored', stream.label === 'camera');
        }
        this.#playButton.addEventListener('click', () => this.#play());
        this.setState('new', stream.up);
    }

    /** @param {MediaStream} media */
    show(media) {
        const refresh = () => {
            const seen = media.getVideoTracks().some((track) => track.readyState === 'live' && !track.muted);
            this.element.classList.toggle('without-picture', !seen);
        };
        media.getTracks().forEach((track) => {
            track.addEventListener('mute', refresh);
            track.addEventListener('unmute', refresh);
        });
        media.onremovetrack = refresh;
        refresh();
        if (this.#video.srcObject !== media) {
            this.#video.srcObject = media;
        }
        this.#play();
    }

    /**
     * @param {RTCIceConnectionState} state
     * @param {boolean} up
     */
    setState(state, up) {
        this.element.dataset['state'] = state;
        const waiting = state === 'new' || state === 'checking';
        const lost = state === 'failed' || state === 'disconnected';
        this.element.classList.toggle('waiting', (waiting && !up) || lost);
        this.#notice.textContent = lost ? t.failed : waiting && !up ? t.connecting : '';
    }

    remove() {
        this.#video.srcObject = null;
        this.element.remove();
    }

    async #play() {
        try {
            await this.#video.play();
            this.#playButton.hidden = true;
        } catch (error) {
            // Anything else, such as a new source while the old one was about to play, mends itself.
            if (error instanceof DOMException && error.name === 'NotAllowedError') {
                this.#playButton.hidden = false;
            }
        }
    }
}
