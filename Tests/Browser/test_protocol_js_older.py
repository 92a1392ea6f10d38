# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""`/protocol.js` with pages that were written after older documents of Galène's, by those documents' own snippets."""

import pytest

UNDEFINED = "(undefined)"

pytestmark = pytest.mark.row("C-27")


def test_connecting_and_joining_as_documented(library):
    found = library.run("""
        window.WebSocket = lib.ScriptedSocket;
        const status = { endpoint: 'wss://example.org/ws' };
        const group = 'room', username = 'alice', password = 'secret';
        const serverConnection = new ServerConnection();
        serverConnection.onconnected = function() {
            this.join(group, 'join', username, password);
        };
        const redirected = [];
        const document = { location: { set href(url) { redirected.push(url); } } };
        let mayPresent, texts = [];
        serverConnection.onjoined = function(kind, group, perms, status, data, error, message) {
            switch(kind) {
            case 'join':
                this.request({'':['audio','video']});
                mayPresent = perms.present;
                break;
            case 'redirect':
                this.close();
                document.location.href = message;
                break;
            case 'fail':
                texts.push(error === 'need-username' ? 'need' : message);
            }
        };
        serverConnection.connect(status.endpoint);
        const socket = lib.ScriptedSocket.last;
        socket.open();
        socket.say({ type: 'handshake', version: ['2'] });
        const joining = socket.take('join');
        socket.say({ type: 'joined', kind: 'fail', group, error: 'need-username', value: 'username required' });
        socket.say({ type: 'joined', kind: 'fail', group, value: 'no' });
        socket.say({ type: 'joined', kind: 'join', group, username, permissions: ['present', 'message'] });
        const sent = socket.take('request');
        const { permissions } = serverConnection;
        const perms = [
            mayPresent, permissions.op, permissions.record, permissions.length, JSON.stringify(permissions),
            Object.keys(permissions),
        ];
        socket.say({ type: 'joined', kind: 'redirect', group, value: 'https://elsewhere.example/' });
        return { joining, sent, perms, texts, redirected, closed: socket.closedWith[0] };""")
    assert found["joining"] == [
        {"type": "join", "kind": "join", "group": "room", "username": "alice", "password": "secret"},
    ]
    assert found["sent"] == [{"type": "request", "request": {"": ["audio", "video"]}}]
    # To pages of today it is an array of names like any other.
    assert found["perms"] == [True, False, False, 2, '["present","message"]', ["0", "1"]]
    assert found["texts"] == ["need", "no"]
    assert found["redirected"] == ["https://elsewhere.example/"] and found["closed"] == 1000


def test_connecting_without_status_and_asking_for_media_at_once(library):
    found = library.run("""
        window.WebSocket = lib.ScriptedSocket;
        const url = 'wss://example.org/ws';
        const sc = new ServerConnection();
        const order = [];
        sc.onconnected = function() {
            order.push('onconnected');
            this.join('room', 'alice', 'secret');
            this.request('everything');
        };
        const promise = sc.connect(url).then(() => order.push('promise'));
        const socket = lib.ScriptedSocket.last;
        socket.open();
        socket.say({ type: 'handshake', version: ['2'] });
        await promise;
        const early = socket.take().map(({ type }) => type);
        socket.say({ type: 'joined', kind: 'join', group: 'room', username: 'alice', permissions: [] });
        const sent = socket.take();
        const words = [];
        for (const word of ['', 'audio', 'screenshare', 'everything']) {
            sc.request(word);
            words.push(socket.take()[0].request);
        }
        const unknown = await lib.thrown(() => sc.request('nothing'));
        // What was asked for with a join that fails is not asked for with the next.
        const other = lib.begin('connected');
        void other.sc.join('room', 'alice', 'wrong');
        other.sc.request('everything');
        other.socket.say({ type: 'joined', kind: 'fail', group: 'room' });
        void other.sc.join('room', 'alice', 'right');
        other.socket.say({ type: 'joined', kind: 'join', group: 'room', username: 'alice' });
        return { order, early, sent, words, unknown: Boolean(unknown), other: other.socket.take('request') };""")
    assert found["order"] == ["onconnected", "promise"]
    # Some servers end the connection of who asks before they have joined.
    assert found["early"] == ["handshake", "join"]
    assert found["sent"] == [{"type": "request", "request": {"": ["audio", "video"]}}]
    assert found["words"] == [
        {}, {"": ["audio"]}, {"": ["audio"], "screenshare": ["audio", "video"]}, {"": ["audio", "video"]},
    ]
    assert found["unknown"] and found["other"] == []


def test_a_user_may_be_named_join(library):
    found = library.run("""
        const { sc, socket } = lib.begin('connected');
        socket.take();
        await sc.join('room', 'join', 'secret');
        await sc.join('room', 'join', 'secret', { raisehand: true });
        await sc.join('room', 'join', 'alice', '');
        return socket.take();""")
    join = {"type": "join", "kind": "join", "group": "room"}
    assert found == [
        {**join, "username": "join", "password": "secret"},
        {**join, "username": "join", "password": "secret", "data": {"raisehand": True}},
        {**join, "username": "alice", "password": ""},
    ]


def test_messages_by_their_documented_names(library):
    found = library.run("""
        const { sc: serverConnection, socket } = lib.begin('joined', ['op', 'message']);
        const username = 'alice', id = 'bob-id', own = serverConnection.id;
        serverConnection.chat(username, '', id, 'Hi!');
        // With the arguments of today, under the names of old.
        serverConnection.usermessage('poll', id, 'yes');
        serverConnection.usermessage('poll', '', { a: 1 }, true);
        serverConnection.useraction('kick', id, 'bye');
        serverConnection.useraction('op', id);
        serverConnection.groupaction('lock', 'later');
        serverConnection.groupaction('unlock');
        const now = socket.take();
        // With the arguments of old, under either name.
        for (const [message, user, group] of [
            ['usermessage', 'useraction', 'groupaction'], ['userMessage', 'userAction', 'groupAction'],
        ]) {
            serverConnection[message](username, 'poll', id, 'yes');
            serverConnection[message](username, 'poll', id, true);
            serverConnection[message](username, 'poll', '');
            serverConnection[user](username, 'kick', id, 'bye');
            serverConnection[user](username, 'op', id);
            serverConnection[group](username, 'lock', 'later');
            serverConnection[group](username, 'unlock');
        }
        return { now, then: socket.take(), own };""")
    me = {"source": found["own"], "username": "alice"}
    message, action, group = {"type": "usermessage", **me}, {"type": "useraction", **me}, {"type": "groupaction", **me}
    actions = [
        {**action, "kind": "kick", "dest": "bob-id", "value": "bye"}, {**action, "kind": "op", "dest": "bob-id"},
        {**group, "kind": "lock", "value": "later"}, {**group, "kind": "unlock"},
    ]
    assert found["now"] == [
        {"type": "chat", **me, "kind": "", "dest": "bob-id", "value": "Hi!"},
        {**message, "kind": "poll", "dest": "bob-id", "value": "yes"},
        {**message, "kind": "poll", "dest": "", "value": {"a": 1}, "noecho": True},
        *actions,
    ]
    assert found["then"] == 2 * [
        {**message, "kind": "poll", "dest": "bob-id", "value": "yes"},
        {**message, "kind": "poll", "dest": "bob-id", "value": True},
        {**message, "kind": "poll", "dest": ""},
        *actions,
    ]


@pytest.mark.row("P-30")
def test_onclearchat(library):
    found = library.run("""
        const { sc: serverConnection, socket, calls } = lib.begin('joined');
        const clear = (fields) => socket.say({ type: 'usermessage', kind: 'clearchat', ...fields });
        clear({ privileged: true });
        clear({ privileged: true, value: {} });
        clear({ privileged: true, value: { userId: 'bob-id' } });
        clear({ source: 'bob-id' });
        serverConnection.onclearchat = null;
        clear({ privileged: true });
        return calls.map((call) => call.slice(0, 2).concat(call.length - 2));""")
    message = ["onusermessage", True, 8]
    # Only for the whole chat, and only by who may; the messages themselves are told as ever.
    assert found == [message, ["onclearchat", True, 0], message, ["onclearchat", True, 0], message, message, message]


def test_onstream(library):
    found = library.run("""
        const { sc, socket } = lib.begin('joined');
        const told = [];
        sc.onstream = function (stream) { told.push(['onstream', this === sc, stream.id]); };
        sc.ondownstream = null;
        socket.say({ type: 'offer', id: 'one', sdp: '' });
        sc.ondownstream = (stream) => told.push(['ondownstream', true, stream.id]);
        socket.say({ type: 'offer', id: 'two', sdp: '' });
        return told;""")
    assert found == [["onstream", True, "one"], ["ondownstream", True, "two"]]


@pytest.mark.parametrize("kind, label", [("video", "camera"), ("screenshare", "screenshare")])
def test_an_up_stream_with_labels_of_its_tracks(library, kind, label):
    found = library.run("""
        const { sc: serverConnection, socket } = lib.begin('joined');
        const localStream = await lib.media();
        const stream = serverConnection.newUpStream(), c = stream;
        stream.onerror = () => {};
        stream.onabort = () => {};
        stream.onstatus = () => {};
        c.stream = localStream;
        localStream.getTracks().forEach(t => {
            c.labels[t.id] = t.kind === 'audio' ? 'audio' : argument;
            c.pc.addTrack(t, c.stream);
        });
        const offer = await lib.until('an offer', () => socket.take('offer')[0]);
        const subscriber = new lib.Subscriber(socket, c.id);
        await subscriber.answer(offer);
        await subscriber.connected();
        return {
            label: offer.label, sections: (offer.sdp.match(/^a=sendonly/gm) ?? []).length,
            tracks: subscriber.tracks.sort(), own: stream.label,
        };""", kind)
    assert found == {"label": label, "sections": 2, "tracks": ["audio", "video"], "own": label}


def test_an_up_stream_as_documented_later(library):
    found = library.run("""
        const { sc: serverConnection, socket } = lib.begin('joined');
        const localStream = await lib.media();
        let stream = serverConnection.newUpStream(), c = stream;
        stream.label = 'video';
        stream.onerror = () => {};
        stream.onstatus = () => {};
        c.stream = localStream;
        localStream.getTracks().forEach(t => {
            c.pc.addTrack(t, c.stream);
        });
        const offer = await lib.until('an offer', () => socket.take('offer')[0]);
        return [offer.label, (offer.sdp.match(/a=sendonly/g) ?? []).length];""")
    assert found == ["video", 2]


@pytest.mark.parametrize("label, kind", [("camera", "video"), ("screenshare", "screenshare")])
def test_a_down_stream_tells_the_labels_of_its_tracks_from_the_beginning(library, label, kind):
    found = library.run("""
        const { sc: serverConnection, socket } = lib.begin('joined');
        let first;
        const later = [];
        serverConnection.ondownstream = function(stream) {
            stream.onclose = () => {};
            stream.onerror = () => {};
            first ??= Object.values(stream.labels).sort();
            stream.ondowntrack = (track) => later.push([track.kind, stream.labels[track.id]]);
            stream.onstatus = () => {};
        };
        const media = await lib.media();
        const publisher = new lib.Publisher(socket, 'down-id', media, { label: argument });
        await publisher.offer();
        await publisher.finish();
        await lib.until('both tracks', () => later.length === 2);
        // Another track in a later offer.
        publisher.pc.addTransceiver(
            (await lib.media(['video'])).getTracks()[0], { direction: 'sendonly', streams: [media] },
        );
        await publisher.offer();
        await publisher.finish();
        await lib.until('the third track', () => later.length === 3);
        return {
            first, later: later.sort(), count: Object.keys(serverConnection.down['down-id'].labels).length,
        };""", label)
    assert found["first"] == ["audio", kind]
    assert found["later"] == [["audio", "audio"], ["video", kind], ["video", kind]]
    # A browser that gives tracks other ids than the offer has is no reason for stale ones.
    assert found["count"] == 3


@pytest.mark.row("P-18")
@pytest.mark.parametrize("closes", [True, False])
def test_onabort(library, closes):
    found = library.run("""
        const { sc, socket } = lib.begin('joined');
        const stream = sc.newUpStream(), order = [];
        stream.localDescriptionSent = true;
        stream.onclose = () => order.push('onclose');
        stream.onabort = function () {
            order.push(this === stream && stream.sc === sc ? 'onabort' : 'wrong');
            if (argument) stream.close();
        };
        socket.say({ type: 'abort', id: stream.id });
        return { order, sent: socket.take(), id: stream.id };""", closes)
    assert found["order"] == ["onabort", "onclose"]
    assert found["sent"] == [{"type": "close", "id": found["id"]}]
