/*
 * What a thread does next: reads and writes by weight. Ports MixedOperations of
 * src/load/operation-source.ts without remaps, with one block size, and with its digest: FNV-1a
 * over all that was drawn. Equal digests prove that both programs issued the same operations.
 */
#ifndef OPERATIONS_H
#define OPERATIONS_H

#include "addresses.h"

/* Positions in OPERATIONS of src/scenario/plan.ts. */
enum { READ = 0, WRITE = 1 };

struct operation {
	uint32_t kind;
	uint32_t lba;
};

struct operations {
	struct random_stream random;
	double read_below;
	uint32_t block_sectors;
	uint32_t digest;
	struct addresses addresses;
};

static inline void operations_init(struct operations *source, enum distribution distribution,
				   const struct address_plan *plan, int thread, double read,
				   double write)
{
	source->random = stream_for(plan->seed, thread, "operation");
	source->read_below = write == 0 ? 4294967296.0 : read * (4294967296.0 / (read + write));
	source->block_sectors = plan->block_sectors;
	source->digest = 0x811c9dc5u;
	addresses_init(&source->addresses, distribution, plan, thread);
}

HOT struct operation operations_next(struct operations *source, enum distribution distribution)
{
	struct operation drawn;
	drawn.kind = next_uint32(&source->random) < source->read_below ? READ : WRITE;
	drawn.lba = addresses_next(&source->addresses, distribution, source->block_sectors);
	uint32_t digest = (source->digest ^ drawn.kind) * 0x01000193u;
	digest = (digest ^ drawn.lba) * 0x01000193u;
	source->digest = (digest ^ source->block_sectors) * 0x01000193u;
	return drawn;
}

#endif
