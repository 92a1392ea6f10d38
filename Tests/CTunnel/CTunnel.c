// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

#define _GNU_SOURCE
#include "CTunnel.h"

#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

// A device that is up before it has a reader gets its queue only some time after the reader has come, and drops silently
// what is sent in between. Brought up now, it has its queue at once.
static int bring_up(const char *device) {
    int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (any < 0) return -errno;
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strncpy(request.ifr_name, device, IFNAMSIZ - 1);
    int result = 0;
    if (ioctl(any, SIOCGIFFLAGS, &request) < 0) result = -errno;
    request.ifr_flags |= IFF_UP;
    if (result == 0 && ioctl(any, SIOCSIFFLAGS, &request) < 0) result = -errno;
    close(any);
    return result;
}

static int open_here(const char *device) {
    int descriptor = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) return -errno;
    struct ifreq request;
    memset(&request, 0, sizeof request);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    strncpy(request.ifr_name, device, IFNAMSIZ - 1);
    if (ioctl(descriptor, TUNSETIFF, &request) < 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    int error = bring_up(device);
    if (error < 0) {
        close(descriptor);
        return error;
    }
    return descriptor;
}

int tunnel_open(const char *name, const char *device) {
    char path[256];
    if (snprintf(path, sizeof path, "/run/netns/%s", name) >= (int)sizeof path) return -ENAMETOOLONG;
    int before = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (before < 0) return -errno;
    int there = open(path, O_RDONLY | O_CLOEXEC);
    if (there < 0) {
        int error = errno;
        close(before);
        return -error;
    }
    int result = setns(there, CLONE_NEWNET) < 0 ? -errno : open_here(device);
    if (setns(before, CLONE_NEWNET) < 0 && result >= 0) {
        int error = errno;
        close(result);
        result = -error;
    }
    close(there);
    close(before);
    return result;
}

int tunnel_set_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0 ? -errno : 0;
}
