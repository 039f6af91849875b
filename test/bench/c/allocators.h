/*
 * The six ways to hand out a spare. Ports the allocators of src/device (published cached, guarded
 * cached, both linear ones, bitmap, per worker) with the words of src/memory/layout.ts. What each
 * promises, and which of the published orders are faults kept on purpose, is explained there.
 *
 * The cache has the default shape as constants (64 slots, batches of 32, 1000 batches), as a C
 * program would have it. Kind of allocator and kind of lock are constants at every call.
 */
#ifndef ALLOCATORS_H
#define ALLOCATORS_H

#include "locks.h"
#include "reservation-bitmap.h"

enum allocator_kind {
	CACHED_PUBLISHED,
	CACHED_GUARDED,
	LINEAR_PUBLISHED,
	LINEAR_GUARDED,
	BITMAP,
	PER_WORKER,
};

enum { SLOT_COUNT = 64, BATCH_COUNT = 32, SEARCH_LIMIT = 1000 };

/* Words of the allocator's state. */
enum {
	ALLOCATOR_HEAD = 0,
	ALLOCATOR_TAIL = 1,
	ALLOCATOR_COUNT = 2,
	ALLOCATOR_CURSOR = STRIDE,
	ALLOCATOR_HITS = 2 * STRIDE,
	ALLOCATOR_MISSES = 2 * STRIDE + 1,
	ALLOCATOR_REFILLS = 2 * STRIDE + 2,
	ALLOCATOR_NEXT_STRIP = 3 * STRIDE,
	ALLOCATOR_FREES = 4 * STRIDE,
	ALLOCATOR_SLOTS = 5 * STRIDE,
	ALLOCATOR_WORD_COUNT = ALLOCATOR_SLOTS + SLOT_COUNT,
};

/* A thread's own words in the per-worker allocator. */
enum { STRIP_POSITION = 0, STRIP_END = 1 };

struct allocator {
	word_t *state;
	word_t *strips;
	word_t *bitmap;
	word_t *lock;
	/* Spares below this may be handed out. */
	uint32_t end;
	uint32_t word_count;
	uint32_t strip_words;
};

HOT void plain_add(word_t *word, word_t value) { plain_store(word, plain_load(word) + value); }

/* The published cache. */

/* Without the lock. The bits of what it caches stay clear. */
COLD void published_refill(const struct allocator *allocator)
{
	word_t *state = allocator->state;
	uint32_t end = allocator->end;
	uint32_t cursor = (uint32_t)plain_load(state + ALLOCATOR_CURSOR);
	uint32_t candidate = cursor;
	int32_t found = 0;
	int32_t batches = 0;
	if (plain_load(state + ALLOCATOR_COUNT) >= BATCH_COUNT)
		return;
	atomic_add(state + ALLOCATOR_REFILLS, 1);
	while (found < SLOT_COUNT - plain_load(state + ALLOCATOR_COUNT)) {
		if (batches >= SEARCH_LIMIT)
			break;
		uint32_t batch_end = candidate + BATCH_COUNT < end ? candidate + BATCH_COUNT : end;
		for (uint32_t spare = candidate; spare < batch_end; spare++) {
			if (found >= SLOT_COUNT - plain_load(state + ALLOCATOR_COUNT))
				break;
			if (bitmap_is_set(allocator->bitmap, spare))
				continue;
			uint32_t slot = (uint32_t)(plain_load(state + ALLOCATOR_TAIL) + found) %
					SLOT_COUNT;
			plain_store(state + ALLOCATOR_SLOTS + slot, (word_t)spare);
			found++;
		}
		/* The rest of a batch that filled the ring is passed over all the same. */
		candidate = batch_end >= end ? 0 : batch_end;
		batches++;
		if (candidate <= cursor && batches > 1)
			break;
	}
	uint32_t tail = (uint32_t)(plain_load(state + ALLOCATOR_TAIL) + found) % SLOT_COUNT;
	plain_store(state + ALLOCATOR_TAIL, (word_t)tail);
	plain_add(state + ALLOCATOR_COUNT, found);
	if (found > 0)
		plain_store(state + ALLOCATOR_CURSOR, (word_t)candidate);
}

/* Under the lock. */
HOT word_t published_take(word_t *state)
{
	uint32_t head = (uint32_t)plain_load(state + ALLOCATOR_HEAD);
	word_t spare = plain_load(state + ALLOCATOR_SLOTS + head);
	plain_store(state + ALLOCATOR_HEAD, (word_t)((head + 1) % SLOT_COUNT));
	plain_add(state + ALLOCATOR_COUNT, -1);
	return spare;
}

HOT word_t published_allocate(const struct allocator *allocator, enum lock_kind lock, int thread)
{
	word_t *state = allocator->state;
	word_t spare = NO_SPARE;
	lock_acquire(lock, allocator->lock, thread);
	if (plain_load(state + ALLOCATOR_COUNT) > 0) {
		spare = published_take(state);
		atomic_add(state + ALLOCATOR_HITS, 1);
		lock_release(lock, allocator->lock, thread);
		bitmap_set(allocator->bitmap, (uint32_t)spare);
		return spare;
	}
	lock_release(lock, allocator->lock, thread);
	atomic_add(state + ALLOCATOR_MISSES, 1);
	published_refill(allocator);
	lock_acquire(lock, allocator->lock, thread);
	if (plain_load(state + ALLOCATOR_COUNT) > 0) {
		spare = published_take(state);
		lock_release(lock, allocator->lock, thread);
		bitmap_set(allocator->bitmap, (uint32_t)spare);
		return spare;
	}
	lock_release(lock, allocator->lock, thread);
	return NO_SPARE;
}

/* The guarded cache. */

/* Under the lock, ring empty. Word by word from the cursor, once round; returns the new count. */
COLD int32_t guarded_refill(const struct allocator *allocator)
{
	word_t *state = allocator->state;
	uint32_t word_count = allocator->word_count;
	plain_add(state + ALLOCATOR_REFILLS, 1);
	uint32_t tail = (uint32_t)plain_load(state + ALLOCATOR_TAIL);
	uint32_t word_index = (uint32_t)plain_load(state + ALLOCATOR_CURSOR) % word_count;
	int32_t count = 0;
	for (uint32_t examined = 0; examined < word_count; examined++) {
		uint32_t free = bitmap_free_mask(allocator->bitmap, word_index, allocator->end);
		while (free != 0 && count < SLOT_COUNT) {
			uint32_t spare = word_index * 32 + (uint32_t)__builtin_ctz(free);
			free &= free - 1;
			bitmap_set_plainly(allocator->bitmap, spare);
			plain_store(state + ALLOCATOR_SLOTS + tail, (word_t)spare);
			tail = tail + 1 == SLOT_COUNT ? 0 : tail + 1;
			count++;
		}
		/* A full ring leaves the cursor on this word, whose rest was not examined. */
		if (count == SLOT_COUNT)
			break;
		word_index = word_index + 1 == word_count ? 0 : word_index + 1;
	}
	plain_store(state + ALLOCATOR_CURSOR, (word_t)word_index);
	plain_store(state + ALLOCATOR_TAIL, (word_t)tail);
	plain_store(state + ALLOCATOR_COUNT, count);
	return count;
}

HOT word_t guarded_allocate(const struct allocator *allocator, enum lock_kind lock, int thread)
{
	word_t *state = allocator->state;
	lock_acquire(lock, allocator->lock, thread);
	word_t count = plain_load(state + ALLOCATOR_COUNT);
	if (count > 0) {
		plain_add(state + ALLOCATOR_HITS, 1);
	} else {
		plain_add(state + ALLOCATOR_MISSES, 1);
		count = guarded_refill(allocator);
		if (count == 0) {
			lock_release(lock, allocator->lock, thread);
			return NO_SPARE;
		}
	}
	uint32_t head = (uint32_t)plain_load(state + ALLOCATOR_HEAD);
	word_t spare = plain_load(state + ALLOCATOR_SLOTS + head);
	plain_store(state + ALLOCATOR_HEAD, (word_t)(head + 1 == SLOT_COUNT ? 0 : head + 1));
	plain_store(state + ALLOCATOR_COUNT, count - 1);
	lock_release(lock, allocator->lock, thread);
	return spare;
}

/* The linear allocator. */

static inline word_t next_clear(const struct allocator *allocator, uint32_t from, uint32_t to)
{
	for (uint32_t spare = from; spare < to; spare++) {
		if (!bitmap_is_set(allocator->bitmap, spare))
			return (word_t)spare;
	}
	return NO_SPARE;
}

/* Takes no lock and sets no bit. */
HOT word_t published_linear_allocate(const struct allocator *allocator)
{
	word_t *cursor = allocator->state + ALLOCATOR_CURSOR;
	uint32_t start = (uint32_t)plain_load(cursor);
	word_t spare = next_clear(allocator, start, allocator->end);
	if (spare == NO_SPARE)
		spare = next_clear(allocator, 0, start);
	if (spare != NO_SPARE)
		plain_store(cursor, spare + 1);
	return spare;
}

HOT word_t guarded_linear_allocate(const struct allocator *allocator, enum lock_kind lock,
				   int thread)
{
	word_t *cursor = allocator->state + ALLOCATOR_CURSOR;
	uint32_t word_count = allocator->word_count;
	word_t spare = NO_SPARE;
	lock_acquire(lock, allocator->lock, thread);
	uint32_t word_index = (uint32_t)plain_load(cursor) % word_count;
	for (uint32_t examined = 0; examined < word_count; examined++) {
		uint32_t free = bitmap_free_mask(allocator->bitmap, word_index, allocator->end);
		if (free != 0) {
			spare = (word_t)(word_index * 32 + (uint32_t)__builtin_ctz(free));
			bitmap_set_plainly(allocator->bitmap, (uint32_t)spare);
			plain_store(cursor, (word_t)word_index);
			break;
		}
		word_index = word_index + 1 == word_count ? 0 : word_index + 1;
	}
	lock_release(lock, allocator->lock, thread);
	return spare;
}

/* The bitmap allocator: no lock; a spare belongs to whoever turns its bit from 0 to 1. */

HOT word_t bitmap_allocate(const struct allocator *allocator)
{
	word_t *cursor = allocator->state + ALLOCATOR_NEXT_STRIP;
	word_t *frees_word = allocator->state + ALLOCATOR_FREES;
	uint32_t word_count = allocator->word_count;
	for (;;) {
		word_t frees = atomic_load(frees_word);
		uint32_t start = (uint32_t)atomic_load(cursor);
		uint32_t word_index = start;
		for (uint32_t examined = 0; examined < word_count; examined++) {
			word_t spare = bitmap_take_lowest(allocator->bitmap, word_index,
							  allocator->end);
			if (spare != NO_SPARE) {
				if (word_index != start)
					atomic_store(cursor, (word_t)word_index);
				return spare;
			}
			word_index = word_index + 1 == word_count ? 0 : word_index + 1;
		}
		if (atomic_load(frees_word) == frees)
			return NO_SPARE;
	}
}

/* The per-worker allocator: whole words, dealt out in strips by one shared counter. */

HOT word_t take_from_strip(const struct allocator *allocator, word_t *own)
{
	uint32_t position = (uint32_t)plain_load(own + STRIP_POSITION);
	if (position == 0)
		return NO_SPARE;
	uint32_t strip_end = (uint32_t)plain_load(own + STRIP_END);
	for (uint32_t word_index = position - 1; word_index < strip_end; word_index++) {
		word_t spare = bitmap_take_lowest(allocator->bitmap, word_index, allocator->end);
		if (spare == NO_SPARE)
			continue;
		if (word_index != position - 1)
			plain_store(own + STRIP_POSITION, (word_t)(word_index + 1));
		return spare;
	}
	plain_store(own + STRIP_POSITION, (word_t)(strip_end + 1));
	return NO_SPARE;
}

COLD bool next_strip_for(const struct allocator *allocator, word_t *own)
{
	word_t *next_strip = allocator->state + ALLOCATOR_NEXT_STRIP;
	uint32_t strip_words = allocator->strip_words, word_count = allocator->word_count;
	if ((uint32_t)atomic_load(next_strip) * strip_words >= word_count)
		return false;
	uint32_t first = (uint32_t)atomic_add(next_strip, 1) * strip_words;
	if (first >= word_count)
		return false;
	uint32_t strip_end = first + strip_words < word_count ? first + strip_words : word_count;
	plain_store(own + STRIP_POSITION, (word_t)(first + 1));
	plain_store(own + STRIP_END, (word_t)strip_end);
	return true;
}

/* Every word, until one pass during which nothing was given back has found nothing. */
COLD word_t search_all(const struct allocator *allocator)
{
	word_t *frees_word = allocator->state + ALLOCATOR_FREES;
	for (;;) {
		word_t frees = atomic_load(frees_word);
		for (uint32_t word_index = 0; word_index < allocator->word_count; word_index++) {
			word_t spare = bitmap_take_lowest(allocator->bitmap, word_index,
							  allocator->end);
			if (spare != NO_SPARE)
				return spare;
		}
		if (atomic_load(frees_word) == frees)
			return NO_SPARE;
	}
}

HOT word_t per_worker_allocate(const struct allocator *allocator, int thread)
{
	word_t *own = allocator->strips + thread * STRIDE;
	for (;;) {
		word_t spare = take_from_strip(allocator, own);
		if (spare != NO_SPARE)
			return spare;
		if (!next_strip_for(allocator, own))
			return search_all(allocator);
	}
}

/* A spare nobody else holds, or NO_SPARE. Whether that is kept is the question put to it. */
HOT word_t allocate_spare(const struct allocator *allocator, enum allocator_kind kind,
			  enum lock_kind lock, int thread)
{
	switch (kind) {
	case CACHED_PUBLISHED: return published_allocate(allocator, lock, thread);
	case CACHED_GUARDED: return guarded_allocate(allocator, lock, thread);
	case LINEAR_PUBLISHED: return published_linear_allocate(allocator);
	case LINEAR_GUARDED: return guarded_linear_allocate(allocator, lock, thread);
	case BITMAP: return bitmap_allocate(allocator);
	case PER_WORKER: return per_worker_allocate(allocator, thread);
	}
	return NO_SPARE;
}

#endif
