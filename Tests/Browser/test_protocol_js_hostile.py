# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""`/protocol.js` with others that mean no good: ids and names are theirs to choose, and most values to invent."""

import pytest

NAMES = [
    "__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "length", "0", " ", "\u0000",
    "💥",
]

# What prototypes look like, to be compared before and after.
PROTOTYPES = """
    const prototypes = () => [Object, Array, Map, ServerConnection, Stream, TransferredFile, Function]
        .map((type) => Object.getOwnPropertyNames(type.prototype).join() + Object.keys({}).join()).join(';');
    const intact = prototypes();
"""


@pytest.mark.attack(24, 28)
@pytest.mark.parametrize("name", NAMES)
def test_any_name_may_be_an_id(library, name):
    found = library.run(PROTOTYPES + """
        const { sc, socket, calls } = lib.begin('joined');
        const errors = await lib.uncaught(async () => {
            for (const type of ['answer', 'renegotiate', 'abort', 'close', 'ice']) socket.say({
                type, id: argument, candidate: { candidate: '' }, sdp: '',
            });
            socket.say({ type: 'user', kind: 'delete', id: argument });
            socket.say({
                type: 'user', kind: 'change', id: argument, username: argument, permissions: [argument],
                data: JSON.parse('{"__proto__": {"op": true}}'),
            });
            socket.say({
                type: 'usermessage', kind: 'filetransfer', source: argument, value: { type: 'ice', id: argument },
            });
            socket.say({
                type: 'usermessage', kind: 'filetransfer', source: argument,
                value: { type: 'invite', version: ['1'], id: argument, name: argument, size: 1, mimetype: argument },
            });
            socket.say({
                type: 'offer', id: argument, source: argument, username: argument, label: argument,
                replace: argument, sdp: '',
            });
            sc.down[argument].stream = new MediaStream();
            sc.recomputeUserStreams(argument);
        });
        const listed = [
            Object.keys(sc.users).includes(argument), Object.keys(sc.down).includes(argument), argument in sc.down,
        ];
        const streams = Object.keys(sc.users[argument].streams);
        const transfer = sc.getTransferredFile(argument, argument);
        const before = [
            sc.down[argument].label, sc.users[argument].username, transfer?.name,
            calls.some(([call]) => call === 'onfiletransfer'),
        ];
        socket.say({ type: 'user', kind: 'delete', id: argument });
        socket.say({ type: 'close', id: argument });
        return {
            errors, listed, streams, before, cancelled: transfer?.state,
            gone: [sc.users, sc.down, sc.transferredFiles].map((map) => Object.keys(map).includes(argument)),
            unknown: [
                sc.getTransferredFile('__proto__', 'x'), sc.findByLocalId('__proto__'),
            ].map((value) => value ?? null),
            ordinary: [{}.op, [].op, sc.users.op].map((value) => value === undefined), intact: prototypes() === intact,
        };""", name)
    assert found["errors"] == []
    assert found["listed"] == [True] * 3 and found["gone"] == [False] * 3
    assert found["streams"] == [name]
    assert found["before"] == [name, name, name, True] and found["cancelled"] == "closed"
    assert found["unknown"] == [None, None] and found["ordinary"] == [True] * 3 and found["intact"]


VALUES = [
    "null", "true", "5", "-1", "1e308", '""', '"text"', "[]", "[1]", '["a", 5]', "{}", '{"toString": 1}', '{"then": 1}',
    '{"__proto__": {"x": 1}}', '{"length": 1e9}', '"' + "x" * 100_000 + '"', "[" * 500 + "]" * 500,
]


@pytest.mark.attack(23, 28)
@pytest.mark.row("P-01")
def test_no_value_of_any_field_breaks_the_library(library):
    found = library.run(PROTOTYPES + """
        const types = [
            'joined', 'user', 'chat', 'chathistory', 'usermessage', 'offer', 'answer', 'renegotiate', 'abort',
            'close', 'ice', 'ping', 'pong', 'handshake', 'x',
        ];
        const fields = [
            'kind', 'id', 'source', 'dest', 'username', 'group', 'value', 'time', 'sdp', 'candidate', 'label',
            'replace', 'permissions', 'data', 'status', 'rtcConfiguration', 'version', 'error', 'privileged', 'noecho',
        ];
        const plausible = {
            joined: { kind: 'change', group: 'room', username: 'alice', permissions: [] },
            user: { kind: 'add', id: 'bob-id' },
            chat: { source: 'bob-id', value: 'x' }, chathistory: { source: 'bob-id', value: 'x' },
            usermessage: { kind: 'clearchat', source: 'bob-id', privileged: true },
            ice: { id: 'down-id', candidate: { candidate: '' } },
        };
        const problems = [];
        let count = 0;
        for (const type of types) {
            const { sc, socket } = lib.begin('joined');
            for (const field of fields) {
                for (const text of argument) {
                    const rest = { ...(plausible[type] ?? { id: 'down-id', sdp: '' }) };
                    delete rest[field];
                    const others = JSON.stringify(rest).slice(1);
                    const message = `{"type": "${type}", "${field}": ${text}, ${others}`.replace(/, }$/, '}');
                    try {
                        socket.say(message);
                        count += 1;
                    } catch (error) {
                        problems.push([message.slice(0, 200), String(error)]);
                    }
                }
            }
            if (socket.closedWith || !sc.isOpen) problems.push([type, 'closed']);
        }
        return { problems: problems.slice(0, 5), count, intact: prototypes() === intact };""", VALUES, timeout=120)
    assert found["problems"] == []
    assert found["count"] == 15 * 20 * len(VALUES) and found["intact"]


@pytest.mark.attack(28)
@pytest.mark.row("F-07")
def test_no_value_of_any_field_breaks_a_transfer(library):
    found = library.run(PROTOTYPES + """
        const types = ['invite', 'offer', 'answer', 'ice', 'cancel', 'upice', 'x', '__proto__'];
        const fields = ['type', 'version', 'id', 'name', 'size', 'mimetype', 'sdp', 'candidate', 'message'];
        const problems = [], accepted = [];
        for (const type of types) {
            for (const field of fields) {
                for (const text of argument) {
                    const { sc, socket } = lib.begin('joined');
                    const envelope = '"type": "usermessage", "kind": "filetransfer", "source": "bob-id"';
                    const say = (value) => socket.say(`{${envelope}, "value": ${value}}`);
                    sc.onfiletransfer = (transfer) => {
                        accepted.push([
                            typeof transfer.name, Number.isSafeInteger(transfer.size) && transfer.size >= 0,
                            typeof transfer.mimetype, typeof transfer.id,
                        ]);
                    };
                    sc.sendFile('bob-id', new File(['x'], 'name'));
                    const [id] = Object.values(sc.transferredFiles).map((transfer) => transfer.id);
                    const plausible = {
                        type, version: ['1'], id: type === 'invite' ? 'new' : id, name: 'name', size: 1,
                        mimetype: '', sdp: '', candidate: null, message: 'why',
                    };
                    delete plausible[field];
                    const value = `{"${field}": ${text}, ${JSON.stringify(plausible).slice(1)}`;
                    try {
                        say(value);
                        say(text);
                    } catch (error) {
                        problems.push([value.slice(0, 200), String(error)]);
                    }
                    if (socket.closedWith) problems.push([value.slice(0, 200), 'closed']);
                    socket.end(1000, '');
                }
            }
        }
        return {
            problems: problems.slice(0, 5), accepted: [...new Set(accepted.map(String))],
            intact: prototypes() === intact,
        };""", VALUES, timeout=120)
    assert found["problems"] == []
    assert found["accepted"] == ["string,true,string,string"] and found["intact"]


@pytest.mark.attack(24)
def test_ids_that_read_alike_when_put_together_are_not_the_same(library):
    found = library.run("""
        const { sc, socket } = lib.begin('joined');
        const say = (source, value) => socket.say({ type: 'usermessage', kind: 'filetransfer', source, value });
        say('a-b', { type: 'invite', version: ['1'], id: 'c', name: 'good', size: 1 });
        const transfer = sc.getTransferredFile('a-b', 'c');
        say('a', { type: 'cancel', id: 'b-c' });
        say('a', { type: 'invite', version: ['1'], id: 'b-c', name: 'evil', size: 1 });
        return {
            state: transfer.state, name: sc.getTransferredFile('a-b', 'c').name,
            other: sc.getTransferredFile('a', 'b-c') ?? null,
            refused: socket.take().map(({ dest, value }) => [dest, value.type]),
        };""")
    assert found == {"state": "inviting", "name": "good", "other": None, "refused": [["a", "cancel"]]}


@pytest.mark.attack(29)
def test_invitations_are_bounded(library):
    found = library.run("""
        const { sc, socket, calls } = lib.begin('joined');
        const say = (source, id, fields = {}) => socket.say({
            type: 'usermessage', kind: 'filetransfer', source,
            value: { type: 'invite', version: ['1'], id, name: 'n', size: 1, ...fields },
        });
        for (let count = 0; count < 500; count += 1) say('eve', `file-${count}`);
        const flood = [Object.keys(sc.transferredFiles).length, socket.take().length];
        say('bob-id', 'file');
        const other = sc.getTransferredFile('bob-id', 'file') !== undefined;
        const huge = 'x'.repeat(100000);
        say('bob-id', huge);
        say('bob-id', 'a', { name: huge });
        say('bob-id', 'b', { mimetype: huge });
        const refused = socket.take().map(({ value }) => value.type);
        const transfer = sc.getTransferredFile('bob-id', 'file');
        void transfer.receive();
        for (let count = 0; count < 1000; count += 1) {
            socket.say({
                type: 'usermessage', kind: 'filetransfer', source: 'bob-id',
                value: { type: 'ice', id: 'file', candidate: { candidate: 'x' } },
            });
        }
        return { flood, other, refused, candidates: transfer.candidates.length };""")
    assert found == {"flood": [64, 436], "other": True, "refused": ["cancel"] * 3, "candidates": 256}


@pytest.mark.attack(29)
def test_a_file_in_tiny_pieces_takes_no_more_room_than_its_size(library):
    found = library.run("""
        const group = lib.pair(), { alice, bob } = group;
        bob.ontransfer = (transfer) => void transfer.receive();
        alice.sc.sendFile(bob.sc.id, new File([lib.bytes(20000)], 'name'));
        const { transfer } = alice.files[0];
        // The test sends in the library's place: first nothing at all, again and again, then a byte at a time.
        transfer.send = async () => {
            const { dc } = transfer;
            for (let count = 0; count < 3000; count += 1) dc.send(new Uint8Array(0));
            for (const byte of lib.bytes(20000)) dc.send(Uint8Array.of(byte));
            transfer.datalen = 20000;
        };
        let most = 0, calls = 0;
        bob.onevent = (down) => { calls += 1; most = Math.max(most, down.data.length); };
        await lib.until('the end', () => bob.files[0]?.transfer.state === 'closed');
        const { blob } = bob.files[0];
        return { most, calls, same: await lib.sha256(blob) === await lib.sha256(lib.bytes(20000)) };""")
    # Empty messages are no progress.
    assert found["same"] and found["most"] <= 1024 + 20 and found["calls"] < 20_010


@pytest.mark.attack(28)
def test_a_transfer_never_opens_a_way_for_media(library):
    found = library.run("""
        const pc = new RTCPeerConnection();
        const media = await lib.media(['video']);
        pc.addTransceiver(media.getTracks()[0]);
        pc.createDataChannel('file');
        const { sdp } = await pc.createOffer();
        pc.close();
        const { sc, socket } = lib.begin('joined');
        sc.onfiletransfer = () => {};
        const say = (value) => socket.say({ type: 'usermessage', kind: 'filetransfer', source: 'bob-id', value });
        sc.sendFile('bob-id', new File(['x'], 'name'));
        const [transfer] = Object.values(sc.transferredFiles);
        say({ type: 'offer', version: ['1'], id: transfer.id, sdp });
        say({ type: 'invite', version: ['1'], id: 'in', name: 'name', size: 1 });
        const incoming = sc.getTransferredFile('bob-id', 'in');
        await incoming.receive();
        say({ type: 'answer', id: 'in', sdp });
        return [
            transfer.state, incoming.state,
            socket.take().map(({ value }) => value.type).filter((type) => type !== 'ice'),
        ];""")
    assert found == ["closed", "closed", ["invite", "cancel", "offer", "cancel"]]
