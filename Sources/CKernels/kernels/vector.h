// Vectors of REE_WIDTH lanes, and the few operations on which all kernels are built.
//
// Included once by each file in isa/, which defines first
//   REE_WIDTH     lanes of 32 bits: 1, 4, 8 or 16
//   REE_SOFT_FMA  1 where the instruction set has no fused multiply-add
// No include guard: the types differ from one instruction set to the next.
#pragma STDC FP_CONTRACT OFF
// Vectors are passed only between functions that are inlined, where no calling convention matters.
#pragma clang diagnostic ignored "-Wpsabi"

#define REE_INLINE static inline __attribute__((always_inline))
#define REE_UNROLL _Pragma("clang loop unroll(full)")

typedef float vf __attribute__((vector_size(4 * REE_WIDTH)));
typedef int32_t vi __attribute__((vector_size(4 * REE_WIDTH)));
typedef uint32_t vu __attribute__((vector_size(4 * REE_WIDTH)));
typedef double vd __attribute__((vector_size(8 * REE_WIDTH)));
typedef int64_t vl __attribute__((vector_size(8 * REE_WIDTH)));
typedef uint64_t vq __attribute__((vector_size(8 * REE_WIDTH)));
// The same at any address.
typedef float vf_in_memory __attribute__((vector_size(4 * REE_WIDTH), aligned(4), may_alias));
typedef int32_t vi_in_memory __attribute__((vector_size(4 * REE_WIDTH), aligned(1), may_alias));

REE_INLINE vf load(const float *p) { return *(const vf_in_memory *)p; }
REE_INLINE void store(float *p, vf v) { *(vf_in_memory *)p = v; }
// x - 0 is x for every x, -0 too, so no subtraction remains of it.
REE_INLINE vf splat(float x) { return x - (vf){0}; }
REE_INLINE vi splat_i(int32_t x) { return x - (vi){0}; }
REE_INLINE vd splat_d(double x) { return x - (vd){0}; }

REE_INLINE vi bits(vf x) { return (vi)x; }
REE_INLINE vf from_bits(vi x) { return (vf)x; }
REE_INLINE vd widen(vf x) { return __builtin_convertvector(x, vd); }
REE_INLINE vf narrow(vd x) { return __builtin_convertvector(x, vf); }

// mask ? a : b, lane by lane; a mask is all ones or all zeros.
REE_INLINE vf select_f(vi mask, vf a, vf b) { return (vf)((mask & (vi)a) | (~mask & (vi)b)); }
REE_INLINE vi select_i(vi mask, vi a, vi b) { return (mask & a) | (~mask & b); }
REE_INLINE vd select_d(vl mask, vd a, vd b) { return (vd)((mask & (vl)a) | (~mask & (vl)b)); }

REE_INLINE vf magnitude(vf x) { return (vf)((vi)x & 0x7fffffff); }
REE_INLINE vi sign_bit(vf x) { return (vi)x & (int32_t)0x80000000; }
REE_INLINE vd magnitude_d(vd x) { return (vd)((vl)x & 0x7fffffffffffffff); }

// Every NaN that a kernel stores is this one, since payloads and signs differ between machines.
REE_INLINE vf canonical(vf x) { return select_f(x != x, (vf)splat_i(0x7fc00000), x); }
REE_INLINE void store_canonical(float *p, vf v) { store(p, canonical(v)); }

// The first `count` < REE_WIDTH lanes; the others hold `fill`.
REE_INLINE vf load_some(const float *p, size_t count, float fill) {
  float lanes[REE_WIDTH];
  for (size_t lane = 0; lane < REE_WIDTH; lane++) lanes[lane] = lane < count ? p[lane] : fill;
  return load(lanes);
}

REE_INLINE void store_some(float *p, vf v, size_t count) {
  float lanes[REE_WIDTH];
  store(lanes, v);
  for (size_t lane = 0; lane < count; lane++) p[lane] = lanes[lane];
}

REE_INLINE vf sqrt_f(vf x) { return __builtin_elementwise_sqrt(x); }
REE_INLINE vd sqrt_d(vd x) { return __builtin_elementwise_sqrt(x); }

#if REE_SOFT_FMA

// a + b rounded to odd: of two neighbours the one whose last bit is set. A second rounding, to fewer
// bits or as part of a sum, then gives what one rounding would have given (Boldo, Melquiond 2008).
REE_INLINE vd add_to_odd(vd a, vd b) {
  vd sum = a + b;
  vd back = sum - a;
  vd error = (a - (sum - back)) + (b - back);
  vl pattern = (vl)sum;
  vl finite = (vl)((pattern & 0x7ff0000000000000) != 0x7ff0000000000000);
  vl inexact = (vl)(error != splat_d(0)) & finite & (vl)((pattern & 1) == 0);
  vl away = (vl)((error > splat_d(0)) == (sum > splat_d(0)));
  return (vd)(pattern + (inexact & ((away & 1) | (~away & -1))));
}

// a * b + c with one rounding: the product of two binary32 is exact in binary64.
REE_INLINE vf fma_f(vf a, vf b, vf c) { return narrow(add_to_odd(widen(a) * widen(b), widen(c))); }

#else

REE_INLINE vf fma_f(vf a, vf b, vf c) { return __builtin_elementwise_fma(a, b, c); }

#endif

// One lane's arithmetic, for tails and for what is inherently sequential.
REE_INLINE float fma_1(float a, float b, float c) {
  return fma_f(splat(a), splat(b), splat(c))[0];
}
REE_INLINE float sqrt_1(float x) { return sqrt_f(splat(x))[0]; }
REE_INLINE float canonical_1(float x) { return canonical(splat(x))[0]; }
