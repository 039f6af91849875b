/*
 * The monotonic clock in whole nanoseconds. Ports src/clock.ts, whose hrtime ends in the same call.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t now_ns(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static inline void sleep_ns(int64_t duration_ns)
{
	struct timespec left = { duration_ns / 1000000000, duration_ns % 1000000000 };
	while (nanosleep(&left, &left) != 0)
		;
}

#endif
