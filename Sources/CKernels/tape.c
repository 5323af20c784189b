#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include <sched.h>
#include <stdatomic.h>

#include "CKernels.h"

#pragma STDC FP_CONTRACT OFF

// Runs a tape: each operation is a call, or several, of the public kernels.

enum {
  PIECE_ELEMENTS = 16384,  // elements of a piece: enough to make claiming it cheap
  SPINS = 2000,            // looks at a counter before the processor is offered to others
};

static uint64_t ceil_divide(uint64_t a, uint64_t b) { return a / b + (a % b != 0); }

static float *at(void *memory, uint64_t offset) {
  return offset == REE_TAPE_NONE ? NULL : (float *)memory + offset;
}

// A part of something that is cut evenly.
struct part {
  size_t first, count;
};

static struct part part_of(uint64_t total, uint64_t size, size_t piece) {
  struct part part = {piece * size, size};
  if (total - part.first < size) part.count = total - part.first;
  return part;
}

static uint64_t rows_per_piece(const ree_tape_op *op) {
  return op->n >= PIECE_ELEMENTS ? 1 : PIECE_ELEMENTS / (op->n ? op->n : 1);
}

static ree_matmul product_of(const ree_tape_op *op, void *memory, uint64_t outer, uint64_t inner) {
  ree_matmul product;
  ree_matmul_init(&product, op->m, op->n, op->k);
  product.a_row = op->a_row, product.a_col = op->a_col;
  product.b_row = op->b_row, product.b_col = op->b_col;
  product.c_row = op->y_row;
  product.a = at(memory, op->a + outer * op->a_outer + inner * op->a_inner);
  product.b = at(memory, op->b + outer * op->b_outer + inner * op->b_inner);
  product.c = at(memory, op->y + outer * op->y_outer + inner * op->y_inner);
  product.alpha = op->alpha;
  product.column_bias = at(memory, op->c);
  product.residual = at(memory, op->d);
  product.residual_row = op->d_row;
  return product;
}

static size_t product_tiles(const ree_tape_op *op) {
  ree_matmul product;
  ree_matmul_init(&product, op->m, op->n, op->k);
  return ree_matmul_tile_count(&product);
}

static void matmul_piece(const ree_tape_op *op, void *memory, size_t piece) {
  const size_t tiles = product_tiles(op);
  const size_t index = piece / tiles;
  const ree_matmul product = product_of(op, memory, index / op->inner, index % op->inner);
  ree_matmul_tile(&product, piece % tiles);
}

// y[i] = a[i] (+ or *) b[i mod k] from `part` on.
static void periodic(void (*kernel)(const float *, size_t, const float *, size_t, float *, size_t),
                     const ree_tape_op *op, void *memory, struct part part) {
  const float *a = at(memory, op->a), *b = at(memory, op->b);
  float *y = at(memory, op->y);
  for (size_t i = part.first; i < part.first + part.count;) {
    const size_t offset = i % op->k;
    size_t count = part.first + part.count - i;
    if (count > op->k - offset) count = op->k - offset;
    kernel(a + i, 1, b + offset, 1, y + i, count);
    i += count;
  }
}

static void softmax_rows(const ree_tape_op *op, void *memory, struct part rows) {
  const float *a = at(memory, op->a);
  float *y = at(memory, op->y);
  if (op->k == 0) {
    ree_softmax_rows(a + rows.first * op->n, rows.count, op->n, y + rows.first * op->n);
    return;
  }
  for (size_t r = rows.first; r < rows.first + rows.count; r++) {
    const size_t length = r % op->k + 1;
    ree_softmax_rows(a + r * op->n, 1, length, y + r * op->n);
    memset(y + r * op->n + length, 0, (op->n - length) * sizeof(float));
  }
}

static void softmax_gradient_rows(const ree_tape_op *op, void *memory, struct part rows) {
  const float *a = at(memory, op->a), *b = at(memory, op->b);
  float *y = at(memory, op->y);
  if (op->k == 0) {
    const size_t first = rows.first * op->n;
    ree_softmax_gradient_rows(a + first, b + first, rows.count, op->n, y + first);
    return;
  }
  for (size_t r = rows.first; r < rows.first + rows.count; r++) {
    const size_t length = r % op->k + 1;
    ree_softmax_gradient_rows(a + r * op->n, b + r * op->n, 1, length, y + r * op->n);
    memset(y + r * op->n + length, 0, (op->n - length) * sizeof(float));
  }
}

static void cross_entropy_rows(const ree_tape_op *op, void *memory, struct part rows) {
  const float *a = at(memory, op->a) + rows.first * op->n;
  float *y = at(memory, op->y) + rows.first * op->n, *y2 = at(memory, op->y2) + rows.first;
  const int32_t *target = (const int32_t *)at(memory, op->b) + rows.first;
  ree_log_softmax_rows(a, rows.count, op->n, y);
  for (size_t r = 0; r < rows.count; r++) y2[r] = y[r * op->n + (size_t)target[r]];
  ree_neg(y2, y2, rows.count);
  ree_softmax_rows(a, rows.count, op->n, y);
}

static void clip(const ree_tape_op *op, void *memory) {
  const float most = *at(memory, op->a);
  float *y = at(memory, op->y);
  ree_sqrt(y, y, 1);
  const float limit = most / (y[0] + 1e-6f);
  y[1] = most > 0 && limit < 1 ? limit : 1;
}

static void adamw(const ree_tape_op *op, void *memory, struct part part) {
  const float *c = at(memory, op->c);
  const ree_adamw constants = {.rate = c[0], .epsilon = c[1], .decay = op->k ? c[2] : 0,
                               .beta1 = c[3], .beta1_complement = c[4], .correction1 = c[5],
                               .beta2 = c[6], .beta2_complement = c[7], .correction2 = c[8]};
  float *gradient = at(memory, op->a) + part.first;
  ree_mul(gradient, 1, at(memory, op->b), 0, gradient, part.count);
  ree_adamw_update(&constants, gradient, at(memory, op->y) + part.first,
                   at(memory, op->y2) + part.first, at(memory, op->y3) + part.first, part.count);
}

static void sgd(const ree_tape_op *op, void *memory, struct part part) {
  const float *c = at(memory, op->c);
  float *gradient = at(memory, op->a) + part.first;
  float *velocity = at(memory, op->y2);
  ree_mul(gradient, 1, at(memory, op->b), 0, gradient, part.count);
  ree_sgd_update(c[0], c[1], op->k ? c[2] : 0, gradient, at(memory, op->y) + part.first,
                 velocity ? velocity + part.first : NULL, part.count);
}

size_t ree_tape_piece_count(const ree_tape_op *op) {
  switch ((ree_tape_kind)op->kind) {
    case REE_TAPE_MATMUL: return product_tiles(op) * op->outer * op->inner;
    case REE_TAPE_ADD:
    case REE_TAPE_MUL:
    case REE_TAPE_GELU:
    case REE_TAPE_GELU_SLOPE:
    case REE_TAPE_GELU_GRADIENT:
    case REE_TAPE_ZERO:
    case REE_TAPE_COPY:
    case REE_TAPE_ADAMW:
    case REE_TAPE_SGD:
    case REE_TAPE_SCALE: return ceil_divide(op->n, PIECE_ELEMENTS);
    case REE_TAPE_LAYER_NORM:
    case REE_TAPE_LAYER_NORM_GRADIENT:
    case REE_TAPE_SOFTMAX:
    case REE_TAPE_SOFTMAX_GRADIENT:
    case REE_TAPE_GATHER:
    case REE_TAPE_CROSS_ENTROPY:
    case REE_TAPE_CROSS_ENTROPY_GRADIENT: return ceil_divide(op->m, rows_per_piece(op));
    case REE_TAPE_SCATTER_ADD: return ceil_divide(op->k, rows_per_piece(op));
    case REE_TAPE_GAMMA_GRADIENT:
    case REE_TAPE_SUM_ROWS:
    case REE_TAPE_MEAN:
    case REE_TAPE_ADD_SQUARES:
    case REE_TAPE_CLIP: return 1;
  }
  return 0;
}

void ree_tape_piece(const ree_tape_op *op, void *memory, size_t piece) {
  const struct part part = part_of(op->n, PIECE_ELEMENTS, piece);
  const struct part rows = part_of(op->m, rows_per_piece(op), piece);
  const size_t first = rows.first * op->n;
  float *a = at(memory, op->a), *b = at(memory, op->b), *c = at(memory, op->c);
  float *y = at(memory, op->y), *y2 = at(memory, op->y2), *y3 = at(memory, op->y3);

  switch ((ree_tape_kind)op->kind) {
    case REE_TAPE_MATMUL: matmul_piece(op, memory, piece); break;
    case REE_TAPE_ADD: periodic(ree_add, op, memory, part); break;
    case REE_TAPE_MUL: periodic(ree_mul, op, memory, part); break;
    case REE_TAPE_GELU: ree_gelu(a + part.first, y + part.first, part.count); break;
    case REE_TAPE_GELU_SLOPE:
      ree_gelu_with_slope(a + part.first, y + part.first, y2 + part.first, part.count);
      break;
    case REE_TAPE_GELU_GRADIENT:
      ree_gelu_gradient(a + part.first, b + part.first, y + part.first, part.count);
      break;
    case REE_TAPE_LAYER_NORM:
      ree_layer_norm_rows(a + first, rows.count, op->n, b, c, op->alpha, y + first,
                          y2 + rows.first, y3 + rows.first);
      break;
    case REE_TAPE_LAYER_NORM_GRADIENT:
      ree_layer_norm_gradient_rows(a + first, b + first, rows.count, op->n, c, y2 + rows.first,
                                   y3 + rows.first, y + first);
      break;
    case REE_TAPE_GAMMA_GRADIENT:
      ree_layer_norm_gamma_gradient(a, b, op->m, op->n, y2, y3, y);
      break;
    case REE_TAPE_SUM_ROWS: ree_sum_axis(a, 1, op->m, op->n, y); break;
    case REE_TAPE_SOFTMAX: softmax_rows(op, memory, rows); break;
    case REE_TAPE_SOFTMAX_GRADIENT: softmax_gradient_rows(op, memory, rows); break;
    case REE_TAPE_GATHER: {
      const int64_t *index = (const int64_t *)b;
      for (size_t r = rows.first; r < rows.first + rows.count; r++)
        memcpy(y + r * op->n, a + (size_t)index[r] * op->n, op->n * sizeof(float));
      break;
    }
    case REE_TAPE_SCATTER_ADD: {
      const struct part some = part_of(op->k, rows_per_piece(op), piece);
      memset(y + some.first * op->n, 0, some.count * op->n * sizeof(float));
      ree_scatter_add_rows(a, (const int64_t *)b, op->m, op->n, y, some.first,
                           some.first + some.count);
      break;
    }
    case REE_TAPE_CROSS_ENTROPY: cross_entropy_rows(op, memory, rows); break;
    case REE_TAPE_CROSS_ENTROPY_GRADIENT:
      ree_cross_entropy_gradient_rows(a + first, (const int32_t *)b + rows.first, rows.count, op->n,
                                      op->alpha, y + first);
      break;
    case REE_TAPE_MEAN: {
      const float count = (float)op->n;
      ree_sum_rows(a, 1, op->n, y);
      ree_div(y, 1, &count, 1, y, 1);
      break;
    }
    case REE_TAPE_ADD_SQUARES: {
      float squares;
      ree_sum_squares_rows(a, 1, op->n, &squares);
      ree_add(y, 1, &squares, 1, y, 1);
      break;
    }
    case REE_TAPE_CLIP: clip(op, memory); break;
    case REE_TAPE_ZERO: memset(y + part.first, 0, part.count * sizeof(float)); break;
    case REE_TAPE_COPY: memcpy(y + part.first, a + part.first, part.count * sizeof(float)); break;
    case REE_TAPE_ADAMW: adamw(op, memory, part); break;
    case REE_TAPE_SGD: sgd(op, memory, part); break;
    case REE_TAPE_SCALE:
      ree_mul(a + part.first, 1, &op->alpha, 0, y + part.first, part.count);
      break;
  }
}

void ree_tape_run(const ree_tape_op *ops, size_t count, void *memory) {
  for (size_t i = 0; i < count; i++) {
    const size_t pieces = ree_tape_piece_count(&ops[i]);
    for (size_t piece = 0; piece < pieces; piece++) ree_tape_piece(&ops[i], memory, piece);
  }
}

static void pause_here(size_t spins) {
  if (spins >= SPINS) {
    sched_yield();
    return;
  }
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

void ree_tape_work(const ree_tape_op *ops, size_t count, void *memory, uint32_t *state) {
  // Of each operation: the next piece to claim, and how many are done.
  _Atomic uint32_t *counters = (_Atomic uint32_t *)state;
  for (size_t i = 0; i < count; i++) {
    const size_t pieces = ree_tape_piece_count(&ops[i]);
    _Atomic uint32_t *next = &counters[2 * i], *done = next + 1;
    for (;;) {
      const uint32_t piece = atomic_fetch_add_explicit(next, 1, memory_order_relaxed);
      if (piece >= pieces) break;
      ree_tape_piece(&ops[i], memory, piece);
      atomic_fetch_add_explicit(done, 1, memory_order_release);
    }
    for (size_t spins = 0; atomic_load_explicit(done, memory_order_acquire) < pieces; spins++)
      pause_here(spins);
  }
}
