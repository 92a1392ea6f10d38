# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""`/protocol.js`: the connection, with a server that the test plays. Every callback is recorded with its arguments."""

import re

import pytest

from harness.server import ROOT

UNDEFINED = "(undefined)"


def test_the_script_tag_defines_three_classes_and_no_other_name(library):
    names = {"ServerConnection", "Stream", "TransferredFile"}
    assert library.globals_after - library.globals_before - {"library"} == names
    # Declarations that are no properties of the window would not show above.
    script = (ROOT / "Web/public/protocol.js").read_text()
    assert set(re.findall(r"^(?:async )?(?:const|let|var|class|function\*?) (\w+)", script, re.M)) == names
    types = library.run("return [ServerConnection, Stream, TransferredFile].map((type) => typeof type)")
    assert types == ["function"] * 3


@pytest.mark.row("C-01")
def test_a_new_connection_has_the_documented_properties(library):
    found = library.run("""
        const sc = new ServerConnection(), other = new ServerConnection();
        const { id, group, username, socket, version, rtcConfiguration, permissions, userdata, lastServerMessage,
            pingHandler } = sc;
        return {
            idIsRandom: /^[0-9a-f]{32}$/.test(id) && id !== other.id,
            nulls: [group, username, socket, version, rtcConfiguration, lastServerMessage, pingHandler],
            empty: [
                sc.users, sc.up, sc.down, sc.transferredFiles, userdata, permissions,
            ].map((map) => Object.keys(map)),
            callbacks: lib.CONNECTION_CALLBACKS.concat('onpeerconnection').map((name) => sc[name]),
            isArray: Array.isArray(permissions),
            hasOwnProperty: sc.users.hasOwnProperty('x'),
        };""")
    assert found == {
        "idIsRandom": True, "nulls": [None] * 7, "empty": [[]] * 6, "callbacks": [None] * 11, "isArray": True,
        "hasOwnProperty": False,
    }


@pytest.mark.row("C-02", "C-09", "P-02")
def test_connecting_introduces_the_client_and_waits_for_the_servers_answer(library):
    found = library.run("""
        const { sc, socket, calls, promise } = lib.begin('new');
        const order = [];
        promise.then(() => order.push('promise'));
        const before = [socket.url, sc.socket === socket, sc.pingHandler !== null, socket.sent.length];
        socket.open();
        const sent = socket.take(), early = calls.length;
        sc.onconnected = function () { order.push(this === sc ? 'onconnected' : 'wrong this'); };
        socket.say({ type: 'handshake', version: ['2'] });
        await promise;
        return {
            before, sent, early, order, version: sc.version, id: sc.id,
            heard: Date.now() - sc.lastServerMessage < 10000,
            again: await lib.thrown(() => sc.connect('wss://example.org/ws')), isOpen: sc.isOpen,
        };""")
    assert found["before"] == ["wss://example.org/ws", True, True, 0]
    assert found["sent"] == [{"type": "handshake", "version": ["2"], "id": found["id"]}]
    assert found["early"] == 0
    assert found["order"] == ["onconnected", "promise"]
    assert found["version"] == "2" and found["heard"] and found["isOpen"]
    assert found["again"]


@pytest.mark.row("C-02", "C-09", "P-02")
@pytest.mark.parametrize("said", [
    '{"type": "handshake", "version": ["1"]}', '{"type": "handshake"}', '{"type": "handshake", "version": "2"}',
    '{"type": "ping"}', "{", "null", "[]", '"handshake"', '{"type": 5}', "{}",
])
def test_a_server_that_begins_wrongly_is_a_fatal_error(library, said):
    found = library.run("""
        const { sc, socket, calls, promise } = lib.begin('open');
        socket.say(argument);
        const first = [calls.map(([name]) => name), sc.version, sc.socket, socket.closedWith[0]];
        socket.end(1000, 'bye');
        return { first, then: calls.slice(1), rejected: Boolean(await lib.thrown(() => promise)) };""", said)
    assert found == {
        "first": [["onerror"], None, None, 1000], "then": [["onclose", True, 1000, "bye"]], "rejected": True,
    }


@pytest.mark.row("P-01")
def test_what_cannot_be_read_is_fatal_and_what_is_unknown_is_ignored(library):
    found = library.run("""
        const { sc, socket, calls } = lib.begin('joined');
        socket.say({ type: 'weather', value: 'fine' });
        socket.say({ type: 'chat', value: 'hello', colour: 'red', noecho: null, dest: null, time: null, id: null });
        const before = calls.slice();
        socket.say('{"type": "chat"');
        return {
            before, after: calls.slice(1).map(([name]) => name), closed: socket.closedWith[0], socket: sc.socket,
        };""")
    absent = [UNDEFINED] * 4
    assert found["before"] == [["onchat", True, *absent, None, False, False, "", "hello"]]
    assert found["after"] == ["onerror"] and found["closed"] == 1000 and found["socket"] is None


@pytest.mark.row("P-04", "C-09")
def test_the_watchdog_pings_after_15_s_and_gives_up_after_65_s(library):
    found = library.run("""
        return lib.withClock((advance, timers) => {
            const { sc, socket, calls } = lib.begin('connected');
            socket.take();
            const pings = [];
            for (const seconds of [10, 20, 30, 40, 50, 60]) {
                advance(10000);
                pings.push(socket.take().map((message) => message.type).join());
            }
            const alive = calls.filter(([name]) => name === 'onerror').length;
            advance(10000);
            const dead = calls.filter(([name]) => name === 'onerror').length;
            advance(60000);
            const once = calls.filter(([name]) => name === 'onerror').length;
            socket.end(1006, '');
            return {
                pings, alive, dead, once, timers: timers.size, handler: sc.pingHandler, closed: socket.closedWith[0],
            };
        });""")
    assert found == {
        "pings": ["", "ping", "ping", "ping", "ping", "ping"], "alive": 0, "dead": 1, "once": 1, "timers": 0,
        "handler": None, "closed": 1000,
    }


@pytest.mark.row("P-04", "C-09")
def test_a_server_that_never_speaks_is_given_up_after_10_s_and_one_that_pings_is_answered(library):
    found = library.run("""
        return lib.withClock((advance) => {
            const silent = lib.begin('open');
            advance(9999);
            const patient = silent.calls.length;
            advance(1);
            const { socket, calls } = lib.begin('connected');
            for (let seconds = 0; seconds < 200; seconds += 10) {
                socket.say({ type: 'ping' });
                advance(10000);
                socket.say({ type: 'pong' });
            }
            return {
                patient, gaveUp: silent.calls.map(([name]) => name), sent: socket.take('ping', 'pong').length,
                errors: calls.filter(([name]) => name === 'onerror').length,
            };
        });""")
    assert found == {"patient": 0, "gaveUp": ["onerror"], "sent": 20, "errors": 0}


@pytest.mark.row("C-09", "C-04", "C-05")
def test_the_end_of_the_socket_is_told_in_order(library):
    found = library.run("""
        const { sc, socket, calls } = lib.begin('joined');
        const up = sc.newUpStream();
        lib.record(up, lib.STREAM_CALLBACKS, calls, 'up.');
        socket.say({ type: 'offer', id: 'down', sdp: '', source: 'bob-id' });
        lib.record(sc.down.down, ['onclose'], calls, 'down.');
        sc.sendFile('bob-id', new File(['x'], 'name'));
        calls.length = 0;
        const seen = [];
        sc.onjoined = function (kind, ...values) {
            calls.push(['onjoined', this === sc, kind, ...values.map(lib.plain)]);
            const maps = [sc.users, sc.up, sc.down, sc.transferredFiles].map((map) => Object.keys(map));
            seen.push([sc.group, sc.username, sc.permissions, ...maps]);
        };
        sc.onclose = function (...values) {
            calls.push(['onclose', this === sc, ...values]);
            seen.push([sc.group, sc.username, sc.rtcConfiguration, sc.pingHandler, sc.socket === socket]);
        };
        socket.end(1006, 'gone');
        return { calls, seen, own: sc.id };""")
    own = found["own"]
    assert found["calls"] == [
        ["up.onclose", True, UNDEFINED],
        ["down.onclose", True, UNDEFINED],
        ["onuser", True, own, "delete"],
        ["onuser", True, "bob-id", "delete"],
        ["onjoined", True, "leave", "room", [], {}, {}, "", ""],
        ["onclose", True, 1006, "gone"],
    ]
    assert found["seen"] == [["room", "alice", [], [], [], [], []], [None, None, None, None, True]]


@pytest.mark.row("C-10")
def test_close_error_and_send(library):
    found = library.run("""
        const fresh = new ServerConnection();
        const unconnected = await lib.thrown(() => fresh.send({ type: 'ping' }));
        fresh.close();
        const { sc, socket, calls } = lib.begin('connected');
        sc.send({ type: 'ping', extra: { deep: [1] } });
        const sent = socket.take('ping');
        sc.error(new Error('broken'));
        const after = [sc.socket, socket.closedWith, calls.filter(([name]) => name !== 'onconnected')];
        const closed = await lib.thrown(() => sc.send({ type: 'ping' }));
        sc.close();
        socket.end(1000, '');
        return { unconnected, sent, after, closed, last: calls.at(-1), connecting:
            await lib.thrown(() => lib.begin('new').sc.send({ type: 'ping' })) };""")
    assert found["unconnected"] and found["closed"] and found["connecting"]
    assert found["sent"] == [{"type": "ping", "extra": {"deep": [1]}}]
    assert found["after"] == [None, [1000, "Close requested by client"], [["onerror", True, "Error broken"]]]
    assert found["last"] == ["onclose", True, 1000, ""]


@pytest.mark.row("C-09", "C-10")
def test_the_page_may_connect_again_after_close_and_the_library_never_does(library):
    found = library.run("""
        const first = lib.begin('joined');
        // Pages that do not look at the promise of a connection that fails are not troubled by it.
        const errors = await lib.uncaught(async () => {
            first.socket.end(1006, '');
            lib.begin('new').socket.end(1006, '');
            await new Promise((resolve) => setTimeout(resolve, 50));
        });
        const inUse = await lib.thrown(() => first.sc.connect('wss://example.org/ws'));
        const { sc, socket, calls } = lib.begin('joined');
        sc.close();
        sc.connect('wss://example.org/again');
        const names = calls.map(([name, , , kind]) => `${name} ${kind}`);
        const again = lib.ScriptedSocket.last;
        again.open();
        again.say({ type: 'handshake', version: ['2'] });
        // The end of the first socket comes late.
        socket.end(1000, '');
        const state = [sc.socket === again, sc.version, sc.group, calls.at(-1)[0]];
        again.end(1000, '');
        return { errors, inUse: Boolean(inUse), names, state, sockets: lib.ScriptedSocket.last === again };""")
    assert found["errors"] == [] and found["inUse"] and found["sockets"]
    assert found["names"] == ["onuser delete", "onuser delete", "onjoined room", "onclose "]
    assert found["state"] == [True, "2", None, "onconnected"]


@pytest.mark.row("C-11", "P-06")
def test_joining_with_each_kind_of_credentials(library):
    found = library.run("""
        const { sc, socket } = lib.begin('connected');
        socket.take();
        await sc.join('room', 'alice', 'secret');
        await sc.join('room', '', '');
        await sc.join('room', 'alice', { type: 'password', password: 'secret' }, { raisehand: true });
        await sc.join('room', 'alice', { type: 'token', token: 'T' });
        await sc.join('room', null, { type: 'token', token: 'T' }, null);
        await sc.join('room', undefined, { type: 'token', token: 'T' });
        const errors = [];
        for (const wrong of [{ type: 'key' }, {}, null, undefined, 5]) {
            const promise = sc.join('room', 'alice', wrong);
            errors.push(Boolean(await lib.thrown(() => promise)));
        }
        return { sent: socket.take(), errors };""")
    join = {"type": "join", "kind": "join", "group": "room"}
    assert found["sent"] == [
        {**join, "username": "alice", "password": "secret"},
        {**join, "username": "", "password": ""},
        {**join, "username": "alice", "password": "secret", "data": {"raisehand": True}},
        {**join, "username": "alice", "token": "T"},
        {**join, "token": "T"},
        {**join, "token": "T"},
    ]
    assert found["errors"] == [True] * 5


@pytest.mark.row("C-12")
@pytest.mark.parametrize("reply, outcome", [
    ((200, "application/jwt", " TOKEN\n"), {"token": "TOKEN"}),
    ((201, "Application/JWT; charset=utf-8", "TOKEN"), {"token": "TOKEN"}),
    ((204, None, None), {"password": "secret"}),
    ((200, "application/jwt", ""), None),
    ((200, "text/html", "TOKEN"), None),
    ((200, None, "TOKEN"), None),
    ((403, "application/jwt", "TOKEN"), None),
    ((500, "application/jwt", "TOKEN"), None),
])
def test_joining_by_an_authorisation_server(library, reply, outcome):
    found = library.run("""
        const [status, type, body] = argument;
        const { sc, socket } = lib.begin('connected');
        socket.take();
        const asked = [], fetch = window.fetch;
        window.fetch = async (url, init) => {
            asked.push([url, init.method, init.headers['Content-Type'], JSON.parse(init.body)]);
            return new Response(
                body === null ? null : new Blob([body], { type: '' }),
                { status, headers: type ? { 'Content-Type': type } : {} },
            );
        };
        try {
            const credentials = {
                type: 'authServer', authServer: 'https://auth.example/', location: 'https://g.example/group/room/',
                password: 'secret',
            };
            const error = await lib.thrown(() => sc.join('room', 'alice', credentials));
            return { asked, failed: error !== null, sent: socket.take() };
        } finally {
            window.fetch = fetch;
        }""", reply)
    body = {"location": "https://g.example/group/room/", "username": "alice", "password": "secret"}
    assert found["asked"] == [["https://auth.example/", "POST", "application/json", body]]
    assert found["failed"] == (outcome is None)
    join = {"type": "join", "kind": "join", "group": "room", "username": "alice"}
    assert found["sent"] == ([] if outcome is None else [{**join, **outcome}])


@pytest.mark.row("C-05", "P-07", "P-08", "P-09", "P-10", "P-52")
def test_joined_in_all_its_kinds(library):
    found = library.run("""
        const { sc, socket, calls } = lib.begin('connected');
        calls.length = 0;
        const state = () => [sc.group, sc.username, [...sc.permissions], sc.rtcConfiguration];
        const states = [];
        sc.onjoined = function (...values) {
            calls.push([this === sc, values.length, ...values.map(lib.plain)]);
            states.push(state());
        };
        const say = (fields) => socket.say({ type: 'joined', group: 'room', ...fields });
        say({ kind: 'fail', username: '', value: 'not authorised' });
        say({ kind: 'fail', error: 'need-username', value: 'username required' });
        say({ kind: 'redirect', value: 'https://elsewhere.example/' });
        const rtcConfiguration = { iceServers: [{ urls: ['stun:192.0.2.1'] }] };
        say({
            kind: 'join', username: 'alice', permissions: ['op'], status: { name: 'room' }, data: { a: 1 },
            rtcConfiguration,
        });
        say({ kind: 'change', username: 'alice', permissions: ['present'], status: { name: 'room', locked: true } });
        say({ kind: 'change', group: 'other', username: 'eve', permissions: ['op'] });
        const errors = await lib.uncaught(() => setTimeout(() => say({
            kind: 'join', group: 'other', username: 'eve',
        })));
        return { calls, states, last: state(), errors: errors.length };""")
    rtc = {"iceServers": [{"urls": ["stun:192.0.2.1"]}]}
    assert found["calls"] == [
        [True, 7, "fail", "room", [], UNDEFINED, UNDEFINED, None, "not authorised"],
        [True, 7, "fail", "room", [], UNDEFINED, UNDEFINED, "need-username", "username required"],
        [True, 7, "redirect", "room", [], UNDEFINED, UNDEFINED, None, "https://elsewhere.example/"],
        [True, 7, "join", "room", ["op"], {"name": "room"}, {"a": 1}, None, None],
        # A change that does not tell the data has not emptied it.
        [True, 7, "change", "room", ["present"], {"name": "room", "locked": True}, UNDEFINED, None, None],
    ]
    nowhere = [None, None, [], None]
    assert found["states"] == [
        nowhere, nowhere, nowhere, ["room", "alice", ["op"], rtc], ["room", "alice", ["present"], None],
    ]
    assert found["last"] == ["room", "alice", ["present"], None]
    assert found["errors"] == 1


@pytest.mark.row("C-13", "P-11")
def test_one_may_leave_and_join_again_on_the_same_connection(library):
    found = library.run("""
        const { sc, socket, calls } = lib.begin('joined');
        const up = sc.newUpStream();
        lib.record(up, ['onclose'], calls, 'up.');
        sc.sendFile('bob-id', new File(['x'], 'name'));
        calls.length = 0;
        socket.take();
        sc.leave('room');
        const sent = socket.take();
        let during;
        sc.onjoined = function (kind, group) {
            calls.push(['onjoined', kind, group]);
            during ??= [sc.username, sc.permissions, sc.rtcConfiguration, Object.keys(sc.users), Object.keys(sc.up)];
        };
        socket.say({ type: 'joined', kind: 'leave', group: 'room', username: 'alice' });
        const after = [sc.group, Object.keys(sc.transferredFiles)];
        await sc.join('other', 'alice', '');
        socket.say({ type: 'joined', kind: 'join', group: 'other', username: 'alice', permissions: ['message'] });
        return { sent, calls, during, after, then: [sc.group, sc.username, sc.permissions], own: sc.id };""")
    assert found["sent"] == [{"type": "join", "kind": "leave", "group": "room"}]
    own = found["own"]
    assert found["calls"] == [
        ["up.onclose", True, UNDEFINED], ["onuser", True, own, "delete"], ["onuser", True, "bob-id", "delete"],
        ["onjoined", "leave", "room"], ["onjoined", "join", "other"],
    ]
    assert found["during"] == [None, [], None, [], []]
    assert found["after"] == [None, []]
    assert found["then"] == ["other", "alice", ["message"]]


@pytest.mark.row("C-04", "P-12")
def test_users_come_change_and_go(library):
    found = library.run("""
        const { sc, socket, calls } = lib.begin('joined');
        const say = (fields) => socket.say({ type: 'user', id: 'carol-id', ...fields });
        const snapshots = [];
        sc.onuser = function (...values) {
            calls.push([this === sc, ...values]);
            snapshots.push(sc.users['carol-id'] ? JSON.parse(JSON.stringify(sc.users['carol-id'])) : null);
        };
        say({ kind: 'add', username: 'carol', permissions: ['present'], data: { raisehand: true } });
        const user = sc.users['carol-id'];
        say({ kind: 'change', username: 'carol' });
        const same = sc.users['carol-id'] === user;
        say({ kind: 'delete', username: 'carol' });
        say({ kind: 'promote', username: 'carol' });
        say({ kind: 'add', id: null });
        return { calls, snapshots, same, members: Object.keys(sc.users), own: sc.id };""")
    assert found["calls"] == [[True, "carol-id", "add"], [True, "carol-id", "change"], [True, "carol-id", "delete"]]
    assert found["snapshots"] == [
        {"username": "carol", "permissions": ["present"], "data": {"raisehand": True}, "streams": {}},
        {"username": "carol", "permissions": [], "data": {}, "streams": {}},
        None,
    ]
    assert found["same"]
    assert found["members"] == [found["own"], "bob-id"]


@pytest.mark.row("C-07", "P-21", "P-22", "P-23", "P-26")
def test_chat_messages_have_nine_arguments(library):
    found = library.run("""
        const { socket, calls } = lib.begin('joined');
        const say = (fields) => socket.say({ type: 'chat', source: 'bob-id', username: 'bob', ...fields });
        say({ id: 'M', time: '2026-11-21T00:14:45+02:00', value: 'Hello', privileged: true });
        say({ dest: 'me', kind: 'me', value: 'waves', time: 1763676885000 });
        socket.say({
            type: 'chathistory', id: 'M', source: 'bob-id', username: 'bob', time: '2026-11-21T00:14:45Z',
            value: 'Hello',
        });
        say({ kind: 'caption', value: 'words', time: 'yesterday' });
        for (const value of [5, true, null, { a: [1] }, ['x']]) say({ value });
        return calls;""")
    bob = ["bob-id", UNDEFINED, "bob"]
    assert found[:4] == [
        ["onchat", True, "M", *bob, "Date 2026-11-20T22:14:45.000Z", True, False, "", "Hello"],
        [
            "onchat", True, UNDEFINED, "bob-id", "me", "bob", "Date 2025-11-20T22:14:45.000Z", False, False, "me",
            "waves",
        ],
        ["onchat", True, "M", *bob, "Date 2026-11-21T00:14:45.000Z", False, True, "", "Hello"],
        ["onchat", True, UNDEFINED, *bob, None, False, False, "caption", "words"],
    ]
    assert [call[-1] for call in found[4:]] == ["5", "true", "", '{"a":[1]}', '["x"]']


@pytest.mark.row("C-08", "P-27", "P-28", "P-29", "P-30", "P-31", "P-32", "P-33")
def test_user_messages_have_eight_arguments(library):
    found = library.run("""
        const { sc, socket, calls } = lib.begin('joined');
        const say = (fields) => socket.say({ type: 'usermessage', ...fields });
        say({
            kind: 'warning', source: 'bob-id', dest: 'me', username: 'bob', time: '2026-11-21T00:14:45Z',
            value: 'careful',
        });
        say({ kind: 'error', privileged: true, value: 'not authorised' });
        say({ kind: 'token', privileged: true, error: 'not-authorised', value: 'no' });
        say({ kind: 'tokenlist', privileged: true, value: [{ token: 'T' }] });
        say({ kind: 'userinfo', privileged: true, value: { id: 'bob-id', address: '192.0.2.1:5' } });
        say({ kind: 'mute', source: 'bob-id', username: 'bob', privileged: true });
        say({ kind: 'clearchat', privileged: true, value: { userId: 'bob-id' } });
        say({ kind: 'kicked', id: 'bob-id', username: 'bob', privileged: true, value: 'bye' });
        const open = sc.socket !== null;
        socket.end(1000, 'bye');
        return { calls, open };""")
    server = [UNDEFINED, UNDEFINED, UNDEFINED, None, True]
    assert found["calls"][:8] == [
        [
            "onusermessage", True, "bob-id", "me", "bob", "Date 2026-11-21T00:14:45.000Z", False, "warning",
            UNDEFINED, "careful",
        ],
        ["onusermessage", True, *server, "error", UNDEFINED, "not authorised"],
        ["onusermessage", True, *server, "token", "not-authorised", "no"],
        ["onusermessage", True, *server, "tokenlist", UNDEFINED, [{"token": "T"}]],
        ["onusermessage", True, *server, "userinfo", UNDEFINED, {"id": "bob-id", "address": "192.0.2.1:5"}],
        ["onusermessage", True, "bob-id", UNDEFINED, "bob", None, True, "mute", UNDEFINED, UNDEFINED],
        ["onusermessage", True, *server, "clearchat", UNDEFINED, {"userId": "bob-id"}],
        ["onusermessage", True, UNDEFINED, UNDEFINED, "bob", None, True, "kicked", UNDEFINED, "bye"],
    ]
    # Whoever is kicked hears why, and the connection is the server's to end.
    assert found["open"] and found["calls"][-1] == ["onclose", True, 1000, "bye"]


@pytest.mark.row("C-16", "C-13", "P-13", "P-24", "P-25", "P-34", "P-35", "P-36", "P-37", "P-38", "P-39", "P-40", "P-41")
def test_what_the_methods_send(library):
    found = library.run("""
        const { sc, socket } = lib.begin('joined');
        sc.chat('', '', 'Hi!');
        sc.chat('me', 'bob-id', 'waves');
        sc.userAction('kick', 'bob-id', 'bye');
        sc.userAction('op', 'bob-id');
        sc.userAction('setdata', sc.id, { raisehand: null });
        sc.userMessage('mute', null, undefined, true);
        sc.userMessage('poll', 'bob-id', { answer: [1] });
        sc.userMessage('poll', '', 'yes', false);
        sc.groupAction('lock', 'later');
        sc.groupAction('unlock');
        sc.groupAction('clearchat', { userId: 'bob-id', id: 'M' });
        sc.request({ '': ['audio'], camera: ['audio', 'video-low'], screenshare: [] });
        return { sent: socket.take(), own: sc.id };""")
    me = {"source": found["own"], "username": "alice"}
    action, message = {"type": "useraction", **me}, {"type": "usermessage", **me}
    assert found["sent"] == [
        {"type": "chat", **me, "dest": "", "kind": "", "value": "Hi!"},
        {"type": "chat", **me, "dest": "bob-id", "kind": "me", "value": "waves"},
        {**action, "dest": "bob-id", "kind": "kick", "value": "bye"},
        {**action, "dest": "bob-id", "kind": "op"},
        {**action, "dest": found["own"], "kind": "setdata", "value": {"raisehand": None}},
        {**message, "dest": None, "kind": "mute", "noecho": True},
        {**message, "dest": "bob-id", "kind": "poll", "value": {"answer": [1]}},
        {**message, "dest": "", "kind": "poll", "value": "yes", "noecho": False},
        {"type": "groupaction", **me, "kind": "lock", "value": "later"},
        {"type": "groupaction", **me, "kind": "unlock"},
        {"type": "groupaction", **me, "kind": "clearchat", "value": {"userId": "bob-id", "id": "M"}},
        {"type": "request", "request": {"": ["audio"], "camera": ["audio", "video-low"], "screenshare": []}},
    ]


@pytest.mark.row("C-03")
def test_the_page_may_choose_the_configuration_of_peer_connections(library):
    found = library.run("""
        const { sc, socket } = lib.begin('connected');
        const recommended = { iceServers: [{ urls: ['stun:192.0.2.1'] }] };
        const before = sc.getRTCConfiguration();
        socket.say({
            type: 'joined', kind: 'join', group: 'room', username: 'alice', permissions: [],
            rtcConfiguration: recommended,
        });
        const servers = sc.getRTCConfiguration();
        sc.onpeerconnection = function () { return this === sc ? null : 'wrong this'; };
        const undecided = sc.getRTCConfiguration();
        sc.onpeerconnection = () => ({ iceTransportPolicy: 'relay' });
        const own = sc.getRTCConfiguration(), policy = sc.newUpStream().pc.getConfiguration().iceTransportPolicy;
        return { before, servers, undecided, own, policy };""")
    recommended = {"iceServers": [{"urls": ["stun:192.0.2.1"]}]}
    relay = {"iceTransportPolicy": "relay"}
    assert found == {"before": None, "servers": recommended, "undecided": recommended, "own": relay, "policy": "relay"}


def test_what_a_callback_throws_is_reported_and_harms_nothing(library):
    found = library.run("""
        const { sc, socket } = lib.begin('joined');
        const up = sc.newUpStream();
        const told = [];
        for (const name of lib.CONNECTION_CALLBACKS) {
            sc[name] = () => { told.push(name); throw new Error(`from ${name}`); };
        }
        up.onclose = () => { told.push('up.onclose'); throw new Error('from up.onclose'); };
        const errors = await lib.uncaught(() => {
            socket.say({ type: 'chat', value: 'x' });
            socket.end(1006, '');
        });
        return {
            told, errors: errors.length, left: [Object.keys(sc.up), Object.keys(sc.users), sc.group, sc.pingHandler],
        };""")
    assert found["told"] == ["onchat", "up.onclose", "onuser", "onuser", "onjoined", "onclose"]
    assert found["errors"] == 6
    assert found["left"] == [[], [], None, None]
