// Reductions and normalisations of rows.

enum { REE_LANES = 32, REE_SUM_BLOCK = 4096, REE_LANE_VECTORS = REE_LANES / REE_WIDTH };

REE_INLINE float fold_lanes(const vf *lane) {
  float l[REE_LANES];
  REE_UNROLL for (size_t v = 0; v < REE_LANE_VECTORS; v++) store(l + v * REE_WIDTH, lane[v]);
  REE_UNROLL for (size_t half = REE_LANES / 2; half > 0; half /= 2)
    REE_UNROLL for (size_t i = 0; i < half; i++) l[i] = l[i] + l[i + half];
  return l[0];
}

// Runs BODY(v, count, i) for each vector of the block start ..< end: v is its place among the lanes,
// i its first element, count how many of its elements exist. Missing lanes add +0, which changes
// nothing: a lane starts at +0 and so is never -0.
#define EACH_LANE_VECTOR(START, END, BODY)                                                         \
  {                                                                                                \
    size_t i = START;                                                                              \
    for (; i + REE_LANES <= (END); i += REE_LANES)                                                 \
      REE_UNROLL for (size_t v = 0; v < REE_LANE_VECTORS; v++)                                     \
          BODY(v, REE_WIDTH, i + v * REE_WIDTH)                                                    \
    REE_UNROLL for (size_t v = 0; v < REE_LANE_VECTORS; v++) {                                     \
      const size_t at = i + v * REE_WIDTH;                                                         \
      if (at < (END)) BODY(v, (END) - at < REE_WIDTH ? (END) - at : REE_WIDTH, at)                 \
    }                                                                                              \
  }

REE_INLINE vf load_up_to(const float *p, size_t count, float fill) {
  return count == REE_WIDTH ? load(p) : load_some(p, count, fill);
}
REE_INLINE void store_up_to(float *p, vf v, size_t count) {
  if (count == REE_WIDTH) store(p, v); else store_some(p, v, count);
}

// The first `count` lanes, and +0.
REE_INLINE vf first_of(vf v, size_t count) {
  if (count == REE_WIDTH) return v;
  float lanes[REE_WIDTH];
  store(lanes, v);
  return load_some(lanes, count, 0);
}

// The lane sum of n terms: ADD(lane, count, i) gives a lane's vector with the terms from i on added.
#define LANE_SUM(TOTAL, N, ADD)                                                                    \
  float TOTAL = 0;                                                                                 \
  for (size_t start = 0; start < (N); start += REE_SUM_BLOCK) {                                    \
    const size_t end = (N) - start < REE_SUM_BLOCK ? (N) : start + REE_SUM_BLOCK;                  \
    vf lane[REE_LANE_VECTORS];                                                                     \
    REE_UNROLL for (size_t v = 0; v < REE_LANE_VECTORS; v++) lane[v] = splat(0);                   \
    EACH_LANE_VECTOR(start, end, ADD)                                                              \
    const float block_sum = fold_lanes(lane);                                                      \
    TOTAL = start == 0 ? block_sum : TOTAL + block_sum;                                            \
  }

static float lane_sum(const float *x, size_t n) {
#define ADD(V, COUNT, I) { lane[V] = lane[V] + load_up_to(x + (I), COUNT, 0); }
  LANE_SUM(total, n, ADD)
#undef ADD
  return total;
}

static float lane_dot(const float *a, const float *b, size_t n) {
#define ADD(V, COUNT, I)                                                                           \
  { lane[V] = fma_f(load_up_to(a + (I), COUNT, 0), load_up_to(b + (I), COUNT, 0), lane[V]); }
  LANE_SUM(total, n, ADD)
#undef ADD
  return total;
}

// Sum of squares of x - mean.
static float lane_squares(const float *x, size_t n, float mean) {
  const vf center = splat(mean);
#define ADD(V, COUNT, I)                                                                           \
  {                                                                                                \
    vf d = first_of(load_up_to(x + (I), COUNT, 0) - center, COUNT);                                \
    lane[V] = fma_f(d, d, lane[V]);                                                                \
  }
  LANE_SUM(total, n, ADD)
#undef ADD
  return total;
}

static void row_sum(const float *x, size_t rows, size_t n, float *y) {
  for (size_t r = 0; r < rows; r++) y[r] = canonical_1(lane_sum(x + r * n, n));
}

static void row_dot(const float *a, const float *b, size_t rows, size_t n, float *y) {
  for (size_t r = 0; r < rows; r++) y[r] = canonical_1(lane_dot(a + r * n, b + r * n, n));
}

static void row_sum_squares(const float *x, size_t rows, size_t n, float *y) {
  row_dot(x, x, rows, n, y);
}

static float row_max_1(const float *x, size_t n) {
  vf m[4];
  REE_UNROLL for (size_t v = 0; v < 4; v++) m[v] = splat(x[0]);
  size_t i = 0;
  for (; i + 4 * REE_WIDTH <= n; i += 4 * REE_WIDTH)
    REE_UNROLL for (size_t v = 0; v < 4; v++) m[v] = max_v(m[v], load(x + i + v * REE_WIDTH));
  for (; i + REE_WIDTH <= n; i += REE_WIDTH) m[0] = max_v(m[0], load(x + i));
  if (i < n) m[0] = max_v(m[0], load_some(x + i, n - i, x[0]));
  return fold_max(max_v(max_v(m[0], m[1]), max_v(m[2], m[3])));
}

static float row_min_1(const float *x, size_t n) {
  vf m[4];
  REE_UNROLL for (size_t v = 0; v < 4; v++) m[v] = splat(x[0]);
  size_t i = 0;
  for (; i + 4 * REE_WIDTH <= n; i += 4 * REE_WIDTH)
    REE_UNROLL for (size_t v = 0; v < 4; v++) m[v] = min_v(m[v], load(x + i + v * REE_WIDTH));
  for (; i + REE_WIDTH <= n; i += REE_WIDTH) m[0] = min_v(m[0], load(x + i));
  if (i < n) m[0] = min_v(m[0], load_some(x + i, n - i, x[0]));
  return fold_min(min_v(min_v(m[0], m[1]), min_v(m[2], m[3])));
}

static void row_max(const float *x, size_t rows, size_t n, float *y) {
  for (size_t r = 0; r < rows; r++) y[r] = canonical_1(row_max_1(x + r * n, n));
}

static void row_min(const float *x, size_t rows, size_t n, float *y) {
  for (size_t r = 0; r < rows; r++) y[r] = canonical_1(row_min_1(x + r * n, n));
}

static void row_argmax(const float *x, size_t rows, size_t n, size_t *index) {
  for (size_t r = 0; r < rows; r++, x += n) {
    const float best = row_max_1(x, n);
    size_t i = 0;
    while (!(x[i] == best) && !(x[i] != x[i])) i++;
    index[r] = i;
  }
}

static void row_argmin(const float *x, size_t rows, size_t n, size_t *index) {
  for (size_t r = 0; r < rows; r++, x += n) {
    const float best = row_min_1(x, n);
    size_t i = 0;
    while (!(x[i] == best) && !(x[i] != x[i])) i++;
    index[r] = i;
  }
}

// One sequential chain for each column: NEXT(sum, term).
#define REE_AXIS(NAME, FIRST, NEXT)                                                                \
  static void NAME(const float *x, size_t outer, size_t n, size_t inner, float *y) {               \
    for (size_t o = 0; o < outer; o++, x += n * inner, y += inner) {                               \
      for (size_t j = 0; j < inner; j += REE_WIDTH) {                                              \
        const size_t count = inner - j < REE_WIDTH ? inner - j : REE_WIDTH;                        \
        vf sum = FIRST;                                                                            \
        for (size_t i = 0; i < n; i++) {                                                           \
          vf term = load_up_to(x + i * inner + j, count, 0);                                       \
          sum = NEXT;                                                                              \
        }                                                                                          \
        store_up_to(y + j, canonical(sum), count);                                                 \
      }                                                                                            \
    }                                                                                              \
  }

REE_AXIS(row_sum_axis, splat(0), sum + term)
REE_AXIS(row_sum_squares_axis, splat(0), fma_f(term, term, sum))
REE_AXIS(row_max_axis, load_up_to(x + j, count, 0), max_v(sum, term))
REE_AXIS(row_min_axis, load_up_to(x + j, count, 0), min_v(sum, term))

// The row's maximum for a softmax. That it does not see every NaN, and either zero for the other, makes
// no difference: a NaN in the row makes the sum NaN, and exp(+0) is exp(-0).
static float softmax_center(const float *x, size_t n) {
  vf m[4];
  REE_UNROLL for (size_t v = 0; v < 4; v++) m[v] = splat(x[0]);
  size_t i = 0;
  for (; i + 4 * REE_WIDTH <= n; i += 4 * REE_WIDTH)
    REE_UNROLL for (size_t v = 0; v < 4; v++) {
      vf t = load(x + i + v * REE_WIDTH);
      m[v] = select_f(t > m[v], t, m[v]);
    }
  for (; i < n; i += REE_WIDTH) {
    vf t = load_up_to(x + i, n - i < REE_WIDTH ? n - i : REE_WIDTH, x[0]);
    m[0] = select_f(t > m[0], t, m[0]);
  }
  REE_UNROLL for (size_t v = 1; v < 4; v++) m[0] = select_f(m[v] > m[0], m[v], m[0]);
  float lanes[REE_WIDTH];
  store(lanes, m[0]);
  REE_UNROLL for (size_t half = REE_WIDTH / 2; half > 0; half /= 2)
    REE_UNROLL for (size_t lane = 0; lane < half; lane++)
      lanes[lane] = lanes[lane + half] > lanes[lane] ? lanes[lane + half] : lanes[lane];
  return lanes[0];
}

// y = exp(x - m); returns the lane sum.
static float exp_and_sum(const float *x, size_t n, float greatest, float *y) {
  const vf m = splat(greatest);
#define ADD(V, COUNT, I)                                                                           \
  {                                                                                                \
    vf e = exp_v(load_up_to(x + (I), COUNT, -__builtin_inff()) - m);                               \
    lane[V] = lane[V] + e;                                                                         \
    if (y) store_up_to(y + (I), e, COUNT);                                                         \
  }
  LANE_SUM(total, n, ADD)
#undef ADD
  return total;
}

static void row_softmax(const float *x, size_t rows, size_t n, float *y) {
  if (n == 0) return;
  for (size_t r = 0; r < rows; r++, x += n, y += n) {
    const vf scale = splat(1.0f / exp_and_sum(x, n, softmax_center(x, n), y));
    for (size_t i = 0; i < n; i += REE_WIDTH) {
      const size_t count = n - i < REE_WIDTH ? n - i : REE_WIDTH;
      store_up_to(y + i, canonical(load_up_to(y + i, count, 0) * scale), count);
    }
  }
}

static void row_log_softmax(const float *x, size_t rows, size_t n, float *y) {
  if (n == 0) return;
  for (size_t r = 0; r < rows; r++, x += n, y += n) {
    const float m = softmax_center(x, n);
    const vf log_sum = log_v(splat(exp_and_sum(x, n, m, NULL)));
    for (size_t i = 0; i < n; i += REE_WIDTH) {
      const size_t count = n - i < REE_WIDTH ? n - i : REE_WIDTH;
      store_up_to(y + i, canonical((load_up_to(x + i, count, 0) - splat(m)) - log_sum), count);
    }
  }
}

static void row_layer_norm(const float *x, size_t rows, size_t n, const float *gamma,
                           const float *beta, float epsilon, float *y, float *means,
                           float *reciprocals) {
  for (size_t r = 0; r < rows; r++, x += n, y += n) {
    const float mean = lane_sum(x, n) / (float)n;
    const float variance = lane_squares(x, n, mean) / (float)n;
    const float reciprocal = 1.0f / sqrt_1(variance + epsilon);
    if (means) means[r] = canonical_1(mean);
    if (reciprocals) reciprocals[r] = canonical_1(reciprocal);
    for (size_t i = 0; i < n; i += REE_WIDTH) {
      const size_t count = n - i < REE_WIDTH ? n - i : REE_WIDTH;
      vf scaled = (load_up_to(x + i, count, 0) - splat(mean)) * splat(reciprocal);
      if (gamma && beta)
        scaled = fma_f(scaled, load_up_to(gamma + i, count, 0), load_up_to(beta + i, count, 0));
      else if (gamma)
        scaled = scaled * load_up_to(gamma + i, count, 0);
      else if (beta)
        scaled = scaled + load_up_to(beta + i, count, 0);
      store_up_to(y + i, canonical(scaled), count);
    }
  }
}

static void row_rms_norm(const float *x, size_t rows, size_t n, const float *gamma, float epsilon,
                         float *y, float *reciprocals) {
  for (size_t r = 0; r < rows; r++, x += n, y += n) {
    const float mean_square = lane_dot(x, x, n) / (float)n;
    const float reciprocal = 1.0f / sqrt_1(mean_square + epsilon);
    if (reciprocals) reciprocals[r] = canonical_1(reciprocal);
    for (size_t i = 0; i < n; i += REE_WIDTH) {
      const size_t count = n - i < REE_WIDTH ? n - i : REE_WIDTH;
      vf scaled = load_up_to(x + i, count, 0) * splat(reciprocal);
      if (gamma) scaled = scaled * load_up_to(gamma + i, count, 0);
      store_up_to(y + i, canonical(scaled), count);
    }
  }
}
