#pragma once
#include <stdint.h>

// Shuts the calling process in: no new privileges, the given limits on address space (bytes) and
// processor time (seconds), and from there on only the system calls that a computation needs. What
// opens files, sockets or programs is answered with EACCES; everything else that is not listed kills
// the process. There is no way back. 0, or -1 with errno.
int csandbox_enter(uint64_t memory_max, uint64_t seconds_max);
