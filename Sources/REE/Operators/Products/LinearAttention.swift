/// Attention with a state of fixed size: each position changes the state, and its query reads it.
private struct LinearAttention {
  let query: Tensor
  let key: Tensor
  let value: Tensor
  let decay: Tensor?
  let beta: Tensor?
  let past: Tensor?
  let scale: Float
  let call: Call

  func run() throws -> [Value?] {
    let (batches, heads, length, depth) = (
      query.shape[0], query.shape[1], query.shape[2], query.shape[3]
    )
    let (stateHeads, width) = (key.shape[1], value.shape[3])
    let result = try call.make(Float.self, [batches, heads, length, width])
    let state = try call.make(Float.self, [batches, stateHeads, depth, width])
    if let past {
      let old = past.elements(Float.self)
      for index in old.indices { state[index] = old[index] }
    }
    let (q, k, v) = (
      query.elements(Float.self), key.elements(Float.self), value.elements(Float.self)
    )
    let (decays, betas) = (decay?.elements(Float.self), beta?.elements(Float.self))
    for batch in 0..<batches {
      for head in 0..<stateHeads {
        let block = batch * stateHeads + head
        for step in 0..<length {
          let row = block * length + step
          if let decay, let decays {
            let perHead = decay.shape[2] / stateHeads
            for place in 0..<depth {
              let index =
                ((batch * length + step) * stateHeads + head) * perHead
                + (perHead == 1 ? 0 : place)
              let factor = Float.exp(decays[index])
              for column in 0..<width { state[(block * depth + place) * width + column] *= factor }
            }
          }
          var update = (0..<width).map { v[row * width + $0] }
          if let beta, let betas {
            let count = beta.shape[2]
            let factor = betas[(batch * length + step) * count + (count == 1 ? 0 : head)]
            for column in 0..<width {
              let known = BlockSum.dot(
                depth, { state[(block * depth + $0) * width + column] }, { k[row * depth + $0] })
              update[column] = factor * (update[column] - known)
            }
          }
          for place in 0..<depth {
            for column in 0..<width {
              let index = (block * depth + place) * width + column
              state[index] = state[index].addingProduct(k[row * depth + place], update[column])
            }
          }
          let group = heads / stateHeads
          for reader in head * group..<(head + 1) * group {
            let target = (batch * heads + reader) * length + step
            for column in 0..<width {
              result[target * width + column] =
                scale
                * BlockSum.dot(
                  depth, { q[target * depth + $0] },
                  { state[(block * depth + $0) * width + column] })
            }
          }
        }
      }
    }
    let output = try result.tensor.transposed([0, 2, 1, 3], budget: call.budget)
      .reshaped([batches, length, heads * width])
    return [.tensor(output), .tensor(state.tensor)]
  }
}

extension Call {
  func linearAttention() throws -> [Value?] {
    let rule = try string("update_rule", default: "gated_delta")
    guard ["linear", "gated", "delta", "gated_delta"].contains(rule) else {
      throw OperatorError.attributeValue("update_rule")
    }
    let (queryHeads, stateHeads) = (try required("q_num_heads"), try required("kv_num_heads"))
    guard stateHeads > 0, queryHeads > 0, queryHeads % stateHeads == 0 else {
      throw OperatorError.attributeValue("kv_num_heads")
    }
    let query = try heads(try tensor(0), queryHeads, input: 0)
    let key = try heads(try tensor(1), stateHeads, input: 1)
    let value = try heads(try tensor(2), stateHeads, input: 2)
    for (index, tensor) in try tensors(upTo: 6).enumerated() {
      guard let tensor, tensor.elementType != .float32 else { continue }
      throw OperatorError.wrongType(input: index, tensor.elementType)
    }
    let (batches, length) = (query.shape[0], query.shape[2])
    guard key.shape == [batches, stateHeads, length, query.shape[3]],
      value.shape[..<3] == key.shape[..<3]
    else { throw OperatorError.shapesDiffer(query.shape, key.shape) }
    let (decay, beta) = (
      rule.hasPrefix("gated") ? try tensor(4) : nil, rule.hasSuffix("delta") ? try tensor(5) : nil
    )
    if let decay {
      guard decay.rank == 3, Array(decay.shape[..<2]) == [batches, length],
        decay.shape[2] == stateHeads || decay.shape[2] == stateHeads * key.shape[3]
      else { throw OperatorError.shape(input: 4, decay.shape) }
    }
    if let beta {
      guard beta.rank == 3, Array(beta.shape[..<2]) == [batches, length],
        beta.shape[2] == stateHeads || beta.shape[2] == 1
      else { throw OperatorError.shape(input: 5, beta.shape) }
    }
    let past = try optionalTensor(3)
    if let past, past.shape != [batches, stateHeads, key.shape[3], value.shape[3]] {
      throw OperatorError.shape(input: 3, past.shape)
    }
    let given = try float("scale", default: 0)
    return try LinearAttention(
      query: query, key: key, value: value, decay: decay, beta: beta, past: past,
      scale: given == 0 ? 1 / Float(query.shape[3]).squareRoot() : given, call: self
    ).run()
  }

  private func tensors(upTo count: Int) throws -> [Tensor?] {
    try (0..<count).map { try optionalTensor($0) }
  }

  /// A convolution along the last axis, channel by channel, that goes on from where it was left.
  func causalConvolution() throws -> [Value?] {
    let (x, weights) = (try tensor(0), try tensor(1))
    guard x.rank == 3, weights.rank == 3, weights.shape[0] == x.shape[1], weights.shape[1] == 1,
      weights.shape[2] > 0
    else { throw OperatorError.shapesDiffer(x.shape, weights.shape) }
    let reach = weights.shape[2] - 1
    let past =
      try optionalTensor(3) ?? mover(x.elementType, [x.shape[0], x.shape[1], reach]).tensor
    guard past.shape == [x.shape[0], x.shape[1], reach] else {
      throw OperatorError.shape(input: 3, past.shape)
    }
    let padded = try concatenate([past, x], axis: 2)
    guard x.elementType == weights.elementType,
      let convolved = try x.elementType.visit(
        DepthwiseConvolution(x: padded, weights: weights, length: x.shape[2], call: self))
    else { throw OperatorError.typesDiffer(x.elementType, weights.elementType) }
    var result = try addBias(convolved, try optionalTensor(2))
    switch try string("activation", default: "none") {
    case "none": break
    case "silu", "swish":
      var activation = self
      activation.inputs = [.tensor(result)]
      result = try activation.map(Activation.swish(1))
    default: throw OperatorError.attributeValue("activation")
    }
    let present = try part(padded, axis: 2, from: x.shape[2], count: reach)
    return [.tensor(result), .tensor(present)]
  }
}

private struct DepthwiseConvolution: RealVisitor {
  let x: Tensor
  let weights: Tensor
  let length: Int
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> Tensor {
    let channels = x.shape[1]
    let size = weights.shape[2]
    let result = try call.make(T.self, [x.shape[0], channels, length])
    let (values, kernel) = (x.elements(T.self), weights.elements(T.self))
    for index in 0..<result.count {
      let (row, place) = (index / length, index % length)
      result[index] = BlockSum.dot(
        size, { values[row * x.shape[2] + place + $0] },
        { kernel[row % channels * size + $0] })
    }
    return result.tensor
  }
}
