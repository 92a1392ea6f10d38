// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// Loaded into Firefox ahead of its own libraries (LD_PRELOAD), this leaves it one SRTP protection profile,
// SRTP_AES128_CM_HMAC_SHA1_80, so that a test sees a real browser use it: no preference of Firefox chooses profiles.
//
// Firefox negotiates use_srtp (RFC 5764 section 4.1.1) by NSS's extension hooks, which it gets by name from
// SSL_GetExperimentalAPI. This hands out its own SSL_InstallExtensionHooks, which narrows the list that Firefox writes
// as DTLS client, and the list that it is shown as DTLS server.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>

enum { EXTENSION_USE_SRTP = 14, PROFILE_CM_80 = 0x0001 };

typedef int (*Writer)(void *fd, int message, unsigned char *data, unsigned int *length, unsigned int capacity, void *argument);
typedef int (*Handler)(void *fd, int message, const unsigned char *data, unsigned int length, int *alert, void *argument);
typedef int (*Install)(void *fd, unsigned short extension, Writer writer, void *writer_argument, Handler handler, void *handler_argument);
typedef void *(*GetAPI)(const char *name);

static Install original_install;
static Writer original_writer;
static Handler original_handler;

static const unsigned char only_cm[] = {0, 2, 0, PROFILE_CM_80, 0};

static int narrow_writer(void *fd, int message, unsigned char *data, unsigned int *length, unsigned int capacity, void *argument) {
    int written = original_writer(fd, message, data, length, capacity, argument);
    if (written && *length > sizeof only_cm) {
        memcpy(data, only_cm, sizeof only_cm);
        *length = sizeof only_cm;
    }
    return written;
}

static int narrow_handler(void *fd, int message, const unsigned char *data, unsigned int length, int *alert, void *argument) {
    if (length > sizeof only_cm) {
        return original_handler(fd, message, only_cm, sizeof only_cm, alert, argument);
    }
    return original_handler(fd, message, data, length, alert, argument);
}

static int install(void *fd, unsigned short extension, Writer writer, void *writer_argument, Handler handler, void *handler_argument) {
    if (extension != EXTENSION_USE_SRTP) {
        return original_install(fd, extension, writer, writer_argument, handler, handler_argument);
    }
    original_writer = writer;
    original_handler = handler;
    return original_install(fd, extension, narrow_writer, writer_argument, narrow_handler, handler_argument);
}

void *SSL_GetExperimentalAPI(const char *name) {
    static GetAPI next;
    if (next == NULL) {
        next = (GetAPI)dlsym(RTLD_NEXT, "SSL_GetExperimentalAPI");
    }
    void *function = next(name);
    if (strcmp(name, "SSL_InstallExtensionHooks") == 0) {
        original_install = (Install)function;
        return (void *)install;
    }
    return function;
}
