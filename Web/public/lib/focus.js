// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/** @param {Element} element */
function canHoldFocus(element) {
    return element.getClientRects().length > 0 && getComputedStyle(element).visibility === 'visible'
        && !element.matches(':disabled') && !element.closest('[inert]');
}

/**
 * Changes what is on the screen. A focus that this takes away goes to what is near: it would fall to the top of the page,
 * and who goes by keyboard would begin anew.
 * @param {() => void} change
 * @param {() => HTMLElement | null | undefined} near asked for after the change, and only if the focus is lost
 */
export function keepFocus(change, near) {
    const focused = document.activeElement;
    change();
    if (focused && focused !== document.body && !canHoldFocus(focused)) {
        near()?.focus();
    }
}
