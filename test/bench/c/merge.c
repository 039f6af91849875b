/*
 * `merge`: many histograms into one, as at the end of a run. Ports the loop of mergeHistograms() in
 * src/record/histogram.ts; the sum's memory is cleared each time and not allocated anew.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "commands.h"
#include "repetitions.h"
#include "words.h"

struct merge {
	int64_t histogram_count;
	int64_t bucket_count;
	double *histograms;
	double *sum;
};

COLD void merge_once(const struct merge *merge)
{
	double *sum = merge->sum;
	memset(sum, 0, (size_t)merge->bucket_count * sizeof *sum);
	for (int64_t part = 0; part < merge->histogram_count; part++) {
		const double *counts = merge->histograms + part * merge->bucket_count;
		for (int64_t index = 0; index < merge->bucket_count; index++)
			sum[index] += counts[index];
	}
	__asm__ volatile("" : : "r"(sum) : "memory");
}

void merge_command(struct options *options)
{
	struct merge merge = {
		.histogram_count = option_whole(options, "histograms", 64, 1, 65536),
		.bucket_count = option_whole(options, "buckets", REQUIRED, 1, 1 << 20),
	};
	options_end(options);
	int64_t float_count = merge.histogram_count * merge.bucket_count;
	merge.histograms = own_bytes((size_t)float_count * sizeof(double));
	merge.sum = own_bytes((size_t)merge.bucket_count * sizeof(double));
	for (int64_t index = 0; index < float_count; index++)
		merge.histograms[index] = (double)(index % 7);

	struct repetitions repetitions;
	for (int index = 0; index < REPETITIONS; index++) {
		int64_t started_ns = now_ns();
		merge_once(&merge);
		repetitions.ns[index] = (double)(now_ns() - started_ns);
	}
	sort_repetitions(&repetitions);
	printf("{\"minNs\":%.0f,\"medianNs\":%.0f}\n", repetitions.ns[0],
	       repetitions.ns[REPETITIONS / 2]);
}
