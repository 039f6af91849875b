/*
 * The reservation bitmap: one bit a spare; set = nobody may take it. Ports
 * src/device/reservation-bitmap.ts and, for the bits that are born set, src/device/placement.ts.
 */
#ifndef RESERVATION_BITMAP_H
#define RESERVATION_BITMAP_H

#include <stdbool.h>

#include "words.h"

enum { NO_SPARE = -1 };

enum placement { V4_DYNAMIC, V4_FIXED, NO_PLACEMENT };

HOT uint32_t mask_below(uint32_t word_index, uint32_t end)
{
	int32_t count = (int32_t)(end - word_index * 32);
	if (count >= 32)
		return 0xffffffffu;
	return count <= 0 ? 0 : (1u << count) - 1;
}

/* One volatile load in the original: no ordering with anything. */
HOT bool bitmap_is_set(const word_t *bitmap, uint32_t spare)
{
	return ((uint32_t)plain_load(bitmap + (spare >> 5)) >> (spare & 31)) & 1;
}

/* Atomic; what the bit was before is thrown away, as published. */
HOT void bitmap_set(word_t *bitmap, uint32_t spare)
{
	atomic_or(bitmap + (spare >> 5), (word_t)(1u << (spare & 31)));
}

/* Under a lock that every other access is under as well. */
HOT void bitmap_set_plainly(word_t *bitmap, uint32_t spare)
{
	word_t *word = bitmap + (spare >> 5);
	plain_store(word, plain_load(word) | (word_t)(1u << (spare & 31)));
}

HOT uint32_t bitmap_free_mask(const word_t *bitmap, uint32_t word_index, uint32_t end)
{
	return ~(uint32_t)plain_load(bitmap + word_index) & mask_below(word_index, end);
}

/* Claims the lowest clear bit of a word, atomically. Returns the spare or NO_SPARE. */
HOT word_t bitmap_take_lowest(word_t *bitmap, uint32_t word_index, uint32_t end)
{
	word_t *word = bitmap + word_index;
	uint32_t allowed = mask_below(word_index, end);
	uint32_t free = ~(uint32_t)atomic_load(word) & allowed;
	while (free != 0) {
		uint32_t bit = free & -free;
		uint32_t before = (uint32_t)atomic_or(word, (word_t)bit);
		if ((before & bit) == 0)
			return (word_t)(word_index * 32 + (uint32_t)__builtin_ctz(bit));
		free = ~before & ~bit & allowed;
	}
	return NO_SPARE;
}

static inline void bitmap_reserve_copy(word_t *bitmap, uint32_t position)
{
	for (uint32_t spare = position; spare < position + 8; spare++)
		bitmap_set_plainly(bitmap, spare);
}

/* Before the gate: metadata, and the bits past the end of the area. */
static inline void bitmap_reserve(word_t *bitmap, enum placement placement, uint32_t spare_count)
{
	static const uint32_t fixed[] = { 0, 1024, 2048, 4096, 8192 };
	for (uint32_t spare = spare_count; spare % 32 != 0; spare++)
		bitmap_set_plainly(bitmap, spare);
	if (placement == NO_PLACEMENT || (placement == V4_DYNAMIC && spare_count < 72))
		return;
	for (uint32_t copy = 0; copy < 5; copy++) {
		if (placement == V4_FIXED || spare_count >= 8192) {
			if (fixed[copy] + 8 <= spare_count)
				bitmap_reserve_copy(bitmap, fixed[copy]);
		} else if (spare_count < 1024) {
			bitmap_reserve_copy(bitmap, copy * 8);
		} else if (copy < 4) {
			bitmap_reserve_copy(bitmap, copy * (spare_count / 4));
		}
	}
}

#endif
