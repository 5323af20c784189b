// The tables of this instruction set; REE_ISA is its name.

#define REE_FUNCTION_ENTRY(NAME) .NAME = function_##NAME,
#define REE_ELEMENTWISE_ENTRY(NAME) .NAME = elementwise_##NAME,

static const struct product_kernels product_table = {
    .pack = matmul_pack,
    .tile = matmul_tile,
    .conv_tile = conv_tile,
    .depthwise_tile = depthwise_tile,
};

static const struct function_kernels function_table = {
    REE_EACH_CORRECTLY_ROUNDED(REE_FUNCTION_ENTRY)
    REE_EACH_COMPOSITION(REE_FUNCTION_ENTRY)
};

static const struct elementwise_kernels elementwise_table = {
    REE_EACH_UNARY(REE_ELEMENTWISE_ENTRY)
    REE_EACH_BINARY(REE_ELEMENTWISE_ENTRY)
    .leaky_relu = elementwise_leaky_relu,
    .clip = elementwise_clip,
    .hard_sigmoid = elementwise_hard_sigmoid,
    .fma_scaled = elementwise_fma_scaled,
    .canonicalize = elementwise_canonicalize,
    .from_f16 = elementwise_from_f16,
    .to_f16 = elementwise_to_f16,
    .from_bf16 = elementwise_from_bf16,
    .to_bf16 = elementwise_to_bf16,
};

static const struct row_kernels row_table = {
    .sum = row_sum,
    .sum_squares = row_sum_squares,
    .max = row_max,
    .min = row_min,
    .softmax = row_softmax,
    .log_softmax = row_log_softmax,
    .dot = row_dot,
    .argmax = row_argmax,
    .argmin = row_argmin,
    .sum_axis = row_sum_axis,
    .sum_squares_axis = row_sum_squares_axis,
    .max_axis = row_max_axis,
    .min_axis = row_min_axis,
    .layer_norm = row_layer_norm,
    .rms_norm = row_rms_norm,
};

static const struct integer_kernels integer_table = {
    .quantize_rows = integer_quantize_rows,
    .quantize_linear = integer_quantize_linear,
    .quantize_columns = integer_quantize_columns,
    .pack = integer_pack,
    .tile = integer_tile,
    .block_quantize = block_quantize,
    .block_pack = block_pack,
    .block_dequantize = block_dequantize,
    .block_tile = block_tile,
};

static const struct training_kernels training_table = {
    .gelu_with_slope = gelu_with_slope,
    .gelu_gradient = gelu_gradient,
    .relu_gradient = relu_gradient,
    .silu_gradient = silu_gradient,
    .tanh_gradient = tanh_gradient,
    .sigmoid_gradient = sigmoid_gradient,
    .softmax_gradient = softmax_gradient,
    .cross_entropy_gradient = cross_entropy_gradient,
    .layer_norm_gradient = layer_norm_gradient,
    .rms_norm_gradient = rms_norm_gradient,
    .gamma_gradient = gamma_gradient,
    .scatter_add = scatter_add,
    .adamw_update = adamw_update,
    .sgd_update = sgd_update,
};

#define REE_TABLE_NAME_OF(ISA) ree_kernels_##ISA
#define REE_TABLE_NAME(ISA) REE_TABLE_NAME_OF(ISA)
#define REE_TEXT_OF(ISA) #ISA
#define REE_TEXT(ISA) REE_TEXT_OF(ISA)

const struct kernels REE_TABLE_NAME(REE_ISA) = {
    .name = REE_TEXT(REE_ISA),
    .product = &product_table,
    .function = &function_table,
    .elementwise = &elementwise_table,
    .row = &row_table,
    .integer = &integer_table,
    .training = &training_table,
};
