/*
 * Seeded streams of random numbers. Ports src/random.ts: xoshiro128** 1.1, started at places chosen
 * by SplitMix64, and Lemire's bounded draw. Equal draws for equal seed, thread and purpose.
 */
#ifndef RANDOM_H
#define RANDOM_H

#include "words.h"

struct random_stream {
	uint32_t state[4];
};

static inline uint64_t splitmix64(uint64_t *state)
{
	uint64_t mixed = *state += 0x9e3779b97f4a7c15u;
	mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
	mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
	return mixed ^ (mixed >> 31);
}

static inline uint64_t absorb(uint64_t root, uint64_t value)
{
	uint64_t state = root ^ value;
	return splitmix64(&state);
}

/* `thread` is -1 for what all threads have in common. */
static inline struct random_stream stream_for(uint64_t seed, int thread, const char *purpose)
{
	uint64_t root = splitmix64(&seed);
	root = absorb(root, (uint64_t)(thread + 1));
	for (; *purpose != '\0'; purpose++)
		root = absorb(root, (unsigned char)*purpose);
	uint64_t first = splitmix64(&root);
	uint64_t second = splitmix64(&root);
	return (struct random_stream){ {
		(uint32_t)first, (uint32_t)(first >> 32),
		(uint32_t)second, (uint32_t)(second >> 32),
	} };
}

HOT uint32_t next_uint32(struct random_stream *random)
{
	uint32_t *state = random->state;
	uint32_t s0 = state[0], s1 = state[1];
	uint32_t s2 = state[2] ^ s0, s3 = state[3] ^ s1;
	uint32_t scaled = s1 * 5;
	state[0] = s0 ^ s3;
	state[1] = s1 ^ s2;
	state[2] = s2 ^ (s1 << 9);
	state[3] = (s3 << 11) | (s3 >> 21);
	return ((scaled << 7) | (scaled >> 25)) * 9;
}

/* 0 <= n < bound for 1 <= bound < 2^32. C has the 64-bit product that ours has to work around. */
HOT uint32_t next_below(struct random_stream *random, uint32_t bound)
{
	uint64_t product = (uint64_t)next_uint32(random) * bound;
	if ((uint32_t)product < bound) {
		uint32_t surplus = -bound % bound;
		while ((uint32_t)product < surplus)
			product = (uint64_t)next_uint32(random) * bound;
	}
	return (uint32_t)(product >> 32);
}

HOT double next_uniform(struct random_stream *random)
{
	return next_uint32(random) / 4294967296.0;
}

HOT double next_uniform53(struct random_stream *random)
{
	uint32_t upper = next_uint32(random) >> 5;
	uint32_t lower = next_uint32(random) >> 6;
	return (upper * 67108864.0 + lower) / 9007199254740992.0;
}

#endif
