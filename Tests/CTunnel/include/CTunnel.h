// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// Opening a TUN device in another network namespace: variadic `ioctl` and `setns` are out of Swift's reach.
#ifndef CTUNNEL_H
#define CTUNNEL_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/// Opens the TUN device `device` of the network namespace `name` (as `ip netns` names it), without blocking, brings it up
/// and comes back to the namespace of before. The descriptor carries plain IP packets.
///
/// Returns the descriptor, or the negated `errno`.
int tunnel_open(const char *name, const char *device);

/// Makes a descriptor non-blocking; 0, or the negated `errno`.
int tunnel_set_nonblocking(int descriptor);

#endif
