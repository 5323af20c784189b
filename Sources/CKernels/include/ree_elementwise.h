#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Arithmetic element by element, each operation rounded once. `y` may be an operand itself;
// otherwise they do not overlap. Results that are NaN are the canonical NaN, 0x7FC00000.
//
// Binary kernels read a[i * a_step] and b[i * b_step]; a step is 0 (one value for all) or 1.

void ree_add(const float *a, size_t a_step, const float *b, size_t b_step, float *y, size_t n);
void ree_sub(const float *a, size_t a_step, const float *b, size_t b_step, float *y, size_t n);
void ree_mul(const float *a, size_t a_step, const float *b, size_t b_step, float *y, size_t n);
void ree_div(const float *a, size_t a_step, const float *b, size_t b_step, float *y, size_t n);
// NaN if either is NaN; +0 is greater than -0 (IEEE 754-2019 maximum and minimum).
void ree_max(const float *a, size_t a_step, const float *b, size_t b_step, float *y, size_t n);
void ree_min(const float *a, size_t a_step, const float *b, size_t b_step, float *y, size_t n);

void ree_neg(const float *x, float *y, size_t n);
void ree_abs(const float *x, float *y, size_t n);
void ree_sqrt(const float *x, float *y, size_t n);
// 1 / x.
void ree_reciprocal(const float *x, float *y, size_t n);
// max(x, +0).
void ree_relu(const float *x, float *y, size_t n);
// x > 0 ? x : slope * x; NaN stays.
void ree_leaky_relu(const float *x, float slope, float *y, size_t n);
// min(max(x, low), high), as ree_max and ree_min.
void ree_clip(const float *x, float low, float high, float *y, size_t n);
// max(+0, min(1, alpha * x + beta)): product and sum are rounded separately.
void ree_hard_sigmoid(const float *x, float alpha, float beta, float *y, size_t n);
// The integer next to x: downwards, upwards, nearest with ties to even.
void ree_floor(const float *x, float *y, size_t n);
void ree_ceil(const float *x, float *y, size_t n);
void ree_round(const float *x, float *y, size_t n);

// y = fma(a, x, y) with one rounding.
void ree_fma_scaled(float a, const float *x, float *y, size_t n);

// Every NaN becomes 0x7FC00000, in place.
void ree_canonicalize(float *x, size_t n);

// binary16 and bfloat16: widening is exact; narrowing rounds to nearest, ties to even, once.
// NaN becomes 0x7E00, 0x7FC0 and 0x7FC00000.
void ree_from_f16(const uint16_t *x, float *y, size_t n);
void ree_to_f16(const float *x, uint16_t *y, size_t n);
void ree_from_bf16(const uint16_t *x, float *y, size_t n);
void ree_to_bf16(const float *x, uint16_t *y, size_t n);

#ifdef __cplusplus
}
#endif
