internal import CGMP

/// A natural number of any size, GMP's.
@safe
struct Natural: ~Copyable {
  private var number = unsafe __mpz_struct()

  init() {
    unsafe cgmp_init(&number)
  }

  /// The big-endian number of `count` bytes from `offset` on; the input is followed by zeros without
  /// end, which cost no memory to read.
  init(_ input: Span<UInt8>, from offset: Int, count: Int) {
    self.init()
    let available = max(0, min(count, input.count - offset))
    guard available > 0 else { return }
    unsafe input.extracting(offset..<(offset + available)).withUnsafeBytes { bytes in
      unsafe cgmp_import(&number, available, bytes.baseAddress)
    }
    if available < count {
      unsafe cgmp_shift_left(&number, 8 * UInt(count - available))
    }
  }

  deinit {
    var number = unsafe number
    unsafe cgmp_clear(&number)
  }

  var isZero: Bool {
    var number = unsafe number
    return unsafe cgmp_is_zero(&number) != 0
  }

  /// `self` to the power of `exponent`, modulo `modulus`, which must not be zero.
  borrowing func power(
    _ exponent: borrowing Natural, modulo modulus: borrowing Natural
  ) -> Natural {
    var result = Natural()
    var (b, e, m) = unsafe (number, exponent.number, modulus.number)
    unsafe cgmp_power(&result.number, &b, &e, &m)
    return result
  }

  /// `count` bytes, zeros in front. The number must fit.
  borrowing func bigEndianBytes(count: Int) -> [UInt8] {
    var number = unsafe number
    var bytes = [UInt8](repeating: 0, count: count)
    let significant = unsafe cgmp_byte_count(&number)
    precondition(significant <= count)
    unsafe bytes.withUnsafeMutableBytes { bytes in
      if let start = bytes.baseAddress {
        unsafe cgmp_export(start + (count - significant), &number)
      }
    }
    return bytes
  }
}
