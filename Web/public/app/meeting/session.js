// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { texts } from '../texts.js';
import { brokenText, failureText } from './failures.js';
import { Reconnection } from './reconnection.js';

/** @typedef {import('../join/join-form.js').JoinRequest} JoinRequest */

/** The code of a WebSocket whose server stops, RFC 6455 section 7.4.1: one may come back when there is another. */
const GOING_AWAY = 1001;
/** What a server that is about to stop says of every group. */
const STOPPING = 'the server is shutting down';

/**
 * One membership of a group: from joining to leaving, across connections. One that is lost is replaced by another, until one
 * leaves, is sent away, or it has been tried often enough.
 */
export class Session {
    #group;
    #request;
    #endpoint = '';
    #reconnection = new Reconnection();
    #joined = false;
    #ended = false;
    /**
     * Why it is about to end, once that is known.
     * @type {string | null}
     */
    #reason = null;

    /**
     * @param {string} group
     * @param {JoinRequest} request
     */
    constructor(group, request) {
        this.#group = group;
        this.#request = request;
        /** The present connection, or the last one. */
        this.connection = new ServerConnection();
        /** What is shown while the connection is lost. */
        this.element = this.#reconnection.element;
        /**
         * A connection is made: what comes by it is to be looked at.
         * @type {((connection: ServerConnection) => void) | null}
         */
        this.onconnection = null;
        /** @type {(() => Record<string, any> | undefined)} what the others are to know of this user from the beginning */
        this.data = () => undefined;
        /**
         * The server has let us in; again, if the connection was lost.
         * @type {((isAgain: boolean, status: Record<string, any>) => void) | null}
         */
        this.onjoined = null;
        /**
         * Something about the group or one's permissions has changed.
         * @type {((status: Record<string, any> | undefined) => void) | null}
         */
        this.onchange = null;
        /**
         * The connection is lost, and is being tried again.
         * @type {(() => void) | null}
         */
        this.onlost = null;
        /**
         * It is over, or did not begin: why, in words, or null if one has left.
         * @type {((reason: string | null) => void) | null}
         */
        this.onended = null;
        /**
         * The group is elsewhere.
         * @type {((url: string) => void) | null}
         */
        this.onredirect = null;
        this.#reconnection.ontry = () => this.#connect();
        this.#reconnection.ongiveup = (byHand) => this.#end(byHand ? null : texts.failure.connectionLost);
    }

    /** Whether one is in the group and can be heard there. */
    get isOpen() {
        return this.#joined && !this.isLost && this.connection.isOpen;
    }

    get isLost() {
        return this.#reconnection.isActive;
    }

    /** @param {string} endpoint the WebSocket's address */
    start(endpoint) {
        this.#endpoint = endpoint;
        this.#connect();
    }

    leave() {
        this.#end(null);
    }

    /** @param {string} reason that the server will end the connection for */
    sentAway(reason) {
        this.#reason = reason;
    }

    #connect() {
        const connection = new ServerConnection();
        this.connection = connection;
        connection.onconnected = () => {
            const { username, password } = this.#request;
            connection.join(this.#group, username, password, this.data()).catch((error) => this.#fail(connection, error));
        };
        connection.onjoined = (kind, _group, _permissions, status, _data, error, message) => {
            this.#gotJoined(kind, status, error, message);
        };
        connection.onerror = (error) => this.#fail(connection, error);
        connection.onclose = (code, reason) => this.#gotClose(code, reason);
        this.onconnection?.(connection);
        try {
            connection.connect(this.#endpoint);
        } catch (error) {
            this.#end(brokenText(error));
        }
    }

    /**
     * @param {ServerConnection} connection
     * @param {unknown} error that ends it
     */
    #fail(connection, error) {
        if (connection !== this.connection || this.#ended) {
            return;
        }
        if (!this.#joined) {
            this.#reason = brokenText(error);
        }
        // A socket that nobody answers takes long to close: it is not waited for.
        ignore(connection);
        // First, for what was on is to be on again: the ends of the streams are none that anybody wanted.
        connection.close();
        [...Object.values(connection.up), ...Object.values(connection.down)].forEach((stream) => stream.close());
        this.#gotClose(1006, '');
    }

    /**
     * @param {string} kind
     * @param {Record<string, any> | undefined} status
     * @param {string | null} error
     * @param {string | null} message
     */
    #gotJoined(kind, status, error, message) {
        switch (kind) {
            case 'join': {
                const isAgain = this.#joined;
                this.#joined = true;
                if (isAgain) {
                    this.#reconnection.succeeded();
                }
                return this.onjoined?.(isAgain, status ?? {});
            }
            case 'change':
                return this.onchange?.(status);
            case 'fail':
                // It was too soon to come back.
                if (!this.#joined || message !== STOPPING) {
                    this.#reason = failureText(error, message);
                }
                return this.connection.close();
            case 'redirect':
                this.#reason = texts.failure.redirected;
                this.connection.close();
                return this.onredirect?.(message ?? '');
        }
    }

    /**
     * @param {number} code
     * @param {string} reason
     */
    #gotClose(code, reason) {
        if (this.#ended) {
            return;
        }
        if (this.#joined && code === GOING_AWAY) {
            // It was said that one is sent away, but nobody has done that.
            this.#reason = null;
        }
        if (this.#reason !== null) {
            this.#end(this.#reason);
        } else if (this.#joined) {
            const wasLost = this.isLost;
            this.#reconnection.lost();
            // Another attempt that failed is no news, and it may have been the last.
            if (!wasLost && this.isLost) {
                this.onlost?.();
            }
        } else if (this.connection.version === null || !reason) {
            this.#end(code === 1000 ? texts.failure.unexplained : texts.failure.cannotConnect);
        } else {
            this.#end(texts.failure.closed(reason));
        }
    }

    /** @param {string | null} reason */
    #end(reason) {
        if (this.#ended) {
            return;
        }
        this.#ended = true;
        this.#reconnection.stop();
        ignore(this.connection);
        if (this.connection.socket) {
            this.connection.close();
        }
        this.onended?.(reason);
    }
}

/**
 * What still comes by a connection that is being closed is nobody's business any more.
 * @param {ServerConnection} connection
 */
function ignore(connection) {
    connection.onconnected = connection.onjoined = connection.onerror = connection.onclose = null;
    connection.onuser = connection.ondownstream = connection.onchat = connection.onusermessage = null;
    connection.onfiletransfer = null;
}
