/*
 * Sleeping until a word changes. Stands for Atomics.wait and Atomics.notify; V8 builds those from a
 * mutex and a condition variable, and here they are the kernel's own call.
 */
#ifndef FUTEX_H
#define FUTEX_H

#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "words.h"

/* Returns when woken, at once if the word is not `seen`, or after `nap_ns` if that is above 0. */
static inline void futex_wait(word_t *word, word_t seen, long nap_ns)
{
	struct timespec nap = { 0, nap_ns };
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, nap_ns > 0 ? &nap : NULL, NULL, 0);
}

static inline void futex_wake(word_t *word, int thread_count)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, thread_count, NULL, NULL, 0);
}

#endif
