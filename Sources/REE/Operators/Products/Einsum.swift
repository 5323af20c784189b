/// A sum of products over named axes, as in `ij,jk->ik`.
struct EinsumEquation {
  let inputs: [[Label]]
  let output: [Label]

  enum Label: Hashable {
    case letter(Character)
    /// One of the axes that an ellipsis stands for, counted from the last.
    case hidden(Int)
  }

  init(_ text: String, ranks: [Int]) throws {
    let sides = text.filter { !$0.isWhitespace }.components("->")
    let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard sides.count <= 2, terms.count == ranks.count else {
      throw OperatorError.attributeValue("equation")
    }
    inputs = try Swift.zip(terms, ranks).map { try Self.labels($0, rank: $1) }
    if sides.count == 2 {
      let hidden = inputs.joined().compactMap { if case .hidden(let n) = $0 { n } else { nil } }
      let letters = sides[1].filter { $0 != "." }.count
      let dots = sides[1].contains("...") ? (hidden.max() ?? -1) + 1 : 0
      output = try Self.labels(sides[1], rank: letters + dots)
    } else {
      // Without a right side: what an ellipsis hides, then every letter that stands once.
      var counts: [Label: Int] = [:]
      for label in inputs.joined() { counts[label, default: 0] += 1 }
      let hidden = counts.keys.compactMap { if case .hidden(let n) = $0 { n } else { nil } }
      let letters = counts.compactMap { label, count -> Character? in
        if count == 1, case .letter(let letter) = label { letter } else { nil }
      }
      output =
        hidden.sorted(by: >).map { .hidden($0) } + letters.sorted().map { .letter($0) }
    }
    let known = Set(inputs.joined())
    guard output.allSatisfy({ known.contains($0) }), Set(output).count == output.count else {
      throw OperatorError.attributeValue("equation")
    }
  }

  private static func labels(_ term: String, rank: Int) throws -> [Label] {
    let parts = term.components("...")
    let letters = parts.reduce(0) { $0 + $1.count }
    guard parts.count <= 2, letters <= rank, parts.count == 2 || letters == rank,
      parts.allSatisfy({ $0.allSatisfy(\.isLetter) })
    else { throw OperatorError.attributeValue("equation") }
    let hidden = (0..<(rank - letters)).reversed().map { Label.hidden($0) }
    return parts[0].map { .letter($0) } + hidden
      + (parts.count == 2 ? parts[1].map { .letter($0) } : [])
  }
}

extension String {
  /// The pieces between the occurrences of a separator.
  func components(_ separator: String) -> [String] {
    var pieces: [String] = []
    var rest = self[...]
    while let range = rest.firstRange(of: separator) {
      pieces.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return pieces + [String(rest)]
  }
}

extension Call {
  func einsum() throws -> Tensor {
    let tensors = try tensors()
    guard let first = tensors.first, let text = try string("equation") else {
      throw OperatorError.missingAttribute("equation")
    }
    for tensor in tensors where tensor.elementType != first.elementType {
      throw OperatorError.typesDiffer(first.elementType, tensor.elementType)
    }
    let equation = try EinsumEquation(text, ranks: tensors.map(\.rank))
    var sizes: [EinsumEquation.Label: Int] = [:]
    for (labels, tensor) in Swift.zip(equation.inputs, tensors) {
      for (label, size) in Swift.zip(labels, tensor.shape) {
        guard let known = sizes[label], known != 1 else {
          sizes[label] = size
          continue
        }
        guard size == known || size == 1 else {
          throw OperatorError.shapesDiffer(first.shape, tensor.shape)
        }
      }
    }
    var order: [EinsumEquation.Label] = []
    for label in equation.inputs.joined()
    where !equation.output.contains(label) && !order.contains(label) {
      order.append(label)
    }
    func strides(_ labels: [EinsumEquation.Label]) -> [[Int]] {
      Swift.zip(equation.inputs, tensors).map { own, tensor in
        labels.map { label in
          own.indices.filter { own[$0] == label && tensor.shape[$0] != 1 }
            .reduce(0) { $0 + tensor.strides[$1] }
        }
      }
    }
    let innerShape = order.map { sizes[$0] ?? 1 }
    let innerCount = try Tensor.count(of: innerShape, .uint8)
    let positionsSize = innerCount * (tensors.count + 4) * MemoryLayout<Int>.size
    try budget.take(positionsSize)
    defer { budget.giveBack(positionsSize) }
    let visitor = EinsumVisitor(
      tensors: tensors, outputShape: equation.output.map { sizes[$0] ?? 1 },
      innerShape: innerShape, outputStrides: strides(equation.output),
      innerStrides: strides(order), call: self)
    guard let result = try first.elementType.visit(visitor) else {
      throw OperatorError.wrongType(input: 0, first.elementType)
    }
    return result
  }
}

// The summed labels run in the order of their first appearance, the last one fastest. Of more than
// two factors, all but the last are multiplied from left to right.
private struct EinsumVisitor: NumberVisitor {
  let tensors: [Tensor]
  let outputShape: [Int]
  let innerShape: [Int]
  let outputStrides: [[Int]]
  let innerStrides: [[Int]]
  let call: Call

  func visit<T: Number>(_ type: T.Type) throws -> Tensor {
    let result = try call.make(T.self, outputShape)
    let values = tensors.map { $0.elements(T.self) }
    let last = values.count - 1
    var inner = Walk(innerShape, innerStrides)
    var offsets: [[Int]] = []
    for _ in 0..<inner.count {
      offsets.append(inner.positions)
      inner.advance()
    }
    var outer = Walk(outputShape, outputStrides)
    for index in 0..<outer.count {
      let starts = outer.positions
      func element(_ operand: Int, _ place: Int) -> T {
        values[operand][starts[operand] + offsets[place][operand]]
      }
      result[index] = BlockSum.dot(
        inner.count,
        { place in
          (0..<last).reduce(T.one) { $1 == 0 ? element(0, place) : $0.times(element($1, place)) }
        },
        { element(last, $0) })
      outer.advance()
    }
    return result.tensor
  }
}
