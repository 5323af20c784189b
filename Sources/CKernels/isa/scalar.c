#include <string.h>

#include "../tables.h"

// One lane, with the machine's fused multiply-add.
#define REE_ISA scalar
#define REE_WIDTH 1
#define REE_SOFT_FMA 0
#define REE_ROWS 4
#define REE_VECTORS 4

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("fma"))), apply_to = function)
#endif
#include "../kernels/all.h"
#if defined(__x86_64__)
#pragma clang attribute pop
#endif
