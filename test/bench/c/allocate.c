/*
 * `allocate`: nothing but calls of an allocator, no data, no releases, no clock. Each thread keeps
 * what it was given in an array of its own, so that what was handed out twice can be counted.
 *
 * The outer lock is the target lock that src/load/thread-loop.ts takes around a remap with
 * `outerLock`; as targetLockKindOf() of src/scenario/plan.ts has it, it is a lock even when the
 * allocator's own is none.
 */
#include <math.h>
#include <stdio.h>

#include "allocators.h"
#include "clock.h"
#include "commands.h"
#include "crew.h"

struct allocate {
	struct allocator allocator;
	enum allocator_kind kind;
	enum lock_kind lock;
	bool has_outer_lock;
	word_t *outer_lock;
	int thread_count;
	int64_t call_count;
	/* By thread. */
	word_t *granted[THREAD_COUNT_MAX];
	int64_t granted_count[THREAD_COUNT_MAX];
	int64_t end_ns[THREAD_COUNT_MAX];
};

static void lay_out(struct allocate *allocate, uint32_t spare_count, enum placement placement)
{
	size_t threads = (size_t)allocate->thread_count;
	size_t lock_words = lock_word_count(MCS, allocate->thread_count);
	size_t bitmap_words = (spare_count + 31) / 32;
	size_t state_words = round_up(ALLOCATOR_WORD_COUNT, STRIDE);
	size_t strip_words = threads * STRIDE;
	word_t *words = map_touched((2 * lock_words + state_words + strip_words + bitmap_words) *
				    WORD_BYTES);
	struct allocator *allocator = &allocate->allocator;
	allocator->lock = words;
	allocate->outer_lock = allocator->lock + lock_words;
	allocator->state = allocate->outer_lock + lock_words;
	allocator->strips = allocator->state + state_words;
	allocator->bitmap = allocator->strips + strip_words;
	allocator->end = spare_count;
	allocator->word_count = (uint32_t)bitmap_words;
	/* A cache-line pair of the bitmap where there is enough of it to share out. */
	size_t share = bitmap_words / (4 * threads);
	allocator->strip_words = (uint32_t)(share < 1 ? 1 : share > STRIDE ? STRIDE : share);
	bitmap_reserve(allocator->bitmap, placement, spare_count);
}

HOT int64_t make_calls(const struct allocate *allocate, int thread, enum allocator_kind kind,
		       enum lock_kind lock, enum lock_kind outer)
{
	int64_t count = share_of(allocate->call_count, thread, allocate->thread_count);
	word_t *granted = allocate->granted[thread];
	int64_t granted_count = 0;
	for (int64_t call = 0; call < count; call++) {
		lock_acquire(outer, allocate->outer_lock, thread);
		word_t spare = allocate_spare(&allocate->allocator, kind, lock, thread);
		lock_release(outer, allocate->outer_lock, thread);
		if (spare != NO_SPARE)
			granted[granted_count++] = spare;
	}
	return granted_count;
}

HOT int64_t calls_under(const struct allocate *allocate, int thread, enum allocator_kind kind,
			enum lock_kind lock)
{
	if (!allocate->has_outer_lock)
		return make_calls(allocate, thread, kind, lock, NO_LOCK);
	return make_calls(allocate, thread, kind, lock,
			  lock == NO_LOCK ? TEST_AND_TEST_AND_SET : lock);
}

HOT int64_t calls_of(const struct allocate *allocate, int thread, enum allocator_kind kind)
{
	switch (allocate->lock) {
#define CASE(LOCK) case LOCK: return calls_under(allocate, thread, kind, LOCK);
		FOR_EACH_LOCK(CASE)
#undef CASE
	default: return 0;
	}
}

/* One function a kind, or the compiler would be handed 84 loops in one. */
#define CALLS(NAME, KIND)                                                                          \
	COLD int64_t NAME(const struct allocate *allocate, int thread)                             \
	{                                                                                          \
		return calls_of(allocate, thread, KIND);                                           \
	}
CALLS(cached_published_calls, CACHED_PUBLISHED)
CALLS(cached_guarded_calls, CACHED_GUARDED)
CALLS(linear_published_calls, LINEAR_PUBLISHED)
CALLS(linear_guarded_calls, LINEAR_GUARDED)
CALLS(bitmap_calls, BITMAP)
CALLS(per_worker_calls, PER_WORKER)

static void run_thread(struct crew *crew, int thread, void *job)
{
	static int64_t (*const calls[])(const struct allocate *, int) = {
		[CACHED_PUBLISHED] = cached_published_calls,
		[CACHED_GUARDED] = cached_guarded_calls,
		[LINEAR_PUBLISHED] = linear_published_calls,
		[LINEAR_GUARDED] = linear_guarded_calls,
		[BITMAP] = bitmap_calls,
		[PER_WORKER] = per_worker_calls,
	};
	struct allocate *allocate = job;
	int64_t share = share_of(allocate->call_count, thread, allocate->thread_count);
	allocate->granted[thread] = own_bytes((size_t)(share + 1) * sizeof(word_t));
	crew_await_start(crew);
	int64_t granted_count = calls[allocate->kind](allocate, thread);
	allocate->end_ns[thread] = now_ns();
	allocate->granted_count[thread] = granted_count;
}

static void print_result(const struct allocate *allocate, int64_t start_ns)
{
	uint32_t end = allocate->allocator.end;
	char *seen = own_bytes(end);
	int64_t granted = 0, distinct = 0, end_ns = start_ns;
	for (int thread = 0; thread < allocate->thread_count; thread++) {
		granted += allocate->granted_count[thread];
		if (allocate->end_ns[thread] > end_ns)
			end_ns = allocate->end_ns[thread];
		for (int64_t at = 0; at < allocate->granted_count[thread]; at++) {
			word_t spare = allocate->granted[thread][at];
			distinct += seen[spare] == 0;
			seen[spare] = 1;
		}
	}
	double seconds = (double)(end_ns - start_ns) / 1e9;
	printf("{\"calls\":%lld,\"granted\":%lld,\"distinct\":%lld,\"seconds\":%.9f,"
	       "\"perSecond\":%.1f}\n",
	       (long long)allocate->call_count, (long long)granted, (long long)distinct, seconds,
	       (double)allocate->call_count / seconds);
}

static enum allocator_kind kind_of(int name, bool is_guarded)
{
	switch (name) {
	case 0: return is_guarded ? CACHED_GUARDED : CACHED_PUBLISHED;
	case 1: return is_guarded ? LINEAR_GUARDED : LINEAR_PUBLISHED;
	}
	if (!is_guarded)
		refuse("allocate: --protocol as-published is for cached and linear only.");
	return name == 2 ? BITMAP : PER_WORKER;
}

void allocate_command(struct options *options)
{
	static const char *const kinds[] = { "cached", "linear", "bitmap", "per-worker", NULL };
	static const char *const protocols[] = { "as-published", "guarded", NULL };
	static const char *const placements[] = { "v4-dynamic", "v4-fixed", "none", NULL };
	static struct allocate allocate;
	int name = option_choice(options, "kind", REQUIRED, kinds);
	int protocol = option_choice(options, "protocol", REQUIRED, protocols);
	allocate.kind = kind_of(name, protocol == 1);
	allocate.lock = option_choice(options, "lock", REQUIRED, LOCK_NAMES);
	allocate.has_outer_lock = option_whole(options, "outer-lock", REQUIRED, 0, 1) == 1;
	allocate.thread_count =
		(int)option_whole(options, "threads", REQUIRED, 1, THREAD_COUNT_MAX);
	uint32_t spare_count = (uint32_t)option_whole(options, "spares", REQUIRED, 1, 1 << 26);
	allocate.call_count = option_whole(options, "count", REQUIRED, 1, 1ll << 32);
	int placement = option_choice(options, "placement", V4_DYNAMIC, placements);
	pauses = option_whole(options, "pause", 1, 0, 1) == 1;
	options_end(options);
	if (placement == V4_FIXED && spare_count < 16384)
		refuse("allocate: --placement v4-fixed needs at least 16384 spares.");
	lay_out(&allocate, spare_count, placement);
	print_result(&allocate, crew_run(allocate.thread_count, run_thread, &allocate, 0));
}
