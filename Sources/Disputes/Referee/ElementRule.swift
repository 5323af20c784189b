internal import Receipts

/// An operator whose output's elements follow from one element of each operand.
struct ElementRule: Hashable, Sendable {
  let judged: JudgedOperator
  let operands: [TensorCommitment]
  let output: TensorCommitment

  /// Sums, differences and products, operands repeated where they are shorter.
  static func combining(
    _ judged: JudgedOperator, _ a: TensorCommitment, _ b: TensorCommitment,
    into output: TensorCommitment
  ) -> Judgement {
    let rank = max(a.dimensions.count, b.dimensions.count)
    var shape: [UInt64] = []
    for (x, y) in zip(a.padded(to: rank), b.padded(to: rank)) {
      // Operands that do not go together have no output.
      guard x == y || x == 1 || y == 1 else { return .impossible }
      shape.append(max(x, y))
    }
    guard output.isFloat32, output.dimensions == shape else { return .impossible }
    return .elements(ElementRule(judged: judged, operands: [a, b], output: output))
  }

  static func moving(
    _ judged: JudgedOperator, _ inputs: [TensorCommitment], into output: TensorCommitment
  ) -> Judgement {
    guard let x = inputs.first, inputs.count == (judged == .unrows ? 2 : 1) else {
      return .impossible
    }
    let width = x.dimensions.last ?? 1
    let shape: [UInt64]
    switch judged {
    case .swapLast:
      // Of a vector nothing changes.
      shape = x.dimensions.dropLast(2) + x.dimensions.suffix(2).reversed()
    case .rows: shape = [(x.elementCount ?? 0) / width, width]
    default: shape = inputs[1].dimensions.dropLast() + [width]
    }
    guard output.dataType == x.dataType, output.dimensions == shape,
      output.elementCount == x.elementCount
    else { return .impossible }
    return .elements(ElementRule(judged: judged, operands: [x], output: output))
  }

  /// Which element of each operand an element of the output follows from.
  func sources(of element: UInt64) -> [UInt64] {
    switch judged {
    case .swapLast:
      guard output.dimensions.count >= 2 else { return [element] }
      let rows = output.dimensions[output.dimensions.count - 2]
      let columns = output.dimensions[output.dimensions.count - 1]
      let (batch, place) = element.quotientAndRemainder(dividingBy: rows * columns)
      let (row, column) = place.quotientAndRemainder(dividingBy: columns)
      return [batch * rows * columns + column * rows + row]
    case .rows, .unrows: return [element]
    default: return operands.map { $0.repeated(element, in: output.dimensions) }
    }
  }

  /// The element's bytes that follow from the operands' elements.
  func result(_ elements: [[UInt8]]) -> [UInt8] {
    let words = elements.map { Arithmetic.words($0) }
    switch judged {
    case .mul:
      // Adding -0 leaves every product as it is, +0 and -0 among them.
      return Arithmetic.bytes(Arithmetic.chain(from: Arithmetic.minusZero, words[0], words[1]))
    case .add:
      return Arithmetic.bytes(Arithmetic.chain(from: words[0][0], words[1], [Arithmetic.one]))
    case .sub:
      return Arithmetic.bytes(Arithmetic.chain(from: words[0][0], words[1], [Arithmetic.minusOne]))
    default: return elements[0]
    }
  }

  var multiplyAdds: Int { [.add, .sub, .mul].contains(judged) ? 1 : 0 }
}

extension TensorCommitment {
  fileprivate func padded(to rank: Int) -> [UInt64] {
    [UInt64](repeating: 1, count: rank - dimensions.count) + dimensions
  }

  /// The element that stands at a place of a larger shape, in which this one repeats.
  fileprivate func repeated(_ element: UInt64, in shape: [UInt64]) -> UInt64 {
    var rest = element
    var (place, stride): (UInt64, UInt64) = (0, 1)
    for (size, own) in zip(shape, padded(to: shape.count)).reversed() {
      let (quotient, index) = rest.quotientAndRemainder(dividingBy: size)
      if own != 1 { place += index * stride }
      stride *= own
      rest = quotient
    }
    return place
  }
}
