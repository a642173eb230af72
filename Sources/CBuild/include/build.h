// What this program was built from and with.
#pragma once

// The commit, "+" behind it where files were changed since; "" where it is not known.
const char *cb_commit(void);

// The compiler's own description of itself.
const char *cb_compiler(void);
