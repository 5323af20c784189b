// binary16 and bfloat16, one element at a time: the loops are simple enough for the compiler to
// vectorise, and the bits are integer arithmetic.

REE_INLINE uint32_t pattern_of(float x) {
  uint32_t pattern;
  memcpy(&pattern, &x, sizeof x);
  return pattern;
}
REE_INLINE float float_of(uint32_t pattern) {
  float x;
  memcpy(&x, &pattern, sizeof x);
  return x;
}

// Moves exponent and fraction in place, then scales by 2^112, which is exact for subnormals too.
REE_INLINE float widen_f16(uint16_t half) {
  const uint32_t magnitude = half & 0x7fff, sign = (uint32_t)(half & 0x8000) << 16;
  const uint32_t scaled = pattern_of(float_of(magnitude << 13) * 0x1p112f);
  const uint32_t special = magnitude == 0x7c00 ? 0x7f800000 : 0x7fc00000;
  return float_of(magnitude > 0x7c00 ? 0x7fc00000
                                     : sign | (magnitude >= 0x7c00 ? special : scaled));
}

REE_INLINE uint16_t narrow_f16(float x) {
  const uint32_t pattern = pattern_of(x), magnitude = pattern & 0x7fffffff;
  const uint16_t sign = (uint16_t)(pattern >> 16 & 0x8000);
  if (magnitude > 0x7f800000) return 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below 2^-14 the sum with a half of suitable size rounds to a multiple of 2^-24.
  if (magnitude < 0x38800000)
    return sign | (uint16_t)(pattern_of(float_of(magnitude) + 0.5f) - 0x3f000000);
  const uint32_t odd = magnitude >> 13 & 1;
  return sign | (uint16_t)((magnitude - 0x38000000 + 0xfff + odd) >> 13);
}

static void elementwise_from_f16(const uint16_t *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = widen_f16(x[i]);
}

static void elementwise_to_f16(const float *x, uint16_t *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = narrow_f16(x[i]);
}

static void elementwise_from_bf16(const uint16_t *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const uint32_t pattern = (uint32_t)x[i] << 16;
    y[i] = float_of((pattern & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : pattern);
  }
}

static void elementwise_to_bf16(const float *x, uint16_t *y, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const uint32_t pattern = pattern_of(x[i]);
    const uint32_t rounded = (pattern + 0x7fff + (pattern >> 16 & 1)) >> 16;
    y[i] = (pattern & 0x7fffffff) > 0x7f800000 ? 0x7fc0 : (uint16_t)rounded;
  }
}
