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

// One element of the kernel applied to a run: [count] floats, +0 in the padding.
static void unfold_run(const ree_conv *conv, const float *plane, size_t ky, size_t kx,
                       const struct run *run, float *out) {
  const ptrdiff_t y =
      (ptrdiff_t)(run->y * conv->stride_h + ky * conv->dilation_h) - (ptrdiff_t)conv->pad_top;
  const ptrdiff_t x =
      (ptrdiff_t)(run->x * conv->stride_w + kx * conv->dilation_w) - (ptrdiff_t)conv->pad_left;
  const ptrdiff_t width = (ptrdiff_t)conv->width;
  const ptrdiff_t step = (ptrdiff_t)conv->stride_w, count = (ptrdiff_t)run->count;
  if (y < 0 || y >= (ptrdiff_t)conv->height) {
    memset(out, 0, run->count * sizeof(float));
    return;
  }
  const float *row = plane + (size_t)y * conv->width;
  if (x >= 0 && x + (count - 1) * step < width) {
    if (step == 1) memcpy(out, row + x, run->count * sizeof(float));
    else for (ptrdiff_t i = 0; i < count; i++) out[i] = row[x + i * step];
    return;
  }
  for (ptrdiff_t i = 0; i < count; i++) {
    const ptrdiff_t at = x + i * step;
    out[i] = at >= 0 && at < width ? row[at] : 0;
  }
}

static void fill_unfolded(const void *source, size_t k0, size_t count, size_t panel,
                          float *packed) {
  const ree_conv *conv = source;
  const size_t pixels = conv->out_h * conv->out_w, first = panel * REE_PANEL;
  const size_t columns = pixels - first < REE_PANEL ? pixels - first : REE_PANEL;
  const size_t plane = conv->height * conv->width;
  struct run runs[REE_PANEL];
  const size_t run_count = split_into_runs(conv, first, columns, runs);

  size_t kx = k0 % conv->kernel_w, ky = k0 / conv->kernel_w % conv->kernel_h;
  size_t channel = k0 / conv->kernel_w / conv->kernel_h;
  for (size_t k = 0; k < count; k++, packed += REE_PANEL) {
    for (size_t r = 0; r < run_count; r++)
      unfold_run(conv, conv->input + channel * plane, ky, kx, &runs[r], packed + runs[r].column);
    for (size_t j = columns; j < REE_PANEL; j++) packed[j] = 0;
    if (++kx == conv->kernel_w) {
      kx = 0;
      if (++ky == conv->kernel_h) ky = 0, channel++;
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
      float *out = scratch + phase * strip->phase_length;
      for (size_t i = 0; i < strip->phase_length; i++) {
        const ptrdiff_t x = (ptrdiff_t)(i * strip->phases + phase) - (ptrdiff_t)conv->pad_left;
        if (x >= 0 && x < (ptrdiff_t)conv->width) out[i] = row[x];
      }
    }
  }
}

static void depthwise_row(const ree_conv *conv, const struct strip *strip, const float *weights,
                          const float *scratch, float *out) {
  for (size_t x = 0; x < conv->out_w; x += REE_WIDTH) {
    vf sum = splat(0);
    for (size_t ky = 0; ky < conv->kernel_h; ky++)
      for (size_t kx = 0; kx < conv->kernel_w; kx++) {
        const size_t column = kx * conv->dilation_w;
        const float *from = scratch + ky * conv->dilation_h * strip->row_length +
                            column % strip->phases * strip->phase_length + column / strip->phases;
        sum = fma_f(splat(weights[ky * conv->kernel_w + kx]), load(from + x), sum);
      }
    store_up_to(out + x, canonical(sum), conv->out_w - x < REE_WIDTH ? conv->out_w - x : REE_WIDTH);
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
  const size_t rows_at_once = (SCRATCH / strip.row_length - rows_of_one) / conv->stride_h + 1;
  for (size_t y = 0; y < conv->out_h; y += rows_at_once) {
    const size_t rows = conv->out_h - y < rows_at_once ? conv->out_h - y : rows_at_once;
    const ptrdiff_t top = (ptrdiff_t)(y * conv->stride_h) - (ptrdiff_t)conv->pad_top;
    fill_strip(conv, &strip, plane, top, (rows - 1) * conv->stride_h + rows_of_one, scratch);
    for (size_t r = 0; r < rows; r++)
      depthwise_row(conv, &strip, weights, scratch + r * conv->stride_h * strip.row_length,
                    out + (y + r) * conv->out_w);
  }
  const ree_matmul product = {
      .m = 1, .n = pixels, .c = out, .c_row = pixels, .alpha = 1, .beta = 1, .row_bias = bias,
      .residual = residual, .residual_row = pixels, .activation = conv->activation,
  };
  finish(&product, 0, 1, 0, pixels);
}
