/// Which elements of a tensor come together in each element of a smaller one.
struct Reduction {
  let keptShape: [Int]
  /// The shape with a length of 1 where an axis was reduced.
  let fullShape: [Int]
  /// Where the elements of each group begin.
  let starts: [Int]
  /// The elements of a group, relative to its start, in row-major order.
  let offsets: [Int]
  /// The reduced axes are the last ones, so that a group is a row.
  let isRow: Bool

  init(_ shape: [Int], axes: [Int]) {
    let reduced = Set(axes)
    let kept = shape.indices.filter { !reduced.contains($0) }
    let gone = shape.indices.filter { reduced.contains($0) }
    let strides = Tensor.strides(of: shape)
    keptShape = kept.map { shape[$0] }
    fullShape = shape.indices.map { reduced.contains($0) ? 1 : shape[$0] }
    starts = Self.positions(keptShape, kept.map { strides[$0] })
    offsets = Self.positions(gone.map { shape[$0] }, gone.map { strides[$0] })
    isRow = gone.allSatisfy { $0 >= kept.count }
  }

  private static func positions(_ shape: [Int], _ strides: [Int]) -> [Int] {
    var walk = Walk(shape, [strides])
    return (0..<walk.count).map { _ in
      defer { walk.advance() }
      return walk.positions[0]
    }
  }
}

/// What becomes of a group of numbers.
enum ReductionKind {
  case sum, mean, max, min, product, l1, l2, sumOfSquares, logOfSum, logOfSumOfExponentials

  /// Integers wrap around; they are added in the order in which they stand.
  func reduce<T: Number>(_ count: Int, _ x: (Int) -> T) -> T {
    switch self {
    case .sum: return (0..<count).reduce(T.zero) { $0.plus(x($1)) }
    case .mean:
      let sum = (0..<count).reduce(T.zero) { $0.plus(x($1)) }
      return sum.over(T(rounding: Double(count)))
    case .max: return (0..<count).reduce(T.lowest) { $0.largest(x($1)) }
    case .min: return (0..<count).reduce(T.highest) { $0.smallest(x($1)) }
    case .product: return (0..<count).reduce(T.one) { $0.times(x($1)) }
    case .l1: return (0..<count).reduce(T.zero) { $0.plus(x($1).absolute) }
    case .sumOfSquares: return (0..<count).reduce(T.zero) { x($1).timesPlus(x($1), $0) }
    case .l2:
      let sum = (0..<count).reduce(T.zero) { x($1).timesPlus(x($1), $0) }
      return T(rounding: sum.asDouble.squareRoot())
    case .logOfSum:
      let sum = (0..<count).reduce(T.zero) { $0.plus(x($1)) }
      return T(rounding: Double.log(sum.asDouble))
    case .logOfSumOfExponentials:
      let sum = (0..<count).reduce(0.0) { $0 + Double.exp(x($1).asDouble) }
      return T(rounding: Double.log(sum))
    }
  }

  /// Rows are added over lanes, anything else in the order in which it stands.
  func reduceReal<T: Real>(_ count: Int, isRow: Bool, _ x: (Int) -> T) -> T {
    func sum(_ add: (T, Int) -> T) -> T {
      isRow ? LaneSum.sum(count, add) : (0..<count).reduce(0) { add($0, $1) }
    }
    switch self {
    case .max, .min, .product: return reduce(count, x)
    case .sum: return sum { $0 + x($1) }
    case .mean: return sum { $0 + x($1) } / T(count)
    case .l1: return sum { $0 + x($1).magnitude }
    case .sumOfSquares: return sum { $0.addingProduct(x($1), x($1)) }
    case .l2: return sum { $0.addingProduct(x($1), x($1)) }.squareRoot()
    case .logOfSum: return T.log(sum { $0 + x($1) })
    case .logOfSumOfExponentials:
      let largest = (0..<count).reduce(-T.infinity) { $0.largest(x($1)) }
      guard largest.isFinite else { return largest }
      return largest + T.log(sum { $0 + T.exp(x($1) - largest) })
    }
  }
}

private struct Reducer: NumberVisitor {
  let x: Tensor
  let reduction: Reduction
  let shape: [Int]
  let kind: ReductionKind
  let call: Call

  func visit<T: Number>(_ type: T.Type) throws -> Tensor {
    let result = try call.make(T.self, shape)
    let values = x.elements(T.self)
    let offsets = reduction.offsets
    for (index, start) in reduction.starts.enumerated() {
      result[index] = kind.reduce(offsets.count) { values[start + offsets[$0]] }
    }
    return result.tensor
  }
}

private struct RealReducer: RealVisitor {
  let x: Tensor
  let reduction: Reduction
  let shape: [Int]
  let kind: ReductionKind
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> Tensor {
    let result = try call.make(T.self, shape)
    let values = x.elements(T.self)
    let offsets = reduction.offsets
    for (index, start) in reduction.starts.enumerated() {
      result[index] = kind.reduceReal(offsets.count, isRow: reduction.isRow) {
        values[start + offsets[$0]]
      }
    }
    return result.tensor
  }
}

extension Call {
  func reduce(_ x: Tensor, _ kind: ReductionKind, axes: [Int], keepsAxes: Bool) throws -> Tensor {
    let reduction = Reduction(x.shape, axes: axes)
    let shape = keepsAxes ? reduction.fullShape : reduction.keptShape
    if let result = try x.elementType.visit(
      RealReducer(x: x, reduction: reduction, shape: shape, kind: kind, call: self))
    {
      return result
    }
    guard
      let result = try x.elementType.visit(
        Reducer(x: x, reduction: reduction, shape: shape, kind: kind, call: self))
    else { throw OperatorError.wrongType(input: 0, x.elementType) }
    return result
  }

  /// The axes became an input in version 13 for sums and in version 18 for everything else.
  fileprivate func reduce(_ kind: ReductionKind, axesAreInputFrom version: Int) throws -> Tensor {
    var x = try tensor(0)
    let isBool = x.elementType == .bool && (kind == .max || kind == .min)
    if isBool { x = x.relabeled(.uint8) }
    let given = try opset < version ? ints("axes") : optionalInts(1)
    let axes: [Int]
    if let given, !given.isEmpty {
      axes = try given.axes(rank: x.rank)
    } else if try opset >= version && flag("noop_with_empty_axes") {
      axes = []
    } else {
      axes = Array(0..<x.rank)
    }
    var result = try reduce(x, kind, axes: axes, keepsAxes: try flag("keepdims", default: true))
    if isBool {
      // A group without elements has the extreme value of its type.
      let values = result.elements(UInt8.self)
      result = try Tensor(
        result.shape, values.indices.map { min(values[$0], 1) }, as: .bool, budget: budget)
    }
    return result
  }

  fileprivate func argument(_ prefers: (Double, Double) -> Bool) throws -> Tensor {
    let x = try tensor(0)
    let axis = try int("axis", default: 0).axis(rank: x.rank)
    let takesLast = try flag("select_last_index")
    guard let values = x.doubles() else { throw OperatorError.wrongType(input: 0, x.elementType) }
    let reduction = Reduction(x.shape, axes: [axis])
    guard !reduction.offsets.isEmpty || reduction.starts.isEmpty else {
      throw OperatorError.shape(input: 0, x.shape)
    }
    let keeps = try flag("keepdims", default: true)
    let result = try make(Int64.self, keeps ? reduction.fullShape : reduction.keptShape)
    for (index, start) in reduction.starts.enumerated() {
      var best = 0
      for (place, offset) in reduction.offsets.enumerated().dropFirst() {
        let (new, old) = (values[start + offset], values[start + reduction.offsets[best]])
        let isBetter =
          old.isNaN ? takesLast && new.isNaN : new.isNaN || prefers(new, old)
        if isBetter || takesLast && new == old { best = place }
      }
      result[index] = Int64(best)
    }
    return result.tensor
  }
}

extension OperatorCatalogue {
  static let reductions: [Operator] = [
    Operator("ReduceSum") { try $0.reduce(.sum, axesAreInputFrom: 13) },
    Operator("ReduceMean") { try $0.reduce(.mean, axesAreInputFrom: 18) },
    Operator("ReduceMax") { try $0.reduce(.max, axesAreInputFrom: 18) },
    Operator("ReduceMin") { try $0.reduce(.min, axesAreInputFrom: 18) },
    Operator("ReduceProd") { try $0.reduce(.product, axesAreInputFrom: 18) },
    Operator("ReduceL1") { try $0.reduce(.l1, axesAreInputFrom: 18) },
    Operator("ReduceL2") { try $0.reduce(.l2, axesAreInputFrom: 18) },
    Operator("ReduceSumSquare") { try $0.reduce(.sumOfSquares, axesAreInputFrom: 18) },
    Operator("ReduceLogSum") { try $0.reduce(.logOfSum, axesAreInputFrom: 18) },
    Operator("ReduceLogSumExp") { try $0.reduce(.logOfSumOfExponentials, axesAreInputFrom: 18) },
    Operator("ArgMax", .exact) { try $0.argument(>) },
    Operator("ArgMin", .exact) { try $0.argument(<) },
    Operator("CumSum", opsets: 11...28) { try $0.accumulate(Addition(), identity: 0) },
    Operator("CumProd", opsets: 26...28) { try $0.accumulate(Multiplication(), identity: 1) },
    Operator("TopK", values: { try $0.topK() }),
    Operator("Unique", opsets: 11...28, .exact, values: { try $0.unique() }),
  ]
}

private struct Accumulator<O: BinaryOperation>: NumberVisitor {
  let x: Tensor
  let reduction: Reduction
  let operation: O
  let identity: Double
  let excludesOwn: Bool
  let isReversed: Bool
  let call: Call

  func visit<T: Number>(_ type: T.Type) throws -> Tensor {
    let result = try call.make(T.self, x.shape)
    let values = x.elements(T.self)
    let offsets = isReversed ? reduction.offsets.reversed() : reduction.offsets
    for start in reduction.starts {
      var sum = T(rounding: identity)
      for offset in offsets {
        if excludesOwn { result[start + offset] = sum }
        sum = operation.apply(sum, values[start + offset])
        if !excludesOwn { result[start + offset] = sum }
      }
    }
    return result.tensor
  }
}

extension Call {
  fileprivate func accumulate(
    _ operation: some BinaryOperation, identity: Double
  ) throws -> Tensor {
    let x = try tensor(0)
    let axis = try int(1).axis(rank: x.rank)
    let visitor = Accumulator(
      x: x, reduction: Reduction(x.shape, axes: [axis]), operation: operation, identity: identity,
      excludesOwn: try flag("exclusive"), isReversed: try flag("reverse"), call: self)
    guard let result = try x.elementType.visit(visitor) else {
      throw OperatorError.wrongType(input: 0, x.elementType)
    }
    return result
  }

  // Ties go to the lower index.
  fileprivate func topK() throws -> [Value?] {
    let x = try tensor(0)
    guard let k = try opset < 10 ? int("k") : int(1) else {
      throw OperatorError.missingAttribute("k")
    }
    let axis = try int("axis", default: -1).axis(rank: x.rank)
    let takesLargest = try flag("largest", default: true)
    guard k >= 0, k <= x.shape[axis] else { throw OperatorError.index(k, size: x.shape[axis]) }
    var shape = x.shape
    shape[axis] = k
    let reduction = Reduction(x.shape, axes: [axis])
    let target = Reduction(shape, axes: [axis])
    var chosen = try mover(x.elementType, shape)
    let indices = try make(Int64.self, shape)
    let order = try NumberOrder(x)
    for (start, first) in Swift.zip(reduction.starts, target.starts) {
      let places = reduction.offsets.indices.sorted { a, b in
        let (left, right) = (start + reduction.offsets[a], start + reduction.offsets[b])
        if order.isLess(left, right) { return !takesLargest }
        if order.isLess(right, left) { return takesLargest }
        return a < b
      }
      for place in 0..<k {
        let to = first + target.offsets[place]
        chosen.copy(x, from: start + reduction.offsets[places[place]], to: to)
        indices[to] = Int64(places[place])
      }
    }
    return [.tensor(chosen.tensor), .tensor(indices.tensor)]
  }

  fileprivate func unique() throws -> [Value?] {
    var x = try tensor(0)
    let hasAxis = try int("axis") != nil
    if !hasAxis { x = try x.reshaped([x.count]) }
    let axis = try int("axis", default: 0).axis(rank: x.rank)
    let reduction = Reduction(x.shape, axes: x.shape.indices.filter { $0 != axis })
    let order = try NumberOrder(x)
    func isLess(_ a: Int, _ b: Int) -> Bool {
      for offset in reduction.offsets {
        let (left, right) = (reduction.starts[a] + offset, reduction.starts[b] + offset)
        if order.isLess(left, right) { return true }
        if order.isLess(right, left) { return false }
      }
      return false
    }
    let sorted = reduction.starts.indices.sorted { isLess($0, $1) || (!isLess($1, $0) && $0 < $1) }
    // Groups of equal slices, each with its members in their order.
    var groups: [[Int]] = []
    for index in sorted {
      if let last = groups.last, !isLess(last[0], index) {
        groups[groups.count - 1].append(index)
      } else {
        groups.append([index])
      }
    }
    if try !flag("sorted", default: true) { groups.sort { $0[0] < $1[0] } }
    var inverse = [Int64](repeating: 0, count: sorted.count)
    for (number, group) in groups.enumerated() {
      for member in group { inverse[member] = Int64(number) }
    }
    let parts = try groups.map { try part(x, axis: axis, from: $0[0], count: 1) }
    let values =
      try parts.isEmpty
      ? part(x, axis: axis, from: 0, count: 0) : concatenate(parts, axis: axis)
    return [
      .tensor(values),
      .tensor(try make([groups.count], groups.map { Int64($0[0]) })),
      .tensor(try make([inverse.count], inverse)),
      .tensor(try make([groups.count], groups.map { Int64($0.count) })),
    ]
  }
}

/// The order of a tensor's elements; NaN comes after everything.
struct NumberOrder {
  private let doubles: [Double]
  private let integers: [Int64]?
  private let text: [String]
  private let isUnsigned: Bool

  init(_ x: Tensor) throws {
    text = x.text
    integers = x.integers()
    isUnsigned = x.elementType == .uint64
    guard let values = x.elementType == .string || integers != nil ? [] : x.doubles() else {
      throw OperatorError.wrongType(input: 0, x.elementType)
    }
    doubles = values
  }

  func isLess(_ a: Int, _ b: Int) -> Bool {
    if let integers {
      return isUnsigned
        ? UInt64(bitPattern: integers[a]) < UInt64(bitPattern: integers[b])
        : integers[a] < integers[b]
    }
    guard text.isEmpty else { return text[a].utf8.lexicographicallyPrecedes(text[b].utf8) }
    return doubles[b].isNaN ? !doubles[a].isNaN : doubles[a] < doubles[b]
  }
}
