#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// A tape: a flat list of kernel calls over one block of memory, each operand an offset into it. A
// planner writes it once; it is then run any number of times, by any number of threads, on any
// instruction set, with the same bits.
//
// Offsets count words of four bytes. What a kind does not use is zero, or REE_TAPE_NONE where 0 would
// name an operand. Whoever writes a tape sees to it that all operands lie inside the memory.

#define REE_TAPE_NONE UINT64_MAX

typedef enum ree_tape_kind {
  // The products of ree_matmul.h, `outer` times `inner` of them: number (o, i) has its A at
  // a + o * a_outer + i * a_inner, B and Y alike. c: column bias or none; d: residual or none (of
  // every product the same place).
  REE_TAPE_MATMUL = 1,
  // y[i] = a[i] + b[i mod k]; n elements.
  REE_TAPE_ADD = 2,
  // y[i] = a[i] * b[i mod k]; n elements.
  REE_TAPE_MUL = 3,
  // y = gelu(a); n elements.
  REE_TAPE_GELU = 4,
  // y = gelu(a), y2 = gelu'(a); n elements: y2 is what ree_gelu_gradient multiplies dy with.
  REE_TAPE_GELU_SLOPE = 5,
  // y = b * gelu'(a).
  REE_TAPE_GELU_GRADIENT = 6,
  // Rows of n, m of them: a: x, b: gamma, c: beta; y, y2: mean, y3: reciprocal. alpha: epsilon.
  REE_TAPE_LAYER_NORM = 7,
  // a: x, b: dy, c: gamma, y2: mean, y3: reciprocal; y: dx.
  REE_TAPE_LAYER_NORM_GRADIENT = 8,
  // a: x, b: dy, y2: mean, y3: reciprocal; y: dgamma.
  REE_TAPE_GAMMA_GRADIENT = 9,
  // y[j] = one chain over a's m rows of n.
  REE_TAPE_SUM_ROWS = 10,
  // y = softmax of each of a's m rows of n; with k > 0, of its first (r mod k) + 1 elements alone, +0
  // in the others.
  REE_TAPE_SOFTMAX = 11,
  // a: softmax, b: its gradient; y: that of what went in. k as above: the elements past (r mod k)
  // are neither read nor summed, and +0 in y.
  REE_TAPE_SOFTMAX_GRADIENT = 12,
  // y's row i is a's row b[i]; m rows of n. b: int64, each below k.
  REE_TAPE_GATHER = 13,
  // The gradient of that: y, k rows of n, is zeroed; then a's m rows are added in order.
  REE_TAPE_SCATTER_ADD = 14,
  // a: logits, m rows of n; b: int32 targets, each below n. y: softmax; y2, [m]: -log-softmax at the
  // target.
  REE_TAPE_CROSS_ENTROPY = 15,
  // a: softmax, m rows of n; b: int32 targets; y = (a - (j == target)) * alpha.
  REE_TAPE_CROSS_ENTROPY_GRADIENT = 16,
  // y[0] = (lane sum of a's n elements) / n.
  REE_TAPE_MEAN = 17,
  // y[0] = y[0] + lane sum of squares of a's n elements.
  REE_TAPE_ADD_SQUARES = 18,
  // y[0] = sqrt(y[0]), the gradient's norm; y[1] = min(1, a[0] / (norm + 1e-6)), or 1 where a[0] is 0.
  REE_TAPE_CLIP = 19,
  // y[i] = +0; n elements.
  REE_TAPE_ZERO = 20,
  // y = a; n words.
  REE_TAPE_COPY = 21,
  // a: gradient, first multiplied by b[0] in place; c: nine numbers in the order of ree_adamw; y:
  // parameter, y2: m, y3: v; n elements. With k = 0 there is no decay.
  REE_TAPE_ADAMW = 22,
  // a and b as above; c: rate, momentum, decay; y: parameter, y2: velocity or none.
  REE_TAPE_SGD = 23,
  // y[i] = a[i] * alpha; n elements.
  REE_TAPE_SCALE = 24,
} ree_tape_kind;

typedef struct ree_tape_op {
  uint32_t kind;
  float alpha;
  uint64_t a, b, c, d;
  uint64_t y, y2, y3;
  uint64_t m, n, k;
  uint64_t a_row, a_col, b_row, b_col, y_row, d_row;
  uint64_t outer, a_outer, b_outer, y_outer;
  uint64_t inner, a_inner, b_inner, y_inner;
} ree_tape_op;

// An operation falls into independent pieces, which threads may claim in any order, each once.
size_t ree_tape_piece_count(const ree_tape_op *op);
void ree_tape_piece(const ree_tape_op *op, void *memory, size_t piece);

// All operations in order, on this thread.
void ree_tape_run(const ree_tape_op *ops, size_t count, void *memory);

// One thread's part of a run that several threads share; returns when every operation is done.
// `state`, 2 * count words that are zero at the start, is common to them.
void ree_tape_work(const ree_tape_op *ops, size_t count, void *memory, uint32_t *state);

#ifdef __cplusplus
}
#endif
