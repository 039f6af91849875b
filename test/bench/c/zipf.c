/*
 * The tables of Zipf's law, built before the gate. Ports columnsFor() of src/load/zipf.ts (Vose's
 * construction) and the constructors beside it.
 */
#include "zipf.h"

#include <stdlib.h>

enum { TABLE_ITEM_COUNT_MAX = 1 << 20 };

static struct scatter scatter_for(uint32_t item_count, struct random_stream random)
{
	uint32_t bit_count = item_count <= 2 ? 1 : 32 - (uint32_t)__builtin_clz(item_count - 1);
	struct scatter scatter = {
		.item_count = item_count,
		.mask = 0xffffffffu >> (32 - bit_count),
		.shift = (bit_count + 1) >> 1,
	};
	for (int round = 0; round < 3; round++)
		scatter.times[round] = next_uint32(&random) | 1;
	for (int round = 0; round < 3; round++)
		scatter.plus[round] = next_uint32(&random);
	return scatter;
}

static double weight_of(double rank, double theta)
{
	return exp(-theta * log(rank));
}

static double area_up_to(double x, double power)
{
	return power == 0 ? log(x) : expm1(power * log(x)) / power;
}

static double inverse_area(double area, double power)
{
	return exp(power == 0 ? area : log1p(fmax(power * area, -1)) / power);
}

/* `shares` holds the weights and is used up. */
static void fill_columns(uint32_t *columns, double *shares, uint32_t count)
{
	double sum = 0;
	for (uint32_t item = 0; item < count; item++)
		sum += shares[item];

	/* Items that leave room in their column from the left, all others from the right. */
	uint32_t *stacks = own_bytes(count * sizeof *stacks);
	uint32_t partial = 0, ample = count;
	for (uint32_t item = 0; item < count; item++) {
		shares[item] = shares[item] * count / sum;
		if (shares[item] < 1)
			stacks[partial++] = item;
		else
			stacks[--ample] = item;
	}
	while (partial > 0 && ample < count) {
		uint32_t item = stacks[--partial];
		uint32_t donor = stacks[ample];
		columns[2 * item] = (uint32_t)floor(shares[item] * 4294967296.0);
		columns[2 * item + 1] = donor;
		shares[donor] = shares[donor] + shares[item] - 1;
		if (shares[donor] < 1) {
			ample++;
			stacks[partial++] = donor;
		}
	}
	while (partial > 0 || ample < count) {
		uint32_t item = partial > 0 ? stacks[--partial] : stacks[ample++];
		columns[2 * item] = 0xffffffffu;
		columns[2 * item + 1] = item;
	}
	free(stacks);
}

static void init_table(struct zipf *zipf, uint32_t item_count, double theta)
{
	double *weights = own_bytes(item_count * sizeof *weights);
	for (uint32_t index = 0; index < item_count; index++)
		weights[scatter_position(&zipf->scatter, index)] = weight_of(index + 1.0, theta);
	zipf->column_count = item_count;
	zipf->columns = own_bytes(2 * sizeof *zipf->columns * item_count);
	fill_columns(zipf->columns, weights, item_count);
	free(weights);
}

static void init_inversion(struct zipf *zipf, double item_count, double theta)
{
	double power = 1 - theta;
	zipf->item_count = item_count;
	zipf->theta = theta;
	zipf->power = power;
	zipf->area_first = area_up_to(1.5, power) - 1;
	zipf->area_span = area_up_to(item_count + 0.5, power) - zipf->area_first;
	zipf->nearby = 2 - inverse_area(area_up_to(2.5, power) - weight_of(2, theta), power);
}

void zipf_init(struct zipf *zipf, uint32_t item_count, double theta, uint64_t seed, int thread)
{
	zipf->random = stream_for(seed, thread, "address");
	zipf->scatter = scatter_for(item_count, stream_for(seed, -1, "scatter"));
	zipf->has_table = item_count <= TABLE_ITEM_COUNT_MAX;
	if (zipf->has_table)
		init_table(zipf, item_count, theta);
	else
		init_inversion(zipf, item_count, theta);
}
