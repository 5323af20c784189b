#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

// Inputs are computed too, and on every machine alike.
#pragma STDC FP_CONTRACT OFF

// Reproducible inputs, and one hash for each kernel's outputs.

// The generator of reference vectors: xorshift64 (13, 7, 17).
void restart(void);
uint32_t next_bits(void);
// -1 ..< 1, in steps of 2^-31.
float next_unit(void);
// Over 60 binades around 1.
float next_wide(void);
// Any pattern: NaN, infinities and subnormals are among them.
float next_any(void);
void fill(float *out, size_t count, float (*next)(void));

void *allocate(size_t count, size_t size);
#define NEW(TYPE, COUNT) ((TYPE *)allocate(COUNT, sizeof(TYPE)))

// FNV-like over 32-bit words; a line "NAME HASH" at the end.
void hash_begin(const char *name);
void hash_words(const void *words, size_t count);
void hash_bytes(const void *bytes, size_t count);
void hash_end(void);

// Runs `tile(context, i)` for i < count, claimed by as many threads as the program was told to use.
void run_tiles(size_t count, void (*tile)(const void *context, size_t index), const void *context);

void product_lines(void);
void element_lines(void);
void row_lines(void);
void integer_lines(void);
void training_lines(void);
