// Gradients and optimisers.

// y[i] = EXPRESSION of a[i] and b[i].
#define REE_PAIR(NAME, EXPRESSION)                                                                 \
  static void NAME(const float *from_a, const float *from_b, float *y, size_t n) {                 \
    for (size_t i = 0; i < n; i += REE_WIDTH) {                                                    \
      const size_t count = n - i < REE_WIDTH ? n - i : REE_WIDTH;                                  \
      const vf a = load_up_to(from_a + i, count, 0), b = load_up_to(from_b + i, count, 0);         \
      store_up_to(y + i, canonical(EXPRESSION), count);                                            \
    }                                                                                              \
  }

REE_INLINE vf gelu_slope(vf x) {
  vf bell = exp_v(-(x * x) * 0.5f);
  return fma_f(x * 0.398942292f, bell, 0.5f * (1.0f + erf_v(x * 0.707106769f)));
}
REE_INLINE vf silu_slope(vf x) {
  vf s = sigmoid_v(x);
  return s * (1.0f + x * (1.0f - s));
}

// gelu and its slope share erf.
static void gelu_with_slope(const float *x, float *y, float *slope, size_t n) {
  for (size_t i = 0; i < n; i += REE_WIDTH) {
    const size_t count = n - i < REE_WIDTH ? n - i : REE_WIDTH;
    const vf a = load_up_to(x + i, count, 0);
    const vf whole = 1.0f + erf_v(a * 0.707106769f);
    const vf bell = exp_v(-(a * a) * 0.5f);
    store_up_to(y + i, canonical((a * 0.5f) * whole), count);
    store_up_to(slope + i, canonical(fma_f(a * 0.398942292f, bell, 0.5f * whole)), count);
  }
}

REE_PAIR(gelu_gradient, b * gelu_slope(a))
REE_PAIR(relu_gradient, select_f(a > splat(0), b, splat(0)))
REE_PAIR(silu_gradient, b * silu_slope(a))
REE_PAIR(tanh_gradient, b * (1.0f - a * a))
REE_PAIR(sigmoid_gradient, b * (a * (1.0f - a)))

static void softmax_gradient(const float *p, const float *dp, size_t rows, size_t n, float *dx) {
  for (size_t r = 0; r < rows; r++, p += n, dp += n, dx += n) {
    const vf t = splat(lane_dot(dp, p, n));
    for (size_t i = 0; i < n; i += REE_WIDTH) {
      const size_t count = n - i < REE_WIDTH ? n - i : REE_WIDTH;
      vf y = load_up_to(p + i, count, 0) * (load_up_to(dp + i, count, 0) - t);
      store_up_to(dx + i, canonical(y), count);
    }
  }
}

static void cross_entropy_gradient(const float *p, const int32_t *target, size_t rows, size_t n,
                                   float scale, float *dx) {
  for (size_t r = 0; r < rows; r++, p += n, dx += n) {
    const float hit = p[target[r]];
    for (size_t i = 0; i < n; i += REE_WIDTH) {
      const size_t count = n - i < REE_WIDTH ? n - i : REE_WIDTH;
      store_up_to(dx + i, canonical(load_up_to(p + i, count, 0) * scale), count);
    }
    dx[target[r]] = canonical_1((hit - 1.0f) * scale);
  }
}

// h, d and the two sums of one row; `mean` is +0 and unused by an RMS norm.
struct normalized {
  vf h, d;
};
REE_INLINE struct normalized normalized(const float *x, const float *dy, const float *gamma, size_t i,
                                        size_t count, bool centered, float mean, float reciprocal) {
  vf value = load_up_to(x + i, count, 0);
  vf d = load_up_to(dy + i, count, 0);
  if (centered) value = value - splat(mean);
  struct normalized result = {value * splat(reciprocal),
                              gamma ? d * load_up_to(gamma + i, count, 0) : d};
  return result;
}

static void norm_gradient_row(const float *x, const float *dy, size_t n, const float *gamma,
                              bool centered, float mean, float reciprocal, float *dx) {
  float a = 0;
  if (centered) {
#define ADD(V, COUNT, I)                                                                           \
  {                                                                                                \
    struct normalized t = normalized(x, dy, gamma, I, COUNT, true, mean, reciprocal);              \
    lane[V] = lane[V] + first_of(t.d, COUNT);                                                      \
  }
    LANE_SUM(sum, n, ADD)
#undef ADD
    a = sum / (float)n;
  }
#define ADD(V, COUNT, I)                                                                           \
  {                                                                                                \
    struct normalized t = normalized(x, dy, gamma, I, COUNT, centered, mean, reciprocal);          \
    lane[V] = fma_f(first_of(t.d, COUNT), first_of(t.h, COUNT), lane[V]);                          \
  }
  LANE_SUM(dot, n, ADD)
#undef ADD
  const vf b = splat(dot / (float)n);
  for (size_t i = 0; i < n; i += REE_WIDTH) {
    const size_t count = n - i < REE_WIDTH ? n - i : REE_WIDTH;
    struct normalized t = normalized(x, dy, gamma, i, count, centered, mean, reciprocal);
    vf d = centered ? t.d - splat(a) : t.d;
    store_up_to(dx + i, canonical(splat(reciprocal) * (d - t.h * b)), count);
  }
}

static void layer_norm_gradient(const float *x, const float *dy, size_t rows, size_t n,
                                const float *gamma, const float *mean, const float *reciprocal,
                                float *dx) {
  for (size_t r = 0; r < rows; r++)
    norm_gradient_row(x + r * n, dy + r * n, n, gamma, true, mean[r], reciprocal[r], dx + r * n);
}

static void rms_norm_gradient(const float *x, const float *dy, size_t rows, size_t n,
                              const float *gamma, const float *reciprocal, float *dx) {
  for (size_t r = 0; r < rows; r++)
    norm_gradient_row(x + r * n, dy + r * n, n, gamma, false, 0, reciprocal[r], dx + r * n);
}

static void gamma_gradient(const float *x, const float *dy, size_t rows, size_t n, const float *mean,
                           const float *reciprocal, float *dgamma) {
  for (size_t i = 0; i < n; i += REE_WIDTH) {
    const size_t count = n - i < REE_WIDTH ? n - i : REE_WIDTH;
    vf sum = splat(0);
    for (size_t r = 0; r < rows; r++) {
      struct normalized t = normalized(x + r * n, dy + r * n, NULL, i, count, mean != NULL,
                                       mean ? mean[r] : 0, reciprocal[r]);
      sum = fma_f(t.d, t.h, sum);
    }
    store_up_to(dgamma + i, canonical(sum), count);
  }
}

static void scatter_add(const float *x, const int64_t *index, size_t count, size_t n, float *y,
                        size_t first, size_t end) {
  for (size_t i = 0; i < count; i++) {
    if (index[i] < 0 || (uint64_t)index[i] < first || (uint64_t)index[i] >= end) continue;
    float *row = y + (size_t)index[i] * n;
    for (size_t j = 0; j < n; j += REE_WIDTH) {
      const size_t some = n - j < REE_WIDTH ? n - j : REE_WIDTH;
      vf sum = load_up_to(row + j, some, 0) + load_up_to(x + i * n + j, some, 0);
      store_up_to(row + j, canonical(sum), some);
    }
  }
}

static void adamw_update(const ree_adamw *s, const float *gradient, float *parameter, float *first,
                         float *second, size_t n) {
  for (size_t i = 0; i < n; i += REE_WIDTH) {
    const size_t count = n - i < REE_WIDTH ? n - i : REE_WIDTH;
    vf g = load_up_to(gradient + i, count, 0), p = load_up_to(parameter + i, count, 0);
    vf m = fma_f(splat(s->beta1), load_up_to(first + i, count, 0), s->beta1_complement * g);
    vf v = fma_f(splat(s->beta2), load_up_to(second + i, count, 0), s->beta2_complement * (g * g));
    vf u = (m / s->correction1) / (sqrt_f(v / s->correction2) + s->epsilon);
    p = p - s->rate * (u + s->decay * p);
    store_up_to(first + i, canonical(m), count);
    store_up_to(second + i, canonical(v), count);
    store_up_to(parameter + i, canonical(p), count);
  }
}

static void sgd_update(float rate, float momentum, float decay, const float *gradient,
                       float *parameter, float *velocity, size_t n) {
  for (size_t i = 0; i < n; i += REE_WIDTH) {
    const size_t count = n - i < REE_WIDTH ? n - i : REE_WIDTH;
    vf p = load_up_to(parameter + i, count, 0);
    vf d = load_up_to(gradient + i, count, 0) + decay * p;
    if (velocity) {
      d = fma_f(splat(momentum), load_up_to(velocity + i, count, 0), d);
      store_up_to(velocity + i, canonical(d), count);
    }
    store_up_to(parameter + i, canonical(p - rate * d), count);
  }
}
