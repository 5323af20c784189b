#pragma once
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// Which instruction set computes. The bits are the same on all of them; only the time differs.
//
//   soft     any machine: four lanes, fused multiply-add in software
//   scalar   one lane, hardware fused multiply-add
//   avx2     x86: eight lanes
//   avx512   x86: sixteen lanes
//   vnni     x86: avx512, integer products by VNNI
//   neon     aarch64: four lanes
//   dotprod  aarch64: neon, integer products by SDOT

typedef enum ree_status {
  REE_OK = 0,
  REE_UNKNOWN_ISA = 1,  // no instruction set of this name in this build
  REE_ABSENT_ISA = 2,   // this machine does not have it
} ree_status;

// Chooses an instruction set for all kernels of the process. With NULL: the one that the environment
// variable REE_ISA names, or else the best of this machine. On an error the earlier choice stays;
// before the first choice kernels run on `soft`.
// Any thread may call it at any time: calls that are under way finish as they began.
ree_status ree_select(const char *name);

// The chosen one's name.
const char *ree_isa(void);

// The instruction sets of this build, best first: names for index < count, NULL past it.
size_t ree_isa_count(void);
const char *ree_isa_name(size_t index);

// Whether this machine has the instruction set of this name.
bool ree_isa_available(const char *name);

#ifdef __cplusplus
}
#endif
