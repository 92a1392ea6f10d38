# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""DTLS records without keys, sent to associations that have some; and the nonces of the server's own records."""

import os
import struct

import pytest

from harness import dtls_lies as dtls
from harness.raw_client import RawPair
from harness.raw_transport import RawTransport, dtls_records, new_socket

CHANGE_CIPHER_SPEC, HEARTBEAT = 20, 24
# What GCM adds to a record: explicit nonce and tag.
OVERHEAD = 24


def assert_undisturbed(pair: RawPair, text: str) -> None:
    assert not pair.up.transport.is_closed and not pair.down.transport.is_closed, "the server has said goodbye"
    pair.assert_carries(text)
    for client in (pair.publisher, pair.viewer):
        while client.take_in():
            pass
        ended = [message for message in client.messages if message["type"] in ("abort", "close", "renegotiate")]
        assert ended == []


def attack_from_everywhere(pair: RawPair, records: list[bytes]) -> None:
    """From both peers' own addresses, and from one that nobody knows."""
    stranger = new_socket()
    for number, record in enumerate(records):
        pair.up.transport.send(record)
        pair.down.transport.send(record)
        stranger.sendto(record, pair.up.transport.server)
        if number % 200 == 199:
            pair.up.transport.barrier()
            pair.down.transport.barrier()
    pair.up.transport.barrier()
    pair.down.transport.barrier()
    stranger.close()


@pytest.mark.attack(9)
def test_application_data_in_clear_after_the_handshake(arena):
    pair = arena.pair()
    seen = len(pair.up.transport.dtls_received), len(pair.down.transport.dtls_received)
    records = [
        dtls.record(dtls.APPLICATION, os.urandom(length), number, epoch, version)
        for number, length in enumerate([1, 2, 13, 24, 25, 40, 100, 1000, 1300])
        for epoch in (0, 2, 3, 0xFFFF) for version in (dtls.DTLS_1_2, dtls.DTLS_1_0)
    ]
    # Several in one datagram, and behind and before real ones.
    records += [b"".join(records[:8])]
    for transport in (pair.up.transport, pair.down.transport):
        transport.ssl.send(b"data that nobody has asked for")
        real = b"".join(transport.take_records())
        records += [records[0] + real, real + records[0], real]
    attack_from_everywhere(pair, records * 5)
    assert seen == (len(pair.up.transport.dtls_received), len(pair.down.transport.dtls_received)), "it was answered"
    assert_undisturbed(pair, "after data in clear")


@pytest.mark.attack(10)
def test_single_short_records_of_every_kind_and_length(arena):
    pair = arena.pair()
    for kind in (CHANGE_CIPHER_SPEC, dtls.ALERT, dtls.HANDSHAKE, dtls.APPLICATION, HEARTBEAT, 25, 26, 63):
        records = []
        for length in range(41):
            for epoch in (0, 1, 2):
                # Numbers that come next, so that they are no repetitions; in the second, the nonce agrees.
                for number in (2, 3, 1 << 31):
                    body = os.urandom(length)
                    records.append(dtls.record(kind, body, number, epoch))
                    nonce = struct.pack("!HHI", epoch, 0, number)
                    records.append(dtls.record(kind, (nonce + body)[:length], number, epoch))
        attack_from_everywhere(pair, records)
        assert_undisturbed(pair, f"after kind {kind}")
    # Less than a record.
    whole = dtls.record(dtls.ALERT, bytes(40), 5, 1)
    attack_from_everywhere(pair, [whole[:length] for length in range(1, len(whole))])
    assert_undisturbed(pair, "after pieces")


@pytest.mark.attack(10)
def test_goodbyes_and_fatal_alerts_that_nobody_has_signed(arena):
    pair = arena.pair()
    records = []
    for level in (0, dtls.WARNING, dtls.FATAL, 3):
        for description in range(256):
            records.append(dtls.alert(level, description, 2 + description))
            sealed = bytes([level, description]) + os.urandom(OVERHEAD)
            records.append(dtls.record(dtls.ALERT, sealed, 2 + description, epoch=1))
    attack_from_everywhere(pair, records)
    assert_undisturbed(pair, "after alerts")
    # A real goodbye of another's, and one's own with a bit changed.
    other = arena.pair()
    for transport in (other.up.transport, other.down.transport):
        transport.ssl.shutdown()
        goodbye = transport.take_records()[-1]
        attack_from_everywhere(pair, [goodbye] * 20)
        flipped = [
            goodbye[:byte] + bytes([goodbye[byte] ^ 1 << bit]) + goodbye[byte + 1:]
            for byte in range(len(goodbye)) for bit in range(8)
        ]
        for record in flipped:
            transport.send(record)
        transport.barrier()
    assert_undisturbed(other, "its goodbyes have not been sent yet")
    assert_undisturbed(pair, "after the goodbyes of others")


@pytest.mark.attack(11)
@pytest.mark.parametrize("is_dtls_client", [True, False])
def test_no_explicit_nonce_of_the_server_comes_twice(arena, is_dtls_client):
    client = arena.client()
    stream = client.new_stream(is_dtls_client)
    client.offer(stream)
    transport = stream.transport
    transport.connect_ice()
    lose_protected_records(transport, 2)
    flights: list[bytes] = []

    def remembered(records: list[bytes]) -> None:
        flights.extend(records)
        for record in records:
            transport.send(record)

    transport.handshake(timeout=40, send=remembered)
    transport.send_rtp(stream.audio(b"first"))
    # Flights of the past, which ask for the server's last one again; and in the end a goodbye.
    for _ in range(5):
        for record in flights:
            transport.send(record)
        transport.barrier()
    client.send(type="close", id=stream.id)
    transport.until("the server's goodbye", lambda: transport.is_closed)
    records = [record for datagram in transport.dtls_received for record in dtls_records(datagram)]
    numbers = [record[3:11] for record in records]
    assert len(set(numbers)) == len(numbers), "two records under one epoch and number"
    protected = [record for record in records if record[3:5] != b"\x00\x00"]
    nonces = [record[13:21] for record in protected]
    # At least a Finished three times (each time as another record), and a goodbye.
    assert len(protected) >= 4, f"only {len(protected)} protected records"
    assert len(set(nonces)) == len(nonces), "a nonce comes twice"


def lose_protected_records(transport: RawTransport, count: int) -> None:
    """Loses the first datagrams that hold protected records, so that the server sends them again."""
    receive = transport._receive_dtls

    def lossy(data: bytes) -> None:
        nonlocal count
        if count > 0 and any(record[3:5] == b"\x00\x01" for record in dtls_records(data)):
            count -= 1
            return
        receive(data)

    transport._receive_dtls = lossy
