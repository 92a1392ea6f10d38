# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""`/protocol.js` does what Galène's documents of it show: their own lines, word for word, against a running server.

What the documents leave open is filled in by `filled`: `...` stands for what a page puts there. Two of their snippets are
no JavaScript as they stand, and are completed where they are used: a brace is missing, and `func` means `function`.
"""

import re

import pytest

pytestmark = pytest.mark.row("C-27")

FETCH_STATUS = """
let r = await fetch(url + ".status");
if(!r.ok) {
throw new Error(`${r.status} ${r.statusText}`);
}
let status = await r.json();
"""
CALLBACKS = """
let sc = new ServerConnection()
serverConnection.onconnected = ...;
serverConnection.onclose = ...;
serverConnection.onusermessage = ...;
serverConnection.onjoined = ...;
serverConnection.onuser = ...;
serverConnection.onchat = ...;
serverConnection.onclearchat = ...;
serverConnection.ondownstream = ...;
"""
CONNECT = """
serverConnection.connect(status.endpoint);
"""
JOIN = """
serverConnection.onconnected = function() {
this.join(group, 'join', username, password);
}
"""
# Without the last brace.
JOINED = """
serverConnection.onjoined = function(kind, group, perms, status, data, error, message) {
switch(kind) {
case 'join':
this.request({'':['audio','video']});
// then update the UI, possibly taking perms.present into account
break;
case 'change':
// update the UI
break;
case 'redirect':
this.close();
document.location.href = message;
break;
case 'fail':
if(error === 'need-username') {
// the user attempted to login with a token that does not
// specify a username. Display a dialog requesting a username,
// then join again
} else {
// display the friendly error message
}
break;
}
"""
CHAT = """
serverConnection.chat(username, '', id, 'Hi!');
"""
DOWN_STREAM = """
serverConnection.ondownstream = function(stream) {
stream.onclose = ...;
stream.onerror = ...;
stream.ondowntrack = ...;
stream.onstatus = ...;
}
"""
UP_STREAM = """
let stream = serverConnection.newUpStream();
stream.label = ...;
stream.onerror = ...;
stream.onstatus = ...;
localStream.getTracks().forEach(t => {
c.pc.addTrack(t, c.stream);
});
"""
ON_FILE = """
serverConnection.onfiletransfer = function(transfer) {
...
};
"""
ON_EVENT = """
transfer.onevent = func(state, data) {
...
};
"""
SEND_FILE = """
serverConnection.sendFile(userid, file);
"""

# Of the older document, where it differs; what has been lost of it is in `filled`.
OLDER_UP_STREAM = """
let stream = serverConnection.newUpStream();
stream.onerror = ...;
stream.onabort = ...;
stream.onstatus = ...;
localStream.getTracks().forEach(t => {
    c.labels[t.id] = t.kind;
    c.pc.addTrack(t, c.stream);
});
"""


def filled(snippet: str, body: str = "") -> str:
    """A snippet with something to run at each place that it leaves open: a record of what is called, or `body`."""
    snippet = snippet.replace("stream.label = ...", "stream.label = 'camera'")
    snippet = re.sub(r"\b(\w+\.\w+) = \.\.\.;", r"\1 = record('\1');", snippet)
    return snippet.replace("\n...\n", f"\n{body}\n").replace("func(", "function(")


BEGIN = """
    const { url, group, username, password } = argument;
    const calls = {};
    const record = (name) => function (...values) { (calls[name] ??= []).push(values); };
    const went = [];
    const document = { location: { set href(to) { went.push(to); } } };
    const serverConnection = new ServerConnection();
"""
JOINED_AND_TOLD = JOINED + """
}
    const documented = serverConnection.onjoined;
    const joined = [];
    serverConnection.onjoined = function (...values) {
        documented.apply(this, values);
        joined.push([values[0], values[2].present, values[5], values[6]]);
    };
"""
# Somebody else in the same group, by the library as it is today.
OTHER = """
    const other = new ServerConnection();
    const heard = [], seen = [], got = [];
    other.onchat = (id, source, dest, name, time, privileged, history, kind, message) => {
        heard.push([source === serverConnection.id, dest === other.id, name, kind, message]);
    };
    other.ondownstream = (down) => {
        down.ondowntrack = (track) => seen.push([down.label, track.kind]);
    };
    other.onfiletransfer = (transfer) => {
        transfer.onevent = (state, data) => data instanceof Blob && got.push(data);
        if (!transfer.up) {
            setTimeout(() => transfer.receive());
        }
    };
    other.onconnected = () => other.join(group, 'other', '');
    other.onjoined = (kind) => kind === 'join' && other.request({ '': ['audio', 'video'] });
    other.connect(status.endpoint);
    await lib.until('the other', () => serverConnection.users[other.id] && other.users[serverConnection.id]);
"""
END = """
    other.close();
    serverConnection.close();
    await lib.until('the end', () => calls['serverConnection.onclose']);
"""


def group_of(server, **description) -> dict:
    group = server.new_group({"wildcard-user": {"password": {"type": "wildcard"}, "permissions": "present"}, **description})
    return {"url": server.page(group), "group": group, "username": "alice", "password": "secret"}


@pytest.mark.row("S-05")
def test_a_page_by_the_document_meets_another(library, server):
    found = library.run(BEGIN + FETCH_STATUS + filled(CALLBACKS) + CONNECT + JOIN + JOINED_AND_TOLD + """
    await lib.until('the group', () => joined.length);
    """ + filled(DOWN_STREAM) + OTHER + """
    const id = other.id;
    """ + CHAT + """
    await lib.until('the message', () => heard.length);
    const localStream = await lib.media();
    const c = { get pc() { return stream.pc; }, stream: localStream };
    """ + filled(UP_STREAM) + """
    await lib.until('what is sent', () => seen.length === 2);
    const up = other.newUpStream();
    up.label = 'camera';
    const media = await lib.media();
    up.setStream(media);
    media.getTracks().forEach((track) => up.pc.addTransceiver(track, { direction: 'sendonly', streams: [media] }));
    await lib.until('what is received', () => calls['stream.ondowntrack']?.length === 2);
    const isGood = ([state]) => state === 'connected' || state === 'completed';
    await lib.until('the status', () => calls['stream.onstatus']?.some(isGood));
    const labels = Object.values(serverConnection.down).map(({ label }) => label);
    up.close();
    await lib.until('its end', () => calls['stream.onclose']);
    """ + END + """
    return {
        endpoint: status.endpoint, joined, heard, seen: seen.sort(), labels, errors: calls['stream.onerror'] ?? [],
        users: calls['serverConnection.onuser'].some(([id, kind]) => id === other.id && kind === 'add'),
        tracks: calls['stream.ondowntrack'].map(([track]) => track.kind).sort(),
    };""", group_of(server))
    assert found["endpoint"] == server.websocket_url
    assert found["joined"] == [["join", True, None, None], ["leave", None, "", ""]]
    assert found["heard"] == [[True, True, "alice", "", "Hi!"]]
    assert found["seen"] == [["camera", "audio"], ["camera", "video"]] and found["labels"] == ["camera"]
    assert found["tracks"] == ["audio", "video"] and found["errors"] == [] and found["users"]


@pytest.mark.row("F-01", "F-06")
def test_a_page_by_the_document_sends_and_receives_files(library, server):
    transfer = filled(ON_EVENT, "events.push([transfer.up, state, data]);")
    found = library.run(BEGIN + FETCH_STATUS + filled(CALLBACKS) + CONNECT + JOIN + JOINED_AND_TOLD + """
    await lib.until('the group', () => joined.length);
    const events = [];
    """ + filled(ON_FILE, transfer + "if (!transfer.up) { setTimeout(() => transfer.receive()); }") + OTHER + """
    const userid = other.id, file = new File([lib.bytes(100000)], 'notes.txt');
    """ + SEND_FILE + """
    await lib.until('the file', () => got.length && events.some(([up, state]) => up && state === 'closed'));
    other.sendFile(serverConnection.id, file);
    await lib.until('a file back', () => events.some(([up, state]) => !up && state === 'closed'));
    const back = events.find(([up, state]) => !up && state === 'done')[2];
    const sent = await lib.sha256(lib.bytes(100000));
    const same = [await lib.sha256(got[0]) === sent, await lib.sha256(back) === sent];
    const states = [true, false].map((which) => {
        const all = events.filter(([up]) => up === which).map(([, state]) => state);
        return all.filter((state, index) => state !== all[index - 1]);
    });
    """ + END + """
    return { same, states };""", group_of(server))
    assert found["same"] == [True, True]
    assert found["states"] == [
        ["inviting", "connecting", "connected", "done", "closed"], ["connecting", "connected", "done", "closed"]]


def test_a_page_by_the_document_is_refused_and_sent_elsewhere(library, server):
    program = BEGIN + FETCH_STATUS + filled(CALLBACKS) + CONNECT + JOIN + JOINED_AND_TOLD + """
    await lib.until('an answer', () => joined.length);
    serverConnection.close();
    await lib.until('the end', () => calls['serverConnection.onclose']);
    return { joined: joined[0], went, status };"""
    closed = group_of(server, **{"wildcard-user": {"password": "another", "permissions": "present"}})
    refused = library.run(program, closed)
    assert refused["joined"][0] == "fail" and refused["joined"][3] == "not authorised" and refused["went"] == []
    # Its status tells where the group is; who asks for the WebSocket all the same is told there.
    moving = group_of(server)
    assert library.run(program, moving)["joined"][0] == "join"
    server.write_group(moving["group"], {"redirect": "https://elsewhere.example/"})
    moved = library.run(program.replace("status.endpoint", "argument.endpoint"), {**moving, "endpoint": server.websocket_url})
    assert moved["joined"][0] == "redirect" and moved["went"] == ["https://elsewhere.example/"]
    assert moved["status"]["redirect"] == "https://elsewhere.example/"


def test_a_page_by_the_older_document_sends_with_labels_of_tracks(library, server):
    found = library.run(BEGIN + FETCH_STATUS + filled(CALLBACKS) + CONNECT + JOIN + JOINED_AND_TOLD + """
    await lib.until('the group', () => joined.length);
    """ + filled(DOWN_STREAM) + OTHER + """
    const localStream = await lib.media();
    const c = { get pc() { return stream.pc; }, get labels() { return stream.labels; }, stream: localStream };
    """ + filled(OLDER_UP_STREAM) + """
    await lib.until('what is sent', () => seen.length === 2);
    """ + END + """
    return { seen: seen.sort(), errors: calls['stream.onerror'] ?? [], aborted: calls['stream.onabort'] ?? [] };""",
                        group_of(server))
    assert found == {"seen": [["camera", "audio"], ["camera", "video"]], "errors": [], "aborted": []}
