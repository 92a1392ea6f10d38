# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""`/protocol.js`: files, between two connections in one page. `test_files.py` has them between two browsers."""

import pytest

# A transfer that is accepted as soon as it is offered.
ACCEPTED = """
    const group = lib.pair(), { alice, bob, log } = group;
    bob.ontransfer = (transfer) => void transfer.receive();
    const send = (size, type = 'text/plain') => alice.sc.sendFile(
        bob.sc.id, new File([lib.bytes(size)], 'my file.txt', { type }),
    );
    const ended = async () => {
        const begun = () => alice.files.length === bob.files.length;
        await lib.until('both ends', () => begun() && lib.isOver(alice) && lib.isOver(bob));
        return [alice.files.at(-1), bob.files.at(-1)];
    };
"""

# A transfer that waits for what the test does.
OFFERED = """
    const group = lib.pair(), { alice, bob, log } = group;
    alice.sc.sendFile(bob.sc.id, new File([lib.bytes(100000)], 'my file.txt', { type: 'text/plain' }));
    const up = alice.files[0];
    const down = await lib.until('the invitation', () => bob.files[0]);
"""


@pytest.mark.row("F-01", "F-02", "F-04", "F-05", "F-06", "F-09")
@pytest.mark.parametrize("delay", [0, 300])
def test_a_transfer_from_invitation_to_end(library, delay):
    found = library.run(ACCEPTED + """
        // A browser may have candidates, and even a channel, before it says that it has set the description.
        const { prototype } = RTCPeerConnection;
        const { setLocalDescription, setRemoteDescription, addIceCandidate } = prototype;
        const slow = (method) => async function (...values) {
            await method.apply(this, values);
            if (argument) await new Promise((resolve) => setTimeout(resolve, argument));
        };
        const added = new Set();
        prototype.setLocalDescription = slow(setLocalDescription);
        prototype.setRemoteDescription = slow(setRemoteDescription);
        prototype.addIceCandidate = function (...values) {
            added.add(this.localDescription?.type ?? 'early');
            return addIceCandidate.apply(this, values);
        };
        send(100000);
        const [up, down] = await ended().finally(() => {
            Object.assign(prototype, { setLocalDescription, setRemoteDescription, addIceCandidate });
        });
        const properties = ({ transfer }) => [
            'up', 'state', 'username', 'name', 'mimetype', 'size', 'datalen', 'version',
        ].map((name) => transfer[name]);
        const { id } = up.transfer;
        return {
            id: /^[0-9a-f]{32}$/.test(id), log: log.map(([name, value]) => [name, value.type]),
            messages: Object.fromEntries(log.map(([, value]) => [
                value.type,
                Object.fromEntries(Object.entries(value).map(([key, field]) => [
                    key, key === 'id' ? field === id : key === 'sdp' || key === 'candidate' ? typeof field : field,
                ])),
            ])),
            candidates: log.filter(([, { type }]) => type === 'ice').map(([, value]) => typeof value.candidate?.candidate),
            up: [up.self, up.state, up.events], down: [down.self, down.state, down.events],
            properties: [properties(up), properties(down)],
            added: [...added], same: await lib.sha256(down.blob) === await lib.sha256(lib.bytes(100000)),
            left: group.left(),
            ended: [up, down].map(({ transfer }) => [transfer.pc, transfer.dc, transfer.data.length]),
        };""", delay)
    assert found["id"]
    invite, offer, answer = (found["messages"][name] for name in ("invite", "offer", "answer"))
    assert invite == {
        "type": "invite", "version": ["1"], "id": True, "name": "my file.txt", "size": 100000, "mimetype": "text/plain",
    }
    assert offer == {"type": "offer", "version": ["1"], "id": True, "sdp": "string"}
    assert answer == {"type": "answer", "id": True, "sdp": "string"}
    order = [step for step in found["log"] if step[1] != "ice"]
    assert order == [["alice", "invite"], ["bob", "offer"], ["alice", "answer"]]
    # No candidate before the description that it belongs to.
    assert found["log"].index(["bob", "ice"]) > found["log"].index(["bob", "offer"])
    assert found["log"].index(["alice", "ice"]) > found["log"].index(["alice", "answer"])
    assert "string" in found["candidates"]
    if delay:
        # The receiver's came while the sender was not ready for them.
        assert "answer" in found["added"]
    assert "early" not in found["added"]
    assert found["up"] == [True, "", [["inviting"], ["connecting"], *[["connected"]] * 8, ["done"], ["closed"]]]
    blob = ["done", "Blob 100000 text/plain"]
    assert found["down"] == [True, "inviting", [["connecting"], *[["connected"]] * 8, blob, ["closed"]]]
    common = ["my file.txt", "text/plain", 100000, 100000, "1"]
    assert found["properties"] == [[True, "closed", "bob", *common], [False, "closed", "alice", *common]]
    assert found["same"] and found["left"] == [0, 0]
    assert found["ended"] == [[None, None, 0]] * 2


@pytest.mark.row("F-10", "F-04")
@pytest.mark.parametrize("size", [0, 1, 16383, 16384, 16385, 1048576, 1048577, 3000000])
def test_files_of_every_size_arrive(library, size):
    found = library.run(ACCEPTED + """
        const sent = [], send_ = RTCDataChannel.prototype.send;
        let buffered = 0, labels = new Set();
        RTCDataChannel.prototype.send = function (data) {
            buffered = Math.max(buffered, this.bufferedAmount);
            const { label, ordered, maxRetransmits = null, maxPacketLifeTime = null } = this;
            labels.add(`${label} ${ordered} ${maxRetransmits} ${maxPacketLifeTime}`);
            sent.push(data.byteLength ?? data);
            return send_.call(this, data);
        };
        try {
            send(argument, '');
            const [up, down] = await ended();
            return {
                same: await lib.sha256(down.blob) === await lib.sha256(lib.bytes(argument)), size: down.blob.size,
                events: [lib.summary(up.events), lib.summary(down.events)], word: sent.pop(),
                messages: sent.length, largest: Math.max(0, ...sent), total: sent.reduce((a, b) => a + b, 0),
                buffered, labels: [...labels],
            };
        } finally {
            RTCDataChannel.prototype.send = send_;
        }""", size)
    assert found["same"] and found["size"] == size
    done = f"done,Blob {size} "
    assert found["events"] == [
        ["inviting", "connecting", "connected", "done", "closed"], ["connecting", "connected", done, "closed"],
    ]
    assert found["word"] == "done" and found["total"] == size
    assert found["messages"] == -(-size // 16384) and found["largest"] <= 16384
    assert found["buffered"] <= 65536
    assert found["labels"] == ["file true null null"]


@pytest.mark.row("F-04")
def test_a_browser_that_forgets_to_say_that_the_buffer_has_drained_does_not_stop_the_file(library):
    found = library.run(ACCEPTED + """
        const property = Object.getOwnPropertyDescriptor(RTCDataChannel.prototype, 'onbufferedamountlow');
        Object.defineProperty(
            RTCDataChannel.prototype, 'onbufferedamountlow', { configurable: true, set() {}, get: () => null },
        );
        try {
            send(500000);
            const [, down] = await ended();
            return down.blob?.size;
        } finally {
            Object.defineProperty(RTCDataChannel.prototype, 'onbufferedamountlow', property);
        }""")
    assert found == 500000


@pytest.mark.row("F-03", "F-06")
@pytest.mark.parametrize("how, reason", [
    ("transfer.cancel('no, thanks')", "no, thanks"),
    ("transfer.cancel()", None),
    ("throw new Error('not here')", "not here"),
    ("transfer.cancel(new Error('broken')); return", "broken"),
])
def test_a_file_is_refused_at_once(library, how, reason):
    found = library.run("""
        const group = lib.pair(), { alice, bob, log } = group;
        bob.ontransfer = (transfer) => { eval(argument); };
        alice.sc.sendFile(bob.sc.id, new File(['x'], 'name'));
        const up = alice.files[0];
        await lib.until('the end', () => up.transfer.state === 'closed');
        return {
            up: up.events, down: bob.files[0].events.map(([state]) => state), left: group.left(),
            log: log.map(([name, { type, message }]) => [name, type, message ?? null]),
        };""", how.replace("; return", ""))
    assert found["up"] == [["inviting"], ["cancelled", reason], ["closed"]]
    assert found["down"] == ["cancelled", "closed"]
    # Who is told does not answer.
    assert found["log"] == [["alice", "invite", None], ["bob", "cancel", reason]]
    assert found["left"] == [0, 0]


@pytest.mark.row("F-03")
def test_the_sending_page_may_refuse_and_must_take_care(library):
    found = library.run("""
        const group = lib.pair(), { alice, bob, log } = group;
        const file = new File(['x'], 'name');
        alice.ontransfer = (transfer) => transfer.cancel('changed my mind');
        alice.sc.sendFile(bob.sc.id, file);
        alice.ontransfer = () => { throw new Error('no room'); };
        alice.sc.sendFile(bob.sc.id, file);
        const { onfiletransfer } = alice.sc;
        alice.sc.onfiletransfer = null;
        alice.sc.sendFile(bob.sc.id, file);
        const sent = log.length;
        bob.sc.onfiletransfer = null;
        alice.sc.onfiletransfer = onfiletransfer;
        alice.ontransfer = null;
        alice.sc.sendFile(bob.sc.id, file);
        await lib.until('the end', () => alice.files.at(-1).transfer.state === 'closed');
        const unknown = await lib.thrown(() => alice.sc.sendFile('nobody', file));
        alice.socket.readyState = 3;
        alice.sc.sendFile(bob.sc.id, file);
        return {
            events: alice.files.map(({ events }) => events.map(([state, reason]) => [state, typeof reason])), sent,
            unknown, left: Object.keys(alice.sc.transferredFiles),
        };""")
    cancelled = [["cancelled", "string"], ["closed", "undefined"]]
    # The last: the connection was gone. The one before: nobody was there to take the file.
    assert found["events"] == [cancelled, cancelled, [["inviting", "undefined"], *cancelled], cancelled]
    assert found["sent"] == 0 and found["unknown"] == "There is no such user" and found["left"] == []


@pytest.mark.row("F-03", "F-06")
@pytest.mark.parametrize("who", ["alice", "bob"])
@pytest.mark.parametrize("state", ["inviting", "connecting", "connected", "done"])
def test_a_transfer_is_cancelled_from_both_sides_in_each_state(library, who, state):
    found = library.run("""
        const [who, state] = argument;
        const group = lib.pair(), { alice, bob, log } = group;
        const ends = { alice, bob };
        let cancelled = false;
        const act = (transfer) => {
            if (!cancelled) { cancelled = true; transfer.cancel('enough'); }
        };
        ends[who].onevent = (transfer, now) => lib.isUnderWay(transfer, now, state) && act(transfer);
        bob.ontransfer = (transfer) => {
            if (state !== 'inviting') void transfer.receive();
            else if (who === 'bob') setTimeout(() => act(transfer));
        };
        alice.sc.sendFile(bob.sc.id, new File([lib.bytes(300000)], 'name'));
        await lib.until('both ends', () => lib.isOver(alice) && lib.isOver(bob));
        // What is on its way when the transfer ends must find nothing to disturb.
        await new Promise((resolve) => setTimeout(resolve, 200));
        const end = ({ files }) => files[0] ? [lib.summary(files[0].events), files[0].transfer.pc] : null;
        return { alice: end(alice), bob: end(bob), cancels: group.cancels(), left: group.left() };""", [who, state])
    steps = ["inviting", "connecting", "connected"]
    other = "bob" if who == "alice" else "alice"
    assert found["left"] == [0, 0]
    if state == "done":
        # It is too late: the file has arrived, and nobody is told.
        assert who not in found["cancels"]
        assert found[who][0][-2].startswith("done") and found[who][0][-1] == "closed"
        return
    own, theirs = found[who], found[other]
    assert own[0] == [*steps[(who == "bob"):steps.index(state) + 1], "cancelled,enough", "closed"] and own[1] is None
    if theirs is not None:
        # The one side may be a step ahead of the other.
        assert theirs[0][-2:] == ["cancelled,enough", "closed"] and theirs[1] is None
    assert found["cancels"] == [who]


@pytest.mark.row("F-08")
@pytest.mark.parametrize("who", ["alice", "bob"])
@pytest.mark.parametrize("state", ["inviting", "connecting", "connected"])
def test_a_transfer_fails_when_the_other_leaves(library, who, state):
    found = library.run("""
        const [who, state] = argument;
        const group = lib.pair(), { alice, bob, log } = group;
        const ends = { alice, bob };
        const other = ends[who === 'alice' ? 'bob' : 'alice'];
        let gone = false;
        const go = () => {
            if (gone) return;
            gone = true;
            group.hold = () => true;
            ends[who].socket.end(1000, '');
            group.leave(who);
        };
        other.onevent = (transfer, now) => lib.isUnderWay(transfer, now, state) && go();
        bob.ontransfer = (transfer) => {
            if (state !== 'inviting') void transfer.receive();
            else setTimeout(go);
        };
        alice.sc.sendFile(bob.sc.id, new File([lib.bytes(300000)], 'name'));
        await lib.until('both ends', () => lib.isOver(alice) && lib.isOver(bob));
        return {
            events: lib.summary(other.files[0].events), left: group.left(), cancels: group.cancels(),
            leaver: ends[who].files.map(({ events }) => lib.summary(events).slice(-2)),
        };""", [who, state])
    assert found["events"][-2:] == ["cancelled,The other user has gone away", "closed"]
    assert found["leaver"] in ([], [["cancelled,The connection to the group has ended", "closed"]])
    assert found["left"] == [0, 0] and found["cancels"] == []


@pytest.mark.row("F-07")
def test_versions_duplicates_and_older_messages(library):
    found = library.run(OFFERED + """
        const say = (end, from, value) => end.socket.say({
            type: 'usermessage', kind: 'filetransfer', source: from.sc.id, username: 'x', value,
        });
        const take = (end) => end.socket.take().map(({ dest, value }) => [
            dest === alice.sc.id ? 'to alice' : dest === bob.sc.id ? 'to bob' : dest, value.type, value.id,
        ]);
        bob.socket.take();
        const invite = { type: 'invite', name: 'n', size: 1, mimetype: '' };
        const refused = [];
        for (const version of [['2'], [], '2', undefined, null, { 1: '1' }]) {
            say(bob, alice, { ...invite, id: 'new', version });
            refused.push(...take(bob));
        }
        // A number, as documents have it.
        say(bob, alice, { ...invite, id: 'number', version: [1] });
        const accepted = bob.files.length;
        say(bob, alice, { ...invite, id: down.transfer.id, version: ['1'] });
        const duplicate = take(bob);
        const before = [up.transfer.state, down.transfer.state];
        // An offer of another version; an older client's messages.
        say(alice, bob, { type: 'offer', id: up.transfer.id, version: ['2'], sdp: '' });
        const version = up.events.slice();
        const older = [];
        for (const type of ['upice', 'downice', 'reject', 'abort']) {
            alice.sc.sendFile(bob.sc.id, new File(['x'], 'name'));
            const file = alice.files.at(-1);
            say(alice, bob, { type, id: file.transfer.id });
            older.push([file.transfer.state, /upgrade/.test(file.events.at(-2)[1])]);
        }
        // To oneself.
        alice.sc.sendFile(alice.sc.id, new File(['x'], 'name'));
        const own = alice.files.at(-1);
        await lib.until('the end', () => own.transfer.state === 'closed');
        return {
            refused, accepted, duplicate: duplicate.map(([to, type]) => [to, type]), before, version, older,
            own: own.events.map(([state]) => state), count: alice.files.length,
        };""")
    assert found["refused"] == [["to alice", "cancel", "new"]] * 6
    assert found["accepted"] == 2
    assert found["duplicate"] == [["to alice", "cancel"]] and found["before"] == ["inviting", "inviting"]
    assert [event[0] for event in found["version"]] == ["inviting", "cancelled", "closed"]
    assert found["older"] == [["closed", True]] * 4
    assert found["own"] == ["inviting", "cancelled", "closed"]
    assert found["count"] == 6


@pytest.mark.row("F-06")
def test_methods_at_the_wrong_time(library):
    found = library.run(OFFERED + """
        const { transfer } = down;
        const errors = [await lib.thrown(() => up.transfer.receive())];
        const promise = transfer.receive();
        errors.push(await lib.thrown(() => transfer.receive()));
        await promise;
        const names = [
            transfer.fullid() === `${alice.sc.id}-${transfer.id}`,
            bob.sc.getTransferredFile(alice.sc.id, transfer.id) === transfer,
            bob.sc.getTransferredFile(alice.sc.id, 'other') === undefined,
            bob.sc.transferredFiles[transfer.fullid()] === transfer,
            transfer.userid === alice.sc.id, transfer.sc === bob.sc,
        ];
        transfer.cancel();
        errors.push(await lib.thrown(() => transfer.receive()));
        const count = down.events.length;
        transfer.cancel('again');
        transfer.fail('again');
        return { errors: errors.map(Boolean), names, count: down.events.length - count };""")
    assert found == {"errors": [True] * 3, "names": [True] * 6, "count": 0}


@pytest.mark.row("F-05", "F-06")
@pytest.mark.parametrize("act, who", [
    ("channel.send('hello')", "bob"),
    ("channel.send(new Uint8Array(100001))", "bob"),
    ("channel.close()", "bob"),
    ("channel.close()", "alice"),
    ("channel.send('done')", "alice"),
    ("channel.send('done?')", "alice"),
    ("channel.send(new Uint8Array(1))", "alice"),
])
def test_what_the_other_end_must_not_do_with_the_channel(library, act, who):
    # `who` is wronged: the other end's channel does what it must not, before the file is through.
    found = library.run("""
        const [act, who] = argument;
        const group = lib.pair(), { alice, bob, log } = group;
        const ends = { alice, bob }, wrong = ends[who === 'alice' ? 'bob' : 'alice'];
        bob.ontransfer = (transfer) => void transfer.receive();
        alice.sc.sendFile(bob.sc.id, new File([lib.bytes(100000)], 'name'));
        // The sender stops after the first message, so that there is a middle.
        const read = async (start) => (start === 0 ? new ArrayBuffer(16384) : new Promise(() => {}));
        alice.files[0].transfer.file = { slice: (start) => ({ arrayBuffer: () => read(start) }) };
        await lib.until('the first message', () => bob.files[0]?.transfer.datalen === 16384);
        const channel = wrong.files[0].transfer.dc;
        channel.onclose = channel.onmessage = channel.onerror = null;
        eval(act);
        const file = ends[who].files[0];
        await lib.until('the end', () => file.transfer.state === 'closed');
        return {
            events: file.events.map(([state]) => state).slice(-2),
            cancels: group.cancels(), blob: file.blob ?? null,
        };""", [act, who])
    assert found == {"events": ["cancelled", "closed"], "cancels": [who], "blob": None}


@pytest.mark.row("F-05")
def test_the_receiver_waits_two_seconds_for_the_sender_to_close(library):
    found = library.run("""
        const group = lib.pair(), { alice, bob } = group;
        bob.ontransfer = (transfer) => void transfer.receive();
        const { send } = RTCDataChannel.prototype;
        // A sender that does not hear «done».
        RTCDataChannel.prototype.send = function (data) {
            if (data !== 'done') send.call(this, data);
        };
        try {
            alice.sc.sendFile(bob.sc.id, new File(['x'], 'name'));
            const down = await lib.until('the invitation', () => bob.files[0]);
            await lib.until('done', () => down.transfer.state === 'done');
            const begun = performance.now();
            await lib.until('closed', () => down.transfer.state === 'closed');
            const waited = performance.now() - begun;
            // The sender's file has not been taken, as far as it knows.
            await lib.until('closed', () => alice.files[0].transfer.state === 'closed');
            return { waited, events: lib.summary(down.events), sender: lib.summary(alice.files[0].events).slice(-2) };
        } finally {
            RTCDataChannel.prototype.send = send;
        }""")
    assert 1500 < found["waited"] < 8000
    assert found["sender"] == ["cancelled,Error The connection to the other end has ended", "closed"]
    assert found["events"] == ["connecting", "connected", "done,Blob 1 ", "closed"]


@pytest.mark.row("F-03")
def test_a_file_that_cannot_be_read_is_cancelled(library):
    found = library.run(ACCEPTED + """
        const results = [];
        for (const arrayBuffer of [
            async () => { throw new Error('the disk is gone'); }, async () => new ArrayBuffer(0),
        ]) {
            send(100000);
            alice.files.at(-1).transfer.file = { slice: () => ({ arrayBuffer }) };
            const [up, down] = await ended();
            await lib.until('the end', () => alice.files.length === bob.files.length);
            results.push([up, down].map(({ events }) => events.at(-2)));
        }
        return results;""")
    assert found == [
        [["cancelled", "Error the disk is gone"], ["cancelled", "the disk is gone"]],
        [["cancelled", "Error The file has become shorter"], ["cancelled", "The file has become shorter"]],
    ]


@pytest.mark.row("F-02")
def test_descriptions_that_cannot_be_used_and_browsers_that_cannot_meet(library):
    found = library.run("""
        const outcomes = [];
        for (const spoil of [
            (value) => { if (value.type === 'offer') value.sdp = 'nonsense'; },
            (value) => { if (value.type === 'answer') value.sdp = 'nonsense'; },
        ]) {
            const group = lib.pair(), { alice, bob } = group;
            group.hold = (name, value) => { spoil(value); return false; };
            bob.ontransfer = (transfer) => void transfer.receive();
            alice.sc.sendFile(bob.sc.id, new File(['x'], 'name'));
            await lib.until('both ends', () => bob.files.length > 0 && lib.isOver(alice) && lib.isOver(bob));
            outcomes.push([alice, bob].map(({ files }) => lib.summary(files[0].events).at(-2).split(',')[0]));
        }
        const group = lib.pair(), { alice, bob } = group;
        bob.ontransfer = (transfer) => void transfer.receive();
        group.hold = (name, { type }) => type === 'ice' || type === 'answer';
        alice.sc.sendFile(bob.sc.id, new File(['x'], 'name'));
        const { transfer } = alice.files[0];
        const pc = await lib.until('a peer connection', () => transfer.pc);
        Object.defineProperty(pc, 'connectionState', { value: 'failed' });
        pc.onconnectionstatechange();
        outcomes.push([alice.files[0].events.at(-2).map(lib.plain)]);
        return outcomes;""")
    assert found[:2] == [["cancelled", "cancelled"]] * 2
    assert found[2] == [["cancelled", "Error The other browser cannot be reached"]]
