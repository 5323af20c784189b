internal import CKernels

/// A place in a buffer that has no address yet, in the form in which operations carry it: the
/// buffer's number in the upper half, the offset in words in the lower.
struct Operand: Hashable {
  let encoded: UInt64

  static let none = Operand(encoded: UInt64.max)

  init(buffer: Int, offset: Int = 0) {
    encoded = UInt64(buffer) << 32 | UInt64(offset)
  }

  private init(encoded: UInt64) {
    self.encoded = encoded
  }

  init?(_ encoded: UInt64) {
    guard encoded != Self.none.encoded else { return nil }
    self.encoded = encoded
  }

  var buffer: Int { Int(encoded >> 32) }
  var offset: Int { Int(encoded & 0xFFFF_FFFF) }

  /// The place `words` further on.
  func advanced(by words: Int) -> Operand {
    Operand(buffer: buffer, offset: offset + words)
  }
}

extension ree_tape_op {
  /// An operation without operands; batched once.
  static func of(_ kind: ree_tape_kind) -> ree_tape_op {
    var op = ree_tape_op()
    op.kind = kind.rawValue
    op.alpha = 1
    for path in operandPaths { op[keyPath: path] = Operand.none.encoded }
    op.outer = 1
    op.inner = 1
    return op
  }

  /// Where an operation names its operands.
  static var operandPaths: [WritableKeyPath<ree_tape_op, UInt64>] {
    [\.a, \.b, \.c, \.d, \.y, \.y2, \.y3]
  }
}
