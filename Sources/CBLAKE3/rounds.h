#pragma once
#include "CBLAKE3.h"

enum { CHUNK_START = 1, CHUNK_END = 2, PARENT = 4 };

static const uint32_t INITIAL[8] = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                                    0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};

// The message words in the order each round takes them: the permutation, applied again and again.
static const uint8_t SCHEDULE[7][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8},
    {3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1},
    {10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6},
    {12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4},
    {9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7},
    {11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13},
};

// The same text serves one word and a vector of words.
#define ROTATE(x, n) (((x) >> (n)) | ((x) << (32 - (n))))

#define MIX(v, a, b, c, d, x, y)                                                                   \
  do {                                                                                             \
    v[a] = v[a] + v[b] + (x);                                                                      \
    v[d] = ROTATE(v[d] ^ v[a], 16);                                                                \
    v[c] = v[c] + v[d];                                                                            \
    v[b] = ROTATE(v[b] ^ v[c], 12);                                                                \
    v[a] = v[a] + v[b] + (y);                                                                      \
    v[d] = ROTATE(v[d] ^ v[a], 8);                                                                 \
    v[c] = v[c] + v[d];                                                                            \
    v[b] = ROTATE(v[b] ^ v[c], 7);                                                                 \
  } while (0)

#define ROUND(v, m, r)                                                                             \
  do {                                                                                             \
    MIX(v, 0, 4, 8, 12, m[SCHEDULE[r][0]], m[SCHEDULE[r][1]]);                                     \
    MIX(v, 1, 5, 9, 13, m[SCHEDULE[r][2]], m[SCHEDULE[r][3]]);                                     \
    MIX(v, 2, 6, 10, 14, m[SCHEDULE[r][4]], m[SCHEDULE[r][5]]);                                    \
    MIX(v, 3, 7, 11, 15, m[SCHEDULE[r][6]], m[SCHEDULE[r][7]]);                                    \
    MIX(v, 0, 5, 10, 15, m[SCHEDULE[r][8]], m[SCHEDULE[r][9]]);                                    \
    MIX(v, 1, 6, 11, 12, m[SCHEDULE[r][10]], m[SCHEDULE[r][11]]);                                  \
    MIX(v, 2, 7, 8, 13, m[SCHEDULE[r][12]], m[SCHEDULE[r][13]]);                                   \
    MIX(v, 3, 4, 9, 14, m[SCHEDULE[r][14]], m[SCHEDULE[r][15]]);                                   \
  } while (0)

#define ROUNDS(v, m)                                                                               \
  do {                                                                                             \
    ROUND(v, m, 0);                                                                                \
    ROUND(v, m, 1);                                                                                \
    ROUND(v, m, 2);                                                                                \
    ROUND(v, m, 3);                                                                                \
    ROUND(v, m, 4);                                                                                \
    ROUND(v, m, 5);                                                                                \
    ROUND(v, m, 6);                                                                                \
  } while (0)

// What a kernel hashes: `count` inputs, `stride` bytes apart, of `blocks` blocks each. Lanes past
// `count` repeat the last input, and their results are dropped.
struct batch {
  size_t count;
  const uint8_t *input;
  size_t stride;
  size_t blocks;
  const uint32_t *key;
  uint64_t counter;
  uint32_t counter_step;
  uint32_t flags;
  uint32_t flags_first;
  uint32_t flags_last;
};
