/// Averages or norms of what lies under a moving window.
private struct PoolVisitor: RealVisitor {
  enum Kind {
    case average(countsPadding: Bool)
    case norm(Int)
  }

  let x: Tensor
  let window: Window
  let kind: Kind
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> Tensor {
    let result = try call.make(T.self, Array(x.shape[..<2]) + window.outputShape)
    let values = x.elements(T.self)
    let (plane, outputPlane) = (
      window.inputShape.reduce(1, *), window.outputShape.reduce(1, *)
    )
    window.forEachPosition { position, cells in
      let sources = cells.compactMap(\.source)
      let padded = cells.count { $0.isPadded }
      for channel in 0..<x.shape[0] * x.shape[1] {
        let start = channel * plane
        let value: T
        switch kind {
        case .average(let countsPadding):
          let sum = sources.reduce(T.zero) { $0 + values[start + $1] }
          value = sum / T(countsPadding ? padded : sources.count)
        case .norm(1):
          value = sources.reduce(T.zero) { $0 + values[start + $1].magnitude }
        case .norm(2):
          value = sources.reduce(T.zero) {
            $0.addingProduct(values[start + $1], values[start + $1])
          }.squareRoot()
        case .norm(let p):
          let sum = sources.reduce(T.zero) { $0 + T.pow(values[start + $1].magnitude, T(p)) }
          value = T.pow(sum, 1 / T(p))
        }
        result[channel * outputPlane + position] = value
      }
    }
    return result.tensor
  }
}

/// The largest under a moving window, and where it is. Padding never wins; of equals the first does.
private struct MaxPoolVisitor: NumberVisitor {
  let x: Tensor
  let window: Window
  let isColumnMajor: Bool
  let call: Call

  func visit<T: Number>(_ type: T.Type) throws -> [Value?] {
    let shape = Array(x.shape[..<2]) + window.outputShape
    let result = try call.make(T.self, shape)
    let wantsPlaces = call.wants(1)
    let places = try call.make(Int64.self, wantsPlaces ? shape : [0])
    let values = x.elements(T.self)
    let (plane, outputPlane) = (
      window.inputShape.reduce(1, *), window.outputShape.reduce(1, *)
    )
    window.forEachPosition { position, cells in
      let sources = cells.compactMap(\.source)
      for channel in 0..<x.shape[0] * x.shape[1] {
        let start = channel * plane
        var best = sources.first
        for source in sources.dropFirst() {
          guard let place = best else { break }
          let (old, new) = (values[start + place], values[start + source])
          if !old.isNotANumber && (new > old || new.isNotANumber) { best = source }
        }
        result[channel * outputPlane + position] = best.map { values[start + $0] } ?? .lowest
        guard wantsPlaces else { continue }
        places[channel * outputPlane + position] = Int64(
          start + (best.map { isColumnMajor ? columnMajor($0) : $0 } ?? 0))
      }
    }
    return [.tensor(result.tensor), wantsPlaces ? .tensor(places.tensor) : nil]
  }

  private func columnMajor(_ position: Int) -> Int {
    let strides = Tensor.strides(of: window.inputShape)
    var (result, factor) = (0, 1)
    for axis in strides.indices {
      result += position / strides[axis] % window.inputShape[axis] * factor
      factor *= window.inputShape[axis]
    }
    return result
  }
}

extension Call {
  private func window(over x: Tensor) throws -> Window {
    guard x.rank >= 3 else {
      throw OperatorError.rank(input: 0, found: x.rank, accepted: 3...Tensor.rankMax)
    }
    guard let kernel = try ints("kernel_shape") else {
      throw OperatorError.missingAttribute("kernel_shape")
    }
    return try Window(
      self, inputShape: Array(x.shape[2...]), kernel: kernel, roundsUp: try flag("ceil_mode"))
  }

  private func pool(_ kind: PoolVisitor.Kind) throws -> Tensor {
    let x = try tensor(0)
    let visitor = PoolVisitor(x: x, window: try window(over: x), kind: kind, call: self)
    guard let result = try x.elementType.visit(visitor) else {
      throw OperatorError.wrongType(input: 0, x.elementType)
    }
    return result
  }

  fileprivate func averagePool() throws -> Tensor {
    try pool(.average(countsPadding: try flag("count_include_pad")))
  }

  fileprivate func normPool() throws -> Tensor {
    let p = try int("p", default: 2)
    guard p > 0, p < 1 << 20 else { throw OperatorError.attributeValue("p") }
    return try pool(.norm(p))
  }

  fileprivate func maxPool() throws -> [Value?] {
    let x = try tensor(0)
    let visitor = MaxPoolVisitor(
      x: x, window: try window(over: x), isColumnMajor: try flag("storage_order"), call: self)
    guard let result = try x.elementType.visit(visitor) else {
      throw OperatorError.wrongType(input: 0, x.elementType)
    }
    return result
  }

  fileprivate func global(_ kind: ReductionKind) throws -> Tensor {
    let x = try tensor(0)
    guard x.rank >= 2 else {
      throw OperatorError.rank(input: 0, found: x.rank, accepted: 2...Tensor.rankMax)
    }
    return try reduce(x, kind, axes: Array(2..<x.rank), keepsAxes: true)
  }

  fileprivate func unpool() throws -> Tensor {
    let (x, places) = (try tensor(0), try elements(1, Int64.self))
    guard let kernel = try ints("kernel_shape"), x.rank == kernel.count + 2,
      places.count == x.count
    else { throw OperatorError.shape(input: 0, x.shape) }
    let strides = try ints("strides") ?? kernel.map { _ in 1 }
    let pads = try ints("pads") ?? [Int](repeating: 0, count: kernel.count * 2)
    guard strides.count == kernel.count, pads.count == kernel.count * 2 else {
      throw OperatorError.attributeValue("strides")
    }
    let shape = kernel.indices.map { axis in
      ((x.shape[axis + 2] &- 1) &* strides[axis]) &+ kernel[axis] &- pads[axis]
        &- pads[kernel.count + axis]
    }
    // What the pooling cut off at the end only the caller knows.
    let inferred = Array(x.shape[..<2]) + shape
    let wanted = try optionalInts(2) ?? inferred
    guard wanted.count == x.rank else { throw OperatorError.shape(input: 2, wanted) }
    var result = try mover(x.elementType, wanted)
    _ = try Tensor.count(of: inferred, x.elementType)
    let planes = x.shape[0] * x.shape[1]
    let plane = inferred[2...].reduce(1, *)
    let own = Tensor.strides(of: inferred)
    let target = Tensor.strides(of: wanted)
    for index in 0..<x.count {
      let place = Int(places[index])
      guard place >= 0, place < planes * plane else {
        throw OperatorError.index(place, size: planes * plane)
      }
      let coordinates = inferred.indices.map { place / own[$0] % max(inferred[$0], 1) }
      let position = coordinates.indices.reduce(0) { $0 + coordinates[$1] * target[$1] }
      guard Swift.zip(coordinates, wanted).allSatisfy({ $0 < $1 }) else {
        throw OperatorError.index(position, size: result.count)
      }
      result.copy(x, from: index, to: position)
    }
    return result.tensor
  }
}

extension OperatorCatalogue {
  static let pooling: [Operator] = [
    Operator("MaxPool", values: { try $0.maxPool() }),
    Operator("AveragePool", opsets: 7...28) { try $0.averagePool() },
    Operator("LpPool", opsets: 2...28) { try $0.normPool() },
    Operator("GlobalAveragePool") { try $0.global(.mean) },
    Operator("GlobalMaxPool") { try $0.global(.max) },
    Operator("GlobalLpPool", opsets: 2...28) { call in
      switch try call.int("p", default: 2) {
      case 1: try call.global(.l1)
      case 2: try call.global(.l2)
      default: throw OperatorError.unsupported("a norm other than 1 and 2")
      }
    },
    Operator("MaxUnpool", opsets: 9...28) { try $0.unpool() },
  ]
}
