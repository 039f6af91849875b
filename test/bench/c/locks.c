/*
 * What the locks have in common: their names and whether waiters pause. See locks.h and relax.h.
 */
#include "locks.h"

bool pauses = true;

const char *const LOCK_NAMES[LOCK_KIND_COUNT + 1] = {
	"none", "test-and-set", "test-and-test-and-set", "ticket", "mcs", "queued", "mutex", NULL,
};
