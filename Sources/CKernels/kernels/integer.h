// Exact products of 8-bit integers.

enum { REE_PANEL_BYTES = 4 * REE_PANEL, REE_DOT_SUMS = 32 };

static void integer_pack(size_t k, size_t n, const uint8_t *b, size_t b_row, size_t b_col,
                         uint8_t flip, void *packed) {
  const size_t groups = (k + 3) / 4;
  int8_t *out = packed;
  for (size_t j0 = 0; j0 < n; j0 += REE_PANEL) {
    uint32_t sums[REE_PANEL] = {0};
    for (size_t group = 0; group < groups; group++)
      for (size_t j = 0; j < REE_PANEL; j++)
        for (size_t l = 0; l < 4; l++) {
          const size_t i = group * 4 + l;
          int8_t value = 0;
          if (i < k && j0 + j < n) value = (int8_t)(b[i * b_row + (j0 + j) * b_col] ^ flip);
          *out++ = value;
          sums[j] += (uint32_t)(int32_t)value;
        }
    memcpy(out, sums, sizeof sums);
    out += sizeof sums;
  }
}

// `rows` and `vectors` are constants where this is inlined.
REE_INLINE void integer_product(const size_t rows, const size_t vectors, size_t groups,
                                const uint8_t *a, size_t a_row, const int8_t *b, int32_t *out) {
  vi sum[REE_DOT_SUMS];
  REE_UNROLL for (size_t s = 0; s < rows * vectors; s++) sum[s] = splat_i(0);
  for (size_t group = 0; group < groups; group++) {
    vi column[REE_DOT_SUMS];
    REE_UNROLL for (size_t v = 0; v < vectors; v++) column[v] = load_i(b + v * 4 * REE_WIDTH);
    REE_UNROLL for (size_t i = 0; i < rows; i++) {
      vi element = splat_bytes(a + i * a_row);
      REE_UNROLL for (size_t v = 0; v < vectors; v++)
        sum[i * vectors + v] = dot4(sum[i * vectors + v], element, column[v]);
    }
    a += 4;
    b += REE_PANEL_BYTES;
  }
  REE_UNROLL for (size_t i = 0; i < rows; i++)
    REE_UNROLL for (size_t v = 0; v < vectors; v++)
      store_i(out + i * REE_PANEL + v * REE_WIDTH, sum[i * vectors + v]);
}

typedef void integer_rows(size_t groups, const uint8_t *a, size_t a_row, const int8_t *b,
                          int32_t *out);

#define REE_INTEGER_PRODUCT(ROWS)                                                                  \
  static void integer_product_##ROWS(size_t groups, const uint8_t *a, size_t a_row,                \
                                     const int8_t *b, int32_t *out) {                              \
    for (size_t v = 0; v < REE_PANEL / REE_WIDTH; v += 2)                                          \
      integer_product(ROWS, 2, groups, a, a_row, b + v * 4 * REE_WIDTH, out + v * REE_WIDTH);      \
  }

REE_INTEGER_PRODUCT(1)
REE_INTEGER_PRODUCT(2)
REE_INTEGER_PRODUCT(3)
REE_INTEGER_PRODUCT(4)
#if REE_WIDTH == 16
REE_INTEGER_PRODUCT(5)
REE_INTEGER_PRODUCT(6)
REE_INTEGER_PRODUCT(7)
REE_INTEGER_PRODUCT(8)
REE_INTEGER_PRODUCT(9)
REE_INTEGER_PRODUCT(10)
REE_INTEGER_PRODUCT(11)
REE_INTEGER_PRODUCT(12)
enum { REE_INTEGER_ROWS = 12 };
#else
enum { REE_INTEGER_ROWS = 4 };
#endif

static integer_rows *const integer_products[] = {
    NULL, integer_product_1, integer_product_2, integer_product_3, integer_product_4,
#if REE_WIDTH == 16
    integer_product_5, integer_product_6, integer_product_7, integer_product_8,
    integer_product_9, integer_product_10, integer_product_11, integer_product_12,
#endif
};

// sum of (a - a_zero) over the row, for zero points of B.
static int32_t centered_row_sum(const uint8_t *a, size_t k, int32_t a_zero) {
  uint32_t sum = 0;
  for (size_t i = 0; i < k; i++) sum += a[i];
  return (int32_t)(sum - (uint32_t)k * (uint32_t)a_zero);
}

// From raw dot products to S, and to sums or c.
static void integer_finish(const ree_i8_matmul *p, size_t i, size_t j0, const int32_t *raw,
                           const int32_t *column_sums) {
  const size_t columns = p->n - j0 < REE_PANEL ? p->n - j0 : REE_PANEL;
  const int32_t a_zero = p->a_zero ? p->a_zero[i] : 128;
  const vi shift = splat_i(REE_DOT_BIAS - a_zero);
  int32_t zeros[REE_PANEL] = {0};
  float scales[REE_PANEL] = {0}, result[REE_PANEL];
  vi row_sum = splat_i(0);
  if (p->b_zero) {
    memcpy(zeros, p->b_zero + j0, columns * sizeof *zeros);
    row_sum = splat_i(centered_row_sum(p->a + i * p->a_row, p->k, a_zero));
  }
  if (!p->sums) memcpy(scales, p->b_scale + j0, columns * sizeof *scales);
  int32_t sums[REE_PANEL];
  for (size_t j = 0; j < REE_PANEL; j += REE_WIDTH) {
    vi s = add_i(load_i(raw + j), mul_i(shift, load_i(column_sums + j)));
    s = (vi)((vu)s - (vu)mul_i(row_sum, load_i(zeros + j)));
    store_i(sums + j, s);
    if (!p->sums) {
      vf scale = splat(p->a_scale[i]) * load(scales + j);
      store_canonical(result + j, __builtin_convertvector(s, vf) * scale);
    }
  }
  if (p->sums) memcpy(p->sums + i * p->c_row + j0, sums, columns * sizeof *sums);
  else memcpy(p->c + i * p->c_row + j0, result, columns * sizeof *result);
}

// The same for whole panels of binary32 without zero points of B: the usual product.
static void integer_finish_panel(const ree_i8_matmul *p, size_t i, size_t rows, size_t j,
                                 const int32_t *raw, const int32_t *column_sums) {
  for (size_t v = 0; v < REE_PANEL; v += REE_WIDTH) {
    const vi sums = load_i(column_sums + v);
    const vf scales = load(p->b_scale + j + v);
    for (size_t r = i; r < i + rows; r++) {
      const int32_t a_zero = p->a_zero ? p->a_zero[r] : 128;
      const vi dot = load_i(raw + (r - i) * REE_PANEL + v);
      const vi s = add_i(dot, mul_i(splat_i(REE_DOT_BIAS - a_zero), sums));
      vf scale = splat(p->a_scale[r]) * scales;
      store_canonical(p->c + r * p->c_row + j + v, __builtin_convertvector(s, vf) * scale);
    }
  }
}

static bool any_nonzero(const int32_t *x, size_t n) {
  int32_t all = 0;
  for (size_t i = 0; i < n; i++) all |= x[i];
  return all != 0;
}

static void integer_tile(const ree_i8_matmul *p, const struct tile *t) {
  const size_t groups = (p->k + 3) / 4, panel_size = (groups + 1) * REE_PANEL_BYTES;
  const ree_matmul epilogue = {
      .m = p->m, .n = p->n, .c = p->c, .c_row = p->c_row, .alpha = 1, .beta = 1,
      .column_bias = p->column_bias, .residual = p->residual, .residual_row = p->residual_row,
      .activation = p->activation,
  };
  int32_t raw[REE_INTEGER_ROWS * REE_PANEL];
  for (size_t panel = t->panel; panel < t->panel_end; panel++) {
    const int8_t *b = (const int8_t *)p->b + panel * panel_size;
    const int32_t *column_sums = (const int32_t *)(b + groups * REE_PANEL_BYTES);
    const size_t j = panel * REE_PANEL, columns = p->n - j < REE_PANEL ? p->n - j : REE_PANEL;
    // The panel after this one comes from memory meanwhile.
    if (panel + 1 < t->panel_end)
      for (size_t at = 0; at < panel_size; at += REE_LINE)
        __builtin_prefetch(b + panel_size + at, 0, 2);
    const bool has_zeros = p->b_zero && any_nonzero(p->b_zero + j, columns);
    for (size_t i = t->row; i < t->row_end;) {
      const size_t left = t->row_end - i, rows = left < REE_INTEGER_ROWS ? left : REE_INTEGER_ROWS;
      integer_products[rows](groups, p->a + i * p->a_row, p->a_row, b, raw);
      if (columns == REE_PANEL && !p->sums && !has_zeros)
        integer_finish_panel(p, i, rows, j, raw, column_sums);
      else
        for (size_t r = 0; r < rows; r++)
          integer_finish(p, i + r, j, raw + r * REE_PANEL, column_sums);
      if (!p->sums) finish(&epilogue, i, rows, j, columns);
      i += rows;
    }
  }
}
