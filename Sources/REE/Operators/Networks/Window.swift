/// How a kernel moves over the spatial axes of its input.
struct Window {
  /// For kernels, strides, dilations and padding: their products with dimensions stay below 2^63.
  static let stepMax = 1 << 24
  /// The elements of a kernel: each output position looks at all of them.
  static let kernelCountMax = 1 << 20

  let inputShape: [Int]
  let kernel: [Int]
  let strides: [Int]
  let dilations: [Int]
  let before: [Int]
  let after: [Int]
  let outputShape: [Int]

  /// - Parameter roundsUp: Whether a kernel that only partly fits at the end counts, too.
  init(_ call: Call, inputShape: [Int], kernel: [Int], roundsUp: Bool = false) throws {
    let rank = inputShape.count
    let strides = try call.ints("strides") ?? [Int](repeating: 1, count: rank)
    let dilations = try call.ints("dilations") ?? [Int](repeating: 1, count: rank)
    let pads = try call.ints("pads") ?? [Int](repeating: 0, count: rank * 2)
    guard kernel.count == rank, kernel.allSatisfy({ $0 > 0 && $0 <= Self.stepMax }),
      let count = kernel.product, count <= Self.kernelCountMax
    else {
      throw OperatorError.attributeValue("kernel_shape")
    }
    guard strides.count == rank, strides.allSatisfy({ $0 > 0 && $0 <= Self.stepMax }) else {
      throw OperatorError.attributeValue("strides")
    }
    guard dilations.count == rank, dilations.allSatisfy({ $0 > 0 && $0 <= Self.stepMax })
    else { throw OperatorError.attributeValue("dilations") }
    guard pads.count == rank * 2, pads.allSatisfy({ $0.magnitude <= Self.stepMax }) else {
      throw OperatorError.attributeValue("pads")
    }
    self.inputShape = inputShape
    self.kernel = kernel
    self.strides = strides
    self.dilations = dilations
    var (before, after) = (Array(pads[..<rank]), Array(pads[rank...]))
    var outputShape: [Int] = []
    let automatic = try call.string("auto_pad", default: "NOTSET")
    for axis in 0..<rank {
      let reach = (kernel[axis] - 1) * dilations[axis] + 1
      switch automatic {
      case "SAME_UPPER", "SAME_LOWER":
        let size = (inputShape[axis] + strides[axis] - 1) / strides[axis]
        let total = max((size - 1) * strides[axis] + reach - inputShape[axis], 0)
        before[axis] = automatic == "SAME_UPPER" ? total / 2 : total - total / 2
        after[axis] = total - before[axis]
        outputShape.append(size)
        continue
      case "VALID": (before[axis], after[axis]) = (0, 0)
      case "NOTSET", "": break
      default: throw OperatorError.attributeValue("auto_pad")
      }
      let room = inputShape[axis] + before[axis] + after[axis] - reach
      guard room >= 0 else { throw OperatorError.shape(input: 0, inputShape) }
      var size = room / strides[axis] + 1
      if roundsUp, room % strides[axis] != 0,
        size * strides[axis] < inputShape[axis] + before[axis]
      {
        size += 1
      }
      outputShape.append(size)
    }
    self.before = before
    self.after = after
    self.outputShape = outputShape
  }

  /// The elements under the kernel at an output position, as positions in the input; `nil` where the
  /// kernel covers padding. `isInside` says whether padding belongs to what is averaged.
  struct Cell {
    let source: Int?
    let isPadded: Bool
  }

  /// For every output position, what lies under each element of the kernel.
  func forEachPosition(_ body: (_ output: Int, _ cells: [Cell]) throws -> Void) rethrows {
    let sourceStrides = Tensor.strides(of: inputShape)
    let kernelCount = kernel.reduce(1, *)
    let kernelStrides = Tensor.strides(of: kernel)
    let outputStrides = Tensor.strides(of: outputShape)
    for output in 0..<outputShape.reduce(1, *) {
      let cells = (0..<kernelCount).map { element in
        var source: Int? = 0
        var isPadded = true
        for axis in inputShape.indices {
          let step = output / outputStrides[axis] % outputShape[axis]
          let place = element / kernelStrides[axis] % kernel[axis]
          let index = step * strides[axis] - before[axis] + place * dilations[axis]
          if index < 0 || index >= inputShape[axis] {
            source = nil
            if index < -before[axis] || index >= inputShape[axis] + after[axis] { isPadded = false }
          } else {
            source = source.map { $0 + index * sourceStrides[axis] }
          }
        }
        return Cell(source: source, isPadded: isPadded)
      }
      try body(output, cells)
    }
  }
}
