// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { openDialog } from '../../lib/dialog.js';
import { find, html, render } from '../../lib/html.js';
import { texts } from '../texts.js';

/** @typedef {import('./settings.js').Settings} Settings */
/** @typedef {import('./settings.js').Values} Values */

const t = texts.settings;

/**
 * @param {keyof Values} name
 * @param {string} label
 * @param {string} hint
 * @param {Record<string, string>} options
 */
function choice(name, label, hint, options) {
    return html`
        <div class="field">
            <label for="settings-${name}">${label}</label>
            <select id="settings-${name}" name="${name}" aria-describedby="settings-${name}-hint">
                ${Object.entries(options).map(([value, text]) => html`<option value="${value}">${text}</option>`)}
            </select>
            <p class="hint" id="settings-${name}-hint">${hint}</p>
        </div>`;
}

/** Whether the dialog is about to come: the browser takes its time to tell the devices. */
let isOpening = false;

/** @returns {Promise<MediaDeviceInfo[]>} none if the browser does not tell */
async function allDevices() {
    try {
        return (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    } catch (error) {
        console.warn('The devices cannot be listed:', error);
        return [];
    }
}

/**
 * The devices of a kind. They have names only once the browser allows the page to use one.
 * @param {MediaDeviceInfo[]} all
 * @param {MediaDeviceKind} kind
 * @param {string} chosen
 * @param {(number: number) => string} numbered
 */
function devices(all, kind, chosen, numbered) {
    const found = all.filter((device) => device.kind === kind && device.deviceId && device.deviceId !== 'default');
    /** @type {Record<string, string>} */
    const options = { '': t.deviceDefault };
    found.forEach((device, index) => {
        options[device.deviceId] = device.label || numbered(index + 1);
    });
    if (!(chosen in options)) {
        options[chosen] = t.deviceGone;
    }
    return options;
}

/**
 * Shows the settings. What is changed holds at once.
 * @param {Settings} settings
 * @param {() => boolean} isWanted still, once the devices are known
 */
export async function openSettings(settings, isWanted) {
    if (isOpening) {
        return;
    }
    isOpening = true;
    const all = await allDevices();
    isOpening = false;
    if (isWanted()) {
        show(settings, all);
    }
}

/**
 * @param {Settings} settings
 * @param {MediaDeviceInfo[]} all devices
 */
function show(settings, all) {
    const cameras = devices(all, 'videoinput', settings.get('camera'), t.cameraNumbered);
    const microphones = devices(all, 'audioinput', settings.get('microphone'), t.microphoneNumbered);
    const form = render(html`
        <form class="settings">
            <fieldset>
                <legend>${t.devices}</legend>
                ${choice('camera', t.camera, '', cameras)}
                ${choice('microphone', t.microphone, '', microphones)}
                <label class="check"><input type="checkbox" name="mirror"> ${t.mirror}</label>
            </fieldset>
            <fieldset>
                <legend>${t.sending}</legend>
                ${choice('send', t.send, t.sendHint, t.sendOptions)}
                ${choice('simulcast', t.simulcast, t.simulcastHint, t.simulcastOptions)}
            </fieldset>
            <fieldset>
                <legend>${t.receiving}</legend>
                ${choice('request', t.request, t.requestHint, t.requestOptions)}
            </fieldset>
            <fieldset>
                <legend>${t.appearance}</legend>
                ${choice('theme', t.theme, '', t.themeOptions)}
            </fieldset>
        </form>`);
    for (const select of form.querySelectorAll('select')) {
        const name = /** @type {keyof Values} */ (select.name);
        select.value = String(settings.get(name));
        select.addEventListener('change', () => settings.set(name, select.value));
    }
    const mirror = find(form, '[name=mirror]', HTMLInputElement);
    mirror.checked = settings.get('mirror');
    mirror.addEventListener('change', () => settings.set('mirror', mirror.checked));
    form.addEventListener('submit', (event) => event.preventDefault());
    openDialog(t.title, texts.dialog.close, form);
}
