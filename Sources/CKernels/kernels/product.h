// The innermost part of every product: a few rows of A times a few vectors of B's columns over one
// block of k. Per element one fma chain in increasing k from +0; then the block's sum is stored
// (first block) or added to what is there. A NaN on the way stays one, so it may be canonical at once.

enum { REE_SUMS = 32, REE_LINE = 64 };

// `rows` and `vectors` are constants where this is inlined, so that all sums live in registers.
//   a  element [row][k] at a[row * a_row + k * a_col]
//   b  element [k][column] at b[(column / 32) * b_panel + k * b_row + column % 32]
//   next  what is read after this: `count` lines of it are fetched meanwhile
REE_INLINE void product(const size_t rows, const size_t vectors, size_t count, const float *a,
                        size_t a_row, size_t a_col, const float *b, size_t b_row, size_t b_panel,
                        float *c, size_t c_row, bool first, const char *next) {
  vf sum[REE_SUMS];
  REE_UNROLL for (size_t s = 0; s < rows * vectors; s++) sum[s] = splat(0);

#pragma clang loop unroll_count(2)
  for (size_t k = 0; k < count; k++) {
    vf column[REE_SUMS];
    REE_UNROLL for (size_t v = 0; v < vectors; v++)
      column[v] = load(b + (v * REE_WIDTH / REE_PANEL) * b_panel + (v * REE_WIDTH) % REE_PANEL);
    REE_UNROLL for (size_t i = 0; i < rows; i++) {
      vf element = splat(a[i * a_row]);
      REE_UNROLL for (size_t v = 0; v < vectors; v++)
        sum[i * vectors + v] = fma_f(element, column[v], sum[i * vectors + v]);
    }
    a += a_col;
    b += b_row;
    if (next) __builtin_prefetch(next + k * REE_LINE, 0, 2);
  }

  REE_UNROLL for (size_t i = 0; i < rows; i++)
    REE_UNROLL for (size_t v = 0; v < vectors; v++) {
      float *out = c + i * c_row + v * REE_WIDTH;
      vf block = sum[i * vectors + v];
      store_canonical(out, first ? block : load(out) + block);
    }
}

// The block of REE_ROWS rows and fewer. One function for each number of rows.
typedef void product_rows(size_t count, const float *a, size_t a_row, size_t a_col, const float *b,
                          size_t b_row, float *c, size_t c_row, bool first, const char *next);

#define REE_PRODUCT(ROWS)                                                                          \
  static void product_##ROWS(size_t count, const float *a, size_t a_row, size_t a_col,             \
                             const float *b, size_t b_row, float *c, size_t c_row, bool first,     \
                             const char *next) {                                                   \
    for (size_t v = 0; v < REE_PANEL / REE_WIDTH; v += REE_VECTORS)                                \
      if (v == 0 && next)                                                                          \
        product(ROWS, REE_VECTORS, count, a, a_row, a_col, b, b_row, 0, c, c_row, first, next);    \
      else                                                                                         \
        product(ROWS, REE_VECTORS, count, a, a_row, a_col, b + v * REE_WIDTH, b_row, 0,            \
                c + v * REE_WIDTH, c_row, first, NULL);                                            \
  }

REE_PRODUCT(1)
REE_PRODUCT(2)
REE_PRODUCT(3)
REE_PRODUCT(4)
#if REE_ROWS > 4
REE_PRODUCT(5)
REE_PRODUCT(6)
#endif
#if REE_ROWS > 6
REE_PRODUCT(7)
REE_PRODUCT(8)
REE_PRODUCT(9)
REE_PRODUCT(10)
REE_PRODUCT(11)
REE_PRODUCT(12)
#endif

static product_rows *const products[] = {
    NULL,       product_1, product_2, product_3, product_4,
#if REE_ROWS > 4
    product_5,  product_6,
#endif
#if REE_ROWS > 6
    product_7,  product_8, product_9, product_10, product_11, product_12,
#endif
};

// Few rows meet each element of B only once or twice: what counts is to read B in several streams.
// `wide` columns at a time, over as many panels as that takes.
#define REE_PRODUCT_FEW(ROWS, VECTORS)                                                             \
  static void product_few_##ROWS(size_t columns, size_t count, const float *a, size_t a_row,       \
                                 size_t a_col, const float *b, size_t b_row, size_t b_panel,       \
                                 float *c, size_t c_row, bool first) {                             \
    const size_t wide = VECTORS * REE_WIDTH;                                                       \
    size_t j = 0;                                                                                  \
    for (; j + wide <= columns; j += wide)                                                         \
      product(ROWS, VECTORS, count, a, a_row, a_col,                                               \
              b + (j / REE_PANEL) * b_panel + j % REE_PANEL, b_row, b_panel, c + j, c_row, first,  \
              NULL);                                                                               \
    for (; j < columns; j += REE_WIDTH)                                                            \
      product(ROWS, 1, count, a, a_row, a_col, b + (j / REE_PANEL) * b_panel + j % REE_PANEL,      \
              b_row, b_panel, c + j, c_row, first, NULL);                                          \
  }

REE_PRODUCT_FEW(1, 8)
#if REE_WIDTH == 16
REE_PRODUCT_FEW(2, 8)
REE_PRODUCT_FEW(3, 8)
REE_PRODUCT_FEW(4, 4)
#else
REE_PRODUCT_FEW(2, 4)
REE_PRODUCT_FEW(3, 4)
REE_PRODUCT_FEW(4, 2)
#endif

typedef void product_few_rows(size_t columns, size_t count, const float *a, size_t a_row,
                              size_t a_col, const float *b, size_t b_row, size_t b_panel, float *c,
                              size_t c_row, bool first);
static product_few_rows *const products_few[] = {NULL, product_few_1, product_few_2, product_few_3,
                                                 product_few_4};
