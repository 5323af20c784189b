internal import Receipts

/// Products of matrices whose second operand is transposed: each element of the output is a dot
/// product of two rows, in blocks of 256.
struct ProductRule: Hashable, Sendable {
  /// The longest dot product in blocks.
  static let blockCountMax: UInt64 = 1 << 16

  let a: TensorCommitment
  let b: TensorCommitment
  let output: TensorCommitment
  let length: UInt64

  static func judging(
    _ a: TensorCommitment, _ b: TensorCommitment, into output: TensorCommitment
  ) -> Judgement {
    let (left, right) = (a.dimensions, b.dimensions)
    guard left.count >= 2, right.count >= 2 else { return .whole }
    let length = left[left.count - 1]
    guard length == right[right.count - 1] else { return .impossible }
    guard length <= blockCountMax * UInt64(Arithmetic.blockLength) else { return .whole }
    // The batches, dimensions before the last two, repeat where they are shorter.
    let batches = (Array(left.dropLast(2)), Array(right.dropLast(2)))
    let rank = max(batches.0.count, batches.1.count)
    var shape: [UInt64] = []
    for (x, y) in zip(batches.0.padded(to: rank), batches.1.padded(to: rank)) {
      guard x == y || x == 1 || y == 1 else { return .impossible }
      shape.append(max(x, y))
    }
    shape += [left[left.count - 2], right[right.count - 2]]
    guard output.isFloat32, output.dimensions == shape else { return .impossible }
    return .product(ProductRule(a: a, b: b, output: output, length: length))
  }

  var blockCount: Int { Int((length - 1) / UInt64(Arithmetic.blockLength)) + 1 }

  /// The elements of both operands that one block of an element of the output goes over.
  func operands(of element: UInt64, block: Int) -> (a: Range<UInt64>, b: Range<UInt64>) {
    let rank = output.dimensions.count
    let (rows, columns) = (output.dimensions[rank - 2], output.dimensions[rank - 1])
    let (batch, place) = element.quotientAndRemainder(dividingBy: rows * columns)
    let (row, column) = place.quotientAndRemainder(dividingBy: columns)
    let start = UInt64(block) * UInt64(Arithmetic.blockLength)
    let count = min(UInt64(Arithmetic.blockLength), length - start)
    let x = (batchIndex(of: a, batch) * rows + row) * length + start
    let y = (batchIndex(of: b, batch) * columns + column) * length + start
    return (x..<x + count, y..<y + count)
  }

  private func batchIndex(of operand: TensorCommitment, _ batch: UInt64) -> UInt64 {
    let shape = output.dimensions.dropLast(2)
    let own = Array(operand.dimensions.dropLast(2)).padded(to: shape.count)
    var rest = batch
    var (place, stride): (UInt64, UInt64) = (0, 1)
    for (size, mine) in zip(shape, own).reversed() {
      let (quotient, index) = rest.quotientAndRemainder(dividingBy: size)
      if mine != 1 { place += index * stride }
      stride *= mine
      rest = quotient
    }
    return place
  }
}

extension [UInt64] {
  fileprivate func padded(to rank: Int) -> [UInt64] {
    [UInt64](repeating: 1, count: rank - count) + self
  }
}
