#pragma once
#include <stddef.h>
#include <stdint.h>

// BLAKE3's compression, from the paper (https://github.com/BLAKE3-team/BLAKE3-specs), section 2.
// The tree over chunks is built by the caller.

enum {
  CBLAKE3_BLOCK_SIZE = 64,
  CBLAKE3_CHUNK_SIZE = 1024,
};

// One compression: all sixteen output words.
void cblake3_compress(const uint32_t chaining[8], const uint8_t block[64], uint32_t block_length,
                      uint64_t counter, uint32_t flags, uint32_t output[16]);

// Compresses `count` blocks of one chunk, one after another; `flags_first` goes with the first.
void cblake3_blocks(uint32_t chaining[8], const uint8_t *input, size_t count, uint64_t counter,
                    uint32_t flags, uint32_t flags_first);

// The chaining values of `count` whole chunks that lie side by side, 32 bytes each.
// `counter` is the first chunk's number; `flags` holds the mode alone.
void cblake3_chunks(const uint8_t *input, size_t count, const uint32_t key[8], uint64_t counter,
                    uint32_t flags, uint8_t *output);

// The parents of `count` pairs of chaining values that lie side by side. `output` may be `input`.
void cblake3_parents(const uint8_t *input, size_t count, const uint32_t key[8], uint32_t flags,
                     uint8_t *output);

// How many inputs the chosen instruction set hashes side by side: 16, 8 or 4.
size_t cblake3_lanes(void);

// Never more than `limit` lanes from here on, so that a test can run every path; 0 lifts the limit.
void cblake3_limit_lanes(size_t limit);
