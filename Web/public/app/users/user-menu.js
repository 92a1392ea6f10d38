// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { texts } from '../texts.js';

/** @typedef {import('../../lib/menu.js').MenuItem} MenuItem */
/** @typedef {import('../moderation/actions.js').Actions} Actions */

const t = texts.userMenu;

/**
 * What one may do with oneself.
 * @param {Actions} actions
 * @param {boolean} handRaised
 * @returns {MenuItem[]}
 */
export function ownMenu(actions, handRaised) {
    return [
        handRaised
            ? { label: t.lowerHand, icon: 'hand', act: () => actions.raiseHand(false) }
            : { label: t.raiseHand, icon: 'hand', act: () => actions.raiseHand(true) },
        { label: t.restartMedia, icon: 'restart', act: () => actions.renegotiate() },
        { label: t.settings, icon: 'settings', act: () => actions.openSettings() },
    ];
}

/**
 * What one may do with somebody else: only what the server would allow.
 * @param {Actions} actions
 * @param {string[]} permissions one's own
 * @param {string} id
 * @param {User} user
 * @returns {MenuItem[]}
 */
export function userMenu(actions, permissions, id, user) {
    /** @type {MenuItem[]} */
    const items = [];
    if (permissions.includes('message')) {
        items.push(
            { label: t.message, icon: 'chat', act: () => actions.writePrivately(id) },
            { label: t.sendFile, icon: 'file', act: () => actions.sendFile(id) },
        );
    }
    if (!permissions.includes('op')) {
        return items;
    }
    const may = (/** @type {string} */ permission) => user.permissions.includes(permission);
    items.push(
        { label: t.mute, icon: 'microphoneOff', act: () => actions.mute(id), separated: true },
        { label: t.warn, icon: 'bell', act: () => actions.askWarning(id) },
        may('present')
            ? { label: t.unpresent, icon: 'cameraOff', act: () => actions.change('unpresent', id) }
            : { label: t.present, icon: 'camera', act: () => actions.change('present', id) },
        may('message')
            ? { label: t.shutup, icon: 'chat', act: () => actions.change('shutup', id) }
            : { label: t.unshutup, icon: 'chat', act: () => actions.change('unshutup', id) },
        may('op')
            ? { label: t.unop, icon: 'shield', act: () => actions.change('unop', id) }
            : { label: t.op, icon: 'shield', act: () => actions.change('op', id) },
        { label: t.identify, icon: 'id', act: () => actions.change('identify', id) },
        { label: t.kick, icon: 'exit', act: () => actions.askKick(id), danger: true, separated: true },
    );
    return items;
}

/**
 * What an operator may do with a message, and with who has written it.
 * @param {Actions} actions
 * @param {string} id of the message
 * @param {string} source of whom it is
 * @param {string} author a name to show
 * @param {boolean} isHere whether that is somebody else who is still here
 * @returns {MenuItem[]}
 */
export function messageMenu(actions, id, source, author, isHere) {
    const c = texts.chat;
    /** @type {MenuItem[]} */
    const items = [
        { label: c.deleteMessage, icon: 'trash', act: () => actions.clearChat({ id, userId: source }) },
        { label: c.deleteAllOf(author), icon: 'trash', act: () => actions.clearChat({ userId: source }) },
    ];
    if (isHere) {
        items.push(
            { label: t.identify, icon: 'id', act: () => actions.change('identify', source), separated: true },
            { label: t.kick, icon: 'exit', act: () => actions.askKick(source), danger: true },
        );
    }
    return items;
}

/**
 * What an operator may do with the group.
 * @param {Actions} actions
 * @param {boolean} isLocked
 * @returns {MenuItem[]}
 */
export function groupMenu(actions, isLocked) {
    const g = texts.groupMenu;
    return [
        isLocked
            ? { label: g.unlock, icon: 'unlock', act: () => actions.unlock() }
            : { label: g.lock, icon: 'lock', act: () => actions.askLock() },
        { label: g.muteAll, icon: 'microphoneOff', act: () => actions.muteAll() },
        { label: g.warnAll, icon: 'bell', act: () => actions.askWarning('') },
        { label: g.clearChat, icon: 'trash', act: () => actions.askClearChat(), danger: true, separated: true },
    ];
}
