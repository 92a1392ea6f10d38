// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

#define _GNU_SOURCE
#include "CLinuxNet.h"

#include <netinet/udp.h>
#include <pthread.h>

_Static_assert(sizeof(struct linux_message) == sizeof(struct mmsghdr), "the mirror has the size of mmsghdr");
_Static_assert(offsetof(struct linux_message, length) == offsetof(struct mmsghdr, msg_len), "and its layout");
_Static_assert(sizeof(struct linux_packet_info6) == sizeof(struct in6_pktinfo), "the mirror is in6_pktinfo");
_Static_assert(LINUX_UDP_SEGMENT == UDP_SEGMENT && LINUX_UDP_GRO == UDP_GRO, "the numbers are the system's");
_Static_assert(LINUX_IPV6_PKTINFO == IPV6_PKTINFO && LINUX_SOL_UDP == SOL_UDP, "the numbers are the system's");
_Static_assert(LINUX_PMTUDISC_OMIT == IP_PMTUDISC_OMIT && LINUX_PMTUDISC_DONT == IPV6_PMTUDISC_DONT, "likewise");

int linux_sendmmsg(int descriptor, struct linux_message *messages, unsigned int count, int flags) {
    return sendmmsg(descriptor, (struct mmsghdr *)messages, count, flags);
}

int linux_recvmmsg(int descriptor, struct linux_message *messages, unsigned int count, int flags) {
    return recvmmsg(descriptor, (struct mmsghdr *)messages, count, flags, NULL);
}

int linux_name_thread(const char *name) { return pthread_setname_np(pthread_self(), name); }
