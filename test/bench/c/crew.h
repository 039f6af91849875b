/*
 * The threads of a run: all ready, start together, stop. Ports src/memory/gate.ts and what
 * src/coordinator.ts does with it: the clock is read just before the gate opens, and times count
 * from there.
 */
#ifndef CREW_H
#define CREW_H

#include <stdalign.h>
#include <stdbool.h>

#include "words.h"

enum { THREAD_COUNT_MAX = 512 };

/* Operations between two looks at the stop word. */
enum { BATCH = 64 };

struct crew {
	alignas(128) word_t ready;
	alignas(128) word_t gate;
	alignas(128) word_t stop;
	alignas(128) int64_t start_ns;
};

/* What one thread does: prepare, crew_await_start(), work. */
typedef void crew_work(struct crew *crew, int thread, void *job);

/*
 * Runs one thread for each number below `thread_count` to its end and returns the clock at the
 * gate's opening. Sets the stop word after `stop_after_ns`, or never if that is 0.
 */
int64_t crew_run(int thread_count, crew_work *work, void *job, int64_t stop_after_ns);

/* Blocks until all threads stand at the gate; returns the clock at its opening. */
int64_t crew_await_start(struct crew *crew);

HOT bool crew_must_stop(const struct crew *crew)
{
	return atomic_load(&crew->stop) != 0;
}

#endif
