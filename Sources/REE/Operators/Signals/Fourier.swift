/// The discrete Fourier transform along one axis, by its definition.
///
/// Sums run in float64 in the order of the input and are rounded once.
struct Fourier: RealVisitor {
  let x: Tensor
  let axis: Int
  let length: Int
  let isInverse: Bool
  /// Half a spectrum: what a real signal gives, or what gives one.
  let isOneSided: Bool
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> Tensor {
    let parts = x.shape[x.rank - 1]
    let values = x.elements(T.self)
    var shape = x.shape
    let givesReal = isInverse && isOneSided
    let bins = isOneSided && !isInverse ? length / 2 + 1 : length
    shape[axis] = bins
    shape[x.rank - 1] = givesReal ? 1 : 2
    let result = try call.make(T.self, shape)
    let turns = (0..<length).map { Turn.point(isInverse ? $0 : -$0, length) }
    let scale = isInverse ? Double(length) : 1
    let size = x.shape[axis]
    let inner = x.shape[(axis + 1)..<(x.rank - 1)].reduce(1, *)
    let outer = x.shape[..<axis].reduce(1, *)
    let used = min(size, givesReal ? length / 2 + 1 : length)
    for row in 0..<outer * inner {
      let (block, place) = (row / inner, row % inner)
      for bin in 0..<bins {
        var (real, imaginary) = (0.0, 0.0)
        for index in 0..<used {
          let position = ((block * size + index) * inner + place) * parts
          let a = Double(values[position])
          let b = parts == 2 ? Double(values[position + 1]) : 0
          let turn = turns[index * bin % length]
          // The other half of a one-sided spectrum mirrors this one.
          let isMirrored = givesReal && index > 0 && 2 * index != length
          let factor = isMirrored ? 2.0 : 1
          real += factor * (a * turn.cos - b * turn.sin)
          imaginary += factor * (a * turn.sin + b * turn.cos)
        }
        let target = ((block * bins + bin) * inner + place) * (givesReal ? 1 : 2)
        result[target] = T(real / scale)
        if !givesReal { result[target + 1] = T(imaginary / scale) }
      }
    }
    return result.tensor
  }
}

extension Call {
  static let transformLengthMax = 1 << 16

  func transform(
    _ x: Tensor, axis: Int, length: Int?, isInverse: Bool, isOneSided: Bool
  ) throws -> Tensor {
    guard x.rank >= 2, let parts = x.shape.last, parts == 1 || parts == 2, axis < x.rank - 1 else {
      throw OperatorError.shape(input: 0, x.shape)
    }
    let length = length ?? (isInverse && isOneSided ? 2 * (x.shape[axis] - 1) : x.shape[axis])
    guard length > 0, length <= Self.transformLengthMax else {
      throw OperatorError.index(length, size: Self.transformLengthMax)
    }
    let visitor = Fourier(
      x: x, axis: axis, length: length, isInverse: isInverse, isOneSided: isOneSided, call: self)
    guard let result = try x.elementType.visit(visitor) else {
      throw OperatorError.wrongType(input: 0, x.elementType)
    }
    return result
  }

  // Frames are cut from the signal, weighted by the window and transformed each.
  fileprivate func shortTimeTransform() throws -> Tensor {
    var x = try tensor(0)
    if x.rank == 2 { x = try x.reshaped(x.shape + [1]) }
    guard x.rank == 3 else { throw OperatorError.rank(input: 0, found: x.rank, accepted: 2...3) }
    let step = try int(1)
    let window = try optionalTensor(2)
    guard let length = has(3) ? try int(3) : window?.count, step > 0, length > 0,
      length <= x.shape[1], window.map({ $0.shape == [length] }) ?? true
    else { throw OperatorError.inputValue(3) }
    let frames = (x.shape[1] - length) / step + 1
    let parts = x.shape[2]
    var pieces = try mover(x.elementType, [x.shape[0], frames, length, parts])
    for row in 0..<x.shape[0] * frames {
      let start = row / frames * x.shape[1] + row % frames * step
      pieces.copy(x, from: start * parts, to: row * length * parts, count: length * parts)
    }
    var framed = pieces.tensor
    if let window {
      framed = try combine(framed, try window.reshaped([length, 1]), Multiplication())
    }
    return try transform(
      framed, axis: 2, length: length, isInverse: false,
      isOneSided: try flag("onesided", default: true) && parts == 1)
  }

  /// A window of cosines: weights[n] * cos(2 pi n k / size) for each n.
  fileprivate func window(_ weights: [Double]) throws -> Tensor {
    let size = try int(0)
    guard size >= 0, size <= Tensor.dimensionMax else { throw OperatorError.inputValue(0) }
    let span = max(try flag("periodic", default: true) ? size : size - 1, 1)
    _ = try make(Float.self, [size])
    let values = (0..<size).map { place in
      weights.enumerated().reduce(0.0) { $0 + $1.element * Turn.point($1.offset * place, span).cos }
    }
    let type = try elementType("output_datatype") ?? .float32
    guard let result = try make([size], values).cast(to: type, .init(budget: budget)) else {
      throw OperatorError.attributeValue("output_datatype")
    }
    return result
  }
}

extension OperatorCatalogue {
  static let signals: [Operator] = [
    Operator("DFT", opsets: 17...28) { call in
      let x = try call.tensor(0)
      let given =
        try call.opset < 20 ? call.int("axis", default: 1) : call.has(2) ? call.int(2) : -2
      return try call.transform(
        x, axis: try given.axis(rank: x.rank), length: call.has(1) ? try call.int(1) : nil,
        isInverse: try call.flag("inverse"), isOneSided: try call.flag("onesided"))
    },
    Operator("STFT", opsets: 17...28) { try $0.shortTimeTransform() },
    Operator("HannWindow", opsets: 17...28) { try $0.window([0.5, -0.5]) },
    Operator("HammingWindow", opsets: 17...28) { try $0.window([25.0 / 46, -21.0 / 46]) },
    Operator("BlackmanWindow", opsets: 17...28) { try $0.window([0.42, -0.5, 0.08]) },
    Operator("MelWeightMatrix", opsets: 17...28) { try $0.melWeights() },
  ]
}

extension Call {
  // Triangles that overlap, at equal distances on the mel scale.
  fileprivate func melWeights() throws -> Tensor {
    let (bins, length, rate) = (try int(0), try int(1), try int(2))
    let (low, high) = (try number(3), try number(4))
    guard bins > 0, bins < 1 << 20, length > 0, length < 1 << 30, rate > 0, low.isFinite,
      high.isFinite, low >= 0, high >= low
    else { throw OperatorError.inputValue(0) }
    let count = length / 2 + 1
    func mel(_ hertz: Double) -> Double { 2595 * Double.log(1 + hertz / 700) / Double.log(10) }
    let step = (mel(high) - mel(low)) / Double(bins + 2)
    let edges = (0..<bins + 2).map { index in
      let hertz =
        700 * (Double.pow(10, (Double(index) * step + mel(low)) / 2595) - 1)
      return Int(nearest: (Double(length + 1) * hertz / Double(rate)).rounded(.down))
    }
    guard edges.allSatisfy({ $0 >= 0 && $0 <= count }) else { throw OperatorError.inputValue(4) }
    let result = try make(Float.self, [count, bins])
    for bin in 0..<bins {
      let (left, middle, right) = (edges[bin], edges[bin + 1], edges[bin + 2])
      guard left <= middle, middle <= right else { continue }
      for place in left...middle where place < count {
        result[place * bins + bin] =
          left == middle ? 1 : Float(place - left) / Float(middle - left)
      }
      for place in middle..<right where place < count {
        result[place * bins + bin] = Float(right - place) / Float(right - middle)
      }
    }
    let type = try elementType("output_datatype") ?? .float32
    guard let stored = try result.tensor.cast(to: type, .init(budget: budget)) else {
      throw OperatorError.attributeValue("output_datatype")
    }
    return stored
  }
}
