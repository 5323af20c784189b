#include "CBLAKE3.h"

#include <stdatomic.h>

#include "rounds.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "message words are read as they lie in memory, which is right on little-endian machines only"
#endif

#define EACH_OF_4(F, d) F(0, d), F(1, d), F(2, d), F(3, d)
#define EACH_OF_8(F, d) EACH_OF_4(F, d), F(4, d), F(5, d), F(6, d), F(7, d)
#define EACH_OF_16(F, d)                                                                           \
  EACH_OF_8(F, d), F(8, d), F(9, d), F(10, d), F(11, d), F(12, d), F(13, d), F(14, d), F(15, d)

// Four lanes are part of every x86-64 and aarch64.
#define LANES 4
#define KERNEL hash_4
#define VECTOR vector_4
#define EACH_LANE EACH_OF_4
#include "lanes.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define LANES 8
#define KERNEL hash_8
#define VECTOR vector_8
#define EACH_LANE EACH_OF_8
#include "lanes.h"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512vl"))), apply_to = function)
#define LANES 16
#define KERNEL hash_16
#define VECTOR vector_16
#define EACH_LANE EACH_OF_16
#include "lanes.h"
#pragma clang attribute pop
#endif

void cblake3_compress(const uint32_t chaining[8], const uint8_t block[64], uint32_t block_length,
                      uint64_t counter, uint32_t flags, uint32_t output[16]) {
  uint32_t m[16];
  __builtin_memcpy(m, block, sizeof m);
  uint32_t v[16] = {
      chaining[0], chaining[1], chaining[2], chaining[3],
      chaining[4], chaining[5], chaining[6], chaining[7],
      INITIAL[0], INITIAL[1], INITIAL[2], INITIAL[3],
      (uint32_t)counter, (uint32_t)(counter >> 32), block_length, flags,
  };
  ROUNDS(v, m);
  for (size_t word = 0; word < 8; word++) {
    output[word] = v[word] ^ v[word + 8];
    output[word + 8] = v[word + 8] ^ chaining[word];
  }
}

void cblake3_blocks(uint32_t chaining[8], const uint8_t *input, size_t count, uint64_t counter,
                    uint32_t flags, uint32_t flags_first) {
  for (size_t block = 0; block < count; block++) {
    uint32_t words[16];
    cblake3_compress(chaining, input + block * CBLAKE3_BLOCK_SIZE, CBLAKE3_BLOCK_SIZE, counter,
                     block == 0 ? flags | flags_first : flags, words);
    __builtin_memcpy(chaining, words, 32);
  }
}

static void hash_1(const struct batch *batch, uint8_t *output) {
  uint32_t chaining[8];
  __builtin_memcpy(chaining, batch->key, sizeof chaining);
  size_t last = batch->blocks - 1;
  cblake3_blocks(chaining, batch->input, last, batch->counter, batch->flags, batch->flags_first);
  uint32_t flags = batch->flags | batch->flags_last | (last == 0 ? batch->flags_first : 0);
  cblake3_blocks(chaining, batch->input + last * CBLAKE3_BLOCK_SIZE, 1, batch->counter, flags, 0);
  __builtin_memcpy(output, chaining, sizeof chaining);
}

static size_t supported_lanes(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) return 16;
  if (__builtin_cpu_supports("avx2")) return 8;
#endif
  return 4;
}

static atomic_size_t lanes_limit = 0;

void cblake3_limit_lanes(size_t limit) {
  atomic_store_explicit(&lanes_limit, limit, memory_order_relaxed);
}

size_t cblake3_lanes(void) {
  size_t supported = supported_lanes();
  size_t limit = atomic_load_explicit(&lanes_limit, memory_order_relaxed);
  return limit > 0 && limit < supported ? limit : supported;
}

// Hashes `batch.count` inputs, as many side by side as there are lanes for; two inputs already pay
// for a kernel that is not full. A kernel reads its inputs before it writes, and outputs are
// never longer than inputs, so the two may overlap.
static void hash_all(struct batch batch, uint8_t *output) {
  size_t lanes = cblake3_lanes();
  size_t remaining = batch.count;
  while (remaining > 0) {
    size_t count = remaining < lanes ? remaining : lanes;
    batch.count = count;
    if (count == 1) {
      hash_1(&batch, output);
#if defined(__x86_64__)
    } else if (count > 8) {
      hash_16(&batch, output);
    } else if (count > 4) {
      hash_8(&batch, output);
#endif
    } else {
      hash_4(&batch, output);
    }
    batch.input += count * batch.stride;
    batch.counter += count * batch.counter_step;
    output += count * 32;
    remaining -= count;
  }
}

void cblake3_chunks(const uint8_t *input, size_t count, const uint32_t key[8], uint64_t counter,
                    uint32_t flags, uint8_t *output) {
  struct batch batch = {
      .count = count,
      .input = input,
      .stride = CBLAKE3_CHUNK_SIZE,
      .blocks = CBLAKE3_CHUNK_SIZE / CBLAKE3_BLOCK_SIZE,
      .key = key,
      .counter = counter,
      .counter_step = 1,
      .flags = flags,
      .flags_first = CHUNK_START,
      .flags_last = CHUNK_END,
  };
  hash_all(batch, output);
}

void cblake3_parents(const uint8_t *input, size_t count, const uint32_t key[8], uint32_t flags,
                     uint8_t *output) {
  struct batch batch = {
      .count = count,
      .input = input,
      .stride = CBLAKE3_BLOCK_SIZE,
      .blocks = 1,
      .key = key,
      .flags = flags | PARENT,
  };
  hash_all(batch, output);
}
