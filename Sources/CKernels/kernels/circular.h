// sin, cos and tan: x = q pi / 2 + r with |r| <= pi / 4, and r in two parts.

struct quadrant {
  vl q;
  vd high, low;
};

// For magnitudes past 2^30, one lane at a time: the fraction of x * 2 / pi from the binary digits of
// 2 / pi that matter (Payne, Hanek 1983). `x` is finite and positive.
static void reduce_large(float x, int64_t *q, double *high, double *low) {
  uint32_t pattern;
  memcpy(&pattern, &x, sizeof x);
  const uint64_t mantissa = (pattern & 0x7fffff) | 0x800000;
  // x = mantissa * 2^exponent, exponent >= 7; digits that give multiples of 4 are left out.
  const unsigned exponent = (pattern >> 23) - 150;
  const unsigned skipped = exponent > 2 ? exponent - 2 : 0;
  const unsigned word = skipped / 64, shift = skipped % 64;
  uint64_t digits[3];
  for (unsigned i = 0; i < 3; i++) {
    uint64_t next = word + i + 1 < 6 ? TWO_OVER_PI[word + i + 1] : 0;
    digits[i] = shift ? TWO_OVER_PI[word + i] << shift | next >> (64 - shift) : TWO_OVER_PI[word + i];
  }
  // mantissa * 0.digits, times 4: the top bits past the point are two of the quotient, then fraction.
  const unsigned __int128 third = (unsigned __int128)mantissa * digits[2];
  const unsigned __int128 second = (unsigned __int128)mantissa * digits[1] + (uint64_t)(third >> 64);
  const uint64_t first = mantissa * digits[0] + (uint64_t)(second >> 64);
  const uint64_t rest = (uint64_t)second;
  uint64_t whole = first >> 62;
  uint64_t top = first << 2 | rest >> 62, bottom = rest << 2 | (uint64_t)third >> 62;
  // To the nearest integer: a fraction of a half and more counts from above.
  const bool negative = top >> 63;
  if (negative) {
    whole++;
    bottom = ~bottom + 1;
    top = ~top + (bottom == 0);
  }
  // Leading zeros go, so that 64 bits of the fraction remain.
  const unsigned zeros = top ? (unsigned)__builtin_clzll(top) : 64;
  uint64_t fraction = zeros == 0 ? top : zeros < 64 ? top << zeros | bottom >> (64 - zeros) : bottom;
  double scale = 0x1p-64;
  for (unsigned i = 0; i < zeros; i++) scale *= 0.5;
  const double f_high = (double)(fraction >> 32 << 32) * scale;
  const double f_low = (double)(fraction & 0xffffffff) * scale;
  // Times pi / 2; f_high has 32 bits, so its product with the first 21 bits of pi / 2 is exact.
  const double pi_first = 0x1.921fap+0, pi_rest = 0x1.54442d184698ap-20;
  const double product = f_high * pi_first;
  const double rest_product = f_high * pi_rest + f_low * 0x1.921fb54442d18p+0;
  *high = product + rest_product;
  *low = (product - *high) + rest_product;
  if (negative) *high = -*high, *low = -*low;
  *q = (int64_t)whole;
}

// The quadrant of |x|; infinities give NaN.
REE_INLINE struct quadrant reduce(vf x) {
  const vf a = magnitude(x);
  const vi large = ~(a < splat(0x1p30f));
  vd y = widen(select_f(large, splat(0), a));
  vd shifted = fma_d(y, splat_d(0x1.45f306dc9c883p-1), splat_d(SHIFTER));
  vd n = shifted - SHIFTER;
  vd r = fma_d(-n, splat_d(HALF_PI_HIGH), y);
  struct quadrant result;
  result.q = (vl)shifted - SHIFTER_BITS;
  result.high = fma_d(-n, splat_d(HALF_PI_MIDDLE), r);
  result.low = fma_d(-n, splat_d(HALF_PI_LOW), fma_d(-n, splat_d(HALF_PI_MIDDLE), r - result.high));
  int32_t any = 0;
  for (size_t lane = 0; lane < REE_WIDTH; lane++) any |= large[lane];
  if (__builtin_expect(any != 0, 0)) {
    for (size_t lane = 0; lane < REE_WIDTH; lane++) {
      if (!large[lane]) continue;
      int64_t q = 0;
      double high = __builtin_nan(""), low = 0;
      if (a[lane] < __builtin_inff()) reduce_large(a[lane], &q, &high, &low);
      result.q[lane] = q;
      result.high[lane] = high;
      result.low[lane] = low;
    }
  }
  return result;
}

REE_INLINE vd sin_reduced(vd r, vd r_low, vd z) {
  vd tail = fma_d(-0.5 * z, r_low, r_low);
  return r + fma_d(r * z, POLYNOMIAL(SIN, z), tail);
}

REE_INLINE vd cos_reduced(vd r, vd r_low, vd z) {
  vd half = 0.5 * z;
  vd one = 1.0 - half;
  vd lost = (1.0 - one) - half;
  return one + fma_d(z * z, POLYNOMIAL(COS, z), fma_d(-r, r_low, lost));
}

// sin(x + quarter * pi / 2) for the magnitude of x.
REE_INLINE vd sin_of_magnitude(vf x, int64_t quarter) {
  struct quadrant p = reduce(x);
  vd z = p.high * p.high;
  vl q = p.q + quarter;
  vl odd = -(q & 1);
  vd y = select_d(odd, cos_reduced(p.high, p.low, z), sin_reduced(p.high, p.low, z));
  return (vd)((vl)y ^ ((q & 2) << 62));
}

// By magnitudes.
static const struct hard_case SIN_CASES[] = {{0x46199998, 0xbeb1fa5d}};
static const struct hard_case COS_CASES[] = {{0x5f18b878, 0x3f7f14bb}, {0x6115cb11, 0x3f78142f}};

REE_INLINE vf sin_v(vf x) {
  vf y = SETTLE(SIN_CASES, magnitude(x), narrow(sin_of_magnitude(x, 0)));
  return keep_nan(x, from_bits(bits(y) ^ sign_bit(x)));
}

REE_INLINE vf cos_v(vf x) {
  return keep_nan(x, SETTLE(COS_CASES, magnitude(x), narrow(sin_of_magnitude(x, 1))));
}

REE_INLINE vf tan_v(vf x) {
  struct quadrant p = reduce(x);
  vd z = p.high * p.high;
  vd sine = sin_reduced(p.high, p.low, z), cosine = cos_reduced(p.high, p.low, z);
  vl odd = -(p.q & 1);
  vd y = select_d(odd, -cosine, sine) / select_d(odd, sine, cosine);
  return keep_nan(x, from_bits(bits(narrow(y)) ^ sign_bit(x)));
}
