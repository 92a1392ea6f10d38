# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT
"""The emulated network does to real sockets what it is told, and the same again with the same seed."""

import os
import socket
import statistics
import struct
import subprocess
import time

import pytest

from emulated_network import ADDRESSES, ROOT, EmulatedNetwork, emulator_program

FAMILIES = [(socket.AF_INET, 0), (socket.AF_INET6, 1)]


def open_pair(network, family, column):
    """A sender in a, connected to a receiver in b that waits at most a second for what may never come."""
    receiver = network.socket("b", family)
    receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    receiver.bind((ADDRESSES["b"][column], 0))
    receiver.settimeout(1)
    sender = network.socket("a", family)
    sender.bind((ADDRESSES["a"][column], 0))
    sender.connect((ADDRESSES["b"][column], receiver.getsockname()[1]))
    sender.settimeout(1)
    return sender, receiver


def send_numbers(sender, count):
    for number in range(count):
        sender.send(struct.pack("!Id", number, time.monotonic()))


def receive_numbers(receiver, expected):
    """The numbers that arrived, and how long each was under way; ends after `expected` or a second of silence."""
    numbers, times = [], []
    while len(numbers) < expected:
        try:
            number, sent = struct.unpack("!Id", receiver.recv(64))
        except TimeoutError:
            break
        numbers.append(number)
        times.append(time.monotonic() - sent)
    return numbers, times


def arrivals(name, seed, *conditions, family=socket.AF_INET, column=0, count=2000):
    with EmulatedNetwork(name, *conditions, seed=seed) as network:
        sender, receiver = open_pair(network, family, column)
        with sender, receiver:
            # The emulator counts a datagram once it has read it; what it dropped is then known for certain.
            send_numbers(sender, count)
            deadline = time.monotonic() + 10
            while network.statistics()["a->b"][0] < count and time.monotonic() < deadline:
                pass
            sent, dropped = network.statistics()["a->b"]
            numbers, times = receive_numbers(receiver, sent - dropped)
            result = network.statistics()
    assert sent == count, "something else used the emulated path"
    assert result["refused"] == 0
    return numbers, times, dropped


@pytest.mark.parametrize("family,column", FAMILIES, ids=["IPv4", "IPv6"])
def test_without_conditions_every_datagram_arrives_in_order(family, column):
    numbers, _, dropped = arrivals("em0", 1, family=family, column=column)
    assert dropped == 0
    assert numbers == list(range(2000))


@pytest.mark.parametrize("family,column", FAMILIES, ids=["IPv4", "IPv6"])
def test_thirty_per_cent_loss_loses_exactly_what_was_counted(family, column):
    numbers, _, dropped = arrivals("em1", 7, "a->b loss 0.3", family=family, column=column)
    assert len(numbers) == 2000 - dropped
    assert abs(dropped / 2000 - 0.3) < 0.04


def test_the_same_seed_loses_the_same_datagrams_and_another_seed_others():
    first, _, _ = arrivals("em2", 42, "a->b loss 0.3")
    second, _, _ = arrivals("em2", 42, "a->b loss 0.3")
    other, _, _ = arrivals("em2", 43, "a->b loss 0.3")
    assert first == second
    assert first != other


def test_a_delay_of_fifty_milliseconds_delays_by_at_least_that():
    numbers, times, _ = arrivals("em3", 1, "a->b delay 50")
    assert numbers == list(range(2000))
    # An early datagram would be wrong on any machine; a late one only tells how busy this one is.
    assert min(times) >= 0.050
    assert statistics.median(times) < 0.5


def test_jitter_reorders_and_duplication_duplicates():
    numbers, times, _ = arrivals("em4", 1, "a->b jitter 30")
    assert numbers != sorted(numbers)
    assert sorted(numbers) == list(range(2000))
    with EmulatedNetwork("em4", "a->b duplication 0.5", seed=1) as network:
        sender, receiver = open_pair(network, socket.AF_INET, 0)
        with sender, receiver:
            send_numbers(sender, 1000)
            numbers, _ = receive_numbers(receiver, 2000)
    assert set(numbers) == set(range(1000))
    assert 1400 < len(numbers) < 1600


def test_conditions_change_while_packets_flow_and_one_way_alone():
    with EmulatedNetwork("em5", seed=1) as network:
        sender, receiver = open_pair(network, socket.AF_INET, 0)
        with sender, receiver:
            def echoes(count):
                """How many of `count` datagrams come back from b, one at a time."""
                back = 0
                for number in range(count):
                    sender.send(struct.pack("!I", number))
                    try:
                        data, address = receiver.recvfrom(64)
                        receiver.sendto(data, address)
                        back += sender.recv(64) == data
                    except TimeoutError:
                        pass
                return back

            assert echoes(100) == 100
            sender.settimeout(0.05)
            receiver.settimeout(0.05)
            network.change("a->b loss 1")
            assert echoes(5) == 0
            network.change("a->b loss 0")
            network.change("b->a loss 1")
            assert echoes(5) == 0
            assert network.statistics()["b->a"][1] == 5
            network.change("both loss 0")
            sender.settimeout(1)
            receiver.settimeout(1)
            assert echoes(100) == 100


def test_tcp_gets_through_a_bad_path_unharmed():
    payload = os.urandom(200_000)
    with EmulatedNetwork("em6", "both loss 0.02 delay 5 jitter 2", seed=9) as network:
        listener = network.socket("b", socket.AF_INET, socket.SOCK_STREAM)
        client = network.socket("a", socket.AF_INET, socket.SOCK_STREAM)
        with listener, client:
            listener.bind((ADDRESSES["b"][0], 0))
            listener.listen(1)
            client.settimeout(60)
            client.connect(listener.getsockname())
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(60)
                received = bytearray()
                for start in range(0, len(payload), 10_000):
                    client.sendall(payload[start:start + 10_000])
                    while len(received) < start + 10_000:
                        received += connection.recv(65536)
        assert network.statistics()["a->b"][1] > 0, "the path lost nothing, so nothing was proven"
    assert bytes(received) == payload


@pytest.mark.parametrize("line", ["loss 0.3", "a->b loss", "a->b loss 2", "a->b loss x", "a->b colour 1", "both"])
def test_a_condition_that_cannot_be_is_said_in_words(line):
    subprocess.run([ROOT / "Scripts/network-pair", "up", "em7"], check=True, timeout=30)
    try:
        result = subprocess.run(
            [emulator_program(), "em7-a", "em7-b", line], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=30, check=False)
    finally:
        subprocess.run([ROOT / "Scripts/network-pair", "down", "em7"], check=True, timeout=30)
    assert result.returncode == 1
    assert result.stderr.startswith("network-emulator: ")
    assert len(result.stderr.splitlines()) == 1
