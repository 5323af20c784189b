#include "tables.h"

// The public names of row kernels.

#define REE_PUBLIC_ROWS(NAME)                                                                      \
  void ree_##NAME##_rows(const float *x, size_t rows, size_t n, float *y) {                        \
    ree_kernels()->row->NAME(x, rows, n, y);                                                       \
  }
#define REE_PUBLIC_AXIS(NAME)                                                                      \
  void ree_##NAME(const float *x, size_t outer, size_t n, size_t inner, float *y) {                \
    ree_kernels()->row->NAME(x, outer, n, inner, y);                                               \
  }

REE_PUBLIC_ROWS(sum)
REE_PUBLIC_ROWS(sum_squares)
REE_PUBLIC_ROWS(max)
REE_PUBLIC_ROWS(min)
REE_PUBLIC_ROWS(softmax)
REE_PUBLIC_ROWS(log_softmax)
REE_PUBLIC_AXIS(sum_axis)
REE_PUBLIC_AXIS(sum_squares_axis)
REE_PUBLIC_AXIS(max_axis)
REE_PUBLIC_AXIS(min_axis)

void ree_dot_rows(const float *a, const float *b, size_t rows, size_t n, float *y) {
  ree_kernels()->row->dot(a, b, rows, n, y);
}

void ree_argmax_rows(const float *x, size_t rows, size_t n, size_t *index) {
  ree_kernels()->row->argmax(x, rows, n, index);
}

void ree_argmin_rows(const float *x, size_t rows, size_t n, size_t *index) {
  ree_kernels()->row->argmin(x, rows, n, index);
}

void ree_layer_norm_rows(const float *x, size_t rows, size_t n, const float *gamma,
                         const float *beta, float epsilon, float *y, float *mean,
                         float *reciprocal) {
  ree_kernels()->row->layer_norm(x, rows, n, gamma, beta, epsilon, y, mean, reciprocal);
}

void ree_rms_norm_rows(const float *x, size_t rows, size_t n, const float *gamma, float epsilon,
                       float *y, float *reciprocal) {
  ree_kernels()->row->rms_norm(x, rows, n, gamma, epsilon, y, reciprocal);
}
