// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

#define _GNU_SOURCE
#include "CReferenceSender.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { RUN = 8, MESSAGES = 64, SLOT = 1536, SLOTS = 512 };

static double seconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

struct sender {
    int descriptor;
    unsigned count;
    uint64_t system_calls;
    unsigned char *slots;
    struct mmsghdr messages[MESSAGES];
    struct iovec vectors[SLOTS];
    struct {
        _Alignas(struct cmsghdr) unsigned char bytes[CMSG_SPACE(sizeof(uint16_t))];
    } controls[MESSAGES];
};

static int flush(struct sender *s) {
    for (unsigned sent = 0; sent < s->count;) {
        int n = sendmmsg(s->descriptor, s->messages + sent, s->count - sent, 0);
        s->system_calls += 1;
        if (n < 0) return errno;
        sent += (unsigned)n;
    }
    s->count = 0;
    return 0;
}

static int send_all(struct sender *s, enum reference_mode mode, struct sockaddr_in *names, unsigned receivers,
                    unsigned size, unsigned rounds) {
    unsigned run = mode == REFERENCE_SEGMENTS ? RUN : 1;
    for (unsigned i = 0; i < MESSAGES; i++) {
        struct msghdr *header = &s->messages[i].msg_hdr;
        header->msg_namelen = sizeof(struct sockaddr_in);
        header->msg_iov = s->vectors + i * run;
        header->msg_iovlen = run;
        if (mode != REFERENCE_SEGMENTS) continue;
        header->msg_control = s->controls[i].bytes;
        header->msg_controllen = sizeof s->controls[i].bytes;
        struct cmsghdr *control = CMSG_FIRSTHDR(header);
        control->cmsg_level = SOL_UDP;
        control->cmsg_type = UDP_SEGMENT;
        control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
        uint16_t segment = (uint16_t)size;
        memcpy(CMSG_DATA(control), &segment, sizeof segment);
    }
    for (unsigned i = 0; i < SLOTS; i++) s->vectors[i] = (struct iovec){s->slots + i * SLOT, size};
    for (unsigned turn = 0; turn < rounds * RUN / run; turn++) {
        for (unsigned i = 0; i < receivers; i++) {
            if (mode == REFERENCE_SENDTO) {
                s->system_calls += 1;
                if (sendto(s->descriptor, s->slots, size, 0, (struct sockaddr *)(names + i), sizeof *names) < 0)
                    return errno;
                continue;
            }
            s->messages[s->count++].msg_hdr.msg_name = names + i;
            if (s->count < MESSAGES) continue;
            int error = flush(s);
            if (error != 0) return error;
        }
    }
    return flush(s);
}

struct reference_result reference_send(enum reference_mode mode, uint32_t first, unsigned receivers, unsigned size,
                                       unsigned rounds) {
    struct reference_result result = {0};
    struct sender *s = calloc(1, sizeof *s);
    struct sockaddr_in *names = calloc(receivers, sizeof *names);
    s->slots = calloc(SLOTS, SLOT);
    s->descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int buffer = 4 << 20;
    setsockopt(s->descriptor, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    for (unsigned i = 0; i < receivers; i++) {
        names[i].sin_family = AF_INET;
        names[i].sin_addr.s_addr = htonl(first + i);
        names[i].sin_port = htons((uint16_t)(40000 + i));
    }
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_THREAD_CPUTIME_ID);
    result.error = s->descriptor < 0 ? errno : send_all(s, mode, names, receivers, size, rounds);
    result.cpu_seconds = seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
    result.wall_seconds = seconds(CLOCK_MONOTONIC) - wall;
    result.packets = (uint64_t)rounds * RUN * receivers;
    result.system_calls = s->system_calls;
    if (s->descriptor >= 0) close(s->descriptor);
    free(s->slots);
    free(names);
    free(s);
    return result;
}

struct reference_result reference_gcm(unsigned receivers, unsigned size, unsigned rounds) {
    enum { HEADER = 28, TAG = 16 };
    struct reference_result result = {0};
    EVP_CIPHER_CTX **contexts = calloc(receivers, sizeof *contexts);
    unsigned char key[16], iv[12] = {0}, in[SLOT] = {0}, out[SLOT];
    for (unsigned i = 0; i < receivers; i++) {
        memset(key, (int)i, sizeof key);
        contexts[i] = EVP_CIPHER_CTX_new();
        if (!EVP_EncryptInit_ex(contexts[i], EVP_aes_128_gcm(), NULL, key, iv)) result.error = EIO;
    }
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_THREAD_CPUTIME_ID);
    for (unsigned turn = 0; turn < rounds && result.error == 0; turn++) {
        for (unsigned i = 0; i < receivers; i++) {
            for (unsigned packet = 0; packet < RUN; packet++) {
                int length = 0;
                memcpy(iv, &turn, sizeof turn);
                iv[11] = (unsigned char)packet;
                memcpy(out, in, HEADER);
                if (!EVP_EncryptInit_ex(contexts[i], NULL, NULL, NULL, iv) ||
                    !EVP_EncryptUpdate(contexts[i], NULL, &length, out, HEADER) ||
                    !EVP_EncryptUpdate(contexts[i], out + HEADER, &length, in + HEADER, (int)size - HEADER) ||
                    !EVP_EncryptFinal_ex(contexts[i], out + HEADER + length, &length) ||
                    !EVP_CIPHER_CTX_ctrl(contexts[i], EVP_CTRL_GCM_GET_TAG, TAG, out + size))
                    result.error = EIO;
            }
        }
    }
    result.cpu_seconds = seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
    result.wall_seconds = seconds(CLOCK_MONOTONIC) - wall;
    result.packets = (uint64_t)rounds * RUN * receivers;
    for (unsigned i = 0; i < receivers; i++) EVP_CIPHER_CTX_free(contexts[i]);
    free(contexts);
    return result;
}
