#include "fixture.h"

enum { N_MAX = 9001, ROWS = 3 };
static float x[ROWS * N_MAX], other[ROWS * N_MAX], y[ROWS * N_MAX], gamma_[N_MAX], beta[N_MAX];
static float first[ROWS], second[ROWS];
static size_t index_[ROWS];

static const size_t lengths[] = {1, 5, 31, 32, 33, 100, 128, 384, 700, 4095, 4096, 4097, N_MAX};

#define EACH_LENGTH(NAME, ...)                                                                     \
  hash_begin(NAME);                                                                                \
  for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {                                  \
    const size_t n = lengths[l];                                                                   \
    __VA_ARGS__                                                                                           \
  }                                                                                                \
  hash_end();

void row_lines(void) {
  fill(x, ROWS * N_MAX, next_unit), fill(other, ROWS * N_MAX, next_unit);
  fill(gamma_, N_MAX, next_unit), fill(beta, N_MAX, next_unit);
  for (size_t i = 0; i < ROWS * N_MAX; i++) x[i] *= 8;

  EACH_LENGTH("sum", {
    ree_sum_rows(x, ROWS, n, y), hash_words(y, ROWS);
    ree_sum_squares_rows(x, ROWS, n, y), hash_words(y, ROWS);
    ree_dot_rows(x, other, ROWS, n, y), hash_words(y, ROWS);
  })
  EACH_LENGTH("extremes", {
    ree_max_rows(x, ROWS, n, y), hash_words(y, ROWS);
    ree_min_rows(x, ROWS, n, y), hash_words(y, ROWS);
    ree_argmax_rows(x, ROWS, n, index_);
    for (size_t r = 0; r < ROWS; r++) hash_bytes(&index_[r], 4);
    ree_argmin_rows(x, ROWS, n, index_);
    for (size_t r = 0; r < ROWS; r++) hash_bytes(&index_[r], 4);
  })
  EACH_LENGTH("axis", {
    ree_sum_axis(x, ROWS, 7, n / 7, y), hash_words(y, ROWS * (n / 7));
    ree_sum_squares_axis(x, ROWS, n, 1, y), hash_words(y, ROWS);
    ree_max_axis(x, ROWS, 5, n / 5, y), hash_words(y, ROWS * (n / 5));
    ree_min_axis(x, ROWS, 5, n / 5, y), hash_words(y, ROWS * (n / 5));
  })
  EACH_LENGTH("softmax", {
    ree_softmax_rows(x, ROWS, n, y), hash_words(y, ROWS * n);
    ree_log_softmax_rows(x, ROWS, n, y), hash_words(y, ROWS * n);
  })
  EACH_LENGTH("layer-norm", {
    ree_layer_norm_rows(x, ROWS, n, gamma_, beta, 1e-5f, y, first, second);
    hash_words(y, ROWS * n), hash_words(first, ROWS), hash_words(second, ROWS);
    ree_layer_norm_rows(x, ROWS, n, gamma_, NULL, 1e-12f, y, NULL, NULL), hash_words(y, ROWS * n);
    ree_layer_norm_rows(x, ROWS, n, NULL, NULL, 0, y, NULL, NULL), hash_words(y, ROWS * n);
  })
  EACH_LENGTH("rms-norm", {
    ree_rms_norm_rows(x, ROWS, n, gamma_, 1e-6f, y, first);
    hash_words(y, ROWS * n), hash_words(first, ROWS);
  })

  // Rows in which arithmetic goes wrong.
  x[3] = __builtin_inff(), x[40] = -__builtin_inff(), x[70] = __builtin_nanf(""), x[71] = 3e38f;
  x[72] = 3e38f, x[73] = -0.0f;
  EACH_LENGTH("rows-special", {
    ree_sum_rows(x, ROWS, n, y), hash_words(y, ROWS);
    ree_max_rows(x, ROWS, n, y), hash_words(y, ROWS);
    ree_min_rows(x, ROWS, n, y), hash_words(y, ROWS);
    ree_softmax_rows(x, ROWS, n, y), hash_words(y, ROWS * n);
    ree_log_softmax_rows(x, ROWS, n, y), hash_words(y, ROWS * n);
    ree_layer_norm_rows(x, ROWS, n, gamma_, beta, 1e-5f, y, NULL, NULL), hash_words(y, ROWS * n);
    ree_rms_norm_rows(x, ROWS, n, gamma_, 1e-6f, y, NULL), hash_words(y, ROWS * n);
  })
}
