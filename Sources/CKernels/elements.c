#include "tables.h"

// The public names of element-wise kernels and functions.

#define REE_PUBLIC_FUNCTION(NAME)                                                                  \
  void ree_##NAME(const float *x, float *y, size_t n) { ree_kernels()->function->NAME(x, y, n); }
#define REE_PUBLIC_UNARY(NAME)                                                                     \
  void ree_##NAME(const float *x, float *y, size_t n) {                                            \
    ree_kernels()->elementwise->NAME(x, y, n);                                                     \
  }
#define REE_PUBLIC_BINARY(NAME)                                                                    \
  void ree_##NAME(const float *a, size_t a_step, const float *b, size_t b_step, float *y,          \
                  size_t n) {                                                                      \
    ree_kernels()->elementwise->NAME(a, a_step, b, b_step, y, n);                                  \
  }

REE_EACH_CORRECTLY_ROUNDED(REE_PUBLIC_FUNCTION)
REE_EACH_COMPOSITION(REE_PUBLIC_FUNCTION)
REE_EACH_UNARY(REE_PUBLIC_UNARY)
REE_EACH_BINARY(REE_PUBLIC_BINARY)

void ree_leaky_relu(const float *x, float slope, float *y, size_t n) {
  ree_kernels()->elementwise->leaky_relu(x, slope, y, n);
}

void ree_clip(const float *x, float low, float high, float *y, size_t n) {
  ree_kernels()->elementwise->clip(x, low, high, y, n);
}

void ree_hard_sigmoid(const float *x, float alpha, float beta, float *y, size_t n) {
  ree_kernels()->elementwise->hard_sigmoid(x, alpha, beta, y, n);
}

void ree_fma_scaled(float a, const float *x, float *y, size_t n) {
  ree_kernels()->elementwise->fma_scaled(a, x, y, n);
}

void ree_canonicalize(float *x, size_t n) { ree_kernels()->elementwise->canonicalize(x, n); }

void ree_from_f16(const uint16_t *x, float *y, size_t n) {
  ree_kernels()->elementwise->from_f16(x, y, n);
}

void ree_to_f16(const float *x, uint16_t *y, size_t n) {
  ree_kernels()->elementwise->to_f16(x, y, n);
}

void ree_from_bf16(const uint16_t *x, float *y, size_t n) {
  ree_kernels()->elementwise->from_bf16(x, y, n);
}

void ree_to_bf16(const float *x, uint16_t *y, size_t n) {
  ree_kernels()->elementwise->to_bf16(x, y, n);
}
