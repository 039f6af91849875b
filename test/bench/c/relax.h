/*
 * How a thread waits for a word to change. Ports src/lock/relax.ts: 400 looks, 6000 for a waiter in
 * line, then a nap of 10 us.
 *
 * Between looks stands the processor's pause instruction, as Atomics.pause has it. Node before 24
 * has no Atomics.pause and looks again at once; --pause 0 does the same.
 */
#ifndef RELAX_H
#define RELAX_H

#include <stdbool.h>

#include "futex.h"

enum { BRIEFLY = 400, IN_LINE = 6000, NAP_NS = 10000 };

/* What relax() returns for a sleep. */
#define PARKED (1ull << 32)

/* Set before the threads start. */
extern bool pauses;

HOT void pause_once(void)
{
	if (!pauses)
		return;
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("isb");
#endif
}

/* True as soon as the word changed, false when it did not in time. */
static inline bool spin(const word_t *word, word_t seen, int looks)
{
	for (int look = 0; look < looks; look++) {
		if (atomic_load(word) != seen)
			return true;
		pause_once();
	}
	return false;
}

/* Waits until the word is no longer `seen`, or for a while. Returns 1, or PARKED if it slept. */
static inline uint64_t relax(word_t *word, word_t seen, int looks)
{
	if (spin(word, seen, looks))
		return 1;
	futex_wait(word, seen, NAP_NS);
	return PARKED;
}

/* The back-off of a lock that was lost. */
static inline void delay(int turns)
{
	for (int turn = 0; turn < turns; turn++)
		pause_once();
}

#endif
