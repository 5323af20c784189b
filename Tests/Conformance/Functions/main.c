// Every binary32 through one function: how many results are not the exact value rounded to nearest
// even, and the SHA-256 of all 2^32 outputs (little-endian, in the order of the inputs' patterns).
//
//   functions [--hash-only] [--step N] NAME...
//
// The reference is independent of the kernels: glibc's binary64 function where its value lies
// farther from the middle of two binary32 than its error reaches, MPFR at 300 bits elsewhere.

#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <mpfr.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

typedef int mpfr_function(mpfr_t, const mpfr_t, mpfr_rnd_t);

// What f(-x) is: of a symmetric function only the positive half needs the reference.
enum symmetry { NONE, ODD, EVEN };

struct function {
  const char *name;
  void (*ours)(const float *, float *, size_t);
  double (*glibc)(double);  // NULL for a composition, which is its own definition
  mpfr_function *mpfr;
  enum symmetry symmetry;
};

static const struct function functions[] = {
    {"exp", ree_exp, exp, mpfr_exp, NONE},
    {"log", ree_log, log, mpfr_log, NONE},
    {"tanh", ree_tanh, tanh, mpfr_tanh, ODD},
    {"erf", ree_erf, erf, mpfr_erf, ODD},
    {"sin", ree_sin, sin, mpfr_sin, ODD},
    {"cos", ree_cos, cos, mpfr_cos, EVEN},
    {"log1p", ree_log1p, log1p, mpfr_log1p, NONE},
    {"expm1", ree_expm1, expm1, mpfr_expm1, NONE},
    {"exp2", ree_exp2, exp2, mpfr_exp2, NONE},
    {"log2", ree_log2, log2, mpfr_log2, NONE},
    {"log10", ree_log10, log10, mpfr_log10, NONE},
    {"tan", ree_tan, tan, mpfr_tan, ODD},
    {"asin", ree_asin, asin, mpfr_asin, ODD},
    {"acos", ree_acos, acos, mpfr_acos, NONE},
    {"atan", ree_atan, atan, mpfr_atan, ODD},
    {"sinh", ree_sinh, sinh, mpfr_sinh, ODD},
    {"cosh", ree_cosh, cosh, mpfr_cosh, EVEN},
    {"asinh", ree_asinh, asinh, mpfr_asinh, ODD},
    {"acosh", ree_acosh, acosh, mpfr_acosh, NONE},
    {"atanh", ree_atanh, atanh, mpfr_atanh, ODD},
    {"sigmoid", ree_sigmoid, NULL, NULL, NONE},
    {"silu", ree_silu, NULL, NULL, NONE},
    {"gelu", ree_gelu, NULL, NULL, NONE},
    {"gelu_tanh", ree_gelu_tanh, NULL, NULL, NONE},
    {"softplus", ree_softplus, NULL, NULL, NONE},
};

static uint32_t pattern(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

// MPFR's result rounded to binary32, subnormals included.
static float exact(const struct function *f, float x) {
  mpfr_t in, out;
  mpfr_inits2(300, in, out, (mpfr_ptr)0);
  mpfr_set_flt(in, x, MPFR_RNDN);
  f->mpfr(out, in, MPFR_RNDN);
  const float result = mpfr_get_flt(out, MPFR_RNDN);
  mpfr_clears(in, out, (mpfr_ptr)0);
  return result;
}

// glibc 2.36 states errors of at most 2 units in the last place of binary64 for these; 32 are allowed.
static float reference(const struct function *f, float x, unsigned long *hard) {
  const double y = f->glibc((double)x);
  if (y != y) return NAN;
  if (isinf(y) || y == 0) return (float)y;
  const double margin = fabs(y) * 0x1p-48;
  const float low = (float)(y - margin), high = (float)(y + margin);
  if (pattern(low) == pattern(high)) return (float)y;
  ++*hard;
  return exact(f, x);
}

enum { BATCH = 1 << 16, SHOWN = 40 };

// What the function must give for x, by its reference or by its own value at |x|, checked before.
static float wanted(const struct function *f, float x, float mirrored, unsigned long *hard) {
  if (f->symmetry == NONE || !signbit(x) || x != x) return reference(f, x, hard);
  return f->symmetry == ODD ? -mirrored : mirrored;
}

static unsigned long run(const struct function *f, uint64_t step, bool check) {
  static float x[BATCH], y[BATCH], magnitude[BATCH], mirrored[BATCH];
  unsigned long wrong = 0, hard = 0, checked = 0;
  EVP_MD_CTX *hash = EVP_MD_CTX_new();
  EVP_DigestInit_ex(hash, EVP_sha256(), NULL);
  for (uint64_t next = 0; next < (uint64_t)1 << 32;) {
    size_t count = 0;
    for (; count < BATCH && next < (uint64_t)1 << 32; next += step, count++) {
      const uint32_t bits = (uint32_t)next;
      memcpy(&x[count], &bits, sizeof bits);
    }
    f->ours(x, y, count);
    EVP_DigestUpdate(hash, y, count * sizeof *y);
    if (f->symmetry != NONE) {
      for (size_t i = 0; i < count; i++) magnitude[i] = fabsf(x[i]);
      f->ours(magnitude, mirrored, count);
    }
    for (size_t i = 0; i < count; i++) {
      float want = y[i];
      if (check && f->glibc) want = wanted(f, x[i], mirrored[i], &hard);
      // Outputs hold one NaN alone.
      const uint32_t expected = want != want ? 0x7fc00000 : pattern(want);
      checked++;
      if (pattern(y[i]) == expected) continue;
      if (wrong++ < SHOWN)
        fprintf(stderr, "%s: {0x%08x, 0x%08x}, gave 0x%08x\n", f->name, pattern(x[i]), expected,
                pattern(y[i]));
    }
  }
  unsigned char digest[32];
  EVP_DigestFinal_ex(hash, digest, NULL);
  EVP_MD_CTX_free(hash);
  printf("%-9s %-7s wrong %lu of %lu, near the middle %lu, sha256 ", f->name, ree_isa(), wrong,
         checked, hard);
  for (size_t i = 0; i < sizeof digest; i++) printf("%02x", digest[i]);
  printf("%s\n", f->glibc ? (check ? "" : " (hash only)") : " (composition)");
  fflush(stdout);
  return wrong;
}

int main(int count, char **arguments) {
  uint64_t step = 1;
  bool check = true;
  unsigned long wrong = 0;
  if (ree_select(NULL) != REE_OK) {
    fprintf(stderr, "REE_ISA names an instruction set that is not here\n");
    return 2;
  }
  for (int i = 1; i < count; i++) {
    if (strcmp(arguments[i], "--hash-only") == 0) { check = false; continue; }
    if (strcmp(arguments[i], "--step") == 0 && i + 1 < count) {
      step = strtoull(arguments[++i], NULL, 10);
      if (step == 0) return 2;
      continue;
    }
    bool found = false;
    for (size_t f = 0; f < sizeof functions / sizeof *functions; f++) {
      if (strcmp(arguments[i], functions[f].name) != 0 && strcmp(arguments[i], "all") != 0) continue;
      wrong += run(&functions[f], step, check);
      found = true;
    }
    if (!found) {
      fprintf(stderr, "no function is called %s\n", arguments[i]);
      return 2;
    }
  }
  return wrong != 0;
}
