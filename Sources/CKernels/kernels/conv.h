// Convolutions: the product of the weights with the unfolded image, which is never stored whole.

// Consecutive pixels of one output row inside a panel.
struct run {
  size_t column, count, y, x;
};

static size_t split_into_runs(const ree_conv *conv, size_t pixel, size_t count, struct run *runs) {
  size_t found = 0;
  for (size_t column = 0; column < count;) {
    const size_t y = (pixel + column) / conv->out_w, x = (pixel + column) % conv->out_w;
    const size_t left = conv->out_w - x, here = left < count - column ? left : count - column;
    runs[found++] = (struct run){column, here, y, x};
    column += here;
  }
  return found;
}

// A few floats, without a call: whole vectors, the last of them overlapping the one before.
#define COPY_BY(LANES)                                                                             \
  if (count >= LANES) {                                                                            \
    for (size_t i = 0; i + LANES <= count; i += LANES) memcpy(out + i, from + i, 4 * LANES);       \
    memcpy(out + count - LANES, from + count - LANES, 4 * LANES);                                  \
    return;                                                                                        \
  }
REE_INLINE void copy_run(float *out, const float *from, size_t count) {
  COPY_BY(16)
  COPY_BY(4)
  for (size_t i = 0; i < count; i++) out[i] = from[i];
}

// One element of the kernel applied to a run: which of its pixels lie in the image, and where.
struct reach {
  ptrdiff_t start;    // of pixel 0 in the plane, if it were inside
  size_t first, end;  // pixels first ..< end are inside
};

static struct reach reach_of(const ree_conv *conv, const struct run *run, size_t ky, size_t kx) {
  const ptrdiff_t y =
      (ptrdiff_t)(run->y * conv->stride_h + ky * conv->dilation_h) - (ptrdiff_t)conv->pad_top;
  const ptrdiff_t x =
      (ptrdiff_t)(run->x * conv->stride_w + kx * conv->dilation_w) - (ptrdiff_t)conv->pad_left;
  if (y < 0 || y >= (ptrdiff_t)conv->height) return (struct reach){0, 0, 0};
  const ptrdiff_t width = (ptrdiff_t)conv->width, step = (ptrdiff_t)conv->stride_w;
  const ptrdiff_t count = (ptrdiff_t)run->count;
  ptrdiff_t first = x < 0 ? (-x + step - 1) / step : 0;
  ptrdiff_t end = x >= width ? 0 : (width - x + step - 1) / step;
  if (end > count) end = count;
  if (first > end) first = end;
  return (struct reach){y * width + x, (size_t)first, (size_t)end};
}

// The run in every plane that the block of k visits with this element: from k on, `taps` apart.
static void unfold_run(const ree_conv *conv, const struct run *run, const struct reach *reach,
                       size_t k, size_t k_end, size_t taps, float *out) {
  const size_t plane = conv->height * conv->width, step = conv->stride_w;
  const float *channel = conv->input + k / taps * plane;
  for (; k < k_end; k += taps, channel += plane, out += taps * REE_PANEL) {
    for (size_t i = 0; i < reach->first; i++) out[i] = 0;
    for (size_t i = reach->end; i < run->count; i++) out[i] = 0;
    if (reach->first == reach->end) continue;
    const float *from = channel + reach->start + (ptrdiff_t)(reach->first * step);
    if (step == 1) copy_run(out + reach->first, from, reach->end - reach->first);
    else for (size_t i = reach->first; i < reach->end; i++, from += step) out[i] = *from;
  }
}

static void fill_unfolded(const void *source, size_t k0, size_t count, size_t panel,
                          float *packed) {
  const ree_conv *conv = source;
  const size_t pixels = conv->out_h * conv->out_w, first = panel * REE_PANEL;
  const size_t columns = pixels - first < REE_PANEL ? pixels - first : REE_PANEL;
  const size_t taps = conv->kernel_h * conv->kernel_w;
  struct run runs[REE_PANEL];
  const size_t run_count = split_into_runs(conv, first, columns, runs);
  if (columns < REE_PANEL) memset(packed, 0, count * REE_PANEL * sizeof *packed);
  for (size_t i = 0; i < taps && i < count; i++) {
    const size_t k = k0 + i, tap = k % taps;
    for (size_t r = 0; r < run_count; r++) {
      const struct reach reach =
          reach_of(conv, &runs[r], tap / conv->kernel_w, tap % conv->kernel_w);
      unfold_run(conv, &runs[r], &reach, k, k0 + count, taps,
                 packed + i * REE_PANEL + runs[r].column);
    }
  }
}

static void conv_tile(const ree_conv *conv, const struct tile *tile) {
  const size_t pixels = conv->out_h * conv->out_w;
  const size_t k = conv->channels * conv->kernel_h * conv->kernel_w;
  const ree_matmul product = {
      .m = conv->filters, .n = pixels, .k = k,
      .a = conv->weights, .a_row = k, .a_col = 1,
      .c = conv->output, .c_row = pixels,
      .alpha = 1, .beta = 1,
      .row_bias = conv->bias, .residual = conv->residual, .residual_row = pixels,
      .activation = conv->activation,
  };
  const struct panel_source source = {fill_unfolded, conv};
  tile_from(&product, &source, tile);
}

// The rows of one channel that a few output rows need, padded, and sorted by column modulo the
// stride, so that neighbouring outputs read neighbouring floats.
struct strip {
  size_t phases, phase_length, row_length;
};

static void fill_strip(const ree_conv *conv, const struct strip *strip, const float *plane,
                       ptrdiff_t top, size_t rows, float *scratch) {
  for (size_t r = 0; r < rows; r++, scratch += strip->row_length) {
    const ptrdiff_t y = top + (ptrdiff_t)r;
    memset(scratch, 0, strip->row_length * sizeof(float));
    if (y < 0 || y >= (ptrdiff_t)conv->height) continue;
    const float *row = plane + (size_t)y * conv->width;
    for (size_t phase = 0; phase < strip->phases; phase++) {
      // Image columns phase - pad_left, + phases, ..., those that exist.
      float *out = scratch + phase * strip->phase_length;
      const size_t skipped = phase < conv->pad_left
                                 ? (conv->pad_left - phase + strip->phases - 1) / strip->phases : 0;
      size_t x = skipped * strip->phases + phase - conv->pad_left;
      for (size_t i = skipped; i < strip->phase_length && x < conv->width; i++, x += strip->phases)
        out[i] = row[x];
    }
  }
}

// Where each element of the kernel finds its column 0 in the strip.
static void find_taps(const ree_conv *conv, const struct strip *strip, size_t *taps) {
  for (size_t ky = 0; ky < conv->kernel_h; ky++)
    for (size_t kx = 0; kx < conv->kernel_w; kx++) {
      const size_t column = kx * conv->dilation_w;
      *taps++ = ky * conv->dilation_h * strip->row_length +
                column % strip->phases * strip->phase_length + column / strip->phases;
    }
}

REE_INLINE void depthwise_vectors(const size_t vectors, size_t tap_count, const size_t *taps,
                                  const float *weights, const float *scratch, float *out,
                                  size_t count) {
  vf sum[4];
  REE_UNROLL for (size_t v = 0; v < vectors; v++) sum[v] = splat(0);
  for (size_t t = 0; t < tap_count; t++) {
    const float *from = scratch + taps[t];
    const vf weight = splat(weights[t]);
    REE_UNROLL for (size_t v = 0; v < vectors; v++)
      sum[v] = fma_f(weight, load(from + v * REE_WIDTH), sum[v]);
  }
  REE_UNROLL for (size_t v = 0; v < vectors; v++) {
    const size_t left = count - v * REE_WIDTH;
    store_up_to(out + v * REE_WIDTH, canonical(sum[v]), left < REE_WIDTH ? left : REE_WIDTH);
  }
}

static void depthwise_row(const ree_conv *conv, size_t tap_count, const size_t *taps,
                          const float *weights, const float *scratch, float *out) {
  for (size_t x = 0; x < conv->out_w; x += 4 * REE_WIDTH) {
    const size_t left = conv->out_w - x;
    if (left > 3 * REE_WIDTH)
      depthwise_vectors(4, tap_count, taps, weights, scratch + x, out + x, left);
    else if (left > 2 * REE_WIDTH)
      depthwise_vectors(3, tap_count, taps, weights, scratch + x, out + x, left);
    else if (left > REE_WIDTH)
      depthwise_vectors(2, tap_count, taps, weights, scratch + x, out + x, left);
    else
      depthwise_vectors(1, tap_count, taps, weights, scratch + x, out + x, left);
  }
}

static void depthwise_tile(const ree_conv *conv, size_t channel) {
  enum { SCRATCH = 16384 };
  const size_t taps = conv->kernel_h * conv->kernel_w, pixels = conv->out_h * conv->out_w;
  const float *plane = conv->input + channel * conv->height * conv->width;
  const float *weights = conv->weights + channel * taps;
  float *out = conv->output + channel * pixels;
  const float *bias = conv->bias ? conv->bias + channel : NULL;
  const float *residual = conv->residual ? conv->residual + channel * pixels : NULL;

  // A column of the kernel starts a phase at most (kernel_w - 1) * dilation_w / stride_w further on.
  const size_t reach = (conv->kernel_w - 1) * conv->dilation_w;
  const size_t length = conv->out_w + reach / conv->stride_w + REE_WIDTH;
  const struct strip strip = {conv->stride_w, length, length * conv->stride_w};
  const size_t rows_of_one = (conv->kernel_h - 1) * conv->dilation_h + 1;
  if (taps > REE_K_BLOCK || strip.row_length > SCRATCH / rows_of_one) {
    ree_conv one = *conv;
    one.input = plane, one.weights = weights, one.output = out;
    one.bias = bias, one.residual = residual;
    one.channels = one.filters = 1;
    const struct tile all = {0, 1, 0, (pixels + REE_PANEL - 1) / REE_PANEL};
    conv_tile(&one, &all);
    return;
  }

  float scratch[SCRATCH];
  size_t tap[REE_K_BLOCK];
  find_taps(conv, &strip, tap);
  const size_t rows_at_once = (SCRATCH / strip.row_length - rows_of_one) / conv->stride_h + 1;
  for (size_t y = 0; y < conv->out_h; y += rows_at_once) {
    const size_t rows = conv->out_h - y < rows_at_once ? conv->out_h - y : rows_at_once;
    const ptrdiff_t top = (ptrdiff_t)(y * conv->stride_h) - (ptrdiff_t)conv->pad_top;
    fill_strip(conv, &strip, plane, top, (rows - 1) * conv->stride_h + rows_of_one, scratch);
    for (size_t r = 0; r < rows; r++)
      depthwise_row(conv, taps, tap, weights, scratch + r * conv->stride_h * strip.row_length,
                    out + (y + r) * conv->out_w);
  }
  const ree_matmul product = {
      .m = 1, .n = pixels, .c = out, .c_row = pixels, .alpha = 1, .beta = 1, .row_bias = bias,
      .residual = residual, .residual_row = pixels, .activation = conv->activation,
  };
  finish(&product, 0, 1, 0, pixels);
}
