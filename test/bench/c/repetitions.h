/*
 * Repetitions of a short measurement: sorted, so that the first is the minimum and the middle one
 * the median.
 */
#ifndef REPETITIONS_H
#define REPETITIONS_H

#include <stdlib.h>

enum { REPETITIONS = 15 };

struct repetitions {
	double ns[REPETITIONS];
};

static inline int compare_ns(const void *one, const void *other)
{
	double difference = *(const double *)one - *(const double *)other;
	return (difference > 0) - (difference < 0);
}

static inline void sort_repetitions(struct repetitions *repetitions)
{
	qsort(repetitions->ns, REPETITIONS, sizeof *repetitions->ns, compare_ns);
}

#endif
