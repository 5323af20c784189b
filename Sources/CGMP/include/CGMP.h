#pragma once
#include <gmp.h>

// GMP names its functions by macros, which Swift cannot import: each as one function.

static inline void cgmp_init(mpz_ptr number) { mpz_init(number); }

static inline void cgmp_clear(mpz_ptr number) { mpz_clear(number); }

// Big-endian bytes, most significant first.
static inline void cgmp_import(mpz_ptr number, size_t count, const void *bytes) {
  mpz_import(number, count, 1, 1, 1, 0, bytes);
}

// How many bytes cgmp_export writes: one for zero.
static inline size_t cgmp_byte_count(mpz_srcptr number) {
  return (mpz_sizeinbase(number, 2) + 7) / 8;
}

// Big-endian bytes, none for zero.
static inline void cgmp_export(void *bytes, mpz_srcptr number) {
  mpz_export(bytes, NULL, 1, 1, 1, 0, number);
}

static inline void cgmp_shift_left(mpz_ptr number, mp_bitcnt_t bits) {
  mpz_mul_2exp(number, number, bits);
}

static inline int cgmp_is_zero(mpz_srcptr number) { return mpz_sgn(number) == 0; }

// base^exponent mod modulus; the modulus must not be zero.
static inline void cgmp_power(mpz_ptr result, mpz_srcptr base, mpz_srcptr exponent,
                              mpz_srcptr modulus) {
  mpz_powm(result, base, exponent, modulus);
}
