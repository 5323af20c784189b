/// A convolution as sums of products over channel and kernel positions, in that order; padding counts
/// as zeros.
struct Convolution: NumberVisitor {
  let x: Tensor
  let weights: Tensor
  let groups: Int
  let window: Window
  let call: Call

  init(_ x: Tensor, _ weights: Tensor, _ call: Call) throws {
    self.x = x
    self.weights = weights
    self.call = call
    groups = try call.int("group", default: 1)
    guard x.rank >= 3, weights.rank == x.rank else {
      throw OperatorError.rank(input: 0, found: x.rank, accepted: 3...32)
    }
    let kernel = try call.ints("kernel_shape") ?? Array(weights.shape[2...])
    guard kernel == Array(weights.shape[2...]) else {
      throw OperatorError.attributeValue("kernel_shape")
    }
    guard groups > 0, weights.shape[1] <= x.shape[1], x.shape[1] == weights.shape[1] * groups,
      weights.shape[0] % groups == 0
    else { throw OperatorError.shapesDiffer(x.shape, weights.shape) }
    window = try Window(call, inputShape: Array(x.shape[2...]), kernel: kernel)
  }

  func visit<T: Number>(_ type: T.Type) throws -> Tensor {
    let (batches, outputs) = (x.shape[0], weights.shape[0])
    let inner = weights.shape[1]
    let result = try call.make(T.self, [batches, outputs] + window.outputShape)
    let plane = window.inputShape.reduce(1, *)
    let outputPlane = window.outputShape.reduce(1, *)
    let (values, kernel) = (x.elements(T.self), weights.elements(T.self))
    let perGroup = outputs / groups
    let size = weights.shape[2...].reduce(1, *)
    var patch = [T](repeating: .zero, count: inner * size)
    window.forEachPosition { position, cells in
      for batch in 0..<batches {
        for group in 0..<groups {
          for channel in 0..<inner {
            let start = (batch * x.shape[1] + group * inner + channel) * plane
            for (index, cell) in cells.enumerated() {
              patch[channel * size + index] = cell.source.map { values[start + $0] } ?? .zero
            }
          }
          for output in group * perGroup..<(group + 1) * perGroup {
            let row = output * patch.count
            result[(batch * outputs + output) * outputPlane + position] = BlockSum.dot(
              patch.count, { patch[$0] }, { kernel[row + $0] })
          }
        }
      }
    }
    return result.tensor
  }
}

extension Call {
  func convolve(_ x: Tensor, _ weights: Tensor) throws -> Tensor {
    guard x.elementType == weights.elementType else {
      throw OperatorError.typesDiffer(x.elementType, weights.elementType)
    }
    guard let result = try x.elementType.visit(try Convolution(x, weights, self)) else {
      throw OperatorError.wrongType(input: 0, x.elementType)
    }
    return result
  }

  /// Adds one number to each channel.
  func addBias(_ x: Tensor, _ bias: Tensor?) throws -> Tensor {
    guard let bias else { return x }
    guard bias.rank == 1, bias.count == x.shape[1] else {
      throw OperatorError.shapesDiffer(x.shape, bias.shape)
    }
    let shape = [bias.count] + [Int](repeating: 1, count: x.rank - 2)
    return try combine(x, try bias.reshaped(shape), Addition())
  }

  fileprivate func transposedConvolution() throws -> Tensor {
    let (x, weights) = (try tensor(0), try tensor(1))
    guard x.elementType == weights.elementType else {
      throw OperatorError.typesDiffer(x.elementType, weights.elementType)
    }
    guard
      let result = try x.elementType.visit(try TransposedConvolution(x, weights, self))
    else { throw OperatorError.wrongType(input: 0, x.elementType) }
    return try addBias(result, try optionalTensor(2))
  }
}

/// Each output element is a sum over input channels and then kernel positions of what reaches it.
struct TransposedConvolution: NumberVisitor {
  let x: Tensor
  let weights: Tensor
  let groups: Int
  let kernel: [Int]
  let strides: [Int]
  let dilations: [Int]
  let before: [Int]
  let outputShape: [Int]
  let call: Call

  init(_ x: Tensor, _ weights: Tensor, _ call: Call) throws {
    self.x = x
    self.weights = weights
    self.call = call
    let rank = x.rank - 2
    groups = try call.int("group", default: 1)
    guard rank >= 1, weights.rank == x.rank else {
      throw OperatorError.rank(input: 0, found: x.rank, accepted: 3...32)
    }
    guard groups > 0, x.shape[1] == weights.shape[0], x.shape[1] % groups == 0 else {
      throw OperatorError.shapesDiffer(x.shape, weights.shape)
    }
    kernel = Array(weights.shape[2...])
    func sizes(_ name: String, _ count: Int, default value: Int, from low: Int) throws -> [Int] {
      let given = try call.ints(name) ?? [Int](repeating: value, count: count)
      guard given.count == count, given.allSatisfy({ $0 >= low && $0 <= Window.stepMax })
      else { throw OperatorError.attributeValue(name) }
      return given
    }
    strides = try sizes("strides", rank, default: 1, from: 1)
    dilations = try sizes("dilations", rank, default: 1, from: 1)
    let extra = try sizes("output_padding", rank, default: 0, from: 0)
    let pads = try sizes("pads", rank * 2, default: 0, from: -Window.stepMax)
    let wanted = try call.ints("output_shape")
    if let wanted, wanted.count != rank { throw OperatorError.attributeValue("output_shape") }
    let automatic = try call.string("auto_pad", default: "NOTSET")
    let isSame = automatic.hasPrefix("SAME")
    var (before, outputShape) = ([Int](), [Int]())
    for axis in 0..<rank {
      let full =
        (x.shape[axis + 2] - 1) * strides[axis] + extra[axis]
        + (kernel[axis] - 1) * dilations[axis] + 1
      if wanted != nil || isSame {
        let size = wanted?[axis] ?? x.shape[axis + 2] * strides[axis]
        guard size >= 0, size <= Tensor.dimensionMax else {
          throw OperatorError.attributeValue("output_shape")
        }
        let total = max(full - size, 0)
        before.append(automatic == "SAME_UPPER" ? total / 2 : total - total / 2)
        outputShape.append(size)
      } else {
        let isValid = automatic == "VALID"
        before.append(isValid ? 0 : pads[axis])
        outputShape.append(isValid ? full : full - pads[axis] - pads[rank + axis])
      }
    }
    self.before = before
    self.outputShape = outputShape
  }

  func visit<T: Number>(_ type: T.Type) throws -> Tensor {
    let (batches, channels, perGroup) = (x.shape[0], x.shape[1], weights.shape[1])
    let outputs = perGroup * groups
    let inner = channels / groups
    let result = try call.make(T.self, [batches, outputs] + outputShape)
    let (inputShape, size) = (Array(x.shape[2...]), kernel.reduce(1, *))
    let (plane, outputPlane) = (inputShape.reduce(1, *), outputShape.reduce(1, *))
    let (values, factors) = (x.elements(T.self), weights.elements(T.self))
    let (inputStrides, kernelStrides, outputStrides) = (
      Tensor.strides(of: inputShape), Tensor.strides(of: kernel), Tensor.strides(of: outputShape)
    )
    for position in 0..<outputPlane {
      // Which input element meets which kernel element here.
      var pairs: [(input: Int, element: Int)] = []
      for element in 0..<size {
        var input: Int? = 0
        for axis in kernel.indices {
          let place = position / outputStrides[axis] % outputShape[axis] + before[axis]
          let distance =
            place - element / kernelStrides[axis] % kernel[axis] * dilations[axis]
          guard let sum = input, distance >= 0, distance % strides[axis] == 0,
            distance / strides[axis] < inputShape[axis]
          else {
            input = nil
            break
          }
          input = sum + distance / strides[axis] * inputStrides[axis]
        }
        if let input { pairs.append((input, element)) }
      }
      for batch in 0..<batches {
        for output in 0..<outputs {
          let group = output / perGroup
          result[(batch * outputs + output) * outputPlane + position] = BlockSum.dot(
            inner * pairs.count,
            { index in
              let channel = group * inner + index / pairs.count
              return values[(batch * channels + channel) * plane + pairs[index % pairs.count].input]
            },
            { index in
              let channel = group * inner + index / pairs.count
              return factors[
                (channel * perGroup + output % perGroup) * size
                  + pairs[index % pairs.count].element]
            })
        }
      }
    }
    return result.tensor
  }
}

extension OperatorCatalogue {
  static let convolutions: [Operator] = [
    Operator("Conv") { call in
      try call.addBias(
        try call.convolve(try call.tensor(0), try call.tensor(1)), try call.optionalTensor(2))
    },
    Operator("ConvTranspose") { try $0.transposedConvolution() },
    Operator("ConvInteger", opsets: 10...28) { call in
      try call.convolve(
        try call.centered(try call.tensor(0), call.optionalTensor(2), axis: 1, input: 0),
        try call.centered(try call.tensor(1), call.optionalTensor(3), axis: 0, input: 1))
    },
    Operator("QLinearConv", opsets: 10...28) { call in
      let (x, weights) = (try call.tensor(0), try call.tensor(3))
      let sums = try call.addBias(
        try call.convolve(
          try call.centered(x, call.tensor(2), axis: 1, input: 0),
          try call.centered(weights, call.tensor(5), axis: 0, input: 3)),
        try call.optionalTensor(8))
      let scale = try call.combine(
        try call.scaleTensor(1, x.rank, axis: 1), try call.scaleTensor(4, x.rank, axis: 1),
        Multiplication())
      return try call.requantized(sums, scale, try call.tensor(6), zeroPoint: try call.tensor(7))
    },
  ]
}
