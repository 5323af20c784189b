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

struct integer_kernels {
  void (*quantize_rows)(const float *x, size_t rows, size_t k, uint8_t *q, size_t q_row,
                        float *scale);
  void (*quantize_linear)(const float *x, size_t n, float scale, uint8_t zero, uint8_t *y);
  void (*quantize_columns)(const float *b, size_t k, size_t n, size_t b_row, size_t b_col, int8_t *q,
                           float *scale);
  void (*pack)(size_t k, size_t n, const uint8_t *b, size_t b_row, size_t b_col, uint8_t flip,
               void *packed);
  void (*tile)(const ree_i8_matmul *product, const struct tile *tile);
  void (*block_quantize)(const float *x, size_t rows, size_t k, int8_t *q, float *scale,
                         int32_t *sum);
  void (*block_pack)(ree_block_format format, size_t k, size_t n, const void *blocks, void *packed);
  void (*block_dequantize)(ree_block_format format, const void *blocks, size_t count, float *y);
  void (*block_tile)(const ree_blocks_matmul *product, const struct tile *tile);
};

struct training_kernels {
  void (*gelu_with_slope)(const float *x, float *y, float *slope, size_t n);
  void (*gelu_gradient)(const float *x, const float *dy, float *dx, size_t n);
  void (*relu_gradient)(const float *x, const float *dy, float *dx, size_t n);
  void (*silu_gradient)(const float *x, const float *dy, float *dx, size_t n);
  void (*tanh_gradient)(const float *y, const float *dy, float *dx, size_t n);
  void (*sigmoid_gradient)(const float *y, const float *dy, float *dx, size_t n);
  void (*softmax_gradient)(const float *p, const float *dp, size_t rows, size_t n, float *dx);
  void (*cross_entropy_gradient)(const float *p, const int32_t *target, size_t rows, size_t n,
                                 float scale, float *dx);
  void (*layer_norm_gradient)(const float *x, const float *dy, size_t rows, size_t n,
                              const float *gamma, const float *mean, const float *reciprocal,
                              float *dx);
  void (*rms_norm_gradient)(const float *x, const float *dy, size_t rows, size_t n,
                            const float *gamma, const float *reciprocal, float *dx);
  // Without a mean: the RMS norm's.
  void (*gamma_gradient)(const float *x, const float *dy, size_t rows, size_t n, const float *mean,
                         const float *reciprocal, float *dgamma);
  void (*scatter_add)(const float *x, const int64_t *index, size_t count, size_t n, float *y,
                      size_t first, size_t end);
  void (*adamw_update)(const ree_adamw *adamw, const float *gradient, float *parameter, float *m,
                       float *v, size_t n);
  void (*sgd_update)(float rate, float momentum, float decay, const float *gradient,
                     float *parameter, float *velocity, size_t n);
};

struct kernels {
  const char *name;
  const struct product_kernels *product;
  const struct function_kernels *function;
  const struct elementwise_kernels *elementwise;
  const struct row_kernels *row;
  const struct integer_kernels *integer;
  const struct training_kernels *training;
};

// How a product falls into tiles, the same for every instruction set.
struct grid {
  size_t rows, rows_step, row_steps, panels, panels_step, panel_steps;
};

// `all_rows`: every tile holds all rows, because B is made afresh for each.
struct grid ree_grid(size_t m, size_t n, size_t k, bool all_rows);
size_t ree_grid_count(const struct grid *grid);
struct tile ree_grid_tile(const struct grid *grid, size_t index);

// The chosen table, never NULL.
const struct kernels *ree_kernels(void);

extern const struct kernels ree_kernels_soft, ree_kernels_scalar;
#if defined(__x86_64__)
extern const struct kernels ree_kernels_avx2, ree_kernels_avx512, ree_kernels_vnni;
#elif defined(__aarch64__)
extern const struct kernels ree_kernels_neon, ree_kernels_dotprod;
#endif
