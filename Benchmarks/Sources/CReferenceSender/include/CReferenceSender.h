// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// What the kernel and the cipher cost without us: the measure that our own path is held against, in the same run.
#ifndef CREFERENCESENDER_H
#define CREFERENCESENDER_H
#include <stddef.h>
#include <stdint.h>

enum reference_mode {
    /// One sendto a packet.
    REFERENCE_SENDTO,
    /// sendmmsg of 64 single packets.
    REFERENCE_SENDMMSG,
    /// sendmmsg of messages that the kernel cuts into 8 packets each (UDP_SEGMENT), gathered from their slots.
    REFERENCE_SEGMENTS,
};

struct reference_result {
    /// 0, or the error number of the call that failed.
    int error;
    double cpu_seconds;
    double wall_seconds;
    uint64_t packets;
    uint64_t system_calls;
};

/// Sends `rounds` × `receivers` × 8 packets: 8 in a row to one receiver with segments, else one after the other.
///
/// Receiver number i has the IPv4 address `first` + i (host order) and the port 40000 + i.
struct reference_result reference_send(
    enum reference_mode mode, uint32_t first, unsigned receivers, unsigned size, unsigned rounds);

/// AES-128-GCM of OpenSSL on one packet: contexts keyed before, one for each receiver, a new IV a packet, 28 bytes of
/// header authenticated, `size` - 28 encrypted, 16 of tag.
struct reference_result reference_gcm(unsigned receivers, unsigned size, unsigned rounds);
#endif
