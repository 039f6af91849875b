/*
 * Where the next block goes. Ports src/load/addresses.ts for one block size and shared slices: the
 * slice is the device, and its positions are multiples of the block.
 *
 * The distribution is a constant at every call, so that each loop is compiled for one of them, as
 * V8 compiles ours for the one class it has seen.
 */
#ifndef ADDRESSES_H
#define ADDRESSES_H

#include "zipf.h"

enum distribution { UNIFORM, ZIPF, SEQUENTIAL };

struct address_plan {
	uint32_t sector_count;
	uint32_t block_sectors;
	double theta;
	uint64_t seed;
	int thread_count;
};

struct addresses {
	uint32_t sector_count;
	uint32_t position_count;
	uint32_t offset;
	struct random_stream random;
	struct zipf zipf;
};

static inline void addresses_init(struct addresses *addresses, enum distribution distribution,
				  const struct address_plan *plan, int thread)
{
	addresses->sector_count = plan->sector_count;
	addresses->position_count = plan->sector_count / plan->block_sectors;
	/* Sequential threads start evenly spaced, at whole positions. */
	double share = (double)thread / plan->thread_count;
	addresses->offset =
		(uint32_t)floor(addresses->position_count * share) * plan->block_sectors;
	addresses->random = stream_for(plan->seed, thread, "address");
	if (distribution == ZIPF)
		zipf_init(&addresses->zipf, addresses->position_count, plan->theta, plan->seed,
			  thread);
}

HOT uint32_t addresses_next(struct addresses *addresses, enum distribution distribution,
			    uint32_t block_sectors)
{
	if (distribution == UNIFORM)
		return next_below(&addresses->random, addresses->position_count) * block_sectors;
	if (distribution == ZIPF)
		return zipf_next(&addresses->zipf) * block_sectors;
	uint32_t offset = addresses->offset;
	if (offset + block_sectors > addresses->sector_count)
		offset = 0;
	addresses->offset = offset + block_sectors;
	return offset;
}

#endif
