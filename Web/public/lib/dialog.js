// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// Modal dialogs: https://www.w3.org/WAI/ARIA/apg/patterns/dialog-modal/. The browser's own keep the focus inside, close by
// Escape and give the focus back.

import { find, html, render } from './html.js';
import { icon } from './icons.js';

let lastId = 0;

/**
 * @param {string} title
 * @param {string} closeLabel
 * @param {Node} content
 * @returns {HTMLDialogElement} shown; it goes when it is closed
 */
export function openDialog(title, closeLabel, content) {
    lastId += 1;
    const id = `dialog-title-${lastId}`;
    const dialog = /** @type {HTMLDialogElement} */ (render(html`
        <dialog class="dialog" aria-labelledby="${id}">
            <header class="dialog-header">
                <h2 id="${id}">${title}</h2>
                <button class="plain-button" type="button" aria-label="${closeLabel}">${icon('close')}</button>
            </header>
            ${content}
        </dialog>`));
    find(dialog, '.plain-button', HTMLButtonElement).addEventListener('click', () => dialog.close());
    // Keys are the dialog's own, not those of what is behind it.
    dialog.addEventListener('keydown', (event) => event.stopPropagation());
    dialog.addEventListener('close', () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    return dialog;
}

/** Closes the dialogs that are open, as by their crosses: what they belong to has gone. */
export function closeDialogs() {
    document.querySelectorAll('dialog').forEach((dialog) => dialog.close());
}

/**
 * @typedef {object} Question
 * @property {string} title
 * @property {string} [explanation]
 * @property {string} [field] the label of a text to be typed; none: it is only to be confirmed
 * @property {string} confirm
 * @property {string} cancel
 * @property {string} close the name of the cross in the corner
 * @property {boolean} [danger]
 */

/**
 * @param {Question} question
 * @returns {Promise<string | null>} what was typed, or null: no
 */
export function ask(question) {
    const form = render(html`
        <form class="dialog-form">
            ${question.explanation ? html`<p class="quiet">${question.explanation}</p>` : ''}
            ${question.field ? html`
                <div class="field">
                    <label for="dialog-text">${question.field}</label>
                    <input id="dialog-text" autocomplete="off" maxlength="1000">
                </div>` : ''}
            <div class="dialog-buttons">
                <button class="button" type="button">${question.cancel}</button>
                <button class="button ${question.danger ? 'danger' : 'primary'}" type="submit">${question.confirm}</button>
            </div>
        </form>`);
    const dialog = openDialog(question.title, question.close, form);
    const input = form.querySelector('input');
    (input ?? find(form, '[type=submit]', HTMLButtonElement)).focus();
    return new Promise((resolve) => {
        /** @type {string | null} */
        let answer = null;
        find(form, '[type=button]', HTMLButtonElement).addEventListener('click', () => dialog.close());
        form.addEventListener('submit', (event) => {
            event.preventDefault();
            answer = input?.value.trim() ?? '';
            dialog.close();
        });
        dialog.addEventListener('close', () => resolve(answer));
    });
}
