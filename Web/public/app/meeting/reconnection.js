// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { find, html, render } from '../../lib/html.js';
import { texts } from '../texts.js';

const t = texts.reconnection;

/** How long to wait before each attempt, in seconds. After the last one it is over: about five minutes. */
const PAUSES = [1, 2, 4, 8, 15, 30, 30, 30, 30, 30, 30, 30, 30, 30];
/** A connection that held so long was a good one: the next loss begins anew, in milliseconds. */
const GOOD_AFTER = 30_000;

/** Tries to get back into the meeting, ever less often, and says so. */
export class Reconnection {
    #attempts = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #timer;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #goodTimer;
    #isWaiting = false;
    /**
     * What had the focus before.
     * @type {Element | null}
     */
    #before = null;
    #countdown;
    #button;
    #goOnline = () => this.#tryNow();

    constructor() {
        this.element = render(html`
            <section class="reconnection" role="alertdialog" aria-labelledby="reconnection-title"
                aria-describedby="reconnection-explanation" hidden>
                <div class="card">
                    <h2 id="reconnection-title">${t.title}</h2>
                    <p class="quiet" id="reconnection-explanation">${t.explanation}</p>
                    <p class="reconnection-countdown" aria-live="off"></p>
                    <div class="dialog-buttons">
                        <button class="button" type="button" data-action="leave">${t.giveUp}</button>
                        <button class="button primary" type="button" data-action="now">${t.now}</button>
                    </div>
                </div>
            </section>`);
        this.#countdown = find(this.element, '.reconnection-countdown', HTMLElement);
        this.#button = find(this.element, '[data-action=now]', HTMLButtonElement);
        /** @type {(() => void) | null} */
        this.ontry = null;
        /** One does not want to wait any longer, or it has been enough.
         * @type {((byHand: boolean) => void) | null} */
        this.ongiveup = null;
        this.#button.addEventListener('click', () => this.#tryNow());
        find(this.element, '[data-action=leave]', HTMLButtonElement).addEventListener('click', () => this.ongiveup?.(true));
    }

    /** Whether the connection is lost. */
    get isActive() {
        return !this.element.hidden;
    }

    /** The connection is lost, or could not be had again. */
    lost() {
        clearTimeout(this.#goodTimer);
        const pause = PAUSES[this.#attempts];
        if (pause === undefined) {
            this.ongiveup?.(false);
            return;
        }
        this.#attempts += 1;
        if (this.element.hidden) {
            this.#before = document.activeElement;
            this.#veil(true);
            this.#button.focus();
            window.addEventListener('online', this.#goOnline);
        }
        // Not everybody at the same moment: the server has just started.
        this.#isWaiting = true;
        this.#count(Math.ceil(pause * (1 + Math.random() / 2)));
    }

    /** In the meeting again. */
    succeeded() {
        this.stop();
        this.#goodTimer = setTimeout(() => {
            this.#attempts = 0;
        }, GOOD_AFTER);
    }

    stop() {
        this.#isWaiting = false;
        clearTimeout(this.#timer);
        clearTimeout(this.#goodTimer);
        if (!this.element.hidden) {
            const hadFocus = this.element.contains(document.activeElement);
            this.#veil(false);
            if (hadFocus && this.#before instanceof HTMLElement) {
                this.#before.focus();
            }
            this.#before = null;
        }
        window.removeEventListener('online', this.#goOnline);
    }

    /**
     * Over what is beside it: that cannot be used while this is shown, by no means.
     * @param {boolean} shown
     */
    #veil(shown) {
        this.element.hidden = !shown;
        for (const behind of this.element.parentElement?.children ?? []) {
            if (behind instanceof HTMLElement && behind !== this.element) {
                behind.inert = shown;
            }
        }
    }

    /** @param {number} seconds */
    #count(seconds) {
        if (seconds <= 0) {
            this.#tryNow();
            return;
        }
        this.#countdown.textContent = t.countdown(seconds);
        this.#timer = setTimeout(() => this.#count(seconds - 1), 1000);
    }

    #tryNow() {
        if (!this.#isWaiting) {
            return;
        }
        this.#isWaiting = false;
        clearTimeout(this.#timer);
        this.#countdown.textContent = t.trying;
        this.ontry?.();
    }
}
