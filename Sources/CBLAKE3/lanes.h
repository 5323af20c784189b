// One kernel for LANES inputs side by side; included once per instruction set, with LANES, KERNEL,
// VECTOR and EACH_LANE defined. Lane i of every vector belongs to input i.

typedef uint32_t VECTOR __attribute__((vector_size(4 * LANES)));

// One step of a transposition: rows `a` and `b`, `d` apart, swap their off-diagonal squares of
// side `d`.
#define UPPER(lane, d) (((lane) & (d)) ? LANES + (lane) - (d) : (lane))
#define LOWER(lane, d) (((lane) & (d)) ? LANES + (lane) : (lane) + (d))
#define EXCHANGE(rows, d)                                                                          \
  _Pragma("clang loop unroll(full)") for (size_t i = 0; i < LANES; i++) {                          \
    if (i & (d)) continue;                                                                         \
    VECTOR a = rows[i], b = rows[i + (d)];                                                         \
    rows[i] = __builtin_shufflevector(a, b, EACH_LANE(UPPER, d));                                  \
    rows[i + (d)] = __builtin_shufflevector(a, b, EACH_LANE(LOWER, d));                            \
  }

static void KERNEL(const struct batch *batch, uint8_t *output) {
  VECTOR h[8];
  for (size_t word = 0; word < 8; word++) h[word] = (VECTOR){0} + batch->key[word];

  const uint8_t *inputs[LANES];
  for (size_t lane = 0; lane < LANES; lane++) {
    size_t number = lane < batch->count ? lane : batch->count - 1;
    inputs[lane] = batch->input + number * batch->stride;
  }

  VECTOR counter_low, counter_high;
  for (size_t lane = 0; lane < LANES; lane++) {
    uint64_t counter = batch->counter + lane * batch->counter_step;
    counter_low[lane] = (uint32_t)counter;
    counter_high[lane] = (uint32_t)(counter >> 32);
  }

  for (size_t block = 0; block < batch->blocks; block++) {
    uint32_t flags = batch->flags;
    if (block == 0) flags |= batch->flags_first;
    if (block + 1 == batch->blocks) flags |= batch->flags_last;

    VECTOR m[16];
#pragma clang loop unroll(full)
    for (size_t part = 0; part < 16; part += LANES) {
      VECTOR *rows = m + part;
#pragma clang loop unroll(full)
      for (size_t lane = 0; lane < LANES; lane++)
        __builtin_memcpy(&rows[lane], inputs[lane] + block * CBLAKE3_BLOCK_SIZE + part * 4,
                         sizeof(VECTOR));
      EXCHANGE(rows, 1)
      EXCHANGE(rows, 2)
#if LANES >= 8
      EXCHANGE(rows, 4)
#endif
#if LANES >= 16
      EXCHANGE(rows, 8)
#endif
    }

    VECTOR v[16] = {
        h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7],
        (VECTOR){0} + INITIAL[0], (VECTOR){0} + INITIAL[1],
        (VECTOR){0} + INITIAL[2], (VECTOR){0} + INITIAL[3],
        counter_low, counter_high,
        (VECTOR){0} + (uint32_t)CBLAKE3_BLOCK_SIZE, (VECTOR){0} + flags,
    };
    ROUNDS(v, m);
    for (size_t word = 0; word < 8; word++) h[word] = v[word] ^ v[word + 8];
  }

  for (size_t lane = 0; lane < batch->count; lane++) {
    uint32_t words[8];
    for (size_t word = 0; word < 8; word++) words[word] = h[word][lane];
    __builtin_memcpy(output + lane * 32, words, 32);
  }
}

#undef EXCHANGE
#undef LOWER
#undef UPPER
#undef LANES
#undef KERNEL
#undef VECTOR
#undef EACH_LANE
