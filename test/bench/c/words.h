/*
 * Words of 32 bits that all threads share, and the two ways to touch them: atomically and plainly.
 * Ports what src/lock and src/device do through Atomics and through plain typed-array access, and
 * the strides of src/memory/layout.ts.
 *
 * Atomics are sequentially consistent in JavaScript, so they are here. C would let an owner release
 * a lock by a plain store; -DSTORE_ORDER=__ATOMIC_RELEASE shows what that is worth.
 */
#ifndef WORDS_H
#define WORDS_H

#include <stddef.h>
#include <stdint.h>

#ifndef STORE_ORDER
#define STORE_ORDER __ATOMIC_SEQ_CST
#endif

/* What a JIT compiler inlines because it sees one class, and what it leaves out as cold. */
#define HOT static inline __attribute__((always_inline))
#define COLD static __attribute__((noinline, unused))

typedef int32_t word_t;

/* A float that one thread writes and others may read while it runs: stored every time. */
typedef volatile double live_t;

/* Words that several threads write stand 128 bytes apart. */
enum { PAGE_WORDS = 1024, STRIDE = 32, WORD_BYTES = 4, SECTOR_BYTES = 512, SECTOR_WORDS = 128 };

HOT word_t atomic_load(const word_t *word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }
HOT void atomic_store(word_t *word, word_t value) { __atomic_store_n(word, value, STORE_ORDER); }
HOT word_t atomic_add(word_t *word, word_t value)
{
	return __atomic_fetch_add(word, value, __ATOMIC_SEQ_CST);
}
HOT word_t atomic_sub(word_t *word, word_t value)
{
	return __atomic_fetch_sub(word, value, __ATOMIC_SEQ_CST);
}
HOT word_t atomic_or(word_t *word, word_t value)
{
	return __atomic_fetch_or(word, value, __ATOMIC_SEQ_CST);
}
HOT word_t atomic_and(word_t *word, word_t value)
{
	return __atomic_fetch_and(word, value, __ATOMIC_SEQ_CST);
}
HOT word_t atomic_exchange(word_t *word, word_t value)
{
	return __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST);
}

/* Returns what was there, as Atomics.compareExchange does. */
HOT word_t atomic_compare_exchange(word_t *word, word_t expected, word_t value)
{
	__atomic_compare_exchange_n(word, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	return expected;
}

/*
 * A load and a store of a typed array: no order, no tearing. Relaxed and not plain C, because the
 * published allocator races on these words on purpose, and a C compiler may assume that none does.
 */
HOT word_t plain_load(const word_t *word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }
HOT void plain_store(word_t *word, word_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELAXED);
}

/* Shared memory: on a page, all zero, 4 KiB pages as a WebAssembly memory has them. */
void *map_bytes(size_t byte_count);

/* The same with every page touched, so that no first touch falls into the load. */
void *map_touched(size_t byte_count);

/* Memory of one thread; all zero, touched, never freed. */
void *own_bytes(size_t byte_count);

static inline size_t round_up(size_t count, size_t multiple)
{
	return (count + multiple - 1) / multiple * multiple;
}

#endif
