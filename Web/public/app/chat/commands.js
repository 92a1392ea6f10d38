// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { texts } from '../texts.js';

/** @typedef {import('../moderation/actions.js').Actions} Actions */

/**
 * @typedef {object} Command
 * @property {string[]} [needs] permissions
 * @property {string} [parameters] as `/help` shows them
 * @property {string} help
 * @property {(actions: Actions, first: string, rest: string, all: string) => void} run `all`: the text, where it is one
 */

/** What is wrong with a command, in words. */
export class CommandError extends Error {}

const t = texts.commands;

/**
 * @param {Actions} actions
 * @param {string} user a name or an id
 */
function userOf(actions, user) {
    if (!user) {
        throw new CommandError(t.userNeeded);
    }
    const id = actions.findUser(user);
    if (id === null) {
        throw new CommandError(t.noSuchUser(user));
    }
    return id;
}

/**
 * @param {string} text
 * @returns {string}
 */
function needed(text) {
    if (!text) {
        throw new CommandError(t.textNeeded);
    }
    return text;
}

/**
 * A command that changes what a user may do.
 * @param {string} kind
 * @returns {Command}
 */
function change(kind) {
    return {
        needs: ['op'],
        parameters: t.user,
        help: t.help[/** @type {keyof typeof t.help} */ (kind)],
        run: (actions, user) => actions.change(kind, userOf(actions, user)),
    };
}

/** @type {Record<string, Command>} */
export const commands = {
    help: { help: t.help.help, run: (actions) => actions.say(helpText(actions.permissions)) },
    me: {
        needs: ['message'], parameters: t.text, help: t.help.me,
        run: (actions, _first, _rest, all) => actions.write('me', '', needed(all)),
    },
    msg: {
        needs: ['message'], parameters: t.userAndText, help: t.help.msg,
        run: (actions, user, text) => actions.write('', userOf(actions, user), needed(text)),
    },
    sendfile: {
        needs: ['message'], parameters: t.user, help: t.help.sendfile,
        run: (actions, user) => actions.sendFile(userOf(actions, user)),
    },
    raise: { help: t.help.raise, run: (actions) => actions.raiseHand(true) },
    unraise: { help: t.help.unraise, run: (actions) => actions.raiseHand(false) },
    sharescreen: { needs: ['present'], help: t.help.sharescreen, run: (actions) => actions.startSharing() },
    unsharescreen: { needs: ['present'], help: t.help.unsharescreen, run: (actions) => actions.stopSharing() },
    renegotiate: { help: t.help.renegotiate, run: (actions) => actions.renegotiate() },
    replace: { needs: ['present'], help: t.help.replace, run: (actions) => actions.replace() },
    leave: { help: t.help.leave, run: (actions) => actions.leave() },
    kick: {
        needs: ['op'], parameters: t.userAndReason, help: t.help.kick,
        run: (actions, user, reason) => actions.kick(userOf(actions, user), reason),
    },
    identify: change('identify'),
    op: change('op'),
    unop: change('unop'),
    present: change('present'),
    unpresent: change('unpresent'),
    shutup: change('shutup'),
    unshutup: change('unshutup'),
    mute: {
        needs: ['op'], parameters: t.user, help: t.help.mute,
        run: (actions, user) => actions.mute(userOf(actions, user)),
    },
    muteall: { needs: ['op'], help: t.help.muteall, run: (actions) => actions.muteAll() },
    warn: {
        needs: ['op'], parameters: t.userAndText, help: t.help.warn,
        run: (actions, user, text) => actions.warn(userOf(actions, user), needed(text)),
    },
    wall: {
        needs: ['op'], parameters: t.text, help: t.help.wall,
        run: (actions, _first, _rest, all) => actions.warn('', needed(all)),
    },
    lock: {
        needs: ['op'], parameters: t.optionalText, help: t.help.lock,
        run: (actions, _first, _rest, all) => actions.lock(all),
    },
    unlock: { needs: ['op'], help: t.help.unlock, run: (actions) => actions.unlock() },
    clear: { needs: ['op'], help: t.help.clear, run: (actions) => actions.clearChat() },
    subgroups: { needs: ['op'], help: t.help.subgroups, run: (actions) => actions.subgroups() },
};

/**
 * @param {Command} command
 * @param {string[]} permissions
 */
function isAvailable(command, permissions) {
    return (command.needs ?? []).every((permission) => permissions.includes(permission));
}

/** @param {string[]} permissions */
function helpText(permissions) {
    return Object.entries(commands)
        .filter(([, command]) => isAvailable(command, permissions))
        .map(([name, command]) => `/${name}${command.parameters ? ` ${command.parameters}` : ''} – ${command.help}`)
        .join('\n');
}

/**
 * The first word, which may be in quotes and have backslashes in it, and what follows it.
 * @param {string} text
 * @returns {[first: string, rest: string]}
 */
export function splitFirst(text) {
    const trimmed = text.trim();
    const quoted = /^(["'])((?:\\[^]|(?!\1)[^\\])*)\1(?:\s+|$)/.exec(trimmed);
    const plain = /^((?:\\[^]|[^\\\s])*)\s*/.exec(trimmed);
    const first = quoted?.[2] ?? plain?.[1] ?? '';
    const length = (quoted ?? plain)?.[0]?.length ?? 0;
    return [first.replace(/\\([^])/g, '$1'), trimmed.slice(length)];
}

/**
 * Does what was typed after a slash.
 * @param {Actions} actions
 * @param {string} line with the slash
 */
export function runCommand(actions, line) {
    const [, name = '', all = ''] = /^\/(\S*)\s*([^]*)$/.exec(line) ?? [];
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!command) {
        throw new CommandError(t.unknown(name));
    }
    if (!isAvailable(command, actions.permissions)) {
        throw new CommandError(t.notAllowed(name));
    }
    const [first, rest] = splitFirst(all);
    command.run(actions, first, rest, all.trim());
}
