/* The subcommands. Each prints one JSON object on stdout. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "options.h"

void load_command(struct options *options);
void allocate_command(struct options *options);
void lock_command(struct options *options);
void micro_command(struct options *options);
void merge_command(struct options *options);

/* The t-th thread's share of a total, as even as it goes. Ports shareOf() of thread-loop.ts. */
static inline int64_t share_of(int64_t total, int thread, int thread_count)
{
	return total / thread_count + (thread < total % thread_count ? 1 : 0);
}

#endif
