# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""`/protocol.js`: streams. The test plays the server, with real peer connections at its end."""

import pytest

UNDEFINED = "(undefined)"

# An up stream that is connected to a subscriber of the test's.
UP = """
    const { sc, socket, calls } = lib.begin('joined');
    const media = await lib.media();
    const up = sc.newUpStream();
    lib.record(up, lib.STREAM_CALLBACKS, calls, 'up.');
    up.label = 'camera';
    up.setStream(media);
    media.getTracks().forEach((track) => up.pc.addTransceiver(track, { direction: 'sendonly', streams: [media] }));
    const takeOffer = () => lib.until('an offer', () => socket.take('offer')[0]);
    const offer = await takeOffer();
    const subscriber = new lib.Subscriber(socket, up.id);
"""

# A down stream that is offered by a publisher of the test's.
DOWN = """
    const { sc, socket, calls } = lib.begin('joined');
    const media = await lib.media();
    const seen = [];
    sc.ondownstream = function (stream) {
        calls.push(['ondownstream', this === sc, stream.id]);
        const { id, source, username, label, up, localId } = stream;
        seen.push({ id, source, username, label, up, localId, remote: stream.pc.remoteDescription?.type ?? null });
        lib.record(stream, lib.STREAM_CALLBACKS, calls, 'down.');
    };
    const publisher = new lib.Publisher(socket, 'down-id', media);
"""


@pytest.mark.row("C-19", "C-15")
def test_a_new_up_stream_has_the_documented_properties(library):
    found = library.run("""
        const { sc } = lib.begin('joined');
        const one = sc.newUpStream(), two = sc.newUpStream();
        const { id, localId, up, source, username, stream, label, replace, localDescriptionSent, statsHandler } = one;
        return {
            id: /^[0-9a-f]{32}$/.test(id) && id !== two.id, next: Number(two.localId) - Number(localId), up,
            nulls: [source, username, stream, label, replace, statsHandler], localDescriptionSent,
            empty: [one.localIceCandidates, one.remoteIceCandidates, Object.keys(one.stats), Object.keys(one.userdata)],
            callbacks: lib.STREAM_CALLBACKS.map((name) => one[name]),
            pc: one.pc instanceof RTCPeerConnection, sc: one.sc === sc, map: sc.up[id] === one,
            found: sc.findByLocalId(localId) === one,
            none: [sc.findByLocalId('no'), sc.findByLocalId(''), sc.findByLocalId(undefined)],
        };""")
    assert found == {
        "id": True, "next": 1, "up": True, "nulls": [None] * 6, "localDescriptionSent": False, "empty": [[]] * 4,
        "callbacks": [None] * 7, "pc": True, "sc": True, "map": True, "found": True, "none": [None] * 3,
    }


def test_without_webrtc_a_stream_says_so(library):
    found = library.run("""
        const Original = window.RTCPeerConnection;
        const { sc, socket } = lib.begin('joined');
        delete window.RTCPeerConnection;
        window.RTCPeerConnection = undefined;
        try {
            const error = await lib.thrown(() => sc.newUpStream());
            socket.say({ type: 'offer', id: 'x', sdp: '' });
            return { error, up: Object.keys(sc.up), down: Object.keys(sc.down), sent: socket.take() };
        } finally {
            window.RTCPeerConnection = Original;
        }""")
    assert found == {
        "error": "This browser has no WebRTC", "up": [], "down": [], "sent": [{"type": "abort", "id": "x"}],
    }


@pytest.mark.row("C-15", "C-20", "C-21", "C-24", "P-15", "P-16")
def test_an_up_stream_is_offered_once_it_has_tracks_and_candidates_come_after_the_offer(library):
    found = library.run(UP + """
        const first = calls.slice();
        await subscriber.answer(offer);
        await subscriber.connected();
        await lib.until('connected here', () => lib.isConnected(up.pc));
        await lib.until(
            'the callbacks',
            () => calls.some(([name, , state]) => name === 'up.onstatus' && /^(connected|completed)$/.test(state)),
        );
        return {
            offer, first, order: calls.filter(([name]) => name === 'up.onnegotiationcompleted'), id: up.id, own: sc.id,
            states: calls.filter(([name]) => name === 'up.onstatus').map((call) => call.slice(1)),
            tracks: subscriber.tracks.sort(), sent: up.localDescriptionSent, streams: sc.users[sc.id].streams,
            directions: up.pc.getTransceivers().map((transceiver) => transceiver.currentDirection),
        };""")
    offer = found["offer"]
    sdp = offer.pop("sdp")
    assert sdp.startswith("v=0") and sdp.count("a=sendonly") == 2
    assert offer == {
        "type": "offer", "source": found["own"], "username": "alice", "kind": "", "id": found["id"], "label": "camera",
    }
    # Setting the media stream has told what the user sends.
    assert found["first"] == [["onuser", True, found["own"], "change"]]
    assert found["order"] == [["up.onnegotiationcompleted", True]]
    assert found["states"][0] == [True, "checking"]
    assert found["tracks"] == ["audio", "video"] and found["sent"]
    assert found["streams"] == {"camera": {"audio": True, "video": True}}
    assert found["directions"] == ["sendonly", "sendonly"]


@pytest.mark.row("C-24", "P-16")
def test_local_candidates_wait_for_the_offer_and_null_ones_are_never_sent(library):
    found = library.run("""
        const { sc, socket } = lib.begin('joined');
        const up = sc.newUpStream();
        const sent = [];
        socket.onsent = ({ type, candidate }) => sent.push(type === 'ice' && !candidate?.candidate ? 'null' : type);
        const candidate = (text) => ({ candidate: text, toJSON: () => ({ candidate: text, sdpMid: '0' }) });
        up.pc.onicecandidate({ candidate: candidate('candidate:1 1 udp 1 192.0.2.9 9 typ host') });
        const waiting = [up.localIceCandidates.length, sent.length];
        const media = await lib.media(['audio']);
        up.pc.addTransceiver(media.getTracks()[0], { direction: 'sendonly' });
        await lib.until('candidates', () => sent.length > 2);
        up.pc.onicecandidate({ candidate: candidate('') });
        up.pc.onicecandidate({ candidate: null });
        await lib.until('gathering ends', () => up.pc.iceGatheringState === 'complete');
        return { waiting, sent, left: up.localIceCandidates.length };""")
    assert found["waiting"] == [1, 0] and found["left"] == 0
    assert found["sent"][:2] == ["offer", "ice"]
    assert set(found["sent"][1:]) == {"ice"}


@pytest.mark.row("C-20", "P-18")
def test_closing_an_up_stream(library):
    found = library.run(UP + """
        calls.length = 0;
        socket.take();
        const order = [];
        up.onclose = function (replace) {
            order.push([
                lib.plain(replace), this === up, this.sc === sc, sc.up[up.id] === undefined, up.pc.signalingState,
            ]);
            up.close();
        };
        up.setStatsInterval(1000);
        up.close();
        const first = {
            order, calls: calls.slice(), sent: socket.take(), sc: up.sc, handler: up.statsHandler,
            streams: sc.users[sc.id].streams,
        };
        up.close();
        up.setStatsInterval(1000);
        const never = sc.newUpStream();
        never.close();
        return { ...first, again: [order.length, up.statsHandler], never: socket.take(), id: up.id, own: sc.id };""")
    assert found["order"] == [[UNDEFINED, True, True, True, "closed"]]
    assert found["calls"] == [["onuser", True, found["own"], "change"]]
    assert found["sent"] == [{"type": "close", "id": found["id"]}]
    assert found["sc"] is None and found["handler"] is None and found["streams"] == {}
    assert found["again"] == [1, None]
    # What was never offered need not be closed.
    assert found["never"] == []


@pytest.mark.row("C-15", "C-14", "P-19")
def test_a_stream_takes_the_place_of_another(library):
    found = library.run(UP + """
        calls.length = 0;
        socket.take();
        const next = sc.newUpStream(up.localId);
        const closed = calls.filter(([name]) => name === 'up.onclose');
        const atOnce = {
            replace: next.replace, sameLocalId: next.localId === up.localId, sent: socket.take(),
            up: Object.keys(sc.up),
        };
        const early = sc.newUpStream(next.localId);
        const stillOld = early.replace;
        early.label = 'camera';
        early.pc.addTransceiver(media.getTracks()[0], { direction: 'sendonly' });
        const second = await takeOffer();
        const other = sc.newUpStream('unknown');
        return {
            closed, atOnce, stillOld, ids: [up.id, next.id],
            offered: [second.id === early.id, second.replace, early.replace],
            other: [other.replace, other.localId !== up.localId],
        };""")
    old, next_id = found["ids"]
    assert found["closed"] == [["up.onclose", True, True]]
    assert found["atOnce"] == {"replace": old, "sameLocalId": True, "sent": [], "up": [next_id]}
    # The second was never offered: the server knows only the first.
    assert found["stillOld"] == old
    assert found["offered"] == [True, old, None]
    assert found["other"] == [None, True]


@pytest.mark.row("C-18", "C-21", "P-15", "P-17", "P-18")
def test_the_server_answers_renegotiates_and_aborts(library):
    found = library.run(UP + """
        await subscriber.answer(offer);
        await lib.until('stable', () => up.pc.signalingState === 'stable');
        socket.take();
        socket.say({ type: 'renegotiate', id: up.id });
        const again = await takeOffer();
        await subscriber.answer(again);
        await lib.until(
            'completed twice', () => calls.filter(([name]) => name === 'up.onnegotiationcompleted').length === 2,
        );
        const ufrag = (sdp) => /a=ice-ufrag:(\\S+)/.exec(sdp)[1];
        calls.length = 0;
        socket.take();
        socket.say({ type: 'abort', id: up.id });
        return {
            kind: again.kind, label: again.label, restarted: ufrag(again.sdp) !== ufrag(offer.sdp),
            calls: calls.filter(([name]) => name.startsWith('up.')), sent: socket.take(), id: up.id,
        };""")
    assert found["kind"] == "renegotiate" and found["label"] == "camera" and found["restarted"]
    assert found["calls"] == [["up.onabort", True], ["up.onclose", True, UNDEFINED]]
    assert found["sent"] == [{"type": "close", "id": found["id"]}]


@pytest.mark.row("C-18")
def test_an_answer_that_cannot_be_used_ends_the_stream(library):
    found = library.run(UP + """
        calls.length = 0;
        socket.take();
        socket.say({ type: 'answer', id: up.id, sdp: 'nonsense' });
        await lib.until('the end', () => up.sc === null);
        return {
            calls: calls.filter(([name]) => name.startsWith('up.')).map(([name]) => name),
            sent: socket.take().map(({ type }) => type),
        };""")
    assert found == {"calls": ["up.onerror", "up.onclose"], "sent": ["close"]}


@pytest.mark.row("C-21")
def test_negotiating_by_hand_and_restarting_ice(library):
    found = library.run(UP + """
        await subscriber.answer(offer);
        await lib.until('stable', () => up.pc.signalingState === 'stable');
        const ufrag = (sdp) => /a=ice-ufrag:(\\S+)/.exec(sdp)[1];
        await up.negotiate();
        const plain = await takeOffer();
        await subscriber.answer(plain);
        await lib.until('stable', () => up.pc.signalingState === 'stable');
        await up.negotiate(true);
        const restarted = await takeOffer();
        await subscriber.answer(restarted);
        await lib.until('stable', () => up.pc.signalingState === 'stable');
        const returned = up.restartIce();
        const again = await takeOffer();
        // A browser that cannot restart by itself.
        await subscriber.answer(again);
        await lib.until('stable', () => up.pc.signalingState === 'stable');
        up.pc.restartIce = undefined;
        up.restartIce();
        const older = await takeOffer();
        socket.say({ type: 'offer', id: 'down-id', sdp: '' });
        const down = sc.down['down-id'];
        const errors = [
            await lib.thrown(() => down.negotiate()), await lib.thrown(() => up.abort()),
            await lib.thrown(() => up.request([])),
        ];
        socket.take();
        down.restartIce();
        const asked = socket.take('renegotiate');
        return { kinds: [plain.kind, restarted.kind, again.kind, older.kind], returned: lib.plain(returned),
            ufrags: [offer, plain, restarted, again, older].map(({ sdp }) => ufrag(sdp)), errors, asked };""")
    assert found["kinds"] == ["renegotiate"] * 4
    ufrags = found["ufrags"]
    assert [now != before for before, now in zip(ufrags, ufrags[1:])] == [False, True, True, True]
    assert found["returned"] == UNDEFINED
    assert all(found["errors"])
    assert found["asked"] == [{"type": "renegotiate", "id": "down-id"}]


@pytest.mark.row("C-06", "C-17", "C-19", "C-24", "P-15", "P-16")
def test_a_down_stream_from_offer_to_picture(library):
    found = library.run(DOWN + """
        // A server may send a candidate before its offer; the library keeps it.
        socket.say({
            type: 'ice', id: 'down-id',
            candidate: { candidate: 'candidate:1 1 udp 1 192.0.2.9 9 typ host', sdpMid: '0' },
        });
        const sent = [];
        socket.onsent = ({ type }) => sent.push(type);
        await publisher.offer();
        const early = sc.down['down-id'].remoteIceCandidates.length;
        const answer = await publisher.finish();
        await publisher.connected();
        const stream = sc.down['down-id'];
        await lib.until('connected here', () => lib.isConnected(stream.pc));
        const before = calls.slice();
        // Another offer for the same stream.
        await publisher.offer({ iceRestart: true });
        await publisher.finish();
        await lib.until(
            'completed twice', () => calls.filter(([name]) => name === 'down.onnegotiationcompleted').length === 2,
        );
        const order = before.map(([name]) => name).filter((name) => name !== 'down.onstatus');
        return {
            seen, early, first: sent[0], answer: Object.keys(answer), order,
            tracks: before.filter(([name]) => name === 'down.ondowntrack').map((call) => call.slice(1)).sort(),
            states: before.filter(([name]) => name === 'down.onstatus').map(([, , state]) => state),
            changes: before.filter(([name]) => name === 'onuser'), streams: sc.users['bob-id'].streams,
            same: sc.down['down-id'] === stream, nullLabel: stream.label, left: stream.remoteIceCandidates.length,
        };""")
    offered = {"id": "down-id", "source": "bob-id", "username": "bob", "label": "camera", "up": False}
    assert [{key: value for key, value in each.items() if key in offered} for each in found["seen"]] == [offered] * 2
    assert found["seen"][0]["remote"] is None and found["seen"][0]["localId"] == found["seen"][1]["localId"]
    assert found["early"] == 1 and found["left"] == 0
    # Candidates follow the answer that they belong to.
    assert found["first"] == "answer" and sorted(found["answer"]) == ["id", "sdp", "type"]
    assert found["order"][0] == "ondownstream" and found["order"][-1] == "down.onnegotiationcompleted"
    assert [len(found["tracks"]), *sorted(track[1] for track in found["tracks"])] == [2, "Track audio", "Track video"]
    for own, _, transceiver, stream in found["tracks"]:
        assert own and transceiver.startswith("Transceiver") and stream.startswith("MediaStream")
    assert "checking" in found["states"] or "connected" in found["states"]
    assert found["changes"] and set(map(tuple, found["changes"])) == {("onuser", True, "bob-id", "change")}
    assert found["streams"] == {"camera": {"audio": True, "video": True}}
    assert found["same"]


@pytest.mark.row("C-17", "P-19")
def test_a_down_stream_replaces_another_and_keeps_its_place(library):
    found = library.run(DOWN + """
        await publisher.offer();
        await publisher.finish();
        const old = sc.down['down-id'];
        calls.length = 0;
        socket.take();
        const next = new lib.Publisher(socket, 'next-id', await lib.media(['video']), { replace: 'down-id' });
        await next.offer();
        await next.finish();
        const stream = sc.down['next-id'];
        const other = new lib.Publisher(socket, 'other-id', await lib.media(['video']), { replace: 'unknown-id' });
        await other.offer();
        await other.finish();
        return {
            calls: calls.map(([name, , value]) => [name, value]).filter(([name]) => /onclose|ondownstream/.test(name)),
            place: stream.localId === old.localId, gone: old.sc, down: Object.keys(sc.down),
            sent: socket.take('close', 'abort'), elsewhere: sc.down['other-id'].localId !== old.localId,
        };""")
    assert found["calls"][:2] == [["down.onclose", True], ["ondownstream", "next-id"]]
    assert found["place"] and found["gone"] is None and found["down"] == ["next-id", "other-id"]
    assert found["sent"] == [] and found["elsewhere"]


@pytest.mark.row("C-17", "P-18")
def test_an_offer_that_cannot_be_used_is_refused(library):
    found = library.run(DOWN + """
        const up = sc.newUpStream();
        socket.say({ type: 'offer', id: up.id, sdp: 'nonsense', label: 'camera' });
        const forUp = socket.take();
        socket.say({ type: 'offer', id: 'down-id', sdp: 'nonsense', source: 'bob-id' });
        await lib.until('an abort', () => socket.sent.length > 0);
        const stream = sc.down['down-id'];
        const refused = [calls.map(([name]) => name), socket.take(), stream.sc === sc];
        socket.say({ type: 'close', id: 'down-id' });
        return {
            forUp, up: up.id, refused, end: calls.at(-1), gone: [stream.sc, Object.keys(sc.down)],
            sent: socket.take(),
        };""")
    assert found["forUp"] == [{"type": "abort", "id": found["up"]}]
    # The stream ends when the server says so.
    assert found["refused"] == [["ondownstream", "down.onerror"], [{"type": "abort", "id": "down-id"}], True]
    assert found["end"] == ["down.onclose", True, UNDEFINED]
    assert found["gone"] == [None, []] and found["sent"] == []


@pytest.mark.row("C-18", "P-18")
def test_messages_about_streams_that_are_gone_are_ignored(library):
    found = library.run("""
        const { sc, socket, calls } = lib.begin('joined');
        const candidate = { candidate: 'candidate:1 1 udp 1 192.0.2.9 9 typ host', sdpMid: '0' };
        const errors = await lib.uncaught(() => {
            for (const type of ['answer', 'renegotiate', 'abort', 'close', 'ice']) {
                socket.say({ type, id: 'gone', sdp: '', candidate });
                socket.say({ type, sdp: '', candidate });
            }
            socket.say({ type: 'ice', id: 'gone', candidate: null });
        });
        return { calls, sent: socket.take(), open: socket.closedWith, errors };""")
    assert found == {"calls": [], "sent": [], "open": None, "errors": []}


@pytest.mark.row("C-24")
def test_candidates_of_unknown_streams_are_kept_for_some_seconds_and_not_without_end(library):
    found = library.run("""
        return lib.withClock((advance) => {
            const { sc, socket } = lib.begin('joined');
            const say = (id) => socket.say({ type: 'ice', id, candidate: { candidate: 'c', sdpMid: '0' } });
            const kept = (id) => {
                socket.say({ type: 'offer', id, sdp: '' });
                return sc.down[id].remoteIceCandidates.length;
            };
            for (let count = 0; count < 100; count += 1) say('flood');
            for (let count = 0; count < 100; count += 1) say(`stream-${count}`);
            const first = [kept('flood'), kept('stream-0'), kept('stream-99')];
            say('soon');
            advance(4000);
            const soon = kept('soon');
            say('late');
            advance(6000);
            say('next');
            const late = [kept('late'), kept('next')];
            for (let count = 0; count < 500; count += 1) say('next');
            return { first, soon, late, queue: sc.down.next.remoteIceCandidates.length };
        });""")
    assert found == {"first": [64, 1, 0], "soon": 1, "late": [0, 1], "queue": 256}


@pytest.mark.row("C-20", "C-22", "C-26", "P-14")
def test_a_down_stream_is_aborted_and_asked_for_other_tracks(library):
    found = library.run(DOWN + """
        await publisher.offer();
        const stream = sc.down['down-id'];
        const states = [];
        socket.onsent = ({ type }) => type === 'requestStream' && states.push(stream.pc.iceConnectionState);
        stream.request(['audio']);
        stream.request(['audio', 'video-low']);
        const early = socket.take('requestStream');
        await publisher.finish();
        await publisher.connected();
        await lib.until('a request', () => states.length > 0);
        const asked = socket.take('requestStream');
        const state = states[0];
        stream.request([]);
        stream.request(null);
        const then = socket.take('requestStream');
        stream.abort();
        const abort = [socket.take('abort'), stream.sc === sc];
        socket.say({ type: 'close', id: 'down-id' });
        stream.request(['audio']);
        stream.abort();
        stream.restartIce();
        return { early, asked, state, then, abort, after: socket.take('requestStream', 'abort', 'renegotiate') };""")
    ask = {"type": "requestStream", "id": "down-id"}
    # Not while the server may be about to replace the stream; and only what was last said.
    assert found["early"] == []
    assert found["asked"] == [{**ask, "request": ["audio", "video-low"]}]
    assert found["state"] in ("connected", "completed")
    assert found["then"] == [{**ask, "request": []}, {**ask, "request": None}]
    assert found["abort"] == [[{"type": "abort", "id": "down-id"}], True]
    assert found["after"] == []


@pytest.mark.row("C-19")
def test_a_path_that_fails_is_found_anew(library):
    found = library.run(UP + """
        await subscriber.answer(offer);
        await lib.until('stable', () => up.pc.signalingState === 'stable');
        socket.say({ type: 'offer', id: 'down-id', sdp: '' });
        const down = sc.down['down-id'];
        down.onstatus = (state) => calls.push(['down.onstatus', state]);
        calls.length = 0;
        socket.take();
        for (const stream of [up, down]) {
            Object.defineProperty(stream.pc, 'iceConnectionState', { value: 'failed', configurable: true });
            stream.pc.oniceconnectionstatechange();
            delete stream.pc.iceConnectionState;
        }
        const again = await takeOffer();
        return {
            calls: calls.filter((call) => call.at(-1) === 'failed'), kind: again.kind,
            asked: socket.take('renegotiate'),
        };""")
    assert found["calls"] == [["up.onstatus", True, "failed"], ["down.onstatus", "failed"]]
    assert found["kind"] == "renegotiate" and found["asked"] == [{"type": "renegotiate", "id": "down-id"}]


@pytest.mark.row("C-23")
def test_statistics_tell_rates_and_loudness(library):
    found = library.run(UP + """
        await subscriber.answer(offer);
        const publisher = new lib.Publisher(socket, 'down-id', await lib.media(['audio']));
        await publisher.offer();
        await publisher.finish();
        await Promise.all([subscriber.connected(), publisher.connected()]);
        const down = sc.down['down-id'];
        // Nobody decodes what nobody listens to.
        const listener = new Audio();
        listener.srcObject = await lib.until('sound', () => down.stream);
        await listener.play();
        const samples = { up: [], down: [] };
        up.onstats = function (stats) { samples.up.push([this === up, stats === up.stats, stats]); };
        down.onstats = function (stats) { samples.down.push([this === down, stats === down.stats, stats]); };
        up.setStatsInterval(200);
        down.setStatsInterval(200);
        const rates = (sample) => Object.values(sample?.[2] ?? {}).map((track) => track['outbound-rtp']?.rate);
        const loud = (sample) => Object.values(sample?.[2] ?? {}).map((track) => track['inbound-rtp']?.audioEnergy);
        await lib.until('rates', () => rates(samples.up.at(-1)).filter((rate) => rate > 0).length === 2);
        await lib.until('loudness', () => loud(samples.down.at(-1)).some((energy) => energy > 0));
        const keys = Object.keys(up.stats).sort(), tracks = up.pc.getSenders().map((sender) => sender.track.id).sort();
        const downKeys = Object.keys(down.stats);
        const downTracks = down.pc.getReceivers().map((receiver) => receiver.track.id);
        up.setStatsInterval(0);
        const handlers = [up.statsHandler, down.statsHandler !== null];
        const [before, last] = samples.up.slice(-2).map((sample) => sample[2]);
        const rate = Object.entries(last).every(([key, { 'outbound-rtp': now }]) => {
            const { timestamp, bytesSent } = before[key]['outbound-rtp'];
            const ms = now.timestamp - timestamp;
            return ms === 0 || now.rate === ((now.bytesSent - bytesSent) * 8000) / ms;
        });
        const first = samples.up.find(([, , stats]) => Object.keys(stats).length > 0)[2];
        const entry = Object.values(up.stats)[0]['outbound-rtp'];
        down.close();
        const count = samples.down.length;
        await down.updateStats();
        return {
            right: [...samples.up, ...samples.down].every(([self, same]) => self && same), handlers,
            keys: keys.every((key) => tracks.some((track) => key.startsWith(`${track}-`)) && /-\\d+$/.test(key)),
            count: keys.length,
            downKeys: JSON.stringify(downKeys) === JSON.stringify(downTracks),
            firstRate: Object.values(first)[0]['outbound-rtp'].rate === undefined,
            rate, fields: Object.keys(entry).sort(), rates: rates([0, 0, up.stats]), energies: loud([0, 0, down.stats]),
            after: samples.down.length - count,
        };""")
    assert all(0 < rate < 20_000_000 for rate in found.pop("rates"))
    assert all(0 < energy <= 1 for energy in found.pop("energies"))
    assert found == {
        "right": True, "handlers": [None, True], "keys": True, "count": 2, "downKeys": True, "firstRate": True,
        "rate": True, "fields": ["bytesSent", "rate", "timestamp"], "after": 0,
    }


@pytest.mark.row("C-25")
def test_what_users_send_is_not_mixed_up(library):
    found = library.run("""
        const { sc, socket, calls } = lib.begin('joined');
        socket.say({ type: 'user', kind: 'add', id: 'carol-id', username: 'carol' });
        const bob = new lib.Publisher(socket, 'bobs', await lib.media(['audio']), { source: 'bob-id' });
        const carol = new lib.Publisher(
            socket, 'carols', await lib.media(['video']), { source: 'carol-id', label: 'screenshare' },
        );
        for (const publisher of [bob, carol]) {
            await publisher.offer();
            await publisher.finish();
        }
        await lib.until('both', () => sc.down.bobs.stream && sc.down.carols.stream);
        const own = sc.newUpStream();
        own.label = 'camera';
        own.setStream(await lib.media());
        const streams = () => {
            const entries = Object.values(sc.users).map(({ username, streams: sent }) => [username, sent]);
            return JSON.parse(JSON.stringify(Object.fromEntries(entries)));
        };
        const all = streams();
        calls.length = 0;
        // The same again is no change.
        own.setStream(own.stream);
        const none = calls.length;
        // What a user is known to send survives a change of the user.
        socket.say({ type: 'user', kind: 'change', id: 'bob-id', username: 'bob' });
        const kept = streams().bob;
        calls.length = 0;
        socket.say({ type: 'close', id: 'bobs' });
        return { all, none, kept, calls, then: streams() };""")
    assert found["all"] == {
        "alice": {"camera": {"audio": True, "video": True}}, "bob": {"camera": {"audio": True}},
        "carol": {"screenshare": {"video": True}},
    }
    assert found["none"] == 0 and found["kept"] == {"camera": {"audio": True}}
    assert ["onuser", True, "bob-id", "change"] in found["calls"]
    assert found["then"] == {**found["all"], "bob": {}}
