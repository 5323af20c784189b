/// Scaled dot-product attention over (batch, head, position, feature).
///
/// Scores are (q * sqrt(s)) . (k * sqrt(s)) in blocks of 256, then softcap, then the bias; a row of
/// weights is a softmax, and a row without any allowed key is all zeros.
struct Attention: RealVisitor {
  let query: Heads
  let key: Heads
  let value: Heads
  let mask: Tensor?
  /// How many keys of each batch are real.
  let validCounts: [Int]?
  /// How many keys precede the first query, by batch.
  let offsets: [Int]
  let isCausal: Bool
  let leftWindow: Int
  let rightWindow: Int
  let scale: Float?
  let softcap: Float
  /// Which scores the fourth output shows.
  let mode: Int
  let call: Call

  /// A tensor of (batch, head, position, feature), however it is stored.
  struct Heads {
    let tensor: Tensor

    var batches: Int { tensor.shape[0] }
    var heads: Int { tensor.shape[1] }
    var length: Int { tensor.shape[2] }
    var width: Int { tensor.shape[3] }
  }

  func visit<T: Real>(_ type: T.Type) throws -> (Tensor, Tensor) {
    let root = T(scale ?? 1 / Float(query.width).squareRoot()).squareRoot()
    let shape = [query.batches, query.heads, query.length]
    let result = try call.make(T.self, shape + [value.width])
    let shown = try call.make(T.self, shape + [key.length])
    let (q, k, v) = (
      query.tensor.elements(T.self), key.tensor.elements(T.self), value.tensor.elements(T.self)
    )
    let bias = try Bias<T>(mask, [query.batches, query.heads, query.length, key.length])
    let repeats = query.heads / key.heads
    for batch in 0..<query.batches {
      for head in 0..<query.heads {
        let keyHead = batch * key.heads + head / repeats
        for row in 0..<query.length {
          let position = (batch * query.heads + head) * query.length + row
          var scores = (0..<key.length).map { column in
            BlockSum.dot(
              query.width, { q[position * query.width + $0] * root },
              { k[(keyHead * key.length + column) * key.width + $0] * root })
          }
          func show() {
            for (column, score) in scores.enumerated() {
              shown[position * key.length + column] = score
            }
          }
          if mode == 0 { show() }
          if softcap > 0 { scores = scores.map { T.tanh($0 / T(softcap)) * T(softcap) } }
          if mode == 1 { show() }
          let biases = (0..<key.length).map { column in
            isAllowed(batch, row, column) ? bias[batch, head, row, column] : -.infinity
          }
          for column in scores.indices { scores[column] += biases[column] }
          if mode == 2 { show() }
          let isMasked = biases.allSatisfy { $0 == -.infinity }
          scores = isMasked ? scores.map { _ in 0 } : Softmax.weights(scores)
          if mode == 3 { show() }
          for column in 0..<value.width {
            result[position * value.width + column] = BlockSum.dot(
              key.length, { scores[$0] },
              { v[(keyHead * value.length + $0) * value.width + column] })
          }
        }
      }
    }
    return (result.tensor, shown.tensor)
  }

  func isAllowed(_ batch: Int, _ row: Int, _ column: Int) -> Bool {
    if let validCounts, column >= validCounts[batch] { return false }
    let position = row + offsets[batch]
    if isCausal && column > position { return false }
    if leftWindow >= 0 && position - column > leftWindow { return false }
    return rightWindow < 0 || column - position <= rightWindow
  }

  /// What a mask adds to the scores; a boolean one forbids. Keys past its end are forbidden.
  struct Bias<T: Real> {
    let values: [T]
    let strides: [Int]
    let width: Int

    init(_ mask: Tensor?, _ shape: [Int]) throws {
      guard let mask else {
        (values, strides, width) = ([0], [0, 0, 0, 0], .max)
        return
      }
      guard let last = mask.shape.last, last <= shape[3], mask.rank <= 4 else {
        throw OperatorError.shape(input: 3, mask.shape)
      }
      width = last == 1 && shape[3] != 1 ? 1 : last
      strides = try Broadcast.strides(mask.shape, in: Array(shape.dropLast()) + [last])
      if mask.elementType == .bool {
        values = mask.elements(UInt8.self).array().map { $0 == 0 ? -.infinity : 0 }
      } else {
        guard let wide = try mask.cast(to: T.elementType) else {
          throw OperatorError.wrongType(input: 3, mask.elementType)
        }
        values = wide.elements(T.self).array()
      }
    }

    subscript(batch: Int, head: Int, row: Int, column: Int) -> T {
      guard column < width else { return -.infinity }
      return values[
        batch * strides[0] + head * strides[1] + row * strides[2] + column * strides[3]]
    }
  }
}

extension Call {
  /// (batch, position, features) as (batch, head, position, feature).
  func heads(_ x: Tensor, _ count: Int?, input: Int) throws -> Tensor {
    if x.rank == 4 { return x }
    guard x.rank == 3 else {
      throw OperatorError.rank(input: input, found: x.rank, accepted: 3...4)
    }
    guard let count, count > 0, x.shape[2] % count == 0 else {
      throw OperatorError.missingAttribute("num_heads")
    }
    return try x.reshaped([x.shape[0], x.shape[1], count, x.shape[2] / count])
      .transposed([0, 2, 1, 3], budget: budget)
  }

  /// - Parameter compute: Gives the result and the scores that the node shows, if it can.
  func attention(
    _ compute: (Attention, ElementType) throws -> (Tensor, Tensor)?
  ) throws -> [Value?]? {
    let (q, k, v) = (try tensor(0), try tensor(1), try tensor(2))
    for other in [k, v] where other.elementType != q.elementType {
      throw OperatorError.typesDiffer(q.elementType, other.elementType)
    }
    let query = try heads(q, int("q_num_heads"), input: 0)
    var key = try heads(k, int("kv_num_heads"), input: 1)
    var value = try heads(v, int("kv_num_heads"), input: 2)
    let pastLength: Int
    if has(4) || has(5) {
      let (pastKey, pastValue) = (try tensor(4), try tensor(5))
      guard pastKey.rank == 4, pastValue.rank == 4 else {
        throw OperatorError.rank(input: 4, found: pastKey.rank, accepted: 4...4)
      }
      pastLength = pastKey.shape[2]
      key = try concatenate([pastKey, key], axis: 2)
      value = try concatenate([pastValue, value], axis: 2)
    } else {
      pastLength = 0
    }
    let batches = query.shape[0]
    guard key.shape[0] == batches, value.shape[0] == batches, key.shape[3] == query.shape[3],
      key.shape[1] == value.shape[1], key.shape[2] == value.shape[2], key.shape[1] > 0,
      query.shape[1] % key.shape[1] == 0
    else { throw OperatorError.shapesDiffer(query.shape, key.shape) }
    let valid = try optionalInts(6)
    if let valid {
      guard valid.count == batches else { throw OperatorError.shape(input: 6, [valid.count]) }
      guard valid.allSatisfy({ $0 >= 0 && $0 <= Tensor.dimensionMax }) else {
        throw OperatorError.inputValue(6)
      }
    }
    let visitor = Attention(
      query: .init(tensor: query), key: .init(tensor: key), value: .init(tensor: value),
      mask: try optionalTensor(3), validCounts: valid,
      offsets: valid.map { $0.map { $0 &- query.shape[2] } }
        ?? [Int](repeating: pastLength, count: batches),
      isCausal: try flag("is_causal"), leftWindow: try int("left_window_size", default: -1),
      rightWindow: try int("right_window_size", default: -1), scale: try float("scale"),
      softcap: try float("softcap", default: 0),
      mode: try int("qk_matmul_output_mode", default: 0), call: self)
    guard let (result, scores) = try compute(visitor, q.elementType) else { return nil }
    let output =
      q.rank == 4
      ? result
      : try result.transposed([0, 2, 1, 3], budget: budget)
        .reshaped([batches, query.shape[2], query.shape[1] * value.shape[3]])
    return [.tensor(output), .tensor(key), .tensor(value), .tensor(scores)]
  }

  fileprivate func rotaryEmbedding() throws -> Tensor {
    let x = try tensor(0)
    let wide = try heads(x, int("num_heads"), input: 0)
    let (batches, length, width) = (wide.shape[0], wide.shape[2], wide.shape[3])
    let given = try int("rotary_embedding_dim", default: 0)
    let rotated = given == 0 ? width : given
    guard rotated > 0, rotated <= width, rotated % 2 == 0 else {
      throw OperatorError.attributeValue("rotary_embedding_dim")
    }
    let half = rotated / 2
    let (cosines, sines) = (try tensor(1), try tensor(2))
    guard cosines.shape == sines.shape, cosines.shape.last == half,
      cosines.elementType == x.elementType, sines.elementType == x.elementType
    else { throw OperatorError.shapesDiffer(cosines.shape, sines.shape) }
    // Which row of the tables belongs to each position.
    let rows: [Int]
    if let positions = try optionalInts(3) {
      guard cosines.rank == 2, positions.count == batches * length else {
        throw OperatorError.shape(input: 3, [positions.count])
      }
      rows = try positions.map { try $0.position(in: cosines.shape[0]) }
    } else {
      guard cosines.shape == [batches, length, half] else {
        throw OperatorError.shape(input: 1, cosines.shape)
      }
      rows = Array(0..<batches * length)
    }
    let visitor = Rotation(
      x: wide, cosines: cosines, sines: sines, rows: rows, half: half,
      isInterleaved: try flag("interleaved"), call: self)
    guard let result = try x.elementType.visit(visitor) else {
      throw OperatorError.wrongType(input: 0, x.elementType)
    }
    return try x.rank == 4
      ? result : result.transposed([0, 2, 1, 3], budget: budget).reshaped(x.shape)
  }
}

/// Pairs of features turned by the angle of their position.
private struct Rotation: RealVisitor {
  let x: Tensor
  let cosines: Tensor
  let sines: Tensor
  let rows: [Int]
  let half: Int
  let isInterleaved: Bool
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> Tensor {
    let (count, length, width) = (x.shape[1], x.shape[2], x.shape[3])
    let result = try call.make(T.self, x.shape)
    let (values, cos, sin) = (
      x.elements(T.self), cosines.elements(T.self), sines.elements(T.self)
    )
    for vector in 0..<x.shape[0] * count * length {
      let row = rows[vector / (count * length) * length + vector % length]
      let start = vector * width
      for place in 0..<half {
        let (first, second) =
          isInterleaved ? (2 * place, 2 * place + 1) : (place, place + half)
        let (a, b) = (values[start + first], values[start + second])
        let (c, s) = (cos[row * half + place], sin[row * half + place])
        result[start + first] = c * a - s * b
        result[start + second] = s * a + c * b
      }
      for place in 2 * half..<max(width, 2 * half) {
        result[start + place] = values[start + place]
      }
    }
    return result.tensor
  }
}

extension OperatorCatalogue {
  static let attention: [Operator] = [
    Operator(
      "Attention", opsets: 23...28,
      values: { call in
        let outputs = try call.attention { attention, type in try type.visit(attention) }
        guard let outputs else {
          throw OperatorError.wrongType(input: 0, try call.tensor(0).elementType)
        }
        return outputs
      }),
    Operator("RotaryEmbedding", opsets: 23...28) { try $0.rotaryEmbedding() },
    Operator("LinearAttention", opsets: 27...28, values: { try $0.linearAttention() }),
    Operator("CausalConvWithState", opsets: 27...28, values: { try $0.causalConvolution() }),
    Operator("SwiGLU", opsets: 27...28) { call in
      let (a, b) = (try call.tensor(0), try call.tensor(1))
      guard a.shape == b.shape else { throw OperatorError.shapesDiffer(a.shape, b.shape) }
      let gate = try call.map(Activation.swish(try call.float("alpha", default: 1)))
      return try call.combine(gate, b, Multiplication())
    },
  ]
}
