# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""`/protocol.js` in two browsers at a running server."""

import json

import pytest

from harness.library import LibraryPage
from harness.waiting import until

WITH_PASSWORD = {
    "users": {"alice": {"password": "correct horse", "permissions": "op"}},
    "wildcard-user": {"password": {"type": "wildcard"}, "permissions": "present"},
}

CONNECT = """
    const { url } = argument;
    const sc = new ServerConnection();
    window.sc = sc;
    window.calls = [];
    lib.record(sc, lib.CONNECTION_CALLBACKS, window.calls);
    const ondownstream = sc.ondownstream;
    sc.ondownstream = function (stream) {
        ondownstream.call(this, stream);
        lib.record(stream, lib.STREAM_CALLBACKS, window.calls, 'down.');
    };
    await sc.connect(url);
    return sc.id;
"""

JOIN = """
    const { group, name, password } = argument;
    void window.sc.join(group, name, password ?? '');
    return lib.until('the answer', () => window.calls.find(([call]) => call === 'onjoined')?.slice(2));
"""

PUBLISH = """
    const media = window.media ??= await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    const up = window.sc.newUpStream(argument.localId);
    window.up = up;
    lib.record(up, lib.STREAM_CALLBACKS, window.calls, 'up.');
    up.label = argument.label ?? 'camera';
    up.setStream(media);
    media.getTracks().forEach((track) => up.pc.addTransceiver(track, { direction: 'sendonly', streams: [media] }));
    return [up.id, up.localId];
"""


class Member:
    def __init__(self, page: LibraryPage, server, group: str, name: str, password: str = "") -> None:
        self.page, self.group = page, group
        self.id = page.run(CONNECT, {"url": server.websocket_url})
        self.joined = page.run(JOIN, {"group": group, "name": name, "password": password})

    def run(self, body: str, argument=None):
        return self.page.run(body, argument)

    def until(self, what: str, condition: str, argument=None):
        return until(f"{what} in {self.page.name}", lambda: self.run(f"return {condition}", argument), 30)

    def calls(self, name: str) -> list[list]:
        return [call[2:] for call in self.run("return window.calls") if call[0] == name]

    def publish(self, **options) -> tuple[str, str]:
        return tuple(self.run(PUBLISH, options))

    def receives(self, stream: str, *kinds: str):
        """Waits until this stream has these tracks, and is connected."""
        self.until(f"stream {stream}", """(() => {
            const pc = window.sc.down[argument.stream]?.pc;
            const received = pc?.getTransceivers().filter((each) => each.currentDirection === 'recvonly');
            const kinds = received?.map((each) => each.receiver.track.kind).sort().join();
            return lib.isConnected(pc) && kinds === argument.kinds.join();
        })()""", {"stream": stream, "kinds": sorted(kinds)})


@pytest.fixture
def pages(library_pages):
    yield library_pages
    for page in library_pages.values():
        page.run("window.sc?.close(); window.media?.getTracks().forEach((track) => track.stop()); delete window.media;")


@pytest.fixture
def meet(server, pages):
    """Two members in a group, in two browsers."""
    def meet_(publisher: str = "chromium", viewer: str = "firefox") -> tuple[Member, Member]:
        group = server.new_group()
        alice, bob = (Member(pages[name], server, group, own) for name, own in ((publisher, "alice"), (viewer, "bob")))
        alice.until("bob", "Object.keys(window.sc.users).length === 2")
        return alice, bob

    return meet_


@pytest.mark.row("C-11", "P-02", "P-06", "P-07", "P-09", "P-12", "P-52")
@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_a_wrong_password_and_then_the_right_one_on_the_same_connection(server, pages, browser):
    group = server.new_group(WITH_PASSWORD)
    member = Member(pages[browser], server, group, "alice", "wrong")
    kind, told, permissions, _, _, error, message = member.joined
    assert (kind, told, permissions, error) == ("fail", group, [], None) and isinstance(message, str)
    assert member.run("return [window.sc.group, window.sc.username, window.sc.isOpen]") == [None, None, True]
    member.run("window.calls.length = 0;")
    kind, told, permissions, status, data, error, message = member.run(
        JOIN, {"group": group, "name": "alice", "password": "correct horse"})
    assert (kind, told, error, message) == ("join", group, None, None)
    assert {"op", "present", "message"} <= set(permissions) and status["name"] == group
    member.until("oneself", "window.sc.users[window.sc.id]?.username === 'alice'")
    state = member.run("return [window.sc.username, window.sc.group, typeof window.sc.rtcConfiguration]")
    assert state == ["alice", group, "object"]


@pytest.mark.row("C-04", "C-07", "C-08", "C-16", "P-21", "P-22", "P-23", "P-27", "P-39")
def test_messages_between_two_browsers(meet):
    alice, bob = meet()
    alice.run("""
        window.sc.chat('', '', 'Hello');
        window.sc.chat('me', argument, 'waves');
        window.sc.usermessage('poll', argument, { answer: ['yes'] });
        window.sc.userAction('setdata', window.sc.id, { raisehand: true });""", bob.id)
    bob.until("both messages", "window.calls.filter(([name]) => name === 'onchat').length === 2")
    bob.until("the poll", "window.calls.some(([name]) => name === 'onusermessage')")
    bob.until("the hand", "window.sc.users[argument].data.raisehand === true", alice.id)
    public, private = sorted(bob.calls("onchat"), key=lambda call: call[7])
    assert public[0] != "(undefined)" and public[1:4] == [alice.id, "(undefined)", "alice"]
    assert public[4].startswith("Date ") and public[5:] == [False, False, "", "Hello"]
    assert private[1:4] == [alice.id, bob.id, "alice"] and private[5:] == [False, False, "me", "waves"]
    (poll,) = bob.calls("onusermessage")
    assert poll[:3] == [alice.id, bob.id, "alice"] and poll[4:] == [False, "poll", "(undefined)", {"answer": ["yes"]}]
    # One's own private message does not come back; one's own public one does.
    alice.until("the echo", "window.calls.some(([name]) => name === 'onchat')")
    assert [call[8] for call in alice.calls("onchat")] == ["Hello"]


@pytest.mark.row("C-06", "C-13", "C-15", "C-17", "C-20", "C-22", "C-25", "P-13", "P-14", "P-15", "P-16", "P-18", "P-19")
@pytest.mark.parametrize("publisher, viewer", [("chromium", "firefox"), ("firefox", "chromium")])
def test_a_stream_through_its_life(meet, publisher, viewer):
    alice, bob = meet(publisher, viewer)
    bob.run("window.sc.request({ '': ['audio', 'video'] });")
    stream, place = alice.publish()
    bob.receives(stream, "audio", "video")
    assert bob.run("return window.sc.users[argument].streams", alice.id) == {"camera": {"audio": True, "video": True}}
    described = bob.run(
        "const { source, username, label } = window.sc.down[argument]; return [source, username, label]", stream)
    assert described == [alice.id, "alice", "camera"]
    alice.until("connected", "lib.isConnected(window.up.pc)")
    # Other tracks of this stream, and the default again.
    bob.run("window.sc.down[argument].request(['audio']);", stream)
    bob.receives(stream, "audio")
    assert len(bob.calls("ondownstream")) == 2
    bob.run("window.sc.down[argument].request(null);", stream)
    bob.receives(stream, "audio", "video")
    # Another stream in its place.
    bob_place = bob.run("return window.sc.down[argument].localId", stream)
    second, second_place = alice.publish(localId=place)
    assert second_place == place and alice.calls("up.onclose") == [[True]]
    bob.receives(second, "audio", "video")
    assert bob.run("return window.sc.down[argument].localId", second) == bob_place
    assert bob.calls("down.onclose") == [[True]]
    # Not wanted any more, and wanted again.
    bob.run("window.sc.request({ camera: [] });")
    bob.until("no stream", "Object.keys(window.sc.down).length === 0")
    bob.run("window.sc.request({ camera: ['video'] });")
    bob.receives(second, "video")
    # The receiver has it ended; the sender ends it.
    bob.run("window.sc.down[argument].abort();", second)
    bob.until("no stream", "Object.keys(window.sc.down).length === 0")
    third, _ = alice.publish(label="screenshare")
    bob.run("window.sc.request({ '': ['audio', 'video'] });")
    bob.receives(third, "audio", "video")
    alice.run("window.up.close();")
    bob.until("the end of the third", "!window.sc.down[argument]", third)
    assert bob.run("return window.sc.isOpen") and alice.run("return window.sc.isOpen")


@pytest.mark.row("C-21", "P-17")
@pytest.mark.parametrize("publisher, viewer", [("chromium", "firefox"), ("firefox", "chromium")])
def test_both_ends_may_restart_ice(meet, publisher, viewer):
    alice, bob = meet(publisher, viewer)
    bob.run("window.sc.request({ '': ['audio', 'video'] });")
    stream, _ = alice.publish()
    bob.receives(stream, "audio", "video")
    ufrag = "/a=ice-ufrag:(\\S+)/.exec({0}.sdp)[1]"
    up = ufrag.format("window.up.pc.localDescription")
    down = ufrag.format("window.sc.down[argument].pc.remoteDescription")
    before = alice.run(f"return {up}"), bob.run(f"return {down}", stream)
    alice.run("window.up.restartIce();")
    bob.run("window.sc.down[argument].restartIce();", stream)
    alice.until("a restart", f"{up} !== argument && window.up.pc.signalingState === 'stable'", before[0])
    until("a restart", lambda: bob.run(f"return {down}", stream) != before[1])
    bob.receives(stream, "audio", "video")
    alice.until("connected", "lib.isConnected(window.up.pc)")


@pytest.mark.row("C-23")
@pytest.mark.parametrize("publisher, viewer", [("chromium", "firefox"), ("firefox", "chromium")])
def test_statistics_of_what_the_server_forwards(meet, publisher, viewer):
    alice, bob = meet(publisher, viewer)
    bob.run("window.sc.request({ '': ['audio', 'video'] });")
    stream, _ = alice.publish()
    bob.receives(stream, "audio", "video")
    bob.run("""
        const stream = window.sc.down[argument];
        const player = new Audio();
        player.srcObject = stream.stream;
        await player.play();
        stream.setStatsInterval(300);""", stream)
    alice.run("window.up.setStatsInterval(300);")
    alice.until(
        "rates", "Object.values(window.up.stats).filter((track) => track['outbound-rtp']?.rate > 0).length >= 2",
    )
    bob.until(
        "loudness",
        "Object.values(window.sc.down[argument].stats).some((track) => track['inbound-rtp']?.audioEnergy > 0)",
        stream,
    )


@pytest.mark.row("C-13", "P-11")
def test_leaving_and_joining_again_with_streams(meet):
    alice, bob = meet()
    bob.run("window.sc.request({ '': ['audio', 'video'] });")
    stream, _ = alice.publish()
    bob.receives(stream, "audio", "video")
    alice.run("window.calls.length = 0; window.sc.leave(argument);", alice.group)
    alice.until("left", "window.calls.some(([name, , kind]) => name === 'onjoined' && kind === 'leave')")
    assert alice.calls("up.onclose") == [["(undefined)"]]
    state = alice.run("""
        const { group, up, users, isOpen } = window.sc;
        return [group, Object.keys(up), Object.keys(users), isOpen];""")
    assert state == [None, [], [], True]
    bob.until("alice gone", "Object.keys(window.sc.users).length === 1 && Object.keys(window.sc.down).length === 0")
    alice.run("window.calls.length = 0;")
    assert alice.run(JOIN, {"group": alice.group, "name": "alice"})[0] == "join"
    again, _ = alice.publish()
    bob.receives(again, "audio", "video")


@pytest.mark.row("C-02", "C-09", "U-79")
@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_a_server_that_goes_is_told_and_to_connect_again_is_the_pages(start_server, pages, server, browser):
    group = server.new_group()
    # Another server, which admits pages of the one that these come from.
    going = start_server()
    (going.directory / "data" / "config.json").write_text(json.dumps({"allowOrigin": [server.url]}))
    member = Member(pages[browser], going, going.new_group(), "alice")
    stream, _ = member.publish()
    member.until("connected", "lib.isConnected(window.up.pc)")
    member.run("window.calls.length = 0;")
    going.stop()
    member.until("the end", "window.calls.at(-1)?.[0] === 'onclose'")
    names = [call[0] for call in member.run("return window.calls") if call[0] not in ("up.onstatus", "onusermessage")]
    # First the group is locked.
    assert names == ["onjoined", "onuser", "up.onclose", "onuser", "onjoined", "onclose"], names
    assert member.run("return [window.sc.group, window.sc.version, Object.keys(window.sc.up)]") == [None, "2", []]
    count = len(member.run("return window.calls"))
    # A server that is not there: told by onclose, and by the promise for whoever looks at it.
    outcome = member.run("""
        const other = new ServerConnection(), calls = [];
        lib.record(other, lib.CONNECTION_CALLBACKS, calls);
        const promise = other.connect(argument);
        await lib.until('the end', () => calls.length > 0);
        return [
            calls.map((call) => call.slice(0, 3)), Boolean(await lib.thrown(() => promise)),
        ];""", going.websocket_url)
    assert outcome == [[["onclose", True, 1006]], True]
    assert len(member.run("return window.calls")) == count
    # Whoever wants to, makes another connection.
    again = Member(pages[browser], server, group, "alice")
    assert again.joined[0] == "join"


@pytest.mark.row("C-27")
@pytest.mark.parametrize("publisher, viewer", [("chromium", "firefox"), ("firefox", "chromium")])
def test_pages_of_old_meet_through_the_server(server, pages, publisher, viewer):
    group = server.new_group()
    sender, receiver = pages[publisher], pages[viewer]
    receiver.run("""
        const { group, url } = argument;
        const serverConnection = window.sc = new ServerConnection();
        window.labels = [];
        serverConnection.onconnected = function() {
            this.join(group, 'join', 'old', '');
            this.request('everything');
        };
        serverConnection.ondownstream = function(stream) {
            stream.onclose = () => {};
            stream.onerror = () => {};
            window.announced = Object.values(stream.labels).sort();
            stream.ondowntrack = (track) => window.labels.push(`${track.kind} ${stream.labels[track.id]}`);
            stream.onstatus = () => {};
        };
        await serverConnection.connect(url);
        await lib.until('joined', () => serverConnection.group);""", {"group": group, "url": server.websocket_url})
    sender.run("""
        const { group, url } = argument;
        const serverConnection = window.sc = new ServerConnection();
        serverConnection.onconnected = function() { this.join(group, 'join', 'older', ''); };
        const localStream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
        serverConnection.onjoined = function(kind, group, perms) {
            if (!perms.present) return;
            let stream = serverConnection.newUpStream(), c = stream;
            c.stream = localStream;
            localStream.getTracks().forEach(t => {
                c.labels[t.id] = t.kind;
                c.pc.addTrack(t, c.stream);
            });
        };
        await serverConnection.connect(url);""", {"group": group, "url": server.websocket_url})
    until("both tracks", lambda: sorted(receiver.run("return window.labels")) == ["audio audio", "video video"], 30)
    assert receiver.run("return window.announced") == ["audio", "video"]
    assert receiver.run("return Object.values(window.sc.down).map(({ label }) => label)") == ["camera"]
    connected = "return Object.values(window.sc.down).every(({ pc }) => lib.isConnected(pc))"
    until("connected", lambda: receiver.run(connected))
