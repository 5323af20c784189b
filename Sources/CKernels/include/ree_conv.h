#pragma once
#include <stddef.h>

#include "ree_matmul.h"

#ifdef __cplusplus
extern "C" {
#endif

// Two-dimensional convolution of one image and one group, as the product of ree_matmul.h:
// A is the weights [filters][channels * kernel_h * kernel_w], B the unfolded image; so k runs over
// (channel, row, column of the kernel), and an element that lies in the padding counts as +0.
// A one-dimensional convolution has height, kernel_h and out_h of 1. The caller loops over images
// and groups.
typedef struct ree_conv {
  const float *input;  // [channels][height][width]
  size_t channels, height, width;

  const float *weights;  // [filters][channels][kernel_h][kernel_w]
  size_t filters, kernel_h, kernel_w;

  size_t stride_h, stride_w, dilation_h, dilation_w;  // each at least 1
  size_t pad_top, pad_left;  // what lies past the bottom and the right end is padding as well

  float *output;  // [filters][out_h][out_w], overlaps no operand
  size_t out_h, out_w;

  const float *bias;      // [filters] or NULL: the product's row bias
  const float *residual;  // [filters][out_h][out_w] or NULL
  ree_activation activation;
} ree_conv;

// Strides and dilations of 1, no padding, bias, residual or activation; everything else 0.
void ree_conv_init(ree_conv *conv);

// Tiles, as those of a product.
size_t ree_conv_tile_count(const ree_conv *conv);
void ree_conv_tile(const ree_conv *conv, size_t tile);
void ree_conv_run(const ree_conv *conv);

// A depthwise convolution: `filters` = `channels`, the weights are [channels][kernel_h][kernel_w],
// and each channel is convolved with its own kernel (k runs over row, column). Same bits as
// `channels` groups of one channel each. One tile is one channel.
size_t ree_conv_depthwise_tile_count(const ree_conv *conv);
void ree_conv_depthwise_tile(const ree_conv *conv, size_t tile);
void ree_conv_depthwise_run(const ree_conv *conv);

#ifdef __cplusplus
}
#endif
