/*
 * Zipf's law: an alias table up to 2^20 items, rejection-inversion beyond. Ports src/load/zipf.ts
 * and src/load/scatter.ts.
 *
 * exp and log are libm's here and V8's own there. They may differ in the last bit, which moves a
 * column's share by 2^-32 at most; equal digests show that it moved no draw.
 */
#ifndef ZIPF_H
#define ZIPF_H

#include <math.h>
#include <stdbool.h>

#include "random.h"

/* A permutation of 0 ... item_count - 1 that puts neighbours far apart. */
struct scatter {
	uint32_t item_count;
	uint32_t mask;
	uint32_t shift;
	uint32_t times[3];
	uint32_t plus[3];
};

struct zipf {
	struct random_stream random;
	bool has_table;
	/* Two words a column: the share of its own item in 2^-32, the other item. */
	uint32_t column_count;
	uint32_t *columns;
	/* Rejection-inversion. */
	double item_count;
	double theta;
	double power;
	double area_first;
	double area_span;
	double nearby;
	struct scatter scatter;
};

void zipf_init(struct zipf *zipf, uint32_t item_count, double theta, uint64_t seed, int thread);

HOT uint32_t scatter_position(const struct scatter *scatter, uint32_t index)
{
	uint32_t value = index;
	do {
		value = (value * scatter->times[0] + scatter->plus[0]) & scatter->mask;
		value ^= value >> scatter->shift;
		value = (value * scatter->times[1] + scatter->plus[1]) & scatter->mask;
		value ^= value >> scatter->shift;
		value = (value * scatter->times[2] + scatter->plus[2]) & scatter->mask;
	} while (value >= scatter->item_count);
	return value;
}

/* No NaN comes here, so these need not be calls as fmax() and fmin() are. */
HOT double greater_of(double one, double other) { return one > other ? one : other; }
HOT double lesser_of(double one, double other) { return one < other ? one : other; }

/* A rank less one: 0 is the hottest item. */
static inline uint32_t zipf_rank(struct zipf *zipf)
{
	double power = zipf->power;
	for (;;) {
		double area = zipf->area_first +
			      (1 - next_uniform53(&zipf->random)) * zipf->area_span;
		double x = exp(power == 0 ? area : log1p(greater_of(power * area, -1)) / power);
		double rank = lesser_of(greater_of(floor(x + 0.5), 1), zipf->item_count);
		if (rank - x <= zipf->nearby)
			return (uint32_t)(rank - 1);
		double log_edge = log(rank + 0.5);
		double area_edge = power == 0 ? log_edge : expm1(power * log_edge) / power;
		if (area >= area_edge - exp(-zipf->theta * log(rank)))
			return (uint32_t)(rank - 1);
	}
}

HOT uint32_t zipf_next(struct zipf *zipf)
{
	if (!zipf->has_table)
		return scatter_position(&zipf->scatter, zipf_rank(zipf));
	uint32_t column = next_below(&zipf->random, zipf->column_count);
	uint32_t share = zipf->columns[2 * column];
	return next_uint32(&zipf->random) < share ? column : zipf->columns[2 * column + 1];
}

#endif
