/*
 * Histograms taken together, and their percentiles by HdrHistogram's rank rule, clamped to the
 * measured minimum and maximum. Ports src/record/histogram.ts and src/record/latency-summary.ts.
 */
#include "histogram.h"

#include <math.h>
#include <stdlib.h>

static double lowest_of(uint32_t index)
{
	int exponent = index < 2048 ? 0 : (int)(index / 1024) - 1;
	return ldexp((double)(index - (uint32_t)exponent * 1024), exponent);
}

static double percentile(const double *counts, const struct latency_summary *of, double min_ns,
			 double percent)
{
	if (of->count == 0)
		return 0;
	double rank = percent / 100 * of->count;
	rank = fmax(ceil(rank - (nextafter(rank, INFINITY) - rank)), 1);
	double reached = 0;
	for (uint32_t index = 0; index < bucket_count(); index++) {
		reached += counts[index];
		if (reached >= rank)
			return fmin(fmax(lowest_of(index + 1) - 1, min_ns), of->max_ns);
	}
	return of->max_ns;
}

struct latency_summary summary_of(const word_t *first, size_t count, size_t stride_words)
{
	double *counts = own_bytes(bucket_count() * sizeof *counts);
	struct latency_summary summary = { 0 };
	double min_ns = INFINITY;
	for (size_t part = 0; part < count; part++) {
		const live_t *histogram = (const live_t *)(first + part * stride_words);
		for (uint32_t index = 0; index < bucket_count(); index++) {
			counts[index] += histogram[HISTOGRAM_COUNTS + index];
			summary.count += histogram[HISTOGRAM_COUNTS + index];
		}
		summary.count += histogram[HISTOGRAM_OVERFLOW];
		if (histogram[HISTOGRAM_MIN] != 0)
			min_ns = fmin(min_ns, histogram[HISTOGRAM_MIN] - 1);
		summary.max_ns = fmax(summary.max_ns, histogram[HISTOGRAM_MAX]);
	}
	summary.p50_ns = percentile(counts, &summary, min_ns, 50);
	summary.p99_ns = percentile(counts, &summary, min_ns, 99);
	summary.p999_ns = percentile(counts, &summary, min_ns, 99.9);
	free(counts);
	return summary;
}
