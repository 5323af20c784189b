#if defined(__aarch64__)
#include <arm_neon.h>
#include <string.h>

#include "../tables.h"

#define REE_ISA dotprod
#define REE_WIDTH 4
#define REE_SOFT_FMA 0
#define REE_NEON
#define REE_DOTPROD
#define REE_ROWS 6
#define REE_VECTORS 4

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#include "../kernels/all.h"
#pragma clang attribute pop
#endif
