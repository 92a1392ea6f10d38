// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// A menu that a button opens: https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/

import { html, render } from './html.js';
import { icon } from './icons.js';

/** @typedef {import('./icons.js').IconName} IconName */

/**
 * @typedef {object} MenuItem
 * @property {string} label
 * @property {IconName} icon
 * @property {() => void} act
 * @property {boolean} [danger]
 * @property {boolean} [separated] from the items before it
 */

/** Between the menu and the button, and the menu and the window's edge, in pixels. */
const MARGIN = 6;

/** @type {(() => void) | null} */
let closeOpenMenu = null;

/** Closes the menu that is open, if one is: what it belongs to has gone. */
export function closeMenu() {
    closeOpenMenu?.();
}

/**
 * @param {HTMLElement} button
 * @param {string} label
 * @param {MenuItem[]} items
 */
export function openMenu(button, label, items) {
    const wasOpen = button.getAttribute('aria-expanded') === 'true';
    closeMenu();
    if (wasOpen) {
        return;
    }
    const menu = render(html`<div class="menu" role="menu" aria-label="${label}"></div>`);
    const entries = items.map((item) => {
        const classes = `menu-item ${item.danger ? 'danger' : ''} ${item.separated ? 'separated' : ''}`;
        const entry = render(html`
            <button class="${classes}" type="button" role="menuitem" tabindex="-1">${icon(item.icon)}<span>${item.label}</span></button>`);
        entry.addEventListener('click', () => {
            close(true);
            item.act();
        });
        return entry;
    });
    menu.append(...entries);

    /** @param {boolean} focusBack */
    const close = (focusBack) => {
        closeOpenMenu = null;
        // A focus that went with the menu would fall to the top of the page.
        const hadFocus = menu.contains(document.activeElement);
        menu.remove();
        button.setAttribute('aria-expanded', 'false');
        document.removeEventListener('pointerdown', closeOutside, true);
        window.removeEventListener('resize', closeAway);
        if (focusBack || hadFocus) {
            button.focus();
        }
    };
    const closeAway = () => close(false);
    /** @param {PointerEvent} event */
    const closeOutside = (event) => {
        const target = /** @type {Node} */ (event.target);
        // The button itself closes it by its click.
        if (!menu.contains(target) && !button.contains(target)) {
            close(false);
        }
    };
    menu.addEventListener('keydown', (event) => {
        const now = entries.indexOf(/** @type {HTMLElement} */ (document.activeElement));
        const next = {
            ArrowDown: (now + 1) % entries.length,
            ArrowUp: (now - 1 + entries.length) % entries.length,
            Home: 0,
            End: entries.length - 1,
        }[event.key];
        if (next !== undefined) {
            entries[next]?.focus();
        } else if (event.key === 'Escape' || event.key === 'Tab') {
            close(true);
        } else {
            return;
        }
        event.stopPropagation();
        if (event.key !== 'Tab') {
            event.preventDefault();
        }
    });
    document.addEventListener('pointerdown', closeOutside, true);
    window.addEventListener('resize', closeAway);
    document.body.append(menu);
    place(menu, button.getBoundingClientRect());
    button.setAttribute('aria-expanded', 'true');
    closeOpenMenu = closeAway;
    entries[0]?.focus();
}

/**
 * Below the button or above it; beside it where there is room for neither, so that it does not come to lie under the pointer.
 * @param {HTMLElement} menu
 * @param {DOMRect} anchor
 */
function place(menu, anchor) {
    const { width, height } = menu.getBoundingClientRect();
    const lowest = Math.max(MARGIN, window.innerHeight - height - MARGIN);
    const rightmost = window.innerWidth - width - MARGIN;
    let left = anchor.right - width;
    let top = anchor.bottom + MARGIN;
    if (top > lowest && anchor.top - MARGIN - height >= MARGIN) {
        top = anchor.top - MARGIN - height;
    } else if (top > lowest) {
        top = lowest;
        left = anchor.left - MARGIN - width;
    }
    menu.style.left = `${Math.max(MARGIN, Math.min(left, rightmost))}px`;
    menu.style.top = `${top}px`;
    menu.style.maxHeight = `${window.innerHeight - top - MARGIN}px`;
}
