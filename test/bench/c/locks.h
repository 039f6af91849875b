/*
 * The seven locks. Ports the files of src/lock one by one: same words, transitions, waiting policy.
 * The states are explained there. A lock is words that are all zero, so it needs no initialising.
 *
 * The kind is a constant at every call, so that each loop is compiled for one lock, as V8 compiles
 * ours for the one class it has seen. The uncontended path is inlined and the rest is a call.
 */
#ifndef LOCKS_H
#define LOCKS_H

#include "relax.h"

enum lock_kind {
	NO_LOCK,
	TEST_AND_SET,
	TEST_AND_TEST_AND_SET,
	TICKET,
	MCS,
	QUEUED,
	MUTEX,
	LOCK_KIND_COUNT,
};

/* In the order of enum lock_kind; ends with NULL. */
extern const char *const LOCK_NAMES[LOCK_KIND_COUNT + 1];

/* A lock's words: two hot ones, then a line a thread for the locks that queue. */
enum { LOCK_WORD = 0, LOCK_SERVING = STRIDE, LOCK_NODES = 2 * STRIDE };
enum { NODE_LOCKED = 0, NODE_NEXT = 1 };

static inline size_t lock_word_count(enum lock_kind kind, int thread_count)
{
	if (kind == MCS || kind == QUEUED)
		return LOCK_NODES + (size_t)thread_count * STRIDE;
	return kind == TICKET ? LOCK_NODES : STRIDE;
}

HOT word_t *lock_node(word_t *lock, int thread) { return lock + LOCK_NODES + thread * STRIDE; }

/* Test-and-set: 0 free, 1 held. */

COLD uint64_t test_and_set_wait(word_t *lock)
{
	uint64_t waited = 0;
	do
		waited += relax(lock, 1, BRIEFLY);
	while (atomic_exchange(lock, 1) != 0);
	return waited;
}

HOT uint64_t test_and_set_acquire(word_t *lock)
{
	return atomic_exchange(lock, 1) == 0 ? 0 : test_and_set_wait(lock);
}

/* Test-and-test-and-set: 0 free, 1 held. */

enum { BACK_OFF_FIRST = 4, BACK_OFF_MOST = 256 };

COLD uint64_t test_and_test_and_set_wait(word_t *lock)
{
	uint64_t waited = 0;
	for (int back_off = BACK_OFF_FIRST;;) {
		waited += relax(lock, 1, BRIEFLY);
		if (atomic_compare_exchange(lock, 0, 1) == 0)
			return waited;
		delay(back_off);
		back_off = 2 * back_off < BACK_OFF_MOST ? 2 * back_off : BACK_OFF_MOST;
	}
}

HOT uint64_t test_and_test_and_set_acquire(word_t *lock)
{
	return atomic_compare_exchange(lock, 0, 1) == 0 ? 0 : test_and_test_and_set_wait(lock);
}

/* Ticket: next, and the number now served. */

COLD uint64_t ticket_wait(word_t *serving_word, word_t ticket, word_t serving)
{
	uint64_t waited = 0;
	do {
		waited += relax(serving_word, serving, IN_LINE);
		serving = atomic_load(serving_word);
	} while (serving != ticket);
	return waited;
}

HOT uint64_t ticket_acquire(word_t *lock)
{
	word_t ticket = atomic_add(lock, 1);
	word_t serving = atomic_load(lock + LOCK_SERVING);
	return serving == ticket ? 0 : ticket_wait(lock + LOCK_SERVING, ticket, serving);
}

/* MCS: tail, and a node a thread whose `locked` is 1 while the thread waits. */

COLD uint64_t mcs_wait(word_t *lock, word_t *node, int thread, word_t previous)
{
	atomic_store(lock_node(lock, previous - 1) + NODE_NEXT, thread + 1);
	uint64_t waited = 0;
	while (atomic_load(node + NODE_LOCKED) == 1)
		waited += relax(node + NODE_LOCKED, 1, IN_LINE);
	return waited > 1 ? waited : 1;
}

HOT uint64_t mcs_acquire(word_t *lock, int thread)
{
	word_t *node = lock_node(lock, thread);
	atomic_store(node + NODE_NEXT, 0);
	atomic_store(node + NODE_LOCKED, 1);
	word_t previous = atomic_exchange(lock, thread + 1);
	return previous == 0 ? 0 : mcs_wait(lock, node, thread, previous);
}

HOT void mcs_release(word_t *lock, int thread)
{
	word_t *node = lock_node(lock, thread);
	word_t next = atomic_load(node + NODE_NEXT);
	if (next == 0) {
		if (atomic_compare_exchange(lock, thread + 1, 0) == thread + 1)
			return;
		while ((next = atomic_load(node + NODE_NEXT)) == 0)
			relax(node + NODE_NEXT, 0, IN_LINE);
	}
	atomic_store(lock_node(lock, next - 1) + NODE_LOCKED, 0);
}

/* Queued: (tail, pending, locked) in one word; a node's `locked` is 1 when it heads the queue. */

enum { LOCKED = 1, PENDING = 1 << 8, TAIL_SHIFT = 9, OWNED_OR_PENDING = 0x1ff };

HOT word_t tail_of(word_t value) { return (word_t)((uint32_t)value >> TAIL_SHIFT); }

static inline word_t queued_swap_tail(word_t *lock, word_t tail)
{
	word_t value = atomic_load(lock);
	for (;;) {
		word_t swapped = (value & OWNED_OR_PENDING) | (tail << TAIL_SHIFT);
		word_t seen = atomic_compare_exchange(lock, value, swapped);
		if (seen == value)
			return tail_of(value);
		value = seen;
	}
}

static inline uint64_t queued_await_owner(word_t *lock)
{
	uint64_t waited = 1;
	word_t value;
	while (((value = atomic_load(lock)) & LOCKED) != 0)
		waited += relax(lock, value, IN_LINE);
	atomic_add(lock, LOCKED - PENDING);
	return waited;
}

static inline uint64_t queued_queue(word_t *lock, int thread)
{
	word_t *node = lock_node(lock, thread);
	atomic_store(node + NODE_LOCKED, 0);
	atomic_store(node + NODE_NEXT, 0);
	word_t previous = queued_swap_tail(lock, thread + 1);
	uint64_t waited = 1;
	if (previous != 0) {
		atomic_store(lock_node(lock, previous - 1) + NODE_NEXT, thread + 1);
		while (atomic_load(node + NODE_LOCKED) == 0)
			waited += relax(node + NODE_LOCKED, 0, IN_LINE);
	}
	word_t value = atomic_load(lock);
	while ((value & OWNED_OR_PENDING) != 0) {
		waited += relax(lock, value, IN_LINE);
		value = atomic_load(lock);
	}
	if (tail_of(value) == thread + 1 && atomic_compare_exchange(lock, value, LOCKED) == value)
		return waited;
	atomic_or(lock, LOCKED);
	word_t next = atomic_load(node + NODE_NEXT);
	while (next == 0) {
		waited += relax(node + NODE_NEXT, 0, IN_LINE);
		next = atomic_load(node + NODE_NEXT);
	}
	atomic_store(lock_node(lock, next - 1) + NODE_LOCKED, 1);
	return waited;
}

COLD uint64_t queued_wait(word_t *lock, int thread, word_t seen)
{
	if (seen == LOCKED) {
		word_t before = atomic_or(lock, PENDING);
		if ((before & ~LOCKED) == 0)
			return queued_await_owner(lock);
		if ((before & PENDING) == 0)
			atomic_and(lock, ~PENDING);
	}
	return queued_queue(lock, thread);
}

HOT uint64_t queued_acquire(word_t *lock, int thread)
{
	word_t seen = atomic_compare_exchange(lock, 0, LOCKED);
	return seen == 0 ? 0 : queued_wait(lock, thread, seen);
}

/* Mutex: 0 free, 1 held, 2 held and somebody may be asleep. */

enum { MUTEX_ROUNDS = 4 };

COLD uint64_t mutex_wait(word_t *lock, word_t seen)
{
	uint64_t waited = 1;
	for (int round = 0; round < MUTEX_ROUNDS; round++) {
		if (!spin(lock, seen, BRIEFLY))
			break;
		seen = atomic_compare_exchange(lock, 0, 1);
		if (seen == 0)
			return waited;
		waited++;
	}
	while (atomic_exchange(lock, 2) != 0) {
		futex_wait(lock, 2, 0);
		waited += PARKED;
	}
	return waited;
}

HOT uint64_t mutex_acquire(word_t *lock)
{
	word_t seen = atomic_compare_exchange(lock, 0, 1);
	return seen == 0 ? 0 : mutex_wait(lock, seen);
}

HOT void mutex_release(word_t *lock)
{
	if (atomic_exchange(lock, 0) == 2)
		futex_wake(lock, 1);
}

/* 0 when the lock was free, else the turns spent spinning plus PARKED for each sleep. */
HOT uint64_t lock_acquire(enum lock_kind kind, word_t *lock, int thread)
{
	switch (kind) {
	case TEST_AND_SET: return test_and_set_acquire(lock);
	case TEST_AND_TEST_AND_SET: return test_and_test_and_set_acquire(lock);
	case TICKET: return ticket_acquire(lock);
	case MCS: return mcs_acquire(lock, thread);
	case QUEUED: return queued_acquire(lock, thread);
	case MUTEX: return mutex_acquire(lock);
	default: return 0;
	}
}

HOT void lock_release(enum lock_kind kind, word_t *lock, int thread)
{
	switch (kind) {
	case TEST_AND_SET:
	case TEST_AND_TEST_AND_SET: atomic_store(lock, 0); break;
	case TICKET: atomic_add(lock + LOCK_SERVING, 1); break;
	case MCS: mcs_release(lock, thread); break;
	case QUEUED: atomic_sub(lock, LOCKED); break;
	case MUTEX: mutex_release(lock); break;
	default: break;
	}
}

/* Calls the macro once for each kind, as a constant. */
#define FOR_EACH_LOCK(CASE)                                                                        \
	CASE(NO_LOCK)                                                                              \
	CASE(TEST_AND_SET)                                                                         \
	CASE(TEST_AND_TEST_AND_SET)                                                                \
	CASE(TICKET)                                                                               \
	CASE(MCS)                                                                                  \
	CASE(QUEUED)                                                                               \
	CASE(MUTEX)

#endif
