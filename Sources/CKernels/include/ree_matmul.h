#pragma once
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// Products of binary32 matrices in the canonical order.
//
// Per element of C, for k in increasing order:
//
//   for p in 0, 256, 512, ... < k:   s = +0;  for q in p ..< min(p + 256, k): s = fma(A[i][q], B[q][j], s)
//                                    t = (p == 0) ? s : t + s                      // k = 0 gives t = +0
//   if alpha != 1:    t = alpha * t
//   if column_bias:   t = t + column_bias[j]
//   if row_bias:      t = t + row_bias[i]
//   if residual:      t = t + (beta == 1 ? R[i][j] : beta * R[i][j])
//   C[i][j] = activation(t)
//
// Each operation is rounded on its own. The bits depend on nothing else: not on m, n, the strides,
// the tiles, the threads or the instruction set.

enum {
  REE_K_BLOCK = 256,  // length of one fma chain
  REE_PANEL = 32,     // columns of a packed panel
};

// Applied last, by the functions of the same names in ree_functions.h and ree_elementwise.h.
typedef enum ree_activation {
  REE_IDENTITY = 0,
  REE_RELU = 1,
  REE_GELU = 2,
  REE_SILU = 3,
  REE_SIGMOID = 4,
  REE_TANH = 5,
} ree_activation;

// One product C = A B. Strides count elements, and may describe transposed matrices.
typedef struct ree_matmul {
  size_t m, n, k;

  // A[i][q] is a[i * a_row + q * a_col].
  const float *a;
  size_t a_row, a_col;

  // B[q][j] is b[q * b_row + j * b_col]; or, where `b_packed`, b is what ree_matmul_pack wrote.
  const float *b;
  size_t b_row, b_col;
  bool b_packed;

  // C[i][j] is c[i * c_row + j]. C overlaps no operand and not the residual.
  float *c;
  size_t c_row;

  float alpha;
  const float *column_bias;  // [n] or NULL
  const float *row_bias;     // [m] or NULL
  const float *residual;     // R[i][j] is residual[i * residual_row + j]; or NULL
  size_t residual_row;       // 0 repeats one row
  float beta;
  ree_activation activation;
} ree_matmul;

// A row-major product of contiguous matrices A [m][k] and B [k][n], alpha = beta = 1, without
// biases, residual and activation; the pointers are NULL and to be set by the caller.
void ree_matmul_init(ree_matmul *product, size_t m, size_t n, size_t k);

// Floats that a packed B takes: ceil(n / 32) * 32 * k.
// Precondition: the product does not overflow.
size_t ree_matmul_packed_size(size_t k, size_t n);

// Packs B, whose element [q][j] is b[q * b_row + j * b_col], for any number of products.
//
// Layout, the same on every machine: for each block of 256 k, for each panel of 32 columns,
// [k][32] floats; columns past n are +0. `packed` holds ree_matmul_packed_size(k, n) floats.
void ree_matmul_pack(size_t k, size_t n, const float *b, size_t b_row, size_t b_col, float *packed);

// A product falls into independent tiles, which threads may claim in any order, each once:
//
//   while ((tile = atomic_fetch_add(&next, 1)) < ree_matmul_tile_count(&product))
//     ree_matmul_tile(&product, tile);
//
// A product of no elements has no tiles. A tile uses up to 384 KiB of its thread's stack.
size_t ree_matmul_tile_count(const ree_matmul *product);
void ree_matmul_tile(const ree_matmul *product, size_t tile);

// All tiles, on this thread.
void ree_matmul_run(const ree_matmul *product);

#ifdef __cplusplus
}
#endif
