// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { find, html, render } from '../../lib/html.js';
import { icon } from '../../lib/icons.js';
import { texts } from '../texts.js';

/** @typedef {import('../../lib/icons.js').IconName} IconName */
/** @typedef {import('./layout.js').Place} Place */

const t = texts.grid;

/** A picture whose shape differs more from its tile's is shown whole, and not cut to fill the tile. */
const CUT_AT_MOST = 1.45;

/**
 * @param {string} name
 * @returns {string} up to two letters that stand for a person without a picture
 */
export function initials(name) {
    const words = name.split(/\s+/).filter(Boolean);
    const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
    return letters.map((word) => Array.from(word ?? '')[0] ?? '').join('').toUpperCase() || '?';
}

/** One stream on the screen: picture, name, and what there is to say about its connection. */
export class Tile {
    #video;
    #playButton;
    #notice;
    #stream;
    #name;
    #own;
    #isScreen;
    /** @type {Place | null} */
    #place = null;

    /**
     * @param {Stream} stream
     * @param {string} name
     */
    constructor(stream, name) {
        const shown = stream.up ? t.own(name) : name;
        this.#stream = stream;
        this.#name = name;
        this.#own = stream.up;
        this.#isScreen = stream.label === 'screenshare';
        const title = this.#isScreen ? t.screen(shown) : t.tile(shown);
        // tabindex: there is nothing to press in a video without controls, but Firefox would have Tab stop there.
        this.element = render(html`
            <figure class="tile" data-stream-id="${stream.id}" data-direction="${stream.up ? 'up' : 'down'}"
                data-label="${stream.label ?? ''}" data-source="${stream.source ?? ''}" data-state="new">
                <video playsinline autoplay tabindex="-1" aria-label="${title}"></video>
                <span class="tile-initials" aria-hidden="true">${initials(name)}</span>
                <p class="tile-notice" role="status"></p>
                <button class="button tile-play" type="button" hidden>${icon('play')} ${t.play}</button>
                <div class="tile-controls"></div>
                <span class="tile-muted" title="${t.muted}" hidden>${icon('microphoneOff')}<span class="visually-hidden">${t.mutedOf(shown)}</span></span>
                <figcaption>${this.#isScreen ? icon('screen') : ''}${shown}</figcaption>
            </figure>`);
        this.#video = find(this.element, 'video', HTMLVideoElement);
        this.#playButton = find(this.element, '.tile-play', HTMLButtonElement);
        this.#notice = find(this.element, '.tile-notice', HTMLElement);
        this.element.classList.toggle('screen', this.#isScreen);
        // One's own voice would come back as an echo.
        this.#video.muted = stream.up;
        this.#playButton.addEventListener('click', () => this.#play());
        this.#video.addEventListener('resize', () => this.#fit());
        this.#addControls(shown, stream);
        this.setState('new', stream.up);
    }

    /**
     * Whether this tile may go on with a stream that replaces its own: the same from the same person.
     * @param {Stream} stream
     * @param {string} name
     */
    canFollow(stream, name) {
        const { up, label, source } = this.#stream;
        return name === this.#name && stream.up === up && stream.label === label && stream.source === source;
    }

    /**
     * Goes on with a stream that replaces its own. What one has chosen here, silence and full screen, stays.
     * @param {Stream} stream
     */
    follow(stream) {
        this.#stream = stream;
        this.element.dataset['streamId'] = stream.id;
        this.#video.srcObject = null;
        this.#playButton.hidden = true;
        this.setState('new', stream.up);
    }

    /** Whether it is to be read, and so shown large. */
    get isLarge() {
        return this.#isScreen;
    }

    /** @param {boolean} mirrored one's own picture as in a mirror */
    setMirrored(mirrored) {
        this.element.classList.toggle('mirrored', mirrored && this.#own && !this.#isScreen);
    }

    /** @param {boolean} muted whether its sender has turned the microphone off */
    setMuted(muted) {
        find(this.element, '.tile-muted', HTMLElement).hidden = !muted || this.#isScreen;
    }

    /** @param {Place} place */
    setPlace(place) {
        this.#place = place;
        for (const name of /** @type {const} */ (['left', 'top', 'width', 'height'])) {
            this.element.style[name] = `${place[name]}px`;
        }
        this.element.classList.toggle('small', place.width < 180);
        this.#fit();
    }

    /** @param {MediaStream} media */
    show(media) {
        if (this.#video.srcObject !== media) {
            this.#video.srcObject = media;
        }
        const refresh = () => {
            // A medium that has been replaced says nothing more.
            if (this.#video.srcObject !== media) {
                return;
            }
            const seen = media.getVideoTracks().some((track) => track.readyState === 'live' && !track.muted);
            this.element.classList.toggle('without-picture', !seen);
        };
        media.getTracks().forEach((track) => {
            // One listener, however often this is said, and none that holds an older tile.
            track.onmute = refresh;
            track.onunmute = refresh;
        });
        media.onremovetrack = refresh;
        refresh();
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
        if (document.pictureInPictureElement === this.#video) {
            void document.exitPictureInPicture();
        }
        this.#video.srcObject = null;
        this.element.remove();
    }

    /**
     * @param {string} name
     * @param {Stream} stream
     */
    #addControls(name, stream) {
        const controls = find(this.element, '.tile-controls', HTMLElement);
        /**
         * @param {IconName} picture
         * @param {string} label
         * @param {() => void} act
         */
        const add = (picture, label, act) => {
            const button = render(html`<button class="tile-control" type="button" aria-label="${label}" title="${label}">${icon(picture)}</button>`);
            button.addEventListener('click', act);
            controls.append(button);
            return button;
        };
        if (!stream.up) {
            const button = add('speaker', t.silence(name), () => {
                silence(!this.#video.muted);
                // Who wants to hear again wants to hear something.
                if (!this.#video.muted && this.#video.volume === 0) {
                    this.#video.volume = volume.valueAsNumber = 1;
                }
            });
            const silence = (/** @type {boolean} */ silent) => {
                this.#video.muted = silent;
                button.replaceChildren(icon(silent ? 'speakerOff' : 'speaker'));
                button.setAttribute('aria-pressed', String(silent));
                button.classList.toggle('alarm', silent);
            };
            button.setAttribute('aria-pressed', 'false');
            const volume = /** @type {HTMLInputElement} */ (render(html`
                <input class="tile-volume" type="range" min="0" max="1" step="0.05" value="1" aria-label="${t.volume(name)}" title="${t.volume(name)}">`));
            volume.addEventListener('input', () => {
                this.#video.volume = volume.valueAsNumber;
                silence(volume.valueAsNumber === 0);
            });
            controls.append(volume);
        }
        // Firefox has a button of its own for it.
        if (document.pictureInPictureEnabled) {
            add('pip', t.pictureInPicture(name), () => void this.#togglePictureInPicture()).classList.add('tile-pip');
        }
        if (document.fullscreenEnabled) {
            add('expand', t.fullScreen(name), () => {
                if (document.fullscreenElement) {
                    void document.exitFullscreen();
                } else {
                    this.element.requestFullscreen().catch(() => {});
                }
            });
        }
        if (stream.up) {
            add('close', this.#isScreen ? t.stopScreen : t.stopCamera, () => this.#stream.close());
        }
    }

    async #togglePictureInPicture() {
        try {
            if (document.pictureInPictureElement === this.#video) {
                await document.exitPictureInPicture();
            } else {
                await this.#video.requestPictureInPicture();
            }
        } catch (error) {
            // There may be no picture yet.
            console.warn('No small window:', error);
        }
    }

    /** Fills the tile where that cuts little of the picture. */
    #fit() {
        const { videoWidth, videoHeight } = this.#video;
        if (!this.#place || !videoWidth || !videoHeight) {
            return;
        }
        const ratio = (videoWidth / videoHeight) / (this.#place.width / this.#place.height);
        const cut = Math.max(ratio, 1 / ratio);
        this.element.classList.toggle('filled', !this.#isScreen && cut <= CUT_AT_MOST);
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
