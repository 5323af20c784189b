#include "fixture.h"

static void product_tile(const void *context, size_t index) { ree_matmul_tile(context, index); }
static void conv_tile(const void *context, size_t index) { ree_conv_tile(context, index); }
static void depthwise_tile(const void *context, size_t index) {
  ree_conv_depthwise_tile(context, index);
}

static void run(const ree_matmul *product) {
  run_tiles(ree_matmul_tile_count(product), product_tile, product);
}

// The five shapes of the reference vectors, with subnormals, an infinity and a NaN.
struct operands {
  size_t m, n, k;
  float *a, *b, *c;
};

enum { SHAPES = 5 };

static struct operands next_operands(size_t shape) {
  static const size_t sizes[SHAPES][3] = {
      {64, 64, 64}, {37, 65, 517}, {1, 384, 1536}, {128, 96, 700}, {13, 100, 257}};
  struct operands o = {sizes[shape][0], sizes[shape][1], sizes[shape][2], NULL, NULL, NULL};
  o.a = NEW(float, o.m * o.k), o.b = NEW(float, o.k * o.n), o.c = NEW(float, o.m * o.n);
  fill(o.a, o.m * o.k, next_wide);
  fill(o.b, o.k * o.n, next_wide);
  o.a[3] = 1e-41f;
  o.b[5] = 3e-39f;
  if (shape == SHAPES - 1) {
    o.a[7] = __builtin_inff();
    o.b[9] = -3e38f;
    o.a[40] = __builtin_nanf("");
  }
  return o;
}

static void release(struct operands *o) { free(o->a), free(o->b), free(o->c); }

static float *pack(const struct operands *o) {
  float *packed = NEW(float, ree_matmul_packed_size(o->k, o->n));
  ree_matmul_pack(o->k, o->n, o->b, o->n, 1, packed);
  return packed;
}

static void multiply(struct operands *o) {
  float *packed = pack(o);
  ree_matmul product;
  ree_matmul_init(&product, o->m, o->n, o->k);
  product.a = o->a, product.b = packed, product.b_packed = true, product.c = o->c;
  run(&product);
  free(packed);
  hash_words(o->c, o->m * o->n);
}

// One fma chain over all k, row by row of B.
static void multiply_in_one_chain(struct operands *o) {
  memset(o->c, 0, o->m * o->n * sizeof *o->c);
  for (size_t i = 0; i < o->m; i++)
    for (size_t k = 0; k < o->k; k++)
      ree_fma_scaled(o->a[i * o->k + k], o->b + k * o->n, o->c + i * o->n, o->n);
  hash_words(o->c, o->m * o->n);
}

// Both operands transposed where they lie.
static void multiply_transposed(struct operands *o) {
  float *a = NEW(float, o->m * o->k), *b = NEW(float, o->k * o->n);
  for (size_t k = 0; k < o->k; k++) {
    for (size_t i = 0; i < o->m; i++) a[k * o->m + i] = o->a[i * o->k + k];
    for (size_t j = 0; j < o->n; j++) b[j * o->k + k] = o->b[k * o->n + j];
  }
  ree_matmul product;
  ree_matmul_init(&product, o->m, o->n, o->k);
  product.a = a, product.a_row = 1, product.a_col = o->m;
  product.b = b, product.b_row = 1, product.b_col = o->k;
  product.c = o->c;
  run(&product);
  free(a), free(b);
  hash_words(o->c, o->m * o->n);
}

static void few_rows(void) {
  hash_begin("gemm-few-rows");
  for (size_t m = 1; m <= 5; m++)
    for (size_t k = 0; k <= 600; k += 150) {
      const size_t n = 1 + next_bits() % 300;
      struct operands o = {m, n, k, NEW(float, m * k), NEW(float, k * n), NEW(float, m * n)};
      fill(o.a, m * k, next_unit);
      fill(o.b, k * n, next_unit);
      multiply(&o);
      ree_matmul product;
      ree_matmul_init(&product, m, n, k);
      product.a = o.a, product.b = o.b, product.c = o.c;
      run(&product);
      hash_words(o.c, m * n);
      release(&o);
    }
  hash_end();
}

static void epilogues(void) {
  enum { M = 21, N = 70, K = 300 };
  float *a = NEW(float, M * K), *b = NEW(float, K * N), *c = NEW(float, M * N);
  float *bias = NEW(float, N), *rows = NEW(float, M), *residual = NEW(float, M * N);
  fill(a, M * K, next_unit), fill(b, K * N, next_unit);
  fill(bias, N, next_unit), fill(rows, M, next_unit), fill(residual, M * N, next_unit);
  hash_begin("gemm-epilogue");
  for (int activation = REE_IDENTITY; activation <= REE_TANH; activation++) {
    ree_matmul product;
    ree_matmul_init(&product, M, N, K);
    product.a = a, product.b = b, product.c = c;
    product.alpha = activation % 2 ? 0.3f : 1, product.beta = activation % 3 ? 0.7f : 1;
    product.column_bias = bias, product.row_bias = rows;
    product.residual = residual, product.residual_row = N;
    product.activation = (ree_activation)activation;
    run(&product);
    hash_words(c, M * N);
  }
  hash_end();
  free(a), free(b), free(c), free(bias), free(rows), free(residual);
}

static void convolutions(void) {
  // channels, height, width, filters, kernel h, w, stride h, w, dilation h, w, pad
  static const size_t cases[][11] = {
      {3, 17, 19, 8, 3, 3, 1, 1, 1, 1, 1},  {16, 9, 9, 5, 1, 1, 1, 1, 1, 1, 0},
      {32, 14, 13, 7, 3, 3, 2, 2, 1, 1, 1}, {4, 20, 20, 6, 5, 3, 2, 3, 2, 1, 2},
      {1, 1, 64, 9, 1, 7, 1, 2, 1, 3, 0},   {40, 6, 6, 3, 3, 3, 1, 1, 1, 1, 1},
  };
  for (int depthwise = 0; depthwise <= 1; depthwise++) {
    hash_begin(depthwise ? "conv-depthwise" : "conv");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      const size_t *s = cases[i];
      ree_conv conv;
      ree_conv_init(&conv);
      conv.channels = s[0], conv.height = s[1], conv.width = s[2];
      conv.filters = depthwise ? s[0] : s[3], conv.kernel_h = s[4], conv.kernel_w = s[5];
      conv.stride_h = s[6], conv.stride_w = s[7], conv.dilation_h = s[8], conv.dilation_w = s[9];
      conv.pad_top = conv.height > 1 ? s[10] : 0, conv.pad_left = s[10];
      conv.out_h = (conv.height + 2 * conv.pad_top - conv.dilation_h * (conv.kernel_h - 1) - 1) /
                       conv.stride_h + 1;
      conv.out_w = (conv.width + 2 * conv.pad_left - conv.dilation_w * (conv.kernel_w - 1) - 1) /
                       conv.stride_w + 1;
      const size_t inputs = conv.channels * conv.height * conv.width;
      const size_t weights =
          conv.filters * (depthwise ? 1 : conv.channels) * conv.kernel_h * conv.kernel_w;
      const size_t outputs = conv.filters * conv.out_h * conv.out_w;
      float *input = NEW(float, inputs), *weight = NEW(float, weights);
      float *bias = NEW(float, conv.filters);
      fill(input, inputs, next_unit), fill(weight, weights, next_unit);
      fill(bias, conv.filters, next_unit);
      weight[0] = -1e-30f, input[0] = 1e-30f;
      conv.input = input, conv.weights = weight, conv.bias = bias;
      conv.output = NEW(float, outputs);
      if (depthwise) run_tiles(ree_conv_depthwise_tile_count(&conv), depthwise_tile, &conv);
      else run_tiles(ree_conv_tile_count(&conv), conv_tile, &conv);
      hash_words(conv.output, outputs);
      free(input), free(weight), free(bias), free(conv.output);
    }
    hash_end();
  }
}

void product_lines(void) {
  // The recipe of earlier versions: by one chain twice, then by blocks twice.
  restart();
  hash_begin("gemm");
  for (size_t shape = 0; shape < SHAPES; shape++) {
    struct operands o = next_operands(shape);
    multiply_in_one_chain(&o), multiply_in_one_chain(&o);
    multiply(&o), multiply(&o);
    release(&o);
  }
  hash_end();

  restart();
  hash_begin("gemm256");
  for (size_t shape = 0; shape < SHAPES; shape++) {
    struct operands o = next_operands(shape);
    multiply(&o);
    release(&o);
  }
  hash_end();

  restart();
  hash_begin("gemm256-transposed");
  for (size_t shape = 0; shape < SHAPES; shape++) {
    struct operands o = next_operands(shape);
    multiply_transposed(&o);
    release(&o);
  }
  hash_end();

  few_rows();
  epilogues();
  convolutions();
}
