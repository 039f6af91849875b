/*
 * `micro`: what one part of the hot path costs by itself, in a loop on one thread. The parts are
 * those of src/clock.ts, src/record/shared-histogram.ts, src/load/addresses.ts and src/random.ts.
 *
 * Every result passes through an empty asm statement: the compiler must produce it, and nothing is
 * spent on keeping it.
 */
#include <stdio.h>

#include "addresses.h"
#include "clock.h"
#include "commands.h"
#include "histogram.h"
#include "repetitions.h"

enum { LATENCY_COUNT = 65536 };

enum part {
	CLOCK,
	HISTOGRAM,
	ADDRESS_UNIFORM,
	ADDRESS_ZIPF,
	ADDRESS_SEQUENTIAL,
	RANDOM,
};

struct micro {
	int64_t count;
	struct address_plan plan;
	struct addresses addresses;
	struct random_stream random;
	uint64_t *latencies;
	live_t *histogram;
};

#define USE(value) __asm__ volatile("" : : "r"(value))

/*
 * Drawn beforehand from the stream 'latency': 700 ns times e^(z/4), z the sum of twelve uniforms
 * less 6; one in 64 is slower by up to 4000 times, evenly in the logarithm.
 */
static uint64_t *draw_latencies(uint64_t seed)
{
	uint64_t *latencies = own_bytes(LATENCY_COUNT * sizeof *latencies);
	struct random_stream random = stream_for(seed, -1, "latency");
	for (int index = 0; index < LATENCY_COUNT; index++) {
		double z = -6;
		for (int draw = 0; draw < 12; draw++)
			z += next_uniform(&random);
		double ns = 700 * exp(z / 4);
		if (next_below(&random, 64) == 0)
			ns *= exp(next_uniform(&random) * log(4000));
		latencies[index] = (uint64_t)ns;
	}
	return latencies;
}

COLD void read_clock(struct micro *micro)
{
	for (int64_t call = 0; call < micro->count; call++)
		USE(now_ns());
}

COLD void read_latencies(struct micro *micro)
{
	const uint64_t *latencies = micro->latencies;
	for (int64_t call = 0; call < micro->count; call++)
		USE(latencies[call & (LATENCY_COUNT - 1)]);
}

COLD void record_latencies(struct micro *micro)
{
	const uint64_t *latencies = micro->latencies;
	uint32_t buckets = bucket_count();
	for (int64_t call = 0; call < micro->count; call++)
		histogram_record(micro->histogram, buckets, latencies[call & (LATENCY_COUNT - 1)]);
}

HOT void draw_addresses(struct micro *micro, enum distribution distribution)
{
	uint32_t block_sectors = micro->plan.block_sectors;
	for (int64_t call = 0; call < micro->count; call++)
		USE(addresses_next(&micro->addresses, distribution, block_sectors));
}

COLD void draw_uniform(struct micro *micro) { draw_addresses(micro, UNIFORM); }
COLD void draw_zipf(struct micro *micro) { draw_addresses(micro, ZIPF); }
COLD void draw_sequential(struct micro *micro) { draw_addresses(micro, SEQUENTIAL); }

COLD void draw_words(struct micro *micro)
{
	for (int64_t call = 0; call < micro->count; call++)
		USE(next_uint32(&micro->random));
}

typedef void loop(struct micro *micro);

static struct repetitions times_of(loop *body, struct micro *micro)
{
	struct repetitions repetitions = { 0 };
	for (int index = 0; index < REPETITIONS; index++) {
		int64_t started_ns = now_ns();
		body(micro);
		repetitions.ns[index] = (double)(now_ns() - started_ns) / (double)micro->count;
	}
	sort_repetitions(&repetitions);
	return repetitions;
}

void micro_command(struct options *options)
{
	static const char *const names[] = {
		"clock", "histogram", "address-uniform", "address-zipf", "address-sequential",
		"random", NULL,
	};
	static loop *const loops[] = { read_clock, record_latencies, draw_uniform,
				       draw_zipf, draw_sequential, draw_words };
	static struct micro micro;
	enum part part = option_choice(options, "what", REQUIRED, names);
	micro.count = option_whole(options, "count", REQUIRED, 1, 1ll << 40);
	micro.plan.thread_count = 1;
	micro.plan.sector_count = (uint32_t)option_whole(options, "sectors", 131072, 1, 1 << 28);
	micro.plan.block_sectors = (uint32_t)option_whole(options, "block", 8, 1, 1 << 16);
	micro.plan.theta = option_number(options, "theta", 1.1, 1e-9, 10);
	micro.plan.seed = (uint64_t)option_whole(options, "seed", 1, 0, (1ll << 53) - 1);
	options_end(options);
	if (micro.plan.block_sectors > micro.plan.sector_count)
		refuse("micro: a block of %u sectors is larger than the device.",
		       micro.plan.block_sectors);

	if (part >= ADDRESS_UNIFORM && part <= ADDRESS_SEQUENTIAL) {
		enum distribution distribution = UNIFORM + (part - ADDRESS_UNIFORM);
		addresses_init(&micro.addresses, distribution, &micro.plan, 0);
	}
	micro.random = stream_for(micro.plan.seed, 0, "operation");
	micro.latencies = draw_latencies(micro.plan.seed);
	micro.histogram = map_touched(histogram_stride() * WORD_BYTES);

	struct repetitions empty = { 0 };
	if (part == HISTOGRAM)
		empty = times_of(read_latencies, &micro);
	struct repetitions full = times_of(loops[part], &micro);
	printf("{\"what\":\"%s\",\"minNs\":%.3f,\"medianNs\":%.3f,\"emptyMinNs\":%.3f}\n",
	       names[part], full.ns[0] - empty.ns[0], full.ns[REPETITIONS / 2] - empty.ns[0],
	       empty.ns[0]);
}
