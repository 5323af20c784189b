#pragma once
#include <stddef.h>
#include <stdint.h>

#include "ree_matmul.h"

#ifdef __cplusplus
extern "C" {
#endif

// Products of 8-bit integers. Sums are exact modulo 2^32, so no order of additions is named.
// They cannot wrap while k <= 65,536.

// Dynamic quantisation of rows: a = the greatest |x| of the row; scale = a / 127;
// q = 128 + (x * (127 / a) rounded to the nearest integer, ties to even), each operation rounded.
// A row whose 127 / a is infinite (all zeros, or nearly) has scale 0 and q = 128; a row with a NaN
// or an infinity has scale NaN and q = 128.
//
// x is [rows][k]; q is [rows][q_row] bytes with q_row >= k a multiple of 4, and bytes past k are
// 128; scale is [rows].
void ree_quantize_rows(const float *x, size_t rows, size_t k, uint8_t *q, size_t q_row,
                       float *scale);

// y = min(max(zero + (x / scale rounded to the nearest integer, ties to even), 0), 255).
// Precondition: |x / scale| < 2^22 for every x.
void ree_quantize_linear_u8(const float *x, size_t n, float scale, uint8_t zero, uint8_t *y);

// The same as ree_quantize_rows by columns, for weights: b's element [i][j] is b[i * b_row + j * b_col]; q is [k][n],
// signed, without the 128; scale is [n].
void ree_quantize_columns(const float *b, size_t k, size_t n, size_t b_row, size_t b_col, int8_t *q,
                          float *scale);

// Bytes that a packed B takes: ceil(n / 32) panels of 32 * (4 * ceil(k / 4) + 4).
// Precondition: this does not overflow.
size_t ree_i8_packed_size(size_t k, size_t n);

// Packs B, whose element [i][j] is b[i * b_row + j * b_col]. Layout, the same on every machine: for
// each panel of 32 columns, [ceil(k / 4)][32][4] bytes, element 4 i + l of column j at [i][j][l],
// zeros past the ends; then the columns' sums, [32] int32. `packed` is aligned to 4 bytes.
void ree_i8_pack(size_t k, size_t n, const int8_t *b, size_t b_row, size_t b_col, void *packed);

// The same for an unsigned B: packs b - 128, so that a zero point z becomes z - 128.
void ree_u8_pack(size_t k, size_t n, const uint8_t *b, size_t b_row, size_t b_col, void *packed);

// y = x + 128: a signed A with zero point z becomes an unsigned one with z + 128. [rows][k] to
// [rows][y_row] as in ree_quantize_rows.
void ree_i8_to_u8_rows(const int8_t *x, size_t rows, size_t k, uint8_t *y, size_t y_row);
// Copies unsigned rows to stride y_row; bytes past k are 128.
void ree_u8_rows(const uint8_t *x, size_t rows, size_t k, uint8_t *y, size_t y_row);

// S[i][j] = sum over q of (A[i][q] - a_zero[i]) * (B[q][j] - b_zero[j]).
//
// With `sums`: sums[i * c_row + j] = S[i][j], and nothing else is used.
// Otherwise    t = float(S[i][j]) * (a_scale[i] * b_scale[j])     (float() rounds to nearest even)
//              then bias, residual and activation as in ree_matmul.h, into c.
typedef struct ree_i8_matmul {
  size_t m, n, k;
  const uint8_t *a;  // [m][a_row] bytes; a_row >= k is a multiple of 4; bytes past k do not matter
  size_t a_row;
  const void *b;          // packed
  const int32_t *a_zero;  // [m]; NULL: 128
  const int32_t *b_zero;  // [n]; NULL: 0

  int32_t *sums;
  float *c;
  size_t c_row;
  const float *a_scale, *b_scale;  // [m], [n]
  const float *column_bias;        // [n] or NULL
  const float *residual;           // R[i][j] is residual[i * residual_row + j]; or NULL
  size_t residual_row;
  ree_activation activation;
} ree_i8_matmul;

// Everything zero but the sizes and the strides of contiguous matrices.
void ree_i8_matmul_init(ree_i8_matmul *product, size_t m, size_t n, size_t k);

// Tiles, as those of ree_matmul.
size_t ree_i8_matmul_tile_count(const ree_i8_matmul *product);
void ree_i8_matmul_tile(const ree_i8_matmul *product, size_t tile);
void ree_i8_matmul_run(const ree_i8_matmul *product);

#ifdef __cplusplus
}
#endif
