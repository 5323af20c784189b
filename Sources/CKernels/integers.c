#include <string.h>

#include "tables.h"

// The public names of integer and block kernels.

void ree_quantize_rows(const float *x, size_t rows, size_t k, uint8_t *q, size_t q_row,
                       float *scale) {
  ree_kernels()->integer->quantize_rows(x, rows, k, q, q_row, scale);
}

void ree_quantize_linear_u8(const float *x, size_t n, float scale, uint8_t zero, uint8_t *y) {
  ree_kernels()->integer->quantize_linear(x, n, scale, zero, y);
}

void ree_quantize_columns(const float *b, size_t k, size_t n, size_t b_row, size_t b_col, int8_t *q,
                          float *scale) {
  ree_kernels()->integer->quantize_columns(b, k, n, b_row, b_col, q, scale);
}

static size_t panels(size_t n) { return n / REE_PANEL + (n % REE_PANEL != 0); }

size_t ree_i8_packed_size(size_t k, size_t n) {
  const size_t groups = k / 4 + (k % 4 != 0);
  return panels(n) * (groups + 1) * 4 * REE_PANEL;
}

void ree_i8_pack(size_t k, size_t n, const int8_t *b, size_t b_row, size_t b_col, void *packed) {
  ree_kernels()->integer->pack(k, n, (const uint8_t *)b, b_row, b_col, 0, packed);
}

void ree_u8_pack(size_t k, size_t n, const uint8_t *b, size_t b_row, size_t b_col, void *packed) {
  ree_kernels()->integer->pack(k, n, b, b_row, b_col, 0x80, packed);
}

void ree_i8_to_u8_rows(const int8_t *x, size_t rows, size_t k, uint8_t *y, size_t y_row) {
  for (size_t r = 0; r < rows; r++, x += k, y += y_row) {
    for (size_t i = 0; i < k; i++) y[i] = (uint8_t)x[i] ^ 0x80;
    memset(y + k, 128, y_row - k);
  }
}

void ree_u8_rows(const uint8_t *x, size_t rows, size_t k, uint8_t *y, size_t y_row) {
  for (size_t r = 0; r < rows; r++, x += k, y += y_row) {
    memcpy(y, x, k);
    memset(y + k, 128, y_row - k);
  }
}

void ree_i8_matmul_init(ree_i8_matmul *product, size_t m, size_t n, size_t k) {
  memset(product, 0, sizeof *product);
  product->m = m, product->n = n, product->k = k;
  product->a_row = (k / 4 + (k % 4 != 0)) * 4;
  product->c_row = n;
}

static struct grid i8_grid(const ree_i8_matmul *p) { return ree_grid(p->m, p->n, p->k / 4, false); }

size_t ree_i8_matmul_tile_count(const ree_i8_matmul *p) {
  const struct grid grid = i8_grid(p);
  return ree_grid_count(&grid);
}

void ree_i8_matmul_tile(const ree_i8_matmul *p, size_t index) {
  const struct grid grid = i8_grid(p);
  const struct tile tile = ree_grid_tile(&grid, index);
  ree_kernels()->integer->tile(p, &tile);
}

void ree_i8_matmul_run(const ree_i8_matmul *p) {
  const size_t count = ree_i8_matmul_tile_count(p);
  for (size_t tile = 0; tile < count; tile++) ree_i8_matmul_tile(p, tile);
}

size_t ree_block_bytes(ree_block_format format) {
  switch (format) {
    case REE_Q4_0: return 18;
    case REE_Q4_1: return 20;
    case REE_Q8_0: break;
  }
  return 34;
}

size_t ree_blocks_packed_size(ree_block_format format, size_t k, size_t n) {
  return panels(n) * REE_PANEL * (k / REE_BLOCK) * ree_block_bytes(format);
}

void ree_dequantize_blocks(ree_block_format format, const void *blocks, size_t count, float *y) {
  ree_kernels()->integer->block_dequantize(format, blocks, count, y);
}

void ree_quantize_blocks(const float *x, size_t rows, size_t k, int8_t *q, float *scale,
                         int32_t *sum) {
  ree_kernels()->integer->block_quantize(x, rows, k, q, scale, sum);
}

void ree_blocks_pack(ree_block_format format, size_t k, size_t n, const void *blocks,
                     void *packed) {
  ree_kernels()->integer->block_pack(format, k, n, blocks, packed);
}

void ree_blocks_matmul_init(ree_blocks_matmul *product, ree_block_format format, size_t m, size_t n,
                            size_t k) {
  memset(product, 0, sizeof *product);
  product->format = format;
  product->m = m, product->n = n, product->k = k;
  product->c_row = n;
}

static struct grid blocks_grid(const ree_blocks_matmul *p) {
  return ree_grid(p->m, p->n, p->k / 4, false);
}

size_t ree_blocks_matmul_tile_count(const ree_blocks_matmul *p) {
  const struct grid grid = blocks_grid(p);
  return ree_grid_count(&grid);
}

void ree_blocks_matmul_tile(const ree_blocks_matmul *p, size_t index) {
  const struct grid grid = blocks_grid(p);
  const struct tile tile = ree_grid_tile(&grid, index);
  ree_kernels()->integer->block_tile(p, &tile);
}

void ree_blocks_matmul_run(const ree_blocks_matmul *p) {
  const size_t count = ree_blocks_matmul_tile_count(p);
  for (size_t tile = 0; tile < count; tile++) ree_blocks_matmul_tile(p, tile);
}
