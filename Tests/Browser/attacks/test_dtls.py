# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""DTLS from strangers, from peers that speak it badly, and from peers that never finish."""

import contextlib
import hashlib
import os
import random
import time

import pytest
from OpenSSL import SSL

from harness import dtls_lies as dtls
from harness.raw_client import OPUS
from harness.raw_transport import RawTransport, drained, dtls_records, new_socket

# What a hundred handshakes that never finish may hold: five times the 100 KiB that a stream is reckoned at.
MEMORY_LIMIT_KILOBYTES = 50 * 1024


@pytest.mark.attack(6)
def test_client_hello_with_null_cipher_from_an_address_that_ice_has_not_validated(arena):
    pair = arena.pair()
    client = arena.client()
    stranger = new_socket()
    stream = client.new_stream(is_dtls_client=True)
    transport = stream.transport
    hellos = dtls.hostile_hellos()

    def attack() -> None:
        for hello in hellos * 3:
            stranger.sendto(hello, transport.server)
        pair.up.transport.barrier()
        assert drained(stranger) == [], "a stranger's ClientHello was answered"

    attack()
    client.offer(stream)
    attack()
    transport.connect_ice()
    attack()
    # While the peer's own handshake is under way: before each of its flights.
    flights = 0

    def between_attacks(records: list[bytes]) -> None:
        nonlocal flights
        flights += 1
        attack()
        for record in records:
            transport.send(record)
        attack()

    transport.handshake(send=between_attacks)
    assert flights >= 2
    attack()
    # From another address of a session that is there: an address is believed for its checks, not for its DTLS.
    for hello in hellos:
        stranger.sendto(hello, pair.up.transport.server)
    transport.barrier()
    transport.send_rtp(stream.audio(b"proper"))
    transport.barrier()
    assert not transport.is_closed
    pair.assert_carries("after the race")
    stranger.close()


@pytest.mark.attack(6)
def test_client_hello_with_null_cipher_from_the_peer_itself(arena):
    group = arena.server.new_group()
    client, viewer = arena.client(group), arena.client(group, "viewer")
    stream = client.new_stream(is_dtls_client=True)
    transport = stream.transport
    client.offer(stream)
    transport.connect_ice()
    hello = dtls.client_hello()
    for cipher in dtls.NULL_CIPHERS:
        transport.send(dtls.in_one_record(dtls.with_ciphers(hello, [cipher])))
    transport.barrier()
    assert not has_server_hello(transport), "a cipher that encrypts nothing was agreed on"
    # The same with ciphers that do encrypt is answered, so that it is the ciphers that were refused.
    transport.send(dtls.in_one_record(hello))
    transport.until("a ServerHello", lambda: has_server_hello(transport))
    # Media in clear is what such a peer would send.
    for number in range(20):
        transport.send(stream.audio(b"in clear %d" % number))
    viewer.send(type="request", request={"": ["audio", "video"]})
    transport.barrier()
    viewer.settle()
    assert not any(message["type"] == "offer" for message in viewer.messages), "media in clear became a track"


def has_server_hello(transport: RawTransport) -> bool:
    records = [record for datagram in transport.dtls_received for record in dtls_records(datagram)]
    return any(record[0] == dtls.HANDSHAKE and record[13] == dtls.SERVER_HELLO for record in records)


@pytest.mark.attack(7)
def test_fragments_with_absurd_lengths_from_a_validated_address(arena):
    pair = arena.pair()
    clients = [arena.client() for _ in range(4)]
    streams = [client.new_stream(is_dtls_client=True) for client in clients]
    for client, stream in zip(clients, streams, strict=True):
        client.offer(stream)
        stream.transport.connect_ice()
    before = arena.resident_kilobytes
    absurd = dtls.absurd_fragments()
    generator = random.Random(7)
    for stream in streams:
        for _ in range(10):
            for datagram in absurd:
                stream.transport.send(datagram)
            stream.transport.barrier()
            generator.shuffle(absurd)
        for _ in range(300):
            stream.transport.send(bytes([22, 254, 253]) + os.urandom(generator.randrange(1400)))
        stream.transport.barrier()
    # The same into a session that has keys already.
    for datagram in absurd:
        pair.up.transport.send(datagram)
        pair.down.transport.send(datagram)
    pair.up.transport.barrier()
    pair.down.transport.barrier()
    grown = arena.resident_kilobytes - before
    assert grown < MEMORY_LIMIT_KILOBYTES, f"four sessions have taken {grown} KiB"
    assert not pair.up.transport.is_closed and not pair.down.transport.is_closed
    pair.assert_carries("after absurd fragments")


@pytest.mark.attack(7)
def test_client_hello_in_reordered_duplicated_and_overlapping_fragments(arena):
    group = arena.server.new_group()
    client = arena.client(group)
    stream = client.new_stream(is_dtls_client=True)
    transport = stream.transport
    client.offer(stream)
    transport.connect_ice()
    number = 100

    def in_pieces(records: list[bytes]) -> None:
        nonlocal number
        if records[0][13] != dtls.CLIENT_HELLO or records[0][3:5] != b"\x00\x00":
            for record in records:
                transport.send(record)
                transport.send(record)
            return
        hello = dtls.message_in(records)
        message_number = int.from_bytes(records[0][17:19], "big")
        pieces = [dtls.fragment(hello, offset, 60, number=message_number) for offset in range(0, len(hello), 40)]
        for piece in pieces[::-1] + pieces + pieces[::2]:
            transport.send(dtls.record(dtls.HANDSHAKE, piece, number, version=dtls.DTLS_1_0))
            number += 1

    transport.handshake(send=in_pieces)
    transport.send_rtp(stream.audio(b"first"))
    transport.send_rtp(stream.video(b"first"))
    viewer = arena.client(group, "viewer")
    down = viewer.subscribe(stream.id).transport
    transport.send_rtp(stream.audio(b"whole"))
    down.until("sound over a handshake in pieces", lambda: b"whole" in down.payloads(OPUS))


@pytest.mark.attack(8)
def test_absent_weak_wrong_and_changed_fingerprints(arena):
    group = arena.server.new_group()
    client, viewer = arena.client(group), arena.client(group, "viewer")
    viewer.send(type="request", request={"": ["audio", "video"]})
    weak = hashlib.sha1(b"certificate").hexdigest()
    pairs = ":".join(weak[position:position + 2] for position in range(0, 40, 2)).upper()
    zeros = ":".join(["00"] * 32)
    for lines in (
        [], [f"a=fingerprint:sha-1 {pairs}"], [f"a=fingerprint:md5 {pairs[:47]}"], ["a=fingerprint:sha-256 "],
        ["a=fingerprint:sha-256 00:11"], [f"a=fingerprint:sha-256 {zeros}:00"], [f"a=fingerprint:sha-0 {zeros}"],
        [f"a=fingerprint:sha-1 {pairs}", f"a=fingerprint:sha-256 {zeros[:-1]}G"],
        [f"a=fingerprint:sha-256 {zeros}", f"a=fingerprint:sha-256 {zeros[:-2]}01"],
    ):
        stream = client.new_stream()
        stream.fingerprint_lines = lines
        client.send(type="offer", id=stream.id, label="camera", sdp=stream.offer())
        refused = client.expect("abort", "answer", id=stream.id)
        assert refused["type"] == "abort", f"accepted: {lines}"
        client.expect("usermessage", kind="error")
    # A fingerprint of somebody else's certificate: the handshake fails, whoever is the DTLS client.
    for is_dtls_client in (True, False):
        stream = client.new_stream(is_dtls_client)
        stream.fingerprint_lines = [f"a=fingerprint:sha-256 {zeros}"]
        client.offer(stream)
        transport = stream.transport
        transport.connect_ice()
        # Whether OpenSSL at this end is already done when the server refuses depends on the role.
        with contextlib.suppress(SSL.Error, AssertionError):
            transport.handshake(timeout=2)
            transport.send_rtp(stream.audio(b"wrong"))
            transport.send_rtp(stream.video(b"wrong"))
        client.expect("renegotiate", "abort", id=stream.id)
    viewer.settle()
    assert not any(message["type"] == "offer" for message in viewer.messages), "a wrong certificate got a track"
    # Another certificate in a later offer.
    pair = arena.pair()
    proper = pair.up.fingerprint_lines
    pair.up.fingerprint_lines = [f"a=fingerprint:sha-256 {zeros}"]
    seen = len(pair.publisher.messages)
    pair.publisher.send(type="offer", id=pair.up.id, label="camera", sdp=pair.up.offer())
    pair.publisher.expect("abort", since=seen, id=pair.up.id)
    pair.up.fingerprint_lines = proper
    assert arena.server.is_running


@pytest.mark.attack(12)
def test_a_hundred_handshakes_that_never_finish_and_floods_of_alerts(arena):
    pair = arena.pair()
    before = arena.resident_kilobytes
    clients = [arena.client(username=f"slow {number}") for number in range(5)]
    transports = []
    first_flight = dtls.chromium_datagrams()[:2]
    for client in clients:
        for number in range(20):
            stream = client.new_stream(is_dtls_client=number % 2 == 0)
            client.offer(stream)
            stream.transport.connect_ice()
            transports.append(stream.transport)
            if stream.transport.is_dtls_client:
                for datagram in first_flight:
                    stream.transport.send(datagram)
    answered = 0
    for transport in transports:
        transport.barrier()
        answered += bool(transport.dtls_received)
    assert answered >= 90, f"only {answered} of these have begun to shake hands"
    started = time.monotonic()
    descriptions = (0, 10, 20, 40, 42, 90, 255)
    alerts = [dtls.alert(level, description, number)
              for level in (dtls.WARNING, dtls.FATAL, 3) for number, description in enumerate(descriptions)]
    alerts += [dtls.alert(dtls.FATAL, 40, number, epoch=1) for number in range(5)]
    alerts += [dtls.record(dtls.ALERT, os.urandom(26), number, epoch=1) for number in range(5)]
    for transport in [*transports, pair.up.transport, pair.down.transport]:
        for datagram in alerts * 4:
            transport.send(datagram)
        transport.barrier()
    for _ in range(100):
        for datagram in alerts:
            pair.up.transport.send(datagram)
            pair.down.transport.send(datagram)
        pair.up.transport.barrier()
        pair.down.transport.barrier()
    pair.assert_carries("among handshakes that never finish")
    assert time.monotonic() - started < 30
    grown = arena.resident_kilobytes - before
    assert grown < MEMORY_LIMIT_KILOBYTES, f"a hundred handshakes hold {grown} KiB"
    # What the server repeats into the silence has an end, and stays small.
    for transport in transports:
        received = sum(map(len, transport.dtls_received))
        assert received < 32 * 1024, f"{received} bytes to one that never answers"
    for client in clients:
        client.close()
    pair.assert_carries("after they have gone")
    # Gone is gone: the same again finds its memory there.
    settled = arena.resident_kilobytes
    for number in range(20):
        client = arena.client(username=f"next {number}")
        stream = client.new_stream(is_dtls_client=True)
        client.offer(stream)
        stream.transport.connect_ice()
        stream.transport.send(first_flight[0])
        stream.transport.barrier()
        client.close()
    grown = arena.resident_kilobytes - settled
    assert grown < MEMORY_LIMIT_KILOBYTES // 10, f"20 more have taken {grown} KiB"
