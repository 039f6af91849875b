/*
 * `load`: reads and writes in a closed loop, each one timed and recorded. Ports the hot path of
 * src/load/thread-loop.ts and src/device/{device,medium,hash-remap-table}.ts for a plan without
 * remaps and integrity checks, whose remap table stays empty: draw, clock, look up, copy, clock,
 * record, count. The lookup is timed, as part of what the device does.
 *
 * Left out are tests of the plan that such a load never passes (think time, arrivals, faults,
 * latches, draining); each is one predicted branch in ours.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "commands.h"
#include "crew.h"
#include "histogram.h"
#include "operations.h"

/* Floats of a thread's counters: ThreadFloat of src/memory/layout.ts. */
enum {
	COUNTER_OPERATIONS = 0,
	COUNTER_MEASURED = 1,
	COUNTER_FIRST_ISSUE_NS = 2,
	COUNTER_LAST_COMPLETION_NS = 3,
	COUNTER_READ_BYTES = 28 + 3,
	COUNTERS_PER_OPERATION = 4,
	COUNTER_WORDS = 128,
};

enum { HISTOGRAM_NAMES = 5, SPARES = 16384 };

struct load {
	struct address_plan addresses;
	enum distribution distribution;
	bool has_medium;
	/* The completion of an operation is the issue of the next one of its batch. */
	bool is_chained;
	double read;
	double write;
	int64_t warmup_ns;
	/* INT64_MAX when operations are counted. */
	int64_t duration_ns;
	/* 0 when the time is limited. */
	int64_t operation_count;
	word_t *words;
	size_t counters;
	size_t filter;
	size_t staging;
	size_t staging_stride;
	size_t histograms;
	size_t histogram_names;
	size_t main;
	uint32_t digests[THREAD_COUNT_MAX];
};

/*
 * The same map as layoutOf() makes of such a plan with its other values at their defaults, unused
 * regions included: equal offsets give both programs equal page and cache-set conflicts.
 */
static void lay_out(struct load *load)
{
	size_t threads = (size_t)load->addresses.thread_count;
	size_t sectors = load->addresses.sector_count;
	size_t capacity = sectors < 2 * SPARES ? sectors : 2 * SPARES;
	size_t heads = 2;
	while (heads < capacity)
		heads *= 2;
	load->histogram_names = HISTOGRAM_NAMES + (load->read > 0) + (load->write > 0);
	load->staging_stride = 2 * (size_t)load->addresses.block_sectors * SECTOR_WORDS;

	size_t control = 6 * STRIDE;
	size_t in_flight_and_moving = threads * STRIDE + STRIDE;
	size_t locks_and_holders = 4 * STRIDE;
	size_t allocator = round_up(5 * STRIDE + 64, STRIDE);
	size_t bitmap = SPARES / 32;
	size_t table = STRIDE;

	load->counters = control;
	load->filter = load->counters + threads * COUNTER_WORDS + in_flight_and_moving +
		       locks_and_holders + allocator + bitmap + table;
	size_t chains = load->filter + round_up((sectors + 31) / 32, STRIDE);
	size_t slots = chains + round_up(heads, STRIDE);
	size_t owners = slots + round_up(3 * capacity, STRIDE);
	load->staging = owners + SPARES;
	load->histograms = load->staging + threads * load->staging_stride;
	load->main = round_up(load->histograms + threads * load->histogram_names * histogram_stride(),
			      PAGE_WORDS);
	size_t word_count = load->main + (load->has_medium ? sectors * SECTOR_WORDS : 0);
	load->words = map_touched(word_count * WORD_BYTES);
}

/* One thread's side of the load. */
struct worker {
	struct operations source;
	const word_t *filter;
	live_t *counters;
	/* By kind of operation. */
	live_t *service[2];
	uint32_t bucket_count;
	char *main;
	char *write_from;
	char *read_into;
	int64_t start_ns;
	int64_t measure_ns;
	int64_t end_ns;
	double operation_limit;
};

static void worker_init(struct worker *worker, const struct load *load, int thread)
{
	size_t at = (size_t)thread;
	operations_init(&worker->source, load->distribution, &load->addresses, thread, load->read,
			load->write);
	worker->filter = load->words + load->filter;
	worker->counters = (live_t *)(load->words + load->counters + at * COUNTER_WORDS);
	word_t *histograms = load->words + load->histograms +
			     at * load->histogram_names * histogram_stride();
	word_t *first = histograms + HISTOGRAM_NAMES * histogram_stride();
	worker->service[READ] = (live_t *)first;
	worker->service[WRITE] = (live_t *)(load->read > 0 ? first + histogram_stride() : first);
	worker->bucket_count = bucket_count();
	worker->main = (char *)(load->words + load->main);
	word_t *staging = load->words + load->staging + at * load->staging_stride;
	worker->write_from = (char *)staging;
	worker->read_into = (char *)(staging + load->staging_stride / 2);
	worker->operation_limit =
		load->operation_count == 0 ?
			INFINITY :
			(double)share_of(load->operation_count, thread,
					 load->addresses.thread_count);
}

/* False when all sectors of the block are on the main device. */
HOT bool may_hold(const word_t *filter, uint32_t lba, uint32_t sector_count)
{
	uint32_t last = lba + sector_count - 1;
	for (uint32_t index = lba >> 5; index <= last >> 5; index++) {
		uint32_t bits = (uint32_t)atomic_load(filter + index);
		if (bits == 0)
			continue;
		uint32_t from = index == lba >> 5 ? lba & 31 : 0;
		uint32_t to = index == last >> 5 ? last & 31 : 31;
		if (((bits >> from) << from) << (31 - to) != 0)
			return true;
	}
	return false;
}

/* The table stays empty, so a block that may be remapped is a fault of this program. */
HOT void move_block(const struct worker *worker, bool has_medium, struct operation drawn,
		    uint32_t sector_count)
{
	if (__builtin_expect(may_hold(worker->filter, drawn.lba, sector_count), false))
		__builtin_trap();
	if (!has_medium)
		return;
	char *block = worker->main + (size_t)drawn.lba * SECTOR_BYTES;
	size_t byte_count = (size_t)sector_count * SECTOR_BYTES;
	if (drawn.kind == READ)
		memcpy(worker->read_into, block, byte_count);
	else
		memcpy(block, worker->write_from, byte_count);
}

HOT void record(const struct worker *worker, uint32_t kind, int64_t issue_ns, int64_t completion_ns)
{
	live_t *counters = worker->counters;
	if (counters[COUNTER_OPERATIONS] == 0)
		counters[COUNTER_FIRST_ISSUE_NS] = (double)(issue_ns - worker->start_ns);
	if (issue_ns < worker->measure_ns)
		return;
	counters[COUNTER_MEASURED] = counters[COUNTER_MEASURED] + 1;
	live_t *bytes = counters + COUNTER_READ_BYTES + kind * COUNTERS_PER_OPERATION;
	*bytes = *bytes + (double)(worker->source.block_sectors * SECTOR_BYTES);
	histogram_record(worker->service[kind], worker->bucket_count,
			 (uint64_t)(completion_ns - issue_ns));
}

/* Up to 64 operations. False when the thread's load has come to its end. */
HOT bool run_batch(struct worker *worker, enum distribution distribution, bool has_medium,
		   bool is_chained)
{
	live_t *counters = worker->counters;
	uint32_t sector_count = worker->source.block_sectors;
	int64_t completion_ns = is_chained ? now_ns() : 0;
	for (int index = 0; index < BATCH; index++) {
		if (counters[COUNTER_MEASURED] >= worker->operation_limit)
			return false;
		struct operation drawn = operations_next(&worker->source, distribution);
		int64_t issue_ns = is_chained ? completion_ns : now_ns();
		move_block(worker, has_medium, drawn, sector_count);
		completion_ns = now_ns();
		record(worker, drawn.kind, issue_ns, completion_ns);
		counters[COUNTER_OPERATIONS] = counters[COUNTER_OPERATIONS] + 1;
		counters[COUNTER_LAST_COMPLETION_NS] = (double)(completion_ns - worker->start_ns);
		if (completion_ns >= worker->end_ns)
			return false;
	}
	return true;
}

HOT void run_load(struct crew *crew, struct worker *worker, enum distribution distribution,
		  bool has_medium, bool is_chained)
{
	while (!crew_must_stop(crew) && run_batch(worker, distribution, has_medium, is_chained))
		;
}

/* A loop of its own for each, in which nothing is left to decide. */
HOT void run_timed(struct crew *crew, struct worker *worker, enum distribution distribution,
		   bool has_medium, bool is_chained)
{
	if (is_chained)
		run_load(crew, worker, distribution, has_medium, true);
	else
		run_load(crew, worker, distribution, has_medium, false);
}

static void run_thread(struct crew *crew, int thread, void *job)
{
	struct load *load = job;
	struct worker *worker = own_bytes(sizeof *worker);
	worker_init(worker, load, thread);
	worker->start_ns = crew_await_start(crew);
	worker->measure_ns = worker->start_ns + load->warmup_ns;
	worker->end_ns = load->duration_ns == INT64_MAX ? INT64_MAX :
							  worker->measure_ns + load->duration_ns;
	bool chained = load->is_chained;
	switch (load->distribution * 2 + load->has_medium) {
	case UNIFORM * 2 + false: run_timed(crew, worker, UNIFORM, false, chained); break;
	case UNIFORM * 2 + true: run_timed(crew, worker, UNIFORM, true, chained); break;
	case ZIPF * 2 + false: run_timed(crew, worker, ZIPF, false, chained); break;
	case ZIPF * 2 + true: run_timed(crew, worker, ZIPF, true, chained); break;
	case SEQUENTIAL * 2 + false: run_timed(crew, worker, SEQUENTIAL, false, chained); break;
	case SEQUENTIAL * 2 + true: run_timed(crew, worker, SEQUENTIAL, true, chained); break;
	}
	load->digests[thread] = worker->source.digest;
}

static void print_result(const struct load *load)
{
	int thread_count = load->addresses.thread_count;
	double operations = 0, measured = 0, last_completion_ns = 0;
	for (int thread = 0; thread < thread_count; thread++) {
		live_t *counters = (live_t *)(load->words + load->counters +
					      (size_t)thread * COUNTER_WORDS);
		operations += counters[COUNTER_OPERATIONS];
		measured += counters[COUNTER_MEASURED];
		last_completion_ns = fmax(last_completion_ns, counters[COUNTER_LAST_COMPLETION_NS]);
	}
	double seconds = fmax(0, last_completion_ns - (double)load->warmup_ns) / 1e9;
	/* All histograms of all threads: those of other names are empty. */
	struct latency_summary latency =
		summary_of(load->words + load->histograms,
			   (size_t)thread_count * load->histogram_names, histogram_stride());
	printf("{\"operations\":%.0f,\"measured\":%.0f,\"seconds\":%.9f,\"perSecond\":%.1f,"
	       "\"p50Ns\":%.0f,\"p99Ns\":%.0f,\"p999Ns\":%.0f,\"maxNs\":%.0f,\"digests\":[",
	       operations, measured, seconds, seconds > 0 ? measured / seconds : 0, latency.p50_ns,
	       latency.p99_ns, latency.p999_ns, latency.max_ns);
	for (int thread = 0; thread < thread_count; thread++)
		printf("%s%u", thread > 0 ? "," : "", load->digests[thread]);
	printf("]}\n");
}

void load_command(struct options *options)
{
	static const char *const media[] = { "none", "memory", NULL };
	static const char *const distributions[] = { "uniform", "zipf", "sequential", NULL };
	static const char *const timings[] = { "each", "chained", NULL };
	static struct load load;
	struct address_plan *plan = &load.addresses;
	bool is_counted = option_given(options, "operations");
	plan->thread_count = (int)option_whole(options, "threads", REQUIRED, 1, THREAD_COUNT_MAX);
	plan->sector_count = (uint32_t)option_whole(options, "sectors", REQUIRED, 1, 1 << 23);
	plan->block_sectors = (uint32_t)option_whole(options, "block", REQUIRED, 1, 1 << 16);
	plan->theta = option_number(options, "theta", 1.1, 1e-9, 10);
	plan->seed = (uint64_t)option_whole(options, "seed", 1, 0, (1ll << 53) - 1);
	load.distribution = option_choice(options, "distribution", REQUIRED, distributions);
	load.has_medium = option_choice(options, "medium", REQUIRED, media) == 1;
	load.is_chained = option_choice(options, "timing", 0, timings) == 1;
	load.read = option_number(options, "read", REQUIRED, 0, 1e9);
	load.write = option_number(options, "write", REQUIRED, 0, 1e9);
	load.warmup_ns = (int64_t)(option_number(options, "warmup", 0, 0, 86400) * 1e9);
	load.operation_count = option_whole(options, "operations", 0, 1, 1000000000000);
	double seconds = option_number(options, "seconds", is_counted ? 0 : REQUIRED, 1e-9, 86400);
	load.duration_ns = is_counted ? INT64_MAX : (int64_t)(seconds * 1e9);
	options_end(options);
	if (load.read + load.write <= 0)
		refuse("load: --read and --write must not both be 0.");
	if (plan->block_sectors > plan->sector_count)
		refuse("load: a block of %u sectors is larger than the device.",
		       plan->block_sectors);
	lay_out(&load);
	crew_run(plan->thread_count, run_thread, &load, 0);
	print_result(&load);
}
