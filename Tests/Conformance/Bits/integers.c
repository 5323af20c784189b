#include "fixture.h"

static void i8_tile(const void *context, size_t index) { ree_i8_matmul_tile(context, index); }
static void blocks_tile(const void *context, size_t index) {
  ree_blocks_matmul_tile(context, index);
}

static void fill_bytes(void *out, size_t count) {
  for (size_t i = 0; i < count; i++) ((uint8_t *)out)[i] = (uint8_t)(next_bits() >> 24);
}

static void dynamic_products(void) {
  static const size_t shapes[][3] = {{1, 1, 1}, {3, 33, 5}, {25, 70, 130}, {13, 384, 384}, {5, 7, 0}};
  hash_begin("int8");
  for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
    const size_t m = shapes[s][0], n = shapes[s][1], k = shapes[s][2], row = (k + 3) / 4 * 4;
    float *x = NEW(float, m * k), *w = NEW(float, k * n), *c = NEW(float, m * n);
    fill(x, m * k, next_wide), fill(w, k * n, next_unit);
    if (m * k > 8) x[0] = __builtin_nanf(""), x[m * k - 1] = __builtin_inff();
    float *x_scale = NEW(float, m), *w_scale = NEW(float, n), *bias = NEW(float, n);
    fill(bias, n, next_unit);
    uint8_t *q = NEW(uint8_t, m * row);
    int8_t *wq = NEW(int8_t, k * n);
    void *packed = allocate(ree_i8_packed_size(k, n), 1);
    ree_quantize_rows(x, m, k, q, row, x_scale);
    ree_quantize_columns(w, k, n, n, 1, wq, w_scale);
    hash_bytes(q, m * row), hash_words(x_scale, m), hash_bytes(wq, k * n), hash_words(w_scale, n);
    ree_i8_pack(k, n, wq, n, 1, packed);
    ree_i8_matmul product;
    ree_i8_matmul_init(&product, m, n, k);
    product.a = q, product.b = packed, product.c = c;
    product.a_scale = x_scale, product.b_scale = w_scale, product.column_bias = bias;
    run_tiles(ree_i8_matmul_tile_count(&product), i8_tile, &product);
    hash_words(c, m * n);
    free(x), free(w), free(c), free(x_scale), free(w_scale), free(bias), free(q), free(wq);
    free(packed);
  }
  hash_end();
}

static void integer_sums(void) {
  enum { M = 14, N = 45, K = 515, ROW = 516 };
  hash_begin("int8-sums");
  uint8_t *a = NEW(uint8_t, M * K), *b = NEW(uint8_t, K * N), *rows = NEW(uint8_t, M * ROW);
  int32_t *sums = NEW(int32_t, M * N), a_zero[M], b_zero[N];
  fill_bytes(a, M * K), fill_bytes(b, K * N);
  for (size_t i = 0; i < M; i++) a_zero[i] = (int32_t)(next_bits() % 256);
  for (size_t j = 0; j < N; j++) b_zero[j] = (int32_t)(next_bits() % 256) - 128;
  void *packed = allocate(ree_i8_packed_size(K, N), 1);
  for (int variant = 0; variant < 4; variant++) {
    if (variant & 1) ree_u8_pack(K, N, b, N, 1, packed);
    else ree_i8_pack(K, N, (int8_t *)b, 1, K, packed);
    if (variant & 2) ree_u8_rows(a, M, K, rows, ROW);
    else ree_i8_to_u8_rows((int8_t *)a, M, K, rows, ROW);
    ree_i8_matmul product;
    ree_i8_matmul_init(&product, M, N, K);
    product.a = rows, product.b = packed, product.sums = sums;
    product.a_zero = a_zero, product.b_zero = variant & 1 ? b_zero : NULL;
    run_tiles(ree_i8_matmul_tile_count(&product), i8_tile, &product);
    hash_words(sums, M * N);
  }
  free(a), free(b), free(rows), free(sums), free(packed);
  hash_end();
}

// Blocks of random quants; scales are small positive and negative binary16.
static uint8_t *random_blocks(ree_block_format format, size_t count) {
  const size_t size = ree_block_bytes(format);
  uint8_t *blocks = NEW(uint8_t, count * size);
  fill_bytes(blocks, count * size);
  for (size_t i = 0; i < count; i++) {
    blocks[i * size + 1] = (uint8_t)((blocks[i * size + 1] & 0x83) | 0x24);
    if (format == REE_Q4_1) blocks[i * size + 3] = (uint8_t)((blocks[i * size + 3] & 0x83) | 0x28);
  }
  return blocks;
}

static void block_products(void) {
  static const char *const names[] = {"q8_0", "q4_0", "q4_1"};
  for (int f = REE_Q8_0; f <= REE_Q4_1; f++) {
    const ree_block_format format = (ree_block_format)f;
    hash_begin(names[f]);
    for (size_t m = 1; m <= 6; m++) {
      const size_t n = 20 + 31 * m, k = 64 * m + 32, blocks = k / REE_BLOCK;
      uint8_t *weights = random_blocks(format, n * blocks);
      float *x = NEW(float, m * k), *c = NEW(float, m * n), *scale = NEW(float, m * blocks);
      float *dense = NEW(float, n * k);
      int8_t *q = NEW(int8_t, m * k);
      int32_t *sum = NEW(int32_t, m * blocks);
      fill(x, m * k, next_wide);
      if (m == 6) x[1] = __builtin_inff(), memset(x + 32, 0, 32 * sizeof *x);
      ree_quantize_blocks(x, m, k, q, scale, sum);
      hash_bytes(q, m * k), hash_words(scale, m * blocks), hash_words(sum, m * blocks);
      ree_dequantize_blocks(format, weights, n * blocks, dense);
      hash_words(dense, n * k);
      void *packed = allocate(ree_blocks_packed_size(format, k, n), 1);
      ree_blocks_pack(format, k, n, weights, packed);
      ree_blocks_matmul product;
      ree_blocks_matmul_init(&product, format, m, n, k);
      product.q = q, product.scale = scale, product.sum = sum, product.weights = packed;
      product.c = c;
      run_tiles(ree_blocks_matmul_tile_count(&product), blocks_tile, &product);
      hash_words(c, m * n);
      free(weights), free(x), free(c), free(scale), free(dense), free(q), free(sum), free(packed);
    }
    hash_end();
  }
}

void integer_lines(void) {
  dynamic_products();
  integer_sums();
  block_products();
}
