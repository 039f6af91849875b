/* See crew.h. */
#include "crew.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "futex.h"

struct member {
	struct crew *crew;
	crew_work *work;
	void *job;
	pthread_t handle;
	int thread;
};

static void *run_member(void *argument)
{
	struct member *member = argument;
	member->work(member->crew, member->thread, member->job);
	return NULL;
}

int64_t crew_await_start(struct crew *crew)
{
	atomic_add(&crew->ready, 1);
	futex_wake(&crew->ready, 1);
	while (atomic_load(&crew->gate) == 0)
		futex_wait(&crew->gate, 0, 0);
	return crew->start_ns;
}

int64_t crew_run(int thread_count, crew_work *work, void *job, int64_t stop_after_ns)
{
	struct crew *crew = own_bytes(sizeof *crew);
	struct member *members = own_bytes((size_t)thread_count * sizeof *members);
	for (int thread = 0; thread < thread_count; thread++) {
		struct member *member = &members[thread];
		*member = (struct member){ crew, work, job, 0, thread };
		if (pthread_create(&member->handle, NULL, run_member, member) != 0) {
			fprintf(stderr, "Thread %d could not be started.\n", thread);
			exit(1);
		}
	}
	for (word_t ready; (ready = atomic_load(&crew->ready)) < thread_count;)
		futex_wait(&crew->ready, ready, 0);

	/* Pairs with crew_await_start(): the start time is written before the gate. */
	crew->start_ns = now_ns();
	atomic_store(&crew->gate, 1);
	futex_wake(&crew->gate, INT_MAX);
	if (stop_after_ns > 0) {
		sleep_ns(stop_after_ns);
		atomic_store(&crew->stop, 1);
	}
	for (int thread = 0; thread < thread_count; thread++)
		pthread_join(members[thread].handle, NULL);
	return crew->start_ns;
}
