// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/** Markup of our own, with values in it that may be anybody's. The values never become markup: see `render`. */
export class Markup {
    /**
     * @param {TemplateStringsArray} strings
     * @param {unknown[]} values
     */
    constructor(strings, values) {
        this.strings = strings;
        this.values = values;
    }
}

/**
 * Markup with values in it. Within an attribute's quotes a value is text. Between tags it is text, markup, a node, or a list
 * of those; nothing comes of `null`, `undefined` and `false`.
 * @param {TemplateStringsArray} strings
 * @param {...unknown} values
 * @returns {Markup}
 */
export function html(strings, ...values) {
    return new Markup(strings, values);
}

/** Around the number of a value, where the value will be. */
const PLACE = /\uE000(\d+)\uE001/g;

/** Attributes whose values run or restyle: no value gets there. */
const FORBIDDEN_ATTRIBUTE = /^(on.*|style|srcdoc)$/;
const ADDRESSES = ['href', 'src', 'action', 'formaction'];
const HARMLESS_SCHEMES = ['http:', 'https:', 'blob:'];

/** @type {WeakMap<TemplateStringsArray, HTMLTemplateElement>} */
const templates = new WeakMap();

/**
 * Only the strings of our scripts are parsed as markup here, with places for the values.
 * @param {TemplateStringsArray} strings
 * @returns {HTMLTemplateElement}
 */
function templateOf(strings) {
    const known = templates.get(strings);
    if (known) {
        return known;
    }
    let text = '';
    strings.forEach((string, index) => {
        text += string;
        if (index < strings.length - 1) {
            const place = `\uE000${index}\uE001`;
            text += text.lastIndexOf('<') > text.lastIndexOf('>') ? place : `<!--${place}-->`;
        }
    });
    const template = document.createElement('template');
    template.innerHTML = text.trim();
    templates.set(strings, template);
    return template;
}

/**
 * @param {unknown} value
 * @returns {Node[]}
 */
function nodesOf(value) {
    if (value === null || value === undefined || value === false || value === '') {
        return [];
    }
    if (value instanceof Node) {
        return [value];
    }
    if (value instanceof Markup) {
        return [...fragmentOf(value).childNodes];
    }
    if (Array.isArray(value)) {
        return value.flatMap(nodesOf);
    }
    return [document.createTextNode(String(value))];
}

/**
 * @param {Element} element
 * @param {Attr} attribute
 * @param {unknown[]} values
 */
function fillAttribute(element, attribute, values) {
    const { name, value } = attribute;
    if (!value.includes('\uE000')) {
        return;
    }
    if (FORBIDDEN_ATTRIBUTE.test(name)) {
        throw new Error(`No values in the attribute ${name}`);
    }
    const text = value.replace(PLACE, (_, index) => String(values[Number(index)] ?? ''));
    if (ADDRESSES.includes(name) && !HARMLESS_SCHEMES.includes(new URL(text, document.baseURI).protocol)) {
        throw new Error('An address of a scheme that is not allowed');
    }
    element.setAttribute(name, text);
}

/**
 * @param {Markup} markup
 * @returns {DocumentFragment}
 */
function fragmentOf(markup) {
    const fragment = document.importNode(templateOf(markup.strings).content, true);
    const walker = document.createTreeWalker(fragment, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_COMMENT);
    /** @type {Node[]} */
    const found = [];
    while (walker.nextNode()) {
        found.push(walker.currentNode);
    }
    for (const node of found) {
        if (node instanceof Element) {
            [...node.attributes].forEach((attribute) => fillAttribute(node, attribute, markup.values));
        } else if (node instanceof Comment) {
            const [, index] = /^\uE000(\d+)\uE001$/.exec(node.data) ?? [];
            if (index !== undefined) {
                node.replaceWith(...nodesOf(markup.values[Number(index)]));
            }
        }
    }
    return fragment;
}

/**
 * @param {Markup} markup of one element
 * @returns {HTMLElement}
 */
export function render(markup) {
    const element = fragmentOf(markup).firstElementChild;
    if (!(element instanceof HTMLElement)) {
        throw new Error('The markup has no element');
    }
    // Else the fragment would stay its parent, and `replaceWith` would put things there.
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
