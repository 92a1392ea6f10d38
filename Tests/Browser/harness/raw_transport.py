# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""One end of a WebRTC transport, byte by byte on a socket of its own: what an attacker has who keeps to nothing.

It works in the thread of its caller. Nothing happens by itself: whoever waits for something calls `until`, which reads
the socket, answers the server's checks (if it is to) and sorts what arrives.
"""

import os
import socket
import struct
import time
from collections.abc import Callable
from typing import TypeVar

from aiortc.rtcdtlstransport import SRTP_AEAD_AES_128_GCM, RTCCertificate
from OpenSSL import SSL

from . import network
from . import stun_by_hand as stun
from .srtp_by_hand import KEY_LENGTH, RTP, SALT_LENGTH, SRTP, rtcp_messages

T = TypeVar("T")
Address = tuple[str, int]

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def random_text(length: int) -> str:
    return "".join(LETTERS[byte % len(LETTERS)] for byte in os.urandom(length))


def new_socket() -> socket.socket:
    """A port that the server has never heard of."""
    result = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    result.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    result.bind((network.IPV4, 0))
    return result


def drained(from_: socket.socket) -> list[bytes]:
    """Everything that has arrived there by now."""
    datagrams = []
    while True:
        try:
            datagrams.append(from_.recv(65536, socket.MSG_DONTWAIT))
        except BlockingIOError:
            return datagrams


def dtls_records(datagram: bytes) -> list[bytes]:
    records, offset = [], 0
    while offset + 13 <= len(datagram):
        end = offset + 13 + struct.unpack_from("!H", datagram, offset + 11)[0]
        records.append(datagram[offset:end])
        offset = end
    return records


class RawTransport:
    def __init__(self, is_dtls_client: bool) -> None:
        self.is_dtls_client = is_dtls_client
        self.socket = new_socket()
        self.certificate = RTCCertificate.generateCertificate()
        self.answers_checks = True
        # The server's end, from its description.
        self.server: Address = ("", 0)
        self.remote_ufrag = self.remote_password = ""
        # When anything has arrived.
        self.arrivals: list[float] = []
        # What has arrived, in clear, with the moment.
        self.media: list[tuple[float, RTP]] = []
        self.reports: list[tuple[float, int, int, bytes]] = []
        self.undecipherable = 0
        self.answers: dict[bytes, bytes] = {}
        self.checks_received = 0
        self.dtls_received: list[bytes] = []
        self.is_connected = False
        self.is_closed = False
        self.sends: SRTP | None = None
        self.receives: SRTP | None = None
        self.new_credentials()
        context = self.certificate._create_ssl_context(srtp_profiles=[SRTP_AEAD_AES_128_GCM])
        self.ssl = SSL.Connection(context)
        self.ssl.set_connect_state() if is_dtls_client else self.ssl.set_accept_state()

    def close(self) -> None:
        self.socket.close()

    def new_credentials(self) -> None:
        self.ufrag, self.password = random_text(8), random_text(24)

    @property
    def fingerprint(self) -> str:
        return next(f"{f.algorithm} {f.value}" for f in self.certificate.getFingerprints() if f.algorithm == "sha-256")

    @property
    def user(self) -> str:
        return f"{self.remote_ufrag}:{self.ufrag}"

    # Time

    def until(self, what: str, condition: Callable[[], T], timeout: float = 10) -> T:
        deadline = time.monotonic() + timeout
        while not (value := condition()):
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"{what}: not within {timeout} s")
            self._receive(min(left, 0.1))
        return value

    def listen(self, seconds: float) -> None:
        """Takes in what comes during a stretch of time that is itself what the test measures."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._receive(min(left, 0.1))

    def _receive(self, timeout: float) -> None:
        self.socket.settimeout(timeout)
        try:
            data, source = self.socket.recvfrom(65536)
        except TimeoutError:
            return
        self.arrivals.append(time.monotonic())
        if stun.is_stun(data):
            self._receive_stun(data, source)
        elif 20 <= data[0] <= 63:
            self.dtls_received.append(data)
            self._receive_dtls(data)
        elif self.receives and 192 <= data[1] <= 223:
            clear = self.receives.unprotect_rtcp(data)
            self.undecipherable += clear is None
            for kind, count, body in rtcp_messages(clear or b""):
                self.reports.append((time.monotonic(), kind, count, body))
        elif self.receives:
            clear = self.receives.unprotect(data)
            self.undecipherable += clear is None
            if clear:
                self.media.append((time.monotonic(), RTP.parse(clear)))

    # ICE

    def _receive_stun(self, data: bytes, source: Address) -> None:
        if stun.kind_of(data) == stun.REQUEST:
            self.checks_received += 1
            if self.answers_checks:
                self.send(stun.success(data, source, self.password))
        else:
            self.answers[stun.transaction_of(data)] = data

    def send(self, data: bytes) -> None:
        self.socket.sendto(data, self.server)

    def check(self, **options: object) -> bytes:
        """A check with the right credentials, not sent yet."""
        return stun.check(self.user, self.remote_password, **options)

    def ask(self, request: bytes, timeout: float = 10) -> bytes:
        """The answer to a request. It comes after everything that was sent before has been dealt with."""
        transaction = stun.transaction_of(request)
        sent = 0.0

        def answered() -> bytes | None:
            nonlocal sent
            if time.monotonic() - sent > 1:
                sent = time.monotonic()
                self.send(request)
            return self.answers.get(transaction)

        return self.until("an answer to a check", answered, timeout)

    def barrier(self) -> None:
        """Returns when the server has taken in all datagrams that anybody sent it before."""
        self.ask(self.check())

    def connect_ice(self) -> None:
        """Until the server has validated this address."""
        self.checks_received = 0
        self.barrier()
        self.until("a check of the server", lambda: self.checks_received)
        # Ours has been answered by now; the next barrier follows that answer.
        self.barrier()

    # DTLS

    def take_records(self) -> list[bytes]:
        """The records that OpenSSL wants to send."""
        output = b""
        while True:
            try:
                output += self.ssl.bio_read(65536)
            except SSL.Error:
                return dtls_records(output)

    def step_handshake(self) -> bool:
        """Lets OpenSSL go on with what has arrived; true when the handshake is done."""
        try:
            self.ssl.do_handshake()
        except SSL.WantReadError:
            return False
        return True

    def handshake(self, timeout: float = 15, send: Callable[[list[bytes]], None] | None = None) -> None:
        """Until SRTP is ready. `send` may change how records travel."""

        def is_done() -> bool:
            self.ssl.DTLSv1_handle_timeout()
            done = self.step_handshake()
            records = self.take_records()
            if records and send:
                send(records)
            else:
                for record in records:
                    self.send(record)
            return done

        self.until("a DTLS handshake", is_done, timeout)
        material = self.ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (KEY_LENGTH + SALT_LENGTH))
        keys = material[:KEY_LENGTH], material[KEY_LENGTH:2 * KEY_LENGTH]
        salts = material[2 * KEY_LENGTH:2 * KEY_LENGTH + SALT_LENGTH], material[2 * KEY_LENGTH + SALT_LENGTH:]
        mine = 0 if self.is_dtls_client else 1
        self.sends, self.receives = SRTP(keys[mine], salts[mine]), SRTP(keys[1 - mine], salts[1 - mine])
        self.is_connected = True

    def _receive_dtls(self, data: bytes) -> None:
        self.ssl.bio_write(data)
        if not self.is_connected:
            return
        try:
            self.ssl.recv(2048)
        except SSL.ZeroReturnError:
            self.is_closed = True
        except SSL.Error:
            pass

    # Media

    def send_rtp(self, packet: bytes) -> bytes:
        """Sends the packet, and returns what went over the wire."""
        assert self.sends
        data = self.sends.protect(packet)
        self.send(data)
        return data

    def send_rtcp(self, packet: bytes) -> bytes:
        assert self.sends
        data = self.sends.protect_rtcp(packet)
        self.send(data)
        return data

    def payloads(self, payload_type: int) -> list[bytes]:
        return [packet.payload for _, packet in self.media if packet.payload_type == payload_type]
