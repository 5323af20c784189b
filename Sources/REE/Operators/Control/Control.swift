extension OperatorCatalogue {
  static let control: [Operator] = [
    Operator(
      "If", .exact,
      values: { call in
        try call.runGraph(try call.flag(0) ? "then_branch" : "else_branch", [])
      }),
    Operator("Loop", .exact, values: { try $0.loop() }),
    Operator("Scan", opsets: 9...28, .exact, values: { try $0.scan() }),
    Operator("Scan", opsets: 8...8, .exact, values: { try $0.batchedScan() }),
  ]
}

extension Call {
  /// Trip count and condition decide together; both may be missing. What the body gives beyond its
  /// state is gathered along a new first axis.
  fileprivate func loop() throws -> [Value?] {
    let tripCount = has(0) ? try int(0) : Int.max
    var goesOn = has(1) ? try flag(1) : true
    let body = try graph("body")
    let stateCount = inputs.count - 2
    guard stateCount >= 0, body.outputs.count > stateCount else {
      throw OperatorError.subgraph("body", expected: stateCount + 1, found: body.outputs.count)
    }
    var state = try (0..<stateCount).map { try value($0 + 2) }
    var scans = [[Tensor]](repeating: [], count: body.outputs.count - 1 - stateCount)
    var iteration = 0
    while goesOn, iteration < tripCount {
      let results = try runGraph(
        "body",
        [
          .tensor(try make([], [Int64(iteration)])),
          .tensor(try Tensor([], [1 as UInt8], as: .bool)),
        ] + state)
      guard case .tensor(let condition) = results[0], condition.elementType == .bool,
        condition.count == 1
      else { throw OperatorError.wrongKind(input: 1) }
      goesOn = condition.elements(UInt8.self)[0] != 0
      state = Array(results[1...stateCount])
      for (index, result) in results[(stateCount + 1)...].enumerated() {
        guard case .tensor(let tensor) = result else { throw OperatorError.wrongKind(input: 0) }
        scans[index].append(tensor)
      }
      iteration += 1
    }
    return try state + scans.map { .tensor(try stack($0, axis: 0)) }
  }

  /// Tensors of one shape along a new axis. No tensors: an empty one.
  func stack(_ tensors: [Tensor], axis: Int) throws -> Tensor {
    guard let first = tensors.first else { return try make([0], [Float]()) }
    let place = try axis.axis(rank: first.rank + 1)
    return try concatenate(
      try tensors.map { tensor in
        guard tensor.rank == first.rank else {
          throw OperatorError.shapesDiffer(first.shape, tensor.shape)
        }
        return try tensor.reshaped(tensor.shape[..<place] + [1] + tensor.shape[place...])
      }, axis: place)
  }

  fileprivate func scan() throws -> [Value?] {
    let count = try required("num_scan_inputs")
    let stateCount = inputs.count - count
    guard count > 0, stateCount >= 0 else { throw OperatorError.attributeValue("num_scan_inputs") }
    return try scan(
      state: try (0..<stateCount).map { try value($0) },
      over: try (stateCount..<inputs.count).map { try tensor($0) }, stateCount: stateCount,
      inputAxes: try ints("scan_input_axes"), outputAxes: try ints("scan_output_axes"),
      inputDirections: try ints("scan_input_directions"),
      outputDirections: try ints("scan_output_directions"))
  }

  private func scan(
    state: [Value], over sources: [Tensor], stateCount: Int, inputAxes: [Int]?,
    outputAxes: [Int]?, inputDirections: [Int]?, outputDirections: [Int]?
  ) throws -> [Value?] {
    let body = try graph("body")
    guard body.outputs.count >= stateCount else {
      throw OperatorError.subgraph("body", expected: stateCount, found: body.outputs.count)
    }
    func entry(_ list: [Int]?, _ index: Int) -> Int {
      list.map { index < $0.count ? $0[index] : 0 } ?? 0
    }
    let axes = try sources.enumerated().map { index, source in
      try entry(inputAxes, index).axis(rank: source.rank)
    }
    let length = sources[0].shape[axes[0]]
    for (source, axis) in Swift.zip(sources, axes) where source.shape[axis] != length {
      throw OperatorError.shapesDiffer(sources[0].shape, source.shape)
    }
    var state = state
    var scans = [[Tensor]](repeating: [], count: body.outputs.count - stateCount)
    for step in 0..<length {
      let slices = try sources.enumerated().map { index, source -> Value in
        let place = entry(inputDirections, index) == 0 ? step : length - 1 - step
        var shape = source.shape
        shape.remove(at: axes[index])
        return .tensor(
          try part(source, axis: axes[index], from: place, count: 1).reshaped(shape))
      }
      let results = try runGraph("body", state + slices)
      state = Array(results[..<stateCount])
      for (index, result) in results[stateCount...].enumerated() {
        guard case .tensor(let tensor) = result else { throw OperatorError.wrongKind(input: 0) }
        scans[index].append(tensor)
      }
    }
    return try state
      + scans.enumerated().map { index, tensors in
        let ordered = entry(outputDirections, index) == 0 ? tensors : tensors.reversed()
        return .tensor(try stack(ordered, axis: entry(outputAxes, index)))
      }
  }

  // Version 8 had a batch axis in front of everything and an optional first input of lengths.
  fileprivate func batchedScan() throws -> [Value?] {
    let count = try required("num_scan_inputs")
    let stateCount = inputs.count - 1 - count
    guard count > 0, stateCount >= 0 else { throw OperatorError.attributeValue("num_scan_inputs") }
    let sources = try (1..<inputs.count).map { try tensor($0) }
    guard !has(0) else { throw OperatorError.unsupported("a length for each sequence") }
    guard let batches = sources[0].shape.first, sources.allSatisfy({ $0.shape.first == batches })
    else { throw OperatorError.shape(input: 1, sources[0].shape) }
    func row(_ x: Tensor, _ batch: Int) throws -> Tensor {
      try part(x, axis: 0, from: batch, count: 1).reshaped(Array(x.shape[1...]))
    }
    var outputs: [[Tensor]] = []
    for batch in 0..<batches {
      let results = try scan(
        state: try sources[..<stateCount].map { .tensor(try row($0, batch)) },
        over: try sources[stateCount...].map { try row($0, batch) }, stateCount: stateCount,
        inputAxes: nil, outputAxes: nil, inputDirections: try ints("directions"),
        outputDirections: nil)
      outputs.append(
        try results.map { value in
          guard let tensor = value?.tensor else { throw OperatorError.wrongKind(input: 0) }
          return tensor
        })
    }
    return try (0..<(outputs.first?.count ?? 0)).map { index in
      .tensor(try stack(outputs.map { $0[index] }, axis: 0))
    }
  }
}
