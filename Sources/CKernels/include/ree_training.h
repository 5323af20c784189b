#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Gradients and optimisers. Matrices are row-major, [rows][n]; an output may be dy itself.
// Each operation is rounded on its own, in the order of the parentheses; fma is one rounding.

// dx = dy * fma(x * 0.398942292, exp(-(x * x) * 0.5), 0.5 * (1 + erf(x * 0.707106769)))
void ree_gelu_gradient(const float *x, const float *dy, float *dx, size_t n);
// What the line above multiplies dy by, together with y = gelu(x): one pass serves both. y may be x.
void ree_gelu_with_slope(const float *x, float *y, float *slope, size_t n);
// dx = x > 0 ? dy : +0
void ree_relu_gradient(const float *x, const float *dy, float *dx, size_t n);
// s = sigmoid(x); dx = dy * (s * (1 + x * (1 - s)))
void ree_silu_gradient(const float *x, const float *dy, float *dx, size_t n);
// From the function's value y: dx = dy * (1 - y * y), and dx = dy * (y * (1 - y)).
void ree_tanh_gradient(const float *y, const float *dy, float *dx, size_t n);
void ree_sigmoid_gradient(const float *y, const float *dy, float *dx, size_t n);

// From the softmax p: t = lane sum of dp * p; dx = p * (dp - t).
void ree_softmax_gradient_rows(const float *p, const float *dp, size_t rows, size_t n, float *dx);

// From the softmax p of the logits: dx = (p - (j == target ? 1 : 0)) * scale.
// Precondition: 0 <= target[r] < n.
void ree_cross_entropy_gradient_rows(const float *p, const int32_t *target, size_t rows, size_t n,
                                     float scale, float *dx);

// With the mean and reciprocal of the forward pass: h = (x - mean) * reciprocal; d = dy * gamma;
// a = (lane sum of d) / n; b = (lane sum of d * h) / n; dx = reciprocal * ((d - a) - h * b).
// gamma is [n] or NULL (d = dy).
void ree_layer_norm_gradient_rows(const float *x, const float *dy, size_t rows, size_t n,
                                  const float *gamma, const float *mean, const float *reciprocal,
                                  float *dx);
// One chain for each column, over the rows in order: dgamma = fma(dy, h, dgamma) from +0.
// (The gradient of beta is ree_sum_axis of dy.)
void ree_layer_norm_gamma_gradient(const float *x, const float *dy, size_t rows, size_t n,
                                   const float *mean, const float *reciprocal, float *dgamma);

// h = x * reciprocal; d = dy * gamma; b = (lane sum of d * h) / n; dx = reciprocal * (d - h * b).
void ree_rms_norm_gradient_rows(const float *x, const float *dy, size_t rows, size_t n,
                                const float *gamma, const float *reciprocal, float *dx);
// dgamma = fma(dy, h, dgamma), over the rows in order.
void ree_rms_norm_gamma_gradient(const float *x, const float *dy, size_t rows, size_t n,
                                 const float *reciprocal, float *dgamma);

// The gradient of a gather: for i ascending, y[index[i]] = y[index[i]] + x[i], rows of n elements;
// only rows first ..< end of y are touched, so that threads may share the work by rows of y.
void ree_scatter_add_rows(const float *x, const int64_t *index, size_t count, size_t n, float *y,
                          size_t first, size_t end);

// AdamW (Loshchilov, Hutter 2019), per element:
//   m = fma(beta1, m, beta1_complement * g)
//   v = fma(beta2, v, beta2_complement * (g * g))
//   u = (m / correction1) / (sqrt(v / correction2) + epsilon)
//   p = p - rate * (u + decay * p)
typedef struct ree_adamw {
  float rate, epsilon, decay;
  float beta1, beta1_complement, correction1;
  float beta2, beta2_complement, correction2;
} ree_adamw;

// The constants of step `step` >= 1: complement = float(1 - beta), correction = float(1 - beta^step)
// with beta^step by repeated binary64 multiplication, 1 * beta * beta * ...
void ree_adamw_init(ree_adamw *adamw, double rate, double beta1, double beta2, double epsilon,
                    double decay, uint64_t step);
void ree_adamw_update(const ree_adamw *adamw, const float *gradient, float *parameter, float *m,
                      float *v, size_t n);

// Gradient descent, per element: d = g + decay * p; with velocity: v = fma(momentum, v, d) and
// p = p - rate * v; without (NULL): p = p - rate * d.
void ree_sgd_update(float rate, float momentum, float decay, const float *gradient,
                    float *parameter, float *velocity, size_t n);

#ifdef __cplusplus
}
#endif
