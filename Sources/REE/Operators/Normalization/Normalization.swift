/// Rows of mean 0 and variance 1, or of root mean square 1.
enum Normalize {
  /// d = x - mean; r = 1 / sqrt(sum of d*d / n + epsilon); d * r, with every sum over lanes.
  static func standard<T: Real>(
    _ row: [T], _ epsilon: T
  ) -> (values: [T], mean: T, inverse: T) {
    let count = T(row.count)
    let mean = LaneSum.sum(row) / count
    let distances = row.map { $0 - mean }
    let variance: T =
      LaneSum.sum(row.count) { (sum: T, index) in
        sum.addingProduct(distances[index], distances[index])
      } / count
    let inverse = 1 / (variance + epsilon).squareRoot()
    return (distances.map { $0 * inverse }, mean, inverse)
  }

  static func rootMeanSquare<T: Real>(_ row: [T], _ epsilon: T) -> [T] {
    let mean: T =
      LaneSum.sum(row.count) { (sum: T, index) in sum.addingProduct(row[index], row[index]) }
      / T(row.count)
    let inverse = 1 / (mean + epsilon).squareRoot()
    return row.map { $0 * inverse }
  }
}

/// Each group of neighbouring elements normalized by itself.
private struct RowNormalizer: RealVisitor {
  let x: Tensor
  let rowSize: Int
  let epsilon: Float
  let isCentered: Bool
  /// For each element of a row, which row it is in and where: what it is scaled and moved by.
  let scale: Tensor?
  let bias: Tensor?
  /// Which element of scale and bias belongs to a place.
  let parameter: (_ row: Int, _ place: Int) -> Int
  let statisticsShape: [Int]
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> [Value?] {
    let result = try call.make(T.self, x.shape)
    let (means, inverses) = (
      try call.make(T.self, statisticsShape), try call.make(T.self, statisticsShape)
    )
    let values = x.elements(T.self)
    let (factors, offsets) = (scale?.elements(T.self), bias?.elements(T.self))
    let rows = rowSize == 0 ? 0 : x.count / rowSize
    for row in 0..<rows {
      let elements = (0..<rowSize).map { values[row * rowSize + $0] }
      let normalized: [T]
      if isCentered {
        let (values, mean, inverse) = Normalize.standard(elements, T(epsilon))
        normalized = values
        if means.count == rows { (means[row], inverses[row]) = (mean, inverse) }
      } else {
        normalized = Normalize.rootMeanSquare(elements, T(epsilon))
      }
      for (place, value) in normalized.enumerated() {
        let index = parameter(row, place)
        let factor = factors.map { $0[index] }
        let offset = offsets.map { $0[index] }
        result[row * rowSize + place] =
          switch (factor, offset) {
          case (let factor?, let offset?): offset.addingProduct(value, factor)
          case (let factor?, nil): value * factor
          case (nil, let offset?): value + offset
          case (nil, nil): value
          }
      }
    }
    return [.tensor(result.tensor), .tensor(means.tensor), .tensor(inverses.tensor)]
  }
}

extension Call {
  fileprivate func layerNormalization(isCentered: Bool) throws -> [Value?] {
    let x = try tensor(0)
    let axis = try int("axis", default: -1).axis(rank: x.rank)
    let inner = Array(x.shape[axis...])
    func parameter(_ index: Int) throws -> Tensor? {
      guard let tensor = try optionalTensor(index) else { return nil }
      guard tensor.elementType == x.elementType else {
        return try tensor.cast(to: x.elementType)?.broadcast(to: inner, budget: budget)
      }
      return try tensor.broadcast(to: inner, budget: budget)
    }
    return try normalize(
      x, rowSize: inner.reduce(1, *), isCentered: isCentered, scale: parameter(1),
      bias: isCentered ? parameter(2) : nil,
      statisticsShape: Array(x.shape[..<axis]) + inner.map { _ in 1 }
    ) { $1 }
  }

  private func normalize(
    _ x: Tensor, rowSize: Int, isCentered: Bool = true, scale: Tensor?, bias: Tensor?,
    statisticsShape: [Int], _ parameter: @escaping (Int, Int) -> Int
  ) throws -> [Value?] {
    let visitor = RowNormalizer(
      x: x, rowSize: rowSize, epsilon: try float("epsilon", default: 1e-5),
      isCentered: isCentered, scale: scale, bias: bias, parameter: parameter,
      statisticsShape: statisticsShape, call: self)
    guard let result = try x.elementType.visit(visitor) else {
      throw OperatorError.wrongType(input: 0, x.elementType)
    }
    return result
  }

  fileprivate func instanceNormalization() throws -> [Value?] {
    let (x, scale, bias) = (try tensor(0), try tensor(1), try tensor(2))
    guard x.rank >= 3, scale.shape == [x.shape[1]], bias.shape == scale.shape else {
      throw OperatorError.shapesDiffer(x.shape, scale.shape)
    }
    let channels = x.shape[1]
    return try normalize(
      x, rowSize: x.shape[2...].reduce(1, *), scale: scale, bias: bias, statisticsShape: [0]
    ) { row, _ in row % channels }
  }

  // Scale and bias were one for each group until version 21, and are one for each channel since.
  fileprivate func groupNormalization() throws -> [Value?] {
    let (x, scale, bias) = (try tensor(0), try tensor(1), try tensor(2))
    let groups = try required("num_groups")
    guard x.rank >= 2, groups > 0, x.shape[1] % groups == 0,
      scale.shape == [opset < 21 ? groups : x.shape[1]], bias.shape == scale.shape
    else { throw OperatorError.shapesDiffer(x.shape, scale.shape) }
    let plane = x.shape[2...].reduce(1, *)
    let perGroup = x.shape[1] / groups
    let isPerGroup = opset < 21
    return try normalize(
      x, rowSize: perGroup * plane, scale: scale, bias: bias, statisticsShape: [0]
    ) { row, place in
      isPerGroup ? row % groups : row % groups * perGroup + place / plane
    }
  }
}

/// (x - mean) / sqrt(variance + epsilon) * scale + bias, by channel.
private struct BatchNormalizer: RealVisitor {
  let x: Tensor
  let parameters: [Tensor]
  let epsilon: Float
  let momentum: Float
  let isTraining: Bool
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> [Value?] {
    let result = try call.make(T.self, x.shape)
    let values = x.elements(T.self)
    let wide = try parameters.map { tensor in
      guard let wide = try tensor.cast(to: T.elementType) else {
        throw OperatorError.wrongType(input: 1, tensor.elementType)
      }
      return wide.elements(T.self)
    }
    var (mean, variance) = (wide[2].array(), wide[3].array())
    let (means, variances) = (mean, variance)
    let reduction = Reduction(x.shape, axes: x.shape.indices.filter { $0 != 1 })
    if isTraining {
      let count = T(reduction.offsets.count)
      for (channel, start) in reduction.starts.enumerated() {
        mean[channel] = reduction.offsets.reduce(T.zero) { $0 + values[start + $1] } / count
        variance[channel] =
          reduction.offsets.reduce(T.zero) { sum, offset in
            let distance = values[start + offset] - mean[channel]
            return sum.addingProduct(distance, distance)
          } / count
      }
    }
    for (channel, start) in reduction.starts.enumerated() {
      let inverse = 1 / (variance[channel] + T(epsilon)).squareRoot()
      for offset in reduction.offsets {
        let distance = values[start + offset] - mean[channel]
        result[start + offset] = wide[1][channel].addingProduct(
          distance * inverse, wide[0][channel])
      }
    }
    guard isTraining else { return [.tensor(result.tensor)] }
    func running(_ old: [T], _ new: [T]) throws -> Value {
      let keeps = T(momentum)
      return .tensor(
        try call.make([old.count], Swift.zip(old, new).map { $0 * keeps + $1 * (1 - keeps) }))
    }
    return [.tensor(result.tensor), try running(means, mean), try running(variances, variance)]
  }
}

extension OperatorCatalogue {
  static let normalization: [Operator] = [
    Operator(
      "LayerNormalization", opsets: 17...28,
      values: {
        try $0.layerNormalization(isCentered: true)
      }),
    Operator(
      "RMSNormalization", opsets: 23...28,
      values: {
        [try $0.layerNormalization(isCentered: false)[0]]
      }),
    Operator(
      "InstanceNormalization", opsets: 6...28,
      values: {
        [try $0.instanceNormalization()[0]]
      }),
    Operator("GroupNormalization", opsets: 18...28, values: { [try $0.groupNormalization()[0]] }),
    Operator(
      "BatchNormalization", opsets: 7...28,
      values: { call in
        let x = try call.tensor(0)
        guard x.rank >= 1 else { throw OperatorError.rank(input: 0, found: 0, accepted: 1...32) }
        let parameters = try (1...4).map { try call.tensor($0) }
        let channels = x.rank > 1 ? x.shape[1] : 1
        for parameter in parameters where parameter.shape != [channels] {
          throw OperatorError.shapesDiffer(x.shape, parameter.shape)
        }
        let wide = x.rank > 1 ? x : try x.reshaped([x.count, 1])
        let visitor = BatchNormalizer(
          x: wide, parameters: parameters, epsilon: try call.float("epsilon", default: 1e-5),
          momentum: try call.float("momentum", default: 0.9),
          isTraining: try call.opset >= 14 && call.flag("training_mode"), call: call)
        guard var result = try x.elementType.visit(visitor) else {
          throw OperatorError.wrongType(input: 0, x.elementType)
        }
        if x.rank == 1, case .tensor(let flat) = result[0] {
          result[0] = .tensor(try flat.reshaped(x.shape))
        }
        return result
      }),
    Operator("LRN") { call in
      let x = try call.tensor(0)
      guard x.rank >= 2 else { throw OperatorError.rank(input: 0, found: x.rank, accepted: 2...32) }
      let visitor = LocalResponse(
        x: x, size: try call.required("size"), alpha: try call.float("alpha", default: 0.0001),
        beta: try call.float("beta", default: 0.75), bias: try call.float("bias", default: 1),
        call: call)
      guard visitor.size > 0, let result = try x.elementType.visit(visitor) else {
        throw OperatorError.wrongType(input: 0, x.elementType)
      }
      return result
    },
    Operator("MeanVarianceNormalization", opsets: 9...28) { call in
      let x = try call.tensor(0)
      let axes = try (call.ints("axes") ?? [0, 2, 3]).axes(rank: x.rank)
      let visitor = MeanVariance(x: x, reduction: Reduction(x.shape, axes: axes), call: call)
      guard let result = try x.elementType.visit(visitor) else {
        throw OperatorError.wrongType(input: 0, x.elementType)
      }
      return result
    },
  ]
}

/// x / (bias + alpha / size * sum of squares of neighbouring channels) ^ beta.
private struct LocalResponse: RealVisitor {
  let x: Tensor
  let size: Int
  let alpha: Float
  let beta: Float
  let bias: Float
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> Tensor {
    let result = try call.make(T.self, x.shape)
    let values = x.elements(T.self)
    let (channels, stride) = (x.shape[1], x.strides[1])
    let (below, above) = ((size - 1) / 2, size / 2)
    for index in 0..<x.count {
      let channel = index / stride % channels
      var sum: T = 0
      for other in max(channel - below, 0)...min(channel + above, channels - 1) {
        let value = values[index + (other - channel) * stride]
        sum = sum.addingProduct(value, value)
      }
      result[index] = values[index] / T.pow(T(bias) + T(alpha) / T(size) * sum, T(beta))
    }
    return result.tensor
  }
}

/// (x - mean) / (sqrt(mean of squares - square of mean) + 1e-9).
private struct MeanVariance: RealVisitor {
  let x: Tensor
  let reduction: Reduction
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> Tensor {
    let result = try call.make(T.self, x.shape)
    let values = x.elements(T.self)
    let count = T(reduction.offsets.count)
    for start in reduction.starts {
      let mean = reduction.offsets.reduce(T.zero) { $0 + values[start + $1] } / count
      let squares =
        reduction.offsets.reduce(T.zero) {
          $0.addingProduct(values[start + $1], values[start + $1])
        } / count
      let deviation = (squares - mean * mean).squareRoot() + T(1e-9)
      for offset in reduction.offsets {
        result[start + offset] = (values[start + offset] - mean) / deviation
      }
    }
    return result.tensor
  }
}
