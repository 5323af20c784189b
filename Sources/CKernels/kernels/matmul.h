// Products of matrices: packing, tiles, and what follows a sum.

enum { REE_GROUP = 4 };

// Writes the panel of B that holds columns 32 * panel ..< + 32, k from k0 on: [count][32].
typedef void fill_panel(const void *source, size_t k0, size_t count, size_t panel, float *packed);

// Where B comes from, if not packed and not used where it lies.
struct panel_source {
  fill_panel *fill;
  const void *context;
};

struct strided {
  const float *b;
  size_t b_row, b_col, n;
};

// Four times four elements: rows of `from`, `step` apart, become columns of a panel.
REE_INLINE void transpose_4(const float *from, size_t step, float *panel) {
  typedef float four __attribute__((vector_size(16)));
  four row[4], half[4];
  REE_UNROLL for (size_t i = 0; i < 4; i++) memcpy(&row[i], from + i * step, sizeof row[i]);
  half[0] = __builtin_shufflevector(row[0], row[1], 0, 4, 1, 5);
  half[1] = __builtin_shufflevector(row[2], row[3], 0, 4, 1, 5);
  half[2] = __builtin_shufflevector(row[0], row[1], 2, 6, 3, 7);
  half[3] = __builtin_shufflevector(row[2], row[3], 2, 6, 3, 7);
  row[0] = __builtin_shufflevector(half[0], half[1], 0, 1, 4, 5);
  row[1] = __builtin_shufflevector(half[0], half[1], 2, 3, 6, 7);
  row[2] = __builtin_shufflevector(half[2], half[3], 0, 1, 4, 5);
  row[3] = __builtin_shufflevector(half[2], half[3], 2, 3, 6, 7);
  REE_UNROLL for (size_t i = 0; i < 4; i++) memcpy(panel + i * REE_PANEL, &row[i], sizeof row[i]);
}

static void fill_strided(const void *source, size_t k0, size_t count, size_t panel, float *packed) {
  const struct strided *s = source;
  const size_t j0 = panel * REE_PANEL;
  const size_t columns = s->n - j0 < REE_PANEL ? s->n - j0 : REE_PANEL;
  const float *b = s->b + k0 * s->b_row + j0 * s->b_col;
  if (s->b_col == 1 && columns == REE_PANEL) {
    for (size_t k = 0; k < count; k++)
      memcpy(packed + k * REE_PANEL, b + k * s->b_row, REE_PANEL * sizeof(float));
    return;
  }
  if (columns < REE_PANEL) memset(packed, 0, count * REE_PANEL * sizeof(float));
  // Reads run along whichever stride is short.
  if (s->b_row == 1 && s->b_col != 1) {
    size_t k = 0;
    if (columns == REE_PANEL)
      for (; k + 4 <= count; k += 4)
        for (size_t j = 0; j < REE_PANEL; j += 4)
          transpose_4(b + k + j * s->b_col, s->b_col, packed + k * REE_PANEL + j);
    for (; k < count; k += 16) {
      size_t end = k + 16 < count ? k + 16 : count;
      for (size_t j = 0; j < columns; j++)
        for (size_t q = k; q < end; q++) packed[q * REE_PANEL + j] = b[q + j * s->b_col];
    }
    return;
  }
  for (size_t k = 0; k < count; k++)
    for (size_t j = 0; j < columns; j++)
      packed[k * REE_PANEL + j] = b[k * s->b_row + j * s->b_col];
}

static void matmul_pack(size_t k, size_t n, const float *b, size_t b_row, size_t b_col,
                        float *packed) {
  const struct strided source = {b, b_row, b_col, n};
  for (size_t k0 = 0; k0 < k; k0 += REE_K_BLOCK) {
    size_t count = k - k0 < REE_K_BLOCK ? k - k0 : REE_K_BLOCK;
    for (size_t panel = 0; panel * REE_PANEL < n; panel++, packed += count * REE_PANEL)
      fill_strided(&source, k0, count, panel, packed);
  }
}

// alpha, biases, residual and activation, on a finished part of C, in the order of ree_matmul.h.
// What comes in is canonical.
//
// `activation` and `has_residual` are constants where this is inlined.
REE_INLINE void finish_rows(const ree_matmul *p, size_t i0, size_t rows, size_t j0, size_t columns,
                            const ree_activation activation, const bool has_residual) {
  const vf alpha = splat(p->alpha), beta = splat(p->beta);
  for (size_t i = i0; i < i0 + rows; i++) {
    float *c = p->c + i * p->c_row + j0;
    const float *residual = has_residual ? p->residual + i * p->residual_row + j0 : NULL;
    for (size_t j = 0; j < columns; j += REE_WIDTH) {
      const size_t count = columns - j;
      const bool whole = count >= REE_WIDTH;
      vf t = whole ? load(c + j) : load_some(c + j, count, 0);
      if (p->alpha != 1) t = alpha * t;
      if (p->column_bias) {
        const float *bias = p->column_bias + j0 + j;
        t = t + (whole ? load(bias) : load_some(bias, count, 0));
      }
      if (p->row_bias) t = t + splat(p->row_bias[i]);
      if (has_residual) {
        vf r = whole ? load(residual + j) : load_some(residual + j, count, 0);
        t = t + (p->beta == 1 ? r : beta * r);
      }
      switch (activation) {
        case REE_IDENTITY: break;
        case REE_RELU: t = relu_v(t); break;
        case REE_GELU: t = gelu_v(t); break;
        case REE_SILU: t = silu_v(t); break;
        case REE_SIGMOID: t = sigmoid_v(t); break;
        case REE_TANH: t = tanh_v(t); break;
      }
      t = canonical(t);
      if (whole) store(c + j, t); else store_some(c + j, t, count);
    }
  }
}

static void finish(const ree_matmul *p, size_t i, size_t rows, size_t j, size_t columns) {
  if (p->alpha == 1 && !p->column_bias && !p->row_bias && !p->residual &&
      p->activation == REE_IDENTITY)
    return;
  switch (p->activation) {
    case REE_IDENTITY:
      if (p->residual) finish_rows(p, i, rows, j, columns, REE_IDENTITY, true);
      else finish_rows(p, i, rows, j, columns, REE_IDENTITY, false);
      break;
    case REE_RELU:
      if (p->residual) finish_rows(p, i, rows, j, columns, REE_RELU, true);
      else finish_rows(p, i, rows, j, columns, REE_RELU, false);
      break;
    default: finish_rows(p, i, rows, j, columns, p->activation, p->residual != NULL);
  }
}

static void clear(const ree_matmul *p, const struct tile *t) {
  for (size_t i = t->row; i < t->row_end; i++)
    for (size_t j = t->panel * REE_PANEL; j < t->panel_end * REE_PANEL && j < p->n; j++)
      p->c[i * p->c_row + j] = 0;
}

// A block of A's rows over one block of k, rows side by side: [k][rows].
static void pack_rows(size_t rows, size_t count, const float *a, size_t a_row, size_t a_col,
                      float *packed) {
  if (a_row == 1 && rows == REE_ROWS) {
    for (size_t k = 0; k < count; k++)
      memcpy(packed + k * REE_ROWS, a + k * a_col, REE_ROWS * sizeof(float));
    return;
  }
  for (size_t k = 0; k < count; k++)
    for (size_t i = 0; i < rows; i++) packed[k * rows + i] = a[i * a_row + k * a_col];
}

// The last panel of C may be narrower than 32 columns: then it is computed beside C.
static void product_edge(size_t rows, size_t columns, size_t count, const float *a, size_t a_row,
                         size_t a_col, const float *b, float *c, size_t c_row, bool first) {
  float edge[REE_ROWS * REE_PANEL];
  if (!first)
    for (size_t i = 0; i < rows; i++)
      for (size_t j = 0; j < REE_PANEL; j++)
        edge[i * REE_PANEL + j] = j < columns ? c[i * c_row + j] : 0;
  products[rows](count, a, a_row, a_col, b, REE_PANEL, edge, REE_PANEL, first, NULL);
  for (size_t i = 0; i < rows; i++)
    memcpy(c + i * c_row, edge + i * REE_PANEL, columns * sizeof(float));
}

// Up to four rows: B is read once, from where it lies if its rows are contiguous.
static void few_rows_tile(const ree_matmul *p, const struct panel_source *source,
                          const struct tile *t) {
  const size_t rows = t->row_end - t->row;
  const size_t panels = (p->n + REE_PANEL - 1) / REE_PANEL;
  const size_t whole_end = t->panel_end * REE_PANEL <= p->n ? t->panel_end : t->panel_end - 1;
  const bool in_place = !p->b_packed && !source->fill;
  float scratch[REE_K_BLOCK * REE_PANEL];

  for (size_t k0 = 0; k0 < p->k; k0 += REE_K_BLOCK) {
    const size_t count = p->k - k0 < REE_K_BLOCK ? p->k - k0 : REE_K_BLOCK;
    const bool first = k0 == 0;
    const float *a = p->a + t->row * p->a_row + k0 * p->a_col;
    float *c = p->c + t->row * p->c_row;
    const float *block = p->b_packed ? p->b + k0 * panels * REE_PANEL : NULL;

    if (p->b_packed || in_place) {
      const size_t j = t->panel * REE_PANEL;
      const float *b = in_place ? p->b + k0 * p->b_row + j : block + t->panel * count * REE_PANEL;
      products_few[rows]((whole_end - t->panel) * REE_PANEL, count, a, p->a_row, p->a_col, b,
                         in_place ? p->b_row : REE_PANEL, in_place ? REE_PANEL : count * REE_PANEL,
                         c + j, p->c_row, first);
    } else {
      for (size_t panel = t->panel; panel < whole_end; panel++) {
        source->fill(source->context, k0, count, panel, scratch);
        products_few[rows](REE_PANEL, count, a, p->a_row, p->a_col, scratch, REE_PANEL, 0,
                           c + panel * REE_PANEL, p->c_row, first);
      }
    }

    if (whole_end < t->panel_end) {
      const size_t j = whole_end * REE_PANEL;
      const float *b = block ? block + whole_end * count * REE_PANEL : scratch;
      if (in_place) {
        const struct strided strided = {p->b, p->b_row, p->b_col, p->n};
        fill_strided(&strided, k0, count, whole_end, scratch);
      } else if (!block) {
        source->fill(source->context, k0, count, whole_end, scratch);
      }
      product_edge(rows, p->n - j, count, a, p->a_row, p->a_col, b, c + j, p->c_row, first);
    }
  }
}

static void many_rows_tile(const ree_matmul *p, const struct panel_source *source,
                           const struct tile *t) {
  const size_t rows = t->row_end - t->row;
  const size_t panels = (p->n + REE_PANEL - 1) / REE_PANEL;
  // Rows in blocks of nearly equal size, none above REE_ROWS.
  const size_t blocks = (rows + REE_ROWS - 1) / REE_ROWS;
  const size_t least = rows / blocks, longer = rows % blocks;
  // A lies in cache: copying it pays only where its rows are not contiguous.
  const bool packs_a = p->a_col != 1;
  float rows_packed[packs_a ? REE_TILE_ROWS * REE_K_BLOCK : 1];
  float scratch[REE_GROUP * REE_K_BLOCK * REE_PANEL];

  for (size_t k0 = 0; k0 < p->k; k0 += REE_K_BLOCK) {
    const size_t count = p->k - k0 < REE_K_BLOCK ? p->k - k0 : REE_K_BLOCK;
    const float *a = p->a + t->row * p->a_row + k0 * p->a_col;
    if (packs_a)
      for (size_t block = 0, i = 0; block < blocks; block++) {
        const size_t here = least + (block < longer);
        pack_rows(here, count, a + i * p->a_row, p->a_row, p->a_col, rows_packed + i * count);
        i += here;
      }
    // A packed panel stays in the first-level cache while all rows pass. Panels that are made here
    // are taken several at a time: then a row of C is written further at once.
    const size_t group = p->b_packed ? 1 : REE_GROUP;
    for (size_t panel = t->panel; panel < t->panel_end; panel += group) {
      const size_t end = t->panel_end - panel < group ? t->panel_end : panel + group;
      const float *b = p->b_packed ? p->b + (k0 * panels + panel * count) * REE_PANEL : scratch;
      if (!p->b_packed)
        for (size_t q = panel; q < end; q++)
          source->fill(source->context, k0, count, q, scratch + (q - panel) * count * REE_PANEL);
      for (size_t block = 0, i = 0; block < blocks; block++) {
        const size_t here = least + (block < longer);
        const float *from = packs_a ? rows_packed + i * count : a + i * p->a_row;
        const size_t a_row = packs_a ? 1 : p->a_row, a_col = packs_a ? here : 1;
        for (size_t q = panel; q < end; q++) {
          const size_t j = q * REE_PANEL;
          const float *column = b + (q - panel) * count * REE_PANEL;
          float *c = p->c + (t->row + i) * p->c_row + j;
          // The panel after this one comes from memory while the first rows pass.
          const bool fetches = p->b_packed && block * REE_LINE < REE_PANEL * sizeof(float) &&
                               panel + 1 < t->panel_end;
          const char *following = (const char *)(column + count * REE_PANEL);
          const char *next = fetches ? following + block * count * REE_LINE : NULL;
          if (j + REE_PANEL <= p->n)
            products[here](count, from, a_row, a_col, column, REE_PANEL, c, p->c_row, k0 == 0,
                           next);
          else
            product_edge(here, p->n - j, count, from, a_row, a_col, column, c, p->c_row, k0 == 0);
          if (k0 + count == p->k)
            finish(p, t->row + i, here, j, p->n - j < REE_PANEL ? p->n - j : REE_PANEL);
        }
        i += here;
      }
    }
  }
}

static void tile_from(const ree_matmul *p, const struct panel_source *source,
                      const struct tile *t) {
  const size_t rows = t->row_end - t->row, j = t->panel * REE_PANEL;
  const size_t end = t->panel_end * REE_PANEL < p->n ? t->panel_end * REE_PANEL : p->n;
  if (p->k == 0) {
    clear(p, t);
    finish(p, t->row, rows, j, end - j);
  } else if (rows <= 4) {
    few_rows_tile(p, source, t);
    finish(p, t->row, rows, j, end - j);
  } else {
    many_rows_tile(p, source, t);
  }
}

static void matmul_tile(const ree_matmul *p, const struct tile *t) {
  const struct strided strided = {p->b, p->b_row, p->b_col, p->n};
  // Few rows read contiguous rows of B where they are.
  const bool in_place = p->b_col == 1 && t->row_end - t->row <= 4;
  const struct panel_source source = {in_place ? NULL : fill_strided, &strided};
  tile_from(p, &source, t);
}
