#pragma once
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// Reductions and normalisations of rows: matrices are row-major, [rows][n]. Outputs may be the
// input itself.
//
// The lane sum of x[0 ..< n], for every sum over the last axis:
//
//   for blocks of 4096 elements, from the left:
//     lane[0 ..< 32] = +0;  for i ascending in the block: lane[i mod 32] = lane[i mod 32] + x[i]
//     for h in 16, 8, 4, 2, 1: for l in 0 ..< h: lane[l] = lane[l] + lane[l + h]
//     total = (first block) ? lane[0] : total + lane[0]                             // n = 0 gives +0
//
// A lane sum of products d*e has lane = fma(d, e, lane). A mean divides by float(n).

// y[r] = lane sum of row r.
void ree_sum_rows(const float *x, size_t rows, size_t n, float *y);
// y[r] = lane sum of squares of row r: lane = fma(x, x, lane).
void ree_sum_squares_rows(const float *x, size_t rows, size_t n, float *y);
// y[r] = lane sum of products a[r][i] * b[r][i].
void ree_dot_rows(const float *a, const float *b, size_t rows, size_t n, float *y);
// The greatest and the least element of each row. A NaN wins; +0 is greater than -0.
// Precondition: n > 0.
void ree_max_rows(const float *x, size_t rows, size_t n, float *y);
void ree_min_rows(const float *x, size_t rows, size_t n, float *y);
// The index of the greatest and the least element; the first NaN wins; of equals (+0 equals -0)
// the lowest index. Precondition: n > 0.
void ree_argmax_rows(const float *x, size_t rows, size_t n, size_t *index);
void ree_argmin_rows(const float *x, size_t rows, size_t n, size_t *index);

// Over another axis: x is [outer][n][inner], y [outer][inner]. One chain for each output:
// s = +0; for i ascending: s = s + x[o][i][j].
void ree_sum_axis(const float *x, size_t outer, size_t n, size_t inner, float *y);
// The same, s = fma(x, x, s).
void ree_sum_squares_axis(const float *x, size_t outer, size_t n, size_t inner, float *y);
// As ree_max_rows. Precondition: n > 0.
void ree_max_axis(const float *x, size_t outer, size_t n, size_t inner, float *y);
void ree_min_axis(const float *x, size_t outer, size_t n, size_t inner, float *y);

// m = max of the row; e = exp(x - m); s = lane sum of e; y = e * (1 / s).
void ree_softmax_rows(const float *x, size_t rows, size_t n, float *y);
// m, e and s as above; y = (x - m) - log(s).
void ree_log_softmax_rows(const float *x, size_t rows, size_t n, float *y);

// mean = lane sum / n; d = x - mean; v = (lane sum of d * d) / n; r = 1 / sqrt(v + epsilon);
// y = fma(d * r, gamma, beta), without beta (d * r) * gamma, and without gamma d * r (+ beta).
// gamma and beta are [n] or NULL; mean and reciprocal, [rows] or NULL, receive mean and r.
void ree_layer_norm_rows(const float *x, size_t rows, size_t n, const float *gamma,
                         const float *beta, float epsilon, float *y, float *mean,
                         float *reciprocal);

// v = (lane sum of x * x) / n; r = 1 / sqrt(v + epsilon); y = (x * r) * gamma.
// gamma is [n] or NULL (y = x * r); reciprocal, [rows] or NULL, receives r.
void ree_rms_norm_rows(const float *x, size_t rows, size_t n, const float *gamma, float epsilon,
                       float *y, float *reciprocal);

#ifdef __cplusplus
}
#endif
