// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/** Text that is markup already, as `html` makes it. */
export class Markup {
    /** @param {string} text */
    constructor(text) {
        /** @readonly */
        this.text = text;
    }
}

/** @type {Record<string, string>} */
const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * @param {unknown} value
 * @returns {string}
 */
function markupOf(value) {
    if (value instanceof Markup) {
        return value.text;
    }
    if (Array.isArray(value)) {
        return value.map(markupOf).join('');
    }
    if (value === null || value === undefined || value === false) {
        return '';
    }
    return String(value).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

/**
 * Markup with values in it. A value is escaped unless it is markup itself; lists are joined; nothing comes of `null`,
 * `undefined` and `false`.
 * @param {TemplateStringsArray} strings
 * @param {...unknown} values
 * @returns {Markup}
 */
export function html(strings, ...values) {
    return new Markup(strings.reduce((text, string, index) => text + markupOf(values[index - 1]) + string));
}

/**
 * @param {Markup} markup of one element
 * @returns {HTMLElement}
 */
export function render(markup) {
    const template = document.createElement('template');
    template.innerHTML = markup.text.trim();
    const element = template.content.firstElementChild;
    if (!(element instanceof HTMLElement)) {
        throw new Error('The markup has no element');
    }
    // Else the template's content would stay its parent, and `replaceWith` would put things there.
    element.remove();
    return element;
}

/**
 * The first element within `root` that matches.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
export function find(root, selector, type) {
    const element = root.querySelector(selector);
    if (!(element instanceof type)) {
        throw new Error(`No ${type.name} at ${selector}`);
    }
    return element;
}
