internal import CKernels
internal import Testing

/// All tests of kernels: one at a time, because the instruction set is the process's choice.
@Suite(.serialized)
struct Kernels {}

/// The instruction sets of this machine.
let instructionSets: [String] = (0..<ree_isa_count()).compactMap { index in
  guard let name = ree_isa_name(index), ree_isa_available(name) else { return nil }
  return String(cString: name)
}

/// Runs `body` on the named instruction set.
func on<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
  try #require(ree_select(name) == REE_OK)
  return try body()
}

extension [Float] {
  /// Patterns, in which NaN equals NaN and zeros differ.
  var patterns: [UInt32] { map(\.bitPattern) }
}

/// xorshift64: reproducible inputs.
struct Generator {
  private var state: UInt64 = 88_172_645_463_325_252

  mutating func bits() -> UInt32 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return UInt32(truncatingIfNeeded: state >> 32)
  }

  /// Between -1 and 1.
  mutating func unit() -> Float { Float(Int32(bitPattern: bits())) * 0x1p-31 }

  mutating func units(_ count: Int) -> [Float] { (0..<count).map { _ in unit() } }

  /// Any pattern: NaN, infinities and subnormals are among them.
  mutating func patterns(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(bitPattern: bits()) }
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: bits() >> 24) }
  }
}

/// Values at the edges of arithmetic.
let specials: [Float] = [
  0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
  0x1p-133, .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0.5, -0.5,
  2.5,
  3.5, 8_388_607.5, 16_777_216, 88.7, -103.9, 1e30,
]

/// One function of an array.
func map(
  _ kernel: (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int) -> Void, _ x: [Float]
) -> [Float] {
  var y = [Float](repeating: 0, count: x.count)
  kernel(x, &y, x.count)
  return y
}
