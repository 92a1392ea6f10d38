// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { find, html, render } from '../../lib/html.js';
import { icon } from '../../lib/icons.js';
import { texts } from '../texts.js';

/**
 * @typedef {object} ChatMessage
 * @property {string | null} id
 * @property {string | null} source
 * @property {string} author a name to show
 * @property {boolean} own
 * @property {boolean} private
 * @property {Date | null} time
 * @property {string} kind
 * @property {string} text
 */

const t = texts.chat;

/** One who writes again within this time needs no new heading, in milliseconds. */
const SAME_BREATH = 60_000;

/** The server's history holds 50; what came while one was there may be more, but not without end. */
const MESSAGES_AT_MOST = 1000;

/** The messages and the box to write one in. */
export class Chat {
    #list;
    #form;
    #input;
    #button;
    #hint;
    /** @type {ChatMessage | null} */
    #last = null;

    constructor() {
        this.element = render(html`
            <div class="chat">
                <ol class="chat-messages" role="log" aria-label="${t.messages}" tabindex="0"></ol>
                <p class="chat-empty quiet">${t.empty}</p>
                <form class="chat-form">
                    <label class="visually-hidden" for="chat-input">${t.input}</label>
                    <textarea id="chat-input" rows="1" placeholder="${t.input}" maxlength="10000"></textarea>
                    <button class="button primary icon-only" type="submit" aria-label="${t.send}">${icon('send')}</button>
                </form>
                <p class="chat-hint quiet" hidden>${t.notAllowed}</p>
            </div>`);
        this.#list = find(this.element, '.chat-messages', HTMLElement);
        this.#form = find(this.element, 'form', HTMLFormElement);
        this.#input = find(this.element, 'textarea', HTMLTextAreaElement);
        this.#button = find(this.element, 'button', HTMLButtonElement);
        this.#hint = find(this.element, '.chat-hint', HTMLElement);
        /** @type {((kind: string, text: string) => void) | null} */
        this.onsend = null;
        this.#form.addEventListener('submit', (event) => {
            event.preventDefault();
            this.#send();
        });
        this.#input.addEventListener('keydown', (event) => {
            const modified = event.shiftKey || event.ctrlKey || event.metaKey || event.altKey;
            if (event.key === 'Enter' && !modified && !event.isComposing) {
                event.preventDefault();
                this.#send();
            }
        });
        this.#input.addEventListener('input', () => this.#fitInput());
    }

    #send() {
        const text = this.#input.value.trim();
        if (!text) {
            return;
        }
        const action = /^\/me\s+([^]+)$/.exec(text);
        if (action?.[1]) {
            this.onsend?.('me', action[1]);
        } else {
            this.onsend?.('', text.startsWith('//') ? text.slice(1) : text);
        }
        this.#input.value = '';
        this.#fitInput();
    }

    #fitInput() {
        this.#input.style.height = 'auto';
        this.#input.style.height = `${Math.min(this.#input.scrollHeight, 140)}px`;
    }

    /** @param {boolean} allowed */
    setAllowed(allowed) {
        this.#input.disabled = !allowed;
        this.#button.disabled = !allowed;
        this.#form.hidden = !allowed;
        this.#hint.hidden = allowed;
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
        const atEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 40;
        this.#list.append(this.#item(message));
        this.#last = message;
        if (this.#list.childElementCount > MESSAGES_AT_MOST) {
            this.#list.firstElementChild?.remove();
        }
        if (atEnd || message.own) {
            this.#list.scrollTop = this.#list.scrollHeight;
        }
        this.#showEmpty();
        return true;
    }

    /**
     * @param {string | null} source whose messages go; null: everybody's
     * @param {string | null} id of the one message that goes; null: all
     */
    clear(source, id) {
        for (const item of this.#items()) {
            const hit = (source === null || item.dataset['source'] === source) && (id === null || item.dataset['id'] === id);
            if (hit) {
                item.remove();
            }
        }
        this.#last = null;
        this.#showEmpty();
    }

    /** The newest message in view: what is out of sight cannot be scrolled. */
    revealed() {
        this.#list.scrollTop = this.#list.scrollHeight;
        if (!this.#input.disabled) {
            this.#input.focus();
        }
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
        const time = message.time?.toLocaleTimeString([], { hour: 'numeric', minute: '2-digit' });
        const heading = html`
            <p class="message-heading">
                <span class="message-author">${message.author}</span>
                ${message.private ? html`<span class="message-private">${t.private}</span>` : ''}
                ${time ? html`<time datetime="${message.time?.toISOString()}">${time}</time>` : ''}
            </p>`;
        const action = message.kind === 'me';
        const classes = [message.own ? 'own' : '', message.private ? 'private' : '', action ? 'action' : ''];
        const text = action ? `${message.author} ${message.text}` : message.text;
        return render(html`
            <li class="message ${classes.filter(Boolean).join(' ')}" data-id="${message.id ?? ''}"
                data-source="${message.source ?? ''}">
                ${action || this.#continues(message) ? '' : heading}
                <p class="message-text">${text}</p>
            </li>`);
    }

    /** @param {ChatMessage} message */
    #continues(message) {
        const last = this.#last;
        return last !== null && last.kind !== 'me' && last.source === message.source && last.author === message.author
            && last.private === message.private && last.time !== null && message.time !== null
            && message.time.getTime() - last.time.getTime() < SAME_BREATH;
    }
}
