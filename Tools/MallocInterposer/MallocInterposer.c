// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

#include "MallocInterposer.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

static atomic_bool is_counting;
static atomic_uint_fast64_t process_allocations, process_bytes;
// Initial-exec: a lookup through the dynamic linker could itself allocate.
static __thread struct malloc_interposer_counts thread_counts __attribute__((tls_model("initial-exec")));

static inline void count(size_t size) {
    thread_counts.allocations += 1;
    thread_counts.bytes += size;
    if (atomic_load_explicit(&is_counting, memory_order_relaxed)) {
        atomic_fetch_add_explicit(&process_allocations, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&process_bytes, size, memory_order_relaxed);
    }
}

void malloc_interposer_start(void) {
    atomic_store(&process_allocations, 0);
    atomic_store(&process_bytes, 0);
    atomic_store(&is_counting, 1);
}

void malloc_interposer_stop(void) { atomic_store(&is_counting, 0); }

struct malloc_interposer_counts malloc_interposer_read(void) {
    return (struct malloc_interposer_counts){atomic_load(&process_allocations), atomic_load(&process_bytes)};
}

struct malloc_interposer_counts malloc_interposer_read_thread(void) { return thread_counts; }

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)

// Sanitizers bring an allocator of their own, which is not to be replaced, and call hooks.
int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void *, size_t), void (*)(const volatile void *));
static void allocated(const volatile void *memory, size_t size) {
    (void)memory;
    count(size);
}
static void freed(const volatile void *memory) { (void)memory; }
__attribute__((constructor)) static void install(void) { __sanitizer_install_malloc_and_free_hooks(allocated, freed); }

#else

// glibc exports its allocator under these names for replacements like this one. dlsym(RTLD_NEXT) would find the same
// functions, but allocates on its own account before it has found them. Memory from them goes to glibc's own free.
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

MALLOC_INTERPOSER_API void *malloc(size_t size) {
    count(size);
    return __libc_malloc(size);
}

MALLOC_INTERPOSER_API void *calloc(size_t number, size_t size) {
    count(number * size);
    return __libc_calloc(number, size);
}

MALLOC_INTERPOSER_API void *realloc(void *memory, size_t size) {
    count(size);
    return __libc_realloc(memory, size);
}

MALLOC_INTERPOSER_API void *reallocarray(void *memory, size_t number, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(number, size, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(memory, total);
}

MALLOC_INTERPOSER_API void *memalign(size_t alignment, size_t size) {
    count(size);
    return __libc_memalign(alignment, size);
}

MALLOC_INTERPOSER_API void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

MALLOC_INTERPOSER_API int posix_memalign(void **result, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
    void *memory = memalign(alignment, size);
    if (memory == NULL) return ENOMEM;
    *result = memory;
    return 0;
}

#endif
