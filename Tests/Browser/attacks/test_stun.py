# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""STUN and ICE: malformed, forged, and authenticated but hostile."""

import os
import time

import pytest

from harness import rtcp_lies as lies
from harness import stun_by_hand as stun
from harness.raw_client import OPUS
from harness.raw_transport import LETTERS, drained, new_socket, random_text


def malformed(user: str, password: str) -> list[bytes]:
    """Messages that no parser may accept, or whose claims it must not follow."""
    good = stun.check(user, password)
    messages = [good[:length] for length in range(len(good))]
    messages += [stun.with_length(good[:length], max(0, length - stun.HEADER_LENGTH)) for length in range(4, len(good))]
    messages += [stun.with_length(good, length) for length in (0, 1, 4, 8, 24, len(good), 0x7FFF, 0xFFFC, 0xFFFF)]
    for length in (0, 1, 2, 3, 5, 7, 19, 21, 24, 1000, 0x7FFF, 0xFFFC, 0xFFFF):
        for kind in (stun.USERNAME, stun.INTEGRITY, stun.FINGERPRINT, stun.PRIORITY, stun.CONTROLLING, stun.ERROR_CODE,
                     stun.UNKNOWN_ATTRIBUTES, stun.XOR_MAPPED_ADDRESS, 0x001C, 0x8022, 0x7FFF, 0xFFFF):
            lie = stun.attribute(kind, user.encode(), length)
            messages.append(stun.message(stun.REQUEST, lie))
            messages.append(stun.message(stun.REQUEST, stun.attribute(stun.USERNAME, user.encode()) + lie))
    for kind in (stun.REQUEST, stun.INDICATION, stun.SUCCESS, stun.FAILURE, 0x0003, 0x0103, 0x3FFF):
        for size in range(6):
            messages.append(stun.message(kind, stun.attribute(stun.ERROR_CODE, b"\x00\x00\x04\x01\xff\xfe"[:size])))
        messages.append(stun.message(kind))
        messages.append(stun.message(kind, stun.attribute(0x7F00, bytes(60_000))))
        messages.append(stun.message(kind, stun.attribute(0x7F00) * 300))
        messages.append(stun.message(kind, stun.attribute(stun.USERNAME, user.encode()) * 100))
    messages += [b"", b"\x00", bytes(20), bytes(1500), b"\x00\x01" + b"\xff" * 18, b"\x03" * 40]
    return messages


@pytest.mark.attack(1)
def test_malformed_stun_of_every_kind(arena):
    pair = arena.pair()
    transport = pair.up.transport
    stranger = new_socket()
    sent = malformed(transport.user, transport.remote_password)
    # Responses to checks that the server never made, and to the one that it has made.
    for position, message in enumerate(sent):
        stranger.sendto(message, transport.server)
        transport.send(message)
        if position % 100 == 99:
            transport.barrier()
    transport.barrier()
    assert drained(stranger) == [], "an answer to what makes no sense"
    # Authenticated and still not understood: told so, in no more bytes than were sent.
    unknown = stun.attribute(0x7F00, bytes(40)) + stun.attribute(0x7F01)
    request = transport.check(extra=unknown)
    answer = transport.ask(request)
    assert stun.kind_of(answer) == stun.FAILURE and stun.error_code(answer) == 420
    assert stun.attributes_of(answer)[stun.UNKNOWN_ATTRIBUTES][:4] == b"\x7f\x00\x7f\x01"
    assert len(answer) <= len(request)
    pair.assert_carries("after malformed STUN")
    stranger.close()


@pytest.mark.attack(2)
def test_checks_with_wrong_integrity_fingerprint_or_user_name(arena):
    pair = arena.pair()
    transport = pair.down.transport
    user, password = transport.user, transport.remote_password
    ours, theirs = user.split(":")
    good = stun.check(user, password)
    bare = good[:len(good) - 32]
    wrong = [
        stun.check(user, password[:-1] + ("a" if password[-1] != "a" else "b")),
        stun.check(user, transport.password), stun.check(user, ""),
        stun.with_fingerprint(bare), stun.with_integrity(bare, password), stun.with_length(bare, len(bare) - 20),
        good[:-1] + bytes([good[-1] ^ 1]), good[:-9] + bytes([good[-9] ^ 1]) + good[-8:],
        stun.with_integrity(stun.with_fingerprint(bare), password),
        *[stun.check(name, password) for name in (
            "", ":", ours, ours + ":", ":" + theirs, theirs + ":" + ours, user + "x", user[:-1], ours + ":" + "x" * 480,
            ours.upper() + ":" + theirs, user + ":", "\x00" + user, ours[:-1] + ":" + theirs)],
    ]
    stranger = new_socket()
    for message in wrong * 5:
        stranger.sendto(message, transport.server)
    transport.barrier()
    assert drained(stranger) == [], "an answer to a check that is not authentic"
    # An address from which only forged checks came is still that of a stranger, and media still goes where it went.
    packet = pair.up.audio(b"by a stranger")
    stranger.sendto(pair.up.transport.sends.protect(packet), transport.server)
    pair.assert_carries("after forged checks")
    assert b"by a stranger" not in transport.payloads(OPUS)
    assert drained(stranger) == []
    # Whoever is authentic gets an answer that is no longer than the question.
    assert len(transport.ask(good)) <= len(good)
    stranger.close()


@pytest.mark.attack(2)
def test_peers_that_fall_silent_get_no_packets_after_thirty_seconds(arena):
    # In the one pair the viewer falls silent, in the other the publisher.
    deaf, mute = arena.pair(), arena.pair()
    for pair in (deaf, mute):
        pair.assert_carries("before the silence")
    silent = [deaf.down.transport, mute.up.transport]
    talking = [deaf.up.transport, mute.down.transport]
    last_check = {}
    for transport in silent:
        transport.answers_checks = False
        transport.barrier()
        last_check[transport] = time.monotonic()
    next_check = 0.0
    deadline = time.monotonic() + 36
    while time.monotonic() < deadline:
        deaf.up.transport.send_rtp(deaf.up.audio(b"more"))
        mute.down.transport.send_rtcp(lies.picture_loss(mute.down.ssrcs["video"]))
        if time.monotonic() >= next_check:
            for transport in talking:
                transport.barrier()
            next_check = time.monotonic() + 4
        # The WebSockets go on: it is the path alone that is silent.
        for client in (deaf.publisher, deaf.viewer, mute.publisher, mute.viewer):
            client.take_in()
        for transport in silent:
            transport.listen(0.03)
    for who, transport in zip(("viewer", "publisher"), silent, strict=True):
        arrivals = [arrival - last_check[transport] for arrival in transport.arrivals]
        assert max(arrivals) > 25, f"the {who} has given consent for 30 s"
        assert max(arrivals) <= 30.5, f"the {who} gets a packet {max(arrivals):.1f} s after the last check"
    # The viewer is offered a new start, and gets it.
    down = deaf.down.transport
    down.answers_checks = True
    down.new_credentials()
    deaf.viewer.answer_offer(deaf.down, since=deaf.offers_seen, timeout=5)
    down.connect_ice()
    deaf.assert_carries("after the silence")


@pytest.mark.attack(3)
def test_media_from_another_port_is_dropped_and_redirects_nothing(arena):
    pair = arena.pair()
    up, down = pair.up, pair.down.transport
    stranger = new_socket()
    recorded = [up.transport.send_rtp(up.audio(b"proper %d" % number)) for number in range(50)]
    protected = [up.transport.sends.protect(up.audio(b"flipped %d" % number)) for number in range(50)]
    for data in protected + recorded:
        stranger.sendto(data, up.transport.server)
    # A viewer's own reports, from elsewhere: authentic keys are no proof of an address.
    for _ in range(50):
        stranger.sendto(down.sends.protect_rtcp(b"\x80\xc9\x00\x01" + bytes(4)), down.server)
        stranger.sendto(b"\x16\xfe\xfd" + bytes(60), down.server)
    up.transport.barrier()
    pair.assert_carries("after the flip")
    down.barrier()
    # Beside them is what the pair says to find out whether it is connected.
    received = [payload for payload in down.payloads(OPUS) if payload.startswith((b"proper", b"flipped"))]
    assert received == [b"proper %d" % number for number in range(50)]
    assert drained(stranger) == [], "somebody was believed without a check"
    # The packets were good: only where they came from was wrong.
    up.transport.send(protected[-1])
    down.until("the packet from where it should come", lambda: b"flipped 49" in down.payloads(OPUS))
    stranger.close()


@pytest.mark.attack(3)
def test_an_authenticated_check_from_an_address_that_answers_none_gets_no_media(arena):
    pair = arena.pair()
    down = pair.down.transport
    victims = [new_socket() for _ in range(20)]
    asked = 0
    for victim in victims:
        for _ in range(3):
            request = down.check(nominates=True)
            asked += len(request)
            victim.sendto(request, down.server)
    down.barrier()
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        pair.assert_carries(f"while others are aimed at {deadline - time.monotonic():.3f}")
        down.listen(0.1)
    down.barrier()
    for victim in victims:
        received = drained(victim)
        assert all(stun.is_stun(datagram) for datagram in received), "a victim gets media or DTLS"
        checks = [datagram for datagram in received if stun.kind_of(datagram) == stun.REQUEST]
        assert len(checks) <= 7, f"{len(checks)} checks for one victim"
        # An answer by somebody who does not know the password, or to a check that was never made, validates nothing.
        for check in checks[:1]:
            victim.sendto(stun.success(check, victim.getsockname(), random_text(24)), down.server)
            victim.sendto(stun.sealed(stun.message(stun.SUCCESS), down.password), down.server)
    pair.assert_carries("after forged answers")
    down.barrier()
    late = [datagram for victim in victims for datagram in drained(victim)]
    assert all(stun.is_stun(datagram) for datagram in late)
    for victim in victims:
        victim.close()


@pytest.mark.attack(3)
def test_guessing_user_name_fragments(arena):
    pair = arena.pair()
    transport = pair.up.transport
    stranger = new_socket()
    ufrag = transport.remote_ufrag
    near = [ufrag[:position] + letter + ufrag[position + 1:] for position in range(len(ufrag)) for letter in LETTERS]
    guesses = [guess for guess in near if guess != ufrag] + [random_text(4) for _ in range(3000)]
    for number, guess in enumerate(guesses):
        stranger.sendto(stun.check(f"{guess}:{random_text(4)}", random_text(22)), transport.server)
        if number % 200 == 199:
            transport.barrier()
    # A fragment that was found out is worth nothing without the password.
    for _ in range(500):
        stranger.sendto(stun.check(transport.user, random_text(22)), transport.server)
    transport.barrier()
    assert drained(stranger) == []
    # A second stream by the same peer's credentials stays a stream of its own.
    twin = pair.publisher.new_stream()
    twin.transport.ufrag, twin.transport.password = transport.ufrag, transport.password
    pair.publisher.offer(twin)
    assert twin.transport.remote_ufrag != transport.remote_ufrag
    twin.transport.connect_ice()
    pair.assert_carries("after the guesses")
    stranger.close()


@pytest.mark.attack(5)
def test_ice_restarts_that_race_with_each_other_and_with_role_conflicts(arena):
    pair = arena.pair()
    up, down = pair.up, pair.down
    transport = up.transport
    old = (transport.user, transport.remote_password)
    seen = len(pair.publisher.messages)
    for _ in range(30):
        transport.new_credentials()
        pair.publisher.send(type="offer", id=up.id, label="camera", sdp=up.offer())
        pair.viewer.send(type="renegotiate", id=down.id)
        for role in (stun.CONTROLLED, stun.CONTROLLING, None):
            transport.send(stun.check(*old, role=role))
            transport.send(stun.check(f"{old[0].split(':')[0]}:{transport.ufrag}", old[1], role=role))
        both = stun.attribute(stun.CONTROLLED, os.urandom(8)) + stun.attribute(stun.CONTROLLING, bytes(8))
        transport.send(stun.check(*old, role=None, extra=both))
    # The last offer counts; every earlier one has had its answer by then.
    for _ in range(30):
        answer = pair.publisher.expect("answer", "abort", since=seen, id=up.id)
        assert answer["type"] == "answer", answer
        seen = pair.publisher.messages.index(answer, seen) + 1
    up.take_remote(answer["sdp"])
    transport.connect_ice()
    conflict = transport.ask(transport.check(role=stun.CONTROLLED))
    assert stun.error_code(conflict) == 487
    # The viewer answers the last offer that it has got, and so restarts on its side as well.
    down.transport.new_credentials()
    pair.viewer.answer_offer(down, since=pair.offers_seen)
    down.transport.connect_ice()
    pair.assert_carries("after the restarts")
