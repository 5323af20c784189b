#if defined(__aarch64__)
#include <arm_neon.h>
#include <string.h>

#include "../tables.h"

#define REE_ISA neon
#define REE_WIDTH 4
#define REE_SOFT_FMA 0
#define REE_NEON
#define REE_ROWS 6
#define REE_VECTORS 4

#include "../kernels/all.h"
#endif
