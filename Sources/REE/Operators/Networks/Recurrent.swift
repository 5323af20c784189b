/// What RNN, GRU and LSTM have in common: gates over time, in one or both directions.
struct Recurrent: RealVisitor {
  enum Cell {
    case plain
    case gru(resetsAfter: Bool)
    case lstm(couplesGates: Bool)

    var gateCount: Int {
      switch self {
      case .plain: 1
      case .gru: 3
      case .lstm: 4
      }
    }

    var activations: [String] {
      switch self {
      case .plain: ["Tanh"]
      case .gru: ["Sigmoid", "Tanh"]
      case .lstm: ["Sigmoid", "Tanh", "Tanh"]
      }
    }
  }

  let cell: Cell
  /// (time, batch, input).
  let x: Tensor
  let weights: Tensor
  let recurrence: Tensor
  let bias: Tensor?
  let lengths: [Int]
  /// (direction, batch, hidden).
  let hidden: Tensor?
  let memory: Tensor?
  let peepholes: Tensor?
  let isReversed: [Bool]
  let activations: [[Activation]]
  let clip: Float?
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> (all: Tensor, hidden: Tensor, memory: Tensor) {
    let (steps, batches) = (x.shape[0], x.shape[1])
    let (directions, size) = (weights.shape[0], recurrence.shape[2])
    let all = try call.make(T.self, [steps, directions, batches, size])
    let lastHidden = try call.make(T.self, [directions, batches, size])
    let lastMemory = try call.make(T.self, [directions, batches, size])
    for direction in 0..<directions {
      let gates = Gates<T>(self, direction)
      for batch in 0..<batches {
        let place = (direction * batches + batch) * size
        var state = (0..<size).map { hidden?.elements(T.self)[place + $0] ?? 0 }
        var carry = (0..<size).map { memory?.elements(T.self)[place + $0] ?? 0 }
        for step in 0..<lengths[batch] {
          let time = isReversed[direction] ? lengths[batch] - 1 - step : step
          gates.advance(&state, &carry, at: (time * batches + batch) * x.shape[2])
          for index in 0..<size {
            all[((time * directions + direction) * batches + batch) * size + index] = state[index]
          }
        }
        for index in 0..<size {
          lastHidden[place + index] = state[index]
          lastMemory[place + index] = carry[index]
        }
      }
    }
    return (all.tensor, lastHidden.tensor, lastMemory.tensor)
  }

  /// The arithmetic of one direction: (x . W) + (h . R), then the biases in the order W, R.
  private struct Gates<T: Real> {
    let cell: Cell
    let size: Int
    let inputSize: Int
    let x: Elements<T>
    let weights: Elements<T>
    let recurrence: Elements<T>
    let bias: Elements<T>?
    let peepholes: Elements<T>?
    let activations: [Activation]
    let clip: T?
    let direction: Int

    init(_ network: Recurrent, _ direction: Int) {
      cell = network.cell
      size = network.recurrence.shape[2]
      inputSize = network.x.shape[2]
      x = network.x.elements(T.self)
      weights = network.weights.elements(T.self)
      recurrence = network.recurrence.elements(T.self)
      bias = network.bias?.elements(T.self)
      peepholes = network.peepholes?.elements(T.self)
      activations = network.activations[direction]
      clip = network.clip.map { T($0) }
      self.direction = direction
    }

    func row(_ gate: Int, _ unit: Int) -> Int {
      (direction * cell.gateCount + gate) * size + unit
    }

    func input(_ gate: Int, _ unit: Int, _ start: Int) -> T {
      let row = row(gate, unit) * inputSize
      return BlockSum.dot(inputSize, { x[start + $0] }, { weights[row + $0] })
    }

    func recurrent(_ gate: Int, _ unit: Int, _ state: [T]) -> T {
      let row = row(gate, unit) * size
      return BlockSum.dot(size, { state[$0] }, { recurrence[row + $0] })
    }

    /// - Parameter isRecurrent: The second half of the biases belongs to the recurrence.
    func bias(_ gate: Int, _ unit: Int, isRecurrent: Bool) -> T {
      guard let bias else { return 0 }
      let half = cell.gateCount * size
      return bias[direction * 2 * half + (isRecurrent ? half : 0) + gate * size + unit]
    }

    func activate(_ index: Int, _ value: T) -> T {
      guard let clip else { return activations[index].apply(value) }
      return activations[index].apply(T.clamp(value, -clip, clip))
    }

    func sum(_ gate: Int, _ unit: Int, _ state: [T], _ start: Int) -> T {
      input(gate, unit, start) + recurrent(gate, unit, state)
        + bias(gate, unit, isRecurrent: false) + bias(gate, unit, isRecurrent: true)
    }

    func advance(_ state: inout [T], _ carry: inout [T], at start: Int) {
      let old = state
      switch cell {
      case .plain:
        for unit in 0..<size { state[unit] = activate(0, sum(0, unit, old, start)) }
      case .gru(let resetsAfter):
        let update = (0..<size).map { activate(0, sum(0, $0, old, start)) }
        let reset = (0..<size).map { activate(0, sum(1, $0, old, start)) }
        let remaining = (0..<size).map { reset[$0] * old[$0] }
        for unit in 0..<size {
          let candidate: T
          if resetsAfter {
            let inner = recurrent(2, unit, old) + bias(2, unit, isRecurrent: true)
            candidate =
              input(2, unit, start) + reset[unit] * inner + bias(2, unit, isRecurrent: false)
          } else {
            candidate = sum(2, unit, remaining, start)
          }
          state[unit] = (1 - update[unit]) * activate(1, candidate) + update[unit] * old[unit]
        }
      case .lstm(let couplesGates):
        let oldCarry = carry
        func peek(_ index: Int, _ unit: Int, _ values: [T]) -> T {
          peepholes.map { $0[(direction * 3 + index) * size + unit] * values[unit] } ?? 0
        }
        for unit in 0..<size {
          let enter = activate(0, sum(0, unit, old, start) + peek(0, unit, oldCarry))
          let keep =
            couplesGates
            ? 1 - enter : activate(0, sum(2, unit, old, start) + peek(2, unit, oldCarry))
          carry[unit] =
            keep * oldCarry[unit] + enter * activate(1, sum(3, unit, old, start))
        }
        for unit in 0..<size {
          let leave = activate(0, sum(1, unit, old, start) + peek(1, unit, carry))
          state[unit] = leave * activations[2].apply(carry[unit])
        }
      }
    }
  }
}

extension Call {
  fileprivate func recurrent(_ cell: Recurrent.Cell) throws -> [Value?] {
    let isBatchFirst = try flag("layout")
    var x = try tensor(0)
    guard x.rank == 3 else { throw OperatorError.rank(input: 0, found: x.rank, accepted: 3...3) }
    if isBatchFirst { x = try x.transposed([1, 0, 2], budget: budget) }
    let (steps, batches, inputSize) = (x.shape[0], x.shape[1], x.shape[2])
    let isReversed: [Bool]
    switch try string("direction", default: "forward") {
    case "forward": isReversed = [false]
    case "reverse": isReversed = [true]
    case "bidirectional": isReversed = [false, true]
    default: throw OperatorError.attributeValue("direction")
    }
    let (weights, recurrence) = (try tensor(1), try tensor(2))
    guard recurrence.rank == 3, let size = recurrence.shape.last else {
      throw OperatorError.rank(input: 2, found: recurrence.rank, accepted: 3...3)
    }
    let (directions, rows) = (isReversed.count, cell.gateCount &* size)
    func check(_ index: Int, _ shape: [Int]) throws -> Tensor? {
      guard let tensor = try optionalTensor(index) else { return nil }
      guard tensor.elementType == x.elementType else {
        throw OperatorError.typesDiffer(x.elementType, tensor.elementType)
      }
      guard tensor.shape == shape else { throw OperatorError.shape(input: index, tensor.shape) }
      return tensor
    }
    _ = try check(1, [directions, rows, inputSize])
    _ = try check(2, [directions, rows, size])
    let bias = try check(3, [directions, rows &* 2])
    let lengths = try optionalInts(4) ?? [Int](repeating: steps, count: batches)
    guard lengths.count == batches, lengths.allSatisfy({ $0 >= 0 && $0 <= steps }) else {
      throw OperatorError.inputValue(4)
    }
    func state(_ index: Int) throws -> Tensor? {
      guard isBatchFirst else { return try check(index, [directions, batches, size]) }
      return try check(index, [batches, directions, size])?.transposed([1, 0, 2], budget: budget)
    }
    var hasMemory = false
    if case .lstm = cell { hasMemory = true }
    let network = Recurrent(
      cell: cell, x: x, weights: weights, recurrence: recurrence, bias: bias, lengths: lengths,
      hidden: try state(5), memory: hasMemory ? try state(6) : nil,
      peepholes: hasMemory ? try check(7, [directions, 3 * size]) : nil, isReversed: isReversed,
      activations: try activations(cell, directions), clip: try float("clip"), call: self)
    guard let result = try x.elementType.visit(network) else {
      throw OperatorError.wrongType(input: 0, x.elementType)
    }
    func arranged(_ tensor: Tensor) throws -> Value {
      .tensor(isBatchFirst ? try tensor.transposed([1, 0, 2], budget: budget) : tensor)
    }
    let all = isBatchFirst ? try result.all.transposed([2, 0, 1, 3], budget: budget) : result.all
    return [.tensor(all), try arranged(result.hidden), try arranged(result.memory)]
  }

  /// The functions of each direction; those with parameters take them from the lists in turn.
  private func activations(_ cell: Recurrent.Cell, _ directions: Int) throws -> [[Activation]] {
    let perDirection = cell.activations.count
    let names =
      try strings("activations") ?? (0..<directions).flatMap { _ in cell.activations }
    guard names.count == perDirection * directions else {
      throw OperatorError.attributeValue("activations")
    }
    var (alphas, betas) = (
      try floats("activation_alpha")?[...] ?? [], try floats("activation_beta")?[...] ?? []
    )
    let all = try names.map { name -> Activation in
      func alpha(_ value: Float) -> Float { alphas.popFirst() ?? value }
      func beta(_ value: Float) -> Float { betas.popFirst() ?? value }
      switch name.lowercased() {
      case "sigmoid": return .sigmoid
      case "tanh": return .tanh
      case "relu": return .rectifier
      case "softsign": return .softsign
      case "softplus": return .softplus
      case "affine": return .affine(alpha: alpha(1), beta: beta(0))
      case "leakyrelu": return .leaky(alpha(0.01))
      case "thresholdedrelu": return .thresholded(alpha(1))
      case "scaledtanh": return .scaledTanh(alpha: alpha(1), beta: beta(1))
      case "hardsigmoid": return .hardSigmoid(alpha: alpha(0.2), beta: beta(0.5))
      case "elu": return .elu(alpha(1))
      default: throw OperatorError.attributeValue("activations")
      }
    }
    return (0..<directions).map {
      Array(all[$0 * perDirection..<($0 + 1) * perDirection])
    }
  }
}

extension OperatorCatalogue {
  static let recurrent: [Operator] = [
    Operator("RNN", opsets: 7...28, values: { Array(try $0.recurrent(.plain)[..<2]) }),
    Operator(
      "GRU", opsets: 7...28,
      values: { call in
        Array(
          try call.recurrent(.gru(resetsAfter: try call.flag("linear_before_reset")))[..<2])
      }),
    Operator(
      "LSTM", opsets: 7...28,
      values: { call in
        try call.recurrent(.lstm(couplesGates: try call.flag("input_forget")))
      }),
  ]
}
