// The only file that is compiled anew with every commit.
#include "build.h"

#ifndef CONVBENCH_COMMIT
#define CONVBENCH_COMMIT ""
#endif

const char *cb_commit(void) { return CONVBENCH_COMMIT; }

const char *cb_compiler(void) { return __VERSION__; }
