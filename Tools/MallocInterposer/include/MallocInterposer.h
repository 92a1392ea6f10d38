// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// Counts heap allocations: malloc, calloc, realloc and their aligned kin, by whatever library they are called.
//
// Linked into a program (as the tests and benchmarks are), or preloaded into any other:
//     Tools/MallocInterposer/build-preload malloc-interposer.so && LD_PRELOAD=./malloc-interposer.so program
// A preloaded one is found by name: dlsym(RTLD_DEFAULT, "malloc_interposer_start").
#ifndef MALLOC_INTERPOSER_H
#define MALLOC_INTERPOSER_H
#include <stdint.h>

#define MALLOC_INTERPOSER_API __attribute__((visibility("default"), used))

struct malloc_interposer_counts {
    uint64_t allocations;
    uint64_t bytes;
};

/// Sets the count of the process to zero and begins to count, on every thread.
MALLOC_INTERPOSER_API void malloc_interposer_start(void);
/// Ends it.
MALLOC_INTERPOSER_API void malloc_interposer_stop(void);
/// What was counted between start and now, or stop.
MALLOC_INTERPOSER_API struct malloc_interposer_counts malloc_interposer_read(void);
/// What the calling thread has allocated since it began; counted always, so that a test that runs beside others takes
/// the difference of two readings.
MALLOC_INTERPOSER_API struct malloc_interposer_counts malloc_interposer_read_thread(void);
#endif
