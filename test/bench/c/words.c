/*
 * Where memory comes from. Ports createMemory() and clearMemory() of src/memory/attach.ts.
 */
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void out_of_memory(size_t byte_count)
{
	fprintf(stderr, "There is no memory for %zu bytes.\n", byte_count);
	exit(1);
}

void *map_bytes(size_t byte_count)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	void *bytes = mmap(NULL, byte_count, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (bytes == MAP_FAILED)
		out_of_memory(byte_count);
	return bytes;
}

void *map_touched(size_t byte_count)
{
	return memset(map_bytes(byte_count), 0, byte_count);
}

void *own_bytes(size_t byte_count)
{
	void *bytes = aligned_alloc(128, round_up(byte_count, 128));
	if (bytes == NULL)
		out_of_memory(byte_count);
	return memset(bytes, 0, byte_count);
}
