extension ShapeInference {
  /// The operators that have a rule of their own.
  static let special: [String: Rule] = [
    "Reshape": { call, inputs in
      let x = try known(inputs, 0)
      return [x.reshaped(try call.reshapedShape(of: x.shape))]
    },
    "Flatten": { call, inputs in
      let x = try known(inputs, 0)
      let axis = try call.int("axis", default: 1)
      let split = axis < 0 ? axis + x.shape.count : axis
      guard split >= 0, split <= x.shape.count else {
        throw OperatorError.axis(axis, rank: x.shape.count)
      }
      return [x.reshaped([x.shape[..<split].reduce(1, *), x.shape[split...].reduce(1, *)])]
    },
    "Squeeze": { call, inputs in
      let x = try known(inputs, 0)
      let given = try call.opset < 13 ? call.ints("axes") : call.optionalInts(1)
      if given == nil, call.node.inputs.count > 1 { throw OperatorError.missingInput(1) }
      let axes =
        try given?.axes(rank: x.shape.count) ?? x.shape.indices.filter { x.shape[$0] == 1 }
      return [x.reshaped(x.shape.indices.filter { !axes.contains($0) }.map { x.shape[$0] })]
    },
    "Unsqueeze": { call, inputs in
      let x = try known(inputs, 0)
      guard let given = try call.opset < 13 ? call.ints("axes") : call.ints(1) else {
        throw OperatorError.missingAttribute("axes")
      }
      let rank = x.shape.count + given.count
      let axes = Set(try given.axes(rank: rank))
      var sizes = x.shape[...]
      return [x.reshaped((0..<rank).map { axes.contains($0) ? 1 : sizes.removeFirst() })]
    },
    "Transpose": { call, inputs in
      let x = try known(inputs, 0)
      let order = try (call.ints("perm") ?? x.shape.indices.reversed()).axes(rank: x.shape.count)
      return [x.reshaped(order.map { x.shape[$0] })]
    },
    "Concat": { call, inputs in
      let all = try inputs.indices.map { try known(inputs, $0) }
      var shape = try known(inputs, 0).shape
      let axis = try call.required("axis").axis(rank: shape.count)
      guard all.allSatisfy({ $0.shape.count == shape.count }) else {
        throw OperatorError.attributeValue("axis")
      }
      shape[axis] = all.reduce(0) { $0 + $1.shape[axis] }
      return [all[0].reshaped(shape)]
    },
    "Split": { call, inputs in
      let x = try known(inputs, 0)
      let axis = try call.int("axis", default: 0).axis(rank: x.shape.count)
      if call.opset >= 13, call.node.inputs.count > 1, !call.has(1) {
        throw OperatorError.missingInput(1)
      }
      let given = try call.opset < 13 ? call.ints("split") : call.optionalInts(1)
      let step = (x.shape[axis] + call.outputCount - 1) / max(call.outputCount, 1)
      return (0..<call.outputCount).map { index in
        var shape = x.shape
        shape[axis] =
          given.map { index < $0.count ? $0[index] : 0 }
          ?? min(step, max(x.shape[axis] - index * step, 0))
        return x.reshaped(shape)
      }
    },
    "Slice": { call, inputs in
      let x = try known(inputs, 0)
      for index in call.node.inputs.indices.dropFirst()
      where call.node.inputs[index] != nil && !call.has(index) {
        throw OperatorError.missingInput(index)
      }
      return [x.reshaped(try call.sliceGeometry(of: x.shape).shape)]
    },
    "Gather": { call, inputs in
      let (x, indices) = (try known(inputs, 0), try known(inputs, 1))
      let axis = try call.int("axis", default: 0).axis(rank: x.shape.count)
      return [
        x.reshaped(Array(x.shape[..<axis] + indices.shape + x.shape[(axis + 1)...]))
      ]
    },
    "GatherElements": { _, inputs in
      [try known(inputs, 0).reshaped(try known(inputs, 1).shape)]
    },
    "Expand": { call, inputs in
      let x = try known(inputs, 0)
      return [x.reshaped(try Broadcast.shape([x.shape, try call.ints(1)]))]
    },
    "Where": { _, inputs in
      let shapes = try (0..<3).map { try known(inputs, $0).shape }
      return [try known(inputs, 1).reshaped(try Broadcast.shape(shapes))]
    },
    "ConstantOfShape": { call, _ in
      let type = try call.tensor("value")?.elementType ?? .float32
      return [KnownValue(elementType: type, shape: try call.ints(0))]
    },
    "Cast": { call, inputs in
      guard let type = try call.elementType("to") else {
        throw OperatorError.missingAttribute("to")
      }
      return [KnownValue(elementType: type, shape: try known(inputs, 0).shape)]
    },
    "CastLike": { _, inputs in
      [
        KnownValue(
          elementType: try known(inputs, 1).elementType, shape: try known(inputs, 0).shape)
      ]
    },
    "Pad": { call, inputs in
      let x = try known(inputs, 0)
      guard let pads = try call.opset < 11 ? call.ints("pads") : call.ints(1),
        call.node.inputs.count < 4
      else { throw OperatorError.missingAttribute("pads") }
      let rank = x.shape.count
      guard pads.count == rank * 2 else { throw OperatorError.inputValue(1) }
      return [x.reshaped((0..<rank).map { x.shape[$0] &+ pads[$0] &+ pads[rank + $0] })]
    },
    "MatMul": { _, inputs in
      let (a, b) = (try known(inputs, 0), try known(inputs, 1))
      let left = a.shape.count == 1 ? [1] + a.shape : a.shape
      let right = b.shape.count == 1 ? b.shape + [1] : b.shape
      guard left.count >= 2, right.count >= 2 else {
        throw OperatorError.shapesDiffer(a.shape, b.shape)
      }
      let batch = try Broadcast.shape([Array(left.dropLast(2)), Array(right.dropLast(2))])
      return [
        a.reshaped(
          batch + (a.shape.count == 1 ? [] : [left[left.count - 2]])
            + (b.shape.count == 1 ? [] : [right[right.count - 1]]))
      ]
    },
    "Gemm": { call, inputs in
      let (a, b) = (try known(inputs, 0), try known(inputs, 1))
      guard a.shape.count == 2, b.shape.count == 2 else {
        throw OperatorError.shapesDiffer(a.shape, b.shape)
      }
      return [
        a.reshaped([
          a.shape[try call.flag("transA") ? 1 : 0], b.shape[try call.flag("transB") ? 0 : 1],
        ])
      ]
    },
    "Conv": { call, inputs in
      let (x, weights) = (try known(inputs, 0), try known(inputs, 1))
      guard x.shape.count >= 3, weights.shape.count == x.shape.count else {
        throw OperatorError.shapesDiffer(x.shape, weights.shape)
      }
      let window = try Window(
        call, inputShape: Array(x.shape[2...]), kernel: Array(weights.shape[2...]))
      return [x.reshaped([x.shape[0], weights.shape[0]] + window.outputShape)]
    },
    "MaxPool": { call, inputs in
      let shape = try pooled(call, inputs)
      return [shape, KnownValue(elementType: .int64, shape: shape.shape)]
    },
    "AveragePool": { call, inputs in [try pooled(call, inputs)] },
    "LpPool": { call, inputs in [try pooled(call, inputs)] },
    "GlobalAveragePool": { _, inputs in [try globallyPooled(inputs)] },
    "GlobalMaxPool": { _, inputs in [try globallyPooled(inputs)] },
    "ArgMax": { call, inputs in [try chosen(call, inputs)] },
    "ArgMin": { call, inputs in [try chosen(call, inputs)] },
  ]

  private static func pooled(_ call: Call, _ inputs: [KnownValue?]) throws -> KnownValue {
    let x = try known(inputs, 0)
    guard x.shape.count >= 3, let kernel = try call.ints("kernel_shape") else {
      throw OperatorError.missingAttribute("kernel_shape")
    }
    let window = try Window(
      call, inputShape: Array(x.shape[2...]), kernel: kernel,
      roundsUp: try call.flag("ceil_mode"))
    return x.reshaped(Array(x.shape[..<2]) + window.outputShape)
  }

  private static func globallyPooled(_ inputs: [KnownValue?]) throws -> KnownValue {
    let x = try known(inputs, 0)
    return x.reshaped(x.shape.enumerated().map { $0 < 2 ? $1 : 1 })
  }

  private static func chosen(_ call: Call, _ inputs: [KnownValue?]) throws -> KnownValue {
    let x = try known(inputs, 0)
    let axis = try call.int("axis", default: 0).axis(rank: x.shape.count)
    var shape = x.shape
    if try call.flag("keepdims", default: true) { shape[axis] = 1 } else { shape.remove(at: axis) }
    return KnownValue(elementType: .int64, shape: shape)
  }
}
