// log and what is built from it: x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), and
// log(1 + f) = 2 atanh(s), s = f / (2 + f).

// The logarithm as a sum of two binary64, the second far smaller.
struct parts {
  vd high, low;
};

// log(1 + f), and the rest of a division that a plain quotient loses.
REE_INLINE struct parts log_fraction(vd f) {
  vd divisor = f + 2.0;
  vd divisor_low = f - (divisor - 2.0);
  vd reciprocal = 1.0 / divisor;
  vd s = f * reciprocal;
  vd s_low = (fma_d(-s, divisor, f) - s * divisor_low) * reciprocal;
  vd z = s * s;
  struct parts result = {s + s, fma_d(s * z, POLYNOMIAL(LOG, z), s_low + s_low)};
  return result;
}

// Splits a positive normal x.
REE_INLINE vl log_exponent(vd x) {
  vq pattern = (vq)x - 0x3fe6a09e667f3bcd + ((uint64_t)1023 << 52);
  return (vl)(pattern >> 52) - 1023;
}

REE_INLINE vd add_exponent(vl e, struct parts fraction, double ln2_high, double ln2_low) {
  vd exponent = to_double(e);
  vd high = exponent * ln2_high;
  vd sum = high + fraction.high;
  vd low = (high - sum) + fraction.high;
  return sum + (low + fma_d(exponent, splat_d(ln2_low), fraction.low));
}

// log of a positive normal x, and log(1 + x) for x > -1 + 2^-53.
REE_INLINE vd log_d(vd x) {
  vl e = log_exponent(x);
  vd f = (vd)((vl)x - (e << 52)) - 1.0;
  return add_exponent(e, log_fraction(f), LN2_HIGH, LN2_MIDDLE);
}

REE_INLINE vd log1p_d(vd x) {
  vd sum = x + 1.0;
  // What the sum lost: of the smaller of the two.
  vl large = x > splat_d(1.0);
  vd lost = select_d(large, 1.0 - (sum - x), x - (sum - 1.0));
  vl e = log_exponent(sum);
  vd f = ((vd)((vl)sum - (e << 52)) - 1.0) + lost * power_of_two(-e);
  return add_exponent(e, log_fraction(f), LN2_HIGH, LN2_MIDDLE);
}

// What all logarithms do at the ends of their domain, which starts at `start`.
REE_INLINE vf log_ends(vf x, vf y, float start) {
  const vf infinity = splat(__builtin_inff());
  y = select_f(x == splat(start), -infinity, y);
  y = select_f(x < splat(start), splat(__builtin_nanf("")), y);
  return keep_nan(x, select_f(x == infinity, infinity, y));
}

// Keeps the arithmetic inside its preconditions where log_ends will decide.
REE_INLINE vd log_argument(vf x) {
  return widen(select_f((x > splat(0)) & (x < splat(__builtin_inff())), x, splat(1)));
}

static const struct hard_case LOG_CASES[] = {
    {0x3c413d3a, 0xc08e158f}, {0x41178feb, 0x400fe5e7}, {0x4c5d65a5, 0x418f034b},
    {0x65d890d3, 0x4254d1f9}, {0x6f31a8ec, 0x42845a89},
};

REE_INLINE vf log_v(vf x) {
  return log_ends(x, SETTLE(LOG_CASES, x, narrow(log_d(log_argument(x)))), 0);
}

// log2(x) = e + log(1 + f) / ln 2, with both products in two parts.
REE_INLINE vf log2_v(vf x) {
  vd argument = log_argument(x);
  vl e = log_exponent(argument);
  struct parts l = log_fraction((vd)((vl)argument - (e << 52)) - 1.0);
  vd high = l.high * LOG2_E_HIGH;
  vd low =
      fma_d(l.high, splat_d(LOG2_E_HIGH), -high) + (l.low * LOG2_E_HIGH + l.high * LOG2_E_MIDDLE);
  struct parts scaled = {high, low};
  return log_ends(x, narrow(add_exponent(e, scaled, 1.0, 0.0)), 0);
}

static const struct hard_case LOG10_CASES[] = {{0x0efeee7a, 0xc1e99d23}};

REE_INLINE vf log10_v(vf x) {
  vd argument = log_argument(x);
  vl e = log_exponent(argument);
  struct parts l = log_fraction((vd)((vl)argument - (e << 52)) - 1.0);
  vd high = l.high * LOG10_E_HIGH;
  vd low =
      fma_d(l.high, splat_d(LOG10_E_HIGH), -high) + (l.low * LOG10_E_HIGH + l.high * LOG10_E_MIDDLE);
  struct parts scaled = {high, low};
  vf y = narrow(add_exponent(e, scaled, LOG10_2_HIGH, LOG10_2_MIDDLE));
  return log_ends(x, SETTLE(LOG10_CASES, x, y), 0);
}

static const struct hard_case LOG1P_CASES[] = {
    {0x35400003, 0x353fffff}, {0x3710001b, 0x370ffff3}, {0x3efd81ad, 0x3ecdeee1},
    {0x41078feb, 0x400fe5e7}, {0x65d890d3, 0x4254d1f9}, {0x6f31a8ec, 0x42845a89},
    {0xb53ffffd, 0xb5400001}, {0xb70fffe5, 0xb710000d}, {0xbb0ec8c4, 0xbb0ef0a5},
};

REE_INLINE vf log1p_v(vf x) {
  vf inside = select_f((x > splat(-1)) & (x < splat(__builtin_inff())), x, splat(0));
  vf y = SETTLE(LOG1P_CASES, x, narrow(log1p_d(widen(inside))));
  return log_ends(x, select_f(x == splat(0), x, y), -1);
}

static const struct hard_case ASINH_CASES[] = {
    {0x4bdd65a5, 0x418f034b}, {0x655890d3, 0x4254d1f9}, {0x6eb1a8ec, 0x42845a89},
};

REE_INLINE vf asinh_v(vf x) {
  vd a = widen(magnitude(x));
  vd square = a * a;
  vf y = narrow(log1p_d(a + square / (1.0 + sqrt_d(square + 1.0))));
  y = SETTLE(ASINH_CASES, magnitude(x), y);
  y = select_f(magnitude(x) == splat(__builtin_inff()), magnitude(x), y);
  return keep_nan(x, with_sign_of(x, y));
}

static const struct hard_case ACOSH_CASES[] = {{0x655890d3, 0x4254d1f9}, {0x6eb1a8ec, 0x42845a89}};

REE_INLINE vf acosh_v(vf x) {
  vf inside = select_f((x >= splat(1)) & (x < splat(__builtin_inff())), x, splat(1));
  vd t = widen(inside) - 1.0;
  vf y = SETTLE(ACOSH_CASES, x, narrow(log1p_d(t + sqrt_d(t * (t + 2.0)))));
  y = select_f(x < splat(1), splat(__builtin_nanf("")), y);
  return keep_nan(x, select_f(x == splat(__builtin_inff()), x, y));
}

REE_INLINE vf atanh_v(vf x) {
  vf inside = select_f(magnitude(x) < splat(1), magnitude(x), splat(0));
  vd a = widen(inside);
  vf y = narrow(log1p_d((a + a) / (1.0 - a)) * 0.5);
  y = select_f(magnitude(x) == splat(1), splat(__builtin_inff()), y);
  y = select_f(magnitude(x) > splat(1), splat(__builtin_nanf("")), y);
  return keep_nan(x, with_sign_of(x, y));
}

REE_INLINE vf softplus_v(vf x) {
  return relu_v(x) + log1p_v(exp_v(-magnitude(x)));
}
