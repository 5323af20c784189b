#pragma once
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// Elementary functions of binary32, element by element. `y` may be `x` itself; otherwise they do not
// overlap. NaN gives the canonical NaN, 0x7FC00000.
//
// Correctly rounded: the result is the exact value rounded to nearest, ties to even. This holds for
// every input, by exhaustion (make conformance-functions).
void ree_exp(const float *x, float *y, size_t n);
void ree_exp2(const float *x, float *y, size_t n);
void ree_expm1(const float *x, float *y, size_t n);
void ree_log(const float *x, float *y, size_t n);
void ree_log2(const float *x, float *y, size_t n);
void ree_log10(const float *x, float *y, size_t n);
void ree_log1p(const float *x, float *y, size_t n);
void ree_sin(const float *x, float *y, size_t n);
void ree_cos(const float *x, float *y, size_t n);
void ree_tan(const float *x, float *y, size_t n);
void ree_asin(const float *x, float *y, size_t n);
void ree_acos(const float *x, float *y, size_t n);
void ree_atan(const float *x, float *y, size_t n);
void ree_sinh(const float *x, float *y, size_t n);
void ree_cosh(const float *x, float *y, size_t n);
void ree_tanh(const float *x, float *y, size_t n);
void ree_asinh(const float *x, float *y, size_t n);
void ree_acosh(const float *x, float *y, size_t n);
void ree_atanh(const float *x, float *y, size_t n);
void ree_erf(const float *x, float *y, size_t n);

// Compositions: each operation below is rounded to binary32 on its own, in the order of the
// parentheses.
//   sigmoid    1 / (1 + exp(-x))
//   silu       x * sigmoid(x)
//   gelu       (x * 0.5) * (1 + erf(x * 0.707106769))
//   gelu_tanh  (x * 0.5) * (1 + tanh(0.797884583 * (x + 0.0447149985 * ((x * x) * x))))
//   softplus   max(x, +0) + log1p(exp(-|x|))
void ree_sigmoid(const float *x, float *y, size_t n);
void ree_silu(const float *x, float *y, size_t n);
void ree_gelu(const float *x, float *y, size_t n);
void ree_gelu_tanh(const float *x, float *y, size_t n);
void ree_softplus(const float *x, float *y, size_t n);

// x[i] to the power y[i * y_step]; y_step is 0 (one exponent) or 1.
// Exponents 2, 3, 0.5, -1 and -0.5 are x*x, (x*x)*x, sqrt(x), 1/x and 1/sqrt(x), each operation
// rounded; all others follow the binary64 sequence in Semantics.md.
void ree_pow(const float *x, const float *y, size_t y_step, float *z, size_t n);

#ifdef __cplusplus
}
#endif
