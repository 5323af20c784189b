#include "tables.h"

#pragma STDC FP_CONTRACT OFF

// The public names of gradients and optimisers.

#define REE_PUBLIC_GRADIENT(NAME)                                                                  \
  void ree_##NAME##_gradient(const float *x, const float *dy, float *dx, size_t n) {               \
    ree_kernels()->training->NAME##_gradient(x, dy, dx, n);                                        \
  }

REE_PUBLIC_GRADIENT(gelu)
REE_PUBLIC_GRADIENT(relu)
REE_PUBLIC_GRADIENT(silu)
REE_PUBLIC_GRADIENT(tanh)
REE_PUBLIC_GRADIENT(sigmoid)

void ree_gelu_with_slope(const float *x, float *y, float *slope, size_t n) {
  ree_kernels()->training->gelu_with_slope(x, y, slope, n);
}

void ree_softmax_gradient_rows(const float *p, const float *dp, size_t rows, size_t n, float *dx) {
  ree_kernels()->training->softmax_gradient(p, dp, rows, n, dx);
}

void ree_cross_entropy_gradient_rows(const float *p, const int32_t *target, size_t rows, size_t n,
                                     float scale, float *dx) {
  ree_kernels()->training->cross_entropy_gradient(p, target, rows, n, scale, dx);
}

void ree_layer_norm_gradient_rows(const float *x, const float *dy, size_t rows, size_t n,
                                  const float *gamma, const float *mean, const float *reciprocal,
                                  float *dx) {
  ree_kernels()->training->layer_norm_gradient(x, dy, rows, n, gamma, mean, reciprocal, dx);
}

void ree_layer_norm_gamma_gradient(const float *x, const float *dy, size_t rows, size_t n,
                                   const float *mean, const float *reciprocal, float *dgamma) {
  ree_kernels()->training->gamma_gradient(x, dy, rows, n, mean, reciprocal, dgamma);
}

void ree_rms_norm_gradient_rows(const float *x, const float *dy, size_t rows, size_t n,
                                const float *gamma, const float *reciprocal, float *dx) {
  ree_kernels()->training->rms_norm_gradient(x, dy, rows, n, gamma, reciprocal, dx);
}

void ree_rms_norm_gamma_gradient(const float *x, const float *dy, size_t rows, size_t n,
                                 const float *reciprocal, float *dgamma) {
  ree_kernels()->training->gamma_gradient(x, dy, rows, n, NULL, reciprocal, dgamma);
}

void ree_scatter_add_rows(const float *x, const int64_t *index, size_t count, size_t n, float *y,
                          size_t first, size_t end) {
  ree_kernels()->training->scatter_add(x, index, count, n, y, first, end);
}

static double power(double beta, uint64_t step) {
  double product = 1;
  // Past this the product has long been 0, or beta is 1.
  for (uint64_t i = 0; i < step && product != 0; i++) {
    const double next = product * beta;
    if (next == product) break;
    product = next;
  }
  return product;
}

void ree_adamw_init(ree_adamw *adamw, double rate, double beta1, double beta2, double epsilon,
                    double decay, uint64_t step) {
  adamw->rate = (float)rate;
  adamw->epsilon = (float)epsilon;
  adamw->decay = (float)decay;
  adamw->beta1 = (float)beta1;
  adamw->beta1_complement = (float)(1 - beta1);
  adamw->correction1 = (float)(1 - power(beta1, step));
  adamw->beta2 = (float)beta2;
  adamw->beta2_complement = (float)(1 - beta2);
  adamw->correction2 = (float)(1 - power(beta2, step));
}

void ree_adamw_update(const ree_adamw *adamw, const float *gradient, float *parameter, float *m,
                      float *v, size_t n) {
  ree_kernels()->training->adamw_update(adamw, gradient, parameter, m, v, n);
}

void ree_sgd_update(float rate, float momentum, float decay, const float *gradient,
                    float *parameter, float *velocity, size_t n) {
  ree_kernels()->training->sgd_update(rate, momentum, decay, gradient, parameter, velocity, n);
}
