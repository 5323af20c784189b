#include <string.h>

#include "../tables.h"

// What every machine has: fused multiply-add in software.
#define REE_ISA soft
#define REE_WIDTH 4
#define REE_SOFT_FMA 1
#define REE_ROWS 4
#define REE_VECTORS 2

#include "../kernels/all.h"
