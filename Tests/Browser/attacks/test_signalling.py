# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Floods of messages, of connections and of requests: what they cost others is stated in docs/limits.md."""

import contextlib
import socket
import time
import urllib.request

import pytest

from harness.raw_websocket import RawWebSocket, connected, message, opening_handshake
from harness.server import EVERYBODY_PRESENTS
from harness.stated_limits import Watch
from harness.waiting import until


# Seconds that a flood lasts: the burst that is allowed is spent in the first.
FLOOD = 4


@pytest.mark.attack(29)
def test_a_flood_of_chat_reaches_its_group_no_faster_than_is_allowed(arena):
    group = arena.server.new_group()
    with Watch(arena.server, "Chat as fast as it is taken", group):
        attacker = RawWebSocket(arena.server, group, "attacker")
        member = RawWebSocket(arena.server, group, "member")
        word = message(type="chat", kind="", value="flood", source=attacker.id, username="attacker", noecho=True)
        begun = time.monotonic()
        attacker.send_for(word * 1000, FLOOD)
        received = 0
        while (found := member.receive(timeout=0.1)) and time.monotonic() < begun + 2 * FLOOD:
            received += found["type"] == "chat" and found["value"] == "flood"
        seconds = time.monotonic() - begun
    # A burst of 1000, and 200 a second.
    assert 1000 < received <= 1000 + 200 * (seconds + 2), f"{received} in {seconds:.1f} s"
    attacker.close()
    member.close()


@pytest.mark.attack(23, 29)
def test_members_who_never_read_are_disconnected_and_cost_little(arena):
    group = arena.server.new_group()
    with Watch(arena.server, "100 members who never read, and 1 MiB messages to them"):
        observer = RawWebSocket(arena.server, group, "observer")
        # One alone may not say so much at once as the kernel takes for each of the others.
        attackers = [RawWebSocket(arena.server, group, "attacker") for _ in range(8)]
        deaf = [RawWebSocket(arena.server, group, f"deaf {number}", receive_buffer=4096) for number in range(100)]
        for attacker in attackers:
            attacker.socket.sendall(message(
                type="chat", kind="", value="x" * 1_000_000, source=attacker.id, username="attacker", noecho=True))
        left = {client.id for client in deaf}
        while left:
            found = observer.expect(lambda found: found["type"] == "user" and found["kind"] == "delete", timeout=40)
            left.discard(found["id"])
    for client in (observer, *attackers, *deaf):
        client.close()


@pytest.mark.attack(29)
def test_coming_and_going_without_end_leaves_others_their_time(arena):
    group = arena.server.new_group()
    with Watch(arena.server, "Joining and leaving as fast as it is taken", group):
        attacker = RawWebSocket(arena.server, group, "attacker")
        leave = message(type="join", kind="leave", group=group)
        join = message(type="join", kind="join", group=group, username="attacker", password="")
        attacker.send_for((leave + join) * 500, FLOOD)
    attacker.close()


@pytest.mark.attack(22, 29)
def test_a_storm_of_offers_leaves_others_their_time(arena):
    group = arena.server.new_group()
    client = arena.client(group)
    with Watch(arena.server, "Offers as fast as they are taken", group):
        attacker = RawWebSocket(arena.server, group, "attacker")
        offers = b""
        # More streams than are allowed, and each offered again and again.
        for number in range(50):
            sdp = client.new_stream().offer()
            offers += message(type="offer", id=f"stream {number}", label="camera", sdp=sdp) * 4
        attacker.send_for(offers, FLOOD)
        answer = attacker.expect(lambda found: found["type"] == "answer")
        assert answer["id"].startswith("stream ")
        attacker.expect(lambda found: found["type"] == "abort")
    attacker.close()


@pytest.mark.attack(23, 29)
def test_messages_that_fail_to_be_messages_cost_their_sender_alone(arena):
    with Watch(arena.server, "1 MiB of nested JSON, again and again"):
        end = time.monotonic() + FLOOD
        while time.monotonic() < end:
            attacker = RawWebSocket(arena.server, arena.server.new_group(), "attacker")
            for text in ("{\"type\":\"chat\",\"noecho\":true,\"value\":[" + "[],{}," * 170_000 + "0]}", "[" * 1_000_000):
                with contextlib.suppress(OSError):
                    attacker.socket.sendall(b"\x81\xff" + len(text).to_bytes(8, "big") + bytes(4) + text.encode())
            with pytest.raises((ConnectionError, AssertionError)):
                attacker.expect(lambda found: False, timeout=5)
            attacker.close()


@pytest.mark.attack(26, 29)
def test_five_thousand_connections_leave_room_for_others(arena):
    with Watch(arena.server, "5,000 connections that begin and do not go on") as watch, contextlib.ExitStack() as stack:
        handshake = opening_handshake(arena.server)
        for number in range(5000):
            made = stack.enter_context(connected(arena.server))
            # A WebSocket without a first message, a request that does not end, and a TLS greeting where there is no TLS.
            made.sendall([handshake, b"GET / HTTP/1.1\r\nHost: h\r\nX: ", b"\x16\x03\x01"][number % 3])
        spoken = len(watch.times)
        until("others to talk meanwhile", lambda: len(watch.times) >= spoken + 20)
        with urllib.request.urlopen(f"{arena.server.url}/group/ready/.status", timeout=10) as response:
            assert response.status == 200


@pytest.mark.attack(26)
def test_a_thousand_requests_that_come_byte_by_byte_leave_others_their_time(arena):
    with Watch(arena.server, "1,000 requests that come byte by byte"), contextlib.ExitStack() as stack:
        slow: list[socket.socket] = []
        for _ in range(1000):
            made = stack.enter_context(connected(arena.server))
            made.sendall(b"GET / HTTP/1.1\r\nHost: h\r\nX: ")
            slow.append(made)
        end = time.monotonic() + FLOOD
        while time.monotonic() < end:
            for made in slow:
                with contextlib.suppress(OSError):
                    made.send(b"x")


@pytest.mark.attack(29)
def test_groups_without_end_keep_nobody_from_another(arena):
    arena.server.write_group("crowd", {**EVERYBODY_PRESENTS, "auto-subgroups": True})
    with Watch(arena.server, "20,000 sub-groups asked for"):
        with connected(arena.server) as made:
            request = "".join(
                f"GET /group/crowd/{number}/.status HTTP/1.1\r\nHost: h\r\n\r\n" for number in range(20_000))
            made.settimeout(60)
            sent = answered = 0
            data = request.encode()
            while answered < 20_000:
                made.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    sent += made.send(data[sent:sent + 65536]) if sent < len(data) else 0
                made.settimeout(60)
                answered += made.recv(1 << 20).count(b"HTTP/1.1 ")
        newcomer = RawWebSocket(arena.server, arena.server.new_group(), "newcomer")
        newcomer.close()
