// Products with block-quantised weights.

typedef uint16_t vhalf __attribute__((vector_size(2 * REE_WIDTH)));

// REE_WIDTH binary16, widened exactly.
REE_INLINE vf load_f16(const uint8_t *p) {
  vhalf half;
  memcpy(&half, p, sizeof half);
#if REE_WIDTH == 16
  return (vf)_mm512_cvtph_ps((__m256i)half);
#else
  vi pattern = __builtin_convertvector(half, vi);
  vi magnitude_bits = pattern & 0x7fff;
  vi scaled = bits(from_bits(magnitude_bits << 13) * 0x1p112f);
  vi special = (magnitude_bits << 13) | 0x7f800000;
  vi value = select_i(magnitude_bits >= splat_i(0x7c00), special, scaled);
  return from_bits(value | (vi)((vu)(pattern & 0x8000) << 16));
#endif
}

struct block_layout {
  size_t file_bytes, header, quants;  // of one block in a file
  size_t packed_bytes;                // of 32 blocks side by side
  int32_t offset;                     // what the stored q have too much
};

REE_INLINE struct block_layout layout_of(ree_block_format format) {
  switch (format) {
    case REE_Q4_0: return (struct block_layout){18, 2, 16, 16 * REE_PANEL + 2 * REE_PANEL, 8};
    case REE_Q4_1: return (struct block_layout){20, 4, 16, 16 * REE_PANEL + 4 * REE_PANEL, 0};
    case REE_Q8_0: break;
  }
  return (struct block_layout){34, 2, 32, 32 * REE_PANEL + 2 * REE_PANEL, 128};
}

static void block_pack(ree_block_format format, size_t k, size_t n, const void *blocks,
                       void *packed) {
  const struct block_layout layout = layout_of(format);
  const size_t count = k / REE_BLOCK;
  const uint8_t flip = format == REE_Q8_0 ? 0x80 : 0;
  uint8_t *out = packed;
  for (size_t j0 = 0; j0 < n; j0 += REE_PANEL)
    for (size_t block = 0; block < count; block++, out += layout.packed_bytes) {
      memset(out, 0, layout.packed_bytes);
      for (size_t j = 0; j < REE_PANEL && j0 + j < n; j++) {
        const uint8_t *in = (const uint8_t *)blocks + ((j0 + j) * count + block) * layout.file_bytes;
        for (size_t byte = 0; byte < layout.quants; byte++)
          out[byte / 4 * REE_PANEL_BYTES + j * 4 + byte % 4] = in[layout.header + byte] ^ flip;
        for (size_t h = 0; h < layout.header / 2; h++)
          memcpy(out + layout.quants * REE_PANEL + (h * REE_PANEL + j) * 2, in + 2 * h, 2);
      }
    }
}

static void block_dequantize(ree_block_format format, const void *blocks, size_t count, float *y) {
  const struct block_layout layout = layout_of(format);
  const uint8_t *in = blocks;
  for (size_t b = 0; b < count; b++, in += layout.file_bytes, y += REE_BLOCK) {
    uint16_t half[2] = {0};
    memcpy(half, in, layout.header);
    const float d = widen_f16(half[0]), m = widen_f16(half[1]);
    const uint8_t *q = in + layout.header;
    for (size_t i = 0; i < REE_BLOCK; i++) {
      int32_t value;
      if (format == REE_Q8_0) value = (int8_t)q[i];
      else value = (i < 16 ? q[i] & 15 : q[i - 16] >> 4) - layout.offset;
      const float product = d * (float)value;
      y[i] = canonical_1(format == REE_Q4_1 ? product + m : product);
    }
  }
}

// Two vectors of a panel's columns, from vector `at` on, for a few rows of X, over all blocks.
REE_INLINE void block_product(const ree_block_format format, const size_t rows,
                              const ree_blocks_matmul *p, size_t row, const uint8_t *weights,
                              size_t at, float *out) {
  enum { vectors = 2 };
  const struct block_layout layout = layout_of(format);
  const size_t count = p->k / REE_BLOCK;
  const int8_t *q = p->q + row * p->k;
  const float *scale = p->scale + row * count;
  const int32_t *sum = p->sum + row * count;
  vf total[8];
  REE_UNROLL for (size_t s = 0; s < rows * vectors; s++) total[s] = splat(0);

  for (size_t block = 0; block < count; block++) {
    vi dot[8];
    REE_UNROLL for (size_t i = 0; i < rows; i++)
      REE_UNROLL for (size_t v = 0; v < vectors; v++)
        dot[i * vectors + v] = splat_i((REE_DOT_BIAS - layout.offset) * sum[i * count + block]);
    REE_UNROLL for (size_t group = 0; group < layout.quants / 4; group++) {
      REE_UNROLL for (size_t v = 0; v < vectors; v++) {
        vi w = load_i(weights + group * REE_PANEL_BYTES + (at + v) * 4 * REE_WIDTH);
        vi low = format == REE_Q8_0 ? w : w & 0x0f0f0f0f;
        vi high = (vi)((vu)w >> 4) & 0x0f0f0f0f;
        REE_UNROLL for (size_t i = 0; i < rows; i++) {
          const int8_t *x = q + i * p->k + block * REE_BLOCK + group * 4;
          vi *d = &dot[i * vectors + v];
          *d = dot4(*d, low, splat_bytes(x));
          if (format != REE_Q8_0) *d = dot4(*d, high, splat_bytes(x + 16));
        }
      }
    }
    const uint8_t *halves = weights + layout.quants * REE_PANEL;
    REE_UNROLL for (size_t v = 0; v < vectors; v++) {
      vf d = load_f16(halves + (at + v) * 2 * REE_WIDTH);
      REE_UNROLL for (size_t i = 0; i < rows; i++) {
        vf *t = &total[i * vectors + v];
        const float s = scale[i * count + block];
        *t = fma_f(__builtin_convertvector(dot[i * vectors + v], vf), d * splat(s), *t);
        if (format == REE_Q4_1) {
          vf m = load_f16(halves + 2 * REE_PANEL + (at + v) * 2 * REE_WIDTH);
          *t = fma_f(m, splat(s * (float)sum[i * count + block]), *t);
        }
      }
    }
    weights += layout.packed_bytes;
  }
  REE_UNROLL for (size_t i = 0; i < rows; i++)
    REE_UNROLL for (size_t v = 0; v < vectors; v++)
      store_canonical(out + i * REE_PANEL + (at + v) * REE_WIDTH, total[i * vectors + v]);
}

#define REE_BLOCK_PRODUCT(FORMAT, ROWS)                                                            \
  static void block_product_##FORMAT##_##ROWS(const ree_blocks_matmul *p, size_t row,              \
                                              const uint8_t *weights, float *out) {                \
    for (size_t at = 0; at < REE_PANEL / REE_WIDTH; at += 2)                                       \
      block_product(FORMAT, ROWS, p, row, weights, at, out);                                       \
  }
#define REE_BLOCK_PRODUCTS(FORMAT)                                                                 \
  REE_BLOCK_PRODUCT(FORMAT, 1)                                                                     \
  REE_BLOCK_PRODUCT(FORMAT, 2)                                                                     \
  REE_BLOCK_PRODUCT(FORMAT, 3)                                                                     \
  REE_BLOCK_PRODUCT(FORMAT, 4)

REE_BLOCK_PRODUCTS(REE_Q8_0)
REE_BLOCK_PRODUCTS(REE_Q4_0)
REE_BLOCK_PRODUCTS(REE_Q4_1)

typedef void block_rows(const ree_blocks_matmul *p, size_t row, const uint8_t *weights, float *out);

#define REE_BLOCK_ENTRIES(FORMAT)                                                                  \
  [FORMAT] = {NULL, block_product_##FORMAT##_1, block_product_##FORMAT##_2,                        \
              block_product_##FORMAT##_3, block_product_##FORMAT##_4}
static block_rows *const block_products[3][5] = {
    REE_BLOCK_ENTRIES(REE_Q8_0),
    REE_BLOCK_ENTRIES(REE_Q4_0),
    REE_BLOCK_ENTRIES(REE_Q4_1),
};

static void block_tile(const ree_blocks_matmul *p, const struct tile *t) {
  const size_t panel_size = p->k / REE_BLOCK * layout_of(p->format).packed_bytes;
  const ree_matmul epilogue = {
      .m = p->m, .n = p->n, .c = p->c, .c_row = p->c_row, .alpha = 1, .beta = 1,
      .column_bias = p->column_bias, .residual = p->residual, .residual_row = p->residual_row,
      .activation = p->activation,
  };
  float result[4 * REE_PANEL];
  for (size_t panel = t->panel; panel < t->panel_end; panel++) {
    const uint8_t *weights = (const uint8_t *)p->weights + panel * panel_size;
    const size_t j = panel * REE_PANEL, columns = p->n - j < REE_PANEL ? p->n - j : REE_PANEL;
    for (size_t i = t->row; i < t->row_end; i += 4) {
      const size_t rows = t->row_end - i < 4 ? t->row_end - i : 4;
      block_products[p->format][rows](p, i, weights, result);
      for (size_t r = 0; r < rows; r++)
        memcpy(p->c + (i + r) * p->c_row + j, result + r * REE_PANEL, columns * sizeof *result);
      finish(&epilogue, i, rows, j, columns);
    }
  }
}
