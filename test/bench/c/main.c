/*
 * The yardstick of sparestorm's benches: the same work as the TypeScript hot path, in C.
 */
#include <stdio.h>
#include <string.h>

#include "commands.h"

static const struct {
	const char *name;
	void (*run)(struct options *options);
} COMMANDS[] = {
	{ "load", load_command },   { "allocate", allocate_command }, { "lock", lock_command },
	{ "micro", micro_command }, { "merge", merge_command },
};

int main(int argument_count, char **arguments)
{
	const char *name = argument_count < 2 ? "" : arguments[1];
	for (size_t index = 0; index < sizeof COMMANDS / sizeof *COMMANDS; index++) {
		if (strcmp(name, COMMANDS[index].name) != 0)
			continue;
		struct options options = options_of(name, argument_count - 2, arguments + 2);
		COMMANDS[index].run(&options);
		return 0;
	}
	refuse("The first argument must be load, allocate, lock, micro or merge, not '%s'.", name);
}
