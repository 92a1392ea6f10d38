// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { closeDialogs } from '../../lib/dialog.js';
import { keepFocus } from '../../lib/focus.js';
import { find, html, render } from '../../lib/html.js';
import { icon } from '../../lib/icons.js';
import { closeMenu, openMenu } from '../../lib/menu.js';
import { Camera } from '../camera/camera.js';
import { VideoGrid } from '../grid/video-grid.js';
import { Actions } from '../moderation/actions.js';
import { ScreenSharing } from '../screen/screen.js';
import { openSettings } from '../settings/settings-dialog.js';
import { texts } from '../texts.js';
import { Toolbar } from '../toolbar/toolbar.js';
import { groupMenu, ownMenu, userMenu } from '../users/user-menu.js';
import { UsersList } from '../users/users.js';
import { Conversation } from './conversation.js';
import { kickedText, refusalText } from './failures.js';
import { permissionNotices } from './permission-notices.js';
import { Session } from './session.js';
import { SidePanel } from './side-panel.js';
import { StreamsInGrid } from './streams.js';

/** @typedef {import('../files/transfers.js').Transfers} Transfers */
/** @typedef {import('../join/join-form.js').JoinRequest} JoinRequest */
/** @typedef {import('../notices/notices.js').Notices} Notices */
/** @typedef {import('../settings/settings.js').Settings} Settings */
/** @typedef {import('../toolbar/toolbar.js').Action} Action */
/** @typedef {import('./side-panel.js').PanelName} PanelName */

/** Up to this width the panel covers the videos, so it begins closed, in pixels. meeting.css has it too. */
const NARROW = 1024;

/** One stay in a group, from joining to leaving, and what it puts on the screen. */
export class Meeting {
    #grid = new VideoGrid();
    #users = new UsersList();
    #toolbar = new Toolbar();
    #screens = new ScreenSharing();
    #session;
    #streams;
    #camera;
    #actions;
    /** @type {Conversation} */
    #conversation;
    /** @type {SidePanel} */
    #panel;
    #lockBadge;
    #groupButton;
    #isLocked = false;
    /** @type {string[]} */
    #permissions = [];
    /** What was on before the connection was lost. */
    #wasOn = { audio: false, video: false, screen: false };
    /** What the others were told of oneself. */
    #said = { muted: false, raisehand: false };
    /** @type {(() => void) | null} */
    #removeHint = null;
    /** Whether what has changed of the members is about to be shown. */
    #showsUsersSoon = false;

    /**
     * @param {string} title
     * @param {string} group
     * @param {JoinRequest} request
     * @param {Settings} settings
     * @param {Notices} notices
     * @param {Transfers} transfers
     */
    constructor(title, group, request, settings, notices, transfers) {
        this.request = request;
        this.#session = new Session(group, request);
        this.settings = settings;
        this.notices = notices;
        this.transfers = transfers;
        this.#camera = new Camera(settings);
        this.#streams = new StreamsInGrid(this.#grid, notices);
        this.#actions = new Actions({
            connection: () => this.#connection,
            isOpen: () => this.#session.isOpen,
            warn: (text) => this.notices.show('warning', text),
            screens: this.#screens,
            writePrivately: (id) => this.#conversation.writePrivately(id),
            openSettings: () => void openSettings(settings, () => this.element.isConnected),
            leave: () => this.#session.leave(),
            replaceCamera: () => this.#camera.replace(),
            say: (text) => this.#conversation.say(text),
            write: (kind, dest, text) => this.#conversation.write(kind, dest, text),
        });
        this.#conversation = new Conversation(this.#session, this.#actions, notices, {
            isShown: () => this.#panel.open === 'chat',
            show: () => this.#showPanel('chat'),
        });
        this.#conversation.onunread = () => this.#updateToolbar();
        this.#panel = new SidePanel({
            chat: { title: texts.chat.title, element: this.#conversation.element },
            people: { title: texts.users.title, element: this.#users.element },
        });
        const t = texts.meeting;
        this.element = render(html`
            <div class="meeting">
                <header class="meeting-header">
                    <h1>${title}</h1>
                    <span class="badge lock-badge" hidden>${icon('lock')}${t.locked}</span>
                    <span class="meeting-buttons">
                        <button class="plain-button" type="button" data-action="group" aria-haspopup="menu" aria-expanded="false"
                            aria-label="${t.groupMenu}" title="${t.groupMenu}" hidden>${icon('shield')}</button>
                        <button class="plain-button" type="button" data-action="settings" aria-haspopup="dialog"
                            aria-label="${t.settings}" title="${t.settings}">${icon('settings')}</button>
                    </span>
                </header>
                <main class="meeting-body"></main>
                <footer class="meeting-footer"></footer>
            </div>`);
        this.#lockBadge = find(this.element, '.lock-badge', HTMLElement);
        this.#groupButton = find(this.element, '[data-action=group]', HTMLButtonElement);
        find(this.element, 'main', HTMLElement).append(this.#grid.element, this.#panel.element, this.#session.element);
        find(this.element, 'footer', HTMLElement).append(this.#toolbar.element);

        /**
         * The server has let us in.
         * @type {(() => void) | null}
         */
        this.onjoined = null;
        /**
         * The meeting is over, or did not begin: why, in words, or null if one has left.
         * @type {((reason: string | null) => void) | null}
         */
        this.onended = null;
        /**
         * The group is elsewhere.
         * @type {((url: string) => void) | null}
         */
        this.onredirect = null;

        this.#connectSession();
        this.#connectControls();
        this.#connectMedia();
    }

    /** @param {string} endpoint the WebSocket's address */
    start(endpoint) {
        this.settings.onchange = (name) => this.#gotSetting(name);
        this.#session.start(endpoint);
    }

    get #connection() {
        return this.#session.connection;
    }

    // What the person does

    #connectControls() {
        this.#toolbar.onaction = (action) => this.#act(action);
        this.#panel.onclose = () => {
            const panel = this.#panel.open;
            this.#showPanel(null);
            this.#toolbar.focus(panel ?? 'chat');
        };
        find(this.element, '[data-action=settings]', HTMLButtonElement)
            .addEventListener('click', () => this.#actions.openSettings());
        this.#groupButton.addEventListener('click', () => {
            openMenu(this.#groupButton, texts.meeting.groupMenu, groupMenu(this.#actions, this.#isLocked));
        });
        this.#users.onmenu = (id, button) => {
            const { users, permissions } = this.#connection;
            const user = users[id];
            if (user) {
                const items = id === this.#connection.id
                    ? ownMenu(this.#actions, Boolean(user.data['raisehand']))
                    : userMenu(this.#actions, permissions, id, user);
                openMenu(button, texts.users.actions(this.#actions.nameOf(id)), items);
            }
        };
    }

    /** @param {Action} action */
    #act(action) {
        switch (action) {
            case 'mute':
                return void this.#camera.setSound(!this.#camera.hasSound);
            case 'camera':
                return void this.#camera.setVideo(!this.#camera.hasVideo);
            case 'screen':
                return this.#screens.isOn ? this.#screens.stop() : void this.#screens.start();
            case 'hand':
                return this.#actions.raiseHand(!this.#said.raisehand);
            case 'leave':
                return this.#session.leave();
            default:
                return this.#showPanel(this.#panel.open === action ? null : action);
        }
    }

    #connectMedia() {
        const connection = () => {
            const mayPresent = this.#connection.isOpen && this.#connection.permissions.includes('present');
            return mayPresent ? this.#connection : null;
        };
        for (const source of [this.#camera, this.#screens]) {
            source.connection = connection;
            source.onwarning = (text) => this.notices.show('warning', text);
            source.onstream = (stream, media) => this.#streams.showOwn(stream, media);
            source.onstopped = (stream) => this.#grid.remove(stream);
            source.onchange = () => this.#mediaChanged();
        }
        this.#grid.setMirrored(this.settings.get('mirror'));
    }

    #mediaChanged() {
        const camera = this.#camera;
        if (this.#session.isOpen && !camera.isStarting) {
            this.#wasOn = { audio: camera.hasSound, video: camera.hasVideo, screen: this.#screens.isOn };
            const muted = camera.isOn && !camera.hasSound;
            if (muted !== this.#said.muted) {
                this.#said.muted = muted;
                this.#connection.userAction('setdata', this.#connection.id, { muted: muted ? true : null });
            }
        }
        if (camera.isOn) {
            this.#removeHint?.();
        }
        this.#markMuted();
        this.#updateToolbar();
    }

    #markMuted() {
        this.#streams.markMuted(this.#connection.users, this.#camera.isOn && !this.#camera.hasSound);
    }

    /** @param {string} name */
    #gotSetting(name) {
        switch (name) {
            case 'camera':
            case 'microphone':
                return void this.#camera.restart();
            case 'send':
            case 'simulcast':
                return this.#camera.adapt();
            case 'request':
                return this.#session.isOpen ? this.#connection.request(this.settings.wanted) : undefined;
            case 'mirror':
                return this.#grid.setMirrored(this.settings.get('mirror'));
            case 'theme':
                return this.settings.applyTheme();
        }
    }

    // What the server says

    #connectSession() {
        const session = this.#session;
        session.data = () => (this.#said.raisehand ? { raisehand: true } : undefined);
        session.onconnection = (connection) => this.#listenTo(connection);
        session.onjoined = (isAgain, status) => this.#begin(isAgain, Boolean(status['locked']));
        session.onchange = (status) => this.#gotChange(status);
        session.onlost = () => {
            this.notices.clear();
            closeMenu();
            this.#groupButton.hidden = true;
            this.#users.update({}, '');
            this.#panel.setTitle('people', texts.users.title);
            this.#updateToolbar();
        };
        session.onredirect = (url) => this.onredirect?.(url);
        session.onended = (reason) => {
            this.#camera.stop();
            this.#screens.stop();
            this.transfers.end();
            this.settings.onchange = null;
            this.notices.clear();
            closeMenu();
            closeDialogs();
            this.onended?.(reason);
        };
    }

    /** @param {ServerConnection} connection */
    #listenTo(connection) {
        connection.onuser = (id, kind) => this.#gotUser(id, kind);
        connection.ondownstream = (stream) => {
            this.#streams.show(stream);
            this.#markMuted();
        };
        connection.onchat = (id, source, dest, username, time, _privileged, history, kind, message) => {
            // Captions belong over the picture, and are no conversation.
            if (kind !== 'caption') {
                this.#conversation.got({ id, source, dest, username, time, history, kind, message });
            }
        };
        connection.onusermessage = (source, _dest, username, _time, privileged, kind, _error, message) => {
            if (privileged) {
                this.#gotPrivilegedMessage(source, username ?? '', kind, message);
            }
        };
        connection.onfiletransfer = (transfer) => this.transfers.add(transfer);
    }

    /**
     * @param {boolean} isAgain
     * @param {boolean} locked
     */
    #begin(isAgain, locked) {
        const { devices } = this.request;
        this.#wasOn = isAgain ? this.#wasOn : { audio: devices !== 'nothing', video: devices === 'both', screen: false };
        const { audio, video, screen } = this.#wasOn;
        this.#said.muted = false;
        this.#permissions = [...this.#connection.permissions];
        this.#connection.request(this.settings.wanted);
        this.#showLocked(locked);
        if (isAgain) {
            this.notices.show('info', screen ? texts.reconnection.screenStopped : texts.reconnection.back);
            this.#showPermissions();
        } else {
            this.#session.element.before(this.transfers.element);
            this.transfers.onfocuslost = () => this.#toolbar.focus('people');
            this.onjoined?.();
            this.#showPermissions();
            this.#showPanel(window.innerWidth <= NARROW ? null : 'chat');
            if (locked) {
                this.notices.show('warning', texts.notices.locked);
            }
        }
        if (!this.#connection.permissions.includes('present')) {
            return;
        }
        if (audio || video) {
            void this.#camera.start(audio, video);
            if (audio && this.settings.get('muted')) {
                this.notices.show('info', texts.notices.stillMuted);
            }
        } else if (!isAgain) {
            this.#removeHint = this.notices.show('info', texts.notices.mayPresent);
        }
    }

    /** @param {Record<string, any> | undefined} status */
    #gotChange(status) {
        const { permissions } = this.#connection;
        permissionNotices(this.#permissions, permissions).forEach((text) => this.notices.show('info', text));
        this.#permissions = [...permissions];
        if (!permissions.includes('present')) {
            this.#camera.stop();
            this.#screens.stop();
        }
        const locked = Boolean(status?.['locked']);
        if (status && locked !== this.#isLocked) {
            this.notices.show('info', locked ? texts.notices.groupLocked : texts.notices.groupUnlocked);
            this.#showLocked(locked);
        }
        closeMenu();
        this.#showPermissions();
    }

    /**
     * @param {string} id
     * @param {string} kind
     */
    #gotUser(id, kind) {
        const { users, id: ownId } = this.#connection;
        const own = users[ownId];
        if (id === ownId && own && kind !== 'delete') {
            this.#said.raisehand = own.data['raisehand'] === true;
        }
        // Those who are there already are told one by one when one joins; when the connection ends, they go.
        if (this.#session.isOpen) {
            this.#camera.setMembers(this.#countPeople());
        }
        // In a large group many come at once: they are shown together.
        if (!this.#showsUsersSoon) {
            this.#showsUsersSoon = true;
            requestAnimationFrame(() => this.#showUsers());
        }
    }

    #showUsers() {
        this.#showsUsersSoon = false;
        const { users, id } = this.#connection;
        this.#users.update(users, id);
        this.#panel.setTitle('people', texts.users.titleOf(this.#countPeople()));
        this.#markMuted();
        this.#updateToolbar();
    }

    #countPeople() {
        return Object.values(this.#connection.users).filter((user) => !user.permissions.includes('system')).length;
    }

    /**
     * @param {string | undefined} source
     * @param {string} username
     * @param {string} kind
     * @param {any} message
     */
    #gotPrivilegedMessage(source, username, kind, message) {
        const name = username || texts.users.anonymous;
        switch (kind) {
            case 'error':
            case 'warning':
            case 'info':
                this.notices.show(kind, source ? texts.notices.said(name, String(message)) : refusalText(String(message)));
                break;
            case 'kicked':
                this.#session.sentAway(kickedText(username, message));
                break;
            case 'mute':
                if (this.#camera.hasSound || this.#camera.isStarting) {
                    void this.#camera.setSound(false);
                }
                this.notices.show('warning', source ? texts.notices.mutedBy(name) : texts.notices.mutedByServer);
                break;
            case 'clearchat':
                this.#conversation.clear(message?.userId ?? null, message?.id ?? null);
                break;
            case 'userinfo':
                this.#conversation.say(`${texts.chat.userAddress(message?.username || texts.users.anonymous)} ${message?.address ?? ''}`);
                break;
        }
    }

    // What is on the screen

    #showPermissions() {
        const { permissions } = this.#connection;
        this.#conversation.setPermissions(permissions);
        keepFocus(() => {
            this.#groupButton.hidden = !permissions.includes('op');
            this.#updateToolbar();
        }, () => find(this.element, '[data-action=settings]', HTMLButtonElement));
    }

    /** @param {boolean} locked */
    #showLocked(locked) {
        this.#isLocked = locked;
        this.#lockBadge.hidden = !locked;
    }

    /** How many others have raised theirs. */
    #raisedHands() {
        const { users, id } = this.#connection;
        return Object.entries(users).filter(([other, user]) => other !== id && user.data['raisehand']).length;
    }

    #updateToolbar() {
        this.#toolbar.update({
            isConnected: !this.#session.isLost,
            mayPresent: this.#permissions.includes('present'),
            hasSound: this.#camera.hasSound,
            hasVideo: this.#camera.hasVideo,
            isStarting: this.#camera.isStarting,
            canShare: ScreenSharing.isPossible,
            isSharing: this.#screens.isOn,
            handRaised: this.#said.raisehand,
            panel: this.#panel.open,
            unread: this.#conversation.unread,
            hands: this.#raisedHands(),
        });
    }

    /** @param {PanelName | null} name */
    #showPanel(name) {
        closeMenu();
        this.#panel.show(name);
        if (name === 'chat') {
            this.#conversation.revealed();
        }
        this.#updateToolbar();
    }
}
