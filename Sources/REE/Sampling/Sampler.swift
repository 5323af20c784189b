/// Chooses tokens by a rule that leaves nothing open, so that the same logits and the same seed give
/// the same token everywhere.
///
/// Each operation is rounded to binary32 on its own:
/// 1. A NaN is never chosen: it counts as -infinity.
/// 2. Repetition penalty r: the logit of each token that occurred becomes l / r if l > 0, l * r
///    otherwise.
/// 3. Temperature 0: the greatest logit, of equals (+0 equals -0) the lowest number, and no more.
///    Otherwise l = l / temperature.
/// 4. Tokens are sorted by logit, the greatest first, equals by number; the first top-k stay.
/// 5. w = exp(l - greatest), correctly rounded; where the greatest is infinite, w is 1 for the tokens
///    that equal it and 0 for others. Sums c run in sorted order from +0.
/// 6. Top-p: the first tokens up to the one where c >= p * (the sum of those of 4) stay. Min-p: of them those
///    with w >= min-p.
/// 7. u is the draw of the step (``Philox4x32/uniform(step:node:index:)``); the token is the first
///    with c > u * (the sum of those that stay), or else the last.
public struct Sampler: Sendable {
  public let parameters: SamplingParameters
  private let generator: Philox4x32
  private var order: [UInt64] = []

  public init(_ parameters: SamplingParameters) throws(SamplingParameters.Invalid) {
    try parameters.validate()
    self.parameters = parameters
    generator = Philox4x32(seed: parameters.seed)
  }

  /// The chosen token's number; `nil` if there is no token at all, or all logits are NaN.
  ///
  /// - Parameters:
  ///   - step: The number of the token to be generated, counted from 0.
  ///   - history: The tokens so far, prompt included.
  public mutating func choose(
    _ logits: Span<Float>, step: UInt64, history: Set<UInt32>
  ) -> UInt32? {
    let penalized = penalized(logits, history)
    return parameters.temperature == 0
      ? Self.greatest(penalized) : draw(penalized, step: step)
  }

  private func penalized(_ logits: Span<Float>, _ history: Set<UInt32>) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(logits.count)
    for index in logits.indices {
      result.append(logits[index].isNaN ? -.infinity : logits[index])
    }
    let penalty = parameters.repetitionPenalty
    guard penalty != 1 else { return result }
    for token in history where Int(token) < result.count {
      let logit = result[Int(token)]
      result[Int(token)] = logit > 0 ? logit / penalty : logit * penalty
    }
    return result
  }

  private static func greatest(_ logits: [Float]) -> UInt32? {
    var best = -Float.infinity
    var choice: Int?
    for (index, logit) in logits.enumerated() where logit > best {
      best = logit
      choice = index
    }
    return choice.flatMap(UInt32.init(exactly:))
  }

  private mutating func draw(_ logits: [Float], step: UInt64) -> UInt32? {
    let scaled = logits.map { $0 / parameters.temperature }
    TokenOrder.sort(scaled, into: &order)
    guard let first = order.first, scaled[TokenOrder.token(first)] > -.infinity else { return nil }
    let kept = parameters.topK > 0 ? order.prefix(parameters.topK) : order[...]
    let weights = Self.weights(kept.map { scaled[TokenOrder.token($0)] })

    var count = weights.count
    if parameters.topP < 1 {
      let wanted = parameters.topP * weights.reduce(0, +)
      var sum: Float = 0
      for (index, weight) in weights.enumerated() {
        sum += weight
        guard sum < wanted else {
          count = index + 1
          break
        }
      }
    }
    // Weights fall, so those that are too small are at the end.
    while count > 1, weights[count - 1] < parameters.minP { count -= 1 }

    let total = weights[..<count].reduce(0, +)
    let threshold = generator.uniform(step: step, node: 0, index: 0) * total
    var sum: Float = 0
    for (index, weight) in weights[..<count].enumerated() {
      sum += weight
      if sum > threshold { return UInt32(TokenOrder.token(order[index])) }
    }
    return UInt32(TokenOrder.token(order[count - 1]))
  }

  private static func weights(_ sorted: [Float]) -> [Float] {
    guard let greatest = sorted.first else { return [] }
    guard greatest < .infinity else { return sorted.map { $0 == greatest ? 1 : 0 } }
    return ElementaryFunctions.exp(sorted.map { $0 - greatest })
  }
}
