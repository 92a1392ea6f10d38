// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { Transfers } from '../files/transfers.js';
import { guessStatus, titleOf } from '../group-address.js';
import { JoinForm } from '../join/join-form.js';
import { Notices } from '../notices/notices.js';
import { Settings } from '../settings/settings.js';
import { texts } from '../texts.js';
import { Meeting } from './meeting.js';

/** @typedef {import('../group-address.js').GroupStatus} GroupStatus */

const notices = new Notices();
const settings = new Settings();
const transfers = new Transfers();

/** @returns {Promise<GroupStatus | null>} null: it cannot be had */
async function fetchStatus() {
    try {
        const response = await fetch('.status');
        return response.ok ? { ...guessStatus(window.location), ...(await response.json()) } : null;
    } catch {
        return null;
    }
}

/** @param {string} url that the server sent */
function follow(url) {
    const target = new URL(url, window.location.href);
    if (target.protocol === 'https:' || target.protocol === 'http:') {
        window.location.assign(target);
    }
}

/** @param {GroupStatus} status */
function showJoinForm(status) {
    const title = titleOf(status);
    const form = new JoinForm(title);
    form.describe(status.description ?? '');
    form.tellPeople(status.clientCount ?? null, status.locked ?? false);
    if (typeof RTCPeerConnection === 'undefined') {
        form.showError(texts.join.noWebRTC);
    }
    form.onjoin = (request) => {
        form.setBusy(true);
        settings.load();
        const meeting = new Meeting(title, status.name, request, settings, notices, transfers);
        meeting.onjoined = () => {
            form.forgetPassword();
            form.element.replaceWith(meeting.element);
        };
        meeting.onended = (reason) => {
            meeting.element.replaceWith(form.element);
            // Files that were not saved can be had here as well.
            form.element.after(transfers.element);
            transfers.onfocuslost = () => form.focus();
            form.setBusy(false);
            form.showError(reason ?? '');
            form.focus();
            void fetchStatus().then((now) => form.tellPeople(now?.clientCount ?? null, now?.locked ?? false));
        };
        meeting.onredirect = follow;
        meeting.start(status.endpoint ?? guessStatus(window.location).endpoint ?? '');
    };
    document.body.append(form.element, transfers.element, notices.element);
    form.focus();
}

settings.applyTheme();
const known = await fetchStatus();
if (!known) {
    notices.show('warning', texts.join.statusFailed);
}
const status = known ?? guessStatus(window.location);
// What it says has been read, and is nobody else's.
window.history.replaceState(null, '', window.location.pathname);
document.title = texts.titleOf(titleOf(status), texts.product);
showJoinForm(status);
