/*
 * Options of a subcommand, as `--name value`. What is wrong with them is said in one sentence on
 * stderr, and the program ends with 2.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct options {
	const char *command;
	char **texts;
	int text_count;
	/* One a pair of texts: asked for by the subcommand. */
	bool *known;
};

/* For a default: there is none, the option must be given. */
enum { REQUIRED = -1 };

/* `texts` are the arguments after the subcommand. */
struct options options_of(const char *command, int text_count, char **texts);

bool option_given(const struct options *options, const char *name);
int64_t option_whole(struct options *options, const char *name, int64_t otherwise, int64_t min,
		     int64_t max);
double option_number(struct options *options, const char *name, double otherwise, double min,
		     double max);
/* Position in `choices`, which ends with NULL. */
int option_choice(struct options *options, const char *name, int otherwise,
		  const char *const *choices);

/* Call when all options were asked for: refuses the others. */
void options_end(const struct options *options);

void refuse(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
