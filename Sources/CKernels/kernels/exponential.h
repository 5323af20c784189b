// exp and what is built from it. x = n ln 2 + r with |r| <= ln(2) / 2.

struct reduced {
  vl n;
  vd fraction;  // exp(r) - 1
};

// Precondition: |x| < 1000.
REE_INLINE struct reduced exp_reduced(vd x) {
  vd shifted = fma_d(x, splat_d(LOG2_E_HIGH), splat_d(SHIFTER));
  vd n = shifted - SHIFTER;
  // The two parts of ln 2 that fill a binary64 each.
  vd r = fma_d(n, splat_d(-0x1.62e42fefa39efp-1), x);
  r = fma_d(n, splat_d(-0x1.abc9e3b39803fp-56), r);
  struct reduced result = {(vl)shifted - SHIFTER_BITS, fma_d(POLYNOMIAL(EXPM1, r), r * r, r)};
  return result;
}

REE_INLINE vd exp_d(vd x) {
  struct reduced reduced = exp_reduced(x);
  return (vd)((vl)(reduced.fraction + 1.0) + (reduced.n << 52));
}

REE_INLINE vd expm1_d(vd x) {
  struct reduced reduced = exp_reduced(x);
  vd power = power_of_two(reduced.n);
  return fma_d(power, reduced.fraction, power - 1.0);
}

REE_INLINE vf exp_v(vf x) {
  vf clamped = greater(smaller(x, 89.0f), -105.0f);
  return keep_nan(x, narrow(exp_d(widen(clamped))));
}

static const struct hard_case EXP2_CASES[] = {{0x3b429d37, 0x3f804385}, {0xbcf3a937, 0x3f7ac6b1}};

REE_INLINE vf exp2_v(vf x) {
  vd clamped = widen(greater(smaller(x, 129.0f), -151.0f));
  vd shifted = clamped + SHIFTER;
  vd r = clamped - (shifted - SHIFTER);
  // r ln 2 in two parts, so that the rounding of the product is not lost.
  vd t = r * 0x1.62e42fefa39efp-1;
  vd t_low = fma_d(r, splat_d(0x1.62e42fefa39efp-1), -t) + r * 0x1.abc9e3b39803fp-56;
  vd y = fma_d(POLYNOMIAL(EXPM1, t), t * t, t_low) + t + 1.0;
  y = (vd)((vl)y + (((vl)shifted - SHIFTER_BITS) << 52));
  return keep_nan(x, SETTLE(EXP2_CASES, x, narrow(y)));
}

REE_INLINE vf expm1_v(vf x) {
  vf clamped = greater(smaller(x, 89.0f), -40.0f);
  // -0 stays -0.
  return keep_nan(x, from_bits(bits(narrow(expm1_d(widen(clamped)))) | (sign_bit(x))));
}

static const struct hard_case SINH_CASES[] = {{0x3a1285ff, 0x3a1285ff}};

REE_INLINE vf sinh_v(vf x) {
  vd e = expm1_d(widen(smaller(magnitude(x), 90.0f)));
  vf y = SETTLE(SINH_CASES, magnitude(x), narrow((e + e / (e + 1.0)) * 0.5));
  return keep_nan(x, with_sign_of(x, y));
}

REE_INLINE vf cosh_v(vf x) {
  vd e = exp_d(widen(smaller(magnitude(x), 90.0f)));
  return keep_nan(x, narrow((e + 1.0 / e) * 0.5));
}

REE_INLINE vf tanh_v(vf x) {
  vd magnitude_x = widen(smaller(magnitude(x), 10.0f));
  vd e = expm1_d(magnitude_x + magnitude_x);
  return keep_nan(x, with_sign_of(x, narrow(e / (e + 2.0))));
}

REE_INLINE vf sigmoid_v(vf x) { return 1.0f / (1.0f + exp_v(-x)); }
REE_INLINE vf silu_v(vf x) { return x * sigmoid_v(x); }
REE_INLINE vf gelu_tanh_v(vf x) {
  vf inner = 0.797884583f * (x + 0.0447149985f * ((x * x) * x));
  return (x * 0.5f) * (1.0f + tanh_v(inner));
}
