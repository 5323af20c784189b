// Symmetric quantisation to 8 bits, of rows, columns and blocks.

// The pattern of the greatest magnitude: magnitudes order as integers, NaN last.
static int32_t greatest_magnitude(const float *x, size_t n) {
  vi greatest = splat_i(0);
  size_t i = 0;
  for (; i + REE_WIDTH <= n; i += REE_WIDTH) {
    vi a = bits(magnitude(load(x + i)));
    greatest = select_i(a > greatest, a, greatest);
  }
  int32_t result = 0;
  for (size_t lane = 0; lane < REE_WIDTH; lane++)
    if (greatest[lane] > result) result = greatest[lane];
  for (; i < n; i++) {
    const int32_t a = (int32_t)(pattern_of(x[i]) & 0x7fffffff);
    if (a > result) result = a;
  }
  return result;
}

struct quantization {
  float scale, factor;  // q = x * factor; a factor of 0 means that all q are 0
};

REE_INLINE struct quantization quantization_of(int32_t greatest) {
  if (greatest >= 0x7f800000) return (struct quantization){float_of(0x7fc00000), 0};
  const float a = float_of((uint32_t)greatest);
  const float factor = 127.0f / a;
  if (factor == __builtin_inff()) return (struct quantization){0, 0};
  return (struct quantization){a / 127.0f, factor};
}

// To nearest, ties to even: 1.5 * 2^23 leaves the integer in the low bits. |x| < 2^22.
REE_INLINE vi round_to_int(vf x) { return bits(x + 12582912.0f) - 0x4B400000; }

typedef int8_t vb __attribute__((vector_size(REE_WIDTH)));

static void quantize_into(const float *x, size_t n, float factor, int32_t offset, void *out) {
  int8_t *q = out;
  size_t i = 0;
  if (factor == 0) {
    memset(q, offset, n);
    return;
  }
  const vf scale = splat(factor);
  for (; i + REE_WIDTH <= n; i += REE_WIDTH) {
    vb bytes = __builtin_convertvector(round_to_int(load(x + i) * scale) + offset, vb);
    memcpy(q + i, &bytes, sizeof bytes);
  }
  for (; i < n; i++) q[i] = (int8_t)(round_to_int(splat(x[i]) * scale)[0] + offset);
}

static void integer_quantize_rows(const float *x, size_t rows, size_t k, uint8_t *q, size_t q_row,
                                  float *scale) {
  for (size_t r = 0; r < rows; r++, x += k, q += q_row) {
    const struct quantization found = quantization_of(greatest_magnitude(x, k));
    scale[r] = found.scale;
    quantize_into(x, k, found.factor, 128, q);
    memset(q + k, 128, q_row - k);
  }
}

static void integer_quantize_linear(const float *x, size_t n, float scale, uint8_t zero,
                                    uint8_t *y) {
  const vf step = splat(scale);
  size_t i = 0;
  for (; i < n; i += REE_WIDTH) {
    const size_t count = n - i < REE_WIDTH ? n - i : REE_WIDTH;
    vi q = round_to_int((count == REE_WIDTH ? load(x + i) : load_some(x + i, count, 0)) / step) +
           splat_i(zero);
    q = select_i(q > 0, q, splat_i(0));
    q = select_i(q < 255, q, splat_i(255));
    vb bytes = __builtin_convertvector(q, vb);
    memcpy(y + i, &bytes, count);
  }
}

static void integer_quantize_columns(const float *b, size_t k, size_t n, size_t b_row, size_t b_col,
                                     int8_t *q, float *scale) {
  for (size_t j = 0; j < n; j++) {
    int32_t greatest = 0;
    for (size_t i = 0; i < k; i++) {
      const int32_t a = (int32_t)(pattern_of(b[i * b_row + j * b_col]) & 0x7fffffff);
      if (a > greatest) greatest = a;
    }
    const struct quantization found = quantization_of(greatest);
    scale[j] = found.scale;
    for (size_t i = 0; i < k; i++)
      quantize_into(b + i * b_row + j * b_col, 1, found.factor, 0, q + i * n + j);
  }
}

static void block_quantize(const float *x, size_t rows, size_t k, int8_t *q, float *scale,
                           int32_t *sum) {
  const size_t blocks = rows * (k / REE_BLOCK);
  for (size_t b = 0; b < blocks; b++, x += REE_BLOCK, q += REE_BLOCK) {
    const struct quantization found = quantization_of(greatest_magnitude(x, REE_BLOCK));
    scale[b] = found.scale;
    quantize_into(x, REE_BLOCK, found.factor, 0, q);
    int32_t total = 0;
    for (size_t i = 0; i < REE_BLOCK; i++) total += q[i];
    sum[b] = total;
  }
}
