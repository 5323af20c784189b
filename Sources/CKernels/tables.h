#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CKernels.h"

// What each instruction set provides: tables of functions with the same meaning everywhere.

enum { REE_TILE_ROWS = 144 };

// A part of C: rows row ..< row_end, columns of the panels panel ..< panel_end.
struct tile {
  size_t row, row_end, panel, panel_end;
};

typedef void unary_kernel(const float *x, float *y, size_t n);
typedef void binary_kernel(const float *a, size_t a_step, const float *b, size_t b_step, float *y,
                           size_t n);
typedef void row_kernel(const float *x, size_t rows, size_t n, float *y);
typedef void axis_kernel(const float *x, size_t outer, size_t n, size_t inner, float *y);

struct product_kernels {
  void (*pack)(size_t k, size_t n, const float *b, size_t b_row, size_t b_col, float *packed);
  void (*tile)(const ree_matmul *product, const struct tile *tile);
  void (*conv_tile)(const ree_conv *conv, const struct tile *tile);
  void (*depthwise_tile)(const ree_conv *conv, size_t channel);
};

// Every function of one binary32, by name: F(name).
#define REE_EACH_CORRECTLY_ROUNDED(F)                                                              \
  F(exp) F(exp2) F(expm1) F(log) F(log2) F(log10) F(log1p) F(sin) F(cos) F(tan) F(asin) F(acos)    \
  F(atan) F(sinh) F(cosh) F(tanh) F(asinh) F(acosh) F(atanh) F(erf)
#define REE_EACH_COMPOSITION(F) F(sigmoid) F(silu) F(gelu) F(gelu_tanh) F(softplus)
#define REE_EACH_UNARY(F)                                                                          \
  F(neg) F(abs) F(sqrt) F(reciprocal) F(relu) F(floor) F(ceil) F(round)
#define REE_EACH_BINARY(F) F(add) F(sub) F(mul) F(div) F(max) F(min)

#define REE_UNARY_FIELD(NAME) unary_kernel *NAME;
#define REE_BINARY_FIELD(NAME) binary_kernel *NAME;

struct function_kernels {
  REE_EACH_CORRECTLY_ROUNDED(REE_UNARY_FIELD)
  REE_EACH_COMPOSITION(REE_UNARY_FIELD)
};

struct elementwise_kernels {
  REE_EACH_UNARY(REE_UNARY_FIELD)
  REE_EACH_BINARY(REE_BINARY_FIELD)
  void (*leaky_relu)(const float *x, float slope, float *y, size_t n);
  void (*clip)(const float *x, float low, float high, float *y, size_t n);
  void (*hard_sigmoid)(const float *x, float alpha, float beta, float *y, size_t n);
  void (*fma_scaled)(float a, const float *x, float *y, size_t n);
  void (*canonicalize)(float *x, size_t n);
  void (*from_f16)(const uint16_t *x, float *y, size_t n);
  void (*to_f16)(const float *x, uint16_t *y, size_t n);
  void (*from_bf16)(const uint16_t *x, float *y, size_t n);
  void (*to_bf16)(const float *x, uint16_t *y, size_t n);
};

struct row_kernels {
  row_kernel *sum, *sum_squares, *max, *min, *softmax, *log_softmax;
  void (*dot)(const float *a, const float *b, size_t rows, size_t n, float *y);
  void (*argmax)(const float *x, size_t rows, size_t n, size_t *index);
  void (*argmin)(const float *x, size_t rows, size_t n, size_t *index);
  axis_kernel *sum_axis, *sum_squares_axis, *max_axis, *min_axis;
  void (*layer_norm)(const float *x, size_t rows, size_t n, const float *gamma, const float *beta,
                     float epsilon, float *y, float *mean, float *reciprocal);
  void (*rms_norm)(const float *x, size_t rows, size_t n, const float *gamma, float epsilon,
                   float *y, float *reciprocal);
};

struct kernels {
  const char *name;
  const struct product_kernels *product;
  const struct function_kernels *function;
  const struct elementwise_kernels *elementwise;
  const struct row_kernels *row;
};

// The chosen table, never NULL.
const struct kernels *ree_kernels(void);

extern const struct kernels ree_kernels_soft, ree_kernels_scalar;
#if defined(__x86_64__)
extern const struct kernels ree_kernels_avx2, ree_kernels_avx512, ree_kernels_vnni;
#elif defined(__aarch64__)
extern const struct kernels ree_kernels_neon, ree_kernels_dotprod;
#endif
