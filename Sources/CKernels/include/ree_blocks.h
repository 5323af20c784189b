#pragma once
#include <stddef.h>
#include <stdint.h>

#include "ree_matmul.h"

#ifdef __cplusplus
extern "C" {
#endif

// Weights in GGUF's block formats: rows of blocks of 32 elements, each block with its own scale.
// d and m are binary16, little-endian; a byte of nibbles holds element t low and t + 16 high.
//
//   Q8_0  34 bytes: d, 32 signed bytes q            element = d * q
//   Q4_0  18 bytes: d, 16 bytes of nibbles q        element = d * (q - 8)
//   Q4_1  20 bytes: d, m, 16 bytes of nibbles q     element = d * q + m
typedef enum ree_block_format { REE_Q8_0 = 0, REE_Q4_0 = 1, REE_Q4_1 = 2 } ree_block_format;

enum { REE_BLOCK = 32 };

// Bytes of one block in a GGUF file: 34, 18 or 20.
size_t ree_block_bytes(ree_block_format format);

// The elements of `count` blocks: float(d) * float(q), exact; Q4_1 then adds m, rounded once.
void ree_dequantize_blocks(ree_block_format format, const void *blocks, size_t count, float *y);

// Quantises activations, [rows][k], in blocks of 32: a = the greatest |x| of the block;
// scale = a / 127; q = x * (127 / a) rounded to the nearest integer, ties to even; sum = the sum of
// the block's q. A block whose 127 / a is infinite has scale 0 and q = 0; one with a NaN or an
// infinity has scale NaN and q = 0. q is [rows][k]; scale and sum are [rows][k / 32].
// Precondition: k is a multiple of 32.
void ree_quantize_blocks(const float *x, size_t rows, size_t k, int8_t *q, float *scale,
                         int32_t *sum);

// Bytes that packed weights take. Precondition: no overflow.
size_t ree_blocks_packed_size(ree_block_format format, size_t k, size_t n);

// Packs weights [n][k / 32] blocks, as they lie in a file, for any number of products.
// Layout, the same on every machine: for each panel of 32 rows, for each block:
//   Q8_0  [8][32][4] bytes q + 128: element 4 i + l of row j at [i][j][l]; then [32] d
//   Q4_*  [4][32][4] bytes of nibbles: byte 4 i + l of row j at [i][j][l]; then [32] d, and [32] m
// Rows past n are zeros. `packed` is aligned to 2 bytes. Precondition: k is a multiple of 32.
void ree_blocks_pack(ree_block_format format, size_t k, size_t n, const void *blocks, void *packed);

// C = X W^T for quantised X [m][k] and packed W [n][k]. Per element, over the blocks in order,
// from s = +0:
//
//   dot = sum over the block of q_x * q_w          (q_w - 8 for Q4_0), exact
//   s = fma(float(dot), d * scale, s)
//   Q4_1:  s = fma(m, scale * float(sum), s)
//
// and then bias, residual and activation as in ree_matmul.h.
typedef struct ree_blocks_matmul {
  ree_block_format format;
  size_t m, n, k;  // k is a multiple of 32
  const int8_t *q;
  const float *scale;
  const int32_t *sum;
  const void *weights;
  float *c;  // C[i][j] is c[i * c_row + j]
  size_t c_row;
  const float *column_bias;  // [n] or NULL
  const float *residual;     // R[i][j] is residual[i * residual_row + j]; or NULL
  size_t residual_row;
  ree_activation activation;
} ree_blocks_matmul;

// Everything zero but the format, the sizes and c_row = n.
void ree_blocks_matmul_init(ree_blocks_matmul *product, ree_block_format format, size_t m, size_t n,
                            size_t k);

// Tiles, as those of ree_matmul.
size_t ree_blocks_matmul_tile_count(const ree_blocks_matmul *product);
void ree_blocks_matmul_tile(const ree_blocks_matmul *product, size_t tile);
void ree_blocks_matmul_run(const ree_blocks_matmul *product);

#ifdef __cplusplus
}
#endif
