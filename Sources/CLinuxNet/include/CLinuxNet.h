// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// What Linux has for datagrams and Swift's Glibc module does not show: what needs _GNU_SOURCE, and macros with
// arguments. No logic: every function is one call or one macro. _GNU_SOURCE is defined in the .c file only: here it
// would give the system's types another shape than they have in the Glibc module.
#ifndef CLINUXNET_H
#define CLINUXNET_H
#include <netinet/in.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

/// `struct mmsghdr`: one message of a batch, and how many bytes of it were sent or received.
struct linux_message {
    struct msghdr header;
    unsigned int length;
};

/// `struct in6_pktinfo`: the local address of a datagram. The interface is 0 where routing is to choose it.
struct linux_packet_info6 {
    struct in6_addr address;
    unsigned int interface;
};

enum {
    LINUX_SOL_UDP = 17,
    LINUX_UDP_SEGMENT = 103,
    LINUX_UDP_GRO = 104,
    LINUX_IPV6_PKTINFO = 50,
    LINUX_PMTUDISC_DONT = 0,
    LINUX_PMTUDISC_OMIT = 5,
};

int linux_sendmmsg(int descriptor, struct linux_message *messages, unsigned int count, int flags);
int linux_recvmmsg(int descriptor, struct linux_message *messages, unsigned int count, int flags);
int linux_name_thread(const char *name);

static inline size_t linux_control_space(size_t length) { return CMSG_SPACE(length); }
static inline size_t linux_control_length(size_t length) { return CMSG_LEN(length); }
static inline void *linux_control_data(struct cmsghdr *control) { return CMSG_DATA(control); }
static inline struct cmsghdr *linux_first_control(struct msghdr *header) { return CMSG_FIRSTHDR(header); }
static inline struct cmsghdr *linux_next_control(struct msghdr *header, struct cmsghdr *control) {
    return CMSG_NXTHDR(header, control);
}
#endif
