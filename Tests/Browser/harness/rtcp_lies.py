# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""RTCP messages in clear, true or not."""

import struct

from .srtp_by_hand import rtcp

SENDER_REPORT, RECEIVER_REPORT, DESCRIPTION, GOODBYE, FEEDBACK, PAYLOAD_FEEDBACK = 200, 201, 202, 203, 205, 206
NACK, TRANSPORT_CC = 1, 15
PICTURE_LOSS, FULL_INTRA, APPLICATION = 1, 4, 15

Report = tuple[float, int, int, bytes]

REPORTER = 0x0C000001


def feedback(kind: int, format: int, media: int, control: bytes = b"", sender: int = REPORTER) -> bytes:
    return rtcp(kind, format, struct.pack("!II", sender, media) + control)


def picture_loss(media: int) -> bytes:
    return feedback(PAYLOAD_FEEDBACK, PICTURE_LOSS, media)


def full_intra(media: int, number: int) -> bytes:
    return feedback(PAYLOAD_FEEDBACK, FULL_INTRA, 0, struct.pack("!IBxxx", media, number & 255))


def nack(media: int, lost: list[tuple[int, int]]) -> bytes:
    """Each entry is a sequence number and the mask of the 16 after it."""
    return feedback(FEEDBACK, NACK, media, b"".join(struct.pack("!HH", *entry) for entry in lost))


def remb(media: int, bitrate: int) -> bytes:
    exponent = max(0, bitrate.bit_length() - 18)
    return remb_of(exponent, bitrate >> exponent, [media])


def remb_of(exponent: int, mantissa: int, sources: list[int], count: int | None = None) -> bytes:
    """An estimate by its fields; `count` is how many sources it claims."""
    number = len(sources) if count is None else count
    control = b"REMB" + struct.pack("!I", number << 24 | exponent << 18 | mantissa)
    return feedback(PAYLOAD_FEEDBACK, APPLICATION, 0, control + struct.pack(f"!{len(sources)}I", *sources))


def sender_report(ssrc: int, ntp: int, timestamp: int, blocks: bytes = b"", packets: int = 1) -> bytes:
    return rtcp(SENDER_REPORT, len(blocks) // 24, struct.pack("!IQIII", ssrc, ntp, timestamp, packets, 1) + blocks)


def report_block(
    ssrc: int, fraction: int = 0, lost: int = 0, highest: int = 0, jitter: int = 0, last: int = 0, delay: int = 0
) -> bytes:
    return struct.pack("!IIIIII", ssrc, fraction << 24 | lost & 0xFFFFFF, highest, jitter, last, delay)


def goodbye(*sources: int) -> bytes:
    return rtcp(GOODBYE, len(sources), struct.pack(f"!{len(sources)}I", *sources))


# What the server has sent

def rembs(reports: list[Report]) -> list[int]:
    found = []
    for _, kind, count, body in reports:
        if kind == PAYLOAD_FEEDBACK and count == APPLICATION and body[8:12] == b"REMB":
            fields = struct.unpack_from("!I", body, 12)[0]
            found.append((fields & 0x3FFFF) << (fields >> 18 & 63))
    return found


def last_remb(reports: list[Report]) -> int | None:
    found = rembs(reports)
    return found[-1] if found else None


def count_remb(reports: list[Report]) -> int:
    return len(rembs(reports))


def count_picture_loss(reports: list[Report]) -> int:
    return sum(kind == PAYLOAD_FEEDBACK and count == PICTURE_LOSS for _, kind, count, _ in reports)


def sender_reports(reports: list[Report]) -> list[tuple[float, int, int, int]]:
    """Arrival, SSRC, NTP time and RTP timestamp of each."""
    return [
        (arrival, *struct.unpack_from("!IQI", body)) for arrival, kind, _, body in reports if kind == SENDER_REPORT
    ]
