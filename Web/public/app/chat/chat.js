// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { keepFocus } from '../../lib/focus.js';
import { find, html, render } from '../../lib/html.js';
import { icon } from '../../lib/icons.js';
import { texts } from '../texts.js';
import { withLinks } from './links.js';

/**
 * @typedef {object} ChatMessage
 * @property {string | null} id
 * @property {string | null} source
 * @property {string} author a name to show
 * @property {boolean} own
 * @property {string | null} to of a private message: the name of whom it is for
 * @property {Date | null} time
 * @property {string} kind `''`, `me`, or `local`: from this page itself
 * @property {string} text
 */

const t = texts.chat;

/** One who writes again within this time needs no new heading, in milliseconds. */
const SAME_BREATH = 60_000;

/** The server's history holds 50; what came while one was there may be more, but not without end. */
const MESSAGES_AT_MOST = 1000;

/** Who is so near to the newest message wants to see the next, in pixels. */
const NEAR_END = 40;

/** How high the box grows, in pixels. */
const INPUT_HIGHEST = 140;

/** @param {Date} time */
function clock(time) {
    const today = time.toDateString() === new Date().toDateString();
    /** @type {Intl.DateTimeFormatOptions} */
    const options = today ? {} : { day: 'numeric', month: 'short' };
    return time.toLocaleString([], { ...options, hour: 'numeric', minute: '2-digit' });
}

/** The messages and the box to write one in. */
export class Chat {
    /** What scrolls. */
    #log;
    #list;
    #form;
    #input;
    #button;
    #hint;
    #recipient;
    /** @type {{id: string, name: string} | null} */
    #to = null;
    /**
     * What each item shows.
     * @type {WeakMap<Element, ChatMessage>}
     */
    #shown = new WeakMap();
    /** Whether the newest message is in view; then it stays there. */
    #atEnd = true;
    /** Of the messages' box, in pixels, as the observer of its size has seen it. */
    #logHeight = 0;
    #mayModerate = false;

    constructor() {
        this.element = render(html`
            <div class="chat">
                <div class="chat-messages" role="log" aria-label="${t.messages}" tabindex="0"><ol></ol></div>
                <p class="chat-empty quiet">${t.empty}</p>
                <form class="chat-form">
                    <p class="chat-recipient" hidden>
                        <span id="chat-recipient"></span>
                        <button class="plain-button" type="button" aria-label="${t.toEverybody}" title="${t.toEverybody}">${icon('close')}</button>
                    </p>
                    <label class="visually-hidden" for="chat-input">${t.input}</label>
                    <textarea id="chat-input" rows="1" placeholder="${t.input}" maxlength="10000" aria-describedby="chat-recipient"></textarea>
                    <button class="button primary icon-only" type="submit" aria-label="${t.send}" title="${t.send}">${icon('send')}</button>
                </form>
                <p class="chat-hint quiet" hidden>${t.notAllowed}</p>
            </div>`);
        this.#log = find(this.element, '.chat-messages', HTMLElement);
        this.#list = find(this.#log, 'ol', HTMLElement);
        this.#form = find(this.element, 'form', HTMLFormElement);
        this.#input = find(this.element, 'textarea', HTMLTextAreaElement);
        this.#button = find(this.element, '[type=submit]', HTMLButtonElement);
        this.#hint = find(this.element, '.chat-hint', HTMLElement);
        this.#recipient = find(this.element, '.chat-recipient', HTMLElement);
        /**
         * A message was written, or a command, or anything else that begins with a slash. What is left of it in the box?
         * @type {((text: string, to: string | null) => string) | null}
         */
        this.onsend = null;
        /**
         * The menu of a message is asked for.
         * @type {((id: string, source: string, author: string, button: HTMLElement) => void) | null}
         */
        this.onmenu = null;
        this.#form.addEventListener('submit', (event) => {
            event.preventDefault();
            this.#send();
        });
        find(this.#recipient, 'button', HTMLButtonElement).addEventListener('click', () => {
            this.setRecipient(null);
            this.#input.focus();
        });
        this.#input.addEventListener('keydown', (event) => this.#gotKey(event));
        this.#input.addEventListener('input', () => this.#fitInput());
        this.#log.addEventListener('scroll', () => {
            // In a box that has just become smaller it says nothing of where one reads: the observer comes next.
            if (this.#log.clientHeight === this.#logHeight) {
                this.#noteWhere();
            }
        });
        // The box for a long message takes room from the messages.
        new ResizeObserver(() => {
            this.#logHeight = this.#log.clientHeight;
            if (this.#atEnd) {
                this.#showEnd();
            }
        }).observe(this.#log);
    }

    /** @param {KeyboardEvent} event */
    #gotKey(event) {
        const modified = event.shiftKey || event.ctrlKey || event.metaKey || event.altKey;
        if (event.key === 'Enter' && !event.isComposing) {
            if (!modified) {
                event.preventDefault();
                this.#send();
            } else if (!event.shiftKey) {
                // Browsers make a new line of Shift and Enter only.
                event.preventDefault();
                this.#input.setRangeText('\n', this.#input.selectionStart, this.#input.selectionEnd, 'end');
                this.#fitInput();
            }
        } else if (event.key === 'Escape' && this.#to) {
            event.stopPropagation();
            this.setRecipient(null);
        }
    }

    #send() {
        const text = this.#input.value.trim();
        if (text) {
            this.#input.value = this.onsend?.(text, this.#to?.id ?? null) ?? '';
            this.#fitInput();
        }
    }

    #fitInput() {
        this.#input.style.height = 'auto';
        const border = this.#input.offsetHeight - this.#input.clientHeight;
        this.#input.style.height = `${Math.min(this.#input.scrollHeight + border, INPUT_HIGHEST)}px`;
    }

    /** @param {boolean} allowed */
    setAllowed(allowed) {
        keepFocus(() => {
            this.#input.disabled = !allowed;
            this.#button.disabled = !allowed;
            this.#form.hidden = !allowed;
            this.#hint.hidden = allowed;
        }, () => this.#log);
    }

    /** @param {boolean} may delete messages */
    setModerator(may) {
        this.#mayModerate = may;
        this.element.classList.toggle('moderated', may);
    }

    /**
     * Whom the next messages are for, until they are for everybody again.
     * @param {{id: string, name: string} | null} to null: everybody
     */
    setRecipient(to) {
        this.#to = to;
        this.#recipient.hidden = to === null;
        this.#form.classList.toggle('private', to !== null);
        find(this.#recipient, 'span', HTMLElement).textContent = to ? t.privatelyTo(to.name) : '';
    }

    /**
     * Shows a message. One that races with the history comes twice, with the same identifier.
     * @param {ChatMessage} message
     * @returns {boolean} whether it was new
     */
    add(message) {
        const known = message.id !== null && this.#items().some((item) => item.dataset['id'] === message.id);
        if (known) {
            return false;
        }
        const item = this.#item(message);
        this.#shown.set(item, message);
        this.#list.append(item);
        if (this.#list.childElementCount > MESSAGES_AT_MOST) {
            this.#list.firstElementChild?.remove();
            this.#showHeading(this.#list.firstElementChild);
        }
        this.#showHeading(item);
        if (message.kind === 'local') {
            // An answer may be longer than the panel: it is read from its beginning.
            this.#log.scrollTop = item.offsetTop - this.#log.offsetTop;
            this.#noteWhere();
        } else if (this.#atEnd || message.own) {
            this.#showEnd();
        }
        this.#showEmpty();
        return true;
    }

    /**
     * @param {string | null} source whose messages go; null: everybody's
     * @param {string | null} id of the one message that goes; null: all
     */
    clear(source, id) {
        keepFocus(() => {
            for (const item of this.#items()) {
                const hit = (source === null || item.dataset['source'] === source) && (id === null || item.dataset['id'] === id);
                if (hit) {
                    const next = item.nextElementSibling;
                    item.remove();
                    this.#showHeading(next);
                }
            }
        }, () => this.#log);
        this.#showEmpty();
    }

    /** The newest message in view: what is out of sight cannot be scrolled. */
    revealed() {
        this.#showEnd();
        if (!this.#input.disabled) {
            this.#input.focus();
        }
    }

    #showEnd() {
        this.#log.scrollTop = this.#log.scrollHeight;
        // Its own event comes a frame later, when the box may have another size.
        this.#atEnd = true;
    }

    #noteWhere() {
        this.#atEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < NEAR_END;
    }

    /** @returns {HTMLElement[]} */
    #items() {
        return Array.from(this.#list.querySelectorAll('li'));
    }

    #showEmpty() {
        find(this.element, '.chat-empty', HTMLElement).hidden = this.#list.childElementCount > 0;
    }

    /** @param {ChatMessage} message */
    #item(message) {
        const { author, to, time, kind } = message;
        const action = kind === 'me';
        // An action begins with its author's name, but who else can read it stands in the heading only.
        const heading = kind === 'local' || (action && to === null) ? '' : html`
            <p class="message-heading">
                <span class="message-author">${to === null ? author : message.own ? t.youTo(to) : t.toYou(author)}</span>
                ${to === null ? '' : html`<span class="message-private">${t.private}</span>`}
                ${time ? html`<time datetime="${time.toISOString()}">${clock(time)}</time>` : ''}
            </p>`;
        const classes = [message.own ? 'own' : '', to === null ? '' : 'private', action ? 'action' : '', kind === 'local' ? 'local' : ''];
        const text = withLinks(action ? `${author} ${message.text}` : message.text);
        const element = render(html`
            <li class="message ${classes.filter(Boolean).join(' ')}" data-id="${message.id ?? ''}"
                data-source="${message.source ?? ''}">
                ${heading}
                <div class="message-body"><p class="message-text">${text}</p></div>
            </li>`);
        const { id, source } = message;
        if (id !== null && source !== null && to === null) {
            const menu = render(html`
                <button class="plain-button message-menu" type="button" aria-haspopup="menu" aria-expanded="false"
                    aria-label="${t.menuOf(author)}" title="${t.menuOf(author)}">${icon('more')}</button>`);
            menu.addEventListener('click', () => this.#mayModerate && this.onmenu?.(id, source, author, menu));
            find(element, '.message-body', HTMLElement).append(menu);
        }
        return element;
    }

    /**
     * Every message has its heading, for the one before it may be deleted. It is seen unless that one's serves for both.
     * @param {Element | null} item
     */
    #showHeading(item) {
        const message = item && this.#shown.get(item);
        const before = item?.previousElementSibling && this.#shown.get(item.previousElementSibling);
        item?.classList.toggle('continued', Boolean(message && before && continues(message, before)));
    }
}

/**
 * @param {ChatMessage} message
 * @param {ChatMessage} before
 */
function continues(message, before) {
    return message.kind !== 'me' && before.kind === message.kind && before.source === message.source
        && before.author === message.author && before.to === message.to && before.time !== null && message.time !== null
        && message.time.getTime() - before.time.getTime() < SAME_BREATH;
}
