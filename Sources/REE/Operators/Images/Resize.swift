/// Sampling along one axis: which input elements make an output element, and with what weights.
///
/// Coordinates and weights are computed in float64.
struct Resampling {
  enum Interpolation {
    case nearest(String)
    case linear
    case cubic(Double)
  }

  struct Tap {
    let index: Int
    let weight: Double
  }

  let interpolation: Interpolation
  let transformation: String
  let size: Int
  let scale: Double
  let outputSize: Int
  /// Start and end of the region for `tf_crop_and_resize`, as fractions.
  let region: (start: Double, end: Double)
  let isAntialiased: Bool
  let excludesOutside: Bool

  /// The elements for an output place, or `nil` if it lies outside of the region.
  func taps(_ place: Int) throws -> [Tap]? {
    let x = try coordinate(Double(place))
    if transformation == "tf_crop_and_resize", x < 0 || x > Double(size - 1) { return nil }
    switch interpolation {
    case .nearest(let mode): return [Tap(index: clamp(Int(nearest: try round(x, mode))), weight: 1)]
    case .linear:
      return weights(around: x, reach: 1) { $0 < 1 ? 1 - $0 : 0 }
    case .cubic(let a):
      return weights(around: x, reach: 2) { d in
        d <= 1
          ? ((a + 2) * d - (a + 3)) * d * d + 1
          : d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0
      }
    }
  }

  private func coordinate(_ place: Double) throws -> Double {
    let (size, length) = (Double(size), scale * Double(size))
    switch transformation {
    case "align_corners": return length == 1 ? 0 : place * (size - 1) / (length - 1)
    case "asymmetric": return place / scale
    case "half_pixel": return (place + 0.5) / scale - 0.5
    case "pytorch_half_pixel": return length == 1 ? -0.5 : (place + 0.5) / scale - 0.5
    case "half_pixel_symmetric":
      let offset = size / 2 * (1 - Double(outputSize) / length)
      return offset + (place + 0.5) / scale - 0.5
    case "tf_half_pixel_for_nn": return (place + 0.5) / scale
    case "tf_crop_and_resize":
      let span = region.end - region.start
      return region.start * (size - 1)
        + (length == 1 ? span * (size - 1) / 2 : place * span * (size - 1) / (length - 1))
    default: throw OperatorError.attributeValue("coordinate_transformation_mode")
    }
  }

  private func round(_ x: Double, _ mode: String) throws -> Double {
    switch mode {
    case "round_prefer_floor": (x - 0.5).rounded(.up)
    case "round_prefer_ceil": (x + 0.5).rounded(.down)
    case "floor": x.rounded(.down)
    case "ceil": x.rounded(.up)
    default: throw OperatorError.attributeValue("nearest_mode")
    }
  }

  private func clamp(_ index: Int) -> Int { min(max(index, 0), size - 1) }

  // When it makes things smaller, an antialiased kernel grows to cover what each place stands for.
  private func weights(
    around x: Double, reach: Int, _ kernel: (Double) -> Double
  ) -> [Tap] {
    let shrink = isAntialiased ? min(scale, 1) : 1
    let radius = Double(reach) / shrink
    let (first, last) = ((x - radius).rounded(.down) + 1, (x + radius).rounded(.up) - 1)
    guard first.magnitude < 1e15, last - first < 16_777_216 else { return [] }
    var taps: [Tap] = []
    for index in Int(first)...max(Int(last), Int(first)) {
      let isOutside = index < 0 || index >= size
      let weight = isOutside && excludesOutside ? 0 : kernel(abs(Double(index) - x) * shrink)
      taps.append(Tap(index: clamp(index), weight: weight))
    }
    guard isAntialiased || excludesOutside else { return taps }
    let total = taps.reduce(0) { $0 + $1.weight }
    return taps.map { Tap(index: $0.index, weight: $0.weight / total) }
  }
}

/// Applies a sampling to one axis after another.
private struct Resampler: RealVisitor {
  let x: Tensor
  let axes: [(axis: Int, sampling: Resampling)]
  let fill: Float
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> Tensor {
    var current = x
    // A place outside of the region in any axis is filled as a whole.
    var outside: [(axis: Int, places: [Bool])] = []
    for (axis, sampling) in axes {
      var shape = current.shape
      shape[axis] = sampling.outputSize
      let result = try call.make(T.self, shape)
      let taps = try (0..<sampling.outputSize).map { try sampling.taps($0) }
      if taps.contains(where: { $0 == nil }) { outside.append((axis, taps.map { $0 == nil })) }
      let values = current.elements(T.self)
      let inner = current.strides[axis]
      for index in 0..<result.count {
        let (outer, rest) = (index / (inner * sampling.outputSize), index % inner)
        let place = index / inner % sampling.outputSize
        let start = outer * inner * sampling.size + rest
        result[index] = T(
          (taps[place] ?? []).reduce(0.0) {
            $0 + Double(values[start + $1.index * inner]) * $1.weight
          })
      }
      current = result.tensor
    }
    guard !outside.isEmpty else { return current }
    let values = current.elements(T.self)
    let result = try call.make(T.self, current.shape)
    for index in 0..<result.count {
      let isFilled = outside.contains {
        $0.places[index / current.strides[$0.axis] % current.shape[$0.axis]]
      }
      result[index] = isFilled ? T(fill) : values[index]
    }
    return result.tensor
  }
}

extension Call {
  fileprivate func resize() throws -> Tensor {
    let x = try tensor(0)
    // Version 10 had scales alone; 11 and later: region, scales, sizes.
    let isOld = opset < 11
    let scaleInput = isOld ? 1 : 2
    let axes = try (ints("axes") ?? Array(0..<x.rank)).axes(rank: x.rank)
    var outputSizes = x.shape
    var scales = [Double](repeating: 1, count: x.rank)
    let given = try optionalTensor(scaleInput)
    if let factors = given?.doubles(), !factors.isEmpty {
      guard factors.count == axes.count else {
        throw OperatorError.shape(input: scaleInput, [factors.count])
      }
      for (axis, factor) in Swift.zip(axes, factors) {
        let size = (Double(x.shape[axis]) * factor).rounded(.down)
        guard factor > 0, size <= Double(Tensor.dimensionMax) else {
          throw OperatorError.inputValue(scaleInput)
        }
        (scales[axis], outputSizes[axis]) = (factor, Int(size))
      }
    } else {
      let sizes = try ints(3)
      guard sizes.count == axes.count, sizes.allSatisfy({ $0 >= 0 && $0 <= Tensor.dimensionMax })
      else { throw OperatorError.inputValue(3) }
      for (axis, size) in Swift.zip(axes, sizes) {
        (scales[axis], outputSizes[axis]) = (Double(size) / Double(x.shape[axis]), size)
      }
      let policy = try string("keep_aspect_ratio_policy", default: "stretch")
      if policy != "stretch" {
        let ratios = axes.map { scales[$0] }
        guard let scale = policy == "not_larger" ? ratios.min() : ratios.max(),
          policy == "not_larger" || policy == "not_smaller"
        else { throw OperatorError.attributeValue("keep_aspect_ratio_policy") }
        for axis in axes {
          scales[axis] = scale
          outputSizes[axis] = Int(
            nearest: (Double(x.shape[axis]) * scale + 0.5).rounded(.down))
        }
      }
    }
    let region = isOld ? nil : try optionalTensor(1)?.doubles()
    return try resample(x, axes, scales, outputSizes, region: region, isOld: isOld)
  }

  private func resample(
    _ x: Tensor, _ axes: [Int], _ scales: [Double], _ outputSizes: [Int], region: [Double]?,
    isOld: Bool
  ) throws -> Tensor {
    let interpolation: Resampling.Interpolation
    switch try string("mode", default: "nearest") {
    case "nearest":
      interpolation = .nearest(
        isOld ? "floor" : try string("nearest_mode", default: "round_prefer_floor"))
    case "linear": interpolation = .linear
    case "cubic": interpolation = .cubic(Double(try float("cubic_coeff_a", default: -0.75)))
    default: throw OperatorError.attributeValue("mode")
    }
    let transformation =
      isOld
      ? "asymmetric" : try string("coordinate_transformation_mode", default: "half_pixel")
    var samplings: [(axis: Int, sampling: Resampling)] = []
    for (index, axis) in axes.enumerated() {
      guard x.shape[axis] > 0 else { throw OperatorError.shape(input: 0, x.shape) }
      var bounds = (start: 0.0, end: 1.0)
      if transformation == "tf_crop_and_resize" {
        guard let region, region.count == axes.count * 2 else {
          throw OperatorError.inputValue(1)
        }
        bounds = (region[index], region[axes.count + index])
      } else if scales[axis] == 1 && outputSizes[axis] == x.shape[axis] {
        continue
      }
      samplings.append(
        (
          axis,
          Resampling(
            interpolation: interpolation, transformation: transformation, size: x.shape[axis],
            scale: scales[axis], outputSize: outputSizes[axis], region: bounds,
            isAntialiased: try flag("antialias"), excludesOutside: try flag("exclude_outside"))
        ))
    }
    let isReal = x.elementType == .float32 || x.elementType == .float64
    guard let wide = isReal ? x : try x.cast(to: .float64, .init(budget: budget)) else {
      throw OperatorError.wrongType(input: 0, x.elementType)
    }
    let visitor = Resampler(
      x: wide, axes: samplings, fill: try float("extrapolation_value", default: 0), call: self)
    guard let result = try wide.elementType.visit(visitor),
      let narrow = try result.cast(to: x.elementType, .init(budget: budget))
    else { throw OperatorError.wrongType(input: 0, x.elementType) }
    return narrow
  }

  fileprivate func upsample() throws -> Tensor {
    let x = try tensor(0)
    guard let factors = try opset < 9 ? floats("scales")?.map(Double.init) : tensor(1).doubles(),
      factors.count == x.rank
    else { throw OperatorError.missingAttribute("scales") }
    let sizes = Swift.zip(x.shape, factors).map { (Double($0) * $1).rounded(.down) }
    guard factors.allSatisfy({ $0 > 0 }),
      sizes.allSatisfy({ $0 <= Double(Tensor.dimensionMax) })
    else { throw OperatorError.inputValue(1) }
    return try resample(
      x, Array(0..<x.rank), factors, sizes.map { Int($0) }, region: nil, isOld: true)
  }
}

extension OperatorCatalogue {
  static let resizing: [Operator] = [
    Operator("Resize", opsets: 10...28) { try $0.resize() },
    Operator("Upsample", opsets: 7...9) { try $0.upsample() },
  ]
}
