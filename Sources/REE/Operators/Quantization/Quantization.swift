extension OperatorCatalogue {
  static let quantization: [Operator] = [
    Operator("QuantizeLinear", opsets: 10...28) { try $0.quantize() },
    Operator("DequantizeLinear", opsets: 10...28) { try $0.dequantize() },
    Operator(
      "DynamicQuantizeLinear", opsets: 11...28,
      values: { call in
        let x = try call.elements(0, Float.self)
        let values = x.array()
        let low = min(values.reduce(Float.infinity) { $0.smallest($1) }, 0)
        let high = max(values.reduce(-Float.infinity) { $0.largest($1) }, 0)
        let scale = (high - low) / 255
        let zero = scale == 0 ? 0 : Float.clamp((0 - low / scale).rounded(.toNearestOrEven), 0, 255)
        let result = try call.make(UInt8.self, try call.tensor(0).shape)
        for index in x.indices {
          let step = scale == 0 ? 0 : (x[index] / scale).rounded(.toNearestOrEven)
          result[index] = UInt8(nearest: Double(Float.clamp(step + zero, 0, 255)))
        }
        return [
          .tensor(result.tensor), .tensor(try call.make([], [scale])),
          .tensor(try call.make([], [UInt8(nearest: Double(zero))])),
        ]
      }),
  ]
}

extension Call {
  /// A scale as a tensor that goes with one of `rank` dimensions.
  func scaleTensor(_ index: Int, _ rank: Int, axis: Int) throws -> Tensor {
    let scale = try tensor(index)
    guard let wide = try scale.cast(to: .float32) else {
      throw OperatorError.wrongType(input: index, scale.elementType)
    }
    if wide.count == 1 { return try wide.reshaped([]) }
    guard wide.rank == 1, rank > 0 else { return wide }
    var shape = [Int](repeating: 1, count: rank)
    shape[max(axis, 0)] = wide.count
    return try wide.reshaped(shape)
  }

  /// Sums of products in steps of `scale`, as steps of an output's scale: round(sum * (s / y)) + zero.
  func requantized(
    _ sums: Tensor, _ scale: Tensor, _ outputScale: Tensor, zeroPoint: Tensor
  ) throws -> Tensor {
    guard let wide = try sums.cast(to: .float32, .init(budget: budget)),
      let outputScale = try outputScale.cast(to: .float32),
      let offset = try zeroPoint.cast(to: .float32), outputScale.count == 1, offset.count == 1
    else { throw OperatorError.wrongType(input: 0, sums.elementType) }
    let factor = try combine(scale, try outputScale.reshaped([]), Division())
    let steps = try combine(wide, factor, Multiplication())
    let zero = offset.elements(Float.self)[0]
    let values = steps.elements(Float.self)
    let type = zeroPoint.elementType
    let bounds = type.integerBounds
    let rounded = values.indices.map { index in
      min(
        max(
          Int64(nearest: Double(values[index].rounded(.toNearestOrEven) + zero)),
          bounds.lowerBound), bounds.upperBound)
    }
    guard let result = try Tensor.make(sums.shape, integers: rounded, type, .init(budget: budget))
    else { throw OperatorError.wrongType(input: 0, type) }
    return result
  }

  /// For each element of `shape`, which element of a scale belongs to it.
  private func scalePlaces(_ scale: Tensor, for shape: [Int]) throws -> (Int) -> Int {
    if scale.count == 1 { return { _ in 0 } }
    let axis = try int("axis", default: 1).axis(rank: shape.count)
    let block = min(try int("block_size", default: 0), Tensor.dimensionMax)
    let strides = Tensor.strides(of: shape)
    if scale.rank == 1 && block == 0 {
      guard scale.count == shape[axis] else { throw OperatorError.shapesDiffer(shape, scale.shape) }
      return { $0 / strides[axis] % shape[axis] }
    }
    guard scale.rank == shape.count, block > 0 else {
      throw OperatorError.shapesDiffer(shape, scale.shape)
    }
    for other in shape.indices {
      let wanted = other == axis ? (shape[axis] + block - 1) / block : shape[other]
      guard scale.shape[other] == wanted else {
        throw OperatorError.shapesDiffer(shape, scale.shape)
      }
    }
    let own = scale.strides
    return { position in
      shape.indices.reduce(0) { sum, other in
        let index = position / strides[other] % shape[other]
        return sum + (other == axis ? index / block : index) * own[other]
      }
    }
  }

  /// round(x / scale) + zero, ties to even, cut to what the type holds.
  fileprivate func quantize() throws -> Tensor {
    let (x, scale) = (try tensor(0), try tensor(1))
    let zeroPoint = try optionalTensor(2)
    let named = try elementType("output_dtype")
    let type = zeroPoint?.elementType ?? named ?? .uint8
    guard let values = x.doubles(), let scales = scale.doubles() else {
      throw OperatorError.wrongType(input: 0, x.elementType)
    }
    let zeros: [Double] = zeroPoint?.doubles() ?? scales.map { _ in 0 }
    guard zeros.count == scales.count else {
      throw OperatorError.shapesDiffer(scale.shape, zeroPoint?.shape ?? [])
    }
    let place = try scalePlaces(scale, for: x.shape)
    let steps = values.indices.map { Float(values[$0]) / Float(scales[place($0)]) }
    let casting = Tensor.Casting(saturates: try flag("saturate", default: true), budget: budget)
    let result: Tensor?
    if type.isInteger {
      let bounds = type.integerBounds
      result = try Tensor.make(
        x.shape,
        integers: steps.indices.map {
          let step = Double(steps[$0].rounded(.toNearestOrEven)) + zeros[place($0)]
          return min(max(Int64(nearest: step), bounds.lowerBound), bounds.upperBound)
        }, type, casting)
    } else {
      result = try Tensor.make(
        x.shape, doubles: steps.indices.map { Double(steps[$0]) + zeros[place($0)] }, type, casting)
    }
    guard let result else { throw OperatorError.wrongType(input: 2, type) }
    return result
  }

  /// (x - zero) * scale.
  fileprivate func dequantize() throws -> Tensor {
    let (x, scale) = (try tensor(0), try tensor(1))
    let zeroPoint = try optionalTensor(2)
    guard let values = x.doubles(), let scales = scale.doubles() else {
      throw OperatorError.wrongType(input: 0, x.elementType)
    }
    let zeros = zeroPoint?.doubles() ?? scales.map { _ in 0 }
    guard zeros.count == scales.count else {
      throw OperatorError.shapesDiffer(scale.shape, zeroPoint?.shape ?? [])
    }
    let place = try scalePlaces(scale, for: x.shape)
    let result = try make(Float.self, x.shape)
    for index in values.indices {
      let position = place(index)
      result[index] = Float(values[index] - zeros[position]) * Float(scales[position])
    }
    let type = try elementType("output_dtype") ?? scale.elementType
    guard let stored = try result.tensor.cast(to: type, .init(budget: budget)) else {
      throw OperatorError.wrongType(input: 1, type)
    }
    return stored
  }
}
