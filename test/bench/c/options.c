/* See options.h. */
#include "options.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void refuse(const char *format, ...)
{
	va_list values;
	va_start(values, format);
	vfprintf(stderr, format, values);
	va_end(values);
	fputc('\n', stderr);
	exit(2);
}

struct options options_of(const char *command, int text_count, char **texts)
{
	for (int at = 0; at < text_count; at += 2) {
		if (strncmp(texts[at], "--", 2) != 0)
			refuse("%s: '%s' is not an option; options are --name value.", command,
			       texts[at]);
		if (at + 1 == text_count)
			refuse("%s: %s needs a value.", command, texts[at]);
		for (int other = 0; other < at; other += 2) {
			if (strcmp(texts[at], texts[other]) == 0)
				refuse("%s: %s is given twice.", command, texts[at]);
		}
	}
	bool *known = calloc((size_t)text_count / 2 + 1, sizeof *known);
	return (struct options){ command, texts, text_count, known };
}

static int position_of(const struct options *options, const char *name)
{
	for (int at = 0; at < options->text_count; at += 2) {
		if (strcmp(options->texts[at] + 2, name) == 0)
			return at;
	}
	return -1;
}

bool option_given(const struct options *options, const char *name)
{
	return position_of(options, name) >= 0;
}

/* NULL when the option is absent and need not be given. */
static const char *text_of(struct options *options, const char *name, bool required)
{
	int at = position_of(options, name);
	if (at < 0) {
		if (required)
			refuse("%s needs --%s.", options->command, name);
		return NULL;
	}
	options->known[at / 2] = true;
	return options->texts[at + 1];
}

int64_t option_whole(struct options *options, const char *name, int64_t otherwise, int64_t min,
		     int64_t max)
{
	const char *text = text_of(options, name, otherwise == REQUIRED);
	if (text == NULL)
		return otherwise;
	char *end;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value < min || value > max)
		refuse("%s: --%s must be a whole number from %lld to %lld, not '%s'.",
		       options->command, name, (long long)min, (long long)max, text);
	return value;
}

double option_number(struct options *options, const char *name, double otherwise, double min,
		     double max)
{
	const char *text = text_of(options, name, otherwise == REQUIRED);
	if (text == NULL)
		return otherwise;
	char *end;
	double value = strtod(text, &end);
	if (end == text || *end != '\0' || !(value >= min && value <= max))
		refuse("%s: --%s must be a number from %g to %g, not '%s'.", options->command, name,
		       min, max, text);
	return value;
}

int option_choice(struct options *options, const char *name, int otherwise,
		  const char *const *choices)
{
	const char *text = text_of(options, name, otherwise == REQUIRED);
	if (text == NULL)
		return otherwise;
	char allowed[256] = "";
	for (int choice = 0; choices[choice] != NULL; choice++) {
		if (strcmp(text, choices[choice]) == 0)
			return choice;
		if (choice > 0)
			strncat(allowed, ", ", sizeof allowed - strlen(allowed) - 1);
		strncat(allowed, choices[choice], sizeof allowed - strlen(allowed) - 1);
	}
	refuse("%s: --%s must be one of %s, not '%s'.", options->command, name, allowed, text);
}

void options_end(const struct options *options)
{
	for (int at = 0; at < options->text_count; at += 2) {
		if (!options->known[at / 2])
			refuse("%s has no option %s.", options->command, options->texts[at]);
	}
}
