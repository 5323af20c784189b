// atan, asin and acos: the angle of the point (q, p) in the first quadrant, by thirds around
// 0, pi / 4 and pi / 2, so that one division and one polynomial serve.

// Precondition: p, q >= 0, not both 0.
REE_INLINE vd angle(vd p, vd q) {
  vl steep = p > q * 2.414213562373095;
  vl middle = ~steep & (p > q * 0.41421356237309503);
  vd numerator = select_d(steep, -q, select_d(middle, p - q, p));
  vd denominator = select_d(steep, p, select_d(middle, p + q, q));
  const vd zero = splat_d(0);
  vd base = select_d(middle, splat_d(QUARTER_PI_HIGH), zero);
  vd base_low = select_d(middle, splat_d(QUARTER_PI_MIDDLE), zero);
  base = select_d(steep, splat_d(HALF_PI_HIGH), base);
  base_low = select_d(steep, splat_d(HALF_PI_MIDDLE), base_low);
  vd t = numerator / denominator;
  // What the division lost.
  vd t_low = fma_d(-t, denominator, numerator) / denominator;
  vd z = t * t;
  vd sum = base + t;
  vd lost = (base - sum) + t;
  return sum + (lost + fma_d(t * z, POLYNOMIAL(ATAN, z), base_low + t_low));
}

static const struct hard_case ATAN_CASES[] = {{0x3d8d6b23, 0x3d8d31c3}};

REE_INLINE vf atan_v(vf x) {
  vf a = smaller(magnitude(x), 0x1p60f);
  vf y = SETTLE(ATAN_CASES, a, narrow(angle(widen(a), splat_d(1))));
  return keep_nan(x, with_sign_of(x, y));
}

REE_INLINE vf outside_one(vf x, vf y) {
  return keep_nan(x, select_f(magnitude(x) > splat(1), splat(__builtin_nanf("")), y));
}

REE_INLINE vf asin_v(vf x) {
  vd a = widen(smaller(magnitude(x), 1));
  vd cosine = sqrt_d(1.0 - a * a);
  return outside_one(x, with_sign_of(x, narrow(angle(a, cosine))));
}

static const struct hard_case ACOS_CASES[] = {{0x328885a3, 0x3fc90fdb}, {0x39826222, 0x3fc907b5}};

REE_INLINE vf acos_v(vf x) {
  vd a = widen(smaller(magnitude(x), 1));
  vd acute = angle(sqrt_d(1.0 - a * a), a);
  vd obtuse = (2.0 * HALF_PI_HIGH - acute) + 2.0 * HALF_PI_MIDDLE;
  vl negative = widen(x) < splat_d(0);
  return outside_one(x, SETTLE(ACOS_CASES, x, narrow(select_d(negative, obtuse, acute))));
}
