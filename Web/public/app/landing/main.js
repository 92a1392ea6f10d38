// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { find, html, render } from '../../lib/html.js';
import { groupPath, titleOf } from '../group-address.js';
import { Settings } from '../settings/settings.js';
import { texts } from '../texts.js';

/** @typedef {import('../group-address.js').GroupStatus} GroupStatus */

const t = texts.landing;

/** @param {GroupStatus} group */
function publicGroup(group) {
    const facts = [];
    if (group.redirect) {
        facts.push(t.remote);
    } else {
        facts.push(t.people(group.clientCount ?? 0));
        if (group.locked) {
            facts.push(t.locked);
        }
    }
    return html`
        <li>
            <a class="group" href="${groupPath(group.name)}">
                <span class="group-name">${titleOf(group)}</span>
                ${group.description ? html`<span class="group-description">${group.description}</span>` : ''}
                <span class="group-facts">${facts.join(', ')}</span>
            </a>
        </li>`;
}

/** @param {HTMLElement} host */
async function showPublicGroups(host) {
    try {
        const response = await fetch('/public-groups.json');
        if (!response.ok) {
            throw new Error(response.statusText);
        }
        /** @type {GroupStatus[]} */
        const groups = (await response.json()) ?? [];
        host.replaceChildren(
            render(groups.length
                ? html`<ul class="groups">${groups.map(publicGroup)}</ul>`
                : html`<p class="quiet">${t.noPublicGroups}</p>`),
        );
    } catch {
        host.replaceChildren(render(html`<p class="quiet">${t.publicGroupsFailed}</p>`));
    }
}

/**
 * @param {string} name of a group
 * @returns {Promise<string | null>} why it cannot be entered, in words
 */
async function reasonAgainst(name) {
    if (!name) {
        return t.nameNeeded;
    }
    try {
        const response = await fetch(`${groupPath(name)}.status`, { method: 'HEAD' });
        if (response.ok) {
            return null;
        }
        return response.status === 404 ? t.noSuchGroup(name) : t.failed(response.status);
    } catch {
        return t.unreachable;
    }
}

new Settings().applyTheme();
const page = render(html`
    <main class="landing">
        <header>
            <img src="/images/icon.svg" alt="" width="56" height="56">
            <h1>${texts.product}</h1>
        </header>
        <section class="card" aria-labelledby="landing-title">
            <h2 id="landing-title">${t.title}</h2>
            <p class="quiet">${t.introduction}</p>
            <form class="landing-form" novalidate>
                <label for="landing-group">${t.group}</label>
                <div class="landing-row">
                    <input id="landing-group" name="group" autocomplete="off" autocapitalize="none" spellcheck="false"
                        aria-describedby="landing-error" autofocus>
                    <button class="button primary" type="submit">${t.join}</button>
                </div>
                <p id="landing-error" class="form-error" role="alert"></p>
            </form>
        </section>
        <section class="card" aria-labelledby="landing-public">
            <h2 id="landing-public">${t.publicGroups}</h2>
            <div class="landing-groups"></div>
        </section>
    </main>`);
document.body.append(page);

const form = find(page, 'form', HTMLFormElement);
const input = find(page, 'input', HTMLInputElement);
const error = find(page, '.form-error', HTMLElement);

form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const name = input.value.trim();
    const reason = await reasonAgainst(name);
    error.textContent = reason ?? '';
    input.setAttribute('aria-invalid', String(reason !== null));
    if (reason === null) {
        window.location.assign(groupPath(name));
    } else {
        input.focus();
    }
});
input.focus();
void showPublicGroups(find(page, '.landing-groups', HTMLElement));
