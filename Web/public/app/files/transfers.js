// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { keepFocus } from '../../lib/focus.js';
import { find, html, render } from '../../lib/html.js';
import { icon } from '../../lib/icons.js';
import { texts } from '../texts.js';
import { REASONS, reasonText } from './reasons.js';

const t = texts.files;

/** Files that one other may offer at a time; what is beyond is refused. */
const OFFERS_OF_A_USER = 8;
/** Files that all others together may offer at a time: one person may come under many names. */
const OFFERS_AT_MOST = 24;
/** How much of a long name is shown, in letters: three lines on a telephone. */
const NAME_BEGINNING = 40;
const NAME_END = 24;
/** Cards of transfers that are over, but for files to be saved. The oldest go first. */
const FINISHED_AT_MOST = 20;

/**
 * A name that cannot look like another: nothing in it reorders the text around it, or hides.
 * @param {string} name
 */
export function honestName(name) {
    return name.replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu, '\uFFFD').replace(/[/\\]/g, '_') || t.unnamed;
}

/**
 * What a file is stands at the end of its name, and must not be cut off: a long name is shortened in its middle.
 * @param {string} name
 */
function shortName(name) {
    const letters = Array.from(name);
    if (letters.length <= NAME_BEGINNING + NAME_END) {
        return name;
    }
    return `${letters.slice(0, NAME_BEGINNING).join('')}…${letters.slice(-NAME_END).join('')}`;
}

/**
 * @param {number} bytes
 * @returns {string}
 */
export function sizeText(bytes) {
    const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
    const index = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
    const value = bytes / 1000 ** index;
    return value.toLocaleString([], {
        style: 'unit', unit: units[index] ?? 'byte', unitDisplay: index ? 'short' : 'long',
        maximumFractionDigits: value < 10 && index ? 1 : 0,
    });
}

/** One file on its way, and what one may do about it. */
class TransferCard {
    #transfer;
    #status;
    #progress;
    #buttons;
    #drawing = false;
    /** @type {string | null} */
    #address = null;

    /** @param {TransferredFile} transfer */
    constructor(transfer) {
        this.#transfer = transfer;
        this.name = honestName(transfer.name);
        const person = transfer.username || texts.users.anonymous;
        this.element = render(html`
            <li class="transfer">
                <span class="transfer-icon">${icon('file')}</span>
                <div class="transfer-text">
                    <p class="transfer-title">${transfer.up ? t.to(person) : t.from(person)}</p>
                    <p class="transfer-name" title="${this.name}">${shortName(this.name)}</p>
                    <p class="transfer-status quiet" role="status"></p>
                    <progress max="1" value="0" aria-label="${t.progressOf(this.name)}" hidden></progress>
                </div>
                <div class="transfer-buttons"></div>
            </li>`);
        this.#status = find(this.element, '.transfer-status', HTMLElement);
        this.#progress = find(this.element, 'progress', HTMLProgressElement);
        this.#buttons = find(this.element, '.transfer-buttons', HTMLElement);
        this.isFinished = false;
        /** Whether it is all that there is of a file: it was received and not saved. */
        this.holdsFile = false;
        /** @type {(() => void) | null} */
        this.ongone = null;
        /**
         * It had the focus when it went, and there is no other card that could have it.
         * @type {(() => void) | null}
         */
        this.onfocuslost = null;
        /**
         * It may be no offer any more.
         * @type {(() => void) | null}
         */
        this.onchange = null;
        transfer.onevent = (state, data) => {
            this.#gotEvent(state, data);
            this.onchange?.();
        };
        if (!transfer.up) {
            this.#invited();
        }
    }

    /** Whether a file is offered to us, and nobody has answered. */
    get isOffer() {
        return !this.#transfer.up && this.#transfer.state === 'inviting';
    }

    /** @param {string} userid */
    isOf(userid) {
        return this.#transfer.userid === userid;
    }

    /** The meeting is over. */
    end() {
        if (!this.isFinished) {
            this.#transfer.cancel(REASONS.cancelled);
        }
        if (!this.holdsFile) {
            this.remove();
        }
    }

    remove() {
        if (this.#address) {
            URL.revokeObjectURL(this.#address);
        }
        const near = this.element.nextElementSibling ?? this.element.previousElementSibling;
        keepFocus(() => {
            this.element.remove();
            this.ongone?.();
        }, () => {
            /** @type {HTMLElement | null | undefined} */
            const button = near?.querySelector('a, button');
            if (!button) {
                this.onfocuslost?.();
            }
            return button;
        });
    }

    #invited() {
        const { up, size } = this.#transfer;
        this.#say(up ? t.waiting(sizeText(size)) : t.offered(sizeText(size)));
        if (up) {
            this.#offerCancel();
            return;
        }
        this.#setButtons(
            this.#button(t.accept, t.acceptOf(this.name), 'primary', () => this.#transfer.receive()),
            this.#button(t.decline, t.declineOf(this.name), '', () => this.#transfer.cancel(REASONS.declined)),
        );
    }

    /**
     * @param {string} state
     * @param {any} data
     */
    #gotEvent(state, data) {
        switch (state) {
            case 'inviting':
                return this.#invited();
            case 'connecting':
                this.#say(t.connecting);
                return this.#offerCancel();
            case 'connected':
                return this.#drawProgress();
            case 'done':
                return this.#done(data);
            case 'cancelled':
                this.#progress.hidden = true;
                this.element.classList.add('failed');
                this.#say(data ? t.failed(honestName(reasonText(data))) : t.cancelled);
                return this.#finish();
        }
    }

    /** Once a picture: a file comes in many pieces. */
    #drawProgress() {
        if (this.#drawing) {
            return;
        }
        this.#drawing = true;
        this.#progress.hidden = false;
        requestAnimationFrame(() => {
            this.#drawing = false;
            const { size, datalen, up } = this.#transfer;
            if (this.isFinished) {
                return;
            }
            const part = size ? datalen / size : 0;
            this.#progress.value = part;
            const percent = part.toLocaleString([], { style: 'percent' });
            this.#say(up ? t.sending(percent, sizeText(size)) : t.receiving(percent, sizeText(size)));
        });
    }

    /** @param {any} file */
    #done(file) {
        const { up, size } = this.#transfer;
        this.#progress.hidden = true;
        this.element.classList.add('done');
        this.#say(up ? t.sent(sizeText(size)) : t.received(sizeText(size)));
        if (up || !(file instanceof Blob)) {
            return this.#finish();
        }
        // As a file to be kept, never as a page to be shown.
        this.#address = URL.createObjectURL(file);
        const link = render(html`
            <a class="button primary small" href="${this.#address}" download="${this.name}" aria-label="${t.saveOf(this.name)}">${icon('download')}${t.save}</a>`);
        this.holdsFile = true;
        link.addEventListener('click', () => {
            this.holdsFile = false;
        });
        this.#finish(link);
    }

    #offerCancel() {
        this.#setButtons(this.#button(t.cancel, t.cancelOf(this.name), '', () => this.#transfer.cancel(REASONS.cancelled)));
    }

    /** @param {...HTMLElement} buttons */
    #finish(...buttons) {
        this.isFinished = true;
        this.#setButtons(...buttons, this.#button(t.dismiss, t.dismissOf(this.name), '', () => this.remove()));
    }

    /** @param {string} text */
    #say(text) {
        if (this.#status.textContent !== text) {
            this.#status.textContent = text;
        }
    }

    /** @param {...HTMLElement} buttons */
    #setButtons(...buttons) {
        const hadFocus = this.#buttons.contains(document.activeElement);
        this.#buttons.replaceChildren(...buttons);
        if (hadFocus) {
            buttons[0]?.focus();
        }
    }

    /**
     * @param {string} text
     * @param {string} label
     * @param {string} look
     * @param {() => void} act
     */
    #button(text, label, look, act) {
        const button = render(html`<button class="button small ${look}" type="button" aria-label="${label}">${text}</button>`);
        button.addEventListener('click', act);
        return button;
    }
}

/** The files on their way to and from this person. What was received outlasts the meeting, until it is saved or dismissed. */
export class Transfers {
    #list;
    #more;
    /** @type {Set<TransferCard>} */
    #cards = new Set();
    /** How many were refused since there were too many. */
    #refused = 0;

    constructor() {
        this.element = render(html`
            <section class="transfers" aria-label="${t.label}" hidden>
                <ul></ul>
                <p class="transfers-more quiet" hidden></p>
            </section>`);
        this.#list = find(this.element, 'ul', HTMLElement);
        this.#more = find(this.element, '.transfers-more', HTMLElement);
        /**
         * The last card has gone, and the focus with it: it is to be put where the person goes on.
         * @type {(() => void) | null}
         */
        this.onfocuslost = null;
    }

    /** @param {TransferredFile} transfer that begins */
    add(transfer) {
        if (!transfer.up) {
            const offers = [...this.#cards].filter((card) => card.isOffer);
            const own = offers.filter((card) => card.isOf(transfer.userid));
            if (own.length >= OFFERS_OF_A_USER || offers.length >= OFFERS_AT_MOST) {
                this.#refused += 1;
                this.#showRefused();
                throw new Error(REASONS.tooMany);
            }
        }
        const card = new TransferCard(transfer);
        this.#cards.add(card);
        card.ongone = () => {
            this.#cards.delete(card);
            this.element.hidden = this.#cards.size === 0;
            this.#showRefused();
        };
        card.onchange = () => this.#showRefused();
        card.onfocuslost = () => this.onfocuslost?.();
        this.#list.prepend(card.element);
        this.element.hidden = false;
        const finished = [...this.#cards].filter((other) => other.isFinished && !other.holdsFile);
        finished.slice(0, Math.max(0, finished.length - FINISHED_AT_MOST)).forEach((other) => other.remove());
    }

    /** Of those who were refused one learns as long as there are offers: then there is room again. */
    #showRefused() {
        if (![...this.#cards].some((card) => card.isOffer)) {
            this.#refused = 0;
        }
        const text = this.#refused ? t.refused(this.#refused) : '';
        if (this.#more.textContent !== text) {
            this.#more.textContent = text;
        }
        this.#more.hidden = !text;
    }

    /** The meeting is over: only what was not saved stays. */
    end() {
        [...this.#cards].forEach((card) => card.end());
    }
}
