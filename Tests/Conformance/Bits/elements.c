#include "fixture.h"

struct unary {
  const char *name;
  void (*function)(const float *, float *, size_t);
};

#define UNARY(NAME) {#NAME, ree_##NAME}
static const struct unary functions[] = {
    UNARY(exp),        UNARY(exp2),  UNARY(expm1), UNARY(log),     UNARY(log2), UNARY(log10),
    UNARY(log1p),      UNARY(sin),   UNARY(cos),   UNARY(tan),     UNARY(asin), UNARY(acos),
    UNARY(atan),       UNARY(sinh),  UNARY(cosh),  UNARY(tanh),    UNARY(asinh), UNARY(acosh),
    UNARY(atanh),      UNARY(erf),   UNARY(sigmoid), UNARY(silu),  UNARY(gelu), UNARY(gelu_tanh),
    UNARY(softplus),   UNARY(neg),   UNARY(abs),   UNARY(sqrt),    UNARY(reciprocal), UNARY(relu),
    UNARY(floor),      UNARY(ceil),  UNARY(round),
};

enum { BATCH = 4093 };

// Over the patterns 0, 100003, 200006, ...
static void over_all_patterns(const char *name, void (*function)(const float *, float *, size_t)) {
  static float x[BATCH], y[BATCH];
  hash_begin(name);
  for (uint64_t pattern = 0; pattern < (uint64_t)1 << 32;) {
    size_t count = 0;
    for (; count < BATCH && pattern < (uint64_t)1 << 32; pattern += 100003, count++) {
      const uint32_t bits = (uint32_t)pattern;
      memcpy(&x[count], &bits, sizeof bits);
    }
    function(x, y, count);
    hash_words(y, count);
  }
  hash_end();
}

struct binary {
  const char *name;
  void (*function)(const float *, size_t, const float *, size_t, float *, size_t);
};

#define BINARY(NAME) {#NAME, ree_##NAME}
static const struct binary operations[] = {
    BINARY(add), BINARY(sub), BINARY(mul), BINARY(div), BINARY(max), BINARY(min),
};

static void binary_lines(void) {
  enum { N = 30011 };
  static float a[N], b[N], y[N];
  fill(a, N, next_any), fill(b, N, next_any);
  const float special[] = {0.0f, -0.0f, __builtin_inff(), -__builtin_inff(), 1e-45f, -1e-45f, 1};
  enum { SPECIALS = sizeof special / sizeof *special };
  for (size_t i = 0; i < SPECIALS * SPECIALS; i++)
    a[i] = special[i / SPECIALS], b[i] = special[i % SPECIALS];
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
    hash_begin(operations[i].name);
    for (size_t steps = 0; steps < 4; steps++) {
      operations[i].function(a, steps & 1, b, steps >> 1, y, N);
      hash_words(y, N);
    }
    hash_end();
  }

  hash_begin("clip");
  ree_clip(a, -3, 1e10f, y, N);
  hash_words(y, N);
  ree_leaky_relu(a, 0.01f, y, N);
  hash_words(y, N);
  ree_hard_sigmoid(b, 0.2f, 0.5f, y, N);
  hash_words(y, N);
  hash_end();

  hash_begin("pow");
  for (size_t i = SPECIALS * SPECIALS; i < N; i++) {
    if (i % 3) a[i] = 1 + next_unit() * 0.9f, b[i] = next_unit() * 100;
    if (i % 11 == 0) b[i] = (float)((int)(next_bits() % 9) - 4) * 0.5f;
  }
  ree_pow(a, b, 1, y, N);
  hash_words(y, N);
  hash_end();
}

static void half_lines(void) {
  enum { ALL = 65536 };
  static uint16_t half[ALL], back[ALL];
  static float x[ALL];
  for (size_t i = 0; i < ALL; i++) half[i] = (uint16_t)i;
  hash_begin("binary16");
  ree_from_f16(half, x, ALL);
  hash_words(x, ALL);
  ree_to_f16(x, back, ALL);
  hash_bytes(back, sizeof back);
  fill(x, ALL, next_wide);
  for (size_t i = 0; i < ALL; i += 5) x[i] = next_any();
  ree_to_f16(x, back, ALL);
  hash_bytes(back, sizeof back);
  hash_end();
  hash_begin("bfloat16");
  ree_to_bf16(x, back, ALL);
  hash_bytes(back, sizeof back);
  ree_from_bf16(half, x, ALL);
  hash_words(x, ALL);
  hash_end();
}

void element_lines(void) {
  over_all_patterns("exp-cr", ree_exp);
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    over_all_patterns(functions[i].name, functions[i].function);
  binary_lines();
  half_lines();
}
