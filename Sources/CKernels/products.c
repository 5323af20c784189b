#include <string.h>

#include "tables.h"

// How products and convolutions fall into tiles, the same for every instruction set.

enum {
  FEW_ROWS = 4,
  TILE_PRODUCTS = 4 << 20,  // multiplications of a tile: enough to make claiming it cheap
  TILE_PANELS_LEAST = 8,
};

static size_t ceil_divide(size_t a, size_t b) { return a / b + (a % b != 0); }

struct grid ree_grid(size_t m, size_t n, size_t k, bool all_rows) {
  struct grid grid = {.rows = m};
  if (m == 0 || n == 0) return grid;
  grid.rows_step = m <= FEW_ROWS || all_rows ? m : REE_TILE_ROWS;
  grid.row_steps = ceil_divide(m, grid.rows_step);
  grid.panels = ceil_divide(n, REE_PANEL);
  const size_t panel_products = (m < grid.rows_step ? m : grid.rows_step) * REE_PANEL * (k ? k : 1);
  size_t step = TILE_PRODUCTS / panel_products;
  const size_t least = all_rows ? 1 : TILE_PANELS_LEAST;
  if (step < least) step = least;
  // Of equal size, so that no thread waits for a last large one.
  grid.panels_step = ceil_divide(grid.panels, ceil_divide(grid.panels, step));
  grid.panel_steps = ceil_divide(grid.panels, grid.panels_step);
  return grid;
}

size_t ree_grid_count(const struct grid *grid) { return grid->row_steps * grid->panel_steps; }

struct tile ree_grid_tile(const struct grid *grid, size_t index) {
  struct tile tile;
  tile.row = index / grid->panel_steps * grid->rows_step;
  tile.panel = index % grid->panel_steps * grid->panels_step;
  tile.row_end = grid->rows - tile.row < grid->rows_step ? grid->rows : tile.row + grid->rows_step;
  tile.panel_end = grid->panels - tile.panel < grid->panels_step ? grid->panels
                                                                 : tile.panel + grid->panels_step;
  return tile;
}

void ree_matmul_init(ree_matmul *product, size_t m, size_t n, size_t k) {
  memset(product, 0, sizeof *product);
  product->m = m, product->n = n, product->k = k;
  product->a_row = k, product->a_col = 1;
  product->b_row = n, product->b_col = 1;
  product->c_row = n;
  product->alpha = 1, product->beta = 1;
}

size_t ree_matmul_packed_size(size_t k, size_t n) {
  return ceil_divide(n, REE_PANEL) * REE_PANEL * k;
}

void ree_matmul_pack(size_t k, size_t n, const float *b, size_t b_row, size_t b_col,
                     float *packed) {
  ree_kernels()->product->pack(k, n, b, b_row, b_col, packed);
}

size_t ree_matmul_tile_count(const ree_matmul *p) {
  const struct grid grid = ree_grid(p->m, p->n, p->k, false);
  return ree_grid_count(&grid);
}

void ree_matmul_tile(const ree_matmul *p, size_t index) {
  const struct grid grid = ree_grid(p->m, p->n, p->k, false);
  const struct tile tile = ree_grid_tile(&grid, index);
  ree_kernels()->product->tile(p, &tile);
}

void ree_matmul_run(const ree_matmul *p) {
  const size_t count = ree_matmul_tile_count(p);
  for (size_t tile = 0; tile < count; tile++) ree_matmul_tile(p, tile);
}

void ree_conv_init(ree_conv *conv) {
  memset(conv, 0, sizeof *conv);
  conv->stride_h = conv->stride_w = conv->dilation_h = conv->dilation_w = 1;
}

static struct grid conv_grid(const ree_conv *conv) {
  return ree_grid(conv->filters, conv->out_h * conv->out_w,
                 conv->channels * conv->kernel_h * conv->kernel_w, true);
}

size_t ree_conv_tile_count(const ree_conv *conv) {
  const struct grid grid = conv_grid(conv);
  return ree_grid_count(&grid);
}

void ree_conv_tile(const ree_conv *conv, size_t index) {
  const struct grid grid = conv_grid(conv);
  const struct tile tile = ree_grid_tile(&grid, index);
  ree_kernels()->product->conv_tile(conv, &tile);
}

void ree_conv_run(const ree_conv *conv) {
  const size_t count = ree_conv_tile_count(conv);
  for (size_t tile = 0; tile < count; tile++) ree_conv_tile(conv, tile);
}

size_t ree_conv_depthwise_tile_count(const ree_conv *conv) {
  return conv->out_h * conv->out_w ? conv->channels : 0;
}

void ree_conv_depthwise_tile(const ree_conv *conv, size_t channel) {
  ree_kernels()->product->depthwise_tile(conv, channel);
}

void ree_conv_depthwise_run(const ree_conv *conv) {
  const size_t count = ree_conv_depthwise_tile_count(conv);
  for (size_t channel = 0; channel < count; channel++) ree_conv_depthwise_tile(conv, channel);
}
