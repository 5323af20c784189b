// sum + the products of four neighbouring bytes in each 32-bit lane, exactly: u unsigned, s signed.
// Where only signed bytes can be multiplied, u - 128 is taken for u: then REE_DOT_BIAS is 128, and
// the caller knows that dot(u, s) = true sum - REE_DOT_BIAS * (sum of s).

#if defined(REE_VNNI)

#define REE_DOT_BIAS 0
REE_INLINE vi dot4(vi sum, vi u, vi s) {
  return (vi)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)u, (__m512i)s);
}

#elif REE_WIDTH >= 8

// Even and odd bytes as 16-bit integers, for which the products of pairs cannot overflow.
#define REE_DOT_BIAS 0
typedef int16_t vh __attribute__((vector_size(4 * REE_WIDTH)));
typedef uint16_t vuh __attribute__((vector_size(4 * REE_WIDTH)));
REE_INLINE vi multiply_pairs(vh a, vh b) {
#if REE_WIDTH == 16
  return (vi)_mm512_madd_epi16((__m512i)a, (__m512i)b);
#else
  return (vi)_mm256_madd_epi16((__m256i)a, (__m256i)b);
#endif
}
REE_INLINE vi dot4(vi sum, vi u, vi s) {
  vh u_even = (vh)((vuh)u & 0xff), u_odd = (vh)((vuh)u >> 8);
  vh s_even = (vh)((vuh)s << 8) >> 8, s_odd = (vh)s >> 8;
  return sum + (multiply_pairs(u_even, s_even) + multiply_pairs(u_odd, s_odd));
}

#elif defined(REE_NEON)

#define REE_DOT_BIAS 128
REE_INLINE vi dot4(vi sum, vi u, vi s) {
  int8x16_t a = (int8x16_t)(u ^ (int32_t)0x80808080), b = (int8x16_t)s;
#if defined(REE_DOTPROD)
  return (vi)vdotq_s32((int32x4_t)sum, a, b);
#else
  int16x8_t low = vmull_s8(vget_low_s8(a), vget_low_s8(b));
  int16x8_t high = vmull_high_s8(a, b);
  return sum + (vi)vpaddq_s32(vpaddlq_s16(low), vpaddlq_s16(high));
#endif
}

#else

#define REE_DOT_BIAS 0
REE_INLINE vi dot4(vi sum, vi u, vi s) {
  for (int shift = 0; shift < 32; shift += 8)
    sum += (vi)((vu)u >> shift & 0xff) * ((vi)((vu)s << (24 - shift)) >> 24);
  return sum;
}

#endif

// Four bytes on every lane.
REE_INLINE vi splat_bytes(const void *bytes) {
  int32_t four;
  memcpy(&four, bytes, sizeof four);
  return splat_i(four);
}

REE_INLINE vi load_i(const void *p) { return *(const vi_in_memory *)p; }
REE_INLINE void store_i(void *p, vi v) { *(vi_in_memory *)p = v; }
// Wraps.
REE_INLINE vi add_i(vi a, vi b) { return (vi)((vu)a + (vu)b); }
REE_INLINE vi mul_i(vi a, vi b) { return (vi)((vu)a * (vu)b); }
