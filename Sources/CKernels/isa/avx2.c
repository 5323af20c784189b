#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "../tables.h"

#define REE_ISA avx2
#define REE_WIDTH 8
#define REE_SOFT_FMA 0
#define REE_ROWS 6
#define REE_VECTORS 2

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "../kernels/all.h"
#pragma clang attribute pop
#endif
