#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

// Which instruction sets there are, which of them this machine has, and the chosen one.

static bool always(void) { return true; }

#if defined(__x86_64__)

static bool has_fma(void) { return __builtin_cpu_supports("fma"); }
static bool has_avx2(void) { return has_fma() && __builtin_cpu_supports("avx2"); }
static bool has_avx512(void) {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
}
static bool has_vnni(void) { return has_avx512() && __builtin_cpu_supports("avx512vnni"); }

#elif defined(__aarch64__)

// Bit 20 of AT_HWCAP is ASIMDDP (Linux, arch/arm64/include/uapi/asm/hwcap.h).
static bool has_dotprod(void) { return getauxval(AT_HWCAP) >> 20 & 1; }

#else
#error "CKernels knows x86-64 and aarch64"
#endif

struct instruction_set {
  const struct kernels *kernels;
  bool (*available)(void);
};

// Best first.
static const struct instruction_set sets[] = {
#if defined(__x86_64__)
    {&ree_kernels_vnni, has_vnni},
    {&ree_kernels_avx512, has_avx512},
    {&ree_kernels_avx2, has_avx2},
    {&ree_kernels_scalar, has_fma},
#else
    {&ree_kernels_dotprod, has_dotprod},
    {&ree_kernels_neon, always},
    {&ree_kernels_scalar, always},
#endif
    {&ree_kernels_soft, always},
};

static _Atomic(const struct kernels *) chosen = &ree_kernels_soft;

static const struct instruction_set *set_named(const char *name) {
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
    if (strcmp(sets[i].kernels->name, name) == 0) return &sets[i];
  return NULL;
}

static const struct instruction_set *best(void) {
  const struct instruction_set *set = sets;
  while (!set->available()) set++;
  return set;
}

ree_status ree_select(const char *name) {
  if (!name) name = getenv("REE_ISA");
  const struct instruction_set *set = name && *name ? set_named(name) : best();
  if (!set) return REE_UNKNOWN_ISA;
  if (!set->available()) return REE_ABSENT_ISA;
  atomic_store(&chosen, set->kernels);
  return REE_OK;
}

const struct kernels *ree_kernels(void) {
  return atomic_load_explicit(&chosen, memory_order_relaxed);
}

const char *ree_isa(void) { return ree_kernels()->name; }

size_t ree_isa_count(void) { return sizeof sets / sizeof *sets; }

const char *ree_isa_name(size_t index) {
  return index < ree_isa_count() ? sets[index].kernels->name : NULL;
}

bool ree_isa_available(const char *name) {
  const struct instruction_set *set = set_named(name);
  return set && set->available();
}
