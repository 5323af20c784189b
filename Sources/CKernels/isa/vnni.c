#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "../tables.h"

#define REE_ISA vnni
#define REE_WIDTH 16
#define REE_SOFT_FMA 0
#define REE_VNNI
#define REE_ROWS 12
#define REE_VECTORS 2

#pragma clang attribute push(                                                                      \
    __attribute__((                                                                                \
        target("avx2,fma,f16c,avx512f,avx512vl,avx512bw,avx512dq,avx512vnni,evex512"))),           \
    apply_to = function)
#include "../kernels/all.h"
#pragma clang attribute pop
#endif
