#include "fixture.h"

enum { ROWS = 17, N = 133, ALL = ROWS * N };
static float x[ALL], dy[ALL], dx[ALL], p[ALL], gamma_[N], beta[N], dgamma[N];
static float mean[ROWS], reciprocal[ROWS];

static void pointwise(const char *name,
                      void (*gradient)(const float *, const float *, float *, size_t)) {
  hash_begin(name);
  gradient(x, dy, dx, ALL);
  hash_words(dx, ALL);
  hash_end();
}

static void optimizers(void) {
  static float parameter[ALL], m[ALL], v[ALL];
  hash_begin("adamw");
  memcpy(parameter, x, sizeof x);
  for (uint64_t step = 1; step <= 5; step++) {
    ree_adamw adamw;
    ree_adamw_init(&adamw, 1e-3, 0.9, 0.999, 1e-8, 0.01, step);
    ree_adamw_update(&adamw, dy, parameter, m, v, ALL);
  }
  hash_words(parameter, ALL), hash_words(m, ALL), hash_words(v, ALL);
  hash_end();

  hash_begin("sgd");
  for (int step = 0; step < 3; step++) ree_sgd_update(0.1f, 0.9f, 0.01f, dy, parameter, m, ALL);
  ree_sgd_update(0.1f, 0, 0, dy, parameter, NULL, ALL);
  hash_words(parameter, ALL), hash_words(m, ALL);
  hash_end();
}

void training_lines(void) {
  fill(x, ALL, next_unit), fill(dy, ALL, next_unit);
  fill(gamma_, N, next_unit), fill(beta, N, next_unit);
  for (size_t i = 0; i < ALL; i++) x[i] *= 4;
  pointwise("gelu-gradient", ree_gelu_gradient);
  pointwise("relu-gradient", ree_relu_gradient);
  pointwise("silu-gradient", ree_silu_gradient);
  pointwise("tanh-gradient", ree_tanh_gradient);
  pointwise("sigmoid-gradient", ree_sigmoid_gradient);

  hash_begin("softmax-gradient");
  ree_softmax_rows(x, ROWS, N, p);
  ree_softmax_gradient_rows(p, dy, ROWS, N, dx), hash_words(dx, ALL);
  int32_t target[ROWS];
  for (size_t r = 0; r < ROWS; r++) target[r] = (int32_t)(r * 7 % N);
  ree_cross_entropy_gradient_rows(p, target, ROWS, N, 1.0f / ROWS, dx), hash_words(dx, ALL);
  hash_end();

  hash_begin("norm-gradient");
  ree_layer_norm_rows(x, ROWS, N, gamma_, beta, 1e-5f, p, mean, reciprocal);
  ree_layer_norm_gradient_rows(x, dy, ROWS, N, gamma_, mean, reciprocal, dx), hash_words(dx, ALL);
  ree_layer_norm_gamma_gradient(x, dy, ROWS, N, mean, reciprocal, dgamma), hash_words(dgamma, N);
  ree_rms_norm_rows(x, ROWS, N, gamma_, 1e-6f, p, reciprocal);
  ree_rms_norm_gradient_rows(x, dy, ROWS, N, gamma_, reciprocal, dx), hash_words(dx, ALL);
  ree_rms_norm_gamma_gradient(x, dy, ROWS, N, reciprocal, dgamma), hash_words(dgamma, N);
  hash_end();

  hash_begin("scatter-add");
  int64_t index[ROWS];
  for (size_t r = 0; r < ROWS; r++) index[r] = (int64_t)(next_bits() % 5);
  memset(p, 0, sizeof p);
  ree_scatter_add_rows(x, index, ROWS, N, p, 0, 3);
  ree_scatter_add_rows(x, index, ROWS, N, p, 3, 5);
  hash_words(p, 5 * N);
  hash_end();

  optimizers();
}
