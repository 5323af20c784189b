#include <stdbool.h>
#include <string.h>

#include "CKernels.h"
#include "tables.h"

#pragma STDC FP_CONTRACT OFF

#include "kernels/coefficients.h"

// pow, by a fixed sequence of binary64 additions, multiplications and divisions: one source for all
// instruction sets, and nothing fused. Semantics.md describes the sequence.

// high + low, low far smaller.
struct sum {
  double high, low;
};

// The exact sum, for |a| >= |b| or a = 0.
static struct sum add_exactly(double a, double b) {
  const double high = a + b;
  return (struct sum){high, (a - high) + b};
}

// The exact product (Veltkamp, Dekker), for magnitudes within 2^-400 ... 2^400.
static struct sum multiply_exactly(double a, double b) {
  const double a_scaled = a * 134217729.0, b_scaled = b * 134217729.0;
  const double a_high = a_scaled - (a_scaled - a), b_high = b_scaled - (b_scaled - b);
  const double a_low = a - a_high, b_low = b - b_high;
  const double high = a * b;
  const double low = ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low;
  return (struct sum){high, low};
}

static double horner(const double *coefficients, size_t count, double x) {
  double sum = coefficients[count - 1];
  for (size_t i = count - 1; i > 0; i--) sum = sum * x + coefficients[i - 1];
  return sum;
}

// log2 of a positive finite x.
static struct sum log2_exactly(double x) {
  int64_t pattern;
  memcpy(&pattern, &x, sizeof x);
  const int64_t shifted = pattern - 0x3fe6a09e667f3bcd + ((int64_t)1023 << 52);
  const int64_t e = shifted / ((int64_t)1 << 52) - 1023;
  const int64_t mantissa = pattern - e * ((int64_t)1 << 52);
  double m;
  memcpy(&m, &mantissa, sizeof m);
  const double f = m - 1.0, divisor = m + 1.0;
  const double s = f / divisor;
  const struct sum product = multiply_exactly(s, divisor);
  const double s_low = ((f - product.high) - product.low) / divisor;
  const double z = s * s;
  // log(m) = 2 s + 2 s_low + s z P(z)
  const struct sum log =
      add_exactly(2.0 * s, 2.0 * s_low + s * z * horner(LOG, sizeof LOG / sizeof *LOG, z));
  const struct sum scaled = multiply_exactly(log.high, LOG2_E_HIGH);
  const double scaled_low = scaled.low + (log.low * LOG2_E_HIGH + log.high * LOG2_E_MIDDLE);
  const struct sum whole = add_exactly((double)e, scaled.high);
  return add_exactly(whole.high, whole.low + scaled_low);
}

// 2^(high + low), |high| < 1000.
static double exp2_of(struct sum x) {
  const double shifted = x.high + 6755399441055744.0;
  const double n = shifted - 6755399441055744.0;
  const double r = ((x.high - n) + x.low) * 0x1.62e42fefa39efp-1;
  const double y = 1.0 + (r + r * r * horner(EXPM1, sizeof EXPM1 / sizeof *EXPM1, r));
  const int64_t exponent = ((int64_t)n + 1023) * ((int64_t)1 << 52);
  double scale;
  memcpy(&scale, &exponent, sizeof scale);
  return y * scale;
}

static float quiet_nan(void) { return __builtin_nanf(""); }

// Whether y is an integer, and whether it is odd. Every |y| >= 2^24 is an even integer.
static bool is_integer(float y, bool *odd) {
  const float magnitude = y < 0 ? -y : y;
  *odd = false;
  if (magnitude >= 16777216.0f) return true;
  const int32_t whole = (int32_t)magnitude;
  if ((float)whole != magnitude) return false;
  *odd = whole & 1;
  return true;
}

// As C's pow, Annex F, where x or y is 0, infinite or NaN, or x is negative.
static float power_of(float x, float y) {
  const float infinity = __builtin_inff();
  if (y == 0 || x == 1) return 1;
  if (x != x || y != y) return quiet_nan();
  bool odd;
  const bool integer = is_integer(y, &odd);
  const float magnitude = x < 0 ? -x : x;
  if (y == infinity || y == -infinity) {
    if (magnitude == 1) return 1;
    return (magnitude > 1) == (y > 0) ? infinity : 0;
  }
  if (x == 0 || magnitude == infinity) {
    const float result = (x == 0) == (y > 0) ? 0 : infinity;
    // The sign of x stays with odd exponents, that of -0 too.
    const bool negative = __builtin_signbit(x) && odd;
    return negative ? -result : result;
  }
  if (x < 0 && !integer) return quiet_nan();

  const struct sum l = log2_exactly((double)magnitude);
  const double product = l.high * (double)y;
  double result;
  if (product > 200) {
    result = 0x1p200;
  } else if (product < -200) {
    result = 0x1p-200;
  } else {
    const struct sum exact = multiply_exactly(l.high, (double)y);
    result = exp2_of(add_exactly(exact.high, exact.low + l.low * (double)y));
  }
  const float rounded = (float)result;
  return x < 0 && odd ? -rounded : rounded;
}

void ree_pow(const float *x, const float *y, size_t y_step, float *z, size_t n) {
  const struct elementwise_kernels *kernels = ree_kernels()->elementwise;
  if (n == 0) return;
  if (y_step == 0) {
    const float exponent = y[0];
    if (exponent == 2 || exponent == 0.5f || exponent == -1) {
      if (exponent == 2) kernels->mul(x, 1, x, 1, z, n);
      else if (exponent == 0.5f) kernels->sqrt(x, z, n);
      else kernels->reciprocal(x, z, n);
      return;
    }
  }
  for (size_t i = 0; i < n; i++) {
    const float base = x[i], exponent = y[i * y_step];
    float result;
    if (exponent == 2) result = base * base;
    else if (exponent == 3) result = (base * base) * base;
    else if (exponent == 0.5f) kernels->sqrt(&base, &result, 1);
    else if (exponent == -1) result = 1.0f / base;
    else if (exponent == -0.5f) {
      kernels->sqrt(&base, &result, 1);
      result = 1.0f / result;
    } else {
      result = power_of(base, exponent);
    }
    z[i] = result != result ? quiet_nan() : result;
  }
}
