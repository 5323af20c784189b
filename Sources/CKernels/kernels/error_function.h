// erf(x) = x g(x), where g is smooth: sixteen polynomials over [0, 4). Above, erf rounds to 1.

// Element index[lane] of a row of sixteen.
#if REE_WIDTH == 16
REE_INLINE vd pick(const double *row, vl index) {
  __m512d low = _mm512_load_pd(row), high = _mm512_load_pd(row + 8);
  typedef long long half __attribute__((vector_size(64)));
  typedef double eight __attribute__((vector_size(64)));
  half first = __builtin_shufflevector(index, index, 0, 1, 2, 3, 4, 5, 6, 7);
  half second = __builtin_shufflevector(index, index, 8, 9, 10, 11, 12, 13, 14, 15);
  eight a = _mm512_permutex2var_pd(low, (__m512i)first, high);
  eight b = _mm512_permutex2var_pd(low, (__m512i)second, high);
  return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
#else
REE_INLINE vd pick(const double *row, vl index) {
  vd result;
  REE_UNROLL for (size_t lane = 0; lane < REE_WIDTH; lane++) result[lane] = row[index[lane]];
  return result;
}
#endif

REE_INLINE vf erf_v(vf x) {
  vd a = widen(smaller(magnitude(x), 0x1.fffffep+1f));
  // The piece's number is the integer part of 4 a; SHIFTER / 4 leaves it in the low bits.
  vd shifted = (a - 0.125) + SHIFTER / 4;
  vl piece = (vl)shifted & 15;
  vd t = a - ((shifted - SHIFTER / 4) + 0.125);
  const size_t last = sizeof(ERF_OVER_X) / sizeof(*ERF_OVER_X) - 1;
  vd sum = pick(ERF_OVER_X[last], piece);
  REE_UNROLL for (size_t power = last; power > 0; power--)
    sum = fma_d(sum, t, pick(ERF_OVER_X[power - 1], piece));
  return keep_nan(x, with_sign_of(x, narrow(sum * a)));
}

REE_INLINE vf gelu_v(vf x) { return (x * 0.5f) * (1.0f + erf_v(x * 0.707106769f)); }
