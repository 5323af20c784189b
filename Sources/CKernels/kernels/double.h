// Binary64 vectors, in which the correctly rounded functions are evaluated.

#define SHIFTER 6755399441055744.0  // 1.5 * 2^52: adding it rounds to an integer in the low bits
#define SHIFTER_BITS 0x4338000000000000

#if REE_SOFT_FMA

// The exact sum of a and b as a sum of two (Knuth).
#define ADD_EXACTLY(HIGH, LOW, A, B)                                                               \
  vd HIGH = (A) + (B);                                                                             \
  vd HIGH##_back = HIGH - (A);                                                                     \
  vd LOW = ((A) - (HIGH - HIGH##_back)) + ((B) - HIGH##_back)

// a * b + c with one rounding (Boldo, Melquiond 2008), so that every path evaluates the functions to
// the same binary64. The product's error comes from halves of the factors (Veltkamp, Dekker), which
// is exact within 2^-400 ... 2^400; nothing here leaves that range but zeros.
REE_INLINE vd fma_d(vd a, vd b, vd c) {
  const vd splitter = splat_d(134217729.0);
  vd a_scaled = a * splitter, b_scaled = b * splitter;
  vd a_high = a_scaled - (a_scaled - a), b_high = b_scaled - (b_scaled - b);
  vd a_low = a - a_high, b_low = b - b_high;
  vd product = a * b;
  vd product_low = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
  ADD_EXACTLY(middle, middle_low, c, product_low);
  ADD_EXACTLY(high, high_low, product, middle);
  return high + add_to_odd(middle_low, high_low);
}

#else

REE_INLINE vd fma_d(vd a, vd b, vd c) { return __builtin_elementwise_fma(a, b, c); }

#endif

// A polynomial with its constant first, by Horner's rule.
#define POLYNOMIAL(COEFFICIENTS, X)                                                                \
  polynomial(COEFFICIENTS, sizeof(COEFFICIENTS) / sizeof(*COEFFICIENTS), X)
REE_INLINE vd polynomial(const double *coefficients, const size_t count, vd x) {
  vd sum = splat_d(coefficients[count - 1]);
  REE_UNROLL for (size_t i = count - 1; i > 0; i--) sum = fma_d(sum, x, splat_d(coefficients[i - 1]));
  return sum;
}

// 2^n for integers n in -1022 ... 1023.
REE_INLINE vd power_of_two(vl n) { return (vd)((n + 1023) << 52); }

// An integer below 2^51 in magnitude, exactly.
REE_INLINE vd to_double(vl n) { return (vd)(n + SHIFTER_BITS) - SHIFTER; }

// The functions need no table of hard cases beside this: inputs for which the binary64 value lies so
// near the middle between two binary32 that its own error decides. Found by exhaustion.
#define SETTLE(CASES, X, Y) settle(CASES, sizeof(CASES) / sizeof(*CASES), X, Y)
struct hard_case {
  uint32_t input, output;
};
REE_INLINE vf settle(const struct hard_case *cases, const size_t count, vf x, vf y) {
  REE_UNROLL for (size_t i = 0; i < count; i++)
    y = select_f(bits(x) == splat_i((int32_t)cases[i].input),
                 from_bits(splat_i((int32_t)cases[i].output)), y);
  return y;
}

// The sign of `x` on a result computed for its magnitude.
REE_INLINE vf with_sign_of(vf x, vf y) { return from_bits(bits(y) | sign_bit(x)); }
// NaN in, NaN out, whatever a clamp made of it.
REE_INLINE vf keep_nan(vf x, vf y) { return select_f(x != x, x, y); }
REE_INLINE vf smaller(vf x, float limit) { return select_f(x < splat(limit), x, splat(limit)); }
REE_INLINE vf greater(vf x, float limit) { return select_f(x > splat(limit), x, splat(limit)); }
