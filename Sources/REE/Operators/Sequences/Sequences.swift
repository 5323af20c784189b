extension OperatorCatalogue {
  static let sequences: [Operator] = [
    Operator("SequenceEmpty", opsets: 11...28, .exact, values: { _ in [.sequence([])] }),
    Operator(
      "SequenceConstruct", opsets: 11...28, .exact,
      values: { call in
        [.sequence(try call.tensors().map { .tensor($0) })]
      }),
    Operator(
      "SequenceAt", opsets: 11...28, .exact,
      values: { call in
        let values = try call.sequence(0)
        return [values[try call.int(1).position(in: values.count)]]
      }),
    Operator("SequenceLength", opsets: 11...28, .exact) { call in
      try call.make([], [Int64(try call.sequence(0).count)])
    },
    Operator(
      "SequenceInsert", opsets: 11...28, .exact,
      values: { call in
        var values = try call.sequence(0)
        let place =
          call.has(2) ? try call.int(2).position(in: values.count + 1, end: true) : values.count
        values.insert(try call.value(1), at: place)
        return [.sequence(values)]
      }),
    Operator(
      "SequenceErase", opsets: 11...28, .exact,
      values: { call in
        var values = try call.sequence(0)
        guard !values.isEmpty else { throw OperatorError.emptySequence }
        values.remove(
          at: call.has(1) ? try call.int(1).position(in: values.count) : values.count - 1)
        return [.sequence(values)]
      }),
    Operator("SplitToSequence", opsets: 11...28, .exact, values: { try $0.splitToSequence() }),
    Operator("ConcatFromSequence", opsets: 11...28, .exact) { call in
      let tensors = try call.sequence(0).map { value in
        guard let tensor = value.tensor else { throw OperatorError.wrongKind(input: 0) }
        return tensor
      }
      guard let first = tensors.first else { throw OperatorError.emptySequence }
      let axis = try call.required("axis")
      if try call.flag("new_axis") { return try call.stack(tensors, axis: axis) }
      return try call.concatenate(tensors, axis: try axis.axis(rank: first.rank))
    },
    Operator(
      "SequenceMap", opsets: 17...28, .exact,
      values: { call in
        let values = try call.sequence(0)
        var results: [[Value]] = []
        for (index, value) in values.enumerated() {
          let others = try (1..<max(call.inputs.count, 1)).map { input in
            let other = try call.value(input)
            guard case .sequence(let elements) = other else { return other }
            return elements[try index.position(in: elements.count)]
          }
          results.append(try call.runGraph("body", [value] + others))
        }
        return (0..<call.outputCount).map { output in .sequence(results.map { $0[output] }) }
      }),
    Operator(
      "Optional", opsets: 15...28, .exact,
      values: { call in
        [.optional(call.has(0) ? try call.value(0) : nil)]
      }),
    Operator("OptionalHasElement", opsets: 15...28, .exact) { call in
      let hasElement =
        switch call.has(0) ? try call.value(0) : .optional(nil) {
        case .optional(let value): value != nil
        default: true
        }
      return try Tensor([], [hasElement ? 1 : 0 as UInt8], as: .bool)
    },
    Operator(
      "OptionalGetElement", opsets: 15...28, .exact,
      values: { call in
        guard case .optional(let value) = try call.value(0) else { return [try call.value(0)] }
        guard let value else { throw OperatorError.emptyOptional }
        return [value]
      }),
  ]
}

extension Int {
  /// A place between elements, which may be behind the last one.
  fileprivate func position(in places: Int, end: Bool) throws -> Int {
    // -1 stands before the last element, not behind it.
    let count = places - 1
    guard self >= -count, self <= count else { throw OperatorError.index(self, size: count) }
    return self < 0 ? self + count : self
  }
}

extension Call {
  fileprivate func splitToSequence() throws -> [Value?] {
    let x = try tensor(0)
    let axis = try int("axis", default: 0).axis(rank: x.rank)
    let size = x.shape[axis]
    var sizes: [Int]
    if let split = try optionalTensor(1) {
      let numbers = try ints(1)
      if split.rank == 0 {
        guard numbers[0] > 0 else { throw OperatorError.inputValue(1) }
        sizes = stride(from: 0, to: size, by: numbers[0]).map { min(numbers[0], size - $0) }
      } else {
        sizes = numbers
      }
    } else {
      sizes = [Int](repeating: 1, count: size)
    }
    guard sizes.allSatisfy({ $0 >= 0 && $0 <= size }), sizes.reduce(0, &+) == size else {
      throw OperatorError.inputValue(1)
    }
    let dropsAxis = try !has(1) && !flag("keepdims", default: true)
    var start = 0
    return [
      .sequence(
        try sizes.map { count in
          defer { start += count }
          let piece = try part(x, axis: axis, from: start, count: count)
          guard dropsAxis else { return .tensor(piece) }
          var shape = piece.shape
          shape.remove(at: axis)
          return .tensor(try piece.reshaped(shape))
        })
    ]
  }
}
