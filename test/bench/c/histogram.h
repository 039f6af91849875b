/*
 * One thread's latency histogram: HdrHistogram's layout for three digits, counts as doubles. Ports
 * src/record/histogram.ts, src/record/shared-histogram.ts and the percentiles of
 * src/record/latency-summary.ts.
 */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include "words.h"

/* Floats of a histogram; the minimum is stored as min + 1. */
enum { HISTOGRAM_OVERFLOW, HISTOGRAM_SUM, HISTOGRAM_MIN, HISTOGRAM_MAX, HISTOGRAM_COUNTS = 8 };

/* Range of a plan with the default watchdog: 2^35 ns. */
#define HIGHEST_NS (1ull << 35)

struct latency_summary {
	double count;
	double p50_ns;
	double p99_ns;
	double p999_ns;
	double max_ns;
};

HOT uint32_t bucket_index_of(uint64_t ns)
{
	uint32_t exponent = 53 - (uint32_t)__builtin_clzll(ns | 1024);
	return exponent * 1024 + (uint32_t)(ns >> exponent);
}

static inline uint32_t bucket_count(void)
{
	return bucket_index_of(HIGHEST_NS) + 1;
}

/* Words from one histogram to the next. */
static inline size_t histogram_stride(void)
{
	return round_up(2 * (HISTOGRAM_COUNTS + bucket_count()), STRIDE);
}

HOT void histogram_record(live_t *histogram, uint32_t buckets, uint64_t ns)
{
	uint32_t index = bucket_index_of(ns);
	uint32_t at = index < buckets ? HISTOGRAM_COUNTS + index : HISTOGRAM_OVERFLOW;
	double latency = (double)(int64_t)ns;
	histogram[at] = histogram[at] + 1;
	histogram[HISTOGRAM_SUM] = histogram[HISTOGRAM_SUM] + latency;
	double min = histogram[HISTOGRAM_MIN];
	if (latency + 1 < min || min == 0)
		histogram[HISTOGRAM_MIN] = latency + 1;
	if (latency > histogram[HISTOGRAM_MAX])
		histogram[HISTOGRAM_MAX] = latency;
}

/* Of `count` histograms that stand `stride_words` apart, as one. */
struct latency_summary summary_of(const word_t *first, size_t count, size_t stride_words);

#endif
