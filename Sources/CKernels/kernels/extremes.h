// Maximum and minimum of IEEE 754-2019: a NaN wins, +0 is greater than -0.

REE_INLINE vf max_v(vf a, vf b) {
  vf greater_one = select_f(a > b, a, b);
  // Of equals both have the same bits, but for zeros of two signs.
  greater_one = select_f(a == b, from_bits(bits(a) & bits(b)), greater_one);
  return select_f(a != a, a, greater_one);
}

REE_INLINE vf min_v(vf a, vf b) {
  vf lesser_one = select_f(a < b, a, b);
  lesser_one = select_f(a == b, from_bits(bits(a) | bits(b)), lesser_one);
  return select_f(a != a, a, lesser_one);
}

// max(x, +0).
REE_INLINE vf relu_v(vf x) { return select_f(x > splat(0), x, select_f(x != x, x, splat(0))); }

// Order does not matter to a maximum, so the lanes may be folded in any.
REE_INLINE float fold_max(vf x) {
  float lanes[REE_WIDTH];
  store(lanes, x);
  vf m = splat(lanes[0]);
  for (size_t lane = 1; lane < REE_WIDTH; lane++) m = max_v(m, splat(lanes[lane]));
  return m[0];
}

REE_INLINE float fold_min(vf x) {
  float lanes[REE_WIDTH];
  store(lanes, x);
  vf m = splat(lanes[0]);
  for (size_t lane = 1; lane < REE_WIDTH; lane++) m = min_v(m, splat(lanes[lane]));
  return m[0];
}
