// Arithmetic element by element.

// y[i] = FUNCTION(x[i]); the last few lanes go through a buffer.
#define REE_UNARY(NAME, FUNCTION)                                                                  \
  static void NAME(const float *x, float *y, size_t n) {                                           \
    size_t i = 0;                                                                                  \
    for (; i + REE_WIDTH <= n; i += REE_WIDTH) store_canonical(y + i, FUNCTION(load(x + i)));      \
    if (i < n) store_some(y + i, canonical(FUNCTION(load_some(x + i, n - i, 1))), n - i);          \
  }

// A step of 0 repeats one value.
#define REE_BINARY(NAME, FUNCTION)                                                                 \
  static void NAME(const float *a, size_t a_step, const float *b, size_t b_step, float *y,         \
                   size_t n) {                                                                     \
    if (n == 0) return;                                                                            \
    const vf a0 = splat(a[0]), b0 = splat(b[0]);                                                   \
    size_t i = 0;                                                                                  \
    for (; i + REE_WIDTH <= n; i += REE_WIDTH)                                                     \
      store_canonical(y + i, FUNCTION(a_step ? load(a + i) : a0, b_step ? load(b + i) : b0));      \
    if (i < n) {                                                                                   \
      vf a_last = a_step ? load_some(a + i, n - i, 1) : a0;                                        \
      vf b_last = b_step ? load_some(b + i, n - i, 1) : b0;                                        \
      store_some(y + i, canonical(FUNCTION(a_last, b_last)), n - i);                               \
    }                                                                                              \
  }

REE_INLINE vf add_v(vf a, vf b) { return a + b; }
REE_INLINE vf sub_v(vf a, vf b) { return a - b; }
REE_INLINE vf mul_v(vf a, vf b) { return a * b; }
REE_INLINE vf div_v(vf a, vf b) { return a / b; }
REE_INLINE vf neg_v(vf x) { return from_bits(bits(x) ^ (int32_t)0x80000000); }
REE_INLINE vf reciprocal_v(vf x) { return 1.0f / x; }

// Magnitudes of 2^23 and more are integers already. The sign stays, on zeros too.
REE_INLINE vf round_v(vf x) {
  vf a = magnitude(x);
  vf rounded = (a + 0x1p23f) - 0x1p23f;
  return select_f(a < splat(0x1p23f), with_sign_of(x, rounded), x);
}
REE_INLINE vf floor_v(vf x) {
  vf r = round_v(x);
  return with_sign_of(x, magnitude(select_f(r > x, r - 1.0f, r)));
}
REE_INLINE vf ceil_v(vf x) {
  vf r = round_v(x);
  return with_sign_of(x, magnitude(select_f(r < x, r + 1.0f, r)));
}

#define REE_DEFINE_UNARY(NAME) REE_UNARY(elementwise_##NAME, NAME##_v)
#define REE_DEFINE_BINARY(NAME) REE_BINARY(elementwise_##NAME, NAME##_v)
#define abs_v magnitude
#define sqrt_v sqrt_f
REE_EACH_UNARY(REE_DEFINE_UNARY)
REE_EACH_BINARY(REE_DEFINE_BINARY)
#undef abs_v
#undef sqrt_v

static void elementwise_leaky_relu(const float *x, float slope, float *y, size_t n) {
#define LEAKY(X) select_f((X) > splat(0), X, slope * (X))
  size_t i = 0;
  for (; i + REE_WIDTH <= n; i += REE_WIDTH) store_canonical(y + i, LEAKY(load(x + i)));
  if (i < n) store_some(y + i, canonical(LEAKY(load_some(x + i, n - i, 1))), n - i);
#undef LEAKY
}

static void elementwise_clip(const float *x, float low, float high, float *y, size_t n) {
#define CLIP(X) min_v(max_v(X, splat(low)), splat(high))
  size_t i = 0;
  for (; i + REE_WIDTH <= n; i += REE_WIDTH) store_canonical(y + i, CLIP(load(x + i)));
  if (i < n) store_some(y + i, canonical(CLIP(load_some(x + i, n - i, 1))), n - i);
#undef CLIP
}

static void elementwise_hard_sigmoid(const float *x, float alpha, float beta, float *y, size_t n) {
#define HARD_SIGMOID(X) max_v(splat(0), min_v(splat(1), alpha * (X) + beta))
  size_t i = 0;
  for (; i + REE_WIDTH <= n; i += REE_WIDTH) store_canonical(y + i, HARD_SIGMOID(load(x + i)));
  if (i < n) store_some(y + i, canonical(HARD_SIGMOID(load_some(x + i, n - i, 1))), n - i);
#undef HARD_SIGMOID
}

static void elementwise_fma_scaled(float a, const float *x, float *y, size_t n) {
  const vf scale = splat(a);
  size_t i = 0;
  for (; i + REE_WIDTH <= n; i += REE_WIDTH)
    store_canonical(y + i, fma_f(scale, load(x + i), load(y + i)));
  if (i < n) {
    vf last = fma_f(scale, load_some(x + i, n - i, 1), load_some(y + i, n - i, 1));
    store_some(y + i, canonical(last), n - i);
  }
}

static void elementwise_canonicalize(float *x, size_t n) {
  size_t i = 0;
  for (; i + REE_WIDTH <= n; i += REE_WIDTH) store_canonical(x + i, load(x + i));
  if (i < n) store_some(x + i, canonical(load_some(x + i, n - i, 1)), n - i);
}
