/*
 * `lock`: acquire, add one to a shared plain word, release. Ports no loop of ours; the locks are
 * those of src/lock. With clocks each wait is recorded, after the release, so that the critical
 * section is as short with them as without.
 */
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "commands.h"
#include "crew.h"
#include "histogram.h"
#include "locks.h"

struct contest {
	enum lock_kind kind;
	bool is_timed;
	int thread_count;
	word_t *lock;
	/* What the lock guards. */
	volatile int64_t *counter;
	word_t *histograms;
	/* By thread. */
	int64_t acquisition_count[THREAD_COUNT_MAX];
	int64_t end_ns[THREAD_COUNT_MAX];
};

HOT int64_t take_turns(struct crew *crew, const struct contest *contest, int thread,
		       enum lock_kind kind, bool is_timed)
{
	word_t *lock = contest->lock;
	volatile int64_t *counter = contest->counter;
	live_t *waits = (live_t *)(contest->histograms + (size_t)thread * histogram_stride());
	uint32_t buckets = bucket_count();
	int64_t count = 0;
	while (!crew_must_stop(crew)) {
		for (int index = 0; index < BATCH; index++) {
			int64_t asked_ns = is_timed ? now_ns() : 0;
			lock_acquire(kind, lock, thread);
			int64_t held_ns = is_timed ? now_ns() : 0;
			*counter = *counter + 1;
			lock_release(kind, lock, thread);
			if (is_timed)
				histogram_record(waits, buckets, (uint64_t)(held_ns - asked_ns));
		}
		count += BATCH;
	}
	return count;
}

/* One function a lock, so that no loop is compiled beside another. */
#define TURNS(KIND)                                                                                \
	COLD int64_t take_turns_##KIND(struct crew *crew, const struct contest *contest,           \
				       int thread)                                                 \
	{                                                                                          \
		return contest->is_timed ? take_turns(crew, contest, thread, KIND, true) :         \
					   take_turns(crew, contest, thread, KIND, false);         \
	}
FOR_EACH_LOCK(TURNS)

static void run_thread(struct crew *crew, int thread, void *job)
{
	static int64_t (*const turns[])(struct crew *, const struct contest *, int) = {
#define ENTRY(KIND) [KIND] = take_turns_##KIND,
		FOR_EACH_LOCK(ENTRY)
#undef ENTRY
	};
	struct contest *contest = job;
	crew_await_start(crew);
	int64_t count = turns[contest->kind](crew, contest, thread);
	contest->end_ns[thread] = now_ns();
	contest->acquisition_count[thread] = count;
}

static void print_result(const struct contest *contest, int64_t start_ns)
{
	int64_t total = 0, fewest = INT64_MAX, most = 0, end_ns = start_ns;
	for (int thread = 0; thread < contest->thread_count; thread++) {
		int64_t count = contest->acquisition_count[thread];
		total += count;
		fewest = count < fewest ? count : fewest;
		most = count > most ? count : most;
		end_ns = contest->end_ns[thread] > end_ns ? contest->end_ns[thread] : end_ns;
	}
	if (contest->kind != NO_LOCK && *contest->counter != total) {
		fprintf(stderr, "lock: %s did not exclude: %lld acquisitions counted to %lld.\n",
			LOCK_NAMES[contest->kind], (long long)total, (long long)*contest->counter);
		exit(1);
	}
	double seconds = (double)(end_ns - start_ns) / 1e9;
	struct latency_summary wait =
		summary_of(contest->histograms, (size_t)contest->thread_count, histogram_stride());
	printf("{\"acquisitions\":%lld,\"seconds\":%.9f,\"perSecond\":%.1f,\"nsPerPair\":%.3f,"
	       "\"p50Ns\":%.0f,\"p99Ns\":%.0f,\"p999Ns\":%.0f,\"fairness\":%.6f}\n",
	       (long long)total, seconds, (double)total / seconds, seconds * 1e9 / (double)total,
	       wait.p50_ns, wait.p99_ns, wait.p999_ns, (double)fewest / (double)most);
}

void lock_command(struct options *options)
{
	static struct contest contest;
	contest.kind = option_choice(options, "kind", REQUIRED, LOCK_NAMES);
	contest.thread_count = (int)option_whole(options, "threads", REQUIRED, 1, THREAD_COUNT_MAX);
	double seconds = option_number(options, "seconds", REQUIRED, 0.001, 3600);
	contest.is_timed = option_whole(options, "timed", REQUIRED, 0, 1) == 1;
	pauses = option_whole(options, "pause", 1, 0, 1) == 1;
	options_end(options);

	size_t lock_words = lock_word_count(contest.kind, contest.thread_count);
	size_t histogram_words = (size_t)contest.thread_count * histogram_stride();
	word_t *words = map_touched((lock_words + STRIDE + histogram_words) * WORD_BYTES);
	contest.lock = words;
	contest.counter = (volatile int64_t *)(words + lock_words);
	contest.histograms = words + lock_words + STRIDE;
	int64_t stop_after_ns = (int64_t)(seconds * 1e9);
	int64_t start_ns = crew_run(contest.thread_count, run_thread, &contest, stop_after_ns);
	print_result(&contest, start_ns);
}
